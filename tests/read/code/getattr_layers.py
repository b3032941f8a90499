import tensorflow as tf
from functools import reduce
names = [('Conv2D', dict(filters=8, kernel_size=3)), ('MaxPooling2D', {}), ('Flatten', {}), ('Dense', dict(units=4))]
layers = [getattr(tf.keras.layers, n)(**kw) for n, kw in names]
inp = tf.keras.Input((16, 16, 1))
out = reduce(lambda x, layer: layer(x), layers, inp)
model = tf.keras.Model(inp, out)
