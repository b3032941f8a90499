"""Receptive fields, MACs and memory against numbers worked out by hand or published."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec import api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.layers.base import WHOLE, Layer
from cnnspec.catalogue.layers.convolutional import Conv1D, Conv1DTranspose
from cnnspec.catalogue.layers.reshaping import UpSampling1D
from cnnspec.catalogue.registry import layer_names
from cnnspec.model.graph import Graph, Input, Node
from cnnspec.model.readable import field_text
from cnnspec.model.receptive import UNKNOWN, ReceptiveField, Seen, receptive_fields
from cnnspec.model.summary import Summary, infer
from tests.models import VGG16, spec


def summary(layers: Sequence[str], tensor: str = "[32, 32, 3]") -> Summary:
    return api.loads(spec(layers, tensor)).summary


def last(layers: Sequence[str], tensor: str = "[32, 32, 3]") -> Seen:
    """What the last of the layers sees."""
    found = summary(layers, tensor)
    return receptive_fields(found)[found.rows[-1].name]


def square(layers: Sequence[str]) -> tuple[object, object]:
    """The size and the jump that both axes of the last layer have."""
    height, width = last(layers)
    assert isinstance(height, ReceptiveField)
    assert height == width
    return height.size, height.jump


def test_vgg16_as_published() -> None:
    # 15.47 G: torchvision's table; 212: Araujo et al., Distill 2019, table 1.
    vgg = api.loads(VGG16).summary
    fields = receptive_fields(vgg)
    assert vgg.total_params == 138_357_544
    assert vgg.macs == 15_470_264_320
    assert fields["block5_pool"] == [ReceptiveField(212, 32)] * 2
    assert fields["predictions"] == WHOLE


def conv(kernel: object, more: str = "") -> str:
    return f"Conv2D: {{filters: 4, kernel_size: {kernel}{more}}}"


SAME = ", padding: same"


@pytest.mark.parametrize(
    ("layers", "size", "jump"),
    [
        ([conv(3)], 3, 1),
        ([conv(3), conv(3)], 5, 1),
        ([conv(3), conv(3), conv(3)], 7, 1),
        ([conv(1), conv(1)], 1, 1),
        # a stride multiplies what all later kernels add
        ([conv(3, ", strides: 2")], 3, 2),
        ([conv(3, ", strides: 2"), conv(3)], 3 + 2 * 2, 2),
        ([conv(7, ", strides: 2"), "MaxPooling2D: {pool_size: 3, strides: 2}"], 11, 4),
        (["MaxPooling2D: 2", conv(3)], 2 + 2 * 2, 2),
        # dilation: kernel 3 at rate 4 spans 9
        ([conv(3, ", dilation_rate: 4")], 9, 1),
        ([conv(3, ", dilation_rate: 2"), conv(3, ", dilation_rate: 4")], 13, 1),
        # padding, cropping and pointwise layers see no further
        (["ZeroPadding2D: 3", conv(3), "BatchNormalization", "Activation: relu"], 3, 1),
        (["Cropping2D: 3", conv(3), "Dropout: 0.5"], 3, 1),
        ([conv(3), "Dense: 8"], 3, 1),
        (["DepthwiseConv2D: 3", conv(1)], 3, 1),
        (["SeparableConv2D: {filters: 8, kernel_size: 5}"], 5, 1),
        # kernels beyond the image: padding counts as part of it
        ([conv(31, SAME), conv(31, SAME)], 61, 1),
    ],
)
def test_windows(layers: list[str], size: int, jump: int) -> None:
    assert last(layers) == [ReceptiveField(size, jump)] * 2


def test_axes_may_differ() -> None:
    assert last([conv([1, 7]), conv([3, 1])]) == [
        ReceptiveField(3, 1),
        ReceptiveField(7, 1),
    ]


def test_transposed_convolution() -> None:
    # Kernel 4, stride 2: output i is painted by the inputs j with 2j <= i <= 2j + 3,
    # which are two, and neighbours differ by half an input position.
    up = "Conv2DTranspose: {filters: 4, kernel_size: 4, strides: 2}"
    assert square([up]) == (2, 0.5)
    # Kernel 3 over those: i - 1 to i + 1 see at most three inputs.
    assert square([up, conv(3)]) == (3, 0.5)
    # Kernel 2, stride 2 paints without overlap: a position sees one input.
    apart = "Conv2DTranspose: {filters: 4, kernel_size: 2, strides: 2}"
    assert square([apart]) == (1, 0.5)


def test_up_sampling() -> None:
    # Pooled pairs, each painted twice; 3 of those neighbours always touch two pairs,
    # 2 of them one or two, 4 of them two or three.
    pairs = ["MaxPooling2D: 2", "UpSampling2D: 2"]
    assert square(pairs) == (2, 1)
    assert square([*pairs, conv(2)]) == (4, 1)
    assert square([*pairs, conv(3)]) == (4, 1)
    assert square([*pairs, conv(4)]) == (6, 1)
    assert square([*pairs, conv(2), conv(2)]) == (4, 1)
    # Every other position, painted twice: two neighbours may be 0 and 2.
    assert square([conv(1, ", strides: 2"), "UpSampling2D: 2", conv(2)]) == (3, 1)


def test_the_widest_branch_counts() -> None:
    wide = conv(5, f"{SAME}, name: wide")
    deep = conv(3, f"{SAME}, name: narrow, from: input")
    assert (
        last([wide, deep, "Add: {from: [wide, narrow]}"]) == [ReceptiveField(5, 1)] * 2
    )


@pytest.mark.parametrize(
    "layers",
    [
        [conv(3), "GlobalAveragePooling2D"],
        [conv(3), "GlobalMaxPooling2D: {keepdims: true}", conv(1)],
        [conv(3), "Flatten", "Dense: 10"],
        [conv(3), "Flatten", "Dropout: 0.5", "Dense: 10", "Activation: softmax"],
        ["Flatten", "Dense: 10"],
        [conv(3), "Reshape: [-1, 4]", "LSTM: {units: 8, return_sequences: true}"],
        [conv(3), "Flatten", "Dense: 64", "Reshape: [8, 8, 1]", conv(3)],
    ],
)
def test_whole_input(layers: list[str]) -> None:
    assert last(layers) == WHOLE


def test_flatten_moves_positions_without_mixing_them() -> None:
    found = last([conv(3, ", strides: 2"), "Flatten", "Activation: relu"])
    assert found == [ReceptiveField(3, None)] * 2
    assert field_text(found) == "3"


def test_one_position_left_is_the_field_of_its_features() -> None:
    # LeNet's way: 32 -> 28 -> 14 -> 10 -> 5 -> 1.
    pool = "AveragePooling2D: 2"
    layers = [conv(5), pool, conv(5), pool, conv(5), "Flatten", "Dense: 84"]
    assert last(layers) == [ReceptiveField(32, 4)] * 2


@pytest.mark.parametrize(
    ("tensor", "layers", "expected"),
    [
        ("[784]", ["Reshape: [28, 28, 1]", conv(3)], [ReceptiveField(3, 1)] * 2),
        ("[28, 28]", ["Reshape: [28, 28, 1]", conv(3)], [ReceptiveField(3, 1)] * 2),
        ("[3, 28, 28]", ["Permute: [2, 3, 1]", conv(3)], [ReceptiveField(3, 1)] * 2),
        ("[784]", ["Dense: 10"], []),
        (
            "[50]",
            [
                "Embedding: {input_dim: 100, output_dim: 8}",
                "Conv1D: {filters: 4, kernel_size: 3}",
            ],
            [ReceptiveField(3, 1)],
        ),
        # positions that were moved about and then mixed: no number would be true
        ("[32, 32, 3]", [conv(3), "Permute: [2, 1, 3]", conv(3)], UNKNOWN),
        ("[32, 32, 3]", [conv(3), "Reshape: [30, -1]", "Dense: 2"], UNKNOWN),
        ("[32, 32, 3]", [conv(3), "Reshape: [-1, 4]"], [ReceptiveField(3, None)] * 2),
        (
            "[32, 32, 3]",
            [conv(3), "Reshape: [-1, 4]", "Dense: 2"],
            [ReceptiveField(3, None)] * 2,
        ),
    ],
)
def test_other_axes(tensor: str, layers: list[str], expected: Seen) -> None:
    assert last(layers, tensor) == expected


def test_channels_first() -> None:
    first = ", data_format: channels_first"
    layers = [conv([3, 5], first), f"MaxPooling2D: {{pool_size: 2{first}}}"]
    assert last(layers, "[3, 32, 32]") == [ReceptiveField(4, 2), ReceptiveField(6, 2)]


def test_several_inputs() -> None:
    text = """
