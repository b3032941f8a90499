import keras
from keras import layers

def dense_stack(x, *units, activation='relu', **kwargs):
    for i, u in enumerate(units):
        x = layers.Dense(u, activation=activation, name='fc%d' % i, **kwargs)(x)
    return x

inp = keras.Input((16,))
x = inp
for rate, (a, b) in zip([0.1, 0.2], [(32, 16), (16, 8)]):
    x = dense_stack(x, a, b, use_bias=False) if rate < 0.15 else layers.Dense(a)(x)
    x = layers.Dropout(rate)(x)
out = layers.Dense(1)(x)
model = keras.Model(inp, out)
