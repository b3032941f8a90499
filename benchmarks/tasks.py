"""Trains a small model for each task on real data, beside the same written by hand.

    python benchmarks/tasks.py DATA [NAME ...] [--folder FOLDER] [--device "what"]

DATA is a folder with mnist.npz; the data of a task are made of it, or come with
scikit-learn. Each run is `cnnspec train`; `tasks_by_hand.py` has the same model and
training in plain Keras. Writes a table to RESULTS.md, and exits with 1 where the two
differ by more than noise.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import tasks_by_hand
import tasks_data
from results import section, write_section

ROOT = Path(__file__).parent.parent
SPECS = Path(__file__).parent / "tasks"
TITLE = "Tasks on real data"
ABOVE = """
Written by `benchmarks/tasks.py`: the specs of `benchmarks/tasks/` by `cnnspec train`,
beside the same models and trainings in plain Keras, from one seed. Each figure is of
what is held out. The data are 4,000 images of MNIST and 1,000 to test, or a table of
scikit-learn's.

| task | figure | cnnspec | by hand | epochs | took | on |
| --- | --- | --: | --: | --: | --: | --- |
"""


class Task(NamedTuple):
    """One training."""

    spec: str
    figure: str
    """The key of its score."""
    said: str
    """What that is."""
    within: float
    """How far the two may be apart."""


TASKS = {
    "a class for each pixel": Task("segmentation", "mean_io_u", "mean IoU", 0.03),
    "an image for itself": Task("autoencoder", "loss", "squared error", 0.001),
    "an image for an image": Task("denoising", "loss", "squared error", 0.001),
    "several labels": Task("multi_label", "f1_score", "F1, macro", 0.03),
    "a class for each step": Task("reading", "accuracy", "accuracy of columns", 0.02),
    "a vector of numbers": Task("place", "r2_score", "R²", 0.02),
    "two outputs: class": Task("tilted", "digit_accuracy", "accuracy", 0.02),
    "two outputs: angle": Task("tilted", "tilt_mae", "error in degrees", 0.5),
    "a number from a table": Task("diabetes", "r2_score", "R²", 0.03),
    "two classes from a table": Task("cancer", "accuracy", "accuracy", 0.02),
    "classes from a table": Task("wine", "accuracy", "accuracy", 0.03),
    "images from a folder": Task("folder", "accuracy", "accuracy", 0.03),
}


def train(spec: str, folder: Path) -> tuple[dict[str, float], int, float]:
    """What a spec's training reaches, its epochs, and the seconds that it took."""
    command = [sys.executable, "-m", "cnnspec", "train", f"{SPECS / spec}.yaml"]
    start = time.monotonic()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run(
        [*command, "--force"],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - start
    metrics = json.loads((folder / "results" / spec / "metrics.json").read_text())
    scores = metrics.get("test") or metrics["validation"]
    return scores, metrics["epochs"], seconds


def by_hand(spec: str, folder: Path) -> dict[str, float]:
    """What the same in plain Keras reaches."""
    command = [sys.executable, tasks_by_hand.__file__, spec]
    out = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True
    ).stdout
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def write(name: str, text: str) -> None:
    """Puts a row into the table, which keeps those that it has of other tasks."""
    lines = [line for line in section(TITLE).splitlines() if line.startswith("| ")]
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in lines}
    rows[name] = text
    ordered = [rows[known] for known in TASKS if known in rows]
    write_section(TITLE, "\n".join([ABOVE.strip(), *ordered]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", default=list(TASKS))
    parser.add_argument("--folder", type=Path)
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    parser.add_argument("--device", default=cores)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp())
    tasks_data.make(arguments.data / "mnist.npz", folder)
    done: dict[str, tuple[dict[str, float], int, float, dict[str, float]]] = {}
    apart = False
    for name in arguments.names:
        spec, figure, said, within = TASKS[name]
        if spec not in done:
            done[spec] = (*train(spec, folder), by_hand(spec, folder))
        scores, epochs, seconds, hand = done[spec]
        ours, theirs = scores[figure], hand[figure]
        apart |= abs(ours - theirs) > within
        text = (
            f"| {name} | {said} | {ours:.4f} | {theirs:.4f} | {epochs} "
            f"| {seconds:.0f} s | {arguments.device} |"
        )
        print(text, flush=True)
        write(name, text)
    sys.exit(apart)


if __name__ == "__main__":
    main()
