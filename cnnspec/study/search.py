"""Successive halving: which samples go on, told by what their runs have come to.

Each rung trains anew. A sample that goes on is trained from its first epoch, so what
it comes to is what the same spec with these epochs comes to by itself: with its
callbacks, its schedules and its second fit. To go on from a checkpoint would save the
epochs of the rung before, a third with the usual factor, and no record could be made
again alone.
"""

from statistics import fmean

from cnnspec.study.facts import rungs_of
from cnnspec.study.keys import runs_of
from cnnspec.study.plan import Halving, Plan, Planned, Run
from cnnspec.study.records import FAILURE, RECORD, Record, record_of
from cnnspec.study.running import earlier


def reached(plan: Plan) -> Plan:
    """The plan with each sample on the rung that it has come to by now.

    Once all runs of a rung have ended, those that did best on validation data go on,
    and are to be run with more epochs. What has failed doesn't.
    """
    search = plan.study.search
    if search is None or search.halving is None:
        return plan
    while rungs := _risen(plan, search.halving):
        runs = tuple(runs_of(plan.study, plan.variants, rungs))
        plan = plan._replace(runs=runs, rungs=rungs)
    return plan


def _risen(plan: Plan, halving: Halving) -> dict[str, int]:
    """The rung of each sample once some have gone on; nothing where none can."""
    highest = max(plan.rungs.values(), default=0)
    on_it = [one for one in plan.variants if _is_on(plan, one, highest)]
    names = {one.variant.name for one in on_it}
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for run in plan.runs:
        if run.variant in names:
            runs[run.variant].append(run)
    scores: dict[str, float] = {}
    for one in on_it:
        name = one.variant.name
        ended = [_ended(plan, run) for run in runs[name]]
        found = [record for record in ended if record is not None]
        if len(found) < len(ended):
            return {}
        bests = [_signed(record) for record in found]
        if all(best is not None for best in bests):
            scores[name] = fmean(best for best in bests if best is not None)
    best_first = sorted(scores, key=lambda name: -scores[name])
    going_on = best_first[: halving.kept(len(on_it))]
    rises = dict.fromkeys(going_on, highest + 1)
    return {**plan.rungs, **rises} if rises else {}


def _is_on(plan: Plan, planned: Planned, rung: int) -> bool:
    """Whether a sample is on a rung that another one follows."""
    variant, model, _ = planned
    if model is None or not variant.is_drawn:
        return False
    here = plan.rungs.get(variant.name, 0)
    return here == rung < len(rungs_of(plan.study, variant, model)) - 1


def _ended(plan: Plan, run: Run) -> Record | None:
    """What came of a run, or why it failed; None where it hasn't ended."""
    for folder in (run.folder, earlier(plan, run, run.key)):
        for name in (RECORD, FAILURE):
            found = record_of(folder, name)
            if found is not None and found.key == run.key:
                return found
    return None


def _signed(record: Record) -> float | None:
    """The best on validation data, where more is better; None where it has none."""
    if record.reason or record.best is None:
        return None
    _, value, _ = record.best
    return value if record.higher_is_better else -value
