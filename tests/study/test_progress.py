"""What is told while runs are trained: in a pipe, and in a terminal."""

import io
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from cnnspec.app import progress
from cnnspec.app.progress import Lines, duration, outcome_text
from cnnspec.app.tables.runs import Board
from cnnspec.study.plan import Run
from cnnspec.study.progress import Progress, Watch
from cnnspec.study.records import Record, Task

TASK = Task("he", 0, "k", "lab.py", 650, 650, None, 10, "accuracy", True)
RUNS = [Run(v, 0, "lab.yaml", {}, f"runs/{v}", "k", 10) for v in ("he", "norm", "l2")]
BEST = ("val_accuracy", 0.91237, 2)


def record(epochs: int = 10) -> Record:
    scores = {"loss": 0.5, "accuracy": 0.91236}
    sizes = (650, 650, None, epochs, 10)
    return Record("he", 0, "k", "", *sizes, 12.3, BEST, scores, "accuracy", True)


def write_history(folder: Path, epochs: int, changed: float) -> None:
    rows = "".join(f"{n},{1 / n},{n / 100}\n" for n in range(1, epochs + 1))
    path = folder / "history.csv"
    path.write_text(f"epoch,loss,val_accuracy\n{rows}")
    os.utime(path, (changed, changed))


def test_the_time_left_is_told_by_epochs_that_have_ended(tmp_path: Path) -> None:
    watch = Watch(str(tmp_path), TASK, 100.0)
    assert watch.look(107.0) == Progress(0, 10, 7.0, None, None)
    # The first epoch has loading to it, and the second none: each takes 2 s.
    write_history(tmp_path, 1, 1.0)
    assert watch.look(108.0) == Progress(1, 10, 8.0, None, ("val_accuracy", 0.01, 1))
    write_history(tmp_path, 3, 2.0)
    assert watch.look(112.0).left == 14.0
    assert watch.look(113.0).left == 13.0
    # So has that of a run that goes on with what it had.
    again = Watch(str(tmp_path), TASK, 100.0)
    assert again.look(101.0) == Progress(3, 10, 1.0, None, ("val_accuracy", 0.03, 3))
    write_history(tmp_path, 4, 3.0)
    assert again.look(109.0).left is None
    write_history(tmp_path, 5, 4.0)
    assert again.look(111.0).left == 10.0


def test_a_long_epoch_tells_the_time_left_by_itself(tmp_path: Path) -> None:
    write_history(tmp_path, 2, 1.0)
    watch = Watch(str(tmp_path), TASK, 0.0)
    write_history(tmp_path, 3, 2.0)
    assert watch.look(600.0).left == 4200.0
    assert watch.look(700.0).left == 4100.0


def test_members_of_an_ensemble_are_followed_one_after_the_other(tmp_path) -> None:
    for member, epochs in (("member_2", 4), ("member_10", 2)):
        (tmp_path / member).mkdir()
        write_history(tmp_path / member, epochs, 1.0)
    told = Watch(str(tmp_path), TASK, 0.0).look(1.0)
    assert (told.epochs, told.best) == (2, ("val_accuracy", 0.04, 4))


def test_of_an_ensemble_no_time_left_is_told(tmp_path: Path) -> None:
    (tmp_path / "member_1").mkdir()
    watch = Watch(str(tmp_path), TASK, 0.0)
    for epochs in (1, 2):
        write_history(tmp_path / "member_1", epochs, epochs)
        told = watch.look(100.0 * epochs)
    assert (told.epochs, told.left) == (2, None)


def test_a_pipe_gets_a_line_for_what_happens(capsys, monkeypatch) -> None:
    now = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    lines = Lines(RUNS, 2)
    for run in RUNS[:2]:
        lines.begun(run)
    for seconds, epochs in ((5, 2), (11, 3), (12, 4)):
        now[0] = seconds
        lines.went_on(RUNS[0], Progress(epochs, 10, seconds, 20.0, BEST))
    lines.ended(RUNS[0], record(9), "")
    lines.ended(RUNS[1], None, "ValueError: no")
    lines.ended(RUNS[2], None, "")
    lines.stopping(1)
    assert capsys.readouterr().out.splitlines() == [
        "he, seed 0: epoch 3/10, best val_accuracy 0.9124 (epoch 2), 20 s left",
        "[1/3] he, seed 0: accuracy 0.9124, 9 of 10 epochs in 12 s",
        "[2/3] norm, seed 0 failed: ValueError: no (runs/norm/log.txt)",
        "stopping 1 run; Ctrl-C again ends them now",
    ]


def test_a_run_without_the_score_is_told_by_its_epochs() -> None:
    found = record()._replace(test={"loss": 0.5})
    assert outcome_text(found) == "10 epochs in 12 s"


def test_a_terminal_shows_the_runs_that_go_on_below_those_that_have_ended() -> None:
    out = io.StringIO()
    board = Board(RUNS, 2, Console(file=out, force_terminal=True, width=80))
    with board.shown():
        for run in RUNS[:2]:
            board.begun(run)
        board.ended(RUNS[0], record(), "")
        board._shown = 0.0
        board.went_on(RUNS[1], Progress(3, 10, 6.0, 14.0, BEST))
    text = out.getvalue()
    assert "[1/3] he, seed 0: accuracy 0.9124, 10 epochs in 12 s" in text
    row = [line for line in text.splitlines() if line.startswith("norm")][-1]
    cells = ["norm, seed 0", "3/10", "14 s", "val_accuracy 0.9124 (epoch 2)"]
    assert re.split(r" {2,}", row.rstrip()) == cells
    assert "1 of 3 done · " in text
    # Nothing of the table stays.
    assert text.endswith("\x1b[2K")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (99, "99 s"),
        (101, "2 min"),
        (5940, "99 min"),
        (7800, "2 h 10 min"),
    ],
)
def test_a_time_is_told_as_people_say_it(seconds: float, said: str) -> None:
    assert duration(seconds) == said
