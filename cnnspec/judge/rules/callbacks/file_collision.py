"""A file of a callback in the way of something else.

A log or a model that goes where another thing is takes its place, and where a
file is wanted in place of a folder, fit ends in an error. BackupAndRestore
removes its folder when the training ends, with all that lies in it
(keras/src/callbacks/backup_and_restore.py, csv_logger.py, 3.15).

Wrong:

    data: {source: npz, path: data/digits.npz, labels: one_hot}
    train:
      loss: categorical_crossentropy
      callbacks: [{BackupAndRestore: data}]

Right:

    data: {source: npz, path: data/digits.npz, labels: one_hot}
    train:
      loss: categorical_crossentropy
      callbacks: [{BackupAndRestore: backup}]
"""

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.callbacks import Training
from cnnspec.language.results import is_result, results_folder

CODE = "file-collision"
SEVERITY = "error"
_BACKUP = ("latest.weights.h5", "training_metadata.json")


class _Place(NamedTuple):
    """Something at a place in the file system."""

    path: str
    what: str
    """As messages call it."""
    is_folder: bool = True
    """Whether others may lie in it."""
    removed: bool = False
    """Whether all in it goes in the end."""

    def holds(self, path: str) -> bool:
        """Whether a path lies below this one."""
        return path.startswith(os.path.join(self.path, ""))


def find(training: Training) -> Iterator[Problem]:
    """Finds the first such fault of each callback."""
    taken = list(_others(training))
    for watched in training.callbacks():
        callback = watched.callback
        if not callback.writes:
            continue
        name = getattr(callback, callback.writes)
        mine = _placed(training, callback, name)
        text, hint = _trouble(mine, name, taken, training)
        taken.append(mine)
        if text:
            text = f"{callback.title()}.{callback.writes} {text}"
            yield Problem(watched.at(callback.writes), CODE, text, hint)


def _others(training: Training) -> Iterator[_Place]:
    """What a training needs."""
    yield _Place(os.getcwd(), "the folder where the training runs")
    program, data = training.program, training.data
    if program is not None and os.path.isfile(program.source.path):
        yield _Place(os.path.abspath(program.source.path), "the spec", False)
    for name in ("path", "train", "validation"):
        if given := getattr(data, name, None):
            yield _Place(os.path.abspath(given), f"what data.{name} names")


def _placed(training: Training, callback: Any, name: str) -> _Place:
    """What a callback writes."""
    removed = bool(callback.removes and getattr(callback, callback.removes))
    path = os.path.abspath(training.path_of(name))
    what = f"what {callback.title()} writes"
    return _Place(path, what, callback.writes_folder, removed)


def _trouble(
    mine: _Place, name: str, taken: list[_Place], training: Training
) -> tuple[str, str]:
    """What is wrong with a place, and what to do; two empty texts where it is well."""
    other = "name another"
    if training.ensemble and os.path.isabs(name):
        return f"is '{name}' for every member of the ensemble", "name no whole path"
    if not mine.is_folder and (name.endswith("/") or os.path.isdir(mine.path)):
        return f"is to be a file, and '{name}' is a folder", other
    if mine.is_folder and os.path.isfile(mine.path):
        return f"is to be a folder, and '{name}' is a file", other
    for it in taken:
        if mine.path == it.path and (it.path != os.getcwd() or mine.removed):
            return f"is '{name}', which is {it.what}", other
        if mine.removed and mine.holds(it.path):
            return f"'{name}' is removed in the end, with {it.what} in it", other
        if it.removed and it.holds(mine.path):
            return f"'{name}' lies in {it.what}, which is removed in the end", other
        if not mine.is_folder and mine.holds(it.path):
            return f"is to be a file, and '{name}' is the folder of {it.what}", other
        if not it.is_folder and it.holds(mine.path):
            return f"'{name}' would lie in {it.what}, which is no folder", other
    return _own(mine, name, training) or _left(mine, name) or ("", "")


def _own(mine: _Place, name: str, training: Training) -> tuple[str, str] | None:
    """What to say of a place where a script writes its own results."""
    if training.program is None:
        return None
    folder = os.path.abspath(results_folder(training.program))
    if (mine.removed or not mine.is_folder) and mine._replace(what="").holds(folder):
        return f"'{name}' holds the results of the script", "name another"
    if mine.path == folder and (mine.removed or not mine.is_folder):
        return f"is '{name}', where the script leaves its results", "name another"
    inside = os.path.relpath(mine.path, folder).replace(os.sep, "/").split("/")
    starts = ("/".join(inside[:n]) for n in range(1, len(inside) + 1))
    if any(map(is_result, starts)):
        return f"is '{name}', which the script writes itself", "name another"
    return None


def _left(mine: _Place, name: str) -> tuple[str, str] | None:
    """What to say of a folder that is removed with what somebody left in it."""
    there = os.listdir(mine.path) if mine.removed and os.path.isdir(mine.path) else []
    others = [file for file in there if not file.startswith(_BACKUP)]
    if not others:
        return None
    text = f"'{name}' is removed in the end, with '{others[0]}' in it"
    return text, "name a folder of its own; or set delete_checkpoint: false"
