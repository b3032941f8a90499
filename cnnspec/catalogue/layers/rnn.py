"""Recurrent layers, the cells inside them, Bidirectional and TimeDistributed.

Source of the rules: keras/src/layers/rnn, Keras 3.15.
"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Annotated, Any, ClassVar, Literal, NoReturn

from cnnspec.catalogue.dtypes import FLOATS
from cnnspec.catalogue.layers.arguments import (
    LAYER_JSON,
    Activation,
    DataFormat,
    NestedLayer,
    Padding,
    layers_kind,
    nested_layer,
    only_null,
)
from cnnspec.catalogue.layers.base import (
    WHOLE,
    Layer,
    Reach,
    Weight,
    Window,
    all_nested,
    need_rank,
)
from cnnspec.catalogue.layers.convolutional import Conv1D, Conv2D, Conv3D
from cnnspec.catalogue.layers.gates import (
    HEAD,
    TAIL,
    WALK,
    Gates,
    GRUUnits,
    LSTMUnits,
    SimpleUnits,
    Step,
    in_order,
    need_bias_initializer,
)
from cnnspec.ground.errors import ArgumentError, Invalid, Problem, ShapeError
from cnnspec.ground.kinds import Pair, Positive, Single, Triple
from cnnspec.ground.shapes import Shape, Shapes, agree, joined, product, show

# ------------------------------------------------------------------ cells


class _Cell(Step):
    """One step of a recurrent layer. RNN holds a cell and runs it over the steps."""

    first = in_order(HEAD, TAIL, "seed")
    shape_rule = "(units); only inside RNN, which runs it over the steps"
    example: ClassVar[Any] = {"units": 32}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 8),)

    def check(self, *shapes: Any, **_: Any) -> NoReturn:
        """Refuses: Keras calls a cell with its states, which no layer before gives."""
        raise ShapeError(
            "is one step of a recurrent layer and can't stand alone",
            f"put it into RNN, as in RNN: {{cell: {{{self.title()}: …}}}}",
        )

    def check_step(self, step: Shape) -> None:
        """Finds out whether a step may have this shape.

        Raises:
            ShapeError: Keras would refuse it.
        """
        _need_features(step)

    def output(self, step: Shape) -> Shape:
        return self.step_output(step)

    def weights(self, step: Shape) -> list[Weight]:
        return self.step_weights(step)

    def macs(self, output: Shape, step: Shape) -> int:
        return self.step_macs(step)


def _cell(value: Any) -> _Cell:
    layer = nested_layer(value)
    if isinstance(layer, _Cell):
        return layer
    name = type(layer).__name__
    text = f"{name} can't be a cell"
    hint = "SimpleRNNCell, LSTMCell, GRUCell and StackedRNNCells can"
    raise Invalid([Problem((), "wrong-type", text, hint)])


def _cells(value: Any) -> tuple[_Cell, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError
    found, problems = [], []
    for place, item in enumerate(value):
        try:
            found.append(_cell(item))
        except Invalid as error:
            problems += [problem.under(place) for problem in error.problems]
    if problems:
        raise Invalid(problems)
    return tuple(found)


def _cell_or_cells(value: Any) -> Any:
    return _cells(value) if isinstance(value, list | tuple) else _cell(value)


_CELLS_JSON = {"type": "array", "items": LAYER_JSON, "minItems": 1}
_CELLS_SAY = "a list of cells, as in [{LSTMCell: 32}, {LSTMCell: 16}]"
CellList = Annotated[Any, layers_kind(_cells, _CELLS_SAY, _CELLS_JSON)]
CellOrCells = Annotated[
    Any,
    layers_kind(
        _cell_or_cells,
        f"a cell, as in {{LSTMCell: 32}}, or {_CELLS_SAY}",
        {"anyOf": [LAYER_JSON, _CELLS_JSON]},
    ),
]


# ------------------------------------------------------------------ layers


class _Recurrent(Step):
    """A layer that walks along the steps of a sequence and remembers.

    The first axis after the batch is that of the steps. The last output depends on all
    steps, so the layer's reach is the whole input.
    """

    tensor_arguments = ("sequences", "initial_state", "mask")
    listed = ("initial_state",)
    call_settings = ("training",)
    varies_by = ("dropout", "recurrent_dropout")
    spelt_as: ClassVar[dict[str, str]] = {
        "return_sequences": "return_seq return_sequence",
    }
    first = in_order(
        *(HEAD, "activity_regularizer", TAIL, "seed", WALK, "reset_after use_cudnn")
    )
    shape_rule = (
        "(units) from the last step; with return_sequences (steps, units); with "
        "return_state also the states, each (units)"
    )
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10, 8),)

    spare_states: ClassVar[int] = 0
    """States that it is given beyond its own, and doesn't look at, at most."""
    return_sequences: bool = False
    return_state: bool = False
    go_backwards: bool = False
    stateful: bool = False
    unroll: bool = False
    zero_output_for_mask: bool = False

    def check(self, x: Shape) -> None:
        self.check_sequence(x)
        if self.stateful and x[0] is None:
            raise ShapeError(
                "is stateful and needs to know the batch size",
                "give the input a batch_size: beside its shape:, or leave stateful out",
            )

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        from cnnspec.catalogue.layers.masks import need_steps

        [x] = shapes
        for mask in more.get("mask", ()):
            need_steps(mask, x)
        if "initial_state" in more:
            self.need_states(more["initial_state"], x)

    def others_called(self, count: int) -> list[str]:
        return _states_called("state", count)

    def need_states(self, states: Sequence[Shape], x: Shape) -> None:
        """Refuses states that aren't those of the layer.

        Raises:
            ShapeError: its first step fails.
        """
        wanted = self.step_states(_step_of(x))
        if len(states) < len(wanted) or self.spare_states < len(states) - len(wanted):
            noun = "state" if len(wanted) == 1 else "states"
            text = f"begins with {len(wanted)} {noun}, and is given {len(states)}"
            raise ShapeError(text, f"give it {len(wanted)} as initial_state")
        for state, own in zip(states, wanted, strict=False):
            if len(state) != len(own) or not all(map(agree, state, own)):
                text = f"has states of {show(own[1:])}, and is given one of "
                text = f"{text}{show(state[1:]) or 'one number'}"
                raise ShapeError(text, f"give it states of {show(own[1:])}")

    def keeping(self, missing: int) -> dict[str, Any]:
        """With its other steps the output has one axis more."""
        lacks = missing == 1 and not self.return_sequences
        return {"return_sequences": True} if lacks else {}

    def check_sequence(self, x: Shape) -> None:
        """Refuses a tensor that is no sequence of the steps that the layer takes."""
        need_rank(x, "steps, features")
        _need_features(x)

    def output(self, x: Shape) -> Shapes:
        step = _step_of(x)
        output = self.step_output(step)
        if self.return_sequences:
            output = (x[0], x[1], *output[1:])
        return [output, *self.step_states(step)] if self.return_state else output

    def weights(self, x: Shape) -> list[Weight]:
        return self.step_weights(_step_of(x))

    def macs(self, output: Shapes, x: Shape) -> int | None:
        """Products with the weights; the gates' products of two tensors don't count."""
        return None if x[1] is None else x[1] * self.step_macs(_step_of(x))

    def reach(self, x: Shape) -> Reach:
        return WHOLE


