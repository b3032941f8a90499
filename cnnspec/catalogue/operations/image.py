"""Operations on images, and on the axes that images have.

Source of the rules: keras/src/ops/image.py and nn.py, Keras 3.15.
"""

from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.layers.arguments import DataFormat
from cnnspec.catalogue.layers.base import MOVED, MixedSamples, Reach
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.base import Operation, with_batch
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import LARGEST, kind, number
from cnnspec.ground.shapes import Shape, Size


class _Image(Operation):
    """Takes a batch of images."""

    tensor_arguments = ("images",)
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 32, 32, 3),)

    data_format: DataFormat | None = None

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        if len(x) == 3:
            text = f"takes {with_batch(x)} for one image, and the batch for rows"
            raise MixedSamples(text, before=[{"ops.expand_dims": -1}])
        if len(x) != 4:
            raise ShapeError(
                "needs a tensor with the axes (height, width, channels); its input is "
                f"{with_batch(x)}"
            )

    @property
    def channels(self) -> int:
        """The axis of the channels."""
        return 1 if self.data_format == "channels_first" else 3


def _size(value: Any) -> tuple[int, ...]:
    is_pair = isinstance(value, list | tuple) and len(value) == 2
    if is_pair and all(type(n) is int and 0 < n <= LARGEST for n in value):
        return tuple(value)
    raise ValueError


_Size = Annotated[
    Any,
    kind(
        _size,
        "a list of height and width, such as [64, 64]",
        {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2},
    ),
]


class Resize(_Image):
    """Gives images another height and width."""

    unfit = types.NO_TRUTH | {"uint32", "uint64"}
    function = "image.resize"
    first = (
        *("size", "interpolation", "antialias", "crop_to_aspect_ratio"),
        *("pad_to_aspect_ratio", "fill_mode", "fill_value"),
    )
    example: ClassVar[Any] = {"size": [64, 64]}
    shape_rule = "the input's, with size as height and width"
    result = "resized"

    size: _Size
    interpolation: Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"] = (
        "bilinear"
    )
    antialias: bool = False
    crop_to_aspect_ratio: bool = False
    pad_to_aspect_ratio: bool = False
    fill_mode: Literal["constant"] = "constant"
    fill_value: float = 0.0

    def rules(self) -> None:
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            raise ArgumentError(
                "pad_to_aspect_ratio",
                "exclusive-arguments",
                f"{self.title()} can't crop and pad to the aspect ratio",
                "leave one of the two out",
            )

    def running_dtype(self, told: Any, *given: Any) -> Any:
        if self.pad_to_aspect_ratio and not types.is_fraction(given[0]):
            raise self.refused(given[0])
        return super().running_dtype(told, *given)

    def shape(self, *shapes: Any) -> Any:
        [x] = shapes
        height, width = self.size
        if self.channels == 1:
            return (x[0], x[1], height, width)
        return (x[0], height, width, x[3])


class RGBToGrayscale(_Image):
    """Makes images of one channel of those of three."""

    function = "image.rgb_to_grayscale"
    result = "grey"
    shape_rule = "the input's, with one channel"

    def fits(self, *shapes: Any) -> None:
        super().fits(*shapes)
        count = shapes[0][self.channels]
        if count not in (None, 1, 3):
            raise ShapeError(f"needs images of 3 channels; these have {count}")

    def shape(self, *shapes: Any) -> Any:
        sizes = list(shapes[0])
        sizes[self.channels] = 1
        return tuple(sizes)

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return ()


class RGBToHSV(_Image):
    """Gives the hue, saturation and value of the colours of images."""

    function = "image.rgb_to_hsv"
    result = "colours"

    def gives(self, *given: Any) -> Any:
        if given[0] not in types.FLOATS:
            raise self.refused(given[0])
        return given[0]

    def fits(self, *shapes: Any) -> None:
        super().fits(*shapes)
        count = shapes[0][self.channels]
        if count not in (None, 3):
            raise ShapeError(f"needs images of 3 channels; these have {count}")

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return ()


class HSVToRGB(RGBToHSV):
    """Gives the red, green and blue of hue, saturation and value."""

    function = "image.hsv_to_rgb"


_AboveOne = Annotated[int, number("a whole number above 1", whole=True, ge=2)]


class _Blocks(Operation):
    """Moves numbers between squares of positions and channels."""

    unfit = types.NOTHING
    rearranges = True
    first = ("block_size", "data_format")
    example: ClassVar[Any] = {"block_size": 2}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 8, 8, 12),)

    block_size: _AboveOne
    data_format: DataFormat = "channels_last"

    def _axes(self, x: Shape) -> tuple[int, int, int]:
        """The axes of height, width and channels."""
        if len(x) != 4:
            raise ShapeError(
                "needs a tensor with the axes (height, width, channels); its input is "
                f"{with_batch(x)}"
            )
        return (2, 3, 1) if self.data_format == "channels_first" else (1, 2, 3)

    def reach(self, *shapes: Any, **_: Any) -> Reach:
        return MOVED


class DepthToSpace(_Blocks):
    """Lays channels out as squares of positions."""

    shape_rule = "height and width times block_size; its square in fewer channels"

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        *_, channels = self._axes(x)
        size, square = x[channels], self.block_size**2
        if size is not None and size % square:
            raise ShapeError(
                f"needs {square} channels or a multiple; its input has {size}",
                "give it as many",
            )

    def shape(self, *shapes: Any) -> Any:
        sizes = list(shapes[0])
        *spatial, channels = self._axes(shapes[0])
        for axis in spatial:
            sizes[axis] = _times(sizes[axis], self.block_size)
        count = sizes[channels]
        sizes[channels] = None if count is None else count // self.block_size**2
        return tuple(sizes)


class SpaceToDepth(_Blocks):
    """Lays squares of positions out as channels."""

    shape_rule = "height and width by block_size; its square times the channels"

    def fits(self, *shapes: Any) -> None:
        [x] = shapes
        for axis in self._axes(x)[:2]:
            size = x[axis]
            if size is not None and size % self.block_size:
                raise ShapeError(
                    f"needs height and width that {self.block_size} divides; its input "
                    f"is {with_batch(x)}",
                    "give it such sizes",
                )

    def shape(self, *shapes: Any) -> Any:
        sizes = list(shapes[0])
        *spatial, channels = self._axes(shapes[0])
        for axis in spatial:
            size = sizes[axis]
            sizes[axis] = None if size is None else size // self.block_size
        sizes[channels] = _times(sizes[channels], self.block_size**2)
        return tuple(sizes)


def _times(size: Size, number: int) -> Size:
    return None if size is None else size * number
