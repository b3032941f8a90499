from keras.models import Sequential
from keras.layers import LSTM, Dense, Dropout
model = Sequential()
for i in range(2):
    model.add(LSTM(32, batch_input_shape=(1, 40, 1), stateful=True, return_sequences=True))
    model.add(Dropout(0.3))
model.add(LSTM(32, batch_input_shape=(1, 40, 1), stateful=True))
model.add(Dropout(0.3))
model.add(Dense(1))
model.compile(loss='mean_squared_error', optimizer='adam')
