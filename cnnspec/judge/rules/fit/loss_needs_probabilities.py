"""A loss of probabilities for a model of scores.

A crossentropy takes the logarithm of what the model gives. Keras cuts scores
off at 0 and 1 first, so that most of them teach nothing
(keras/src/losses/losses.py and keras/src/backend/tensorflow/nn.py, 3.15).

Wrong:

    layers:
      - Flatten
      - Dense: 10
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

from cnnspec.catalogue.layers.arguments import MAY_BE_PROBABILITIES, PROBABILITIES
from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Problem
from cnnspec.judge.answers import (
    activation_of,
    loss_name,
    takes_logits,
)
from cnnspec.judge.subjects import Trained

CODE = "loss-needs-probabilities"
SEVERITY = "error"
UNLESS = ("softmax-of-one",)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds a last activation that makes no probabilities."""
    activation, loss = activation_of(fit.output.layer), Loss.of(fit.loss)
    if not loss.activation or takes_logits(fit.loss):
        return
    if activation and activation not in PROBABILITIES | MAY_BE_PROBABILITIES:
        title = loss_name(fit.loss)
        text = f"{title} takes probabilities, and {fit.who} ends with {activation}"
        other = f"{{{loss.title()}: {{from_logits: true}}}}"
        hint = f"set activation: {loss.activation} on the last layer"
        hint = f"{hint}; or set loss: {other}"
        yield Problem(fit.output.path, CODE, text, hint, at_key=True)
