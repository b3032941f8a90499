"""Models of keras.applications that are a layer of the model in a file."""

import json
import os
from typing import Any

import keras
import pytest
from keras import layers

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.keras_live.published import withheld
from cnnspec.read.configs.model import from_config
from cnnspec.read.containers.stored import Stored
from cnnspec.read.found import Found
from cnnspec.read.writing.applications import with_applications
from cnnspec.read.writing.spec import written
from tests.emit.same import reset_names
from tests.read.round_trip import unlike

SIZE = (64, 64, 3)
LONG = pytest.mark.skipif(
    os.environ.get("CNNSPEC_FIDELITY") != "long", reason="Keras makes it slowly"
)


def made(application: str, **given: Any) -> Any:
    """A model of keras.applications without weights."""
    with withheld():
        function = getattr(keras.applications, application)
        return function(weights=None, input_shape=SIZE, **given)


def around(application: str, frozen: bool = False, **given: Any) -> Any:
    """A classifier on such a model."""
    reset_names()
    inputs = keras.Input(SIZE)
    base = made(application, **given)
    base.trainable = not frozen
    x = base(inputs, training=False) if frozen else base(inputs)
    return keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def read(model: Any) -> Found:
    config = json.loads(model.to_json())
    return with_applications(from_config(Stored("keras-json", config, "3.15.1")))


def first(text: str) -> str:
    return next(line for line in text.split("\n") if line.startswith("  - "))[4:]


@pytest.mark.parametrize(
    ("name", "frozen", "given", "row"),
    [
        pytest.param(
            "MobileNetV2", False, {"include_top": False},
            "MobileNetV2: {include_top: false, weights: null}", marks=LONG),
        ("VGG16", True, {"include_top": False, "name": "base"},
         "VGG16: {name: base, include_top: false, weights: null, trainable: false}"),
        ("MobileNet", False, {"include_top": False, "alpha": 0.5, "pooling": "avg"},
         "MobileNet: {alpha: 0.5, include_top: false, weights: null, pooling: avg}"),
        pytest.param(
            "ConvNeXtTiny", True, {"include_top": False},
            "ConvNeXtTiny: {include_top: false, weights: null, trainable: false}",
            marks=LONG),
        pytest.param(
            "MobileNetV3Small", False, {"classes": 7, "minimalistic": True},
            "MobileNetV3Small: {minimalistic: true, weights: null, classes: 7}",
            marks=LONG),
    ],
)  # fmt: skip
def test_it_comes_out_as_a_person_writes_it(
    name: str, frozen: bool, given: dict[str, Any], row: str
) -> None:
    model = around(name, frozen, **given)
    found = read(model)
    text = written(found)
    assert first(text).partition("  #")[0] == row
    assert found.unknowns == ()
    reset_names()
    with withheld():
        assert unlike(model, build_model(api.loads(text).summary.graph)) == []


def _tuned(base: Any, x: Any) -> Any:
    """Its last layers are trained, and it is called as one that isn't."""
    for layer in base.layers[:8]:
        layer.trainable = False
    return base(x, training=False)


def _half_tuned(base: Any, x: Any) -> Any:
    for layer in base.layers[:8]:
        layer.trainable = False
    return base(x)


def _twice(base: Any, x: Any) -> Any:
    return layers.Add()([base(x), base(layers.RandomFlip()(x))])


def _inside(base: Any, x: Any) -> Any:
    return keras.Sequential([layers.Rescaling(2.0), base], name="whole")(x)


def _frame_by_frame(base: Any, x: Any) -> Any:
    return layers.TimeDistributed(base)(layers.Reshape((1, *SIZE))(x))


SHORT = "VGG16: {include_top: false, weights: null"


@pytest.mark.parametrize(
    ("call", "row"),
    [
        (lambda base, x: base(x, training=False),
         f"{SHORT}, from: {{training: false}}}}"),
        (_tuned, f"{SHORT}, from_layer: block3_conv2}}"),
        (_half_tuned, "  - vgg16"),
        (_twice, f"{SHORT}}}"),
        (_inside, f"      - {SHORT}}}"),
        (_frame_by_frame, f"TimeDistributed: {{layer: {{{SHORT}}}}}}}"),
    ],
)  # fmt: skip
def test_however_it_is_called(call: Any, row: str) -> None:
    reset_names()
    inputs = keras.Input(SIZE)
    model = keras.Model(inputs, call(made("VGG16", include_top=False), inputs))
    found = read(model)
    text = written(found)
    assert row in text
    assert found.unknowns == () or call is _half_tuned
    summary = api.loads(text).summary
    assert summary.total_params == model.count_params()
    trained = sum(weight.shape.num_elements() for weight in model.trainable_weights)
    assert summary.trainable_params == trained


def test_one_of_its_layers_is_another() -> None:
    """It is no model of keras.applications then, whatever it is called."""
    reset_names()
    inputs = keras.Input(SIZE)
    config = made("VGG16", include_top=False).get_config()
    config["layers"][-2]["config"]["filters"] = 63
    model = keras.Model(inputs, keras.Model.from_config(config)(inputs))
    assert [*read(model).document["blocks"]] == ["vgg16"]
