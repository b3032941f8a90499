"""Files that hold a Keras model, of each kind and age: what is in them."""

import gc
import json
import os
import random
import sys
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from cnnspec.read.containers import (
    another_process,
    hdf5_process,
    kinds,
    reading,
    weights,
)
from cnnspec.read.containers.stored import Held, Stored
from cnnspec.read.found import ReadError
from tests.read import hostile_files


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


# ------------------------------------------------------------------ of every age

FILES = Path(__file__).parent / "files"
KERAS_2 = ["core", "out"]


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("keras2.h5", "keras-h5"),
        ("keras2.keras", "keras-archive"),
        ("keras2.json", "keras-json"),
        ("keras_metadata.pb", "saved-model"),
        (".", "saved-model"),
    ],
)
def test_what_keras_2_saves_is_read(name: str, format: str) -> None:
    found = stored(FILES / name)
    assert (found.format, found.keras_version) == (format, "2.21.0")
    layers = found.config["config"]["layers"]
    assert [layer["config"]["name"] for layer in layers][-2:] == KERAS_2
    assert found.config["class_name"] == "Sequential"
    compiled = name != "keras2.json"
    assert compiled == (found.training is not None)
    if name == "keras2.h5":
        assert [one.shape for one in found.weights["core"]] == [(4, 3), (3,)]


def test_each_way_in_is_the_same_model(tmp_path: Path) -> None:
    """In a folder, in an archive, and a file of it alone."""
    whole = stored(FILES / "keras2.keras")
    with zipfile.ZipFile(FILES / "keras2.keras") as archive:
        archive.extractall(tmp_path / "folder")
    assert stored(tmp_path / "folder") == whole
    for name in ("keras2.keras", "keras2.h5"):
        with zipfile.ZipFile(tmp_path / "sent.zip", "w") as archive:
            archive.write(FILES / name, f"모델/{name}")
            archive.writestr("__MACOSX/._x", "")
        assert stored(tmp_path / "sent.zip") == stored(FILES / name)
    with zipfile.ZipFile(tmp_path / "saved.zip", "w") as archive:
        archive.write(FILES / "keras_metadata.pb", "saved/keras_metadata.pb")
        archive.writestr("saved/saved_model.pb", b"\x08\1\x12\2\x08\1")
    assert stored(tmp_path / "saved.zip") == stored(FILES / "keras_metadata.pb")


KERAS_1 = {
    "class_name": "Sequential",
    "config": [
        {
            "class_name": "Convolution2D",
            "config": {
                "name": "convolution2d_1",
                "batch_input_shape": [None, 1, 28, 28],
                "nb_filter": 8,
                "nb_row": 3,
                "nb_col": 3,
                "dim_ordering": "th",
            },
        },
        {"class_name": "Flatten", "config": {"name": "flatten_1"}},
    ],
}
"""As Keras 1.2 has it (keras/models.py, `Sequential.get_config`)."""
KERAS_1_YAML = """\
class_name: Sequential
config:
- class_name: Convolution2D
  config: {batch_input_shape: &id001 !!python/tuple [null, 1, 28, 28], dim_ordering: th,
    name: !!python/unicode 'convolution2d_1', nb_col: 3, nb_filter: 8, nb_row: 3}
- class_name: Flatten
  config:
    name: flatten_1
    seen: *id001
    n: !!python/long 3
    scale: 1.0e-05
    axis: !!python/object/apply:tensorflow.python.trackable.data_structures.ListWrapper
    - [3]
keras_version: 1.2.2
backend: theano
"""


