from keras.models import Sequential
from keras.layers.core import Dense, Activation, MaxoutDense, Dropout, Reshape
from keras.layers.convolutional import Convolution1D, MaxPooling1D, AveragePooling2D, Convolution2D, UpSampling2D
from keras.layers.normalization import BatchNormalization
from keras.layers.core import Flatten
model = Sequential()
model.add(Convolution2D(8, 3, 3, 'he_normal', activation='relu', border_mode='same', input_shape=(20, 20, 2)))
model.add(BatchNormalization(mode=0, axis=-1))
model.add(AveragePooling2D((2, 2), border_mode='valid'))
model.add(UpSampling2D(size=(2, 2)))
model.add(Convolution2D(4, 5, 5, subsample=(2, 2), bias=False))
model.add(Flatten())
model.add(Dense(output_dim=20, init='glorot_normal', W_regularizer=None))
model.add(Activation('relu'))
model.add(Dense(3, init='uniform'))
model.compile('sgd', 'mse')
