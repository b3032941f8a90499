"""Convolutions, computed by hand."""

from fractions import Fraction

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.ground.errors import Invalid, ShapeError
from tests.layers.table import Row, check_complete, check_row, each

HALF = Fraction(1, 2)

ROWS = [
    # (10 - 3) + 1 steps; 3·2·4 + 4 weights; 8 · 24 products
    Row(
        "Conv1D",
        {"filters": 4, "kernel_size": 3},
        [(None, 10, 2)],
        (None, 8, 4),
        params=28,
        macs=192,
        reach=((3, 1),),
    ),
    # causal pads in front, so no step is lost; the kernel spans 2·(3 - 1) + 1
    Row(
        "Conv1D",
        {"filters": 4, "kernel_size": 3, "padding": "causal", "dilation_rate": 2},
        [(None, 10, 2)],
        (None, 10, 4),
        params=28,
        macs=240,
        reach=((5, 1),),
    ),
    # the first layer of Network in Network on MNIST: 3·3·1·50 + 50
    Row(
        "Conv2D",
        {"filters": 50, "kernel_size": 3, "padding": "SAME"},
        [(None, 28, 28, 1)],
        (None, 28, 28, 50),
        params=500,
        macs=352_800,
        reach=((3, 1), (3, 1)),
    ),
    # (11 - 3) // 2 + 1 and (20 - 5) // 3 + 1; 3·5·3·8 + 8
    Row(
        "Conv2D",
        {"filters": 8, "kernel_size": [3, 5], "strides": [2, 3]},
        [(None, 11, 20, 3)],
        (None, 5, 6, 8),
        params=368,
        macs=10_800,
        reach=((3, 2), (5, 3)),
    ),
    # ceil(7 / 2)
    Row(
        "Conv2D",
        {"filters": 1, "kernel_size": 2, "strides": 2, "padding": "same"},
        [(None, 7, 7, 1)],
        (None, 4, 4, 1),
        params=5,
        macs=64,
        reach=((2, 2), (2, 2)),
    ),
    # 9 - 5 + 1, the kernel spanning 2·(3 - 1) + 1
    Row(
        "Conv2D",
        {"filters": 1, "kernel_size": 3, "dilation_rate": 2},
        [(1, 9, 9, 1)],
        (1, 5, 5, 1),
        params=10,
        macs=225,
        reach=((5, 1), (5, 1)),
    ),
    # each of two groups sees two of the four channels: 3·3·2·6
    Row(
        "Conv2D",
        {
            "filters": 6,
            "kernel_size": 3,
            "groups": 2,
            "use_bias": False,
            "data_format": "channels_first",
        },
        [(None, 4, 9, None)],
        (None, 6, 7, None),
        params=108,
        macs=None,
        reach=((3, 1), (3, 1)),
    ),
    # LoRA adds 3·3·2·2 and 2·8 to 3·3·2·8 + 8
    Row(
        "Conv2D",
        {"filters": 8, "kernel_size": 3, "lora_rank": 2},
        [(None, 5, 5, 2)],
        (None, 3, 3, 8),
        params=204,
        macs=1_296,
        reach=((3, 1), (3, 1)),
    ),
    # 1·2·3·3·2 + 2; 4·4·4 · 36
    Row(
        "Conv3D",
        {"filters": 2, "kernel_size": [1, 2, 3]},
        [(None, 4, 5, 6, 3)],
        (None, 4, 4, 4, 2),
        params=38,
        macs=2_304,
        reach=((1, 1), (2, 1), (3, 1)),
    ),
    # (5 - 1)·2 + 3; 5 input steps, 3·3·2 products at each
    Row(
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 3, "strides": 2},
        [(None, 5, 2)],
        (None, 11, 3),
        params=21,
        macs=90,
        reach=((2, HALF),),
    ),
    # a stride wider than the kernel: (5 - 1)·3 + 3
    Row(
        "Conv1DTranspose",
        {"filters": 3, "kernel_size": 2, "strides": 3},
        [(None, 5, 2)],
        (None, 15, 3),
        params=15,
        macs=60,
        reach=((1, Fraction(1, 3)),),
    ),
    # (5 - 1)·2 + 4 % 2 + 1
    Row(
        "Conv1DTranspose",
        {
            "filters": 1,
            "kernel_size": 4,
            "strides": 2,
            "padding": "same",
            "output_padding": 1,
        },
        [(None, 5, 1)],
        (None, 9, 1),
        params=5,
        macs=20,
        reach=((2, HALF),),
    ),
    # 4·4·8·16 + 8; 7·7 · 2048
    Row(
        "Conv2DTranspose",
        {"filters": 8, "kernel_size": 4, "strides": 2, "padding": "same"},
        [(None, 7, 7, 16)],
        (None, 14, 14, 8),
        params=2_056,
        macs=100_352,
        reach=((2, HALF), (2, HALF)),
    ),
    # (4 - 1)·2 + 3 + 1
    Row(
        "Conv2DTranspose",
        {"filters": 1, "kernel_size": 3, "strides": 2, "output_padding": [1, 0]},
        [(None, 4, None, 1)],
        (None, 10, None, 1),
        params=10,
        macs=None,
        reach=((2, HALF), (2, HALF)),
    ),
    # 2·2·2·1·5 + 1; 2·3·4 · 40
    Row(
        "Conv3DTranspose",
        {"filters": 1, "kernel_size": 2, "strides": 2},
        [(None, 2, 3, 4, 5)],
        (None, 4, 6, 8, 1),
        params=41,
        macs=960,
        reach=((1, HALF), (1, HALF), (1, HALF)),
    ),
    # 3·4·2 + 8; 8 · 24
    Row(
        "DepthwiseConv1D",
        {"kernel_size": 3, "depth_multiplier": 2},
        [(None, 10, 4)],
        (None, 8, 8),
        params=32,
        macs=192,
        reach=((3, 1),),
    ),
    # 3·3·32 + 32; 7·7 · 288
    Row(
        "DepthwiseConv2D",
        {"kernel_size": 3, "strides": 2, "padding": "same"},
        [(None, 14, 14, 32)],
        (None, 7, 7, 32),
        params=320,
        macs=14_112,
        reach=((3, 2), (3, 2)),
    ),
    # 3·4 + 4·8 + 8; 8 · (12 + 32)
    Row(
        "SeparableConv1D",
        {"filters": 8, "kernel_size": 3},
        [(None, 10, 4)],
        (None, 8, 8),
        params=52,
        macs=352,
        reach=((3, 1),),
    ),
    # 3·3·16·2 + 32·64 + 64; 8·8 · (288 + 2048)
    Row(
        "SeparableConv2D",
        {
            "filters": 64,
            "kernel_size": 3,
            "strides": 2,
            "padding": "same",
            "depth_multiplier": 2,
        },
        [(None, 15, 15, 16)],
        (None, 8, 8, 64),
        params=2_400,
        macs=149_504,
        reach=((3, 2), (3, 2)),
    ),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("convolutional", ROWS)


