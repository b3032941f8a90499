"""What is reported beside the loss, and the metric that most specs name alone.

The others stand in `metrics`, which takes as long to import as a small spec to check.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from cnnspec.catalogue.named import Floats, Named

_Integers = Literal["int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


class Metric(Named):
    """What is reported beside the loss."""

    module: ClassVar[str] = "metrics"
    example: ClassVar[str] = "{TopKCategoricalAccuracy: {k: 3}}"
    refused: ClassVar[Mapping[str, str]] = {
        "Metric": "it is the base of all metrics, and does nothing itself",
        "MeanMetricWrapper": "it is given a function, and no YAML holds code",
        "Mean": "it is of numbers alone, and a metric compares answers with labels",
        "Sum": "it is of numbers alone, and a metric compares answers with labels",
        "Accuracy": "it counts answers that are equal to their labels, which "
        "probabilities never are; write accuracy, which fits any answer",
    }
    any_name: ClassVar[bool] = True
    """Whether Keras takes any text for its name, as of no other object."""
    counted: ClassVar[bool] = False
    """Whether Keras counts those without a name: `auc`, then `auc_1`."""
    key: ClassVar[str] = ""
    """The key in Keras's history, where that isn't the snake case of the class."""
    categorical: ClassVar[bool] = False
    """Whether it needs a score for each class."""
    two_classes: ClassVar[bool] = False
    """Whether it counts how often a single score tells the right one of two classes."""
    along_axis: ClassVar[bool] = False
    """Whether it compares the numbers along an axis, of a sample or of the batch."""
    direction: ClassVar[Literal["up", "down", ""]] = "up"
    """Where Keras knows it to go as a model gets better; '' where it doesn't know."""
    of_rows: ClassVar[bool] = False
    """Whether it takes a row of numbers for each sample, and nothing of more axes."""
    one_number: ClassVar[Mapping[str, Any]] = {}
    """Arguments that make it one number, where others make it several."""
    of_probabilities: ClassVar[bool] = False
    """Whether it takes what a model gives for probabilities."""
    for_scores: ClassVar[Mapping[str, Any]] = {}
    """Arguments by which it takes scores in their place, where it can."""
    axes: ClassVar[tuple[int, ...]] = (-2, -1, 0, 1)
    """What `axis` may be where each sample has a row of scores."""
    name: str | None = None
    dtype: Floats | _Integers | None = None

    @classmethod
    def kept(cls, name: str) -> str:
        return super().kept(name) if cls.only_alone else name

    @property
    def labels(self) -> Literal["one_hot", "sparse"] | None:
        """How it is told a class among several; None: either way."""
        return "one_hot"

    @property
    def is_several(self) -> bool:
        """Whether it is a list of numbers, one for each class or threshold."""
        return False

    @property
    def by_largest(self) -> bool:
        """Whether the largest of several scores is the class that it counts."""
        return False


class Accuracy(Metric):
    """What `compile` chooses by the forms of labels and scores."""

    only_alone = True
    elsewhere: ClassVar[dict[str, Any]] = {"accuracy_score MulticlassAccuracy top1": {}}
    any_case = True
    aliases: ClassVar[tuple[str, ...]] = ("acc",)
    two_classes = True

    @property
    def labels(self) -> None:
        return None
