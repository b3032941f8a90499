"""The harness finds each difference of two models, and none where there is none."""

import keras
import pytest

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from tests.zoo.match import differences, match
from tests.zoo.parts import Parts, take_apart

BRANCHES = """
name: branches
input: [8, 8, 3]
layers:
  - Conv2D: {filters: 4, kernel_size: 1, name: stem}
  - Conv2D: {filters: 4, kernel_size: 1, name: a}
  - Conv2D: {filters: 4, kernel_size: 1, name: b1, from: stem}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: b2}
  - BatchNormalization: {epsilon: 1e-4, name: b3}
  - Conv2D: {filters: 4, kernel_size: 1, name: c1, from: stem}
  - Conv2D: {filters: 4, kernel_size: 5, padding: same, name: c2}
  - Concatenate: {from: [a, b3, c2], name: all}
  - Activation: {activation: relu, name: last}
"""


def parts(text: str) -> Parts:
    return take_apart(build_model(api.loads(text).summary.graph))


def compared(one: str, other: str) -> list[str]:
    theirs, ours = parts(one), parts(other)
    return list(differences(theirs, ours, match(theirs, ours)))


def renamed(text: str, names: dict[str, str]) -> str:
    import re

    return re.sub(r"\w+", lambda word: names.get(word[0], word[0]), text)


def test_names_need_not_agree() -> None:
    other = renamed(BRANCHES, {"a": "x1", "b1": "x2", "b2": "x3", "c1": "x4"})
    assert compared(BRANCHES, other) == []


def test_names_that_lead_elsewhere_are_no_guide() -> None:
    swapped = renamed(BRANCHES, {"b1": "a", "a": "c1", "c1": "b1"})
    theirs, ours = parts(BRANCHES), parts(swapped)
    found = match(theirs, ours)
    assert list(differences(theirs, ours, found)) == []
    assert (found["a"], found["b1"], found["c1"]) == ("c1", "a", "b1")
    assert sorted(found.values()) == sorted(ours.parts)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("epsilon: 1e-4", "epsilon: 1e-3", "'b3': epsilon: Keras has 0.0001"),
        ("activation: relu", "activation: selu", "'last': activation: Keras has relu"),
        ("kernel_size: 5", "kernel_size: 7", "'c2': params: Keras has 404, here 788"),
        ("kernel_size: 5", "kernel_size: 5, strides: 1", ""),
        ("epsilon: 1e-4", "epsilon: 1e-4, axis: 3", ""),
        ("epsilon: 1e-4", "epsilon: 1e-4, axis: 2", "'b3': axis: Keras has 3, here 2"),
        ("padding: same, name: b2", "padding: SAME, name: b2", ""),
        ("[a, b3, c2]", "[b3, a, c2]", "only Keras has all (Concatenate"),
        ("name: c1, from: stem", "name: c1, from: b1", "only Keras has"),
        ("  - Activation: {activation: relu, name: last}", "", "only Keras has last"),
        ("- Activation", "- ReLU\n  - Activation", "only Keras has last"),
    ],
)
def test_difference(before: str, after: str, says: str) -> None:
    assert before in BRANCHES
    found = compared(BRANCHES, BRANCHES.replace(before, after))
    assert any(says in line for line in found) if says else found == []


def test_models_in_models_and_operations() -> None:
    image = keras.Input((8, 8, 3), name="input_layer")
    inner = keras.Sequential(
        [keras.layers.Conv2D(4, 1, name="c"), keras.layers.ReLU(name="r")]
    )
    x = inner(image)
    x = x + keras.layers.Identity(name="i")(x)
    x = keras.layers.ReLU(6.0, name="gate")(x + 3.0) * (1.0 / 6.0)
    theirs = take_apart(keras.Model(image, x))
    ours = parts(
        """
        input: [8, 8, 3]
        layers:
          - Conv2D: {filters: 4, kernel_size: 1}
          - ReLU: {name: r}
          - Identity
          - ops.add: {from: [r, prev]}
          - ops.add: 3.0
          - ReLU: 6
          - ops.multiply: 0.16666666666666666
        """
    )
    found = match(theirs, ours)
    assert list(differences(theirs, ours, found)) == []
    assert len(found) == len(ours.parts) == 8
