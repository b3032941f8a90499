"""Makes `keras3.keras`: two outputs, a layer that joins paths, and an operation.

python tests/read/files/make_keras3.py
"""

from pathlib import Path

import keras
from keras import layers

FOLDER = Path(__file__).parent


def main() -> None:
    data = keras.Input((4,), name="data")
    hidden = layers.Dense(4, activation="relu", name="hidden")(data)
    joined = layers.Add(name="sum")([data, hidden])
    out = layers.Dense(2, name="out")(joined * 0.5)
    keras.Model(data, [out, joined], name="keras3").save(FOLDER / "keras3.keras")


if __name__ == "__main__":
    main()
