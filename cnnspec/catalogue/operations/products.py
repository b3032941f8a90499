"""Operations that multiply tensors and sum up.

Source of the rules: keras/src/ops/numpy.py and `compute_matmul_output_shape` in
keras/src/ops/operation_utils.py, Keras 3.15. Their multiplications are counted,
although no weight is part of them, as those of attention are.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.base import Operation, mixes, with_batch
from cnnspec.catalogue.operations.pairs import Pair, need_equal_ranks, spread
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.shapes import Shape, Size, product


class Matmul(Operation):
    """Multiplies the matrices of the last two axes."""

    keeps_sparse = True
    sign = "@"
    typed = types.product
    joins_paths = True
    tensor_arguments = ("x1", "x2")
    shape_rule = "the axes before the last two as in add; then a row and a column"
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6), (None, 6, 5))

    def fits(self, *shapes: Any) -> None:
        a, b = shapes
        if min(len(a), len(b)) < 3:
            raise mixes(
                f"would multiply {with_batch(a)} and {with_batch(b)} as matrices, of "
                "which the batch is a row or a column",
                "ops.einsum of 'bi,bi->b' gives a product of each sample",
            )
        need_equal_ranks(shapes)
        if None not in (a[-1], b[-2]) and a[-1] != b[-2]:
            raise ShapeError(
                f"can't multiply {with_batch(a)} and {with_batch(b)}: the last size of "
                "the first and the last but one of the second must be equal"
            )
        spread((a[:-2], b[:-2]))

    def shape(self, *shapes: Any) -> Any:
        a, b = shapes
        return (*spread((a[:-2], b[:-2])), a[-2], b[-1])

    def macs(self, output: Any, *shapes: Any, **_: Any) -> int | None:
        a, b = self.operands(*shapes)
        inner = b[-2] if a[-1] is None else a[-1]
        return product((*output[1:], inner))


class Dot(Pair):
    """Multiplies a tensor by a number. Of two tensors it would put samples together."""

    makes_sparse = True
    ran = types.dotted
    counts_too = ("Multiply",)
    example: ClassVar[Any] = {"x2": 2}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6),)

    def fits(self, *shapes: Any) -> None:
        if () not in shapes:
            raise mixes(
                "of two tensors multiplies each sample with all others",
                "take ops.matmul, ops.einsum or the layer Dot",
            )

    def taken_for_sparse(self, given: Sequence[Any]) -> bool:
        return True


class Einsum(Operation):
    """Multiplies and sums up along axes that letters name, as in 'bij,bjk->bik'."""

    unfit = types.NO_TRUTH
    typed = types.product
    takes_list = True
    takes_tensors_apart = False
    tensor_arguments = ("operands",)
    joins_paths = True
    shape_rule = "the sizes of the letters behind ->"
    example: ClassVar[Any] = {"subscripts": "bij,bjk->bik"}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 6), (None, 6, 5))

    subscripts: str

    def call(
        self, given: Sequence[Any], own: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        return [own["subscripts"], *given], {}

    def rules(self) -> None:
        given, arrow, result = self.subscripts.partition("->")
        wrong = ""
        if not arrow:
            wrong = "has no -> with the letters of the result"
        elif any(c not in _LETTERS for c in self.subscripts.replace("->", ",")):
            wrong = "may have small letters, commas, '...' and one '->', and no blank"
        elif any("." in p.replace("...", "", 1) for p in (*given.split(","), result)):
            wrong = "may have '...' once for each tensor"
        elif "..." in result and "..." not in given:
            wrong = "has '...' behind -> and nowhere else"
        elif "..." in given and "..." not in result:
            wrong = "has '...' for tensors and not behind ->"
        elif stray := [c for c in result.replace("...", "") if c not in given]:
            wrong = f"has '{stray[0]}' behind -> and nowhere else"
        elif any(result.count(c) > 1 for c in result if c != "."):
            wrong = "has a letter twice behind ->"
        if wrong:
            text = f"{self.title()}.subscripts '{self.subscripts}' {wrong}"
            hint = "they look like 'bij,bjk->bik', with b for the batch"
            raise ArgumentError("subscripts", "equation", text, hint)

    @property
    def _parts(self) -> tuple[list[str], str]:
        """The letters of each tensor, and of the result."""
        given, _, result = self.subscripts.partition("->")
        return given.split(","), result

    def fits(self, *shapes: Any) -> None:
        [given] = shapes
        parts, result = self._parts
        if len(given) != len(parts):
            raise ShapeError(
                f"has letters for {len(parts)} tensors, and is given {len(given)}",
                "name as many in from",
            )
        for part, x in zip(parts, given, strict=True):
            count = len(part.replace("...", ""))
            if len(x) < count or (len(x) > count and "..." not in part):
                raise ShapeError(
                    f"has the letters '{part}' for {with_batch(x)}",
                    "give each axis a letter, the batch among them",
                )
        self._keep_batch(parts, result)
        self._elided(given)
        self._sizes(given)

    def _keep_batch(self, parts: list[str], result: str) -> None:
        firsts = {part[:1] for part in (*parts, result)}
        apart = any(part.count(part[:1]) > 1 for part in parts if part[:1] != ".")
        if len(firsts) > 1 or firsts == {""} or apart:
            raise mixes(
                f"'{self.subscripts}' doesn't keep the batch, the first axis of each "
                "tensor",
                "let one letter begin each tensor's and the result's, as in "
                "'bij,bjk->bik'",
            )

    def shape(self, *shapes: Any) -> Any:
        [given] = shapes
        sizes, (_, result) = self._sizes(given), self._parts
        before, dots, after = result.partition("...")
        middle = self._elided(given) if dots else ()
        return (*(sizes[c] for c in before), *middle, *(sizes[c] for c in after))

    def _sizes(self, given: list[Shape]) -> dict[str, Size]:
        """The size of each letter.

        Raises:
            ShapeError: tensors differ in that of a letter of the result.
        """
        found: dict[str, Size] = {}
        (parts, result), unequal = self._parts, []
        for part, x in zip(parts, given, strict=True):
            before, _, after = part.partition("...")
            pairs = [*zip(before, x, strict=False)]
            pairs += zip(after, x[len(x) - len(after) :], strict=True)
            for letter, size in pairs:
                try:
                    [found[letter]] = spread([(found.get(letter, size),), (size,)])
                except ShapeError:
                    unequal.append(letter)
        for letter in unequal:
            if letter in result:
                raise self._differing(letter, given)
        return found

    def _elided(self, given: list[Shape]) -> Shape:
        """The sizes that '...' stands for."""
        found = []
        for part, x in zip(self._parts[0], given, strict=True):
            before, dots, after = part.partition("...")
            if dots:
                found.append(x[len(before) : len(x) - len(after)])
        if self.subscripts.startswith("..."):
            need_equal_ranks(found)
        return spread(found) if found else ()

    def _differing(self, letter: str, given: list[Shape]) -> ShapeError:
        text = ", ".join(map(with_batch, given))
        return ShapeError(
            f"gives the letter '{letter}' axes of different sizes in {text}",
            "give equal axes equal letters, and others others",
        )

    def running(self, output: Any, *shapes: Any) -> Any:
        """TensorFlow takes no size of 1 for another, but in what '...' stands for."""
        [given] = self.operands(*shapes)
        seen: dict[str, set[int]] = {}
        for part, x in zip(self._parts[0], given, strict=True):
            before, _, after = part.partition("...")
            pairs = [*zip(before, x, strict=False)]
            pairs += zip(after, x[len(x) - len(after) :], strict=True)
            for letter, size in pairs:
                if size is not None:
                    seen.setdefault(letter, set()).add(size)
        for letter, sizes in seen.items():
            if len(sizes) > 1:
                raise self._differing(letter, given)
        return output

    def macs(self, output: Any, *shapes: Any, **_: Any) -> int | None:
        [given] = self.operands(*shapes)
        sizes = self._sizes(given)
        batch = "" if self.subscripts[0] == "." else self.subscripts[0]
        letters = (size for letter, size in sizes.items() if letter != batch)
        elided = self._elided(given)
        return product((*letters, *(elided if batch else elided[1:])))


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz,.")


class Cross(Operation):
    """The cross product of vectors of 3 or 2 numbers."""

    unfit = types.NO_TRUTH
    typed = types.promoted
    joins_paths = True
    tensor_arguments = ("x1", "x2")
    first = ("axisa", "axisb", "axisc", "axis")
    shape_rule = "as in add, along all axes but that of the vectors"
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 4, 3), (None, 4, 3))

    axisa: int = -1
    axisb: int = -1
    axisc: int = -1
    axis: int | None = None

    def fits(self, *shapes: Any) -> None:
        need_equal_ranks(shapes)
        places = self._places(shapes)
        sizes = [x[place] for x, place in zip(shapes, places, strict=False)]
        if any(size not in (2, 3, None) for size in sizes):
            text = " and ".join(map(with_batch, shapes))
            raise ShapeError(
                f"needs vectors of 2 or 3 numbers along an axis; it is given {text}",
                "name the axis that has them, axis: 1",
            )
        self.shape(*shapes)
        if 0 in places:
            raise mixes("would take the batch for the numbers of a vector")

    def _places(self, shapes: Any) -> list[int]:
        axes = (self.axisa, self.axisb) if self.axis is None else (self.axis, self.axis)
        return [self.at(axis, x) for axis, x in zip(axes, shapes, strict=True)]

    def shape(self, *shapes: Any) -> Any:
        places = self._places(shapes)
        sizes = [x[place] for x, place in zip(shapes, places, strict=True)]
        rest = spread(
            (*x[:place], *x[place + 1 :])
            for x, place in zip(shapes, places, strict=True)
        )
        if 3 not in sizes:
            return rest
        place = self.at(self.axisc if self.axis is None else self.axis, rest, 1)
        if place == 0:
            raise mixes("would put an axis before the batch", "write axisc: -1")
        return (*rest[:place], 3, *rest[place:])
