"""Convolutions in one to three dimensions: plain, transposed, depthwise, separable.

Source of the rules: keras/src/layers/convolutional and `compute_conv_output_shape` in
keras/src/ops/operation_utils.py, Keras 3.15.
"""

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import FLOATS
from cnnspec.catalogue.layers.arguments import (
    Activation,
    ConstraintName,
    InitializerName,
    Padding,
    RegularizerName,
)
from cnnspec.catalogue.layers.base import Layer, Reach, Weight, Window
from cnnspec.catalogue.layers.low_rank import LowRank
from cnnspec.catalogue.layers.spatial import Spatial, each, fitting
from cnnspec.catalogue.layers.weighted import WEIGHTED, Biased, Weighted
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import Pair, Positive, Single, Triple, any_case, sizes
from cnnspec.ground.shapes import (
    Shape,
    Size,
    divisor,
    product,
    show,
    span,
    span_sum,
    window_size,
    window_sum,
)
from cnnspec.ground.yaml_text import flow


def _data_format(value: Any, _: Any) -> str:
    """What to write for the data format as Keras 1 had it."""
    first = str(value).lower() in ("th", "theano")
    return f"write data_format: channels_{'first' if first else 'last'}"


def _rows_and_columns(value: Any, given: Mapping[str, Any]) -> str:
    """What to write for the sides of a kernel, as Keras 1 had them."""
    rows, columns = given.get("nb_row", value), given.get("nb_col", value)
    return f"write kernel_size: [{flow(rows)}, {flow(columns)}]"


def _columns(value: Any, given: Mapping[str, Any]) -> str:
    if "nb_row" in given:
        return "kernel_size is for rows and columns; remove it"
    return _rows_and_columns(value, given)


class _OneAxis(Layer):
    """Kernels that move along steps."""

    axes: ClassVar[str] = "steps"
    kernel_size: Single
    strides: Single = (1,)
    dilation_rate: Single = (1,)
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 100, 16),)


class _TwoAxes(Layer):
    """Kernels that move over height and width."""

    axes: ClassVar[str] = "height, width"
    kernel_size: Pair
    strides: Pair = (1, 1)
    dilation_rate: Pair = (1, 1)
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 28, 28, 3),)


class _ThreeAxes(Layer):
    """Kernels that move through depth, height and width."""

    axes: ClassVar[str] = "depth, height, width"
    kernel_size: Triple
    strides: Triple = (1, 1, 1)
    dilation_rate: Triple = (1, 1, 1)
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 16, 28, 28, 3),)


