"""Random cases for recurrent layers and wrappers."""

import importlib
from typing import Any

from hypothesis import strategies as st

from cnnspec.catalogue.layers import layer_class
from tests.fidelity.draw import batch, common, maybe
from tests.fidelity.judge import Case

SHAPELESS = (
    *("activation", "activity_regularizer", "bias_regularizer", "bias_constraint"),
    *("kernel_initializer", "kernel_regularizer", "kernel_constraint"),
    *("recurrent_initializer", "recurrent_regularizer", "recurrent_constraint"),
)
CELLS = ["SimpleRNNCell", "LSTMCell", "GRUCell"]
CONVOLUTIONAL = ["ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"]
FLAT = ["SimpleRNN", "LSTM", "GRU", "RNN"]
WALK = ("return_sequences", "return_state", "go_backwards", "stateful")
ALIKE = ("return_sequences", "return_state", "stateful")
INNER = """
    Dense Embedding Identity Conv1D Conv2D Conv2DTranspose DepthwiseConv2D
    SeparableConv2D MaxPooling2D AveragePooling1D GlobalAveragePooling2D
    BatchNormalization LayerNormalization Activation ReLU PReLU Dropout
    SpatialDropout1D Flatten Reshape RepeatVector ZeroPadding2D UpSampling2D
    LSTM GRU Bidirectional TimeDistributed
"""
"""Layers to put into TimeDistributed."""


