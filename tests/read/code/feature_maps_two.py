import tensorflow as tf
base_model = tf.keras.applications.MobileNetV2(input_shape=[128, 128, 3], include_top=False, weights=None)
# 여러 깊이의 특징 지도를 꺼낸다
layer_names = ['block_1_expand_relu', 'block_3_expand_relu', 'block_6_expand_relu']
outs = [base_model.get_layer(name).output for name in layer_names]
down_stack = tf.keras.Model(inputs=base_model.input, outputs=outs)
down_stack.trainable = False
inputs = tf.keras.layers.Input(shape=[128, 128, 3])
skips = down_stack(inputs)
x = skips[-1]
for skip in reversed(skips[:-1]):
    x = tf.keras.layers.Conv2DTranspose(16, 3, strides=2, padding='same')(x)
    x = tf.keras.layers.Concatenate()([x, skip])
out = tf.keras.layers.Conv2DTranspose(3, 3, strides=2, padding='same')(x)
model = tf.keras.Model(inputs=inputs, outputs=out)
