"""Files of other tools: one line says what each is, and no spec is taken for one."""

import io
import zipfile
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.ground.source import foreign

ROOT = Path(__file__).parents[1]


def told(path: Path) -> str:
    """The only thing that is said of a file."""
    [found] = api.check(path).diagnostics
    assert (found.severity, found.code) == ("error", foreign.FOREIGN)
    assert str(found).count("\n") == 0
    return found.message


PAGE = "# My model\n\nAs YAML:\n\n```yaml\ninput: [4]\nlayers: [Dense: 2]\n```\n"
DARKNET = "[net]\nbatch=64\nwidth=416\n\n[convolutional]\nfilters=32\nsize=3\n"
CAFFE = 'name: "LeNet"\nlayer {\n  name: "data"\n  type: "Input"\n}\n'
ULTRALYTICS = """\
nc: 80
scales:
  n: [0.33, 0.25, 1024]
backbone:
  - [-1, 1, Conv, [64, 3, 2]]
head:
  - [[-1, 1], 1, Concat, [1]]
"""
COCO = "path: ../coco8\ntrain: images/train\nval: images/val\nnames: {0: person}\n"
LUDWIG = """\
input_features: [{name: image, type: image}]
output_features: [{name: label, type: category}]
"""
LIGHTNING = "seed_everything: 0\ntrainer: {max_epochs: 3}\nmodel: {width: 3}\n"
CLI = "model:\n  class_path: my.Model\n  init_args: {width: 3}\n"
HYDRA = "model:\n  _target_: my_package.Model\n  width: 3\n"
DETECTRON = "_BASE_: base.yaml\nMODEL:\n  WEIGHTS: a.pkl\nSOLVER: {BASE_LR: 0.01}\n"
MMDETECTION = "model:\n  type: FasterRCNN\n  backbone: {type: ResNet, depth: 50}\n"
WORKFLOW = "name: test\non: [push]\njobs:\n  test: {runs-on: ubuntu-latest}\n"
COMPOSE = "services:\n  web: {image: nginx}\n"
OPENAPI = "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths: {}\n"
GITLAB = "stages: [test]\ntest:\n  script: [make test]\n"
CSV = "label,pixel0,pixel1\n5,0,0\n0,0,0\n"

TEXTS = [
    # what it is, what is said
    (PAGE, "between fences"),
    (DARKNET, "Darknet"),
    (CAFFE, "Caffe"),
    (ULTRALYTICS, "Ultralytics model"),
    (COCO, "Ultralytics data set"),
    (LUDWIG, "Ludwig"),
    (LIGHTNING, "Lightning"),
    (CLI, "Lightning"),
    (HYDRA, "Hydra"),
    (DETECTRON, "Detectron2"),
    (MMDETECTION, "MMDetection"),
    (WORKFLOW, "workflow of GitHub's"),
    (COMPOSE, "Docker Compose"),
    (OPENAPI, "OpenAPI"),
    (GITLAB, "GitLab"),
    (CSV, "CSV table"),
    ("[tool.x]\na = 3\n", "INI or TOML"),
    ("<?xml version='1.0'?>\n<net/>\n", "XML or HTML"),
]


@pytest.mark.parametrize(("text", "said"), TEXTS, ids=[said for _, said in TEXTS])
def test_a_text_is_known(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(text, encoding="utf-8")
    assert said in told(path)


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
    return file.getvalue()


BINARIES = [
    (zipped("archive/data.pkl"), "PyTorch"),
    (zipped("x_train.npy"), "NumPy"),
    (zipped("a.txt"), "zip"),
    (b"\x1c\0\0\0TFL3\0\0\0\0", "TensorFlow Lite"),
    (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0", "pickle"),
    (b"\x08\x08\x12\x07pytorch\x1a\x051.13\0", "ONNX"),
    (b"\x08\x07\x12\x07tf2onnx\0", "ONNX"),
    (b"\x89PNG\r\n\x1a\n\0", "image"),
    (b"\xff\xd8\xff\xe0", "image"),
    (b"\x1f\x8b\x08\0", "compressed"),
]


@pytest.mark.parametrize(("content", "said"), BINARIES)
def test_a_binary_is_known(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "model.yaml"
    path.write_bytes(content)
    assert said in told(path)


SPECS = sorted(
    path
    for folder in ("specs", "tests/errors", "tests/zoo")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.stem != "too-many-layers"  # which takes seconds, and begins as others
)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_no_spec_is_taken_for_one(path: Path) -> None:
    assert foreign.FOREIGN not in {d.code for d in api.check(path).diagnostics}


@pytest.mark.parametrize("key", ["layers", "input"])
@pytest.mark.parametrize("path", SPECS[::7], ids=lambda path: path.stem)
def test_nor_is_one_that_lacks_a_key(path: Path, key: str, tmp_path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    other = [line for line in lines if not line.startswith(key.encode() + b":")]
    copy = tmp_path / path.name
    copy.write_bytes(b"".join(other))
    assert foreign.FOREIGN not in {d.code for d in api.check(copy).diagnostics}
