"""Layers on the axis of the batch: cnnspec knows where Keras mixes samples."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

from cnnspec.catalogue.dtypes import TEXTS, dtype_kind
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.registry import FAMILIES, family_names
from cnnspec.ground.errors import Invalid, ShapeError
from tests.fidelity.judge import Case, ask_cnnspec, call_keras, keras_layer
from tests.fidelity.run import mixes_samples
from tests.test_against_keras import LONG

SIDES = (6, 7, 3, 5)
"""Sizes of axes after the batch's, of which there are as many as a layer takes."""
SAMPLES = 5
WORDS = np.array(["cat", "dog", "cow"])
HELD = (
    Case("TimeDistributed", {"layer": {"Softmax": {"axis": 0}}}, ((SAMPLES, 5, 6),)),
    Case(
        "TimeDistributed",
        {"layer": {"CenterCrop": {"height": 2, "width": 2}}},
        ((SAMPLES, 5, 6, 3),),
    ),
    Case(
        "Pipeline",
        {"layers": [{"Resizing": {"height": 3, "width": 3}}]},
        ((SAMPLES, 5, 6),),
    ),
    Case(
        "EinsumDense",
        {"equation": "ab,bc->ca", "output_shape": [SAMPLES]},
        ((SAMPLES, 6),),
    ),
)
"""Layers that hold one which mixes samples, and what no example is like."""
QUICK = () if LONG else ("rnn", "applications")
"""Families whose layers take long to make, and all work alike here."""


def _mixes(case: Case, *, training: bool) -> bool:
    """Whether Keras's result for a sample depends on those beside it.

    Raises:
        Exception: Keras doesn't make the layer, or doesn't run it.
    """
    layer = keras_layer(case.name, case.arguments)
    named = {"training": False} if training else {}
    batches = [_batch(case, others) for others in (1, 2)]
    first, second = (
        keras.tree.flatten(call_keras(layer, batch, **named)) for batch in batches
    )
    return any(
        one.shape[:1] != (SAMPLES,) or not _same(one, other)
        for one, other in zip(first, second, strict=True)
    )


def _same(one: Any, other: Any) -> bool:
    """Whether two results agree in their first sample."""
    a, b = (np.asarray(keras.ops.convert_to_numpy(x))[0] for x in (one, other))
    return a.dtype.kind not in "f" or np.allclose(a, b, 1e-3, 1e-5, equal_nan=True)


def _batch(case: Case, others: int) -> list[Any]:
    """Samples of which the first is always the same."""
    found = []
    for number, shape in enumerate(case.shapes):
        drawn = [
            np.random.default_rng([number, seed]).integers(0, 3, shape[1:])
            for seed in (0, *range(others * 10, others * 10 + SAMPLES - 1))
        ]
        x = np.asarray(drawn)
        if case.dtype == "string":
            found.append(keras.ops.convert_to_tensor(WORDS[x]))
        else:
            found.append(keras.ops.convert_to_tensor(x.astype(case.dtype)))
    return found


def _agree(case: Case) -> bool:
    """Holds a layer against Keras, if it takes the tensors; whether it does."""
    if ask_cnnspec(case).refusal or not _runs(case):
        return False
    layer = make_layer(case.name, case.arguments)
    training = "training" in layer.call_settings
    try:
        mixes = _mixes(case, training=training)
    except Exception:  # noqa: BLE001 - whatever Keras refuses a layer with
        return False
    says = mixes_samples(case)
    # What a layer does in training alone isn't seen here.
    assert mixes == says or (says and training), f"{case}: {says}; Keras: {mixes}"
    return True


def _runs(case: Case) -> bool:
    layer, shapes = make_layer(case.name, case.arguments), case.shapes
    try:
        layer.running(layer.output(*shapes), *shapes)
    except (Invalid, ShapeError):
        return False
    return not layer.needs_adapt


def _cases(name: str) -> Iterator[Case]:
    """A layer's example on tensors of all numbers of axes, with what says of axes."""
    cls = layer_class(name)
    layer = make_layer(name, cls.example or {})
    takes, _ = layer.kinds()
    dtype = "string" if takes == TEXTS else "float32"
    dtype = dtype if dtype_kind(dtype) in takes else "int32"
    example: Any = cls.example if isinstance(cls.example, dict) else None
    others = [{**(example or {}), **more} for more in _more(cls)]
    for rank in range(1, len(SIDES) + 2):
        shapes = ((SAMPLES, *SIDES[: rank - 1]),) * len(cls.example_inputs)
        for arguments in ([] if cls.example is None else [cls.example], others):
            for one in arguments:
                yield Case(name, one, shapes, dtype)


def _more(cls: type[Layer]) -> Iterator[dict[str, Any]]:
    known = cls.arguments()
    yield {}
    if "axis" in known:
        yield {"axis": 0}
    if "output_mode" in known:
        yield from ({"output_mode": mode} for mode in ("count", "one_hot", "multi_hot"))
    if "activation" in known and not cls.example_inputs[0][2:]:
        yield {"activation": "softmax"}


@pytest.mark.parametrize("family", [f for f in FAMILIES if f not in QUICK])
def test_what_mixes_samples_is_known(family: str) -> None:
    assert sum(_agree(case) for name in family_names(family) for case in _cases(name))


@pytest.mark.parametrize("case", HELD, ids=lambda case: case.name)
def test_it_is_known_of_what_a_layer_holds(case: Case) -> None:
    assert _agree(case)
    assert mixes_samples(case)
