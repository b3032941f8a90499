"""The rows of a model of keras.applications, held against those of its spec.

Every row has Keras's name, class, shape and weights, and as many multiply-accumulates
as its kernels tell, with and without the classifier, at several sizes: a spec that
names a model as a layer reads them from there.
"""

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import keras
from keras.src.backend.common.stateless_scope import StatelessScope

from cnnspec.catalogue.applications.base import Application
from cnnspec.catalogue.registry import INPUT_LAYER, model_class
from cnnspec.emit.keras_live.model import weight_name
from cnnspec.emit.keras_live.published import withheld
from cnnspec.language.zoo import program_of
from cnnspec.model.resolver import resolve
from cnnspec.model.summary import each_row, infer


class Row(NamedTuple):
    """What is known of a layer, but its name."""

    type: str
    output: Any
    weights: tuple[Any, ...]
    macs: int | None


Rows = dict[str, Row]


def keras_model(name: str, arguments: dict[str, Any], shape: tuple[Any, ...]) -> Any:
    """The model that Keras makes, whose weights have no values: that takes longest."""
    keras.utils.clear_session()
    function = getattr(keras.applications, name)
    with withheld(), StatelessScope(initialize_variables=False):
        return function(**{"weights": None, **arguments, "input_shape": shape})


def of_keras(model: Any, prefix: str = "") -> Rows:
    """The rows that Keras's summary prints, and those of models inside."""
    found: Rows = {}
    # A Sequential is a functional model inside; a spec has no other kind.
    for operation in (getattr(model, "_functional", None) or model).operations:
        kind = type(operation).__name__.replace("Sequential", "Functional")
        if kind == INPUT_LAYER:
            continue
        output = operation.output
        several = isinstance(output, list | tuple)
        shape = [tuple(one.shape) for one in output] if several else tuple(output.shape)
        weights = [
            (weight_name(w), tuple(w.shape), w.trainable)
            for w in getattr(operation, "weights", ())
        ]
        if isinstance(operation, keras.Model):
            inside = of_keras(operation, f"{prefix}{operation.name}/")
            each = [r.macs for r in inside.values() if r.type != "Functional"]
            macs = None if None in each else sum(filter(None, each))
        else:
            inside, macs = {}, _macs(weights, shape)
        found[prefix + operation.name] = Row(kind, shape, tuple(weights), macs)
        found |= inside
    return found


def _macs(weights: list[Any], output: Any) -> int | None:
    """The numbers of all kernels, once for each position of the output."""
    kernels = sum(prod(size) for name, size, _ in weights if name.endswith("kernel"))
    positions = output[1:-1]
    if not kernels:
        return 0
    return None if None in positions else kernels * prod(positions)


def of_spec(name: str, arguments: dict[str, Any], shape: tuple[Any, ...]) -> Rows:
    """The rows that cnnspec has for the same."""
    layer = model_class(name).read({"weights": None, **arguments})
    assert isinstance(layer, Application)
    layer.check((None, *shape))
    program = program_of(layer, (None, *shape))
    assert not program.problems, program.problems
    graph = resolve(program)
    assert not graph.problems, graph.problems
    summary = infer(graph)
    assert not summary.problems, summary.problems
    return {
        row.name: Row(
            row.type, row.output_shape, tuple(map(tuple, row.weights)), row.macs
        )
        for row in each_row(summary)
    }


def unlike(name: str) -> Iterator[str]:
    """What differs from Keras at three sizes, with the classifier and without."""
    size = model_class(name).default_size  # type: ignore[attr-defined]
    for height, width in ((size, size), (101, 131), (192, 160)):
        for arguments in _WAYS:
            shape = (height, width, 3)
            theirs = of_keras(keras_model(name, arguments, shape))
            for found in differences(theirs, of_spec(name, arguments, shape)):
                yield f"{name} {arguments} at {height}x{width}: {found}"


_WAYS: tuple[dict[str, Any], ...] = (
    {"classes": 10},
    {"include_top": False, "pooling": "avg"},
    {"include_top": False, "weights": "imagenet"},
)


def differences(theirs: Rows, ours: Rows) -> Iterator[str]:
    """A line for each row in which they differ."""
    for name, row in theirs.items():
        here = ours.get(name)
        if here is None:
            yield f"only Keras has {name}: {row}"
        elif here != row:
            yield f"{name}: Keras has {row}, here {here}"
    for name, row in ours.items():
        if name not in theirs:
            yield f"only here is {name}: {row}"
