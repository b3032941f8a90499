from keras.models import Sequential
from keras.layers import Embedding, Conv1D, GlobalMaxPooling1D, Dense, Dropout, MaxPooling1D
from keras.datasets import reuters
from keras.preprocessing import sequence
from keras.utils import np_utils
import numpy
# 로이터 뉴스 카테고리 분류
(X_train, Y_train), (X_test, Y_test) = reuters.load_data(num_words=1000, test_split=0.2)
category = numpy.max(Y_train) + 1
x_train = sequence.pad_sequences(X_train, maxlen=100)
y_train = np_utils.to_categorical(Y_train)
model = Sequential()
model.add(Embedding(1000, 100))
model.add(Conv1D(64, 5, padding='valid', activation='relu', strides=1))
model.add(MaxPooling1D(pool_size=4))
model.add(GlobalMaxPooling1D())
model.add(Dense(category, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
history = model.fit(x_train, y_train, batch_size=100, epochs=20)
