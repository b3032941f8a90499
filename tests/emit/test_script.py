"""A generated script builds the very model of its spec, and reads well."""

import ast
import importlib.util
import json
import platform
import subprocess
import sys
from datetime import datetime
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
from ruff import find_ruff_bin

from cnnspec import __version__, api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import layer_names
from cnnspec.emit import folders
from cnnspec.emit.code.model import call_text
from cnnspec.emit.code.plan.names import reserved_names
from cnnspec.emit.keras_live.model import build_model, keras_object
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.write import is_sealed
from cnnspec.ground.errors import SpecError
from tests.effort import some
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.same import assert_same, reset_names
from tests.fidelity.judge import keras_class
from tests.samples import write_csv

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
OUTLINE = """
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax}
"""
TRAIN = "train: {loss: categorical_crossentropy, metrics: [accuracy]}\n"
DIGITS = OUTLINE + "data: {source: digits, labels: one_hot}\n" + TRAIN


@cache
def render(text: str) -> str:
    return render_script(*api.loads(text)[:2], style="full")


def load_script(text: str, path: Path):
    """The module that a script is."""
    path.write_text(text, encoding="utf-8")
    # Else the code of a text as long as this, written in the same second, is taken.
    Path(importlib.util.cache_from_source(path)).unlink(missing_ok=True)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ruff(*arguments: str | Path) -> None:
    """Runs ruff as the reader of a script has it: without settings."""
    command = [find_ruff_bin(), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_generated_is_in_step_with_specs(path: Path) -> None:
    committed = (ROOT / "generated" / f"{path.stem}.py").read_text(encoding="utf-8")
    assert committed == render_script(*api.load(path)[:2]), "run `make generated`"
    assert is_sealed(committed.encode())


def test_no_generated_script_is_without_a_spec() -> None:
    scripts = (ROOT / "generated").glob("*.py")
    assert {path.stem for path in scripts} == {path.stem for path in SPECS}


def test_ruff_has_nothing_to_say_of_the_generated_scripts() -> None:
    ruff("check", "--isolated", "--extend-select", "E501", ROOT / "generated")
    ruff("format", "--isolated", "--check", ROOT / "generated")


VARIANTS = {
    "outline": OUTLINE,
    "described": OUTLINE + 'description: \'A """quoted""" \\\\ description.\'\n',
    "digits": DIGITS,
    "hard": DIGITS + "ensemble: {members: 3, voting: hard}\n",
    "npz": DIGITS.replace("source: digits", "source: npz, path: 'my\"file.npz'"),
    "csv": OUTLINE
    + "data: {source: csv, train: a.csv, validation: b.csv, label_column: 'a\"b'}\n"
    + "train: {loss: sparse_categorical_crossentropy, optimizer: {Lamb: {}}}\n",
    "no metrics": OUTLINE
    + "data: {source: digits, classes: [a, b, c, d, e, f, g, h, i, j]}\n"
    + "train: {loss: sparse_categorical_crossentropy, shuffle: false, epochs: 2}\n",
    "validated ensemble": OUTLINE
    + "data: {source: digits, labels: one_hot, random_state: 1}\n"
    + "train: {loss: {CategoricalCrossentropy: {label_smoothing: 0.1}}, "
    + "metrics: [accuracy, {TopKCategoricalAccuracy: {k: 3}}], validation_split: 0.1}\n"
    + "ensemble: {members: 2}\n",
    "graph": """
        inputs: {image: [8, 8, 3], "class": {shape: [4], dtype: int32}}
        layers:
          - Conv2D: {filters: 3, kernel_size: 3, padding: same, from: image, name: x}
          - ReLU
          - Add: {from: [prev, x]}
          - Flatten: {name: flat/1}
          - Embedding: {input_dim: 9, output_dim: 8, from: class, name: model}
          - MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [model, model]}
          - LSTM: {units: 4, return_state: true}
          - Concatenate
          - Concatenate: {from: [prev, flat-1], name: outputs}
        outputs: [outputs, flat-1]
        """.replace("flat/1", "flat-1"),
}
SPARSE = "train: {loss: sparse_categorical_crossentropy, metrics: [accuracy], seed: 3"
FEATURES = """
input: [6]
layers:
  - Normalization
  - {last}
data:
  source: csv
  train: people.csv
  columns: {{size: [1, 2], age: numeric, color: [red, green, NA]}}
"""
MASKS = """
input: [8, 8, 1]
layers:
  - Conv2D: {last}
data:
  source: image_directory
  train: {{input: photos, target: masks}}
"""
IMAGES = OUTLINE + "data: {source: image_directory, train: a, "
TABLE = OUTLINE + "data: {source: csv, train: a.csv, image_shape: [8, 8, 1], "
VARIANTS |= {
    "images": IMAGES + "validation: b}\n" + SPARSE + "}\n",
    "images split": IMAGES + "test_size: 0.2, shuffle: true}\n" + SPARSE + "}\n",
    "features": FEATURES.format(last="Dense: {units: 2, activation: softmax}")
    + "  label_column: buys\n  classes: ['no', 'yes']\n  test_size: 0.25\n"
    + SPARSE
    + ", class_weight: balanced}\n",
    "features validated": FEATURES.format(last="Dense: 1")
    + "  label_column: price\n  validation: people.csv\n"
    + "train: {loss: mse, metrics: [mae], epochs: 2}\n",
    "features of two": FEATURES.format(last="Dense: 2")
    .replace("[6]", "[5]")
    .replace("age: numeric, ", "")
    + "  label_column: [price, age]\n  test_size: 0.25\n"
    + "train: {loss: mse, metrics: [mae], seed: 3, validation_split: 0.2}\n",
    "features by output": FEATURES.format(
        last="Dense: {units: 2, activation: softmax, name: buys}\n"
        "  - Dense: {units: 2, name: sums, from: normalization}"
    )
    .replace("[6]", "[5]")
    .replace("age: numeric, ", "")
    + "  label_column: {buys: buys, sums: [price, age]}\n  classes: ['no', 'yes']\n"
    + "  test_size: 0.25\n  limit: 20\n"
    + "outputs: [buys, sums]\ntrain: {loss: {buys: sparse_categorical_crossentropy, "
    + "sums: mse}, metrics: {buys: [accuracy]}, seed: 3, validation_split: 0.2}\n",
    "masks": MASKS.format(last="{filters: 2, kernel_size: 1, activation: softmax}")
    + "  validation: {input: photos, target: masks}\n"
    + SPARSE
    + "}\n",
    "masks of two": MASKS.format(last="{filters: 1, kernel_size: 1}")
    + "  test_size: 0.25\n  limit: 5\n"
    + "train: {loss: {BinaryCrossentropy: {from_logits: true}}, "
    + "validation_split: 0.4}\n",
    "pictures": MASKS.format(last="{filters: 1, kernel_size: 1}")
    + "  test_size: 0.25\n  scale: 255\ntrain: {loss: mse}\n",
    "images repeated": OUTLINE.replace(
        "- Flatten\n",
        "- Conv2D: {filters: 4, kernel_size: 3, padding: same}\n"
        "  - Conv2D: {filters: 1, ",
    ).replace("  - Dense: {units: 10, activation: softmax}", "kernel_size: 1}")
    + "data: {source: image_directory, train: a, test_size: 0.2, targets: input, "
    + "scale: 255}\ntrain: {loss: mse}\n",
    "files listed": OUTLINE
    + "data: {source: csv, file_column: file, label_column: kind, train: a/list.csv, "
    + "classes: [a, b, c, d, e, f, g, h, i, j], validation: a/list.csv, scale: 255}\n"
    + SPARSE
    + "}\n",
    "files of numbers": OUTLINE.replace("{units: 10, activation: softmax}", "1")
    + "data: {source: csv, file_column: file, label_column: age, train: a/list.csv, "
    + "test_size: 0.2, limit: 9, scale: 255}\ntrain: {loss: mse}\n",
    "files of several labels": OUTLINE.replace("{units: 10, activation: softmax}", "2")
    + "data: {source: csv, file_column: file, label_column: [age, size], "
    + "train: a/list.csv, test_size: 0.2, scale: 255}\ntrain: {loss: mse}\n",
    "files by output": OUTLINE.replace(
        "softmax}",
        "softmax, name: kind}\n  - Dense: {units: 1, name: age, from: flatten}",
    )
    + "outputs: [flatten, kind, age]\n"
    + "data: {source: csv, file_column: file, label_column: {kind: kind, age: age}, "
    + "classes: [a, b, c, d, e, f, g, h, i, j], train: a/list.csv, test_size: 0.25, "
    + "limit: 12}\ntrain: {loss: {kind: sparse_categorical_crossentropy, age: mse}, "
    + "metrics: {kind: [accuracy]}, validation_split: 0.2, seed: 1}\n",
    "images by output": OUTLINE.replace("softmax}", "softmax, name: kind}").replace(
        "- Flatten",
        "- Conv2D: {filters: 1, kernel_size: 3, padding: same}\n  - Flatten",
    )
    + "outputs: [conv2d, flatten, kind]\n"
    + "data: {source: image_directory, train: a, validation: b, scale: 255, limit: 12, "
    + "targets: {conv2d: input, kind: label}, labels: {kind: one_hot}}\n"
    + "train: {loss: {conv2d: mse, kind: categorical_crossentropy}, seed: 1}\n",
    "images chosen": OUTLINE.replace("- Flatten", "- Normalization\n  - Flatten", 1)
    + "data: {source: image_directory, train: a, test_size: 0.2, limit: 12, "
    + "scale: 255, labels: one_hot, classes: [a, b, c, d, e, f, g, h, i, j]}\n"
    + "train: {loss: categorical_crossentropy, class_weight: balanced, epochs: 2, "
    + "seed: 3, validation_split: 0.25, metrics: [accuracy], shuffle: false}\n",
    "ensemble of images": OUTLINE.replace(
        "- Flatten\n",
        "- Normalization\n  - repeat: {times: 1, trainable: false, "
        "layers: [{Conv2D: {filters: 3, kernel_size: 3}}]}\n  - Flatten\n",
    )
    + "data: {source: image_directory, train: a, test_size: 0.4, scale: 255}\n"
    + SPARSE
    + ", batch_size: 4, epochs: 2}\nensemble: {members: 2}\n",
    "images limited": IMAGES
    + "validation: b, limit: 0.5}\n"
    + SPARSE
    + ", batch_size: 4, steps_per_execution: 2}\n",
    "images named": IMAGES
    + "validation: b, classes: [a, b, c, d, e, f, g, h, i, j]}\n"
    + SPARSE
    + ", class_weight: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n",
    "contiguous": TABLE
    + "validation: b.csv, labels: contiguous, scale: 255}\n"
    + SPARSE
    + ", resume: true, callbacks: [{CSVLogger: log.csv}]}\n",
    "csv split": TABLE
    + "test_size: 0.25, labels: contiguous}\n"
    + SPARSE
    + ", class_weight: balanced, mixed_precision: mixed_float16, jit_compile: true}\n",
    "npz contiguous": OUTLINE
    + "data: {source: npz, path: a.npz, labels: contiguous}\n"
    + SPARSE
    + ", steps_per_execution: 8, class_weight: {0: 2.5}}\n",
    "ensemble that goes on": DIGITS.replace("metrics", "seed: 1, resume: true, metrics")
    + "ensemble: {members: 3}\n",
    "distributed": TABLE
    + "validation: b.csv}\n"
    + SPARSE
    + ", distribute: data_parallel, callbacks: [EarlyStopping]}\n",
    "distributed split": DIGITS.replace(
        "metrics", "seed: 1, distribute: data_parallel, validation_split: 0.2, metrics"
    ),
    "limited": TABLE
    + "validation: b.csv, limit: 0.5, shuffle: true, scale: 255}\n"
    + SPARSE
    + ", validation_split: 0}\n",
    "several numbers": DIGITS.replace("[accuracy]", "[accuracy, f1_score]"),
}


@pytest.mark.parametrize("text", some(VARIANTS.values(), 12), ids=some(VARIANTS, 12))
def test_whatever_the_spec_the_script_is_clean(text: str, tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    module = load_script(render(text), path)
    reset_names()
    theirs = module.build_model()
    assert_same(theirs, build_model(api.loads(text).summary.graph))
    ruff("check", "--isolated", "--extend-select", "E501", path)
    ruff("format", "--isolated", "--check", path)


@pytest.mark.parametrize("text", some(VARIANTS.values(), 12), ids=some(VARIANTS, 12))
def test_no_block_or_layer_hides_what_a_script_has(text: str) -> None:
    for statement in ast.parse(
        render_script(*api.loads(text)[:2], "ko", style="full")
    ).body:
        found: list[str] = []
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            found = [statement.name]
        elif isinstance(statement, ast.Import | ast.ImportFrom):
            names = [alias.asname or alias.name for alias in statement.names]
            found = [name.partition(".")[0] for name in names]
        assert {*found} <= reserved_names({})


def test_a_script_holds_only_what_its_spec_needs() -> None:
    outline = render(OUTLINE)
    assert "import numpy" not in outline
    assert "fit(" not in outline
    digits = render(DIGITS)
    for word in (
        "VALIDATION_SPLIT",
        "set_random_seed",
        "pandas",
        "STEPS_PER_EXECUTION",
        "pickle",
    ):
        assert word not in digits
        assert word not in outline


@pytest.mark.parametrize("name", layer_names())
def test_a_layer_is_written_as_it_is_built(name: str) -> None:
    layer = make_layer(name, layer_class(name).example)
    code = call_text(layer)
    keras.utils.set_random_seed(0)
    reset_names()
    # A script holds the classes that keras.layers lacks.
    names = {"keras": keras, "layers": keras.layers, name: keras_class(name)}
    written = eval(code, names)
    keras.utils.set_random_seed(0)
    reset_names()
    built = keras_object(layer, {id(layer): written.name})
    assert written.get_config() == built.get_config(), code


@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("Conv2D", {"filters": 50, "kernel_size": 3}, "layers.Conv2D(50, 3)"),
        ("Conv2D", {"filters": 50, "kernel_size": [3, 3]}, "layers.Conv2D(50, 3)"),
        ("Conv2D", {"filters": 9, "kernel_size": [3, 1]}, "layers.Conv2D(9, (3, 1))"),
        ("MaxPooling2D", {"pool_size": 2}, "layers.MaxPooling2D(2)"),
        ("Activation", "relu", 'layers.Activation("relu")'),
        ("Reshape", [7, 7], "layers.Reshape((7, 7))"),
        ("Dense", {"units": 4, "activation": "relu"},
         'layers.Dense(4, activation="relu")'),
        ("Dense", {"units": 4, "kernel_regularizer": {"L2": 1e-4}},
         "layers.Dense(4, kernel_regularizer=keras.regularizers.L2(1e-4))"),
        ("Dense", {"units": 4, "bias_regularizer": {"L1L2": {"l1": 1e-5, "l2": 0.5}}},
         "layers.Dense(4, bias_regularizer=keras.regularizers.L1L2(l1=1e-5, l2=0.5))"),
        ("Dense", {"units": 4, "name": "fc1"}, 'layers.Dense(4, name="fc1")'),
        ("BatchNormalization", {"axis": 1}, "layers.BatchNormalization(axis=1)"),
    ],
)  # fmt: skip
def test_a_call_reads_as_one_would_write_it(name: str, arguments, code: str) -> None:
    assert call_text(make_layer(name, arguments)) == code


