"""What layers over spatial axes have in common: where the channels stand."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from cnnspec.catalogue.layers.arguments import DataFormat
from cnnspec.catalogue.layers.base import Layer, need_rank
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape
from cnnspec.ground.yaml_text import flow


def each(value: Any, count: int) -> tuple[int, ...]:
    """A whole number for each axis, as an argument has them; else nothing."""
    sizes = value if isinstance(value, list | tuple) else [value] * count
    sound = len(sizes) == count and all(type(size) is int for size in sizes)
    return tuple(sizes) if sound else ()


def fitting(window: Sequence[int], spatial: Shape) -> int | list[int]:
    """The sizes of a window made so small that it fits; one number if all agree."""
    pairs = zip(window, spatial, strict=True)
    sizes = [size if at is None else min(size, at) for size, at in pairs]
    return sizes[0] if len(set(sizes)) == 1 else sizes


class Spatial(Layer):
    """A layer whose tensors have spatial axes and one of channels.

    The shapes are (batch, *spatial, channels), or (batch, channels, *spatial) where
    `data_format` is channels_first.
    """

    axes: ClassVar[str]
    """The names of the spatial axes, for messages."""
    padder: ClassVar[str] = "ZeroPadding"
    """The layer that does what padding by numbers does elsewhere."""
    of_zeros: ClassVar[str] = ""
    """What to know of zeros in place of what it pads with itself."""
    data_format: DataFormat | None = None

    @classmethod
    def padded(cls, given: Mapping[str, Any]) -> tuple[str, Any] | None:
        """The padding that numbers stand for, and the sizes of a layer beside it.

        With strides, same pads less before the first window than after the last, and
        numbers pad all sides alike. The sizes are 0 where there is no need of one;
        nothing where numbers are wrong.
        """
        axes = cls.axes.count(",") + 1
        padding = each(given.get("padding"), axes)
        if not padding or min(padding) < 0:
            return None
        if not any(padding):
            return "valid", 0
        windows = cls.windows(given, axes)
        reach = tuple(2 * size + 1 for size in padding)
        strides = given.get("strides") or given.get("pool_size", 1)
        if windows == reach and set(each(strides, axes)) == {1}:
            return "same", 0
        return "valid", padding[0] if len(set(padding)) == 1 else list(padding)

    @classmethod
    def advice(cls, name: str, given: Mapping[str, Any]) -> str:
        """How to pad by numbers, as other frameworks do."""
        found = cls.padded(given) if name == "padding" else None
        if found is None:
            return ""
        word, sizes = found
        if not sizes:
            return f"write padding: {word}"
        size = sizes if isinstance(sizes, int) else [[p, p] for p in sizes]
        axes = cls.axes.count(",") + 1
        by_hand = cls.by_hand(f"{axes}D: {flow(size)}")
        if not cls.of_zeros:
            return by_hand
        if cls.windows(given, axes) != tuple(2 * one + 1 for one in each(sizes, axes)):
            return f"{by_hand}; {cls.of_zeros}"
        text = "the sizes are those of padding same, whose windows may lie one beside"
        return f"{text}; write padding: same"

    @classmethod
    def windows(cls, given: Mapping[str, Any], axes: int) -> tuple[int, ...]:
        """How far a window reaches along each axis; nothing where that isn't known."""
        return ()

    @classmethod
    def by_hand(cls, sizes: str) -> str:
        """How to pad with a layer of its own, for which the sizes are `2D: 1`."""
        layer = f"- {cls.padder}{sizes}"
        return f"put {layer} before the {cls.title()}, and write padding: valid"

    @classmethod
    def replaces(cls) -> str:
        """Its role among layers that move along the same axes."""
        return f"{cls.role} along {cls.axes}" if cls.role else ""

    def axis_sums(self, spatial: Shape) -> Sequence[str]:
        """How the output's size comes about along each spatial axis; '' if unknown."""
        return ()

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        [x] = shapes
        first = 2 if self.data_format == "channels_first" else 1
        sums = enumerate(self.axis_sums(self.split(x)[0]), start=first)
        return {axis: text for axis, text in sums if text}

    def need_axes(self, x: Shape) -> None:
        """Refuses a tensor with more or fewer axes.

        Raises:
            ShapeError: it has them.
        """
        first = self.data_format == "channels_first"
        need_rank(x, f"channels, {self.axes}" if first else f"{self.axes}, channels")

    def misfit(self, message: str, x: Shape, *gives: dict[str, Any]) -> ShapeError:
        """The error of an input that is too small, which another axis may explain.

        Args:
            message: what is wrong.
            x: shape of the input.
            gives: arguments that an input so small allows.
        """
        if self.data_format == "channels_first":
            first = f"data_format: channels_first takes the first size, {x[1]}"
            message = f"{message}; {first}, for the channels"
            return ShapeError(message, gives=[{"data_format": "channels_last"}, *gives])
        return ShapeError(message, gives=gives)

    def split(self, x: Shape) -> tuple[Shape, Any]:
        """The sizes of the spatial axes, and the number of channels."""
        if self.data_format == "channels_first":
            return x[2:], x[1]
        return x[1:-1], x[-1]

    def join(self, x: Shape, spatial: Shape, channels: Any) -> Shape:
        """A shape with the batch size of `x`."""
        if self.data_format == "channels_first":
            return (x[0], channels, *spatial)
        return (x[0], *spatial, channels)
