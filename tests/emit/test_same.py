"""The comparison finds each difference of two models, and none where there is none."""

import pytest

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from tests.emit.same import TOLERANCE, assert_same, differences, distance

SPEC = """
name: small
input: [4, 4, 2]
layers:
  - Normalization: {name: whiten}
  - Conv2D: {filters: 2, kernel_size: 1, name: conv}
  - BatchNormalization: {name: norm}
  - Activation: {activation: relu, name: act}
  - Subtract: {from: [act, conv], name: last}
"""
CHANGES = {
    "conv": ("other", "the script has the layers"),
    "Activation: {activation: relu, ": ("ReLU: {", "'act': class:"),
    "activation: relu": ("activation: gelu", "'act': config:"),
    "filters: 2": ("filters: 2, trainable: false", "'conv': config:"),
    "input: [4, 4, 2]": ("input: [4, 4, 3]", "'conv': weights:"),
    "[act, conv]": ("[conv, act]", "connected"),
}


def build(text: str):
    return build_model(api.loads(text).summary.graph)


def test_equal_models_are_the_same() -> None:
    assert_same(build(SPEC), build(SPEC))


@pytest.mark.parametrize("old", CHANGES)
def test_each_difference_is_named(old: str) -> None:
    new, said = CHANGES[old]
    theirs = build(SPEC.replace(old, new))
    assert said in "\n".join(differences(theirs, build(SPEC)))


def test_another_output_is_found() -> None:
    theirs, ours = build(SPEC.replace("relu", "gelu")), build(SPEC)
    assert distance(theirs, ours) > 100 * TOLERANCE
    theirs = build(SPEC.replace("[act, conv]", "[conv, act]"))
    assert distance(theirs, ours) > 100 * TOLERANCE
