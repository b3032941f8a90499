"""Layers that resize images, and those that vary them so that a model sees more.

The random ones work during training alone and keep the shape. Most of Keras's layers
look at the axes of an image only when data comes; the rules here are those of a
symbolic call. Source: keras/src/layers/preprocessing/image_preprocessing, Keras 3.15.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.dtypes import ANYTHING, FLOATS, INTEGERS, NUMBERS, REALS, USUAL
from cnnspec.catalogue.layers.arguments import DataFormat
from cnnspec.catalogue.layers.base import (
    WHOLE,
    Layer,
    MixedSamples,
    Reach,
    Window,
)
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import (
    AboveZero,
    Json,
    Kind,
    Positive,
    ZeroToOne,
    any_case,
    kind,
    sizes,
)
from cnnspec.ground.shapes import Shape, Size, show


def _is_number(value: Any) -> bool:
    return type(value) is int or type(value) is float


def _two(value: Any) -> tuple[Any, Any]:
    """The two numbers of a list."""
    if type(value) not in (list, tuple) or len(value) != 2:
        raise ValueError
    low, high = value
    if not (_is_number(low) and _is_number(high)):
        raise ValueError
    return low, high


def _two_json(item: Json) -> Json:
    return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


def _strength(low: float, high: float) -> Kind:
    """How much to vary: a number for both ways, or the lowest and the highest.

    Like `BaseImagePreprocessingLayer._set_factor`: a list need only meet the range, and
    its numbers may come in either order.
    """

    def convert(value: Any) -> Any:
        if _is_number(value):
            if low <= value <= high:
                return value
            raise ValueError
        first, last = _two(value)
        if first > high or last < low:
            raise ValueError
        return first, last

    one: Json = {"type": "number", "minimum": low, "maximum": high}
    says = f"a number from {low} to {high}, or a list of two"
    return kind(convert, says, {"anyOf": [one, _two_json({"type": "number"})]})


def _strict_strength(low: float, high: float, above: bool = False) -> Kind:
    """As `_strength`, but each number of a list lies in the range.

    Args:
        low: the lowest number.
        high: the highest number.
        above: whether `low` itself is not allowed.
    """

    def one_of_them(value: Any) -> Any:
        if not low <= value <= high or (above and value == low):
            raise ValueError
        return value

    def convert(value: Any) -> Any:
        if _is_number(value):
            return one_of_them(value)
        return tuple(one_of_them(item) for item in _two(value))

    bound = "exclusiveMinimum" if above else "minimum"
    item: Json = {"type": "number", bound: low, "maximum": high}
    words = f"above {low} and up to {high}" if above else f"from {low} to {high}"
    says = f"a number {words}, or a list of two of them"
    return kind(convert, says, {"anyOf": [item, _two_json(item)]})


def _odd(value: Any) -> Any:
    sizes = (value,) if type(value) is int else _two(value)
    if any(type(size) is not int or size < 1 or size % 2 == 0 for size in sizes):
        raise ValueError
    return value if type(value) is int else sizes


_ODD: Json = {"type": "integer", "minimum": 1, "not": {"multipleOf": 2}}

BothWays = Annotated[Any, _strength(-1, 1)]
OneWay = Annotated[Any, _strength(0, 1)]
Bits = Annotated[Any, _strength(1, 8)]
Shift = Annotated[Any, _strict_strength(-1, 1)]
Zoom = Annotated[Any, _strict_strength(-1, 1, above=True)]
Proportion = Annotated[Any, _strict_strength(0, 1)]
Odd = Annotated[
    Any,
    kind(
        _odd,
        "an odd whole number above 0, or a list of two",
        {"anyOf": [_ODD, _two_json(_ODD)]},
    ),
]
ValueRange = Annotated[
    Any,
    kind(_two, "a list of two numbers, as [0, 255]", _two_json({"type": "number"})),
]
Interpolation = Literal["bilinear", "nearest"]
FillMode = Literal["reflect", "wrap", "constant", "nearest"]
BoxFormat = Annotated[
    str,
    any_case(
        *("xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw"),
        *("rel_xyxy", "rel_yxyx", "rel_xywh", "rel_center_xywh"),
    ),
]


class _Augmentation(Layer):
    """What the layers for images share."""

    tensor_arguments = ("data",)
    call_settings = ("training",)
    training_usual = True
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 32, 32, 3),)

    data_format: DataFormat | None = None
    bounding_box_format: BoxFormat | None = None

    def check_run(self, x: Shape) -> None:
        """Refuses what Keras refuses when the layer is run, symbolic calls aside.

        Raises:
            ShapeError: the tensor is no image and no batch of them.
        """
        if len(x) not in (3, 4):
            raise ShapeError(
                "needs images with the axes (height, width, channels); its input is "
                f"{show(x[1:])}",
                "add or remove axes with Reshape",
            )

    def keep_samples(self, *shapes: Any) -> None:
        """Keras takes a tensor of three axes for one image, without batch."""
        first = self.data_format == "channels_first"
        held = (self, *self.nested())
        apart = first and not any(isinstance(one, _Coloured) for one in held)
        if len(shapes[0]) == 3 and not apart:
            axis = "channels" if first else "height"
            text = f"takes the batch for the {axis} of one image"
            raise MixedSamples(text, self._with_channels(shapes[0]))

    def _with_channels(self, x: Shape) -> str:
        """What to put before it where images have no axis for their one channel."""
        if None in x[1:]:
            return ""
        first = self.data_format == "channels_first"
        sizes = [1, *x[1:]] if first else [*x[1:], 1]
        return f"put - Reshape: {sizes} before it"

    def makes_grey(self) -> bool:
        """Whether it turns colours to grey in training."""
        return any(isinstance(one, RandomColorDegeneration) for one in self.nested())

    def running(self, output: Any, *shapes: Any) -> Any:
        [x] = shapes
        self.check_run(x)
        if any(isinstance(one, Equalization) for one in (self, *self.nested())):
            need_span(getattr(self, "value_range"))  # noqa: B009 - those with one have it
        channels = x[-3 if self.data_format == "channels_first" else -1]
        if channels not in (None, 1, 3) and self.makes_grey():
            text = f"needs images with 1 or 3 channels; its input has {channels}"
            raise ShapeError(text, "leave it out, or set data_format")
        return output

    def sides(self, x: Shape) -> tuple[int, int]:
        """The axes of height and width, counted from the last."""
        return (-2, -1) if self.data_format == "channels_first" else (-3, -2)


class _Coloured(_Augmentation):
    """Works on red, green and blue."""

    def check_run(self, x: Shape) -> None:
        super().check_run(x)
        channels = x[-3 if self.data_format == "channels_first" else -1]
        if channels not in (None, 3):
            raise ShapeError(
                f"needs images with 3 channels; its input has {channels}",
                "leave it out for grey images, or set data_format",
            )


class _Sized(_Augmentation):
    """Gives images of one size."""

    shape_rule = "height and width as given, and the input's channels"
    example: ClassVar[Any] = {"height": 24, "width": 24}

    height: Positive
    width: Positive

    def check_run(self, x: Shape) -> None:
        """Leaves to `check` what it already knows."""

    def ratios(self, x: Shape) -> list[Fraction] | None:
        """Positions of the input to one of the output, along height and width."""
        high, wide = (x[axis] for axis in self.sides(x))
        if high is None or wide is None:
            return None
        return [Fraction(high, self.height), Fraction(wide, self.width)]


class Resizing(_Sized):
    """Makes all images the same size, so that they fit into one batch."""

    elsewhere: ClassVar[dict[str, Any]] = {"Resize": {}}

    interpolation: Literal[
        "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area"
    ] = "bilinear"
    crop_to_aspect_ratio: bool = False
    pad_to_aspect_ratio: bool = False
    fill_mode: Literal["constant"] = "constant"
    fill_value: float = 0.0
    antialias: bool = False

    def kinds(self) -> tuple[str, str]:
        if self.pad_to_aspect_ratio:
            return FLOATS, ""
        return f"{FLOATS} {USUAL}", USUAL

    def running(self, output: Any, *shapes: Any) -> Any:
        if self.crop_to_aspect_ratio and self.pad_to_aspect_ratio:
            text = "has both crop_to_aspect_ratio and pad_to_aspect_ratio"
            raise ShapeError(text, "keep one of the two")
        [x] = shapes
        _Augmentation.check_run(self, x)
        return output

    def _sides(self, x: Shape) -> Sequence[int]:
        """Keras takes a tensor of other than four axes for one image, without batch."""
        first = self.data_format == "channels_first"
        place = (1 if first else 0) + (len(x) == 4)
        return (place, place + 1)

    def check(self, x: Shape) -> None:
        if len(x) <= self._sides(x)[1]:
            raise ShapeError(
                f"needs images; its input {show(x[1:])} has no height and width",
                "add the axes with Reshape before it",
            )

    def output(self, x: Shape) -> Shape:
        sizes = list(x)
        high, wide = self._sides(x)
        sizes[high], sizes[wide] = self.height, self.width
        return tuple(sizes)

    def reach(self, x: Shape) -> Reach:
        """Keeping the aspect ratio means one scale for height and width."""
        ratios = self.ratios(x) if len(x) == 4 else None
        if ratios is None:
            return WHOLE
        if self.crop_to_aspect_ratio or self.pad_to_aspect_ratio:
            chosen = min(ratios) if self.crop_to_aspect_ratio else max(ratios)
            ratios = [chosen, chosen]
        return [Window(self._taps(ratio), ratio) for ratio in ratios]

    def _taps(self, ratio: Fraction) -> int:
        """Positions that an output is mixed from."""
        taps = _TAPS[self.interpolation]
        wider = self.antialias or self.interpolation == "area"
        return ceil(taps * ratio) if wider and ratio > 1 else taps


_TAPS = {"nearest": 1, "area": 1, "bilinear": 2, "bicubic": 4}
_TAPS |= {"lanczos3": 6, "lanczos5": 10}
"""Positions along one axis that an interpolation looks at."""


class CenterCrop(_Sized):
    """Cuts the middle out of each image; a smaller image is enlarged first."""

    def check(self, x: Shape) -> None:
        if len(x) not in (3, 4):
            raise ShapeError(
                "needs images with the axes (height, width, channels); its input is "
                f"{show(x[1:])}",
                "add or remove axes with Reshape",
            )

    def output(self, x: Shape) -> Shape:
        sizes: list[Size] = list(x)
        high, wide = self.sides(x)
        sizes[high], sizes[wide] = self.height, self.width
        return tuple(sizes)

    def reach(self, x: Shape) -> Reach:
        ratios = self.ratios(x)
        if ratios is None:
            return WHOLE
        scale = min(ratios)
        return () if scale >= 1 else [Window(2, scale), Window(2, scale)]


class RandomCrop(_Sized):
    """Cuts a piece out of each image, at another place each time it is seen.

    Keras cuts in training alone and gives whole images otherwise, whatever the shape
    that it shows; so it belongs in a data pipeline rather than in a model.
    """

    runs_on, hands_on = NUMBERS, NUMBERS
    first = ("height", "width", "seed", "data_format", "name")
    seed: int | None = None

    def check(self, x: Shape) -> None:
        if len(x) < -self.sides(x)[0]:
            raise ShapeError(
                f"needs images; its input {show(x[1:])} has no height and width",
                "add the axes with Reshape before it",
            )

    def running(self, output: Any, *shapes: Any) -> Any:
        """Outside of training, an image stays as it is."""
        self.check_run(shapes[0])
        return shapes[0]

    def at_run(self) -> str:
        return "it crops in training alone"

    def check_run(self, x: Shape) -> None:
        _Augmentation.check_run(self, x)
        if self.ratios(x) is None:
            raise ShapeError(
                f"needs to know the height and width of its input {show(x[1:])}",
                "give them numbers instead of null",
            )

    def output(self, x: Shape) -> Shape:
        sizes = list(x)
        high, wide = self.sides(x)
        sizes[high], sizes[wide] = self.height, self.width
        return tuple(sizes)


class RandomFlip(_Augmentation):
    """Mirrors images at random, left to right or upside down."""

    spelt_as: ClassVar[dict[str, str]] = {
        "mode": "direction",
    }
    elsewhere: ClassVar[dict[str, Any]] = {
        "RandomHorizontalFlip HorizontalFlip": {"mode": "horizontal"},
        "RandomVerticalFlip VerticalFlip": {"mode": "vertical"},
    }
    example: ClassVar[Any] = {"mode": "horizontal"}

    mode: Literal["horizontal", "vertical", "horizontal_and_vertical"] = (
        "horizontal_and_vertical"
    )
    seed: int | None = None


class RandomRotation(_Augmentation):
    """Turns images by a random angle; a factor of 0.1 is up to 36 degrees."""

    elsewhere: ClassVar[dict[str, Any]] = {"RandomRotate": {}}
    example: ClassVar[Any] = {"factor": 0.1}

    factor: BothWays | None
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0


class RandomTranslation(_Augmentation):
    """Shifts images at random; a factor of 0.1 is up to a tenth of the side."""

    example: ClassVar[Any] = {"height_factor": 0.1, "width_factor": 0.1}

    height_factor: Shift
    width_factor: Shift
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0


class RandomZoom(_Augmentation):
    """Zooms at random; below 0 is in, above 0 is out."""

    example: ClassVar[Any] = {"height_factor": 0.2}

    height_factor: Zoom
    width_factor: Zoom | None = None
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    seed: int | None = None
    fill_value: float = 0.0


class RandomShear(_Augmentation):
    """Slants images at random, as if pushed at one side."""

    example: ClassVar[Any] = {"x_factor": 0.2}

    x_factor: Proportion = 0.0
    y_factor: Proportion = 0.0
    interpolation: Interpolation = "bilinear"
    fill_mode: FillMode = "reflect"
    fill_value: float = 0.0
    data_format: DataFormat | None = None
    seed: int | None = None


class RandomPerspective(_Augmentation):
    """Tilts images at random, as if seen from the side."""

    example: ClassVar[Any] = {"factor": 0.5, "scale": 0.3}

    factor: OneWay = 1.0
    scale: ZeroToOne = 1.0
    interpolation: Interpolation = "bilinear"
    fill_value: float = 0.0
    seed: int | None = None

    def check_run(self, x: Shape) -> None:
        super().check_run(x)
        sides = [x[axis] for axis in self.sides(x)]
        if 1 in sides:
            text = f"can't tilt an image of {show(sides)}, one pixel wide or high"
            raise ShapeError(text, "give it larger images")


class RandomElasticTransform(_Augmentation):
    """Bends images at random, as handwriting varies."""

    example: ClassVar[Any] = {"factor": 0.5, "scale": 0.5}

    factor: OneWay = 1.0
    scale: OneWay = 1.0
    interpolation: Interpolation = "bilinear"
    fill_mode: Literal["constant", "nearest", "wrap", "mirror", "reflect"] = "reflect"
    fill_value: float = 0.0
    value_range: ValueRange = (0, 255)
    seed: int | None = None

    def check_run(self, x: Shape) -> None:
        super().check_run(x)
        nothing = 0, (0, 0), [0, 0]
        bends = self.scale not in nothing and self.factor not in nothing
        if self.fill_mode == "mirror" and bends:
            # The constructor takes it, and no function of Keras does.
            text = "can't fill_mode: mirror when it bends an image in training"
            raise ShapeError(text, "write fill_mode: reflect")


class RandomBrightness(_Augmentation):
    """Makes images lighter or darker at random."""

    runs_on, hands_on = REALS, INTEGERS
    example: ClassVar[Any] = {"factor": 0.2}

    factor: BothWays | None
    value_range: ValueRange = (0, 255)
    seed: int | None = None


class RandomContrast(_Augmentation):
    """Makes the differences within an image stronger or weaker at random."""

    runs_on = FLOATS
    example: ClassVar[Any] = {"factor": 0.2}

    factor: OneWay
    value_range: ValueRange = (0, 255)
    seed: int | None = None


class RandomColorDegeneration(_Coloured):
    """Takes colour out of images at random, towards grey."""

    runs_on, hands_on = NUMBERS, NUMBERS
    example: ClassVar[Any] = {"factor": 0.5}

    factor: BothWays
    value_range: ValueRange = (0, 255)
    data_format: DataFormat | None = None
    seed: int | None = None

    def check(self, x: Shape) -> None:
        self.check_run(x)


class RandomColorJitter(_Augmentation):
    """Varies brightness, contrast, saturation and hue at random, each if given."""

    runs_on, hands_on = NUMBERS, NUMBERS
    elsewhere: ClassVar[dict[str, Any]] = {"ColorJitter": {}}
    example: ClassVar[Any] = {"brightness_factor": 0.2, "hue_factor": 0.1}

    value_range: ValueRange = (0, 255)
    brightness_factor: BothWays | None = None
    contrast_factor: OneWay | None = None
    saturation_factor: BothWays | None = None
    hue_factor: OneWay | None = None
    seed: int | None = None

    def nested(self) -> Sequence[_Augmentation]:
        parts: dict[type[_Augmentation], Any] = {
            RandomBrightness: self.brightness_factor,
            RandomContrast: self.contrast_factor,
            RandomSaturation: self.saturation_factor,
            RandomHue: self.hue_factor,
        }
        return [cls(factor=f) for cls, f in parts.items() if f is not None]

    def check_run(self, x: Shape) -> None:
        """Keras runs the parts, and doesn't hand data_format on to them."""
        super().check_run(x)
        for part in self.nested():
            part.check_run(x)


