"""Positions as waves, as scripts carry them."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="cnnspec")
class SinusoidalPositionEmbedding(layers.Layer):
    """Adds to each position waves of its own, from short to long ones.

    Vaswani et al., Attention Is All You Need, 2017, section 3.5 (arXiv:1706.03762).
    """

    def __init__(self, max_wavelength=10000, **kwargs):
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength

    def build(self, input_shape):
        _, _, features = input_shape
        exponents = [2 * (feature // 2) / features for feature in range(features)]
        self.rates = [self.max_wavelength**-exponent for exponent in exponents]
        self.odd = [feature % 2 == 1 for feature in range(features)]

    def compute_output_shape(self, input_shape):
        return input_shape

    def call(self, inputs):
        positions = keras.ops.arange(keras.ops.shape(inputs)[1], dtype="float32")
        angles = positions[:, None] * keras.ops.array(self.rates, dtype="float32")
        odd = keras.ops.array(self.odd, dtype="bool")
        waves = keras.ops.where(odd, keras.ops.cos(angles), keras.ops.sin(angles))
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        return inputs + keras.ops.cast(waves, self.compute_dtype)

    def get_config(self):
        return super().get_config() | {"max_wavelength": self.max_wavelength}
