"""Losses that are given arguments.

Source of the signatures: keras/src/losses, Keras 3.15.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.named import (
    AboveZero,
    BetweenZeroAndOne,
    Floats,
    Named,
    ScopeName,
    plain_list,
)
from cnnspec.ground.records import Fraction


class Loss(Named):
    """What training makes small."""

    module: ClassVar[str] = "losses"
    example: ClassVar[str] = "{BinaryCrossentropy: {from_logits: true}}"
    refused: ClassVar[Mapping[str, str]] = {
        "Loss": "it is the base of all losses, and does nothing itself",
        "LossFunctionWrapper": "it is given a function, and no YAML holds code",
        "CTC": "it compares sequences, and data: has one label for a sample",
    }
    reduction: (
        Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
        | None
    ) = "sum_over_batch_size"
    name: ScopeName | None = None
    dtype: Floats | None = None


class _Crossentropy(Loss):
    from_logits: bool = False
    axis: int = -1


class _Smoothed(_Crossentropy):
    label_smoothing: Fraction = 0.0


class BinaryCrossentropy(_Smoothed):
    aliases: ClassVar[tuple[str, ...]] = ("bce", "BCE")


class BinaryFocalCrossentropy(_Smoothed):
    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0


class CategoricalCrossentropy(_Smoothed): ...


class CategoricalFocalCrossentropy(_Smoothed):
    alpha: float | Annotated[Any, plain_list(float, 1)] = 0.25
    """The weight of all classes, or of each."""
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
    aliases: ClassVar[tuple[str, ...]] = ("kld", "KLD")


class LogCosh(Loss): ...


class MeanAbsoluteError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("mae", "MAE")


class MeanAbsolutePercentageError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("mape", "MAPE")


class MeanSquaredError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("mse", "MSE")


class MeanSquaredLogarithmicError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("msle", "MSLE")


class Poisson(Loss): ...
