"""A lesson is short, reads from top to bottom, and computes what a full script does."""

import ast
import csv
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.keras_script.script import render_script
from tests.effort import some
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.same import assert_same, built, reset_names
from tests.emit.test_script import (
    DIGITS,
    OUTLINE,
    READINGS,
    VARIANTS,
    load_script,
    ruff,
)
from tests.samples import write_csv, write_images, write_list, write_pairs, write_people

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
TEXTS = {**VARIANTS, **{name: text for name, (text, _) in READINGS.items()}}
TRAINING = {name: text for name, text in TEXTS.items() if "train:" in text}


def lesson(text: str, *overrides: str, **options: str) -> str:
    return render_script(*api.loads(text, overrides=overrides)[:2], **options)


# ------------------------------------------------------------------ how it reads


LIMITS = {"digits_cnn": 75, "nin": 85, "deep_cnn": 85, "mlp_ensemble": 85}
LIMITS |= {"sign_language": 95}
LIMITS |= {path.stem: 90 for path in SPECS if path.stem.startswith("cifar10")}


@pytest.mark.parametrize(("stem", "most"), LIMITS.items())
def test_a_tutorial_is_short(stem: str, most: int) -> None:
    text = (ROOT / "generated" / f"{stem}.py").read_text("utf-8")
    assert len(text.splitlines()) <= most


def faults(script: str, blocks: set[str]) -> list[str]:
    """What a lesson must not have."""
    tree, found = ast.parse(script), []
    nodes = [*ast.walk(tree)]
    imports = [one for one in nodes if isinstance(one, ast.Import | ast.ImportFrom)]
    modules = {
        (one.module or "") if isinstance(one, ast.ImportFrom) else one.names[0].name
        for one in imports
    }
    called = [
        one.func.id
        for one in nodes
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
    ]
    # Only TensorFlow reads files while it trains, and which ones Path says; the numbers
    # of a palette only Pillow.
    streams = "tensorflow" in modules
    most = 5 + streams + ("PIL" in modules)
    found += [f"{len(imports)} imports"] * (len(imports) > most)
    found += [
        f"import {m}"
        for m in modules
        if m.split(".")[0] in sys.stdlib_module_names
        and not (streams and m == "pathlib")
    ]
    handed_on = {
        one.id
        for call in nodes
        if isinstance(call, ast.Call)
        for one in call.args
        if isinstance(one, ast.Name)
    }
    for node in nodes:
        if isinstance(node, ast.Try | ast.ClassDef | ast.Lambda | ast.Global):
            found.append(type(node).__name__)
        elif isinstance(node, ast.FunctionDef) and node.name not in blocks | handed_on:
            found += [f"def {node.name}"] * (called.count(node.name) < 2)
    found += ["os.environ"] * ("environ" in script)
    return found


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_lesson_has_what_a_reader_needs_and_no_more(path: Path) -> None:
    program, summary = api.load(path)[:2]
    for lang in ("en", "ko"):
        script = render_script(program, summary, lang)
        assert faults(script, set(program.blocks)) == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_so_has_a_lesson_of_any_spec(text: str) -> None:
    assert faults(lesson(text), set()) == []


# ------------------------------------------------------------------ what it does


def run(script: str) -> dict[str, Any]:
    """The variables of a lesson that was run here."""
    space: dict[str, Any] = {"__name__": "__main__"}
    reset_names()
    plt.close("all")  # what other tests left open, and a lesson would save
    try:
        exec(compile(script, "lesson", "exec"), space)  # noqa: S102
    finally:
        plt.close("all")
        keras.config.set_dtype_policy("float32")
    return space