def test_a_failed_download_says_where_to_put_the_file(
    tmp_path: Path, monkeypatch
) -> None:
    module = load_script(
        render_script(*api.load(ROOT / "specs" / "nin.yaml")[:2], style="full"),
        tmp_path / "script.py",
    )

    def fail():
        raise OSError("no network")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    with pytest.raises(SystemExit, match=r"(?s)no network.*mnist\.npz.*source: npz"):
        module.load_data()


RESULTS = {"confusion.png", "history.csv", "history.png", "images.png"}
RESULTS |= {"metrics.json", "model.keras"}


@pytest.mark.parametrize("voting", ["soft", "hard"])
def test_an_ensemble_trains_and_votes(voting, tmp_path, monkeypatch, capsys) -> None:
    text = DIGITS + f"ensemble: {{members: 2, voting: {voting}}}\nname: pair\n"
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    load_script(render(text), tmp_path / "script.py").main()
    printed = capsys.readouterr().out
    assert "mean of the members: 0." in printed
    assert f"{voting} voting: test accuracy 0." in printed
    results = tmp_path / "results" / "pair"
    members = [f"member_{number}" for number in (1, 2)]
    found = {path.name for path in results.iterdir()}
    assert found == RESULTS - {"history.csv", "model.keras"} | set(members)
    figures = json.loads((results / "metrics.json").read_text())
    assert figures["mean"] == pytest.approx(np.mean(figures["members"]))
    assert figures["spread"] == pytest.approx(np.std(figures["members"]))
    assert f"accuracy {figures['vote']:.4f}" in printed
    for member in members:
        assert (results / member / "model.keras").exists()
        assert (results / member / "history.csv").read_text().startswith("epoch,")


