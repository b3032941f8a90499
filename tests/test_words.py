"""Words brought from elsewhere: when the hint is followed, nothing is wrong."""

# ruff: noqa: E501 - a row of a table is one line

import re
from typing import NamedTuple

import pytest

from cnnspec import api
from cnnspec.ground.errors import Diagnostic

IMAGE, SEQUENCE, WORDS = "[28, 28, 3]", "[10, 8]", "[10]"


def found(text: str) -> list[Diagnostic]:
    """The errors of a spec's text."""
    return [d for d in api.check(text).diagnostics if d.severity == "error"]


def spec(entry: str, sizes: str = IMAGE) -> str:
    return f"input: {sizes}\nlayers:\n  - {entry}\n"


def follow(entry: str, hint: str) -> str:
    """An entry of a layer list after what a hint says is done to it."""
    if one := re.search(r"did you mean '(.+)'\?$", hint):
        return re.sub(r"^[^:]+", one[1], entry, count=1)
    said = re.search(r"(?:write|colon:) - (.+)$", hint)
    assert said, hint
    return said[1]


LAYERS: dict[str, list[tuple[str, str]]] = {
    IMAGE: [
        # wrong, right
        ("Dropout 0.5", "Dropout: 0.5"),
        ("Dropout=0.5", "Dropout: 0.5"),
        ("Dropout - 0.5", "Dropout: 0.5"),
        ("Dropout:0.5", "Dropout: 0.5"),
        ("{Dropout 0.5}", "Dropout: 0.5"),
        ("Dense 10 relu", "Dense: {units: 10, activation: relu}"),
        ("Dense 10, activation='relu'", "Dense: {units: 10, activation: relu}"),
        ("Dense units=10", "Dense: 10"),
        ("Dense: units=10", "Dense: 10"),
        ("Dense: 10, relu", "Dense: {units: 10, activation: relu}"),
        ("Dense: [10, relu]", "Dense: {units: 10, activation: relu}"),
        ("[Dense, 10]", "Dense: 10"),
        ("Conv2D: 32, 3", "Conv2D: {filters: 32, kernel_size: 3}"),
        ("Conv2D 32 3", "Conv2D: {filters: 32, kernel_size: 3}"),
        ("Conv2D 32, (3, 3)", "Conv2D: {filters: 32, kernel_size: [3, 3]}"),
        ("Conv2D(32, 3)", "Conv2D: {filters: 32, kernel_size: 3}"),
        (
            "Conv2D(32, (3, 3), activation='relu', use_bias=False)",
            (
                "Conv2D: {filters: 32, kernel_size: [3, 3], activation: relu, "
                "use_bias: false}"
            ),
        ),
        ("x = layers.Dense(10)(x)", "Dense: 10"),
        ("model.add(Dense(10))", "Dense: 10"),
        ("keras.layers.Flatten()", "Flatten"),
        (
            "keras.layers.Dense(10, activation='relu'),",
            "Dense: {units: 10, activation: relu}",
        ),
        ("Dense(units=10", "Dense: 10"),
        ("keras.layers.Dense: 10", "Dense: 10"),
        ("tf.keras.layers.Dense: {units: 10}", "Dense: 10"),
        ("tf.layers.conv2d: {filters: 4, kernel_size: 3}", ""),
        ("tf.layers.max_pooling2d: {pool_size: 2, strides: 2}", ""),
        ("nn.Conv2d(3, 64, 3)", "Conv2D: {filters: 64, kernel_size: 3}"),
        ("nn.Linear(512, 10)", "Dense: 10"),
        ("nn.Linear(512, 10, bias=False)", "Dense: {units: 10, use_bias: false}"),
        ("nn.ReLU(inplace=True)", "ReLU"),
        ("torch.nn.Flatten(start_dim=1)", "Flatten"),
        ("GELU", "Activation: gelu"),
        ("GELU: {approximate: tanh}", "Activation: gelu"),
        ("SiLU", "Activation: silu"),
        ("Swish", "Activation: swish"),
        ("Mish", "Activation: mish"),
        ("SELU", "Activation: selu"),
        ("CELU", "Activation: celu"),
        ("Hardswish", "Activation: hard_swish"),
        ("Hardsigmoid", "Activation: hard_sigmoid"),
        ("ReLU6", "Activation: relu6"),
        ("LogSoftmax: {dim: 1}", "Activation: log_softmax"),
        ("LogSigmoid", "Activation: log_sigmoid"),
        ("Sigmoid", "Activation: sigmoid"),
        ("Tanh", "Activation: tanh"),
        ("Softplus", "Activation: softplus"),
        ("LReLU: 0.1", "LeakyReLU: 0.1"),
        ("Linear: 10", "Dense: 10"),
        ("Linear: {in_features: 5, out_features: 10}", "Dense: 10"),
        ("FullyConnected: {units: 10}", "Dense: 10"),
        ("TimeDistributedDense: 10", "Dense: 10"),
        ("Conv: {filters: 4, kernel_size: 3}", "Conv2D: {filters: 4, kernel_size: 3}"),
        (
            (
                "Conv2d: {in_channels: 3, out_channels: 64, kernel_size: 3, stride: 2, "
                "bias: false}"
            ),
            "Conv2D: {filters: 64, kernel_size: 3, strides: 2, use_bias: false}",
        ),
        ("Convolutional: {filters: 4, size: 3}", ""),
        ("ConvTranspose2d: {out_channels: 4, kernel_size: 2, stride: 2}", ""),
        ("Deconvolution2D: {nb_filter: 4, nb_row: 3, nb_col: 5}", ""),
        ("AtrousConvolution2D: {nb_filter: 4, kernel_size: 3, atrous_rate: 2}", ""),
        ("DepthwiseConvolution2D: 3", "DepthwiseConv2D: 3"),
        ("BatchNorm2d", "BatchNormalization"),
        (
            "BatchNorm2d: {num_features: 64, eps: 1e-5, momentum: 0.1}",
            "BatchNormalization: {epsilon: 1e-5, momentum: 0.9}",
        ),
        ("BatchNorm: {affine: false}", ""),
        ("LayerNorm: {normalized_shape: 3, eps: 1e-6}", ""),
        (
            "GroupNorm: {num_groups: 1, num_channels: 3}",
            "GroupNormalization: {groups: 1, epsilon: 1e-5}",
        ),
        (
            "InstanceNorm2d: {num_features: 3}",
            "GroupNormalization: {groups: -1, epsilon: 1e-5, center: false, scale: false}",
        ),
        ("MaxPool: 2", "MaxPooling2D: 2"),
        ("MaxPool2d: {kernel_size: 2, stride: 2}", ""),
        ("AvgPool2d: 2", "AvgPool2D: 2"),
        ("AveragePool2D: 2", "AveragePooling2D: 2"),
        ("GlobalAvgPool", "GlobalAveragePooling2D"),
        ("AdaptiveAvgPool2d: 1", "AdaptiveAveragePooling2D: 1"),
        ("Dropout2d: {p: 0.5}", "SpatialDropout2D: 0.5"),
        ("DropPath: 0.1", "StochasticDepth: 0.1"),
        ("Upsample: {scale_factor: 2, mode: bilinear}", ""),
        ("ZeroPad2d: 1", "ZeroPadding2D: 1"),
        ("RandomHorizontalFlip", "RandomFlip: horizontal"),
        ("Merge: {mode: sum, layers: [input, input]}", "Add: {from: [input, input]}"),
        ("Merge: {mode: concat, layers: [input, input]}", ""),
        ("merge: {mode: mul, inputs: [input, input]}", ""),
        ("TimeDistributed: {Dense: 10}", "TimeDistributed: {layer: {Dense: 10}}"),
        ("TimeDistributed: {Linear: 10}", "TimeDistributed: {layer: {Dense: 10}}"),
        ("conv2d: {filters: 4, kernel_size: 3}", ""),
        ("Dropuot: 0.5", "Dropout: 0.5"),
    ],
    SEQUENCE: [
        ("CuDNNLSTM: 10", "LSTM: 10"),
        ("CuDNNGRU: {units: 3}", "GRU: 3"),
        (
            "nn.LSTM(8, 32, batch_first=True)",
            "LSTM: {units: 32, return_sequences: true}",
        ),
        (
            "nn.GRU: {input_size: 8, hidden_size: 32}",
            "GRU: {units: 32, return_sequences: true}",
        ),
        ("Bidirectional: {LSTM: 32}", "Bidirectional: {layer: {LSTM: 32}}"),
        (
            "Bidirectional: {LSTM: {units: 32}, merge_mode: sum}",
            "Bidirectional: {layer: {LSTM: {units: 32}}, merge_mode: sum}",
        ),
        (
            "Bidirectional(LSTM(64, return_sequences=True))",
            "Bidirectional: {layer: {LSTM: {units: 64, return_sequences: true}}}",
        ),
        ("RNN: {LSTMCell: 3}", "RNN: {cell: {LSTMCell: 3}}"),
        ("BiLSTM: 32", "Bidirectional: {layer: {LSTM: {units: 32}}}"),
        ("Conv1d: {out_channels: 4, kernel_size: 3}", ""),
        ("BatchNorm1d: 8", "BatchNormalization: {epsilon: 1e-5, momentum: 0.9}"),
        ("Dropout1d: 0.5", "SpatialDropout1D: 0.5"),
    ],
    WORDS: [
        ("nn.Embedding(100, 8)", "Embedding: {input_dim: 100, output_dim: 8}"),
        ("Embedding: [100, 8]", "Embedding: {input_dim: 100, output_dim: 8}"),
    ],
}
CASES = [(sizes, *case) for sizes, cases in LAYERS.items() for case in cases]


