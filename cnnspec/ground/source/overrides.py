"""Values that are changed from outside, as `--set KEY=VALUE` does."""

import re
from typing import Any

from cnnspec.ground.errors import OverrideError, Path, SpecError
from cnnspec.ground.source.marked import Source

_INDEX = re.compile("[0-9]{1,9}")


def override(source: Source, assignment: str) -> None:
    """Changes a value, as `--set KEY=VALUE` does.

    Args:
        source: the document.
        assignment: keys joined by dots, `=`, and the value as YAML writes it. Keys
            that aren't there yet are made; a number counts from 0 into a list.

    Raises:
        OverrideError: it isn't of that form, or leads through what holds no keys.
    """
    key, equals, text = assignment.partition("=")
    if not key or not equals:
        raise OverrideError(f"'{assignment}' is not of the form KEY=VALUE")
    path: Path = tuple(
        int(step) if _INDEX.fullmatch(step) else step for step in key.split(".")
    )
    if path[0] == "extends":
        raise OverrideError(f"'{assignment}': only the file itself can extend one")
    value = _override_value(assignment, text)
    holder = source.data
    for place, step in enumerate(path):
        last = place == len(path) - 1
        if isinstance(holder, list) and isinstance(step, int):
            if step >= len(holder):
                raise OverrideError(f"'{key}': the list has {len(holder)} items")
        elif not isinstance(holder, dict):
            raise OverrideError(_no_way(path, place, holder, text))
        elif not last:
            holder.setdefault(step, {})
        if last:
            holder[step] = value
        holder = holder[step]
    source.note_override(path, assignment)


def _no_way(path: Path, place: int, holder: Any, text: str) -> str:
    """Why the step of a path at that place leads nowhere, and what would."""
    key, there = (".".join(map(str, steps)) for steps in (path, path[:place]))
    there = there or "the spec"
    if isinstance(holder, list):
        places = f"0 to {len(holder) - 1}"
        return f"'{key}': {there} is a list; say {places} instead of '{path[place]}'"
    inside = text
    for step in reversed(path[place:]):
        inside = f"{{{step}: {inside}}}"
    if isinstance(holder, str) and path[place] == holder:
        return f"'{key}': {there} is '{holder}' alone; set {there}='{inside}'"
    shown = "null" if holder is None else holder
    return f"'{key}': {there} is {shown} and no mapping; set {there}='{inside}'"


def _override_value(assignment: str, text: str) -> Any:
    try:
        source = Source(text, "--set") if text.strip() else None
    except SpecError as error:
        reason = error.diagnostics[0].message
        raise OverrideError(f"'{assignment}': {reason}") from None
    if source is not None and source.problems:
        raise OverrideError(f"'{assignment}': {source.problems[0].message}")
    return source.data if source else None
