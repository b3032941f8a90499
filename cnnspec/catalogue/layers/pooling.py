"""Pooling over windows, over all positions, and to a size that is given.

Source of the rules: keras/src/layers/pooling and `compute_pooling_output_shape` in
keras/src/ops/operation_utils.py, Keras 3.15.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from cnnspec.catalogue.dtypes import FLOATS, NUMBERS, USUAL
from cnnspec.catalogue.layers.base import WHOLE, Layer, Reach, Window, need_rank
from cnnspec.catalogue.layers.spatial import Spatial, each, fitting
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import Pair, Single, Triple
from cnnspec.ground.shapes import Shape, Size, show, window_size, window_sum


class _OneAxis(Layer):
    """Windows that move along steps."""

    axes: ClassVar[str] = "steps"
    pool_size: Single
    strides: Single | None = None
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 100, 16),)


class _TwoAxes(Layer):
    """Windows that move over height and width."""

    axes: ClassVar[str] = "height, width"
    pool_size: Pair
    strides: Pair | None = None
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 28, 28, 16),)


class _ThreeAxes(Layer):
    """Windows that move through depth, height and width."""

    axes: ClassVar[str] = "depth, height, width"
    pool_size: Triple
    strides: Triple | None = None
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 16, 28, 28, 16),)


class _Pooling(Spatial):
    """One number from each window of each channel."""

    runs_on = FLOATS
    spelt_as: ClassVar[dict[str, str]] = {
        "pool_size": "kernel_size kernel size window window_size pool pool_length "
        "poolsize ksize filter_size",
        "strides": "stride subsample",
        "padding": "border_mode pad pad_mode",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "dilation": "Keras pools without gaps; remove it",
        "ceil_mode": "padding: same rounds sizes up, valid down; remove it",
        **dict.fromkeys(
            ("count_include_pad", "divisor_override", "return_indices"),
            "Keras has no choice here; remove it",
        ),
    }
    role = "pooling"
    result = "pooled"
    follows: ClassVar[dict[str, str]] = {"strides": "pool_size"}

    first = ("pool_size", "strides", "padding", "data_format", "name")
    shape_rule = (
        "valid: (size - pool_size) // stride + 1; same: ceil(size / stride); "
        "strides are pool_size unless given; the channels stay"
    )
    example: ClassVar[Any] = {"pool_size": 2}

    pool_size: Any
    strides: Any = None
    # Unlike convolutions, Keras's pooling layers read these in small letters only.
    padding: Literal["valid", "same"] = "valid"

    @classmethod
    def windows(cls, given: Mapping[str, Any], axes: int) -> tuple[int, ...]:
        return each(given.get("pool_size", 2), axes)

    def check(self, x: Shape) -> None:
        self.need_axes(x)
        spatial, _ = self.split(x)
        if self.padding == "valid" and any(
            size is not None and size < 1 for size in self.sizes(spatial)
        ):
            raise self.misfit(
                f"pool_size {show(self.pool_size)} with padding 'valid' does not fit "
                f"its {show(spatial)} input",
                x,
                {"padding": "same"},
                {"pool_size": fitting(self.pool_size, spatial)},
            )

    def sizes(self, spatial: Shape) -> tuple[Size, ...]:
        """The output's sizes along the spatial axes."""
        strides = self.strides or self.pool_size
        return tuple(
            window_size(size, pool, stride, self.padding)
            for size, pool, stride in zip(spatial, self.pool_size, strides, strict=True)
        )

    def axis_sums(self, spatial: Shape) -> Sequence[str]:
        strides = self.strides or self.pool_size
        return [
            window_sum(size, pool, stride, self.padding, str(pool))
            for size, pool, stride in zip(spatial, self.pool_size, strides, strict=True)
        ]

    def output(self, x: Shape) -> Shape:
        spatial, channels = self.split(x)
        return self.join(x, self.sizes(spatial), channels)

    def reach(self, x: Shape) -> Reach:
        strides = self.strides or self.pool_size
        return [
            Window(pool, stride)
            for pool, stride in zip(self.pool_size, strides, strict=True)
        ]


_OF_ZEROS = "zeros do as well after a ReLU"


class MaxPooling1D(_OneAxis, _Pooling):
    """Keeps each window's largest number: fewer steps, the strongest signs."""

    runs_on, hands_on = f"{FLOATS} {USUAL}", USUAL
    of_zeros = _OF_ZEROS
    aliases = ("MaxPool1D",)

    pool_size: Single = (2,)


class MaxPooling2D(_TwoAxes, _Pooling):
    """Keeps each window's largest number: a smaller image, the strongest signs."""

    runs_on, hands_on = f"{FLOATS} {USUAL}", USUAL
    elsewhere: ClassVar[dict[str, Any]] = {
        "최대풀링 최댓값풀링 맥스풀링 풀링": {},
        "MaxPool MaxPooling SpatialMaxPooling": {},
    }
    of_zeros = _OF_ZEROS
    aliases = ("MaxPool2D",)

    pool_size: Pair = (2, 2)


