"""Hearing that a study is asked to stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def hearing() -> Iterator[list[int]]:
    """Notes signals that ask for an end, for as long as runs are going on."""
    heard: list[int] = []

    def hear(number: int, _: FrameType | None) -> None:
        heard.append(number)

    asks = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, hear) for number in asks}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
