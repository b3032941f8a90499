import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers
def mlp(x, hidden_units, dropout_rate):
    for units in hidden_units:
        x = layers.Dense(units, activation=tf.nn.gelu)(x)
        x = layers.Dropout(dropout_rate)(x)
    return x
image_size, patch_size, dim, heads, depth = 32, 4, 48, 4, 2
inputs = layers.Input(shape=(image_size, image_size, 3))
patches = layers.Conv2D(dim, patch_size, strides=patch_size)(inputs)
n = (image_size // patch_size) ** 2
x = layers.Reshape((n, dim))(patches)
for _ in range(depth):
    x1 = layers.LayerNormalization(epsilon=1e-6)(x)
    attention = layers.MultiHeadAttention(num_heads=heads, key_dim=dim // heads, dropout=0.1)(x1, x1)
    x2 = layers.Add()([attention, x])
    x3 = layers.LayerNormalization(epsilon=1e-6)(x2)
    x3 = mlp(x3, hidden_units=[dim * 2, dim], dropout_rate=0.1)
    x = layers.Add()([x3, x2])
x = layers.LayerNormalization(epsilon=1e-6)(x)
x = layers.Flatten()(x)
logits = layers.Dense(10)(x)
model = keras.Model(inputs=inputs, outputs=logits)
