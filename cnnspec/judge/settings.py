"""Which warnings are told: settings, and the comments of a spec that silence some."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from cnnspec.ground.errors import Diagnostic, Mark, SettingsError, nearest
from cnnspec.ground.source import Source

if TYPE_CHECKING:
    from cnnspec.ground.ignores import Ignore


class Settings:
    """Which warnings of a spec are told, and whether they are fatal.

    Attributes:
        select: codes of the only warnings to tell; None for all.
        ignore: codes of warnings not to tell.
        strict: whether a warning makes a spec a wrong one.
        allow_outside: whether a spec may name files outside of its project.
        allow_import: whether the modules of a spec's own layers may be imported. No
            file of a project can say so: its specs may be somebody else's.
        exclude: patterns of files and folders that a search for specs leaves out.
        folder: where the patterns are seen from.
    """

    def __init__(
        self,
        select: Sequence[str] | None = None,
        ignore: Sequence[str] = (),
        strict: bool = False,
        exclude: Sequence[str] = (),
        folder: str = "",
        allow_outside: bool = False,
        allow_import: bool = False,
    ) -> None:
        self.select, self.ignore, self.strict = select, ignore, strict
        self.exclude, self.folder = exclude, folder
        self.allow_outside, self.allow_import = allow_outside, allow_import

    def tells(self, found: Diagnostic) -> bool:
        """Whether a finding is told; an error always is."""
        if found.severity == "error":
            return True
        selected = self.select is None or found.code in self.select
        return selected and found.code not in self.ignore

    def leaves_out(self, path: str) -> bool:
        """Whether a search for specs leaves a file out."""
        if not self.exclude:
            return False
        from fnmatch import fnmatch

        steps = os.path.relpath(path, self.folder).split(os.sep)
        around = ["/".join(steps[:n]) for n in range(1, len(steps) + 1)]
        patterns = [pattern.rstrip("/") for pattern in self.exclude]
        return any(fnmatch(a, pattern) for a in around for pattern in patterns)


USUAL = Settings()
"""Every warning is told, and none is fatal."""


def settings_for(folder: str, **given: Any) -> Settings:
    """The settings for the specs of a folder.

    Args:
        folder: from which on upwards a pyproject.toml with `[tool.cnnspec]` is looked
            for.
        given: settings that win over those of the file, unless they are None.

    Raises:
        SettingsError: one of them can't be followed.
    """
    chosen = {key: value for key, value in given.items() if value is not None}
    for key in ("select", "ignore"):
        _refuse_unknown(chosen.get(key, ()), key)
    return Settings(**{**_from_file(folder), **chosen})


def _from_file(folder: str) -> dict[str, Any]:
    here = os.path.abspath(folder)
    while True:
        path = os.path.join(here, "pyproject.toml")
        content = _content(path) if os.path.isfile(path) else b""
        # The parser takes longer to import than a small spec to check.
        section = _section(content, path) if b"tool.cnnspec" in content else None
        if section is not None:
            return _read(section, path)
        if here == (here := os.path.dirname(here)):
            return {}


def _content(path: str) -> bytes:
    """What a file holds; nothing where it can't be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _section(content: bytes, path: str) -> dict[str, Any] | None:
    """The section `[tool.cnnspec]`, where there is one.

    Raises:
        SettingsError: the file isn't TOML.
    """
    from tomllib import TOMLDecodeError, loads

    try:
        tools = loads(content.decode("utf-8")).get("tool")
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{os.path.relpath(path)}: {error}") from None
    found = tools.get("cnnspec") if isinstance(tools, dict) else None
    return found if isinstance(found, dict) else None


_FLAGS = ("strict", "allow-outside")
_KEYS = ("select", "ignore", "exclude", *_FLAGS)


def _read(section: dict[str, Any], path: str) -> dict[str, Any]:
    """The settings of a section `[tool.cnnspec]`.

    Raises:
        SettingsError: it has another key, or a wrong value.
    """
    for key, value in section.items():
        title = f"{os.path.relpath(path)}: tool.cnnspec.{key}"
        if key not in _KEYS:
            hint = nearest(key, _KEYS) or f"it may be {', '.join(_KEYS)}"
            raise SettingsError(f"{title} is no setting; {hint}")
        if key in _FLAGS:
            if not isinstance(value, bool):
                raise SettingsError(f"{title} must be true or false; found {value!r}")
        elif not isinstance(value, list) or not all(type(v) is str for v in value):
            raise SettingsError(f"{title} must be a list of texts; found {value!r}")
        elif key != "exclude":
            _refuse_unknown(value, title)
    found = {key.replace("-", "_"): value for key, value in section.items()}
    return found | {"folder": os.path.dirname(path)}


def _refuse_unknown(codes: Sequence[str], title: str) -> None:
    """Refuses codes that are no warnings'.

    Raises:
        SettingsError: one is no code, or that of an error.
    """
    if not codes:
        return
    from cnnspec.judge.explain import explanations, unknown

    for code in codes:
        if code not in explanations():
            raise SettingsError(f"{title}: {unknown(code)}")
        if explanations()[code].severity == "error":
            text = f"'{code}' is an error, which is always told"
            raise SettingsError(f"{title}: {text}; only warnings can be chosen")


# ------------------------------------------------------------------ comments


def without_ignored(
    found: Sequence[Diagnostic], source: Source, *, sound: bool
) -> list[Diagnostic]:
    """Findings without the warnings that comments silence.

    Args:
        found: about a spec.
        source: its text; what it extends may have such comments too.
        sound: whether all was asked that could be found, so that a comment which
            silences nothing is one too many.
    """
    places = {(*_line(i.mark), code) for i in source.ignores for code in i.codes}
    silenced = set()
    left = []
    for diagnostic in found:
        place = (*_line(diagnostic.mark), diagnostic.code)
        if diagnostic.severity == "warning" and place in places:
            silenced.add(place)
        else:
            left.append(diagnostic)
    for ignore in source.ignores:
        if ignore.mark.path == source.path:
            line = _line(ignore.mark)
            used = {code for code in ignore.codes if (*line, code) in silenced}
            left += _unused(ignore, used, sound)
    return left


def _line(mark: Mark) -> tuple[str, str, int]:
    """A line of a file, or of a cell in it."""
    return mark.path, mark.part, mark.line


def _unused(ignore: "Ignore", used: set[str], sound: bool) -> Iterator[Diagnostic]:
    from cnnspec.judge.explain import explanations, unknown

    for code in ignore.codes or ("",):
        if code in used:
            continue
        if not code:
            text = "this names no code to ignore; as in # cnnspec: ignore[unused-layer]"
        elif code not in explanations():
            text = unknown(code)
        elif explanations()[code].severity == "error":
            text = f"'{code}' is an error, which can't be ignored; mend what it tells"
        elif sound:
            text = f"no warning of this line has the code '{code}'; remove it"
        else:
            continue
        message, _, hint = text.partition("; ")
        yield Diagnostic("warning", "unused-ignore", ignore.mark, message, hint)