class SimpleRNN(SimpleUnits, _Recurrent):
    """Mixes each step with its own last output; it forgets over long sequences."""

    elsewhere: ClassVar[dict[str, Any]] = {"VanillaRNN ElmanRNN": {}}
    role = "recurrent"
    first = in_order(HEAD, "activity_regularizer", TAIL, WALK, "seed")
    example: ClassVar[Any] = {"units": 32}


class LSTM(LSTMUnits, _Recurrent):
    """Carries a memory along the steps; gates decide what to keep, take in and show."""

    elsewhere: ClassVar[dict[str, Any]] = {"CuDNNLSTM": {}}
    role = "recurrent"
    example: ClassVar[Any] = {"units": 32}
    use_cudnn: bool | Literal["auto"] = "auto"


class GRU(GRUUnits, _Recurrent):
    """Remembers as LSTM does, with three gates' weights where that has four."""

    spare_states: ClassVar[int] = 99  # `states[0]` alone is read

    elsewhere: ClassVar[dict[str, Any]] = {"CuDNNGRU": {}}
    role = "recurrent"
    example: ClassVar[Any] = {"units": 32}
    use_cudnn: bool | Literal["auto"] = "auto"


class RNN(_Recurrent):
    """Runs a cell, or several upon one another, along the steps."""

    freezes = False
    first = in_order(WALK, "zero_output_for_mask")
    shape_rule = (
        "what the cell gives at the last step; with return_sequences at every step; "
        "with return_state also the cell's states"
    )
    weight_rule = "those of the cell"
    example: ClassVar[Any] = {"cell": {"LSTMCell": 32}}

    cell: CellOrCells

    @property
    def stepper(self) -> _Cell:
        """The one cell that does a step: a list of them makes a stack."""
        if isinstance(self.cell, tuple):
            return StackedRNNCells(cells=self.cell)
        found: _Cell = self.cell
        return found

    def weight_dtypes(self, policy: str, x: Shape) -> list[str]:
        return self.stepper.weight_dtypes(policy, _step_of(x))

    def rules(self) -> None:
        if self.return_state and _depth(self.stepper) > 2:
            raise ArgumentError(
                "return_state",
                "wrapped-layer",
                "RNN can't return the states of a stack within a stack of cells",
                "put all cells into one list",
            )

    def check_sequence(self, x: Shape) -> None:
        if len(x) < 3:
            need_rank(x, "steps, features")
        self.stepper.check_step(_step_of(x))

    def running(self, output: Any, *shapes: Any) -> Any:
        for cell in all_nested(self):
            if isinstance(cell, Gates):
                cell.check_gates()
        steps = shapes[0][1]
        if self.unroll and steps != 1 and _hands_on_no_list(self.stepper):
            raise ShapeError(
                "unrolls a StackedRNNCells of one cell, which hands on that cell's "
                "states without the list around them",
                "leave unroll out, or take that cell in its place",
            )
        return output

    def penalty_in_loop(self) -> str:
        penalized = (
            cell.title()
            for cell in (self.stepper, *all_nested(self.stepper))
            if getattr(cell, "activity_regularizer", None) is not None
        )
        return "" if self.unroll else next(penalized, "")

    def step_output(self, step: Shape) -> Shape:
        return self.stepper.step_output(step)

    def step_states(self, step: Shape) -> list[Shape]:
        return self.stepper.step_states(step)

    def step_weights(self, step: Shape) -> list[Weight]:
        return self.stepper.held(step)

    def step_macs(self, step: Shape) -> int:
        return self.stepper.step_macs(step)

    def _groups(self) -> list[int]:
        """How many states each cell of a stack has; Keras puts two into a list."""
        stepper = self.stepper
        cells = stepper.cells if isinstance(stepper, StackedRNNCells) else ()
        return [len(cell.step_states((None, 1))) for cell in cells]

    def place_of(self, number: int) -> tuple[int, ...]:
        before = 1
        for place, count in enumerate(self._groups() if number else (), 1):
            if number < before + count:
                return (place, number - before) if count > 1 else (place,)
            before += count
        return (number,)

    def packed(self, argument: str, items: Sequence[Any]) -> Any:
        groups = self._groups() if argument == "initial_state" else []
        if not groups or len(items) != sum(groups):
            return super().packed(argument, items)
        rest = iter(items)
        found = [[next(rest) for _ in range(count)] for count in groups]
        return [one if len(one) > 1 else one[0] for one in found]

    def nested(self) -> Sequence[Layer]:
        """The cell; of a list Keras makes a StackedRNNCells, which is named after them.

        The cells inside SimpleRNN, LSTM, GRU and ConvLSTM have fixed names and use up
        none of the automatic ones.
        """
        return (self.stepper,)


