"""Which class of layer a row may be of: by its type, or its name if that is cut."""

import re
from collections.abc import Iterator
from functools import cache

from cnnspec.catalogue import registry
from cnnspec.catalogue.components import snake_case
from cnnspec.read.tables.rows import PrintedRow

MODELS = ("Functional", "Sequential", "Model")
_OLD = re.compile(r"^CuDNN|V[12]$")
_TENSORFLOW = {"truediv": "true_divide", "floordiv": "floor_divide"}
"""What Python calls operations, of which Keras 2 took their names."""


def kinds_of(row: PrintedRow) -> Iterator[str]:
    """Classes as a spec has them, the likeliest first."""
    if is_model(row) and row.params == 0:  # such as one that varies images
        yield registry.NEUTRAL
        return
    stem, _, number = row.name.rpartition("_")
    if not number.isdecimal():
        stem = row.name
    yield from _layers(row.type, row.type_cut, stem)
    # Nobody imports operations for a row that a layer explains.
    if row.type in registry.CODE_LAYERS:
        word = stem.rpartition(".")[2]
        if found := registry.operation_meant(_TENSORFLOW.get(word, word)):
            yield found
        yield registry.NEUTRAL
    elif not row.type_cut and not row.params:  # none has weights
        yield from _operations(row.type)


@cache
def _layers(printed: str, is_cut: bool, stem: str) -> tuple[str, ...]:
    names = dict.fromkeys(registry.printed_names(_OLD.sub("", printed), is_cut))
    known = [name for name in names if not registry.refusal(name)]
    return tuple(sorted(known, key=lambda name: snake_case(name) != stem))


def is_unseen(row: PrintedRow) -> bool:
    """Whether a row says nothing of what its layer does."""
    return row.type in registry.CODE_LAYERS or (is_model(row) and row.params == 0)


def is_model(row: PrintedRow) -> bool:
    """Whether a row is that of a model in the model."""
    return row.type in MODELS


@cache
def _operations(printed: str) -> tuple[str, ...]:
    names = registry.operation_names()
    return tuple(name for name in names if registry.find(name).__name__ == printed)
