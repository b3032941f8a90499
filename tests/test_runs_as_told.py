"""Every layer run on random arguments: where Keras's shape differs, cnnspec knows."""

import importlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import layer_names
from tests.fidelity.judge import ask_keras
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
        if found is None or ask_keras(found).refusal:
            return
        assert_runs_as_said(found)
        if (other := other_activation(found, number)) != found:
            assert_runs_as_said(other)

    compare()
