from keras.models import Sequential
from keras.layers import Dense, Activation, Flatten, Conv2D, MaxPooling2D, BatchNormalization, Dropout
def conv(model, n, k, pad='same', **kw):
    model.add(Conv2D(filters=n, kernel_size=(k, k), padding=pad, kernel_initializer='he_normal', **kw))
def norm(model):
    model.add(BatchNormalization())
    model.add(Activation('relu'))
model = Sequential()
conv(model, 50, 3, input_shape=(28, 28, 1))
norm(model)
for i in range(1, 6):
    # 1x1 합성곱으로 채널 수를 줄인다
    conv(model, 50, 3)
    conv(model, 25, 1, pad='valid')
    norm(model)
    if i % 2:
        model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(50, activation='relu', kernel_initializer='he_normal'))
model.add(Dropout(0.5))
model.add(Dense(10, activation='softmax', kernel_initializer='he_normal'))
model.compile('adam', 'categorical_crossentropy', ['accuracy'])
