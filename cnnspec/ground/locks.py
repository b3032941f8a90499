"""Keeping a second process out of a folder of results.

The system lets go of a lock when the process that holds it ends, however it ends. So
none is left behind, and no run has to find out whether another one still lives.
"""

import os
import sys


def hold(path: str) -> str:
    """Locks a file until this process ends, also as the program it becomes.

    Returns:
        Nothing, or who holds it: `process 4242 on ada since 2026-11-28 20:01:02`.
    """
    import platform
    import time

    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _claim(file)
    except (BlockingIOError, PermissionError):
        os.lseek(file, 0, os.SEEK_SET)
        holder = os.read(file, 1000).decode(errors="replace")
        os.close(file)
        return holder or "another process"
    except OSError:
        return ""  # some shared file systems have no locks
    os.set_inheritable(file, True)
    os.lseek(file, 0, os.SEEK_SET)
    os.ftruncate(file, 0)
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    os.write(file, f"process {os.getpid()} on {platform.node()} since {since}".encode())
    return ""


def _claim(file: int) -> None:
    """Takes the lock, which belongs to the process and not to its copy of the file.

    Raises:
        OSError: another process has it.
    """
    if sys.platform == "win32":
        import msvcrt

        # A byte behind the text, which others may read.
        os.lseek(file, 1 << 20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def hold_with_children(path: str) -> int | None:
    """Locks a file until this process and all that it hands the lock to have ended.

    Waits for those that have it.

    Returns:
        Its number, for `pass_fds`; None where the system has no such locks.
    """
    if sys.platform == "win32":
        return None
    import fcntl

    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:  # some shared file systems have no locks
        os.close(file)
        return None
    return file


def is_free(path: str) -> bool:
    """Whether nobody holds a lock that is handed to children, as far as can be told."""
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return True  # nobody has begun
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # some shared file systems have no locks
        return True
    finally:
        os.close(file)
    return True
