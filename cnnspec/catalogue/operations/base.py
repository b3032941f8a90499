"""What every operation has: the tensors and numbers that a call of it takes."""

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import prod
from typing import Annotated, Any, ClassVar, TypeVar

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers.base import SPARSE, Layer, MixedSamples, Reach
from cnnspec.catalogue.layers.base import WHOLE as EVERYWHERE
from cnnspec.catalogue.operations.types import FLOATS, FLOATX, TEXT, WHOLE, Given, same
from cnnspec.ground.errors import ShapeError, either, near
from cnnspec.ground.kinds import LARGEST_FLOAT, choice, kind, not_finite
from cnnspec.ground.shapes import Shape, Shapes, Size, show

T = TypeVar("T")


def _number(value: Any) -> Any:
    if type(value) is bool:
        return value
    if type(value) in (int, float) and -LARGEST_FLOAT <= value <= LARGEST_FLOAT:
        return value
    raise ValueError


def _as_number(found: Any) -> str:
    if isinstance(found, str) and found.isidentifier():
        return f"a tensor stands under from, as in from: [prev, {found}]"
    return not_finite(found)


NUMBER = kind(_number, "a number", {"type": ["number", "boolean"]}, hint=_as_number)
Number = Annotated[Any, NUMBER]
"""A number, kept as it is written: it meets tensors of whole numbers as one."""


class Numbers(tuple[Any, ...]):
    """A list of numbers, or lists of such, that stands in the place of a tensor.

    Keras takes them as an array, so that they are of a type of their own.
    """

    __slots__ = ()

    @property
    def shape(self) -> Shape:
        """Its sizes, of which the first may be that of the batch."""
        first = self[0]
        return (len(self), *(first.shape if isinstance(first, Numbers) else ()))

    @property
    def dtype(self) -> str:
        """The type that the array is of."""
        return "float32" if any(type(one) is float for one in self.flat()) else "int32"

    def flat(self) -> Iterator[Any]:
        """The numbers one by one."""
        for one in self:
            if isinstance(one, Numbers):
                yield from one.flat()
            else:
                yield one

    def over(self, axes: int) -> "Numbers":
        """The same with as many axes, of which the first have one place."""
        found = self
        while len(found.shape) < axes:
            found = Numbers((found,))
        return found


_MOST_NUMBERS = 4_096
"""Of a list; more than that nobody writes into a spec."""


