"""LayerScale of keras.applications.ConvNeXt*, as scripts carry it."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="cnnspec")
class LayerScale(layers.Layer):
    """Multiplies each channel by a number that is learned and starts close to 0.

    Touvron et al., Going deeper with Image Transformers, 2021 (arXiv:2103.17239).
    """

    def __init__(self, init_values, projection_dim, **kwargs):
        super().__init__(**kwargs)
        self.init_values = init_values
        self.projection_dim = projection_dim

    def build(self, input_shape):
        self.gamma = self.add_weight(
            shape=(self.projection_dim,),
            initializer=keras.initializers.Constant(self.init_values),
        )

    def call(self, x):
        return x * self.gamma

    def get_config(self):
        return super().get_config() | {
            "init_values": self.init_values,
            "projection_dim": self.projection_dim,
        }
