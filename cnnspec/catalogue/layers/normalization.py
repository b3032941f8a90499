"""Normalisation: numbers brought to a common mean and variance, or to a common length.

Source of the rules: keras/src/layers/normalization, Keras 3.15.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import FLOATS, NUMBERS, dtype_kind
from cnnspec.catalogue.layers.arguments import (
    ConstraintName,
    InitializerName,
    NestedLayer,
    RegularizerName,
)
from cnnspec.catalogue.layers.base import (
    Layer,
    Reach,
    Weight,
    keep_off_batch,
    need_axis,
    need_size,
)
from cnnspec.ground.errors import ArgumentError, Invalid, Problem, ShapeError, nearest
from cnnspec.ground.kinds import Positive, kind, number
from cnnspec.ground.shapes import Shape, Shapes, divisor, joined, show
from cnnspec.ground.yaml_text import flow

Axes = int | tuple[int, ...]


def _in_order(axes: Axes) -> tuple[int, ...]:
    """The axes as Keras sorts them: as numbers, hence -1 before 1."""
    return (axes,) if isinstance(axes, int) else tuple(sorted(axes))


def _refuse_twice(axes: Axes, x: Shape) -> None:
    """Refuses an axis that is named twice, counted from either end.

    Raises:
        ShapeError: the first batch fails.
    """
    places = [axis % len(x) for axis in _in_order(axes)]
    if len(set(places)) < len(places):
        text = f"can't take an axis twice, as axis {flow(axes)} does in its input"
        raise ShapeError(f"{text} {show(x[1:])}", "name each axis once")


def _center_and_scale(value: Any, _: Any) -> str:
    """What to write for whether gamma and beta are learned."""
    return f"write center: {flow(value)}, scale: {flow(value)}"


class _Scaled(Layer):
    """A normalisation that then multiplies by gamma and adds beta, both learned."""

    spelt_as: ClassVar[dict[str, str]] = {
        "groups": "num_groups group G",
        "beta_initializer": "beta_init bias_init bias_initializer",
        "gamma_initializer": "gamma_init weight_init kernel_initializer",
        "center": "bias use_bias",
    }
    renamed: ClassVar[dict[str, Any]] = {
        **dict.fromkeys(("affine", "elementwise_affine"), _center_and_scale),
        **dict.fromkeys(
            ("track_running_stats", "training", "is_training", "mode", "fused"),
            "Keras does so by itself; remove it",
        ),
    }
    role = "normalisation"
    result = "normalized"
    epsilon: float = 1e-3
    center: bool = True
    scale: bool = True
    beta_initializer: InitializerName = "zeros"
    gamma_initializer: InitializerName = "ones"
    beta_regularizer: RegularizerName = None
    gamma_regularizer: RegularizerName = None
    beta_constraint: ConstraintName = None
    gamma_constraint: ConstraintName = None

    def learned(self, sizes: tuple[Any, ...]) -> list[Weight]:
        """Gamma and beta, as far as the layer has them."""
        gamma = [Weight("gamma", sizes)] if self.scale else []
        beta = [Weight("beta", sizes)] if self.center else []
        return gamma + beta


_LIMITS = ("rmax", "rmin", "dmax")


def _clipping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError
    problems = [
        _limit_problem(name, limit)
        for name, limit in value.items()
        if name not in _LIMITS or type(limit) not in (int, float, type(None))
    ]
    if problems:
        raise Invalid(problems)
    return value


def _limit_problem(name: str, limit: Any) -> Problem:
    if name not in _LIMITS:
        text = f"renorm_clipping has no '{name}'; it may hold {', '.join(_LIMITS)}"
        return Problem((name,), "unknown-field", text, nearest(name, _LIMITS), True)
    text = f"renorm_clipping.{name} must be a number or null; found '{limit}'"
    return Problem((name,), "wrong-type", text)


_LIMIT_JSON = {"type": ["number", "null"]}
Clipping = Annotated[
    dict[str, float | None],
    kind(
        _clipping,
        "a mapping of rmax, rmin and dmax to numbers",
        {
            "type": "object",
            "properties": dict.fromkeys(_LIMITS, _LIMIT_JSON),
            "additionalProperties": False,
        },
    ),
]


class BatchNormalization(_Scaled):
    """Brings each channel to mean 0 and standard deviation 1 over the batch.

    Four numbers per channel. No gradient trains two of them, the moving statistics,
    which stand in for the batch's when the model predicts.
    """

    former = ("SyncBatchNormalization",)
    tensor_arguments = ("inputs", "mask")
    call_settings = ("training",)
    training_usual = None
    rests_untrained = True
    linear = True
    order = "num_features eps momentum"
    converted: ClassVar[dict[str, Any]] = {
        "momentum": ("momentum is 1 minus PyTorch's", lambda new: round(1 - new, 10))
    }
    elsewhere: ClassVar[dict[str, Any]] = {
        "배치정규화": {},
        "BatchNorm BatchNorm1d BatchNorm2d BatchNorm3d BN LazyBatchNorm2d "
        "SpatialBatchNormalization": {},
        "SyncBatchNorm SyncBatchNormalization": {"synchronized": True},
    }
    spelt_as: ClassVar[dict[str, str]] = {"momentum": "decay bn_momentum"}
    rank_bound = True
    first = (
        "axis",
        "momentum",
        "epsilon",
        "center",
        "scale",
        "beta_initializer",
        "gamma_initializer",
        "moving_mean_initializer",
        "moving_variance_initializer",
        "beta_regularizer",
        "gamma_regularizer",
        "beta_constraint",
        "gamma_constraint",
    )
    weight_rule = (
        "gamma, beta, moving_mean, moving_variance: channels each; the moving ones are "
        "not trained; with renorm three more of those"
    )

    axis: int = -1
    momentum: float = 0.99

    moving_mean_initializer: InitializerName = "zeros"
    moving_variance_initializer: InitializerName = "ones"
    renorm: bool = False
    renorm_clipping: Clipping | None = None
    renorm_momentum: float = 0.99
    synchronized: bool = False

    def as_elsewhere(self) -> dict[str, Any]:
        return {"momentum": self.momentum} if 0 < self.momentum < 0.5 else {}

    def rules(self) -> None:
        if not self.renorm:
            return
        if self.moving_variance_initializer is None:
            raise ArgumentError(
                "moving_variance_initializer",
                "needs-argument",
                "BatchNormalization with renorm needs a moving_variance_initializer",
                "leave it out for 'ones'",
            )
        limits = self.renorm_clipping or {}
        rmax, rmin, dmax = (limits.get(name) for name in _LIMITS)
        if rmax is not None and rmin is not None and rmax < rmin:
            raise ArgumentError(
                "renorm_clipping",
                "wrong-order",
                f"renorm_clipping has an rmax of {rmax}, below its rmin of {rmin}",
                "let rmax be the larger one",
            )
        if dmax is not None and dmax < 0:
            raise ArgumentError(
                "renorm_clipping",
                "out-of-range",
                f"renorm_clipping.dmax must be 0 or more; found {dmax}",
            )

    def check(self, x: Shape) -> None:
        need_size(x, self.axis)

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        """Training weighs each position by the mask; predicting doesn't look at it."""
        from cnnspec.catalogue.layers.masks import need_all_but_one

        for mask in more["mask"]:
            need_all_but_one(mask, shapes[0], self.axis)

    def weights(self, x: Shape) -> list[Weight]:
        sizes: Any = (x[self.axis],)
        moving = [Weight(name, sizes, trainable=False) for name in self._names()]
        return self.learned(sizes) + moving

    def _names(self) -> list[str]:
        names = ["moving_mean", "moving_variance"]
        if self.renorm:
            names += ["moving_stddev", "renorm_mean", "renorm_stddev"]
        return names


