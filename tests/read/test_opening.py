"""A file that holds a model is known by its content, and is read by every command."""

import io
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

import cnnspec
from cnnspec import api
from cnnspec.__main__ import main
from cnnspec.app import apart
from cnnspec.ground.errors import Diagnostic, SettingsError, SpecError
from cnnspec.read import opening
from cnnspec.read.found import Place, Unknown
from cnnspec.read.placed import mark_of, told
from tests.emit.same import reset_names

Run = Callable[..., tuple[object, str, str]]


@pytest.fixture(scope="module")
def model() -> keras.Model:
    reset_names()
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 3, activation="relu"),
            keras.layers.BatchNormalization(),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )


@pytest.fixture
def saved(model: keras.Model, tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    path.write_text(model.to_json())
    return path


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Runs a command beside the model: its exit status, and what it prints."""
    monkeypatch.chdir(tmp_path)

    def run(*given: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["cnnspec", *given])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code, *capsys.readouterr())

    return run


def test_a_model_is_checked_as_it_stands(model: keras.Model, saved: Path) -> None:
    found = cnnspec.load(saved)
    assert found.summary.total_params == model.count_params()
    assert [row.name for row in found.summary.rows] == [x.name for x in model.layers]
    for ending in (".yaml", ".txt"):
        other = saved.rename(saved.with_suffix(ending))
        assert api.check(other).ok
        saved = other


def broken(saved: Path) -> None:
    data = json.loads(saved.read_text())
    data["config"]["layers"][1]["config"]["kernel_size"] = [30, 30]
    data["config"]["layers"][6]["config"]["units"] = 0
    saved.write_text(json.dumps(data))


def test_what_is_wrong_is_told_at_its_place(saved: Path, run: Run) -> None:
    broken(saved)
    status, out, _ = run("check", "model.json")
    assert status == 1
    assert [line.partition("[")[0] for line in out.splitlines()] == [
        'model.json: layer "conv2d": error',
        'model.json: layer "dense": error',
    ]
    _, out, _ = run("check", "model.json", "--format", "github")
    first, _, count = out.splitlines()
    assert count == "1 spec, 2 errors"
    assert first.startswith(
        "::error file=model.json,title=shape::layer \"conv2d\": 'conv2d' (Conv2D): "
    )
    _, out, _ = run("check", "model.json", "--format", "sarif")
    found = json.loads(out)["runs"][0]["results"][0]
    assert found["message"]["text"].startswith("layer \"conv2d\": 'conv2d' (Conv2D): ")
    [place] = found["locations"]
    assert place == {"physicalLocation": {"artifactLocation": {"uri": "model.json"}}}
    _, out, _ = run("check", "model.json", "--format", "json")
    [spec] = json.loads(out)["specs"]
    places = [(d["part"], d["line"], d["column"]) for d in spec["diagnostics"]]
    assert places == [('layer "conv2d"', None, None), ('layer "dense"', None, None)]


NOTEBOOK = """\
model = keras.Sequential([keras.Input((28, 28, 1))])
model.add(keras.layers.Conv2D(8, 30))
model.add(keras.layers.Dense(0))
"""


def test_the_place_in_a_notebook_is_a_line_of_a_cell(tmp_path: Path, run: Run) -> None:
    cells = [
        {"cell_type": kind, "metadata": {}, "source": text.splitlines(True)}
        for kind, text in (("markdown", "# x"), ("code", f"import keras\n{NOTEBOOK}"))
    ]
    lab = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    Path("lab.ipynb").write_text(json.dumps(lab), encoding="utf-8")
    Path("lab.py").write_text(f"import keras\n{NOTEBOOK}", encoding="utf-8")
    status, out, _ = run("check", "lab.ipynb", "lab.py")
    assert status == 1
    assert [line.partition(": error")[0] for line in out.splitlines()[:-1]] == [
        *("lab.ipynb:cell 2:3:11", "lab.ipynb:cell 2:4:30"),
        *("lab.py:3:11", "lab.py:4:30"),
    ]
    _, out, _ = run("check", "lab.ipynb", "--format", "json")
    found = json.loads(out)["specs"][0]["diagnostics"]
    assert [(d["part"], d["line"]) for d in found] == [("cell 2", 3), ("cell 2", 4)]
    _, out, _ = run("check", "lab.ipynb", "lab.py", "--format", "github")
    first, _, third, *_ = out.splitlines()
    assert first.startswith("::error file=lab.ipynb,title=shape::cell 2:3:11: 'conv2d'")
    assert third.startswith("::error file=lab.py,line=3,col=11,title=shape::'conv2d'")


def test_places_are_in_the_order_of_the_source() -> None:
    places = [Place(cell=2, line=9), Place(cell=10, line=1), Place(cell=10, line=3)]
    marks = [mark_of("a.ipynb", place) for place in places]
    assert sorted([*reversed(marks)]) == marks
    assert [str(mark) for mark in marks[::2]] == [
        "a.ipynb:cell 2:9:1",
        "a.ipynb:cell 10:3:1",
    ]
    assert pickle.loads(pickle.dumps(marks)) == marks
    assert str(pickle.loads(pickle.dumps(marks[0]))) == str(marks[0])
    assert str(mark_of("a.py", Place(3, 5, label="x"))) == "a.py:3:5"


def test_every_command_takes_it(saved: Path, run: Run) -> None:
    assert run("show", "model.json", "--why")[0] == 0
    assert json.loads(run("show", "model.json", "--format", "json")[1])["layers"]
    assert run("build", "model.json", "--to", "script", "-o", ".")[0] == 0
    assert "from model.json" in Path("model.py").read_text()
    status, _, error = run("train", "model.json")
    assert (status, error.count("import the model")) == (1, 1)
    wide = "layers.dense.units=12"
    assert run("check", "model.json", "--set", wide)[0] == 0
    assert run("import", "model.json", "-o", "model.yaml")[0] == 0
    assert "no difference" in run("diff", "model.json", "model.yaml")[1].lower()
    assert " 12 " in run("diff", "model.json", "--set", wide)[1]


def test_a_place_outlives_the_way_to_another_process() -> None:
    found = Diagnostic("error", "x", mark_of("a", Place(label="b"), (3,)), "c")
    back = apart._diagnostic(json.loads(json.dumps(apart._told(found))))
    assert (back, str(back)) == (found, str(found))


def test_import_writes_a_spec_that_keras_builds_as_the_model(
    model: keras.Model, saved: Path, run: Run
) -> None:
    status, out, error = run("import", "model.json", "-o", "new.yaml")
    assert (status, error) == (0, "")
    assert out.startswith("wrote new.yaml\nnew.yaml: ok: digits: 13,642 params ")
    built = [layer.get_config() for layer in cnnspec.keras_model("new.yaml").layers[1:]]
    assert built == [layer.get_config() for layer in model.layers]
    spec = Path("new.yaml")
    spec.write_text(spec.read_text().replace("10", "11"))
    status, _, error = run("import", "model.json", "-o", "new.yaml")
    assert (status, "edited-file" in error) == (1, True)
    status, out, error = run("import", "model.json")
    assert (status, error[:16]) == (0, "model.json: ok: ")
    assert cnnspec.loads(out).summary.total_params == model.count_params()


OLD = Path(__file__).parent / "old"


def test_weights_come_along(tmp_path: Path, run: Run) -> None:
    shutil.copy(OLD / "chain.h5", tmp_path)
    status, out, _ = run("import", "chain.h5", "-o", "new.yaml", "--weights", "w.keras")
    assert (status, out.splitlines()[:2]) == (0, ["wrote new.yaml", "wrote w.keras"])
    with np.load(OLD / "answers.npz") as answers:
        given, said = (answers[f"chain {word} 0"] for word in ("given", "said"))
    loaded = keras.saving.load_model("w.keras")
    assert np.abs(loaded(given).numpy() - said).max() < 1e-5
    made = cnnspec.keras_model("new.yaml")
    made.load_weights("w.keras")
    assert np.abs(made(given).numpy() - said).max() < 1e-5
    status, _, error = run("import", "chain.h5", "--weights", "w.h5")
    assert (status, error.count("\n")) == (2, 1)


def test_a_model_is_not_written_over_the_file_that_it_is_read_from(
    tmp_path: Path, run: Run
) -> None:
    shutil.copy(OLD.parent / "files" / "keras2.keras", tmp_path / "a.keras")
    before = Path("a.keras").read_bytes()
    for command in ("build a.keras --to keras -o .", "import a.keras -o a.keras"):
        status, _, error = run(*command.split(), "--force")
        assert (status, "the file that the model is read from" in error) == (1, True)
    assert Path("a.keras").read_bytes() == before


def test_import_reads_standard_input(
    saved: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, status in ((saved.read_bytes(), 0), (b"[net]\nwidth=3\n", 1)):
        stdin = SimpleNamespace(buffer=io.BytesIO(content))
        monkeypatch.setattr("sys.stdin", stdin)
        ended, _, error = run("import", "-", "--report", "json")
        assert ended == status
    assert error.startswith("stdin:1:1: error[foreign-file]: this is a Darknet model")
    status, out, error = run("import", "model.json", "--cell", "2")
    assert (status, out) == (2, "")
    assert error.startswith("cnnspec: --cell chooses in notebooks, and 'model.json' is")
    assert json.loads(run("import", "model.json", "--report", "json")[1]) == {
        "source_format": "keras-json",
        "layers": 6,
        "explained": 6,
        "unknowns": [],
        "totals_match": None,
    }


def test_a_spec_says_that_it_extends_a_model(saved: Path) -> None:
    spec = saved.with_name("spec.yaml")
    for key in ("extends: model.json", "include: [model.json]"):
        spec.write_text(f"{key}\ninput: [4]\nlayers: [{{Dense: 3}}]\n")
        [found] = api.check(spec).diagnostics
        assert "this is a Keras model's configuration" in found.message
        assert found.hint == "cnnspec import writes the spec of it"


TABLE = """\
Layer (type)     Output Shape    Param #
flatten (Flatten)  (None, 784)   0
dense (Dense)      (None, 10)    7850
"""
POST = f"How many parameters are these?\n\nimport keras\n\nI get:\n\n{TABLE}"


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (TABLE.encode("utf-16"), "table"),
        (TABLE.replace("\n", "\r\n").encode("utf-8-sig"), "table"),
        (POST.encode(), "table"),
        (f"import keras\n'''\n{TABLE}'''\n{NOTEBOOK}".encode(), "python"),
    ],
)
def test_a_text_is_known_by_its_words(
    content: bytes, format: str, tmp_path: Path
) -> None:
    path = tmp_path / "pasted.txt"
    path.write_bytes(content)
    assert cnnspec.import_model(path).found.format == format


def test_what_several_layers_leave_open_is_told_once() -> None:
    def unknown(layer: str, argument: str, counts: bool) -> Unknown:
        place = Place(len(layer))
        return Unknown(layer, argument, (1, 2, 3), "no row says it", place, counts)

    layers = ("a", "bb", "ccc")
    several = [unknown(name, "pool", False) for name in layers]
    found = told("x.txt", [*several, unknown("a", "units", True)], "choose")
    why = "no row says it; 1 is taken; 2 or 3 would do, too"
    assert [(one.severity, one.text) for one in found] == [
        ("warning", f"'a' and 2 other layers leave pool open: {why}"),
        ("error", f"'a' leaves units open: {why}; choose"),
    ]
    assert {one.mark.line for one in found} == {1}


LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d\nsize 98934521\n"
REFUSED = {
    # content, and what is said of it
    "empty.h5": (b"", "the file is empty; "),
    "lfs.h5": (LFS, "a pointer of Git LFS to the model of 98.9 MB"),
    "cut.json": (b'{"class_name": "Sequential", "config": ', "cut"),
    "model.pt": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a file of PyTorch's"),
    "model.onnx": (b"\x08\x08\x12\x07pytorch\x1a\x051.13\0", "an ONNX model"),
    "model.tflite": (b"\x1c\0\0\0TFL3\0\0\0\0", "a TensorFlow Lite model"),
    "model.pkl": (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0", "a pickle of Python's"),
    "noise.bin": (bytes(range(256)), "no model is found in this file"),
    "large.txt": (
        b"Layer (type)  Output Shape  Param #\nx (Dense)  (None, 5, 99999999999)  80\n",
        "'x' gives a size of 99,999,999,999, and none is above 2,147,483,647",
    ),
    "words.txt": (b"hello world\n", "no model is found in this file"),
    "spec.yaml": (b"input: [4]\nlayers: [{Dense: 3}]\n", "this is a spec already"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_ends_in_one_sentence(name: str, tmp_path: Path) -> None:
    content, said = REFUSED[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SpecError) as refused:
        cnnspec.import_model(path)
    [found] = refused.value.diagnostics
    assert said in str(found)
    assert found.hint
    assert not api.check(path).ok or name == "spec.yaml"


def test_a_row_behind_an_unknown_size_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "unknown.txt"
    path.write_text(TABLE.replace("784", "None"))
    read = cnnspec.import_model(path)
    assert not read.is_sound()
    assert "dense" in {one.layer for one in read.unknowns if one.counts}


def test_so_does_what_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.h5"):
        with pytest.raises(SpecError) as refused:
            cnnspec.import_model(path)
        [found] = refused.value.diagnostics
        assert found.code in ("not-a-file", "not-found")


def test_a_folder_stands_for_its_specs_alone(saved: Path, run: Run) -> None:
    saved.with_name("a.yaml").write_text("input: [4]\nlayers: [{Dense: 3}]\n")
    status, out, _ = run("check", ".")
    assert (status, out.count("\n")) == (0, 1)
    saved_model = saved.with_name("saved")
    saved_model.mkdir()
    shutil.copy(OLD.parent / "files" / "keras_metadata.pb", saved_model)
    (saved_model / "saved_model.pb").write_bytes(b"")
    assert run("check", "saved")[1].startswith("saved: ok: keras2: 23 params")


def test_standard_input_has_a_bound(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_RECEIVED_LIMIT", 2**20)
    endless = SimpleNamespace(read=bytes)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=endless))
    status, _, error = run("import", "-")
    assert (status, error.count("\n")) == (1, 1)


_TWO_MODELS = """\
from keras import Sequential
from keras.layers import Dense, Input

small = Sequential([Input((4,)), Dense(3)])
large = Sequential([Input((4,)), Dense(300)])
"""


def test_every_command_takes_one_of_several_models(run: Run) -> None:
    two, spec = "two.py", "one.yaml"
    Path(two).write_text(_TWO_MODELS, encoding="utf-8")
    Path(spec).write_text("input: [4]\nlayers: [{Dense: 5}]\n", encoding="utf-8")
    status, out, err = run("check", two, "--model", "small")
    assert (status, "small: 15 params" in out) == (0, True)
    assert "holds 1 other model, too: large" in err
    assert "large: 1,500 params" in run("check", two)[1]
    assert "15 trainable" in run("show", two, "--model", "small")[1]
    assert "15 → 1,500" in run("diff", two, "--model", "small", "--model", "large")[1]
    assert "15 → 25" in run("diff", two, spec, "--model", "small")[1]
    assert "25 → 15" in run("diff", spec, two, "--model", "small")[1]
    built = run("build", two, "--model", "small", "--to", "script", "-o", "built")
    assert "ok: 15 params" in built[1]
    assert api.load(two, model="small").summary.total_params == 15
    status, _, err = run("check", spec, "--model", "small")
    assert (status, "chooses in Python programs and notebooks" in err) == (2, True)
    with pytest.raises(SettingsError, match="--cell chooses in notebooks"):
        api.check("input: [4]\nlayers: [{Dense: 5}]\n", cell=1)


def test_comments_of_code_silence_warnings(run: Run) -> None:
    code = "from keras import Sequential, layers\nmodel = Sequential()\n"
    code += "model.add(layers.Input((4,)))\nmodel.add(layers.Softmax(axis=0))"
    for ignored, says in (
        ("", "warning[mixed-samples]"),
        ("mixed-samples", ""),
        ("unused-layer", "warning[unused-ignore]"),
    ):
        text = f"{code}  # cnnspec: ignore[{ignored}]\n" if ignored else f"{code}\n"
        Path("a.py").write_text(text, encoding="utf-8")
        cells = [{"cell_type": "code", "source": text, "outputs": []}]
        book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
        Path("a.ipynb").write_text(json.dumps(book), encoding="utf-8")
        for path, place in (("a.py", ":4:"), ("a.ipynb", ":cell 1:4:")):
            out = run("check", path)[1]
            assert ("warning" in out) == bool(says)
            assert says in out and (not says or f"{path}{place}" in out)
