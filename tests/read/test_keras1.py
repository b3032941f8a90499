"""Configurations and arrays of Keras 1, which few have a Keras for."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec import api
from cnnspec.catalogue.past.layouts import today
from cnnspec.read.configs.model import from_config
from cnnspec.read.containers.stored import Held, Stored

_COMMON = {"trainable": True, "W_regularizer": None, "b_regularizer": None}
_COMMON |= {"activity_regularizer": None, "W_constraint": None, "b_constraint": None}


def _layer(kind: str, name: str, **config: Any) -> dict[str, Any]:
    given = {"name": name, **_COMMON, **config}
    return {"class_name": kind, "name": name, "config": given}


def _dense(name: str, units: int, **more: Any) -> dict[str, Any]:
    given = {"output_dim": units, "init": "glorot_uniform", "activation": "linear"}
    return _layer("Dense", name, **given, bias=True, input_dim=None, **more)


_THEANO = [
    _layer(
        "ZeroPadding2D", "pad", padding=[1, 1], dim_ordering="th",
        batch_input_shape=[None, 3, 16, 16], input_dtype="float32",
    ),
    _layer(
        "Convolution2D", "conv", nb_filter=4, nb_row=3, nb_col=5, border_mode="same",
        subsample=[1, 1], dim_ordering="th", init="uniform", activation="relu",
        bias=True, W_regularizer={"name": "WeightRegularizer", "l1": 0.0, "l2": 5e-4},
        W_constraint={"name": "MaxNorm", "m": 3, "axis": 0},
    ),
    _layer("BatchNormalization", "norm", axis=1, mode=0, momentum=0.9, epsilon=1e-6),
    _layer(
        "MaxPooling2D", "pool", pool_size=[2, 2], strides=[2, 2],
        border_mode="valid", dim_ordering="th",
    ),
    _layer("Dropout", "drop", p=0.25),
    _layer("Flatten", "flat"),
    _dense("top", 10),
]  # fmt: skip
_SIDE_BY_SIDE = [
    _layer(
        "Merge", "joined", mode="concat", concat_axis=-1, dot_axes=-1,
        layers=[
            {"class_name": "Sequential",
             "config": [_dense(f"on_{n}", 4, batch_input_shape=[None, n])]}
            for n in (5, 6)
        ],
    ),
    _dense("top", 2),
]  # fmt: skip
_WORDS = [
    _layer(
        "Embedding", "words", input_dim=20, output_dim=6, init="uniform",
        input_length=7, mask_zero=False, dropout=0.0, batch_input_shape=[None, 7],
        input_dtype="int32",
    ),
    _layer(
        "LSTM", "steps", output_dim=5, init="glorot_uniform", inner_init="orthogonal",
        forget_bias_init="one", activation="tanh", inner_activation="hard_sigmoid",
        dropout_W=0.2, dropout_U=0.1, consume_less="cpu", U_regularizer=None,
        return_sequences=False, input_dim=6, input_length=None,
    ),
    _dense("top", 1),
]  # fmt: skip


def _found(layers: Any, weights: Any = None) -> Any:
    config = {"class_name": "Sequential", "config": layers}
    held = weights or {}
    return from_config(Stored("keras-json", config, "1.2.2", "theano", weights=held))


def _step(found: Any, number: int) -> Any:
    [(kind, given)] = found.document["layers"][number].items()
    return {kind: {k: v for k, v in given.items() if k not in ("name", "from")}}


def test_a_chain_with_channels_first_as_theano_had_them() -> None:
    found = _found(_THEANO)
    assert found.unknowns == ()
    assert found.document["inputs"] == {"input_layer": [3, 16, 16]}
    assert _step(found, 1) == {
        "Conv2D": {
            "filters": 4,
            "kernel_size": [3, 5],
            "padding": "same",
            "data_format": "channels_first",
            "kernel_initializer": "random_uniform",
            "kernel_regularizer": {"L2": {"l2": 5e-4}},
            "kernel_constraint": {"MaxNorm": {"max_value": 3}},
            "activation": "relu",
        }
    }
    assert _step(found, 4) == {"Dropout": {"rate": 0.25}}
    total = 3 * 3 * 5 * 4 + 4 + 16 + 4 * 9 * 9 * 10 + 10
    assert api.load(found.document).summary.total_params == total


def test_models_side_by_side_at_the_beginning() -> None:
    found = _found(_SIDE_BY_SIDE)
    assert list(found.document["inputs"].values()) == [[5], [6]]
    total = 5 * 4 + 4 + 6 * 4 + 4 + 8 * 2 + 2
    assert api.load(found.document).summary.total_params == total


def test_what_answers_otherwise_today_is_told() -> None:
    found = _found(_WORDS)
    [unknown] = found.unknowns
    assert (unknown.layer, unknown.argument, unknown.candidates, unknown.counts) == (
        *("steps", "recurrent_activation", ("hard_sigmoid",)),
        False,
    )
    assert api.load(found.document).summary.total_params == 120 + 240 + 6


def test_a_layer_that_keras_has_no_more_is_declared() -> None:
    wide = _layer("MaxoutDense", "wide", output_dim=3, nb_feature=2, bias=True)
    found = _found([_dense("first", 4, batch_input_shape=[None, 8]), wide])
    assert [one.argument for one in found.unknowns] == ["import"]
    assert api.load(found.document).summary.total_params == 36 + 2 * (4 * 3 + 3)


def test_a_layer_of_ones_own_is_declared_by_what_the_file_holds() -> None:
    own = _layer("MyLayer", "mine", size=3, how={"deep": [1, None]})
    arrays = (Held("mine_W", (4, 7), "float32"), Held("mine_b", (7,), "float32"))
    held = {"mine": arrays, "first": (Held("W", (8, 4), ""), Held("b", (4,), ""))}
    found = _found([_dense("first", 4, batch_input_shape=[None, 8]), own], held)
    declared = found.document["custom"]["MyLayer"]
    assert declared["weights"] == {"mine_W": [4, 7], "mine_b": [7]}
    assert {one.argument for one in found.unknowns} == {"import", "output"}
    assert api.load(found.document).summary.total_params == found.figures.total == 71


@pytest.mark.parametrize("units", [1, 3])
def test_arrays_of_cudnn_and_of_keras_1_are_put_in_order(units: int) -> None:
    random = np.random.default_rng(0)
    kernels = [random.normal(size=(2, units)) for _ in range(4)]
    old = [a for k in kernels for a in (k, np.eye(units), np.ones(units))]
    kernel, recurrent, bias = today("LSTM", {}, old, "1.2.2")
    # Keras 1 had the gates in the order i, c, f, o.
    i, c, f, o = kernels
    assert np.array_equal(kernel, np.concatenate([i, f, c, o], -1))
    assert recurrent.shape == (units, 4 * units)
    assert bias.shape == (4 * units,)
    theirs = random.normal(size=(2, 3 * units)), random.normal(size=(units, 3 * units))
    made = today("GRU", {}, [*theirs, np.arange(6.0 * units)], "2.2.4")
    assert [one.shape for one in made] == [
        *((2, 3 * units), (units, 3 * units), (2, 3 * units))
    ]
    # cuDNN has the rows of a gate's kernel as columns, in the order of memory.
    assert np.array_equal(
        made[0][:, :units].T.ravel(), theirs[0][:, :units].T.ravel("F")
    )
    assert np.array_equal(made[1][:, :units], theirs[1][:, :units].T)


def test_kernels_of_theano_are_turned_round() -> None:
    kernel = np.arange(2 * 3 * 4 * 5.0).reshape(5, 4, 2, 3)
    first = {"data_format": "channels_first"}
    [made] = today("Conv2D", first, [kernel], "1.0.8", "theano")
    assert made.shape == (2, 3, 4, 5)
    assert made[0, 0, 1, 2] == kernel[2, 1, -1, -1]
    [plain] = today("Conv2D", {}, [made], "2.0.8", "tensorflow")
    assert np.array_equal(plain, made)


def test_it_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    config = {"class_name": "Sequential", "keras_version": "1.2.2", "config": _THEANO}
    path.write_text(json.dumps(config))
    assert api.check(path).ok
