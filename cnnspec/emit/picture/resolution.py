"""How often the resolution of each tensor was halved, and whether it grows again."""

from collections.abc import Sequence
from math import log2

from cnnspec.model.summary import Summary


def levels(summary: Summary) -> dict[str, int]:
    """How often the resolution of each tensor was halved, by what gives it."""
    found = {tensor.name: 0.0 for tensor in summary.graph.inputs}
    for row in summary.rows:
        before = found[row.inputs[0]] if row.inputs else 0.0
        reach = row.layer.reach(*row.input_shapes)
        if reach and not isinstance(reach, str):
            before += log2(reach[0].stride)
        found[row.name] = before
    return {name: round(level) for name, level in found.items()}


def goes_down_and_up(found: Sequence[int]) -> bool:
    """Whether the resolution falls, and grows again to what it was, or near that.

    Args:
        found: the levels of tensors with rows and columns, in the order of the model.
    """
    if not found:
        return False
    lowest = max(found)
    return min(found[: found.index(lowest) + 1]) < lowest - 1 > found[-1]