inputs: {image: [32, 32, 3], meta: [10]}
layers:
  - Conv2D: {from: image, filters: 4, kernel_size: 3}
  - Flatten
  - Dense: {from: meta, units: 8}
  - Concatenate: {from: [flatten, dense]}
  - Dense: 10
"""
    found = receptive_fields(api.loads(text).summary)
    assert found["dense"] == []
    assert found["concatenate"] == [ReceptiveField(3, None)] * 2
    assert found["dense_1"] == WHOLE


@pytest.mark.parametrize(
    ("layer", "macs"),
    [
        (conv(3), 30 * 30 * 3 * 3 * 3 * 4),
        (conv(3, ", strides: 2"), 15 * 15 * 3 * 3 * 3 * 4),
        ("Conv2D: {filters: 6, kernel_size: 3, groups: 3}", 30 * 30 * 3 * 3 * 1 * 6),
        ("DepthwiseConv2D: 3", 30 * 30 * 3 * 3 * 3),
        (
            "SeparableConv2D: {filters: 8, kernel_size: 3}",
            30 * 30 * (3 * 3 * 3 + 3 * 8),
        ),
        # transposed: at the positions of its input
        (
            "Conv2DTranspose: {filters: 4, kernel_size: 2, strides: 2}",
            32 * 32 * 2 * 2 * 3 * 4,
        ),
        ("Dense: 8", 32 * 32 * 3 * 8),
        ("BatchNormalization", 0),
        ("MaxPooling2D: 2", 0),
    ],
)
def test_macs(layer: str, macs: int) -> None:
    assert summary([layer]).macs == macs


def test_memory_counts_every_tensor_of_an_output() -> None:
    found = summary(
        ["LSTM: {units: 8, return_sequences: true, return_state: true}"], "[5, 3]"
    )
    (row,) = found.rows
    assert row.output_shape == [(None, 5, 8), (None, 8), (None, 8)]
    assert row.activation_bytes == 4 * (5 * 8 + 8 + 8)
    assert found.activation_bytes == row.activation_bytes
    assert found.weight_bytes == 4 * (3 * 32 + 8 * 32 + 32)


def test_sizes_that_are_not_known() -> None:
    found = summary([conv(3), "GlobalAveragePooling2D", "Dense: 10"], "[null, null, 3]")
    assert [row.activation_bytes for row in found.rows] == [None, 16, 40]
    assert found.macs is None
    assert found.activation_bytes is None
    assert receptive_fields(found)["conv2d"] == [ReceptiveField(3, 1)] * 2


kernels = st.integers(1, 5)
convolutions = st.one_of(
    st.builds("{{kernel_size: {}, strides: {}}}".format, kernels, st.integers(1, 3)),
    st.builds("{{kernel_size: {}, dilation_rate: {}}}".format, kernels, kernels),
).map(lambda text: f"Conv1D: {{filters: 1, {text[1:]}")
factors = st.sampled_from([1, 2, 4])
halving = st.builds(
    "Conv1D: {{filters: 1, kernel_size: {}, strides: {}}}".format, kernels, factors
)
enlargers = st.one_of(
    st.builds("UpSampling1D: {}".format, factors),
    st.builds(
        "Conv1DTranspose: {{filters: 1, kernel_size: {}, strides: {}}}".format,
        kernels,
        factors,
    ),
)


def reads(layer: Layer, position: int) -> set[int]:
    """The positions of its input that a layer computes an output position from."""
    if isinstance(layer, UpSampling1D):
        return {position // layer.size}
    assert isinstance(layer, Conv1D | Conv1DTranspose)
    (kernel,), (stride,) = layer.kernel_size, layer.strides
    (step,) = layer.dilation_rate
    if isinstance(layer, Conv1D):
        return {position * stride + step * tap for tap in range(kernel)}
    painted = [position - tap for tap in range(kernel)]
    return {place // stride for place in painted if place % stride == 0}


def widest(found: Summary) -> int:
    """The most input positions, first to last, that an output leads back to."""
    spans = []
    for position in range(1024, 1088):
        positions = {position}
        for row in reversed(found.rows):
            positions = {p for each in positions for p in reads(row.layer, each)}
        spans.append(max(positions) - min(positions) + 1 if positions else 0)
    return max(spans)


@given(st.lists(convolutions, min_size=1, max_size=4))
def test_convolutions_against_counting(layers: list[str]) -> None:
    found = summary(layers, "[null, 1]")
    (field,) = receptive_fields(found)[found.rows[-1].name]
    assert field.size == widest(found)


@given(st.lists(halving | enlargers, min_size=1, max_size=4))
def test_enlarged_inputs_are_never_seen_wider_than_said(layers: list[str]) -> None:
    found = summary(layers, "[null, 1]")
    (field,) = receptive_fields(found)[found.rows[-1].name]
    assert field.size >= widest(found)


@pytest.mark.parametrize("name", layer_names())
def test_every_layer_has_an_answer(name: str) -> None:
    kind = layer_class(name)
    inputs = tuple(
        Input(f"given_{place}", shape, "float32", ())
        for place, shape in enumerate(kind.example_inputs)
    )
    names = tuple(tensor.name for tensor in inputs)
    node = Node("layer", make_layer(name, kind.example), names, ())
    found = infer(Graph("model", inputs, (node,), ("layer",)))
    if name.endswith(("Cell", "Cells")):
        assert found.problems, "a cell works inside RNN only"
        return
    assert not found.problems
    assert field_text(receptive_fields(found)["layer"])
