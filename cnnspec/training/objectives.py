"""Losses and metrics that are given arguments.

Source of the signatures: keras/src/losses and keras/src/metrics, Keras 3.15.
"""

from typing import ClassVar, Literal

from cnnspec.components import Component
from cnnspec.fields import Fraction, Natural, Positive
from cnnspec.training.kinds import AboveZero, BetweenZeroAndOne


class Loss(Component):
    """What training makes small."""

    module: ClassVar[str] = "losses"
    example: ClassVar[str] = "{BinaryCrossentropy: {from_logits: true}}"
    reduction: (
        Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
        | None
    ) = "sum_over_batch_size"
    name: str | None = None
    dtype: str | None = None


class _Crossentropy(Loss):
    from_logits: bool = False
    axis: int = -1


class _Smoothed(_Crossentropy):
    label_smoothing: Fraction = 0.0


class BinaryCrossentropy(_Smoothed):
    aliases: ClassVar[tuple[str, ...]] = ("bce",)


class BinaryFocalCrossentropy(_Smoothed):
    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0


class CategoricalCrossentropy(_Smoothed): ...


class CategoricalFocalCrossentropy(_Smoothed):
    alpha: float = 0.25
    gamma: float = 2.0


class SparseCategoricalCrossentropy(_Crossentropy):
    ignore_class: int | None = None


class CategoricalGeneralizedCrossEntropy(Loss):
    q: BetweenZeroAndOne = 0.5


class Circle(Loss):
    gamma: AboveZero = 80.0
    margin: Fraction = 0.4
    remove_diagonal: bool = True


class CosineSimilarity(Loss):
    axis: int = -1


class Dice(Loss):
    axis: tuple[int, ...] | None = None


class Tversky(Dice):
    alpha: float = 0.5
    beta: float = 0.5


class Huber(Loss):
    delta: float = 1.0


class CategoricalHinge(Loss): ...


class Hinge(Loss): ...


class SquaredHinge(Loss): ...


class KLDivergence(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("kld",)


class LogCosh(Loss): ...


class MeanAbsoluteError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("mae",)


class MeanAbsolutePercentageError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("mape",)


class MeanSquaredError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("mse",)


class MeanSquaredLogarithmicError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("msle",)


class Poisson(Loss): ...


class Metric(Component):
    """What is reported beside the loss."""

    module: ClassVar[str] = "metrics"
    example: ClassVar[str] = "{TopKCategoricalAccuracy: {k: 3}}"
    name: str | None = None
    dtype: str | None = None


class AUC(Metric):
    num_thresholds: Positive = 200
    curve: Literal["ROC", "PR"] = "ROC"
    summation_method: Literal["interpolation", "minoring", "majoring"] = "interpolation"
    thresholds: tuple[float, ...] | None = None
    multi_label: bool = False
    num_labels: Positive | None = None
    label_weights: tuple[float, ...] | None = None
    from_logits: bool = False


class BinaryAccuracy(Metric):
    threshold: Fraction = 0.5


class CategoricalAccuracy(Metric): ...


class SparseCategoricalAccuracy(Metric): ...


class TopKCategoricalAccuracy(Metric):
    k: Positive = 5


class SparseTopKCategoricalAccuracy(Metric):
    k: Positive = 5
    from_sorted_ids: bool = False


class F1Score(Metric):
    average: Literal["micro", "macro", "weighted"] | None = None
    threshold: Fraction | None = None


class FBetaScore(F1Score):
    beta: AboveZero = 1.0


class Precision(Metric):
    thresholds: float | tuple[float, ...] | None = None
    top_k: Positive | None = None
    class_id: Natural | None = None


class Recall(Precision): ...
