"""`train.log`: what TensorBoard and MLflow are told, as their own readers see it."""

import json
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.keras_script.telling import needed_packages
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.test_script import load_script, ruff

SPEC = """
name: told
input: [8, 8, 1]
layers: [Flatten, {Dense: {units: 10, activation: softmax}}]
data: {source: digits, scale: 16}
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 3
  seed: 1
  validation_split: 0.2
  log: LOG
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    save_no_pictures(monkeypatch)


def train(text: str, log: str) -> Path:
    code = render_script(*api.loads(text.replace("LOG", log))[:2], style="full")
    load_script(code, Path("script.py")).main()
    ruff("check", "--isolated", "--extend-select", "E501", "script.py")
    ruff("format", "--isolated", "--check", "script.py")
    return Path("results/told")


class MLflow:
    """A stand-in that keeps what it is told."""

    def __init__(self) -> None:
        self.run: str | None = None
        self.told: list[tuple] = []

    def __getattr__(self, name: str):
        assert name in (
            *("set_tracking_uri", "create_experiment", "set_experiment"),
            *("log_params", "log_metrics", "log_artifact"),
        )
        return lambda *given, **named: self.told.append((name, *given, named))

    def get_experiment_by_name(self, _name: str) -> None:
        return None

    def active_run(self) -> str | None:
        return self.run

    def start_run(self, run_id: str | None = None) -> SimpleNamespace:
        assert self.run is None
        self.run = run_id or "first"
        self.told.append(("start_run", run_id))
        return SimpleNamespace(info=SimpleNamespace(run_id=self.run))

    def end_run(self, status: str = "FINISHED") -> None:
        self.told.append(("end_run", status))
        self.run = None

    def all(self, name: str) -> list[tuple]:
        return [rest for told, *rest in self.told if told == name]


def test_mlflow_is_told_and_a_run_goes_on(monkeypatch) -> None:
    mlflow = MLflow()
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    text = SPEC + "  resume: true\n"
    train(text.replace("epochs: 3", "epochs: 1"), "mlflow")
    found = train(text, "[mlflow]")
    assert mlflow.all("start_run") == [[None], ["first"]]
    assert mlflow.all("end_run") == [["FINISHED"]] * 2
    [[params, _]] = mlflow.all("log_params")
    assert (params["parameters"], params["seed"]) == (650, 1)
    assert params["optimizer_learning_rate"] == pytest.approx(0.001)
    figures = [
        (named["step"], {*told})
        for told, named in mlflow.all("log_metrics")
        if "step" in named
    ]
    names = {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert figures == [(1, names), (2, names), (3, names)]
    scores = json.loads((found / "metrics.json").read_text())["test"]
    assert mlflow.all("log_metrics")[-1][0] == pytest.approx(
        {f"test_{name}": score for name, score in scores.items()}
    )
    files = [path.name for path, _ in mlflow.all("log_artifact")[-3:]]
    assert files == ["model.keras", "metrics.json", "history.csv"]


def test_a_training_that_is_stopped_says_so(monkeypatch) -> None:
    mlflow = MLflow()
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    asked = keras.callbacks.Callback.on_epoch_begin

    def stop(self, epoch, logs=None):
        if epoch == 1:
            signal.raise_signal(signal.SIGINT)
        return asked(self, epoch, logs)

    monkeypatch.setattr(keras.callbacks.Callback, "on_epoch_begin", stop)
    with pytest.raises(SystemExit, match="Stopped"):
        train(SPEC, "mlflow")
    assert mlflow.all("end_run") == [["KILLED"]]
    assert len(mlflow.all("log_metrics")) == 1


def test_tensorboard_reads_the_course(monkeypatch) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = train(SPEC, "tensorboard") / "tensorboard"
    for part in ("train", "validation"):
        events = EventAccumulator(str(found / part))
        events.Reload()
        steps = events.Tensors("epoch_loss")
        assert [one.step for one in steps] == [0, 1, 2]


def test_what_is_needed_is_told_and_a_lesson_leaves_it_out() -> None:
    program, summary, *_ = api.loads(SPEC.replace("LOG", "[tensorboard, mlflow]"))
    needed = needed_packages(program, "jax", None)
    assert {"tensorboard", "tensorflow", "mlflow"} <= {*needed}
    lesson = render_script(program, summary)
    assert "A lesson has no room for log, which the spec asks for" in lesson
    assert "mlflow" not in lesson
    assert "pip install tensorflow matplotlib scikit-learn\n" in lesson


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("wandb", "train.log must be 'tensorboard' or 'mlflow', or a list of both"),
        ("[TensorBoard]", "did you mean 'tensorboard'?"),
        ("[mlflow, mlflow]", "train.log names 'mlflow' twice; name each once"),
        ("tensorboard\n  metrics: [F1Score]", "takes figures of one number"),
    ],
)
def test_what_is_wrong_with_it_is_told(log: str, said: str) -> None:
    text = SPEC.replace(
        "  metrics: [accuracy]\n", "" if "F1" in log else "  batch_size: 8\n"
    )
    found = api.check(text.replace("LOG", log)).diagnostics
    assert any(said in str(one) for one in found), found
