from keras.models import Sequential
from keras import layers
class LeNet:
    @classmethod
    def build(cls, classes=10, *, size=(28, 28, 1), act='tanh'):
        m = Sequential(name=cls.__name__)
        m.add(layers.Conv2D(6, 5, padding='same', activation=act, input_shape=size))
        m.add(layers.AveragePooling2D())
        m.add(layers.Conv2D(16, 5, activation=act))
        m.add(layers.AveragePooling2D())
        m.add(layers.Flatten())
        for n in (120, 84):
            m.add(layers.Dense(n, activation=act))
        m.add(layers.Dense(classes, activation='softmax'))
        return m
model = LeNet.build(size=(28, 28, 1))
model.compile('sgd', 'categorical_crossentropy')
