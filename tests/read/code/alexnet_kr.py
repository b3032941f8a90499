# AlexNet을 케라스로 구현하기
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, MaxPooling2D, Flatten, Dense, Dropout, BatchNormalization, Activation
from tensorflow.keras.regularizers import l2
IMG_H, IMG_W = 227, 227
NUM_CLASS = 5
alex = Sequential(name='AlexNet')
alex.add(Conv2D(96, (11, 11), strides=4, padding='valid', kernel_regularizer=l2(0.0005), input_shape=(IMG_H, IMG_W, 3)))
alex.add(Activation('relu'))
alex.add(MaxPooling2D((3, 3), strides=2))
alex.add(BatchNormalization())
alex.add(Conv2D(256, (5, 5), padding='same', kernel_regularizer=l2(0.0005)))
alex.add(Activation('relu'))
alex.add(MaxPooling2D((3, 3), strides=2))
for f in (384, 384, 256):
    alex.add(Conv2D(f, (3, 3), padding='same', activation='relu'))
alex.add(MaxPooling2D((3, 3), strides=2))
alex.add(Flatten())
for _ in range(2):
    alex.add(Dense(64))
    alex.add(Activation('relu'))
    alex.add(Dropout(0.4))
alex.add(Dense(NUM_CLASS, activation='softmax'))
alex.summary()
