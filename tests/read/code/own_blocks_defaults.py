import tensorflow as tf
from tensorflow.keras.layers import *
from tensorflow.keras.models import Model

def conv_block(x, filters, kernel_size=3, strides=1, activation=True, name=None):
    x = Conv2D(filters, kernel_size, strides=strides, padding='same', use_bias=False,
               name=None if name is None else name + '_conv')(x)
    x = BatchNormalization(name=None if name is None else name + '_bn')(x)
    if activation:
        x = Activation('relu')(x)
    return x

def residual(x, filters, downsample=False):
    shortcut = x
    stride = 2 if downsample else 1
    y = conv_block(x, filters, strides=stride)
    y = conv_block(y, filters, activation=False)
    if downsample or x.shape[-1] != filters:
        shortcut = conv_block(x, filters, kernel_size=1, strides=stride, activation=False)
    y = Add()([shortcut, y])
    return Activation('relu')(y)

def build_resnet(input_shape=(32, 32, 3), num_classes=10, depths=(2, 2, 2), width=16):
    inp = Input(input_shape)
    x = conv_block(inp, width, name='stem')
    for i, d in enumerate(depths):
        for j in range(d):
            x = residual(x, width * 2 ** i, downsample=(i > 0 and j == 0))
    x = GlobalAveragePooling2D()(x)
    out = Dense(num_classes, activation='softmax')(x)
    return Model(inp, out, name='resnet')

model = build_resnet()
model.compile('adam', 'sparse_categorical_crossentropy')
