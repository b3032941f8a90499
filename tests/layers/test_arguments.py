"""Kinds of argument that layers share: what they refuse, and where they point."""

import pytest

from cnnspec.catalogue.layers import make_layer
from cnnspec.ground.errors import Invalid, Problem


def problem(name: str, arguments: object) -> Problem:
    """The one mistake in a layer's arguments."""
    with pytest.raises(Invalid) as caught:
        make_layer(name, arguments)
    [found] = caught.value.problems
    return found


def test_a_mistake_in_a_nested_layer_keeps_its_path():
    nested = {"layer": {"Conv2D": {"filters": 3, "kernel_size": 2, "stride": 2}}}
    found = problem("SpectralNormalization", nested)
    assert found.path == ("layer", "Conv2D", "stride")
    assert found.at_key
    assert found.hint == "did you mean 'strides'?"


def test_a_bare_name_of_a_nested_layer_is_a_value():
    found = problem("SpectralNormalization", {"layer": "Desne"})
    assert (found.path, found.at_key) == (("layer",), False)
    assert found.hint == "did you mean 'Dense'?"


def test_a_nested_layer_is_no_number():
    found = problem("SpectralNormalization", {"layer": 3})
    assert found.path == ("layer",)
    assert "a layer is a name, or a name with its arguments" in found.message


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "bool", None])
def test_dtype(dtype):
    assert make_layer("Identity", {"dtype": dtype}).dtype == dtype


@pytest.mark.parametrize(
    ("dtype", "hint"),
    [("flot32", "did you mean 'float32'?"), ("int8", "did you mean 'int16'?")],
)
def test_unknown_dtype(dtype, hint):
    found = problem("Dense", {"units": 2, "dtype": dtype})
    assert (found.path, found.code, found.hint) == (("dtype",), "unknown-value", hint)


@pytest.mark.parametrize(
    ("name", "arguments", "field"),
    [
        ("Dense", {"units": 2, "quantization_config": {}}, "quantization_config"),
        ("Embedding", {"input_dim": 2, "output_dim": 1, "weights": [[1]]}, "weights"),
    ],
)
def test_what_no_yaml_holds_is_refused_with_the_reason(name, arguments, field):
    found = problem(name, arguments)
    assert found.path == (field,)
    assert "must be null, since a spec" in found.message
