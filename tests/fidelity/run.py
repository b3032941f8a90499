"""Runs layers of Keras, and holds what they give against what cnnspec says of it."""

import inspect
import json
import re
from typing import Any, NamedTuple

import keras
import numpy as np

from cnnspec.catalogue.dtypes import dtype_kind
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.layers.arguments import ACTIVATIONS
from cnnspec.catalogue.layers.base import MixedSamples, all_nested
from cnnspec.emit.keras_live.session import reason
from cnnspec.ground.errors import Invalid, ShapeError
from tests.fidelity.judge import (
    Case,
    ask_cnnspec,
    call_keras,
    keras_layer,
    shape_of,
)

SIZES = (5, 1, 2, 3, 4, 6, 7, 8, 9, 11, 16, 24, 32, 48, 64)
"""What unknown sizes are tried with."""
NOT_SAID = re.compile(
    r"all inputs should be in vocabulary|call `adapt\(|Table not initialized|"
    r"set the layer's vocabulary before|indices\[.*\] = .* is not in|"
    r"Op<name=Dense(Bincount|Count)"
)
"""Failures that depend on values: cnnspec knows the types of inputs, and nothing of
what they hold. `check --keras` finds them. Layers that wait for `adapt()` have rules of
their own. The last one depends on types and axes: how CategoryEncoding counts."""


BY_CHANCE = re.compile(
    "needs images with 1 or 3 channels|it gets .*one number|divides by the width of|"
    "unrolls a StackedRNNCells"
)
"""Failures that come when an image's turn comes to be made grey or changed in another
way, unless the batch happens to have as many samples as another tensor has features,
or, with a stack of one cell that has a list of one state, in a model alone."""


class Ran(NamedTuple):
    """What a layer does when it runs: a shape, or why it fails."""

    shape: Any = None
    refusal: str = ""
    kind: str = ""
    """Of the numbers in its first result."""


def sized(case: Case) -> Case | None:
    """The case with numbers for all sizes, and one batch; None where none fits."""
    batch = next((shape[0] for shape in case.shapes if shape and shape[0]), 2)
    for size in SIZES:
        shapes = tuple(
            tuple(
                batch if not axis else size if one is None else one
                for axis, one in enumerate(shape)
            )
            for shape in case.shapes
        )
        if not ask_cnnspec(found := case._replace(shapes=shapes)).refusal:
            return found
    return None


def other_activation(case: Case, number: int) -> Case:
    """The case with one of all activations, where the layer has any."""
    key = "recurrent_activation" if number % 2 else "activation"
    if key not in layer_class(case.name).arguments():
        return case
    chosen = ACTIVATIONS[number % len(ACTIVATIONS)]
    other = case._replace(arguments={**case.arguments, key: chosen})
    return case if ask_cnnspec(other).refusal else other


def cnnspec_says(case: Case) -> Ran:
    """What cnnspec says of a layer that Keras makes."""
    layer, given = make_layer(case.name, case.arguments), case.shapes
    try:
        told = layer.output_dtype("float32", case.dtype)
        kind = dtype_kind(layer.running_dtype(told, *[case.dtype] * len(given)))
        return Ran(layer.running(layer.output(*given), *given), kind=kind)
    except (Invalid, ShapeError) as error:
        return Ran(refusal=str(error))


def keras_does(case: Case) -> list[Ran]:
    """What the layer gives for zeros, once it was called as a model calls it.

    As it predicts and, where that is another thing, as it trains; nothing where Keras
    doesn't make it.
    """
    try:
        layer = keras_layer(case.name, case.arguments)
        given = [keras.KerasTensor(shape, case.dtype) for shape in case.shapes]
        call_keras(layer, given)
    except Exception:  # noqa: BLE001 - whatever Keras refuses a layer with
        return []
    if "training" not in inspect.signature(layer.call).parameters:
        return [_ran(layer, case)]
    return [_ran(layer, case, training=training) for training in (False, True)]


def _ran(layer: Any, case: Case, **named: bool) -> Ran:
    samples = [zeros(shape, case.dtype) for shape in case.shapes]
    try:
        result = call_keras(layer, samples, **named)
        first = keras.tree.flatten(result)[0]
        kind = dtype_kind(keras.backend.standardize_dtype(first.dtype))
        return Ran(shape_of(result), kind=kind)
    except Exception as error:  # noqa: BLE001 - Keras fails with whatever its backend raises
        return Ran(refusal=reason(error))


def zeros(shape: Any, dtype: str) -> Any:
    """A tensor of zeros, or of empty texts."""
    if dtype == "string":
        return keras.ops.convert_to_tensor(np.full(shape, ""))
    return keras.ops.zeros(shape, dtype)


def assert_runs_as_said(case: Case) -> None:
    """Both say that the layer fails, or give the same shape."""
    says = cnnspec_says(case)
    if says.refusal and _fails_unseen(case):
        return
    shown = f"{case.name} {json.dumps(case.arguments)} on {case.shapes} {case.dtype}"
    done = keras_does(case)
    refusals = [ran.refusal for ran in done if ran.refusal]
    if not done or any(NOT_SAID.search(refusal) for refusal in refusals):
        return
    if BY_CHANCE.search(says.refusal):
        return
    assert bool(says.refusal) == bool(refusals), f"{shown}: {says}; Keras: {done}"
    if not refusals:
        assert agrees(says.shape, done[0].shape), f"{shown}: {says}; Keras: {done}"
        assert says.kind == done[0].kind, f"{shown}: {says}; Keras: {done}"
        kept = {batches(done[0].shape)} == {case.shapes[0][0]}
        assert kept or mixes_samples(case), f"{shown}: {done} of a batch"


def batches(shapes: Any) -> Any:
    """How many samples a layer gives, by its first tensor."""
    while not isinstance(shapes, tuple):
        shapes = next(iter(shapes.values() if isinstance(shapes, dict) else shapes))
    return shapes[0] if shapes else None


def mixes_samples(case: Case) -> bool:
    """Whether cnnspec says that samples of a batch are mixed."""
    try:
        make_layer(case.name, case.arguments).keep_samples(*case.shapes)
    except MixedSamples:
        return True
    return False


def _fails_unseen(case: Case) -> bool:
    layer = make_layer(case.name, case.arguments)
    return any(one.fails_unseen for one in (layer, *all_nested(layer)))


def agrees(ours: Any, theirs: Any) -> bool:
    """Whether two shapes are the same as far as both are known."""
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    return len(ours) == len(theirs) and all(
        None in (one, other) or one == other
        for one, other in zip(ours, theirs, strict=True)
    )
