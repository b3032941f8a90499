"""Models of keras.applications that are one model at many scales.

Source: keras/src/applications, Keras 3.15.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from cnnspec.catalogue.applications.base import Application


class _EfficientNet(Application):
    home = "efficientnet"
    top = 3
    pads_by_size = True
    keeps_name = True

    def variables(self) -> dict[str, Any]:
        # Keras puts a layer more into a model with published weights.
        return {**super().variables(), "published": self.published}


class EfficientNetB0(_EfficientNet):
    """Depth, width and image size in balance: the first of a family.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b0"
    automatic = "efficientnetb0"
    files = ("efficientnetb0.h5", "efficientnetb0_notop.h5")


class EfficientNetB1(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 240x240.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b1"
    automatic = "efficientnetb1"
    default_size = 240
    files = ("efficientnetb1.h5", "efficientnetb1_notop.h5")


class EfficientNetB2(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 260x260.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b2"
    automatic = "efficientnetb2"
    default_size = 260
    files = ("efficientnetb2.h5", "efficientnetb2_notop.h5")


class EfficientNetB3(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 300x300.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b3"
    automatic = "efficientnetb3"
    default_size = 300
    files = ("efficientnetb3.h5", "efficientnetb3_notop.h5")


class EfficientNetB4(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 380x380.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b4"
    automatic = "efficientnetb4"
    default_size = 380
    files = ("efficientnetb4.h5", "efficientnetb4_notop.h5")


class EfficientNetB5(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 456x456.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b5"
    automatic = "efficientnetb5"
    default_size = 456
    files = ("efficientnetb5.h5", "efficientnetb5_notop.h5")


class EfficientNetB6(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 528x528.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b6"
    automatic = "efficientnetb6"
    default_size = 528
    files = ("efficientnetb6.h5", "efficientnetb6_notop.h5")


class EfficientNetB7(_EfficientNet):
    """EfficientNet-B0, scaled up for images of 600x600.

    From Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural
    Networks, 2019 (arXiv:1905.11946); keras/src/applications/efficientnet.py.
    """

    spec = "efficientnet_b7"
    automatic = "efficientnetb7"
    default_size = 600
    files = ("efficientnetb7.h5", "efficientnetb7_notop.h5")


class _EfficientNetV2(Application):
    home = "efficientnet_v2"
    top = 3
    keeps_name = True

    include_preprocessing: bool = True


class EfficientNetV2B0(_EfficientNetV2):
    """EfficientNet with full convolutions in its first stages, which are faster.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    spec = "efficientnet_v2_b0"
    automatic = "efficientnetv2-b0"
    files = ("efficientnetv2-b0.h5", "efficientnetv2-b0_notop.h5")


class EfficientNetV2B1(_EfficientNetV2):
    """EfficientNetV2-B0, scaled up for images of 240x240.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    spec = "efficientnet_v2_b1"
    automatic = "efficientnetv2-b1"
    default_size = 240
    files = ("efficientnetv2-b1.h5", "efficientnetv2-b1_notop.h5")


class EfficientNetV2B2(_EfficientNetV2):
    """EfficientNetV2-B0, scaled up for images of 260x260.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    spec = "efficientnet_v2_b2"
    automatic = "efficientnetv2-b2"
    default_size = 260
    files = ("efficientnetv2-b2.h5", "efficientnetv2-b2_notop.h5")


class EfficientNetV2B3(_EfficientNetV2):
    """EfficientNetV2-B0, scaled up for images of 300x300.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    spec = "efficientnet_v2_b3"
    automatic = "efficientnetv2-b3"
    default_size = 300
    files = ("efficientnetv2-b3.h5", "efficientnetv2-b3_notop.h5")


class EfficientNetV2S(_EfficientNetV2):
    """Searched for fast training, with few channels at first: the small one.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    spec = "efficientnet_v2_s"
    automatic = "efficientnetv2-s"
    default_size = 384
    files = ("efficientnetv2-s.h5", "efficientnetv2-s_notop.h5")


class EfficientNetV2M(_EfficientNetV2):
    """EfficientNetV2-S, deeper and wider.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    spec = "efficientnet_v2_m"
    automatic = "efficientnetv2-m"
    default_size = 480
    files = ("efficientnetv2-m.h5", "efficientnetv2-m_notop.h5")


class EfficientNetV2L(_EfficientNetV2):
    """EfficientNetV2-M, deeper and wider.

    From Tan and Le, EfficientNetV2: Smaller Models and Faster Training, 2021
    (arXiv:2104.00298); keras/src/applications/efficientnet_v2.py.
    """

    spec = "efficientnet_v2_l"
    automatic = "efficientnetv2-l"
    default_size = 480
    files = ("efficientnetv2-l.h5", "efficientnetv2-l_notop.h5")


class _ConvNeXt(Application):
    home = "convnext"
    top = 3
    pooled: ClassVar[Mapping[str, str]] = {}
    after_pooling: ClassVar[tuple[Any, ...]] = (
        {"LayerNormalization": {"epsilon": 1e-6}},
    )
    keeps_name = True

    include_preprocessing: bool = True


class ConvNeXtTiny(_ConvNeXt):
    """A convolutional network with what Transformers taught.

    From Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, A ConvNet for the 2020s, 2022
    (arXiv:2201.03545); keras/src/applications/convnext.py.
    """

    spec = automatic = "convnext_tiny"
    files = ("convnext_tiny.h5", "convnext_tiny_notop.h5")


class ConvNeXtSmall(_ConvNeXt):
    """ConvNeXt Tiny with 27 blocks in its third stage.

    From Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, A ConvNet for the 2020s, 2022
    (arXiv:2201.03545); keras/src/applications/convnext.py.
    """

    spec = automatic = "convnext_small"
    files = ("convnext_small.h5", "convnext_small_notop.h5")


class ConvNeXtBase(_ConvNeXt):
    """ConvNeXt Small with a third more channels.

    From Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, A ConvNet for the 2020s, 2022
    (arXiv:2201.03545); keras/src/applications/convnext.py.
    """

    spec = automatic = "convnext_base"
    files = ("convnext_base.h5", "convnext_base_notop.h5")


class ConvNeXtLarge(_ConvNeXt):
    """ConvNeXt Small with twice its channels.

    From Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, A ConvNet for the 2020s, 2022
    (arXiv:2201.03545); keras/src/applications/convnext.py.
    """

    spec = automatic = "convnext_large"
    files = ("convnext_large.h5", "convnext_large_notop.h5")


class ConvNeXtXLarge(_ConvNeXt):
    """ConvNeXt Large with a third more channels.

    From Liu, Mao, Wu, Feichtenhofer, Darrell and Xie, A ConvNet for the 2020s, 2022
    (arXiv:2201.03545); keras/src/applications/convnext.py.
    """

    spec = automatic = "convnext_xlarge"
    files = ("convnext_xlarge.h5", "convnext_xlarge_notop.h5")
