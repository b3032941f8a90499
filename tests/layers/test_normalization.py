"""Normalisations, by hand."""

from cnnspec.catalogue.layers import make_layer
from tests.layers.table import Row, check_complete, check_row, each

IMAGE = [(None, 8, 6, 4)]
SAME = (None, 8, 6, 4)
CONV = {"Conv2D": {"filters": 5, "kernel_size": 3}}
CONV_PARAMS = 3 * 3 * 4 * 5 + 5

ROWS = [
    Row("BatchNormalization", None, IMAGE, SAME, 4 * 4),
    Row("BatchNormalization", {"axis": 1}, IMAGE, SAME, 4 * 8),
    Row("BatchNormalization", {"scale": False}, IMAGE, SAME, 3 * 4),
    Row("BatchNormalization", {"center": False, "scale": False}, IMAGE, SAME, 2 * 4),
    Row("BatchNormalization", {"renorm": True}, IMAGE, SAME, 7 * 4),
    Row("LayerNormalization", None, IMAGE, SAME, 2 * 4),
    Row("LayerNormalization", {"axis": [1, 2, 3]}, IMAGE, SAME, 2 * 8 * 6 * 4),
    Row("LayerNormalization", {"axis": [], "center": False}, IMAGE, SAME, 1),
    Row("GroupNormalization", 2, IMAGE, SAME, 2 * 4),
    Row("GroupNormalization", {"groups": -1, "axis": 2}, IMAGE, SAME, 2 * 6),
    Row("RMSNormalization", None, IMAGE, SAME, 4),
    Row("RMSNormalization", {"axis": [-1, 1]}, IMAGE, SAME, 4 * 8),
    Row("UnitNormalization", {"axis": [1, 2]}, IMAGE, SAME, 0),
    Row(
        "SpectralNormalization",
        {"layer": CONV},
        IMAGE,
        (None, 6, 4, 5),
        CONV_PARAMS + 5,
        macs=6 * 4 * 3 * 3 * 4 * 5,
        reach=((3, 1), (3, 1)),
    ),
    Row(
        "SpectralNormalization",
        {"layer": {"Embedding": {"input_dim": 10, "output_dim": 3}}},
        [(None, 7)],
        (None, 7, 3),
        10 * 3 + 3,
    ),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("normalization", ROWS)


def test_no_gradient_trains_the_moving_statistics():
    layer = make_layer("BatchNormalization", None)
    assert [w.name for w in layer.weights((None, 4)) if not w.trainable] == [
        "moving_mean",
        "moving_variance",
    ]


def test_freezing_a_wrapper_leaves_the_layer_inside_trainable():
    frozen = {"trainable": False}
    wrapper = make_layer("SpectralNormalization", {"layer": CONV} | frozen)
    assert [w.name for w in wrapper.held(*IMAGE) if w.trainable] == ["kernel", "bias"]
    inner = {"Conv2D": CONV["Conv2D"] | frozen}
    wrapper = make_layer("SpectralNormalization", {"layer": inner})
    assert not any(w.trainable for w in wrapper.held(*IMAGE))
