"""A metric of probabilities that is given scores.

A loss with from_logits: true makes probabilities of scores for itself alone. A
metric is given what the model gives, and has an argument of its own for it:
from_logits, or the threshold, which is 0.5 for probabilities and 0 for scores
(keras/src/metrics/probabilistic_metrics.py, confusion_metrics.py, 3.15).

Wrong:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: cats.npz}
    train:
      loss: {BinaryCrossentropy: {from_logits: true}}
      metrics: [AUC]

Right:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: cats.npz}
    train:
      loss: {BinaryCrossentropy: {from_logits: true}}
      metrics: [{AUC: {from_logits: true}}]
"""

from collections.abc import Iterator

from cnnspec.catalogue.layers.arguments import PROBABILITIES
from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Problem
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.answers import activation_of, takes_logits
from cnnspec.judge.subjects import Trained

CODE = "metric-logits"
SEVERITY = "error"
UNLESS = ("logits-and-probabilities", "loss-needs-probabilities", "metric-labels")


def find(fit: Trained) -> Iterator[Problem]:
    """Finds each metric that would take what the model gives for something else."""
    activation = activation_of(fit.output.layer)
    for path, name, _, about in fit.metrics():
        if getattr(about, "from_logits", False) and activation in PROBABILITIES:
            text = f"{name} is told from_logits: true, and {activation} makes "
            yield Problem(path, CODE, f"{text}probabilities", "remove from_logits:")
        elif about.of_probabilities and takes_logits(fit.loss):
            for_scores = dict(about.for_scores)
            if for_scores and set(for_scores) & set(about.given):
                continue
            text = f"{name} takes probabilities, and {fit.who} gives scores"
            written = {about.title(): dict(about.given) | for_scores}
            hint = f"write {flow(written)}" if for_scores else _with_probabilities(fit)
            yield Problem(path, CODE, text, hint)


def _with_probabilities(fit: Trained) -> str:
    """How the model gives probabilities."""
    wanted = Loss.of(fit.loss).activation
    return f"set activation: {wanted} on the last layer, and remove from_logits:"
