from tensorflow import keras
from tensorflow.keras import layers
model = keras.Sequential([
    layers.Input((50, 6)),
    layers.SimpleRNN(12, return_sequences=True),
    layers.RNN([layers.LSTMCell(10), layers.LSTMCell(5)], return_sequences=True),
    layers.RNN(layers.GRUCell(7)),
    layers.Dense(2),
])
model.compile(loss='mse')
