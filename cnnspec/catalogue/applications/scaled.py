"""Models of keras.applications that are one model at many scales.

Source: keras/src/applications, Keras 3.15.
"""

from typing import Any, ClassVar

from cnnspec.catalogue.applications.base import Application


class _EfficientNet(Application):
    """Depth, width and image size in balance.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    home = "efficientnet"
    top = 3
    names_pooling = True
    pads_by_size = True
    keeps_name = True

    def variables(self) -> dict[str, Any]:
        # Keras puts a layer more into a model with published weights.
        return {**super().variables(), "published": self.published}


class EfficientNetB0(_EfficientNet):
    """Depth, width and image size in balance: the first of a family."""

    spec = "efficientnet_b0"
    automatic = "efficientnetb0"


class EfficientNetB1(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 240x240."""

    spec = "efficientnet_b1"
    automatic = "efficientnetb1"
    default_size = 240


class EfficientNetB2(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 260x260."""

    spec = "efficientnet_b2"
    automatic = "efficientnetb2"
    default_size = 260


class EfficientNetB3(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 300x300."""

    spec = "efficientnet_b3"
    automatic = "efficientnetb3"
    default_size = 300


class EfficientNetB4(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 380x380."""

    spec = "efficientnet_b4"
    automatic = "efficientnetb4"
    default_size = 380


class EfficientNetB5(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 456x456."""

    spec = "efficientnet_b5"
    automatic = "efficientnetb5"
    default_size = 456


class EfficientNetB6(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 528x528."""

    spec = "efficientnet_b6"
    automatic = "efficientnetb6"
    default_size = 528


class EfficientNetB7(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 600x600."""

    spec = "efficientnet_b7"
    automatic = "efficientnetb7"
    default_size = 600


class _EfficientNetV2(Application):
    """EfficientNet, searched for what trains fast.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    home = "efficientnet_v2"
    own_scaling = "torch"
    top = 3
    names_pooling = True
    keeps_name = True

    include_preprocessing: bool = True


class EfficientNetV2B0(_EfficientNetV2):
    """EfficientNet with full convolutions in its first stages, which are faster."""

    spec = "efficientnet_v2_b0"
    automatic = "efficientnetv2-b0"


class EfficientNetV2B1(_EfficientNetV2):
    """EfficientNetV2-B0, scaled up for images of 240x240."""

    spec = "efficientnet_v2_b1"
    automatic = "efficientnetv2-b1"
    default_size = 240


class EfficientNetV2B2(_EfficientNetV2):
    """EfficientNetV2-B0, scaled up for images of 260x260."""

    spec = "efficientnet_v2_b2"
    automatic = "efficientnetv2-b2"
    default_size = 260


class EfficientNetV2B3(_EfficientNetV2):
    """EfficientNetV2-B0, scaled up for images of 300x300."""

    spec = "efficientnet_v2_b3"
    automatic = "efficientnetv2-b3"
    default_size = 300


class EfficientNetV2S(_EfficientNetV2):
    """Searched for fast training, with few channels at first: the small one."""

    spec = "efficientnet_v2_s"
    own_scaling = "tf"
    automatic = "efficientnetv2-s"
    default_size = 384


class EfficientNetV2M(_EfficientNetV2):
    """EfficientNetV2-S, deeper and wider."""

    spec = "efficientnet_v2_m"
    own_scaling = "tf"
    automatic = "efficientnetv2-m"
    default_size = 480


class EfficientNetV2L(_EfficientNetV2):
    """EfficientNetV2-M, deeper and wider."""

    spec = "efficientnet_v2_l"
    own_scaling = "tf"
    automatic = "efficientnetv2-l"
    default_size = 480


class _ConvNeXt(Application):
    """Convolutions alone, with what Transformers taught.

    From Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, A ConvNet for the 2020s, 2022
    (arXiv:2201.03545); keras/src/applications/convnext.py.
    """

    home = "convnext"
    own_scaling = "torch"
    normalizes_batches = False
    top = 3
    after_pooling: ClassVar[tuple[Any, ...]] = (
        {"LayerNormalization": {"epsilon": 1e-6}},
    )
    keeps_name = True

    include_preprocessing: bool = True


class ConvNeXtTiny(_ConvNeXt):
    """A convolutional network with what Transformers taught."""

    spec = automatic = "convnext_tiny"


class ConvNeXtSmall(_ConvNeXt):
    """ConvNeXt Tiny with 27 blocks in its third stage."""

    spec = automatic = "convnext_small"


class ConvNeXtBase(_ConvNeXt):
    """ConvNeXt Small with a third more channels."""

    spec = automatic = "convnext_base"


class ConvNeXtLarge(_ConvNeXt):
    """ConvNeXt Small with twice its channels."""

    spec = automatic = "convnext_large"


class ConvNeXtXLarge(_ConvNeXt):
    """ConvNeXt Large with a third more channels."""

    spec = automatic = "convnext_xlarge"
