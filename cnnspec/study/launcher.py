"""Runs the script of one run of a study to its end, and puts its record in its place.

Run as a file, in a process of its own: `launcher.py watched FOLDER SCRIPT`. Why a run
failed is printed, in a line.

One that is `watched`, and not `alone`, is the first of its group. It waits until its
input tells it to start the script, and with what in its environment, `NAME=VALUE` each,
joined by nulls. It ends with all of its group when its input does, since whoever writes
that has gone then.
"""

import os
import sys
from importlib import import_module
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

    from cnnspec.ground.processes import Process
    from cnnspec.study.records import Task

_asked: list[int] = []
"""The signals that have asked for an end."""


def main(kind: str, folder: str, script: str) -> int:
    """Runs a script to its end; 0 if the run has a record then."""
    # That of the package, which may be known to nobody but whoever has started this.
    sys.path.insert(0, os.path.abspath(f"{__file__}/../../.."))
    # While it waits, and not when others wait for it.
    import_module("ctypes")
    from cnnspec.study.failures import reason
    from cnnspec.study.files import LOG
    from cnnspec.study.records import FAILURE, remove, task_of

    task = task_of(folder)
    if task is None:
        return _say(f"'{folder}' isn't the folder of a run")
    if kind == "watched" and not _is_told():
        return 1
    begun, log = monotonic(), f"{folder}/{LOG}"
    said = os.path.getsize(log) if os.path.exists(log) else 0
    try:
        process = _started(folder, script)
    except OSError as error:
        return _fail(folder, task, 0, f"it can't be started: {_why(error)}")
    remove(f"{folder}/{FAILURE}")
    _listen(process, watched=kind == "watched")
    status = process.wait()
    if status and _asked:
        return 128 + _asked[0]
    why = reason(log, status, said) if status else ""
    return _settle(folder, task, monotonic() - begun, why)


def _is_told() -> bool:
    """Waits for the input to say that the script is to be started, and in what."""
    told = b""
    while not told.endswith(b"\n"):
        if not (more := os.read(0, 1 << 16)):
            return False
        told += more
    for variable in filter(None, told[:-1].decode().split("\0")):
        name, _, value = variable.partition("=")
        os.environ[name] = value
    return True


def _started(folder: str, script: str) -> "Process":
    """The process of a script, which keeps the lock of its folder while it lives.

    Raises:
        OSError: it can't be started.
    """
    from cnnspec.ground.locks import hold_with_children
    from cnnspec.ground.processes import start_script
    from cnnspec.study.files import LOCK, LOG

    lock = hold_with_children(f"{folder}/{LOCK}")
    return start_script(f"{folder}/{script}", f"{folder}/{LOG}", lock)


def _listen(process: "Process", *, watched: bool) -> None:
    """Lets the end of the input, and whoever asks for one, end the script."""
    import signal
    from _thread import start_new_thread

    def hand_on(number: int, _: "FrameType | None") -> None:
        _asked.append(number)
        process.terminate()

    def end_with_input() -> None:
        os.read(0, 1)
        if sys.platform != "win32":
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    signal.signal(signal.SIGTERM, hand_on)
    if watched:
        start_new_thread(end_with_input, ())


def _settle(folder: str, task: "Task", seconds: float, why: str) -> int:
    """Puts what came of a script that has ended into its folder.

    Args:
        folder: of the run.
        task: what it was to do.
        seconds: that the script took.
        why: it failed; nothing if it didn't.
    """
    from cnnspec.study.records import RECORD, has_scores, outcome, write

    if why:
        return _fail(folder, task, seconds, why)
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
    # At once: what Python does in the end takes as long as all of the above.
    os._exit(main(*sys.argv[1:]))