@pytest.mark.parametrize(("sizes", "wrong", "right"), CASES)
def test_a_layer_is_mended(sizes: str, wrong: str, right: str) -> None:
    [error] = found(spec(wrong, sizes))
    mended = follow(wrong, error.hint)
    assert right in ("", mended)
    assert not found(spec(mended, sizes))


class Ported(NamedTuple):
    """A line of PyTorch's or Keras's Python, and what is to come of it."""

    code: str
    layers: list[str]
    """Items, one below another."""
    count: int | None = None
    """Parameters of PyTorch's, where its layers hold as many as Keras's."""
    sizes: str = IMAGE


PORTED = [
    Ported(
        "nn.Conv2d(3, 8, 3, 1, 1)",
        ["Conv2D: {filters: 8, kernel_size: 3, padding: same}"],
        224,
    ),
    Ported(
        "nn.Conv2d(3, 8, 5, padding=2, bias=False)",
        ["Conv2D: {filters: 8, kernel_size: 5, use_bias: false, padding: same}"],
        600,
    ),
    Ported(
        "nn.Conv2d(3, 8, 7, 2, 3)",
        ["ZeroPadding2D: 3", "Conv2D: {filters: 8, kernel_size: 7, strides: 2}"],
        1184,
    ),
    Ported(
        "nn.Conv2d(3, 8, 3, padding=(1, 2))",
        ["ZeroPadding2D: {padding: [1, 2]}", "Conv2D: {filters: 8, kernel_size: 3}"],
        224,
    ),
    Ported(
        "conv: {filters: 4, kernel_size: 3, padding: 1}",
        ["Conv2D: {filters: 4, kernel_size: 3, padding: same}"],
        112,
    ),
    Ported("Conv2d: [3, 8, 3]", ["Conv2D: {filters: 8, kernel_size: 3}"], 224),
    Ported("conv2d: [8, 3]", ["Conv2D: {filters: 8, kernel_size: 3}"], 224),
    Ported(
        "self.conv1 = nn.Conv2d(3, 8, 3)",
        ["Conv2D: {filters: 8, kernel_size: 3, name: conv1}"],
        224,
    ),
    Ported(
        "nn.Conv2d(3, 8, 3), nn.ReLU()",
        ["Conv2D: {filters: 8, kernel_size: 3}", "ReLU"],
        224,
    ),
    Ported(
        "x = nn.ReLU()(nn.Conv2d(3, 8, 3)(x))",
        ["Conv2D: {filters: 8, kernel_size: 3}", "ReLU"],
        224,
    ),
    Ported("layers.Dense(10)(layers.Flatten()(x))", ["Flatten", "Dense: 10"], 23530),
    Ported(
        "nn.ConvTranspose2d(3, 4, 3, 2, 1)",
        ["Conv2DTranspose: {filters: 4, kernel_size: 3, strides: 2}", "Cropping2D: 1"],
        112,
    ),
    Ported(
        "nn.ConvTranspose2d(3, 4, 3, 2, 1, 1)",
        [
            "Conv2DTranspose: {filters: 4, kernel_size: 3, strides: 2}",
            "Cropping2D: {cropping: [[1, 0], [1, 0]]}",
        ],
        112,
    ),
    Ported(
        "nn.MaxPool2d(3, 2, 1)",
        ["ZeroPadding2D: 1", "MaxPool2D: {pool_size: 3, strides: 2}"],
    ),
    Ported(
        "nn.MaxPool2d(3, 1, 1)",
        ["MaxPool2D: {pool_size: 3, strides: 1, padding: same}"],
    ),
    Ported(
        "nn.AvgPool2d(3, 1, 1)",
        ["ZeroPadding2D: 1", "AvgPool2D: {pool_size: 3, strides: 1}"],
    ),
    Ported("nn.Linear(3, 10)", ["Dense: 10"], 40),
    Ported("linear: 10", ["Dense: 10"], 40),
    Ported("linear: [3, 10]", ["Dense: 10"], 40),
    Ported("self.fc = nn.Linear(1 * 3, 10)", ["Dense: {units: 10, name: fc}"], 40),
    Ported("nn.BatchNorm2d(3)", ["BatchNormalization: {epsilon: 1e-5, momentum: 0.9}"]),
    Ported("nn.LeakyReLU()", ["LeakyReLU: 0.01"], 0),
    Ported("nn.LeakyReLU(0.2)", ["LeakyReLU: 0.2"], 0),
    Ported("nn.PReLU()", ["PReLU: {shared_axes: [1, 2, 3]}"], 1),
    Ported("nn.PReLU(3)", ["PReLU: {shared_axes: [1, 2]}"], 3),
    Ported("nn.Hardtanh(0, 6)", ["ReLU: 6"]),
    Ported("nn.Threshold(0.1, 0)", ["ReLU: {threshold: 0.1}"]),
    Ported("nn.Softmax(dim=1)", ["Softmax"]),
    Ported("nn.Softmax2d()", ["Softmax"]),
    Ported("nn.Dropout()", ["Dropout: 0.5"]),
    Ported(
        "nn.ZeroPad2d((1, 2, 3, 4))", ["ZeroPadding2D: {padding: [[3, 4], [1, 2]]}"]
    ),
    Ported("nn.Unflatten(1, (3, 28, 28))", ["Reshape: {target_shape: [28, 28, 3]}"]),
    Ported("x.view(-1, 320)", ["Flatten"]),
    Ported("x = x.view(x.size(0), -1)", ["Flatten"]),
    Ported("x.view(-1, 3, 28, 28)", ["Reshape: {target_shape: [28, 28, 3]}"]),
    Ported("torch.flatten(x, 1)", ["Flatten"]),
    Ported("x.flatten(1)", ["Flatten"]),
    Ported("F.max_pool2d(x, 2)", ["MaxPool2D: 2"]),
    Ported("F.relu(self.conv1(x))", ["Activation: relu"]),
    Ported(
        "x = F.max_pool2d(F.relu(self.conv1(x)), 2)",
        ["Activation: relu", "MaxPool2D: 2"],
    ),
    Ported("F.softmax(x, dim=1)", ["Softmax"]),
    Ported("F.log_softmax(x)", ["Activation: log_softmax"]),
    Ported("torch.relu(x)", ["Activation: relu"]),
    Ported("tf.nn.relu(x)", ["Activation: relu"]),
    Ported("F.dropout(x, 0.5, training=self.training)", ["Dropout: 0.5"]),
    Ported("x.permute(0, 2, 3, 1)", ["Permute: {dims: [2, 3, 1]}"]),
    Ported("x.mean([2, 3])", ["GlobalAveragePooling2D"]),
    Ported("torch.cat([x, input], dim=1)", ["Concatenate: {from: [prev, input]}"]),
    Ported("layers.Concatenate()([x, input])", ["Concatenate: {from: [prev, input]}"]),
    Ported("layers.add([x, input])", ["Add: {from: [prev, input]}"]),
    Ported("concat: [prev, input]", ["Concatenate: {from: [prev, input]}"]),
    Ported(
        "nn.MultiheadAttention(8, 2)",
        ["MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [prev, prev]}"],
        288,
        SEQUENCE,
    ),
    Ported(
        "nn.RNN(8, 20)",
        ["SimpleRNN: {units: 20, return_sequences: true}"],
        None,
        SEQUENCE,
    ),
    Ported(
        "nn.GRU(8, 20, num_layers=2)",
        2 * ["GRU: {units: 20, return_sequences: true}"],
        4320,
        SEQUENCE,
    ),
    Ported(
        "nn.GRU(8, 20, num_layers=2, bidirectional=True)",
        2 * ["Bidirectional: {layer: {GRU: {units: 20, return_sequences: true}}}"],
        11040,
        SEQUENCE,
    ),
    Ported(
        "layers.MultiHeadAttention(2, 4)(x, x)",
        ["MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [prev, prev]}"],
        288,
        SEQUENCE,
    ),
    Ported(
        "LSTM(8, 20, batch_first=True)",
        ["LSTM: {units: 20, return_sequences: true}"],
        None,
        SEQUENCE,
    ),
    Ported(
        "ConvTranspose2d(3, 4, (3, 3), (2, 2), (1, 1))",
        [
            "Conv2DTranspose: {filters: 4, kernel_size: [3, 3], strides: [2, 2]}",
            "Cropping2D: 1",
        ],
        112,
    ),
]
NOT_PORTED = [
    # what no layer does
    "nn.Conv2d(n, m, 3)",
    "nn.Linear(in_f, num_classes)",
    "nn.Linear(512, len(classes))",
    "layers.Dense(units, activation='relu')",
    "nn.Threshold(0.1, 20)",
    "nn.Softmax(dim=2)",
    "nn.Flatten(2)",
    "nn.Conv2d(3, 64, 3, padding_mode='reflect')",
    "torch.cat([x, input])",
    "F.conv2d(x, w)",
    "self.dropout(x)",
    "nn.LSTM(8, 20, 1000000000)",
    "nn.Conv2d(**settings)",
    "TimeDistributed(nn.Conv2d(3, 4, 3, 2, 1))",
]
LOST = [
    # what Keras lacks, and what is said of it
    ("nn.MaxPool2d(3, ceil_mode=True)", "ceil_mode", "MaxPool2D: 3"),
    ("nn.GELU(approximate='tanh')", "approximate", "Activation: gelu"),
]


