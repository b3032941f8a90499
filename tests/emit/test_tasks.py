"""Every task trains: its lesson computes what its full script does."""

import ast
import csv
import json
import os
import random
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.notebook import render_notebook
from cnnspec.emit.keras_script.script import render_script
from tests.emit.quick import save_no_pictures, train_eagerly
from tests.emit.same import reset_names
from tests.emit.test_lesson import faults, run
from tests.emit.test_script import load_script

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"

IMAGE = "input: [4, 4, 1]\nlayers:\n"
FLAT = f"{IMAGE}  - Flatten\n  - Dense: "
CONV = f"{IMAGE}  - Conv2D: {{kernel_size: 3, padding: same, "
STEPS = "input: [4, 4]\nlayers:\n  - Dense: "


def npz(keys: str) -> str:
    return f"data: {{source: npz, path: a.npz, inputs: image, scale: 16, {keys}}}\n"


TASKS = {
    "labels": f"""{FLAT}{{units: 3, activation: sigmoid}}
{npz("targets: tags, labels: multi_hot, classes: [even, large, bright]")}
train: {{loss: binary_crossentropy, metrics: [binary_accuracy], seed: 0}}
""",
    "number": f"""{FLAT}1
{npz("targets: bright")}
train: {{loss: mse, metrics: [mae], loss_weights: 2, seed: 0, validation_split: 0.2}}
""",
    "numbers": f"""{FLAT}2
{npz("targets: stats, sample_weight: weights")}
train: {{loss: mse, metrics: [mae], seed: 0}}
""",
    "pixel classes": f"""{CONV}filters: 3, activation: softmax}}
{npz("targets: kinds, sample_weight: weights, shuffle: true, classes: [a, b, c]")}
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy, {{MeanIoU: {{num_classes: 3, sparse_y_pred: false, name: iou}}}}]
  seed: 0
""",
    "pixel classes, one_hot": f"""{CONV}filters: 3, activation: softmax}}
{npz("targets: kinds, labels: one_hot")}
train: {{loss: dice, metrics: [accuracy], seed: 0, resume: true}}
""",
    "pixel classes, ignored": f"""{CONV}filters: 3, activation: softmax}}
{npz("targets: kinds")}
train: {{loss: {{SparseCategoricalCrossentropy: {{ignore_class: 3}}}}, seed: 0}}
""",
    "pixel classes, numbered": f"""{CONV}filters: 3, activation: softmax}}
{npz("targets: far, labels: contiguous, sample_weight: weights, shuffle: true")}
train: {{loss: {{SparseCategoricalCrossentropy: {{ignore_class: 255}}}}, seed: 0}}
""",
    "two pixel classes": f"""{CONV}filters: 1, activation: sigmoid}}
{npz("targets: drawn, labels: contiguous, limit: 30")}
train: {{loss: bce, metrics: [{{BinaryIoU: {{name: iou}}}}], seed: 0}}
""",
    "the sample itself": f"""{CONV}filters: 1, activation: sigmoid}}
{npz("targets: input")}
train: {{loss: binary_crossentropy, seed: 0}}
""",
    "the sample in a row": """
input: [64]
layers: [{Dense: {units: 64, activation: sigmoid}}]
data: {source: digits, scale: 16, flatten: true, targets: input}
train: {loss: mse, seed: 0}
""",
    "a picture": f"""{CONV}filters: 1}}
{npz("targets: noisy")}
train: {{loss: mse, metrics: [mae], seed: 0}}
""",
    "a sequence of classes": f"""{STEPS}{{units: 4, activation: softmax}}
{npz("targets: rows, sample_weight: weights")}
train: {{loss: sparse_categorical_crossentropy, metrics: [accuracy], seed: 0}}
""",
    "a sequence of vectors": f"""{STEPS}4
{npz("targets: noisy")}
train: {{loss: mse, seed: 0}}
""",
    "one label for two": """
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax, name: aux}
  - Dense: {units: 10, activation: softmax, name: main, from: flatten}
outputs: [main, aux]
data: {source: digits, scale: 16, test_size: 0.3}
train:
  loss: {main: sparse_categorical_crossentropy, aux: sparse_categorical_crossentropy}
  loss_weights: {aux: 0.3}
  metrics: {main: [accuracy]}
  seed: 0
""",
    "one label for two inputs": """
inputs: {image: [4, 4, 1], row: [4]}
layers:
  - Flatten: {from: image}
  - Concatenate: {from: [prev, row]}
  - Dense: {units: 10, activation: softmax}
data:
  source: npz
  path: a.npz
  inputs: {image: image, row: row}
  targets: label
  scale: {image: 16}
  limit: 25
train: {loss: sparse_categorical_crossentropy, validation_split: 0.2, seed: 0}
""",
    "weights": """
input: [4, 4, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax, name: class, from: flatten}
  - Dense: {units: 1, name: Dice, from: flatten}
outputs: [class, Dice]
data:
  source: npz
  path: a.npz
  inputs: image
  targets: {class: label, Dice: bright}
  sample_weight: weights
  shuffle: true
  limit: 30
train:
  loss: {class: {SparseCategoricalCrossentropy: {}}, Dice: {Huber: {delta: 0.5}}}
  metrics: {class: [{SparseTopKCategoricalAccuracy: {k: 2}}], Dice: [mae]}
  seed: 0
""",
    "several": """
inputs: {사진: [4, 4, 1], table: [4]}
layers:
  - Normalization: {from: table, name: norm}
  - Flatten: {from: 사진}
  - Concatenate: {from: [prev, norm]}
  - Dense: {units: 8, activation: relu, name: hidden}
  - Dense: {units: 10, activation: softmax, name: digit}
  - Dense: {units: 1, name: tilt, from: hidden}
  - Dense: {units: 3, activation: sigmoid, name: tags, from: hidden}
  - Dense: {units: 16, activation: sigmoid, from: hidden}
  - Reshape: {target_shape: [4, 4, 1], name: picture}
outputs: [digit, tilt, hidden, tags, picture]
data:
  source: npz
  path: a.npz
  inputs: {사진: image, table: row}
  targets: {digit: label, tilt: bright, tags: tags, picture: input}
  labels: {digit: one_hot, tags: multi_hot}
  sample_weight: weights
  scale: {사진: 16}
train:
  loss: {digit: categorical_crossentropy, tilt: mse, tags: bce, picture: mse}
  loss_weights: {digit: 1.0, tilt: 0.1}
  metrics: {digit: [accuracy], tilt: [mae]}
  seed: 0
  epochs: 3
  validation_split: 0.2
  callbacks:
    - EarlyStopping: {monitor: val_digit_accuracy, mode: max, patience: 1}
""",
}