class RandomErasing(_Augmentation):
    """Covers a random rectangle, so that no single detail decides."""

    elsewhere: ClassVar[dict[str, Any]] = {"Cutout": {}}
    example: ClassVar[Any] = {"factor": 0.5}

    factor: OneWay = 1.0
    scale: OneWay = (0.02, 0.33)
    fill_value: float | None = None
    value_range: ValueRange = (0, 255)
    seed: int | None = None


class RandomGaussianBlur(_Augmentation):
    """Blurs images at random."""

    elsewhere: ClassVar[dict[str, Any]] = {"GaussianBlur": {}}
    example: ClassVar[Any] = {"factor": 0.5, "kernel_size": 5}

    factor: OneWay = 1.0
    kernel_size: Odd = 3
    sigma: OneWay = 1.0
    value_range: ValueRange = (0, 255)
    data_format: DataFormat | None = None
    seed: int | None = None


class RandomGrayscale(_Augmentation):
    """Makes some images grey at random; they keep their three channels."""

    runs_on, hands_on = NUMBERS, NUMBERS
    hands_on_integers = True
    keeps_sparse = True
    elsewhere: ClassVar[dict[str, Any]] = {"Grayscale": {}}
    example: ClassVar[Any] = {"factor": 0.3}

    factor: ZeroToOne = 0.5
    data_format: DataFormat | None = None
    seed: int | None = None

    def makes_grey(self) -> bool:
        return True


