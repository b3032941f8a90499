import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

image_size, patch_size, projection_dim, num_heads = 72, 6, 64, 4
num_patches = (image_size // patch_size) ** 2
augmentation = keras.Sequential(
    [layers.Resizing(image_size, image_size), layers.RandomFlip("horizontal")],
    name="augmentation",
)


class Patches(layers.Layer):
    def __init__(self, patch_size):
        super().__init__()
        self.patch_size = patch_size

    def call(self, images):
        batch_size = tf.shape(images)[0]
        patches = tf.image.extract_patches(
            images=images,
            sizes=[1, self.patch_size, self.patch_size, 1],
            strides=[1, self.patch_size, self.patch_size, 1],
            rates=[1, 1, 1, 1],
            padding="VALID",
        )
        patch_dims = patches.shape[-1]
        return tf.reshape(patches, [batch_size, -1, patch_dims])


class PatchEncoder(layers.Layer):
    def __init__(self, num_patches, projection_dim):
        super().__init__()
        self.num_patches = num_patches
        self.projection = layers.Dense(units=projection_dim)
        self.position_embedding = layers.Embedding(
            input_dim=num_patches, output_dim=projection_dim
        )

    def call(self, patch):
        positions = tf.range(start=0, limit=self.num_patches, delta=1)
        return self.projection(patch) + self.position_embedding(positions)


class ClassEmbedding(layers.Layer):
    def build(self, input_shape):
        self.cls = self.add_weight(
            "cls", shape=(1, 1, input_shape[-1]), initializer="zeros"
        )

    def call(self, x):
        batch_size = tf.shape(x)[0]
        cls = tf.broadcast_to(self.cls, [batch_size, 1, x.shape[-1]])
        return tf.concat([cls, x], axis=1)


inputs = layers.Input(shape=(32, 32, 3))
patches = Patches(patch_size)(augmentation(inputs))
encoded = PatchEncoder(num_patches, projection_dim)(patches)
encoded = ClassEmbedding()(encoded)
for _ in range(2):
    x1 = layers.LayerNormalization(epsilon=1e-6)(encoded)
    attention = layers.MultiHeadAttention(num_heads=num_heads, key_dim=projection_dim)
    x2 = layers.Add()([attention(x1, x1), encoded])
    x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
    x3 = layers.Dense(projection_dim * 2, activation=tf.nn.gelu)(x3)
    x3 = layers.Dense(projection_dim)(x3)
    encoded = layers.Add()([x3, x2])
outputs = layers.Dense(10)(encoded[:, 0])
model = keras.Model(inputs, outputs)
model.summary()