@pytest.mark.parametrize(
    ("arguments", "shape", "message"),
    [
        (
            {"filters": 1, "kernel_size": 5},
            (None, 4, 4, 1),
            ("kernel_size 5x5 with padding 'valid' does not fit its 4x4 input"),
        ),
        (
            {"filters": 1, "kernel_size": 3, "dilation_rate": 2},
            (None, 4, 4, 1),
            (
                "kernel_size 3x3 at dilation_rate 2x2 with padding 'valid' does not "
                "fit its 4x4 input"
            ),
        ),
        (
            {"filters": 6, "kernel_size": 1, "groups": 3},
            (None, 4, 4, 7),
            ("can't share the 7 channels of its input out to 3 groups"),
        ),
        (
            {"filters": 1, "kernel_size": 1},
            (None, 4, 4, None),
            (
                "needs to know the number of channels of its input; "
                "give the input's channels a number instead of null"
            ),
        ),
        (
            {"filters": 1, "kernel_size": 1},
            (None, 28, 28),
            (
                "needs a tensor with the axes (height, width, channels); its input is "
                "28x28, 2 axes instead of 3"
            ),
        ),
    ],
)
def test_a_tensor_that_does_not_fit(arguments, shape, message):
    with pytest.raises(ShapeError) as error:
        make_layer("Conv2D", arguments).check(shape)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "Conv2D",
            {"filters": 7, "kernel_size": 1, "groups": 2},
            "Conv2D can't share 7 filters out to 2 groups",
        ),
        (
            "Conv2D",
            {"filters": 1, "kernel_size": 2, "strides": 2, "dilation_rate": 3},
            (
                "Conv2D can't have strides 2x2 and dilation_rate 3x3: "
                "only one may be above 1"
            ),
        ),
        (
            "Conv2DTranspose",
            {"filters": 1, "kernel_size": 2, "strides": 2, "output_padding": 2},
            "Conv2DTranspose.output_padding 2x2 is not below strides 2x2",
        ),
    ],
)
def test_arguments_that_do_not_go_together(name, arguments, message):
    with pytest.raises(Invalid) as error:
        make_layer(name, arguments)
    assert [problem.message for problem in error.value.problems] == [message]
