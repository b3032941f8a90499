"""Arrays of numbers while code is read: their sizes, and where they come from."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cnnspec.read.code.values import Call, Native, Unknown, is_known
from cnnspec.read.found import Place


class Origin(NamedTuple):
    """What an array holds, as far as `data:` of a spec can say it."""

    source: str = ""
    """The data set, by its name in code: `mnist`."""
    part: str = ""
    """`train` or `test`; nothing for all of it."""
    is_labels: bool = False
    classes: int | None = None
    """How many classes labels have."""
    done: tuple[tuple[str, Any], ...] = ()
    """What was done, in order: `("scale", 255)`, `("one_hot", True)`."""
    place: Place = Place()
    file: str = ""
    """That of a table."""
    column: str = ""
    """Of a table, which holds labels."""
    left_out: tuple[str, ...] = ()
    """Columns of a table that aren't taken."""
    why: str = ""
    """What stands for the file in the code, where that isn't known."""
    names: tuple[str, ...] = ()
    """Of the classes."""

    def then(self, what: str, value: Any) -> "Origin":
        """The same with one thing more done."""
        return self._replace(done=(*self.done, (what, value)))


class Array:
    """An array of numbers, or a data set of such.

    Attributes:
        shape: its sizes, the samples' axis first, each a number or an `Unknown`; None
            where not even their count is known.
        origin: where it comes from.
        why: what to say of a size that isn't known.
    """

    def __init__(
        self,
        shape: Sequence[Any] | None,
        why: Unknown,
        origin: Origin | None = None,
        values: Any = None,
    ) -> None:
        self.shape = None if shape is None else tuple(shape)
        self.origin = origin or Origin()
        self.why = why
        self.values = values
        """The numbers themselves, of a small array that the code spells out."""

    def with_shape(self, shape: Sequence[Any] | None) -> "Array":
        """The same in another form."""
        return Array(shape, self.why, self.origin)

    def done(self, what: str, value: Any) -> "Array":
        """The same numbers, after something was done to each."""
        return Array(self.shape, self.why, self.origin.then(what, value))

    def items(self, count: int) -> list[Any] | None:
        """What is in it, for as many names as there are."""
        if isinstance(self.values, list | tuple):
            return [*self.values]
        if not count:
            return None
        inner = None if self.shape is None else self.shape[1:]
        return [self.with_shape(inner)] * count

    def length(self, call: Call) -> Any:
        """How many samples it has."""
        if self.shape and isinstance(self.shape[0], int):
            return self.shape[0]
        return call.unknown()

    def distinct(self, call: Call) -> Any:
        """The different labels."""
        if self.origin.is_labels and self.origin.classes:
            return set(range(self.origin.classes))
        return call.unknown()

    def largest(self, call: Call) -> Any:
        """The largest number in it."""
        if self.origin.is_labels and self.origin.classes:
            return self.origin.classes - 1
        return call.unknown()

    def part(self, key: Any) -> Any:
        """What stands at an index or a slice."""
        if isinstance(self.values, list) and isinstance(key, int | slice):
            try:
                found = self.values[key]
            except IndexError:
                return self.why
            return of_values(found, self.why) if isinstance(found, list) else found
        if self.shape is None:
            return self
        keys = key if isinstance(key, tuple) else (key,)
        shape = _indexed(self.shape, keys)
        made = self.with_shape(shape)
        is_first = len(keys) == 1 and isinstance(keys[0], slice)
        if not is_first and not _only_adds(keys):
            made.origin = made.origin._replace(source="")
        elif _only_adds(keys) and shape is not None:
            made.origin = made.origin.then("reshape", tuple(shape[1:]))
        return made


def of_values(values: Any, why: Unknown) -> Array:
    """An array of numbers that stand in the code."""
    shape: list[Any] = []
    inner = values
    while isinstance(inner, list | tuple):
        shape.append(len(inner))
        inner = inner[0] if inner else None
    return Array(shape, why, values=values)


def _only_adds(keys: Sequence[Any]) -> bool:
    """Whether an index only adds axes: `x[..., np.newaxis]`."""
    return all(one is None or one is ... or one == slice(None) for one in keys)


def _indexed(shape: tuple[Any, ...], keys: Sequence[Any]) -> tuple[Any, ...] | None:
    found: list[Any] = []
    rest = list(shape)
    taken = sum(one is not None and one is not ... for one in keys)
    for key in keys:
        if key is None:
            found.append(1)
        elif key is ...:
            kept = len(rest) - (taken - len(shape) + len(rest))
            found += rest[:kept]
            del rest[:kept]
        elif not rest:
            return None
        elif isinstance(key, slice):
            found.append(_sliced(rest.pop(0), key))
        elif isinstance(key, int):
            rest.pop(0)
        else:
            first = rest.pop(0)
            found.append(
                key.shape[0] if isinstance(key, Array) and key.shape else first
            )
        taken -= key is not None and key is not ...
    return tuple(found + rest)