def arrays(count: int = 40) -> dict[str, np.ndarray]:
    """Arrays of all kinds, each to train on and to test with."""
    random = np.random.default_rng(0)
    image = random.integers(0, 17, (count, 4, 4)).astype("float32")
    bright = image.mean((1, 2))
    label = np.arange(count) % 10
    found = {
        "image": image,
        "label": label,
        "row": image[:, 0],
        "bright": bright,
        "stats": np.stack([bright, image.std((1, 2))], 1),
        "tags": np.stack([label % 2 == 0, label > 4, bright > 8], 1).astype("uint8"),
        "mask": (image > 8).astype("uint8"),
        "kinds": (image > 8).astype("uint8") + (image > 12),
        "far": np.select([image == 1, image > 12, image > 8], [255, 200, 100]),
        "drawn": np.where(image > 8, 255, 0),
        "rows": image.argmax(2),
        "noisy": image + 1,
        "weights": 1.0 + label % 2,
    }
    parts = {"train": slice(None), "test": slice(20)}
    return {f"{k}_{p}": v[s] for k, v in found.items() for p, s in parts.items()}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(tmp_path)
    train_eagerly(monkeypatch)
    save_no_pictures(monkeypatch)
    np.savez("a.npz", **arrays())
    return tmp_path


QUICK = ("labels", "pixel classes, numbered", "the sample itself", "several")
QUICK += ("a sequence of classes", "one label for two inputs", "weights")
"""A class, a picture, a weight and a name of each kind; all take a minute."""
TRAINED = TASKS if LONG else QUICK


@pytest.mark.parametrize("name", TASKS)
def test_a_lesson_of_every_task_has_what_a_reader_needs(name: str) -> None:
    model = api.loads(TASKS[name], "run.yaml")
    assert faults(render_script(*model[:2], "ko"), set()) == []
    render_notebook(*model[:2], "ko")
    ast.parse(render_script(*model[:2], "ko", style="full"))


