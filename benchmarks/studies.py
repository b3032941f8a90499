"""Measures what a study adds to its trainings, and writes it to benchmarks/RESULTS.md.

40 stand-ins of one second each, which sleep, are run as a study, and by a loop of the
shell: the same scripts, started by xargs. What the study takes is the whole command:
checking, writing the scripts, starting them, its records, the report.

    python benchmarks/studies.py [--jobs N] [--rounds N]

Where others use the machine, `chrt -r 1` before it lets both sides go first. Exits with
1 if the bound is missed.
"""

import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory

from results import write_section

ROOT = Path(__file__).parent.parent
SCRIPTS, BOUND = 40, 1.05
SPEC = """
input: [8, 8, 1]
layers: [Flatten, {Dense: {units: 10, activation: softmax}}]
data: {source: digits, scale: 16}
train: {loss: sparse_categorical_crossentropy, metrics: [accuracy], epochs: 3}
"""
SCRIPT = """
import json
import time
from pathlib import Path

RESULTS = Path({{ script.results | python }})

if __name__ == "__main__":
    time.sleep(1)
    scores = {"loss": 1 / {{ train.batch_size }}, "accuracy": 0.9}
    (RESULTS / "metrics.json").write_text(json.dumps({"test": scores}))
"""
TITLE = "Studies"


def main() -> int:
    parser = ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("small.yaml").write_text(SPEC)
        Path("own/full").mkdir(parents=True)
        Path("own/full/script.py.j2").write_text(SCRIPT)
        # Each in turn, so that what else the machine does meets both.
        pairs = [(study(asked.jobs), loop(asked.jobs)) for _ in range(asked.rounds)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"study {ours:.2f} s, xargs {theirs:.2f} s: {ours / theirs:.3f}")
    write_section(TITLE, text(ours, theirs, asked.jobs, asked.rounds))
    return int(ours / theirs > BOUND)


def study(jobs: int) -> float:
    """Seconds that the study takes."""
    shutil.rmtree("results", ignore_errors=True)
    varied = f"train.batch_size={','.join(map(str, range(1, SCRIPTS // 4 + 1)))}"
    command = [sys.executable, "-m", "cnnspec", "study", "small.yaml", "--vary", varied]
    command += ["--seeds", "4", "--jobs", str(jobs), "--templates", "own"]
    return seconds(command, env=os.environ | {"PYTHONPATH": str(ROOT)})


def loop(jobs: int) -> float:
    """Seconds that its scripts take, started by the shell."""
    scripts = sorted(map(str, Path("results").rglob("small.py")))
    assert len(scripts) == SCRIPTS
    command = ["xargs", "-P", str(jobs), "-n", "1", sys.executable]
    return seconds(command, input="\n".join(scripts), text=True)


def seconds(command: list[str], **given: object) -> float:
    begun = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **given)
    return time.monotonic() - begun


def text(ours: float, theirs: float, jobs: int, rounds: int) -> str:
    held = "yes" if ours / theirs <= BOUND else "**no**"
    goes_first = getattr(os, "sched_getscheduler", lambda _: 0)(0) > 0
    first = ", both with priority over others on the machine" * goes_first
    what = f"`cnnspec study --jobs {jobs}` of {SCRIPTS} stand-ins of a second each"
    return f"""\
Written by `benchmarks/studies.py`: the whole command, beside the same scripts started
by `xargs -P {jobs}`; medians of the clock on the wall in {rounds} rounds, in
turn{first}.

Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} \
{platform.machine()}.

| what | seconds | by xargs | ratio | bound | holds |
| --- | --: | --: | --: | --- | --- |
| {what} | {ours:.2f} | {theirs:.2f} | {ours / theirs:.3f}× | ≤ {BOUND:g}× | {held} |
"""


if __name__ == "__main__":
    sys.exit(main())
