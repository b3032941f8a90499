"""Models of keras.applications as layers have Keras's rows, name by name."""

import inspect

import pytest

from cnnspec.catalogue.applications.base import Application
from cnnspec.catalogue.registry import model_class, model_names

QUICK = [
    ("MobileNet", {"alpha": 0.25}, (32, 32, 3)),
    ("MobileNetV2", {"alpha": 0.35, "classes": 7}, (65, 96, 3)),
    ("MobileNetV3Small", {"include_top": False, "pooling": "max"}, (None, None, 3)),
    ("EfficientNetV2B0", {"include_top": False}, (33, 64, 1)),
    ("ResNet50V2", {"include_top": False, "pooling": "avg"}, (65, 97, 3)),
    ("ConvNeXtTiny", {"classifier_activation": None}, (65, 96, 3)),
]
"""Small ones; `make zoo` holds all of them at three sizes, in three ways."""


@pytest.mark.parametrize(("name", "arguments", "shape"), QUICK)
def test_rows_are_those_of_keras(name: str, arguments, shape) -> None:
    from tests.zoo import rows

    theirs = rows.of_keras(rows.keras_model(name, arguments, shape))
    assert list(rows.differences(theirs, rows.of_spec(name, arguments, shape))) == []


TOLD_BY_THE_TENSOR = {"input_shape", "input_tensor"}
OURS = {"trainable", "from_layer", "outputs"}


@pytest.mark.parametrize("name", model_names())
def test_arguments_and_defaults_are_those_of_keras(name: str) -> None:
    import keras

    function = getattr(keras.applications, name)
    theirs = {
        key: parameter.default
        for key, parameter in inspect.signature(function).parameters.items()
        if key not in TOLD_BY_THE_TENSOR
    }
    cls = model_class(name)
    ours = {
        key: argument.default
        for key, argument in cls.arguments().items()
        if key not in OURS
    }
    assert issubclass(cls, Application)
    assert {**ours, "name": theirs["name"]} == theirs
    assert cls.automatic == (theirs["name"] or "")


@pytest.mark.parametrize("name", model_names())
def test_preprocessing_is_that_of_keras(name: str) -> None:
    import keras
    import numpy as np

    cls = model_class(name)
    assert issubclass(cls, Application)
    module = getattr(keras.applications, cls.home)
    assert getattr(module, name, None) is getattr(keras.applications, name, None) or (
        cls.home == "mobilenet_v3"  # whose module doesn't export it
    )
    image = np.arange(48.0).reshape(1, 4, 4, 3)
    expected = image
    if cls.scaling:
        utils = keras.applications.imagenet_utils
        expected = utils.preprocess_input(image.copy(), mode=cls.scaling)
    assert (module.preprocess_input(image.copy()) == expected).all()
