"""`check --keras` in a process of its own, whose end takes nothing else along.

TensorFlow ends the process where a kernel fails that it doesn't expect to, and the
system ends one that takes too much memory. Neither can be caught there. So Keras runs
in a child, which is asked for one spec after the other in lines of JSON; if it ends,
the spec that it was at is told, and a new one is started for the next. It costs a
start of Python for all specs together: the command itself doesn't import Keras then.

Run as a file it is that child. It ends with its input: whoever writes that has gone.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from queue import Queue
from typing import Any, Self

if __name__ == "__main__":
    # That of the package, which may be known to nobody but whoever has started this.
    sys.path[0] = os.path.abspath(f"{__file__}/../../..")

from cnnspec.api import Checked
from cnnspec.ground.errors import (
    Diagnostic,
    Mark,
    NotInstalledError,
    PartMark,
    Problem,
)
from cnnspec.ground.source import Source


class Apart:
    """Holds specs against Keras in another process, which it ends with itself."""

    def __init__(self, overrides: Sequence[str], **settings: Any) -> None:
        self._asked = {"overrides": list(overrides), **settings}
        if settings.get("allow_import"):  # as Python finds modules here
            self._asked["paths"] = [os.path.abspath(path) for path in sys.path]
        self._child: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.kill()
            _status(self._child)

    def proved(self, spec: str, checked: Checked) -> Checked:
        """A spec that was checked, with what Keras says to it.

        Raises:
            NotInstalledError: Keras can't be imported.
        """
        if any(found.severity == "error" for found in checked.diagnostics):
            return checked
        if self._child is None:
            self._child = _child()
        child, last = self._child, None
        with suppress(BrokenPipeError):  # it ended before it was asked
            _send(child.stdin, {"spec": spec, **self._asked})
        for line in child.stdout or ():
            told = json.loads(line)
            if "found" in told:
                found = list(map(_diagnostic, told["found"]))
                return checked._replace(diagnostics=found)
            if "missing" in told:
                raise NotInstalledError(told["missing"])
            last = told["layer"]
        self._child = None
        error = _of_end(checked, last, _status(child))
        others = [d for d in checked.diagnostics if d[1:3] != error[1:3]]
        found = sorted([*others, error], key=lambda diagnostic: diagnostic.mark)
        return checked._replace(diagnostics=found)


def _child() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _status(child: "subprocess.Popen[str]") -> int:
    """Waits for the end of a child; its exit status."""
    with suppress(BrokenPipeError):
        child.communicate()
    return child.wait()


def _send(stream: Any, told: dict[str, Any]) -> None:
    stream.write(f"{json.dumps(told)}\n")
    stream.flush()


def _told(found: Diagnostic) -> list[Any]:
    """A finding as JSON has it."""
    severity, code, mark, *texts = found
    order = mark.order if isinstance(mark, PartMark) else None
    return [severity, code, [*mark, mark.part], order, *texts]


def _diagnostic(told: list[Any]) -> Diagnostic:
    severity, code, (path, line, column, part), order, *texts = told
    mark = Mark(path, line, column)
    if order is not None:
        mark = PartMark.at(*mark, part, order)
    return Diagnostic(severity, code, mark, *texts)


def _of_end(checked: Checked, layer: str | None, status: int) -> Diagnostic:
    """That a child has ended at a spec.

    Args:
        checked: the spec.
        layer: the one that ran, if it had come to that.
        status: what the child ended with.
    """
    from cnnspec.judge.rules.layers.fails_at_run import CODE

    text, hint = f"the process that ran Keras ended with status {status}", ""
    if status < 0:
        text = f"the process that ran Keras was ended by signal {-status}"
        text = f"{text} ({signal.strsignal(-status)})"
    if -status == _KILLED:
        hint = "the system does so where memory is short"
    if checked.program is None or checked.summary is None:
        return _of_study(checked, layer, CODE, text, hint)
    for node in checked.summary.graph.nodes:
        if node.name == layer:
            title = f"'{node.name}' ({type(node.layer).__name__})"
            text = f"{title} fails at the first batch: {text}"
            problem = Problem(node.path, CODE, text, hint, True, node.trail)
            return checked.program.source.error(problem)
    return checked.program.source.error(Problem((), CODE, text, hint))


def _of_study(
    checked: Checked, layer: str | None, code: str, text: str, hint: str
) -> Diagnostic:
    """The same of a study, of which it isn't known which variant it was at."""
    at = f"a variant fails at the first batch of '{layer}'" if layer else "Keras fails"
    problem = Problem((), code, f"{at}: {text}", hint)
    source: Source = checked.study.study.source
    return source.error(problem)


_KILLED = 9

# ------------------------------------------------------------------ the child


def main() -> None:
    """Answers what is asked, until there is no more input."""
    replies = _replies()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for asked in _questions():
        for told in answers(replies, **asked):
            _send(replies, told)


def answers(replies: Any, **asked: Any) -> Iterator[dict[str, Any]]:
    """What is told of a spec."""
    from cnnspec.app.arguments import checked_spec
    from cnnspec.emit.keras_live import trial

    sys.path += [path for path in asked.pop("paths", ()) if path not in sys.path]
    trial.runs_next = lambda layer: _send(replies, {"layer": layer})
    try:
        checked = checked_spec(asked.pop("spec"), keras=True, **asked)
        yield {"found": list(map(_told, checked.diagnostics))}
    except NotInstalledError as error:
        yield {"missing": str(error)}


def _replies() -> Any:
    """Where replies go; what libraries print goes to standard error."""
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return stream


def _questions() -> Iterator[dict[str, Any]]:
    """What is asked, as it comes. Without more input the process ends at once."""
    lines: Queue[str] = Queue()

    def read() -> None:
        for line in sys.stdin:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield json.loads(lines.get())


if __name__ == "__main__":
    main()
