"""What to say of a record's arguments that are unknown, missing or wrong."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from cnnspec.ground.errors import (
    ArgumentError,
    Invalid,
    Path,
    Problem,
    either,
    near,
    nearest,
)
from cnnspec.ground.kinds import Argument, Finding, Kind, NotAllowed
from cnnspec.ground.yaml_text import describe, flow


class Taking(Protocol):
    """What messages ask of a class of records."""

    renamed: dict[str, str]

    def title(self) -> str:
        """What messages call the record."""

    def arguments(self) -> dict[str, Argument]:
        """The arguments by name, in order."""


def problems(cls: Taking, findings: Sequence[Finding]) -> Iterator[Problem]:
    """The findings of a record's validator, in our words; one for each argument."""
    seen: set[Path] = set()
    meant = _meant_names(cls, findings)
    for path, missing, found, cause in findings:
        if isinstance(cause, Invalid):
            yield from (problem.under(*path) for problem in cause.problems)
        elif isinstance(cause, ArgumentError):
            where = (*path, cause.argument) if cause.argument else path
            yield Problem(where, cause.code, cause.message, cause.hint)
        elif missing and str(path[0]) in meant.values():
            continue
        elif not _reported(path, seen):
            problem = _problem(cls, path, missing, found)
            name = str(path[0]) if path else ""
            if name in meant and not _idea(cls, name):
                problem = problem._replace(hint=f"write {meant[name]}:")
            yield problem
        seen.add(path)


def _reported(path: Path, seen: set[Path]) -> bool:
    """Whether a problem was found at the path, around it or inside it."""
    return any(a[: len(path)] == path or path[: len(a)] == a for a in seen)


def _meant_names(cls: Taking, findings: Sequence[Finding]) -> dict[str, str]:
    """The missing arguments that unknown ones were meant to be: one slip, told once."""
    known = cls.arguments()
    lacking = [str(f.path[0]) for f in findings if f.missing and f.path]
    given = {str(f.path[0]): f.value for f in findings if f.path and not f.missing}
    strange = {name: value for name, value in given.items() if name not in known}
    ideas = {name: _idea(cls, name) for name in strange} if lacking else {}
    words = {name: re.findall(r"\w+", idea) for name, idea in ideas.items()}
    meant = {n: one for n in ideas for one in lacking if one in words[n]}
    rest = [name for name, idea in ideas.items() if not idea]
    left = [one for one in lacking if one not in meant.values()]
    if len(rest) == len(left) == 1 and _allows(known[left[0]].kind, strange[rest[0]]):
        meant[rest[0]] = left[0]
    return meant


def _allows(kind: Kind, value: Any) -> bool:
    try:
        kind.validated(value)
    except NotAllowed:
        return False
    return True


def _problem(cls: Taking, path: Path, missing: bool, found: Any) -> Problem:
    title, known = cls.title(), cls.arguments()
    if not path:
        text = f"{title} must be a mapping of arguments; found {describe(found)}"
        return Problem((), "wrong-type", text)
    name = str(path[0])
    if name not in known:
        hint = hint_at(cls, name)
        if name.isdigit():
            hint = "write large numbers without commas, as in 87135"
        text = f"{title} has no field '{name}'"
        return Problem((path[0],), "unknown-field", text, hint, at_key=True)
    allowed = known[name].kind
    if missing:
        text = f"{title} needs '{name}', {allowed.says}"
        return Problem((), "missing-field", text, f"add {name}:")
    which = f"'{name}'" if " " in title else f"{title}.{name}"
    text = f"{which} must be {allowed.says}; found {describe(found)}"
    hint = _meant(found, allowed) if len(path) == 1 else ""
    if isinstance(found, str) and allowed.options:
        hint = hint or nearest(found, allowed.options) or allowed.hint(found)
        return Problem(path, "unknown-value", text, hint)
    return Problem(path, "wrong-type", text, allowed.hint(found) or hint)


def hint_at(cls: Taking, name: str) -> str:
    """What to write instead of an argument that doesn't exist."""
    if idea := _idea(cls, name):
        return idea
    names = list(cls.arguments())
    more = len(names) - _LISTED
    if more > 1:
        return f"it has {either(names[:_LISTED], 'and')}, and {more} others"
    return f"it has {either(names, 'and')}"


def _idea(cls: Taking, name: str) -> str:
    """What was meant by an argument that doesn't exist; nothing if none is like it."""
    for known in (name, name.partition(" ")[0]):
        if known in cls.renamed:
            return cls.renamed[known]
    names = list(cls.arguments())
    start, _, value = name.partition(":")
    if value and start in names:
        return f"put a space after the colon: {start}: {value}"
    return _near_argument(name, names)


_LISTED = 10
"""Arguments that a message names."""


def _near_argument(name: str, known: Iterable[str]) -> str:
    """`did you mean 'kernel_size'?` for `kernel_sise`, and for `kernal`."""
    known = list(known)
    starts = {one[: len(name)]: near(one) for one in reversed(known)}
    alike = [start for start in starts if start[:3] == name[:3]]
    short = nearest(name, alike) if len(name) > 3 else ""
    meant = (starts[start] for start in alike if near(start) == short)
    return nearest(name, known) or next(meant, "")


def _meant(found: Any, allowed: Kind) -> str:
    """What to write for a value that would be allowed if YAML read it otherwise."""
    for value, text in _readings(found):
        try:
            allowed.validated(value)
        except NotAllowed:
            continue
        return f"write {text}"
    return ""


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("yes", "on", "y", "true"), True),
    **dict.fromkeys(("no", "off", "n", "false"), False),
    **dict.fromkeys(("none", "null", "nil"), None),
}
_NUMBER = r"[-+]?(\d{1,3}([,_ ]\d{3})+|\d+)(\.\d+)?(e[-+]?\d+)?"


def _readings(found: Any) -> Iterator[tuple[Any, str]]:
    """Other values that one may have been meant to be, and how YAML writes them."""
    if isinstance(found, str):
        word = found.strip().lower()
        if word in _WORDS:
            yield _WORDS[word], flow(_WORDS[word])
        if re.fullmatch(_NUMBER, word):
            number = re.sub("[, _]", "", word)
            yield (int(number) if number.isdigit() else float(number)), number
    if isinstance(found, float) and found.is_integer():
        yield int(found), str(int(found))
    if isinstance(found, list) and len(found) == 1:
        yield found[0], flow(found[0])
    if isinstance(found, str | int | float):
        yield [found], f"[{flow(found)}]"
        yield str(found), f"'{found}'"