def _sliced(size: Any, key: slice) -> Any:
    parts = (key.start, key.stop, key.step)
    if parts == (None, None, None):
        return size
    if not isinstance(size, int) or any(not isinstance(p, int | None) for p in parts):
        start = key.start or 0
        whole = isinstance(start, int) and isinstance(key.stop, int)
        if whole and key.step is None and 0 <= start <= key.stop:
            return key.stop - start
        return Unknown("", Place())
    return len(range(*key.indices(size)))


def combined(sign: str, left: Any, right: Any) -> Any:
    """What an operator gives where an array is on one side at least."""
    array = left if isinstance(left, Array) else right
    other = right if array is left else left
    if isinstance(other, Array):
        same = Array(array.shape, array.why, array.origin)
        same.origin = array.origin.then("changed", sign)
        return same
    if sign == "/" and isinstance(other, int | float) and array is left and other:
        return array.done("scale", other)
    if sign == "*" and isinstance(other, float) and 0 < other < 1:
        return array.done("scale", round(1 / other, 6))
    if isinstance(other, Unknown):
        return array.done("changed", sign)
    return array.done("changed", sign)


# ------------------------------------------------------------------ methods


def array_attribute(machine: Any, array: Array, name: str, place: Place) -> Any:
    """What an array has."""
    if name == "shape":
        return array.why if array.shape is None else array.shape
    if name in ("ndim",):
        return array.why if array.shape is None else len(array.shape)
    if name == "size" and array.shape is not None and is_known(*array.shape):
        return math.prod(array.shape)
    if name in ("T", "columns", "values", "data", "dtype"):
        return _property(array, name)
    work = _METHODS.get(name)
    if work is None:
        return Native(name, lambda call: call.unknown())
    return Native(name, lambda call: work(array, call))


def _property(array: Array, name: str) -> Any:
    if name == "T" and array.shape is not None:
        return array.with_shape(array.shape[::-1])
    return "float32" if name == "dtype" else array


def reshaped(array: Array, sizes: Sequence[Any]) -> Array:
    """An array in another form, in which one size may be -1."""
    shape = list(sizes)
    if not all(isinstance(size, int | Unknown) for size in shape):
        return array.with_shape(None)
    gaps = [place for place, size in enumerate(shape) if size == -1]
    if len(gaps) == 1:
        shape[gaps[0]] = _filled(array, shape)
    if array.shape and shape and not isinstance(shape[0], int):
        shape[0] = array.shape[0] if len(shape) > 1 else shape[0]
    made = array.with_shape(shape)
    made.origin = array.origin.then("reshape", tuple(shape[1:]))
    return made


def _filled(array: Array, shape: list[Any]) -> Any:
    """The size that -1 stands for."""
    known = [size for size in shape if size != -1]
    if array.shape is None or not is_known(*known) or math.prod(known) == 0:
        return array.why
    if is_known(*array.shape):
        return math.prod(array.shape) // math.prod(known)
    first, *rest = array.shape
    if shape[0] == -1 and is_known(*rest) and math.prod(rest) == math.prod(known):
        return first
    if first is shape[0] and is_known(*rest):
        return math.prod(rest) // math.prod(known[1:] or [1])
    return array.why


def _reshape(array: Array, call: Call) -> Any:
    sizes = call.args[0] if len(call.args) == 1 else call.args
    if isinstance(sizes, Unknown):
        return array.with_shape(None)
    sizes = [sizes] if isinstance(sizes, int) else sizes
    return reshaped(array, sizes)


def _kept(array: Array, call: Call) -> Any:
    return array


def _squeezed(array: Array, call: Call) -> Any:
    if array.shape is None:
        return array
    first, *rest = array.shape
    return array.with_shape((first, *(size for size in rest if size != 1)))


def _split(array: Array, call: Call) -> Any:
    return [array.with_shape(None)]


_METHODS: dict[str, Callable[[Array, Call], Any]] = {
    "reshape": _reshape,
    **dict.fromkeys(
        (
            *("astype", "copy", "to_numpy", "as_matrix", "numpy", "toarray"),
            *("batch", "shuffle", "prefetch", "cache", "repeat", "fillna", "dropna"),
        ),
        _kept,
    ),
    "squeeze": _squeezed,
    "flatten": lambda array, call: reshaped(array, [-1]),
    "ravel": lambda array, call: reshaped(array, [-1]),
    "max": lambda array, call: array.largest(call),
}
