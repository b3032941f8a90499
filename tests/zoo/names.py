"""The 40 models of keras.applications, by the names of their specs."""

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[2] / "specs" / "zoo"


class Application(NamedTuple):
    """A model of keras.applications."""

    function: str
    """That makes it."""
    params: int
    """That Keras counts, with weights=None and 1,000 classes."""


APPLICATIONS = {
    "convnext_tiny": Application("ConvNeXtTiny", 28_589_128),
    "convnext_small": Application("ConvNeXtSmall", 50_223_688),
    "convnext_base": Application("ConvNeXtBase", 88_591_464),
    "convnext_large": Application("ConvNeXtLarge", 197_767_336),
    "convnext_xlarge": Application("ConvNeXtXLarge", 350_196_968),
    "densenet121": Application("DenseNet121", 8_062_504),
    "densenet169": Application("DenseNet169", 14_307_880),
    "densenet201": Application("DenseNet201", 20_242_984),
    "efficientnet_b0": Application("EfficientNetB0", 5_330_571),
    "efficientnet_b1": Application("EfficientNetB1", 7_856_239),
    "efficientnet_b2": Application("EfficientNetB2", 9_177_569),
    "efficientnet_b3": Application("EfficientNetB3", 12_320_535),
    "efficientnet_b4": Application("EfficientNetB4", 19_466_823),
    "efficientnet_b5": Application("EfficientNetB5", 30_562_527),
    "efficientnet_b6": Application("EfficientNetB6", 43_265_143),
    "efficientnet_b7": Application("EfficientNetB7", 66_658_687),
    "efficientnet_v2_b0": Application("EfficientNetV2B0", 7_200_312),
    "efficientnet_v2_b1": Application("EfficientNetV2B1", 8_212_124),
    "efficientnet_v2_b2": Application("EfficientNetV2B2", 10_178_374),
    "efficientnet_v2_b3": Application("EfficientNetV2B3", 14_467_622),
    "efficientnet_v2_s": Application("EfficientNetV2S", 21_612_360),
    "efficientnet_v2_m": Application("EfficientNetV2M", 54_431_388),
    "efficientnet_v2_l": Application("EfficientNetV2L", 119_027_848),
    "inception_resnet_v2": Application("InceptionResNetV2", 55_873_736),
    "inception_v3": Application("InceptionV3", 23_851_784),
    "mobilenet": Application("MobileNet", 4_253_864),
    "mobilenet_v2": Application("MobileNetV2", 3_538_984),
    "mobilenet_v3_small": Application("MobileNetV3Small", 2_554_968),
    "mobilenet_v3_large": Application("MobileNetV3Large", 5_507_432),
    "nasnet_mobile": Application("NASNetMobile", 5_326_716),
    "nasnet_large": Application("NASNetLarge", 88_949_818),
    "resnet50": Application("ResNet50", 25_636_712),
    "resnet101": Application("ResNet101", 44_707_176),
    "resnet152": Application("ResNet152", 60_419_944),
    "resnet50_v2": Application("ResNet50V2", 25_613_800),
    "resnet101_v2": Application("ResNet101V2", 44_675_560),
    "resnet152_v2": Application("ResNet152V2", 60_380_648),
    "vgg16": Application("VGG16", 138_357_544),
    "vgg19": Application("VGG19", 143_667_240),
    "xception": Application("Xception", 22_910_480),
}
"""By the names of their specs."""


def spec_path(name: str) -> Path:
    """The spec of a model."""
    return FOLDER / f"{name}.yaml"
