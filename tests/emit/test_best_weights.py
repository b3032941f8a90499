"""Where the best epoch is kept, it is the one that is evaluated."""

import csv
import json
import shutil
from pathlib import Path

import keras
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script
from tests.effort import some
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.test_script import load_script

SPEC = """\
name: best
input: [8, 8, 1]
layers: [Flatten, {Dense: {units: 10, activation: softmax}}]
data: {source: digits, scale: 16}
train:
  loss: sparse_categorical_crossentropy
  optimizer: {SGD: {learning_rate: {ExponentialDecay: {initial_learning_rate: 1,
    decay_steps: 20, decay_rate: 10}}}}
  validation_split: 0.2
  epochs: 3
  seed: 0
  callbacks: [CALLBACK]
"""
SAVED = "{ModelCheckpoint: {filepath: FILE, save_best_only: true}}"
KEEPS = {
    "a whole model": SAVED.replace("FILE", "best.keras"),
    "weights alone": SAVED.replace("FILE", "best.weights.h5, save_weights_only: true"),
    "early stopping": "{EarlyStopping: {patience: 2, restore_best_weights: true}}",
}
LEAVES = {
    "a name for each epoch": SAVED.replace("FILE", "'{epoch}.keras'"),
    "each epoch": "{ModelCheckpoint: last.keras}",
}


@pytest.mark.parametrize("callback", some([*KEEPS, *LEAVES], 3))
def test_the_best_epoch_is_evaluated(callback, tmp_path, monkeypatch) -> None:
    """The learning rate rises, so that the last epoch is not the best one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    text = SPEC.replace("CALLBACK", {**KEEPS, **LEAVES}[callback])
    program, summary = api.loads(text)[:2]
    space: dict = {"__name__": "lesson"}
    exec(compile(render_script(program, summary), "lesson", "exec"), space)  # noqa: S102
    losses = space["history"].history["val_loss"]
    assert min(losses) < losses[-1]
    x, y = space["x_train"], space["y_train"]
    first = int(len(x) * 0.8)  # of those that Keras holds out
    held_out = x[first:], y[first:]
    loss = space["model"].evaluate(*held_out, verbose=0)
    expected = min(losses) if callback in KEEPS else losses[-1]
    assert loss == pytest.approx(expected, rel=1e-3)


# ------------------------------------------------------------------ the full script

FULL = SPEC.replace("epochs: 3", "epochs: 4\n  metrics: [accuracy]")
STOPS = "{EarlyStopping: {monitor: val_accuracy, patience: 9"
BY = {
    # the callback: the figure, whether the largest, how it is chosen
    "": ("val_loss", min),
    "{ModelCheckpoint: {filepath: a.keras, save_best_only: true, mode: max, "
    "monitor: val_loss}}": ("val_loss", max),
    f"{STOPS}}}}}": ("val_accuracy", max),
    f"{STOPS}, restore_best_weights: true}}}}": ("val_accuracy", max),
    f"{STOPS}, restore_best_weights: true, start_from_epoch: 2}}}}": (
        "val_accuracy",
        lambda figures: max(figures[2:]),
    ),
    f"{STOPS}, restore_best_weights: true, min_delta: 0.9}}}}": (
        "val_accuracy",
        lambda figures: figures[0],
    ),
}


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the full script of a spec; its results."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    save_no_pictures(monkeypatch)

    def train(text: str) -> Path:
        code = render_script(*api.loads(text)[:2], style="full")
        module = load_script(code, tmp_path / "script.py")
        module.main()
        (x, y), _ = module.load_data()
        first = int(len(x) * 0.8)
        train.held_out = x[first:], y[first:]
        return tmp_path / "results" / "best"

    return train


def figures(folder: Path) -> list[dict[str, float]]:
    with open(folder / "history.csv", newline="") as file:
        return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def loss_of(file: Path, held_out) -> float:
    model = keras.models.load_model(file)
    model.compile(loss="sparse_categorical_crossentropy")
    return float(model.evaluate(*held_out, verbose=0))


@pytest.mark.parametrize("callback", some(BY, 3))
def test_the_best_and_the_last_model_are_kept(callback, train) -> None:
    figure, choose = BY[callback]
    resume = "min_delta" in callback
    text = FULL.replace("[CALLBACK]", f"[{callback}]\n  resume: {str(resume).lower()}")
    found = train(text)
    rows = figures(found)
    best = [row[figure] for row in rows].index(choose([row[figure] for row in rows]))
    told = json.loads((found / "metrics.json").read_text())
    files = {"model.keras": rows[best], "last.keras": rows[-1]}
    assert {k: v["epoch"] for k, v in told["files"].items()} == {
        k: v["epoch"] for k, v in files.items()
    }
    assert told["test"] == told["files"]["model.keras"]["test"]
    assert told["best_epoch"] == best + 1
    for file, row in files.items():
        loss = loss_of(found / file, train.held_out)
        assert loss == pytest.approx(row["val_loss"], rel=1e-3), file
    assert not [*found.glob("*unfinished*")]


def test_a_checkpoint_brings_the_best_model_along(train) -> None:
    """On another machine, and where the training was killed after it was written."""
    text = FULL.replace("[CALLBACK]", "[]\n  resume: true")
    text = text.replace("decay_steps: 20", "decay_steps: 2")  # it soon gets worse
    found = train(text.replace("epochs: 4", "epochs: 2"))
    best = (found / "model.keras").read_bytes()
    shutil.copytree(found / "checkpoint", "checkpoint")
    for left in ("nothing", "a model of an epoch that isn't in the checkpoint"):
        shutil.rmtree(found)
        shutil.copytree("checkpoint", found / "checkpoint")
        if left != "nothing":
            (found / "model.keras").write_bytes(b"another")
        train(text)
        assert json.loads((found / "metrics.json").read_text())["best_epoch"] == 1
        assert (found / "model.keras").read_bytes() == best


def test_without_validation_there_is_one_model(train) -> None:
    text = FULL.replace("  validation_split: 0.2\n", "").replace("[CALLBACK]", "[]")
    found = train(text)
    assert {file.name for file in found.glob("*.keras")} == {"model.keras"}
    told = json.loads((found / "metrics.json").read_text())
    assert told["files"] == {"model.keras": {"epoch": 4, "test": told["test"]}}


def test_members_vote_with_their_best(train, monkeypatch) -> None:
    text = FULL.replace("[CALLBACK]", "[]\nensemble: {members: 2}")
    text = text.replace("epochs: 4", "epochs: 2")
    asked: list[Path] = []
    load = keras.Model.load_weights
    monkeypatch.setattr(
        keras.Model,
        "load_weights",
        lambda self, path: (asked.append(path.absolute()), load(self, path)),
    )
    found = train(text)
    members = [found / "member_1", found / "member_2"]
    assert asked == [member / "model.keras" for member in members]
    for member in members:
        rows = figures(member)
        for file, loss in (
            ("model.keras", min(row["val_loss"] for row in rows)),
            ("last.keras", rows[-1]["val_loss"]),
        ):
            kept = loss_of(member / file, train.held_out)
            assert kept == pytest.approx(loss, rel=1e-3), file
