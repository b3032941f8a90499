from keras.models import Model
from keras.layers import Input, Conv2D, BatchNormalization, Activation, Add, GlobalAveragePooling2D, Dense

class ResNetBuilder(object):
    widths = [8, 16]
    def __init__(self, shape, classes):
        self.shape = shape
        self.classes = classes
        self.count = 0

    def _conv(self, x, n, **kw):
        self.count += 1
        return Conv2D(n, 3, padding='same', name='conv_%02d' % self.count, **kw)(x)

    def unit(self, x, n):
        y = self._conv(x, n)
        y = BatchNormalization()(y)
        y = Activation('relu')(y)
        y = self._conv(y, n)
        return Add()([x, y])

    def build(self):
        inp = Input(self.shape)
        x = inp
        for w in self.widths:
            x = self._conv(x, w, strides=2)
            x = self.unit(x, w)
        x = GlobalAveragePooling2D()(x)
        return Model(inp, Dense(self.classes, name='out')(x))

model = ResNetBuilder((32, 32, 3), classes=7).build()
