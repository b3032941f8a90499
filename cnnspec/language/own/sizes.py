"""Sizes that nobody knows yet, for expressions that work with sizes."""

from typing import Any, NoReturn

from cnnspec.ground.shapes import Shape


class Undecided(Exception):
    """What an expression comes to hangs on a size that isn't known."""


class _Unknown:
    """A size that isn't known, and whatever is worked out of one.

    Arithmetic with it comes to the same; what would have to decide by it can't be
    worked out at all.
    """

    __slots__ = ()

    def _same(self, *_: Any) -> "_Unknown":
        return self

    def _decide(self, *_: Any) -> NoReturn:
        raise Undecided

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _same
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _same
    __mod__ = __rmod__ = __pow__ = __rpow__ = __pos__ = __neg__ = __abs__ = _same
    __ceil__ = __floor__ = __round__ = _same
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _decide
    __bool__ = __int__ = __index__ = __float__ = __hash__ = _decide

    def __repr__(self) -> str:
        return "null"


UNKNOWN: Any = _Unknown()


def sizes_of(shape: Shape) -> list[Any]:
    """The sizes of a tensor without its batch, as expressions are given them."""
    return [UNKNOWN if size is None else size for size in shape[1:]]