def _gates(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments of everything recurrent that has weights."""
    rates = st.sampled_from([0, 0.0, 0.3, 1.0, 2.5])
    extra: dict[str, Any] = {}
    if "Simple" not in name:
        extra["recurrent_activation"] = st.sampled_from(["sigmoid", None, "relu"])
    if "LSTM" in name:
        extra["unit_forget_bias"] = st.booleans()
    if "GRU" in name:
        extra["reset_after"] = st.booleans()
    if "Simple" not in name and "Conv" not in name:
        extra["implementation"] = st.integers(1, 2)
    if name in ("LSTM", "GRU"):
        extra["use_cudnn"] = st.sampled_from(["auto", True, False])
    own = maybe(
        use_bias=st.booleans(),
        bias_initializer=st.sampled_from(
            ["zeros", "he_normal", {"Constant": {"value": 0.5}}]
        ),
        dropout=rates,
        recurrent_dropout=rates,
        seed=st.sampled_from([None, 0, 7]),
        **extra,
    )
    return st.builds(dict.__or__, own, common(*SHAPELESS))


def _walk() -> st.SearchStrategy[dict[str, Any]]:
    """Arguments that say how a layer goes along the steps."""
    names = (*WALK, "unroll", "zero_output_for_mask")
    return maybe(**{name: st.booleans() for name in names})


@st.composite
def _units(draw: Any, name: str) -> dict[str, Any]:
    """A fully connected cell's or layer's arguments, but for those of the walk."""
    return {"units": draw(st.integers(1, 5)), **draw(_gates(name))}


@st.composite
def _cell(draw: Any, deepest: int = 2) -> dict[str, Any]:
    """A cell as a spec writes it; of 0 or more stacks of cells, one within another."""
    if deepest and draw(st.integers(0, 3)) == 0:
        inner = st.lists(_cell(deepest - 1), min_size=1, max_size=2)
        return {"StackedRNNCells": {"cells": draw(inner)}}
    name = draw(st.sampled_from(CELLS))
    if draw(st.booleans()):
        return {name: draw(st.integers(1, 5))}
    return {name: draw(_units(name))}


@st.composite
def _rnn(draw: Any, cell: Any = None) -> dict[str, Any]:
    """The arguments of RNN. A stack within a stack doesn't return its states."""
    arguments = draw(_walk()) | draw(common("activity_regularizer"))
    if cell is None:
        flat = arguments.get("return_state", False)
        cells = _cell(0 if flat else 1)
        cell = st.one_of(
            _cell(1 if flat else 2), st.lists(cells, min_size=1, max_size=3)
        )
    return {"cell": draw(cell), **arguments}


def _each(value: Any, rank: int) -> list[int]:
    return value if isinstance(value, list) else [value] * rank


@st.composite
def _conv_lstm(draw: Any, name: str) -> tuple[dict[str, Any], list[int]]:
    """The arguments of a ConvLSTM, and the shape of a step that suits them."""
    rank = int(name[-2])
    size = st.integers(1, 3)
    sizes = st.one_of(size, st.lists(size, min_size=rank, max_size=rank))
    kernel = draw(sizes)
    arguments = {"filters": draw(st.integers(1, 4)), "kernel_size": kernel}
    move = draw(st.sampled_from(["", "strides", "dilation_rate"]))
    if move:
        arguments[move] = draw(sizes)
    arguments |= draw(maybe(padding=st.sampled_from(["valid", "same", "SAME"])))
    arguments |= draw(_gates(name)) | draw(_walk())
    dilation = _each(arguments.get("dilation_rate", 1), rank)
    spans = [
        d * (k - 1) + 1 for k, d in zip(_each(kernel, rank), dilation, strict=True)
    ]
    spatial = [draw(st.integers(s, s + 5)) for s in spans]
    c_in = draw(st.integers(1, 3))
    # TensorFlow compiles each step of three axes behind the channels anew: seconds.
    seldom = 4 if rank == 3 else 1
    usual = [None, "channels_last"] * seldom
    layout = draw(st.sampled_from([*usual, "channels_first"]))
    if layout:
        arguments["data_format"] = layout
    step = [c_in, *spatial] if layout == "channels_first" else [*spatial, c_in]
    return arguments, step


@st.composite
def _layer(draw: Any, name: str) -> tuple[dict[str, Any], list[int]]:
    """The arguments of a recurrent layer, and the shape of a step that suits them."""
    if name in CONVOLUTIONAL:
        return draw(_conv_lstm(name))
    step = [draw(st.integers(1, 6))]
    if name == "RNN":
        return draw(_rnn()), step
    return draw(_units(name)) | draw(_walk()), step


def _sequence(draw: Any, step: list[Any], fixed: bool) -> tuple[int | None, ...]:
    """A sequence of steps; a stateful layer needs a fixed batch."""
    size = draw(st.integers(1, 4)) if fixed else draw(batch())
    most = 6 if len(step) < 4 else 2
    return (size, draw(st.one_of(st.none(), st.integers(1, most))), *step)


@st.composite
def valid(draw: Any, name: str) -> Case:
    if name == "TimeDistributed":
        return draw(_time_distributed())
    if name == "Bidirectional":
        return draw(_bidirectional())
    if name in CELLS:
        arguments = draw(_rnn(_units(name).map(lambda given: {name: given})))
        step = [draw(st.integers(1, 6))]
        name = "RNN"
    elif name == "StackedRNNCells":
        stack = st.lists(_cell(0), min_size=1, max_size=3)
        arguments = draw(_rnn(stack.map(lambda cells: {name: {"cells": cells}})))
        step = [draw(st.integers(1, 6))]
        name = "RNN"
    else:
        arguments, step = draw(_layer(name))
    return Case(name, arguments, (_sequence(draw, step, arguments.get("stateful")),))


@st.composite
def _bidirectional(draw: Any, one_tensor: bool = False) -> Case:
    inner = draw(st.sampled_from([*FLAT, *CONVOLUTIONAL]))
    arguments, step = draw(_layer(inner))
    if one_tensor or arguments.get("stateful"):
        arguments.pop("return_state", None)
    modes = ["concat", "sum", "mul", "ave", *([] if one_tensor else [None])]
    given = draw(maybe(merge_mode=st.sampled_from(modes)))
    given |= draw(common("activity_regularizer"))
    if draw(st.booleans()):
        arguments.pop("go_backwards", None)
    else:
        given["backward_layer"] = draw(_backward(inner, arguments))
    given = {"layer": {inner: arguments}, **given}
    shape = _sequence(draw, step, arguments.get("stateful"))
    return Case("Bidirectional", given, (shape,))


@st.composite
def _backward(draw: Any, name: str, forward: dict[str, Any]) -> dict[str, Any]:
    """A layer that fits the same sequence as `forward`, and walks the other way."""
    if name in CONVOLUTIONAL:
        arguments = {**forward, "filters": draw(st.integers(1, 4))}
    else:
        name = draw(st.sampled_from(["SimpleRNN", "LSTM", "GRU"]))
        arguments = draw(_units(name))
    alike = {key: forward[key] for key in ALIKE if key in forward}
    backwards = not forward.get("go_backwards", False)
    return {name: {**arguments, **alike, "go_backwards": backwards}}


@st.composite
def _time_distributed(draw: Any) -> Case:
    """A valid case of some other layer, with an axis for the steps."""
    inner = draw(st.sampled_from(INNER.split()))
    if inner == "Bidirectional":
        case = draw(_bidirectional(one_tensor=True))
    else:
        family = layer_class(inner).family()
        module = importlib.import_module(f"tests.fidelity.{family}")
        case = draw(module.valid(inner))
    arguments, [shape] = dict(case.arguments), case.shapes
    arguments.pop("return_state", None)
    if len(shape) < 2:  # a step needs an axis beside the batch's
        inner, arguments, shape = "Identity", {}, (None, 3)
    steps = draw(st.one_of(st.none(), st.integers(1, 6)))
    given = {"layer": {inner: arguments}} | draw(common("activity_regularizer"))
    return Case("TimeDistributed", given, ((shape[0], steps, *shape[1:]),), case.dtype)


OF_LAYERS = ["axes", "unknown", "stateful", "word"]
SPOILS = {
    "TimeDistributed": ["axes", "several", "list", "inner"],
    "Bidirectional": ["axes", "direction", "differ", "states", "inner", "word"],
    "RNN": ["axes", "unknown", "stateful", "cell", "empty", "deep"],
    "StackedRNNCells": ["alone", "empty", "axes"],
    "SimpleRNN": [*OF_LAYERS, "zero"],
    "GRU": [*OF_LAYERS, "zero"],
    "LSTM": [*OF_LAYERS, "zero", "bias"],
    **{name: ["alone", "zero", "word"] for name in CELLS},
    **{name: [*OF_LAYERS, "fit", "both", "bias"] for name in CONVOLUTIONAL},
}
"""What `invalid` does to a case of each layer."""


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    arguments, [shape] = dict(case.arguments), case.shapes
    spoil = draw(st.sampled_from(SPOILS[name]))
    if spoil == "axes":
        shape = (None, 3)
    elif spoil == "unknown":
        place = draw(st.integers(2, len(shape) - 1))
        shape = (*shape[:place], None, *shape[place + 1 :])
    elif spoil == "stateful":
        arguments["stateful"], shape = True, (None, *shape[1:])
    elif spoil == "fit":
        arguments |= {"padding": "valid", "kernel_size": 40}
    elif spoil == "both":
        arguments |= {"strides": 2, "dilation_rate": 2}
    elif spoil == "bias":
        arguments |= {"bias_initializer": None, "use_bias": True}
        arguments["unit_forget_bias"] = True
    elif name in (*CELLS, "StackedRNNCells"):
        return draw(_spoilt_cell(name, spoil))
    elif spoil == "zero":
        arguments["units"] = draw(st.integers(-3, 0))
    elif spoil == "word":
        key = "merge_mode" if name == "Bidirectional" else "activation"
        arguments[key] = draw(st.sampled_from(["tanhh", "", "middle"]))
    else:
        arguments, shape = draw(_spoilt_inside(name, spoil))
    return Case(name, arguments, (shape,), case.dtype)


@st.composite
def _spoilt_cell(draw: Any, name: str, spoil: str) -> Case:
    if name == "StackedRNNCells":
        arguments = {"cells": [{"LSTMCell": 3}] if spoil == "alone" else []}
    else:
        arguments = draw(_units(name))
    if spoil == "alone":
        return Case(name, arguments, ((draw(batch()), 4),))
    if spoil == "zero":
        arguments["units"] = draw(st.integers(-3, 0))
    elif spoil == "word":
        arguments["activation"] = "tanhh"
    return Case("RNN", {"cell": {name: arguments}}, ((draw(batch()), 5, 4),))


@st.composite
def _spoilt_inside(draw: Any, name: str, spoil: str) -> tuple[Any, Any]:
    """Arguments of a layer whose inner one is wrong, and a shape for it."""
    sequence = (draw(batch()), draw(st.integers(1, 5)), 4)
    lstm = {"units": draw(st.integers(1, 4))}
    key = draw(st.sampled_from(ALIKE[:2]))
    backwards = {"go_backwards": draw(st.booleans())}
    unlike = {"LSTM": {**lstm, key: True, "go_backwards": True}}
    spoilt = {
        ("TimeDistributed", "several"): {
            "layer": draw(st.sampled_from(["Add", "Dot"]))
        },
        ("TimeDistributed", "list"): {
            "layer": {"LSTM": {**lstm, "return_state": True}}
        },
        ("TimeDistributed", "inner"): {"layer": {"LSTM": {"units": 0}}},
        ("Bidirectional", "direction"): {
            "layer": {"LSTM": {**lstm, **backwards}},
            "backward_layer": {"GRU": {**lstm, **backwards}},
        },
        ("Bidirectional", "differ"): {
            "layer": {"LSTM": lstm},
            "backward_layer": unlike,
        },
        ("Bidirectional", "states"): {
            "layer": {"GRU": {**lstm, "stateful": True, "return_state": True}}
        },
        ("Bidirectional", "inner"): {
            "layer": draw(st.sampled_from(["Flatten", "Add"]))
        },
        ("RNN", "cell"): {
            "cell": draw(st.sampled_from(["Flatten", {"Conv1D": [2, 2]}]))
        },
        ("RNN", "empty"): {"cell": []},
        ("RNN", "deep"): {
            "cell": [{"StackedRNNCells": {"cells": [{"LSTMCell": lstm}]}}],
            "return_state": True,
        },
    }
    if spoil == "list":
        sequence = (*sequence, 4)
    elif spoil == "states":
        sequence = (2, *sequence[1:])
    return spoilt[name, spoil], sequence
