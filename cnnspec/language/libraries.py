"""Files that a spec includes: what is wrong with them as such."""

from typing import Any

from cnnspec.ground.errors import Invalid
from cnnspec.language.document import Document, Library
from cnnspec.language.variables import Notes

_SECTIONS = {"vars": "the variable", "blocks": "the block", "custom": "the layer"}
"""What the names under a key are, in words."""


def check_included(notes: Notes) -> None:
    """Reports what is wrong with the keys of included files, and with their names."""
    others = Document.arguments().keys() - Library.arguments().keys()
    for number, file in enumerate(notes.source.included):
        data: dict[Any, Any] = file.data
        try:
            Library.read({key: data[key] for key in data if key not in others})
        except Invalid as error:
            notes.add(error, ("include", number))
    _refuse_rivals(notes)


def _refuse_rivals(notes: Notes) -> None:
    """Reports names that two included files bring, and nothing that goes before."""
    source = notes.source
    for section, name, number in source.rivals:
        first = source.included_in((section, name))
        if first is None or (section, name) in source.overridden:
            continue
        where = source.line((section, name))
        text = f"{_SECTIONS[section]} '{name}' comes from {where} as well"
        hint = f"rename one of the two, or give the spec a '{name}' of its own"
        path = ("include", number, section, name)
        notes.report(path, "include", text, hint, at_key=True)