def test_a_script_trains_evaluates_and_predicts(tmp_path, monkeypatch, capsys) -> None:
    names = "classes: [a, b, c, d, e, f, g, h, i, j], scale: 16"
    text = DIGITS.replace("labels:", f"{names}, labels:") + "name: single\n"
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    load_script(render(text), tmp_path / "script.py").main()
    printed = capsys.readouterr().out
    assert "test accuracy: 0." in printed
    assert printed.count("predicted ") == 32
    results = tmp_path / "results" / "single"
    assert {path.name for path in results.iterdir()} == RESULTS | {"classes.json"}
    figures = json.loads((results / "metrics.json").read_text())
    assert f"test accuracy: {figures['test']['accuracy']:.4f}" in printed
    assert figures["overrides"] == []
    assert (figures["epochs"], figures["best_epoch"]) == (1, 1)
    assert (figures["parameters"], figures["seed"]) == (650, None)
    took = datetime.fromisoformat(figures["end"]).timestamp()
    took -= datetime.fromisoformat(figures["start"]).timestamp()
    assert 0 < figures["seconds"] == pytest.approx(took, abs=1.1)
    modules = (keras, np, sys.modules[keras.backend.backend()])
    versions = {module.__name__: module.__version__ for module in modules}
    versions |= {"python": platform.python_version(), "cnnspec": __version__}
    assert figures["versions"] == versions
    rows = (results / "history.csv").read_text().splitlines()
    assert rows[0] == "epoch,accuracy,loss"
    assert [row.split(",")[0] for row in rows[1:]] == ["1"]
    saved = keras.models.load_model(results / "model.keras")
    assert saved.count_params() == 650


