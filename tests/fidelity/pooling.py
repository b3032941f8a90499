"""Random cases for pooling layers."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common, maybe, one_or_all
from tests.fidelity.judge import Case
from tests.fidelity.spatial import (
    each,
    other_rank,
    placed,
    rank,
    size,
    with_spatial,
)


def valid(name: str) -> st.SearchStrategy[Case]:
    if name.startswith("Global"):
        return _global(name)
    return _adaptive(name) if name.startswith("Adaptive") else _window(name)


@st.composite
def _window(draw: Any, name: str) -> Case:
    axes = rank(name)
    lengths = one_or_all(st.integers(1, 4), axes)
    arguments = draw(
        maybe(
            strides=st.one_of(st.none(), lengths),
            padding=st.sampled_from(["valid", "same"]),
        )
    )
    if name.startswith("Average") or draw(st.booleans()):
        arguments["pool_size"] = draw(lengths)
    pool = each(arguments.get("pool_size", 2), axes)
    spans = [1] * axes if arguments.get("padding") == "same" else pool
    spatial = [draw(size(span)) for span in spans]
    place, shape = draw(placed(spatial, draw(size())))
    own = draw(common("activity_regularizer"))
    return Case(name, arguments | place | own, (shape,))


@st.composite
def _global(draw: Any, name: str) -> Case:
    arguments = draw(maybe(keepdims=st.booleans()))
    spatial = [draw(size()) for _ in range(rank(name))]
    place, shape = draw(placed(spatial, draw(size())))
    own = draw(common("activity_regularizer"))
    return Case(name, arguments | place | own, (shape,))


@st.composite
def _adaptive(draw: Any, name: str) -> Case:
    """Also tensors with too few or too many axes, which Keras lets pass."""
    axes = rank(name)
    output_size = draw(one_or_all(st.integers(1, 9), axes))
    count = draw(st.sampled_from([axes, axes, axes, 0, 1, 2, 3, 4]))
    spatial = [draw(size()) for _ in range(count)]
    formats = ["channels_last", "channels_first"]
    place, shape = draw(placed(spatial, draw(size()), formats))
    if not place and draw(st.integers(0, 9)) == 0:
        shape = (draw(batch()),)
    own = draw(common("activity_regularizer"))
    return Case(name, {"output_size": output_size} | place | own, (shape,))


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    arguments, [shape] = dict(case.arguments), case.shapes
    axes = rank(name)
    ways = ["format", "rank", "unknown"]
    if not name.startswith("Global"):
        ways += ["zero", "length", "type"]
    if name.startswith(("Max", "Average")):
        ways += ["fit", "word"]
    adaptive = name.startswith("Adaptive")
    key = "output_size" if adaptive else "pool_size"
    match draw(st.sampled_from(ways)):
        case "format":
            words = ["channels", "last", *(["CHANNELS_LAST"] if adaptive else [])]
            arguments["data_format"] = draw(st.sampled_from(words))
        case "rank" if adaptive:
            arguments["data_format"] = "channels_first"
            shape = shape[:1]
        case "rank":
            shape = draw(other_rank(shape))
        case "unknown":
            arguments["pool"] = 2
        case "zero" if adaptive:
            # Keras lets an output_size of 0 pass; cnnspec doesn't.
            arguments[key] = draw(st.integers(-3, -1))
        case "zero":
            key = draw(st.sampled_from(["pool_size", "strides"]))
            value = [*each(arguments.get(key) or 1, axes)]
            value[draw(st.integers(0, axes - 1))] = draw(st.integers(-2, 0))
            arguments |= {"pool_size": 1, key: value}
        case "length":
            arguments[key] = [1] * (axes + 1)
        case "type":
            arguments[key] = draw(st.sampled_from([None, "large", 2.5]))
        case "fit":
            arguments |= {"pool_size": 8, "padding": "valid"}
            shape = with_spatial(arguments, shape, draw(st.integers(1, 7)))
        case "word":
            arguments["padding"] = draw(st.sampled_from(["SAME", "Valid", "causal"]))
    return Case(name, arguments, (shape,))
