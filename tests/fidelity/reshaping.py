"""Random cases for layers that only move numbers."""

from math import prod
from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common, maybe, one_or_all
from tests.fidelity.judge import Case
from tests.fidelity.spatial import (
    FORMATS,
    other_rank,
    placed,
    rank,
    size,
    with_spatial,
)

SPATIAL = ("Cropping", "ZeroPadding", "UpSampling")
INTERPOLATIONS = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", "Bilinear"]


def valid(name: str) -> st.SearchStrategy[Case]:
    if name.startswith("UpSampling"):
        return _up_sampling(name)
    if name.startswith(SPATIAL):
        return _edges(name)
    return {
        "Flatten": _flatten(),
        "Reshape": st.one_of(_reshape(), _reshape_unknown()),
        "Permute": _permute(),
        "RepeatVector": _repeat_vector(),
    }[name]


@st.composite
def _flatten(draw: Any) -> Case:
    arguments = draw(maybe(data_format=st.sampled_from(FORMATS)))
    shape = (draw(batch()), *draw(st.lists(size(), max_size=5)))
    return Case("Flatten", arguments | draw(common("activity_regularizer")), (shape,))


@st.composite
def _grouped(draw: Any, factors: list[int]) -> list[int]:
    """Sizes with the product of the factors."""
    sizes = [1] * draw(st.integers(1, 4))
    for factor in draw(st.permutations(factors)):
        sizes[draw(st.integers(0, len(sizes) - 1))] *= factor
    return sizes


@st.composite
def _reshape(draw: Any) -> Case:
    """Sizes that are all known, and fit."""
    factors = draw(st.lists(st.sampled_from([2, 2, 3, 5, 7]), max_size=6))
    shape, target = draw(_grouped(factors)), draw(_grouped(factors))
    if prod(shape) == 1 and draw(st.booleans()):
        target = []
    if target and draw(st.booleans()):
        target[draw(st.integers(0, len(target) - 1))] = -1
    arguments = {"target_shape": target} | draw(common("activity_regularizer"))
    return Case("Reshape", arguments, ((draw(batch()), *shape),))


@st.composite
def _reshape_unknown(draw: Any) -> Case:
    """A size that isn't known, on either side: Keras then compares nothing."""
    target = draw(st.lists(st.integers(0, 6), max_size=4))
    shape = draw(st.lists(size(), max_size=4))
    side = draw(st.sampled_from([target, shape]))
    side.insert(draw(st.integers(0, len(side))), None)
    if draw(st.booleans()):
        target.insert(draw(st.integers(0, len(target))), -1)
    arguments = {"target_shape": target} | draw(common())
    return Case("Reshape", arguments, ((draw(batch()), *shape),))


@st.composite
def _permute(draw: Any) -> Case:
    shape = (draw(batch()), *draw(st.lists(size(), max_size=5)))
    dims = list(draw(st.permutations(range(1, len(shape)))))
    arguments = {"dims": dims} | draw(common("activity_regularizer"))
    return Case("Permute", arguments, (shape,))


@st.composite
def _repeat_vector(draw: Any) -> Case:
    arguments = {"n": draw(st.integers(1, 9))} | draw(common("activity_regularizer"))
    return Case("RepeatVector", arguments, ((draw(batch()), draw(size())),))


def _formats(name: str) -> list[str]:
    return [] if name in ("Cropping1D", "UpSampling1D") else FORMATS


def _key(name: str) -> str:
    """The argument that says how the sizes change."""
    starts = {"Cropping": "cropping", "ZeroPadding": "padding", "UpSampling": "size"}
    return next(key for start, key in starts.items() if name.startswith(start))


@st.composite
def _edges(draw: Any, name: str) -> Case:
    """Cropping or padding, in each of the forms that Keras reads."""
    axes, number = rank(name), st.integers(0, 3)
    pair = st.lists(number, min_size=2, max_size=2)
    several = st.lists(st.one_of(number, pair), min_size=axes, max_size=axes)
    arguments = draw(
        maybe(**{_key(name): st.one_of(number, pair if axes == 1 else several)})
    )
    # At most 3 go at each end of an axis.
    least = 7 if name.startswith("Cropping") else 1
    spatial = [draw(size(least)) for _ in range(axes)]
    place, shape = draw(placed(spatial, draw(size()), _formats(name)))
    own = draw(common("activity_regularizer"))
    return Case(name, arguments | place | own, (shape,))


