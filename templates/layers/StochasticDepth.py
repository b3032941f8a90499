"""StochasticDepth of keras.applications.ConvNeXt*, as scripts carry it."""

import keras
from keras import layers


@keras.saving.register_keras_serializable(package="cnnspec")
class StochasticDepth(layers.Layer):
    """Leaves out a residual branch by chance in training, and sample by sample.

    Huang et al., Deep Networks with Stochastic Depth, 2016 (arXiv:1603.09382).
    """

    def __init__(self, drop_path_rate, **kwargs):
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate
        self.seeds = keras.random.SeedGenerator()  # JAX takes no others in training

    def call(self, x, training=None):
        if not training:
            return x
        kept_share = 1 - self.drop_path_rate
        one_per_sample = (keras.ops.shape(x)[0],) + (1,) * (x.ndim - 1)
        chance = keras.random.uniform(one_per_sample, seed=self.seeds)
        kept = keras.ops.floor(kept_share + chance)
        return x / kept_share * kept

    def get_config(self):
        return super().get_config() | {"drop_path_rate": self.drop_path_rate}
