"""Runs the tables of hand-computed cases that each family of layers has.

A module of this folder holds one table, a row per case:

    ROWS = [Row("Flatten", {}, [(None, 2, 3)], (None, 6), params=0)]

    @each(ROWS)
    def test_row(row):
        check_row(row)

    def test_every_layer_has_a_row():
        check_complete("reshaping", ROWS)
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from cnnspec.catalogue.layers import Layer, make_layer
from cnnspec.catalogue.registry import family_names


class Row(NamedTuple):
    """A layer, the tensors it is called with, and what the rules make of them."""

    name: str
    arguments: Any
    """As a spec writes them: a mapping, a first argument alone, or None."""
    shapes: Sequence[Any]
    """One for each tensor, batch first."""
    output: Any
    params: int
    """All weights together."""
    macs: int | None = 0
    reach: Any = ()
    """(span, stride) for each spatial axis, WHOLE, or () for the position alone."""


def each(rows: Sequence[Row]) -> pytest.MarkDecorator:
    """Runs a test once for each row, under the layer's name."""
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def check_row(row: Row) -> None:
    """Asserts that the layer takes the tensors and answers what the row says."""
    layer = make_layer(row.name, row.arguments)
    layer.check(*row.shapes)
    output = layer.output(*row.shapes)
    assert output == row.output
    assert sum(weight.size for weight in layer.weights(*row.shapes)) == row.params
    assert layer.macs(output, *row.shapes) == row.macs
    check_sums(layer, row.shapes)
    reach = layer.reach(*row.shapes)
    assert (reach if isinstance(reach, str) else tuple(reach)) == row.reach


def check_sums(layer: Layer, shapes: Sequence[Any]) -> None:
    """Asserts that the arithmetic of sizes comes to those that the layer gives."""
    output = layer.output(*shapes)
    first = output[0] if isinstance(output, list) else output
    for axis, text in layer.size_sums(*shapes).items():
        assert axis > 0
        *earlier, last = text.split(", ")
        assert value_of(last) == first[axis], text
        for told in earlier:
            sum_, _, size = told.rpartition(" = ")
            assert value_of(sum_) == int(size), text


def value_of(sum_: str) -> int:
    """What a sum comes to, as it is shown to people: `(28 + 2·1 − 3) / 1 + 1`."""
    assert re.fullmatch(r"[\d ()+−·/]+", sum_), sum_
    found = eval(sum_.replace("·", "*").replace("−", "-"), {})
    assert found == int(found), sum_
    return int(found)


def check_complete(family: str, rows: Sequence[Row]) -> None:
    """Asserts that the rows are about all layers of the family and no others."""
    assert {row.name for row in rows} == set(family_names(family))
