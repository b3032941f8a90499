"""An output whose form is not that of its labels.

A sample of data: has one label, its class. The loss compares it with a row of
scores or with one, and not with a picture of them (keras/src/losses/losses.py,
3.15).

Wrong:

    layers:
      - Conv2D: {filters: 10, kernel_size: 3, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy}

Right:

    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shape, show
from cnnspec.judge.subjects import Trained
from cnnspec.language.arrays import INPUT

CODE = "label-shape"
SEVERITY = "error"


def find(fit: Trained) -> Iterator[Problem]:
    """Finds an output whose labels can't be those of data:."""
    scores, about = fit.output.shape[1:], fit.data.about_source
    if not scores or scores[-1] is None or (None in scores and fit.array != INPUT):
        text = f"{fit.who} gives {show(scores)} for a sample, whose labels have sizes"
        hint = "give it sizes that are numbers instead of null"
        yield Problem(fit.output.path, CODE, text, hint, at_key=True)
    elif len(scores) > 1 and fit.array != INPUT and not about.any_arrays:
        text = (
            f"data: has one label for a sample, its class, and {fit.who} gives "
            f"{show(scores)} for each"
        )
        yield Problem(fit.output.path, CODE, text, _hint(fit, scores), at_key=True)


def _hint(fit: Trained, scores: Shape) -> str:
    """What to do; a picture of scores as large as the input is meant to be one."""
    sizes = [one.shape for one in fit.fit.inputs]
    if any(len(s) == len(scores) > 2 and s[:-1] == scores[:-1] for s in sizes):
        told = "set targets: input, where it is to give the picture itself; or "
        masks = "take source: npz with an array of masks"
        as_it_is = scores in sizes and not Loss.of(fit.loss).categorical
        return f"{told if as_it_is else ''}{masks}"
    pooling = f"GlobalAveragePooling{min(len(scores) - 1, 3)}D"
    if fit.output.layer.grows_with == "units":
        return f"put - {pooling} before it; or put - Flatten before it"
    return f"put - {pooling} behind it"
