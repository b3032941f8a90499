"""A learned token before a sequence, as scripts carry it."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="cnnspec")
class ClassToken(layers.Layer):
    """Puts a learned vector before a sequence, to gather what is known of all of it.

    Dosovitskiy et al., An Image is Worth 16x16 Words, 2021 (arXiv:2010.11929).
    """

    def __init__(self, token_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.token_initializer = keras.initializers.get(token_initializer)

    def build(self, input_shape):
        self.token = self.add_weight(
            name="token",
            shape=(1, 1, input_shape[-1]),
            initializer=self.token_initializer,
        )

    def compute_output_shape(self, input_shape):
        batch, positions, features = input_shape
        return batch, None if positions is None else positions + 1, features

    def call(self, inputs):
        one_per_sample = (keras.ops.shape(inputs)[0], 1, inputs.shape[-1])
        token = keras.ops.broadcast_to(self.token, one_per_sample)
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        return keras.ops.concatenate([token, inputs], axis=1)

    def get_config(self):
        initializer = keras.initializers.serialize(self.token_initializer)
        return super().get_config() | {"token_initializer": initializer}
