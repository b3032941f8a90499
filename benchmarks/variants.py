"""Measures how long a check of 10,000 variants takes: benchmarks/RESULTS.md.

1,000 widths and 10 batch sizes of specs/lab.yaml, as a grid; measured is the whole
`cnnspec check` of that study, in which every variant has a model of its own checked.

    python benchmarks/variants.py

Where others use the machine, `chrt -r 1` before it lets it go first. Exits with 1 if
the bound is missed.
"""

import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from results import write_section

ROOT = Path(__file__).parent.parent
SEEDS, BOUND = 3, 60
STUDY = f"""
study: 10,000 variants
base: lab.yaml
seeds: {SEEDS}
grid:
  vars.width: {list(range(1, 1001))}
  train.batch_size: {list(range(8, 88, 8))}
"""


def main() -> int:
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("lab.yaml").write_bytes((ROOT / "specs/lab.yaml").read_bytes())
        Path("wide.yaml").write_text(STUDY)
        begun = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "cnnspec", "check", "wide.yaml"],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        )
        taken = time.monotonic() - begun
    assert "10,000 variants from 3 seeds: 30,000 runs" in done.stdout, done.stdout
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{taken:.1f} s, {memory:.0f} MiB")
    write_section("Checks of studies", text(taken, memory))
    return int(taken > BOUND)


def text(taken: float, memory: float) -> str:
    goes_first = getattr(os, "sched_getscheduler", lambda _: 0)(0) > 0
    first = ", with priority over others on the machine" * goes_first
    return f"""\
Written by `benchmarks/variants.py`: the whole command, by the clock on the wall{first}.

Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} \
{platform.machine()}.

| what | seconds | peak memory | bound | holds |
| --- | --: | --: | --- | --- |
| `cnnspec check` of a study of 10,000 variants | {taken:.1f} | {memory:.0f} MiB \
| ≤ {BOUND} s | {"yes" if taken <= BOUND else "**no**"} |
"""


if __name__ == "__main__":
    sys.exit(main())
