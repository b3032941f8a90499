"""The runs of a study as a table that changes while they are trained."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from cnnspec.app.progress import (
    Lines,
    best_text,
    called,
    duration,
    epochs_text,
    left_text,
)
from cnnspec.app.tables.form import ruled
from cnnspec.ground.visible import visible
from cnnspec.study.plan import Run
from cnnspec.study.progress import Progress
from cnnspec.study.records import Record

_PAUSE = 0.4
"""Seconds between two pictures of the table."""


class Board(Lines):
    """Shows the runs that are going on, below the lines of those that have ended."""

    def __init__(self, todo: Sequence[Run], jobs: int, console: Console) -> None:
        super().__init__(todo, jobs)
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._shown = 0.0

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Keeps the table at the foot of the terminal."""
        with self._live:
            yield

    def begun(self, run: Run) -> None:
        """Gives it a row."""
        super().begun(run)
        self._draw()

    def went_on(self, run: Run, progress: Progress) -> None:
        """Brings its row up to date."""
        self._going_on[run.folder] = run, progress
        if monotonic() - self._shown >= _PAUSE:
            self._draw()

    def ended(self, run: Run, record: Record | None, reason: str) -> None:
        """Takes its row away, and tells what came of it."""
        super().ended(run, record, reason)
        self._draw()

    def _say(self, text: str) -> None:
        self._live.console.print(Text(visible(text)))

    def _draw(self) -> None:
        self._shown = monotonic()
        self._live.update(self._table(), refresh=True)

    def _table(self) -> RenderableType:
        table = ruled()
        table.add_column("Run", overflow="fold")
        table.add_column("Epoch", justify="right", no_wrap=True)
        table.add_column("Left", justify="right", no_wrap=True)
        table.add_column("Best so far", no_wrap=True)
        for run, progress in self._going_on.values():
            cells = (epochs_text(progress), left_text(progress), best_text(progress))
            table.add_row(*map(Text, (visible(called(run)), *cells)))
        return Group(Text(), table, Text(), Text(self._foot(), "bold"))

    def _foot(self) -> str:
        parts = [f"{self.ended_well} of {self._todo} done"]
        parts += [f"{self.failed} failed"] * bool(self.failed)
        parts.append(f"{duration(monotonic() - self._begun_at)} so far")
        if left := self.left():
            parts.append(f"about {left} left")
        return " · ".join(parts)
