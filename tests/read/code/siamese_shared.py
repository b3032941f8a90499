import tensorflow as tf
from tensorflow.keras import layers, Model, Input, Sequential
import tensorflow.keras.backend as K

def make_embedding(shape):
    return Sequential([
        layers.Conv2D(16, 5, activation='relu', input_shape=shape),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(64),
    ], name='embedding')

input_a = Input((28, 28, 1), name='left')
input_b = Input((28, 28, 1), name='right')
net = make_embedding((28, 28, 1))
a, b = net(input_a), net(input_b)
distance = layers.Subtract()([a, b])
score = layers.Dense(1, activation='sigmoid')(distance)
model = Model([input_a, input_b], score)
model.summary()
