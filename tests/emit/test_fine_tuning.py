"""What scripts do with a second fit: what they train in it, and how they go on."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script
from tests.effort import LONG
from tests.emit.quick import take_few_digits
from tests.emit.test_lesson import run
from tests.emit.test_resume import final, hasten, rows
from tests.emit.test_script import load_script

SPEC = """
name: small
input: [8, 8, 1]
blocks:
  features:
    model: true
    layers:
      - Dense: {units: 2, name: early}
      - BatchNormalization: {name: norm}
      - Dense: {units: 3, name: late}
      - Dropout: 0.5
  stem:
    layers:
      - Dense: {units: 4, name: c}
      - BatchNormalization
layers:
  - Flatten
  - stem: {name: stem, trainable: false}
  - features: {name: base, trainable: false}
  - Dense: {units: 10, activation: softmax, name: head}
data: {source: digits, scale: 16}
train:
  optimizer: {Adam: {learning_rate: 0.01}}
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 2
  batch_size: 60
  seed: 1
  shuffle: false
  validation_split: 0.2
  fine_tune: {unfreeze: [base, stem], epochs: 2, learning_rate: 0.005}
"""
FROM = SPEC.replace("[base, stem]", "base, from_layer: norm")


def rendered(text: str, style: str) -> str:
    program, summary = api.loads(text)
    return render_script(program, summary, style=style)


@pytest.fixture(autouse=True)
def _quickly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, tmp_path)
    take_few_digits(monkeypatch, 100)


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What each call of fit trains, and all weights before it."""
    found: list[dict[str, Any]] = []
    fit = keras.Model.fit

    def noted(self: Any, *args: Any, **given: Any) -> Any:
        trained = [w.path.split("/", 1)[-1] for w in self.trainable_weights]
        weights = {w.path: keras.ops.convert_to_numpy(w) for w in self.weights}
        found.append({"trained": trained, "weights": weights, "model": self, **given})
        return fit(self, *args, **given)

    monkeypatch.setattr(keras.Model, "fit", noted)
    return found


def changed(one: dict[str, Any], other: dict[str, Any]) -> set[str]:
    """The layers of which a weight differs, by the last two words of its path."""
    return {
        name.split("/")[-2]
        for name, weight in one.items()
        if not np.array_equal(weight, other[name])
    }


@pytest.mark.parametrize(
    ("text", "then"),
    [
        (SPEC, {"head", "early", "norm", "late", "stem_c", "stem_batch_normalization"}),
        (FROM, {"head", "norm", "late"}),
    ],
)
def test_each_fit_changes_what_it_trains(
    text: str, then: set[str], fits: list[dict[str, Any]]
) -> None:
    run(rendered(text, "lesson"))
    first, second = fits
    model = second["model"]
    weights = {w.path: keras.ops.convert_to_numpy(w) for w in model.weights}
    assert changed(first["weights"], second["weights"]) == {"head"}
    assert changed(second["weights"], weights) == then
    for name, weight in weights.items():
        if "moving" in name:  # in inference throughout
            assert np.array_equal(weight, first["weights"][name]), name
    assert (second["initial_epoch"], second["epochs"]) == (2, 4)
    count = sum(np.prod(w.shape) for w in model.trainable_weights)
    assert count == api.loads(text).summary.tuned.trainable_params


def test_a_lesson_comes_to_what_the_full_script_does(
    tmp_path: Path, fits: list[dict[str, Any]]
) -> None:
    text = SPEC.replace("seed: 1", "seed: 1\n  class_weight: balanced")
    space = run(rendered(text, "lesson"))
    load_script(rendered(text, "full"), tmp_path / "script.py").main()
    history = rows(tmp_path / "results" / "small" / "history.csv")
    losses = [float(row["loss"]) for row in history]
    assert losses == pytest.approx(space["history"].history["loss"], abs=1e-5)
    rates = [float(row["learning_rate"]) for row in history]
    assert rates == pytest.approx([0.01, 0.01, 0.005, 0.005])
    told = json.loads((tmp_path / "results/small/metrics.json").read_bytes())
    assert (told["frozen_epochs"], told["epochs"]) == (2, 4)
    assert told["before_fine_tuning"].keys() == told["test"].keys()
    assert fits[2]["trained"] == fits[0]["trained"]
    assert fits[3]["trained"] == fits[1]["trained"]


