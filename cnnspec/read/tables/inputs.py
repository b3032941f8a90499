"""The input of a model whose table doesn't show it, from its first layer."""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.ground.shapes import Shape, product
from cnnspec.read.tables.kinds import is_model, kinds_of
from cnnspec.read.tables.rows import PrintedRow
from cnnspec.read.tables.solving import RARE, Arguments, first_answer

_COMMON = (
    28,
    32,
    224,
    64,
    128,
    150,
    299,
    256,
    48,
    96,
    100,
    160,
    180,
    200,
    227,
    300,
    512,
)
_CHANNELS = (3, 1, 4, 2)
_WINDOW = 7
"""The largest window that a first layer often has on anything."""
_MOST = 3
"""Inputs that are told of."""
_PICTURES = ((28, 28, 1), (28, 28), (32, 32, 3), (64, 64, 3), (8, 8, 1), (8, 8))


def as_written(shape: Shape) -> Any:
    """An input as a spec has it."""
    sizes = list(shape[1:])
    return sizes if shape[0] is None else {"shape": sizes, "batch_size": shape[0]}


def likely(row: PrintedRow, following: PrintedRow | None) -> Iterator[Shape]:
    """Inputs that lead to the first row, the likeliest first."""
    out = row.output_shape
    first = out[0] if isinstance(out, list) else out
    if not first:
        return
    if is_model(row) and row.params:
        yield from _pictures_of(row)
        return
    for rare in (0, RARE):
        found: dict[Shape, bool] = {}
        for shape in _candidates(row, first):
            if shape not in found and (given := _leads(row, shape, rare)) is not None:
                found[shape] = _is_odd(given, shape)
                if sum(not odd for odd in found.values()) == _MOST:
                    break
        yield from sorted(found, key=lambda shape: found[shape])[:_MOST]
        if found:
            return


def _is_odd(given: Arguments, shape: Shape) -> bool:
    """Whether few models begin so: with large windows on what is no picture."""
    window = given.get("kernel_size", 1)
    return isinstance(window, int) and window > _WINDOW and shape[-1] not in (1, 3)


def _pictures_of(row: PrintedRow) -> Iterator[Shape]:
    """Pictures that a model of keras.applications may be given."""
    from cnnspec.read.tables.published import published

    for size in (None, *sorted(_COMMON, key=lambda size: size not in (224, 150))):
        shape = (None, size, size, 3)
        if published(row, shape):
            yield shape
            return


def _leads(row: PrintedRow, shape: Shape, rare: int) -> Arguments | None:
    """Arguments that lead from an input to the first row; None where none do."""
    out: Any = row.output_shape
    wanted = tuple(out) if isinstance(out, list) else out
    for kind in kinds_of(row):
        found = first_answer(kind, (shape,), wanted, row.params, rare)
        if found is not None:
            return found
    return None


def _candidates(row: PrintedRow, out: Shape) -> Iterator[Shape]:
    if not row.params:
        yield from _without_weights(row, out)
        return
    for axes in _spatial(out[1:-1]):
        for channels in _CHANNELS:
            yield (out[0], *axes, channels)
    yield out
    yield from _grown(row, out)
    for channels in range(5, 17):
        yield (*out[:-1], channels)


def _spatial(sizes: Shape) -> Iterator[Shape]:
    """Sizes from which a first layer may come to some, common ones first."""
    if not sizes or None in sizes or len(set(sizes)) > 1:
        yield sizes
        yield from (scaled for more in (2, 4, 6) if (scaled := _scaled(sizes, more)))
        return
    size: Any = sizes[0]
    near = [n for n in _COMMON if size <= n <= 4 * size + 12]
    near.sort(key=lambda n: (n - size not in (2, 0, 4), n))
    for n in (*near, size + 2, size, size + 4, size + 6, 2 * size, 4 * size):
        yield (n,) * len(sizes)


def _scaled(sizes: Shape, more: int, times: int = 1) -> Shape:
    """Sizes so many times, and so much more each; nothing where one isn't known."""
    known = [size for size in sizes if size is not None]
    same = len(known) == len(sizes)
    return tuple(size * times + more for size in known) if same else ()


def _grown(row: PrintedRow, out: Shape) -> Iterator[Shape]:
    """Inputs whose last size follows from how many weights there are."""
    if not row.params:
        return
    middle = out[1:-1] if len(out) > 2 else ()
    for kind in kinds_of(row):
        cls = layer_class(kind)
        takes = {len(cls.example_inputs[0])} | {len(out)}
        for rank in sorted(takes):
            gap = rank - 2 - len(middle)
            axes = middle if gap == 0 else (None,) * (rank - 2)
            for size in _last_sizes(row.params, out[-1] or 1):
                yield (out[0], *axes, size)
        yield out[:-1] if len(out) > 2 else out


def _last_sizes(params: int, units: int) -> Iterator[int]:
    """Sizes for which the weights of all units come to a number."""
    for gates in (1, 4, 3, 8, 6, 2):
        for bias in (1, 0, 2):
            each, left = divmod(params, units * gates)
            if not left:
                for recurrent in (0, units, units // 2):
                    size = each - bias - recurrent
                    if size > 0:
                        yield size


def _without_weights(row: PrintedRow, out: Shape) -> Iterator[Shape]:
    if len(out) == 2:
        for sizes in _PICTURES:
            if product(sizes) == out[1]:
                yield (out[0], *sizes)
    yield out
    for more, times in ((-2, 1), (-6, 1), (-1, 1), (0, 2), (0, 3)):
        if spatial := _scaled(out[1:-1], more, times):
            yield (out[0], *spatial, out[-1])
    if len(out) > 2 and None not in out[1:]:
        yield (out[0], product(out[1:]))
