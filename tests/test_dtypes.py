"""The types of numbers, and the bytes that they take, are those of Keras."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.catalogue import dtypes
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import layer_names
from cnnspec.emit.keras_live.model import build_model, keras_object
from cnnspec.emit.keras_live.trial import policy as as_trained
from cnnspec.ground.errors import Invalid
from cnnspec.language.document import DTYPES
from cnnspec.model import readable
from tests.fidelity.judge import Case, ask_cnnspec, call_keras
from tests.fidelity.run import assert_runs_as_said

NOT_CALLED_ALONE = {"SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells"}
POLICIES = (None, "float16", "float64", "mixed_bfloat16")
ARGUMENTS: dict[str, list[dict[str, Any]]] = {
    "Hashing": [
        {"num_bins": 3, "output_mode": mode, "dtype": dtype}
        for mode in ("int", "one_hot", "multi_hot", "count")
        for dtype in (None, "int32", "int64", "float16", "mixed_float16")
    ],
    "HashedCrossing": [
        {"num_bins": 3, "output_mode": mode, "dtype": dtype}
        for mode in ("int", "one_hot")
        for dtype in (None, "int32", "float16", "mixed_float16")
    ],
    "Discretization": [
        {"bin_boundaries": [0.5], "output_mode": mode}
        for mode in ("int", "one_hot", "multi_hot", "count")
    ],
    "IntegerLookup": [
        {"vocabulary": [1, 2], "output_mode": mode}
        for mode in ("int", "one_hot", "multi_hot", "count")
    ],
    "TextVectorization": [
        {"vocabulary": ["a", "b"], "output_mode": mode}
        for mode in ("int", "multi_hot", "count")
    ],
    "RNN": [
        {"cell": [{"LSTMCell": {"units": 3, "dtype": "float16"}}, {"GRUCell": 3}]},
        {"cell": {"GRUCell": {"units": 3, "dtype": "float64"}}},
    ],
    "Bidirectional": [
        {
            "layer": {"LSTM": {"units": 3, "dtype": "float16"}},
            "backward_layer": {"LSTM": {"units": 3, "go_backwards": True}},
        }
    ],
    "TimeDistributed": [{"layer": {"Dense": {"units": 3, "dtype": "bfloat16"}}}],
    "SpectralNormalization": [
        {"layer": {"Dense": {"units": 3, "dtype": "float16"}}},
    ],
    "Normalization": [{"mean": 0.0, "variance": 1.0}],
    "LSTM": [{"units": 3, "return_state": True}],
    "Flatten": [{"autocast": False}],
    "Reshape": [{"target_shape": [-1], "autocast": False}],
}


def check(name: str, arguments: Any, policy: str, given: str) -> bool:
    """Compares a layer with Keras's; whether that takes it."""
    cls = layer_class(name)
    layer = make_layer(name, arguments)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        built = keras_object(layer, {id(layer): "layer"})
        tensors = [keras.KerasTensor(shape, given) for shape in cls.example_inputs]
        found = keras.tree.flatten(call_keras(built, tensors))
    except Exception:  # noqa: BLE001 - other tests hold what Keras refuses
        return False
    finally:
        keras.config.set_dtype_policy(before)
    case = name, arguments, policy, given
    ours = layer.output_dtype(policy, given)
    assert {tensor.dtype for tensor in found} == {ours}, case
    weights = layer.weight_dtypes(policy, *cls.example_inputs)
    assert [weight.dtype for weight in built.weights] == weights, case
    return True


@pytest.mark.parametrize("name", sorted({*layer_names()} - NOT_CALLED_ALONE))
def test_a_layer_gives_and_keeps_the_types_of_keras(name: str) -> None:
    cls, taken = layer_class(name), 0
    for given in ("float32", "int32"):
        taken += check(name, cls.example, "mixed_float16", given)
        for policy in POLICIES:
            try:
                layer = make_layer(name, cls.example)
                own = {"dtype": policy} if policy else {}
                arguments = {**layer.given, **own}
                taken += check(name, arguments, "float32", given)
            except Invalid:
                continue
        for arguments in ARGUMENTS.get(name, []):
            try:
                for policy in ("float32", "mixed_float16"):
                    taken += check(name, arguments, policy, given)
            except Invalid:
                continue
    assert taken


SPATIAL = {
    "": {},
    "channels first": {"data_format": "channels_first"},
    "dilated": {"dilation_rate": 2, "strides": 1},
    "in groups": {"data_format": "channels_first", "groups": 2},
}
"""Arguments by which TensorFlow chooses another of its functions."""


