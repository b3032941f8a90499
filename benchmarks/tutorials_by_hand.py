"""nin and one MLP, compiled as their tutorials do it, to measure against."""

import keras
import nin_by_hand
from keras import layers


def nin() -> keras.Model:
    """Network in Network for MNIST."""
    return compiled(nin_by_hand.build_model())


def mlp_ensemble() -> keras.Model:
    """One of the five members."""
    model = keras.Sequential([keras.Input((784,))])
    for _ in range(4):
        model.add(layers.Dense(50, kernel_initializer="he_normal"))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.Dropout(0.2))
    model.add(layers.Dense(10, kernel_initializer="he_normal"))
    model.add(layers.Activation("softmax"))
    return compiled(model)


def compiled(model: keras.Model) -> keras.Model:
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.Adam(0.001),
        metrics=["accuracy"],
    )
    return model
