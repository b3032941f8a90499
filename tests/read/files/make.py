"""Makes the files of this folder: a model as Keras 2 saves it in all its forms.

And `old.h5`, which docs/import.md and the README bring in.

Needs an environment of its own, with `pip install tf-keras`:

    python tests/read/files/make.py
"""

from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory

import tf_keras as keras

FOLDER = Path(__file__).parent


def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    inner = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, activation="relu", name="inner")],
        name="core",
    )
    layers = [keras.Input((4,), name="data"), inner, keras.layers.Dense(2, name="out")]
    whole = keras.Sequential(layers, name="keras2")
    whole.compile("sgd", "mse")
    return whole


def old() -> keras.Model:
    layers = [
        keras.Input((28, 28, 1)),
        keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(16, 3, activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.5),
        keras.layers.Dense(10, activation="softmax"),
    ]
    whole = keras.Sequential(layers)
    whole.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return whole


def main() -> None:
    old().save(FOLDER / "old.h5", include_optimizer=False)
    whole = model()
    for ending in ("h5", "keras"):
        whole.save(FOLDER / f"keras2.{ending}")
    whole.save_weights(FOLDER / "keras2_weights.h5")
    (FOLDER / "keras2.json").write_text(whole.to_json(), "utf-8")
    with TemporaryDirectory() as saved:
        whole.save(saved, save_format="tf")
        copy(f"{saved}/keras_metadata.pb", FOLDER / "keras_metadata.pb")


if __name__ == "__main__":
    main()
