"""Remedies at a model's inputs: other sizes, and other axes."""

from collections.abc import Callable, Iterator, Sequence
from math import isqrt
from typing import Any

from cnnspec.catalogue.layers.base import MixedSamples
from cnnspec.ground.edits import Edit, Remedy
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Size, show
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.remedies.way import Way
from cnnspec.language.expressions import formulas
from cnnspec.language.given import given, is_variable
from cnnspec.model.graph import Input
from cnnspec.model.summary import Inference

_CHANNELS = (1, 3, 4)
"""How many channels pictures have."""
_USUAL = (32, 64, 128, 224, 512)
"""Sizes to try where none is given."""
_NEAR = 64
"""How far from a size the next that fits is looked for, one by one."""
_TRIES = 20_000
"""Layers that this search may infer."""


def why(way: Way) -> str:
    """What has to be known of the inputs and of sizes on the way; for the message."""
    if way.was_rounded and not way.error.missing:
        row, size, out = way.rounded[-1]
        return f"; {way.name(row)} rounds {size} to {out}"
    unknown = way.above and any(None in shape[1:] for shape in way.shapes)
    for tensor in _inputs(way) if unknown else ():
        if None in tensor.shape[1:]:
            line = way.source.line(tensor.path)
            return f"; {_called(tensor)} is {show(tensor.shape[1:])} ({line})"
    return ""


def other_order(way: Way) -> Iterator[Remedy]:
    """The channels last, where they stand first."""
    for tensor in _inputs(way):
        first, *rest = tensor.shape[1:]
        if len(rest) == 2 and first in _CHANNELS and rest[-1] not in _CHANNELS:
            text = f"{_called(tensor)} has its channels first, as PyTorch has them"
            for remedy in _written(way, [(tensor, [*rest, first])]):
                yield remedy._replace(text=f"{text}: {remedy.text}")


def other_rank(way: Way) -> Iterator[Remedy]:
    """One axis more, or one less, where an input lacks its channels or has a batch."""
    missing = way.error.missing
    for tensor in _inputs(way) if missing else ():
        sizes = list(tensor.shape[1:])
        if missing == -1 and sizes[:1] == [None]:
            for remedy in _written(way, [(tensor, sizes[1:])]):
                yield remedy._replace(text=f"leave the batch out: {remedy.text}")
        elif missing == 1:
            yield from _written(way, [(tensor, [*sizes, 1])])
        elif missing == 2 and len(sizes) == 1 and not way.program.data:
            yield from _written(way, [(tensor, _square(sizes[0]))])


