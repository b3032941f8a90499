"""Studies whose scripts are stand-ins, which train nothing and need no Keras."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
SPEC = """
name: small
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 3
  seed: 1
  validation_split: 0.2
"""
SCRIPT = """
import json
import os
import time
from pathlib import Path

RESULTS = Path({{ script.results | python }})
SEED, BATCH_SIZE, EPOCHS = {{ train.seed }}, {{ train.batch_size }}, {{ train.epochs }}


def note(what):
    with open("notes.txt", "a") as file:
        file.write(f"{what} {RESULTS.parent.name}/{RESULTS.name}\\n")


if __name__ == "__main__":
    note(f"start {os.getpid()}")
    history = "epoch,loss,val_accuracy\\n"
    for epoch in range(1, EPOCHS + 1):
        time.sleep(float(os.environ.get(f"EPOCH_{BATCH_SIZE}", "0.02")))
        history += f"{epoch},{1 / epoch},{BATCH_SIZE / 100 + epoch / 1000}\\n"
        unfinished = RESULTS / "history.unfinished"
        unfinished.write_text(history)
        unfinished.replace(RESULTS / "history.csv")
    WHAT
    scores = {"loss": 1 / BATCH_SIZE, "accuracy": BATCH_SIZE / 100}
    (RESULTS / "metrics.json").write_text(json.dumps({"test": scores}))
    note("end")
"""


def write(what: str = "pass") -> None:
    """Writes the spec, and the template of its scripts, into this folder.

    Args:
        what: a line of code that a script runs before it leaves its scores.
    """
    Path("small.yaml").write_text(SPEC, encoding="utf-8")
    Path("own/full").mkdir(parents=True, exist_ok=True)
    Path("own/full/script.py.j2").write_text(SCRIPT.replace("WHAT", what))


def start(
    *arguments: str, spec: str = "small.yaml", own: bool = True, **environment: str
) -> subprocess.Popen[str]:
    """Starts the study, as from a shell: Ctrl-C reaches the whole group.

    Args:
        arguments: of its command line.
        spec: what is studied.
        own: whether its scripts are stand-ins.
        environment: variables.
    """
    templates = ["--templates", "own"] if own else []
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "cnnspec",
            "study",
            spec,
            *templates,
            *arguments,
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """The status of a study, what it printed, and what it said to standard error."""
    printed, errors = process.communicate(timeout=120)
    return process.returncode, printed, errors


def notes(what: str) -> Counter[str]:
    """How often each run has noted something, as `he/seed_0`."""
    try:
        lines = Path("notes.txt").read_text().splitlines()
    except FileNotFoundError:
        return Counter()
    return Counter(line.split()[-1] for line in lines if line.startswith(what))


def there() -> list[int]:
    """The processes that were started in this folder and are no zombies."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            at_home = os.readlink(process / "cwd") == os.getcwd()
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:  # it has ended meanwhile, or is somebody else's
            continue
        if at_home and state != "Z" and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def wait_for(condition, seconds: float = 60) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def of_kind(kind: str) -> list[int]:
    """The processes of this folder that are `launcher`s, or `training`s."""
    mark = {"launcher": "study/launcher.py", "training": "/small.py"}[kind]
    found = []
    for number in there():
        try:
            words = Path(f"/proc/{number}/cmdline").read_text().split("\0")
        except OSError:
            continue
        if any(word.endswith(mark) for word in words):
            found.append(number)
    return found


def kill(number: int) -> None:
    """Ends a process, if it is still there."""
    try:
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        return
