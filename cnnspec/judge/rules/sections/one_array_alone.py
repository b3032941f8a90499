"""A key for one array of samples and one of labels.

All devices share the rows of two arrays, and several steps in one go take them
from a GPU's memory; images that are read batch by batch are for one input, and
those of a second folder for one kind of target; labels are numbered anew for
one output. That isn't done with several inputs or outputs, with weights of
samples, or where a sample is its own target.

Wrong:

    layers:
      - Conv2D: {filters: 1, kernel_size: 3, padding: same, activation: sigmoid}
    data: {source: npz, path: photos.npz, targets: input}
    train: {loss: mse, steps_per_execution: 4}

Right:

    layers:
      - Conv2D: {filters: 1, kernel_size: 3, padding: same, activation: sigmoid}
    data: {source: npz, path: photos.npz, targets: input}
    train: {loss: mse}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Fit, Sections, Trained
from cnnspec.language.arrays import INPUT
from cnnspec.language.pairs import Pair

CODE = "one-array-alone"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds each such key."""
    fit = sections.fit()
    if fit is None:
        return
    yield from _of_weights(fit)
    several = _several(fit)
    if not several:
        return
    data, train = fit.data, fit.train
    for key, given in (
        ("distribute", train.distribute),
        ("steps_per_execution", train.steps_per_execution > 1),
    ):
        if given:
            text = f"train.{key} is for one array of samples and one of labels, and"
            text = f"{text} {several}"
            yield Problem(("train", key), CODE, text, f"remove {key}:", at_key=True)
    if data.about_source.streams:
        yield from _of_streams(fit, several)
    if data.contiguous and len(fit.results) > 1:
        text = f"contiguous numbers the labels of one output, and {several}"
        hint = "number them in the file, from 0 without gaps"
        yield Problem(("data", "labels"), CODE, text, hint, at_key=True)


def _of_streams(fit: Fit, several: str) -> Iterator[Problem]:
    """What images that are read batch by batch can't be given to, or held against."""
    data = fit.data
    if len(fit.inputs) > 1:
        text = f"'{data.source}' has one image for each sample, and the model reads "
        text = f"{text}{len(fit.inputs)} tensors"
    elif isinstance(data.train, Pair) and len(set(map(_kind, fit.outputs))) > 1:
        text = f"each image has one target, and {several}, of other kinds"
    else:
        return
    hint = "take source: npz, with an array for each"
    yield Problem(("data", "source"), CODE, text, hint)


def _kind(one: Trained) -> object:
    return one.array == INPUT, one.answer.form, one.output.shape


def _of_weights(fit: Fit) -> Iterator[Problem]:
    if fit.ensemble is not None and fit.data.sample_weight is not None:
        text = "the members of an ensemble are trained with samples that count alike"
        hint = "remove sample_weight:"
        yield Problem(("data", "sample_weight"), CODE, text, hint, at_key=True)


def _several(fit: Fit) -> str:
    """What there is more of; '' where there is one of each."""
    if len(fit.results) > 1:
        return f"the model gives {len(fit.results)} tensors"
    if len(fit.inputs) > 1:
        return f"the model reads {len(fit.inputs)}"
    if fit.data.sample_weight is not None:
        return "samples have weights"
    if any(one.array == INPUT for one in fit.outputs):
        return "a sample is its own target"
    return ""
