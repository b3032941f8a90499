import numpy as np
import math
from tensorflow.keras import layers, models
img_shape = (28, 28, 1)
latent = 10
g = models.Sequential([
    layers.Dense(int(np.prod((7, 7, 16))), input_dim=latent),
    layers.Reshape((7, 7, 16)),
    layers.Conv2DTranspose(2 ** int(math.log2(8)), 4, strides=2, padding='same'),
    layers.Conv2DTranspose(img_shape[-1], 4, strides=2, padding='same', activation='sigmoid'),
])
g.compile('adam', 'mse')
