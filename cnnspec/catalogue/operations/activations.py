"""Activations, number by number or across an axis.

Source of the rules: keras/src/ops/nn.py, Keras 3.15.
"""

from typing import Any, ClassVar

from cnnspec.catalogue.layers.arguments import ACTIVATIONS, check_softmax
from cnnspec.catalogue.operations import types
from cnnspec.catalogue.operations.elementwise import Each
from cnnspec.catalogue.operations.reductions import Along
from cnnspec.ground.errors import ShapeError


class Activation(Each):
    """Bends each number by itself."""

    unfit = types.ONLY_FLOATS
    is_base = True
    role = "activation"

    def last_activation(self) -> str:
        plain = self.function in ACTIVATIONS and not self.given
        return self.function if plain else ""


class Relu(Activation):
    """Keeps what is above 0 and drops the rest."""

    unfit = types.NO_TRUTH


class Relu6(Activation):
    """`relu`, and nothing above 6."""

    unfit = types.NO_TRUTH


class Sigmoid(Activation):
    """Presses each number between 0 and 1."""


class SparseSigmoid(Activation):
    """A straight line from 0 at -1 to 1 at 1."""


class Softplus(Activation):
    """A smooth `relu`."""


class Softsign(Activation):
    """Each number divided by 1 and its size."""


class SoftShrink(Activation):
    """Brings numbers nearer to 0; those near it become 0."""

    threshold: float = 0.5


class SparsePlus(Activation):
    """A `softplus` that is 0 below -1."""


class Silu(Activation):
    """Each number times its sigmoid."""

    synonyms = ("swish",)


class Squareplus(Activation):
    """A `softplus` of a square root."""

    b: float = 4


class LogSigmoid(Activation):
    """The logarithm of the sigmoid."""


class LeakyRelu(Activation):
    """`relu` that lets a little of what is below 0 through."""

    unfit = types.NO_TRUTH

    ran = types.fraction

    negative_slope: float = 0.2


class HardSigmoid(Activation):
    """A straight line in place of the sigmoid."""


class HardSilu(Activation):
    """Each number times its hard sigmoid."""

    synonyms = ("hard_swish",)


class Elu(Activation):
    """`relu` with a smooth bend."""

    alpha: float = 1.0


class Selu(Activation):
    """An `elu` that keeps mean and variance."""


class Gelu(Activation):
    """Each number times the share of a normal distribution below it."""

    approximate: bool = True


class Celu(Activation):
    """An `elu` whose slope has no jump."""

    alpha: float = 1.0


class TanhShrink(Activation):
    """Each number less its hyperbolic tangent."""


class HardTanh(Activation):
    """Each number, at most 1 and at least -1."""


class HardShrink(Activation):
    """0 in place of numbers near 0."""

    threshold: float = 0.5


class Threshold(Activation):
    """A number in place of all up to a threshold."""

    first = ("threshold", "default_value")
    example: ClassVar[Any] = {"threshold": 0.5, "default_value": 0}

    threshold: float
    default_value: float


class Softmax(Along):
    """Turns scores into probabilities: all positive, and 1 in sum along the axis."""

    unfit = types.ONLY_FLOATS
    role = "activation"

    axis: int | tuple[int, ...] | None = -1

    def last_activation(self) -> str:
        return self.function if self.axis == -1 else ""

    def running(self, output: Any, *shapes: Any) -> Any:
        if isinstance(self.axis, tuple):
            text = "fails along several axes, which Keras takes and can't run"
            raise ShapeError(text, "name one axis")
        check_softmax(shapes[0], None)
        return output


class LogSoftmax(Softmax):
    """The logarithms of what `softmax` gives."""


class Sparsemax(Along):
    """Probabilities, of which many are 0."""

    unfit = types.ONLY_FLOATS
    role = "activation"

    axis: int = -1


class Normalize(Along):
    """Divides numbers by the length of the vector that they make along an axis."""

    ran = types.same
    unfit = types.ONLY_FLOATS
    typed = types.usual
    first = ("axis", "order", "epsilon")

    axis: int | tuple[int, ...] | None = -1
    order_: int = 2
    epsilon: float | None = None


class Glu(Along):
    """Halves an axis: one half says how much of the other may pass."""

    unfit = types.ONLY_FLOATS
    role = "activation"
    shape_rule = "the input's, with half the size along axis"

    axis: int = -1

    def fits(self, *shapes: Any) -> None:
        super().fits(*shapes)
        [x] = shapes
        size = x[self.at(self.axis, x)]
        if size is not None and size % 2:
            text = f"halves an axis, and there are {size} along axis {self.axis}"
            raise ShapeError(text, "give it an even number")

    def shape(self, *shapes: Any) -> Any:
        sizes = list(shapes[0])
        size = sizes[self.axis]
        sizes[self.axis] = None if size is None else size // 2
        return tuple(sizes)
