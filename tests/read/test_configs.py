"""Configurations of Keras of any age, to specs."""

import os
from collections.abc import Iterator
from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from keras import layers, ops

from cnnspec import api
from cnnspec.catalogue.past import by_position, current
from tests.emit.same import reset_names
from tests.read import drawn_layers
from tests.read.drawn_models import models, unread
from tests.read.round_trip import found_in, rebuilt, unlike

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"


@pytest.fixture(autouse=True)
def _session() -> Iterator[None]:
    """Names are counted from the start, here and in the tests after."""
    reset_names()
    yield
    reset_names()


def _chain() -> Any:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(8, 3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(axis=-1),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, "softmax", kernel_initializer="he_normal"),
        ]
    )


def _graph() -> Any:
    """Operations, states, a model twice, masks, several outputs."""
    words = keras.Input((12,), name="words")
    x = layers.Embedding(50, 4, mask_zero=True)(words)
    x, *states = layers.LSTM(4, return_sequences=True, return_state=True)(x)
    y = layers.Bidirectional(layers.GRU(4, name="both"))(x, training=False)
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="head")
    one, other = inner(states[0]), inner(states[1])
    z = ops.where(one > 0, 1 - one, other[:, ::-1])
    z = layers.Concatenate()([z, ops.mean(x, axis=1)])
    score = layers.MultiHeadAttention(2, 3, name="look")(x, x, use_causal_mask=True)
    score = layers.TimeDistributed(layers.Dense(2, trainable=False))(score)
    return keras.Model(words, [z, y, score], name="graph")


@pytest.mark.parametrize("make", [_chain, _graph])
def test_a_model_comes_back(make: Any) -> None:
    model = make()
    found = found_in(model)
    assert found.unknowns == ()
    assert unlike(model, rebuilt(found)) == []


@pytest.mark.parametrize(
    ("kind", "given", "now"),
    [
        (
            "Convolution2D",
            {"nb_filter": 8, "nb_row": 3, "nb_col": 5, "border_mode": "same"}
            | {"subsample": [2, 2], "dim_ordering": "th", "bias": False},
            "Conv2D: filters=8 padding=same strides=[2, 2] data_format=channels_first"
            + " use_bias=False kernel_size=[3, 5]",
        ),
        ("Dense", {"output_dim": 4, "init": "uniform", "input_dim": 9},
         "Dense: units=4 kernel_initializer=uniform"),
        ("Dropout", {"p": 0.5}, "Dropout: rate=0.5"),
        ("Merge", {"mode": "concat", "concat_axis": 1}, "Concatenate: axis=1"),
        ("GRU", {"units": 3}, "GRU: units=3 reset_after=False"),
        ("CuDNNGRU", {"units": 3}, "GRU: units=3 reset_after=True"),
        ("ThresholdedReLU", {"theta": 1.0}, "ReLU: threshold=1.0"),
        ("LeakyReLU", {"alpha": 0.3}, "LeakyReLU: negative_slope=0.3"),
        ("ELU", {"alpha": 0.3}, "ELU: alpha=0.3"),
        ("BatchNormalization", {"axis": [3], "mode": 0}, "BatchNormalization: axis=3"),
        ("MaxoutDense", {"output_dim": 4}, "MaxoutDense: output_dim=4"),
    ],
)  # fmt: skip
def test_what_was_called_otherwise(kind: str, given: Any, now: str) -> None:
    found = current(kind, given, "2.1.6")
    assert found.notes == ()
    name, _, values = now.partition(": ")
    assert found.kind == name
    assert " ".join(f"{k}={v}" for k, v in found.arguments.items()) == values


def test_what_stood_in_its_place() -> None:
    assert by_position("Convolution2D", [32, 3, 3]) == {
        "nb_filter": 32,
        "nb_row": 3,
        "nb_col": 3,
    }


def test_how_it_was_compiled_comes_back() -> None:
    model = _chain()
    rate = keras.optimizers.schedules.CosineDecay(0.1, 100)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(keras.optimizers.SGD(rate, momentum=0.9), loss, metrics=["accuracy"])
    found = found_in(model)
    assert found.document["train"] == {
        "optimizer": {
            "SGD": {
                "learning_rate": {
                    "CosineDecay": {"initial_learning_rate": 0.1, "decay_steps": 100}
                },
                "momentum": 0.9,
            }
        },
        "loss": {"CategoricalCrossentropy": {"label_smoothing": 0.1}},
        "metrics": ["accuracy"],
    }
    assert api.check(found.document).ok


def test_a_tensor_given_twice_is_told() -> None:
    """No spec names it twice, so that the import isn't sound."""
    reset_names()
    inputs = keras.Input((4,))
    made = keras.layers.Dense(3, name="made")(inputs)
    found = found_in(keras.Model(inputs, [made, made]))
    assert found.document["outputs"] == ["made"]
    [one] = found.unknowns
    assert (one.layer, one.argument, one.counts) == ("made", "outputs", True)
    assert one.why.startswith("the model gives it twice")


@pytest.mark.filterwarnings("ignore")
def test_drawn_models_come_back() -> None:
    seeds = range(400) if LONG else range(12)
    found = {seed: unread(model) for seed, model in models(seeds)}
    assert len(found) > len(seeds) // 4
    assert {seed: wrong for seed, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    "name",
    [
        *("Activation", "Bidirectional", "Conv2D", "Conv2DTranspose", "Dense", "Dot"),
        *("EinsumDense", "Embedding", "GRU", "LSTM", "LSTMCell", "MaxPooling2D"),
        *(
            "MultiHeadAttention",
            "RandomFlip",
            "ReLU",
            "StringLookup",
            "TimeDistributed",
        ),
    ],
)
def test_drawn_layers_come_back(name: str) -> None:
    @settings(
        max_examples=200 if LONG else 5,
        deadline=None,
        database=None,
        derandomize=not LONG,
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn_layers.strategy(name))
    def read(case: Any) -> None:
        assert drawn_layers.unread(case) == ""

    read()
