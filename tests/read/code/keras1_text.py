from keras.models import Sequential
from keras.layers import Embedding, LSTM, Dense, Dropout, Convolution1D, MaxPooling1D, Activation
max_features = 5000
maxlen = 100
model = Sequential()
model.add(Embedding(max_features, 64, input_length=maxlen, dropout=0.2))
model.add(Convolution1D(nb_filter=32, filter_length=5, border_mode='valid', activation='relu', subsample_length=1))
model.add(MaxPooling1D(pool_length=4))
model.add(LSTM(output_dim=50, dropout_W=0.2, dropout_U=0.2, inner_activation='hard_sigmoid'))
model.add(Dense(1))
model.add(Activation('sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'], class_mode='binary')
