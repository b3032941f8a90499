import tensorflow as tf
from tensorflow.keras import layers
def _make_divisible(v, divisor=8, min_value=None):
    if min_value is None:
        min_value = divisor
    new_v = max(min_value, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v
def bottleneck(x, t, c, s, alpha=1.0):
    ch = x.shape[-1]
    out = _make_divisible(c * alpha)
    y = layers.Conv2D(t * ch, 1, use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU(6.)(y)
    y = layers.DepthwiseConv2D(3, strides=s, padding='same', use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU(6.)(y)
    y = layers.Conv2D(out, 1, use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    return layers.add([x, y]) if s == 1 and ch == out else y
i = layers.Input((96, 96, 3))
x = layers.Conv2D(_make_divisible(32 * 0.35), 3, strides=2, padding='same', use_bias=False)(i)
x = layers.BatchNormalization()(x)
x = layers.ReLU(6.)(x)
for t, c, n, s in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2)]:
    for j in range(n):
        x = bottleneck(x, t, c, s if j == 0 else 1, alpha=0.35)
x = layers.GlobalAveragePooling2D()(x)
model = tf.keras.Model(i, layers.Dense(4)(x))
