import tensorflow as tf
from tensorflow.keras.layers import *
from tensorflow.keras.models import Model
from tensorflow.keras import backend as K

def se_block(x, ratio=8):
    ch = K.int_shape(x)[-1]
    s = GlobalAveragePooling2D()(x)
    s = Reshape((1, 1, ch))(s)
    s = Dense(ch // ratio, activation='relu', use_bias=False)(s)
    s = Dense(ch, activation='sigmoid', use_bias=False)(s)
    return multiply([x, s])

i = Input((56, 56, 3))
x = Conv2D(32, 3, padding='same')(i)
x = se_block(x)
x = Conv2D(64, 3, strides=2)(x)
x = se_block(x, ratio=16)
n = int(x.shape[1])
x = AveragePooling2D(pool_size=n)(x)
x = Flatten()(x)
o = Dense(12)(x)
model = Model(inputs=[i], outputs=[o])
