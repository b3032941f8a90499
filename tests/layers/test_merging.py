from cnnspec.catalogue.layers.base import WHOLE
from tests.layers.refusals import Refused, check_refused, each_refused
from tests.layers.table import Row, check_complete, check_row, each

IMAGE = (None, 28, 28, 32)

ROWS = [
    Row("Add", None, [IMAGE, IMAGE], IMAGE, params=0),
    Row("Add", None, [(None, 7, 7, 16), (None, 1, 1, 16)], (None, 7, 7, 16), 0),
    Row("Add", None, [(None, 3), (None, 4, 5, 3)], (None, 4, 5, 3), params=0),
    Row("Add", None, [(None, None, 5), (2, 7, 1)], (2, None, 5), params=0),
    Row("Subtract", None, [IMAGE, IMAGE], IMAGE, params=0),
    Row("Multiply", None, [(None, 1, 8), (None, 6, 1)], (None, 6, 8), params=0),
    Row("Average", None, [(None, 4), (None, 4), (3, 4)], (3, 4), params=0),
    Row("Maximum", None, [(None, None), (None, 1)], (None, None), params=0),
    Row("Minimum", None, [(None,), (None, 2, 3)], (None, 2, 3), params=0),
    Row("Concatenate", None, [IMAGE, (None, 28, 28, 16)], (None, 28, 28, 48), 0),
    Row("Concatenate", 1, [(None, 4, 3), (None, 5, 3)], (None, 9, 3), params=0),
    Row("Concatenate", -1, [(None, None, 3), (2, 5, 4)], (None, None, 7), params=0),
    Row("Concatenate", 1, [(None, 4, 3), (None, None, 3)], (None, None, 3), params=0),
    # One number for each sample: 64 products.
    Row("Dot", 1, [(None, 64), (None, 64)], (None, 1), 0, macs=64, reach=WHOLE),
    # 4·5 results, each a sum of 3 products.
    Row(
        "Dot",
        {"axes": [2, 1]},
        [(None, 4, 3), (None, 3, 5)],
        (None, 4, 5),
        params=0,
        macs=60,
        reach=WHOLE,
    ),
    Row(
        "Dot",
        {"axes": -1, "normalize": True},
        [(None, None, 8), (None, 20, 8)],
        (None, None, 20),
        params=0,
        macs=None,
        reach=WHOLE,
    ),
]

REFUSED = [
    Refused(
        "Add",
        None,
        [IMAGE, (None, 28, 28, 64)],
        "can't join 28x28x32 and 28x28x64: sizes must be equal, or 1",
    ),
    Refused("Add", None, [IMAGE, (None, 14, 14, 32)], "sizes must be equal, or 1"),
    Refused("Average", None, [(2, 4), (3, 4)], "can't join batches of 2 and 3"),
    Refused(
        "Concatenate",
        None,
        [IMAGE, (None, 14, 28, 32)],
        "(?, 28, 28, 32) and (?, 14, 28, 32) side by side along axis -1",
    ),
    Refused("Concatenate", 4, [IMAGE, IMAGE], "has no axis 4 in its input"),
    Refused("Dot", 2, [(None, 4), (None, 4)], "has no axis 2 to sum over"),
    Refused("Dot", 1, [(None, 4), (None, 5)], "their sizes, 4 and 5, must be equal"),
    Refused("Dot", 1, [(None, None), (None, 5)], "their sizes, ? and 5"),
]


@each(ROWS)
def test_row(row):
    check_row(row)


@each_refused(REFUSED)
def test_refused(case):
    check_refused(case)


def test_every_layer_has_a_row():
    check_complete("merging", ROWS)