OWN_SAMPLES = """
import numpy as np

x, y = np.arange(40 * 64).reshape(40, 8, 8, 1) % 17 / 16, np.arange(40) % 10


def weighted():
    return (x, y, np.linspace(0, 2, 40)), (x[::2], y[::2])


def dataset():
    import tensorflow as tf

    train = tf.data.Dataset.from_tensor_slices((x, y)).batch(8)
    return train, train.take(2)
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that specs of tests read, and small data for what is loaded."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    save_no_pictures(monkeypatch)
    labels = np.arange(40) % 10
    for name in ("a.csv", "b.csv"):
        write_csv(tmp_path / name, labels.tolist())
    for name in ("a", "b"):
        write_images(tmp_path / name, list("abcdefghij"))
    write_list(tmp_path / "a" / "list.csv", list("abcdefghij"))
    write_people(tmp_path / "people.csv")
    write_pairs(tmp_path)
    (tmp_path / "own_samples.py").write_text(OWN_SAMPLES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "own_samples", raising=False)
    samples = np.arange(40 * 64).reshape(40, 8, 8) % 17
    arrays = {"x_train": samples, "y_train": labels}
    for name in ("a.npz", 'my"file.npz'):
        np.savez(name, **arrays, x_test=samples[::2], y_test=labels[::2])
    few, two = samples[:, :2, :2], labels % 2
    np.savez("few.npz", x_train=few, y_train=two, x_test=few, y_test=two)
    return tmp_path


EQUAL = ("csv split", "contiguous", "images split", "npz contiguous", "hard")
EQUAL += ("validated ensemble", "several numbers", "binary", "number", "hinge")
EQUAL += (
    "features",
    "features validated",
    "features of two",
    "features by output",
    "limited",
    "images",
    "images chosen",
    "images limited",
    "ensemble of images",
)


TRAINING["python"] = (
    OUTLINE
    + "data: {python: 'own_samples:weighted'}\n"
    + "train: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}\n"
)
TRAINING["python dataset"] = TRAINING["python"].replace(":weighted", ":dataset")
EQUAL += (
    "files listed",
    "files of numbers",
    "files by output",
    "images by output",
    "files of several labels",
    "masks",
    "masks of two",
    "pictures",
    "images repeated",
)
EQUAL += ("python", "python dataset")


@pytest.mark.parametrize("name", some(EQUAL, 12))
def test_a_lesson_computes_what_the_full_script_does(
    name: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overrides = ["train.seed=1", "name=run"]
    model = api.loads(TRAINING[name], overrides=overrides)
    ours = run(render_script(*model[:2]))
    full = load_script(render_script(*model[:2], style="full"), data / "script.py")
    reset_names()
    full.main()
    keras.config.set_dtype_policy("float32")
    figures = json.loads((data / "results" / "run" / "metrics.json").read_text())
    if model.program.ensemble:
        assert ours["vote"] == pytest.approx(figures["vote"])
        assert ours["accuracy"] == pytest.approx(figures["members"][-1])
        return
    scores = figures.get("test", figures.get("validation"))
    found = {"loss": ours["loss"]} if "loss" in ours else ours["scores"]
    for key in found:
        assert found[key] == pytest.approx(scores[key], rel=1e-3, abs=1e-3), key
    with open(data / "results" / "run" / "history.csv", newline="") as file:
        rows = [*csv.DictReader(file)]
    history = ours["history"].history
    assert {*rows[0]} == {"epoch", *history}
    losses = [float(row["loss"]) for row in rows]
    assert history["loss"] == pytest.approx(losses, rel=1e-3)


@pytest.mark.parametrize("text", some(TEXTS.values(), 15), ids=some(TEXTS, 15))
def test_whatever_the_spec_its_lesson_is_clean_and_builds_its_model(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "script.py"
    path.write_text(lesson(text), encoding="utf-8")
    ruff("check", "--isolated", "--extend-select", "E501", path)
    ruff("format", "--isolated", "--check", path)
    theirs = built(path.read_text("utf-8"))
    reset_names()
    assert_same(theirs, build_model(api.loads(text).summary.graph))


SIZES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3)}


@pytest.mark.parametrize("path", some(SPECS, 6), ids=lambda path: path.stem)
def test_the_lesson_of_every_spec_runs(
    path: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    for name, size in SIZES.items():
        labels = np.arange(40, dtype="uint8") % 10
        labels = labels[:, None] if "cifar" in name else labels
        samples = np.zeros((40, *size), "uint8")
        loaded = (samples, labels), (samples[:20], labels[:20])
        stand_in = SimpleNamespace(load_data=lambda loaded=loaded: loaded)
        monkeypatch.setattr(keras.datasets, name, stand_in)
    for name in ("sign_mnist_train.csv", "sign_mnist_valid.csv"):
        write_csv(data / name, [*range(24)] * 2, pixels=784)
    model = api.load(path, ["train.epochs=1"])
    space = run(render_script(*model[:2]))
    assert space["model"].count_params() == model.summary.total_params
    assert "accuracy" in capsys.readouterr().out
    pictures = {found.name for found in data.glob(f"{path.stem}_*.png")}
    course = "members" if model.program.ensemble else "history"
    parts = ("samples", course, "predictions")
    assert pictures == {f"{path.stem}_{part}.png" for part in parts}


@pytest.mark.parametrize("name", ["contiguous", "csv split"])
def test_a_gap_in_a_table_ends_the_lesson(name: str, data: Path) -> None:
    """Without a word, pandas makes a NaN of it, and each weight becomes one too."""
    text = (data / "a.csv").read_text("utf-8")
    (data / "a.csv").write_text(text[: text.rindex(",", 0, -9)], encoding="utf-8")
    with pytest.raises(AssertionError):
        run(lesson(TRAINING[name]))


def test_what_a_lesson_leaves_to_the_full_script_is_said() -> None:
    text = DIGITS.replace("metrics", "resume: true, seed: 1, metrics")
    assert "resume, which the spec asks for; cnnspec build --style full" in lesson(text)
    assert "--style full" not in lesson(DIGITS)


def test_another_backend_is_set_where_it_was_asked_for() -> None:
    wanted = 'os.environ.setdefault("KERAS_BACKEND", "jax")'
    assert wanted in lesson(DIGITS, backend="jax")
    assert "environ" not in lesson(DIGITS)


def test_only_a_deep_model_needs_more_calls() -> None:
    chain = "input: [4]\nlayers:\n" + "  - ReLU\n" * 900
    assert "sys.setrecursionlimit(4_000)" in lesson(chain)
    assert "import sys" not in lesson(OUTLINE)


COMMENTS = """
# yaml-language-server: $schema=spec.json
# A head of the file.
input: [8, 8, 1]     # height, width, channels
vars:
  width: 4           # filters
