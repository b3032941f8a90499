"""Network in Network as one would write it in Keras by hand, to measure against."""

import keras
from keras import layers


def build_model() -> keras.Model:
    inputs = keras.Input((28, 28, 1))
    x = layers.Conv2D(50, 3, padding="same", kernel_initializer="he_normal")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    for stage in range(3):
        for _ in range(1 if stage == 0 else 2):
            x = layers.Conv2D(50, 3, padding="same", kernel_initializer="he_normal")(x)
            x = layers.Conv2D(25, 1, kernel_initializer="he_normal")(x)
            x = layers.BatchNormalization()(x)
            x = layers.Activation("relu")(x)
        x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(50, activation="relu", kernel_initializer="he_normal")(x)
    x = layers.Dropout(0.5)(x)
    x = layers.Dense(10, activation="softmax", kernel_initializer="he_normal")(x)
    return keras.Model(inputs, x)


if __name__ == "__main__":
    print(build_model().count_params())
