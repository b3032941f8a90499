import tensorflow as tf
layers = tf.keras.layers
USE_BN, ACT, POOL = True, 'elu', 'max'
N = 3
def block(x, f, bn=USE_BN):
    x = layers.Conv2D(f, 3, padding='same', use_bias=not bn)(x)
    x = layers.BatchNormalization()(x) if bn else x
    x = layers.Activation(ACT)(x)
    if POOL == 'max' and f != 64:
        x = layers.MaxPool2D()(x)
    elif POOL == 'avg':
        x = layers.AvgPool2D()(x)
    else:
        x = layers.Conv2D(f, 3, strides=2)(x)
    return x
inp = layers.Input((32, 32, 1))
x = inp
for k in range(N):
    x = block(x, 16 * (k + 1) if k < 2 else 64, bn=(k % 2 == 0))
x = layers.GlobalAvgPool2D()(x)
model = tf.keras.Model(inp, layers.Dense(1)(x))
