from keras.models import Model
from keras.layers import Input, LSTM, Embedding, Dense, merge, GRU
main_input = Input(shape=(100,), dtype='int32', name='main_input')
x = Embedding(output_dim=64, input_dim=1000, input_length=100)(main_input)
lstm_out = LSTM(32)(x)
auxiliary_loss = Dense(1, activation='sigmoid', name='aux_output')(lstm_out)
auxiliary_input = Input(shape=(5,), name='aux_input')
x = merge([lstm_out, auxiliary_input], mode='concat')
x = Dense(64, activation='relu')(x)
main_loss = Dense(1, activation='sigmoid', name='main_output')(x)
model = Model(input=[main_input, auxiliary_input], output=[main_loss, auxiliary_loss])
model.compile(optimizer='rmsprop', loss='binary_crossentropy', loss_weights=[1., 0.2])
