from keras.models import Sequential, Model
from keras.layers import Dense, Dropout
base = Sequential()
base.add(Dense(64, activation='relu', input_shape=(30,)))
base.add(Dropout(0.5))
base.add(Dense(10, activation='softmax'))
base.pop()
for layer in base.layers:
    layer.trainable = False
new = Dense(2, activation='softmax', name='new')(base.layers[-1].output)
model = Model(base.input, new)
model.compile('adam', 'categorical_crossentropy')
