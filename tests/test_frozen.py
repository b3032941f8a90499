"""`trainable: false` freezes what it does in Keras, and `check` says where nothing."""

from collections.abc import Iterator
from math import prod
from typing import Any

import keras
import pytest

from cnnspec import api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.layers.rnn import _Cell
from cnnspec.catalogue.registry import layer_names
from cnnspec.emit.keras_live.model import keras_object
from cnnspec.ground.yaml_text import flow


def frozen() -> Iterator[Layer]:
    """Each layer that takes `trainable` and can stand alone, by its example."""
    for name in layer_names():
        cls = layer_class(name)
        if "trainable" not in cls.arguments() or issubclass(cls, _Cell):
            continue
        given = cls.example
        if not isinstance(given, dict):
            given = {} if given is None else {next(iter(cls.arguments())): given}
        yield make_layer(name, given | {"trainable": False})


FROZEN = list(frozen())


@pytest.mark.parametrize("layer", FROZEN, ids=lambda layer: layer.title())
def test_it_freezes_as_many_weights_as_in_keras(layer: Layer) -> None:
    made = keras_object(layer)
    shapes = layer.example_inputs
    tensors = [keras.KerasTensor(shape) for shape in shapes]
    if layer.takes_tensors_apart:
        made(*tensors)
    else:
        made(tensors if layer.inputs > 1 else tensors[0])
    # A model trains each variable that says so, whatever the layer around it says.
    theirs = sum(prod(v.shape) for v in made.weights if v.trainable)
    ours = sum(w.size for w in layer.held(*shapes) if w.trainable)
    assert ours == theirs
    assert layer.freezes == (ours == 0) or not layer.weights(*shapes)


def test_what_freezes_nothing_is_found_by_the_examples() -> None:
    assert {layer.title() for layer in FROZEN if not layer.freezes} == {
        *("Bidirectional", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "RNN"),
        *("GroupQueryAttention", "MultiHeadAttention", "SpectralNormalization"),
        "TimeDistributed",
    }


FREEZES = {"trainable": False}
LSTM, DENSE = {"LSTM": {"units": 4} | FREEZES}, {"Dense": {"units": 4} | FREEZES}
CELL = {"GRUCell": {"units": 4} | FREEZES}


@pytest.mark.parametrize(
    ("name", "given", "inside", "mended"),
    [
        ("TimeDistributed", {"layer": {"Dense": 4}}, "Dense", {"layer": DENSE}),
        ("Bidirectional", {"layer": {"LSTM": 4}}, "LSTM", {"layer": LSTM}),
        ("SpectralNormalization", {"layer": {"Dense": 4}}, "Dense", {"layer": DENSE}),
        ("RNN", {"cell": {"GRUCell": 4}}, "GRUCell", {"cell": CELL}),
        ("RNN", {"cell": [{"GRUCell": 4}, CELL]}, "GRUCell", {"cell": [CELL, CELL]}),
    ],
    ids=str,
)
def test_the_hint_freezes_them(name: str, given: Any, inside: str, mended: Any) -> None:
    found = checked({name: given | FREEZES})
    [said] = found.diagnostics
    assert said.code == "frozen-outside"
    assert said.hint == f"give '{inside}' inside it trainable: false"
    for outside in ({}, FREEZES):
        found = checked({name: mended | outside})
        assert not found.diagnostics
        assert found.summary is not None
        assert found.summary.trainable_params == 0


def checked(entry: Any) -> Any:
    return api.check(f"input: [5, 3]\nlayers: [{flow(entry)}]\n")


@pytest.mark.parametrize(
    "entry",
    [
        {"TimeDistributed": {"layer": "Flatten"} | FREEZES},
        {"TimeDistributed": {"layer": {"Dense": 4}}},
        {"LSTM": {"units": 4} | FREEZES},
    ],
    ids=str,
)
def test_nothing_is_said_where_nothing_is_left_to_freeze(entry: Any) -> None:
    assert not checked(entry).diagnostics


@pytest.mark.parametrize(
    "entry",
    [
        {"MultiHeadAttention": {"num_heads": 2, "key_dim": 3, "from": ["x", "x"]}},
        {"ConvLSTM1D": {"filters": 2, "kernel_size": 3, "activation": "relu"}},
    ],
    ids=str,
)
def test_where_no_argument_freezes_the_hint_says_so(entry: Any) -> None:
    [[name, given]] = entry.items()
    shape = [5, 8, 3] if name == "ConvLSTM1D" else [5, 3]
    text = f"inputs: {{x: {shape}}}\nlayers: [{flow({name: given | FREEZES})}]\n"
    [said] = api.check(text).diagnostics
    assert said.hint.startswith("no argument does")
