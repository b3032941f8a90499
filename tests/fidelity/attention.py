"""Random cases for attention."""

from typing import Any

from hypothesis import strategies as st

from tests.fidelity.draw import (
    CONSTRAINTS,
    INITIALIZERS,
    REGULARIZERS,
    batch,
    common,
    maybe,
)
from tests.fidelity.judge import Case

SIZE = st.one_of(st.none(), st.integers(1, 7))
FEATURES = st.integers(1, 6)
SHARE = st.sampled_from([0, 0.0, 0.3, 1])
SEED = st.one_of(st.none(), st.integers(0, 99))
ONE_HEAD = ("Attention", "AdditiveAttention")


@st.composite
def valid(draw: Any, name: str) -> Case:
    if name in ONE_HEAD:
        return draw(_one_head(name))
    return draw(_multi_head() if name == "MultiHeadAttention" else _grouped())


@st.composite
def _one_head(draw: Any, name: str) -> Case:
    """Keras asks next to nothing of the tensors here."""
    shapes = [
        (draw(batch()), *draw(st.lists(SIZE, max_size=3)))
        for _ in range(draw(st.integers(2, 3)))
    ]
    dropout = st.one_of(SHARE, st.sampled_from([-1.0, 5, 2.5]))
    arguments = draw(maybe(use_scale=st.booleans(), dropout=dropout, seed=SEED))
    if name == "Attention":
        arguments |= draw(maybe(score_mode=st.sampled_from(["dot", "concat"])))
    elif arguments.get("use_scale", True):
        shapes[0] = (*shapes[0], draw(FEATURES))
    arguments |= draw(common("activity_regularizer"))
    return Case(name, arguments, tuple(shapes))


def _shared() -> st.SearchStrategy[dict[str, Any]]:
    """Arguments of both layers with heads; either may drop, or be flash."""
    some = st.sampled_from([value for value in INITIALIZERS if value is not None])
    regularizer = st.sampled_from(REGULARIZERS)
    constraint = st.sampled_from(CONSTRAINTS)
    either = st.one_of(
        maybe(dropout=SHARE, flash_attention=st.sampled_from([None, False])),
        maybe(dropout=st.just(0.0), flash_attention=st.just(True)),
    )
    other = maybe(
        use_bias=st.booleans(),
        sliding_window=st.one_of(st.none(), st.integers(1, 5)),
        kernel_initializer=some,
        bias_initializer=some,
        kernel_regularizer=regularizer,
        bias_regularizer=regularizer,
        activity_regularizer=regularizer,
        kernel_constraint=constraint,
        bias_constraint=constraint,
        use_gate=st.booleans(),
        seed=SEED,
        trainable=st.booleans(),
    )
    return st.builds(lambda a, b: a | b, either, other)


@st.composite
def _multi_head(draw: Any) -> Case:
    query = (draw(batch()), *draw(st.lists(SIZE, max_size=3)), draw(FEATURES))
    steps = draw(st.lists(SIZE, max_size=3))
    value = (draw(batch()), *steps, draw(FEATURES))
    key = (draw(batch()), *steps, draw(FEATURES))
    axes = st.integers(-2 * len(value) - 1, len(value))
    several = st.lists(st.integers(1, len(value) - 1), max_size=3)
    arguments = {
        "num_heads": draw(st.integers(1, 4)),
        "key_dim": draw(st.integers(1, 5)),
        **draw(_shared()),
        **draw(
            maybe(
                value_dim=st.one_of(st.none(), st.integers(1, 5)),
                output_shape=st.one_of(
                    st.none(), FEATURES, st.lists(FEATURES, max_size=3)
                ),
                attention_axes=st.one_of(st.none(), axes, several),
            )
        ),
    }
    shapes = (query, value, key)[: draw(st.integers(2, 3))]
    return Case("MultiHeadAttention", arguments, shapes)


@st.composite
def _grouped(draw: Any) -> Case:
    """Mostly of three axes, as documented; Keras builds with more."""
    features = draw(FEATURES)
    query = (draw(batch()), draw(SIZE), features)
    steps: list[int | None] = [draw(SIZE)]
    if draw(st.integers(0, 3)) == 0:
        query = (draw(batch()), draw(SIZE), draw(FEATURES), features)
        steps += [draw(FEATURES), draw(SIZE)]
    value = (draw(batch()), *steps, features)
    key = (draw(batch()), *steps, draw(FEATURES))
    groups = draw(st.integers(1, 3))
    arguments = {
        "head_dim": draw(st.integers(1, 5)),
        "num_query_heads": groups * draw(st.integers(1, 3)),
        "num_key_value_heads": groups,
        **draw(_shared()),
    }
    shapes = (query, value, key)[: draw(st.integers(2, 3))]
    return Case("GroupQueryAttention", arguments, shapes)


@st.composite
def invalid(draw: Any, name: str) -> Case:
    """A valid case with one thing spoilt."""
    case = draw(valid(name))
    spoils = _spoilt_one_head(name) if name in ONE_HEAD else _spoilt_heads(name, case)
    changes, shapes = draw(st.sampled_from(spoils))
    return Case(name, {**case.arguments, **changes}, shapes or case.shapes)


def _spoilt_one_head(name: str) -> list[Any]:
    x = (None, 5, 4)
    spoils: list[Any] = [({}, (x,)), ({}, (x, x, x, x)), ({"heads": 2}, ())]
    if name == "Attention":
        return [*spoils, ({"score_mode": "cosine"}, ()), ({"score_mode": None}, ())]
    return [*spoils, ({"use_scale": True}, ((None, 5, None), x))]


def _spoilt_heads(name: str, case: Case) -> list[Any]:
    x, unknown = (None, 5, 4), (None, 5, None)
    count = "num_heads" if name == "MultiHeadAttention" else "num_key_value_heads"
    width = "key_dim" if name == "MultiHeadAttention" else "head_dim"
    spoils: list[Any] = [
        ({}, (x,)),
        ({}, (x, x, (None, 6, 4))),
        ({}, (x, x, (None, None, 4))),
        ({}, (unknown, x)),
        ({}, (x, unknown)),
        ({}, (x, x, unknown)),
        ({}, (x, (None,))),
        ({}, ((None,), x)),
        ({"dropout": 1.5}, ()),
        ({"dropout": -0.5}, ()),
        ({"dropout": 0.5, "flash_attention": True}, ()),
        ({"kernel_initializer": None}, ()),
        ({"bias_initializer": None, "use_bias": False}, ()),
        ({"sliding_window": 0}, ()),
        ({"sliding_window": 2.5}, ()),
        ({"depth": 1}, ()),
        ({count: 0}, ()),
        ({count: -2}, ()),
        ({width: 0}, ()),
        ({width: -1}, ()),
    ]
    if name == "MultiHeadAttention":
        rank = len(case.shapes[1])
        return [
            *spoils,
            ({"value_dim": 0}, ()),
            ({"output_shape": [-2]}, ()),
            ({"output_shape": [2, None]}, ()),
            ({"attention_axes": rank + 1}, ()),
            ({"attention_axes": [1, -2 * rank - 2]}, ()),
            ({"attention_axes": "1"}, ()),
        ]
    return [
        *spoils,
        ({}, (x, (None, 5, 3))),
        ({}, (x, (None, 4))),
        ({}, (x, x, (None, 4))),
        ({"num_query_heads": 5, "num_key_value_heads": 2}, ()),
    ]