class LayerNormalization(_Scaled):
    """Brings each sample to mean 0 and standard deviation 1, whatever the batch."""

    order = "normalized_shape eps"
    elsewhere: ClassVar[dict[str, Any]] = {"층정규화": {}, "LayerNorm LN": {}}
    first = ("axis",)
    weight_rule = "gamma, beta: the sizes of the axes in axis, each"

    axis: Axes = -1

    def check(self, x: Shape) -> None:
        for axis in _in_order(self.axis):
            if self.scale or self.center:
                need_size(x, axis)
            need_axis(x, axis)

    def keep_samples(self, *shapes: Any) -> None:
        keep_off_batch(shapes[0], self.axis)

    def running(self, output: Any, *shapes: Any) -> Any:
        _refuse_twice(self.axis, shapes[0])
        return output

    def weights(self, x: Shape) -> list[Weight]:
        return self.learned(tuple(x[axis] for axis in _in_order(self.axis)))


class GroupNormalization(_Scaled):
    """Brings groups of channels of each sample to mean 0 and standard deviation 1."""

    order = "num_groups num_channels eps"
    elsewhere: ClassVar[dict[str, Any]] = {
        "GroupNorm GN": {},
        "InstanceNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d "
        "InstanceNormalization": {"groups": -1},
    }
    rank_bound = True
    first = ("groups", "axis")
    weight_rule = "gamma, beta: channels each"
    example: ClassVar[Any] = {"groups": 8}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 28, 28, 32),)

    groups: Annotated[int, number("a whole number above 0, or -1", whole=True)] = 32
    axis: int = -1

    def rules(self) -> None:
        if self.groups < 1 and self.groups != -1:
            raise ArgumentError(
                "groups",
                "out-of-range",
                f"GroupNormalization.groups must be above 0; found {self.groups}",
                "-1 makes every channel a group",
            )

    def check(self, x: Shape) -> None:
        need_size(x, self.axis)
        channels: Any = x[self.axis]
        if self.groups != -1 and (channels < self.groups or channels % self.groups):
            raise ShapeError(
                f"can't share the {channels} channels of its input out to "
                f"{self.groups} groups",
                gives=[{"groups": divisor(channels, self.groups)}],
            )

    def keep_samples(self, *shapes: Any) -> None:
        keep_off_batch(shapes[0], self.axis)

    def weights(self, x: Shape) -> list[Weight]:
        return self.learned((x[self.axis],))


