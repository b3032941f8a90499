"""Transfer from the digits 0 to 4 to 5 to 9, as one writes it by hand in Keras.

    python benchmarks/transfer_by_hand.py FOLDER

FOLDER has high.npz and results/low/model.keras, as benchmarks/transfer.py makes them.
Prints the test accuracy before and after fine-tuning, as JSON.
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np
from keras import layers

folder = Path(sys.argv[1])
keras.utils.set_random_seed(0)
data = np.load(folder / "high.npz")
x, y = data["x_train"], data["y_train"]
place = np.empty(len(x))
for label in range(5):
    found = np.flatnonzero(y == label)
    place[found] = (np.arange(len(found)) + 0.5) / len(found)
few = np.sort(np.argsort(place, kind="stable")[:200])
x_train, y_train = x[few].reshape(-1, 28, 28, 1) / np.float32(255), y[few]
x_test, y_test = data["x_test"].reshape(-1, 28, 28, 1) / np.float32(255), data["y_test"]

low = keras.models.load_model(folder / "results" / "low" / "model.keras")
base = low.get_layer("base")
base.trainable = False
inputs = keras.Input((28, 28, 1))
outputs = layers.Dense(5, activation="softmax")(base(inputs, training=False))
model = keras.Model(inputs, outputs)


def fit(rate: float) -> float:
    """The test accuracy after 20 epochs."""
    model.compile(
        keras.optimizers.Adam(rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x_train, y_train, batch_size=20, epochs=20, verbose=0)
    return float(model.evaluate(x_test, y_test, verbose=0)[1])


before = fit(0.01)
base.trainable = True
for name in ("early", "early_norm", "late_norm"):
    base.get_layer(name).trainable = False
norm = base.get_layer("late_norm")  # in inference, with its scale and offset trained
norm.gamma.trainable = norm.beta.trainable = True
print(json.dumps({"before": before, "after": fit(0.001)}))
