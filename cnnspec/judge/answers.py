"""What the numbers that a trained model gives stand for."""

from typing import Any, Literal, NamedTuple

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shape
from cnnspec.language.arrays import INPUT

Form = Literal[
    "classes",
    "two classes",
    "labels",
    "number",
    "numbers",
    "pixel classes",
    "two pixel classes",
    "picture",
    "sequence",
]


class Output(NamedTuple):
    """A tensor that the model gives."""

    shape: Shape
    """Batch first."""
    layer: Layer
    """The layer it comes from."""
    path: Path
    """Where that layer stands in the spec."""


class Target(NamedTuple):
    """What a tensor that the model gives is to be like."""

    array: str
    """The array that holds it; `input` for the sample itself."""
    labels: tuple[str, ...]
    """What `labels:` says of it; nothing where it says nothing."""
    any_form: bool
    """Whether that array may have any axes, and not one label for a sample alone."""
    is_image: bool
    """Whether the sample is known to be an image."""


class Answer(NamedTuple):
    """How an answer is read from a model's output."""

    form: Form
    """A score for each class; one score for the second of two; yes or no for each
    label; a number, or several; a score for each class of each pixel, or one; an image;
    what is told of each step of a sequence."""
    probabilities: bool
    """Whether the scores are probabilities."""
    tells_classes: bool
    """Whether it is a class, of the sample or of each of its places."""

    @property
    def is_single(self) -> bool:
        """Whether it is one class or number for a sample."""
        return self.form in ("classes", "two classes", "number")


def answer(loss: Any, output: Output, target: Target) -> Answer:
    """How an answer is read from what a trained model gives.

    Args:
        loss: that it is trained with, as `train:` holds it.
        output: a tensor, its batch first and what is told of a place last.
        target: what it is held against.
    """
    form, tells = _form(Loss.of(loss), output, target)
    probabilities = tells and _are_probabilities(loss, output, form)
    return Answer(form, probabilities, tells)


def _form(loss: Loss, output: Output, target: Target) -> tuple[Form, bool]:
    """The form, and whether it tells classes."""
    axes, single = len(output.shape) - 1, output.shape[-1] == 1
    activation = activation_of(output.layer)
    if target.array == INPUT and not loss.categorical:
        if axes > 2 or target.is_image:
            return "picture", False
        return ("numbers" if axes == 1 else "sequence"), False
    of_two = loss.two_classes or loss.overlaps
    if axes > 1:
        of_several = loss.categorical or activation == "softmax"
        tells = of_several or bool(target.labels) or (single and of_two)
        if axes == 2:
            return "sequence", tells or of_two
        if not tells:
            return "picture", False
        return ("two pixel classes" if single else "pixel classes"), True
    if "multi_hot" in target.labels:
        return "labels", True
    if single:
        if loss.two_classes or activation == "sigmoid":
            return "two classes", True
        return "number", False
    of_classes = loss.categorical or loss.activation or loss.compares_samples
    of_classes = bool(of_classes) or of_two or activation == "softmax"
    if target.any_form and not target.labels and not of_classes:
        return "numbers", False
    return "classes", True


def _are_probabilities(loss: Any, output: Output, form: Form) -> bool:
    activation, about = activation_of(output.layer), Loss.of(loss)
    crossentropy = bool(about.activation) and not takes_logits(loss)
    if output.shape[-1] == 1 or form == "labels":
        return crossentropy or activation == "sigmoid"
    # Scores of sigmoids are not shares of one whole.
    return activation == "softmax" or (crossentropy and not activation)


def activation_of(layer: Layer) -> str:
    """The name of the function that a layer ends with; '' if that isn't known."""
    return layer.last_activation()


def loss_name(loss: Any) -> str:
    """A loss in Keras's snake case, whether it is a name or a mapping."""
    return loss if isinstance(loss, str) else snake_case(type(loss).__name__)


def takes_logits(loss: Any) -> bool:
    """Whether a loss turns scores into probabilities by itself."""
    return bool(getattr(loss, "from_logits", False))
