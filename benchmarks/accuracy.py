"""Trains the tutorials on real data, and writes what they reach to RESULTS.md.

    python benchmarks/accuracy.py DATA [NAME ...] [--device "what it ran on"]

DATA is a folder with mnist.npz, cifar10_subset.npz, sign_mnist_train.csv and
sign_mnist_valid.csv. Each run is `cnnspec train`, in the folder DATA; a row of the
table is written anew when its run has ended. Exits with 1 if a bound is missed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
from results import section, write_section

ROOT = Path(__file__).parent.parent
TITLE = "Accuracy on real data"
ABOVE = """
Written by `benchmarks/accuracy.py`, which has each run's `--set`: scripts that `cnnspec
train` wrote and ran. Test accuracy; of sign_language, validation accuracy. CIFAR-10 is
its first 10,000 training and 5,000 test images, five epochs in batches of 32 each.

| run | changed | epochs | accuracy | bound | holds | took | on |
| --- | --- | --: | --: | --: | --- | --: | --- |
"""
FALLING = "CosineDecay from 0.001 to 0"
FUSED = "train.steps_per_execution=20"
MNIST = ["data.source=npz", "data.path=mnist.npz"]


def falling(epochs: int, steps: int = 960) -> list[str]:
    """So many epochs of so many steps, in which the learning rate falls to 0.

    A short training ends then where a long one would.
    """
    decay = f"{{initial_learning_rate: 0.001, decay_steps: {epochs * steps}}}"
    rate = f"{{CosineDecay: {decay}}}"
    adam = f"train.optimizer={{Adam: {{learning_rate: {rate}}}}}"
    return [f"train.epochs={epochs}", adam]


CIFAR = ["data.source=npz", "data.path=cifar10_subset.npz", "train.epochs=5"]


class Run(NamedTuple):
    """One training, and the accuracy that it has to reach."""

    spec: str
    changes: list[str]
    said: str = ""
    bound: float | None = None


RUNS = {
    "digits_cnn": Run("digits_cnn", [], bound=0.972),
    "mlp_ensemble": Run("mlp_ensemble", [*MNIST, *falling(50, 1_875)], FALLING, 0.980),
    "sign_language": Run("sign_language", ["train.epochs=4"], bound=0.94),
    "deep_cnn, 5 epochs": Run("deep_cnn", [*MNIST, *falling(5)], FALLING, 0.990),
    "nin, 5 epochs": Run("nin", [*MNIST, *falling(5)], FALLING, 0.989),
    "deep_cnn": Run("deep_cnn", [*MNIST, *falling(30), FUSED], FALLING, 0.9942),
    "nin": Run("nin", [*MNIST, *falling(30), FUSED], FALLING, 0.9914),
    "cifar10": Run("cifar10", CIFAR),
    "cifar10, batch normalisation": Run("cifar10_bn", CIFAR),
    "cifar10, global average pooling": Run("cifar10_gap", CIFAR),
    "cifar10, He initialisation": Run("cifar10_he", CIFAR),
    "cifar10, L2": Run("cifar10_l2", CIFAR),
    "cifar10, stride 2 for pooling": Run("cifar10_strides", CIFAR),
}
QUICK = [name for name in RUNS if name not in ("deep_cnn", "nin")]
"""Those that a machine without a GPU does in an hour or two."""


def train(run: Run, data: Path) -> tuple[float, int, float]:
    """The accuracy of one run, the epochs and the seconds that it took."""
    command = [
        sys.executable,
        "-m",
        "cnnspec",
        "train",
        f"{ROOT}/specs/{run.spec}.yaml",
    ]
    for change in run.changes:
        command += ["--set", change]
    start = time.monotonic()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=data, env=environment, check=True)
    seconds = time.monotonic() - start
    results = data / "results" / run.spec
    metrics = json.loads((results / "metrics.json").read_text())
    histories = [results / "history.csv", results / "member_1" / "history.csv"]
    history = next(path for path in histories if path.exists())
    epochs = len(history.read_text().splitlines()) - 1
    held_out = metrics.get("test") or metrics.get("validation") or {}
    return metrics.get("vote") or held_out["accuracy"], epochs, seconds


def row(name: str, reached: tuple[float, int, float], device: str) -> str:
    accuracy, epochs, seconds = reached
    run = RUNS[name]
    bound = "" if run.bound is None else f"≥ {run.bound}"
    holds = "" if run.bound is None else "yes" if accuracy >= run.bound else "**no**"
    return (
        f"| {name} | {run.said} | {epochs} | {accuracy:.4f} | {bound} | {holds} "
        f"| {seconds:.0f} s | {device} |"
    )


def write(name: str, text: str) -> None:
    """Puts a row into the table, which keeps those that it has of other runs."""
    lines = [line for line in section(TITLE).splitlines() if line.startswith("| ")]
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in lines}
    rows[name] = text
    ordered = [rows[known] for known in RUNS if known in rows]
    write_section(TITLE, "\n".join([ABOVE.strip(), *ordered]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", default=QUICK)
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    parser.add_argument("--device", default=cores)
    arguments = parser.parse_args()
    missed = False
    for name in arguments.names:
        reached = train(RUNS[name], arguments.data.resolve())
        text = row(name, reached, arguments.device)
        print(text)
        write(name, text)
        missed |= "**no**" in text
    sys.exit(missed)


if __name__ == "__main__":
    main()