SLOW = {"ConvLSTM3D"}
"""Takes a minute and a half, and runs in each of them."""


@pytest.mark.parametrize("name", sorted({*layer_names()} - NOT_CALLED_ALONE - SLOW))
def test_each_type_runs_where_cnnspec_says_so(name: str) -> None:
    """On a CPU, for zeros; what runs on a GPU alone is told to fail here."""
    cls = layer_class(name)
    example = cls.example
    given = example if isinstance(example, dict) else make_layer(name, example).given
    large = [tuple(4 if n is None else n for n in one) for one in cls.example_inputs]
    small = [tuple(min(n, 5) for n in one) for one in large]
    for dtype in ("float16", "bfloat16", "float64"):
        for more in SPATIAL.values():
            arguments = {**given, **more, "dtype": dtype}
            sizes = (small, large) if not more else (small,)
            cases = [Case(name, arguments, tuple(shapes)) for shapes in sizes]
            taken = [case for case in cases if takes(case)]
            for case in taken[:1]:
                assert_runs_as_said(case)


def takes(case: Case) -> bool:
    """Whether a layer takes these arguments and shapes, as cnnspec has it."""
    try:
        return not ask_cnnspec(case).refusal
    except Invalid:
        return False


def test_bytes_are_numpys() -> None:
    import ml_dtypes

    for dtype in {*DTYPES, *POLICIES, "complex64", "complex128"} - {None, "string"}:
        kept = dtypes.kept(str(dtype))
        as_numpy = ml_dtypes.bfloat16 if kept == "bfloat16" else kept
        assert dtypes.size(kept) == np.dtype(as_numpy).itemsize, dtype
    assert dtypes.size("string") is None


SPEC = """
name: types
input: {shape: [8, 8, 3], dtype: uint8}
layers:
  - Identity: {name: whole}
  - Rescaling: {scale: 0.01, name: scaled}
  - Conv2D: {filters: 4, kernel_size: 3, dtype: float16, name: half}
  - BatchNormalization: {dtype: mixed_bfloat16, name: mixed}
  - Flatten: {name: flat}
  - Dense: {units: 2, dtype: float64, name: double}
"""
TRAIN = """
data: {source: npz, path: x.npz, labels: one_hot}
train: {loss: mse, mixed_precision: mixed_float16}
"""


@pytest.mark.parametrize("text", [SPEC, SPEC + TRAIN], ids=["alone", "trained"])
def test_a_model_takes_the_bytes_of_keras(text: str) -> None:
    found = api.loads(text)
    summary = found.summary
    with as_trained(found):
        model = build_model(summary.graph)
    for row in summary.rows:
        layer = model.get_layer(row.name)
        assert row.dtype == layer.output.dtype, row.name
        assert row.weight_dtypes == [weight.dtype for weight in layer.weights]
    sizes = [weight.numpy().nbytes for weight in model.weights]
    assert summary.weight_bytes == sum(sizes)
    outputs = [layer.output for layer in model.layers[1:]]
    activations = [np.prod(x.shape[1:]) * (dtypes.size(x.dtype) or 0) for x in outputs]
    assert summary.activation_bytes == sum(activations)


def test_every_report_says_which_types_they_are() -> None:
    summary = api.loads(SPEC).summary
    said = {what: note for what, _, note in readable.totals(summary)}
    assert said["Weights"].endswith("params as float16, float32 and float64")
    kinds = "bfloat16, float16, float32, float64 and uint8"
    assert said["Activations"].endswith(f"one sample as {kinds}")
    data = readable.summary_data(summary, None)
    found = {layer["name"]: layer for layer in data["layers"]}
    assert found["half"]["dtype"] == "float16"
    assert found["half"]["activation_bytes"] == 2 * 6 * 6 * 4
    assert [weight["dtype"] for weight in found["mixed"]["weights"]] == ["float32"] * 4


def test_reports_of_users(tmp_path: Path) -> None:
    """keras-team/keras#17381: weights stay in 4 bytes, and outputs take 2."""
    spec = "input: [28, 28, 1]\nlayers:\n  - Flatten\n"
    spec += "  - Dense: {units: 10, dtype: mixed_float16}\n"
    summary = api.loads(spec).summary
    assert readable.bytes_text(summary.weight_bytes) == "30.7 KiB"
    assert summary.rows[1].activation_bytes == 20