@pytest.mark.parametrize("case", PORTED, ids=lambda case: case.code)
def test_python_makes_the_same_layers(case: Ported) -> None:
    [error] = found(spec(case.code, case.sizes))
    mended = follow(case.code, error.hint).split(" and - ")
    assert mended == case.layers
    checked = api.check(spec("\n  - ".join(mended), case.sizes))
    assert checked.ok
    assert case.count in (None, checked.summary.total_params)


@pytest.mark.parametrize("code", NOT_PORTED)
def test_nothing_is_read_into_python(code: str) -> None:
    [error] = found(spec(code))
    assert "write - " not in error.hint


@pytest.mark.parametrize(("code", "lost", "right"), LOST)
def test_what_is_lost_is_said(code: str, lost: str, right: str) -> None:
    [error] = found(spec(code))
    assert lost in error.hint.partition("; write")[0]
    assert follow(code, error.hint) == right
    assert not found(spec(right))


@pytest.mark.parametrize(
    "layer", ["Attention", "MultiHeadAttention: {num_heads: 2, key_dim: 4, %s}"]
)
def test_one_tensor_is_compared_with_itself(layer: str) -> None:
    above = "Dense: {units: 8, name: d}\n  - "
    [error] = found(spec(above + layer.replace(", %s", ""), SEQUENCE))
    assert error.hint == "write from: [prev, prev]"
    said = error.hint.removeprefix("write ")
    mended = layer % said if "%s" in layer else f"{layer}: {{{said}}}"
    assert not found(spec(above + mended, SEQUENCE))


