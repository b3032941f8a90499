"""Measures how long the report of a large study takes: benchmarks/RESULTS.md.

1,000 finished runs of 50 epochs, of 334 variants, are made up as the files that runs
leave. `cnnspec compare` reads them and prints their table, and with `-o` writes
report.md, report.html, both CSV files and the pictures; measured is the whole command.

    python benchmarks/reports.py [--rounds N]

Where others use the machine, `chrt -r 1` before it lets it go first. Exits with 1 if
the bound is missed.
"""

import os
import platform
import random
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from results import write_section

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.study.made import run, study  # noqa: E402 - by the path above

RUNS, VARIANTS, EPOCHS, BOUND = 1000, 333, 50, 2.0
TITLE = "Reports of studies"


def main() -> int:
    parser = ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with TemporaryDirectory() as folder:
        make(Path(folder) / "large")
        os.chdir(folder)
        rows = [
            (f"cnnspec compare large{more}", seconds(more.split(), rounds))
            for more in ("", " -o out")
        ]
    for what, took in rows:
        print(f"{what}: {took:.2f} s")
    write_section(TITLE, text(rows, rounds))
    return int(max(took for _, took in rows) > BOUND)


def make(folder: Path) -> None:
    """Writes what the runs have left."""
    draw = random.Random(16)
    names = ["base", *(f"vars.width={k},train.batch_size=8" for k in range(VARIANTS))]
    scores = {name: [draw.gauss(0.7, 0.02) for _ in range(3)] for name in names[:-1]}
    last = run(folder, names[-1], 0, 0.7, epochs=EPOCHS, asked=EPOCHS)
    study(folder, scores, places=[last], epochs=EPOCHS, asked=EPOCHS)
    assert len(list(folder.rglob("record.json"))) == RUNS


def seconds(more: list[str], rounds: int) -> float:
    """The median of what the command takes, by the clock on the wall."""
    command = [sys.executable, "-m", "cnnspec", "compare", "large", *more]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    found = []
    for _ in range(rounds):
        begun = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
        found.append(time.monotonic() - begun)
    return statistics.median(found)


def text(rows: list[tuple[str, float]], rounds: int) -> str:
    goes_first = getattr(os, "sched_getscheduler", lambda _: 0)(0) > 0
    first = ", with priority over others on the machine" * goes_first
    held = {True: "yes", False: "**no**"}
    lines = "\n".join(
        f"| `{what}` | {took:.2f} | {BOUND:g} | {held[took <= BOUND]} |"
        for what, took in rows
    )
    return f"""\
Written by `benchmarks/reports.py`: {RUNS:,} finished runs of {EPOCHS} epochs; the whole
command, the median of {rounds} by the clock on the wall{first}.

Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} \
{platform.machine()}.

| what | seconds | at most | holds |
| --- | --: | --: | --- |
{lines}
"""


if __name__ == "__main__":
    sys.exit(main())
