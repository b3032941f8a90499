"""A metric by which every answer is right.

The best k of the scores hold the right class always where there are no more
than k (keras/src/metrics/accuracy_metrics.py, 3.15).

Wrong:

    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      metrics: [{TopKCategoricalAccuracy: {k: 10}}]

Right:

    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      metrics: [{TopKCategoricalAccuracy: {k: 3}}]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Trained

CODE = "always-right"
SEVERITY = "warning"
UNLESS = ("metric-labels",)


def find(fit: Trained) -> Iterator[Problem]:
    """Warns of each that counts as many scores as there are, or more."""
    for path, name, _, about in fit.metrics():
        most = getattr(about, "k", None)
        if most is not None and fit.units and most >= fit.units:
            text = f"{name} is always 1: it looks at the best {most} of {fit.units}"
            below = f"write {{{about.title()}: {{k: {fit.units - 1}}}}}"
            hint = below if fit.units > 1 else "remove it"
            yield Problem(path, CODE, text, hint)
