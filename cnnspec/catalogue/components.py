"""What arguments of layers name: initialisers, regularisers and constraints.

Keras takes each as a name (`he_normal`) or as an object with arguments of its own. A
spec writes the object as a mapping, `{HeNormal: {seed: 1}}`, `{L2: 1e-4}` for its first
argument alone, or `{class: L1L2, l1: 1e-5, l2: 1e-4}`. Signatures are those of Keras
3.15 (keras/src/initializers, regularizers, constraints).
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar

from cnnspec.ground.errors import ArgumentError, Invalid, Problem, either
from cnnspec.ground.kinds import AboveZero, ZeroOrMore, number
from cnnspec.ground.records import Record
from cnnspec.ground.yaml_text import describe, flow

T = TypeVar("T", bound=Record)

_WORD_START = re.compile("(.)([A-Z][a-z]+)")
_AFTER_SMALL = re.compile("([a-z])([A-Z])")


class Component(Record):
    """An object of Keras that is an argument of something else."""

    module: ClassVar[str]
    """Where it stands: `keras.<module>.<class name>`."""
    aliases: ClassVar[tuple[str, ...]] = ()
    """Names that Keras knows it by beside the class name and its snake case."""
    example: ClassVar[str] = ""
    """One of its kind as a mapping, for messages."""
    unmade: ClassVar[tuple[str, ...]] = ()
    """Types of weights that no backend makes with it."""
    stands_alone: ClassVar[bool] = True
    """Whether Keras knows it by its name alone, with its defaults."""

    by_position: ClassVar[str] = ""
    """Keras's first arguments in their order, where the class's own is another one."""

    @classmethod
    def positions(cls) -> list[str]:
        """Its arguments in the order in which Keras takes them by position."""
        first = cls.by_position.split()
        return [*first, *(name for name in cls.arguments() if name not in first)]

    def misfit(self, rank: int) -> str:
        """Why it can't do its work on weights of so many axes; '' where it can."""
        return ""


_Seed = Annotated[
    int, number("a whole number of 64 bits", whole=True, ge=-(2**63), le=2**63 - 1)
]


class Initializer(Component):
    module: ClassVar[str] = "initializers"
    example: ClassVar[str] = "{HeNormal: {seed: 1}}"


class Zeros(Initializer):
    elsewhere: ClassVar[dict[str, Any]] = {"zeros_": {}}
    aliases: ClassVar[tuple[str, ...]] = ("zero",)


class Ones(Initializer):
    elsewhere: ClassVar[dict[str, Any]] = {"ones_": {}}
    aliases: ClassVar[tuple[str, ...]] = ("one",)


class Constant(Initializer):
    stands_alone = False  # its from_config, in Keras 3.15, looks for the value
    value: float = 0.0


class Identity(Initializer):
    elsewhere: ClassVar[dict[str, Any]] = {"eye eye_": {}}
    aliases: ClassVar[tuple[str, ...]] = ("IdentityInitializer",)
    gain: float = 1.0

    def misfit(self, rank: int) -> str:
        return "" if rank == 2 else "it makes a matrix, of two axes"


class STFT(Initializer):
    aliases: ClassVar[tuple[str, ...]] = ("STFTInitializer",)
    side: Literal["real", "imag"] = "real"
    window: Literal["hann", "hamming"] | None = "hann"
    scaling: Literal["density", "spectrum"] | None = "density"
    periodic: bool = False

    def misfit(self, rank: int) -> str:
        return "" if rank == 3 else "it makes filters for sequences, of three axes"


class _Random(Initializer):
    seed: _Seed | None = None


class RandomNormal(_Random):
    elsewhere: ClassVar[dict[str, Any]] = {"gaussian normal_": {}}
    aliases: ClassVar[tuple[str, ...]] = ("normal",)
    mean: float = 0.0
    stddev: float = 0.05


class TruncatedNormal(_Random):
    elsewhere: ClassVar[dict[str, Any]] = {"trunc_normal trunc_normal_": {}}
    mean: float = 0.0
    stddev: float = 0.05


class RandomUniform(_Random):
    elsewhere: ClassVar[dict[str, Any]] = {"uniform_": {}}
    aliases: ClassVar[tuple[str, ...]] = ("uniform",)
    minval: float = -0.05
    maxval: float = 0.05


class Orthogonal(_Random):
    elsewhere: ClassVar[dict[str, Any]] = {"orthogonal_": {}}
    aliases: ClassVar[tuple[str, ...]] = ("OrthogonalInitializer",)
    unmade: ClassVar[tuple[str, ...]] = ("bfloat16",)
    gain: float = 1.0

    def misfit(self, rank: int) -> str:
        return "" if rank > 1 else "it needs two axes or more"


class Spread(NamedTuple):
    """How widely numbers are drawn: with the variance factor / fan."""

    factor: float
    fan: str
    """How many inputs (`fan_in`), outputs (`fan_out`), or both in the mean (`fan_avg`)
    a unit has."""
    uniform: bool
    """Whether all numbers in a range are as likely, or those around 0 likelier."""


