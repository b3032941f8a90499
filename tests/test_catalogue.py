"""The catalogue as a person reads it says what the layers do."""

import re

import pytest

from cnnspec import api
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import (
    ALIASES,
    FAMILIES,
    REFUSED,
    layer_names,
    model_names,
)
from cnnspec.emit.report import layers as catalogue
from cnnspec.ground.errors import Invalid, SpecError
from cnnspec.ground.shapes import Shapes

CELLS = ("SimpleRNNCell", "LSTMCell", "GRUCell", "StackedRNNCells")
"""Layers that only work inside another one."""
_RESULT = re.compile(r"^  (.*) → (.*), ([\d,]+) params$", re.MULTILINE)
_WEIGHT = re.compile(r"^    \w+: ([\d·]+) = ([\d,]+)(, not trained)?$", re.MULTILINE)


def as_spec(name: str) -> str:
    """A spec of the example of a layer alone, as `describe` writes it."""
    cls = layer_class(name)
    [entry] = re.findall(r"^  - (.*)$", catalogue.describe(name), re.MULTILINE)
    inputs = [f"in_{place}" for place in range(len(cls.example_inputs))]
    lines = ["inputs:"]
    for given, shape in zip(inputs, cls.example_inputs, strict=True):
        sizes = ", ".join("null" if s is None else str(s) for s in shape[1:])
        lines.append(f"  {given}: [{sizes}]")
    return "\n".join([*lines, "layers:", f"  - {entry}", ""])


@pytest.mark.parametrize("name", [n for n in layer_names() if n not in CELLS])
def test_examples_work_as_they_are_printed(name: str) -> None:
    text = catalogue.describe(name)
    [(given, gives, params)] = _RESULT.findall(text)
    [row] = api.loads(as_spec(name)).summary.rows
    assert given == ", ".join(map(shown, row.input_shapes))
    assert gives == shown(row.output_shape)
    assert count(params) == row.params
    weights = _WEIGHT.findall(text)
    trained = [count(size) for _, size, still in weights if not still]
    assert sum(trained) == row.trainable_params
    assert sum(count(size) for _, size, _ in weights) == row.params
    for factors, size, _ in weights:
        assert eval(factors.replace("·", "*")) == count(size)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_alone_has_nothing_to_show(name: str) -> None:
    assert not _RESULT.search(catalogue.describe(name))
    with pytest.raises(SpecError, match="RNN"):
        api.loads(as_spec(name))


def shown(shape: Shapes) -> str:
    return str(shape).replace("None", "?")


def count(text: str) -> int:
    return int(text.replace(",", ""))


def test_description_of_a_layer() -> None:
    assert catalogue.describe("Dense").startswith("Dense\n")
    lines = catalogue.describe("Conv2D").splitlines()
    assert "  filters                 required" in lines
    assert "  strides                 default [1, 1]" in lines
    assert "  activation              default null" in lines
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", layer_names())
def test_description_is_whole(name: str) -> None:
    cls, text = layer_class(name), catalogue.describe(name)
    for argument in cls.arguments():
        assert re.search(rf"^  {argument} +(default|required)", text, re.MULTILINE)
    joined = " ".join(text.split())
    for rule in (cls.shape_rule, cls.weight_rule):
        assert rule
        assert " ".join(rule.split()) in joined


@pytest.mark.parametrize("alias", ALIASES)
def test_second_names_are_described_as_the_first(alias: str) -> None:
    assert catalogue.describe(alias) == catalogue.describe(ALIASES[alias])


@pytest.mark.parametrize(
    ("name", "said"),
    [("Lambda", "can't be checked"), ("Conv2d", "there is no layer 'Conv2d'")],
)
def test_what_has_no_description(name: str, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        catalogue.describe(name)


def test_overview_lists_all_and_fits() -> None:
    text = catalogue.overview()
    listed = re.findall(r"^  (\w+)  ", text, re.MULTILINE)
    assert listed == [*layer_names(), *model_names(), *REFUSED]
    assert max(map(len, text.splitlines())) <= 80
    for family in FAMILIES:
        assert f"{family}\n" in text


def test_page_has_every_layer_once() -> None:
    page = catalogue.markdown()
    layers = page.split("\n## Models of keras.applications\n")[0]
    assert re.findall(r"^### (\w+)$", layers, re.MULTILINE) == layer_names()
    assert all(f"\n| {name} | {why} |" in page for name, why in REFUSED.items())
    assert all(f"\n| {alias} | {name} |" in page for alias, name in ALIASES.items())
    names = page.split("\n## Refused\n")[1].split("\n## Operations\n")[0]
    lines = [*layers.splitlines(), *names.splitlines()]
    tables = [line for line in lines if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in tables} == {3, 4}


def test_at_least_115_of_keras_and_no_layer_twice() -> None:
    names = layer_names()
    assert len(names) == len(set(names)) >= 115
    assert not set(names) & {*REFUSED, *ALIASES}