def test_what_keras_1_saved_is_read(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_text(json.dumps(KERAS_1))
    assert stored(tmp_path / "model.json").config == KERAS_1
    with h5py.File(tmp_path / "model.h5", "w") as file:
        # keras/models.py, `save_model`, and engine/topology.py, 1.2: all is bytes.
        file.attrs["keras_version"] = b"1.2.2"
        file.attrs["model_config"] = json.dumps(KERAS_1).encode()
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = [b"convolution2d_1", b"flatten_1"]
        layer = group.create_group("convolution2d_1")
        layer.attrs["weight_names"] = [b"convolution2d_1_W", b"convolution2d_1_b"]
        layer["convolution2d_1_W"] = np.zeros((8, 1, 3, 3), "float32")
        layer["convolution2d_1_b"] = np.zeros(8, "float32")
        group.create_group("flatten_1").attrs["weight_names"] = []
    found = stored(tmp_path / "model.h5")
    assert found.config == KERAS_1
    assert found.keras_version == "1.2.2"
    assert [one.shape for one in found.weights["convolution2d_1"]] == [
        (8, 1, 3, 3),
        (8,),
    ]


def test_yaml_with_pythons_tags_is_read(tmp_path: Path) -> None:
    for name in ("model.yaml", "model.txt"):
        (tmp_path / name).write_text(KERAS_1_YAML)
        found = stored(tmp_path / name)
        assert (found.format, found.keras_version) == ("keras-yaml", "1.2.2")
        assert found.backend == "theano"
        first, last = found.config["config"]
        assert first["config"] == KERAS_1["config"][0]["config"]
        assert last["config"]["axis"] == [3]
        assert last["config"]["scale"] == 1e-5
        assert last["config"]["seen"] == [None, 1, 28, 28]


def test_attributes_in_pieces_are_put_together(tmp_path: Path) -> None:
    """HDF5 takes 64 KB in a header; Keras 2 cut longer lists of names."""
    names = [f"layer_{number}" for number in range(40)]
    text = json.dumps(KERAS_1)
    with h5py.File(tmp_path / "model.h5", "w") as file:
        file.attrs["model_config0"], file.attrs["model_config1"] = text[:99], text[99:]
        group = file.create_group("model_weights")
        for number in range(4):
            some = names[number * 10 : number * 10 + 10]
            group.attrs[f"layer_names{number}"] = np.array(some, dtype="S")
        for name in names:
            group.create_group(name).attrs["weight_names"] = np.array([], dtype="S")
    found = stored(tmp_path / "model.h5")
    assert found.config == KERAS_1
    assert [*found.weights] == names


# ------------------------------------------------------------------ in a browser

LAYERS = {
    "class_name": "Sequential",
    "config": {
        "name": "s",
        "layers": [{"class_name": "Dense", "config": {"units": 2}}],
    },
}
MANIFEST = [
    {
        "paths": ["weights.bin"],
        "weights": [
            {"name": "dense_1/kernel", "shape": [4, 2], "dtype": "float32"},
            {"name": "dense_1/bias", "shape": [2], "dtype": "float32"},
        ],
    }
]


@pytest.mark.parametrize(
    "topology",
    [
        # tensorflowjs_converter, TF.js itself, and Teachable Machine
        {"keras_version": "2.4.0", "backend": "tensorflow", "model_config": LAYERS},
        LAYERS,
        LAYERS | {"keras_version": "tfjs-layers 1.3.1", "backend": "tensor_flow.js"},
    ],
)
def test_a_model_of_tensorflow_js_is_read(topology: object, tmp_path: Path) -> None:
    data = {"modelTopology": topology, "weightsManifest": MANIFEST}
    path = tmp_path / "model.json"
    path.write_text(json.dumps(data))
    found = stored(path)
    assert found.format == "tfjs"
    assert found.config["config"] == LAYERS["config"]
    assert found.weights["dense_1"][0] == Held("dense_1/kernel", (4, 2), "float32")
    assert stored(tmp_path) == found
    with zipfile.ZipFile(tmp_path / "tm.zip", "w") as archive:
        archive.write(path, "model.json")
        archive.writestr("metadata.json", '{"tmVersion": "2.4.5", "labels": ["a"]}')
        archive.writestr("weights.bin", b"")
    assert stored(tmp_path / "tm.zip") == found


# ------------------------------------------------------------------ weights


@pytest.mark.parametrize("name", ["keras2.h5", "keras2.keras", "keras2_weights.h5"])
def test_the_values_of_weights_are_read(name: str) -> None:
    path = str(FILES / name)
    found = {}
    with weights.opened(path, str(kinds.kind_of(path))) as opened:
        for layer, held in opened.held.items():
            arrays = opened.values(layer)
            assert [array.shape for array in arrays] == [one.shape for one in held]
            found[layer] = arrays
    kernel, _ = found["core" if "core" in found else "layers/sequential/layers/dense"]
    assert round(float(np.abs(kernel).sum()), 4) == 4.2978


def test_values_in_another_file_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    (tmp_path / "other.bin").write_bytes(b"\0" * 99)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["d"]
        layer = file.create_group("d")
        layer.attrs["weight_names"] = ["k"]
        outside = [(str(tmp_path / "other.bin"), 0, 8)]
        layer.create_dataset("k", (2,), "f4", external=outside)
    said = pytest.raises(ReadError, match="lie in another file")
    with weights.opened(str(path), kinds.H5) as opened, said:
        opened.values("d")


# ------------------------------------------------------------------ where it lies


def test_a_file_that_nobody_may_write_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "읽기 전용"
    folder.mkdir()
    for name in ("keras2.h5", "keras2.keras"):
        copy = folder / f"내 모델 {name}"
        copy.write_bytes((FILES / name).read_bytes())
        copy.chmod(0o444)
    folder.chmod(0o555)
    try:
        found = [stored(path).config["class_name"] for path in folder.iterdir()]
    finally:
        folder.chmod(0o755)
    assert found == ["Sequential"] * 2


def message(number: int, content: bytes | str) -> bytes:
    """A field of a protocol buffer that holds others, or a text."""
    data = content.encode() if isinstance(content, str) else content
    return bytes([number << 3 | 2]) + hostile_files.varint(len(data)) + data


@pytest.mark.parametrize("is_alone", [True, False])
def test_what_tensorflow_2_3_saved_is_read(is_alone: bool, tmp_path: Path) -> None:
    """Keras's metadata were among the objects then, and the model's the first."""
    metadata = json.dumps(
        {"class_name": "Sequential", "keras_version": "2.4.0"} | LAYERS
    )
    objects = b""
    for text in (metadata, '{"class_name": "Dense", "config": {}}'):
        user = message(1, "_tf_keras_sequential") + message(3, text)
        objects += message(1, message(1, b"\x08\1") + message(4, user))
    graph = message(1, b"") + message(2, b"\0" * 3000) + message(7, objects)
    path = tmp_path / "saved_model.pb"
    path.write_bytes(b"\x08\1" + message(2, graph))
    (tmp_path / "variables").mkdir()
    found = stored(path if is_alone else tmp_path)
    assert (found.format, found.keras_version) == ("saved-model", "2.4.0")
    assert found.config["config"] == LAYERS["config"]


# ------------------------------------------------------------------ damaged

DAMAGED = ["keras2.json", "keras2.keras", "keras_metadata.pb"]
ROUNDS = 2000 if os.environ.get("CNNSPEC_FIDELITY") == "long" else 60


@pytest.mark.parametrize("name", [*DAMAGED, "keras2.h5"])
def test_a_damaged_file_is_read_or_refused(name: str, tmp_path: Path) -> None:
    content = (FILES / name).read_bytes()
    path = tmp_path / name
    ended = set()
    for seed in range(5 if name == "keras2.h5" and ROUNDS == 60 else ROUNDS):
        path.write_bytes(damaged(content, random.Random(f"{name} {seed}")))
        try:
            kind = kinds.kind_of(str(path))
            ended.add(kind and bool(reading.stored(str(path), kind)))
        except ReadError as error:
            ended.add(str(error))
    assert {True} < ended
    assert all("\n" not in said for said in ended if isinstance(said, str))


def test_what_ends_or_holds_up_hdf5s_library_is_refused(tmp_path: Path) -> None:
    """With these bytes HDF5 1.14 goes round for ever."""
    path = tmp_path / "model.h5"
    for place in (963, 12523):
        data = bytearray((FILES / "keras2.h5").read_bytes())
        data[place] = 255
        path.write_bytes(data)
        assert "HDF5" in refused(path)


def damaged(content: bytes, draw: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        place = draw.randrange(len(data))
        data[place] = draw.choice(
            (0, 255, 127, 34, data[place] ^ 1, draw.randrange(256))
        )
    if draw.random() < 0.15:
        del data[draw.randrange(len(data)) :]
    return bytes(data)


def test_without_h5py_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)  # as if it weren't there
    line = hdf5_process.told(str(FILES / "keras2.h5"))
    gc.enable()  # which it needs no more, since it ends
    monkeypatch.setattr(another_process, "begun", lambda path: lambda: line.encode())
    assert "pip install 'cnnspec[h5]'" in refused(FILES / "keras2.h5")