def _numbers(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        return _number(value)
    items = [_numbers(one) for one in value]
    shapes = {one.shape if isinstance(one, Numbers) else () for one in items}
    if len(shapes) != 1 or any(type(one) is bool for one in items):
        raise ValueError
    found = Numbers(items)
    if prod(size or 0 for size in found.shape) > _MOST_NUMBERS:
        raise ValueError
    return found


Operand = Annotated[
    Any,
    kind(
        _numbers,
        "a number, a list of numbers",
        {"type": ["number", "boolean", "array"]},
        hint=_as_number,
    ),
]
"""A number, or a list of them that is laid along the last axis."""


_TYPES = {
    **dict.fromkeys(("float", "single"), "float32"),
    **dict.fromkeys(("int", "integer"), "int32"),
    "half": "float16",
    "double": "float64",
    "long": "int64",
    "boolean": "bool",
}
"""Types as others call them."""
NumberType = Annotated[
    str,
    choice(
        *("bool", "int8", "int16", "int32", "int64"),
        *("uint8", "uint16", "uint32", "uint64"),
        *("bfloat16", "float16", "float32", "float64"),
        hint=lambda found: near(_TYPES.get(found, "")) if found in _TYPES else "",
    ),
]
"""A type of numbers by name."""


OF_LAYERS = ("activity_regularizer", "trainable", "autocast")
"""Arguments of every layer that no operation has."""


BY_NAME = frozenset({"axis", "axes", "keepdims"})
"""Arguments that code gives by name although they have to be given."""


class _Function:
    """The function's name, which mostly is the class's in Keras's snake case."""

    def __get__(self, _: object, cls: type) -> str:
        return snake_case(cls.__name__)


class _Result:
    """The function's name, unless it would hide one of Python's own functions."""

    def __get__(self, _: object, cls: "type[Operation]") -> str:
        name = cls.function.rpartition(".")[2]
        return f"{name}_result" if name in dir(builtins) else name


class Operation(Layer):
    """A function of `keras.ops`, called as the class that Keras makes a row of.

    Its arguments are the function's but for tensors, with Keras's names, order and
    defaults. A tensor argument that may be a number is an argument here, too. Axes and
    shapes count the batch, as 0.

    A subclass overrides `output`, `check` and `gives`, which take what stands for each
    tensor argument, in the order of the function's signature: the shape or type of a
    tensor, those of a number (an empty shape; `int`, `float` or `bool`), or a list of
    such where `takes_list` says that the only tensor argument is one.
    """

    is_base: ClassVar[bool] = True
    """Whether a class, by what it says itself, is no operation but the base of some."""
    module = "ops"
    lacks: ClassVar[tuple[str, ...]] = (*OF_LAYERS, "dtype")
    function: ClassVar[str] = _Function()  # type: ignore[assignment]
    """What `keras.ops` calls it."""
    synonyms: ClassVar[tuple[str, ...]] = ()
    """What else `keras.ops` calls it."""
    sign: ClassVar[str] = ""
    """How Python writes it between tensors, or before one."""
    tensor_arguments: ClassVar[tuple[str, ...]] = ("x",)
    """The tensors of a call, by Keras's names."""
    typed: ClassVar[Callable[..., Any]] = same
    """What makes the result's type of those of the tensor arguments."""
    ran: ClassVar[Callable[..., Any] | None] = None
    """As `typed`, when it runs, where Keras tells another type beforehand."""
    unfit: ClassVar[frozenset[str]] = TEXT
    """The types of numbers that TensorFlow doesn't run it on."""
    may_lack: ClassVar[tuple[str, ...]] = ()
    """The last of them, which a call may leave out."""
    takes_list: ClassVar[bool] = False
    """Whether the tensors are a list under the one name."""
    takes_tensors_apart = True
    named_by_keras = True
    by_name = True
    joins_types = True
    inputs_limit: ClassVar[int | None] = None
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6),)
    result = _Result()

    @classmethod
    def title(cls) -> str:
        return f"ops.{cls.function}"

    @classmethod
    def is_public(cls) -> bool:
        return True

    # ------------------------------------------------------------- what it is given

    def operands(self, *given: T) -> list[Any]:
        """What stands for each tensor argument, numbers where it has them.

        Those that it may lack are left out where no tensor comes to them.

        Args:
            given: tensors, which fill the arguments that have no number.

        Raises:
            ShapeError: there are more or fewer than it takes.
        """
        if self.takes_list:
            return [list(given)]
        free = self.open_arguments()
        if not self.takes(len(given)):
            raise self._wrong_count(len(given), free)
        found = dict(zip(free, given, strict=False))
        return [
            found[name] if name in found else getattr(self, name)
            for name in self.tensor_arguments
            if name in found or name not in self.may_lack
        ]

    def takes(self, count: int) -> bool:
        """Whether it can be given so many tensors, one for each argument."""
        free = len(self.open_arguments())
        return free - len(self.may_lack) <= count <= free

    def works_on(self) -> tuple[str, ...]:
        return self.tensor_arguments if self.takes_list else self.open_arguments()

    def open_arguments(self) -> tuple[str, ...]:
        """The tensor arguments that have no number."""
        numbers = self.arguments()
        return tuple(
            name
            for name in self.tensor_arguments
            if name not in numbers or getattr(self, name) is None
        )

    def _wrong_count(self, count: int, free: Sequence[str]) -> ShapeError:
        tensors = "1 tensor" if count == 1 else f"{count} tensors"
        beside = len(free) < len(self.tensor_arguments)
        taken = f"takes {_said(free)}{' beside its numbers' if beside else ''}"
        if count > len(free):
            given = [name for name in self.tensor_arguments if name not in free]
            hint = f"name {len(free)} of them in from" if free else ""
            hint = f"leave out {either(given)}" if beside else hint
            return ShapeError(f"{taken}, and is given {tensors}", hint)
        missing = free[count:]
        hint = f"name a tensor for {_said(missing)} in from, too"
        if [n for n in missing if n in self.arguments()] == [*missing]:
            numbers = ", ".join(f"{name}: 2" for name in missing)
            hint = f"give a number by name, as in {numbers}; or more tensors in from"
        return ShapeError(f"{taken}, and is given {tensors}", hint)

    def call(
        self, given: Sequence[Any], own: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """What Keras's function is called with: by position, and by name.

        Args:
            given: tensors, or their code.
            own: the operation's arguments, or their code.
        """
        free = self.works_on()
        tensors = (
            {free[0]: [*given]}
            if self.takes_list
            else dict(zip(free, given, strict=False))
        )
        found = {**own, **tensors}
        by_place = [found.pop(name) for name in self.positional()]
        return by_place, found

    def positional(self) -> tuple[str, ...]:
        """The arguments that are given by position: tensors, and what must be given."""
        needed = (
            name
            for name, one in self.arguments().items()
            if one.required and name not in (*self.tensor_arguments, *BY_NAME)
        )
        always = (n for n in self.tensor_arguments if n not in self.may_lack)
        return (*always, *needed)

    def turned_round(self) -> bool:
        """Whether Python would call another operation for its sign, as for `1 < x`."""
        return False

    # ------------------------------------------------------------- what it gives

    def told_of_sparse(
        self, told: Shapes, taken: Sequence[str], *shapes: Any, **_: Any
    ) -> tuple[Shapes, bool]:
        given = self.operands(*taken)
        return told, self.taken_for_sparse(given[0] if self.takes_list else given)

    def taken_for_sparse(self, given: Sequence[Any]) -> bool:
        """Whether Keras takes what it gives for sparse.

        Args:
            given: `SPARSE`, `DENSE` or a number, for each tensor argument.
        """
        return self.keeps_sparse and all(one == SPARSE for one in given)

    def casts(self, policy: str, given: str) -> bool:
        return False

    def check(self, *shapes: Any, **_: Any) -> None:
        """Refuses what Keras refuses, and what would put samples together."""
        self.fits(*map(shape_of, self.operands(*shapes)))

    def fits(self, *shapes: Any) -> None:
        """`check`, of a shape for each tensor argument."""

    def output(self, *shapes: Any, **_: Any) -> Any:
        return self.shape(*map(shape_of, self.operands(*shapes)))

    def shape(self, *shapes: Any) -> Any:
        """`output`, of a shape for each tensor argument."""
        return shapes[0]

    def output_dtype(self, policy: str, *given: Any) -> Any:
        """The type of the numbers it gives; a list for tensors of different types."""
        return self.gives(*map(type_of, self.operands(*given)))

    def gives(self, *given: Given) -> Any:
        """`output_dtype`, of a type for each tensor argument."""
        return type(self).typed(*given)

    def running_dtype(self, told: Any, *given: Any) -> Any:
        for one in self.computed(*given):
            if one in self.unfit:
                raise self.refused(one)
        ran = type(self).ran
        return ran(*map(type_of, self.operands(*given))) if ran else told

    def computed(self, *given: Any) -> Sequence[Any]:
        """The types that it computes in, of those of the tensors that it is given."""
        return given

    def refused(self, dtype: str) -> ShapeError:
        """That it takes no numbers of a type."""
        fits = FLOATS - self.unfit or WHOLE - self.unfit
        meant = FLOATX if FLOATX in fits else "int32"
        hint = f"put - ops.cast: {meant} before it"
        return ShapeError(f"doesn't run on {dtype}", "" if dtype in TEXT else hint)

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return EVERYWHERE

    def at(self, axis: int, x: Shape, extra: int = 0) -> int:
        """The number of an axis, counted from the first one.

        Args:
            axis: as it is written.
            x: shape of the tensor.
            extra: axes that the result has beside those of the tensor.

        Raises:
            ShapeError: there is no such axis.
        """
        count = len(x) + extra
        if not -count <= axis < count:
            raise ShapeError(
                f"has no axis {axis}: its input is {show(x[1:])}",
                f"its axes are 1 to {count - 1}, with 0 for the batch and -1 for the "
                "last",
            )
        return axis % count


def _said(names: Sequence[str]) -> str:
    """Arguments as a message names them."""
    return " and ".join(names) if names else "no tensor"


def shape_of(operand: Any) -> Any:
    """The shape of what stands for a tensor argument; a number has an empty one."""
    if isinstance(operand, Numbers):
        return operand.shape
    return operand if isinstance(operand, tuple | list) else ()


def type_of(operand: Any) -> Any:
    """The type of what stands for a tensor argument."""
    if isinstance(operand, Numbers):
        return operand.dtype
    return operand if isinstance(operand, str | list) else type(operand)


def mixes(what: str, hint: str = "") -> MixedSamples:
    """That an operation puts samples of a batch together or apart."""
    return MixedSamples(what, hint)


def with_batch(shape: Sequence[Size]) -> str:
    """`(?, 28, 28, 3)`: a shape whose axes can be counted from the batch on."""
    return f"({', '.join('?' if size is None else str(size) for size in shape)})"
