# VGG: 케라스 1의 옛 코드
from keras.models import Sequential
from keras.layers.core import Flatten, Dense, Dropout
from keras.layers.convolutional import Convolution2D, MaxPooling2D, ZeroPadding2D
def VGG(weights_path=None):
    model = Sequential()
    model.add(ZeroPadding2D((1,1),input_shape=(64,64,3)))
    model.add(Convolution2D(16, 3, 3, activation='relu'))
    model.add(ZeroPadding2D((1,1)))
    model.add(Convolution2D(16, 3, 3, activation='relu', subsample=(2,2)))
    model.add(MaxPooling2D((2,2), strides=(2,2)))
    model.add(Flatten())
    model.add(Dense(64, activation='relu', W_regularizer=None))
    model.add(Dropout(p=0.5))
    model.add(Dense(10, activation='softmax'))
    if weights_path:
        model.load_weights(weights_path)
    return model
if __name__ == "__main__":
    model = VGG('vgg16_weights.h5')
    model.compile(optimizer='sgd', loss='categorical_crossentropy')
