"""`cnnspec study`: the runs that are missing are trained here, and told of."""

import os
import sys
from collections.abc import Sequence

from cnnspec.app.arguments import spec_errors
from cnnspec.app.engines import Asked, refuse_missing_engine, refuse_queued, run
from cnnspec.app.progress import Lines, counted
from cnnspec.app.running import refuse_missing_packages
from cnnspec.app.streams import say
from cnnspec.emit.own import refuse_unasked
from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.locks import hold
from cnnspec.ground.visible import visible
from cnnspec.study.outline import Outline, outline_of, results_of, write_outline
from cnnspec.study.plan import Plan, Run, Study
from cnnspec.study.running import Writing, due, removed
from cnnspec.study.search import reached

_MOST = 5
"""Variants that are named where many could be."""


def refuse_untrainable(plan: Plan, writing: Writing, *, elsewhere: bool) -> None:
    """Makes sure that what the trainings of a study need is there.

    Args:
        plan: of the study.
        writing: how scripts are written.
        elsewhere: whether machines train that may have what this one lacks.

    Raises:
        NotInstalledError: packages aren't, or nobody has allowed to import some.
    """
    models = [one.model for one in plan.variants if one.model is not None]
    if not elsewhere:
        refuse_missing_packages(models, *writing[1:])
    for model in models:
        refuse_unasked(model, "training", trains=True)


def keep_folder(study: Study) -> None:
    """Keeps the folder of a study for this process until it ends.

    Raises:
        SpecError: another study has it, it isn't that of a study, or can't be made.
    """
    folder = study.folder
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        text = f"'{folder}' can't be made: {(error.strerror or str(error)).lower()}"
        hint = "start the study where it can"
        raise _unusable(study, text, hint) from None
    scripts = sorted(name for name in os.listdir(folder) if name.endswith(".py"))
    if scripts:
        text = f"'{folder}' holds the results of a training, with '{scripts[0]}'"
        hint = "give the study's file another name, or remove that folder"
        raise _unusable(study, text, hint)
    try:
        holder = hold(f"{folder}/.lock")
    except OSError:
        holder = ""  # whatever else is written there says why it can't be
    if holder:
        text = f"'{folder}' is in use: {holder} runs a study there"
        raise _unusable(study, text, "wait for its end, or stop it")


def _unusable(study: Study, text: str, hint: str) -> SpecError:
    mark = Mark(study.source.path)
    return SpecError([Diagnostic("error", "unwritable", mark, text, hint)])


def train(plan: Plan, writing: Writing, asked: Asked) -> int:
    """Trains the runs of a study that have no record, and reports; the exit status.

    Where the best samples go on, theirs are runs of their own.
    """
    with spec_errors():
        refuse_missing_engine(asked, writing.backend)
        refuse_untrainable(plan, writing, elsewhere=asked.elsewhere)
    refuse_queued(asked, plan)
    with spec_errors():
        keep_folder(plan.study)
        rung, stopped = reached(plan), 0
        plan = rung._replace(runs=())
        while not stopped and rung.runs != plan.runs:
            plan = rung
            write_outline(outline_of(plan), plan.study.folder)
            todo = _due(plan)
            _tell_rung(plan)
            _tell_before(plan, todo)
            lines = _lines(todo, asked.jobs or max(1, len(todo)))
            with lines.shown():
                stopped = run(asked, plan, todo, lines, writing)
            if todo and not asked.waits:
                return stopped or int(lines.failed > 0)
            rung = reached(plan)
        is_told = _report(outline_of(plan), plan.study.folder, writing)
        return _tell_after(plan, stopped) or int(not is_told)


def _report(outline: Outline, folder: str, writing: Writing) -> bool:
    """Writes what came of a study so far, and shows it; whether that could be done."""
    results = results_of(outline, folder)
    if not any(variant.finished for variant in results.variants):
        return True
    from cnnspec.app.tables.comparison import show_report
    from cnnspec.app.tables.form import make_console
    from cnnspec.study.report.writing import write_report

    print(flush=True)
    try:
        written = write_report(results, folder, writing.lang, writing.templates)
    except SpecError as error:
        say(str(error))
        return False
    show_report(written, make_console())
    return True


def _due(plan: Plan) -> list[Run]:
    try:
        return due(plan)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        text = f"'{error.filename}' can't be moved: {reason}"
        raise _unusable(plan.study, text, "make it writable") from None


def _lines(todo: Sequence[Run], jobs: int) -> Lines:
    if not todo or not sys.stdout.isatty():
        return Lines(todo, jobs)
    from cnnspec.app.tables.form import make_console
    from cnnspec.app.tables.runs import Board

    return Board(todo, jobs, make_console())


def _tell_rung(plan: Plan) -> None:
    """Says which samples go on, if some do."""
    highest = max(plan.rungs.values(), default=0)
    names = {name for name, rung in plan.rungs.items() if rung == highest}
    epochs = [run.epochs for run in plan.runs if run.variant in names]
    if epochs:
        go = "goes" if len(names) == 1 else "go"
        more = counted(epochs[0], "epoch")
        print(f"{counted(len(names), 'sample')} {go} on, with {more}")


def _tell_before(plan: Plan, todo: Sequence[Run]) -> None:
    done = len(plan.runs) - len(todo)
    if done:
        rest = "nothing is left to train" if not todo else f"{len(todo):,} are left"
        print(f"{done:,} of {counted(len(plan.runs), 'run')} are done; {rest}")
    if names := sorted({record.variant for _, record in removed(plan)}):
        more = f" and {len(names) - _MOST:,} more" * (len(names) > _MOST)
        kept = ", ".join(f"'{name}'" for name in names[:_MOST]) + more
        print(visible(f"results that this study doesn't ask for are kept: {kept}"))
    sys.stdout.flush()


def _tell_after(plan: Plan, stopped: int) -> int:
    rest = len(due(plan))
    if stopped:
        done = len(plan.runs) - rest
        text = f"{done:,} of {counted(len(plan.runs), 'run')} are done"
        say(f"cnnspec: stopped; {text}; the same command goes on with the rest")
        return 128 + stopped
    if rest:
        say(f"cnnspec: {counted(rest, 'run')} failed; the same command tries again")
    return int(bool(rest))