class Argument(NamedTuple):
    layer: str
    """With what it has beside the argument."""
    wrong: str
    right: str
    """What the hint says to write; nothing where it says to remove it."""
    sizes: str = IMAGE


CONV = "Conv2D: {filters: 4, kernel_size: 3, %s}"
CONVOLUTION = "Conv2D: {%s}"
ARGUMENTS = [
    Argument("Conv2D: {kernel_size: 3, %s}", "out_channels: 4", "filters: 4"),
    Argument("Conv2D: {kernel_size: 3, %s}", "nb_filter: 4", "filters: 4"),
    Argument("Conv2D: {filters: 4, %s}", "kernel: 3", "kernel_size: 3"),
    Argument("Conv2D: {filters: 4, %s}", "kernel: [3, 5]", "kernel_size: [3, 5]"),
    Argument("Conv2D: {filters: 4, %s}", "nb_row: 3", "kernel_size: [3, 3]"),
    Argument("Conv2D: {filters: 4, %s}", "kernal_size: 3", "kernel_size"),
    Argument("Conv2D: {filters: 4, %s}", "kernelSize: 3", "kernel_size"),
    Argument("Conv2D: {filters: 4, %s}", "kernel_size 3", "kernel_size: 3"),
    Argument("Conv2D: {filters: 4, %s}", "kernel_size=3", "kernel_size: 3"),
    Argument("Conv2D: {filters: 4, %s}", "kernel_size:3", "kernel_size: 3"),
    Argument("Conv2D: {filters: 4, %s}", 'kernel_size: "3x3"', "[3, 3]"),
    Argument("Conv2D: {filters: 4, %s}", "kernel_size: 3x3", "[3, 3]"),
    Argument("Conv2D: {filters: 4, %s}", 'kernel_size: "(3, 3)"', "[3, 3]"),
    Argument(CONV, "in_channels: 3", ""),
    Argument(CONV, "input_shape: [28, 28, 3]", ""),
    Argument(CONV, "stride: 2", "strides"),
    Argument(CONV, "subsample: [2, 2]", "strides: [2, 2]"),
    Argument(CONV, "border_mode: same", "padding: same"),
    Argument(CONV, "bias: false", "use_bias: false"),
    Argument(CONV, "dilation: 2", "dilation_rate"),
    Argument(CONV, "atrous_rate: 2", "dilation_rate: 2"),
    Argument(CONV, "init: he_normal", "kernel_initializer: he_normal"),
    Argument(CONV, "W_regularizer: l2", "kernel_regularizer: l2"),
    Argument(CONV, "b_regularizer: l2", "bias_regularizer: l2"),
    Argument(CONV, "W_constraint: max_norm", "kernel_constraint: max_norm"),
    Argument(CONV, "weight_decay: 1e-4", "kernel_regularizer: {L2: 0.0001}"),
    Argument(CONV, "act: relu", "activation: relu"),
    Argument(CONV, "dim_ordering: tf", "data_format: channels_last"),
    Argument(CONV, "data_format: NHWC", "channels_last"),
    Argument(CONV, "padding_mode: zeros", ""),
    Argument(CONV, "padding: 0", "padding: valid"),
    Argument(CONV, "padding: 1", "padding: same"),
    Argument(CONV, "padding: [1, 1]", "padding: same"),
    Argument(CONV, "strides: 2.0", "2"),
    Argument(CONV, "activation: ReLU", "relu"),
    Argument(CONV, "activation: nn.ReLU", "relu"),
    Argument(CONV, "activation: tf.nn.relu", "relu"),
    Argument(CONV, "activation: Relu", "relu"),
    Argument(CONV, "activation: LeakyReLU", "leaky_relu"),
    Argument(CONV, "activation: leaky", "leaky_relu"),
    Argument(CONV, "activation: GELU", "gelu"),
    Argument(CONV, "activation: None", "null"),
    Argument(CONV, "use_bias: yes", "true"),
    Argument(CONV, "kernel_initializer: xavier_uniform", "glorot_uniform"),
    Argument(CONV, "kernel_initializer: kaiming_normal", "he_normal"),
    Argument(CONV, "kernel_initializer: nn.init.xavier_normal_", "glorot_normal"),
    Argument(CONV, "kernel_initializer: trunc_normal", "truncated_normal"),
    Argument(CONV, "kernel_regularizer: l2(0.01)", "{L2: {l2: 0.01}}"),
    Argument(CONV, "kernel_initializer: {type: he_normal}", "he_normal"),
    Argument("Dense: {%s}", "out_features: 4", "units: 4"),
    Argument("Dense: {%s}", "output_dim: 4", "units: 4"),
    Argument("Dense: {units: 4, %s}", "input_dim: 3", ""),
    Argument("Dense: {units: 4, %s}", "in_features: 3", ""),
    Argument("Dropout: {%s}", "p: 0.5", "rate: 0.5"),
    Argument("Dropout: {%s}", "keep_prob: 0.8", "rate: 0.2"),
    Argument("BatchNormalization: {%s}", "eps: 0.001", "epsilon: 0.001"),
    Argument("BatchNormalization: {%s}", "num_features: 3", ""),
    Argument(
        "BatchNormalization: {%s}", "affine: false", "center: false, scale: false"
    ),
    Argument("BatchNormalization: {%s}", "track_running_stats: true", ""),
    Argument("GroupNormalization: {%s}", "num_groups: 1", "groups: 1"),
    Argument("MaxPooling2D: {%s}", "kernel_size: 2", "pool_size: 2"),
    Argument("MaxPooling2D: {%s}", "stride: 2", "strides"),
    Argument("MaxPooling2D: {%s}", "ceil_mode: true", ""),
    Argument("MaxPooling2D: {%s}", "padding: SAME", "same"),
    Argument("MaxPooling2D: {pool_size: 3, %s}", "padding: 1", "padding: same"),
    Argument("AveragePooling2D: {pool_size: 2, %s}", "count_include_pad: true", ""),
    Argument("Softmax: {%s}", "dim: -1", "axis: -1"),
    Argument("LeakyReLU: {%s}", "alpha: 0.1", "negative_slope: 0.1"),
    Argument("ReLU: {%s}", "inplace: true", ""),
    Argument("UpSampling2D: {%s}", "scale_factor: 2", "size: 2"),
    Argument("UpSampling2D: {%s}", "align_corners: false", ""),
    Argument("Reshape: {%s}", "shape: [-1]", "target_shape: [-1]"),
    Argument("Flatten: {%s}", "start_dim: 1", ""),
    Argument("ZeroPadding2D: {%s}", "pad: 1", "padding: 1"),
    Argument(
        "MultiHeadAttention: {num_heads: 2, from: [input, input], %s}",
        "embed_dim: 64",
        "key_dim: 32",
    ),
    Argument("LSTM: {%s}", "hidden_size: 4", "units: 4", SEQUENCE),
    Argument("LSTM: {units: 4, %s}", "batch_first: true", "", SEQUENCE),
    Argument("LSTM: {units: 4, %s}", "num_layers: 1", "", SEQUENCE),
    Argument(
        "LSTM: {units: 4, %s}",
        "inner_init: zeros",
        "recurrent_initializer: zeros",
        SEQUENCE,
    ),
    Argument(
        "LSTM: {units: 4, %s}", "dropout_U: 0.1", "recurrent_dropout: 0.1", SEQUENCE
    ),
    Argument(
        "Embedding: {output_dim: 4, %s}", "num_embeddings: 9", "input_dim: 9", WORDS
    ),
    Argument(
        "Embedding: {input_dim: 9, %s}", "embedding_dim: 4", "output_dim: 4", WORDS
    ),
    Argument(
        "Embedding: {input_dim: 9, output_dim: 4, %s}",
        "padding_idx: 0",
        "mask_zero: true",
        WORDS,
    ),
    Argument(
        "Embedding: {input_dim: 9, output_dim: 4, %s}", "input_length: 10", "", WORDS
    ),
]


