"""What gives samples in batches while code is read, and what one batch of it has."""

from collections.abc import Mapping
from typing import Any

from cnnspec.read.code.arrays import Array
from cnnspec.read.code.values import Call, Native
from cnnspec.read.found import Place


class Batches:
    """A data set of TensorFlow, or a generator of Keras, with its samples as arrays.

    Attributes:
        parts: the array, or what holds several: samples and labels.
        size: of a batch, if the code says it.
        told: what else it has, by names.
    """

    def __init__(
        self, parts: Any, size: Any = None, told: Mapping[str, Any] = {}
    ) -> None:
        self.parts = parts
        self.size = size
        self.told = told

    def with_parts(self, parts: Any) -> "Batches":
        """The same batches of other samples."""
        return Batches(parts, self.size, self.told)


def from_slices(call: Call) -> Any:
    """What `Dataset.from_tensor_slices` gives."""
    parts = call.get("tensors", 0)
    several = parts if isinstance(parts, tuple) else (parts,)
    if not several or not all(isinstance(one, Array) for one in several):
        return call.unknown()
    return Batches(parts)


_KEPT = (
    *("shuffle", "cache", "prefetch", "repeat", "take", "skip", "with_options"),
    *("unbatch", "apply", "as_numpy_iterator", "ignore_errors"),
)
"""Methods that leave samples as they are."""
_GIVES = ("next", "__next__", "get_single_element")
"""Methods that give a batch."""


def batches_attribute(machine: Any, value: Batches, name: str, place: Place) -> Any:
    """What a data set has."""
    if name in value.told:
        return value.told[name]
    if name in _KEPT:
        return Native(name, lambda call: value)
    if name in _GIVES:
        return Native(name, lambda call: value.parts)
    if name == "map":
        return Native(name, lambda call: _mapped(value, call))
    if name == "batch":
        return Native(
            name,
            lambda call: Batches(value.parts, call.get("batch_size", 0), value.told),
        )
    return Native(name, lambda call: call.unknown())


def _mapped(value: Batches, call: Call) -> Any:
    """What `map` gives: the function is followed with the arrays themselves."""
    function = call.get("map_func", 0)
    given = value.parts if isinstance(value.parts, tuple) else (value.parts,)
    made = call.machine.call_with(function, call.place, *given)
    several = made if isinstance(made, tuple) else (made,)
    if all(isinstance(one, Array) for one in several):
        return value.with_parts(made)
    changed = [
        one.done("changed", call.text) if isinstance(one, Array) else one
        for one in given
    ]
    return value.with_parts(tuple(changed) if len(changed) > 1 else changed[0])


def unbatched(fit: Call) -> Call:
    """A call of `fit` as it would be with the arrays themselves."""
    data = fit.get("x", 0, fit.named.get("generator"))
    if not isinstance(data, Batches):
        return fit
    parts = data.parts if isinstance(data.parts, tuple) else (data.parts,)
    named = {**fit.named, **dict(zip(("x", "y"), parts, strict=False))}
    if data.size is not None:
        named["batch_size"] = data.size
    return fit._replace(args=[], named=named)


def first_part(value: Any) -> Any:
    """The samples of what `fit` may be given to validate on."""
    parts = value.parts if isinstance(value, Batches) else value
    return parts[0] if isinstance(parts, tuple) and parts else parts
