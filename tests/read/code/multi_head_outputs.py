from keras.layers import *
from keras.models import Model
text_in = Input(shape=(100,), dtype='int32', name='text')
num_in = Input(shape=(5,), name='numbers')
t = Embedding(output_dim=32, input_dim=5000, input_length=100)(text_in)
t = GRU(16, reset_after=True)(t)
aux = Dense(1, activation='sigmoid', name='aux')(t)
x = concatenate([t, num_in])
for units in (64, 32):
    x = Dense(units, activation='relu')(x)
main = Dense(1, activation='sigmoid', name='main')(x)
model = Model(inputs=[text_in, num_in], outputs=[main, aux])
model.compile(optimizer='rmsprop', loss={'main': 'binary_crossentropy', 'aux': 'binary_crossentropy'}, loss_weights={'main': 1., 'aux': 0.2})