def changed(wrong: str, hint: str) -> str:
    """An argument after what a hint says is done to it."""
    key = re.split(r"[:= ]", wrong)[0]
    if hint.endswith("remove it"):
        return ""
    if one := re.search(r"did you mean '(.+)'\?$", hint):
        known = one[1]
        return (
            f"{key}: {known}"
            if ": " in wrong and is_value(wrong)
            else f"{known}:{wrong.partition(':')[2]}"
        )
    said = re.search(r"(?:write|colon:) (.+)$", hint)
    assert said, hint
    return said[1] if re.match(r"\w+: ", said[1]) else f"{key}: {said[1]}"


def is_value(wrong: str) -> bool:
    """Whether a hint is about the value of an argument, which has its right name."""
    key = wrong.partition(": ")[0]
    return key in ("activation", "padding", "data_format") or key.endswith("izer")


@pytest.mark.parametrize(
    "case", ARGUMENTS, ids=lambda case: f"{case.layer[:9]} {case.wrong}"
)
def test_an_argument_is_mended(case: Argument) -> None:
    [error] = found(spec(case.layer % case.wrong, case.sizes))
    mended = changed(case.wrong, error.hint)
    assert case.right in mended
    assert bool(case.right) == bool(mended)
    right = (case.layer % mended).replace(", }", "}").replace("{}", "")
    assert not found(spec(right.removesuffix(": "), case.sizes))


