"""Values as YAML writes them in one line."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import flow

TEXTS = st.one_of(
    st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])),
    st.sampled_from(
        ["3", "1e-3", "true", "null", "~", "", ".inf", "0x1F", "- a", "a: b"]
    ),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), TEXTS
) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_exact_is_read_as_it_was(value: Any) -> None:
    source = Source(f"it: {flow(value, exact=True)}")
    assert source.problems == []
    assert source.data["it"] == value
    assert type(source.data["it"]) is type(value)


@pytest.mark.parametrize(
    ("value", "message", "exact"),
    [
        ("relu", "relu", "relu"),
        ("3", "3", '"3"'),
        ("a, b", "a, b", '"a, b"'),
        ("${n}", '"${n}"', '"${n}"'),
        ((2, None, True), "[2, null, true]", "[2, null, true]"),
        ({"units": 0.5, "name": "no. 1"}, "{units: 0.5, name: no. 1}", None),
    ],
)
def test_messages_leave_out_quotes(value: Any, message: str, exact: str | None) -> None:
    assert flow(value) == message
    assert flow(value, exact=True) == (exact or message)
