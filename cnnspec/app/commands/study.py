"""`cnnspec study`."""

from collections.abc import Sequence
from typing import Any

from cnnspec.app.arguments import spec_errors, usage_errors
from cnnspec.app.streams import say, stop
from cnnspec.ground.visible import json_text
from cnnspec.study.checking import plan
from cnnspec.study.document import read
from cnnspec.study.facts import plan_data
from cnnspec.study.plan import Plan
from cnnspec.study.reasons import findings


def run(
    path: str,
    vary: Sequence[str],
    seeds: int | None,
    overrides: Sequence[str],
    dry_run: bool,
    strict: bool,
    format: str,
    allow_outside: bool | None,
    allow_import: bool,
) -> int:
    """Checks the variants of a study, and tells what is to be run."""
    if not dry_run:
        stop("cnnspec study tells what is to be run; write --dry-run")
    settings = {"allow_outside": allow_outside, "allow_import": allow_import}
    planned = _planned(path, vary, seeds, overrides, **settings)
    if format == "json":
        print(json_text(plan_data(planned)))
    else:
        from cnnspec.app.tables.study import make_console, show

        show(planned, make_console())
    left_out = any(one.model is None for one in planned.variants)
    return int(not planned.runs or strict and left_out)


def _planned(
    path: str,
    vary: Sequence[str],
    seeds: int | None,
    overrides: Sequence[str],
    **settings: Any,
) -> Plan:
    """The plan of a study; what was found in it goes to standard error."""
    with spec_errors(), usage_errors():
        planned = plan(read(path, vary, seeds, overrides), **settings)
    for found in findings(planned):
        say(str(found))
    return planned
