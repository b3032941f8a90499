"""Metrics that are given arguments.

Source of the signatures: keras/src/metrics, Keras 3.15.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.named import AboveZero, Floats, Named, plain_list
from cnnspec.ground.errors import ArgumentError
from cnnspec.ground.records import Fraction, Natural, Positive, number

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
    counted: ClassVar[bool] = False
    """Whether Keras counts those without a name: `auc`, then `auc_1`."""
    name: str | None = None
    dtype: Floats | _Integers | None = None


class BinaryAccuracy(Metric):
    threshold: float = 0.5


class CategoricalAccuracy(Metric): ...


class SparseCategoricalAccuracy(Metric): ...


class TopKCategoricalAccuracy(Metric):
    k: Positive = 5


class SparseTopKCategoricalAccuracy(Metric):
    k: Positive = 5
    from_sorted_ids: bool = False


class F1Score(Metric):
    average: Literal["micro", "macro", "weighted"] | None = None
    threshold: (
        Annotated[float, number("a number above 0, up to 1", gt=0, le=1)] | None
    ) = None


class FBetaScore(F1Score):
    first = ("average", "beta")
    beta: AboveZero = 1.0


# -------------------------------------------------- right and wrong at a threshold


class _Counted(Metric):
    counted = True


class AUC(_Counted):
    num_thresholds: Positive = 200
    curve: Literal["ROC", "PR", "PRGAIN", "roc", "pr", "prgain"] = "ROC"
    summation_method: Literal[
        "interpolation",
        "minoring",
        "majoring",
        "Interpolation",
        "Minoring",
        "Majoring",
    ] = "interpolation"
    thresholds: Annotated[Any, plain_list(float)] | None = None
    multi_label: bool = False
    num_labels: Positive | None = None
    label_weights: Annotated[Any, plain_list(float)] | None = None
    from_logits: bool = False

    def rules(self) -> None:
        if self.thresholds is None and self.num_thresholds < 2:
            text = "AUC.num_thresholds is 2 or more, where no thresholds are given"
            raise ArgumentError("num_thresholds", "out-of-range", text)
        if self.num_labels is not None and not self.multi_label:
            text = "AUC.num_labels is for multi_label: true"
            raise ArgumentError(
                "num_labels", "needs-argument", text, "add it, or remove num_labels:"
            )


_Thresholds = Fraction | Annotated[Any, plain_list(Fraction)] | None
"""A number for one threshold, a list for several; Keras stumbles over a tuple."""


class _Confusion(_Counted):
    thresholds: _Thresholds = None


class FalseNegatives(_Confusion): ...


class FalsePositives(_Confusion): ...


class TrueNegatives(_Confusion): ...


class TruePositives(_Confusion): ...


class Precision(_Confusion):
    first = ("thresholds", "top_k", "class_id")
    top_k: Positive | None = None
    class_id: Natural | None = None


class Recall(Precision): ...


class _AtOther(_Counted):
    """One figure where another has a value."""

    num_thresholds: Positive = 200
    class_id: Natural | None = None


class PrecisionAtRecall(_AtOther):
    recall: Fraction


class RecallAtPrecision(_AtOther):
    precision: Fraction


class SensitivityAtSpecificity(_AtOther):
    specificity: Fraction


class SpecificityAtSensitivity(_AtOther):
    sensitivity: Fraction


# ---------------------------------------------------------- intersection over union


class _Overlap(_Counted):
    num_classes: Positive
    ignore_class: int | None = None
    axis: int = -1


class _Targets(_Overlap):
    """Of some classes alone."""

    first = ("num_classes",)
    target_class_ids: Annotated[Any, plain_list(Natural, 1)]

    def rules(self) -> None:
        largest = max(self.target_class_ids)
        if largest >= self.num_classes:
            raise ArgumentError(
                "target_class_ids",
                "out-of-range",
                f"{self.title()} has {self.num_classes} classes, and class {largest} "
                "among its targets",
                f"count classes from 0 to {self.num_classes - 1}",
            )


class IoU(_Targets):
    sparse_y_true: bool = True
    sparse_y_pred: bool = True


class MeanIoU(_Overlap):
    sparse_y_true: bool = True
    sparse_y_pred: bool = True


class OneHotIoU(_Targets):
    sparse_y_pred: bool = False


class OneHotMeanIoU(_Overlap):
    sparse_y_pred: bool = False


_ZeroOrOne = Annotated[int, number("0 or 1", whole=True, ge=0, le=1)]


class BinaryIoU(_Counted):
    target_class_ids: Annotated[Any, plain_list(_ZeroOrOne, 1)] = (0, 1)
    threshold: float = 0.5


# ------------------------------------------------------------------ numbers


class _AlongAxis(Metric):
    axis: int = -1


class ConcordanceCorrelation(_AlongAxis): ...


class CosineSimilarity(_AlongAxis): ...


class PearsonCorrelation(_AlongAxis): ...


class R2Score(Metric):
    class_aggregation: (
        Literal["uniform_average", "variance_weighted_average"] | None
    ) = "uniform_average"
    num_regressors: Natural = 0

    def rules(self) -> None:
        if self.num_regressors:
            # It compares it with a number of samples that a graph doesn't know yet.
            text = "Keras can't train with R2Score.num_regressors on TensorFlow"
            raise ArgumentError(
                "num_regressors", "not-supported", text, "leave it at 0"
            )


class _Smoothed(Metric):
    from_logits: bool = False
    label_smoothing: Fraction = 0


class BinaryCrossentropy(_Smoothed):
    aliases: ClassVar[tuple[str, ...]] = ("bce", "BCE")


class CategoricalCrossentropy(_Smoothed, _AlongAxis):
    first = ("from_logits", "label_smoothing", "axis")


class SparseCategoricalCrossentropy(_AlongAxis):
    first = ("from_logits", "ignore_class", "axis")
    from_logits: bool = False
    ignore_class: int | None = None


class CategoricalHinge(Metric): ...


class Hinge(Metric): ...


class SquaredHinge(Metric): ...


class KLDivergence(Metric): ...


class Poisson(Metric): ...


class LogCoshError(Metric): ...


class MeanAbsoluteError(Metric):
    aliases: ClassVar[tuple[str, ...]] = ("mae", "MAE")


class MeanAbsolutePercentageError(Metric):
    aliases: ClassVar[tuple[str, ...]] = ("mape", "MAPE")


class MeanSquaredError(Metric):
    aliases: ClassVar[tuple[str, ...]] = ("mse", "MSE")


class MeanSquaredLogarithmicError(Metric):
    aliases: ClassVar[tuple[str, ...]] = ("msle", "MSLE")


class RootMeanSquaredError(Metric): ...
