"""Random cases for layers that turn raw data into numbers."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common, maybe
from tests.fidelity.judge import Case

SIZE = st.integers(1, 9)
UNSURE = st.one_of(st.none(), SIZE)
NUMBER = st.one_of(st.integers(-9, 300), st.floats(-9, 300))
SALT = st.one_of(st.none(), SIZE, st.lists(SIZE, min_size=2, max_size=2))
DTYPES = st.sampled_from(["float32", "int64", "string", "uint8"])
CATEGORICAL = ["int", "one_hot", "multi_hot", "count"]
LOOKUPS = ("IntegerLookup", "StringLookup", "TextVectorization")


def _own(*without: str) -> Any:
    """The arguments of every layer, without some."""
    every = st.tuples(common("activity_regularizer"), maybe(autocast=st.booleans()))
    return every.map(
        lambda both: {k: v for k, v in (both[0] | both[1]).items() if k not in without}
    )


@st.composite
def _shape(draw: Any, least: int = 0) -> tuple[int | None, ...]:
    rest = draw(st.lists(st.one_of(UNSURE, st.just(1)), min_size=least, max_size=4))
    return (draw(batch()), *rest)


@st.composite
def _rescaling(draw: Any) -> Case:
    value = st.one_of(NUMBER, st.lists(NUMBER, max_size=3))
    arguments = {"scale": draw(value), **draw(maybe(offset=value)), **draw(_own())}
    return Case("Rescaling", arguments, (draw(_shape()),), draw(DTYPES))


def _filled(sizes: tuple[int, ...], number: float) -> Any:
    """Numbers nested as an array of those sizes."""
    if not sizes:
        return number
    return [_filled(sizes[1:], number) for _ in range(sizes[0])]


@st.composite
def _normalization(draw: Any) -> Case:
    shape = (draw(batch()), *draw(st.lists(SIZE, min_size=1, max_size=4)))
    known = [a for a, size in enumerate(shape) if size is not None]
    kept = draw(st.lists(st.sampled_from(known), unique=True, max_size=3))
    axes = [a - draw(st.sampled_from([0, len(shape)])) for a in kept]
    arguments = draw(maybe(invert=st.booleans())) | draw(_own())
    forms: list[Any] = [axes]
    if not axes:
        forms.append(None)
    if len(axes) == 1:
        forms.append(axes[0])
    arguments["axis"] = draw(st.sampled_from(forms))
    if draw(st.booleans()):
        spread = [draw(st.sampled_from([1, shape[a]])) for a in sorted(kept)]
        sizes = tuple(spread[draw(st.integers(0, len(spread))) :])
        arguments["mean"] = _filled(sizes, draw(NUMBER))
        arguments["variance"] = _filled(sizes, draw(st.floats(0, 9)))
    elif draw(st.booleans()):
        arguments |= {"mean": None, "variance": None}
    others = [axis for axis in range(len(shape)) if axis not in kept]
    unknown = draw(st.sets(st.sampled_from(others))) if others else set()
    given = tuple(None if a in unknown else size for a, size in enumerate(shape))
    return Case("Normalization", arguments, (given,), draw(DTYPES))


@st.composite
def _modes(draw: Any, modes: list[str]) -> dict[str, Any]:
    arguments = draw(maybe(output_mode=st.sampled_from(modes)))
    if arguments.get("output_mode", "int") != "int":
        arguments |= draw(maybe(sparse=st.booleans()))
    return arguments


@st.composite
def _discretization(draw: Any) -> Case:
    arguments = draw(_modes(CATEGORICAL))
    if draw(st.booleans()):
        arguments["num_bins"] = draw(st.integers(0, 9))
    else:
        arguments["bin_boundaries"] = draw(st.lists(NUMBER, max_size=5))
    arguments |= draw(maybe(epsilon=st.floats(0.01, 1), dtype=st.just("float32")))
    return Case("Discretization", arguments, (draw(_shape()),), draw(DTYPES))


@st.composite
def _encoding(draw: Any) -> Case:
    modes = ["multi_hot", "one_hot", "count", "binary"]
    arguments = {"num_tokens": draw(SIZE), **draw(_own())}
    arguments |= draw(maybe(output_mode=st.sampled_from(modes), sparse=st.booleans()))
    return Case("CategoryEncoding", arguments, (draw(_shape()),), draw(DTYPES))


@st.composite
def _hashing(draw: Any) -> Case:
    arguments = {"num_bins": draw(SIZE), **draw(_modes(CATEGORICAL))}
    masks = st.one_of(st.none(), st.integers(0, 9), st.just("nothing"))
    arguments |= draw(maybe(mask_value=masks, salt=SALT)) | draw(_own("dtype"))
    is_int = arguments.get("output_mode", "int") == "int"
    dtypes = ["int32", "int64"] if is_int else ["float32", "float16", "int64"]
    arguments |= draw(maybe(dtype=st.sampled_from([None, *dtypes])))
    return Case("Hashing", arguments, (draw(_shape()),), draw(DTYPES))


@st.composite
def _crossing(draw: Any) -> Case:
    arguments = {"num_bins": draw(SIZE)}
    modes, dtypes = (
        st.sampled_from(["int", "one_hot"]),
        st.sampled_from([None, "int32"]),
    )
    arguments |= draw(maybe(output_mode=modes, sparse=st.booleans(), dtype=dtypes))
    shape, other = draw(_shape()), draw(_shape())
    shapes = (shape, (*other[:-1], shape[-1]))
    return Case("HashedCrossing", arguments, shapes, draw(DTYPES))


@st.composite
def _lookup(draw: Any, name: str) -> Case:
    text = name != "IntegerLookup"
    arguments = draw(_modes([*CATEGORICAL, "tf_idf", "tf-idf", "binary"]))
    mode = arguments.get("output_mode", "int")
    mask, oov, extra = "" if name == "TextVectorization" else None, -1, 1
    oov = "[UNK]" if text else -1
    if name != "TextVectorization":
        masks = [None, "" if text else 0]
        oovs = ["[UNK]", "?"] if text else [-1, -7]
        arguments |= draw(
            maybe(
                num_oov_indices=st.integers(0, 3),
                mask_token=st.sampled_from(masks),
                oov_token=st.sampled_from(oovs),
                trainable=st.booleans(),
                dtype=st.just("int64"),
            )
        )
        mask = arguments.get("mask_token", mask)
        oov = arguments.get("oov_token", oov)
        extra = arguments.get("num_oov_indices", extra)
        if mode == "int":
            arguments |= draw(maybe(invert=st.booleans()))
    word = st.sampled_from("abcdefgh") if text else st.integers(1, 30)
    words = draw(st.lists(word, unique=True, min_size=1, max_size=6))
    special = [mask] * (mask is not None and mode == "int") + [oov] * extra
    size = len(special) + len(words)
    if None not in special and draw(st.booleans()):
        words = special + words
    if draw(st.booleans()):
        arguments["vocabulary"] = words
        if mode.startswith("tf"):
            arguments["idf_weights"] = [0.5] * len(words)
    elif mode.startswith("tf"):
        arguments |= draw(maybe(idf_weights=st.lists(st.floats(0, 1), max_size=3)))
    if draw(st.booleans()):
        arguments["max_tokens"] = draw(st.integers(max(size, 2), size + 9))
        arguments |= draw(maybe(pad_to_max_tokens=st.booleans()))
    arguments |= _special_ones(draw, name, mode)
    return Case(name, arguments, (draw(_shape()),), draw(DTYPES))


def _special_ones(draw: Any, name: str, mode: str) -> dict[str, Any]:
    """The arguments that only one of the lookups has."""
    if name == "StringLookup":
        return draw(maybe(encoding=st.just("latin-1"), salt=SALT))
    if name == "IntegerLookup":
        if draw(st.booleans()):
            return {"oov_method": "farmhash", **draw(maybe(salt=SALT))}
        return draw(
            maybe(oov_method=st.just("floormod"), vocabulary_dtype=st.just("int64"))
        )
    ways = ["lower_and_strip_punctuation", "lower", "strip_punctuation", None]
    arguments = draw(_own()) | draw(
        maybe(
            standardize=st.sampled_from(ways),
            split=st.sampled_from(["whitespace", "character", None]),
            ngrams=st.one_of(st.none(), SIZE, st.lists(SIZE, min_size=1, max_size=3)),
            encoding=st.just("utf-8"),
        )
    )
    if mode == "int":
        lengths = st.one_of(st.none(), st.integers(0, 9))
        arguments |= draw(maybe(output_sequence_length=lengths, ragged=st.booleans()))
    return arguments


@st.composite
def _mel(draw: Any) -> Case:
    length = draw(st.integers(1, 300))
    arguments = draw(_own()) | draw(
        maybe(
            fft_length=st.integers(length, 512),
            sequence_stride=st.integers(1, 90),
            num_mel_bins=st.integers(1, 90),
            window=st.sampled_from(["hann", "hamming"]),
            sampling_rate=st.integers(1000, 9000),
            min_freq=st.floats(0, 90),
            max_freq=st.one_of(st.none(), st.floats(100, 500)),
            power_to_db=st.booleans(),
            top_db=st.floats(1, 90),
            mag_exp=st.floats(1, 3),
            min_power=st.floats(1e-9, 1),
            ref_power=st.floats(0.1, 1),
        )
    )
    if draw(st.booleans()):
        arguments["sequence_length"] = length
    size = st.one_of(st.none(), st.integers(1, 5000))
    rest = draw(st.one_of(st.just(()), st.tuples(size), st.tuples(size, UNSURE)))
    return Case("MelSpectrogram", arguments, ((draw(batch()), *rest),), draw(DTYPES))


@st.composite
def _stft(draw: Any) -> Case:
    length = draw(st.integers(2, 40))
    modes = ["log", "magnitude", "psd", "real", "imag", "angle", "stft"]
    arguments = draw(_own()) | draw(
        maybe(
            mode=st.sampled_from(modes),
            frame_step=st.one_of(st.none(), st.integers(1, length)),
            fft_length=st.one_of(st.none(), st.integers(length, 90)),
            window=st.sampled_from(["hann", "hamming", "tukey", None]),
            periodic=st.booleans(),
            scaling=st.sampled_from(["density", "spectrum", None]),
            padding=st.sampled_from(["valid", "same"]),
            expand_dims=st.booleans(),
            data_format=st.sampled_from([None, "channels_last", "channels_first"]),
        )
    )
    arguments["frame_length"] = length
    steps = draw(st.one_of(st.none(), st.integers(length, 200)))
    rest = [steps, draw(SIZE)]
    if arguments.get("data_format") == "channels_first":
        rest.reverse()
    return Case("STFTSpectrogram", arguments, ((draw(batch()), *rest),))


IMAGE_LAYERS = [
    {"Rescaling": 0.5},
    {"Rescaling": {"scale": 2, "offset": 1.0}},
    "Normalization",
    {"Normalization": {"trainable": False}},
    {"Resizing": {"height": 9, "width": 8}},
    {"CenterCrop": {"height": 4, "width": 5}},
    {"RandomCrop": {"height": 5, "width": 4}},
    "RandomFlip",
    {"RandomRotation": 0.1},
    {"RandomColorJitter": {"hue_factor": 0.5}},
    {"Conv2D": {"filters": 3, "kernel_size": 1}},
    {"Conv2D": {"filters": 3, "kernel_size": 1, "trainable": False}},
]


@st.composite
def _pipeline(draw: Any) -> Case:
    listed = draw(st.lists(st.sampled_from(IMAGE_LAYERS), min_size=1, max_size=4))
    shape = (draw(batch()), draw(st.integers(5, 12)), draw(st.integers(5, 12)), 3)
    arguments = {"layers": listed, **draw(maybe(name=st.just("prepare")))}
    return Case("Pipeline", arguments, (shape,))


DRAWN = {
    "Rescaling": _rescaling(),
    "Normalization": _normalization(),
    "Discretization": _discretization(),
    "CategoryEncoding": _encoding(),
    "Hashing": _hashing(),
    "HashedCrossing": _crossing(),
    **{name: _lookup(name) for name in LOOKUPS},
    "MelSpectrogram": _mel(),
    "STFTSpectrogram": _stft(),
    "Pipeline": _pipeline(),
}


def valid(name: str) -> st.SearchStrategy[Case]:
    return DRAWN[name]


# Arguments that spoil any valid case of the layer.
SPOILT: dict[str, list[dict[str, Any]]] = {
    "Normalization": [
        {"mean": 1.0, "variance": None},
        {"mean": None, "variance": 1.0},
        {"mean": [1.0, 2.0], "variance": [1.0]},
        {"axis": None, "mean": [1.0], "variance": [1.0]},
        {"axis": 5},
        {"axis": -6},
        {"axis": "last"},
        {"mean": [[1.0], [1.0, 2.0]], "variance": [[1.0], [1.0, 2.0]]},
    ],
    "Discretization": [
        {"num_bins": -1, "bin_boundaries": None},
        {"num_bins": 3, "bin_boundaries": [1.0]},
        {"num_bins": None, "bin_boundaries": None},
        {"output_mode": "int", "sparse": True},
        {"output_mode": "binary"},
        {"trainable": False},
    ],
    "CategoryEncoding": [
        {"num_tokens": None},
        {"num_tokens": 0},
        {"num_tokens": -2},
        {"output_mode": "int"},
        {"output_mode": "onehot"},
    ],
    "Hashing": [
        {"num_bins": 0},
        {"num_bins": -1},
        {"num_bins": None},
        {"output_mode": "binary"},
        {"output_mode": "int", "sparse": True},
        {"output_mode": "int", "dtype": "float32"},
        {"salt": [1, 2, 3]},
        {"salt": "salty"},
    ],
    "HashedCrossing": [{"output_mode": "multi_hot"}, {"output_mode": ""}],
    "MelSpectrogram": [{"fft_length": 100, "sequence_length": 101}],
    "STFTSpectrogram": [
        {"frame_step": 0},
        {"frame_step": 41},
        {"frame_length": 1, "frame_step": None},
        {"frame_length": 30, "fft_length": 29},
        {"mode": "power"},
        {"scaling": "none"},
        {"padding": "causal"},
        {"window": "hannn"},
        {"data_format": "first"},
    ],
    "Pipeline": [
        {"layers": []},
        {"layers": [{"RandomRotation": 3}]},
        {"layers": ["RandomFlip", {"Normalization": {"axis": 7}}]},
        {"layers": ["Rescaling"]},
        {"layers": [{"Conv2D": {"filters": 4, "kernel_size": 1}}, {"RandomHue": 0.1}]},
        {"trainable": False},
        {"layers": [{"Rescaling": 2.0}, {"Conv2D": {"filters": 2, "kernel_size": 90}}]},
    ],
}
_ANY_LOOKUP: list[dict[str, Any]] = [
    {"max_tokens": 1},
    {"max_tokens": None, "pad_to_max_tokens": True},
    {"output_mode": "int", "sparse": True},
    {"output_mode": "int", "idf_weights": [1.0]},
    {"output_mode": "hot"},
    {"vocabulary": []},
]
for _name, _word in (
    ("IntegerLookup", 3),
    ("StringLookup", "a"),
    ("TextVectorization", "a"),
):
    SPOILT[_name] = [
        *_ANY_LOOKUP,
        {"vocabulary": [_word, _word]},
        {"vocabulary": [_word], "output_mode": "tf_idf", "idf_weights": None},
        {"vocabulary": [_word], "output_mode": "tf_idf", "idf_weights": [1.0, 2.0]},
        {"vocabulary": [_word, 90 if _word == 3 else "b", 91 if _word == 3 else "c"]}
        | {"max_tokens": 2},
    ]
for _name, _word in (("IntegerLookup", 3), ("StringLookup", "a")):
    SPOILT[_name] += [
        {"num_oov_indices": -1},
        {"vocabulary": [_word] * 2, "oov_token": _word, "num_oov_indices": 2},
        {"output_mode": "one_hot", "invert": True},
        {"vocabulary": [_word], "mask_token": _word, "num_oov_indices": 2},
        {
            "vocabulary": [_word],
            "oov_token": _word,
            "invert": True,
            "num_oov_indices": 0,
        },
        {"invert": True, "output_mode": "int", "oov_token": None},
        {"salt": [1]},
        {"autocast": False},
    ]
SPOILT["IntegerLookup"] += [
    {"vocabulary_dtype": "int32"},
    {"oov_method": "hash"},
    {"oov_method": "floormod", "salt": 3},
    {"vocabulary": ["a"]},
]
SPOILT["StringLookup"] += [{"vocabulary": [1, 2]}]
SPOILT["TextVectorization"] += [
    {"standardize": "upper"},
    {"split": "words"},
    {"ngrams": "two"},
    {"output_mode": "count", "output_sequence_length": 4},
    {"output_mode": "count", "ragged": True, "output_sequence_length": None},
    {"vocabulary": ["a", ""], "output_mode": "count"},
]


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    shapes = list(case.shapes)
    ways = ["unknown", *["argument"] * (name != "Rescaling"), *SHAPES.get(name, [])]
    way = draw(st.sampled_from(ways))
    arguments = dict(case.arguments)
    if way == "unknown":
        arguments["vocabularies"] = 1
        if name == "HashedCrossing":  # whose constructor drops what it doesn't know
            shapes = shapes[:1]
    elif way == "argument":
        arguments |= draw(st.sampled_from(SPOILT[name]))
    elif way == "rank":
        rank = 2 if name == "Pipeline" else draw(st.sampled_from([1, 2, 4]))
        shapes = [(None, 60, 3, 3)[:rank]]
        arguments |= {"layers": ["RandomFlip"]} if name == "Pipeline" else {}
    elif way == "short":
        shapes = [(None, 60, 1)]
        arguments |= {"frame_length": 61, "frame_step": 9, "fft_length": 64}
        arguments |= {"padding": "valid", "data_format": "channels_last"}
    elif way == "unknown size":
        shapes = [tuple(None for _ in shapes[0])]
        if name == "Normalization":
            arguments |= {"axis": -1, "mean": None, "variance": None}
    elif way == "mean":
        shapes = [(None, 4, 3)]
        arguments |= {"axis": -1, "mean": [1.0, 2.0], "variance": [1.0, 1.0]}
    elif way == "twice":
        shapes = [(None, 4, 3)]
        arguments |= {"axis": [-1, 2], "mean": None, "variance": None}
    elif way == "other":
        shapes[1] = (*shapes[1][:-1], 77)
    elif way == "count":
        shapes = shapes[:1] if draw(st.booleans()) else [*shapes, shapes[0]]
    return Case(name, arguments, tuple(shapes), case.dtype)


# How else than by its arguments a case can be spoilt.
SHAPES = {
    "Normalization": ["unknown size", "mean", "twice"],
    "HashedCrossing": ["other", "count"],
    "STFTSpectrogram": ["rank", "unknown size", "short"],
    "Pipeline": ["rank"],
}