TRAINED = """\
input: [28, 28, 1]
layers: [Flatten, {Dense: {units: 10, activation: softmax}}]
data: {source: mnist, scale: 255}
train: {loss: sparse_categorical_crossentropy}
"""
LOSS, DATA = "loss: sparse_categorical_crossentropy", "source: mnist, scale: 255"
OPTIMIZER = f"{LOSS}, optimizer"
CALLBACKS = f"{LOSS}, callbacks"
TRAINING = [
    # what stands there, what is wrong instead, what the hint says
    (LOSS, "loss: NLLLoss", "write sparse_categorical_crossentropy"),
    (LOSS, "loss: nn.CrossEntropyLoss", "write sparse_categorical_crossentropy"),
    (LOSS, "loss: BCEWithLogitsLoss", "write {BinaryCrossentropy: {from_logits: true}}"),
    (LOSS, "loss: BCELoss", "did you mean 'bce'?"),
    (LOSS, "loss: MSELoss", "did you mean 'mse'?"),
    (LOSS, "loss: L1Loss", "did you mean 'mae'?"),
    (LOSS, "loss: SmoothL1Loss", "did you mean 'huber'?"),
    (LOSS, "loss: categorical_cross_entropy", "did you mean 'categorical_crossentropy'?"),
    (LOSS, "criterion: mse", "write loss: mse"),
    (LOSS, f"{LOSS}, nb_epoch: 3", "write epochs: 3"),
    (LOSS, f"{LOSS}, num_epochs: 3", "write epochs: 3"),
    (LOSS, f"{LOSS}, bs: 32", "write batch_size: 32"),
    (LOSS, f"{LOSS}, amp: true", "write mixed_precision: mixed_float16"),
    (LOSS, f"{LOSS}, mixed_precision: bf16", "write mixed_bfloat16"),
    (LOSS, f"{LOSS}, metrics: [f1]", "did you mean 'f1_score'?"),
    (LOSS, f"{LOSS}, metrics: [auroc]", "did you mean 'auc'?"),
    (LOSS, f"{OPTIMIZER}: torch.optim.AdamW", "did you mean 'AdamW'?"),
    (LOSS, f"{OPTIMIZER}: {{Adam: {{lr: 0.1}}}}", "write learning_rate: 0.1"),
    (LOSS, f"{OPTIMIZER}: {{Adam: {{betas: [0.8, 0.9]}}}}", "write beta_1: 0.8, beta_2: 0.9"),
    (LOSS, f"{OPTIMIZER}: {{Adam: {{eps: 0.1}}}}", "write epsilon: 0.1"),
    (LOSS, f"{OPTIMIZER}: {{type: Adam, lr: 0.1}}", "write {Adam: {learning_rate: 0.1}}"),
    (LOSS, f"{OPTIMIZER}: {{name: adam}}", "write adam"),
    (LOSS, f'{OPTIMIZER}: "Adam(lr=0.1)"', "write {Adam: {learning_rate: 0.1}}"),
    (LOSS, f"{CALLBACKS}: [EarlyStop]", "did you mean 'EarlyStopping'?"),
    (LOSS, f"{CALLBACKS}: {{EarlyStopping: {{patience: 3}}}}", "write [{EarlyStopping: {patience: 3}}]"),
    (DATA, "dataset: mnist, scale: 255", "write source: mnist"),
    (DATA, "source: MNIST, scale: 255", "did you mean 'mnist'?"),
    (DATA, "source: mnist, rescale: 255", "write scale: 255"),
    (DATA, "source: mnist, scale: 1/255", "samples are divided by it; write 255"),
    (DATA, "source: mnist, scale: 255, one_hot: true", "write labels: one_hot"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "hint"), TRAINING)