@pytest.mark.parametrize(
    ("losses", "best"),
    [([3.0, 1.0, 2.0], 2), (["2.5", "0.5"], 2), (["nan", "9"], 2), (["nan"], 1)],
)
def test_the_best_epoch_is_that_of_the_smallest_loss(losses, best, tmp_path) -> None:
    module = load_script(render(DIGITS), tmp_path / "script.py")
    assert module.best_epoch({"loss": losses}) == best
    validating = render(DIGITS.replace("metrics", "validation_split: 0.2, metrics"))
    module = load_script(validating, tmp_path / "other.py")
    assert module.best_epoch({"loss": [9, 8], "val_loss": losses}) == best


HEAD = "input: [2, 2, 1]\nname: few\nlayers:\n  - Flatten\n"
FEW = "data: {source: npz, path: few.npz}\n"
SIGMOID = HEAD + "  - Dense: {units: 1, activation: sigmoid}\n" + FEW
LOGIT = HEAD + "  - Dense: 1\n" + FEW
BINARY = "train: {loss: binary_crossentropy, metrics: [accuracy]}\n"
FROM_LOGITS = "train: {loss: {BinaryCrossentropy: {from_logits: true}}}\n"
HINGE = LOGIT.replace("Dense: 1", "Dense: {units: 1, activation: tanh}")
SCORES = HEAD + "  - Dense: 2\n" + FEW
SPARSE_LOGITS = "train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}}\n"
NAMED = "few.npz, classes: [cat, dog]"
SOFT, HARD = "ensemble: {members: 2}\n", "ensemble: {members: 2, voting: hard}\n"
CSV = "data: {source: csv, train: a.csv, validation: b.csv}\n"
READINGS = {
    "binary": (SIGMOID + BINARY, "probabilities > 0.5"),
    "binary named": (SIGMOID.replace("few.npz", NAMED) + BINARY, "CLASS_NAMES[guess]"),
    "binary logits": (LOGIT + FROM_LOGITS, "class_scores > 0"),
    "hinge": (HINGE + "train: {loss: hinge}\n", "class_scores > 0"),
    "binary soft": (SIGMOID + BINARY + SOFT, "(mean > 0.5)"),
    "binary hard": (SIGMOID + BINARY + HARD, "np.mean(answers, axis=0) > 0.5"),
    "logits soft": (LOGIT + FROM_LOGITS + SOFT, "(mean > 0)"),
    "binary csv": (SIGMOID.replace(FEW, CSV) + BINARY, "CLASSES = 2"),
    "number": (LOGIT + "train: {loss: mse}\n", "guess:.4f"),
    "number csv": (LOGIT.replace(FEW, CSV) + "train: {loss: mse}\n", "guess:.4f"),
    "scores": (SCORES + SPARSE_LOGITS, "np.argmax(class_scores, axis=1)"),
    "scores soft": (SCORES + SPARSE_LOGITS + SOFT, "np.mean(class_scores, axis=0)"),
    "scores hard": (SCORES + SPARSE_LOGITS + HARD, "CLASSES = 2"),
    "named hard": (
        SCORES.replace("few.npz", NAMED) + SPARSE_LOGITS + HARD,
        "CLASSES = len(CLASS_NAMES)",
    ),
}


