"""Models of keras.applications of one size each, or of one depth after the other.

Source: keras/src/applications, Keras 3.15.
"""

from cnnspec.catalogue.applications.base import Application
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape, show


class _Classic(Application):
    kernels = "_weights_tf_dim_ordering_tf_kernels"


class _VGG(_Classic):
    """Convolutions of 3x3 alone, and three dense layers.

    From Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image
    Recognition, 2014 (arXiv:1409.1556); keras/src/applications/vgg16.py.
    """

    scaling = "caffe"
    normalizes_batches = False
    top = 4


class VGG16(_VGG):
    """Convolutions of 3x3 alone, 13 of them, and three dense layers."""

    home = spec = automatic = "vgg16"


class VGG19(_VGG):
    """VGG-16 with three more convolutions."""

    home = spec = automatic = "vgg19"


class _ResNet(_Classic):
    """Bottlenecks, each of which adds a correction to what it is given.

    From He, Zhang, Ren and Sun, Deep Residual Learning for Image Recognition, 2015
    (arXiv:1512.03385); keras/src/applications/resnet.py.
    """

    home = "resnet"
    names_pooling = True
    scaling = "caffe"


class ResNet50(_ResNet):
    """Sixteen bottlenecks, each of which adds a correction to what it is given."""

    spec = automatic = "resnet50"


class ResNet101(_ResNet):
    """ResNet-50 with 23 bottlenecks in its third stage."""

    spec = automatic = "resnet101"


class ResNet152(_ResNet):
    """ResNet-50 with 8 and 36 bottlenecks in its middle stages."""

    spec = automatic = "resnet152"


class _ResNetV2(_Classic):
    """Normalisation and activation before each convolution.

    From He, Zhang, Ren and Sun, Identity Mappings in Deep Residual Networks, 2016
    (arXiv:1603.05027); keras/src/applications/resnet_v2.py.
    """

    home = "resnet_v2"
    names_pooling = True
    scaling = "tf"


class ResNet50V2(_ResNetV2):
    """ResNet-50 with normalisation and activation before each convolution."""

    spec = "resnet50_v2"
    automatic = "resnet50v2"


class ResNet101V2(_ResNetV2):
    """ResNet-50 V2 with 23 bottlenecks in its third stage."""

    spec = "resnet101_v2"
    automatic = "resnet101v2"


class ResNet152V2(_ResNetV2):
    """ResNet-50 V2 with 8 and 36 bottlenecks in its middle stages."""

    spec = "resnet152_v2"
    automatic = "resnet152v2"


class _DenseNet(_Classic):
    """Each layer reads what all layers before it in its block have found.

    From Huang, Liu, van der Maaten and Weinberger, Densely Connected Convolutional
    Networks, 2016 (arXiv:1608.06993); keras/src/applications/densenet.py.
    """

    home = "densenet"
    names_pooling = True
    scaling = "torch"


class DenseNet121(_DenseNet):
    """Each layer reads what all layers before it in its block have found."""

    spec = automatic = "densenet121"


class DenseNet169(_DenseNet):
    """DenseNet-121 with deeper blocks at its end."""

    spec = automatic = "densenet169"


class DenseNet201(_DenseNet):
    """DenseNet-169 with a third block of 48 layers."""

    spec = automatic = "densenet201"


class InceptionV3(_Classic):
    """Modules whose branches look at one tensor through filters of many sizes.

    From Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception
    Architecture for Computer Vision, 2015 (arXiv:1512.00567);
    keras/src/applications/inception_v3.py.
    """

    home = spec = automatic = "inception_v3"
    scaling = "tf"
    default_size = 299
    min_size = 75


class InceptionResNetV2(_Classic):
    """Inception modules, each of which adds to what it is given.

    From Szegedy, Ioffe, Vanhoucke and Alemi, Inception-v4, Inception-ResNet and the
    Impact of Residual Connections on Learning, 2016 (arXiv:1602.07261);
    keras/src/applications/inception_resnet_v2.py.
    """

    home = spec = automatic = "inception_resnet_v2"
    scaling = "tf"
    default_size = 299
    min_size = 75


class Xception(_Classic):
    """Each channel is filtered alone, and 1x1 convolutions mix them.

    From Chollet, Xception: Deep Learning with Depthwise Separable Convolutions,
    2016 (arXiv:1610.02357); keras/src/applications/xception.py.
    """

    home = spec = automatic = "xception"
    scaling = "tf"
    default_size = 299
    min_size = 71


class _NASNet(Application):
    """Two cells that a search found, stacked.

    From Zoph, Vasudevan, Shlens and Le, Learning Transferable Architectures for
    Scalable Image Recognition, 2017 (arXiv:1707.07012);
    keras/src/applications/nasnet.py.
    """

    home = "nasnet"
    scaling = "tf"
    pads_by_size = True
    headless = "_no_top"

    def check(self, x: Shape) -> None:
        super().check(x)
        if None in x[1:]:
            # Keras makes it without weights, and its first batch fails.
            raise ShapeError(
                "fits its cells to each other by height and width; its input is "
                f"{show(x[1:])}",
                "give both a number",
            )


class NASNetMobile(_NASNet):
    """Two cells that a search found, stacked: a small model."""

    spec = automatic = "nasnet_mobile"


class NASNetLarge(_NASNet):
    """Two cells that a search found, stacked: a large model."""

    spec = automatic = "nasnet_large"
    default_size = 331
