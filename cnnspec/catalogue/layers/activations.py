"""Activations that are layers: applied number by number, or across an axis.

Source of the rules: keras/src/layers/activations, Keras 3.15.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import FLOATS, INTEGERS, REALS
from cnnspec.catalogue.layers import arguments
from cnnspec.catalogue.layers.arguments import (
    ConstraintName,
    InitializerName,
    RegularizerName,
    check_softmax,
)
from cnnspec.catalogue.layers.base import Layer, Weight, keep_off_batch, need_size
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import number
from cnnspec.ground.shapes import Shape, show
from cnnspec.ground.yaml_text import flow

NotNegative = Annotated[float, number("a number of 0 or more", ge=0)]


class Activation(Layer):
    """A function applied to every number; without one, layers in a row stay linear."""

    linear = True
    elsewhere: ClassVar[dict[str, Any]] = {
        "활성화 활성화함수": {},
        **{name: {"activation": name} for name in arguments.ACTIVATIONS},
    }
    spelt_as: ClassVar[dict[str, str]] = {"activation": "fn type kind"}
    role = "activation"
    activates = True
    example = "relu"

    activation: arguments.Activation

    def kinds(self) -> tuple[str, str]:
        return arguments.runs_on(self.activation)

    def keep_samples(self, *shapes: Any) -> None:
        if self.activation in arguments.ALONG_LAST:
            keep_off_batch(shapes[0], -1)


class ReLU(Layer):
    """Keeps what is above 0 and drops the rest, which is cheap and trains well."""

    elsewhere: ClassVar[dict[str, Any]] = {"렐루": {}}
    role = "activation"
    activates = True
    result = "relu"
    former = ("ThresholdedReLU",)
    spelt_as: ClassVar[dict[str, str]] = {
        "negative_slope": "alpha slope",
        "threshold": "theta",
    }
    first = ("max_value", "negative_slope", "threshold")
    example: ClassVar[Any] = {"max_value": 6.0}

    max_value: NotNegative | None = None
    negative_slope: NotNegative = 0.0
    threshold: NotNegative = 0.0

    def last_activation(self) -> str:
        """The one that its arguments make of it; nothing for what has no name."""
        names: dict[tuple[float | None, bool], str] = {
            (None, False): "relu",
            (None, True): "leaky_relu",
            (6, False): "relu6",
        }
        bend = self.max_value, bool(self.negative_slope)
        return "" if self.threshold else names.get(bend, "")

    def kinds(self) -> tuple[str, str]:
        return REALS, "" if self.negative_slope else INTEGERS


class LeakyReLU(Layer):
    """ReLU that lets a little of what is below 0 through, so that no unit dies."""

    runs_on = REALS
    elsewhere: ClassVar[dict[str, Any]] = {"LReLU": {}}
    spelt_as: ClassVar[dict[str, str]] = {"negative_slope": "alpha slope leak"}
    role = "activation"
    activates = True
    result = "relu"
    example: ClassVar[Any] = {"negative_slope": 0.1}

    negative_slope: NotNegative = 0.3

    def last_activation(self) -> str:
        return "leaky_relu"


class PReLU(Layer):
    """A LeakyReLU whose slopes are learned, one for each position of the input.

    `shared_axes: [1, 2]` shares them over an image, which leaves one per channel.
    """

    one_type = True
    runs_on = FLOATS
    role = "activation"
    result = "relu"
    first = (
        "alpha_initializer",
        "alpha_regularizer",
        "alpha_constraint",
        "shared_axes",
    )
    weight_rule = (
        "alpha: the sizes of the input without the batch's, 1 for each of shared_axes"
    )
    example: ClassVar[Any] = {"shared_axes": [1, 2]}

    alpha_initializer: InitializerName = "Zeros"
    alpha_regularizer: RegularizerName = None
    alpha_constraint: ConstraintName = None
    shared_axes: int | tuple[int, ...] | None = None

    def check(self, x: Shape) -> None:
        last = len(x) - 1
        for axis in self._shared():
            if not -last < axis <= last:
                raise ShapeError(
                    f"can't share its slopes over axis {axis}: its input is "
                    f"{show(x[1:])}",
                    f"shared_axes are numbers from 1 to {last}",
                )
        for axis, size in enumerate(self._slopes(x), start=1):
            if size is None:
                need_size(x, axis)

    def weights(self, x: Shape) -> list[Weight]:
        return [Weight("alpha", tuple(self._slopes(x)))]

    def _shared(self) -> tuple[int, ...]:
        axes = self.shared_axes
        if axes is None:
            return ()
        return (axes,) if isinstance(axes, int) else axes

    def _slopes(self, x: Shape) -> list[Any]:
        """Sizes of alpha, which has no batch axis; from its end for axes below 1."""
        sizes = list(x[1:])
        for axis in self._shared():
            sizes[axis - 1] = 1
        return sizes


class ELU(Layer):
    """ReLU with a smooth bend: what is below 0 falls off towards -alpha."""

    runs_on = FLOATS
    role = "activation"
    activates = True
    example: ClassVar[Any] = {"alpha": 0.5}

    alpha: float = 1.0

    def last_activation(self) -> str:
        return "elu"


class Softmax(Layer):
    """Turns scores into probabilities: all positive, and 1 in sum along the axis."""

    tensor_arguments = ("inputs", "mask")
    runs_on = FLOATS
    elsewhere: ClassVar[dict[str, Any]] = {"소프트맥스": {}}
    role = "activation"
    activates = True
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10),)

    axis: int | tuple[int, ...] = -1

    def last_activation(self) -> str:
        return "softmax"

    def keep_samples(self, *shapes: Any) -> None:
        keep_off_batch(shapes[0], self.axis)

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        from cnnspec.catalogue.layers.masks import need_spread

        for mask in more["mask"]:
            need_spread(mask, shapes[0])

    def running(self, output: Any, *shapes: Any) -> Any:
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        [x] = shapes
        places = {axis % len(x) for axis in axes if -len(x) <= axis < len(x)}
        if len(places) < len(axes) or not axes:
            raise ShapeError(
                f"has no axis {flow(self.axis)} to work along in its input "
                f"{show(x[1:])}",
                f"its axes are 1 to {len(x) - 1}, and -1 is the last",
            )
        if len(places) == 1:  # for several Keras takes another way
            check_softmax(x, self.dtype)
        return x
