"""What calls of layers take, and which masks and states they can use, as Keras does."""

import inspect
from typing import Any

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import layer_names
from cnnspec.emit.keras_live.model import build_model, compare
from cnnspec.ground.source import Source
from cnnspec.language.reader import read_program
from cnnspec.model.resolver import resolve
from tests.fidelity.judge import keras_class
from tests.test_calls import SEQ2SEQ

CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells")
"""They are called by the layer around them alone."""


@pytest.mark.parametrize("name", [n for n in layer_names() if n not in CELLS])
def test_a_call_takes_what_keras_says(name: str) -> None:
    cls = layer_class(name)
    theirs = [*inspect.signature(keras_class(name).call).parameters][1:]
    ours = (*cls.tensor_arguments, *cls.call_settings)
    assert sorted(theirs) == sorted(ours)
    main = make_layer(name, cls.example).works_on()
    assert [key for key in theirs if key in main] == list(main)


def _spec(layer: str, inputs: dict[str, Any]) -> str:
    listed = "".join(f"  {name}: {tensor}\n" for name, tensor in inputs.items())
    return f"inputs:\n{listed}layers:\n  - {layer}\n"


def _is_told(spec: str) -> bool:
    """Whether `check` says that a batch can be taken."""
    codes = {found.code for found in api.check(spec).diagnostics}
    return codes.isdisjoint({"shape", "fails-at-run"})


def _runs(spec: str) -> bool:
    """Whether Keras takes a batch, and a step as in training."""
    graph = resolve(read_program(Source(spec, "spec")))
    model = build_model(graph)
    given = [np.ones((2, *one.shape[1:]), one.dtype) for one in graph.inputs]
    given = [one % 2 if one.dtype == "bool" else one for one in given]
    try:
        model(given if len(given) > 1 else given[0], training=True)
    except Exception:  # noqa: BLE001 - whatever a backend raises
        return False
    return True


RNNS = [
    *("LSTM: {units: 4", "GRU: {units: 4", "SimpleRNN: {units: 4"),
    *("RNN: {cell: {LSTMCell: 4}", "Bidirectional: {layer: {LSTM: 4}"),
    "Bidirectional: {layer: {GRU: 4}",
]
STATES = [
    *([[4]], [[4], [4]], [[4], [4], [4]], [[4], [4], [4], [4]]),
    *([[5], [5]], [[5], [5], [5], [5]], [[4, 4], [4, 4]]),
]


@pytest.mark.parametrize("states", STATES, ids=str)
@pytest.mark.parametrize("layer", RNNS)
def test_states_fit_as_in_keras(layer: str, states: list[list[int]]) -> None:
    names = [f"s{k}" for k in range(len(states))]
    inputs = {"x": [5, 3], **dict(zip(names, states, strict=True))}
    given = f"{{sequences: x, initial_state: [{', '.join(names)}]}}"
    spec = _spec(f"{layer}, from: {given}}}", inputs)
    assert _is_told(spec) == _runs(spec)


MASKED = {
    # a layer, and the shape of what it works on: masks
    ("LSTM: {units: 4", (5, 3)): [[5], [4], [5, 1], [5, 3], [1]],
    ("GRU: {units: 4, return_sequences: true", (5, 3)): [[5], [4], [5, 1]],
    ("Bidirectional: {layer: {GRU: 4}", (5, 3)): [[5], [4]],
    ("ConvLSTM1D: {filters: 2, kernel_size: 3", (4, 6, 3)): [[4], [3]],
    ("TimeDistributed: {layer: {Dense: 4}", (5, 3)): [[5], [4], [5, 3]],
    ("TimeDistributed: {layer: Softmax", (5, 3)): [[5], [5, 1], [5, 3], [5, 2]],
    ("BatchNormalization: {name: bn", (5, 3)): [[5], [4], [1], [5, 1]],
    ("Softmax: {name: s", (5, 3)): [[5], [3], [5, 1], [5, 3], [1, 3], [1, 5, 3]],
    ("GlobalAveragePooling1D: {name: g", (5, 3)): [[5], [4], [1], [5, 1]],
}
MASKS = [(*key, mask) for key, masks in MASKED.items() for mask in masks]


