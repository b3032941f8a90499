"""What to say of a record's arguments that are unknown, missing or wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

from cnnspec.ground import likeness
from cnnspec.ground.errors import (
    ArgumentError,
    Invalid,
    Path,
    Problem,
    SpecError,
    either,
    near,
    nearest,
)
from cnnspec.ground.kinds import Argument, Finding, Kind, NotAllowed
from cnnspec.ground.source.nodes import plain
from cnnspec.ground.wide import narrow
from cnnspec.ground.yaml_text import describe, flow


class Taking(Protocol):
    """What messages ask of a class of records."""

    def title(self) -> str:
        """What messages call the record."""

    def arguments(self) -> dict[str, Argument]:
        """The arguments by name, in order."""

    def advice(self, name: str, given: Mapping[str, Any]) -> str:
        """What to do about an argument's wrong value."""


def problems(
    cls: Taking, findings: Sequence[Finding], given: Mapping[str, Any]
) -> Iterator[Problem]:
    """The findings of a record's validator, in our words; one for each argument."""
    seen: set[Path] = set()
    around: set[Path] = set()
    names = _meant_names(cls, findings, given)
    told = {*names.values(), *(one for name in given for one in _held(cls, str(name)))}
    for path, missing, found, cause in findings:
        if isinstance(cause, Invalid):
            yield from (problem.under(*path) for problem in cause.problems)
        elif isinstance(cause, ArgumentError):
            where = (*path, cause.argument) if cause.argument else path
            yield Problem(where, cause.code, cause.message, cause.hint)
        elif not (missing and path[0] in told or _reported(path, seen, around)):
            yield _problem(cls, path, missing, found, given, names)
        seen.add(path)
        around.update(path[:n] for n in range(len(path)))


def _meant_names(
    cls: Taking, findings: Sequence[Finding], given: Mapping[str, Any]
) -> dict[str, str]:
    """The arguments that unknown ones were meant to be, by those: one slip, told once.

    The only unknown one that is like no other is the only one that is missing, where
    that can have its value.
    """
    known = cls.arguments()
    strange = {str(name): name for name in given if name not in known}
    names = {name: one for name in strange if (one := meant(cls, name))}
    missing = [str(f.path[0]) for f in findings if f.missing and f.path]
    words = {name: _words(cls, name, given) for name in strange if name not in names}
    for name, text in words.items():
        if one := next(iter(_written(text)), ""):
            names[name] = one
    left = [name for name in missing if name not in names.values()]
    rest = [name for name, text in words.items() if not text]
    if len(left) == len(rest) == 1 and _allows(
        known[left[0]].kind, given[strange[rest[0]]]
    ):
        names[rest[0]] = left[0]
    return names


def _allows(kind: Kind, value: Any) -> bool:
    try:
        kind.validated(value)
    except NotAllowed:
        return False
    return True


def _reported(path: Path, seen: set[Path], around: set[Path]) -> bool:
    """Whether a problem was found at the path, around it or inside it."""
    return path in around or any(path[:n] in seen for n in range(len(path) + 1))


def _problem(
    cls: Taking,
    path: Path,
    missing: bool,
    found: Any,
    given: Mapping[str, Any],
    names: Mapping[str, str],
) -> Problem:
    title, known = cls.title(), cls.arguments()
    if not path:
        text = f"{title} must be a mapping of arguments; found {describe(found)}"
        return Problem((), "wrong-type", text)
    name = str(path[0])
    if name not in known:
        hint = _hint_at(cls, name, found, given, names.get(name, ""))
        if name.isdigit() and len(name) == 3:
            hint = "write large numbers without commas, as in 87135"
        text = f"{title} has no field '{name}'"
        return Problem((path[0],), "unknown-field", text, hint, at_key=True)
    allowed = known[name].kind
    if missing:
        text = f"{title} needs '{name}', {allowed.says}"
        return Problem((), "missing-field", text, f"add {name}:")
    which = f"'{name}'" if " " in title else f"{title}.{name}"
    text = f"{which} must be {allowed.says}; found {describe(found)}"
    alone = len(path) == 1
    hint = cls.advice(name, translated(cls, given)) if alone else ""
    read = _meant(found, allowed) if alone else ""
    if isinstance(found, str) and allowed.options:
        hint = hint or read or allowed.hint(found) or nearest(found, allowed.options)
        return Problem(path, "unknown-value", text, hint)
    return Problem(path, "wrong-type", text, hint or allowed.hint(found) or read)


_SLIP = re.compile(r"(\w+)(\s*[:=]\s*|\s+)(\S.*)")
"""A key that holds its value as well: `units 10`, `units:10`, `units=10`."""


def _held(cls: Taking, name: str) -> dict[str, Any]:
    """The arguments that a key without a value holds: `units 10`, `units：10`."""
    text = narrow(name)
    if text == name:
        return {}
    found = _data(f"{{{text}}}")
    return {
        one: value
        for key, value in found.items()
        if value is not None and (one := meant(cls, str(key)))
    }


def _data(text: str) -> dict[str, Any]:
    """The mapping that a text is; an empty one where it is none."""
    from cnnspec.ground.source import Source

    try:
        data = Source(text).data
    except SpecError:
        return {}
    return data if isinstance(data, dict) else {}


def meant(cls: Taking, name: str) -> str:
    """The argument that a name was meant to be; '' where none is likely."""
    known = cls.arguments()
    for part in _parts(name):
        found = likeness.meant(part, known, _elsewhere(cls))
        if found in known:
            return found
    return ""


def _parts(name: str) -> Iterator[str]:
    """A name, and the first word of one that holds more."""
    yield name
    if slip := _SLIP.fullmatch(name):
        yield slip[1]


