"""Random chains of layers: the Graph's model is the Summary's, names included."""

import os
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnspec.api import loads
from cnnspec.emit.keras_live.model import build_model, compare, keras_object
from tests.emit.same import reset_names

EXAMPLES = 300 if os.environ.get("CNNSPEC_FIDELITY") == "long" else 15

IMAGES: list[Any] = [
    {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same"}},
    {"Conv2D": {"filters": 6, "kernel_size": [1, 3], "activation": {"ReLU": {}}}},
    {"Conv2D": {"filters": 4, "kernel_size": 3, "padding": "same", "trainable": False}},
    {"SeparableConv2D": {"filters": 4, "kernel_size": 3, "padding": "same"}},
    {"DepthwiseConv2D": {"kernel_size": 3, "depth_multiplier": 2}},
    {"Conv2DTranspose": {"filters": 3, "kernel_size": 2, "strides": 2}},
    {"SpectralNormalization": {"layer": {"Conv2D": {"filters": 3, "kernel_size": 1}}}},
    {"TimeDistributed": {"layer": {"Conv1D": {"filters": 2, "kernel_size": 1}}}},
    {"MaxPooling2D": {"pool_size": 2, "padding": "same"}},
    {"AveragePooling2D": 1},
    {"UpSampling2D": 2},
    {"ZeroPadding2D": 1},
    "BatchNormalization",
    {"LayerNormalization": {"trainable": False}},
    {"PReLU": {"shared_axes": [1, 2]}},
    {"Activation": "relu"},
    "LeakyReLU",
    {"Dropout": 0.3},
    {"SpatialDropout2D": 0.3},
    {"Rescaling": 2.0},
]
"""Layers that take an image of any size above 2 and give another."""

SEQUENCES: list[Any] = [
    {"LSTM": {"units": 3, "return_sequences": True}},
    {"GRU": {"units": 3, "return_sequences": True, "trainable": False}},
    {"RNN": {"cell": {"LSTMCell": 4}, "return_sequences": True, "trainable": False}},
    {"Bidirectional": {"layer": {"SimpleRNN": {"units": 2, "return_sequences": True}}}},
    {"TimeDistributed": {"layer": {"Dense": 4}, "trainable": False}},
    {"Conv1D": {"filters": 4, "kernel_size": 2, "padding": "causal"}},
    {"MultiHeadAttention": {"num_heads": 2, "key_dim": 3, "from": ["prev", "prev"]}},
    {"Attention": {"use_scale": True, "from": ["prev", "prev"]}},
    {"Add": {"from": ["prev", "prev"]}},
    {"Dense": {"units": 5, "kernel_regularizer": {"L2": 0.1}}},
    {"Dropout": 0.1},
    {"GaussianNoise": 0.1},
]
"""Layers that take a sequence and give one of as many steps."""

VECTORS: list[Any] = [
    {"Dense": 4},
    {"Dense": {"units": 4, "activation": "relu", "use_bias": False}},
    {"SpectralNormalization": {"layer": {"Dense": 4}}},
    "BatchNormalization",
    {"Dropout": 0.2},
    {"ELU": 0.5},
]


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    """A spec of an image or a sequence that ends in vectors."""
    images = draw(st.booleans())
    shape = draw(
        st.sampled_from([[8, 8, 3], [9, 12, 1]] if images else [[6, 4], [5, 1]])
    )
    body = draw(st.lists(st.sampled_from(IMAGES if images else SEQUENCES), max_size=6))
    turn = ["Flatten", "GlobalAveragePooling2D" if images else "GlobalMaxPooling1D"]
    head = draw(st.lists(st.sampled_from(VECTORS), max_size=4))
    return {"input": shape, "layers": [*body, draw(st.sampled_from(turn)), *head]}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(documents())
def test_keras_builds_what_the_summary_says(document: dict[str, Any]) -> None:
    import json

    summary = loads(json.dumps(document)).summary
    reset_names()
    assert compare(build_model(summary.graph), summary) == []
    reset_names()
    named = [keras_object(node.layer).name for node in summary.graph.nodes]
    assert named == [node.name for node in summary.graph.nodes]