@pytest.mark.parametrize(("layer", "shape", "mask"), MASKS, ids=str)
def test_masks_fit_as_in_keras(
    layer: str, shape: tuple[int, ...], mask: list[int]
) -> None:
    inputs = {"x": list(shape), "m": f"{{shape: {mask}, dtype: bool}}"}
    spec = _spec(f"{layer}, from: {{mask: m}}}}", inputs)
    spec = spec.replace("{mask: m}", "{FIRST: x, mask: m}")
    first = layer_class(layer.split(":")[0]).tensor_arguments[0]
    spec = spec.replace("FIRST", first)
    assert _is_told(spec) == _runs(spec)


HEADS = "MultiHeadAttention: {num_heads: 2, key_dim: 3"
GROUPS = "GroupQueryAttention: {num_query_heads: 2, num_key_value_heads: 1, head_dim: 3"
ATTENTION_MASKS = [
    *("attention_mask: [5, 7]", "attention_mask: [1, 7]", "attention_mask: [5, 6]"),
    *("attention_mask: [2, 5, 7]", "attention_mask: [3, 5, 7]", "query_mask: [5]"),
    *("query_mask: [4]", "value_mask: [7]", "value_mask: [5]", "key_mask: [7]"),
]


@pytest.mark.parametrize("mask", ATTENTION_MASKS)
@pytest.mark.parametrize("layer", [HEADS, GROUPS])
def test_masks_of_attention_fit_as_in_keras(layer: str, mask: str) -> None:
    name, sizes = mask.split(": ")
    inputs = {"q": [5, 4], "v": [7, 4], "m": f"{{shape: {sizes}, dtype: bool}}"}
    given = f"{{query: q, value: v, {name}: m}}"
    spec = _spec(f"{layer}, from: {given}}}", inputs)
    assert _is_told(spec) == _runs(spec)


@pytest.mark.parametrize("masks", [([5], [7]), ([4], [7]), ([5], [6]), ([5],)], ids=str)
@pytest.mark.parametrize("name", ["Attention", "AdditiveAttention"])
def test_lists_of_masks_fit_as_in_keras(name: str, masks: Any) -> None:
    inputs: dict[str, Any] = {"q": [5, 4], "v": [7, 4]}
    for k, mask in enumerate(masks):
        inputs[f"m{k}"] = f"{{shape: {mask}, dtype: bool}}"
    given = f"{{inputs: [q, v], mask: [{', '.join(list(inputs)[2:])}]}}"
    spec = _spec(f"{name}: {{from: {given}}}", inputs)
    try:
        runs = _runs(spec)
    except Exception:  # noqa: BLE001 - Keras refuses when the model is made
        runs = False
    assert _is_told(spec) == runs


LIVE = {
    "seq2seq": SEQ2SEQ,
    "causal": SEQ2SEQ
    + "  - MultiHeadAttention:\n      num_heads: 2\n      key_dim: 4\n"
    + "      from: {value: source, use_causal_mask: true}\n",
    "scores": SEQ2SEQ
    + "  - GroupQueryAttention:\n      num_query_heads: 4\n"
    + "      num_key_value_heads: 2\n      head_dim: 3\n      name: mix\n"
    + "      from: {value: source, return_attention_scores: true}\n"
    + "outputs: [mix.1, mix.0, enc.2]\n",
    "frozen statistics": "input: [8, 8, 3]\nlayers:\n"
    "  - BatchNormalization: {from: {training: false}}\n"
    "  - Dropout: {rate: 0.5, from: {training: true}}\n",
    "tied": "input: {shape: [10], dtype: int32}\nlayers:\n"
    "  - ReversibleEmbedding: {input_dim: 50, output_dim: 8, name: t}\n"
    "  - apply: {layer: t, from: {reverse: true}}\n",
}


@pytest.mark.parametrize("spec", LIVE.values(), ids=LIVE)
def test_the_live_model_is_called_so(spec: str) -> None:
    model = api.loads(spec)
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []


def test_settings_reach_keras() -> None:
    spec = "input: [99]\nlayers: [{Dropout: {rate: 0.5, from: {training: true}}}]\n"
    dropped = build_model(api.loads(spec).summary.graph)(np.ones((9, 99)))
    assert 0 < np.count_nonzero(keras.ops.convert_to_numpy(dropped)) < 9 * 99


def test_states_reach_keras() -> None:
    model = build_model(api.loads(SEQ2SEQ).summary.graph)
    rng = np.random.default_rng(0)
    source, target = rng.normal(size=(1, 20, 8)), np.zeros((1, 10, 8))
    one, other = (
        keras.ops.convert_to_numpy(model([x, target])) for x in (source, -source)
    )
    assert not np.allclose(one, other)
