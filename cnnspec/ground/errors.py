"""What can be wrong with a spec, and where: diagnostics and the errors that carry them.

A mistake of the author's is a `Diagnostic`, collected with all others of its file. Code
that finds one without knowing where it stands in the text raises `Invalid` with
`Problem`s whose paths lead into the data; whoever holds the `Source` turns those into
diagnostics. Anything else that is raised is a bug of ours and says so.
"""

from collections.abc import Iterable
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way to a value in a YAML document: keys and list positions, outermost first."""


class Mark(NamedTuple):
    """A place in a file. `line` and `column` count from 1."""

    path: str
    line: int = 1
    column: int = 1


class Diagnostic(NamedTuple):
    """One finding about a spec, as it is shown to its author."""

    severity: str
    code: str
    mark: Mark
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.mark.path}:{self.mark.line}:{self.mark.column}"
        text = f"{self.message}; {self.hint}" if self.hint else self.message
        return f"{place}: {self.severity}[{self.code}]: {text}"


class Frame(NamedTuple):
    """A step of the way from a spec's layer list to a layer: a call or a round."""

    block: str
    """The block that is called; nothing for a round of a repeat."""
    name: str
    """What the call is named, in full; nothing where it has no name."""
    path: Path
    """Where the call or the repeat stands in the document."""
    round: int = 0
    """Counted from 1; 0 for a call."""


class Problem(NamedTuple):
    """A mistake found in plain data; `path` leads to it from where the data begins."""

    path: Path
    code: str
    message: str
    hint: str = ""
    at_key: bool = False
    """Whether the mistake is the key at `path` rather than the value under it."""
    trail: tuple[Frame, ...] = ()
    """The calls and rounds that led there, outermost first."""
    severity: str = "error"
    """Or `warning`, for what needs no change."""

    def under(self, *prefix: str | int) -> "Problem":
        """The same problem, seen from further out."""
        return self._replace(path=(*prefix, *self.path))


class Invalid(ValueError):
    """Data that its author has to change, with every problem that was found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(p.message for p in self.problems))


class ArgumentError(ValueError):
    """Arguments that don't go together. `field` is the one to point at."""

    def __init__(self, field: str, code: str, message: str, hint: str = "") -> None:
        self.field, self.code, self.message, self.hint = field, code, message, hint
        super().__init__(f"{message}; {hint}" if hint else message)


class ShapeError(ValueError):
    """A layer that can't take the tensor it is given, with what would mend it.

    `missing` is how many axes the tensor lacks, below 0 where it has too many.
    """

    def __init__(self, message: str, hint: str = "", missing: int = 0) -> None:
        self.message, self.hint, self.missing = message, hint, missing
        super().__init__(f"{message}; {hint}" if hint else message)


class SpecError(Exception):
    """A spec that can't be used. `diagnostics` holds every reason, in source order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = sorted(diagnostics, key=lambda d: d.mark)
        super().__init__("\n".join(str(d) for d in self.diagnostics))


class OverrideError(ValueError):
    """A `KEY=VALUE` that can't be applied to a spec."""


