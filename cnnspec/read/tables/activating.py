"""Which activation a layer may have, of which no table says anything."""

from collections.abc import Sequence
from functools import cache

from cnnspec.catalogue.layers import layer_class
from cnnspec.read.tables.kinds import kinds_of
from cnnspec.read.tables.rows import PrintedRow

_HIDDEN = ("relu", "linear", "tanh", "sigmoid")
_NORMALIZED = ("linear", "relu")
"""Before a normalization: most activate behind it, and some before."""
_CLASSES = ("softmax", "linear", "sigmoid")
_ONE = ("sigmoid", "linear")


def activation_of(
    kind: str, row: PrintedRow, below: Sequence[PrintedRow] | None
) -> tuple[str, ...]:
    """Activations that a layer may have, the commonest first; none if it has its own.

    Args:
        kind: its class.
        row: its row.
        below: the rows behind it; None at the end of a model in the model.
    """
    if below is None:
        return _inside(kind, "")
    if below:
        return _inside(kind, next(kinds_of(below[0]), ""))
    sizes = row.output_shape
    last = sizes[-1] if isinstance(sizes, tuple) and sizes else None
    return (_ONE if last == 1 else _CLASSES) if _has_one(kind) else ()


@cache
def _has_one(kind: str) -> bool:
    """Whether a layer may have an activation, and has none of its own."""
    argument = layer_class(kind).arguments().get("activation")
    if argument is None:
        return False
    return argument.default in (None, "linear") or argument.required


@cache
def _inside(kind: str, following: str) -> tuple[str, ...]:
    """Activations of a layer behind which another one stands.

    Args:
        kind: its class.
        following: that of the other; empty if it isn't known.
    """
    if not _has_one(kind):
        return ()
    if not following or layer_class(kind).arguments()["activation"].required:
        return _HIDDEN
    after = layer_class(following)
    if after.family() == "normalization":
        return _NORMALIZED
    return () if after.activates or after.family() == "activations" else _HIDDEN
