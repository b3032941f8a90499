"""Which arguments of a layer lead from the shapes that it is given to a row of a table.

One search serves all layers: values are tried in the order in which models have them,
first those that decide how many weights there are, then those that decide the shape,
and what the layer itself makes of them is held against the row.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice, permutations, product
from math import isqrt
from typing import Any, NamedTuple

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.kinds import NotAllowed
from cnnspec.ground.shapes import Shape, Shapes

Arguments = dict[str, Any]

_MOST = 6
"""Answers of a row that are told."""
_TRIALS = 20_000
"""Sets of arguments that are tried for a row."""
RARE = 2
"""The level of values that the fewest models have."""
_SQUARES = (3, 1, 5, 7, 2, 4, 9, 11, 6, 8, 10, 12, 13, 14, 15, 16, 32)
_HEADS = (8, 4, 2, 1, 12, 16, 3, 6)
_HELD = (
    *("core", "convolutional", "pooling", "reshaping"),
    *("normalization", "activations", "regularization", "rnn"),
)
"""Families of layers that a wrapper may hold."""


class Question:
    """A row: what goes into a layer, what comes out, and how many weights it has."""

    def __init__(
        self,
        kind: str,
        shapes: Sequence[Shape],
        output: Shapes | None,
        params: int | None,
    ) -> None:
        self.cls: type[Layer] = layer_class(kind)
        self.shapes, self.params = tuple(shapes), params
        self.several = list(output) if isinstance(output, list) else []
        self.output = output
        self.x = self.shapes[0]
        self.out: Shape | None = self.several[0] if self.several else output  # type: ignore[assignment]

    def usual(self, name: str) -> Any:
        """The default of an argument."""
        return self.cls.arguments()[name].default

    def spatial(self) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Sizes between the batch and the channels, of what goes in and comes out."""
        return self.x[1:-1], (self.out or ())[1:-1]

    def fits(self, layer: Layer, *, whole: bool = True) -> bool:
        """Whether a layer comes to the row; to its number alone, if not `whole`."""
        try:
            if whole:
                layer.check(*self.shapes)
                found = layer.output(*self.shapes)
                if self.output is not None and not _same(found, self.output):
                    return False
            if self.params is None:
                return True
            return self.params == sum(w.size for w in layer.weights(*self.shapes))
        except _UNFIT:
            return False


_UNFIT = (
    *(ValueError, TypeError, IndexError, ZeroDivisionError, AttributeError),
    AssertionError,  # weights of a size that isn't known, which nobody has refused
)


@lru_cache(4096)
def answers(
    kind: str,
    shapes: tuple[Shape, ...],
    output: Any,
    params: int | None,
) -> tuple[tuple[tuple[str, Any], ...], ...]:
    """The sets of arguments that explain a row, the likeliest first.

    Args:
        kind: a layer's class.
        shapes: of the tensors that it is given, batch first.
        output: the shape that it gives, several in a tuple of tuples; None if unknown.
        params: how many numbers it holds; None if that isn't known.
    """
    question = _question(kind, shapes, output, params)
    for rare in range(RARE + 1):
        if found := _told_apart(question, islice(_search(question, rare), 200)):
            return tuple(tuple(one.items()) for one in found[:_MOST])
    return ()


def first_answer(
    kind: str, shapes: tuple[Shape, ...], output: Any, params: int | None, rare: int
) -> Arguments | None:
    """Arguments that explain a row; None where none do.

    Args:
        kind: a layer's class.
        shapes: of the tensors that it is given, batch first.
        output: the shape that it gives, several in a tuple of tuples.
        params: how many numbers it holds.
        rare: up to which level values are tried that few models have.
    """
    question = _question(kind, shapes, output, params)
    searches = (_search(question, level) for level in range(rare + 1))
    return next((one for found in searches for one in found), None)


def _question(
    kind: str, shapes: tuple[Shape, ...], output: Any, params: int | None
) -> Question:
    several = bool(output) and isinstance(output[0], tuple)
    return Question(kind, shapes, list(output) if several else output, params)


def _search(question: Question, rare: int) -> Iterator[Arguments]:
    trials = 0
    for counting in _sets(question, _COUNTING, rare):
        first = made(question, counting)
        if first is None or not question.fits(first, whole=False):
            continue
        for shaping in _sets(question, _SHAPING, rare):
            trials += 1
            if trials > _TRIALS:
                return
            given = counting | shaping
            layer = made(question, given)
            if layer is not None and question.fits(layer):
                yield _without_defaults(question, given)