class MaxPooling3D(_ThreeAxes, _Pooling):
    """Keeps each window's largest number: a smaller volume, the strongest signs."""

    on_gpu_alone = True
    of_zeros = _OF_ZEROS
    aliases = ("MaxPool3D",)

    pool_size: Triple = (2, 2, 2)


class AveragePooling1D(_OneAxis, _Pooling):
    """Averages each window: fewer steps, and smoother."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {"AveragePool1D AvgPooling1D": {}}
    aliases = ("AvgPool1D",)


class AveragePooling2D(_TwoAxes, _Pooling):
    """Averages each window: a smaller image, and smoother."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {
        "평균풀링 평균값풀링": {},
        "AvgPool AvgPooling AveragePool AveragePooling AveragePool2D AvgPooling2D": {},
    }
    aliases = ("AvgPool2D",)


class AveragePooling3D(_ThreeAxes, _Pooling):
    """Averages each window: a smaller volume, and smoother."""

    on_gpu_alone = True
    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {"AveragePool3D AvgPooling3D": {}}
    aliases = ("AvgPool3D",)


class _Global(Spatial):
    """One number from all positions of each channel."""

    renamed: ClassVar[dict[str, Any]] = dict.fromkeys(
        ("output_size", "pool_size", "kernel_size"),
        "it takes all positions at once; remove it",
    )
    role = "one vector"
    result = "pooled"

    first = ("data_format", "keepdims")
    shape_rule = "channels alone; with keepdims, 1 along each spatial axis"

    keepdims: bool = False

    @classmethod
    def replaces(cls) -> str:
        """Its role, whatever the axes that it takes away."""
        return cls.role

    def check(self, x: Shape) -> None:
        self.need_axes(x)

    def output(self, x: Shape) -> Shape:
        spatial, channels = self.split(x)
        return self.join(x, (1,) * len(spatial) if self.keepdims else (), channels)

    def reach(self, x: Shape) -> Reach:
        return WHOLE


class _Global1D(_Global):
    axes = "steps"
    example_inputs = ((None, 100, 16),)


class _Global2D(_Global):
    axes = "height, width"
    example_inputs = ((None, 7, 7, 64),)


class _Global3D(_Global):
    axes = "depth, height, width"
    example_inputs = ((None, 4, 7, 7, 64),)


class GlobalMaxPooling1D(_Global1D):
    """The largest number of each channel: whether a sign was there, not when."""

    runs_on, hands_on = NUMBERS, NUMBERS
    aliases = ("GlobalMaxPool1D",)


class GlobalMaxPooling2D(_Global2D):
    """The largest number of each channel: whether a sign was there, not where."""

    runs_on, hands_on = NUMBERS, NUMBERS
    elsewhere: ClassVar[dict[str, Any]] = {
        "전역최대풀링": {},
        "GlobalMaxPool GlobalMaxPooling": {},
    }
    aliases = ("GlobalMaxPool2D",)


class GlobalMaxPooling3D(_Global3D):
    """The largest number of each channel: whether a sign was there, not where."""

    runs_on, hands_on = NUMBERS, NUMBERS
    aliases = ("GlobalMaxPool3D",)


class GlobalAveragePooling1D(_Global1D):
    """The mean of each channel, so that sequences of any length end alike."""

    tensor_arguments = ("inputs", "mask")
    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {"GlobalAveragePool1D GlobalAvgPooling1D": {}}
    aliases = ("GlobalAvgPool1D",)

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        from cnnspec.catalogue.layers.masks import need_spread

        [x] = shapes
        steps = x[2] if self.data_format == "channels_first" else x[1]
        for mask in more["mask"]:
            need_spread(mask, (x[0], steps))


class GlobalAveragePooling2D(_Global2D):
    """The mean of each channel, in place of Flatten and its many Dense weights."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {
        "전역평균풀링": {},
        "GlobalAvgPool GlobalAvgPooling GlobalAveragePool GlobalAveragePooling "
        "GlobalPooling GAP GlobalAveragePool2D GlobalAvgPooling2D": {},
    }
    aliases = ("GlobalAvgPool2D",)


class GlobalAveragePooling3D(_Global3D):
    """The mean of each channel, in place of Flatten and its many Dense weights."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {"GlobalAveragePool3D GlobalAvgPooling3D": {}}
    aliases = ("GlobalAvgPool3D",)