class _Scaled(_Random):
    """Scaled by the number of inputs and outputs of a unit."""

    drawn: ClassVar[Spread | None] = None
    """As Keras's class fixes it, where no arguments do."""

    first: ClassVar[tuple[str, ...]] = ("scale", "mode", "distribution", "seed")
    input_axes: int | tuple[int, ...] | None = None
    output_axes: int | tuple[int, ...] | None = None

    def spread(self) -> Spread:
        """Source: keras/src/initializers/random_initializers.py, Keras 3.15."""
        assert self.drawn is not None
        return self.drawn


class VarianceScaling(_Scaled):
    scale: AboveZero = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal[
        "normal", "truncated_normal", "untruncated_normal", "uniform"
    ] = "truncated_normal"

    def spread(self) -> Spread:
        return Spread(self.scale, self.mode, self.distribution == "uniform")


class GlorotNormal(_Scaled):
    elsewhere: ClassVar[dict[str, Any]] = {"xavier_normal": {}}
    drawn = Spread(1, "fan_avg", False)


class GlorotUniform(_Scaled):
    elsewhere: ClassVar[dict[str, Any]] = {"xavier xavier_uniform glorot": {}}
    drawn = Spread(1, "fan_avg", True)


class HeNormal(_Scaled):
    elsewhere: ClassVar[dict[str, Any]] = {"kaiming kaiming_normal he msra": {}}
    drawn = Spread(2, "fan_in", False)


class HeUniform(_Scaled):
    elsewhere: ClassVar[dict[str, Any]] = {"kaiming_uniform": {}}
    drawn = Spread(2, "fan_in", True)


class LecunNormal(_Scaled):
    elsewhere: ClassVar[dict[str, Any]] = {"lecun": {}}
    drawn = Spread(1, "fan_in", False)


class LecunUniform(_Scaled):
    drawn = Spread(1, "fan_in", True)


class Regularizer(Component):
    module: ClassVar[str] = "regularizers"
    example: ClassVar[str] = "{L2: 1e-4}"


class L1(Regularizer):
    elsewhere: ClassVar[dict[str, Any]] = {"lasso activity_l1": {}}
    l1: ZeroOrMore = 0.01


class L2(Regularizer):
    elsewhere: ClassVar[dict[str, Any]] = {"ridge weight_decay activity_l2": {}}
    l2: ZeroOrMore = 0.01


class L1L2(Regularizer):
    elsewhere: ClassVar[dict[str, Any]] = {"elastic_net activity_l1l2": {}}
    l1: ZeroOrMore = 0.0
    l2: ZeroOrMore = 0.0


class OrthogonalRegularizer(Regularizer):
    factor: ZeroOrMore = 0.01
    mode: Literal["rows", "columns"] = "rows"

    def misfit(self, rank: int) -> str:
        return "" if rank == 2 else "it needs a matrix, of two axes"


class Constraint(Component):
    module: ClassVar[str] = "constraints"
    example: ClassVar[str] = "{MaxNorm: 2}"


class _Norm(Constraint):
    """Changes the length of weights along axes."""

    axis: int | tuple[int, ...] = 0

    def misfit(self, rank: int) -> str:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        for axis in axes:
            if not -rank <= axis < rank:
                return f"there is no axis {axis}"
        twice = len({axis % rank for axis in axes}) < len(axes)
        return "it has an axis twice" if twice else ""


class MaxNorm(_Norm):
    elsewhere: ClassVar[dict[str, Any]] = {"clip_norm": {}}
    spelt_as: ClassVar[dict[str, str]] = {"max_value": "m c"}
    first: ClassVar[tuple[str, ...]] = ("max_value",)
    max_value: AboveZero = 2
    """At 0 or below, Keras makes all weights 0."""


class MinMaxNorm(_Norm):
    first: ClassVar[tuple[str, ...]] = ("min_value", "max_value", "rate")
    min_value: ZeroOrMore = 0.0
    max_value: AboveZero = 1.0
    rate: Annotated[float, number("a number above 0, up to 1", gt=0, le=1)] = 1.0
    """How far it goes in a step; beyond, lengths leave the bounds again."""

    def rules(self) -> None:
        if self.min_value > self.max_value:
            text = f"MinMaxNorm.min_value {self.min_value:g} is above max_value"
            text = f"{text} {self.max_value:g}"
            hint = "let max_value be the larger one"
            raise ArgumentError("min_value", "wrong-order", text, hint)


class NonNeg(Constraint):
    elsewhere: ClassVar[dict[str, Any]] = {"nonnegative non_negative positive": {}}


class UnitNorm(_Norm): ...


def by_name(base: type[Component]) -> dict[str, type[Component]]:
    """The classes below `base`, by each name that Keras has for them."""
    found = _named.get(base)
    if found is None:
        found = _named[base] = {}
        for cls in base.__subclasses__():
            if not cls.__name__.startswith("_"):
                names = (snake_case(cls.__name__), cls.__name__, *cls.aliases)
                found |= dict.fromkeys(names, cls)
            found |= by_name(cls)
    return found


