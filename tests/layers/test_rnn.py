"""Recurrent layers and wrappers, computed by hand."""

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import MOVED, WHOLE
from cnnspec.catalogue.registry import family_names
from cnnspec.ground.errors import Invalid, ShapeError
from tests.layers.table import Row, check_row, each

SEQUENCE = (None, 5, 4)
FILM = (None, 5, 8, 8, 2)
STACK = [{"LSTMCell": 3}, {"GRUCell": 2}]

# An LSTM of 3 units on 4 features: 4·12 + 3·12 + 12 = 96 weights, 84 MACs a step.
# A GRU of 2 units on 3 features: 3·6 + 2·6 + 2·6 = 42 weights, 30 MACs a step.
# A SimpleRNN of 3 units on 4 features: 4·3 + 3·3 + 3 = 24 weights, 21 MACs a step.
ROWS = [
    Row("SimpleRNN", 3, [SEQUENCE], (None, 3), 24, 5 * 21, WHOLE),
    Row(
        *("SimpleRNN", {"units": 3, "return_sequences": True, "use_bias": False}),
        *([SEQUENCE], (None, 5, 3), 21, 5 * 21, WHOLE),
    ),
    Row("LSTM", 3, [SEQUENCE], (None, 3), 96, 5 * 84, WHOLE),
    Row("LSTM", {"units": 3}, [(7, None, 4)], (7, 3), 96, None, WHOLE),
    Row(
        *("LSTM", {"units": 3, "return_state": True, "return_sequences": True}),
        *([(2, None, 4)], [(2, None, 3), (2, 3), (2, 3)], 96, None, WHOLE),
    ),
    Row(
        *("LSTM", {"units": 3, "stateful": True}),
        *([(2, 5, 4)], (2, 3), 96, 420, WHOLE),
    ),
    Row("GRU", 2, [(None, 5, 3)], (None, 2), 42, 5 * 30, WHOLE),
    Row(
        *("GRU", {"units": 2, "reset_after": False, "return_state": True}),
        *([(None, 5, 3)], [(None, 2), (None, 2)], 18 + 12 + 6, 150, WHOLE),
    ),
    Row(
        *("RNN", {"cell": {"SimpleRNNCell": 3}}),
        *([SEQUENCE], (None, 3), 24, 105, WHOLE),
    ),
    Row(
        *("RNN", {"cell": {"GRUCell": {"units": 2, "use_bias": False}}}),
        *([(None, 5, 3)], (None, 2), 30, 150, WHOLE),
    ),
    Row(
        *("RNN", {"cell": STACK, "return_state": True}),
        *([SEQUENCE], [(None, 2), (None, 3), (None, 3), (None, 2)]),
        *(96 + 42, 5 * (84 + 30), WHOLE),
    ),
    Row(
        *("RNN", {"cell": {"StackedRNNCells": {"cells": STACK}}}),
        *([SEQUENCE], (None, 2), 96 + 42, 5 * (84 + 30), WHOLE),
    ),
    # kernel 3·2·16, recurrent kernel 3·4·16, bias 16; 6 positions
    Row(
        *("ConvLSTM1D", {"filters": 4, "kernel_size": 3}),
        *([(None, 5, 8, 2)], (None, 6, 4)),
        *(96 + 192 + 16, 5 * 6 * (96 + 192), WHOLE),
    ),
    Row(
        *("ConvLSTM2D", {"filters": 4, "kernel_size": 3, "padding": "same"}),
        *([FILM], (None, 8, 8, 4)),
        *(9 * 2 * 16 + 9 * 4 * 16 + 16, 5 * 64 * (288 + 576), WHOLE),
    ),
    Row(
        "ConvLSTM2D",
        {
            "filters": 4,
            "kernel_size": 3,
            "strides": 2,
            "data_format": "channels_first",
            "return_sequences": True,
            "return_state": True,
        },
        [(None, None, 2, 8, 9)],
        [(None, None, 4, 3, 4), (None, 4, 3, 4), (None, 4, 3, 4)],
        *(288 + 576 + 16, None, WHOLE),
    ),
    Row(
        *("ConvLSTM3D", {"filters": 1, "kernel_size": [1, 2, 2], "use_bias": False}),
        *([(None, 2, 3, 4, 4, 3)], (None, 3, 3, 3, 1)),
        *(4 * 3 * 4 + 4 * 4, 2 * 27 * 64, WHOLE),
    ),
    Row(
        *("Bidirectional", {"layer": {"LSTM": 3}}),
        *([SEQUENCE], (None, 6), 192, 840, WHOLE),
    ),
    Row(
        "Bidirectional",
        {
            "layer": {"LSTM": {"units": 3, "return_state": True}},
            "merge_mode": None,
        },
        [SEQUENCE],
        [(None, 3)] * 6,
        *(192, 840, WHOLE),
    ),
    Row(
        "Bidirectional",
        {
            "layer": {"SimpleRNN": 3},
            "backward_layer": {"LSTM": {"units": 3, "go_backwards": True}},
            "merge_mode": "ave",
        },
        *([SEQUENCE], (None, 3), 24 + 96, 105 + 420, WHOLE),
    ),
    Row(
        *("TimeDistributed", {"layer": {"Dense": 3}}),
        *([SEQUENCE], (None, 5, 3), 15, 60),
    ),
    Row(
        *("TimeDistributed", {"layer": {"Conv2D": {"filters": 4, "kernel_size": 3}}}),
        *([FILM], (None, 5, 6, 6, 4), 76, 5 * 36 * 72),
        ((1, 1), (3, 1), (3, 1)),
    ),
    Row(
        *("TimeDistributed", {"layer": "Flatten"}),
        *([(None, None, 4, 4, 2)], (None, None, 32), 0, 0, MOVED),
    ),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def _names(value):
    """The layers that a value of a spec names."""
    if isinstance(value, list):
        return {name for item in value for name in _names(item)}
    if isinstance(value, dict):
        inner = {name for item in value.values() for name in _names(item)}
        return inner | {key for key in value if key[0].isupper()}
    return set()


def test_every_layer_has_a_row():
    # Cells can't stand alone: theirs are the rows of an RNN that holds them.
    tried = {row.name for row in ROWS} | _names([row.arguments for row in ROWS])
    assert tried >= set(family_names("rnn"))


@pytest.mark.parametrize("name", ["SimpleRNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_alone_is_told_where_it_belongs(name):
    with pytest.raises(ShapeError, match=f"put it into RNN.*{name}"):
        make_layer(name, 4).check((None, 8))


# What Keras keeps counts of, found by reading its `object_name_uids`: a stack made of
# a list comes after its cells, and a layer inside a wrapper before it.
NAMED_BEFORE = [
    ("LSTM", 3, []),
    ("LSTM", {"units": 3, "activation": {"LeakyReLU": {}}}, ["LeakyReLU"]),
    ("ConvLSTM2D", {"filters": 3, "kernel_size": 1}, []),
    ("RNN", {"cell": {"LSTMCell": 3}}, ["LSTMCell"]),
    ("RNN", {"cell": STACK}, ["LSTMCell", "GRUCell", "StackedRNNCells"]),
    ("Bidirectional", {"layer": {"LSTM": 3}}, ["LSTM"]),
    (
        "Bidirectional",
        {
            "layer": {"LSTM": 3},
            "backward_layer": {"GRU": {"units": 3, "go_backwards": True}},
        },
        ["LSTM", "GRU"],
    ),
    (
        "TimeDistributed",
        {"layer": {"Bidirectional": {"layer": {"RNN": {"cell": STACK}}}}},
        ["LSTMCell", "GRUCell", "StackedRNNCells", "RNN", "Bidirectional"],
    ),
]


def _named_before(layer):
    for inner in layer.nested():
        yield from _named_before(inner)
        yield type(inner).__name__


@pytest.mark.parametrize(("name", "arguments", "expected"), NAMED_BEFORE)
def test_inner_layers_use_up_names_in_this_order(name, arguments, expected):
    assert list(_named_before(make_layer(name, arguments))) == expected


FROZEN = [
    ("LSTM", {"units": 3, "trainable": False}, 0),
    ("RNN", {"cell": {"LSTMCell": {"units": 3, "trainable": False}}}, 0),
    ("RNN", {"cell": {"LSTMCell": 3}, "trainable": False}, 96),
    ("Bidirectional", {"layer": {"LSTM": 3}, "trainable": False}, 192),
    ("Bidirectional", {"layer": {"LSTM": {"units": 3, "trainable": False}}}, 0),
    ("TimeDistributed", {"layer": {"Dense": 3}, "trainable": False}, 15),
]


@pytest.mark.parametrize(("name", "arguments", "expected"), FROZEN)
def test_trainable_reaches_own_weights_alone(name, arguments, expected):
    held = make_layer(name, arguments).held(SEQUENCE)
    assert sum(weight.size for weight in held if weight.trainable) == expected


REFUSED = [
    ("Bidirectional", {"layer": {"Dense": 3}}, "can't run Dense in two directions"),
    (
        "Bidirectional",
        {"layer": {"LSTM": {"units": 3, "go_backwards": True}}},
        "has go_backwards: true; leave go_backwards out",
    ),
    (
        "Bidirectional",
        {"layer": {"LSTM": 3}, "backward_layer": {"LSTM": 3}},
        "walk in the same direction",
    ),
    (
        "Bidirectional",
        {"layer": {"GRU": {"units": 3, "stateful": True, "return_state": True}}},
        "can't return the states of a stateful layer",
    ),
    ("RNN", {"cell": {"Dense": 3}}, "Dense can't be a cell"),
    ("RNN", {"cell": []}, "RNN.cell must be"),
    ("RNN", {"cell": [{"LSTMCell": 3}, {"GRUCel": 3}]}, "no layer 'GRUCel'"),
    ("TimeDistributed", {"layer": "Add"}, "can't hold Add"),
    ("LSTM", {"units": 0}, "LSTM.units must be a whole number above 0; found 0"),
    (
        *("LSTM", {"units": 3, "bias_initializer": None}),
        "leave bias_initializer out, or set unit_forget_bias: false",
    ),
    ("LSTM", {"units": 3, "use_cudnn": "maybe"}, "use_cudnn must be"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), REFUSED)
def test_refusals_say_why(name, arguments, message):
    with pytest.raises(Invalid) as caught:
        make_layer(name, arguments)
    [problem] = caught.value.problems
    assert message in f"{problem.message}; {problem.hint}"


MISFITS = [
    ("LSTM", 3, (None, 4), "needs a tensor with the axes (steps, features)"),
    ("LSTM", 3, (None, 5, None), "number of features"),
    ("LSTM", {"units": 3, "stateful": True}, SEQUENCE, "the batch size"),
    (
        *("ConvLSTM1D", {"filters": 3, "kernel_size": 9}),
        *((None, 5, 7, 2), "does not fit its 7 input"),
    ),
    (
        *("ConvLSTM1D", {"filters": 3, "kernel_size": 1}),
        *((None, 5, None, 2), "the sizes of its input along length"),
    ),
    (
        *("TimeDistributed", {"layer": {"LSTM": 3}}),
        *(SEQUENCE, "at each step LSTM: needs a tensor with the axes"),
    ),
    (
        *("TimeDistributed", {"layer": {"LSTM": {"units": 3, "return_state": True}}}),
        *((None, 5, 6, 4), "several tensors"),
    ),
]


@pytest.mark.parametrize(("name", "arguments", "shape", "message"), MISFITS)
def test_misfits_say_why(name, arguments, shape, message):
    with pytest.raises(ShapeError) as caught:
        make_layer(name, arguments).check(shape)
    assert message in caught.value.message
    error = caught.value
    assert error.hint or error.gives or error.missing
