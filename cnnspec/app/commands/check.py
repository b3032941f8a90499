"""`cnnspec check`."""

import os
import sys
from collections.abc import Sequence
from typing import Any

from cnnspec.api import Checked
from cnnspec.app import findings
from cnnspec.app.arguments import check_spec, codes_of, specs_of
from cnnspec.app.streams import tell_bug
from cnnspec.ground import interrupts
from cnnspec.ground.errors import Diagnostic, Mark, NotInstalledError


def run(
    paths: Sequence[str],
    format: str,
    overrides: Sequence[str],
    keras: bool,
    select: str | None,
    ignore: str | None,
    strict: bool | None,
    allow_outside: bool | None,
) -> int:
    """Proves shapes and parameter counts, and holds them against `expect:`."""
    if keras:
        from cnnspec.emit.keras_live.backend import refuse_no_keras

        refuse_no_keras("check --keras")
    settings = {
        "select": codes_of(select),
        "ignore": codes_of(ignore),
        "strict": strict,
        "allow_outside": allow_outside,
    }
    results = []
    for spec in specs_of(paths):
        results.append(_checked(spec, overrides, keras=keras, **settings))
        if format == "text":
            # What is known is told, should Keras end the process at a later spec.
            _print_findings(results[-1])
            sys.stdout.flush()
    if format == "json":
        print(findings.as_json(results))
    elif format == "github":
        print(findings.as_github(results))
    elif len(results) > 1:
        print(findings.closing(results))
    if any(found.code == _BUG for checked in results for found in checked.diagnostics):
        return 3
    return 0 if all(checked.ok for checked in results) else 1


_BUG = "bug"


def _checked(spec: str, overrides: Sequence[str], **settings: Any) -> Checked:
    """What is found out about a spec; where cnnspec fails, that it did."""
    try:
        return check_spec(spec, overrides, **settings)
    except Exception as error:
        if interrupts.heard() or isinstance(error, NotInstalledError):
            raise
        tell_bug(error, spec)
        text = f"this spec was not checked: cnnspec failed with {type(error).__name__}"
        hint = "that is a bug in cnnspec, not in the spec; please report it"
        found = Diagnostic("error", _BUG, Mark(spec), text, hint)
        return Checked(spec, None, None, [found])


_BOLD, _PLAIN = "\033[1;{}m", "\033[0m"
_COLOURS = {": error[": 31, ": warning[": 33, ": ok: ": 32, ": fails-at-run: ": 33}
"""What a line of `check` begins with after its place: red, yellow, green."""


def _print_findings(checked: Checked) -> None:
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    for line in findings.text(checked).splitlines():
        for sign, colour in _COLOURS.items():
            place, mark, rest = line.partition(sign)
            if mark and coloured:
                line = f"{place}{_BOLD.format(colour)}{mark}{_PLAIN}{rest}"
                break
        print(line)
