# 주가 예측 (LSTM)
import numpy as np
from keras.models import Sequential
from keras.layers import Dense, LSTM, Dropout
look_back = 50
n_features = 1
model = Sequential()
model.add(LSTM(50, input_shape=(look_back, n_features), return_sequences=True))
model.add(LSTM(64, return_sequences=False))
model.add(Dense(1, activation='linear'))
model.compile(loss='mse', optimizer='rmsprop')
