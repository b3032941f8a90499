import tensorflow.keras.backend as K
import tensorflow as tf
from tensorflow.keras.layers import *
from tensorflow.keras.models import Model


class attention(Layer):
    def __init__(self, **kwargs):
        super(attention, self).__init__(**kwargs)

    def build(self, input_shape):
        self.W = self.add_weight(
            name="att_weight", shape=(input_shape[-1], 1), initializer="normal"
        )
        self.b = self.add_weight(
            name="att_bias", shape=(input_shape[1], 1), initializer="zeros"
        )
        super(attention, self).build(input_shape)

    def call(self, x):
        et = K.squeeze(K.tanh(K.dot(x, self.W) + self.b), axis=-1)
        at = K.expand_dims(K.softmax(et), axis=-1)
        return K.sum(x * at, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])


class MyDense(Layer):
    def __init__(self, units=32, activation=None):
        super().__init__()
        self.units = units
        self.activation = tf.keras.activations.get(activation)

    def build(self, input_shape):
        start = tf.random_normal_initializer()
        self.w = tf.Variable(start(shape=(input_shape[-1], self.units)))
        self.b = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        return self.activation(tf.matmul(inputs, self.w) + self.b)


class Highway(Layer):
    def build(self, input_shape):
        self.gate = Dense(input_shape[-1], activation="sigmoid")
        self.seen = self.add_weight(
            name="seen", shape=(), initializer="zeros", trainable=False
        )
        self.inner = MyDense(input_shape[-1], "relu")

    def call(self, x):
        t = self.gate(x)
        return t * self.inner(x) + (1 - t) * x + 0 * self.seen


inputs = Input((300,))
x = Embedding(input_dim=5001, output_dim=32, input_length=300)(inputs)
x = LSTM(100, return_sequences=True, dropout=0.3, recurrent_dropout=0.2)(x)
x = attention()(x)
x = MyDense(64, activation="relu")(x)
x = Highway(name="highway")(x)
outputs = MyDense(10, "softmax")(x)
model = Model(inputs, outputs)
model.summary()
