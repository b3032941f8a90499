"""Layers that resize and vary images, by hand-computed cases."""

from fractions import Fraction

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import WHOLE
from cnnspec.ground.errors import Invalid, ShapeError
from tests.layers.table import Row, check_complete, check_row, each

IMAGES = (None, 32, 48, 3)
FIRST = (None, 3, 32, 48)
SIZE = {"height": 16, "width": 12}
HALF_QUARTER = ((2, Fraction(2)), (2, Fraction(4)))
LONG = "ContrastLimitedAdaptiveHistogramEqualization"


def _kept(name, arguments=None, shape=IMAGES):
    """A row of a layer that keeps the shape and has no weights."""
    return Row(name, arguments, [shape], shape, 0)


ROWS = [
    # 32/16 = 2 and 48/12 = 4 positions to one; bilinear looks at two along each axis.
    Row("Resizing", SIZE, [IMAGES], (None, 16, 12, 3), 0, reach=HALF_QUARTER),
    Row(
        "Resizing",
        {**SIZE, "data_format": "channels_first", "interpolation": "nearest"},
        [FIRST],
        (None, 3, 16, 12),
        0,
        reach=((1, Fraction(2)), (1, Fraction(4))),
    ),
    # Both sides on one scale: the smaller ratio when cropping, the larger when padding.
    Row(
        "Resizing",
        {**SIZE, "crop_to_aspect_ratio": True, "interpolation": "bicubic"},
        [IMAGES],
        (None, 16, 12, 3),
        0,
        reach=((4, Fraction(2)), (4, Fraction(2))),
    ),
    # Antialiasing widens the two positions by the ratio of 4.
    Row(
        "Resizing",
        {**SIZE, "pad_to_aspect_ratio": True, "antialias": True},
        [IMAGES],
        (None, 16, 12, 3),
        0,
        reach=((8, Fraction(4)), (8, Fraction(4))),
    ),
    Row("Resizing", SIZE, [(None, None, 48, 3)], (None, 16, 12, 3), 0, reach=WHOLE),
    # Three axes are one image to Keras, so the batch counts as the height.
    Row("Resizing", SIZE, [(None, 28, 28)], (16, 12, 28), 0, reach=WHOLE),
    Row("CenterCrop", SIZE, [IMAGES], (None, 16, 12, 3), 0),
    # A smaller image is enlarged until both sides fit: 10 to 16 rows.
    Row(
        "CenterCrop",
        SIZE,
        [(None, 10, 48, 3)],
        (None, 16, 12, 3),
        0,
        reach=((2, Fraction(5, 8)), (2, Fraction(5, 8))),
    ),
    Row("CenterCrop", SIZE, [(None, None, 9, 3)], (None, 16, 12, 3), 0, reach=WHOLE),
    Row(
        "CenterCrop",
        {**SIZE, "data_format": "channels_first"},
        [(3, 32, 48)],
        (3, 16, 12),
        0,
    ),
    Row("RandomCrop", SIZE, [IMAGES], (None, 16, 12, 3), 0),
    Row(
        "RandomCrop",
        {**SIZE, "data_format": "channels_first"},
        [FIRST],
        (None, 3, 16, 12),
        0,
    ),
    _kept("RandomFlip", "horizontal"),
    _kept("RandomRotation", 0.2),
    _kept("RandomTranslation", {"height_factor": 0.2, "width_factor": [-0.2, 0.3]}),
    _kept("RandomZoom", 0.2, (4, None, None, 1)),
    _kept("RandomShear", {"x_factor": 0.3}),
    _kept("RandomPerspective"),
    _kept("RandomElasticTransform", {"fill_mode": "mirror"}),
    _kept("RandomBrightness", [-0.1, 0.3]),
    _kept("RandomContrast", 0.3),
    _kept("RandomColorDegeneration", 0.3),
    _kept(
        "RandomColorDegeneration", {"factor": 1, "data_format": "channels_first"}, FIRST
    ),
    _kept("RandomColorJitter", {"hue_factor": 0.2}),
    _kept("RandomErasing"),
    _kept("RandomGaussianBlur", {"kernel_size": [3, 5]}),
    _kept("RandomGrayscale", 0.3),
    _kept("RandomHue", 0.3),
    _kept("RandomInvert"),
    _kept("RandomPosterization", 4),
    _kept("RandomSaturation", 0.3),
    _kept("RandomSharpness", 0.3),
    _kept("RandAugment"),
    _kept("AugMix"),
    _kept("AutoContrast", {"value_range": [0, 1]}),
    _kept(LONG, {"tile_grid_size": [4, 4]}),
    _kept("CutMix"),
    _kept("Equalization"),
    _kept("MixUp"),
    _kept("Solarization"),
    _kept("MaxNumBoundingBoxes", 10),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("augmentation", ROWS)


@pytest.mark.parametrize(
    "name, arguments, words",
    [
        ("RandomRotation", 3, "a number from -1 to 1, or a list of two"),
        ("RandomZoom", -1, "above -1 and up to 1, or a list of two of them"),
        ("RandomFlip", "horisontal", "did you mean 'horizontal'?"),
        ("Resizing", {"height": 0, "width": 3}, "a whole number above 0; found 0"),
        ("RandomGaussianBlur", {"kernel_size": 4}, "an odd whole number above 0"),
    ],
)
def test_refuses_argument(name, arguments, words):
    with pytest.raises(Invalid) as caught:
        make_layer(name, arguments)
    [problem] = caught.value.problems
    assert words in f"{problem.message}; {problem.hint}"


@pytest.mark.parametrize(
    "name, arguments, shape, words",
    [
        ("CenterCrop", SIZE, (None, 28), "(height, width, channels); its input is 28"),
        (
            "RandomColorDegeneration",
            0.1,
            (None, 8, 8, 1),
            "3 channels; its input has 1",
        ),
        ("Resizing", SIZE, (None,), "no height and width"),
    ],
)
def test_refuses_shape(name, arguments, shape, words):
    with pytest.raises(ShapeError, match=r".") as caught:
        make_layer(name, arguments).check(shape)
    assert words in caught.value.message


def test_chosen_variations_take_names_of_their_own():
    """As Keras numbers them, in the order in which its constructors make them."""
    names = [layer.title() for layer in make_layer("RandAugment", None).nested()]
    assert len(names) == 11
    assert len(make_layer("AugMix", {"all_ops": False}).nested()) == 7
    jitter = make_layer(
        "RandomColorJitter", {"contrast_factor": 0.1, "hue_factor": 0.1}
    )
    assert [x.title() for x in jitter.nested()] == ["RandomContrast", "RandomHue"]