class RandomHue(_Coloured):
    """Turns the colours of images round the colour wheel at random."""

    runs_on, hands_on = NUMBERS, NUMBERS
    example: ClassVar[Any] = {"factor": 0.2}

    factor: OneWay
    value_range: ValueRange = (0, 255)
    data_format: DataFormat | None = None
    seed: int | None = None


class RandomInvert(_Augmentation):
    """Swaps light and dark in some images at random."""

    runs_on, hands_on = NUMBERS, NUMBERS
    example: ClassVar[Any] = {"factor": 0.3}

    factor: OneWay = 1.0
    value_range: ValueRange = (0, 255)
    seed: int | None = None


class RandomPosterization(_Augmentation):
    """Keeps only the first bits of each colour, 1 to 8 of them."""

    runs_on, hands_on = NUMBERS, NUMBERS
    example: ClassVar[Any] = {"factor": 4}

    factor: Bits
    value_range: ValueRange = (0, 255)
    data_format: DataFormat | None = None
    seed: int | None = None

    def check_run(self, x: Shape) -> None:
        super().check_run(x)
        alone = not isinstance(self.factor, list | tuple)
        low, high = (1, self.factor) if alone else self.factor
        broken = [one for one in (low, high) if isinstance(one, float)]
        # Of two that are the same, Keras takes the first.
        if broken and (low != high or isinstance(low, float)):
            text = f"counts bits by its factor, and {broken[0]} is no whole number"
            raise ShapeError(text, "give whole numbers from 1 to 8")