@pytest.mark.parametrize("name", TRAINED)
def test_a_lesson_of_every_task_computes_what_its_full_script_does(
    name: str, folder: Path
) -> None:
    compare(TASKS[name], folder)


def compare(text: str, folder: Path) -> None:
    """Holds what a lesson computes against the figures of the full script."""
    model = api.loads(text, "run.yaml")
    script = render_script(*model[:2])
    ours = run(script)
    full = load_script(render_script(*model[:2], style="full"), folder / "script.py")
    reset_names()
    full.main()
    figures = json.loads((folder / "results" / "run" / "metrics.json").read_text())
    found = {"loss": ours["loss"]} if "loss" in ours else ours["scores"]
    kept = figures["files"].get("last.keras", figures)["test"]
    assert found.keys() <= kept.keys()
    for key in found:
        assert found[key] == pytest.approx(kept[key], rel=1e-3, abs=1e-3), key
    if "overlap" in ours:
        assert [*figures["iou"].values()][-1] == pytest.approx(
            ours["overlap"], abs=1e-3
        )
    if "f1" in ours:
        [f1] = [found for key, found in figures.items() if key.endswith("f1")]
        assert [*f1.values()] == pytest.approx(ours["f1"], abs=1e-3)
    with open(folder / "results" / "run" / "history.csv", newline="") as file:
        rows = [*csv.DictReader(file)]
    assert {*rows[0]} == {"epoch", *ours["history"].history}


def test_what_pytorch_is_given_with_a_depth_is_the_same_loss(folder: Path) -> None:
    loss = "{SparseCategoricalCrossentropy: {ignore_class: 2}}"
    text = TASKS["pixel classes"].replace("sparse_categorical_crossentropy", loss)
    model = api.loads(text, "run.yaml")
    changed = render_script(*model[:2], backend="torch")
    assert f"loss=with_depth(keras.losses.{loss[1:30]}(ignore_class=2))" in changed
    assert 'np.tile(data["weights_train"].reshape(-1, 1, 1), (1, 4, 4))' in changed
    plain, found = run(render_script(*model[:2])), run(changed)
    assert found["scores"] == pytest.approx(plain["scores"], rel=1e-5)
    assert [found["history"].history["loss"]] == [
        pytest.approx(plain["history"].history["loss"], rel=1e-5)
    ]


def test_other_losses_are_given_to_pytorch_as_they_are() -> None:
    plain = ("pixel classes, one_hot", "a sequence of classes", "two pixel classes")
    for text in map(TASKS.__getitem__, plain):
        model = api.loads(text, "run.yaml")
        assert "with_depth" not in render_script(*model[:2], backend="torch")


# ------------------------------------------------------------ drawn, by output

OUTPUTS = {
    "digit": ("{units: 10, activation: softmax", ["sparse_categorical_crossentropy"]),
    "tilt": ("{units: 1", ["mse", "mae", "{Huber: {delta: 0.5}}"]),
    "stats": ("{units: 2", ["mse", "log_cosh"]),
    "tags": ("{units: 3, activation: sigmoid", ["bce", "binary_focal_crossentropy"]),
}
ARRAY_OF = {"digit": "label", "tilt": "bright", "stats": "stats", "tags": "tags"}
METRICS = {
    "digit": ["accuracy", "{SparseTopKCategoricalAccuracy: {k: 2}}"],
    "tilt": ["mae", "{RootMeanSquaredError: {name: far}}"],
    "stats": ["mae"],
    "tags": ["binary_accuracy", "{Precision: {name: hits}}"],
}


