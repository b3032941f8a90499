"""Code as people keep it, which isn't always today's Python.

Notebooks have commands of their own, scripts were made of notebooks, and much was
written for Python 2.
"""

import ast
import re
import warnings
from collections.abc import Sequence

_TRIES = 8
"""Lines that are taken out of a cell before it is given up."""


def parsed(text: str, *, drops: bool) -> ast.Module:
    """The tree of code.

    Args:
        text: of a script or cell.
        drops: whether lines that can't be read are taken out, as in a notebook's cell.

    Raises:
        SyntaxError: it isn't Python, of whatever version.
    """
    try:
        return _tree(text)
    except SyntaxError as error:
        first = error
    text = of_today(without_magics(text))
    for _ in range(_TRIES if drops else 1):
        try:
            return _tree(text)
        except SyntaxError as error:
            text = _without_line(text, error.lineno or 0)
    try:
        return _tree(text) if drops else _refused(first)
    except SyntaxError:
        raise first from None


def _tree(text: str) -> ast.Module:
    """The tree of code; what Python would warn of is a matter of its author's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _refused(error: SyntaxError) -> ast.Module:
    raise error


def _without_line(text: str, number: int) -> str:
    """Code in which a line does nothing; the others keep their numbers."""
    lines = text.split("\n")
    if 0 < number <= len(lines):
        line = lines[number - 1]
        lines[number - 1] = f"{line[: len(line) - len(line.lstrip())]}pass"
    return "\n".join(lines)


_PRINT = re.compile(r"^(\s*(?:.*:)?\s*)print(?:\s+[^\s(=].*|\s*)$", re.MULTILINE)
_PRINT_OF = re.compile(r"^(\s*)print\s*\(.*\)\s*(%|,).*$", re.MULTILINE)
_SHELL = re.compile(
    r"^(?:pip|pip3|conda|apt-get|git|wget|curl|sudo|mkdir) +[\w.-].*$", re.MULTILINE
)
_EXCEPT = re.compile(r"^(\s*except\s+[^:,(]+),\s*\w+\s*:", re.MULTILINE)
_RAISE = re.compile(r"^(\s*raise\s+\w+),\s*(.*)$", re.MULTILINE)
_OCTAL = re.compile(r"\b0(\d+)\b(?![.\d])")


def of_today(text: str) -> str:
    """Code of Python 2 as today's, as far as models need it."""
    text = _SHELL.sub("pass", text)
    text = text.replace("\u00a0", " ").replace("\t", "        ")
    text = _PRINT_OF.sub(r"\1pass", _PRINT.sub(r"\1pass", text))
    text = _RAISE.sub(r"\1(\2)", _EXCEPT.sub(r"\1:", text))
    return text.replace("<>", "!=")


_MAGIC = re.compile(r"\s*(%|!|\?|[\w.]+\?+\s*$)")
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_PYTHON = ("time", "timeit", "capture", "prun", "tensorflow_version")


def without_magics(code: str) -> str:
    """Code without what only a notebook understands; lines keep their numbers."""
    cell_magic = _CELL_MAGIC.match(code)
    if cell_magic and cell_magic[1] not in _PYTHON:
        return ""
    lines = code.split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if not _MAGIC.match(line) or _goes_on(lines, number):
            kept.append(line)
            continue
        indent = line[: len(line) - len(line.lstrip())]
        kept.append(f"{indent}pass")
    return "\n".join(kept)


def _goes_on(lines: Sequence[str], number: int) -> bool:
    """Whether a line that begins as a magic does is the rest of the one before."""
    line = lines[number].lstrip()
    if not line.startswith("%") or line[1:2].isalpha() or line.startswith("%%"):
        return False
    return number > 0
