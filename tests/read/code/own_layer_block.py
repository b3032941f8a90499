import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

class ConvBlock(layers.Layer):
    """합성곱, 배치 정규화, 활성화를 하나로 묶은 층"""
    def __init__(self, filters, kernel_size=3, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(filters, kernel_size, padding="same")
        self.bn = layers.BatchNormalization()

    def call(self, inputs):
        return tf.nn.relu(self.bn(self.conv(inputs)))

inputs = keras.Input((32, 32, 3))
x = ConvBlock(16)(inputs)
x = ConvBlock(32, kernel_size=5)(x)
x = layers.GlobalMaxPooling2D()(x)
outputs = layers.Dense(5)(x)
model = keras.Model(inputs, outputs)
model.summary()
