"""A training that was killed goes on from its last finished epoch."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.test_script import load_script, render

SPEC = """
name: small
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 16, activation: relu}
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train:
  optimizer: adam
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 6
  batch_size: 80
  seed: 1
  resume: true
  shuffle: false
  validation_split: 0.2
  callbacks:
    - ReduceLROnPlateau: {monitor: val_loss, patience: 1, min_delta: 10, factor: 0.5}
    - EarlyStopping: {patience: 50, restore_best_weights: true}
"""


def hasten(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Trains in a folder, and in a fraction of the time."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(folder)
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    save_no_pictures(monkeypatch)


@pytest.fixture
def script(tmp_path: Path, monkeypatch):
    """A module made of a spec's script, in a folder of its own."""
    hasten(monkeypatch, tmp_path)

    def load(text: str = SPEC):
        return load_script(render(text), tmp_path / "script.py")

    return load


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def final(folder: Path) -> list[np.ndarray]:
    return keras.models.load_model(folder / "small" / "last.keras").get_weights()


def test_going_on_comes_to_the_same_as_going_through(script, tmp_path, capsys) -> None:
    script().main()
    through = rows(tmp_path / "results" / "small" / "history.csv")
    weights = final(tmp_path / "results")
    shutil.rmtree(tmp_path / "results")
    for epochs in (2, 3, 6):
        script(SPEC.replace("epochs: 6", f"epochs: {epochs}")).main()
    assert "Going on after epoch 3, from results" in capsys.readouterr().out
    resumed = rows(tmp_path / "results" / "small" / "history.csv")
    assert [row["epoch"] for row in resumed] == [str(k) for k in range(1, 7)]
    for one, other in zip(through, resumed, strict=True):
        # The learning rate as well: what ReduceLROnPlateau counted is not forgotten.
        assert {k: float(v) for k, v in one.items()} == pytest.approx(
            {k: float(v) for k, v in other.items()}, abs=1e-5
        )
    for one, other in zip(weights, final(tmp_path / "results"), strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_a_training_that_is_done_is_not_done_again(script, capsys) -> None:
    stopping = SPEC.replace("patience: 50", "patience: 0, min_delta: 10")
    for _ in range(2):
        script(stopping).main()
    printed = capsys.readouterr().out
    assert "2 epochs are done, and there is nothing to go on with" in printed
    assert len(rows(Path("results/small/history.csv"))) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("units: 16", "units: 17"),
        ("activation: relu", "activation: tanh"),
        ("optimizer: adam", "optimizer: sgd"),
        ("metrics: [accuracy]", "metrics: [accuracy, sparse_categorical_accuracy]"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(one, other, script) -> None:
    script(SPEC.replace("epochs: 6", "epochs: 1")).main()
    with pytest.raises(SystemExit, match="was made with another model, optimizer or"):
        script(SPEC.replace(one, other)).main()


def test_a_checkpoint_of_an_earlier_version_is_told(script) -> None:
    short = SPEC.replace("epochs: 6", "epochs: 1")
    script(short).main()
    [saved] = Path("results/small/checkpoint").iterdir()
    (saved / "state.json").rename(saved / "state.pickle")
    told = "written by an earlier version's script, in a form that is no longer read"
    with pytest.raises(SystemExit, match=told):
        script(short).main()


def test_the_best_weights_are_kept_in_any_type(script) -> None:
    """NumPy's files forget what bfloat16 is, and float64 mustn't be rounded."""
    narrow = SPEC.replace("units: 16", "units: 16, dtype: bfloat16")
    narrow = narrow.replace("units: 10", "units: 10, dtype: float64")
    for epochs in (1, 2):
        module = script(narrow.replace("epochs: 6", f"epochs: {epochs}"))
        module.main()
    model = module.build_model()
    model.compile("adam", "mse")
    module.made_with = lambda model: taken["made_with"]
    [saved] = Path("results/small/checkpoint").iterdir()
    taken = json.loads((saved / "state.json").read_text())
    kept = module.Checkpoint(saved.parent, [])
    kept.restore(model)
    with np.load(saved / "best_weights_1.npz", allow_pickle=False) as arrays:
        bits = [array.tobytes() for array in arrays.values()]
    best = kept.memories[1]["best_weights"]
    assert [str(array.dtype) for array in best] == ["bfloat16"] * 2 + ["float64"] * 2
    assert [array.tobytes() for array in best] == bits
    model.set_weights(best)
    assert [array.tobytes() for array in model.get_weights()] == bits


def test_a_training_that_fails_keeps_the_results_before_it(script) -> None:
    short = SPEC.replace("resume: true", "").replace("epochs: 6", "epochs: 1")
    script(short).main()
    before = Path("results/small/model.keras").read_bytes()
    failing = short.replace("  callbacks:", "  callbacks:\n    - CSVLogger: no/log.csv")
    with pytest.raises(FileNotFoundError):
        script(failing).main()
    assert Path("results/small/model.keras").read_bytes() == before
    assert len(rows(Path("results/small/history.csv"))) == 1


def test_what_csvlogger_wrote_is_kept(script) -> None:
    logging = SPEC.replace("  callbacks:", "  callbacks:\n    - CSVLogger: log.csv")
    for epochs in (2, 4):
        script(logging.replace("epochs: 6", f"epochs: {epochs}")).main()
    assert [row["epoch"] for row in rows(Path("log.csv"))] == ["0", "1", "2", "3"]


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Path:
    """A folder with what two epochs have left."""
    folder: Path = tmp_path_factory.mktemp("begun")
    with pytest.MonkeyPatch.context() as patch:
        hasten(patch, folder)
        text = render(SPEC.replace("epochs: 6", "epochs: 2"))
        load_script(text, folder / "script.py").main()
    return folder


LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"


class Killed(BaseException):
    """What a test raises where a process might be killed."""


@pytest.mark.parametrize("moment", ["weights", "state", "rename", "rmtree", "history"])
def test_half_a_checkpoint_is_never_read(moment: str, begun, script) -> None:
    module = script()
    shutil.copytree(begun / "results", "results")

    def killed(*_args, **_kwargs):
        raise Killed

    def half(path: Path, *_args) -> None:
        with open(path, "wb") as file:
            file.write(b"half")
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        if moment == "weights":
            broken = lambda self, path: half(path)  # noqa: E731 - one of five
            patch.setattr(keras.Model, "save_weights", broken)
        elif moment == "state":
            patch.setattr(Path, "write_bytes", half)
        elif moment == "rename":
            patch.setattr(Path, "rename", killed)
        elif moment == "history":
            patch.setattr(module, "write_history", killed)
        else:
            rmtree = shutil.rmtree

            def half_removed(folder, **options):
                if Path(folder).name.startswith("epoch_"):
                    next(Path(folder).iterdir()).unlink()
                    raise Killed
                rmtree(folder, **options)

            patch.setattr(shutil, "rmtree", half_removed)
        with pytest.raises(Killed):
            module.main()
    script().main()
    found = rows(Path("results/small/history.csv"))
    assert [row["epoch"] for row in found] == [str(k) for k in range(1, 7)]
    assert len(list(Path("results/small/checkpoint").iterdir())) == 1


EPOCHS = 30 if LONG else 16


def test_kill_9_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    text = SPEC.replace("epochs: 6", f"epochs: {EPOCHS}")
    path.write_text(render(text), encoding="utf-8")
    environment = os.environ | {"MPLBACKEND": "agg"}
    results = tmp_path / "results" / "small"
    reached = 0
    for wait in (0.05, 0.6) if LONG else (0.3,):
        process = subprocess.Popen(
            [sys.executable, path],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 120
        while epochs_done(results) <= reached and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert epochs_done(results) > reached
        reached = epochs_done(results)
    assert reached < EPOCHS, "nothing was left to go on with"
    subprocess.run([sys.executable, path], cwd=tmp_path, env=environment, check=True)
    found = rows(results / "history.csv")
    assert [row["epoch"] for row in found] == [str(k) for k in range(1, EPOCHS + 1)]


def epochs_done(results: Path) -> int:
    names = [p.name for p in results.glob("checkpoint/epoch_*")]
    return max((int(name.split("_")[1]) for name in names), default=0)


def test_ctrl_c_keeps_what_was_reached(tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    text = SPEC.replace("epochs: 6", "epochs: 5000").replace("resume: true", "")
    path.write_text(render(text), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-u", path],
        cwd=tmp_path,
        env=os.environ | {"MPLBACKEND": "agg"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch 4/"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    said = (
        "Stopped. The model as it is now is in results/small/last.keras, that of the "
    )
    assert f"{said}best epoch in results/small/model.keras" in errors
    assert "Traceback" not in errors
    results = tmp_path / "results"
    assert len(rows(results / "small" / "history.csv")) >= 3
    assert len(final(results)) == 4
