"""What is known of a thing of Keras stands on its class, and its name nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cnnspec.catalogue.callbacks import Callback
from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.metrics import Metric
from cnnspec.catalogue.named import Named, spellings, subclasses
from cnnspec.catalogue.optimizers import Optimizer, Schedule
from cnnspec.catalogue.registry import (
    ALIASES,
    CODE_LAYERS,
    FORMER,
    INPUT_LAYER,
    REFUSED,
    layer_names,
)

ROOT = Path(__file__).parent.parent / "cnnspec"
BASES: tuple[type[Named], ...] = (Loss, Metric, Optimizer, Schedule, Callback)

EXCEPTIONS = {
    ("language/expressions/messages.py", "Lambda"): "a node of Python's syntax",
    ("language/expressions/operations.py", "Add"): "a node of Python's syntax",
    ("emit/keras_script/telling.py", "accuracy"): "the figure that plots show",
    ("study/records.py", "accuracy"): "a figure of a script's results",
    ("emit/worksheet/exercises/confusion.py", "accuracy"): "what is read off a matrix",
    ("emit/worksheet/exercises/confusion.py", "precision"): "what is read off a matrix",
    ("emit/worksheet/exercises/confusion.py", "recall"): "what is read off a matrix",
}
"""Names that stand for something else, by file, and what for."""


def _names() -> set[str]:
    layers = {*layer_names(), *ALIASES, *FORMER, *CODE_LAYERS, INPUT_LAYER}
    layers |= REFUSED.keys() - {"Layer", "Wrapper"}  # the bases of all
    # A word alone, as in `flatten`, is an argument's or a family's as well.
    found = {*layers, *(s for name in layers if "_" in (s := snake_case(name)))}
    for base in BASES:
        found |= {*spellings(base), *base.alone()}
        found |= base.refused.keys() - {base.__name__}
    return found


NAMES = _names()


class Found(NamedTuple):
    file: str
    line: int
    name: str


def literals(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts in code that are no docstrings, word by word if all are names."""
    docstrings = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or node in docstrings:
            continue
        if isinstance(node.value, str):
            words = node.value.split()
            # What has other words among them is prose, for people.
            if all(word in NAMES for word in words):
                yield from ((node.lineno, word) for word in words)


def found_in(path: Path) -> Iterator[Found]:
    file = path.relative_to(ROOT).as_posix()
    for line, name in literals(ast.parse(path.read_text(encoding="utf-8"))):
        yield Found(file, line, name)


FILES = sorted(path for path in ROOT.rglob("*.py") if "catalogue" not in path.parts)


def test_no_name_stands_outside_the_catalogue() -> None:
    found = [f for path in FILES for f in found_in(path)]
    assert not [f for f in found if (f.file, f.name) not in EXCEPTIONS]
    assert len(EXCEPTIONS) <= 10
    assert {(f.file, f.name) for f in found} == EXCEPTIONS.keys(), "one isn't needed"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ('x = "Conv2D"', ["Conv2D"]),
        ('x = {"MaxPool2D Dense"}', ["MaxPool2D", "Dense"]),
        ('x == "batch_normalization"', ["batch_normalization"]),
        ('x in ("mse", "sgd", "EarlyStopping")', ["mse", "sgd", "EarlyStopping"]),
        ('"ThresholdedReLU"\nx = "CosineDecay"', ["CosineDecay"]),
        ('def f():\n    "Dense"\n    return "put Flatten before Dense"', []),
        ('x = "flatten"', []),
    ],
)
def test_names_are_told_from_prose(code: str, names: list[str]) -> None:
    assert [name for _, name in literals(ast.parse(code))] == names


def test_all_kinds_have_names() -> None:
    assert all(subclasses(base).keys() < NAMES for base in BASES)
