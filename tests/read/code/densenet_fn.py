from keras.layers import Input, BatchNormalization, Activation, Conv2D, Concatenate, AveragePooling2D, GlobalAveragePooling2D, Dense
from keras.models import Model
growth_rate, theta = 12, 0.5
def layer(x):
    y = BatchNormalization()(x)
    y = Activation('relu')(y)
    y = Conv2D(growth_rate, 3, padding='same', use_bias=False)(y)
    return Concatenate()([x, y])
def transition(x):
    n = int(x.shape[-1] * theta)
    x = BatchNormalization()(x)
    x = Conv2D(n, 1, use_bias=False)(x)
    return AveragePooling2D(2)(x)
inp = Input((32, 32, 3))
x = Conv2D(2 * growth_rate, 3, padding='same')(inp)
blocks = [3, 3, 3]
for b, n in enumerate(blocks):
    for _ in range(n):
        x = layer(x)
    if b != len(blocks) - 1:
        x = transition(x)
x = GlobalAveragePooling2D()(x)
model = Model(inputs=inp, outputs=Dense(10, activation='softmax')(x))
