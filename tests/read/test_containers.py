"""Files that hold a Keras model, of each kind and age: what is in them."""

import json
from pathlib import Path

import keras
import pytest

from cnnspec.read.containers import kinds, reading
from cnnspec.read.containers.stored import Held, Stored
from cnnspec.read.found import ReadError


def stored(path: Path) -> Stored:
    kind = kinds.kind_of(str(path))
    assert kind is not None
    return reading.stored(str(path), kind)


def refused(path: Path) -> str:
    with pytest.raises(ReadError) as caught:
        stored(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(scope="module")
def model() -> keras.Model:
    x = keras.Input((8, 8, 1), name="photo")
    y = keras.layers.Conv2D(2, 3, name="look")(x)
    y = keras.layers.Dense(3, name="말")(keras.layers.Flatten(name="flat")(y))
    model = keras.Model(x, y, name="digits")
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("ending", ["keras", "h5", "json"])
def test_what_keras_saves_is_read(
    model: keras.Model, ending: str, tmp_path: Path
) -> None:
    path = tmp_path / f"나의 모델.{ending}"
    if ending == "json":
        path.write_text(model.to_json())
    else:
        model.save(path)
    found = stored(path)
    assert found.config["config"]["name"] == "digits"
    assert len(found.config["config"]["layers"]) == 4
    assert found.keras_version == ("" if ending == "json" else keras.__version__)
    assert found.training is not None and found.training["loss"] == "mse"
    if ending == "h5":
        assert found.weights["look"][0].shape == (3, 3, 1, 2)
        assert found.weights["말"][1] == Held("말/bias", (3,), "float32")


def test_json_in_json_is_read(model: keras.Model, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(model.to_json()))
    assert stored(path).config["class_name"] == "Functional"


def test_a_file_of_weights_says_what_it_holds(
    model: keras.Model, tmp_path: Path
) -> None:
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    said = refused(path)
    assert "the weights of 2 layers (layers/conv2d: 3×3×1×2, 2; layers/dense" in said