blocks:
  # What the block is for.
  unit:
    params: {filters: 2}
    layers:
      # Above a layer.
      - Conv2D:
          filters: $filters
          kernel_size: 3      # Of an argument.
      - ReLU         # Behind a layer.
layers:
  - unit: $width     # Behind a call.

  # Above a repeat,
  # in two lines.
  - repeat: {times: 2, layers: [ReLU]}       # Behind a repeat.
  - Flatten          # Behind, and going on
                     # in the next line.
  # ----------
  - Dense: {units: 10, activation: softmax}  # cnnspec: ignore[none]
data:
  source: digits     # "no # comment"
  scale: 16          # grey values
train:
  loss: sparse_categorical_crossentropy
  # Above the seed.
  seed: 2
  metrics: [accuracy]
"""


def test_comments_stand_at_the_lines_that_they_belong_to() -> None:
    lines = lesson(COMMENTS).splitlines()
    wanted = {
        "inputs = keras.Input((8, 8, 1))  # height, width, channels",
        "WIDTH = 4  # filters",
        "x = unit(inputs, filters=WIDTH)  # Behind a call.",
        'x, y = load_digits(return_X_y=True)  # "no # comment"',
        'x = x.reshape(-1, 8, 8, 1).astype("float32") / 16  # grey values',
    }
    assert wanted <= {*lines}
    assert '"""A head of the file."""' in lines
    for above, below in (
        ("# What the block is for.", "def unit(x, filters=2):"),
        ("    # Above a layer.", "    # Of an argument."),
        ("    # Of an argument.", "    x = layers.Conv2D(filters, 3)(x)"),
        ("# Above a repeat,", "# in two lines."),
        ("# in two lines.", "for _ in range(2):  # Behind a repeat."),
        ("# Above the seed.", "keras.utils.set_random_seed(2)"),
    ):
        assert lines[lines.index(above) + 1] == below
    text = "\n".join(lines)
    assert "  # Behind, and going on in the next line." in text
    for no in ("-----", "ignore", "yaml-language-server"):
        assert no not in text


def test_no_comment_that_a_lesson_has_a_line_for_is_lost() -> None:
    """Each comment of the spec says which one it is, and stands where it belongs."""
    text = (Path(__file__).parent / "commented.yaml").read_text(encoding="utf-8")
    found = lesson(text)
    told = re.findall(r"# (c-[\w-]+)", text)
    silent = {"c-output-shape", "c-foot"}  # what has no line in a lesson
    assert {one for one in told if not re.search(rf"{one}(?![\w-])", found)} == silent
    lines = found.splitlines()
    for one, line in (
        ("c-head", '"""'),
        ("c-outputs-behind", "model = keras.Model"),
        ("c-unit-outputs-behind", "    return r"),
        ("c-repeat-behind", "for _ in range(2):"),
        ("c-rrelu", "    x = layers.ReLU()(x)"),
        ("c-data-behind", "class_names"),
        ("c-cw", "labels = "),
    ):
        [place] = [k for k, said in enumerate(lines) if re.search(rf"{one}$", said)]
        if one == "c-head":
            assert place < lines.index(line)
        else:
            assert lines[place].startswith(line), one
