"""What recurrent layers and cells have in common: steps, gates, and units with them.

Source of the rules: keras/src/layers/rnn, Keras 3.15.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from cnnspec.catalogue.layers.arguments import (
    Activation,
    ConstraintName,
    InitializerName,
    RegularizerName,
    activated,
)
from cnnspec.catalogue.layers.base import Layer, Weight
from cnnspec.catalogue.layers.weighted import Weighted
from cnnspec.ground.errors import ArgumentError, ShapeError
from cnnspec.ground.kinds import Positive
from cnnspec.ground.shapes import Shape

HEAD = (
    "units filters kernel_size strides padding data_format dilation_rate activation "
    "recurrent_activation use_bias kernel_initializer recurrent_initializer "
    "bias_initializer unit_forget_bias kernel_regularizer recurrent_regularizer "
    "bias_regularizer"
)
"""Arguments of Keras's constructors, in the order that most of them have in common."""
TAIL = (
    "kernel_constraint recurrent_constraint bias_constraint dropout recurrent_dropout"
)
WALK = "return_sequences return_state go_backwards stateful unroll"


def in_order(*groups: str) -> tuple[str, ...]:
    """The arguments of Keras's constructors in their order, for `Record.first`."""
    return tuple(" ".join(groups).split())


class Step(Layer):
    """What is done at every step of a sequence, by a cell or by a layer that is one.

    `step` is the shape of one step, (batch, features) or (batch, *axes) with the
    sequence's second axis taken out.
    """

    def step_output(self, step: Shape) -> Shape:
        """The shape of what a step gives."""
        raise NotImplementedError

    def step_states(self, step: Shape) -> list[Shape]:
        """The shapes of the tensors that a step hands on to the next.

        Keras puts the states of a stack's cells that have two of them into lists of
        their own; here they stand in one list, in the same order.
        """
        raise NotImplementedError

    def step_weights(self, step: Shape) -> list[Weight]:
        """The weights, which all steps share."""
        raise NotImplementedError

    def step_macs(self, step: Shape) -> int:
        """Multiply-accumulate operations with weights at one step of one sample."""
        raise NotImplementedError


def _several(value: Any, _: Any) -> str:
    """What to do about a stack of recurrent layers."""
    if value == 1:
        return "a layer is one; remove it"
    return "write the layer so often, with return_sequences: true in all but the last"


class Gates(Weighted):
    """Arguments of everything recurrent that has weights of its own."""

    spelt_as: ClassVar[dict[str, str]] = {
        "recurrent_initializer": "inner_init recurrent_init",
        "recurrent_activation": "inner_activation",
        "recurrent_regularizer": "U_regularizer",
        "recurrent_constraint": "U_constraint",
        "dropout": "dropout_W input_dropout dropout_rate",
        "recurrent_dropout": "dropout_U",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "batch_first": "the batch is always first; remove it",
        "consume_less": "Keras 3 chooses by itself; remove it",
        "forget_bias_init": "write unit_forget_bias: true",
        "num_layers": _several,
        "bidirectional": "wrap the layer, as in - Bidirectional: {layer: {LSTM: 32}}",
    }
    begins_as: ClassVar[Mapping[str, str]] = {"recurrent_kernel": "recurrent"}
    gates: ClassVar[int] = 1
    """Sums of inputs and states that are formed for each unit."""
    activation: Activation = "tanh"
    use_bias: bool = True
    recurrent_initializer: InitializerName = "orthogonal"
    recurrent_regularizer: RegularizerName = None
    recurrent_constraint: ConstraintName = None
    dropout: float = 0.0
    recurrent_dropout: float = 0.0
    seed: int | None = None

    def running(self, output: Any, *shapes: Any) -> Any:
        self.check_gates()
        if getattr(self, "use_cudnn", False) is True:
            text = "asks for cuDNN, which runs on a GPU alone"
            hint = "leave use_cudnn out, and Keras takes it where it can"
            raise ShapeError(text, hint)
        self._check_masks()
        return output

    def _check_masks(self) -> None:
        """Refuses a dropout for which Keras spreads a list of masks over the steps.

        Source: `inner_loop` in keras/src/layers/rnn/lstm.py and gru.py, 3.15.

        Raises:
            ShapeError: the first step of training fails.
        """
        tries_cudnn = getattr(self, "use_cudnn", False) is not False
        one_by_one = getattr(self, "implementation", 2) == 1
        if tries_cudnn and one_by_one and self.dropout > 0 >= self.recurrent_dropout:
            text = "can't train with dropout and implementation 1"
            raise ShapeError(text, "leave implementation out, or set use_cudnn: false")

    def width(self) -> int:
        """How many numbers a state has at each place."""
        found: Any = getattr(self, "units", None) or getattr(self, "filters", 0)
        return int(found)

    def check_gates(self) -> None:
        """Refuses a function that leaves the gates other sizes than the states have.

        Raises:
            ShapeError: its first step fails.
        """
        for name in ("activation", "recurrent_activation"):
            function = getattr(self, name, None)
            halves = activated(function, (None, 2)) != (None, 2)
            # One half of two spreads over both, where another gate multiplies it.
            if halves and (self.gates == 1 or self.width() != 2):
                text = f"can't run with {name} '{function}', which halves its states"
                raise ShapeError(text, "choose another activation")

    def kernels(self, span: Shape, c_in: Any, units: int) -> list[Weight]:
        """The weights without the bias: (*span, from, gates · units)."""
        wide = self.gates * units
        return [
            Weight("kernel", (*span, c_in, wide)),  # type: ignore[arg-type]
            Weight("recurrent_kernel", (*span, units, wide)),  # type: ignore[arg-type]
        ]


