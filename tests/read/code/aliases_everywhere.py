import tensorflow.keras as tfk
import tensorflow.keras.layers as tfl
import tensorflow.keras.backend as K
from tensorflow.keras import Sequential as Seq, regularizers as reg
from tensorflow.keras.layers import (Conv2D as C, MaxPool2D as P,
                                     Dense as D)
w = dict(padding='same', activation='relu', kernel_regularizer=reg.l2(1e-4))
net = Seq()
net.add(tfk.Input((40, 40, 1)))
net.add(C(8, 3, **w)); net.add(P())
net.add(C(16, (3, 3), **w)); net.add(P(2, 2))
net.add(tfl.GlobalAvgPool2D())
net.add(D(6, tfk.activations.softmax))
net.compile(tfk.optimizers.Adamax(1e-3), tfk.losses.CategoricalCrossentropy(label_smoothing=0.1))