class RandomSaturation(_Coloured):
    """Makes colours stronger or paler at random."""

    runs_on = FLOATS
    example: ClassVar[Any] = {"factor": 0.5}

    factor: BothWays
    value_range: ValueRange = (0, 255)
    data_format: DataFormat | None = None
    seed: int | None = None


class RandomSharpness(_Augmentation):
    """Sharpens or softens images at random."""

    example: ClassVar[Any] = {"factor": 0.5}

    factor: OneWay
    value_range: ValueRange = (0, 255)
    data_format: DataFormat | None = None
    seed: int | None = None


class RandAugment(_Augmentation):
    """Applies a few of eleven variations to each image, chosen at random."""

    example: ClassVar[Any] = {"num_ops": 2, "factor": 0.5}

    value_range: ValueRange = (0, 255)
    num_ops: Positive = 2
    factor: Proportion = 0.5
    interpolation: Interpolation = "bilinear"
    seed: int | None = None

    def nested(self) -> Sequence[Layer]:
        return _variations(self.name)


class AugMix(_Augmentation):
    """Mixes several chains of random variations of each image with the image itself."""

    example: ClassVar[Any] = {"num_chains": 3, "factor": 0.3}

    value_range: ValueRange = (0, 255)
    num_chains: Positive = 3
    chain_depth: Positive = 3
    factor: Proportion = 0.3
    alpha: AboveZero = 1.0
    all_ops: bool = True
    interpolation: Interpolation = "bilinear"
    seed: int | None = None

    def nested(self) -> Sequence[Layer]:
        return _variations(self.name, colours=self.all_ops)


