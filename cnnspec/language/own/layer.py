"""Layers of one's own, as all else sees them: classes made of what a spec declares."""

from collections.abc import Iterator
from math import prod
from typing import Any, ClassVar, NamedTuple
from weakref import WeakValueDictionary

from cnnspec.catalogue.dtypes import ANYTHING
from cnnspec.catalogue.layers.base import UNSURE, Layer, Reach, Weight
from cnnspec.ground.errors import Invalid, Path, ShapeError
from cnnspec.ground.kinds import LARGEST, REQUIRED, Argument, kind
from cnnspec.ground.shapes import Shape, Shapes, Size, product
from cnnspec.ground.yaml_text import describe
from cnnspec.language.expressions import Formula
from cnnspec.language.own.sizes import UNKNOWN, Undecided, sizes_of
from cnnspec.language.program import NEEDED

ONLY_INPUT = "x"
"""What expressions call the sizes of the tensor of a layer that names none."""
KERNEL = "kernel"
"""The weight that is multiplied with the input at each position of the output."""

Sizes = list[Any] | Formula
"""Sizes as a spec declares them: numbers, formulas and null; or one formula for all."""


class Declaration(NamedTuple):
    """What a spec says of a layer of its own."""

    name: str
    module: str
    """To import it from."""
    class_name: str
    """What it is called there."""
    arguments: dict[str, Any]
    """Each with its default, which may be a formula; or `NEEDED`."""
    inputs: tuple[str, ...]
    """The tensors of its call by name; none where there is one, called `x`."""
    outputs: tuple[Sizes, ...]
    several: bool
    """Whether it gives a list of tensors."""
    weights: dict[str, Sizes]
    non_trainable: dict[str, Sizes]
    macs: int | Formula | None
    path: Path
    """Where it stands in the document."""


class OwnLayer(Layer):
    """A layer that the spec declares. Each is a subclass; see `own_class`."""

    runs_on, hands_on = ANYTHING, ""
    by_name = True
    lacks: ClassVar[tuple[str, ...]] = ("activity_regularizer", "autocast")
    declared: ClassVar[Declaration]

    def output(self, *shapes: Shape, **_: Any) -> Shapes:
        values = self._values(shapes)
        batch = shapes[0][0]
        found: list[Shape] = []
        for number, sizes in enumerate(self.declared.outputs):
            where: Path = ("outputs", number) if self.declared.several else ("output",)
            found.append((batch, *self._sizes(sizes, where, values)))
        return found if self.declared.several else found[0]

    def weights(self, *shapes: Shape, **_: Any) -> list[Weight]:
        values = self._values(shapes)
        groups = (
            ("weights", True, self.declared.weights),
            ("non_trainable", False, self.declared.non_trainable),
        )
        return [
            Weight(name, self._known(sizes, (key, name), values), trainable)
            for key, trainable, weights in groups
            for name, sizes in weights.items()
        ]

    def macs(self, output: Any, *shapes: Shape, **_: Any) -> int | None:
        declared = self.declared
        if declared.macs is None:
            return None if declared.several else self._by_kernel(output, shapes)
        values = self._values(shapes)
        found = self._worked_out(declared.macs, ("macs",), values)
        if found is not None and (type(found) is not int or found < 0):
            raise self._no_number(("macs",), declared.macs, found, "of 0 or more")
        return found

    def _by_kernel(self, output: Shape, shapes: tuple[Shape, ...]) -> int | None:
        """The kernel's numbers, once for each position of the output.

        None where there is no kernel, or another weight of several axes, of which
        nothing says how often it is used.
        """
        wide = [weight for weight in self.weights(*shapes) if len(weight.shape) > 1]
        if [weight.name for weight in wide] != [KERNEL]:
            return None
        return product([prod(wide[0].shape), *output[1:-1]])

    @classmethod
    def name_in_package(cls) -> str:
        return cls.declared.class_name

    def last_activation(self) -> str:
        """Nothing: what its arguments mean, its own code alone knows."""
        return ""

    def reach(self, *shapes: Shape, **_: Any) -> Reach:
        return UNSURE

    def _values(self, shapes: tuple[Shape, ...]) -> dict[str, Any]:
        """What its expressions know: the arguments, and the sizes of its tensors."""
        values: dict[str, Any] = {}
        for name in self.declared.arguments:
            value = getattr(self, self.arguments()[name].attribute)
            if type(value) is Formula:
                value = self._worked_out(value, ("arguments", name), values)
            values[name] = value
        names = self.declared.inputs or (ONLY_INPUT,)
        return values | dict(zip(names, map(sizes_of, shapes), strict=True))

    def _sizes(self, sizes: Sizes, where: Path, values: dict[str, Any]) -> Shape:
        """The sizes that expressions come to, None for what isn't known.

        Raises:
            ShapeError: one is no size.
        """
        return tuple(
            self._size(found, formula, place)
            for place, formula, found in self._each(sizes, where, values)
        )

    def _known(
        self, sizes: Sizes, where: Path, values: dict[str, Any]
    ) -> tuple[int, ...]:
        """The sizes of a weight.

        Raises:
            ShapeError: one is no size, or isn't known.
        """
        found = self._sizes(sizes, where, values)
        for place, size in enumerate(found):
            if size is None:
                formula = sizes[place] if isinstance(sizes, list) else sizes
                raise ShapeError(
                    f"needs to know the size {formula} of its weight '{where[-1]}'",
                    "give the size of the input that it comes from a number instead "
                    "of null",
                )
        return found  # type: ignore[return-value]

    def _each(
        self, sizes: Sizes, where: Path, values: dict[str, Any]
    ) -> Iterator[tuple[Path, Any, Any]]:
        """Each size with its place in the declaration, and what is written there."""
        if type(sizes) is list:
            for number, size in enumerate(sizes):
                place = (*where, number)
                yield place, size, self._worked_out(size, place, values)
            return
        found = self._worked_out(sizes, where, values)
        if type(found) is not list:
            came = "hangs on a size that isn't known"
            if found is not None:
                came = f"comes to {describe(found)}"
            raise ShapeError(
                f"can't tell how many axes its {_called(where)} has: {sizes} {came}",
                "let it come to a list of sizes",
                at=(*self.declared.path, *where),
            )
        yield from ((where, sizes, size) for size in found)

    def _size(self, found: Any, given: Any, where: Path) -> Size:
        if found is None or found is UNKNOWN:
            return None
        if type(found) is not int or not 1 <= found <= LARGEST:
            raise self._no_number(where, given, found, "above 0")
        return found

    def _worked_out(self, given: Any, where: Path, values: dict[str, Any]) -> Any:
        """The value of a formula, or what isn't one; None for an unknown one.

        Raises:
            ShapeError: it can't be worked out.
        """
        if type(given) is not Formula:
            return given
        try:
            found = given.value(values)
        except Undecided:
            return None
        except Invalid as error:
            [problem, *_] = error.problems
            text = f"{_called(where)}: {problem.message}"
            raise ShapeError(text, problem.hint) from None
        return None if found is UNKNOWN else found

    def _no_number(self, where: Path, given: Any, found: Any, which: str) -> ShapeError:
        """What to say of an expression that comes to something else than a size."""
        text = f"has {_called(where)} that must be a whole number {which}; found "
        text = f"{text}{describe(found)}, which {given} comes to"
        if type(found) is not float or "/" not in str(given):
            return ShapeError(text)
        # No call can mend it: a quotient is no whole number in Python.
        hint = "write // for a division without remainder"
        return ShapeError(text, hint, at=(*self.declared.path, *where))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.declared, self.__getstate__())


