"""Cells as nbgrader has them, and what it makes of them for students.

The metadata are those of its schema 3. What students are given follows the steps of
`nbgrader generate_assignment`: nbgrader/converters/generate_assignment.py and the
preprocessors that it names, nbgrader 0.9.6.
"""

import re
from collections.abc import Iterator
from hashlib import md5
from typing import Any

Cell = dict[str, Any]
_STUBS = {
    "code": "# YOUR CODE HERE\nraise NotImplementedError()",
    "markdown": "YOUR ANSWER HERE",
}
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
KEY = ("<!-- BEGIN MARK SCHEME -->", "<!-- END MARK SCHEME -->")
"""What stands between them in a task is for teachers alone."""


def text(source: str) -> Cell:
    """A cell that is only read."""
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def task(name: str, source: str) -> Cell:
    """What is asked, with the answer between the marks of `KEY`."""
    # Only in a task nbgrader takes out a part of a text. The points are the check's.
    return text(source) | _graded(name, locked=True, task=True, points=0)


def given(name: str, source: str) -> Cell:
    """Code that students run and can't change."""
    return _code(source) | _graded(name, locked=True)


def solution(name: str, source: str) -> Cell:
    """Code whose parts between `BEGIN` and `END` are left to students."""
    return _code(source) | _graded(name, solution=True)


def check(name: str, source: str, points: int) -> Cell:
    """Code that fails unless the answer above it is right."""
    return _code(source) | _graded(name, grade=True, locked=True, points=points)


def _code(source: str) -> Cell:
    return {
        "cell_type": "code",
        "execution_count": None,
        "outputs": [],
        "source": source,
    }


def _graded(name: str, **told: Any) -> Cell:
    flags = {"grade": False, "locked": False, "solution": False, "task": False}
    found = {"schema_version": 3, "grade_id": name, **flags, **told}
    return {"metadata": {"nbgrader": found}}


# ------------------------------------------------------------------ for students


def released(cells: list[Cell]) -> Iterator[Cell]:
    """The same cells as students are given them."""
    for cell in cells:
        about = cell["metadata"].get("nbgrader")
        if about is None:
            yield cell
            continue
        source = _without_key(_without_solutions(cell))
        checked = {**about, "checksum": _checksum(cell, source)}
        checked["cell_type"] = cell["cell_type"]
        kept = {"deletable": False}
        if not about["solution"]:
            kept["editable"] = False
        yield cell | {"metadata": {**kept, "nbgrader": checked}, "source": source}


def _without_solutions(cell: Cell) -> str:
    stub = _STUBS[cell["cell_type"]].split("\n")
    found: list[str] = []
    inside = False
    for line in cell["source"].split("\n"):
        if "BEGIN SOLUTION" in line:
            inside = True
            [indent] = re.findall(r"^\s*", line)
            found += [indent + part for part in stub]
        elif "END SOLUTION" in line:
            inside = False
        elif not inside:
            found.append(line)
    return "\n".join(found)


def _without_key(source: str) -> str:
    lines = source.split("\n")
    if KEY[0] not in lines:
        return source
    first, last = map(lines.index, KEY)
    return "\n".join(lines[:first] + lines[last + 1 :])


def _checksum(cell: Cell, source: str) -> str:
    """What nbgrader knows a cell by (`compute_checksum` in nbgrader/utils.py)."""
    about = cell["metadata"]["nbgrader"]
    flags = [about[flag] for flag in ("grade", "solution", "locked")]
    said = [source, cell["cell_type"], *flags, about["grade_id"]]
    if about["grade"]:
        said.append(float(about["points"]))
    return md5("".join(map(str, said)).encode(), usedforsecurity=False).hexdigest()
