"""How many of the samples are trained on."""

from typing import Any

from cnnspec.ground.kinds import Kind, kind


def _limit(value: Any) -> int | float:
    """A whole number of samples, or with a point a share of them."""
    if type(value) is int and value > 0:
        return value
    if type(value) is float and 0 < value <= 1:
        return value
    raise ValueError


def _about_limit(found: Any) -> str:
    """What is meant by a percentage, or by a number that is no whole one."""
    if isinstance(found, str) and found.endswith("%"):
        try:
            return f"write {float(found[:-1]) / 100}"
        except ValueError:
            return ""
    whole = isinstance(found, float) and found > 1 and found.is_integer()
    return f"write {int(found)}" if whole else ""


LIMIT: Kind = kind(
    _limit,
    "a whole number of samples, or a share of them with a point, as 0.1, up to 1.0",
    {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        ]
    },
    hint=_about_limit,
)


def limited(count: int, limit: float | None) -> int:
    """How many of `count` samples a limit leaves.

    Args:
        count: how many there are to train on.
        limit: a number of samples, a share, or None.
    """
    if limit is None:
        return count
    return min(count, limit) if isinstance(limit, int) else round(count * limit)