def test_a_word_of_training_is_known(right: str, wrong: str, hint: str) -> None:
    assert not found(TRAINED)
    [error] = found(TRAINED.replace(right, wrong))
    assert error.hint == hint


ENDS = [
    # units and activation, labels, PyTorch's loss, what the hint says
    ("10, activation: softmax", "one_hot", "CrossEntropyLoss", "write categorical_crossentropy"),
    ("10, activation: softmax", "one_hot", "nll_loss", "write categorical_crossentropy"),
    ("10, activation: softmax", "sparse", "CrossEntropyLoss", "write sparse_categorical_crossentropy"),
    ("10", "one_hot", "nn.CrossEntropyLoss()", "write {CategoricalCrossentropy: {from_logits: true}}"),
    ("10, activation: log_softmax", "one_hot", "NLLLoss", "write {CategoricalCrossentropy: {from_logits: true}}"),
    ("10", "sparse", "CrossEntropyLoss", "write {SparseCategoricalCrossentropy: {from_logits: true}}"),
    ("10, activation: sigmoid", "one_hot", "BCEWithLogitsLoss", "write binary_crossentropy"),
    ("10", "one_hot", "BCEWithLogitsLoss", "write {BinaryCrossentropy: {from_logits: true}}"),
    ("10", "one_hot", "BCELoss", "write {BinaryCrossentropy: {from_logits: true}}"),
]  # fmt: skip


