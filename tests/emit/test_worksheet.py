"""A worksheet asks what its model can answer, checks it, and gives nothing away."""

import gc
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import keras
import nbclient
import nbformat
import numpy as np
import pytest
from keras import layers

from cnnspec import api
from cnnspec.emit.targets import targets
from cnnspec.emit.words import languages
from cnnspec.emit.worksheet.exercises import kinds
from cnnspec.emit.worksheet.nbgrader import BEGIN, Cell, released
from cnnspec.emit.worksheet.worksheet import Worksheet, render_worksheet
from cnnspec.emit.write import is_sealed
from cnnspec.ground.errors import SpecError
from tests.emit.test_script import OUTLINE, VARIANTS
from tests.emit.test_tasks import TASKS
from tests.test_cli import Run, run

__all__ = ["run"]  # a fixture

ROOT = Path(__file__).parents[2]
DIGITS = ROOT / "specs" / "digits_cnn.yaml"
SPECS = (
    *("nin", "mlp_ensemble", "sign_language", "cifar10_bn", "lab"),
    *("zoo/googlenet", "zoo/mobilenet_v2", "zoo/resnet50", "zoo/unet"),
)


@cache
def cells_of(spec: Any, lang: str = "en") -> list[Cell]:
    return Worksheet(api.load(spec), lang, "tensorflow", None).cells()


def about(cell: Cell) -> dict[str, Any]:
    return cell["metadata"].get("nbgrader", {})


def sources(cells: list[Cell], flag: str) -> list[str]:
    return [cell["source"] for cell in cells if about(cell).get(flag)]


@pytest.fixture(autouse=True)
def _uncollected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keras's clear_session looks through all that a process of tests has made."""
    monkeypatch.setattr(gc, "collect", lambda *_: 0)


# ------------------------------------------------------------------ any spec


def test_worksheets_are_sealed_notebooks_and_always_the_same() -> None:
    model = api.load(DIGITS)
    made = render_worksheet(model, "ko", "tensorflow", None)
    assert made == render_worksheet(model, "ko", "tensorflow", None)
    for text in made:
        assert is_sealed(text.encode())
        nbformat.validate(nbformat.reads(text, as_version=4))


@pytest.mark.parametrize("text", [*[*VARIANTS.values()][::4], *[*TASKS.values()][::4]])
def test_whatever_a_script_is_made_of_has_a_worksheet(text: str) -> None:
    assert_sound(cells_of(text))


def test_a_worksheet_asks_for_no_package_that_it_has_no_use_for() -> None:
    [setup] = [c for c in cells_of(DIGITS) if about(c).get("grade_id") == "setup"]
    assert "pip install" not in setup["source"]
    assert setup["source"].startswith("import keras\n")


def test_a_model_of_nothing_to_ask_has_none() -> None:
    with pytest.raises(SpecError, match="no layer of the model has a size"):
        cells_of("input: [4]\nlayers: [ReLU]")


def assert_sound(cells: list[Cell]) -> None:
    assert len(sources(cells, "task")) >= 2
    for cell in cells:
        if cell["cell_type"] == "code":
            compile(cell["source"], "cell", "exec")


def test_there_are_six_kinds_of_exercises() -> None:
    ids = [about(cell)["grade_id"] for cell in cells_of(DIGITS) if about(cell)]
    asked = {re.sub(r"^\d+-|-(answer|check|given)$", "", one) for one in ids}
    assert asked - {"setup"} == {name.replace("_", "-") for name in kinds()}
    assert len(kinds()) == 6


def test_nothing_is_asked_of_labels_where_there_are_none() -> None:
    said = "\n".join(sources(cells_of(OUTLINE), "task"))
    assert "loss" not in said
    assert "confusion" not in said


@pytest.mark.parametrize("lang", languages())
def test_points_are_those_of_the_checks(lang: str) -> None:
    cells = cells_of(DIGITS, lang)
    points = [about(cell)["points"] for cell in cells if about(cell).get("grade")]
    assert len(points) == len(sources(cells, "task"))
    [total] = re.findall(r"(\d+)(?:점| points)", cells[0]["source"])
    assert sum(points) == int(total)


# ------------------------------------------------------------------ what it says is so

