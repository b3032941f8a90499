"""Every layer run on random arguments: where Keras's shape differs, cnnspec knows.

By itself, as a model predicts and trains, and on all types of numbers.
"""

import importlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnspec.catalogue.dtypes import TEXTS, dtype_kind
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import FAMILIES, family_names, layer_names
from cnnspec.language.document import DTYPES
from tests.fidelity.judge import Case
from tests.fidelity.run import assert_runs_as_said, other_activation, sized
from tests.fidelity.whole import assert_model_runs_as_said, model_does
from tests.test_against_keras import LONG

CASES = 300 if LONG else 1


@pytest.mark.parametrize("name", layer_names())
def test_it_runs_as_cnnspec_says(name: str) -> None:
    family = importlib.import_module(f"tests.fidelity.{layer_class(name).family()}")

    @settings(
        max_examples=CASES,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=not LONG,
    )
    @given(family.valid(name), st.integers(0, 999))
    def compare(case, number: int) -> None:
        found = sized(case)
        if found is None:
            return
        assert_runs_as_said(found)
        if (other := other_activation(found, number)) != found:
            assert_runs_as_said(other)

    compare()


TYPES = DTYPES if LONG else ("uint8", "string")
"""Floats are what the random cases are about."""


@pytest.mark.parametrize("name", layer_names())
def test_it_runs_on_the_types_that_cnnspec_says(name: str) -> None:
    cls = layer_class(name)
    case = sized(Case(name, cls.example or {}, cls.example_inputs))
    for dtype in TYPES if case else ():
        assert_runs_as_said(case._replace(dtype=dtype))


WHOLE = 20 if LONG else 1
"""How many random cases of a layer are put into a model."""


@pytest.mark.parametrize("name", layer_names() if LONG else ["Conv2D"])
def test_a_model_runs_as_cnnspec_says(name: str) -> None:
    family = importlib.import_module(f"tests.fidelity.{layer_class(name).family()}")

    @settings(
        max_examples=WHOLE,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=not LONG,
    )
    @given(family.valid(name))
    def compare(case) -> None:
        if found := sized(case):
            assert_model_runs_as_said(found)

    compare()


SLOW = () if LONG else ("augmentation", "rnn")


@pytest.mark.parametrize("family", [f for f in FAMILIES if f not in SLOW])
def test_the_layers_of_a_family_run_in_a_model(family: str) -> None:
    """Beside each other, since a graph takes long to make."""
    cases = [_example(name) for name in family_names(family)]
    ended = model_does([case for case in cases if case])
    assert ended == ["", ""]


def _example(name: str) -> Case | None:
    """Two samples for a layer; None where it stands in no model as it is."""
    cls = layer_class(name)
    layer = make_layer(name, cls.example or {})
    takes, _ = layer.kinds()
    dtype = "string" if takes == TEXTS else "float32"
    if dtype_kind(dtype) not in takes:
        dtype = "int32"
    case = sized(Case(name, cls.example or {}, cls.example_inputs, dtype))
    if case is None or layer.left_out or layer.needs_adapt:
        return None
    return case._replace(shapes=tuple((2, *x[1:]) for x in case.shapes))
