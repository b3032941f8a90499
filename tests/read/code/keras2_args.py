# 케라스 2.2 방식: 위치 인자와 예전 이름
from keras.models import Sequential
from keras.layers import Dense, Activation, BatchNormalization, LeakyReLU, SeparableConv2D, DepthwiseConv2D
from keras.layers import Conv2D, AveragePooling2D, ZeroPadding2D, Flatten, SpatialDropout2D
from keras.regularizers import l2
from keras.initializers import RandomNormal
from keras.optimizers import Adam

init = RandomNormal(stddev=0.02)
model = Sequential(name='old')
model.add(ZeroPadding2D((1, 1), input_shape=(48, 48, 1)))
model.add(Conv2D(32, (5, 5), (2, 2), 'same', kernel_initializer=init, kernel_regularizer=l2(0.01)))
model.add(LeakyReLU(alpha=0.2))
model.add(BatchNormalization(momentum=0.8))
model.add(SeparableConv2D(64, (3, 3), padding='same', depth_multiplier=2))
model.add(Activation('relu'))
model.add(DepthwiseConv2D((3, 3), strides=2))
model.add(SpatialDropout2D(0.2))
model.add(AveragePooling2D(2, 2))
model.add(Flatten())
model.add(Dense(7, 'softmax'))
model.compile(optimizer=Adam(lr=0.001, beta_1=0.5), loss='categorical_crossentropy', metrics=['acc'])
