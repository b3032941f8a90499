"""Which layers of a table aren't trained, where no column says so.

The totals tell how many numbers aren't trained. More of them than normalizations hold
are those of layers that were frozen: mostly a model in the model, or all layers up to
some place.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Held(NamedTuple):
    """How many numbers a step holds, and what a spec has of it."""

    arguments: dict[str, Any]
    trainable: int
    depth: int


def freeze(held: Sequence[Held], expected: int) -> bool:
    """Freezes the layers that explain how many numbers are trained.

    Args:
        held: all steps, those of a model in the model behind its own.
        expected: how many numbers the table says are trained.

    Returns:
        Whether they are found, or none has to be.
    """
    top = [one for one in held if not one.depth]
    surplus = sum(one.trainable for one in top) - expected
    if surplus == 0:
        return True
    for one in held:
        if one.trainable == surplus:
            one.arguments["trainable"] = False
            return True
    for count in range(1, len(top)):
        if sum(one.trainable for one in top[:count]) == surplus:
            for one in top[:count]:
                if one.trainable:
                    one.arguments["trainable"] = False
            return True
    return False
