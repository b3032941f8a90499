# 영상 분류: 프레임마다 합성곱, 그 다음 LSTM
from keras.models import Sequential
from keras.layers import TimeDistributed, Conv2D, MaxPooling2D, Flatten, LSTM, Dense, Bidirectional, GRU
cnn = Sequential()
cnn.add(Conv2D(8, (3, 3), activation='relu', input_shape=(40, 40, 3)))
cnn.add(MaxPooling2D())
cnn.add(Flatten())
model = Sequential()
model.add(TimeDistributed(cnn, input_shape=(10, 40, 40, 3)))
model.add(TimeDistributed(Dense(32, activation='relu')))
model.add(Bidirectional(LSTM(16), merge_mode='sum'))
model.add(Dense(5, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='rmsprop')