class UnreadLayer(OwnLayer):
    """What stands for a layer whose declaration is wrong, which has been reported."""

    @classmethod
    def read(cls, data: dict[str, Any]) -> "UnreadLayer":
        raise Invalid(())


def _called(where: Path) -> str:
    """`output[1]`, `weights.kernel[2]`: a place in a declaration."""
    first, *rest = map(str, where)
    return first + "".join(f"[{s}]" if s.isdigit() else f".{s}" for s in rest)


def _anything(value: Any) -> Any:
    return value


_ANY = kind(_anything, "any value", {})
_classes: WeakValueDictionary[str, type[OwnLayer]] = WeakValueDictionary()


def own_class(declared: Declaration) -> type[OwnLayer]:
    """The class of a declared layer; the same for what is declared alike.

    So layers of two specs are of one class where their declarations are the same.
    """
    key = repr(declared)
    found = _classes.get(key)
    if found is None:
        found = _classes[key] = _made(OwnLayer, declared)
    return found


def unread_class(name: str, path: Path) -> type[OwnLayer]:
    """The class of a layer whose declaration can't be read."""
    lost = Declaration(name, "", name, {}, (), (), False, {}, {}, None, path)
    return _made(UnreadLayer, lost)


def _made(base: type[OwnLayer], declared: Declaration) -> type[OwnLayer]:
    count = len(declared.inputs) or 1
    own = {
        name: Argument(
            name, _ANY, REQUIRED if default is NEEDED else default, f"{name}_"
        )
        for name, default in declared.arguments.items()
    }
    facts: dict[str, Any] = {
        "__doc__": "",  # the spec says nothing of what it does
        "declared": declared,
        "package": declared.module,
        "class_name": declared.class_name,
        "inputs": count,
        "inputs_limit": count,
        "tensor_arguments": declared.inputs or (ONLY_INPUT,),
        "takes_tensors_apart": count > 1,
        "_arguments": own | base.arguments(),
    }
    return type(declared.name, (base,), facts)


def _restored(declared: Declaration, state: Any) -> OwnLayer:
    found = object.__new__(own_class(declared))
    found.__setstate__(state)
    return found
