"""Which activation a layer may have, of which no table says anything."""

from collections.abc import Sequence

from cnnspec.catalogue.layers import layer_class
from cnnspec.read.tables.kinds import kinds_of
from cnnspec.read.tables.rows import PrintedRow

_HIDDEN = ("relu", "linear", "tanh", "sigmoid")
_NORMALIZED = ("linear", "relu")
"""Before a normalization: most activate behind it, and some before."""
_CLASSES = ("softmax", "linear", "sigmoid")
_ONE = ("sigmoid", "linear")


def activation_of(
    kind: str, row: PrintedRow, below: Sequence[PrintedRow]
) -> tuple[str, ...]:
    """Activations that a layer may have, the commonest first; none if it has its own.

    Args:
        kind: its class.
        row: its row.
        below: the rows behind it.
    """
    cls = layer_class(kind)
    argument = cls.arguments().get("activation")
    if argument is None:
        return ()
    if argument.default not in (None, "linear") and not argument.required:
        return ()
    if not below:
        sizes = row.output_shape
        last = sizes[-1] if isinstance(sizes, tuple) and sizes else None
        return _ONE if last == 1 else _CLASSES
    after = next((layer_class(one) for one in kinds_of(below[0])), None)
    if after is None or argument.required:
        return _HIDDEN
    if after.family() == "normalization":
        return _NORMALIZED
    return () if after.activates or after.family() == "activations" else _HIDDEN
