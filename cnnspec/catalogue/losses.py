"""Losses that are given arguments.

Source of the signatures: keras/src/losses, Keras 3.15.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.named import Floats, Named, ScopeName
from cnnspec.ground.kinds import AboveZero, BetweenZeroAndOne, ZeroToOne, plain_list


class Loss(Named):
    """What training makes small."""

    module: ClassVar[str] = "losses"
    example: ClassVar[str] = "{BinaryCrossentropy: {from_logits: true}}"
    refused: ClassVar[Mapping[str, str]] = {
        "Loss": "it is the base of all losses, and does nothing itself",
        "LossFunctionWrapper": "it is given a function, and no YAML holds code",
        "CTC": "it compares sequences, and data: has one label for a sample",
    }
    labels: ClassVar[Literal["one_hot", "sparse"] | None] = "one_hot"
    """How it is told a class among several; None: either way."""
    categorical: ClassVar[bool] = False
    """Whether it needs a score for each class; others compare number by number."""
    two_classes: ClassVar[bool] = False
    """Whether a single unit tells two classes apart by it."""
    activation: ClassVar[str] = ""
    """What makes scores the probabilities that it takes; '' where it takes none."""
    compares_samples: ClassVar[bool] = False
    """Whether it holds samples against each other, and not against their labels."""
    reduction: (
        Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
        | None
    ) = "sum_over_batch_size"
    name: ScopeName | None = None
    dtype: Floats | None = None


class Crossentropy(Loss):
    """What `compile` chooses by the forms of labels and scores."""

    only_alone = True
    any_case = True
    aliases: ClassVar[tuple[str, ...]] = ("ce",)
    labels = None


class _Crossentropy(Loss):
    activation = "softmax"
    from_logits: bool = False
    axis: int = -1


class _Smoothed(_Crossentropy):
    label_smoothing: ZeroToOne = 0.0


class BinaryCrossentropy(_Smoothed):
    two_classes = True
    activation = "sigmoid"
    aliases: ClassVar[tuple[str, ...]] = ("bce", "BCE")


class BinaryFocalCrossentropy(_Smoothed):
    two_classes = True
    activation = "sigmoid"
    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0


class CategoricalCrossentropy(_Smoothed):
    categorical = True


class CategoricalFocalCrossentropy(_Smoothed):
    categorical = True
    alpha: float | Annotated[Any, plain_list(float, 1)] = 0.25
    """The weight of all classes, or of each."""
    gamma: float = 2.0


class SparseCategoricalCrossentropy(_Crossentropy):
    categorical = True
    labels = "sparse"
    ignore_class: int | None = None


class CategoricalGeneralizedCrossEntropy(Loss):
    stands_alone = False  # keras.losses.get doesn't list it
    categorical = True
    labels = "sparse"
    q: BetweenZeroAndOne = 0.5


class Circle(Loss):
    compares_samples = True
    gamma: AboveZero = 80.0
    margin: ZeroToOne = 0.4
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


class CategoricalHinge(Loss):
    categorical = True


class Hinge(Loss):
    two_classes = True


class SquaredHinge(Loss):
    two_classes = True


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
