"""Ending what a process has started, in the session that it leads."""

import os
import signal
import sys


def end_session(leader: int) -> None:
    """Ends all processes of a session at once, but for this one.

    Ray's processes make groups of their own and leave their parents, but stay in the
    session. Where the system has no `/proc`, nothing is done.

    Args:
        leader: the process that began the session, which may have ended.
    """
    if sys.platform == "win32":
        return
    for number in _processes():
        try:
            if number != os.getpid() and os.getsid(number) == leader:
                os.kill(number, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue  # it has ended meanwhile


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