class SimpleRNNCell(SimpleUnits, _Cell):
    """One step of SimpleRNN."""


class LSTMCell(LSTMUnits, _Cell):
    """One step of LSTM."""


class GRUCell(GRUUnits, _Cell):
    """One step of GRU."""

    first = in_order(HEAD, TAIL, "reset_after seed")


class StackedRNNCells(_Cell):
    """Cells one upon another: each reads what the one below gives at the same step."""

    freezes = False
    first = in_order("cells")
    shape_rule = "that of the last cell; only inside RNN"
    weight_rule = "those of each cell, whose features are the units of the cell below"
    example: ClassVar[Any] = {"cells": [{"LSTMCell": 32}, {"LSTMCell": 16}]}

    cells: CellList

    def walk(self, step: Shape) -> list[tuple[_Cell, Shape]]:
        """The cells, each with the shape that reaches it."""
        reached = []
        for cell in self.cells:
            reached.append((cell, step))
            step = cell.step_output(step)
        return reached

    def check_step(self, step: Shape) -> None:
        self.cells[0].check_step(step)

    def step_output(self, step: Shape) -> Shape:
        last: _Cell = self.cells[-1]
        return last.step_output(step)

    def step_states(self, step: Shape) -> list[Shape]:
        return [
            s for cell, reached in self.walk(step) for s in cell.step_states(reached)
        ]

    def step_weights(self, step: Shape) -> list[Weight]:
        return [w for cell, reached in self.walk(step) for w in cell.held(reached)]

    def weight_dtypes(self, policy: str, x: Shape) -> list[str]:
        steps = self.walk(x)
        return [d for cell, step in steps for d in cell.weight_dtypes(policy, step)]

    def step_macs(self, step: Shape) -> int:
        return sum(cell.step_macs(reached) for cell, reached in self.walk(step))

    def nested(self) -> Sequence[Layer]:
        return tuple(self.cells)


