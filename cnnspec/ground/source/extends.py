"""The files that a spec extends."""

import os
from collections.abc import Sequence
from typing import Any

from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.source.files import read_text
from cnnspec.ground.source.marked import Source

_NOT_INHERITED = ("name", "description", "expect", "extends")
"""Keys that say something of their own file only."""


def follow(source: Source, chain: Sequence[str] = ()) -> None:
    """Reads the files that a document extends.

    Args:
        source: the document.
        chain: the files that led to it.

    Raises:
        SpecError: one of them can't be read, or leads back to one above.
    """
    data = source.data
    given = data.get("extends") if isinstance(data, dict) else None
    if not isinstance(given, str) or not given:
        return
    name = os.path.join(os.path.dirname(source.path), given)
    try:
        base = Source(read_text(name), name)
    except SpecError as error:
        if error.diagnostics[0].mark != Mark(name):
            raise
        [found] = error.diagnostics
        text = f"'{given}', which this extends: {found.message}"
        hint = found.hint or "name it as seen from this file's folder"
        raise SpecError([_extends_error(source, "extends", text, hint)]) from None
    chain = [*chain, source.path]
    if os.path.realpath(name) in map(os.path.realpath, chain):
        names = [os.path.basename(one) for one in [*chain, name]]
        text = f"the file extends itself: {' → '.join(names)}"
        raise SpecError([_extends_error(source, "cycle", text, "extend another file")])
    follow(base, chain)
    if not isinstance(base.data, dict):
        text = f"'{given}', which this extends, is no spec"
        raise SpecError([_extends_error(source, "extends", text, "name another")])
    base.data = {k: v for k, v in base.data.items() if k not in _NOT_INHERITED}
    _fill_in(source, base)


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
