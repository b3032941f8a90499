"""Several mistakes in data: and train: are all told, each as if it were alone."""

from functools import cache

import pytest

from cnnspec.ground.edits import Edit
from cnnspec.ground.source import Source
from cnnspec.judge.check import _check
from cnnspec.judge.settings import USUAL

GOOD = """\
input: [28, 28, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: mnist, scale: 255, labels: one_hot}
train: {loss: categorical_crossentropy, metrics: [accuracy], epochs: 2}
expect: {total_params: 7850}
"""
FAULTS = {
    ("data", "scale"): [-1, "big"],
    ("data", "path"): ["digits.npz"],
    ("data", "classes"): [[*"abcdefghia"], 1],
    ("data", "shuffle"): ["maybe"],
    ("data", "image_shape"): [[28, 28]],
    ("data", "sampel"): [3],
    ("train", "epochs"): [0, "many"],
    ("train", "batch_size"): [-2],
    ("train", "optimizer"): ["adm", {"Adam": {"learning_rate": "high"}}],
    ("train", "metrics"): [["acuracy"]],
    ("train", "callbacks"): [
        [{"EarlyStopping": {"monitor": "val_loss"}}],
        [{"ModelCheckpoint": {}}, {"EarlyStopping": {"monitor": "val_loss"}}],
        ["EarlyStoping"],
    ],
    ("train", "class_weight"): [{"a": 1}, {30: 1}],
    ("train", "distribute"): ["data_parallel"],
    ("train", "validation_split"): [2],
    ("train", "mixed_precision"): ["bfloat16"],
    ("expect", "total_params"): [3, "few"],
    ("expect", "totel_params"): [3],
    ("layers", 1): [{"Dense": {"units": 0, "activation": "softmax"}}],
}
"""Values that are wrong, whatever the others are."""
EACH = [(path, value) for path, values in FAULTS.items() for value in values]
OF_THE_MODEL = {"expected-mismatch", "class-weight"}
"""What can't be told while the model itself is wrong."""

FIGURES = {("train", "metrics"), ("train", "validation_split")}
"""What isn't known leaves open what a callback may watch."""


def told(*faults: tuple[tuple[str | int, ...], object]) -> set[tuple[str, str]]:
    """The errors of the spec with some faults: their codes and what they say."""
    changed = Source(GOOD).edited([Edit(path, value) for path, value in faults])
    found = _check(changed, USUAL).diagnostics
    return {(d.code, d.message) for d in found if d.severity == "error"}


def expected(*faults: tuple[tuple[str | int, ...], object]) -> set[tuple[str, str]]:
    """What each of several faults is told as, without what the others leave open."""
    paths = {path for path, _ in faults}
    unclear = set(OF_THE_MODEL) if ("layers", 1) in paths else set()
    unclear |= {"callback-monitor"} if paths & FIGURES else set()
    each = set().union(*(alone(number) for number in map(EACH.index, faults)))
    return {(code, text) for code, text in each if code not in unclear}


@cache
def alone(number: int) -> set[tuple[str, str]]:
    return told(EACH[number])


def test_each_is_an_error() -> None:
    assert not told()
    assert all(map(alone, range(len(EACH))))


@pytest.mark.parametrize("number", range(len(EACH)))
def test_each_is_told_beside_every_other(number: int) -> None:
    fault = EACH[number]
    for other in EACH[:number]:
        if other[0] != fault[0]:
            assert told(fault, other) == expected(fault, other), other


def test_all_are_told_together() -> None:
    first = [(path, values[0]) for path, values in FAULTS.items()]
    assert told(*first) == expected(*first)
