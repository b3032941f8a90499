"""Losses that are given arguments.

Source of the signatures: keras/src/losses, Keras 3.15.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from cnnspec.catalogue.named import Floats, Idle, Named, Wide
from cnnspec.ground.kinds import (
    AboveZero,
    BetweenZeroAndOne,
    Name,
    ZeroToOne,
    plain_list,
)


class Loss(Named):
    """What training makes small."""

    module: ClassVar[str] = "losses"
    example: ClassVar[str] = "{BinaryCrossentropy: {from_logits: true}}"
    refused: ClassVar[Mapping[str, str]] = {
        "Loss": "it is the base of all losses, and does nothing itself",
        "LossFunctionWrapper": "it is given a function, and no YAML holds code",
        "CTC": "it compares sequences, and data: has one label for a sample",
    }
    spelt_as: ClassVar[dict[str, str]] = {
        "from_logits": "logits with_logits",
        "label_smoothing": "smoothing",
        "ignore_class": "ignore_index",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "weight": "train: has class_weight: for the weights of classes; remove it"
    }
    labels: ClassVar[Literal["one_hot", "sparse"] | None] = "one_hot"
    """How it is told a class among several; None: either way."""
    for_one_hot: ClassVar["type[Loss] | None"] = None
    """What does the same with one_hot labels, where it takes none."""
    categorical: ClassVar[bool] = False
    """Whether it needs a score for each class; others compare number by number."""
    two_classes: ClassVar[bool] = False
    """Whether a single unit tells two classes apart by it."""
    activation: ClassVar[str] = ""
    """What makes scores the probabilities that it takes; '' where it takes none."""
    axes: ClassVar[tuple[int, ...]] = (-2, -1, 0, 1)
    """What `axis` may be where each sample has a row of scores."""
    overlaps: ClassVar[bool] = False
    """Whether it tells how far areas cover each other, as those of classes do."""
    compares_samples: ClassVar[bool] = False
    """Whether it holds samples against each other, and not against their labels."""
    reduction: (
        Literal["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none"]
        | None
    ) = "sum_over_batch_size"
    name: Name | None = None
    dtype: Floats | None = None

    def over_planes(self, backend: str) -> "Loss | None":
        """The same loss, if a backend trains with it over volumes, and not over planes.

        None for all others.
        """
        return None


class Crossentropy(Loss):
    """What `compile` chooses by the forms of labels and scores."""

    only_alone = True
    any_case = True
    aliases: ClassVar[tuple[str, ...]] = ("ce",)
    labels = None

    def over_planes(self, backend: str) -> Loss | None:
        return SparseCategoricalCrossentropy().over_planes(backend)


class _Crossentropy(Loss):
    activation = "softmax"
    from_logits: bool = False
    axis: int = -1


class _Smoothed(_Crossentropy):
    label_smoothing: ZeroToOne = 0.0


class BinaryCrossentropy(_Smoothed):
    by_position: ClassVar[str] = "from_logits"
    elsewhere: ClassVar[dict[str, Any]] = {
        "BCELoss binary_logloss logloss": {},
        "BCEWithLogitsLoss BCEWithLogits bce_with_logits sigmoid_cross_entropy "
        "binary_cross_entropy_with_logits": {"from_logits": True},
    }
    two_classes = True
    activation = "sigmoid"
    aliases: ClassVar[tuple[str, ...]] = ("bce", "BCE")


class BinaryFocalCrossentropy(_Smoothed):
    by_position: ClassVar[str] = "apply_class_balancing alpha gamma from_logits"
    elsewhere: ClassVar[dict[str, Any]] = {"binary_focal_loss": {}}
    two_classes = True
    activation = "sigmoid"
    needs: ClassVar[Mapping[str, str]] = {"alpha": "apply_class_balancing"}
    apply_class_balancing: bool = False
    alpha: float = 0.25
    gamma: float = 2.0


class CategoricalCrossentropy(_Smoothed):
    by_position: ClassVar[str] = "from_logits"
    axes = (-1, 0, 1)
    elsewhere: ClassVar[dict[str, Any]] = {
        "softmax_cross_entropy softmax_cross_entropy_with_logits": {
            "from_logits": True
        },
    }
    categorical = True


class CategoricalFocalCrossentropy(_Smoothed):
    by_position: ClassVar[str] = "alpha gamma from_logits"
    elsewhere: ClassVar[dict[str, Any]] = {"focal focal_loss FocalLoss": {}}
    categorical = True
    alpha: float | Annotated[Any, plain_list(float, 1)] = 0.25
    """The weight of all classes, or of each."""
    gamma: float = 2.0


class SparseCategoricalCrossentropy(_Crossentropy):
    by_position: ClassVar[str] = "from_logits ignore_class reduction"
    axes = (-1, 1)
    """What PyTorch calls CrossEntropyLoss takes scores, and NLLLoss logarithms."""

    elsewhere: ClassVar[dict[str, Any]] = {
        "CrossEntropyLoss CELoss sparse_softmax_cross_entropy_with_logits "
        "NLLLoss nll_loss nll": {"from_logits": True},
    }
    categorical = True
    labels = "sparse"
    for_one_hot = CategoricalCrossentropy
    ignore_class: int | None = None

    def over_planes(self, backend: str) -> Loss | None:
        """PyTorch wants a gradient that lies in one piece, which it doesn't here.

        Source: keras/src/backend/torch/nn.py, sparse_categorical_crossentropy, 3.15,
        which hands nll_loss what movedim gives; that copies volumes by itself.
        """
        ends = backend == "torch" and not self.from_logits and self.axis in (-1, 3)
        return self if ends else None


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

    def unfit(self) -> Iterator[Idle]:
        yield from super().unfit()
        if self.dtype in ("float16", "mixed_float16") and self.axis in (-2, 0):
            text = "has no number as small as what keeps Keras from dividing by 0"
            yield "dtype", text, "remove it; a batch may lack a class"


class Dice(Loss):
    by_position: ClassVar[str] = "reduction name"
    elsewhere: ClassVar[dict[str, Any]] = {"DiceLoss dice_coef_loss": {}}
    overlaps = True
    axis: tuple[int, ...] | None = None


class Tversky(Dice):
    by_position: ClassVar[str] = "alpha beta reduction name"
    elsewhere: ClassVar[dict[str, Any]] = {"TverskyLoss": {}}
    alpha: float = 0.5
    beta: float = 0.5


class Huber(Loss):
    elsewhere: ClassVar[dict[str, Any]] = {"HuberLoss SmoothL1Loss smooth_l1": {}}
    delta: AboveZero = 1.0


class CategoricalHinge(Loss):
    categorical = True


class Hinge(Loss):
    elsewhere: ClassVar[dict[str, Any]] = {"HingeLoss": {}}
    two_classes = True


class SquaredHinge(Loss):
    two_classes = True


class KLDivergence(Loss):
    by_position: ClassVar[str] = "reduction name"
    elsewhere: ClassVar[dict[str, Any]] = {"KLDivLoss kl_div kl": {}}
    aliases: ClassVar[tuple[str, ...]] = ("kld", "KLD")
    dtype: Wide | None = None


class LogCosh(Loss): ...


class MeanAbsoluteError(Loss):
    elsewhere: ClassVar[dict[str, Any]] = {"L1Loss l1": {}}
    aliases: ClassVar[tuple[str, ...]] = ("mae", "MAE")


class MeanAbsolutePercentageError(Loss):
    by_position: ClassVar[str] = "reduction name"
    aliases: ClassVar[tuple[str, ...]] = ("mape", "MAPE")
    dtype: Wide | None = None


class MeanSquaredError(Loss):
    elsewhere: ClassVar[dict[str, Any]] = {"MSELoss l2 L2Loss squared_error": {}}
    aliases: ClassVar[tuple[str, ...]] = ("mse", "MSE")


class MeanSquaredLogarithmicError(Loss):
    aliases: ClassVar[tuple[str, ...]] = ("msle", "MSLE")


class Poisson(Loss): ...