CODES = {
    "alias": "an alias without an anchor, inside its own, or too many of them",
    "argument": "arguments that don't go together",
    "block": "a block that isn't written as one",
    "cycle": "something that leads back to itself: a tensor, a variable, a file",
    "does-not-divide": "numbers that can't be shared out evenly",
    "duplicate-key": "a key that stands twice in a mapping",
    "duplicate-name": "a name that is given to two layers",
    "duplicate-value": "a value that stands twice where each stands once",
    "edited-file": "a file to be written that holds somebody's own work",
    "empty": "a file that holds nothing",
    "empty-value": "a value that holds nothing",
    "encoding": "a file that is not UTF-8 text",
    "equation": "an equation of EinsumDense that can't be, or axes not in it",
    "exclusive-arguments": "arguments that can't be given together",
    "expected-mismatch": "a model that isn't what `expect:` says",
    "expression": "an expression that can't be read or worked out",
    "extends": "a spec to extend that can't be read",
    "file-ending": "a file whose name ends otherwise than what it is to hold",
    "implied-reshape": "samples whose form a script changes without being told to",
    "input-as-output": "a model that would give back its input as it came",
    "keras-mismatch": "a model that isn't what Keras builds; a bug of cnnspec",
    "keras-refused": "a layer that Keras refuses, or has no memory for",
    "key": "a key that is a list or a mapping",
    "layer-form": "an entry of a layer list that isn't a layer",
    "merge-key": "`<<`, which YAML 1.2 doesn't have",
    "missing-field": "an argument or section that has to be there",
    "missing-parameter": "a call of a block without a value that it needs",
    "needs-argument": "an argument that needs another one",
    "not-a-default": "an argument that can't be the same for all layers of a type",
    "not-a-file": "a folder where a spec is wanted",
    "not-found": "a file that isn't there",
    "not-supported": "what Keras takes and then can't do",
    "number": "a number with too many digits",
    "open-sizes": "more than one size that is left to be worked out",
    "other-mode": "an argument that is for another mode of the layer",
    "other-source": "a key of `data:` that is for another source",
    "out-of-range": "a number beyond what another argument allows",
    "parameter-name": "a name that a block's parameter can't have",
    "permutation": "axes that aren't each named once",
    "recursion": "a block that calls itself, by way of others or directly",
    "refused-layer": "a layer that a spec can't hold",
    "repeat": "a repeat that doesn't say how often",
    "several-documents": "more than one YAML document in a file",
    "shape": "a layer that can't take the tensor it is given",
    "summary": "an expected summary that is no table of Keras",
    "tag": "a YAML tag that a spec has no use for",
    "too-deep": "lists and mappings nested too deeply",
    "too-large": "a file larger than any spec",
    "too-many-layers": "blocks and repeats that come to more than any model has",
    "tuple": "a tuple in round brackets, which YAML doesn't have",
    "two-directions": "layers of Bidirectional that don't walk in two directions",
    "unknown-block": "a block that the spec doesn't have",
    "unknown-field": "an argument or section that doesn't exist",
    "unknown-input": "a name that no layer above has",
    "unknown-layer": "a layer that Keras doesn't have",
    "unknown-parameter": "a value for a block that has no such parameter",
    "unknown-value": "a word that isn't one of those allowed",
    "unknown-variable": "a name in an expression that nothing defines",
    "unreadable": "a file that can't be read",
    "unused-block": "a block that nothing calls",
    "unused-first-use": "a layer whose first use is for nothing, and another isn't",
    "unused-layer": "a layer that no output of the model depends on",
    "unused-variable": "a variable, or a block's parameter, that nothing uses",
    "unwritable": "a file or folder that can't be written",
    "wrapped-layer": "a layer that another one can't hold",
    "wrong-count": "another number of values than the arguments ask for",
    "wrong-order": "numbers of which one must not be above the other",
    "wrong-type": "a value of another type than the one allowed",
    "yaml-indentation": "a line whose indentation doesn't fit",
    "yaml-syntax": "text that isn't YAML",
    "yaml-tab": "a tab, or a character that YAML keeps for itself",
}
"""Every code of a diagnostic, and what it stands for."""


def nearest(name: object, options: Iterable[str]) -> str:
    """`did you mean 'x'?` for the option that `name` looks most like, or nothing."""
    if not isinstance(name, str):
        return ""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(b=name.lower())
    best, likeness = "", 0.6
    for option in options:
        matcher.set_seq1(option.lower())
        # The first of equals wins, so that callers can put the likeliest first.
        if matcher.real_quick_ratio() > likeness and matcher.ratio() > likeness:
            best, likeness = option, matcher.ratio()
    return near(best) if best else ""


def near(name: str) -> str:
    """How a hint puts a name that may have been meant."""
    return f"did you mean '{name}'?"


def either(options: Iterable[str], last: str = "or") -> str:
    """`'a', 'b' or 'c'`, for messages."""
    quoted = [f"'{option}'" for option in options]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
