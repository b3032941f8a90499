"""Random cases for layers that make one tensor of several."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import batch, common, maybe
from tests.fidelity.judge import Case

SIZE = st.one_of(st.none(), st.integers(1, 7))
TWO_ONLY = ("Subtract", "Dot")


@st.composite
def valid(draw: Any, name: str) -> Case:
    if name == "Concatenate":
        return draw(_concatenate())
    if name == "Dot":
        return draw(_dot())
    count = 2 if name in TWO_ONLY else draw(st.integers(2, 4))
    return Case(name, draw(_common()), draw(_broadcastable(count)))


def _common() -> st.SearchStrategy[dict[str, Any]]:
    return common("activity_regularizer")


@st.composite
def _broadcastable(draw: Any, count: int) -> tuple[tuple[int | None, ...], ...]:
    """Shapes that agree with one full shape, up to 1, unknown and missing axes."""
    full = draw(st.lists(st.integers(1, 6), max_size=4))
    size = draw(st.integers(1, 5))
    shapes = []
    for _ in range(count):
        sizes = [draw(st.sampled_from([n, n, n, 1, None])) for n in full]
        missing = draw(st.sampled_from([0, 0, 0, 1, 2]))
        first = draw(st.sampled_from([None, None, size]))
        shapes.append((first, *sizes[missing:]))
    return tuple(shapes)


@st.composite
def _concatenate(draw: Any) -> Case:
    full = [draw(batch()), *draw(st.lists(st.integers(1, 6), max_size=4))]
    axis = draw(st.integers(-len(full), len(full) - 1))
    shapes = []
    for _ in range(draw(st.integers(2, 4))):
        sizes = [draw(st.sampled_from([n, n, n, None])) for n in full]
        sizes[axis] = draw(SIZE)
        shapes.append(tuple(sizes))
    last = axis in (-1, len(full) - 1)
    arguments = {} if last and draw(st.booleans()) else {"axis": axis}
    if arguments and axis == len(full) - 1 > 0 and shapes[0][axis] is None:
        # Keras looks for the axis no further than to the first unknown size.
        shapes[1] = shapes[1][: draw(st.sampled_from([axis, axis + 1]))]
    return Case("Concatenate", arguments | draw(_common()), tuple(shapes))


@st.composite
def _dot(draw: Any) -> Case:
    """Two tensors with an equal size on one axis of each, the batch's included."""
    a = [draw(batch()), *draw(st.lists(SIZE, max_size=3))]
    b = [draw(batch()), *draw(st.lists(SIZE, min_size=1, max_size=3))]
    form = draw(st.sampled_from(["one", "negative", "list"]))
    if form == "one":
        first = second = axes = draw(st.integers(0, min(len(a), len(b)) - 1))
    elif form == "negative":
        axes = draw(st.integers(-7, -1))
        first, second = axes % len(a), axes % len(b)
    else:
        first = draw(st.integers(-len(a), len(a) - 1))
        second = draw(st.integers(-len(b), len(b) - 1))
        axes = [first, second]
    a[first] = b[second]
    arguments = {"axes": axes, **draw(maybe(normalize=st.booleans()))}
    return Case("Dot", arguments | draw(_common()), (tuple(a), tuple(b)))


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    spoil = draw(st.sampled_from(["count", "field", "shapes", "shapes"]))
    arguments, shapes = case.arguments, case.shapes
    if spoil == "count":
        many = name in TWO_ONLY and draw(st.booleans())
        shapes = (*shapes, shapes[0]) if many else shapes[:1]
    elif spoil == "field":
        arguments = {**arguments, "axes" if name != "Dot" else "axis": 1}
    elif name == "Concatenate":
        more, shapes = draw(_apart())
        arguments = arguments | more
    elif name == "Dot":
        more, shapes = draw(_undotted())
        arguments = arguments | more
    elif draw(st.booleans()):
        shapes = ((2, *shapes[0][1:]), (3, *shapes[1][1:]))
    else:
        rest = draw(st.lists(SIZE, max_size=2))
        shapes = ((None, 4, *rest), (None, 5, *rest))
        shapes = draw(st.permutations(shapes))
    return Case(name, arguments, tuple(shapes))


@st.composite
def _apart(draw: Any) -> Any:
    """An axis, and shapes that can't be put side by side along it."""
    rest = draw(st.lists(SIZE, max_size=2))
    a, b = (None, 4, *rest, 2), (None, 4, *rest, 3)
    spoil = draw(st.sampled_from(["size", "rank", "axis", "batch"]))
    if spoil == "size":
        return {"axis": -1}, (a, (None, 5, *rest, 3))
    if spoil == "rank":
        axis = draw(st.sampled_from([-1, len(b) - 1]))
        return {"axis": axis}, (a, b[:-1])
    if spoil == "axis":
        axis = draw(st.sampled_from([len(a), len(a) + 2, -len(a) - 1]))
        return {"axis": axis}, (a, b)
    return {"axis": 1}, ((2, *a[1:]), (3, *a[1:]))


@st.composite
def _undotted(draw: Any) -> Any:
    """Axes, and tensors whose sizes there differ or that don't have them."""
    rest = draw(st.lists(SIZE, max_size=2))
    spoil = draw(st.sampled_from(["size", "unknown", "axis", "form", "single"]))
    if spoil == "size":
        return {"axes": 1}, ((None, 4, *rest), (None, 5, *rest))
    if spoil == "unknown":
        return {"axes": [1, 1]}, ((None, None, *rest), (None, 5, *rest))
    if spoil == "axis":
        axes = draw(st.sampled_from([9, [1, 9], [-9, 1], [9, -1]]))
        return {"axes": axes}, ((None, 4, *rest), (None, 4, *rest))
    if spoil == "single":
        return {"axes": 0}, ((None, 4, *rest), (None,))
    axes = draw(st.sampled_from(["1", [1], [1, 1, 1], [1, "1"], None, 1.5]))
    return {"axes": axes}, ((None, 4), (None, 4))
