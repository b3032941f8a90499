"""Trains the tutorials' scripts for two epochs on TensorFlow, JAX and PyTorch.

    python benchmarks/backends.py --python tensorflow=PYTHON --python jax=PYTHON …
                                  [--data DATA] [NAME ...]

Every backend runs the same script in the Python that is named for it, from the same
weights, with the samples in the same order: 3,000 to train on, 1,000 to test with.
Where nothing is dropped at random, the losses differ by rounding alone; a dropout layer
draws other numbers on each backend. DATA is the folder that benchmarks/accuracy.py
takes; without it, the samples are made up. Writes a table to RESULTS.md, and exits with
1 if losses differ by more than the tolerance.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from results import write_section

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script

ROOT = Path(__file__).parent.parent
TITLE = "Backends"
SAMPLES, TESTS, EPOCHS = 3_000, 1_000, 2
TOLERANCE, WITH_DROPOUT = 0.02, 0.10
"""By which part the largest of the losses may lie above the smallest."""
NPZ = ["data.source=npz", "data.path=samples.npz"]
SETTINGS = [f"train.epochs={EPOCHS}", "train.shuffle=false"]
SPECS = {
    "digits_cnn": [],
    "mlp_ensemble": [*NPZ, "ensemble.members=2"],
    "deep_cnn": NPZ,
    "nin": NPZ,
    "sign_language": [],
    "cifar10": NPZ,
}
DRIVER = """
import importlib.util, pathlib, sys
import keras
path, weights = sys.argv[1:]
spec = importlib.util.spec_from_file_location("script", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
build = module.build_model

def build_model():
    model = build()
    if pathlib.Path(weights).exists():
        model.load_weights(weights)
    else:
        model.save_weights(weights)
    return model

module.build_model = build_model
module.main()
"""


def write_samples(name: str, folder: Path, data: Path | None) -> None:
    """Puts what a script reads into the folder where it runs."""
    if name == "sign_language":
        for part, count in (("train", SAMPLES), ("valid", TESTS)):
            write_rows(folder / f"sign_mnist_{part}.csv", data, count)
    elif name != "digits_cnn":
        file = "cifar10_subset.npz" if name == "cifar10" else "mnist.npz"
        shape = (32, 32, 3) if name == "cifar10" else (28, 28)
        arrays = made_up(shape)
        if data is not None:
            with np.load(data / file) as whole:
                arrays = {
                    key: whole[key][: SAMPLES if "train" in key else TESTS]
                    for key in whole
                }
        np.savez(folder / "samples.npz", **arrays)


def write_rows(path: Path, data: Path | None, count: int) -> None:
    if data is not None:
        with (data / path.name).open() as file:
            path.write_text("".join(islice(file, count + 1)))
        return
    images, labels = draw((784,), count, 24)
    rows = np.column_stack([labels, images])
    header = ",".join(["label", *(f"pixel{k + 1}" for k in range(784))])
    np.savetxt(path, rows, fmt="%d", delimiter=",", header=header, comments="")


def made_up(shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    x_train, y_train = draw(shape, SAMPLES, 10)
    x_test, y_test = draw(shape, TESTS, 10)
    return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}


def draw(shape: tuple[int, ...], count: int, classes: int) -> tuple[np.ndarray, ...]:
    """Noise over a pattern that each class has."""
    patterns = np.random.default_rng(0).integers(0, 128, (classes, *shape))
    rng = np.random.default_rng(count)
    labels = np.arange(count) % classes
    return (patterns[labels] + rng.integers(0, 128, (count, *shape))).astype(
        "uint8"
    ), labels


def train(name: str, pythons: dict[str, str], data: Path | None) -> Iterator[float]:
    """The last epoch's loss on each backend."""
    checked = api.load(ROOT / "specs" / f"{name}.yaml", [*SPECS[name], *SETTINGS])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_samples(name, folder, data)
        (folder / "script.py").write_text(
            render_script(*checked, style="full"), encoding="utf-8"
        )
        (folder / "driver.py").write_text(DRIVER, encoding="utf-8")
        for backend, python in pythons.items():
            settings = {"KERAS_BACKEND": backend, "MPLBACKEND": "agg"}
            command = [python, "driver.py", "script.py", "initial.weights.h5"]
            log = folder / "log"
            with log.open("w") as file:
                status = subprocess.call(
                    command,
                    cwd=folder,
                    env=os.environ | settings,
                    stdout=file,
                    stderr=file,
                )
            if status:
                sys.exit(f"{name} failed on {backend}:\n{log.read_text()[-3000:]}")
            results = folder / "results" / name
            histories = (results / "history.csv", results / "member_1" / "history.csv")
            with next(path for path in histories if path.exists()).open() as file:
                yield float(list(csv.DictReader(file))[-1]["loss"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=list(SPECS))
    parser.add_argument("--data", type=Path)
    parser.add_argument("--python", action="append", required=True, metavar="NAME=FILE")
    arguments = parser.parse_args()
    pythons = dict(pair.split("=", 1) for pair in arguments.python)
    pythons = {name: os.path.abspath(python) for name, python in pythons.items()}
    lines = [
        "Written by `make backends`: the loss in the second of two epochs, from the",
        f"same weights, with {SAMPLES:,} samples in the same order, on this CPU. The",
        "spread is by which part the largest lies above the smallest; a dropout layer",
        "draws other numbers on each backend, so that more of it is allowed there.",
        "",
        f"| tutorial | {' | '.join(pythons)} | spread | bound | holds |",
        f"| --- |{' --: |' * (len(pythons) + 2)} --- |",
    ]
    missed = False
    for name in arguments.names:
        losses = list(train(name, pythons, arguments.data))
        drops = "Dropout" in (ROOT / "specs" / f"{name}.yaml").read_text("utf-8")
        bound = WITH_DROPOUT if drops else TOLERANCE
        spread = max(losses) / min(losses) - 1
        missed |= not spread <= bound
        figures = " | ".join(f"{loss:.4f}" for loss in losses)
        held = "yes" if spread <= bound else "**no**"
        lines.append(f"| {name} | {figures} | {spread:.2%} | ≤ {bound:.0%} | {held} |")
        print(lines[-1], flush=True)
    if arguments.names == list(SPECS):
        write_section(TITLE, "\n".join(lines))
    sys.exit(missed)


if __name__ == "__main__":
    main()