class Units(Gates, Step):
    """Units that are all connected with the features and with each other."""

    order = "input_size hidden_size num_layers bias"
    spelt_as: ClassVar[dict[str, str]] = {
        "units": "hidden_size hidden_dim hidden num_units n_units nb_units output_dim "
        "out_features size num_hidden num_hiddens",
    }
    grows_with = "units"
    states: ClassVar[int] = 1
    """Tensors that a step hands on."""
    units: Positive

    def step_output(self, step: Shape) -> Shape:
        return (step[0], self.units)

    def step_states(self, step: Shape) -> list[Shape]:
        return [(step[0], self.units)] * self.states

    def step_weights(self, step: Shape) -> list[Weight]:
        bias = [Weight("bias", self.bias_shape())] if self.use_bias else []
        return self.kernels((), step[-1], self.units) + bias

    def bias_shape(self) -> tuple[int, ...]:
        """The shape of the bias."""
        return (self.gates * self.units,)

    def step_macs(self, step: Shape) -> int:
        return sum(kernel.size for kernel in self.kernels((), step[-1], self.units))


class SimpleUnits(Units):
    """Units whose state is what they give."""

    weight_rule = (
        "kernel: features · units; recurrent_kernel: units · units; bias: units"
    )


class LSTMUnits(Units):
    """Units with a memory, and three gates to it."""

    gates: ClassVar[int] = 4
    states: ClassVar[int] = 2
    weight_rule = (
        "kernel: features · 4·units; recurrent_kernel: units · 4·units; bias: 4·units"
    )
    recurrent_activation: Activation = "sigmoid"
    unit_forget_bias: bool = True
    implementation: int = 2

    def rules(self) -> None:
        need_bias_initializer(self)


def need_bias_initializer(layer: Any) -> None:
    """Refuses null where the forget gates' ones are put in the midst of other values.

    Raises:
        ArgumentError: there is no initializer to give the others.
    """
    if layer.bias_initializer is None and layer.use_bias and layer.unit_forget_bias:
        raise ArgumentError(
            "bias_initializer",
            "needs-argument",
            f"{layer.title()} can't fill its bias with ones for the forget gates "
            "without an initializer for the rest",
            "leave bias_initializer out, or set unit_forget_bias: false",
        )


class GRUUnits(Units):
    """Units with two gates."""

    gates: ClassVar[int] = 3
    weight_rule = (
        "kernel: features · 3·units; recurrent_kernel: units · 3·units; "
        "bias: 2 · 3·units, without reset_after 3·units"
    )
    recurrent_activation: Activation = "sigmoid"
    reset_after: bool = True
    implementation: int = 2

    def bias_shape(self) -> tuple[int, ...]:
        return (2,) * self.reset_after + (3 * self.units,)