def need_span(values: tuple[float, float]) -> None:
    """Refuses a range of one value, by whose width the layer divides.

    Raises:
        ShapeError: it is one.
    """
    low, high = values
    if low == high:
        text = f"divides by the width of value_range, which is 0 from {low} to {high}"
        raise ShapeError(text, "give the smallest and the largest value")


class AutoContrast(_Augmentation):
    """Stretches the values of each image over the whole range."""

    example: ClassVar[Any] = {"value_range": [0, 1]}

    value_range: ValueRange = (0, 255)


def _tiles() -> Kind:
    """How many tiles along each axis, which Keras takes as two numbers only."""
    found = sizes(2)
    found.one_for_all = False
    return found


class ContrastLimitedAdaptiveHistogramEqualization(_Augmentation):
    """Evens out light and dark tile by tile, without making noise stand out."""

    runs_on, hands_on = NUMBERS, NUMBERS
    example: ClassVar[Any] = {"clip_limit": 2.0, "tile_grid_size": [4, 4]}

    value_range: ValueRange = (0, 255)
    clip_limit: float = 4.0
    tile_grid_size: Annotated[tuple[int, int], _tiles()] = (8, 8)

    def running(self, output: Any, *shapes: Any) -> Any:
        """Source: `call`, which mirrors an image at its edges until tiles fit."""
        super().running(output, *shapes)
        sides = [shapes[0][axis] for axis in self.sides(shapes[0])]
        for size, tiles in zip(sides, self.tile_grid_size, strict=True):
            if size is not None and -(-size // tiles) * tiles > 2 * size:
                text = f"can't cut {show(sides)} into {show(self.tile_grid_size)} tiles"
                raise ShapeError(text, "choose a smaller tile_grid_size")
        return output


class CutMix(_Augmentation):
    """Pastes a piece of one image into another of the batch.

    Keras mixes the labels too where the layer is given both, in a data pipeline; in a
    model it is given the images alone.
    """

    not_in = ("bfloat16",)
    example: ClassVar[Any] = {"factor": 0.5}

    factor: OneWay = 1.0
    seed: int | None = None


class Equalization(_Augmentation):
    """Spreads the values of each image evenly over the range."""

    runs_on, hands_on = NUMBERS, NUMBERS
    hands_on_integers = True
    # Its `compute_output_spec` gives the very tensor that it is given (3.15).
    keeps_sparse = True
    left_out = True
    example: ClassVar[Any] = {"bins": 128}

    value_range: ValueRange = (0, 255)
    bins: Positive = 256


class MixUp(_Augmentation):
    """Blends each image with another of the batch.

    Keras mixes the labels too where the layer is given both, in a data pipeline; in a
    model it is given the images alone.
    """

    runs_on, hands_on = NUMBERS, NUMBERS
    example: ClassVar[Any] = {"alpha": 0.2}

    alpha: AboveZero = 0.2
    data_format: DataFormat | None = None
    seed: int | None = None


class Solarization(_Augmentation):
    """Inverts what is lighter than a random threshold, as overexposed film does."""

    example: ClassVar[Any] = {"addition_factor": 0.2, "threshold_factor": 0.5}

    addition_factor: Proportion = 0.0
    threshold_factor: Proportion = 0.0
    value_range: ValueRange = (0, 255)
    seed: int | None = None


class MaxNumBoundingBoxes(_Augmentation):
    """Brings the boxes round objects to one number for each image.

    It changes nothing but the boxes of a data pipeline; images pass as they are.
    """

    runs_on, hands_on = ANYTHING, ANYTHING
    example: ClassVar[Any] = {"max_number": 10}

    max_number: Positive
    fill_value: int = -1


def _variations(name: str | None, colours: bool = True) -> list[Layer]:
    """The layers that RandAugment and AugMix choose from; all bear their `name`."""
    found: list[Layer] = [
        RandomShear(name=name),
        RandomTranslation(height_factor=0, width_factor=0, name=name),
        RandomRotation(factor=0, name=name),
        Solarization(name=name),
        RandomPosterization(factor=1, name=name),
        AutoContrast(name=name),
        Equalization(name=name),
    ]
    if colours:
        found += [
            RandomBrightness(factor=0, name=name),
            RandomColorDegeneration(factor=0, name=name),
            RandomContrast(factor=0, name=name),
            RandomSharpness(factor=0, name=name),
        ]
    return found
