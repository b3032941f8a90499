"""Positions that are learned, as scripts carry them."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="cnnspec")
class PositionEmbedding(layers.Layer):
    """Adds to each position a vector that is learned, so that order can matter.

    Gehring et al., Convolutional Sequence to Sequence Learning, 2017
    (arXiv:1705.03122).
    """

    def __init__(
        self,
        sequence_length=None,
        embeddings_initializer="truncated_normal",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.sequence_length = sequence_length
        self.embeddings_initializer = keras.initializers.get(embeddings_initializer)

    def build(self, input_shape):
        _, positions, *features = input_shape
        if positions and self.sequence_length and positions > self.sequence_length:
            raise ValueError(f"{positions} positions, and {self.sequence_length=}")
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.sequence_length or positions, *features),
            initializer=self.embeddings_initializer,
        )

    def compute_output_shape(self, input_shape):
        return input_shape

    def call(self, inputs):
        positions = keras.ops.shape(inputs)[1]
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        return inputs + self.embeddings[:positions]

    def get_config(self):
        initializer = keras.initializers.serialize(self.embeddings_initializer)
        return super().get_config() | {
            "sequence_length": self.sequence_length,
            "embeddings_initializer": initializer,
        }
