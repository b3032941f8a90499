import keras
from keras import layers as L
def unit(x, scale, name):
    b0 = L.Conv2D(8, 1, activation='relu', padding='same')(x)
    b1 = L.Conv2D(8, 1, activation='relu', padding='same')(x)
    b1 = L.Conv2D(12, 3, activation='relu', padding='same')(b1)
    mixed = L.Concatenate(name=name + '_concat')([b0, b1])
    up = L.Conv2D(keras.backend.int_shape(x)[3], 1, padding='same', name=name + '_conv')(mixed)
    up = L.Rescaling(scale)(up) if scale != 1 else up
    return L.Activation('relu', name='%s_ac' % name)(L.add([x, up]))
inp = L.Input(shape=(20, 20, 3))
x = L.Conv2D(24, 3, strides=2)(inp)
for i in range(1, 4):
    x = unit(x, 0.17 if i < 3 else 1, name='block_{}'.format(i))
model = keras.Model(inp, L.Dense(3)(L.GlobalAveragePooling2D()(x)), name='small_ir')
model.summary()
