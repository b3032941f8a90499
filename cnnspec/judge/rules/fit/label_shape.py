"""A model that gives a sample more than a row of scores.

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

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shape, show
from cnnspec.judge.subjects import Fit

CODE = "label-shape"
SEVERITY = "error"


def find(fit: Fit) -> Iterator[Problem]:
    """Finds that the last layer gives no row of a known length."""
    scores = fit.output.shape[1:]
    if len(scores) == 1 and scores[0] is not None:
        return
    text = (
        f"data: has one label for a sample, its class, and the model gives "
        f"{show(scores)} for each"
    )
    yield Problem(fit.output.path, CODE, text, _hint(fit, scores), at_key=True)


def _hint(fit: Fit, scores: Shape) -> str:
    """What to do; a picture of scores as large as the input is meant to be one."""
    if len(scores) == 1:
        return "give that size a number instead of null"
    if len(scores) == len(fit.input) > 2 and scores[:-1] == fit.input[:-1]:
        return (
            "remove data: and train:, whose labels are no pictures, and train it with "
            "code of your own"
        )
    pooling = f"GlobalAveragePooling{min(len(scores) - 1, 3)}D"
    if fit.output.layer.grows_with == "units":
        return f"put - {pooling} before it; or put - Flatten before it"
    return f"put - {pooling} behind it"
