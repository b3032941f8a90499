"""Random cases for the layers of keras.applications."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common
from tests.fidelity.judge import Case

SIZE = st.one_of(st.none(), st.integers(1, 9))
SCALE = st.one_of(st.integers(0, 3), st.floats(-2, 2))


@st.composite
def valid(draw: Any, name: str) -> Case:
    others = (draw(batch()), *(draw(st.lists(SIZE, max_size=3))))
    arguments = draw(common("activity_regularizer"))
    if name == "StochasticDepth":
        rate = draw(st.one_of(st.just(0), st.floats(0, 0.99)))
        return Case(name, arguments | {"drop_path_rate": rate}, (others,))
    if name == "LayerScale":
        channels = draw(st.integers(1, 9))
        size = channels if channels == 1 else draw(_agreeing(channels))
        if channels == 1:
            size = draw(SIZE)
        arguments |= {"init_values": draw(SCALE), "projection_dim": channels}
        return Case(name, arguments, ((*others, size),))
    pairs = [(size, draw(_agreeing(size))) for size in others[1:]]
    if draw(st.booleans()):
        pairs = [pair[::-1] for pair in pairs]
    shapes = zip((others[0], others[0]), *pairs, strict=True)
    return Case(name, arguments | {"scale": draw(SCALE)}, tuple(shapes))


def _agreeing(size: int | None) -> st.SearchStrategy[int | None]:
    """A size that joins with another one."""
    return st.sampled_from([size, size, 1, None])


WRONG: dict[str, list[tuple[dict[str, Any], Any]]] = {
    "LayerScale": [
        ({"projection_dim": 4}, ((None, 5, 3),)),
        ({"projection_dim": 4.5}, None),
        ({"projection_dim": "four"}, None),
        ({"projection_dim": -1}, None),
        ({"init_values": "small"}, None),
    ],
    "StochasticDepth": [({"rate": 0.1}, None)],
    "CustomScaleLayer": [
        ({}, ((None, 4, 3), (None, 4, 2))),
        ({}, ((2, 3), (3, 3))),
        ({"scale": "half"}, None),
    ],
}
ALL_WRONG: list[tuple[dict[str, Any], Any]] = [
    ({"units": 4}, None),
    ({"dtype": "float33"}, None),
]


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    spoilt, shapes = draw(st.sampled_from(WRONG[name] + ALL_WRONG))
    return Case(name, case.arguments | spoilt, shapes or case.shapes)
