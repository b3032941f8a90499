"""Activations, by hand: only PReLU has weights, one slope for each position."""

from tests.layers.table import Row, check_complete, check_row, each

IMAGE = [(None, 8, 6, 4)]
ROWS = [
    Row("Activation", "relu", IMAGE, (None, 8, 6, 4), params=0),
    Row("Activation", {"activation": None}, [(None,)], (None,), params=0),
    Row("ReLU", {"max_value": 6}, IMAGE, (None, 8, 6, 4), params=0),
    Row("LeakyReLU", 0.1, [(None, None, 3)], (None, None, 3), params=0),
    Row("PReLU", None, IMAGE, (None, 8, 6, 4), params=8 * 6 * 4),
    Row("PReLU", {"shared_axes": [1, 2]}, IMAGE, (None, 8, 6, 4), params=4),
    Row("PReLU", {"shared_axes": 3}, IMAGE, (None, 8, 6, 4), params=8 * 6),
    # alpha has no batch axis, so 0 is its last axis and -1 the one before.
    Row("PReLU", {"shared_axes": 0}, IMAGE, (None, 8, 6, 4), params=8 * 6),
    Row("PReLU", {"shared_axes": -1}, IMAGE, (None, 8, 6, 4), params=8 * 4),
    Row("PReLU", {"shared_axes": [1]}, [(2, None, 5)], (2, None, 5), params=5),
    Row("ELU", {"alpha": 0.5}, [(None, 10)], (None, 10), params=0),
    Row("Softmax", None, [(None, 10)], (None, 10), params=0),
    Row("Softmax", {"axis": [1, 2]}, IMAGE, (None, 8, 6, 4), params=0),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("activations", ROWS)
