"""The models and trainings of `tasks/` in plain Keras, to measure against.

    python tasks_by_hand.py NAME

runs in the folder of the data, and prints its scores as JSON.
"""

import json
import sys

import keras
import numpy as np
import pandas as pd
from keras import layers
from sklearn.model_selection import train_test_split


def arrays(path, *names):
    """Arrays of a file, those to train on and those to test with."""
    file = np.load(path, allow_pickle=False)
    return [[file[f"{name}_{part}"] for name in names] for part in ("train", "test")]


def scaled(images):
    return images.astype("float32") / 255


def segmentation():
    (x, y), test = arrays("masks.npz", "image", "mask")
    inputs = keras.Input((28, 28, 1))
    fine = layers.Conv2D(16, 3, padding="same", activation="relu")(inputs)
    middle = layers.MaxPooling2D()(fine)
    middle = layers.Conv2D(32, 3, padding="same", activation="relu")(middle)
    x1 = layers.MaxPooling2D()(middle)
    x1 = layers.Conv2D(64, 3, padding="same", activation="relu")(x1)
    x1 = layers.Concatenate()([layers.UpSampling2D()(x1), middle])
    x1 = layers.Conv2D(32, 3, padding="same", activation="relu")(x1)
    x1 = layers.Concatenate()([layers.UpSampling2D()(x1), fine])
    model = keras.Model(inputs, layers.Conv2D(11, 1, activation="softmax")(x1))
    iou = keras.metrics.MeanIoU(11, sparse_y_pred=False)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=[iou])
    model.fit(scaled(x), y, epochs=5, verbose=0)
    return model.evaluate(scaled(test[0]), test[1], verbose=0, return_dict=True)


def autoencoder():
    [x], [test] = arrays("masks.npz", "image")
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(128, activation="relu"),
            layers.Dense(784, activation="sigmoid"),
            layers.Reshape((28, 28, 1)),
        ]
    )
    model.compile("adam", "mse")
    model.fit(scaled(x), scaled(x), epochs=10, verbose=0)
    return model.evaluate(scaled(test), scaled(test), verbose=0, return_dict=True)


def denoising():
    (x, y), test = arrays("noisy.npz", "seen", "clean")
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
        ]
    )
    model.compile("adam", "mse")
    model.fit(scaled(x), scaled(y), epochs=3, verbose=0)
    return model.evaluate(scaled(test[0]), scaled(test[1]), verbose=0, return_dict=True)


def seen(inputs):
    """What two convolutions and a dense layer see."""
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    return layers.Dense(64, activation="relu")(layers.Flatten()(x))


def multi_label():
    (x, y), test = arrays("pairs.npz", "image", "tags")
    inputs = keras.Input((28, 56, 1))
    features = seen(inputs)
    model = keras.Model(inputs, layers.Dense(10, activation="sigmoid")(features))
    f1 = keras.metrics.F1Score(average="macro", threshold=0.5)
    model.compile("adam", "binary_crossentropy", metrics=[f1])
    model.fit(scaled(x), y.astype("float32"), epochs=10, verbose=0)
    truth = test[1].astype("float32")
    return model.evaluate(scaled(test[0]), truth, verbose=0, return_dict=True)


def reading():
    (x, y), test = arrays("written.npz", "columns", "digit")
    model = keras.Sequential(
        [
            keras.Input((112, 28)),
            layers.Bidirectional(layers.GRU(32, return_sequences=True)),
            layers.Dense(11, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(scaled(x), y, epochs=5, verbose=0)
    return model.evaluate(scaled(test[0]), test[1], verbose=0, return_dict=True)


def place():
    (x, y), test = arrays("placed.npz", "image", "place")
    model = keras.Sequential(
        [
            keras.Input((48, 48, 1)),
            layers.Conv2D(8, 3, strides=2, activation="relu"),
            layers.Conv2D(16, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(2),
        ]
    )
    model.compile("adam", "mse", metrics=[keras.metrics.R2Score()])
    model.fit(scaled(x), y, epochs=10, verbose=0)
    return model.evaluate(scaled(test[0]), test[1], verbose=0, return_dict=True)


def tilted():
    (x, *y), (test, *truth) = arrays("tilted.npz", "image", "label", "angle")
    inputs = keras.Input((28, 28, 1))
    features = seen(inputs)
    digit = layers.Dense(10, activation="softmax", name="digit")(features)
    tilt = layers.Dense(1, name="tilt")(features)
    model = keras.Model(inputs, {"digit": digit, "tilt": tilt})
    model.compile(
        "adam",
        {"digit": "sparse_categorical_crossentropy", "tilt": "mse"},
        loss_weights={"digit": 1.0, "tilt": 0.01},
        metrics={"digit": ["accuracy"], "tilt": ["mae"]},
    )
    names = "digit", "tilt"
    model.fit(scaled(x), dict(zip(names, y, strict=True)), epochs=10, verbose=0)
    truth = dict(zip(names, truth, strict=True))
    return model.evaluate(scaled(test), truth, verbose=0, return_dict=True)


def split(path):
    """Rows of a table, without and with their target, and the same to test with."""
    table = pd.read_csv(path)
    if "sex" in table:
        place = table.columns.get_loc("sex")
        for number, name in enumerate(("first", "second")):
            column = (table["sex"] == name).astype(float)
            table.insert(place + number, f"sex_{name}", column)
        table.pop("sex")
    y = table.pop("target").to_numpy()
    return train_test_split(
        table.to_numpy().astype("float32"), y, test_size=0.25, random_state=0
    )


def of_table(path, last, epochs, units=16, optimizer="adam", **compiled):
    """Scores of a dense network; `last` are the arguments of its last layer."""
    x, test, y, truth = split(path)
    normalization = layers.Normalization()
    normalization.adapt(x)
    model = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            normalization,
            layers.Dense(units, activation="relu"),
            layers.Dense(**last),
        ]
    )
    model.compile(optimizer, **compiled)
    model.fit(x, y, epochs=epochs, verbose=0)
    return model.evaluate(test, truth, verbose=0, return_dict=True)


def diabetes():
    metrics, optimizer = [keras.metrics.R2Score()], keras.optimizers.Adam(0.01)
    last = {"units": 1}
    return of_table(
        "diabetes.csv", last, 60, 32, optimizer, loss="mse", metrics=metrics
    )


def cancer():
    last = {"units": 1, "activation": "sigmoid"}
    loss = "binary_crossentropy"
    return of_table("cancer.csv", last, 30, loss=loss, metrics=["accuracy"])


def wine():
    last = {"units": 3, "activation": "softmax"}
    loss = "sparse_categorical_crossentropy"
    return of_table("wine.csv", last, 40, loss=loss, metrics=["accuracy"])


def folder():
    train, test = keras.utils.image_dataset_from_directory(
        "images",
        color_mode="grayscale",
        image_size=(28, 28),
        validation_split=0.2,
        subset="both",
        seed=0,
        verbose=False,
    )
    inputs = keras.Input((28, 28, 1))
    x = seen(layers.Rescaling(1 / 255)(inputs))
    model = keras.Model(inputs, layers.Dense(10, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train, epochs=5, verbose=0)
    return model.evaluate(test, verbose=0, return_dict=True)


if __name__ == "__main__":
    keras.utils.set_random_seed(0)
    scores = globals()[sys.argv[1]]()
    print(json.dumps({name: float(np.mean(score)) for name, score in scores.items()}))