def made(question: Question, given: Arguments) -> Layer | None:
    """The layer, with what it needs and nothing tells as its example has it."""
    needed = {
        name: argument
        for name, argument in _example(question.cls).items()
        if question.cls.arguments()[name].required and name not in given
    }
    try:
        return question.cls(**needed, **given)
    except ValueError:
        return None


def _example(cls: type[Layer]) -> Arguments:
    example = cls.example
    if isinstance(example, dict):
        return example
    first = next(iter(cls.arguments()), "")
    return {} if example is None else {first: example}


def assumed(kind: str, given: Arguments) -> Arguments:
    """Arguments that a layer needs and no table shows, as its example has them."""
    return {name: one for name, one in _needed(kind) if name not in given}


@lru_cache(256)
def _needed(kind: str) -> list[tuple[str, Any]]:
    """The arguments that a layer has to be given, as its example has them."""
    cls: type[Layer] = layer_class(kind)
    needs = (name for name, one in cls.arguments().items() if one.required)
    return [(name, _example(cls).get(name)) for name in needs]


def usual(kind: str, name: str) -> Any:
    """The default of a layer's argument."""
    return layer_class(kind).arguments()[name].default


class Explained(NamedTuple):
    """What explains a row."""

    arguments: Arguments
    """The likeliest."""
    trained: int
    """How many numbers training would change."""
    others: tuple[str, list[Any]] | None
    """The argument of which other values would do, too, and its values; or nothing."""


@lru_cache(4096)  # many rows are like others
def explained(
    kind: str, shapes: tuple[Shape, ...], output: Any, params: int | None
) -> Explained | None:
    """What explains a row, as `answers` has it; None where nothing does."""
    several = [dict(one) for one in answers(kind, shapes, output, params)]
    if not several:
        return None
    layer = made(Question(kind, shapes, None, None), several[0])
    weights = layer.weights(*shapes) if layer else ()
    trained = sum(weight.size for weight in weights if weight.trainable)
    others = _most_different(kind, several) if len(several) > 1 else None
    return Explained(several[0], trained, others)


def _most_different(kind: str, several: Sequence[Arguments]) -> tuple[str, list[Any]]:
    """The argument that tells answers apart best, and its values in each of them."""
    found: dict[str, list[Any]] = {}
    for name in dict.fromkeys(name for one in several for name in one):
        values = [one.get(name, usual(kind, name)) for one in several]
        found[name] = [v for i, v in enumerate(values) if v not in values[:i]]
    name = max(found, key=lambda name: len(found[name]))
    return name, found[name]


def _without_defaults(question: Question, given: Arguments) -> Arguments:
    return {
        name: value for name, value in given.items() if value != question.usual(name)
    }


def _told_apart(question: Question, found: Iterator[Arguments]) -> list[Arguments]:
    """The answers that do something else than those before them."""
    seen: set[str] = set()
    kept = []
    for given in found:
        layer = made(question, given)
        assert layer is not None
        does = repr((layer.reach(*question.shapes), _held(layer)))
        if does not in seen:
            seen.add(does)
            kept.append(given)
    return kept


def _held(layer: Layer) -> list[Any]:
    weights = [(type(one), one.given) for one in layer.nested()]
    return [*weights, {k: v for k, v in layer.given.items() if k in _TOLD_APART}]


def _sets(question: Question, tries: dict[str, Any], rare: int) -> Iterator[Arguments]:
    """Each combination of the values to try, of the arguments that the layer has."""
    taken = question.cls.arguments()
    values = {name: tries[name](question, rare) for name in tries if name in taken}
    known = {name: list(some) for name, some in values.items() if some is not None}
    for one in product(*known.values()):
        yield dict(zip(known, one, strict=True))


# ------------------------------------------------------------------ values to try


def _last(question: Question, _: int) -> Iterator[Any]:
    if question.out and question.out[-1] is not None:
        yield question.out[-1]