def _states_called(word: str, count: int) -> list[str]:
    """What states are called in code: an LSTM has what it shows and what it keeps."""
    if count < 2:
        return [word if word == "state" else f"{word}_state"] * count
    if count == 2:
        return [f"{word}_h", f"{word}_c"]
    return [f"{word}_{number}" for number in range(1, count + 1)]


def _step_of(x: Shape) -> Shape:
    """The shape of one step of a sequence (batch, steps, …)."""
    return (x[0], *x[2:])


def _need_features(x: Shape) -> None:
    if x[-1] is None:
        raise ShapeError(
            "needs to know the number of features of its input",
            "give the last axis of the input a number instead of null",
        )


def _hands_on_no_list(cell: _Cell, within: bool = False) -> bool:
    """Whether a stack of one cell is among a cell whose states are more than one.

    Source: `call` of keras/src/layers/rnn/stacked_rnn_cells.py, 3.15.

    Args:
        cell: to look at.
        within: whether it stands in a stack itself.
    """
    if not isinstance(cell, StackedRNNCells):
        return False
    alone = len(cell.cells) == 1 and (within or _depth(cell) > 1)
    return alone or any(_hands_on_no_list(inner, True) for inner in cell.cells)


def _depth(cell: _Cell) -> int:
    """How deep the list of a cell's states is: 0 for one state, 1 for two or more."""
    if isinstance(cell, StackedRNNCells):
        return 1 + max(_depth(inner) for inner in cell.cells)
    return 1 if isinstance(cell, LSTMUnits) else 0


# ------------------------------------------------------------------ ConvLSTM


