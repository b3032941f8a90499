"""A `tf.data.Dataset` of arrays while code is read: what one batch of it has."""

from typing import Any

from cnnspec.read.code.arrays import Array
from cnnspec.read.code.values import Call, Native
from cnnspec.read.found import Place


class Batches:
    """A data set that gives arrays of the code in batches.

    Attributes:
        parts: the array, or a tuple of them: samples and labels.
        size: of a batch, if the code says it.
    """

    def __init__(self, parts: Any, size: Any = None) -> None:
        self.parts = parts
        self.size = size


def from_slices(call: Call) -> Any:
    """What `Dataset.from_tensor_slices` gives."""
    parts = call.get("tensors", 0)
    several = parts if isinstance(parts, tuple) else (parts,)
    if not several or not all(isinstance(one, Array) for one in several):
        return call.unknown()
    return Batches(parts)


_KEPT = ("shuffle", "cache", "prefetch", "repeat", "take", "skip", "with_options")
"""Methods that leave samples as they are."""


def batches_attribute(machine: Any, value: Batches, name: str, place: Place) -> Any:
    """What a data set has."""
    if name in _KEPT:
        return Native(name, lambda call: value)
    if name == "batch":
        return Native(
            name, lambda call: Batches(value.parts, call.get("batch_size", 0))
        )
    return Native(name, lambda call: call.unknown())


def unbatched(fit: Call) -> Call:
    """A call of `fit` as it would be with the arrays themselves."""
    data = fit.get("x", 0)
    if not isinstance(data, Batches):
        return fit
    parts = data.parts if isinstance(data.parts, tuple) else (data.parts,)
    named = {**fit.named, **dict(zip(("x", "y"), parts, strict=False))}
    if data.size is not None:
        named["batch_size"] = data.size
    return fit._replace(args=[], named=named)
