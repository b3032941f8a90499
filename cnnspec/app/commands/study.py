"""`cnnspec study`."""

from collections.abc import Sequence
from typing import Any

from cnnspec.app import engines
from cnnspec.app.arguments import (
    refuse_unknown_language,
    refuse_wrong_templates,
    spec_errors,
    usage_errors,
)
from cnnspec.app.running import chosen_backend
from cnnspec.app.streams import say, stop
from cnnspec.ground.visible import json_text
from cnnspec.judge.settings import settings_for
from cnnspec.study.checking import plan_of
from cnnspec.study.document import read
from cnnspec.study.facts import plan_data
from cnnspec.study.plan import Plan
from cnnspec.study.presence import with_data
from cnnspec.study.reasons import findings
from cnnspec.study.running import Writing


def run(
    path: str,
    vary: Sequence[str],
    seeds: int | None,
    overrides: Sequence[str],
    jobs: int | None,
    engine: str,
    address: str | None,
    cpus: int | None,
    fetch: bool,
    gpus: str | None,
    time: str | None,
    partition: str | None,
    sbatch: Sequence[str],
    setup: Sequence[str],
    dry_run: bool,
    strict: bool,
    format: str,
    lang: str,
    backend: str,
    templates: str | None,
    allow_outside: bool | None,
    allow_import: bool,
) -> int:
    """Checks the variants of a study, tells what is to be run, and trains it."""
    if format == "json" and not dry_run:
        stop("--format json tells what is to be run; write --dry-run too")
    on_ray = {"address": address, "cpus": cpus, "fetch": fetch}
    on_slurm = {"time": time, "partition": partition, "sbatch": sbatch, "setup": setup}
    asked = engines.asked(engine, gpus, jobs, on_ray, on_slurm, dry_run=dry_run)
    refuse_wrong_templates(templates)
    refuse_unknown_language(lang, templates)
    settings = {"allow_outside": allow_outside, "allow_import": allow_import}
    planned = _planned(
        path, vary, seeds, overrides, not dry_run and not fetch, **settings
    )
    if format == "json":
        print(json_text(plan_data(planned)))
    else:
        from cnnspec.app.tables.form import make_console
        from cnnspec.app.tables.study import show

        show(planned, make_console())
    left_out = any(one.model is None for one in planned.variants)
    if dry_run or not planned.runs or strict and left_out:
        return int(not planned.runs or strict and left_out)
    from cnnspec.app import studying

    writing = Writing(
        settings_for("", **settings), lang, chosen_backend(backend), templates
    )
    return studying.train(planned, writing, asked)


def _planned(
    path: str,
    vary: Sequence[str],
    seeds: int | None,
    overrides: Sequence[str],
    trains: bool,
    **settings: Any,
) -> Plan:
    """The plan of a study; what was found in it goes to standard error.

    Args:
        path: of its file, or of a spec.
        vary, seeds, overrides: as of the command line.
        trains: whether its data have to be here; a variant without is left out.
        settings: of the check.
    """
    with spec_errors(), usage_errors():
        planned = plan_of(lambda: read(path, vary, seeds, overrides), **settings)
    if trains:
        planned = with_data(planned)
    for found in findings(planned):
        say(str(found))
    return planned