class RMSNormalization(Layer):
    """Divides by the root of the mean square: LayerNormalization without the mean."""

    tensor_arguments = ("x",)
    runs_on, hands_on = NUMBERS, NUMBERS
    elsewhere: ClassVar[dict[str, Any]] = {"RMSNorm": {}}
    role = "normalisation"
    result = "normalized"
    first = ("axis", "epsilon")
    weight_rule = "scale: the sizes of the axes in axis"

    axis: Axes = -1
    epsilon: float = 1e-6

    def check(self, x: Shape) -> None:
        for axis in _in_order(self.axis):
            need_size(x, axis)

    def keep_samples(self, *shapes: Any) -> None:
        keep_off_batch(shapes[0], self.axis)

    def running(self, output: Any, *shapes: Any) -> Any:
        """Source: `_rms_normalization` in keras/src/ops/nn.py, 3.15.

        The scale has the axes that are named and no other, so it meets the last ones.
        """
        [x] = shapes
        _refuse_twice(self.axis, x)
        scale = tuple(x[axis] for axis in _in_order(self.axis))
        spread = joined(x, scale)
        if spread is None:
            raise ShapeError(
                f"multiplies its input {show(x[1:])} by a scale of {show(scale)}, "
                "which Keras lays along the last axes",
                "normalise along the last axis, with Permute before and after it",
            )
        return spread

    def weights(self, x: Shape) -> list[Weight]:
        sizes: Any = tuple(x[axis] for axis in _in_order(self.axis))
        return [Weight("scale", sizes)]


