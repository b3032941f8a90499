"""Layers that keras.applications makes for its own models; keras.layers lacks them.

Source of the rules: convnext.py and inception_resnet_v2.py of keras/src/applications,
Keras 3.15. A script that uses one carries its text (templates/layers), because those
modules of Keras are not meant to be imported.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.catalogue.dtypes import BOOLS, FLOATS
from cnnspec.catalogue.layers.base import SPARSE, Layer, Weight, not_of_sparse
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.kinds import Positive, number
from cnnspec.ground.shapes import Shape, Shapes, Size, show


class LayerScale(Layer):
    """Multiplies each channel by a number that is learned and starts close to 0.

    At the end of a residual branch it lets a deep network begin as if the branch
    weren't there. From Touvron et al., Going deeper with Image Transformers, 2021
    (arXiv:2103.17239); keras/src/applications/convnext.py.
    """

    tensor_arguments = ("x",)
    linear = True
    has_rule = False
    hands_on = BOOLS
    module = "src.applications.convnext"
    first = ("init_values", "projection_dim")
    shape_rule = "the shape of the input; a last size of 1 becomes projection_dim"
    # Keras gives it no name of its own.
    weight_rule = "variable: projection_dim"
    example: ClassVar[Any] = {"init_values": 1e-6, "projection_dim": 96}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 56, 56, 96),)

    init_values: float
    projection_dim: Positive

    def check(self, x: Shape) -> None:
        if len(x) < 2:
            raise ShapeError(
                "needs an axis of channels; its input is one number per sample",
                before=[{"Reshape": [1]}],
            )
        if not _fit(x[-1], self.projection_dim):
            raise ShapeError(
                f"has {self.projection_dim} numbers for the {x[-1]} channels of its "
                f"input, {show(x[1:])}",
                gives=[{"projection_dim": x[-1]}],
            )

    def output(self, x: Shape) -> Shape:
        return (*x[:-1], _stretched(x[-1], self.projection_dim))

    def told_of_sparse(
        self, told: Shapes, taken: Sequence[str], *shapes: Any, **_: Any
    ) -> tuple[Shapes, bool]:
        """TensorFlow's product of a sparse tensor and weights has no sizes."""
        return sizeless(told, taken)

    def weights(self, x: Shape) -> list[Weight]:
        return [Weight("variable", (self.projection_dim,))]


class StochasticDepth(Layer):
    """Leaves out a residual branch by chance in training, and sample by sample.

    Dropout for whole layers: the network trains as a shallower one, and predicts as the
    deep one. From Huang et al., Deep Networks with Stochastic Depth, 2016
    (arXiv:1603.09382); keras/src/applications/convnext.py.
    """

    tensor_arguments = ("x",)
    call_settings = ("training",)
    training_usual = None
    linear = True
    has_rule = False
    keeps_sparse = True
    runs_on = FLOATS
    not_in = ("float16", "bfloat16", "float64")  # its random numbers are float32
    hands_on_integers = True
    spelt_as: ClassVar[dict[str, str]] = {
        "drop_path_rate": "p rate prob drop_prob survival_rate",
    }
    elsewhere: ClassVar[dict[str, Any]] = {"DropPath DropConnect": {}}
    module = "src.applications.convnext"
    first = ("drop_path_rate",)
    example: ClassVar[Any] = {"drop_path_rate": 0.1}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 56, 56, 96),)

    # At 1 no sample would be kept, and Keras divides by 0 in training.
    drop_path_rate: Annotated[float, number("a number from 0 to below 1", ge=0, lt=1)]

    def told_of_sparse(
        self, told: Shapes, taken: Sequence[str], *shapes: Any, **settings: Any
    ) -> tuple[Shapes, bool]:
        if settings.get("training"):
            return sizeless(told, taken)
        return super().told_of_sparse(told, taken, *shapes)


class CustomScaleLayer(Layer):
    """Adds a second tensor to the first, scaled down: `x + scale * y`.

    In Inception-ResNet the second is the residual; scaled by 0.1 to 0.3 it keeps very
    wide networks from dying early in training. From Szegedy et al., Inception-v4,
    Inception-ResNet and the Impact of Residual Connections on Learning, 2016, section
    3.3 (arXiv:1602.07261); keras/src/applications/inception_resnet_v2.py.
    """

    linear = True
    has_rule = False
    runs_on = FLOATS
    module = "src.applications.inception_resnet_v2"
    joins_paths = True
    inputs = 2
    inputs_limit = 2
    first = ("scale",)
    shape_rule = (
        "size by size: equal sizes stay, 1 is stretched to the other's, and an unknown "
        "size is taken to be the other's"
    )
    example: ClassVar[Any] = {"scale": 0.17}
    example_inputs: ClassVar[tuple[Shape, ...]] = ((None, 35, 35, 320),) * 2

    scale: float

    def check(self, x: Shape, residual: Shape) -> None:
        # Keras stretches tensors of different rank too, and then the batch of one meets
        # an axis of the other: never what is meant.
        if len(x) == len(residual) and all(map(_fit, x, residual)):
            return
        raise ShapeError(
            f"can't add {show(residual[1:])} to {show(x[1:])}",
            "give both its inputs the same shape",
        )

    def output(self, x: Shape, residual: Shape) -> Shape:
        return tuple(map(_stretched, x, residual))

    def told_of_sparse(
        self, told: Shapes, taken: Sequence[str], *shapes: Any, **_: Any
    ) -> tuple[Shapes, bool]:
        raise not_of_sparse()


def sizeless(told: Shapes, taken: Sequence[str]) -> tuple[Shapes, bool]:
    """The shape with no size in it, where the tensor is taken for a sparse one."""
    shape: Any = told
    return ((None,) * len(shape), True) if SPARSE in taken else (told, False)


def _fit(one: Size, other: Size) -> bool:
    """Whether numbers of two sizes along an axis can be joined one by one."""
    return one == other or one in (1, None) or other in (1, None)


def _stretched(one: Size, other: Size) -> Size:
    """The size that joining them gives."""
    if one == 1 or (one is None and other != 1):
        return other
    return one
