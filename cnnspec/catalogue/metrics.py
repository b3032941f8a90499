"""Metrics that are given arguments.

Source of the signatures: keras/src/metrics, Keras 3.15.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.accuracy import Metric as Metric  # noqa: PLC0414 - with all
from cnnspec.catalogue.named import Floats, Wide
from cnnspec.ground.errors import ArgumentError
from cnnspec.ground.kinds import (
    AboveZero,
    Natural,
    Positive,
    ZeroToOne,
    number,
    plain_list,
)


class _Sparse:
    __slots__ = ()
    categorical = True

    @property
    def labels(self) -> Literal["sparse"]:
        return "sparse"


class BinaryAccuracy(Metric):
    by_position: ClassVar[str] = "name dtype"
    two_classes = True
    threshold: float = 0.5


class CategoricalAccuracy(Metric):
    categorical = True


class SparseCategoricalAccuracy(_Sparse, Metric): ...


class TopKCategoricalAccuracy(Metric):
    elsewhere: ClassVar[dict[str, Any]] = {
        "top5 top_5 top_k top_k_accuracy top5_accuracy": {}
    }
    categorical = True
    k: Positive = 5


class SparseTopKCategoricalAccuracy(_Sparse, Metric):
    by_position: ClassVar[str] = "k name dtype"
    k: Positive = 5
    from_sorted_ids: bool = False


class F1Score(Metric):
    by_position: ClassVar[str] = "average threshold name"
    of_rows = True
    elsewhere: ClassVar[dict[str, Any]] = {"f1 f1_macro F1": {}}
    one_number: ClassVar[Mapping[str, Any]] = {"average": "macro"}
    average: Literal["micro", "macro", "weighted"] | None = None
    threshold: (
        Annotated[float, number("a number above 0, up to 1", gt=0, le=1)] | None
    ) = None
    dtype: Floats | None = None
    """It divides, and adds less than 1."""

    @property
    def is_several(self) -> bool:
        return self.average is None

    @property
    def by_largest(self) -> bool:
        return self.threshold is None


class FBetaScore(F1Score):
    by_position: ClassVar[str] = "average beta threshold name"
    key = "fbeta_score"
    first = ("average", "beta")
    beta: AboveZero = 1.0


# -------------------------------------------------- right and wrong at a threshold


class _Counted(Metric):
    counted = True


_LOGITS: Mapping[str, Any] = {"from_logits": True}


class AUC(_Counted):
    by_position: ClassVar[str] = "num_thresholds curve summation_method name dtype"
    of_probabilities = True
    for_scores = _LOGITS
    elsewhere: ClassVar[dict[str, Any]] = {"auroc roc_auc auc_roc": {}}
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


_Thresholds = ZeroToOne | Annotated[Any, plain_list(ZeroToOne)] | None
"""A number for one threshold, a list for several; Keras stumbles over a tuple."""


class _Confusion(_Counted):
    of_probabilities = True
    for_scores: ClassVar[Mapping[str, Any]] = {"thresholds": 0}
    one_number: ClassVar[Mapping[str, Any]] = {"thresholds": 0.5}
    thresholds: _Thresholds = None

    @property
    def is_several(self) -> bool:
        return isinstance(self.thresholds, list) and len(self.thresholds) != 1


class _Count(_Confusion):
    direction = ""


class FalseNegatives(_Count): ...


class FalsePositives(_Count): ...


class TrueNegatives(_Count): ...


class TruePositives(_Count): ...


class Precision(_Confusion):
    elsewhere: ClassVar[dict[str, Any]] = {"ppv": {}}
    first = ("thresholds", "top_k", "class_id")
    top_k: Positive | None = None
    class_id: Natural | None = None


class Recall(Precision):
    elsewhere: ClassVar[dict[str, Any]] = {"sensitivity tpr": {}}


class _AtOther(_Counted):
    """One figure where another has a value."""

    of_probabilities = True
    stands_alone = False
    num_thresholds: Positive = 200
    class_id: Natural | None = None


class PrecisionAtRecall(_AtOther):
    recall: ZeroToOne


class RecallAtPrecision(_AtOther):
    precision: ZeroToOne


class SensitivityAtSpecificity(_AtOther):
    specificity: ZeroToOne


class SpecificityAtSensitivity(_AtOther):
    sensitivity: ZeroToOne


# ---------------------------------------------------------- intersection over union


class _Overlap(_Counted):
    axes = (-1, 0)
    stands_alone = False
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


class _OfClasses(_Overlap):
    """Of labels that are classes, or rows with a 1 at the class."""

    sparse_y_true: bool = True
    sparse_y_pred: bool = True

    @property
    def labels(self) -> Literal["one_hot", "sparse"]:
        return "sparse" if self.sparse_y_true else "one_hot"


class IoU(_Targets, _OfClasses):
    by_position: ClassVar[str] = "num_classes target_class_ids name dtype ignore_class"


class MeanIoU(_OfClasses):
    by_position: ClassVar[str] = "num_classes name dtype ignore_class"
    elsewhere: ClassVar[dict[str, Any]] = {"mIoU mean_iou jaccard": {}}


class OneHotIoU(_Targets):
    by_position: ClassVar[str] = "num_classes target_class_ids name dtype ignore_class"
    sparse_y_pred: bool = False


class OneHotMeanIoU(_Overlap):
    by_position: ClassVar[str] = "num_classes name dtype ignore_class"
    sparse_y_pred: bool = False


_ZeroOrOne = Annotated[int, number("0 or 1", whole=True, ge=0, le=1)]


class BinaryIoU(_Counted):
    of_probabilities = True
    for_scores: ClassVar[Mapping[str, Any]] = {"threshold": 0}
    target_class_ids: Annotated[Any, plain_list(_ZeroOrOne, 1)] = (0, 1)
    threshold: float = 0.5


# ------------------------------------------------------------------ numbers


class _AlongAxis(Metric):
    axis: int = -1


class _Likeness(_AlongAxis):
    along_axis = True


class ConcordanceCorrelation(_Likeness):
    by_position: ClassVar[str] = "name dtype"


class CosineSimilarity(_Likeness):
    by_position: ClassVar[str] = "name dtype"


class PearsonCorrelation(_Likeness):
    by_position: ClassVar[str] = "name dtype"


class R2Score(Metric):
    of_rows = True
    elsewhere: ClassVar[dict[str, Any]] = {"r2 r_squared": {}}
    one_number: ClassVar[Mapping[str, Any]] = {"class_aggregation": "uniform_average"}
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

    @property
    def is_several(self) -> bool:
        return self.class_aggregation is None


class _Error(Metric):
    """A distance from what is right."""

    direction = "down"


class _Smoothed(_Error):
    of_probabilities = True
    for_scores = _LOGITS
    from_logits: bool = False
    label_smoothing: ZeroToOne = 0


class BinaryCrossentropy(_Smoothed):
    by_position: ClassVar[str] = "name dtype"
    aliases: ClassVar[tuple[str, ...]] = ("bce", "BCE")


class CategoricalCrossentropy(_Smoothed, _AlongAxis):
    by_position: ClassVar[str] = "name dtype"
    axes = (-1, 0, 1)
    categorical = True
    first = ("from_logits", "label_smoothing", "axis")


class SparseCategoricalCrossentropy(_Sparse, _AlongAxis, _Error):
    by_position: ClassVar[str] = "name dtype"
    of_probabilities = True
    for_scores = _LOGITS
    axes = (-1, 1)
    first = ("from_logits", "ignore_class", "axis")
    from_logits: bool = False
    ignore_class: int | None = None


class CategoricalHinge(_Error):
    categorical = True


class Hinge(_Error): ...


class SquaredHinge(_Error): ...


class KLDivergence(_Error):
    of_probabilities = True


class Poisson(_Error): ...


class LogCoshError(_Error):
    key = "logcosh"


class MeanAbsoluteError(_Error):
    aliases: ClassVar[tuple[str, ...]] = ("mae", "MAE")


class MeanAbsolutePercentageError(_Error):
    by_position: ClassVar[str] = "name"
    aliases: ClassVar[tuple[str, ...]] = ("mape", "MAPE")
    dtype: Wide | None = None


class MeanSquaredError(_Error):
    aliases: ClassVar[tuple[str, ...]] = ("mse", "MSE")


class MeanSquaredLogarithmicError(_Error):
    aliases: ClassVar[tuple[str, ...]] = ("msle", "MSLE")


class RootMeanSquaredError(_Error):
    elsewhere: ClassVar[dict[str, Any]] = {"rmse": {}}
