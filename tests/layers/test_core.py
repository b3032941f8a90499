"""Dense layers and embeddings, by hand."""

from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import WHOLE
from tests.layers.table import Row, check_complete, check_row, each

SEQUENCE = [(None, 32, 128)]
SUMMED = {"equation": "abc,cd->abd", "output_shape": [None, 64], "bias_axes": "d"}
HEADS = {"equation": "abc,cde->abde", "output_shape": [None, 8, 16]}
LEFT = {"equation": "...x,xy->...y", "output_shape": 64, "bias_axes": "y"}
RIGHT = {"equation": "ab...,bc->ac...", "output_shape": 10, "bias_axes": "c"}
MIXED = {"equation": "abc,bd->adc", "output_shape": [5, None], "bias_axes": "d"}
SCALES = {"equation": "ab,b->ab", "output_shape": [4]}
EMBEDDING = {"input_dim": 100, "output_dim": 8}

ROWS = [
    Row(
        "Dense", {"units": 10}, [(None, 784)], (None, 10), 784 * 10 + 10, macs=784 * 10
    ),
    Row("Dense", {"units": 3, "use_bias": False}, [(2, 5)], (2, 3), 15, macs=15),
    # Along a sequence the same weights are used at each of its 32 steps.
    Row("Dense", 10, SEQUENCE, (None, 32, 10), 128 * 10 + 10, macs=32 * 128 * 10),
    Row("Dense", 10, [(None, None, 4)], (None, None, 10), 50, macs=None),
    Row(
        "Dense",
        {"units": 10, "lora_rank": 2},
        [(None, 20)],
        (None, 10),
        20 * 10 + 10 + 20 * 2 + 2 * 10,
        macs=200,
    ),
    # output_shape's null stays null, though the input has 32 there.
    Row(
        "EinsumDense",
        SUMMED,
        SEQUENCE,
        (None, None, 64),
        128 * 64 + 64,
        macs=32 * 128 * 64,
    ),
    Row(
        "EinsumDense",
        HEADS | {"bias_axes": "de"},
        SEQUENCE,
        (None, None, 8, 16),
        128 * 8 * 16 + 8 * 16,
        macs=32 * 128 * 8 * 16,
    ),
    Row(
        "EinsumDense",
        HEADS | {"bias_axes": "d"},
        SEQUENCE,
        (None, None, 8, 16),
        128 * 8 * 16 + 8,
        macs=32 * 128 * 8 * 16,
    ),
    Row(
        "EinsumDense",
        LEFT,
        [(None, 7, 9, 128)],
        (None, 9, 7, 64),
        128 * 64 + 64,
        macs=7 * 9 * 128 * 64,
    ),
    Row(
        "EinsumDense",
        RIGHT,
        [(None, 4, 6)],
        (None, 10, 6),
        4 * 10 + 10,
        macs=4 * 10 * 6,
        reach=WHOLE,
    ),
    # Sums over the steps, axis 1, so every output sees all of them.
    Row(
        "EinsumDense",
        MIXED,
        [(None, 7, 3)],
        (None, 5, None),
        7 * 5 + 5,
        macs=7 * 5 * 3,
        reach=WHOLE,
    ),
    Row("EinsumDense", SCALES, [(None, 4)], (None, 4), 4, macs=4),
    Row(
        "EinsumDense",
        {"equation": "ab,bc->ac", "output_shape": 3, "lora_rank": 2},
        [(None, 4)],
        (None, 3),
        4 * 3 + 4 * 2 + 2 * 3,
        macs=12,
    ),
    Row("Embedding", EMBEDDING, [(None, 20)], (None, 20, 8), 800),
    Row(
        "Embedding",
        EMBEDDING | {"lora_rank": 3},
        [(None, None)],
        (None, None, 8),
        800 + 100 * 3 + 3 * 8,
    ),
    Row("ReversibleEmbedding", EMBEDDING, [(None, 20)], (None, 20, 8), 800),
    Row(
        "ReversibleEmbedding",
        EMBEDDING | {"tie_weights": False},
        [(None, 20)],
        (None, 20, 8),
        1600,
    ),
    Row("Identity", None, [(None, 4, None)], (None, 4, None), 0),
    Row("Masking", {"mask_value": -1}, [(None, 9, 4)], (None, 9, 4), 0),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("core", ROWS)


def test_low_rank_freezes_the_matrix_alone():
    layer = make_layer("Dense", {"units": 10, "lora_rank": 2})
    trainable = {w.name: w.trainable for w in layer.weights((None, 4))}
    assert trainable == {
        "kernel": False,
        "bias": True,
        "lora_kernel_a": True,
        "lora_kernel_b": True,
    }
