from keras.layers import Input, Dense, Merge, Dropout
from keras.models import Model, Sequential
a = Input((10,))
b = Input((10,))
da = Dense(8, activation='relu')(a)
db = Dense(8, activation='relu')(b)
m = Merge(mode='mul')([da, db])
n = Merge(mode='concat')([da, db, m])
out = Dense(2)(n)
model = Model(input=[a, b], output=out)