@pytest.mark.parametrize(
    ("text", "reading"), some(READINGS.values(), 7), ids=some(READINGS, 7)
)
def test_an_answer_is_read_as_the_loss_has_it(
    text, reading, tmp_path, monkeypatch, capsys
) -> None:
    labels = np.array([0, 1] * 20)
    samples = np.ones((40, 2, 2)) * labels[:, None, None]
    arrays = {"x_train": samples, "y_train": labels}
    np.savez(tmp_path / "few.npz", **arrays, x_test=samples, y_test=labels)
    for name in ("a.csv", "b.csv"):
        write_csv(tmp_path / name, labels.tolist(), pixels=4)
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    train_eagerly(monkeypatch)
    save_no_pictures(monkeypatch)
    path = tmp_path / "script.py"
    module = load_script(render(text), path)
    written = path.read_text(encoding="utf-8")
    assert reading in written
    assert ("probabilit" in written) == ("probabilities" in written)
    assert ("probabilities" in written) == ('activation="sigmoid"' in written)
    assert ("CLASSES = " in written) == (written.count("CLASSES") > 1)
    ruff("check", "--isolated", "--extend-select", "E501", path)
    ruff("format", "--isolated", "--check", path)
    module.main()
    printed = capsys.readouterr().out
    assert "predicted" in printed
    assert "nan" not in printed


