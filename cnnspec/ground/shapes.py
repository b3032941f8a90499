"""Shapes of tensors, and the arithmetic that convolution and pooling do on their sizes.

A shape is a tuple of sizes, batch first; a size that isn't known is None.
"""

from collections.abc import Iterable, Sequence

Size = int | None
Shape = tuple[Size, ...]
Shapes = Shape | list[Shape]
"""What a layer gives: a tensor's shape, or a list of them where it gives several."""


def product(sizes: Iterable[Size]) -> Size:
    """The product of sizes, None as soon as one is unknown."""
    total = 1
    for size in sizes:
        if size is None:
            return None
        total *= size
    return total


def span(kernel: int, dilation: int) -> int:
    """How many positions a dilated kernel reaches over, first to last."""
    return dilation * (kernel - 1) + 1


def window_size(size: Size, span: int, stride: int, padding: str) -> Size:
    """How often a window fits along one axis.

    Args:
        size: of the input along the axis.
        span: positions that the window covers.
        stride: positions it moves.
        padding: 'valid', or 'same' or 'causal', which pad until every stride fits.

    Returns:
        The size of the output; 0 or less if the window doesn't fit at all. Source:
        `compute_conv_output_shape` and `compute_pooling_output_shape` in Keras 3.15,
        keras/src/ops/operation_utils.py.
    """
    if size is None:
        return None
    if padding == "valid":
        return (size - span) // stride + 1
    return (size - 1) // stride + 1


def window_sum(size: Size, span: int, stride: int, padding: str, reach: str) -> str:
    """`window_size` written out: `(28 + 2·1 − 3) / 1 + 1`; nothing for no known size.

    `//` stands where a remainder is dropped, as in Python.

    Args:
        size: of the input along the axis.
        span: positions that the window covers.
        stride: positions it moves.
        padding: as `window_size` takes it.
        reach: how the span comes about; the number where it needs no arithmetic.
    """
    size_out = window_size(size, span, stride, padding)
    if size is None or size_out is None:
        return ""
    missing = max((size_out - 1) * stride + span - size, 0)
    added = 0 if padding == "valid" else missing
    ends = (0, added) if padding == "causal" else (added // 2, added - added // 2)
    over = f"{size}{_ends(*ends)} − {reach}"
    exact = (size + added - span) % stride == 0
    return f"({over}) {'/' if exact else '//'} {stride} + 1"


def _ends(before: int, after: int) -> str:
    """What is added at the two ends: ` + 2·1`, ` + 1 + 2`, ` + 1` or nothing."""
    if before == after:
        return f" + 2·{before}" if before else ""
    return "".join(f" + {count}" for count in (before, after) if count)


def span_sum(kernel: int, dilation: int) -> str:
    """`span` written out where it isn't the kernel's size: `(2·(3 − 1) + 1)`."""
    return str(kernel) if dilation == 1 else f"({dilation}·({kernel} − 1) + 1)"


def divisor(count: int, limit: int) -> int:
    """The largest number up to a limit that divides a count."""
    # Within 10,000 numbers: a search through all up to a huge one would not end.
    near = range(min(count, limit), max(0, min(count, limit) - 10_000), -1)
    return next((n for n in near if count % n == 0), 1)


def agree(size: Size, other: Size) -> bool:
    """Whether two sizes are the same, as far as they are known."""
    return None in (size, other) or size == other


def joined(a: Shape, b: Shape) -> Shape | None:
    """Two shapes spread over each other from their last axes on; None if they don't.

    Where they differ in how many axes they have, a batch meets another axis, and is
    taken to fit.
    """
    longer, shorter = sorted((a, b), key=len, reverse=True)
    sizes = list(longer)
    for place, size in enumerate(shorter, start=len(longer) - len(shorter)):
        other = sizes[place]
        if 1 not in (size, other) and not agree(size, other):
            return None
        sizes[place] = other if size in (1, None) else size
    return tuple(sizes)


def show(shape: Sequence[Size]) -> str:
    """`28x28x1`: a shape without its batch axis, as messages write it."""
    return "x".join("?" if size is None else str(size) for size in shape)
