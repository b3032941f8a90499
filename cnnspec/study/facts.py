"""What is known of a variant before it is trained, for tables and as plain data."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.ground.shapes import Shape, show
from cnnspec.model.summary import Model
from cnnspec.study.plan import Plan, Planned, Study, Variant


class Counts(NamedTuple):
    """What a variant costs: of an ensemble all members together."""

    params: int
    trainable_params: int
    macs: int | None
    """For one sample; None where that isn't known."""


def counts_of(model: Model) -> Counts:
    """What a variant costs."""
    summary, ensemble = model.summary, model.program.ensemble
    members = ensemble.members if ensemble else 1
    return Counts(
        members * summary.total_params,
        members * summary.trainable_params,
        None if summary.macs is None else members * summary.macs,
    )


class Facts(NamedTuple):
    """The figures of a variant; None where one isn't known."""

    inputs: tuple[Shape, ...]
    """Sizes of a sample, without the batch."""
    outputs: tuple[Shape, ...]
    """Sizes of an answer."""
    params: int
    trainable_params: int
    macs: int | None
    samples: int | None
    """To train and validate with."""
    steps: int | None
    """Batches of an epoch."""
    epochs: int
    """Of all fits."""


def facts_of(model: Model) -> Facts:
    """The figures of a variant that can be run."""
    from cnnspec.judge.subjects import samples, sections, steps

    program, counts = model.program, counts_of(model)
    data, train = program.data, program.train
    assert data is not None
    assert train is not None
    fit = sections(model)
    return Facts(
        inputs=tuple(one.shape[1:] for one in fit.inputs),
        outputs=tuple(one.output.shape[1:] for one in fit.outputs),
        params=counts.params,
        trainable_params=counts.trainable_params,
        macs=counts.macs,
        samples=samples(data),
        steps=steps(data, train),
        epochs=epochs_of(model),
    )


def epochs_of(model: Model, first: int | None = None) -> int:
    """The epochs that a training takes, those of a second fit too.

    Args:
        model: with its training.
        first: those of the first fit, where they aren't the spec's.
    """
    train = model.program.train
    if train is None:
        return 0
    second = train.fine_tune.epochs if train.fine_tune else 0
    return (first or train.epochs) + second


def rungs_of(study: Study, variant: Variant, model: Model) -> list[int]:
    """The epochs of each rung that a sample may come to; its own for all others."""
    halving = study.search.halving if study.search and variant.is_drawn else None
    train = model.program.train
    epochs = train.epochs if train else 0
    return halving.rungs(epochs) if halving else [epochs]


def further(plan: Plan) -> list[tuple[int, int]]:
    """How many runs each rung will have that isn't reached yet, and their epochs."""
    study = plan.study
    drawn = [one for one in plan.variants if one.model and one.variant.is_drawn]
    if not drawn or study.search is None or study.search.halving is None:
        return []
    first = drawn[0]
    assert first.model is not None
    rungs = rungs_of(study, first.variant, first.model)
    count, found = len(drawn), []
    for epochs in rungs[1:]:
        count = study.search.halving.kept(count)
        found.append((count * len(study.seeds), epochs))
    return found[max(plan.rungs.values(), default=0) :]


def sizes(shapes: tuple[Shape, ...]) -> str:
    """`8x8x1`; several after one another."""
    return " ".join(show(shape) for shape in shapes)


def plan_data(plan: Plan) -> dict[str, Any]:
    """A plan as plain data."""
    study = plan.study
    return {
        "title": study.title,
        "name": study.name,
        "base": study.base,
        "seeds": list(study.seeds),
        "reference": study.reference,
        "results": study.folder,
        "variants": [_variant(one, plan.same) for one in plan.variants],
        "runs": [
            {
                "variant": run.variant,
                "seed": run.seed,
                "epochs": run.epochs,
                "folder": run.folder,
                "key": run.key,
            }
            for run in plan.runs
        ],
        "further": [
            {"runs": count, "epochs": epochs} for count, epochs in further(plan)
        ],
    }


def _variant(planned: Planned, same: Mapping[str, str]) -> Mapping[str, Any]:
    variant, model, problems = planned
    known = facts_of(model)._asdict() if model is not None else {}
    figures: dict[str, Any] = {key: known.get(key) for key in Facts._fields}
    for key in ("inputs", "outputs"):
        figures[key] = [list(shape) for shape in figures[key] or ()]
    return {
        "name": variant.name,
        "spec": variant.spec,
        "settings": dict(variant.settings),
        "ok": model is not None,
        "same_as": same.get(variant.name),
        **figures,
        "problems": list(map(str, problems)),
    }
