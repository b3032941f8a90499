from keras.layers import Input, Dense, Convolution2D, MaxPooling2D, merge, Flatten
from keras.models import Model

inp = Input(shape=(32, 32, 3))
tower_1 = Convolution2D(16, 1, 1, border_mode='same', activation='relu')(inp)
tower_1 = Convolution2D(16, 3, 3, border_mode='same', activation='relu')(tower_1)
tower_2 = Convolution2D(16, 1, 1, border_mode='same', activation='relu')(inp)
tower_2 = Convolution2D(16, 5, 5, border_mode='same', activation='relu')(tower_2)
tower_3 = MaxPooling2D((3, 3), strides=(1, 1), border_mode='same')(inp)
tower_3 = Convolution2D(16, 1, 1, border_mode='same', activation='relu')(tower_3)
x = merge([tower_1, tower_2, tower_3], mode='concat', concat_axis=-1)
y = merge([x, x], mode='sum')
x = Flatten()(y)
x = Dense(output_dim=10, activation='softmax')(x)
model = Model(input=inp, output=x)