@pytest.mark.parametrize(("end", "labels", "loss", "hint"), ENDS)
def test_a_loss_fits_labels_and_scores(
    end: str, labels: str, loss: str, hint: str
) -> None:
    text = TRAINED.replace("10, activation: softmax", end)
    text = text.replace("scale: 255", f"scale: 255, labels: {labels}")
    [error] = found(text.replace(LOSS, f"loss: {loss}"))
    assert error.hint == hint
    assert not found(text.replace(LOSS, hint.replace("write", "loss:")))


STRANGE = [
    # a section or layer, a word there, what it isn't
    ("train", "scheduler", "shuffle"),
    ("train", "sample_weight", "class_weight"),
    ("train", "out", "optimizer"),
    ("Dense", "W_regularizer", "bias_regularizer"),
    ("Dense", "layer", "name"),
    ("Dense", "train", "trainable"),
    ("DepthwiseConv2D", "regularizer", "bias_regularizer"),
    ("MultiHeadAttention", "value", "value_dim"),
    ("data", "text", "test_size"),
]


@pytest.mark.parametrize(("where", "word", "other"), STRANGE)
def test_a_word_is_not_taken_for_another(where: str, word: str, other: str) -> None:
    section = {"train": LOSS, "data": DATA}.get(where)
    if section:
        text = TRAINED.replace(section, f"{section}, {word}: 1")
    else:
        text = spec(f"{where}: {{{word}: 1}}")
    hints = [error.hint for error in found(text) if f"'{word}'" in error.message]
    assert len(hints) == 1
    assert f"mean '{other}'" not in hints[0]
    assert not hints[0].startswith(f"write {other}")


NAMES = [
    # a name that no layer has, the layer that it isn't
    ("GELU", "ELU"),
    ("CNN", "RNN"),
    ("Conv4D", "Conv"),
    ("MinPooling2D", "MaxPool"),
    ("MinPool2D", "MaxPool"),
    ("MaxUnpool2d", "MaxPool"),
    ("Softmin", "Softmax"),
    ("RReLU", "'ReLU"),
    ("Square", "squareplus"),
    ("Involution", "Conv"),
    ("PAN", "ZeroPadding"),
    ("ArgMax", "AugMix"),
    ("Cast", "Concat"),
    ("Tan", "tanh"),
    ("Repeat", "RepeatVector"),
]


@pytest.mark.parametrize(("name", "other"), NAMES)
def test_a_layer_is_not_taken_for_another(name: str, other: str) -> None:
    hint = found(spec(name))[0].hint.replace("Activation: gelu", "")
    assert other not in hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("PixelShuffle: 2", "UpSampling2D and Conv2DTranspose enlarge images, too"),
        ("Highway", "build it of other layers, in a block under blocks:"),
        ("Bottleneck: 3", "build it of other layers, in a block under blocks:"),
        ("InputLayer: {shape: [3]}", "remove it here"),
        ("ReflectionPad2d: 1", "Keras pads with zeros alone; write - ZeroPadding2D: 1"),
    ],
)
def test_what_keras_lacks_is_said(name: str, hint: str) -> None:
    assert hint in [error.hint for error in found(spec(name))]
