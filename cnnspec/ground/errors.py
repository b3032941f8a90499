"""What can be wrong with a spec, and where: diagnostics and the errors that carry them.

A mistake of the author's is a `Diagnostic`, collected with all others of its file. Code
that finds one without knowing where it stands in the text raises `Invalid` with
`Problem`s whose paths lead into the data; whoever holds the `Source` turns those into
diagnostics. Anything else that is raised is a bug of ours and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from cnnspec.ground.visible import visible

if TYPE_CHECKING:
    from collections import Counter

Path = tuple[str | int, ...]
"""The way to a value in a YAML document: keys and list positions, outermost first."""
FOREIGN = "foreign-file"
"""The code of a file of another tool."""


class Mark(NamedTuple):
    """A place in a file. `line` and `column` count from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{visible(self.path)}:{self.line}:{self.column}"

    @property
    def part(self) -> str:
        """What holds the place in a file that isn't one text; nothing in others."""
        return ""


class PartMark(Mark):
    """A place in a file of several parts: in a notebook's cell, a layer of an archive.

    `line` and `column` count in the part, and are 0 where it has no lines.
    """

    _part: str
    order: tuple[int, ...]
    """Where it stands among others of its file."""

    @classmethod
    def at(
        cls, path: str, line: int, column: int, part: str, order: Sequence[int] = ()
    ) -> "PartMark":
        """The place in a part of a file; the order of lines if no other is given."""
        found = cls(path, line, column)
        found._part, found.order = part, (*(order or (line, column)),)
        return found

    @property
    def part(self) -> str:
        """What holds the place: `cell 3`, `layer "conv2d_3"`."""
        return self._part

    def __str__(self) -> str:
        path, part = visible(self.path), visible(self._part)
        lines = f":{self.line}:{self.column}" if self.line else ""
        between = (":" if lines else ": ") if part else ""
        return f"{path}{between}{part}{lines}"

    def __lt__(self, other: tuple[Any, ...]) -> bool:
        if isinstance(other, PartMark):
            return (self.path, self.order) < (other.path, other.order)
        return super().__lt__(other)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).at, (*self, self._part, self.order)


class _Finding(NamedTuple):
    severity: str
    code: str
    mark: Mark
    message: str
    hint: str


class Diagnostic(_Finding):
    """One finding about a spec, as it is shown to its author.

    Whatever a message quotes, it stays one line in which everything can be seen. The
    path of its mark is that of the file, and made visible where it is shown.
    """

    __slots__ = ()

    def __new__(
        cls, severity: str, code: str, mark: Mark, message: str, hint: str = ""
    ) -> Self:
        """A finding, of whose texts everything can be seen."""
        return super().__new__(
            cls, severity, code, mark, visible(message), visible(hint)
        )

    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> Self:  # type: ignore[override]
        # `_replace` makes a finding so.
        return cls(*iterable)

    @property
    def text(self) -> str:
        """What was found, what is allowed, what to do."""
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def __str__(self) -> str:
        return f"{self.mark}: {self.severity}[{self.code}]: {self.text}"


class Frame(NamedTuple):
    """A step of the way from a spec's layer list to a layer: a call or a round."""

    block: str
    """The block that is called; nothing for a round of a repeat."""
    name: str
    """What the call is named, in full; nothing for a round."""
    path: Path
    """Where the call or the repeat stands in the document."""
    round: int = 0
    """Counted from 1; 0 for a call."""
    again: bool = False
    """Whether a call is taken again, with the layers that it had."""
    given: bool = False
    """Whether the author gave a name to the call, or to one around it."""


Trail = tuple[Frame, ...]
"""The calls and rounds that led to something, outermost first."""


class Problem(NamedTuple):
    """A mistake found in plain data; `path` leads to it from where the data begins."""

    path: Path
    code: str
    message: str
    hint: str = ""
    at_key: bool = False
    """Whether the mistake is the key at `path` rather than the value under it."""
    trail: Trail = ()
    severity: str = "error"
    """Or `warning`, for what needs no change."""
    times: int = 1
    """How often calls and rounds led there, where it is told once for all."""

    def under(self, *prefix: str | int) -> "Problem":
        """The same problem, seen from further out."""
        return self._replace(path=(*prefix, *self.path))


