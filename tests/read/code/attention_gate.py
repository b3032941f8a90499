from tensorflow.keras.layers import *
from tensorflow.keras.models import Model
import tensorflow as tf
def gate(x, g, inter):
    theta = Conv2D(inter, 1, strides=2)(x)
    phi = Conv2D(inter, 1)(g)
    f = Activation('relu')(add([theta, phi]))
    psi = Conv2D(1, 1)(f)
    rate = UpSampling2D()(Activation('sigmoid')(psi))
    return Multiply()([x, rate])
inp = Input((64, 64, 1))
c1 = Conv2D(16, 3, padding='same', activation='relu')(inp)
p1 = MaxPooling2D()(c1)
c2 = Conv2D(32, 3, padding='same', activation='relu')(p1)
att = gate(c1, c2, 8)
u = Conv2DTranspose(16, 2, strides=2)(c2)
m = Concatenate(axis=-1)([u, att])
model = Model(inp, Conv2D(1, 1, activation='sigmoid')(m))
model.summary()
