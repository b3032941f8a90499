"""Every operation held against Keras: names, arguments, rows, and random calls."""

import inspect
import os
import re
from collections import Counter, defaultdict
from random import Random

import keras
import pytest
from keras.src.backend.common import global_state

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.operations import REFUSED, operations, synonyms
from cnnspec.catalogue.registry import is_known
from tests.fidelity.operations import Case, assert_same, call, draw, function

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
NAMES = tuple(operations())
NOT_TAKEN = {"einsum": {"kwargs"}}
"""Arguments of functions that cnnspec refuses."""


def _functions(module: object, prefix: str = "") -> set[str]:
    return {
        f"{prefix}{name}"
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value)
    }


def test_every_function_of_keras_ops_is_known_or_refused() -> None:
    theirs = _functions(keras.ops) | _functions(keras.ops.image, "image.")
    assert theirs == {*NAMES, *synonyms(), *REFUSED}
    assert not {*NAMES, *synonyms()} & REFUSED.keys()


def test_what_a_refusal_names_is_there() -> None:
    for name, reason in REFUSED.items():
        _, _, hint = reason.partition("; ")
        assert hint, name
        for word in re.findall(r"ops\.[\w.]*\w|\b[A-Z]\w+\b", hint):
            assert is_known(word) or word == "Constant", (name, word)


@pytest.mark.parametrize("name", NAMES)
def test_arguments(name: str) -> None:
    cls, theirs = operations()[name], inspect.signature(function(name)).parameters
    own = {a: one for a, one in cls.arguments().items() if a != "name"}
    tensors = [n for n in theirs if n in cls.tensor_arguments]
    assert tensors == list(cls.tensor_arguments)
    left = [n for n in theirs if n not in tensors and n not in NOT_TAKEN.get(name, ())]
    assert [n for n in own if n not in tensors] == left
    for argument in left:
        ours = own[argument]
        default = inspect.Parameter.empty if ours.required else ours.default
        assert default == theirs[argument].default, argument


@pytest.mark.parametrize("name", NAMES)
def test_row(name: str) -> None:
    """Its class is the one that Keras makes, and what Keras counts is counted."""
    cls = operations()[name]
    case = _example(name)
    given = [
        keras.KerasTensor(*pair) for pair in zip(case.shapes, case.types, strict=True)
    ]
    counted: defaultdict[str, int] = defaultdict(int)
    global_state.set_global_attribute("object_name_uids", counted)
    result = call(case, given)
    first = result[0] if isinstance(result, list | tuple) else result
    made = first._keras_history.operation
    assert type(made).__name__ == cls.__name__
    assert made.name == snake_case(cls.__name__)
    del counted["keras_tensor"]
    assert counted == dict.fromkeys(map(snake_case, (cls.__name__, *cls.counts_too)), 1)


def _example(name: str) -> Case:
    cls, arguments = operations()[name], operations()[name].example
    if arguments is not None and not isinstance(arguments, dict):
        arguments = {next(iter(cls.arguments())): arguments}
    shapes = cls.example_inputs
    if not cls.takes_list:
        count = len([n for n in cls.tensor_arguments if n not in (arguments or {})])
        shapes = shapes[:count]
    types = ("float32",) * len(shapes)
    return Case(name, arguments or {}, shapes, types)


@pytest.mark.parametrize("name", NAMES)
def test_random_calls(name: str) -> None:
    ended: Counter[str] = Counter()
    for number in range(500 if LONG else 1):
        random = Random(f"{name} {number}")
        ended[assert_same(draw(name, random), random)] += 1
    assert not LONG or ended["runs"] > 100, ended
