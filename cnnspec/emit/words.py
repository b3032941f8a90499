"""The texts of whatever is made for people, in the language of whoever reads it.

Every text stands in templates/languages, a file for each language. What a language
lacks is said in English.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cnnspec.emit.folders import folders
from cnnspec.ground.errors import Diagnostic, Mark, SpecError

ENGLISH = "en"
SECTIONS = (
    "font",
    "layers",
    "script",
    "notebook",
    "techniques",
    "picture",
    "worksheet",
    "study",
)


def languages(own: str | None = None) -> list[str]:
    """The codes of the languages that there are texts in: en first, then the others.

    Args:
        own: a folder of templates of one's own.
    """
    files = (
        file for folder in folders(own) for file in folder.glob("languages/*.yaml")
    )
    return sorted(
        {file.stem for file in files}, key=lambda code: (code != ENGLISH, code)
    )


def words(section: str, code: str, own: str | None = None) -> dict[str, str]:
    """The texts of a section by name.

    Args:
        section: of the files of languages.
        code: of the language.
        own: a folder of templates of one's own.

    Raises:
        SpecError: a file of texts of one's own isn't one.
    """
    found: dict[str, Any] = {}
    for file in [*files_of(code, own), *files_of(ENGLISH, own)]:
        found = filled_up(found, catalogue(file).get(section, {}))
    return found


def filled_up(texts: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Texts, with those of another catalogue where there are none."""
    found = {**others, **texts}
    for name in texts.keys() & others.keys():
        if isinstance(texts[name], dict) and isinstance(others[name], dict):
            found[name] = filled_up(texts[name], others[name])
    return found


def files_of(code: str, own: str | None) -> list[Path]:
    """The files of a language: one of one's own in front of cnnspec's."""
    files = (folder / "languages" / f"{code}.yaml" for folder in folders(own))
    return [file for file in files if file.is_file()]


def catalogue(file: Path) -> dict[str, Any]:
    """The texts of a file.

    Raises:
        SpecError: it isn't one.
    """
    return _read(file, file.stat().st_mtime_ns)


@cache
def _read(file: Path, _changed: int) -> dict[str, Any]:
    import yaml

    try:
        text = file.read_text("utf-8")
        found = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, ValueError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        place = Mark(str(file), mark.line + 1 if mark else 1)
        problem = getattr(error, "problem", None) or str(error)
        raise complaint(place, f"this is no YAML: {problem}") from None
    sections = found if isinstance(found, dict) else {}
    texts = [sections[name] for name in SECTIONS if sections.get(name) is not None]
    if sections is not found or not all(isinstance(text, dict) for text in texts):
        raise complaint(Mark(str(file)), "this is no mapping of sections of texts")
    return {name: texts for name, texts in found.items() if texts is not None}


def complaint(mark: Mark, message: str) -> SpecError:
    """That a template has to be changed."""
    said = " ".join(message.split()).rstrip(".")
    said = re.sub(r"'[\w.]+\.(\w+)View object'", lambda m: m[1].lower(), said)
    hint = "docs/templates.md lists what templates are told"
    return SpecError([Diagnostic("error", "template", mark, said, hint)])
