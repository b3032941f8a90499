"""What transfer learning does for few samples, with a base that is trained here.

    python benchmarks/transfer.py DATA

DATA is a folder with mnist.npz. The digits 0 to 4 teach the features; 200 images of 5
to 9 then teach a head, and fine-tune the features, beside the same model from nothing,
and beside a script that is written by hand. Each run is `cnnspec train`; RESULTS.md
gets the table.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from results import write_section

HERE = Path(__file__).parent
TITLE = "Transfer learning"
ABOVE = """
Written by `benchmarks/transfer.py` from the specs in `benchmarks/transfer/`: MNIST's
digits 5 to 9, 200 images to train on and 4,861 to test with; the features come from
10,000 images of 0 to 4. "By hand" is `benchmarks/transfer_by_hand.py`, same seed.

| run | epochs | accuracy | by hand | took |
| --- | --: | --: | --: | --: |
"""


def digits(data: Any, first: int, folder: Path, name: str, most: int | None) -> None:
    """Writes five digits as an npz file, numbered from 0."""
    found = {}
    for part, count in (("train", most), ("test", None)):
        labels = data[f"y_{part}"]
        kept = np.flatnonzero((labels >= first) & (labels < first + 5))[:count]
        found[f"x_{part}"] = data[f"x_{part}"][kept]
        found[f"y_{part}"] = labels[kept] - first
    np.savez(folder / f"{name}.npz", **found)


def train(name: str, folder: Path) -> tuple[dict[str, Any], float]:
    """The figures of a run, and the seconds that it took."""
    start = time.monotonic()
    command = [sys.executable, "-m", "cnnspec", "train", f"{name}.yaml"]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    subprocess.run(command, cwd=folder, env=environment, check=True)
    metrics = json.loads((folder / "results" / name / "metrics.json").read_text())
    return metrics, time.monotonic() - start


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for spec in (HERE / "transfer").glob("*.yaml"):
            shutil.copy(spec, folder)
        with np.load(Path(sys.argv[1]) / "mnist.npz") as data:
            digits(data, 0, folder, "low", 10_000)
            digits(data, 5, folder, "high", None)
        _, low_took = train("low", folder)
        high, high_took = train("high", folder)
        scratch, scratch_took = train("scratch", folder)
        command = [sys.executable, str(HERE / "transfer_by_hand.py"), str(folder)]
        printed = subprocess.run(command, check=True, capture_output=True, text=True)
        hand = json.loads(printed.stdout.splitlines()[-1])
    before, after = high["before_fine_tuning"]["accuracy"], high["test"]["accuracy"]
    nothing = scratch["test"]["accuracy"]
    took = f"{high_took:.0f} s, and {low_took:.0f} s for the features"
    rows = [
        f"| from nothing | 40 | {nothing:.4f} | | {scratch_took:.0f} s |",
        f"| frozen features | 20 | {before:.4f} | {hand['before']:.4f} | |",
        f"| then fine-tuned | 20 | {after:.4f} | {hand['after']:.4f} | {took} |",
    ]
    print("\n".join(rows))
    write_section(TITLE, "\n".join([ABOVE.strip(), *rows]))


if __name__ == "__main__":
    main()
