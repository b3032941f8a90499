"""Pooling, computed by hand."""

from fractions import Fraction
from itertools import product

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import WHOLE
from cnnspec.ground.errors import ShapeError
from tests.layers.table import Row, check_complete, check_row, each

ROWS = [
    # (9 - 2) // 2 + 1: the ninth step is dropped
    Row("MaxPooling1D", None, [(None, 9, 4)], (None, 4, 4), 0, reach=((2, 2),)),
    # ceil(9 / 2)
    Row(
        "MaxPooling1D",
        {"pool_size": 3, "strides": 2, "padding": "same"},
        [(None, 9, 4)],
        (None, 5, 4),
        0,
        reach=((3, 2),),
    ),
    Row(
        "MaxPooling2D",
        2,
        [(None, 28, 28, 50)],
        (None, 14, 14, 50),
        0,
        reach=((2, 2), (2, 2)),
    ),
    # AlexNet's last: (13 - 3) // 2 + 1, the windows overlapping
    Row(
        "MaxPooling2D",
        {"pool_size": 3, "strides": 2},
        [(None, 13, 13, 256)],
        (None, 6, 6, 256),
        0,
        reach=((3, 2), (3, 2)),
    ),
    Row(
        "MaxPooling2D",
        {"pool_size": [1, 3], "data_format": "channels_first"},
        [(None, None, 5, 9)],
        (None, None, 5, 3),
        0,
        reach=((1, 1), (3, 3)),
    ),
    Row(
        "MaxPooling3D",
        None,
        [(None, 4, 5, None, 1)],
        (None, 2, 2, None, 1),
        0,
        reach=((2, 2), (2, 2), (2, 2)),
    ),
    Row("AveragePooling1D", 4, [(2, 10, 3)], (2, 2, 3), 0, reach=((4, 4),)),
    # (8 - 2) // 2 + 1 and (8 - 3) // 3 + 1
    Row(
        "AveragePooling2D",
        {"pool_size": [2, 3]},
        [(None, 8, 8, 2)],
        (None, 4, 2, 2),
        0,
        reach=((2, 2), (3, 3)),
    ),
    Row(
        "AveragePooling3D",
        {"pool_size": 2, "padding": "same"},
        [(None, 5, 6, 7, 1)],
        (None, 3, 3, 4, 1),
        0,
        reach=((2, 2), (2, 2), (2, 2)),
    ),
    Row("GlobalMaxPooling1D", None, [(None, 9, 4)], (None, 4), 0, reach=WHOLE),
    Row(
        "GlobalMaxPooling2D",
        {"keepdims": True},
        [(None, None, None, 4)],
        (None, 1, 1, 4),
        0,
        reach=WHOLE,
    ),
    Row(
        "GlobalMaxPooling3D",
        {"keepdims": True, "data_format": "channels_first"},
        [(None, 4, 5, 6, 7)],
        (None, 4, 1, 1, 1),
        0,
        reach=WHOLE,
    ),
    Row(
        "GlobalAveragePooling1D",
        {"data_format": "channels_first"},
        [(None, 9, 4)],
        (None, 9),
        0,
        reach=WHOLE,
    ),
    Row("GlobalAveragePooling2D", None, [(1, 7, 7, 64)], (1, 64), 0, reach=WHOLE),
    Row("GlobalAveragePooling3D", None, [(1, 2, 7, 7, 8)], (1, 8), 0, reach=WHOLE),
    # 8 windows of 2 positions
    Row("AdaptiveMaxPooling1D", 8, [(None, 16, 3)], (None, 8, 3), 0, reach=((2, 2),)),
    # 30 positions in 7 windows: the fourth goes from floor(90/7) = 12 to
    # ceil(120/7) = 18, so it holds 6
    Row(
        "AdaptiveMaxPooling2D",
        7,
        [(None, 30, 14, 8)],
        (None, 7, 7, 8),
        0,
        reach=((6, Fraction(30, 7)), (2, 2)),
    ),
    Row(
        "AdaptiveMaxPooling3D",
        {"output_size": [1, 2, 3]},
        [(None, 4, None, 4, 8)],
        (None, 1, 2, 3, 8),
        0,
        reach=WHOLE,
    ),
    # more windows than positions: each holds one, or two that it lies across
    Row(
        "AdaptiveAveragePooling1D",
        6,
        [(None, 4, 3)],
        (None, 6, 3),
        0,
        reach=((2, Fraction(2, 3)),),
    ),
    Row(
        "AdaptiveAveragePooling2D",
        {"output_size": [5, 1], "data_format": "channels_first"},
        [(None, 3, 5, 4)],
        (None, 3, 5, 1),
        0,
        reach=((1, 1), (4, 4)),
    ),
    # 5 positions in 2 windows: 0 to 3 and 2 to 5
    Row(
        "AdaptiveAveragePooling3D",
        2,
        [(None, 4, 4, 5, 1)],
        (None, 2, 2, 2, 1),
        0,
        reach=((2, 2), (2, 2), (3, Fraction(5, 2))),
    ),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("pooling", ROWS)


def test_the_widest_window_of_adaptive_pooling():
    """The formula against the windows themselves."""
    for size, out in product(range(1, 25), repeat=2):
        starts = [i * size // out for i in range(out)]
        ends = [-(-(i + 1) * size // out) for i in range(out)]
        widest = max(end - start for start, end in zip(starts, ends, strict=True))
        layer = make_layer("AdaptiveMaxPooling1D", out)
        assert layer.reach((None, size, 1)) == [(widest, Fraction(size, out))]


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "message"),
    [
        (
            "MaxPooling2D",
            4,
            (None, 3, 8, 1),
            ("pool_size 4x4 with padding 'valid' does not fit its 3x8 input"),
        ),
        (
            "GlobalAveragePooling2D",
            None,
            (None, 10),
            (
                "needs a tensor with the axes (height, width, channels); its input is "
                "10, 1 axis instead of 3"
            ),
        ),
        (
            "AdaptiveMaxPooling1D",
            {"output_size": 1, "data_format": "channels_first"},
            (None,),
            (
                "needs a tensor with the axes (channels, steps); its input has no axis "
                "at all; add the axes with Reshape before it"
            ),
        ),
    ],
)
def test_a_tensor_that_does_not_fit(name, arguments, shape, message):
    with pytest.raises(ShapeError) as error:
        make_layer(name, arguments).check(shape)
    assert str(error.value) == message
