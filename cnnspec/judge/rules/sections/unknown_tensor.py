"""A name by which data: or train: calls no tensor.

Keras knows the outputs of a model by the names of the layers that give them,
and ends in an error where compile is told of another
(keras/src/trainers/compile_utils.py, 3.15). Arrays, too, are named for each
input and output.

Wrong:

    inputs: {image: [28, 28, 1]}
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax, name: digit}
    data: {source: mnist, scale: 255}
    train: {loss: {digits: sparse_categorical_crossentropy}}

Right:

    inputs: {image: [28, 28, 1]}
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax, name: digit}
    data: {source: mnist, scale: 255}
    train: {loss: {digit: sparse_categorical_crossentropy}}
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.errors import Problem, either, nearest
from cnnspec.ground.partial import until_lost
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.subjects import Fit, Sections
from cnnspec.language.arrays import INPUT, each_of
from cnnspec.language.by_output import KEYS, ByOutput

CODE = "unknown-tensor"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds each name that is none, and what is said of an output without a loss."""
    fit = sections.fit() or sections.compiled()
    if fit is None:
        return
    yield from until_lost(_without_loss(fit))
    for section, key, what in _NAMING:
        yield from until_lost(_of(fit, section, key, what))
    yield from until_lost(_arrays(fit))


_OF_OUTPUTS = ("labels", "targets", "sample_weight", "label_column")
_NAMING = (
    *(("train", key, "output") for key in KEYS),
    *(("data", key, "output") for key in _OF_OUTPUTS),
    *(("data", key, "input") for key in ("inputs", "scale")),
)
"""What may be said by name, and of what."""


def _of(fit: Fit, section: str, key: str, what: str) -> Iterator[Problem]:
    """What a key says of an input or output that there isn't."""
    names = [name for one in fit.results for name in one.names]
    if what == "input":
        names = fit.names
    yield from _strange(
        (section, key), getattr(getattr(fit, section), key), names, what
    )


def _strange(
    path: tuple[str, ...], said: Any, names: list[str], what: str
) -> Iterator[Problem]:
    for name in said if isinstance(said, dict) else ():
        if name not in names:
            text = f"{'.'.join(path)} names '{name}', which is no {what} of the model"
            few = list(dict.fromkeys(names))
            hint = nearest(name, few) or f"there is {either(few, 'and')}"
            yield Problem((*path, name), CODE, text, hint, at_key=True)


def _without_loss(fit: Fit) -> Iterator[Problem]:
    """What is said of an output that isn't trained."""
    if not isinstance(fit.train.loss, ByOutput):
        return
    untrained = {name for one in fit.untrained for name in one.names}
    for key in ("metrics", "loss_weights"):
        for name, said in each_of(getattr(fit.train, key)):
            if name in untrained and said is not None:
                text = f"train.{key} speaks of '{name}', which has no loss"
                hint = f"give it one under loss:; or remove it from {key}:"
                where = ("train", key, name)
                yield Problem(where, CODE, text, hint, at_key=True)


def _arrays(fit: Fit) -> Iterator[Problem]:
    """Arrays that the source hasn't, and one that is called as the sample itself."""
    data, about = fit.data, fit.data.about_source
    for name, array in each_of(data.targets):
        if array not in (INPUT, about.target) and not about.any_arrays:
            text = f"'{data.kind}' has one target, which is called {about.target}, "
            text = f"{text}and data.targets names '{array}'"
            hint = f"write {about.target}; or write input"
            if "label_column" in about.keys:
                said = flow({**data.targets}) if name and data.targets else array
                hint = f"remove targets:, and add label_column: {said}"
            yield Problem(("data", "targets", *[name] * bool(name)), CODE, text, hint)
    for key in ("inputs", "sample_weight"):
        for name, array in each_of(getattr(data, key)):
            if array == INPUT:
                text = "an array can't be called input, which is the sample itself"
                where = ("data", key, *[name] * bool(name))
                yield Problem(where, CODE, text, "give it another name")
    for key, what in (("targets", "array"), ("label_column", "column")):
        said = getattr(data, key)
        for one in fit.outputs if isinstance(said, dict) else ():
            if one.result.said(said) is None:
                text = f"data.{key} names no {what} for '{one.name}', which has a loss"
                hint = f"add {one.name}: {what.upper()}; or remove its loss"
                yield Problem(("data", key), CODE, text, hint, at_key=True)