GIVES = re.compile(r"`(layers\.[^`]*)` turns ([^`]*?) into (\d[\dx]*)[.:]")
COUNTS = re.compile(
    r"`(layers\.[^`]*)` with an input of ([\dx]+) has ([^=`]*) = ([\d,]+)"
)


def built(code: str, reads: str) -> tuple[Any, Any]:
    """A layer of Keras that was given tensors of such sizes, and what it gives."""
    layer = eval(code, {"layers": layers, "keras": keras})
    dtype = "int32" if "Embedding" in code else None
    tensors = [
        keras.Input(tuple(map(int, sizes.split("x"))), dtype=dtype)
        for sizes in reads.split(", ")
    ]
    return layer, layer(tensors[0] if len(tensors) == 1 else tensors)


@pytest.mark.parametrize("name", SPECS)
def test_any_spec_has_a_worksheet_whose_examples_are_what_keras_does(name: str) -> None:
    cells = cells_of(ROOT / "specs" / f"{name}.yaml")
    assert_sound(cells)
    said = " ".join(sources(cells, "task"))
    tried = 0
    for code, reads, gives in GIVES.findall(said):
        _, output = built(code, reads)
        assert output.shape[1:] == tuple(map(int, gives.split("x"))), code
        tried += 1
    for code, reads, sum_, total in COUNTS.findall(said):
        layer, _ = built(code, reads)
        assert layer.count_params() == int(total.replace(",", "")), code
        assert eval(sum_.replace("·", "*")) == layer.count_params()
        tried += 1
    assert tried == said.count("For example")
    assert tried > 0


# ------------------------------------------------------------------ checks

CASES = {
    "digits": DIGITS.read_text("utf-8"),
    "sequence": """
input: {shape: [12], dtype: int32}
layers:
  - Embedding: {input_dim: 50, output_dim: 6}
  - Conv1D: {filters: 8, kernel_size: 3, padding: causal, activation: relu}
  - Bidirectional: {layer: {LSTM: 5}}
  - Dense: {units: 1, activation: sigmoid}
""",
    "volume": """
input: [8, 8, 8, 2]
layers:
  - Conv3D: {filters: 4, kernel_size: 3, groups: 2}
  - MaxPooling3D: {pool_size: 2, padding: same}
  - Flatten
  - Dense: 3
""",
    "several": """
inputs: {left: [8, 8, 3], right: [8, 8, 3]}
layers:
  - Conv2D: {filters: 6, kernel_size: 3, dilation_rate: 2, from: left, name: l}
  - Conv2D: {filters: 5, kernel_size: 5, use_bias: false, from: right, name: r}
  - Concatenate: {from: [l, r], name: both}
  - GlobalAveragePooling2D: {name: seen}
  - Dense: {units: 4, activation: softmax, name: kind}
  - Dense: {units: 1, from: seen, name: size}
outputs: [kind, size]
""",
    "two classes": """
input: [6]
layers:
  - Dense: {units: 7, activation: tanh}
  - Dense: {units: 1, activation: sigmoid}
data: {source: npz, path: pets.npz}
train: {loss: binary_crossentropy}
""",
    "number": """
input: [6]
layers: [{Dense: {units: 7, activation: tanh}}, {Dense: 1}]
data: {source: npz, path: houses.npz}
train: {loss: mse}
""",
    "sparse": """
input: [8, 8, 1]
layers:
  - DepthwiseConv2D: {kernel_size: 3, strides: 2, padding: same}
  - LayerNormalization
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, labels: sparse}
train: {loss: sparse_categorical_crossentropy}
""",
    "any size": """
input: [null, null, 3]
layers:
  - Conv2D: {filters: 6, kernel_size: 3, padding: same, activation: relu}
  - MaxPooling2D: 2
  - Conv2D: {filters: 4, kernel_size: 3, strides: 2}
  - Conv2DTranspose: {filters: 5, kernel_size: 2, strides: 2}
""",
    "augmented": """
input: [16, 16, 3]
layers:
  - RandomRotation: 0.1
  - RandomGaussianBlur: {factor: 1.0, kernel_size: 3, sigma: 1.0}
  - Conv2D: {filters: 3, kernel_size: 3}
  - Flatten
  - Dense: 2
""",
    "blocks": """
input: [8, 8, 1]
blocks:
  unit:
    params: {filters: }
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, padding: same, use_bias: false}
      - BatchNormalization
      - ReLU
layers:
  - unit: {filters: 4, name: first}
  - repeat: {times: 2, layers: [{unit: {filters: 6}}]}
  - GlobalAveragePooling2D
  - Dense: {units: 10, activation: softmax}
""",
    "a model inside": """
inputs: {one: {shape: [12], dtype: int32}, other: {shape: [12], dtype: int32}}
blocks:
  look:
    model: true
    layers:
      - Embedding: {input_dim: 30, output_dim: 4, name: seen}
      - MaxPooling1D: 2
  tower:
    model: true
    layers:
      - look
      - Conv1D: {filters: 6, kernel_size: 2, padding: same, activation: elu}
      - Flatten
      - Dense: {units: 5, name: said}
layers:
  - tower: {name: left, from: one}
  - tower: {name: right, from: other}
  - Subtract: {from: [left, right]}
""",
}