def _square(count: Size) -> list[Size]:
    """Height, width and channels of a square picture of so many numbers."""
    for channels in (1, 3):
        side = isqrt((count or 0) // channels)
        if side and side * side * channels == count:
            return [side, side, channels]
    return []


def numbers_for_null(way: Way) -> Iterator[Remedy]:
    """Sizes in place of those that are null."""
    tensors = [tensor for tensor in _inputs(way) if None in tensor.shape[1:]]
    for size in _USUAL if tensors else ():
        new: _Sizes = [
            (t, [size if n is None else n for n in t.shape[1:]]) for t in tensors
        ]
        for remedy in filter(way.trials.mends, _written(way, new)):
            yield remedy._replace(text=f"give null a number, as in {remedy.text[6:]}")
            return


def other_sizes(way: Way) -> Iterator[Remedy]:
    """The sizes next to those of the inputs with which the layer fits."""
    if way.program.data and way.program.data.image:
        return  # samples have a size of their own
    if isinstance(way.error, MixedSamples):
        return  # a size of 1 would only hide that
    tensors = [t for t in _inputs(way) if len(t.shape) > 2]
    found = [_resized(tensors, sizes) for sizes in _fitting(way, tensors)]
    mending = [
        (new, remedy)
        for new in found
        for remedy in filter(way.trials.mends, _written(way, new))
    ]
    if mending:
        fits = " and ".join(_text(new) for new, _ in sorted(mending, key=_text_key))
        one = len(mending) == 1
        text = f"an input of {fits} fits" if one else f"inputs of {fits} fit"
        remedy = mending[0][1]
        yield remedy._replace(text=f"{text}: {remedy.text}")


_Sizes = list[tuple[Input, list[Size]]]


def _text(new: _Sizes) -> str:
    return show(new[0][1][:-1])


def _text_key(one: tuple[_Sizes, Remedy]) -> Any:
    return [size or 0 for size in one[0][0][1]]


def _fitting(way: Way, tensors: Sequence[Input]) -> Iterator[list[Size]]:
    """Spatial sizes that fit, the nearest first: the next below and the next above."""
    all_sizes = {tuple(t.shape[1:-1]) for t in tensors}
    if len(all_sizes) != 1:
        return
    [sizes] = all_sizes
    if None in sizes or not sizes:
        return
    if len(set(sizes)) == 1:
        for n in _search(way, tensors, sizes[0] or 0, lambda n: [n] * len(sizes)):
            yield [n] * len(sizes)
        return
    # Each axis alone, while the others are unknown, which fits everywhere.
    axes = []
    for axis, size in enumerate(sizes):

        def along(n: int, axis: int = axis) -> list[Size]:
            return [n if other == axis else None for other in range(len(sizes))]

        fits = _fits(way, tensors, along(size or 0))
        axes.append([size] if fits else list(_search(way, tensors, size or 0, along)))
    for choice in range(2):
        if all(len(found) > choice or len(found) == 1 for found in axes):
            yield [found[min(choice, len(found) - 1)] for found in axes]


def _search(
    way: Way,
    tensors: Sequence[Input],
    size: int,
    spread: Callable[[int], Sequence[Size]],
) -> Iterator[int]:
    """The next smaller and the next larger size that fit, the nearer one first."""
    near = min(_NEAR, _TRIES // (2 * len(way.summary.graph.nodes)))
    found: set[int] = set()
    for distance in range(1, near + 1):
        for sign in (1, -1):
            at = size + sign * distance
            if sign not in found and at > 0 and _fits(way, tensors, spread(at)):
                found.add(sign)
                yield at
        if len(found) == 2:
            return
    if not found:  # what is too small by far becomes large enough at some size
        yield from _halved(size + near, lambda n: _fits(way, tensors, spread(n)))


def _halved(small: int, fits: Callable[[int], bool]) -> Iterator[int]:
    """The first number above one that doesn't fit from which on others do."""
    large = next((small << n for n in range(1, 7) if fits(small << n)), small)
    while large - small > 1:
        middle = (small + large) // 2
        small, large = (small, middle) if fits(middle) else (middle, large)
    if fits(large):
        yield large


def _fits(way: Way, tensors: Sequence[Input], sizes: Sequence[Size]) -> bool:
    """Whether inputs of other sizes leave fewer layers that can't take theirs."""
    new = {t.name: s for t, s in _resized(tensors, sizes)}
    graph = way.summary.graph
    inputs = [
        one._replace(shape=(one.shape[0], *new.get(one.name, one.shape[1:])))
        for one in graph.inputs
    ]
    if not _takes(way, inputs):  # as with most sizes
        return False
    inference = Inference(inputs)
    misfits = sum(1 for node in graph.nodes if inference.add(node))
    return misfits < len(way.summary.misfits) and way.node.name in inference.rows


def _takes(way: Way, inputs: Sequence[Input]) -> bool:
    """Whether the layer takes what comes to it, as far as its own way tells."""
    needed = {way.node.name, *(row.name for row in way.above)}
    inference = Inference(inputs)
    for node in way.summary.graph.nodes:
        if node.name in needed:
            if node.shares:  # with a layer that may stand beside this way
                return True
            inference.add(node)
    return way.node.name in inference.rows


def _resized(tensors: Sequence[Input], sizes: Sequence[Size]) -> _Sizes:
    return [(t, [*sizes, t.shape[-1]]) for t in tensors]


def _inputs(way: Way) -> list[Input]:
    """The inputs that the layer depends on."""
    read = {name for row in way.above for name in row.inputs} | {*way.node.inputs}
    return [tensor for tensor in way.summary.graph.inputs if tensor.name in read]


def _called(tensor: Input) -> str:
    return "the input" if len(tensor.path) == 1 else f"the input '{tensor.name}'"


def _written(way: Way, new: _Sizes) -> Iterator[Remedy]:
    """The remedy of giving inputs other sizes, or what their sizes are made of."""
    edits: dict[Path, Edit] = {}
    texts: dict[str, None] = {}
    for tensor, sizes in new:
        old, path = way.source.value(tensor.path), tensor.path
        if isinstance(old, dict):
            old, path = old.get("shape"), (*path, "shape")
        if not isinstance(old, list) or not sizes:
            return
        places = _formulas_in(way, path, old, sizes)
        if places is None:
            return
        for place, size in places.items():
            remedy = way.value(place, size)
            edits[place] = remedy.edits[0]
            texts[remedy.text] = None
        if not places:
            edits[path] = Edit(path, sizes)
            own = way.source.writes(path)
            line = "" if own else f" in {way.source.line(path)}"
            texts[f"write {path[-1]}: {flow(sizes)}{line}"] = None
    if edits:
        yield Remedy(" and ".join(texts), tuple(edits.values()))


def _formulas_in(
    way: Way, path: Path, old: Sequence[Any], new: Sequence[Size]
) -> dict[Path, Size] | None:
    """Where sizes that change are given, if by variables; None if it isn't clear."""
    values = formulas(list(old))
    if all(type(value) is int or value is None for value in values):
        return {}
    if len(values) != len(new):
        return None
    found: dict[Path, Size] = {}
    for place, (value, size) in enumerate(zip(values, new, strict=True)):
        if is_variable(value):
            [name] = value.names
            at = given(name, (), way.program)
            if at is None or found.setdefault(at, size) != size:
                return None
        elif type(value) is int or value is None:
            if value != size:
                found[(*path, place)] = size
        else:
            return None
    return found