@st.composite
def _up_sampling(draw: Any, name: str) -> Case:
    axes, factor = rank(name), st.integers(1, 4)
    arguments = draw(maybe(size=factor if axes == 1 else one_or_all(factor, axes)))
    if axes == 2:
        arguments |= draw(maybe(interpolation=st.sampled_from(INTERPOLATIONS)))
    spatial = [draw(size()) for _ in range(axes)]
    place, shape = draw(placed(spatial, draw(size()), _formats(name)))
    own = draw(common("activity_regularizer"))
    return Case(name, arguments | place | own, (shape,))


def invalid(name: str) -> st.SearchStrategy[Case]:
    if name.startswith(SPATIAL):
        return _invalid_spatial(name)
    return {
        "Flatten": _invalid_flatten(),
        "Reshape": _invalid_reshape(),
        "Permute": _invalid_permute(),
        "RepeatVector": _invalid_repeat_vector(),
    }[name]


@st.composite
def _invalid_flatten(draw: Any) -> Case:
    [shape] = draw(_flatten()).shapes
    wrong = [{"data_format": "channels"}, {"data_format": ""}, {"axis": 1}]
    return Case("Flatten", draw(st.sampled_from(wrong)), (shape,))


@st.composite
def _invalid_reshape(draw: Any) -> Case:
    [(batch_size, *sizes)] = draw(_reshape()).shapes
    count = prod(sizes)
    wrong = [
        [-1, 1, -1],
        [None, -1, -1],
        [count, -2],
        [count + draw(st.integers(1, 5))],
        [-1, count + 1],
        [-1, 0],
        [0],
        count,
    ]
    target = draw(st.sampled_from(wrong))
    return Case("Reshape", {"target_shape": target}, ((batch_size, *sizes),))


@st.composite
def _invalid_permute(draw: Any) -> Case:
    case = draw(_permute())
    dims, [shape] = case.arguments["dims"], case.shapes
    match draw(st.sampled_from(["rank", "twice", "zero", "gap", "number"])):
        case "rank":
            shape = (*shape, 3)
        case "twice":
            dims = [*dims, 1, 1]
        case "zero":
            dims = [dim - 1 for dim in dims] or [0]
        case "gap":
            dims = [*dims, len(dims) + 2]
        case "number":
            dims = 2
    return Case("Permute", {"dims": dims}, (shape,))


@st.composite
def _invalid_repeat_vector(draw: Any) -> Case:
    case = draw(_repeat_vector())
    arguments, [shape] = dict(case.arguments), case.shapes
    if draw(st.booleans()):
        arguments["n"] = draw(st.sampled_from([0, -1, 2.0, "2", [2], None]))
    else:
        shape = draw(other_rank(shape))
    return Case("RepeatVector", arguments, (shape,))


@st.composite
def _invalid_spatial(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    arguments, [shape] = dict(case.arguments), case.shapes
    axes, key = rank(name), _key(name)
    ways = ["rank", "format", "unknown", "type", "length", "less"]
    if name.startswith("Cropping"):
        ways.append("all")
    match draw(st.sampled_from(ways)):
        case "rank":
            shape = draw(other_rank(shape))
        case "format":
            # Keras has no data_format at all for two of the layers.
            one = "channels_last" if not _formats(name) else "channels"
            arguments["data_format"] = one
        case "unknown":
            arguments["by"] = 2
        case "type":
            arguments[key] = draw(st.sampled_from([None, "two", 2.5]))
        case "length":
            arguments[key] = [1] * (axes + 2)
        case "less":
            arguments[key] = [*[1] * (axes - 1), [-1, 2]]
            if name.startswith("UpSampling"):
                arguments[key] = draw(st.integers(-2, 0))
            elif axes == 1:
                arguments[key] = draw(st.sampled_from([-1, [1, -1]]))
        case "all":
            arguments[key] = draw(st.integers(3, 5))
            shape = with_spatial(arguments, shape, draw(st.integers(1, 6)))
    return Case(name, arguments, (shape,))
