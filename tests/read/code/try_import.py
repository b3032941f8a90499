from __future__ import print_function
try:
    from keras.layers import Merge
    OLD = True
except ImportError:
    OLD = False
import os, sys
from keras.models import Sequential
from keras.layers import Dense, Activation
assert len(sys.argv) >= 0
debug = False
N_HIDDEN = 128 if not debug else 8
DROPOUT = None
layers_sizes = []
layers_sizes += [N_HIDDEN]
layers_sizes.extend([N_HIDDEN // 2, N_HIDDEN // 4])
model = Sequential()
first = True
for size in sorted(layers_sizes, reverse=True):
    kwargs = {'input_shape': (784,)} if first else {}
    model.add(Dense(size, **kwargs))
    model.add(Activation('relu'))
    first = False
    if size < 40:
        continue
    if DROPOUT is not None:
        break
model.add(Dense(10))
model.add(Activation('softmax'))
model.summary()
