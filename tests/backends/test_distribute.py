"""Processes and devices that share a training come to what one comes to alone.

Processes talk over loopback addresses only.
"""

import csv
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script

SAME = 1e-5
"""Weights may differ by so much: sums are taken in another order."""
SPEC = """
name: digits
input: [8, 8, 1]
layers:
  - Conv2D: {filters: 8, kernel_size: 3}
  - BatchNormalization
  - ReLU
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16, test_size: 0.2476, random_state: 777}
train:
  optimizer: {SGD: {learning_rate: 0.05, momentum: 0.9}}
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  batch_size: 48
  epochs: 3
  seed: 0
  shuffle: false
  distribute: data_parallel
"""


class Run:
    """One process of a training, with its output in files."""

    def __init__(
        self, folder: Path, process: int = 0, port: int = 0, devices: int = 2, **extra
    ) -> None:
        flags = f"--xla_force_host_platform_device_count={devices}"
        environment = {"KERAS_BACKEND": "jax", "XLA_FLAGS": flags, "MPLBACKEND": "agg"}
        if port:
            environment |= {
                "KERAS_DISTRIBUTION_JOB_ADDRESSES": f"127.0.0.1:{port}",
                "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
                "KERAS_DISTRIBUTION_PROCESS_ID": str(process),
            }
        self.results = folder / "results" / "digits"
        if process:
            self.results /= f"process_{process}"
        self.out, self.err = folder / f"out_{process}", folder / f"err_{process}"
        with self.out.open("w") as out, self.err.open("w") as err:
            self.started = subprocess.Popen(
                [sys.executable, folder / "script.py"],
                cwd=folder,
                env=os.environ | environment | extra,
                stdout=out,
                stderr=err,
            )

    def wait(self, timeout: float = 300) -> int:
        try:
            return self.started.wait(timeout)
        finally:
            self.started.kill()

    def child(self) -> int:
        pid = self.started.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def weights(self) -> list[np.ndarray]:
        return keras.models.load_model(self.results / "model.keras").get_weights()

    def epochs(self) -> int:
        names = [path.name for path in self.results.glob("checkpoint/epoch_*")]
        return max((int(name.removeprefix("epoch_")) for name in names), default=0)


def write_script(folder: Path, text: str = SPEC) -> Path:
    folder.mkdir(exist_ok=True)
    script = render_script(*api.loads(text)[:2], style="full")
    (folder / "script.py").write_text(script, encoding="utf-8")
    return folder


def pair(folder: Path) -> list[Run]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return [Run(folder, process, port) for process in (0, 1)]


def difference(one: Run, other: Run) -> float:
    pairs = zip(one.weights(), other.weights(), strict=True)
    return max(float(np.abs(a - b).max()) for a, b in pairs)


def test_two_processes_train_as_one(tmp_path: Path) -> None:
    runs = pair(write_script(tmp_path / "two"))
    assert [run.wait() for run in runs] == [0, 0], runs[0].err.read_text()
    alone = Run(write_script(tmp_path / "one"), devices=1)
    assert alone.wait() == 0, alone.err.read_text()
    assert difference(*runs) == 0
    assert difference(runs[0], alone) < SAME
    printed = runs[0].out.read_text()
    assert "jax trains on cpu:0, cpu:1, cpu:" in printed
    assert "test accuracy" in printed
    assert "test accuracy" not in runs[1].out.read_text()  # process 0 speaks for all


def test_devices_of_one_process_train_as_one(tmp_path: Path) -> None:
    four = Run(write_script(tmp_path / "four"), devices=4)
    one = Run(write_script(tmp_path / "one"), devices=1)
    assert [run.wait() for run in (four, one)] == [0, 0], four.err.read_text()
    assert difference(four, one) < SAME


def test_shuffled_processes_agree_on_uneven_data(tmp_path: Path) -> None:
    text = SPEC.replace("shuffle: false", "validation_split: 0.2")
    runs = pair(write_script(tmp_path, text))
    assert [run.wait() for run in runs] == [0, 0], runs[0].err.read_text()
    assert difference(*runs) == 0
    assert "Left out: 1 of 1081 samples" in runs[0].out.read_text()


def test_a_batch_that_devices_cannot_share_is_refused(tmp_path: Path) -> None:
    run = Run(write_script(tmp_path, SPEC.replace("48", "50")), devices=4)
    assert run.wait() == 1
    assert "BATCH_SIZE 50 isn't a multiple of 4 devices." in run.err.read_text()


def test_several_processes_need_jax(tmp_path: Path) -> None:
    run = Run(write_script(tmp_path), 1, 1, KERAS_BACKEND="torch")
    assert run.wait() == 1
    assert "not under MultiWorkerMirroredStrategy: set KERAS_BACKEND=jax" in (
        run.err.read_text()
    )


def test_devices_are_used_by_default_if_they_share_evenly(tmp_path: Path) -> None:
    # 1,437 samples to train on, and so many in a batch: three devices share them.
    text = SPEC.replace("  distribute: data_parallel\n", "").replace("48", "1437")
    text = text.replace("0.2476", "0.2")
    runs = [
        Run(write_script(tmp_path / str(devices), text), devices=devices)
        for devices in (3, 2, 1)
    ]
    assert [run.wait() for run in runs] == [0, 0, 0], runs[0].err.read_text()
    assert "jax trains on cpu:0, cpu:1, cpu:2\n" in runs[0].out.read_text()
    printed = runs[1].out.read_text()
    assert "jax trains on cpu:0\n" in printed
    assert "2 devices can't share 1437, 1437 samples evenly" in printed
    assert difference(runs[0], runs[2]) < SAME


@pytest.mark.parametrize("victim", [0, 1])
@pytest.mark.parametrize("part", ["supervisor", "training"])
def test_the_other_ends_and_both_go_on(tmp_path: Path, victim: int, part: str) -> None:
    folder = write_script(tmp_path, SPEC.replace("epochs: 3", "epochs: 900"))
    runs = pair(folder)
    deadline = time.monotonic() + 300
    while runs[0].epochs() < 4:
        assert time.monotonic() < deadline
        assert runs[0].started.poll() is None, runs[0].err.read_text()
        time.sleep(0.05)
    child = runs[victim].child()
    os.kill(runs[victim].started.pid if part == "supervisor" else child, signal.SIGKILL)
    start = time.monotonic()
    survivor = runs[1 - victim]
    assert survivor.wait(60) == 1
    assert time.monotonic() - start < 30
    assert runs[victim].wait(30) != 0
    said = survivor.err.read_text()
    assert "it failed, or lost another process" in said
    assert "they go on from the checkpoint of process 0" in said
    assert "epoch_0000" in said.strip().splitlines()[-1]
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists():  # a killed supervisor leaves no orphan
        assert time.monotonic() < deadline
        time.sleep(0.1)

    done = runs[0].epochs()
    assert done >= 4
    write_script(folder, SPEC.replace("epochs: 3", f"epochs: {done + 2}"))
    runs = pair(folder)
    assert [run.wait() for run in runs] == [0, 0], runs[0].err.read_text()
    assert f"Going on after epoch {done}" in runs[0].out.read_text()
    assert difference(*runs) == 0
    with (runs[0].results / "history.csv").open() as file:
        epochs = [row["epoch"] for row in csv.DictReader(file)]
    assert epochs == [str(k) for k in range(1, done + 3)]
