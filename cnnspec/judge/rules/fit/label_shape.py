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
from cnnspec.ground.shapes import show
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
    hint = "give that size a number instead of null"
    if len(scores) == 3:
        hint = "put Flatten or GlobalAveragePooling2D before the last Dense layer"
    elif len(scores) > 1:
        hint = "put Flatten before the last Dense layer"
    yield Problem(fit.output.path, CODE, text, hint, at_key=True)
