"""The texts of scripts and notebooks, in the language of whoever reads them.

Every text stands in templates/languages, a file for each language. It may hold `{{ }}`,
which is filled in when a script is written, and `{ }`, which the script fills in: such
a text becomes an f-string. What a language lacks is said in English.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.registry import layer_names, model_names
from cnnspec.emit.folders import template_folder
from cnnspec.emit.keras_script.templates import environment
from cnnspec.emit.words import (
    ENGLISH,
    SECTIONS,
    catalogue,
    complaint,
    files_of,
    filled_up,
    languages,
)
from cnnspec.ground.errors import Mark
from cnnspec.ground.visible import visible


class Paragraph(NamedTuple):
    """What is said of one thing."""

    title: str
    text: str
    source: str
    """Where it is told in full."""


class Language:
    """The texts in one language.

    Attributes:
        code: of the language, as in ISO 639-1.
        texts: by section and name.
    """

    def __init__(self, code: str, own: str | None = None) -> None:
        """Reads the catalogue of a language.

        Args:
            code: of the language.
            own: a folder of templates of one's own.

        Raises:
            KeyError: there is none.
            SpecError: a file of texts of one's own isn't one.
        """
        if code not in languages(own):
            raise KeyError(code)
        self.code, self._own = code, own
        self._files = [*files_of(code, own), *files_of(ENGLISH, own)]
        self.texts: dict[str, Any] = {}
        for file in self._files:
            self.texts = filled_up(self.texts, catalogue(file))
        self._refuse_unknown(own)

    def layer(self, cls: type[Layer], values: Mapping[str, Any]) -> str:
        """What a layer does, in a sentence or two.

        Args:
            cls: the layer's class.
            values: what the text speaks of, as `what_layers_do` gives it.

        Raises:
            SpecError: a text of one's own can't be filled in.
        """
        said = None
        if not cls.named_by_keras:  # an operation may be called as a layer is
            said = self.texts["layers"].get(cls.__name__)
        if said is None and not cls.__doc__:
            return self.fill("of_package", package=cls.package)
        if said is None:
            return " ".join(str(cls.__doc__).split("\n\n")[0].split())
        return self._filled("layers", cls.__name__, said, values)

    def fill(self, name: str, **words: str) -> str:
        """A text of scripts with these words filled in."""
        return self.say("script", name, words)

    def say(self, section: str, name: str, values: Mapping[str, Any]) -> str:
        """A text with what stands in `{{ }}` filled in.

        Raises:
            SpecError: a text of one's own can't be.
        """
        return self._filled(section, name, self.section(section)[name], values)

    def explain(self, key: str, values: Mapping[str, Any]) -> Paragraph:
        """What is said of an idea, or of something of the catalogue.

        Raises:
            SpecError: a text of one's own can't be filled in.
        """
        return Paragraph(
            **{
                part: " ".join(self._filled("techniques", key, text, values).split())
                for part, text in self.section("techniques")[key].items()
            }
        )

    def explains(self, key: str) -> bool:
        """Whether there is a paragraph about something."""
        return key in self.section("techniques")

    def _filled(
        self, section: str, name: str, text: Any, values: Mapping[str, Any]
    ) -> str:
        if "{{" not in text and "{%" not in text:
            return str(text)
        try:
            return str(_compiled(text).render(values))
        except Exception as error:
            if self._own is None:
                raise
            message = f"the text '{name}' can't be filled in: {error}"
            raise complaint(self._place(section, name), message) from None

    def section(self, name: str) -> dict[str, Any]:
        """The texts of one section by name."""
        found: dict[str, Any] = self.texts[name]
        return found

    def _refuse_unknown(self, own: str | None) -> None:
        """Refuses texts of one's own that nothing says.

        Raises:
            SpecError: with the first of them.
        """
        if own is None:
            return
        known = {*_keys(catalogue(template_folder() / "languages" / "en.yaml"))}
        for file in (file for file in self._files if file.is_relative_to(own)):
            for key in _keys(catalogue(file)):
                section, _, name = key.partition(".")
                if key not in known and section in SECTIONS[2:]:
                    mark = self._place(section, name.partition(".")[0])
                    raise complaint(mark, f"there is no text '{key}'")

    def _place(self, section: str, name: str) -> Mark:
        """Where a text stands."""
        file = next(f for f in self._files if name in catalogue(f).get(section, ()))
        for number, line in enumerate(file.read_text("utf-8").split("\n"), start=1):
            if line.strip().startswith(f"{name}:"):
                return Mark(str(file), number)
        return Mark(str(file))


def lacking(code: str, own: str | None = None) -> list[str]:
    """What a language is silent of, so that it is said in English: `script.model`."""
    spoken: dict[str, Any] = {}
    for file in files_of(code, own):
        spoken = filled_up(spoken, catalogue(file))
    wanted = set(_keys(Language(ENGLISH).texts))
    if code != ENGLISH:
        # In English, the docstrings of their classes say what layers do.
        wanted |= {f"layers.{name}" for name in (*layer_names(), *model_names())}
    return sorted(wanted - set(_keys(spoken)))


def _keys(texts: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The names of texts, with those of their sections in front."""
    for name, text in texts.items():
        if isinstance(text, dict):
            yield from _keys(text, f"{above}{name}.")
        else:
            yield f"{above}{name}"


@cache
def _compiled(text: str) -> Any:
    return environment().from_string(text)


# ------------------------------------------------------------------ as code


_FIELD = re.compile(r"\{[^{}]*\}")


def string(said: str) -> str:
    """A text as a string of Python, an f-string where it has `{ }`."""
    written, end = "", 0
    for field in _FIELD.finditer(said):
        written += _escaped(said[end : field.start()]) + field[0]
        end = field.end()
    written += _escaped(said[end:])
    return f'{"f" if end else ""}"{written}"'


def _escaped(said: str) -> str:
    return visible(json.dumps(said, ensure_ascii=False)[1:-1])