def test_whole_numbers_stay_whole() -> None:
    words = """
        input: {shape: [64], dtype: int32}
        layers:
          - Embedding: {input_dim: 17, output_dim: 2}
          - Flatten
          - Dense: {units: 10, activation: softmax}
        data: {source: digits}
        train: {loss: sparse_categorical_crossentropy}
        """
    assert 'samples.reshape((-1, 64)).astype("int32")' in render(words)
    scaled = words.replace("source: digits", "source: digits, scale: 2")
    assert '(samples.reshape((-1, 64)) / 2).astype("int32")' in render(scaled)


def test_no_layer_hides_a_name_of_the_script(tmp_path: Path) -> None:
    names = ["main", "build_model", "np", "float", "🙂", "💡", "²", "ﬁ", "if"]
    lines = [f"  - Dense: {{units: 3, name: '{name}', from: input}}" for name in names]
    text = "\n".join(["input: [4]", "layers:", *lines, f"  - Add: {{from: {names}}}"])
    path = tmp_path / "script.py"
    module = load_script(render(text), path)
    reset_names()
    theirs = module.build_model()
    assert_same(theirs, build_model(api.loads(text).summary.graph))
    written = path.read_text(encoding="utf-8")
    for variable in ("main_output", "np_output", "if_output", "tensor", "dense_2"):
        assert f"    {variable} = " in written
    assert "_ = " not in written


@pytest.mark.parametrize("stem", ["keras", "numpy", "sklearn", "json", "random"])
def test_a_script_hides_no_module(stem: str, tmp_path: Path) -> None:
    path = tmp_path / f"{stem}.yaml"
    path.write_text(OUTLINE, encoding="utf-8")
    with pytest.raises(SpecError, match=f"rename the spec, as in my_{stem}"):
        api.build(api.load(path), tmp_path, ["script"])
    assert not (tmp_path / f"{stem}.py").exists()


def test_templates_are_found_beside_the_package_and_inside_it(
    tmp_path: Path, monkeypatch
) -> None:
    assert folders.template_folder() == ROOT / "templates"
    installed = tmp_path / "cnnspec"
    (installed / "templates").mkdir(parents=True)
    monkeypatch.setattr(folders, "__file__", str(installed / "emit" / "folders.py"))
    assert folders.template_folder() == installed / "templates"


MERGING = [name for name in layer_names() if layer_class(name).joins_paths]


@pytest.mark.parametrize("name", MERGING)
def test_any_layer_that_joins_paths_has_a_shortcut(name: str) -> None:
    arguments = layer_class(name).example or {}
    text = f"""
        input: [8]
        blocks:
          residual:
            layers:
              - {name}:
                  from: [[if: {{test: "${{true}}", then: [Identity]}}], [{{Dense: 8}}]]
                  {", ".join(f"{key}: {value}" for key, value in arguments.items())}
        layers: [residual]
        """
    written = render(text)
    assert "shortcut = x" in written
    assert "trunk" not in written
