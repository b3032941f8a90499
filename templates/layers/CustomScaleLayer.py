"""The scaled sum of keras.applications.InceptionResNetV2, as scripts carry it."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="cnnspec")
class CustomScaleLayer(layers.Layer):
    """Adds a second tensor to the first, scaled down.

    Szegedy et al., Inception-v4, Inception-ResNet and the Impact of Residual
    Connections on Learning, 2016, section 3.3 (arXiv:1602.07261).
    """

    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, inputs):
        x, residual = inputs
        return x + residual * self.scale

    def get_config(self):
        return super().get_config() | {"scale": self.scale}
