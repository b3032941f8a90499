"""Ctrl-C, however what it meets takes it.

Compiled modules that are loading make other errors of the exception that it raises, or
print one of their own.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

STATUS = 130
"""As a shell has it for a process that Ctrl-C ended."""
SAID = "cnnspec: interrupted"

_heard: list[int] = []


def listen() -> None:
    """Notes from now on that there was one, unless it is ignored here."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _hear)


def _hear(number: int, _frame: object) -> None:
    _heard.append(number)
    raise KeyboardInterrupt


def heard() -> bool:
    """Whether there was one."""
    return bool(_heard)


def end(*_: object) -> None:
    """Ends the process there and then, without an exception."""
    os.write(2, f"{SAID}\n".encode())
    os._exit(STATUS)


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Lets it end the process there and then, without an exception."""
    before = signal.getsignal(signal.SIGINT)
    if before is not _hear:
        yield
        return

    signal.signal(signal.SIGINT, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
