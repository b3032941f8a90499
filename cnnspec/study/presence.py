"""Leaving out the variants whose data aren't there, before anything is trained."""

from cnnspec.judge.present import missing_files
from cnnspec.study.plan import Plan, Planned, Run
from cnnspec.study.reasons import Reasons
from cnnspec.study.records import record_of
from cnnspec.study.running import earlier


def with_data(plan: Plan) -> Plan:
    """A plan without the variants that lack files of data, each with its reason.

    What has results stays. If it is trained again, its own script says what it lacks.
    """
    done = {run.variant for run in plan.runs if _is_done(plan, run)}
    variants = tuple(
        one if one.variant.name in done else _present(plan, one)
        for one in plan.variants
    )
    kept = {one.variant.name for one in variants if one.model is not None}
    runs = tuple(run for run in plan.runs if run.variant in kept)
    return plan._replace(variants=variants, runs=runs)


def _is_done(plan: Plan, run: Run) -> bool:
    folders = (run.folder, earlier(plan, run, run.key))
    return any(map(record_of, folders))


def _present(plan: Plan, planned: Planned) -> Planned:
    variant, model, problems = planned
    if model is None:
        return planned
    reasons = Reasons(plan.study, variant)
    found = [reasons.as_set(one) for one in missing_files(model.program)]
    return Planned(variant, None, (*problems, *found)) if found else planned
