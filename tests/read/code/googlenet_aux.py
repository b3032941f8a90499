import tensorflow as tf
from tensorflow.keras.layers import Input, Conv2D, MaxPooling2D, concatenate, GlobalAveragePooling2D, Dense, AveragePooling2D, Flatten
def inception(x, f1, f3r, f3, f5r, f5, proj):
    a = Conv2D(f1, 1, padding='same', activation='relu')(x)
    b = Conv2D(f3r, 1, padding='same', activation='relu')(x)
    b = Conv2D(f3, 3, padding='same', activation='relu')(b)
    c = Conv2D(f5r, 1, padding='same', activation='relu')(x)
    c = Conv2D(f5, 5, padding='same', activation='relu')(c)
    d = MaxPooling2D(3, strides=1, padding='same')(x)
    d = Conv2D(proj, 1, padding='same', activation='relu')(d)
    return concatenate([a, b, c, d], axis=3)
inputs = Input((64, 64, 3))
x = Conv2D(16, 7, strides=2, padding='same', activation='relu')(inputs)
x = MaxPooling2D(3, strides=2, padding='same')(x)
cfg = [(8, 8, 16, 2, 4, 4), (16, 16, 24, 4, 12, 8)]
outs = []
for k, args in enumerate(cfg):
    x = inception(x, *args)
    if k == 0:
        y = AveragePooling2D(5, strides=3)(x)
        y = Flatten()(y)
        outs.append(Dense(10, activation='softmax', name='aux%d' % (k + 1))(y))
x = GlobalAveragePooling2D()(x)
outs.insert(0, Dense(10, activation='softmax', name='main')(x))
model = tf.keras.Model(inputs, outs)
model.summary()