class _ConvLSTM(Gates, _Recurrent):
    """An LSTM whose steps have spatial axes, and whose kernels move along these."""

    runs_on = FLOATS
    spelt_as: ClassVar[dict[str, str]] = {
        "filters": "out_channels nb_filter nb_filters num_filters hidden_channels "
        "hidden_dim",
        "kernel_size": "kernel filter_size",
        "strides": "stride subsample",
        "padding": "border_mode",
        "dilation_rate": "dilation",
    }
    freezes = False  # its weights are those of a cell inside
    axes: ClassVar[str]
    convolution: ClassVar[type[Conv1D] | type[Conv2D] | type[Conv3D]]
    """How the kernel moves over a step."""
    gates: ClassVar[int] = 4
    shape_rule = (
        "a step's shape after Conv with the same arguments; with return_sequences at "
        "every step; with return_state also two states of that shape"
    )
    weight_rule = (
        "kernel: kernel_size · channels · 4·filters; recurrent_kernel: kernel_size · "
        "filters · 4·filters; bias: 4·filters"
    )
    example: ClassVar[Any] = {"filters": 16, "kernel_size": 3}
    grows_with = "filters"

    filters: Positive
    kernel_size: Any
    strides: Any
    dilation_rate: Any
    padding: Padding = "valid"
    data_format: DataFormat | None = None
    recurrent_activation: Activation = "sigmoid"
    unit_forget_bias: bool = True

    def rules(self) -> None:
        need_bias_initializer(self)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ArgumentError(
                "dilation_rate",
                "exclusive-arguments",
                f"{self.title()} can't have both strides {show(self.strides)} and "
                f"dilation_rate {show(self.dilation_rate)} above 1",
                "set one of them to 1",
            )

    def needs_gpu(self) -> bool:
        return self.over_inputs().needs_gpu()

    def over_inputs(self) -> Conv1D | Conv2D | Conv3D:
        """The convolution that one gate does with a step of the input."""
        return self.convolution(
            filters=self.filters,
            kernel_size=self.kernel_size,
            strides=self.strides,
            padding=self.padding,
            data_format=self.data_format,
            dilation_rate=self.dilation_rate,
        )

    def check_sequence(self, x: Shape) -> None:
        first = self.data_format == "channels_first"
        of_step = f"channels, {self.axes}" if first else f"{self.axes}, channels"
        need_rank(x, f"steps, {of_step}")
        convolution, step = self.over_inputs(), _step_of(x)
        if None in convolution.split(step)[0]:
            raise ShapeError(
                f"needs to know the sizes of its input along {self.axes}; it is "
                f"{show(x[1:])}",
                "give these axes of the input numbers instead of null",
            )
        convolution.check(step)

    def step_output(self, step: Shape) -> Shape:
        return self.over_inputs().output(step)

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        [x] = shapes
        sums = self.over_inputs().size_sums(_step_of(x))
        return {axis + self.return_sequences: text for axis, text in sums.items()}

    def step_states(self, step: Shape) -> list[Shape]:
        return [self.step_output(step)] * 2

    def step_weights(self, step: Shape) -> list[Weight]:
        c_in = self.over_inputs().split(step)[1]
        bias = [Weight("bias", (4 * self.filters,))] if self.use_bias else []
        return self.kernels(self.kernel_size, c_in, self.filters) + bias

    def step_macs(self, step: Shape) -> int:
        convolution = self.over_inputs()
        c_in = convolution.split(step)[1]
        spatial = convolution.split(convolution.output(step))[0]
        kernels = self.kernels(self.kernel_size, c_in, self.filters)
        return prod(spatial) * sum(kernel.size for kernel in kernels)  # type: ignore[arg-type]


class ConvLSTM1D(_ConvLSTM):
    """An LSTM that reads a row at each step, and convolves where LSTM multiplies."""

    axes: ClassVar[str] = "length"
    convolution: ClassVar[type[Conv1D]] = Conv1D
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10, 64, 3),)
    kernel_size: Single
    strides: Single = (1,)
    dilation_rate: Single = (1,)


