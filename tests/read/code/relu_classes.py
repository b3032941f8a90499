from keras.models import Sequential
from keras.layers import Dense, LeakyReLU, PReLU, ELU, ThresholdedReLU, ReLU, Softmax
from keras.layers import GaussianNoise, AlphaDropout
m = Sequential([Dense(32, input_dim=12)])
for act in [LeakyReLU(alpha=0.1), PReLU(), ELU(alpha=0.5), ReLU(max_value=6)]:
    m.add(Dense(16))
    m.add(act)
m.add(GaussianNoise(0.1))
m.add(AlphaDropout(0.2))
m.add(Dense(3))
m.add(Softmax())
m.compile('sgd', 'categorical_crossentropy')
