"""Scripts in processes of their own, which end when whoever started them does."""

import os
import sys
from collections.abc import Callable, Sequence


def launched(kind: str, *command: str) -> list[str]:
    """The command line of a script that Ctrl-C ends in a line."""
    return [sys.executable, f"{os.path.dirname(__file__)}/launch.py", kind, *command]


def environment(homes: Sequence[str] = ()) -> dict[str, str]:
    """What the script of a training finds in its environment.

    Args:
        homes: folders in which it finds modules as well.
    """
    # Plots go to files, and TensorFlow's own log would hide what is asked for.
    quiet = {"MPLBACKEND": "agg", "TF_CPP_MIN_LOG_LEVEL": "2"}
    found = {**quiet, **os.environ}
    if homes:
        known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        paths = filter(None, dict.fromkeys([*known, *homes]))
        found["PYTHONPATH"] = os.pathsep.join(paths)
    return found


def ending_with_parent() -> Callable[[], None] | None:
    """What a new process has to call so that the system ends it with its parent.

    None where the system, other than Linux, doesn't do that (prctl(2),
    PR_SET_PDEATHSIG).
    """
    if sys.platform != "linux":
        return None
    import ctypes
    import signal

    tell, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        tell(1, int(signal.SIGKILL))
        if os.getppid() != parent:  # it has ended meanwhile
            os._exit(1)

    return ask
