"""Models of keras.applications for telephones, of any width.

Source: keras/src/applications, Keras 3.15.
"""

from typing import ClassVar

from cnnspec.catalogue.applications.base import Application
from cnnspec.ground.errors import ArgumentError
from cnnspec.ground.kinds import AboveZero, Positive, ZeroToBelowOne
from cnnspec.ground.shapes import Shape, Size

_V2 = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels"


class _OfAnyWidth(Application):
    """One whose width alpha changes, and whose weights Keras publishes for some."""

    first = ("alpha",)

    alpha: AboveZero = 1.0

    def widths(self) -> tuple[float, ...]:
        """Values of alpha that there are weights for."""
        raise NotImplementedError

    def rules(self) -> None:
        super().rules()
        widths = self.widths()
        if not self.published or self.alpha in widths:
            return
        near = min(widths, key=lambda width: abs(width - self.alpha))
        *most, last = map(str, widths)
        some = f"{', '.join(most)} and {last}" if most else last
        raise ArgumentError(
            "alpha",
            "out-of-range",
            f"{self.title()} has alpha {self.alpha}, and Keras has weights 'imagenet' "
            f"for {some}",
            f"write alpha: {near}; or write weights: null",
        )


class _MobileNet(_OfAnyWidth):
    """One whose weights Keras publishes for several sizes of images, too."""

    scaling = "tf"
    headless = "_no_top"

    sizes: ClassVar[tuple[int, ...]] = (128, 160, 192, 224)
    """Heights and widths that there are weights for."""
    prefix: ClassVar[str] = ""
    """What its automatic name begins with."""

    def usual_size(self, x: Shape) -> int:
        rows, columns = x[1:3]
        return rows if rows == columns and rows in self.sizes else self.default_size

    def rows(self, x: Shape) -> Size:
        """The height that it is called after, and that its weights are for."""
        return self.usual_size(x) if self.published else x[1]

    def keras_name(self, x: Shape) -> str:
        return f"{self.prefix}_{self.alpha:0.2f}_{self.rows(x)}"


class MobileNet(_MobileNet):
    """Depthwise 3x3 and 1x1 convolutions in turn, cheap enough for a telephone.

    From Howard et al., MobileNets: Efficient Convolutional Neural Networks for Mobile
    Vision Applications, 2017 (arXiv:1704.04861); keras/src/applications/mobilenet.py.
    """

    home = spec = prefix = "mobilenet"
    top = 5

    depth_multiplier: Positive = 1
    dropout: ZeroToBelowOne = 0.001

    def widths(self) -> tuple[float, ...]:
        return 0.25, 0.5, 0.75, 1.0

    def rules(self) -> None:
        super().rules()
        if self.published and self.depth_multiplier != 1:
            raise ArgumentError(
                "depth_multiplier",
                "out-of-range",
                f"MobileNet has depth_multiplier {self.depth_multiplier}, and Keras "
                "has weights 'imagenet' for 1",
                "write depth_multiplier: 1; or write weights: null",
            )

    def weights_file(self, x: Shape) -> str:
        width = {1.0: "1_0", 0.75: "7_5", 0.5: "5_0"}.get(self.alpha, "2_5")
        return f"mobilenet_{width}_{self.rows(x)}_tf{self.ending}.h5"


class MobileNetV2(_MobileNet):
    """Wide in the middle of each block and narrow at its ends, which are joined.

    From Sandler, Howard, Zhu, Zhmoginov and Chen, MobileNetV2: Inverted Residuals and
    Linear Bottlenecks, 2018 (arXiv:1801.04381); keras/src/applications/mobilenet_v2.py.
    """

    home = spec = "mobilenet_v2"
    prefix = "mobilenetv2"
    sizes = (96, *_MobileNet.sizes)
    pads_by_size = True

    def widths(self) -> tuple[float, ...]:
        return 0.35, 0.5, 0.75, 1.0, 1.3, 1.4

    def weights_file(self, x: Shape) -> str:
        return f"{_V2}_{float(self.alpha)}_{self.rows(x)}{self.ending}.h5"


class _MobileNetV3(_OfAnyWidth):
    """Blocks that weigh their channels, as a search found them.

    From Howard et al., Searching for MobileNetV3, 2019 (arXiv:1905.02244);
    keras/src/applications/mobilenet_v3.py.
    """

    home = "mobilenet_v3"
    top = 7
    names_pooling = True
    headless = "_no_top_v2"
    spelt_in_file = ("alpha",)
    own_scaling = "tf"
    needs_size = False
    pads_by_size = True
    size: ClassVar[str] = ""
    """What the names of its weights' files call it."""

    minimalistic: bool = False
    dropout_rate: ZeroToBelowOne = 0.2
    include_preprocessing: bool = True

    def widths(self) -> tuple[float, ...]:
        return (1.0,) if self.minimalistic else (0.75, 1.0)

    def weights_file(self, x: Shape) -> str:
        kind = "_minimalistic" if self.minimalistic else ""
        of = f"{self.size}{kind}_224_{self.alpha}"
        return f"weights_mobilenet_v3_{of}_float{self.ending}.h5"


class MobileNetV3Small(_MobileNetV3):
    """Blocks that weigh their channels, as a search found them: a small model."""

    spec = "mobilenet_v3_small"
    automatic = "MobileNetV3Small"
    size = "small"


class MobileNetV3Large(_MobileNetV3):
    """Blocks that weigh their channels, as a search found them: a larger model."""

    spec = "mobilenet_v3_large"
    automatic = "MobileNetV3Large"
    size = "large"
