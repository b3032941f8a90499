"""Vectors that are learned, as scripts carry them."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="cnnspec")
class LearnedQueries(layers.Layer):
    """Gives for each sample the same vectors, which are learned: questions to it.

    Carion et al., End-to-End Object Detection with Transformers, 2020
    (arXiv:2005.12872).
    """

    def __init__(self, count, width, queries_initializer="truncated_normal", **kwargs):
        super().__init__(**kwargs)
        self.count = count
        self.width = width
        self.queries_initializer = keras.initializers.get(queries_initializer)

    def build(self, input_shape):
        self.queries = self.add_weight(
            name="queries",
            shape=(self.count, self.width),
            initializer=self.queries_initializer,
        )

    def compute_output_shape(self, input_shape):
        return input_shape[0], self.count, self.width

    def call(self, inputs):
        one_per_sample = (keras.ops.shape(inputs)[0], self.count, self.width)
        return keras.ops.broadcast_to(self.queries, one_per_sample)

    def get_config(self):
        initializer = keras.initializers.serialize(self.queries_initializer)
        return super().get_config() | {
            "count": self.count,
            "width": self.width,
            "queries_initializer": initializer,
        }