class _Adaptive(Spatial):
    """Windows chosen so that the output has the size that is asked for."""

    runs_on = FLOATS
    spelt_as: ClassVar[dict[str, str]] = {"output_size": "size target_size"}
    renamed: ClassVar[dict[str, Any]] = {
        "return_indices": "Keras has no choice here; remove it"
    }
    fails_unseen = True
    role = "pooling"
    result = "pooled"

    first = ("output_size", "data_format")
    shape_rule = "output_size; the channels stay"

    output_size: Any
    # Keras reads the two words in small letters only here.
    data_format: Literal["channels_last", "channels_first"] | None = None

    def check(self, x: Shape) -> None:
        # Keras looks at no axis but that of the channels (docs/keras-quirks.md).
        if self.data_format == "channels_first" and len(x) < 2:
            raise ShapeError(
                f"needs a tensor with the axes (channels, {self.axes}); its input has "
                "no axis at all",
                "add the axes with Reshape before it",
            )

    def output(self, x: Shape) -> Shape:
        return self.join(x, self.output_size, self.split(x)[1])

    def running(self, output: Any, *shapes: Any) -> Any:
        """Source: `adaptive_max_pool` in keras/src/backend/tensorflow/nn.py, 3.15.

        A tensor of one axis is pooled along it; sizes that are left over are dropped.
        """
        [x] = shapes
        count = len(x) - 2
        if count not in (1, len(self.output_size)):
            need_rank(x, f"{self.axes}, channels")
        sizes = self.output_size[:count]
        for size, out in zip(self.split(x)[0], sizes, strict=False):
            if size and -(-size // out) >= size:
                text = f"can't make {out} of {size} positions: TensorFlow also forms a "
                text = f"{text}window that is wider by one, which finds no room"
                raise ShapeError(text, "pool over all positions with a Global… layer")
        if self.data_format == "channels_first":
            return (*x[:2], *sizes)
        return (x[0], *sizes, x[-1])

    def reach(self, x: Shape) -> Reach:
        known = [size for size in self.split(x)[0] if size]
        if len(known) != len(self.output_size):
            return WHOLE
        return [
            _adaptive_window(size, out)
            for size, out in zip(known, self.output_size, strict=True)
        ]


def _adaptive_window(size: int, out: int) -> Window:
    """The widest of the windows that share `size` positions out to `out` outputs.

    Output i looks at the positions from floor(i·size / out) to below
    ceil((i + 1)·size / out).
    """
    from fractions import Fraction

    stride = Fraction(size, out)
    return Window(-(-(stride.numerator - 1) // stride.denominator) + 1, stride)


class _Adaptive1D(_Adaptive):
    axes = "steps"
    example: ClassVar[Any] = {"output_size": 8}
    example_inputs = ((None, 100, 16),)
    output_size: Single


class _Adaptive2D(_Adaptive):
    axes = "height, width"
    example: ClassVar[Any] = {"output_size": [7, 7]}
    example_inputs = ((None, 30, 40, 16),)
    output_size: Pair


class _Adaptive3D(_Adaptive):
    axes = "depth, height, width"
    example: ClassVar[Any] = {"output_size": [4, 7, 7]}
    example_inputs = ((None, 16, 30, 40, 16),)
    output_size: Triple


class AdaptiveMaxPooling1D(_Adaptive1D):
    """Keeps the largest number of each of so many windows, however long the input."""

    runs_on, hands_on = f"{FLOATS} {USUAL}", USUAL
    elsewhere: ClassVar[dict[str, Any]] = {"AdaptiveMaxPool1D": {}}


class AdaptiveMaxPooling2D(_Adaptive2D):
    """Keeps the largest number of each of so many windows, however large the image."""

    runs_on, hands_on = f"{FLOATS} {USUAL}", USUAL
    elsewhere: ClassVar[dict[str, Any]] = {"AdaptiveMaxPool AdaptiveMaxPool2D": {}}


class AdaptiveMaxPooling3D(_Adaptive3D):
    """Keeps the largest number of each of so many windows, however large the volume."""

    on_gpu_alone = True
    elsewhere: ClassVar[dict[str, Any]] = {"AdaptiveMaxPool3D": {}}


class AdaptiveAveragePooling1D(_Adaptive1D):
    """Averages each of so many windows, however long the input."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {
        "AdaptiveAvgPool1D AdaptiveAveragePool1D AdaptiveAvgPooling1D": {},
    }


class AdaptiveAveragePooling2D(_Adaptive2D):
    """Averages each of so many windows, however large the image."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {
        "AdaptiveAvgPool AdaptiveAvgPool2D AdaptiveAveragePool2D "
        "AdaptiveAvgPooling2D": {},
    }


class AdaptiveAveragePooling3D(_Adaptive3D):
    """Averages each of so many windows, however large the volume."""

    on_gpu_alone = True
    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {
        "AdaptiveAvgPool3D AdaptiveAveragePool3D AdaptiveAvgPooling3D": {},
    }