def folded(problems: Iterable[Problem]) -> list[Problem]:
    """One problem for each mistake in the text, however often calls and rounds led on.

    The first stands for all, and says how many there are. Those of one mistake say the
    same of one place, but for names and numbers.
    """
    mistakes: dict[object, Problem] = {}
    for problem in problems:
        mistake: object = problem
        if problem.trail:
            path, code, message, _, at_key, trail, _, _ = problem
            mistake = path, code, at_key, without_details(message)
            first = mistakes.get(mistake)
            if first and first.trail == trail and first.message != message:
                mistake = problem
        first = mistakes.setdefault(mistake, problem._replace(times=0))
        mistakes[mistake] = first._replace(times=first.times + 1)
    return list(mistakes.values())


def mistakes(problems: Iterable[Problem]) -> "Counter[tuple[str, str]]":
    """How often there is each mistake, wherever it stands after a change."""
    from collections import Counter

    return Counter(
        (problem.code, without_details(problem.message))
        for problem in problems
        if problem.severity == "error"
    )


def without_details(message: str) -> str:
    """A message without names, places and numbers: one for mistakes of one kind."""
    import re

    place = r"(?<!\w)'[^']*'( \([^()]*\bline \d+[^()]*\))?"
    return re.sub(rf"{place}|-?[\d,.?]+(x[\d?]+)*", "", message)


class Unknown(NamedTuple):
    """A name that wasn't known where it stood: a problem, once it is explained."""

    name: str
    path: Path
    trail: Trail
    where: str
    """What uses it: `Add reads`."""
    hint: str
    """Which name may have been meant."""


class Invalid(ValueError):
    """Data that its author has to change, with every problem that was found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(p.message for p in self.problems))


class ArgumentError(ValueError):
    """Arguments that don't go together. `argument` is the one to point at."""

    def __init__(self, argument: str, code: str, message: str, hint: str = "") -> None:
        self.argument, self.code, self.message, self.hint = (
            argument,
            code,
            message,
            hint,
        )
        super().__init__(f"{message}; {hint}" if hint else message)


class ShapeError(ValueError):
    """A layer that can't take the tensor it is given, with what may mend it.

    Attributes:
        hint: what to do, where no change of the spec can be named.
        missing: how many axes the tensor lacks, below 0 where it has too many.
        gives: arguments that let the layer take the tensor, likeliest first.
        before: layers to put before it, as a spec writes them.
        at: what has to change, where that isn't the layer's own entry.
        is_inside: whether it is a model, and what is wrong is told of a layer inside.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        missing: int = 0,
        *,
        gives: Sequence[Mapping[str, Any]] = (),
        before: Sequence[Any] = (),
        at: Path = (),
    ) -> None:
        self.message, self.hint, self.missing = message, hint, missing
        self.gives, self.before, self.at = gives, before, at
        self.is_inside = False
        super().__init__(f"{message}; {hint}" if hint else message)


class SpecError(Exception):
    """A spec that can't be used. `diagnostics` holds every reason, in source order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = sorted(diagnostics, key=lambda d: d.mark)
        super().__init__("\n".join(str(d) for d in self.diagnostics))

    def __reduce__(self) -> tuple[Any, ...]:
        # By its text alone it could not be made again in another process.
        return type(self), (self.diagnostics,)


class _Refused(ValueError):
    def __init__(self, message: str) -> None:
        super().__init__(visible(message))


class OverrideError(_Refused):
    """A `KEY=VALUE` that can't be applied to a spec."""

    def __init__(
        self, message: str, key: str = "", reason: str = "", hint: str = ""
    ) -> None:
        super().__init__(message)
        self.key, self.reason, self.hint = key, reason or message, hint


class SettingsError(_Refused):
    """Settings of the command line or of a pyproject.toml that can't be followed."""


class NotInstalledError(ImportError):
    """A package that something needs and that isn't installed here."""


def nearest(
    name: object, options: Iterable[str], elsewhere: Mapping[str, str] = {}
) -> str:
    """`did you mean 'x'?` for the option that `name` was meant to be, or nothing.

    Args:
        name: what stands in a spec.
        options: what there is.
        elsewhere: other names, and the option that each stands for.
    """
    if not isinstance(name, str):
        return ""
    from cnnspec.ground.likeness import meant

    found = meant(name, options, elsewhere)
    return near(found) if found else ""


def near(name: str) -> str:
    """How a hint puts a name that may have been meant."""
    return f"did you mean '{name}'?"


def either(options: Iterable[str], last: str = "or") -> str:
    """`'a', 'b' or 'c'`, for messages."""
    quoted = [f"'{option}'" for option in options]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