def _kernels(question: Question, rare: int) -> Iterator[Any]:
    """Windows of the size that explains the number, squares before others."""
    axes = len(question.x) - 2
    sizes = _kernel_sizes(question, axes)
    yield from (n for n in _SQUARES if sizes is None or n**axes in sizes)
    if rare and sizes and axes == 2:
        pairs = ([a, n // a] for n in sorted(sizes) for a in range(1, 65) if n % a == 0)
        yield from (pair for pair in pairs if pair[0] != pair[1])
    elif rare and sizes and axes == 1:
        yield from (n for n in sorted(sizes) if n not in _SQUARES)
    if rare and "groups" in question.cls.arguments():
        yield from (n for n in (3, 1, 5, 7) if n**axes not in (sizes or ()))


def _kernel_sizes(question: Question, axes: int) -> set[int] | None:
    """How many positions a window may have: weights grow evenly with these."""
    if question.params is None or axes < 1:
        return None
    taken = question.cls.arguments()
    given = {
        name: next(iter(_COUNTING[name](question, 0)), None)
        for name in _BESIDE_KERNEL
        if name in taken
    }
    found = set()
    for bias in (True, False):
        one, two = (
            _count(
                question, made(question, {**given, "use_bias": bias, "kernel_size": n})
            )
            for n in (1, 2)
        )
        if one is None or two is None or one == two:
            return None
        positions, left = divmod((question.params - one) * (2**axes - 1), two - one)
        if not left and positions >= 0:
            found.add(positions + 1)
    return found


_BESIDE_KERNEL = ("filters", "depth_multiplier")


def _groups(question: Question, rare: int) -> Iterator[Any]:
    usual = question.usual("groups")
    yield usual
    channels = question.x[-1]
    if rare and usual == 1 and channels:
        yield from _divisors(channels)


def _divisors(number: int) -> list[int]:
    """Those above 1, smallest first. A size may be as large as somebody writes it."""
    small = [n for n in range(2, isqrt(number) + 1) if number % n == 0]
    large = [number // n for n in reversed(small) if n * n != number]
    return [*small, *large, *([number] if number > 1 else [])]


def _multiplier(question: Question, rare: int) -> Iterator[Any]:
    taken, given = question.x[-1], (question.out or (None,))[-1]
    if "filters" not in question.cls.arguments() and taken and given:
        yield max(given // taken, 1)
    else:
        yield from (1, 2, 3, 4) if rare else (1,)


def _vocabulary(question: Question, _: int) -> Iterator[Any]:
    if question.params and question.out and question.out[-1]:
        yield question.params // question.out[-1]


def _key_dims(question: Question, _: int) -> Iterator[Any]:
    """Weights grow evenly with the width of a head, however many heads there are."""
    if question.params is None:
        return
    for heads in _HEADS:
        one, two = (
            made(question, {"num_heads": heads, "key_dim": width}) for width in (1, 2)
        )
        for bias in (True, False):
            counts = []
            for layer in (one, two):
                given = {**layer.given, "use_bias": bias} if layer else {}
                again = made(question, given) if given else None
                counts.append(_count(question, again))
            if None not in counts and counts[1] != counts[0]:
                width, left = divmod(question.params - counts[0], counts[1] - counts[0])
                if not left and width >= 0:
                    yield width + 1


def _count(question: Question, layer: Layer | None) -> Any:
    try:
        return layer and sum(w.size for w in layer.weights(*question.shapes))
    except (ValueError, TypeError):
        return None


def _inner(question: Question, _: int) -> Iterator[Any]:
    """The layer in a wrapper, whatever class of layer explains the row."""
    if "merge_mode" in question.cls.arguments():
        yield from _inner_pairs(question)
        return
    if question.out is None or len(question.x) < 3:
        return
    x = (question.x[0], *question.x[2:])
    out = (question.out[0], *question.out[2:])
    for family in _HELD:
        for kind in registry.family_names(family):
            if not layer_class(kind).holding():
                for found in answers(kind, (x,), out, question.params)[:1]:
                    yield {kind: {**assumed(kind, dict(found)), **dict(found)}}


def _inner_pairs(question: Question) -> Iterator[Any]:
    """The layer of which one reads forwards and another one backwards."""
    if question.params is None or question.params % 2 or not question.out:
        return
    first = (*question.out[:-1], (question.out[-1] or 0) // 2)
    half = len(question.several) // 2
    out: Any = (first, *question.several[1 : half + 1]) if question.several else first
    for kind in sorted(registry.family_names("rnn"), key=_is_simple):
        if layer_class(kind).grows_with == "units":
            for found in answers(kind, question.shapes[:1], out, question.params // 2):
                yield {kind: dict(found)}


def _is_simple(kind: str) -> bool:
    """Whether a recurrent layer has no gates, as few have."""
    return "recurrent_activation" not in layer_class(kind).arguments()


def _strides(question: Question, rare: int) -> Iterator[Any]:
    usual = question.usual("strides")
    yield usual
    taken, given = question.spatial()
    if not taken or not all(taken) or not given or not all(given):
        yield 2
        return
    ratios = []
    for a, b in zip(taken, given, strict=False):
        large, small = max(a, b), max(min(a, b), 1)
        near = {large // small, -(-large // small), round(large / small)} - {0}
        ratios.append(
            sorted(near, key=lambda step: (step != round(large / small), step))
        )
    for steps in product(*ratios):
        step: Any = steps[0] if len(set(steps)) == 1 else list(steps)
        if step != usual:
            yield step
    if rare:
        yield from (n for n in range(1, 9) if n != usual)


def _padding(question: Question, _: int) -> Iterator[Any]:
    usual = question.usual("padding")
    if isinstance(usual, str):
        kind = question.cls.arguments()["padding"].kind
        for value in (usual, "same", "causal"):
            with suppress(NotAllowed):  # few take the last
                yield kind.validated(value)
        return
    yield from _margins(question, 1)


def _cropping(question: Question, _: int) -> Iterator[Any]:
    yield from _margins(question, -1)


def _margins(question: Question, sign: int) -> Iterator[Any]:
    """What was added to each side, or cut off; of an odd number more behind."""
    taken, given = question.spatial()
    if not taken or not all(taken) or not given or not all(given):
        yield 1
        return
    whole = [sign * (b - a) for a, b in zip(taken, given, strict=False)]
    if min(whole) < 0:
        return
    sides = [[n // 2, n - n // 2] for n in whole]
    flat = {n for side in sides for n in side}
    if len(flat) == 1:
        yield flat.pop()
    else:
        yield sides if len(sides) > 1 else sides[0]


def _pools(question: Question, rare: int) -> Iterator[Any]:
    yield from (2, 3)
    taken, given = question.spatial()
    if rare:
        yield from range(4, 33)
        if len(taken) == 2 and all(taken) and given and all(given):
            yield [round(a / b) for a, b in zip(taken, given, strict=False)]
            yield from ([a, b] for a in range(1, 9) for b in range(1, 9) if a != b)


def _enlarging(question: Question, _: int) -> Iterator[Any]:
    taken, given = question.spatial()
    if taken and all(taken) and given and all(given):
        steps = [b // a for a, b in zip(taken, given, strict=False)]
        yield steps[0] if len(set(steps)) == 1 else steps
    else:
        yield 2


def _sizes(question: Question, _: int) -> Iterator[Any]:
    if question.out is not None:
        sizes = list(question.out[1:])
        yield [-1 if size is None else size for size in sizes]


def _orders(question: Question, _: int) -> Iterator[Any]:
    yield from map(list, permutations(range(1, min(len(question.x), 5))))


def _flags(question: Question, _: int) -> Iterator[Any]:
    yield from (False, True)


def _one_of(*values: Any) -> Any:
    return lambda question, rare: values


def _size_at(axis: int) -> Any:
    return lambda question, rare: question.out[axis : axis + 1] if question.out else ()


def _axes(question: Question, rare: int) -> Iterator[Any]:
    usual = question.usual("axis")
    yield usual
    yield from (axis for axis in range(1, len(question.x)) if axis != usual and rare)


_COUNTING: dict[str, Any] = {
    "filters": _last,
    "units": _last,
    "output_dim": _last,
    "input_dim": _vocabulary,
    "kernel_size": _kernels,
    "use_bias": _one_of(True, False),
    "center": _one_of(True, False),
    "scale": lambda question, rare: (
        (True, False) if question.usual("scale") is True else None
    ),
    "reset_after": _one_of(True, False),
    "depth_multiplier": _multiplier,
    "groups": _groups,
    "shared_axes": _one_of(None, [1, 2], [1]),
    "num_heads": _one_of(*_HEADS),
    "key_dim": _key_dims,
    "axis": _axes,
    "mean": _one_of(None, 0.0),
    "variance": _one_of(None, 1.0),
    "layer": _inner,
    "x2": lambda question, rare: (1,) if len(question.shapes) == 1 else None,
}
"""What decides how many weights there are, and how its values are found."""
_SHAPING: dict[str, Any] = {
    "padding": _padding,
    "strides": _strides,
    "pool_size": _pools,
    "dilation_rate": lambda question, rare: (
        (2, 3, 4, 6, 8, 12, 18) if rare == 2 else (question.usual("dilation_rate"),)
    ),
    "size": _enlarging,
    "cropping": _cropping,
    "target_shape": _sizes,
    "dims": _orders,
    "n": _size_at(1),
    "height": _size_at(1),
    "width": _size_at(2),
    "return_sequences": _flags,
    "return_state": _flags,
    "keepdims": _flags,
    "merge_mode": _one_of("concat"),
}
"""What decides the shape."""
_TOLD_APART = ("num_heads", "groups", "axis", "shared_axes", "center", "scale", "dims")


def _same(found: Any, printed: Any) -> bool:
    if isinstance(printed, list):
        return isinstance(found, list) and all(map(_same, found, printed))
    return isinstance(found, tuple) and found[1:] == printed[1:]
