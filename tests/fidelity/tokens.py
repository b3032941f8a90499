"""Random cases for the layers of tokens and positions, against the carried classes."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common, maybe
from tests.fidelity.judge import Case

SIZE = st.integers(1, 9)
OPEN = st.one_of(st.none(), SIZE)


@st.composite
def valid(draw: Any, name: str) -> Case:
    sequence = (draw(batch()), draw(OPEN), draw(SIZE))
    if name == "LearnedQueries":
        arguments = {"count": draw(SIZE), "width": draw(SIZE)}
        arguments |= draw(common("queries_initializer"))
        shape = (sequence[0], *draw(st.lists(OPEN, max_size=3)))
        return Case(name, arguments, (shape,))
    if name == "ClassToken":
        return Case(name, draw(common("token_initializer")), (sequence,))
    if name == "SinusoidalPositionEmbedding":
        more = draw(maybe(max_wavelength=st.sampled_from([100, 10000, 2.5])))
        return Case(name, draw(common()) | more, (sequence,))
    sizes = draw(st.lists(SIZE, min_size=1, max_size=4))
    arguments = draw(common("embeddings_initializer"))
    if draw(st.booleans()):
        arguments["sequence_length"] = sizes[0] + draw(st.integers(0, 3))
        sizes[0] = draw(st.sampled_from([sizes[0], None]))
    return Case(name, arguments, ((sequence[0], *sizes),))


FLAT, OPEN_FEATURES = ((None, 4),), ((None, 5, None),)
WRONG: dict[str, list[tuple[dict[str, Any], Any]]] = {
    "ClassToken": [({}, OPEN_FEATURES), ({}, ((None, 3, 4, 5),)), ({}, FLAT)],
    "PositionEmbedding": [
        ({}, ((None,),)),
        ({}, OPEN_FEATURES),
        ({"sequence_length": "long"}, None),
        ({"sequence_length": -1}, None),
        ({"sequence_length": 4}, ((None, 5, 3),)),
        ({"sequence_length": None}, ((None, None, 3),)),
    ],
    "SinusoidalPositionEmbedding": [
        ({}, OPEN_FEATURES),
        ({}, FLAT),
        ({"max_wavelength": "long"}, None),
    ],
    "LearnedQueries": [
        ({"count": -2}, None),
        ({"width": "wide"}, None),
        ({"count": 2.5}, None),
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
