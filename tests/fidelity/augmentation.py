"""Random cases for layers that resize and vary images."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common, maybe
from tests.fidelity.judge import Case

FILL = st.sampled_from(["reflect", "wrap", "constant", "nearest"])
INTERPOLATION = st.sampled_from(["nearest", "bilinear"])
SEED = st.one_of(st.none(), st.integers(0, 9))
NUMBER = st.one_of(st.integers(-2, 300), st.floats(-2, 300))
RANGE = st.lists(NUMBER, min_size=2, max_size=2)
SIZE = st.integers(1, 40)
SIZED = ("Resizing", "CenterCrop", "RandomCrop")


def _within(low: float, high: float) -> Any:
    return st.one_of(st.floats(low, high), st.sampled_from([int(low), int(high)]))


def _strength(low: float, high: float) -> Any:
    """A number, or a list that only has to meet the range, in either order."""
    below, above = st.floats(low - 9, high), st.floats(low, high + 9)
    return st.one_of(_within(low, high), st.tuples(below, above).map(list))


def _strict(low: float, high: float) -> Any:
    one = _within(low, high)
    return st.one_of(one, st.lists(one, min_size=2, max_size=2))


BOTH, ONE, STRICT = _strength(-1, 1), _strength(0, 1), _strict(0, 1)
SHIFT, ZOOM = _strict(-1, 1), _strict(-0.99, 1)
AFFINE = {
    "fill_mode": FILL,
    "interpolation": INTERPOLATION,
    "seed": SEED,
    "fill_value": NUMBER,
}
COLOUR = {"value_range": RANGE, "seed": SEED}
ODD = st.integers(0, 4).map(lambda half: 2 * half + 1)
SHARE = _within(0, 1)

# What has to be given, and what may be.
ARGUMENTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "Resizing": (
        {"height": SIZE, "width": SIZE},
        {
            "interpolation": st.sampled_from(
                ["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area"]
            ),
            "crop_to_aspect_ratio": st.booleans(),
            "pad_to_aspect_ratio": st.booleans(),
            "fill_mode": st.just("constant"),
            "fill_value": NUMBER,
            "antialias": st.booleans(),
        },
    ),
    "CenterCrop": ({"height": SIZE, "width": SIZE}, {}),
    "RandomCrop": ({"height": SIZE, "width": SIZE}, {"seed": SEED}),
    "RandomFlip": (
        {},
        {
            "mode": st.sampled_from(
                ["horizontal", "vertical", "horizontal_and_vertical"]
            ),
            "seed": SEED,
        },
    ),
    "RandomRotation": ({"factor": st.one_of(st.none(), BOTH)}, AFFINE),
    "RandomTranslation": ({"height_factor": SHIFT, "width_factor": SHIFT}, AFFINE),
    "RandomZoom": (
        {"height_factor": ZOOM},
        {"width_factor": st.one_of(st.none(), ZOOM), **AFFINE},
    ),
    "RandomShear": ({}, {"x_factor": STRICT, "y_factor": STRICT, **AFFINE}),
    "RandomPerspective": (
        {},
        {
            "factor": ONE,
            "scale": SHARE,
            "interpolation": INTERPOLATION,
            "fill_value": NUMBER,
            "seed": SEED,
        },
    ),
    "RandomElasticTransform": (
        {},
        {
            **AFFINE,
            "factor": ONE,
            "scale": ONE,
            "fill_mode": st.one_of(FILL, st.just("mirror")),
            "value_range": RANGE,
        },
    ),
    "RandomBrightness": ({"factor": st.one_of(st.none(), BOTH)}, COLOUR),
    "RandomContrast": ({"factor": ONE}, COLOUR),
    "RandomColorDegeneration": ({"factor": BOTH}, COLOUR),
    "RandomColorJitter": (
        {},
        {
            "brightness_factor": st.one_of(st.none(), BOTH),
            "contrast_factor": st.one_of(st.none(), ONE),
            "saturation_factor": st.one_of(st.none(), BOTH),
            "hue_factor": st.one_of(st.none(), ONE),
            **COLOUR,
        },
    ),
    "RandomErasing": (
        {},
        {
            "factor": ONE,
            "scale": ONE,
            "fill_value": st.one_of(st.none(), NUMBER),
            **COLOUR,
        },
    ),
    "RandomGaussianBlur": (
        {},
        {
            "factor": ONE,
            "kernel_size": st.one_of(ODD, st.lists(ODD, min_size=2, max_size=2)),
            "sigma": ONE,
            **COLOUR,
        },
    ),
    "RandomGrayscale": ({}, {"factor": SHARE, "seed": SEED}),
    "RandomHue": ({"factor": ONE}, COLOUR),
    "RandomInvert": ({}, {"factor": ONE, **COLOUR}),
    "RandomPosterization": ({"factor": _strength(1, 8)}, COLOUR),
    "RandomSaturation": ({"factor": BOTH}, COLOUR),
    "RandomSharpness": ({"factor": ONE}, COLOUR),
    "Solarization": (
        {},
        {"addition_factor": STRICT, "threshold_factor": STRICT, **COLOUR},
    ),
    "AutoContrast": ({}, {"value_range": RANGE}),
    "Equalization": ({}, {"value_range": RANGE, "bins": SIZE}),
    "ContrastLimitedAdaptiveHistogramEqualization": (
        {},
        {
            "value_range": RANGE,
            "clip_limit": st.floats(0, 9),
            "tile_grid_size": st.lists(SIZE, min_size=2, max_size=2),
        },
    ),
    "CutMix": ({}, {"factor": ONE, "seed": SEED}),
    "MixUp": ({}, {"alpha": st.floats(0.01, 9), "seed": SEED}),
    "MaxNumBoundingBoxes": ({"max_number": SIZE}, {"fill_value": st.integers(-9, 9)}),
    "RandAugment": (
        {},
        {
            "num_ops": st.integers(1, 4),
            "factor": STRICT,
            "interpolation": INTERPOLATION,
            **COLOUR,
        },
    ),
    "AugMix": (
        {},
        {
            "num_chains": st.integers(1, 4),
            "chain_depth": st.integers(1, 4),
            "factor": STRICT,
            "alpha": st.floats(0.01, 9),
            "all_ops": st.booleans(),
            "interpolation": INTERPOLATION,
            **COLOUR,
        },
    ),
}

# An argument that Keras's constructor refuses, for each layer that looks at one.
BELOW_ABOVE = {
    "BOTH": [-1.01, 1.01, 3, [-9, -2], [2, 3], [0.1], [0, 0.5, 1], "0.1"],
    "ONE": [-0.01, 1.01, 3, [-9, -2], [2, 3], [0.1], [0, 0.5, 1], "0.1"],
    "STRICT": [-0.01, 1.01, [-1, 0.5], [0.5, 1.5], [0.1], "0.1"],
    "SHIFT": [-1.01, 1.01, [-2, 0.5], [0.5, 1.5], [0.1], "0.1", None],
    "ZOOM": [-1, 1.01, [-1, 0.5], [0.5, 1.5], [0.1], "0.1"],
    "RANGE": [[0], [0, 1, 2], 255, "unit"],
    "SHARE": [-0.01, 1.01, [0, 0.5]],
    "WORD": ["mirrored", "Nearest", "", None],
    "SEED": [0.5, "one"],
    "BITS": [0, 8.5, [-3, 0.5], [9, 12], [4], "4"],
    "ODD": [2, [2, 3], [3, 4], [3], "3", None],
}
REFUSED: dict[str, dict[str, str]] = {
    "RandomFlip": {"seed": "SEED"},
    "RandomRotation": {"factor": "BOTH", "fill_mode": "WORD", "interpolation": "WORD"},
    "RandomTranslation": {"height_factor": "SHIFT", "width_factor": "SHIFT"},
    "RandomZoom": {
        "height_factor": "ZOOM",
        "width_factor": "ZOOM",
        "fill_mode": "WORD",
    },
    "RandomShear": {"x_factor": "STRICT", "y_factor": "STRICT", "fill_mode": "WORD"},
    "RandomPerspective": {"factor": "ONE", "scale": "SHARE", "interpolation": "WORD"},
    "RandomElasticTransform": {"factor": "ONE", "scale": "ONE", "fill_mode": "WORD"},
    "RandomBrightness": {"factor": "BOTH", "value_range": "RANGE"},
    "RandomContrast": {"factor": "ONE", "seed": "SEED"},
    "RandomColorDegeneration": {"factor": "BOTH", "value_range": "RANGE"},
    "RandomColorJitter": {"brightness_factor": "BOTH", "hue_factor": "ONE"},
    "RandomErasing": {"factor": "ONE", "scale": "ONE", "seed": "SEED"},
    "RandomGaussianBlur": {"factor": "ONE", "sigma": "ONE", "kernel_size": "ODD"},
    "RandomGrayscale": {"factor": "SHARE", "seed": "SEED"},
    "RandomHue": {"factor": "ONE", "seed": "SEED"},
    "RandomInvert": {"factor": "ONE", "seed": "SEED"},
    "RandomPosterization": {"factor": "BITS", "value_range": "RANGE"},
    "RandomSaturation": {"factor": "BOTH", "value_range": "RANGE"},
    "RandomSharpness": {"factor": "ONE", "value_range": "RANGE"},
    "Solarization": {"addition_factor": "STRICT", "value_range": "RANGE"},
    "AutoContrast": {"value_range": "RANGE"},
    "Equalization": {"value_range": "RANGE"},
    "CutMix": {"factor": "ONE", "seed": "SEED"},
    "MixUp": {"seed": "SEED"},
    "RandAugment": {
        "factor": "STRICT",
        "value_range": "RANGE",
        "interpolation": "WORD",
    },
    "AugMix": {"factor": "STRICT", "value_range": "RANGE", "interpolation": "WORD"},
}


def _common() -> Any:
    formats = st.sampled_from([None, "xyxy", "rel_xywh", "XYWH"])
    return st.tuples(
        common("activity_regularizer"),
        maybe(bounding_box_format=formats, autocast=st.booleans()),
    ).map(lambda both: both[0] | both[1])


@st.composite
def valid(draw: Any, name: str) -> Case:
    needed, optional = ARGUMENTS[name]
    arguments = draw(st.fixed_dictionaries(needed, optional=optional))
    arguments |= draw(_common())
    arguments |= draw(
        maybe(data_format=st.sampled_from([None, "channels_last", "CHANNELS_FIRST"]))
    )
    first = arguments.get("data_format") == "CHANNELS_FIRST"
    size = st.one_of(st.none(), SIZE)
    sides, channels = [draw(size), draw(size)], draw(st.sampled_from([None, 3, 3]))
    if name != "RandomColorDegeneration":
        channels = draw(st.one_of(st.none(), st.integers(1, 4)))
    image = [channels, *sides] if first else [*sides, channels]
    form = draw(st.sampled_from(["batch", "batch", "batch", "image", "other"]))
    shape = (draw(batch()), *image)
    if form == "image":
        shape = tuple(image)
    elif form == "other" and name not in ("CenterCrop", "RandomColorDegeneration"):
        least = 3 if name in SIZED else 1
        shape = tuple(draw(st.lists(size, min_size=least, max_size=6)))
    return Case(name, arguments, (shape,))


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    arguments, shapes = dict(case.arguments), case.shapes
    ways = ["unknown", "data_format", *REFUSED.get(name, {})]
    if name in SIZED:
        ways += ["height", "width", "rank", "missing"]
    if name == "RandomColorDegeneration":
        ways += ["channels", "rank"]
    way = draw(st.sampled_from(ways))
    if way == "unknown":
        arguments["strenght"] = 0.5
    elif way == "data_format":
        arguments["data_format"] = draw(st.sampled_from(["channel_last", "NHWC", ""]))
    elif way in ("height", "width"):
        arguments[way] = draw(st.sampled_from([-1, -7, 1.5, [3, 3], "3"]))
    elif way == "missing":
        del arguments["height"]
    elif way == "channels":
        size = draw(st.sampled_from([1, 2, 4]))
        shapes = (tuple(size for _ in shapes[0]),)
    elif way == "rank":
        rank = (
            1
            if name in ("Resizing", "RandomCrop")
            else draw(st.sampled_from([1, 2, 5]))
        )
        shapes = ((3,) * rank,)
    else:
        values = BELOW_ABOVE[REFUSED[name][way]]
        arguments[way] = draw(st.sampled_from(values))
    return Case(name, arguments, shapes)