def drawn(seed: int) -> str:
    """A model of two to four outputs, with some of what may be said of each."""
    chance = random.Random(seed)
    names = chance.sample([*OUTPUTS], chance.randint(2, 4))
    lines = ["input: [4, 4, 1]", "layers:", "  - Flatten: {name: flat}"]
    lines += [
        f"  - Dense: {OUTPUTS[name][0]}, name: {name}, from: flat}}" for name in names
    ]
    trained = [n for n in names if chance.random() < 0.8] or names[:1]

    def by_output(key: str, said: dict[str, Any], share: float) -> list[str]:
        chosen = {n: one for n, one in said.items() if chance.random() < share}
        each = ", ".join(f"{n}: {one}" for n, one in chosen.items())
        return [f"  {key}: {{{each}}}"] if chosen else []

    losses = {name: chance.choice(OUTPUTS[name][1]) for name in trained}
    labels = {"tags": "multi_hot"} if "tags" in trained else {}
    if "digit" in trained and chance.random() < 0.5:
        losses["digit"], labels["digit"] = "categorical_crossentropy", "one_hot"
    metrics = {n: [chance.choice(METRICS[n])] for n in trained}
    if labels.get("digit") == "one_hot":
        metrics["digit"] = ["accuracy"]
    told = {n: f"[{', '.join(one)}]" for n, one in metrics.items()}
    return "\n".join(
        [
            *lines,
            f"outputs: [{', '.join(names)}]",
            "data:",
            "  source: npz",
            "  path: a.npz",
            "  inputs: image",
            "  scale: 16",
            *by_output("targets", {n: ARRAY_OF[n] for n in trained}, 1),
            *by_output("labels", labels, 1),
            *by_output("sample_weight", dict.fromkeys(trained, "weights"), 0.3),
            "train:",
            "  seed: 1",
            *by_output("loss", losses, 1),
            *by_output("loss_weights", dict.fromkeys(trained, 0.5), 0.5),
            *by_output("metrics", told, 0.7),
        ]
    )


@pytest.mark.parametrize("seed", range(40 if LONG else 1))
def test_what_is_said_of_each_output_means_the_same(seed: int, folder: Path) -> None:
    text = drawn(seed)
    assert api.check(text, keras=True).ok, text
    compare(text, folder)


# ------------------------------------------------------------ arrays that don't fit


def broken(**changes: object) -> dict[str, np.ndarray]:
    """The arrays, some of which are others, or missing where None stands."""
    found = {**arrays(), **changes}
    return {name: array for name, array in found.items() if array is not None}


TAGS, KINDS = arrays()["tags_train"], arrays()["kinds_train"]
FAULTY = [
    ("labels", {"tags_test": None}, "a.npz lacks the array tags_test."),
    ("labels", {"tags_train": TAGS[:30]}, "(30, 3), and there are 40 samples"),
    ("labels", {"tags_train": TAGS + 1}, "row 1 of tags_train holds 2, where a num"),
    ("labels", {"tags_train": 2 * TAGS}, "a number from 0 to 1 has to stand."),
    ("labels", {"tags_train": TAGS.astype(str)}, "tags_train holds no numbers"),
    ("labels", {"tags_train": TAGS[:, :2]}, "(40, 2), where each sample has to have 3"),
    ("labels", {"tags_train": TAGS.astype(object)}, "Object arrays cannot be loaded"),
    ("labels", {"image_test": arrays()["image_test"] * np.nan}, "row 1 of image_test"),
    ("labels", {"image_train": arrays()["image_train"][:0]}, "image_train holds no sa"),
    ("labels", {"image_train": np.float32(3)}, "image_train has the shape (1,), where"),
    ("labels", {"tags_train": np.int64(1)}, "tags_train has the shape (1,), and ther"),
    ("pixel classes", {"kinds_train": KINDS + 1}, "where a number from 0 to 2 has to"),
    ("pixel classes", {"kinds_train": KINDS / 2}, "holds 0.5, where a number"),
    (
        "pixel classes",
        {"kinds_train": KINDS.reshape(40, 2, 8)},
        "the sizes (4, 4",
    ),
    ("pixel classes, ignored", {"kinds_train": KINDS + 2}, "from 0 to 2, or 3 has to"),
    ("pixel classes", {"kinds_train": 7 * KINDS}, "set labels: contiguous in the spec"),
    (
        "pixel classes, numbered",
        {"far_test": KINDS + 7},
        "row 1 has the label 9, which",
    ),
    ("pixel classes, numbered", {"far_train": KINDS // 2}, "2 different labels, and"),
    ("weights", {"weights_train": np.ones(9)}, "(9,), and there are 40 samples"),
]


@cache
def full_script(name: str) -> str:
    return render_script(*api.loads(TASKS[name], "run.yaml")[:2], style="full")


@pytest.mark.parametrize(("name", "changes", "said"), FAULTY)
def test_what_is_wrong_with_an_array_is_said_before_training(
    name: str, changes: dict[str, object], said: str, folder: Path
) -> None:
    np.savez("a.npz", **broken(**changes))
    full = load_script(full_script(name), folder / "script.py")
    with pytest.raises(SystemExit) as stopped:
        full.load_data()
    assert said in str(stopped.value)
    assert "multi_hot" not in TASKS[name] or "contiguous" not in str(stopped.value)