class ConvLSTM2D(_ConvLSTM):
    """An LSTM that reads an image at each step, such as the next one of a film."""

    axes: ClassVar[str] = "height, width"
    convolution: ClassVar[type[Conv2D]] = Conv2D
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10, 28, 28, 3),)
    kernel_size: Pair
    strides: Pair = (1, 1)
    dilation_rate: Pair = (1, 1)


class ConvLSTM3D(_ConvLSTM):
    """An LSTM that reads a volume at each step, such as the next one of many scans."""

    axes: ClassVar[str] = "depth, height, width"
    convolution: ClassVar[type[Conv3D]] = Conv3D
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10, 16, 28, 28, 3),)
    kernel_size: Triple
    strides: Triple = (1, 1, 1)
    dilation_rate: Triple = (1, 1, 1)


# ------------------------------------------------------------------ wrappers


def _layer_or_null(value: Any) -> Any:
    return None if value is None else nested_layer(value)


class Bidirectional(Layer):
    """Runs a recurrent layer along the steps and a copy of it the other way round."""

    tensor_arguments = ("sequences", "initial_state", "mask")
    listed = ("initial_state",)
    call_settings = ("training",)
    training_usual = None
    varies_by = ()
    freezes = False
    role = "recurrent"
    shape_rule = (
        "that of the layer, with merge_mode concat its last axis doubled; with "
        "merge_mode null twice; with return_state then the states of both directions"
    )
    weight_rule = "those of the layer, then those of backward_layer or of the copy"
    example: ClassVar[Any] = {"layer": {"LSTM": 32}}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10, 8),)

    layer: NestedLayer
    merge_mode: Literal["concat", "sum", "mul", "ave"] | None = "concat"
    weights_: Annotated[
        None, only_null("a spec holds no arrays, and Keras makes no use of them")
    ] = None
    backward_layer: Annotated[
        Any,
        layers_kind(
            _layer_or_null,
            "a layer, as in {LSTM: {units: 4, go_backwards: true}}, or null",
            {"anyOf": [LAYER_JSON, {"type": "null"}]},
        ),
    ] = None

    def keeping(self, missing: int) -> dict[str, Any]:
        """That of the layer it holds."""
        inner: dict[str, Any] = self.layer.keeping(missing)
        return {"layer": {self.layer.title(): inner}} if inner else {}

    def rules(self) -> None:
        for field, layer in (
            ("layer", self.layer),
            ("backward_layer", self.backward_layer),
        ):
            if layer is not None and not isinstance(layer, _Recurrent):
                raise ArgumentError(
                    field,
                    "wrapped-layer",
                    f"Bidirectional can't run {layer.title()} in two directions",
                    "it takes SimpleRNN, LSTM, GRU, RNN and ConvLSTM1D to 3D",
                )
        if self.layer.stateful and self.layer.return_state:
            # Keras fails on these two together in Bidirectional.compute_mask.
            raise ArgumentError(
                "layer",
                "wrapped-layer",
                "Bidirectional can't return the states of a stateful layer",
                "set stateful or return_state to false in it",
            )
        if self.backward_layer is None:
            self._refuse_backwards()
        else:
            self._refuse_unlike()

    def _refuse_backwards(self) -> None:
        if self.layer.go_backwards:
            raise ArgumentError(
                "layer",
                "two-directions",
                "Bidirectional makes the backward copy itself, and its layer has "
                "go_backwards: true",
                "leave go_backwards out",
            )

    def _refuse_unlike(self) -> None:
        forward, backward = self.layer, self.backward_layer
        if forward.go_backwards == backward.go_backwards:
            raise ArgumentError(
                "backward_layer",
                "two-directions",
                "layer and backward_layer of Bidirectional walk in the same direction",
                "give backward_layer go_backwards: true, and layer false",
            )
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(forward, name) != getattr(backward, name):
                raise ArgumentError(
                    "backward_layer",
                    "two-directions",
                    f"layer and backward_layer of Bidirectional differ in {name}",
                    "give both the same",
                )

    @property
    def both(self) -> tuple[_Recurrent, _Recurrent]:
        """The layer that walks forwards and the one that walks backwards."""
        return self.layer, self.backward_layer or self.layer

    def check(self, x: Shape) -> None:
        for layer in self.both:
            layer.check(x)

    def others_called(self, count: int) -> list[str]:
        first = [] if self.merge_mode else ["backward"]
        half = (count - len(first)) // 2
        states = [_states_called(way, half) for way in ("forward", "backward")]
        return [*first, *states[0], *states[1]]

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        from cnnspec.catalogue.layers.masks import need_steps

        [x] = shapes
        for mask in more.get("mask", ()):
            need_steps(mask, x)
        if states := more.get("initial_state"):
            half = len(states) // 2
            forward, backward = self.both
            forward.need_states(states[:half], x)
            backward.need_states(states[half:], x)

    def output(self, x: Shape) -> Shapes:
        output = self.layer.output(x)
        one, *states = output if isinstance(output, list) else [output]
        if self.merge_mode == "concat":
            # The last axis whatever it is, so with channels_first the width.
            one = (*one[:-1], 2 * one[-1])
        merged = [one] if self.merge_mode else [one, one]
        shapes = [*merged, *states, *states]
        return shapes if len(shapes) > 1 else one

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        sums: dict[int, str] = self.layer.size_sums(*shapes)
        output = self.layer.output(*shapes)
        one = output[0] if isinstance(output, list) else output
        if self.merge_mode != "concat" or one[-1] is None:
            return sums
        return {**sums, len(one) - 1: f"2·{one[-1]}"}

    def running_dtype(self, told: str, *given: str) -> str:
        found: list[str] = [each.running_dtype(told, *given) for each in self.both]
        return found[0]

    def running(self, output: Any, *shapes: Any) -> Any:
        [x], both = shapes, []
        for layer in self.both:
            told = layer.output(x)
            layer.running(told, x)
            both.append(told if isinstance(told, list) else [told])
        (one, *states), (other, *more) = both
        merged = self._merged(one, other)
        found = [*merged, *states, *more]
        return found if len(found) > 1 else merged[0]

    def _merged(self, one: Shape, other: Shape) -> list[Shape]:
        """What is made of the two directions' results when the layer runs.

        Raises:
            ShapeError: they can't be put together so.
        """
        if self.merge_mode is None:
            return [one, other]
        text = f"can't put {show(one[1:])} and {show(other[1:])} together by "
        text = f"{text}'{self.merge_mode}'"
        if self.merge_mode == "concat":
            # Along the last axis: with channels_first the others have the filters.
            rest = zip(one[:-1], other[:-1], strict=True)
            if any(a != b and None not in (a, b) for a, b in rest):
                raise ShapeError(text, "give both directions as many filters")
            first, second = one[-1], other[-1]
            both = None if first is None or second is None else first + second
            return [(*one[:-1], both)]
        if (merged := joined(one, other)) is None:
            hint = "give both directions as many units"
            if one[:-1] == other[:-1]:
                hint = f"{hint}, or use merge_mode: concat"
            raise ShapeError(text, hint)
        return [merged]

    def weights(self, x: Shape) -> list[Weight]:
        return [weight for layer in self.both for weight in layer.held(x)]

    def weight_dtypes(self, policy: str, x: Shape) -> list[str]:
        return [d for layer in self.both for d in layer.weight_dtypes(policy, x)]

    def macs(self, output: Shapes, x: Shape) -> int | None:
        forward, backward = (layer.macs(layer.output(x), x) for layer in self.both)
        return None if forward is None or backward is None else forward + backward

    def reach(self, x: Shape) -> Reach:
        return WHOLE

    def nested(self) -> Sequence[Layer]:
        """The layer, then `backward_layer` if it is given.

        Keras's two working copies are named forward_… and backward_… after these, and
        use up no automatic name; the layer they are copied from does.
        """
        return [
            layer for layer in (self.layer, self.backward_layer) if layer is not None
        ]


