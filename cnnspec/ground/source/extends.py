"""The files that a spec extends."""

import os
import re
from collections.abc import Collection, Container, Sequence
from typing import Any

from cnnspec.ground.errors import Diagnostic, Path, SpecError
from cnnspec.ground.source.marked import Source

_NOT_INHERITED = (
    *("name", "description", "expect", "extends", "include", "append", "study"),
)
"""Keys that say something of their own file only."""


_CODES = {"extends": "extends", "includes": "include", "compares": "study-spec"}
"""Of what is wrong with the file that a document names, by what it does with it."""
_LONGEST = 50
"""Files that may extend one another."""


def follow(source: Source, keys: Container[str], chain: Sequence[str] = ()) -> None:
    """Reads the files that a document extends.

    Args:
        source: the document.
        keys: those of a spec. Nothing is told of what a file holds that has few others.
        chain: the files that led to it.

    Raises:
        SpecError: one of them can't be read, is no spec, or leads back to one above.
    """
    data = source.data
    given = data.get("extends") if isinstance(data, dict) else None
    if not isinstance(given, str) or not given:
        return
    base = read_named(source, ("extends",), given, "extends", keys)
    chain = [*chain, source.path]
    if os.path.realpath(base.path) in map(os.path.realpath, chain):
        names = [os.path.basename(one) for one in [*chain, base.path]]
        text = f"the file extends itself: {' → '.join(names)}"
        raise SpecError([_extends_error(source, "cycle", text, "extend another file")])
    if len(chain) > _LONGEST:
        text = f"more than {_LONGEST} files extend one another"
        raise SpecError([_extends_error(source, "extends", text, "join some of them")])
    follow(base, keys, chain)
    base.data = {k: v for k, v in base.data.items() if k not in _NOT_INHERITED}
    _fill_in(source, base)


def read_named(
    source: Source, where: Path, given: str, verb: str, keys: Container[str]
) -> Source:
    """A file that a document names.

    Args:
        source: the document.
        where: it names the file.
        given: the name.
        verb: what it does with it: `extends`.
        keys: those of a spec.

    Raises:
        SpecError: it can't be read, or is no spec.
    """
    text = ""
    try:
        name, text = source.read_beside(given)
        found = Source(text, name)
    except SpecError as error:
        if text and _is_spec(_OUTERMOST.findall(text), keys):
            raise
        if text:
            raise _no_spec(source, where, given, verb) from None
        [wrong] = error.diagnostics
        message = f"'{given}', which this {verb}: {wrong.message}"
        hint = wrong.hint or "name it as seen from this file's folder"
        code = wrong.code if wrong.code == "outside-project" else _CODES[verb]
        raise SpecError(
            [source.diagnostic("error", code, where, message, hint)]
        ) from None
    if not isinstance(found.data, dict) or not _is_spec(found.data, keys):
        _refuse_model(source, where, given, verb, found.data)
        raise _no_spec(source, where, given, verb)
    found.asked, found.everywhere = source.asked, source.everywhere
    return found


def _refuse_model(
    source: Source, where: Path, given: str, verb: str, data: Any
) -> None:
    """Refuses the file of a model, which Keras has written.

    Raises:
        SpecError: it is one.
    """
    from cnnspec.ground.source.foreign import KERAS

    if KERAS.is_it(data):
        text = f"'{given}', which this {verb}: this is {KERAS.what}, and no spec"
        found = source.diagnostic("error", _CODES[verb], where, text, KERAS.todo)
        raise SpecError([found])


_OUTERMOST = re.compile(r"^([A-Za-z_]\w*) *:", re.MULTILINE)
"""A key in a text that can't be read."""


def _is_spec(found: Collection[Any], keys: Container[str]) -> bool:
    """Whether a file has more of a spec's keys than others."""
    return 2 * sum(key in keys for key in found) > len(found)


def _no_spec(source: Source, where: Path, given: str, verb: str) -> SpecError:
    """Says no more: who wrote the spec may not be meant to know what the file holds."""
    text = f"'{given}', which this {verb}, is no spec"
    code = _CODES[verb]
    return SpecError([source.diagnostic("error", code, where, text, "name another")])


def _fill_in(source: Source, base: Source) -> None:
    """Gives a document what another one says and it doesn't.

    Mappings are filled in key by key; anything else of the document stands. A key of
    the base that is null in it is left out: `inputs: null`.
    """
    without = [
        key
        for key, value in source.data.items()
        if value is None and key in base.data and not source.is_blank((key,))
    ]
    source.note_base(base)
    source.data = _merged(source.data, base.data)
    if appended := source.note_appended():
        source.data["append"] = appended
    for key in without:
        del source.data[key]


def _extends_error(source: Source, code: str, text: str, hint: str) -> Diagnostic:
    return source.diagnostic("error", code, ("extends",), text, hint)


def _merged(data: Any, base: Any) -> Any:
    """The data with what only the base has."""
    if not isinstance(data, dict) or not isinstance(base, dict):
        return data
    more = {key: value for key, value in base.items() if key not in data}
    own = {k: _merged(v, base[k]) if k in base else v for k, v in data.items()}
    # In the order of the base, which is that of the variables and blocks.
    return {key: own.get(key, more.get(key)) for key in {**base, **own}}
