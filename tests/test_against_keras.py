"""Every layer held against Keras: signature, defaults, and random cases."""

import importlib
import os
import pkgutil

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras.src import applications

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import ALIASES, REFUSED, family_names, layer_names
from tests.fidelity import signatures
from tests.fidelity.judge import assert_same

COMMONEST = frozenset(
    {
        "Activation",
        "AveragePooling2D",
        "BatchNormalization",
        "Conv2D",
        "Dense",
        "DepthwiseConv2D",
        "Dropout",
        "Flatten",
        "GlobalAveragePooling2D",
        "MaxPooling2D",
    }
)
LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"


WITHOUT_EFFECT = {
    # Base classes hand `**kwargs` up; these reach one that makes no use of them.
    "factor": signatures.without_own_factor(),
    "score_mode": {"AdditiveAttention"},
    "oov_method": {"StringLookup"},
    # Its constructor drops whatever it doesn't know.
    "activity_regularizer": {"HashedCrossing"},
    "autocast": {"HashedCrossing"},
    "trainable": {"HashedCrossing"},
}
"""Arguments that Keras takes and ignores, and cnnspec refuses; the layers of each."""


def test_every_class_of_keras_is_known_or_refused() -> None:
    theirs = {
        name
        for name, value in vars(keras.layers).items()
        if isinstance(value, type) and name != "InputSpec"
    }
    own = {*family_names("applications"), *family_names("tokens")}
    assert theirs == {*layer_names(), *REFUSED, *ALIASES} - own


def test_every_layer_that_keras_applications_makes_is_known() -> None:
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.iter_modules(
            applications.__path__, f"{applications.__name__}."
        )
        if not found.name.endswith("_test")
    ]
    made = {
        name
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, keras.layers.Layer)
        and value.__module__ == module.__name__
    }
    assert made == {*family_names("applications")}


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_alias(alias: str, name: str) -> None:
    assert getattr(keras.layers, alias) is getattr(keras.layers, name)


@pytest.mark.parametrize("name", layer_names())
def test_arguments(name: str) -> None:
    ours, theirs = signatures.our_defaults(name), signatures.keras_defaults(name)
    ignored = {a for a, layers in WITHOUT_EFFECT.items() if name in layers}
    assert set(theirs) - set(ours) == ignored, "Keras has arguments that we lack"
    for argument in set(ours) - set(theirs):
        # Keras reads a few from **kwargs that no signature shows.
        assert signatures.is_taken(name, argument, ours[argument]), argument


@pytest.mark.parametrize("name", layer_names())
def test_defaults(name: str) -> None:
    ours, theirs = signatures.our_defaults(name), signatures.keras_defaults(name)
    for argument in ours.keys() & theirs.keys():
        shown = f"{argument}: {ours[argument]!r}, in Keras {theirs[argument]!r}"
        assert signatures.same_default(ours[argument], theirs[argument]), shown


@pytest.mark.parametrize("name", layer_names())
def test_order_of_arguments(name: str) -> None:
    theirs = signatures.positional(name)
    ours = [a for a in signatures.our_defaults(name) if a in theirs]
    assert ours == theirs


def _cases(name: str) -> tuple[int, int]:
    """How many valid and invalid cases to draw."""
    if LONG:
        return (8_000, 2_000) if name in COMMONEST else (400, 100)
    return (24, 12) if name in COMMONEST else (12, 6)


def _family(name: str):
    family = layer_class(name).family()
    return importlib.import_module(f"tests.fidelity.{family}")


@pytest.mark.parametrize("name", layer_names())
def test_random_cases(name: str, record_property) -> None:
    family = _family(name)
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]

    def run(strategy: st.SearchStrategy, valid: bool, examples: int) -> int:
        compared = 0

        @settings(
            max_examples=examples,
            deadline=None,
            suppress_health_check=checks,
            database=None,
            derandomize=not LONG,
        )
        @given(strategy)
        def compare(case) -> None:
            nonlocal compared
            assert_same(case, valid)
            compared += 1

        compare()
        return compared

    valid, invalid = _cases(name)
    record_property("layer", name)
    record_property("valid", run(family.valid(name), True, valid))
    record_property("invalid", run(family.invalid(name), False, invalid))
