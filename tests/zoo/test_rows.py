"""Models of keras.applications as layers have Keras's rows, name by name."""

import inspect
from typing import Any

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


class _Hollow:
    """Stands for layers, tensors and models, which needn't be made for this."""

    shape = (None, 64, 64, 64)

    def __call__(self, *_: object, **__: object) -> "_Hollow":
        return self

    def __getattr__(self, name: str) -> "_Hollow":
        return self

    def __add__(self, _: object) -> "_Hollow":
        return self

    __radd__ = __mul__ = __truediv__ = __add__


MADE_OF = (
    *("layers", "Functional", "Sequential"),
    *("LayerScale", "StochasticDepth", "CustomScaleLayer"),
)


@pytest.mark.parametrize("top", [True, False])
@pytest.mark.parametrize("name", model_names())
def test_weights_are_looked_for_in_the_file_of_keras(monkeypatch, name, top) -> None:
    import keras
    from keras.src.applications import resnet
    from keras.src.utils import file_utils

    asked = []

    def get_file(fname: str, _: str, cache_subdir: str, **__: str) -> str:
        asked.append((fname, cache_subdir))
        return "file.h5"

    cls = model_class(name)
    assert issubclass(cls, Application)
    function = getattr(keras.applications, name)
    for module in (inspect.getmodule(function), resnet):
        for what in MADE_OF:
            monkeypatch.setattr(module, what, _Hollow(), raising=False)
    monkeypatch.setattr(file_utils, "get_file", get_file)
    side = cls.default_size
    for arguments in ({}, *SPARING.get(name, ())):
        model = cls(include_top=top, **arguments)
        given = {**model.given, "input_shape": (side, side, 3)}
        function(weights="imagenet", **given)
        file = model.weights_file((None, side, side, 3))
        assert asked.pop() == (file, "models")
        assert not asked


SPARING: dict[str, tuple[dict[str, Any], ...]] = {
    "MobileNet": ({"alpha": 0.75}, {"alpha": 0.5}, {"alpha": 0.25}),
    "MobileNetV2": ({"alpha": 0.35}, {"alpha": 1}, {"alpha": 1.4}),
    "MobileNetV3Small": ({"alpha": 0.75}, {"alpha": 1}, {"minimalistic": True}),
    "MobileNetV3Large": ({"alpha": 0.75}, {"minimalistic": True}),
}
"""Models of other widths, whose weights are in other files."""
