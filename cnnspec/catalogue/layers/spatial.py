"""What layers over spatial axes have in common: where the channels stand."""

from typing import Any, ClassVar

from cnnspec.catalogue.layers.arguments import DataFormat
from cnnspec.catalogue.layers.base import Layer, need_rank
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape


class Spatial(Layer):
    """A layer whose tensors have spatial axes and one of channels.

    The shapes are (batch, *spatial, channels), or (batch, channels, *spatial) where
    `data_format` is channels_first.
    """

    axes: ClassVar[str]
    """The names of the spatial axes, for messages."""
    data_format: DataFormat | None = None

    @classmethod
    def replaces(cls) -> str:
        """Its role among layers that move along the same axes."""
        return f"{cls.role} along {cls.axes}" if cls.role else ""

    def need_axes(self, x: Shape) -> None:
        """Refuses a tensor with more or fewer axes.

        Raises:
            ShapeError: it has them.
        """
        first = self.data_format == "channels_first"
        need_rank(x, f"channels, {self.axes}" if first else f"{self.axes}, channels")

    def misfit(self, message: str, x: Shape, hint: str) -> ShapeError:
        """The error of an input that is too small, which another axis may explain."""
        if self.data_format == "channels_first":
            hint = (
                f"data_format: channels_first takes the first size, {x[1]}, for the "
                "channels; leave it out if they come last"
            )
        return ShapeError(message, hint)

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
