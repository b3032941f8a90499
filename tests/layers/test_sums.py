"""How the sizes of a layer's output come about, written out with its numbers."""

import pytest

from cnnspec.catalogue.layers import Layer, layer_class, make_layer
from cnnspec.catalogue.layers.spatial import Spatial
from cnnspec.catalogue.registry import layer_names
from tests.layers.table import check_sums

SUMS = [
    ("Conv2D", {"filters": 1, "kernel_size": 3, "padding": "same"}, (28, 28, 1),
     {1: "(28 + 2·1 − 3) / 1 + 1", 2: "(28 + 2·1 − 3) / 1 + 1"}),
    ("Conv2D", {"filters": 1, "kernel_size": [3, 5]}, (8, 9, 1),
     {1: "(8 − 3) / 1 + 1", 2: "(9 − 5) / 1 + 1"}),
    # An even kernel gets its odd zero at the end, as TensorFlow pads.
    ("Conv1D", {"filters": 1, "kernel_size": 4, "padding": "same"}, (10, 1),
     {1: "(10 + 1 + 2 − 4) / 1 + 1"}),
    ("Conv1D", {"filters": 1, "kernel_size": 3, "strides": 2, "padding": "same"},
     (10, 1), {1: "(10 + 1 − 3) / 2 + 1"}),
    ("Conv1D", {"filters": 1, "kernel_size": 1, "strides": 2, "padding": "same"},
     (10, 1), {1: "(10 − 1) // 2 + 1"}),
    ("Conv1D", {"filters": 1, "kernel_size": 3, "padding": "causal",
                "dilation_rate": 2}, (10, 1),
     {1: "(10 + 4 − (2·(3 − 1) + 1)) / 1 + 1"}),
    ("Conv2D", {"filters": 1, "kernel_size": 3, "data_format": "channels_first"},
     (1, 8, 9), {2: "(8 − 3) / 1 + 1", 3: "(9 − 3) / 1 + 1"}),
    ("SeparableConv1D", {"filters": 1, "kernel_size": 3, "strides": 2}, (10, 2),
     {1: "(10 − 3) // 2 + 1"}),
    ("MaxPooling2D", 2, (7, 6, 1), {1: "(7 − 2) // 2 + 1", 2: "(6 − 2) / 2 + 1"}),
    ("MaxPooling1D", {"pool_size": 2, "padding": "same"}, (7, 1),
     {1: "(7 + 1 − 2) / 2 + 1"}),
    ("Conv1DTranspose", {"filters": 1, "kernel_size": 3, "strides": 2}, (5, 1),
     {1: "(5 − 1)·2 + 3"}),
    ("Conv1DTranspose", {"filters": 1, "kernel_size": 2, "strides": 3}, (5, 1),
     {1: "5·3"}),
    ("Conv1DTranspose", {"filters": 1, "kernel_size": 3, "strides": 2,
                         "padding": "same"}, (5, 1), {1: "5·2"}),
    ("Conv1DTranspose", {"filters": 1, "kernel_size": 3, "strides": 2,
                         "padding": "same", "output_padding": 1}, (5, 1),
     {1: "(5 − 1)·2 + 3 − 2·1 + 1"}),
    ("Flatten", None, (3, 3, 25), {1: "3·3·25"}),
    ("Reshape", [4, -1], (6, 2), {2: "6·2 / 4"}),
    ("Reshape", [2, -1, 3], (6, 2), {2: "6·2 / (2·3)"}),
    ("Reshape", [-1], (6, 2), {1: "6·2"}),
    ("ZeroPadding1D", [1, 2], (6, 2), {1: "6 + 1 + 2"}),
    ("Cropping1D", 1, (6, 2), {1: "6 − 1 − 1"}),
    ("UpSampling2D", [2, 3], (6, 2, 1), {1: "6·2", 2: "2·3"}),
    ("Conv2D", {"filters": 1, "kernel_size": 3}, (None, 8, 1), {2: "(8 − 3) / 1 + 1"}),
    ("TimeDistributed", {"layer": {"MaxPooling1D": 2}}, (10, 6, 1),
     {2: "(6 − 2) / 2 + 1"}),
    ("ConvLSTM1D", {"filters": 1, "kernel_size": 3, "return_sequences": True},
     (10, 6, 1), {2: "(6 − 3) / 1 + 1"}),
    ("Pipeline", [{"Rescaling": 2.0}, {"CenterCrop": {"height": 6, "width": 5}},
                  {"ZeroPadding2D": 1}],
     (9, 9, 1), {1: "6 + 1 + 1", 2: "5 + 1 + 1"}),
    ("Pipeline", [{"Conv2D": {"filters": 2, "kernel_size": 3}}, {"MaxPooling2D": 2},
                  {"Flatten": {}}], (8, 9, 1), {1: "3·3·2"}),
    ("Pipeline", [{"Conv2D": {"filters": 2, "kernel_size": 3}}, {"MaxPooling2D": 2}],
     (8, 9, 1), {1: "(8 − 3) / 1 + 1 = 6, (6 − 2) / 2 + 1",
                 2: "(9 − 3) / 1 + 1 = 7, (7 − 2) // 2 + 1"}),
    ("Pipeline", [{"Flatten": {}}, {"Dense": 3}], (8, 9, 1), {}),
    ("Dense", 10, (8,), {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "sizes", "sums"), SUMS)
def test_a_sum_is_written_out(name, arguments, sizes, sums) -> None:
    layer, shape = make_layer(name, arguments), (None, *sizes)
    layer.check(shape)
    assert layer.size_sums(shape) == sums
    check_sums(layer, [shape])


def moves_windows(cls: type[Layer]) -> bool:
    """Whether its output's sizes hang on its input's along the spatial axes."""
    given = "keepdims" in cls.arguments() or "output_size" in cls.arguments()
    return issubclass(cls, Spatial) and cls.output is not Layer.output and not given


@pytest.mark.parametrize(
    "name", [name for name in layer_names() if moves_windows(layer_class(name))]
)
def test_a_window_layer_tells_the_sum_of_each_spatial_axis(name: str) -> None:
    cls = layer_class(name)
    layer = make_layer(name, cls.example)
    [x] = cls.example_inputs
    assert set(layer.size_sums(x)) == set(range(1, len(x) - 1))