_named: dict[type[Component], dict[str, type[Component]]] = {}
"""What `by_name` found: models ask for the same names again and again."""


_SLOTS: dict[str, type[Component]] = {
    "initializer": Initializer,
    "regularizer": Regularizer,
    "constraint": Constraint,
}
"""What arguments hold, by the last word of their names."""


def slot_of(argument: str) -> type[Component] | None:
    """What an argument holds by its name; None where it is none of these."""
    return _SLOTS.get(argument.rpartition("_")[2])


def component_of(argument: str, value: Any) -> Component | None:
    """What an argument holds as an object, if it holds one of these."""
    slot = argument.rpartition("_")[2]
    if slot not in _SLOTS or value is None:
        return None
    return by_name(_SLOTS[slot])[value].read({}) if isinstance(value, str) else value


def bound_to_axes(argument: str, value: Any) -> Component | None:
    """What an argument holds, if it doesn't fit weights of any number of axes."""
    slot = argument.rpartition("_")[2]
    if slot not in _SLOTS or value is None:
        return None
    cls = by_name(_SLOTS[slot])[value] if isinstance(value, str) else type(value)
    return None if cls.misfit is Component.misfit else component_of(argument, value)


@lru_cache(4096)
def snake_case(name: str) -> str:
    """Keras's snake case of a class name, as in `keras.src.utils.naming`."""
    name = _WORD_START.sub(r"\1_\2", name)
    return _AFTER_SMALL.sub(r"\1_\2", name).lower()


def read_component(
    value: Any, names: Mapping[str, type[Component]], what: str
) -> Component:
    """The component that a mapping of a spec stands for.

    Args:
        value: `{Name: arguments}` or `{class: Name, argument: value, …}`.
        names: the classes that may stand here, by each of their names.
        what: what messages call them ("an initializer").

    Raises:
        Invalid: with every unknown name and argument.
    """
    if "class" in value:
        name, arguments = value["class"], dict(value)
        del arguments["class"]
        prefix: tuple[str, ...] = ()
    elif len(value) == 1:
        [(name, arguments)] = value.items()
        prefix = (name,)
    else:
        text = f"{what} is one name with its arguments; found {describe(value)}"
        example = next(iter(names.values())).example
        within = [name for name in value if name in names]
        others = [str(name) for name in value if name not in names]
        hint = f"as in {example}"
        from cnnspec.catalogue.elsewhere import called

        if rewritten := called(value, names):
            hint = rewritten
        elif len(within) == 1:
            hint = f"put {either(others, 'and')} under '{within[0]}', {hint}"
        raise Invalid([Problem((), "wrong-type", text, hint)])
    if not isinstance(name, str) or name not in names:
        from cnnspec.catalogue.elsewhere import suggested

        classes = dict.fromkeys(cls.__name__ for cls in names.values())
        text = f"'{name}' is not {what}; there is {either(classes)}"
        where = prefix or ("class",)
        example = next(iter(names.values())).example
        hint = suggested(name, names) or f"as in {example}"
        if isinstance(arguments, str) and arguments in names:
            hint = f"write {arguments}"
        raise Invalid([Problem(where, "unknown-value", text, hint, at_key=True)])
    try:
        return read_arguments(names[name], arguments)
    except Invalid as error:
        raise Invalid(p.under(*prefix) for p in error.problems) from None


def choices(found: Any, names: dict[str, type[Component]]) -> str:
    """What may stand somewhere in place of what was found."""
    from cnnspec.catalogue.elsewhere import called, suggested

    if isinstance(found, str) and found in names:  # whose name doesn't stand alone
        values = {a.name: a.default for a in names[found].arguments().values()}
        return f"write {flow({names[found].__name__: values})}"
    if hint := suggested(found, names) or called(found, names):
        return hint
    classes = list(dict.fromkeys(names.values()))
    listed = either(cls.__name__ for cls in classes)
    return f"there is {listed}, or as in {classes[0].example}"


def read_arguments(cls: type[T], arguments: Any) -> T:
    """A record from what stands under its name in a spec.

    Args:
        arguments: a mapping of arguments; None for none; anything else is the first
            positional argument.

    Raises:
        Invalid: with every argument that is unknown, missing or wrong.
    """
    if arguments is None:
        return cls.read({})
    if isinstance(arguments, dict):
        return cls.read(arguments)
    first = next(iter(cls.arguments()), "name")
    if first == "name":
        text = f"{cls.title()} takes no arguments; found {describe(arguments)}"
        raise Invalid([Problem((), "wrong-type", text, "remove it")])
    try:
        return cls.read({first: arguments})
    except Invalid as error:
        # The argument's value stands where the arguments would.
        raise Invalid(
            p._replace(path=p.path[1:]) if p.path[:1] == (first,) else p
            for p in error.problems
        ) from None
