"""Strategies for layers over spatial axes."""

import re
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch

FORMATS = ["channels_last", "channels_first", "CHANNELS_LAST", "Channels_First"]


def rank(name: str) -> int:
    """The number of spatial axes that a layer's name tells."""
    found = re.search(r"(\d)D", name)
    assert found
    return int(found[1])


def each(value: Any, count: int) -> list[Any]:
    """A value per axis where one may stand for all."""
    return value if isinstance(value, list) else [value] * count


def size(least: int = 1) -> st.SearchStrategy[int | None]:
    """A size of an axis: unknown, or known and at least so large."""
    return st.one_of(st.none(), st.integers(least, least + 12))


def known(value: int) -> st.SearchStrategy[int | None]:
    """A size, or that it isn't known."""
    return st.sampled_from([value, None])


@st.composite
def placed(
    draw: Any,
    spatial: Sequence[int | None],
    channels: int | None,
    formats: Sequence[str] = FORMATS,
) -> tuple[dict[str, Any], tuple[int | None, ...]]:
    """The argument that tells where the channels stand, if any, and the shape."""
    arguments = {}
    if formats and draw(st.booleans()):
        arguments["data_format"] = draw(st.sampled_from(formats))
    if is_first(arguments):
        return arguments, (draw(batch()), channels, *spatial)
    return arguments, (draw(batch()), *spatial, channels)


def is_first(arguments: dict[str, Any]) -> bool:
    """Whether the channels stand before the spatial axes."""
    return arguments.get("data_format", "").lower() == "channels_first"


def with_spatial(
    arguments: dict[str, Any], shape: Sequence[int | None], value: int | None
) -> tuple[int | None, ...]:
    """The shape with one size for all spatial axes."""
    count = len(shape) - 2
    if is_first(arguments):
        return (*shape[:2], *[value] * count)
    return (shape[0], *[value] * count, shape[-1])


def with_channels(
    arguments: dict[str, Any], shape: Sequence[int | None], value: int | None
) -> tuple[int | None, ...]:
    """The shape with another number of channels."""
    if is_first(arguments):
        return (shape[0], value, *shape[2:])
    return (*shape[:-1], value)


@st.composite
def other_rank(draw: Any, shape: Sequence[int | None]) -> tuple[int | None, ...]:
    """The shape with an axis more or less."""
    return draw(st.sampled_from([(*shape, 3), tuple(shape[:-1])]))
