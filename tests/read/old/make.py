"""Makes the files beside it with Keras 2: small models, and what they answer.

Run with tf-keras, `pip install tensorflow tf-keras`, and nothing of this project:

    python tests/read/old/make.py

The weights are random, those of BatchNormalization, too, so that none of them can be in
another's place unseen. `answers.npz` has what each model is given and what it says.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras as keras
from tf_keras import layers

FOLDER = Path(__file__).parent
MODELS: dict[str, Callable[[], Any]] = {}


def model(make: Callable[[], Any]) -> Callable[[], Any]:
    """Notes a function that makes a model."""
    MODELS[make.__name__] = make
    return make


@model
def chain() -> Any:
    """A Sequential without an input layer, as tutorials have it."""
    return keras.Sequential(
        [
            layers.Conv2D(4, (3, 3), activation="relu", input_shape=(9, 9, 2)),
            layers.MaxPooling2D((2, 2)),
            layers.BatchNormalization(),
            layers.LeakyReLU(alpha=0.2),
            layers.Dropout(0.5),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )


@model
def skip() -> Any:
    """A functional model with a shortcut, and functions of TensorFlow in it."""
    x = image = keras.Input((6, 6, 3), name="image")
    x = layers.Conv2D(3, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(name="stem/bn")(x)
    x = layers.ReLU(6.0)(x)
    x = layers.Add()([x, image])
    x = tf.reduce_mean(x, axis=[1, 2]) * 2.0 - x[:, 0, 0]
    return keras.Model(image, layers.Dense(2)(1 - x))


@model
def transfer() -> Any:
    """A frozen model in a Sequential, with a head."""
    x = image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, name="block/conv")(x)
    x = layers.BatchNormalization()(x)
    inside = keras.Sequential([layers.Conv2D(5, 3), layers.BatchNormalization()])
    x = inside(layers.ReLU()(x))
    base = keras.Model(image, layers.GlobalAveragePooling2D()(x), name="base")
    base.trainable = False
    return keras.Sequential([base, layers.Dense(4, "relu"), layers.Dense(2, "sigmoid")])


@model
def lstm() -> Any:
    """Words, recurrent layers upon each other, and their states."""
    words = keras.Input((7,), name="words")
    x = layers.Embedding(11, 4)(words)
    x, *states = layers.LSTM(3, return_sequences=True, return_state=True)(x)
    x = layers.LSTM(3)(x, initial_state=states)
    return keras.Model(words, layers.Dense(1, "sigmoid")(x))


@model
def gru() -> Any:
    """A GRU as TensorFlow 2 has it, upon one as Keras had it before."""
    return keras.Sequential(
        [
            keras.Input((6, 3)),
            layers.GRU(4, return_sequences=True, reset_after=True),
            layers.GRU(3, reset_after=False, recurrent_activation="sigmoid"),
            layers.Dense(2),
        ]
    )


@model
def both_ways() -> Any:
    """Both directions, and a layer at each step."""
    x = steps = keras.Input((5, 4))
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    x = layers.TimeDistributed(layers.Dense(4, activation="tanh"))(x)
    x = layers.Bidirectional(layers.GRU(2), merge_mode="sum")(x)
    return keras.Model(steps, x)


@model
def separable() -> Any:
    """Depthwise, separable and transposed convolutions."""
    x = image = keras.Input((8, 8, 2))
    x = layers.SeparableConv2D(4, 3, depth_multiplier=2, activation="relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Conv2DTranspose(3, 3, strides=2)(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    return keras.Model(image, layers.GlobalMaxPooling2D()(x))


@model
def several() -> Any:
    """Several inputs and outputs."""
    image, facts = keras.Input((5, 5, 1), name="image"), keras.Input((3,), name="facts")
    x = layers.Flatten()(layers.Conv2D(2, 3)(image))
    x = layers.Concatenate()([x, layers.LayerNormalization()(facts)])
    kind = layers.Dense(3, "softmax", name="kind")(x)
    return keras.Model([image, facts], [kind, layers.Dense(1, name="size")(x)])


@model
def shared() -> Any:
    """A layer and a model, each called twice."""
    left, right = keras.Input((6,), name="left"), keras.Input((6,), name="right")
    look = layers.Dense(4, "relu", name="look")
    head = keras.Sequential([layers.Dense(3), layers.BatchNormalization()], name="head")
    one, other = head(look(left)), head(look(right))
    return keras.Model([left, right], layers.Dot(1, normalize=True)([one, other]))


@model
def attention() -> Any:
    """Attention, normalised by layer, with a shortcut."""
    x = steps = keras.Input((5, 6))
    y = layers.MultiHeadAttention(2, 3)(x, x)
    x = layers.LayerNormalization(epsilon=1e-6)(x + y)
    x = layers.Conv1D(4, 3, padding="causal", activation="gelu")(x)
    return keras.Model(steps, layers.GlobalAveragePooling1D()(x))


def main() -> None:
    """Writes all files."""
    answers = {}
    for name, make in MODELS.items():
        keras.backend.clear_session()
        random = np.random.default_rng(0)
        made = make()
        for weight in made.weights:
            values = random.uniform(0.1, 0.9, weight.shape)
            signed = "variance" not in weight.name
            weight.assign(2 * values - 0.9 if signed else values)
        made.save(FOLDER / f"{name}.h5", include_optimizer=False)
        shapes = [[2, *tensor.shape[1:]] for tensor in made.inputs]
        given = [random.uniform(-1, 1, shape).astype("float32") for shape in shapes]
        if name == "lstm":
            given = [random.integers(0, 11, shapes[0]).astype("float32")]
        said = made(given[0] if len(given) == 1 else given, training=False)
        for number, one in enumerate(given):
            answers[f"{name} given {number}"] = one
        for number, one in enumerate(said if isinstance(said, list) else [said]):
            answers[f"{name} said {number}"] = one.numpy()
    np.savez_compressed(FOLDER / "answers.npz", **answers)


if __name__ == "__main__":
    main()
