# 초깃값, 배치 정규화, 드롭아웃을 쓰는 깊은 CNN
from keras.datasets import mnist
from keras.models import Sequential
from keras.utils.np_utils import to_categorical
from keras.layers import Dense, Activation, Flatten, Conv2D, MaxPooling2D, BatchNormalization, Dropout
from keras import optimizers
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape((X_train.shape[0], X_train.shape[1], X_train.shape[2], 1))
y_train = to_categorical(y_train)
def deep_cnn():
    model = Sequential()
    model.add(Conv2D(input_shape=(X_train.shape[1], X_train.shape[2], X_train.shape[3]), filters=50, kernel_size=(3, 3), strides=(1, 1), padding='same', kernel_initializer='he_normal'))
    model.add(BatchNormalization())
    model.add(Activation('relu'))
    model.add(Conv2D(filters=50, kernel_size=(3, 3), strides=(1, 1), padding='same', kernel_initializer='he_normal'))
    model.add(BatchNormalization())
    model.add(Activation('relu'))
    model.add(MaxPooling2D(pool_size=(2, 2)))
    for _ in range(2):
        for _ in range(2):
            model.add(Conv2D(filters=50, kernel_size=(3, 3), strides=(1, 1), padding='same', kernel_initializer='he_normal'))
            model.add(BatchNormalization())
            model.add(Activation('relu'))
        model.add(MaxPooling2D(pool_size=(2, 2)))
    model.add(Flatten())
    model.add(Dense(50, activation='relu', kernel_initializer='he_normal'))
    model.add(Dropout(0.5))
    model.add(Dense(10, activation='softmax', kernel_initializer='he_normal'))
    adam = optimizers.Adam(lr=0.001)
    model.compile(loss='categorical_crossentropy', optimizer=adam, metrics=['accuracy'])
    return model
model = deep_cnn()
model.summary()
history = model.fit(X_train, y_train, batch_size=50, validation_split=0.2, epochs=100, verbose=0)