def done(cells: Iterator[Cell] | list[Cell], names: dict[str, Any]) -> dict[str, str]:
    """Runs the cells of code, and tells what each check ended in."""
    found = {}
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        error = ""
        try:
            exec(compile(cell["source"], "cell", "exec"), names)  # noqa: S102
        except Exception as raised:  # noqa: BLE001 - as a kernel goes on with the next
            error = f"{type(raised).__name__}: {raised}"
        if about(cell).get("grade"):
            found[about(cell)["grade_id"]] = error
    return found


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_each_check_fails_until_its_exercise_is_done(text: str) -> None:
    cells = cells_of(text)
    blank, names = [*released(cells)], dict[str, Any]()
    ended = done(blank, names)
    assert ended
    assert all(ended.values())
    for place, cell in enumerate(cells):
        if about(cell).get("solution"):
            exercise = about(cell)["grade_id"].removesuffix("-answer")
            blank[place] = cell
            parts = [one for one in blank if exercise in about(one).get("grade_id", "")]
            [(_, error)] = done(parts, names).items()
            assert error == "", exercise
    assert not any(done(cells, {}).values())


WRONG = {
    "output_shape": [("= (", "= (1, ")],
    "parameters": [("= ", "= 1 + ")],
    "last_layer": [("softmax", "relu"), ("softmax", "sigmoid"),
                   ("categ", "sparse_categ")],
    "complete": [("Dense(10", "Dense(11"), ("softmax", "relu"),
                 ("Pooling2D(2)", "Pooling2D(3)")],
    "fault": [("x = layers.Flatten()(x)", "")],
    "confusion": [("accuracy = ", "accuracy = 2 * "), ("recall = ", "recall = 2 * "),
                  ("precision = ", "precision = 2 * "),
                  ("mistake = (", "mistake = (9, ")],
}  # fmt: skip


def test_layers_in_a_model_inside_are_asked_for() -> None:
    cells = cells_of(CASES["a model inside"])
    asked = "\n".join(cell["source"] for cell in cells)
    assert "`layers.MaxPooling1D(2)`" in asked
    assert 'layer(keras.Input((12,), dtype="int32"))' in asked
    found = 'model.get_layer("left").get_layer("look").get_layer("max_pooling1d")'
    assert found in asked


@pytest.mark.parametrize("kind", kinds())
def test_a_wrong_answer_is_told_with_a_hint(kind: str) -> None:
    cells = cells_of(DIGITS)
    [first, *_] = [k for k, cell in enumerate(cells) if about(cell).get("grade")
                   and kind.replace("_", "-") in about(cell)["grade_id"]]  # fmt: skip
    names: dict[str, Any] = {"keras": keras, "layers": layers, "np": np}
    given = [cells[first - 2]] if cells[first - 2]["cell_type"] == "code" else []
    answer, check = cells[first - 1], cells[first]
    assert not any(done([*given, answer, check], names).values())
    for before, after in WRONG[kind]:
        assert before in answer["source"]
        changed = answer | {"source": answer["source"].replace(before, after)}
        [error] = done([changed, check], names).values()
        assert error.startswith("AssertionError: "), (before, error)
        assert len(error) > 40