def _bases(cls: Taking) -> tuple[type, ...]:
    """The class and those that it inherits from, in their order."""
    return cast("type", cls).__mro__


def _elsewhere(cls: Taking) -> dict[str, str]:
    """Other names of arguments, and what has words of its own: by name."""
    known = cls.arguments()
    found: dict[str, str] = {}
    for base in _bases(cls):
        for argument, names in base.__dict__.get("spelt_as", {}).items():
            if argument in known:
                found |= dict.fromkeys(names.split(), argument) | found
        found |= {name: name for name in base.__dict__.get("renamed", ())} | found
    return {name: to for name, to in found.items() if name not in known}


def _words(cls: Taking, name: str, given: Mapping[str, Any]) -> str:
    """What is said of a name that is no argument under another name."""
    found = likeness.meant(name, cls.arguments(), _elsewhere(cls))
    if found in cls.arguments():
        return ""
    every = (base.__dict__.get("renamed", {}) for base in _bases(cls))
    words = next((renamed[found] for renamed in every if found in renamed), "")
    return words if isinstance(words, str) else words(given.get(name), given)


def _written(words: str) -> dict[str, Any]:
    """The arguments that words say to write, with their values."""
    found = re.search(r"\bwrite (\w+: .+)$", words)
    return _data(f"{{{found[1]}}}") if found else {}


def _hint_at(
    cls: Taking, name: str, value: Any, given: Mapping[str, Any], argument: str
) -> str:
    """What to write instead of an argument that doesn't exist.

    Args:
        cls: the class that lacks it.
        name: of the argument.
        value: what it is given.
        given: all that the class is given.
        argument: what it was meant to be, if that is known.
    """
    slip = _SLIP.fullmatch(name) if value is None else None
    words = ""
    if value is None and (held := _held(cls, name)):
        return f"write {flow(held, exact=True)[1:-1]}"
    if argument and not (words := _words(cls, name, given)):
        is_typo = likeness.meant(name, cls.arguments()) == argument
        if argument in given and not is_typo:
            return f"{argument} is given already; remove one of the two"
        if slip and slip[2] == ":":
            return f"put a space after the colon: {argument}: {slip[3]}"
        if slip:
            return f"write {argument}: {slip[3]}"
        return _renaming(cls, name, argument, value)
    if words := words or _words(cls, name.partition(" ")[0], given):
        return words
    names = list(cls.arguments())
    more = len(names) - _LISTED
    if more > 1:
        return f"it has {either(names[:_LISTED], 'and')}, and {more} others"
    return f"it has {either(names, 'and')}"


def _renaming(cls: Taking, name: str, argument: str, value: Any) -> str:
    if likeness.meant(name, cls.arguments()) == argument:
        return near(argument)
    shown = "" if value is None else flow(value, exact=True)
    return f"write {argument}: {shown}" if 0 < len(shown) < 60 else f"write {argument}:"


def translated(cls: Taking, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a class's counterpart elsewhere, by the names that they have here.

    What has no counterpart is left out.
    """
    known = cls.arguments()
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        argument = name if name in (*known, "from") else meant(cls, str(name))
        if argument:
            found[argument] = value
        else:
            found |= _written(_words(cls, str(name), arguments))
    return found


_LISTED = 10
"""Arguments that a message names."""


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
_NUMBERS = r"[(\[]? *\d+( *[x×,*] *\d+)+ *,? *[)\]]?"
"""Sizes that stand in a text: `3x3`, `(2, 2)`."""
_LONGEST = 40
"""Characters of a number, or of sizes, that a text can have been meant to be."""
_NUMBER = r"[-+]?(\d{1,3}([,_ ]\d{3})+|\d+)(\.\d+)?(e[-+]?\d+)?"


def _shares(word: str) -> Iterator[tuple[Any, str]]:
    """Numbers with what other notations have round them: `50%`, `0,5`, `10 units`."""
    if found := re.fullmatch(r"(\d+(?:\.\d+)?) *%", word):
        yield float(found[1]) / 100, f"{float(found[1]) / 100:g}"
    if found := re.fullmatch(r"([-+]?\d+),(\d+)", word):
        yield float(f"{found[1]}.{found[2]}"), f"{found[1]}.{found[2]}"
    if found := re.fullmatch(r"(\d+) *[^\W\d_]+", word):
        yield int(found[1]), found[1]


def _readings(found: Any) -> Iterator[tuple[Any, str]]:
    """Other values that one may have been meant to be, and how YAML writes them."""
    # Some of these take time that grows with the square of the length.
    if isinstance(found, str) and len(found) < 10 * _LONGEST:
        text = re.sub(r"\s+//.*", "", narrow(found)).strip(" \"'")
        if text != found:
            yield plain(text), flow(plain(text))
        word = text.lower()
        if word in _WORDS:
            yield _WORDS[word], flow(_WORDS[word])
        if len(found) < _LONGEST and re.fullmatch(_NUMBERS, word):
            numbers = [int(number) for number in re.findall(r"\d+", word)]
            yield numbers, flow(numbers)
        if len(found) < _LONGEST and re.fullmatch(_NUMBER, word):
            number = re.sub("[, _]", "", word)
            yield (int(number) if number.isdigit() else float(number)), number
        if len(found) < _LONGEST:
            yield from _shares(word)
    if type(found) in (int, float) and 10 <= found <= 100:
        yield found / 100, f"{found / 100:g}"
    if isinstance(found, float) and found.is_integer():
        yield int(found), str(int(found))
    if isinstance(found, list) and len(found) == 1:
        yield found[0], flow(found[0])
    if isinstance(found, dict):
        yield [found], f"[{flow(found, exact=True)}]"
    if isinstance(found, str | int | float):
        yield [found], f"[{flow(found)}]"
        yield str(found), f"'{found}'"
