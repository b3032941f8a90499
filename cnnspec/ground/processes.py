"""Scripts in processes of their own, which end when whoever started them does.

What starts a script is imported by processes that do nothing else, so little is
imported here.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    class Process(Protocol):
        """A script that is running."""

        def wait(self) -> int:
            """Its status, when it has ended; below 0 the signal that ended it."""
            ...

        def terminate(self) -> None:
            """Asks for its end."""
            ...


def launched(kind: str, *command: str) -> list[str]:
    """The command line of a script that Ctrl-C ends in a line."""
    return [sys.executable, f"{os.path.dirname(__file__)}/launch.py", kind, *command]


def environment(homes: "Sequence[str]" = ()) -> dict[str, str]:
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


def start_script(script: str, log: str, lock: int | None) -> "Process":
    """Starts a script that ends with this process, and writes what it prints to a file.

    Linux ends it with its parent; elsewhere it ends with its input, a pipe that this
    process holds.

    Args:
        script: its path.
        log: of the file, which is added to.
        lock: the number of a lock that it holds too, if there is one.

    Raises:
        OSError: that can't be done.
    """
    with open(log, "ab", buffering=0) as out:
        if sys.platform == "linux":
            return _Forked(script, out.fileno(), lock)
        from subprocess import PIPE, Popen

        command, kept = launched("watched", script), () if lock is None else (lock,)
        return Popen(command, stdin=PIPE, stdout=out, stderr=out, pass_fds=kept)


class _Forked:
    """A script in a copy of this process, which takes a third of subprocess's time."""

    def __init__(self, script: str, out: int, lock: int | None) -> None:
        import ctypes

        tell, parent = ctypes.CDLL(None).prctl, os.getpid()
        self._number = os.fork()
        if self._number:
            return
        try:
            tell(_PR_SET_PDEATHSIG, _SIGKILL)
            if os.getppid() == parent:  # which may have ended meanwhile
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(out, 1)
                os.dup2(out, 2)
                if lock is not None:
                    os.set_inheritable(lock, True)
                os.execv(sys.executable, [sys.executable, script])
        finally:
            os._exit(127)

    def wait(self) -> int:
        """Its status, when it has ended; below 0 the signal that ended it."""
        _, status = os.waitpid(self._number, 0)
        self._number = 0
        return os.waitstatus_to_exitcode(status)

    def terminate(self) -> None:
        """Asks for its end."""
        if self._number:
            os.kill(self._number, _SIGTERM)


_PR_SET_PDEATHSIG = 1
"""prctl(2): what the system is to do to a process when its parent ends."""
_SIGKILL, _SIGTERM = 9, 15
