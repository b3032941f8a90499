"""Initializers, regularizers and constraints fit the weights that Keras lets them."""

import os
import random
from typing import Any

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.catalogue.components import (
    Component,
    Constraint,
    Initializer,
    Regularizer,
    by_name,
)
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import layer_names
from cnnspec.emit.keras_live.model import keras_object
from cnnspec.ground.errors import Invalid
from cnnspec.ground.yaml_text import flow
from tests.fidelity.signatures import example
from tests.test_components_against_keras import candidates, required, title

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
BASES: dict[str, type[Component]] = {
    "initializer": Initializer,
    "regularizer": Regularizer,
    "constraint": Constraint,
}
AXES = [0, 1, 2, 3, -1, -2, -3, -4, [], [0, 1], [0, 0], [0, -1], [1, 2, 3]]
FITTED: dict[str, list[Any]] = {
    "initializer": ["orthogonal", "Identity", {"Orthogonal": {"gain": 2.0}}],
    "regularizer": ["orthogonal_regularizer", {"OrthogonalRegularizer": 0.1}, "l2"],
    "constraint": [
        {name: {"axis": axis}}
        for name in ("MaxNorm", "MinMaxNorm", "UnitNorm")
        for axis in AXES
    ],
}


def slots() -> list[tuple[str, str]]:
    """Each argument of a layer that holds a component."""
    return [
        (name, argument)
        for name in layer_names()
        if layer_class(name).example_inputs and "Cell" not in name
        for argument in layer_class(name).arguments()
        if argument.rpartition("_")[2] in BASES
        and not argument.startswith(("activity", "moving"))
        and example(name) is not None
    ]


def codes(spec: str) -> set[str]:
    return {d.code for d in api.check(spec).diagnostics if d.severity == "error"}


def spec_of(name: str, given: dict[str, Any]) -> str:
    inputs = {
        f"in_{place}": list(shape[1:])
        for place, shape in enumerate(layer_class(name).example_inputs)
    }
    return flow({"inputs": inputs, "layers": [{name: given}]})


def runs(name: str, given: dict[str, Any]) -> bool:
    """Whether Keras makes the weights, and works out and holds what training does."""
    cls = layer_class(name)
    layer = keras_object(make_layer(name, given))
    sizes = [[4 if size is None else size for size in s] for s in cls.example_inputs]
    tensors = [np.ones([2, *shape[1:]], "float32") for shape in sizes]
    try:
        if cls.takes_tensors_apart:
            layer(*tensors)
        else:
            layer(tensors if cls.inputs > 1 else tensors[0])
        assert len(layer.losses) >= 0
        for weight in layer.trainable_weights:
            if weight.constraint is not None:
                weight.assign(weight.constraint(weight))
    except Exception:  # noqa: BLE001 - Keras ends in whatever it stumbles over
        return False
    return True


@pytest.mark.parametrize(("name", "argument"), slots())
def test_what_fits_is_what_runs(name: str, argument: str) -> None:
    values = FITTED[argument.rpartition("_")[2]]
    if not LONG:
        values = random.Random(name + argument).sample(values, 1)
    for value in values:
        given = example(name) | {argument: value}
        found = codes(spec_of(name, given))
        if found <= {"weight-axes"}:
            assert runs(name, given) == (not found), given


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        ({"TimeDistributed": {"layer": {"Dense": {"units": 3}}}}, set()),
        ({"TimeDistributed": {"layer": {"Dense": {
            "units": 3, "bias_initializer": "orthogonal"}}}}, {"weight-axes"}),
        ({"Bidirectional": {"layer": {"GRU": {
            "units": 3, "bias_initializer": "orthogonal"}}}}, set()),
        ({"Bidirectional": {"layer": {"LSTM": {
            "units": 3, "bias_initializer": "orthogonal"}}}}, {"weight-axes"}),
        ({"RNN": {"cell": {"LSTMCell": {
            "units": 3, "recurrent_initializer": "STFT"}}}}, {"weight-axes"}),
        ({"Dense": {"units": 3, "activity_regularizer": "orthogonal_regularizer"}},
         {"weight-axes"}),
        ({"GRU": {"units": 3, "activity_regularizer": "orthogonal_regularizer"}},
         set()),
        ({"Dense": {"units": 3, "use_bias": False, "bias_initializer": "orthogonal"}},
         set()),
    ],
    ids=str,
)  # fmt: skip
def test_in_layers_inside_others_and_of_what_they_give(
    layer: dict[str, Any], code: set[str]
) -> None:
    [(name, given)] = layer.items()
    assert codes(flow({"input": [4, 5], "layers": [layer]})) == code
    made = keras_object(make_layer(name, given))
    x = np.ones((2, 4, 5), "float32")
    if code:
        with pytest.raises(Exception):  # noqa: B017 - whatever it is
            assert made(x) is None or made.losses is None
    else:
        made(x)
        assert len(made.losses) >= 0


COMPONENTS = sorted(
    {cls for base in BASES.values() for cls in by_name(base).values()}, key=title
)


@pytest.mark.parametrize("cls", COMPONENTS, ids=title)
def test_what_is_taken_gives_numbers(cls: type[Component]) -> None:
    """Each argument alone, with each value that its type has."""
    shape = (8, 1, 5) if cls.__name__ == "STFT" else (4, 4)
    for argument in cls.arguments().values():
        extremes = [float("nan"), float("inf"), 1e39, 0, 0.0, -1.0, 2.0, 2**63]
        for value in [*candidates(argument), *extremes]:
            given = required(cls) | {argument.name: value}
            try:
                made = keras_object(cls.read(given))
            except Invalid:
                continue
            if argument.name == "axis" and cls.read(given).misfit(len(shape)):
                continue
            weights = keras.ops.ones(shape)
            is_initializer = issubclass(cls, Initializer)
            found = made(shape) if is_initializer else made(weights)
            assert np.isfinite(np.array(found)).all(), given
            if issubclass(cls, Constraint):
                assert np.array(found).any(), given


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Constant", {"value": float("nan")}),
        ("Constant", {"value": 1e39}),
        ("Orthogonal", {"gain": float("inf")}),
        ("VarianceScaling", {"scale": 0.0}),
        ("HeNormal", {"seed": 2**63}),
        ("OrthogonalRegularizer", {"factor": -1.0}),
        ("MaxNorm", {"max_value": 0.0}),
        ("MinMaxNorm", {"min_value": 2.0}),
        ("MinMaxNorm", {"rate": -1.0}),
    ],
)
def test_what_comes_to_nothing_is_refused(name: str, given: dict[str, Any]) -> None:
    [cls] = [cls for cls in COMPONENTS if cls.__name__ == name]
    with pytest.raises(Invalid):
        cls.read(given)


@pytest.mark.parametrize("name", sorted(by_name(Initializer)))
def test_types_of_weights_that_initializers_make(name: str) -> None:
    cls = by_name(Initializer)[name]
    initializer = cls.read(required(cls))
    made = keras_object(initializer)
    shape = (4, 4) if not initializer.misfit(2) else (2, 1, 4)
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        try:
            made(shape, dtype=dtype)
        except Exception:  # noqa: BLE001 - Keras fails with whatever its backend raises
            refused = True
        else:
            refused = False
        assert refused == (dtype in cls.unmade), dtype
