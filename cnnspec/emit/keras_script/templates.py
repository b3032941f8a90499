"""The templates of scripts, and the texts in them: one's own in front of cnnspec's.

A folder of one's own has the files that one wants otherwise, under the names that they
have in cnnspec's folder: `data/csv.py.j2` in place of that, and in
`languages/ko.yaml` the texts that differ. `cnnspec/data/csv.py.j2` is always cnnspec's.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from cnnspec.emit.code.model import value_text
from cnnspec.emit.folders import folders, template_folder
from cnnspec.emit.keras_script.korean import with_particle
from cnnspec.emit.words import complaint
from cnnspec.ground.columns import WIDTH
from cnnspec.ground.errors import Mark, SpecError
from cnnspec.ground.shapes import show
from cnnspec.model.readable import in_code


@cache
def environment(own: str | None = None, *, traced: bool = False) -> Any:
    """What renders templates.

    Args:
        own: a folder of one's own.
        traced: whether each line begins with where it stands, for `place_of`.
    """
    from jinja2 import (
        ChoiceLoader,
        Environment,
        FileSystemLoader,
        PrefixLoader,
        StrictUndefined,
    )

    ours = FileSystemLoader(template_folder())
    loader = ChoiceLoader(
        [FileSystemLoader(folders(own)), PrefixLoader({"cnnspec": ours})]
    )
    found = Environment(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=[_traced()] if traced else [],
    )
    found.filters |= {"python": value_text, "code": in_code, "listed": _listed}
    found.filters |= {"whole": _whole, "thousands": _thousands, "short": _short}
    found.filters |= {"percent": _percent, "particle": with_particle}
    found.filters |= {"sizes": show, "most": _most, "counted": _counted}
    found.filters["inside"] = _inside
    return found


def _inside(found: str) -> str:
    """A text as it stands between the quotes of an f-string."""
    return value_text(found)[1:-1].replace("{", "{{").replace("}", "}}")


def _listed(found: list[str]) -> bool:
    """Whether names stand as a list: they fit into a line, or one has a space."""
    spaced = any(name.split() != [name] for name in found)
    return spaced or len(value_text(found)) <= WIDTH - 20


def _whole(found: int) -> str:
    """A whole number with its thousands set apart: 87_135."""
    return f"{found:_}"


def _thousands(found: int) -> str:
    """A whole number as people write it: 87,135."""
    return f"{found:,}"


def _short(found: float) -> str:
    """A number with no more digits than it needs: 0.0001, 1e-05."""
    return f"{found:g}"


def _percent(found: float) -> str:
    """A share as people write it: 20%."""
    return f"{100 * found:g}%"


def _counted(found: int, base: int, units: Sequence[str]) -> str:
    """A count in the largest unit that fits, with four digits: 25.11 million, 2,511만.

    Args:
        found: the count.
        base: how many of a unit the next one holds.
        units: what they are called, from ones on.
    """
    value, left = float(found), list(units)
    while len(left) > 1 and value >= base:
        value, left = value / base, left[1:]
    digits = f"{value:,.{max(0, 4 - len(str(int(value))))}f}"
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits}{left[0]}"


def _most(found: Any) -> float:
    """How far something goes either way, given as a number or as its two ends."""
    ends = found if isinstance(found, list | tuple) else (found,)
    return float(max(map(abs, ends)))


# ------------------------------------------------------------------ mistakes in them

_BEGINS, _ENDS = "\x02", "\x03"


def _traced() -> Any:
    from jinja2.ext import Extension
    from jinja2.lexer import Token

    class Traced(Extension):
        """Puts the place of each line of a template in front of it."""

        def filter_stream(self, stream: Any) -> Iterator[Token]:
            for token in stream:
                if token.type != "data":
                    yield token
                    continue
                lines = token.value.split("\n")
                marked = [
                    f"{_BEGINS}{stream.filename}:{token.lineno + k}{_ENDS}{line}"
                    for k, line in enumerate(lines)
                ]
                yield Token(token.lineno, "data", "\n".join(marked))

    return Traced


def place_of(traced: str, number: int) -> Mark:
    """Where the template stands that has made a line.

    Args:
        traced: what a traced environment has rendered.
        number: of the line, from 1.
    """
    lines = traced.split("\n")[:number]
    for line in reversed(lines):
        if _BEGINS in line:
            place = line.rpartition(_BEGINS)[2].partition(_ENDS)[0]
            path, _, number_there = place.rpartition(":")
            return Mark(path, int(number_there))
    return Mark("")


def refusal(error: Exception, own: str) -> SpecError:
    """What is wrong with templates, and where.

    Args:
        error: what was raised while one was read or rendered.
        own: the folder of one's own.
    """
    from jinja2 import TemplateNotFound, TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        mark = Mark(error.filename or own, error.lineno)
        return complaint(mark, error.message or "this is no template")
    mark, places = Mark(own), [str(folder) for folder in folders(own)]
    frame = error.__traceback__
    while frame is not None:
        path = frame.tb_frame.f_code.co_filename
        if path.endswith(".j2") and any(path.startswith(place) for place in places):
            mark = Mark(path, frame.tb_lineno)
        frame = frame.tb_next
    if isinstance(error, TemplateNotFound):
        return complaint(mark, f"there is no template '{error.name}'")
    return complaint(mark, str(error) or type(error).__name__)