def test_goes_on_in_the_middle_of_either_fit(tmp_path: Path, capsys: Any) -> None:
    """Both come to the same as a training that nobody stopped."""
    text = SPEC.replace("seed: 1", "seed: 1\n  resume: true")
    text = text.replace("Dropout: 0.5", "ReLU")

    def train(epochs: int, then: int) -> list[dict[str, str]]:
        one = text.replace("epochs: 2\n", f"epochs: {epochs}\n")
        one = one.replace("epochs: 2,", f"epochs: {then},")
        load_script(rendered(one, "full"), tmp_path / "script.py").main()
        return rows(tmp_path / "results" / "small" / "history.csv")

    through = train(2, 2)
    weights = final(tmp_path / "results")
    (tmp_path / "results").rename(tmp_path / "through")
    train(1, 1)
    # The first fit goes on, and the second begins anew, since it went on from another.
    assert len(train(2, 1)) == 3
    assert "Going on after epoch 1, from" in capsys.readouterr().out
    history = train(2, 2)
    printed = capsys.readouterr().out
    assert "2 epochs are done with what is frozen at first." in printed
    assert "Going on after epoch 3, from" in printed
    for one, other in zip(through, history, strict=True):
        assert {k: float(v) for k, v in one.items()} == pytest.approx(
            {k: float(v) for k, v in other.items()}, abs=1e-5
        )
    for one, other in zip(weights, final(tmp_path / "results"), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_callbacks_of_both_fits(tmp_path: Path, fits: list[dict[str, Any]]) -> None:
    """A log goes on, the best file is of both, and others may be for the second."""
    best = "{ModelCheckpoint: {filepath: best.weights.h5, save_best_only: true, "
    best = f"{best}save_weights_only: true}}}}"
    both = f"seed: 1\n  callbacks: [{{CSVLogger: log.csv}}, {best}]"
    text = SPEC.replace("seed: 1", both)
    space = run(rendered(text, "lesson"))
    log = [row["epoch"] for row in rows(tmp_path / "log.csv")]
    assert log == ["0", "1", "2", "3"]
    [_, checkpoint] = space["callbacks"]
    assert checkpoint.best == pytest.approx(min(space["history"].history["val_loss"]))
    other = text.replace("epochs: 2,", "epochs: 2, callbacks: [TerminateOnNaN],")
    for style in ("lesson", "full"):
        second = rendered(other, style).partition("Fine-tuning:")[2]
        assert "callbacks = [keras.callbacks.TerminateOnNaN()]" in second
        assert "CSVLogger" not in second


def test_members_of_an_ensemble_have_both_fits(
    tmp_path: Path, fits: list[dict[str, Any]]
) -> None:
    run(rendered(f"{FROM}ensemble: {{members: 2}}\n", "lesson"))
    assert [len(fit["trained"]) for fit in fits] == [2, 6] * 2
    full = rendered(f"{FROM}ensemble: {{members: 2}}\n", "full")
    assert full.count("epochs=frozen_epochs + FINE_TUNE_EPOCHS") == 1


def test_a_base_of_another_training(tmp_path: Path) -> None:
    """Its weights are those of the layer of its name there, or of its own file."""
    text = SPEC.replace("base, trainable", "base, weights: FILE, trainable")
    whole = api.keras_model(SPEC)
    whole.save("whole.keras")
    whole.get_layer("base").save_weights("base.weights.h5")
    wanted = whole.get_layer("base").get_weights()
    for file in ("whole.keras", "base.weights.h5"):
        one = text.replace("FILE", file)
        model = api.keras_model(one)
        space = run(rendered(one, "lesson").partition("# Training")[0])
        full = load_script(rendered(one, "full"), tmp_path / "script.py")
        for built in (model, space["model"], full.build_model()):
            found = built.get_layer("base").get_weights()
            assert all(map(np.array_equal, found, wanted)), file
    assert api.check(text.replace("FILE", "none.keras"), keras=True).ok
    with pytest.raises(api.SpecError, match=r"'base' can't be read: none\.keras: "):
        api.keras_model(text.replace("FILE", "none.keras"))
    [found] = api.check(text.replace("FILE", "base.pt")).diagnostics
    assert found.message.startswith("weights must be a file that ends in .keras or")


@pytest.mark.skipif(not LONG, reason="it takes 12 s")
def test_devices_that_share_a_batch_fine_tune_too(tmp_path: Path) -> None:
    text = SPEC.replace("seed: 1", "seed: 1\n  distribute: data_parallel")
    load_script(rendered(text, "full"), tmp_path / "script.py").main()
    history = rows(tmp_path / "results" / "small" / "history.csv")
    rates = [float(row["learning_rate"]) for row in history]
    assert rates == pytest.approx([0.01, 0.01, 0.005, 0.005])


# ------------------------------------------------------------------ another training

HIGH = """
name: high
input: [8, 8, 1]
blocks:
  features: {model: true, layers: [Flatten, {Dense: {units: 4, name: seen}}]}
layers:
  - features: {name: base, trainable: false WEIGHTS}
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train: {loss: sparse_categorical_crossentropy, seed: 2}
"""


@pytest.mark.parametrize("file", ["low.keras", "base.weights.h5"])
def test_a_base_has_the_weights_of_another_training(
    file: str, tmp_path: Path, monkeypatch: Any, fits: list[dict[str, Any]]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = HIGH.replace("WEIGHTS", f", weights: {file}")
    with pytest.raises(SystemExit, match=f"{file} is missing: it holds weights"):
        load_script(rendered(text, "full"), tmp_path / "script.py").main()
    low = api.keras_model(HIGH.replace("WEIGHTS", "").replace("high", "low"))
    low.save("low.keras")
    low.get_layer("base").save_weights("base.weights.h5")
    known = low.get_layer("base").get_weights()
    run(rendered(text, "lesson"))
    for model in (fits[0]["model"], api.keras_model(text)):
        theirs = model.get_layer("base").get_weights()
        assert all(map(np.array_equal, theirs, known))
