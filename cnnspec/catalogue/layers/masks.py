"""The masks that calls of layers take, which Keras looks at when a layer runs.

Source of the rules: `call` of each layer, Keras 3.15.
"""

from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape, agree, joined, show


def need_steps(mask: Shape, x: Shape) -> None:
    """Refuses a mask that hasn't a number for each step of each sample.

    Args:
        mask: shape of it, (batch, steps); what may follow of size 1 changes nothing.
        x: shape of a sequence, (batch, steps, …).

    Raises:
        ShapeError: it has others.
    """
    alike = len(mask) > 1 and all(map(agree, mask[:2], x[:2]))
    if not alike or any(size != 1 for size in mask[2:]):
        raise _unfit(mask, x, f"give it the axes (steps), {show(x[1:2])}")


def need_spread(mask: Shape, x: Shape) -> None:
    """Refuses a mask that can't be spread over a tensor without enlarging it.

    With fewer axes its batch would meet another axis.

    Raises:
        ShapeError: it can't.
    """
    pairs = zip(mask, x, strict=False)
    if len(mask) != len(x) or any(m != 1 and not agree(m, size) for m, size in pairs):
        hint = f"each of its sizes is 1 or that of {show(x[1:])}"
        raise _unfit(mask, x, hint)


def need_all_but_one(mask: Shape, x: Shape, axis: int) -> None:
    """Refuses a mask without a number for each position, whatever the axis of channels.

    Raises:
        ShapeError: it has others.
    """
    wanted = tuple(size for place, size in enumerate(x) if place != axis % len(x))
    if len(mask) != len(x) - 1 or joined(mask, wanted) is None:
        raise _unfit(mask, x, "give it the axes of the input without the last one")


def _unfit(mask: Shape, x: Shape, hint: str) -> ShapeError:
    text = f"can't use a mask {show(mask[1:]) or 'of one number'} for {show(x[1:])}"
    return ShapeError(text, hint)
