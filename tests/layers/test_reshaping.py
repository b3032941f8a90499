"""Reshaping, cropping, padding and up-sampling, computed by hand."""

from fractions import Fraction

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import MOVED, WHOLE
from cnnspec.ground.errors import Invalid, ShapeError
from tests.layers.table import Row, check_complete, check_row, each

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)

ROWS = [
    # 7·7·64
    Row("Flatten", None, [(None, 7, 7, 64)], (None, 3136), 0, reach=MOVED),
    Row("Flatten", "channels_first", [(5, 2, None)], (5, None), 0, reach=MOVED),
    Row("Flatten", None, [(None,)], (None, 1), 0, reach=MOVED),
    Row("Reshape", [7, 7, 64], [(None, 3136)], (None, 7, 7, 64), 0, reach=MOVED),
    # 28·28·3 / (14·14)
    Row(
        "Reshape", [14, 14, -1], [(None, 28, 28, 3)], (None, 14, 14, 12), 0, reach=MOVED
    ),
    Row("Reshape", [-1, 4], [(None, None, 8)], (None, None, 4), 0, reach=MOVED),
    # with a size left open, Keras compares nothing
    Row("Reshape", [None, 5], [(None, 8)], (None, None, 5), 0, reach=MOVED),
    Row("Reshape", {"target_shape": []}, [(None, 1)], (None,), 0, reach=MOVED),
    Row("Permute", [3, 1, 2], [(None, 4, 5, None)], (None, None, 4, 5), 0, reach=MOVED),
    Row("RepeatVector", 3, [(None, 32)], (None, 3, 32), 0, reach=WHOLE),
    Row("Cropping1D", None, [(None, 9, 4)], (None, 7, 4), 0),
    Row("Cropping1D", {"cropping": [0, 3]}, [(None, None, 4)], (None, None, 4), 0),
    # 28 - 2 - 2 and 28 - 1 - 3
    Row(
        "Cropping2D",
        {"cropping": [2, [1, 3]]},
        [(None, 28, 28, 3)],
        (None, 24, 24, 3),
        0,
    ),
    Row(
        "Cropping3D",
        {"data_format": "channels_first"},
        [(None, 3, 4, 5, 6)],
        (None, 3, 2, 3, 4),
        0,
    ),
    Row("ZeroPadding1D", {"padding": [2, 0]}, [(None, 9, 4)], (None, 11, 4), 0),
    Row("ZeroPadding2D", None, [(None, 28, None, 3)], (None, 30, None, 3), 0),
    # the first layer of Keras's ResNet50: 224 + 3 + 3
    Row("ZeroPadding2D", 3, [(None, 224, 224, 3)], (None, 230, 230, 3), 0),
    Row(
        "ZeroPadding3D",
        {"padding": [0, 1, [2, 3]], "data_format": "channels_first"},
        [(None, 1, 4, 4, 4)],
        (None, 1, 4, 6, 9),
        0,
    ),
    Row("UpSampling1D", None, [(None, 9, 4)], (None, 18, 4), 0, reach=((1, HALF),)),
    # an output position lies between two of the input along each axis
    Row(
        "UpSampling2D",
        {"size": [2, 3], "interpolation": "bilinear"},
        [(None, 7, 7, 8)],
        (None, 14, 21, 8),
        0,
        reach=((2, HALF), (2, THIRD)),
    ),
    Row(
        "UpSampling3D",
        {"size": [1, 2, 3], "data_format": "channels_first"},
        [(None, 8, 2, 3, None)],
        (None, 8, 2, 6, None),
        0,
        reach=((1, 1), (1, HALF), (1, THIRD)),
    ),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("reshaping", ROWS)


@pytest.mark.parametrize(
    ("name", "arguments", "shape", "message"),
    [
        (
            "Reshape",
            [7, 7, 64],
            (None, 28, 28, 1),
            ("can't lay the 784 numbers of its 28x28x1 input out as [7, 7, 64]"),
        ),
        (
            "Reshape",
            [5, -1],
            (None, 28),
            ("can't lay the 28 numbers of its 28 input out as [5, -1]"),
        ),
        (
            "Permute",
            [2, 1],
            (None, 4, 5, 6),
            (
                "has dims [2, 1], for a tensor of 2 axes; its input is 4x5x6, which "
                "has 3; let dims name each axis of the input once, the batch not "
                "counted"
            ),
        ),
        (
            "Cropping2D",
            [2, 4],
            (None, 9, 8, 1),
            (
                "cuts 4x8 positions off its 9x8 input, so that nothing is left along "
                "an axis"
            ),
        ),
    ],
)
def test_a_tensor_that_does_not_fit(name, arguments, shape, message):
    with pytest.raises(ShapeError) as error:
        make_layer(name, arguments).check(shape)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "Reshape",
            [-1, 3, -1],
            "Reshape.target_shape may hold one -1; [-1, 3, -1] holds 2",
        ),
        (
            "Reshape",
            784,
            (
                "Reshape.target_shape must be a list, each item a whole number of 0 or "
                "more, null where it isn't known, or -1; found 784"
            ),
        ),
        (
            "Permute",
            [0, 1],
            "Permute.dims must be a list, each item a whole number above 0; found 0",
        ),
        (
            "Permute",
            [1, 3],
            "Permute.dims must name each axis once, from 1 to 2; found [1, 3]",
        ),
        (
            "ZeroPadding2D",
            -1,
            (
                "ZeroPadding2D.padding must be a whole number of 0 or more, or a list "
                "of 2, each one such number or a list of two; found -1"
            ),
        ),
        (
            "UpSampling2D",
            {"interpolation": "bilinaer"},
            (
                "UpSampling2D.interpolation must be 'nearest', 'bilinear', 'bicubic', "
                "'lanczos3' or 'lanczos5'; found the text 'bilinaer'"
            ),
        ),
    ],
)
def test_arguments_that_are_refused(name, arguments, message):
    with pytest.raises(Invalid) as error:
        make_layer(name, arguments)
    assert [problem.message for problem in error.value.problems] == [message]
