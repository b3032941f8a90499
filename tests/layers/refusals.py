"""Runs the tables of cases that a layer refuses, and of what it says of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.ground.errors import Invalid, ShapeError


class Refused(NamedTuple):
    """A layer, the tensors it is called with, and words of its complaint."""

    name: str
    arguments: Any
    shapes: Sequence[Any]
    says: str


def each_refused(cases: Sequence[Refused]) -> pytest.MarkDecorator:
    """Runs a test once for each case, under the layer's name."""
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


def check_refused(case: Refused) -> None:
    """Asserts that the layer refuses its arguments or tensors in those words."""
    with pytest.raises((Invalid, ShapeError)) as caught:
        make_layer(case.name, case.arguments).check(*case.shapes)
    assert case.says in str(caught.value)
