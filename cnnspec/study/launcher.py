"""Runs the script of one run of a study to its end, and puts its record in its place.

Run as a file, in a process of its own: `launcher.py watched FOLDER`. One that is
`watched`, and not `alone`, is the first of its group, and ends with all of it when its
input does: whoever writes that has gone. Why a run failed is printed, in a line.
"""

import os
import signal
import subprocess
import sys
import threading
from time import monotonic
from types import FrameType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cnnspec.study.records import Task

_asked: list[int] = []
"""The signals that have asked for an end."""


def main(kind: str, folder: str) -> int:
    """Runs a script to its end; 0 if the run has a record then."""
    # That of the package, which may be known to nobody but whoever has started this.
    sys.path.insert(0, os.path.abspath(f"{__file__}/../../.."))
    from cnnspec.study.records import FAILURE, remove, task_of

    task = task_of(folder)
    if task is None:
        return _say(f"'{folder}' isn't the folder of a run")
    begun = monotonic()
    try:
        process = _started(folder, task)
    except OSError as error:
        return _fail(folder, task, 0, f"it can't be started: {_why(error)}")
    remove(f"{folder}/{FAILURE}")
    if kind == "watched":
        threading.Thread(target=_end_with_input, daemon=True).start()
    status = process.wait()
    if status and _asked:
        return 128 + _asked[0]
    return _settle(folder, task, monotonic() - begun, status)


def _started(folder: str, task: "Task") -> subprocess.Popen[bytes]:
    """The process of a script, which keeps the lock of its folder while it lives.

    Raises:
        OSError: it can't be started.
    """
    from cnnspec.ground.locks import hold_with_children
    from cnnspec.ground.processes import ending_with_parent, launched
    from cnnspec.study.records import LOCK, LOG

    lock = hold_with_children(f"{folder}/{LOCK}")
    script, ask = f"{folder}/{task.script}", ending_with_parent()
    with open(f"{folder}/{LOG}", "ab") as log:
        process = subprocess.Popen(
            [sys.executable, script] if ask else launched("watched", script),
            stdin=subprocess.DEVNULL if ask else subprocess.PIPE,
            stdout=log,
            stderr=log,
            preexec_fn=ask,  # noqa: PLW1509 - no thread is there yet
            pass_fds=() if lock is None else (lock,),
        )

    def hand_on(number: int, _: FrameType | None) -> None:
        _asked.append(number)
        process.terminate()

    signal.signal(signal.SIGTERM, hand_on)
    return process


def _end_with_input() -> None:
    os.read(0, 1)
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _settle(folder: str, task: "Task", seconds: float, status: int) -> int:
    """Puts what came of a script that has ended into its folder."""
    from cnnspec.study.failures import reason
    from cnnspec.study.records import LOG, RECORD, has_scores, outcome, write

    if status:
        return _fail(folder, task, seconds, reason(f"{folder}/{LOG}", status))
    if not has_scores(folder):
        return _fail(folder, task, seconds, "it ended well, but left no scores")
    try:
        write(folder, RECORD, outcome(folder, task, seconds))
    except OSError as error:
        text = f"its record can't be written: {_why(error)}"
        return _fail(folder, task, seconds, text)
    return 0


def _fail(folder: str, task: "Task", seconds: float, reason: str) -> int:
    from cnnspec.study.records import FAILURE, outcome, write

    try:
        write(folder, FAILURE, outcome(folder, task, seconds, reason))
    except OSError:
        return _say(reason)
    return _say(reason)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _say(reason: str) -> int:
    print(reason, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
