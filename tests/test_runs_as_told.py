"""Every layer run on random arguments: where Keras's shape differs, cnnspec knows.

By itself, as a model predicts and trains, and on all types of numbers.
"""

import importlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import layer_names
from cnnspec.language.document import DTYPES
from tests.fidelity.judge import Case
from tests.fidelity.run import assert_runs_as_said, other_activation, sized
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