class UnitNormalization(Layer):
    """Brings the vector along the axis to length 1; its direction stays."""

    runs_on = FLOATS
    elsewhere: ClassVar[dict[str, Any]] = {
        "L2Norm L2Normalize L2Normalization UnitNorm": {},
    }
    result = "normalized"
    axis: Axes = -1

    def check(self, x: Shape) -> None:
        for axis in _in_order(self.axis):
            need_axis(x, axis)

    def keep_samples(self, *shapes: Any) -> None:
        keep_off_batch(shapes[0], self.axis)

    def running(self, output: Any, *shapes: Any) -> Any:
        _refuse_twice(self.axis, shapes[0])
        return output


class SpectralNormalization(Layer):
    """Holds back how strongly a layer can amplify, which calms GANs in training.

    It divides the layer's kernel by its largest singular value, found with the help of
    one more vector, which no gradient trains.
    """

    call_settings = ("training",)
    elsewhere: ClassVar[dict[str, Any]] = {"SpectralNorm": {}}
    freezes = False
    result = "normalized"
    first = ("layer", "power_iterations")
    shape_rule = "that of the wrapped layer"
    weight_rule = "those of the wrapped layer; vector_u: the last size of its kernel"
    example: ClassVar[Any] = {"layer": {"Conv2D": {"filters": 32, "kernel_size": 3}}}

    layer: NestedLayer
    power_iterations: Positive = 1

    def check(self, x: Shape) -> None:
        self.layer.check(x)
        # Kernels of layers in a model aren't the model's.
        if self.layer.holds_model or self._kernel(self.layer.weights(x)) is None:
            raise ShapeError(
                f"can't wrap {self.layer.title()}, which has no kernel and no "
                "embeddings",
                "wrap a layer such as Dense, Conv2D or Embedding",
            )

    def output(self, x: Shape) -> Shapes:
        output: Shapes = self.layer.output(x)
        return output

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        sums: dict[int, str] = self.layer.size_sums(*shapes)
        return sums

    def is_linear(self) -> bool:
        return bool(self.layer.is_linear())

    def keep_samples(self, *shapes: Any) -> None:
        self.layer.keep_samples(*shapes)

    def running(self, output: Any, *shapes: Any) -> Any:
        if self.lora_rank:
            text = "can't be trained around a layer with lora_rank"
            raise ShapeError(text, "leave lora_rank out")
        return self.layer.running(output, *shapes)

    def running_dtype(self, told: str, *given: str) -> str:
        """Keras casts what the layer gives to the type of its input."""
        found: str = self.layer.running_dtype(told, *given)
        return found if dtype_kind(given[0]) == FLOATS else given[0]

    def at_run(self) -> str:
        why: str = self.layer.at_run()
        return why

    def weights(self, x: Shape) -> list[Weight]:
        """The kernel stands first, as Keras tracks it for both layers."""
        inner = self.layer.held(x)
        kernel = self._kernel(inner)
        assert kernel is not None
        vector = Weight("vector_u", (1, kernel.shape[-1]), trainable=False)
        if self.lora_rank:
            return [vector, *inner]
        return [kernel, vector, *(weight for weight in inner if weight is not kernel)]

    def weight_dtypes(self, policy: str, x: Shape) -> list[str]:
        """The vector has the kernel's."""
        inner: list[str] = self.layer.weight_dtypes(policy, x)
        return [*inner, inner[0]]

    @property
    def lora_rank(self) -> int | None:
        """That of the layer inside, whose kernel then is a sum and no weight."""
        rank: int | None = getattr(self.layer, "lora_rank", None)
        return rank

    def macs(self, output: Shape, x: Shape) -> int | None:
        count: int | None = self.layer.macs(output, x)
        return count

    def reach(self, x: Shape) -> Reach:
        reach: Reach = self.layer.reach(x)
        return reach

    def nested(self) -> list[Layer]:
        return [self.layer]

    def _kernel(self, weights: list[Weight]) -> Weight | None:
        """The matrix that Keras finds under `kernel` or `embeddings`."""
        names = ("kernel", "embeddings")
        return next((weight for weight in weights if weight.name in names), None)
