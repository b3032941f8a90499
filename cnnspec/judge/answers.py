"""What the numbers that a trained model gives stand for."""

from typing import TYPE_CHECKING, Literal, NamedTuple

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shape

if TYPE_CHECKING:
    from cnnspec.language.training import Train


class Output(NamedTuple):
    """A tensor that the model gives."""

    shape: Shape
    """Batch first."""
    layer: Layer
    """The layer it comes from."""
    path: Path
    """Where that layer stands in the spec."""


class Answer(NamedTuple):
    """How an answer is read from a model's output."""

    form: Literal["classes", "two classes", "number"]
    """A score for each class; one score for the second of two; a number itself."""
    probabilities: bool
    """Whether the scores are probabilities."""


def answer(train: "Train", output: Output) -> Answer:
    """How an answer is read from what a trained model gives.

    Args:
        train: how it is trained.
        output: a tensor of shape (batch, scores).
    """
    activation, loss = activation_of(output.layer), Loss.of(train.loss)
    crossentropy = bool(loss.activation) and not takes_logits(train)
    if output.shape[-1] != 1:
        # Scores of sigmoids are not shares of one whole.
        shares = activation == "softmax" or (crossentropy and not activation)
        return Answer("classes", probabilities=shares)
    if loss.two_classes or activation == "sigmoid":
        return Answer("two classes", crossentropy or activation == "sigmoid")
    return Answer("number", probabilities=False)


def activation_of(layer: Layer) -> str:
    """The name of the function that a layer ends with; '' if that isn't known."""
    return layer.last_activation()


def loss_name(train: "Train") -> str:
    """The loss in Keras's snake case, whether it is a name or a mapping."""
    loss = train.loss
    return loss if isinstance(loss, str) else snake_case(type(loss).__name__)


def takes_logits(train: "Train") -> bool:
    """Whether the loss turns scores into probabilities by itself."""
    return bool(getattr(train.loss, "from_logits", False))