class TimeDistributed(Layer):
    """Does the same layer, with the same weights, to every step of a sequence.

    Keras leaves out the inner layer's test of its number of axes here, and then gives a
    shape for some models that can't run; cnnspec tests as if the layer stood alone.
    """

    tensor_arguments = ("inputs", "mask")
    call_settings = ("training",)
    training_usual = None
    varies_by = ()
    hands_in_from = 2
    freezes = False
    shape_rule = "(steps, *the shape that the layer gives for one step)"
    weight_rule = "those of the layer"
    example: ClassVar[Any] = {"layer": {"Dense": 4}}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 10, 8),)

    layer: NestedLayer

    def rules(self) -> None:
        if self.layer.inputs_limit != 1:
            raise ArgumentError(
                "layer",
                "wrapped-layer",
                f"TimeDistributed can't hold {self.layer.title()}, which takes several "
                "tensors",
                "it takes layers of one tensor",
            )
        if not self.layer.has_rule:
            raise ArgumentError(
                "layer",
                "wrapped-layer",
                f"TimeDistributed can't hold {self.layer.title()}, which has no rule "
                "for the shape that it gives (compute_output_shape)",
                "put it into a block with model: true, and name that block here",
            )

    def check(self, x: Shape) -> None:
        if len(x) < 3:
            need_rank(x, "steps, features")
        step, title = _step_of(x), self.layer.title()
        try:
            self.layer.check(step)
        except ShapeError as error:
            if error.is_inside:
                raise
            text = f"at each step {title}: {error.message}"
            gives = [{"layer": {title: given}} for given in error.gives]
            raise ShapeError(text, error.hint, error.missing, gives=gives) from None
        if not isinstance(self.layer.output(step), tuple):
            raise ShapeError(
                f"can't put several tensors together, which {title} gives at each step",
                f"let {title} give one tensor",
            )

    def output(self, x: Shape) -> Shape:
        batch, *rest = self.layer.output(_step_of(x))
        return (batch, x[1], *rest)

    def is_linear(self) -> bool:
        return bool(self.layer.is_linear())

    def size_sums(self, *shapes: Any) -> dict[int, str]:
        sums = self.layer.size_sums(*map(_step_of, shapes))
        return {axis + 1: text for axis, text in sums.items()}

    def running_more(self, more: Mapping[str, Sequence[Shape]], *shapes: Any) -> None:
        from cnnspec.catalogue.layers.masks import need_steps

        [x] = shapes
        for mask in more["mask"]:
            if len(mask) < 2 or not all(map(agree, mask[:2], x[:2])):
                need_steps(mask, x)
            if "mask" in self.layer.tensor_arguments:
                self.layer.running_more({"mask": [_step_of(mask)]}, _step_of(x))

    def keep_samples(self, *shapes: Any) -> None:
        self.layer.keep_samples(*map(_step_of, shapes))

    def running(self, output: Any, *shapes: Any) -> Any:
        [x] = shapes
        step = _step_of(x)
        batch, *rest = self.layer.running(self.layer.output(step), step)
        return (batch, x[1], *rest)

    def running_dtype(self, told: str, *given: str) -> str:
        found: str = self.layer.running_dtype(told, *given)
        return found

    def at_run(self) -> str:
        why: str = self.layer.at_run()
        return why

    def weights(self, x: Shape) -> list[Weight]:
        held: list[Weight] = self.layer.held(_step_of(x))
        return held

    def weight_dtypes(self, policy: str, x: Shape) -> list[str]:
        found: list[str] = self.layer.weight_dtypes(policy, _step_of(x))
        return found

    def macs(self, output: Shape, x: Shape) -> int | None:
        step = _step_of(x)
        count: int | None = self.layer.macs(self.layer.output(step), step)
        return count and product([x[1], count])

    def reach(self, x: Shape) -> Reach:
        inner: Reach = self.layer.reach(_step_of(x))
        if isinstance(inner, str):
            return inner
        # The steps are one more spatial axis, along which nothing is mixed.
        return [Window(1, 1), *inner] if inner else ()
