from tensorflow.keras import Sequential
from tensorflow.keras.layers import Conv2D, MaxPool2D, Flatten, Dense, InputLayer
cfg = [16, 'M', 32, 32, 'M', 64, 'M']
def make_layers(cfg, k=3):
    out = [InputLayer(input_shape=(32, 32, 3))]
    for v in cfg:
        if v == 'M':
            out.append(MaxPool2D(2))
        else:
            out += [Conv2D(v, k, padding='same', activation='relu', name=f'conv_{len(out)}')]
    return out
model = Sequential(make_layers(cfg) + [Flatten(), Dense(100), Dense(10)])
model.summary()
