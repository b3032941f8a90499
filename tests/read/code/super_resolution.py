# SRCNN 비슷한 초해상도 모델
from keras.models import Model
from keras.layers import Input, Conv2D, UpSampling2D, add
def build(scale=2, n=4, shape=(None, None, 3)):
    inp = Input(shape=shape)
    x = Conv2D(32, 9, padding='same', activation='relu')(inp)
    skip = x
    for i in range(n):
        y = Conv2D(32, 3, padding='same', activation='relu')(x)
        y = Conv2D(32, 3, padding='same')(y)
        x = add([x, y])
    x = add([x, skip])
    x = UpSampling2D(scale)(x)
    return Model(inp, Conv2D(3, 5, padding='same')(x))
sr = build()
sr.compile(loss='mae', optimizer='adam')
