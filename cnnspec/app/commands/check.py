"""`cnnspec check`."""

import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from cnnspec.api import Checked
from cnnspec.app import findings
from cnnspec.app.arguments import (
    BUG,
    checked_spec,
    codes_of,
    specs_of,
)

if TYPE_CHECKING:
    from cnnspec.app.apart import Apart


def run(
    paths: Sequence[str],
    format: str,
    overrides: Sequence[str],
    keras: bool,
    sizes: Sequence[str],
    select: str | None,
    ignore: str | None,
    strict: bool | None,
    model: str | None,
    table: int | None,
    cell: int | None,
    allow_outside: bool | None,
    allow_import: bool,
) -> int:
    """Proves shapes and parameter counts, and holds them against `expect:`."""
    settings = {
        "select": codes_of(select),
        "ignore": codes_of(ignore),
        "strict": strict,
        "allow_outside": allow_outside,
        "sizes": sizes,
        "model": model,
        "table": table,
        "cell": cell,
    }
    results = []
    settings_of_keras = {**settings, "allow_import": allow_import, "variants": True}
    with _keras(overrides, **settings_of_keras) if keras else nullcontext() as apart:
        for spec in specs_of(paths):
            checked = checked_spec(spec, overrides, variants=True, **settings)
            if apart and (checked.program is not None or checked.study is not None):
                checked = apart.proved(spec, checked)
            if format == "text":
                findings.tell_others(checked.program)
                _print_findings(checked)
                sys.stdout.flush()  # the next may take long
            if format != "json":  # no more is told of the model, and many may follow
                checked = checked._replace(program=None, summary=None, study=None)
            results.append(checked)
    if format == "json":
        print(findings.as_json(results))
    elif format == "github":
        print(findings.as_github(results))
    elif format == "sarif":
        print(findings.as_sarif(results))
    elif len(results) > 1:
        print(findings.closing(results))
    if any(found.code == BUG for checked in results for found in checked.diagnostics):
        return 3
    return 0 if all(checked.ok for checked in results) else 1


def _keras(overrides: Sequence[str], **settings: Any) -> "Apart":
    from cnnspec.app.apart import Apart
    from cnnspec.emit.keras_live.backend import refuse_no_keras

    refuse_no_keras("check --keras")
    return Apart(overrides, **settings)


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
