"""Changes of a document's data, so that what a hint says can be tried first."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from cnnspec.ground.errors import Path


class Edit(NamedTuple):
    """One change of plain data."""

    path: Path
    """To the value that changes; for `insert`, the place in a list that it takes."""
    value: Any = None
    kind: Literal["write", "insert", "remove"] = "write"


class Remedy(NamedTuple):
    """Something to do about a problem, in words and as what becomes of the data."""

    text: str
    edits: tuple[Edit, ...]


def edited(data: Any, edits: Sequence[Edit]) -> Any:
    """The data after some changes, made one after the other; what was there stays."""
    for edit in edits:
        data = _edited(data, edit.path, edit)
    return data


def _edited(data: Any, path: Path, edit: Edit) -> Any:
    if not path:
        return edit.value
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    step, *rest = path
    if rest:
        copy[step] = _edited(copy[step], tuple(rest), edit)
    elif edit.kind == "insert":
        copy.insert(step, edit.value)
    elif edit.kind == "remove":
        del copy[step]
    else:
        copy[step] = edit.value
    return copy
