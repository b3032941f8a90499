"""What Keras takes for a sparse tensor before a model runs, and what that leads to."""

import inspect
from collections.abc import Iterator
from itertools import product
from typing import Any

import keras
import pytest
from keras.src.utils.python_utils import is_default

from cnnspec import api
from cnnspec.catalogue.dtypes import TEXTS
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.layers.base import DENSE, SPARSE, Layer
from cnnspec.catalogue.operations import operations
from cnnspec.catalogue.registry import FAMILIES, family_names
from cnnspec.emit.keras_live.model import build_model
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.source import Source
from cnnspec.language.reader import read_program
from cnnspec.model.resolver import resolve
from cnnspec.model.summary import infer
from tests.fidelity.judge import call_keras, keras_class, keras_layer
from tests.fidelity.operations import Case, call, made

WORDS = {False: DENSE, True: SPARSE}
NUMBERS = ({"x1": 2}, {"x2": 2}, {"x2": 0.5})


def _flags(result: Any) -> list[bool]:
    return [one.sparse for one in keras.tree.flatten(result)]


def _calls(name: str) -> Iterator[Case]:
    """An operation's example, and one with a number for each tensor argument."""
    cls = operations()[name]
    example: Any = cls.example or {}
    if not isinstance(example, dict):
        example = {next(iter(cls.arguments())): example}
    shapes = cls.example_inputs
    numbers = [one for one in NUMBERS if cls.arguments().keys() >= one.keys()]
    for more in ({}, *numbers):
        arguments = {**example, **more}
        given = [n for n in cls.tensor_arguments if n not in arguments]
        count = len(shapes) if cls.takes_list else min(len(shapes), len(given))
        yield Case(name, arguments, shapes[:count], ("float32",) * count)


def test_operations_say_what_is_taken_for_sparse() -> None:
    compared = 0
    for name in operations():
        for case in _calls(name):
            for flags in product([False, True], repeat=len(case.shapes)):
                pairs = zip(case.shapes, flags, strict=True)
                given = [keras.KerasTensor(shape, sparse=one) for shape, one in pairs]
                try:
                    theirs = _flags(call(case, given))
                except Exception:  # noqa: BLE001, S112  # Keras refuses the example
                    continue
                words = [WORDS[one] for one in flags]
                _, taken = made(case).told_of_sparse((), words, *case.shapes)
                assert theirs == [taken] * len(theirs), (case, flags)
                compared += 1
    assert compared > 500


def _layers() -> Iterator[tuple[str, Layer, Any]]:
    """All layers that can stand alone, which cells can't."""
    for family in FAMILIES:
        for name in family_names(family):
            cls = layer_class(name)
            if "states" not in inspect.signature(keras_class(name).call).parameters:
                yield name, make_layer(name, cls.example or {}), cls


def test_layers_say_whether_keras_has_a_rule() -> None:
    ruled = {name for name, layer, _ in _layers() if layer.has_rule}
    theirs = {
        name
        for name, _, _ in _layers()
        if not is_default(keras_class(name).compute_output_shape)
    }
    assert ruled == theirs


def test_layers_say_what_is_taken_for_sparse() -> None:
    compared = 0
    for name, layer, cls in _layers():
        if layer.kinds()[0] == TEXTS:
            continue
        shapes = cls.example_inputs
        given = [keras.KerasTensor(shape, sparse=True) for shape in shapes]
        words = [SPARSE] * len(shapes)
        told = layer.output(*shapes)
        try:
            expected = layer.told_of_sparse(told, words, *shapes)
        except ShapeError:
            with pytest.raises(TypeError):
                call_keras(keras_layer(name, cls.example or {}), given)
            continue
        result = call_keras(keras_layer(name, cls.example or {}), given)
        flags, taken = _flags(result), expected[1] or getattr(layer, "sparse", False)
        assert flags == [taken] * len(flags), name
        if not isinstance(result, list | tuple | dict):
            assert result.shape == expected[0], name
        compared += 1
    assert compared > 100


SCALE = "LayerScale: {init_values: 1.0, projection_dim: 4}"
HALF = "LayerScale: {init_values: 1.0, projection_dim: 4, dtype: float16}"
DROPS = "StochasticDepth: {drop_path_rate: 0.1, from: {x: prev, training: true}}"
CHAINS = (
    ("ops.multiply: 2.0", SCALE),
    ("ops.dot: 2.0", SCALE),
    ("ops.multiply: 2.0", HALF),
    ("ops.multiply: 2.0", "ops.negative", "ops.multiply: {from: [prev, input]}", SCALE),
    ("ops.multiply: 2.0", "ops.divide: 2", SCALE),
    ("ops.multiply: 2.0", "ops.add: {from: [prev, prev]}", SCALE),
    ("ops.multiply: 2.0", "ops.add: {from: [prev, input]}", SCALE),
    ("ops.multiply: 2.0", "Activation: linear", SCALE),
    ("ops.multiply: 2.0", "Add: {from: [prev, prev]}", SCALE),
    ("ops.multiply: 2.0", "StochasticDepth: 0.1", SCALE),
    ("ops.multiply: 2.0", DROPS),
    ("ops.multiply: 2.0", SCALE, "Dense: 3"),
    ("ops.multiply: 2.0", "CustomScaleLayer: {scale: 0.1, from: [prev, input]}"),
    ("ops.multiply: 2.0", "CustomScaleLayer: {scale: 0.1, from: [input, prev]}"),
    ("ops.multiply: 2.0", "Pipeline: {layers: [{Rescaling: 2.0}]}"),
    ("ops.multiply: 2.0", "Pipeline: {layers: [Flatten, {Dense: 3}]}", "ops.add: 1"),
    ("ops.multiply: 2.0", "Pipeline: {layers: [{Dense: 3}]}"),
    ("ops.multiply: 2.0", "model", SCALE),
)
MODEL = "{model: true, layers: [{ops.multiply: 3.0}]}"


@pytest.mark.parametrize("chain", CHAINS)
def test_models_are_told_and_refused_as_by_keras(chain: tuple[str, ...]) -> None:
    layers = "\n".join(f"  - {one}" for one in chain)
    text = f"input: [8, 4]\nblocks: {{model: {MODEL}}}\nlayers:\n{layers}\n"
    program = read_program(Source(text, "<spec>"))
    graph = resolve(program)
    assert not [*program.problems, *graph.problems]
    summary = infer(graph)
    try:
        theirs = build_model(graph).output_shape
    except Exception:  # noqa: BLE001  # whatever Keras's backend raises
        assert summary.problems
        for problem in api.check(text).diagnostics:
            assert "put - Activation: linear b" in problem.hint
        return
    assert not summary.problems
    assert summary.rows[-1].output_shape == theirs
