"""Layers that turn raw data into numbers, by hand-computed cases."""

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import WHOLE
from cnnspec.ground.errors import Invalid, ShapeError
from tests.layers.table import Row, check_complete, check_row, each

IMAGES = (None, 28, 28, 3)
WORDS = ["cat", "dog", "fish"]
CROP = {"RandomCrop": {"height": 2, "width": 2}}
NETWORK = [
    {"Resizing": {"height": 14, "width": 14, "interpolation": "nearest"}},
    "Normalization",
    {"Conv2D": {"filters": 4, "kernel_size": 3}},
]

ROWS = [
    Row("Rescaling", 2, [IMAGES], IMAGES, 0),
    Row("Rescaling", {"scale": [1, 2, 3], "offset": -1}, [(None, 3)], (None, 3), 0),
    # 3 means, 3 variances, 1 count.
    Row("Normalization", None, [IMAGES], IMAGES, 7),
    # 28·3 means, as many variances, 1 count.
    Row("Normalization", {"axis": [1, -1]}, [IMAGES], IMAGES, 169),
    # One mean, one variance, one count.
    Row("Normalization", {"axis": None}, [(None, None, 3)], (None, None, 3), 3),
    Row("Normalization", {"mean": 0.5, "variance": 0.1}, [IMAGES], IMAGES, 0),
    Row(
        "Normalization",
        {"mean": [1, 2, 3], "variance": [1, 1, 1]},
        [(None, None, 3)],
        (None, None, 3),
        0,
    ),
    Row("Discretization", {"bin_boundaries": [0, 1]}, [(None, 4)], (None, 4), 0),
    # Two boundaries make three bins.
    Row(
        "Discretization",
        {"bin_boundaries": [0, 1], "output_mode": "one_hot"},
        [(None, 1)],
        (None, 3),
        0,
    ),
    Row(
        "Discretization",
        {"num_bins": 5, "output_mode": "one_hot"},
        [(None, 4)],
        (None, 4, 5),
        0,
    ),
    Row(
        "Discretization",
        {"num_bins": 5, "output_mode": "count"},
        [(None, 4, 7)],
        (None, 7, 5),
        0,
    ),
    Row("Discretization", {"num_bins": 5, "output_mode": "multi_hot"}, [(8,)], (5,), 0),
    Row("CategoryEncoding", 6, [(None, 3)], (None, 6), 0),
    Row(
        "CategoryEncoding",
        {"num_tokens": 6, "output_mode": "one_hot"},
        [(None, 3)],
        (None, 3, 6),
        0,
    ),
    Row(
        "CategoryEncoding",
        {"num_tokens": 6, "output_mode": "one_hot"},
        [(None, 1)],
        (None, 6),
        0,
    ),
    Row("CategoryEncoding", {"num_tokens": 6, "output_mode": "count"}, [(4,)], (6,), 0),
    Row("Hashing", 8, [(None, 3)], (None, 3), 0),
    Row(
        "Hashing", {"num_bins": 8, "output_mode": "one_hot"}, [(None, 3)], (None, 8), 0
    ),
    Row("HashedCrossing", 8, [(None, 1), (None, 1)], (None, 1), 0),
    Row(
        "HashedCrossing",
        {"num_bins": 8, "output_mode": "one_hot"},
        [(None, 1), (None, 1)],
        (None, 8),
        0,
    ),
    Row(
        "HashedCrossing",
        {"num_bins": 8, "output_mode": "one_hot"},
        [(None,), (None,)],
        (None, 8),
        0,
    ),
    Row("IntegerLookup", {"vocabulary": [5, 7]}, [(None, 3)], (None, 3), 0),
    # One token for the unknown, two for the words.
    Row(
        "IntegerLookup",
        {"vocabulary": [5, 7], "output_mode": "multi_hot"},
        [(None, 3)],
        (None, 3),
        0,
    ),
    # The list may begin with its special tokens, which aren't counted twice.
    Row(
        "IntegerLookup",
        {"vocabulary": [-1, -1, 5], "num_oov_indices": 2, "output_mode": "count"},
        [(None, 9)],
        (None, 3),
        0,
    ),
    Row("StringLookup", None, [(None, 2)], (None, 2), 0),
    # A mask token takes an index in mode int alone.
    Row(
        "StringLookup",
        {"vocabulary": WORDS, "mask_token": "", "output_mode": "one_hot"},
        [(None, 1)],
        (None, 4),
        0,
    ),
    Row(
        "StringLookup",
        {"vocabulary": WORDS, "max_tokens": 9, "pad_to_max_tokens": True}
        | {"output_mode": "tf_idf", "idf_weights": [1, 2, 3]},
        [(None, 5)],
        (None, 9),
        0,
    ),
    # Nothing is known of the words before adapt().
    Row("StringLookup", {"output_mode": "one_hot"}, [(None, 2)], (None, 2, None), 0),
    Row("TextVectorization", None, [(None, 1)], (None, None), 0),
    Row("TextVectorization", {"output_sequence_length": 9}, [(4, 1)], (4, 9), 0),
    Row(
        "TextVectorization",
        {"vocabulary": WORDS, "output_mode": "count"},
        [(None,)],
        (None, 4),
        0,
    ),
    Row(
        "TextVectorization",
        {"vocabulary": WORDS, "output_mode": "count", "split": None},
        [(None,)],
        (None, 4),
        0,
    ),
    # (16000 + 513) // 512 = 32
    Row("MelSpectrogram", 1024, [(None, 16000)], (None, 128, 32), 0, reach=WHOLE),
    Row(
        "MelSpectrogram",
        {"num_mel_bins": 64, "power_to_db": False, "sequence_length": 400},
        [(None, None)],
        (None, 64, None),
        0,
        reach=((400, 512),),
    ),
    # (1000 - 100) // 50 + 1 = 19 frames; 128 // 2 + 1 = 65 frequencies;
    # 2 kernels of 100·65; 2·100·65·19·2 products.
    Row(
        "STFTSpectrogram",
        {"frame_length": 100},
        [(None, 1000, 2)],
        (None, 19, 130),
        13_000,
        macs=494_000,
        reach=((100, 50),),
    ),
    # ceil(1000 / 20) = 50 frames; 200 // 2 + 1 = 101 frequencies.
    Row(
        "STFTSpectrogram",
        {"mode": "imag", "frame_length": 100, "frame_step": 20, "fft_length": 200}
        | {"padding": "same", "data_format": "channels_first", "expand_dims": True},
        [(None, 3, 1000)],
        (None, 3, 50, 101),
        10_100,
        macs=10_100 * 50 * 3,
        reach=((100, 20),),
    ),
    Row(
        "STFTSpectrogram",
        {"mode": "stft", "frame_length": 100},
        [(None, None, 1)],
        (None, None, 130),
        13_000,
        macs=None,
        reach=((100, 50),),
    ),
    Row("Pipeline", [{"Rescaling": 2}, "RandomFlip"], [IMAGES], IMAGES, 0),
    # 7 of Normalization, 3·3·3·4 + 4 of Conv2D, which is moved 12·12 times; of three
    # positions, two apart in the input, it sees 5.
    Row(
        "Pipeline",
        NETWORK,
        [IMAGES],
        (None, 12, 12, 4),
        119,
        macs=15_552,
        reach=((5, 2), (5, 2)),
    ),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("preprocessing", ROWS)


@pytest.mark.parametrize(
    "name, arguments, words",
    [
        ("Normalization", {"mean": 1}, "has no variance to go with it"),
        ("Discretization", None, "neither of bin_boundaries and num_bins"),
        ("CategoryEncoding", None, "the number of categories"),
        ("Hashing", {"num_bins": 3, "dtype": "float32"}, "which can't be float32"),
        ("StringLookup", {"vocabulary": ["a", "a"]}, "'a' more than once"),
        (
            "StringLookup",
            {"vocabulary": "words.txt", "output_mode": "count"},
            "counted",
        ),
        ("StringLookup", {"vocabulary": WORDS, "max_tokens": 3}, "has 4 tokens"),
        ("IntegerLookup", {"salt": 3}, "can't salt oov_method 'floormod'"),
        (
            "TextVectorization",
            {"split": "words"},
            "'whitespace' or 'character' or null",
        ),
        ("STFTSpectrogram", {"frame_length": 1}, "leaves no frame_step"),
        ("Pipeline", ["Add"], "Pipeline one"),
        ("Pipeline", [{"RandomFlop": 2}], "did you mean 'RandomFlip'?"),
    ],
)
def test_refuses_argument(name, arguments, words):
    with pytest.raises(Invalid) as caught:
        make_layer(name, arguments)
    [problem] = caught.value.problems
    assert words in f"{problem.message}; {problem.hint}"


def test_pipeline_reports_every_problem_in_its_place():
    with pytest.raises(Invalid) as caught:
        make_layer("Pipeline", {"layers": ["Rescaling", "Flip", {"Hashing": 0}]})
    paths = [problem.path for problem in caught.value.problems]
    assert [path[:2] for path in paths] == [("layers", 0), ("layers", 1), ("layers", 2)]


@pytest.mark.parametrize(
    "name, arguments, shapes, words",
    [
        ("Normalization", None, [(None, None)], "know the size"),
        ("Normalization", {"axis": 3}, [(None, 4)], "axis 3"),
        (
            "Normalization",
            {"mean": [1, 2], "variance": [1, 2]},
            [(None, 3)],
            "2 values",
        ),
        ("HashedCrossing", 4, [(None, 1), (None, 2)], "they are 1 and 2"),
        (
            "STFTSpectrogram",
            {"frame_length": 90},
            [(None, 60, 1)],
            "does not fit its 60x1",
        ),
        (
            "Pipeline",
            ["RandomFlip"],
            [(None, 4)],
            "holds RandomFlip, which needs images",
        ),
        ("Pipeline", [CROP], [(None, None, 4, 3)], "know the height"),
    ],
)
def test_refuses_shape(name, arguments, shapes, words):
    with pytest.raises(ShapeError) as caught:
        make_layer(name, arguments).check(*shapes)
    assert words in caught.value.message


def test_vectorization_names_the_lookup_inside():
    [lookup] = make_layer("TextVectorization", None).nested()
    assert lookup.title() == "StringLookup"