class _Convolution(Biased, Spatial):
    """Arithmetic that all convolutions share."""

    one_type = True
    linear = True
    runs_on = FLOATS
    order = "in_channels out_channels kernel_size stride padding dilation groups bias"
    spelt_as: ClassVar[dict[str, str]] = {
        "filters": "out_channels nb_filter nb_filters num_filters n_filters "
        "output_channels out_filters channels features units num_output",
        "kernel_size": "kernel kernel_shape kernel_dim filter_size filter_shape "
        "filter_length ksize size",
        "strides": "stride subsample subsample_length",
        "padding": "border_mode pad pad_mode",
        "dilation_rate": "dilation dilations atrous_rate rate",
        "groups": "group num_groups",
        "depth_multiplier": "channel_multiplier",
        "depthwise_initializer": "init initializer W_initializer depthwise_init",
        "depthwise_regularizer": "regularizer W_regularizer",
        "depthwise_constraint": "constraint W_constraint",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "dim_ordering": _data_format,
        "nb_row": _rows_and_columns,
        "nb_col": _columns,
        "padding_mode": "Keras pads with zeros; remove it",
        "output_shape": "Keras works it out; remove it",
    }
    role = "convolution"
    kernel_size: Any
    strides: Any
    dilation_rate: Any
    padding: Padding = "valid"
    activation: Activation = None
    use_bias: bool = True

    @classmethod
    def windows(cls, given: Mapping[str, Any], axes: int) -> tuple[int, ...]:
        kernel = each(given.get("kernel_size"), axes)
        dilation = each(given.get("dilation_rate", 1), axes)
        sizes = zip(kernel, dilation, strict=False)
        return tuple(span(size, rate) for size, rate in sizes) if dilation else ()

    def channels(self, c_in: int) -> int:
        """Channels of the output."""
        raise NotImplementedError

    def kernels(self, c_in: int) -> list[Weight]:
        """The weights without the bias."""
        raise NotImplementedError

    def check(self, x: Shape) -> None:
        self.check_input(x)
        spatial, _ = self.split(x)
        if self.padding == "valid" and any(
            size is not None and size < 1 for size in self.sizes(spatial)
        ):
            raise self.misfit(
                f"{self._kernel_text()} with padding 'valid' does not fit its "
                f"{show(spatial)} input",
                x,
                {"padding": "same"},
                {"kernel_size": fitting(self.kernel_size, spatial)},
            )

    def check_input(self, x: Shape) -> None:
        """Refuses a wrong number of axes and a number of channels that isn't known."""
        self.need_axes(x)
        if self.split(x)[1] is None:
            raise ShapeError(
                "needs to know the number of channels of its input",
                "give the input's channels a number instead of null",
            )

    def sizes(self, spatial: Shape) -> tuple[Size, ...]:
        """The output's sizes along the spatial axes."""
        return tuple(
            window_size(size, span(kernel, dilation), stride, self.padding)
            for size, kernel, stride, dilation in zip(
                spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        )

    def axis_sums(self, spatial: Shape) -> Sequence[str]:
        return [
            window_sum(
                size,
                span(kernel, dilation),
                stride,
                self.padding,
                span_sum(kernel, dilation),
            )
            for size, kernel, stride, dilation in zip(
                spatial, self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        ]

    def output(self, x: Shape) -> Shape:
        spatial, c_in = self.split(x)
        return self.join(x, self.sizes(spatial), self.channels(c_in))

    def weights(self, x: Shape) -> list[Weight]:
        c_in = self.split(x)[1]
        bias = [Weight("bias", (self.channels(c_in),))] if self.use_bias else []
        return self.kernels(c_in) + bias

    def macs(self, output: Shape, x: Shape) -> int | None:
        kernels = sum(weight.size for weight in self.kernels(self.split(x)[1]))
        positions = product(self.split(output)[0])
        return None if positions is None else kernels * positions

    def reach(self, x: Shape) -> Reach:
        return [
            Window(span(kernel, dilation), stride)
            for kernel, stride, dilation in zip(
                self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        ]

    def _kernel_text(self) -> str:
        text = f"kernel_size {show(self.kernel_size)}"
        if max(self.dilation_rate) > 1:
            text += f" at dilation_rate {show(self.dilation_rate)}"
        return text

    def refuse_strides_with_dilation(self) -> None:
        """Raises ArgumentError where both are above 1."""
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "dilation_rate",
                "exclusive-arguments",
                f"{self.title()} can't have strides {show(self.strides)} and "
                f"dilation_rate {show(self.dilation_rate)}: only one may be above 1",
                "write strides: 1; or write dilation_rate: 1",
            )


class _Conv(Weighted, LowRank, _Convolution):
    """Every filter looks at all channels of its group."""

    first = (
        *("filters", "kernel_size", "strides", "padding", "data_format"),
        *("dilation_rate", "groups", "activation", "use_bias"),
        *WEIGHTED,
    )
    shape_rule = (
        "valid: (size - span) // stride + 1 with span = dilation_rate · "
        "(kernel_size - 1) + 1; same: ceil(size / stride); filters channels"
    )
    weight_rule = "kernel: kernel_size · (channels / groups) · filters; bias: filters"
    example: ClassVar[Any] = {"filters": 32, "kernel_size": 3}
    grows_with = "filters"
    filters_at = (-1,)

    def needs_gpu(self) -> bool:
        # Groups go through XLA, and volumes are turned round.
        first = self.data_format == "channels_first" and self.groups == 1
        return first and len(self.kernel_size) < 3

    filters: Positive
    groups: Positive = 1

    def rules(self) -> None:
        super().rules()
        if self.filters % self.groups:
            raise ArgumentError(
                "groups",
                "does-not-divide",
                f"{self.title()} can't share {self.filters} filters out to "
                f"{self.groups} groups",
                f"write groups: {divisor(self.filters, self.groups)}",
            )
        self.refuse_strides_with_dilation()

    def check_input(self, x: Shape) -> None:
        super().check_input(x)
        c_in = self.split(x)[1]
        if c_in % self.groups:
            raise ShapeError(
                f"can't share the {c_in} channels of its input out to "
                f"{self.groups} groups",
                gives=[{"groups": divisor(gcd(c_in, self.filters), self.groups)}],
            )

    def channels(self, c_in: int) -> int:
        return self.filters

    def kernels(self, c_in: int) -> list[Weight]:
        shape = (*self.kernel_size, c_in // self.groups, self.filters)
        return [Weight("kernel", shape, not self.lora_rank)]

    def weights(self, x: Shape) -> list[Weight]:
        found = super().weights(x)
        return found + self.corrections(found[0])

    def merged(self, after: Layer) -> Layer | None:
        """One with the next one's filters, if that sees a single position."""
        if not isinstance(after, _Conv) or type(after) is not type(self):
            return None
        if {*after.kernel_size, *after.strides, self.groups, after.groups} != {1}:
            return None
        return type(self)(
            filters=after.filters,
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
            use_bias=self.use_bias or after.use_bias,
        )


class Conv1D(_OneAxis, _Conv):
    """Slides filters along a sequence; each gives one number per step."""

    former = ("AtrousConvolution1D",)
    elsewhere: ClassVar[dict[str, Any]] = {
        "AtrousConvolution1D AtrousConv1D LazyConv1d": {},
    }
    aliases = ("Convolution1D",)

    padding: Annotated[str, any_case("valid", "same", "causal")] = "valid"


class Conv2D(_TwoAxes, _Conv):
    """Slides filters over an image; each gives one channel of the output."""

    former = ("AtrousConvolution2D",)
    elsewhere: ClassVar[dict[str, Any]] = {
        "합성곱 합성곱층 컨볼루션": {},
        "Conv Convolution Convolutional ConvLayer AtrousConvolution2D "
        "AtrousConv2D LazyConv2d SpatialConvolution": {},
    }
    aliases = ("Convolution2D",)


class Conv3D(_ThreeAxes, _Conv):
    """Slides filters through a volume, such as a film or a scan."""

    elsewhere: ClassVar[dict[str, Any]] = {"LazyConv3d": {}}
    aliases = ("Convolution3D",)


class _Transposed(Weighted, _Convolution):
    """A convolution run backwards: every input position paints a kernel."""

    order = "in_channels out_channels kernel_size stride padding output_padding"
    role = "enlarging"
    result = "enlarged"
    padder = "Cropping"

    first = (
        *("filters", "kernel_size", "strides", "padding", "output_padding"),
        *("data_format", "dilation_rate", "activation", "use_bias"),
        *WEIGHTED,
    )
    shape_rule = (
        "valid: (size - 1) · stride + max(span, stride) with span = dilation_rate · "
        "(kernel_size - 1) + 1; same: size · stride; with output_padding: (size - 1) · "
        "stride + output_padding, plus span if valid, plus span % 2 if same; filters "
        "channels"
    )
    weight_rule = "kernel: kernel_size · filters · channels; bias: filters"
    example: ClassVar[Any] = {"filters": 32, "kernel_size": 3, "strides": 2}
    grows_with = "filters"
    filters_at = (-2,)

    def needs_gpu(self) -> bool:
        return self.data_format == "channels_first" or max(self.dilation_rate) > 1

    filters: Positive
    output_padding: Any = None

    @classmethod
    def windows(cls, given: Mapping[str, Any], axes: int) -> tuple[int, ...]:
        reach = super().windows(given, axes)
        strides = each(given.get("strides", 1), axes)
        sizes = zip(reach, strides, strict=False)
        return tuple(size - stride + 1 for size, stride in sizes)

    @classmethod
    def by_hand(cls, sizes: str) -> str:
        return f"put - {cls.padder}{sizes} after it, and write padding: valid"

    def rules(self) -> None:
        self.refuse_strides_with_dilation()
        for extra, stride in zip(self.output_padding or (), self.strides, strict=False):
            if extra >= stride:
                raise ArgumentError(
                    "output_padding",
                    "wrong-order",
                    f"{self.title()}.output_padding {show(self.output_padding)} is not "
                    f"below strides {show(self.strides)}",
                    "make it smaller, or leave it out",
                )

    def channels(self, c_in: int) -> int:
        return self.filters

    def kernels(self, c_in: int) -> list[Weight]:
        return [Weight("kernel", (*self.kernel_size, self.filters, c_in))]

    def sizes(self, spatial: Shape) -> tuple[Size, ...]:
        padding = self.output_padding or (None,) * len(spatial)
        return tuple(
            self._size(size, span(kernel, dilation), stride, extra)
            for size, kernel, stride, dilation, extra in zip(
                spatial,
                self.kernel_size,
                self.strides,
                self.dilation_rate,
                padding,
                strict=True,
            )
        )

    def _size(self, size: Size, span: int, stride: int, extra: int | None) -> Size:
        """Source: `_get_output_shape_given_tf_padding`, backend/common."""
        if size is None:
            return None
        if extra is None:
            more = max(span - stride, 0) if self.padding == "valid" else 0
            return size * stride + more
        painted = span if self.padding == "valid" else span % 2
        return (size - 1) * stride + painted + extra

    def axis_sums(self, spatial: Shape) -> Sequence[str]:
        padding = self.output_padding or (None,) * len(spatial)
        axes = zip(
            spatial,
            self.kernel_size,
            self.dilation_rate,
            self.strides,
            padding,
            strict=True,
        )
        return [self._sum(*axis) for axis in axes]

    def _sum(
        self, size: Size, kernel: int, dilation: int, stride: int, extra: int | None
    ) -> str:
        if size is None:
            return ""
        reach, valid = span(kernel, dilation), self.padding == "valid"
        if extra is None and not (valid and reach > stride):
            return f"{size}·{stride}"
        cut = "" if valid or reach < 2 else f" − 2·{reach // 2}"
        more = "" if extra is None else f" + {extra}"
        return f"({size} − 1)·{stride} + {span_sum(kernel, dilation)}{cut}{more}"

    def running(self, output: Any, *shapes: Any) -> Any:
        """Source: TensorFlow's kernels, which work the sizes out backwards again."""
        reach = map(span, self.kernel_size, self.dilation_rate)
        extra = self.output_padding or ()
        if (
            self.padding == "same"
            and 0 not in output
            and any(
                not more and wide % 2 == 0
                for more, wide in zip(extra, reach, strict=False)
            )
        ):
            text = "paints one position too few with padding: same, where its kernel "
            text = f"{text}is even and output_padding is 0"
            raise ShapeError(text, "leave output_padding out")
        return super().running(output, *shapes)

    def macs(self, output: Shape, x: Shape) -> int | None:
        spatial, c_in = self.split(x)
        positions = product(spatial)
        return None if positions is None else positions * self.kernels(c_in)[0].size

    def reach(self, x: Shape) -> Reach:
        from fractions import Fraction

        return [
            Window(-(-span(kernel, dilation) // stride), Fraction(1, stride))
            for kernel, stride, dilation in zip(
                self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        ]


class Conv1DTranspose(_OneAxis, _Transposed):
    """Makes a sequence longer by learned filters."""

    elsewhere: ClassVar[dict[str, Any]] = {
        "ConvTranspose1d Deconv1D Deconvolution1D TransposedConv1D": {},
    }
    aliases = ("Convolution1DTranspose",)

    output_padding: Annotated[Any, sizes(1, least=0)] | None = None


class Conv2DTranspose(_TwoAxes, _Transposed):
    """Makes an image larger by learned filters, as decoders do."""

    former = ("Deconvolution2D",)
    elsewhere: ClassVar[dict[str, Any]] = {
        "전치합성곱": {},
        "ConvTranspose ConvTranspose2d Conv2DTrans Deconv Deconv2D Deconvolution "
        "Deconvolution2D TransposedConv2D TransposeConv2D": {},
    }
    aliases = ("Convolution2DTranspose",)

    output_padding: Annotated[Any, sizes(2, least=0)] | None = None


class Conv3DTranspose(_ThreeAxes, _Transposed):
    """Makes a volume larger by learned filters."""

    former = ("Deconvolution3D",)
    elsewhere: ClassVar[dict[str, Any]] = {
        "ConvTranspose3d Deconv3D Deconvolution3D TransposedConv3D": {},
    }
    aliases = ("Convolution3DTranspose",)

    # Here alone Keras has data_format before output_padding.
    first = (
        *("filters", "kernel_size", "strides", "padding", "data_format"),
        *("output_padding", *_Transposed.first[6:]),
    )
    output_padding: Annotated[Any, sizes(3, least=0)] | None = None


class _Depthwise(_Convolution):
    """Every channel has filters of its own."""

    filters_at = (-2, -1)
    begins_as: ClassVar[Mapping[str, str]] = {"kernel": "depthwise"}
    first = (
        *("kernel_size", "strides", "padding", "depth_multiplier", "data_format"),
        *("dilation_rate", "activation", "use_bias"),
        *("depthwise_initializer", "bias_initializer"),
        *("depthwise_regularizer", "bias_regularizer", "activity_regularizer"),
        *("depthwise_constraint", "bias_constraint"),
    )
    shape_rule = (
        "valid: (size - span) // stride + 1 with span = dilation_rate · "
        "(kernel_size - 1) + 1; same: ceil(size / stride); "
        "channels · depth_multiplier channels"
    )
    weight_rule = (
        "kernel: kernel_size · channels · depth_multiplier; "
        "bias: channels · depth_multiplier"
    )
    example: ClassVar[Any] = {"kernel_size": 3}

    depth_multiplier: Positive = 1
    depthwise_initializer: InitializerName = "glorot_uniform"
    depthwise_regularizer: RegularizerName = None
    depthwise_constraint: ConstraintName = None

    def channels(self, c_in: int) -> int:
        return c_in * self.depth_multiplier

    def kernels(self, c_in: int) -> list[Weight]:
        return [Weight("kernel", (*self.kernel_size, c_in, self.depth_multiplier))]


class DepthwiseConv1D(_OneAxis, _Depthwise):
    """One filter per channel of a sequence; channels are not mixed."""

    elsewhere: ClassVar[dict[str, Any]] = {"DepthwiseConvolution1D": {}}


class DepthwiseConv2D(_TwoAxes, _Depthwise):
    """One filter per channel; channels are not mixed, so a 1×1 Conv2D often follows."""

    elsewhere: ClassVar[dict[str, Any]] = {
        "깊이별합성곱": {},
        "DepthwiseConv DepthwiseConvolution DepthwiseConvolution2D DWConv": {},
    }


class _Separable(_Convolution):
    """A depthwise convolution, then a 1×1 convolution that mixes the channels."""

    filters_at = (-2, -1)
    begins_as: ClassVar[Mapping[str, str]] = {
        "depthwise_kernel": "depthwise",
        "pointwise_kernel": "pointwise",
    }
    first = (
        *("filters", "kernel_size", "strides", "padding", "data_format"),
        *("dilation_rate", "depth_multiplier", "activation", "use_bias"),
        *("depthwise_initializer", "pointwise_initializer", "bias_initializer"),
        *("depthwise_regularizer", "pointwise_regularizer", "bias_regularizer"),
        *("activity_regularizer", "depthwise_constraint", "pointwise_constraint"),
        "bias_constraint",
    )
    shape_rule = (
        "valid: (size - span) // stride + 1 with span = dilation_rate · "
        "(kernel_size - 1) + 1; same: ceil(size / stride); filters channels"
    )
    weight_rule = (
        "depthwise_kernel: kernel_size · channels · depth_multiplier; "
        "pointwise_kernel: channels · depth_multiplier · filters; bias: filters"
    )
    example: ClassVar[Any] = {"filters": 32, "kernel_size": 3}
    grows_with = "filters"

    filters: Positive
    depth_multiplier: Positive = 1
    depthwise_initializer: InitializerName = "glorot_uniform"
    pointwise_initializer: InitializerName = "glorot_uniform"
    depthwise_regularizer: RegularizerName = None
    pointwise_regularizer: RegularizerName = None
    depthwise_constraint: ConstraintName = None
    pointwise_constraint: ConstraintName = None

    def channels(self, c_in: int) -> int:
        return self.filters

    def kernels(self, c_in: int) -> list[Weight]:
        deep = self.depth_multiplier
        ones = (1,) * len(self.kernel_size)
        return [
            Weight("depthwise_kernel", (*self.kernel_size, c_in, deep)),
            Weight("pointwise_kernel", (*ones, c_in * deep, self.filters)),
        ]


class SeparableConv1D(_OneAxis, _Separable):
    """A filter per channel, then a mix of the channels: Conv1D for fewer weights."""

    aliases = ("SeparableConvolution1D",)


class SeparableConv2D(_TwoAxes, _Separable):
    """A filter per channel, then a mix of the channels: Conv2D for fewer weights."""

    elsewhere: ClassVar[dict[str, Any]] = {
        "분리합성곱": {},
        "SeparableConv SeparableConvolution DepthwiseSeparableConv2D "
        "DepthwiseSeparableConv SepConv2D": {},
    }
    aliases = ("SeparableConvolution2D",)
