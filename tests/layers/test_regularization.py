from tests.layers.refusals import Refused, check_refused, each_refused
from tests.layers.table import Row, check_complete, check_row, each

IMAGE, VOLUME = (None, 8, 6, 3), (2, 4, 8, 6, None)

ROWS = [
    Row("Dropout", 0.5, [(None, 10)], (None, 10), params=0),
    Row("Dropout", {"rate": 0, "noise_shape": [None, 1]}, [(4, None)], (4, None), 0),
    Row("AlphaDropout", {"rate": 0.1, "seed": 1}, [IMAGE], IMAGE, params=0),
    Row("GaussianDropout", 1, [(None,)], (None,), params=0),
    Row("GaussianNoise", 0.1, [IMAGE], IMAGE, params=0),
    Row("SpatialDropout1D", 0.5, [(None, None, 7)], (None, None, 7), params=0),
    Row("SpatialDropout2D", 0.5, [IMAGE], IMAGE, params=0),
    Row("SpatialDropout3D", 0.5, [VOLUME], VOLUME, params=0),
    Row("ActivityRegularization", {"l2": 0.01}, [IMAGE], IMAGE, params=0),
]

REFUSED = [
    Refused("Dropout", 50, [IMAGE], "must be a number from 0 to 1; found 50"),
    Refused("GaussianNoise", {"stddev": 2}, [IMAGE], "a number from 0 to 1; found 2"),
    Refused("ActivityRegularization", {"l1": -1}, [IMAGE], "0 or more"),
    Refused("SpatialDropout2D", 0.5, [(None, 7)], "the axes (height, width, channels)"),
    Refused(
        "SpatialDropout2D",
        {"rate": 0.5, "data_format": "channels_first"},
        [(None, 3, 7)],
        "the axes (channels, height, width)",
    ),
]


@each(ROWS)
def test_row(row):
    check_row(row)


@each_refused(REFUSED)
def test_refused(case):
    check_refused(case)


def test_every_layer_has_a_row():
    check_complete("regularization", ROWS)
