"""The texts of scripts and notebooks, in the language of whoever reads them.

Every text stands in templates/languages, a file for each language. It may hold `{{ }}`,
which is filled in when a script is written, and `{ }`, which the script fills in: such
a text becomes an f-string.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.print.layout import WIDTH, columns, wrapped


def template_folder() -> Path:
    """Inside the package where a wheel was installed, beside it in a checkout."""
    package = Path(__file__).parents[2]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


def languages() -> list[str]:
    """The codes of the languages that there are texts in: en first, then the others."""
    codes = sorted(
        path.stem for path in (template_folder() / "languages").glob("*.yaml")
    )
    return sorted(codes, key=lambda code: code != "en")


class Language:
    """The texts in one language.

    Attributes:
        code: of the language, as in ISO 639-1.
        texts: by section and name.
    """

    def __init__(self, code: str) -> None:
        """Reads the catalogue of a language.

        Raises:
            KeyError: there is none.
        """
        if code not in languages():
            raise KeyError(code)
        self.code, self.texts = code, _catalogue(code)

    def layer(self, cls: type[Layer]) -> str:
        """What a layer does, in a sentence or two."""
        said: str | None = self.texts["layers"].get(cls.__name__)
        if said is None:
            said = " ".join((cls.__doc__ or "").split("\n\n")[0].split())
        return said

    def fill(self, name: str, **words: str) -> str:
        """A text of scripts with `{{ word }}` filled in, where it has no more to it."""
        said: str = self.texts["script"][name]
        for word, code in words.items():
            said = said.replace(f"{{{{ {word} }}}}", code)
        return said

    def section(self, name: str) -> dict[str, Any]:
        """The texts of one section by name."""
        found: dict[str, Any] = self.texts[name]
        return found


@cache
def _catalogue(code: str) -> dict[str, Any]:
    import yaml

    text = (template_folder() / "languages" / f"{code}.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(
        text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return found


# ------------------------------------------------------------------ as code


_FIELD = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(r"(?:\{[^{}]*\}|[^ \n{}])*(?:\n|[ ]+|$)")


def string(said: str) -> str:
    """A text as a string of Python, an f-string where it has `{ }`."""
    written, end = "", 0
    for field in _FIELD.finditer(said):
        written += _escaped(said[end : field.start()]) + field[0]
        end = field.end()
    written += _escaped(said[end:])
    return f'{"f" if end else ""}"{written}"'


def _escaped(said: str) -> str:
    return json.dumps(said, ensure_ascii=False)[1:-1]


def statement(opening: str, said: str, closing: str, indent: int) -> list[str]:
    """A call with one text, which is broken into several strings if it is long."""
    pad, code = " " * indent, string(said)
    line = f"{pad}{opening}{code}{closing}"
    if columns(line) <= WIDTH:
        return [line]
    inner = f"{pad}    "
    pieces = [said] if columns(inner + code) <= WIDTH else list(_pieces(said, inner))
    lines = [f"{inner}{string(piece)}" for piece in pieces]
    return [f"{pad}{opening}", *lines, f"{pad}{closing}"]


def _pieces(said: str, margin: str) -> Iterator[str]:
    """Parts of a text, each of which fits into a line as a string."""
    piece = ""
    for word in (found[0] for found in _WORD.finditer(said)):
        if piece and columns(margin + string(piece + word)) > WIDTH:
            yield piece
            piece = ""
        piece += word
        if word.endswith("\n"):
            yield piece
            piece = ""
    if piece:
        yield piece


def comment(said: str, indent: int) -> list[str]:
    """A text as lines of comment."""
    pad = " " * indent
    return [f"{pad}# {line}" for line in wrapped(said, WIDTH - indent - 2)]


def docstring(said: str, indent: int) -> list[str]:
    """A text as a docstring; an empty line in it ends the first paragraph."""
    pad = " " * indent
    if columns(f'{pad}"""{said}"""') <= WIDTH and "\n" not in said:
        return [f'{pad}"""{said}"""']
    lines: list[str] = []
    for part in said.split("\n\n"):
        opening = "" if lines else '"""'
        # What fits into a line, but for the quotes behind it, needs two all the same.
        narrower = 3 if part == said else 0
        lines += ["", *wrapped(opening + part, WIDTH - indent - narrower)]
    return [*(f"{pad}{line}".rstrip() for line in lines[1:]), f'{pad}"""']
