"""The same script on JAX and on PyTorch: fused steps, going on after a stop, Ctrl-C."""

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script

SPEC = """
name: small
input: [8, 8, 1]
layers:
  - RandomFlip: horizontal
  - Conv2D: {filters: 4, kernel_size: 3, use_bias: false}
  - BatchNormalization
  - ReLU
  - Flatten
  - Dropout: 0.2
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16, labels: one_hot, random_state: 1}
train:
  optimizer: {Adam: {clipnorm: 1.0}}
  loss: categorical_crossentropy
  metrics: [accuracy]
  batch_size: 50
  epochs: 4
  seed: 1
  validation_split: 0.1
  class_weight: {3: 2.0}
"""
FUSED = "  steps_per_execution: 7\n"
DRIVER = """
import runpy, sys
{patch}
runpy.run_path("script.py", run_name="__main__")
"""
ON_A_GPU = "import jax; jax.default_backend = lambda: 'gpu'"


def start(folder: Path, text: str, backend: str, patch: str = "") -> subprocess.Popen:
    folder.mkdir(exist_ok=True)
    script = render_script(*api.loads(text)[:2], style="full")
    (folder / "script.py").write_text(script, encoding="utf-8")
    (folder / "driver.py").write_text(DRIVER.format(patch=patch), encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-u", "driver.py"],
        cwd=folder,
        env=os.environ | {"KERAS_BACKEND": backend, "MPLBACKEND": "agg"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def train(folder: Path, text: str, backend: str, patch: str = "") -> str:
    process = start(folder, text, backend, patch)
    printed, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return printed


def history(folder: Path) -> dict[str, list[float]]:
    with (folder / "results" / "small" / "history.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def test_steps_in_one_go_are_the_same_steps(tmp_path: Path) -> None:
    train(tmp_path / "plain", SPEC, "jax")
    printed = train(tmp_path / "fused", SPEC + FUSED, "jax", ON_A_GPU)
    assert "4/4" in printed  # calls: 25 batches, 7 at a time
    plain, fused = history(tmp_path / "plain"), history(tmp_path / "fused")
    assert plain.keys() == fused.keys()
    for name, figures in plain.items():
        assert fused[name] == pytest.approx(figures, abs=2e-4), name


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_fused_steps_change_nothing_elsewhere(tmp_path: Path, backend: str) -> None:
    printed = train(tmp_path, SPEC + FUSED, backend)
    assert "25/25" in printed
    assert history(tmp_path)["accuracy"][-1] > 0.3


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_going_on_comes_to_the_same_as_going_through(tmp_path, backend) -> None:
    text = SPEC.replace("  - Dropout: 0.2\n", "").replace(
        "  - RandomFlip: horizontal\n", ""
    )
    text += "  resume: true\n  shuffle: false\n"
    train(tmp_path / "through", text, backend)
    for epochs in (1, 4):
        part = text.replace("epochs: 4", f"epochs: {epochs}")
        printed = train(tmp_path / "twice", part, backend)
    assert "Going on after epoch 1" in printed
    through, twice = history(tmp_path / "through"), history(tmp_path / "twice")
    for name, figures in through.items():
        assert twice[name] == pytest.approx(figures, abs=1e-4), name


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_ctrl_c_keeps_what_was_reached(tmp_path: Path, backend: str) -> None:
    process = start(tmp_path, SPEC.replace("epochs: 4", "epochs: 3000"), backend)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Epoch 4/"):
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Stopped. The model as it is now is in results/small/last.keras" in errors
    assert "that of the best epoch in results/small/model.keras" in errors
    assert "Traceback" not in errors, errors
    assert len(history(tmp_path)["epoch"]) >= 3
    check = "import keras, sys; list(map(keras.models.load_model, sys.argv[1:]))"
    files = [f"results/small/{name}.keras" for name in ("model", "last")]
    environment = os.environ | {"KERAS_BACKEND": backend}
    subprocess.run(
        [sys.executable, "-c", check, *files],
        cwd=tmp_path,
        env=environment,
        check=True,
    )


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_mixed_precision_and_an_ensemble(tmp_path: Path, backend: str) -> None:
    text = SPEC + "  mixed_precision: mixed_bfloat16\nensemble: {members: 2}\n"
    printed = train(tmp_path, text.replace("epochs: 4", "epochs: 2"), backend)
    assert "soft voting: test accuracy 0." in printed
    figures = json.loads((tmp_path / "results/small/metrics.json").read_text())
    assert np.isfinite(figures["vote"])
