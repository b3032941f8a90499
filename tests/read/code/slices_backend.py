import tensorflow as tf
from tensorflow.keras import layers, backend as K
inp = layers.Input((20, 6))
first, rest = inp[:, 0, :], inp[:, 1:, :]
h = layers.LSTM(5)(rest)
a = layers.Dense(K.int_shape(h)[-1] * 2)(first)
x = tf.concat([h, a], 1)
x = tf.nn.relu(x) - tf.reduce_mean(x, axis=-1, keepdims=True)
model = tf.keras.Model(inp, layers.Dense(1)(x))
