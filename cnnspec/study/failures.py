"""Why a run failed, in one line: from how its process ended, and what it printed."""

import os
import re
import signal

_TAIL = 1 << 16
"""How much of a log is read, from its end."""
_LONGEST = 300
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
_TRACEBACK = "Traceback (most recent call last):"
_MODULE = re.compile(r"^(?:\w+\.)+(?=\w+(?::|$))")
"""Before the name of an error that isn't Python's own."""
_SAYS_LITTLE = re.compile(
    r"(\w+:) (?:Exception encountered when calling .*|Graph execution error:)"
)
"""Where Keras or TensorFlow says what is wrong in another line below."""
_NO_ERROR = ("Detected at node", "<stack traces unavailable>", "Hint:")
"""What stands between these two lines."""


def reason(log: str, status: int, begins: int = 0) -> str:
    """Why a script failed, in a line.

    Args:
        log: the file with what it printed.
        status: of its process; below 0 the signal that ended it.
        begins: where in the file that begins; before it stands what others printed.
    """
    lines = _lines(log, begins)
    if status >= 0:
        said = _error(lines) or _message(lines)
        silent = f"it ended with status {status}, and said nothing"
        return _short(said) or silent + "; the disk is full" * _is_full(log)
    if -status == signal.SIGKILL:
        return "it was killed (SIGKILL), as the system does where memory runs out"
    return _short(f"it was ended by {_name(-status)}" + _last(lines))


def _is_full(path: str) -> bool:
    """Whether nothing more can be written where a file stands."""
    try:
        there = os.statvfs(path)
    except (AttributeError, OSError):
        return False
    return there.f_bavail == 0


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _last(lines: list[str]) -> str:
    return f"; its last line: {lines[-1]}" if lines else ""


def _lines(log: str, begins: int) -> list[str]:
    """The last lines of a log that aren't blank, as they can be shown."""
    try:
        with open(log, "rb") as file:
            file.seek(max(begins, os.path.getsize(log) - _TAIL))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    text = re.sub(r"\r(?!\n)", "\n", text)
    shown = (_CONTROLS.sub("", line).rstrip() for line in text.splitlines())
    return [line for line in shown if line]


def _error(lines: list[str]) -> str:
    """What the last traceback ends with; nothing where there is none."""
    starts = [n for n, line in enumerate(lines) if line == _TRACEBACK]
    if not starts:
        return ""
    below = [line for line in lines[starts[-1] + 1 :] if not line[0].isspace()]
    if not below:
        return ""
    named = _MODULE.sub("", below[0])
    said = [line for line in below[1:] if not line.startswith(_NO_ERROR)]
    if said and (little := _SAYS_LITTLE.fullmatch(named)):
        return f"{little[1]} {said[0]}"
    return named


def _message(lines: list[str]) -> str:
    """What is said at the end: the last line with those that are indented below it."""
    starts = [n for n, line in enumerate(lines) if not line[0].isspace()]
    return " ".join(lines[starts[-1] if starts else -1 :])


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
