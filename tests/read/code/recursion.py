from keras.layers import Input, Conv2D, MaxPooling2D, UpSampling2D, concatenate
from keras.models import Model
# 재귀로 만드는 U-Net
def level(x, dim, depth, factor):
    if depth > 0:
        n = Conv2D(dim, 3, padding='same', activation='relu')(x)
        m = MaxPooling2D()(n)
        m = level(m, int(factor * dim), depth - 1, factor)
        m = UpSampling2D()(m)
        x = concatenate([n, m])
    return Conv2D(dim, 3, padding='same', activation='relu')(x)
def UNet(shape, out_ch=1, start=8, depth=3, inc=2.):
    i = Input(shape=shape)
    o = Conv2D(out_ch, 1, activation='sigmoid')(level(i, start, depth, inc))
    return Model(inputs=i, outputs=o)
model = UNet((64, 64, 1))