# ------------------------------------------------------------------ for students


@pytest.mark.parametrize("text", CASES.values(), ids=CASES.keys())
def test_students_are_given_no_answer(text: str) -> None:
    cells = cells_of(text, "ko")
    blank = [*released(cells)]
    whole = json.dumps(blank, ensure_ascii=False)
    for cell in cells:
        if not about(cell).get("solution"):
            continue
        exercise = about(cell)["grade_id"].removesuffix("-answer")
        own = "\n".join(
            one["source"] for one in blank if exercise in about(one).get("grade_id", "")
        )
        solved = cell["source"].partition(BEGIN)[2].partition("###")[0].strip()
        assert solved not in own, exercise
        value = solved.partition(" = ")[2]
        if exercise.endswith("output-shape"):
            assert value not in whole
        if exercise.endswith("parameters"):
            assert value.replace(" * ", "·") not in own
            total = f"{eval(value):,}"
            assert len(total) < 3 or total not in re.findall(r"[\d,]+", own)
    assert "MARK SCHEME" not in whole
    assert "SOLUTION" not in whole


def test_released_cells_are_those_of_nbgrader() -> None:
    """`make worksheets` compares whole worksheets, and writes these files."""
    folder = ROOT / "tests" / "worksheets"
    source, release = (
        json.loads((folder / f"{name}.json").read_text("utf-8"))["cells"]
        for name in ("source", "release")
    )
    for cell in (*source, *release):
        cell["source"] = "".join(cell["source"])
    assert [*released(source)] == release


@pytest.mark.parametrize("lang", ["ko"])
def test_both_run_in_jupyter(lang: str, tmp_path: Path) -> None:
    """Students' cells first, then those with the solutions, in one kernel."""
    made = render_worksheet(api.load(DIGITS), lang, "tensorflow", None)
    students, solutions = (nbformat.reads(text, as_version=4) for text in made)
    both = nbformat.v4.new_notebook(metadata=students.metadata)
    for cell in (*students.cells, *solutions.cells):
        cell.id = f"cell-{len(both.cells)}"
        both.cells.append(cell)
    options = {"resources": {"metadata": {"path": tmp_path}}, "kernel_name": "python3"}
    nbclient.NotebookClient(both, timeout=300, allow_errors=True, **options).execute()
    failed = [
        any(output.output_type == "error" for output in cell.outputs)
        for cell in both.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    half = len(failed) // 2
    assert half > 6
    assert failed == [True] * half + [False] * half


# ------------------------------------------------------------------ the target


def test_both_are_written_together(run: Run, tmp_path: Path) -> None:
    ended = run("build", str(DIGITS), "--to", "worksheet", "-o", str(tmp_path))
    assert ended.code == 0, ended
    names = ["digits_cnn.solutions.ipynb", "digits_cnn.students.ipynb"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert f"wrote {tmp_path / name}" in ended.out
    (tmp_path / names[0]).write_text("mine")
    ended = run("build", str(DIGITS), "--to", "worksheet", "-o", str(tmp_path))
    assert ended.code == 1
    assert "edited-file" in ended.err


def test_files_tells_both(tmp_path: Path) -> None:
    found = api.files(api.load(DIGITS), tmp_path, ["script", "worksheet"])
    ends = targets()["worksheet"].ending
    assert [*found] == ["script", *(f"worksheet{end}" for end in ends)]
    assert {Path(path).name for path in found.values()} == {
        "digits_cnn.py",
        *(f"digits_cnn{end}" for end in ends),
    }


def test_a_template_of_an_exercise_is_ones_own(tmp_path: Path) -> None:
    own = tmp_path / "exercises"
    own.mkdir()
    (own / "parameters.py.j2").write_text(
        "{{ BEGIN }}\nn = {{ asked.layer.params }}\n# %% check\nassert n\n".replace(
            "{{ BEGIN }}", BEGIN
        )
    )
    model = api.load(DIGITS)
    cells = Worksheet(model, "en", "tensorflow", str(tmp_path)).cells()
    assert "assert n" in sources(cells, "grade")
