"""A loss of scores for a model of probabilities.

from_logits: true makes probabilities of scores. Made of probabilities once more
they are nearly alike, so that the loss hardly falls
(keras/src/losses/losses.py, 3.15).

Wrong:

    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: {CategoricalCrossentropy: {from_logits: true}}}

Right:

    layers:
      - Flatten
      - Dense: 10
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: {CategoricalCrossentropy: {from_logits: true}}}
"""

from collections.abc import Iterator

from cnnspec.catalogue.layers.arguments import PROBABILITIES
from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Problem
from cnnspec.judge.answers import activation_of, takes_logits
from cnnspec.judge.subjects import Trained

CODE = "logits-and-probabilities"
SEVERITY = "error"
UNLESS = ("softmax-of-one",)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds both."""
    activation = activation_of(fit.output.layer)
    wants_scores = Loss.of(fit.loss).activation and takes_logits(fit.loss)
    if wants_scores and activation in PROBABILITIES:
        text = f"from_logits: true is for scores, and {activation} makes probabilities"
        hint = f"remove from_logits:; or remove {activation} from the last layer"
        yield Problem(fit.path("loss"), CODE, text, hint)
