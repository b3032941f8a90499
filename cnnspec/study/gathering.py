"""Results of any folders side by side: studies, runs of them, trainings alone."""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cnnspec.study.files import OUTLINE
from cnnspec.study.outline import (
    outcome_of,
    read_outline,
    results_of,
    run_folders,
)
from cnnspec.study.plan import BASE
from cnnspec.study.records import ACCURACY, Record, Task, outcome, record_of
from cnnspec.study.results import Finished, Outcome, Results, metrics_of

_SEED = re.compile(r"seed_\d+")
_EPOCHS = re.compile(r"^(?:FINE_TUNE_)?EPOCHS = (\d+)$", re.MULTILINE)


def gathered(folders: Sequence[str]) -> Results | None:
    """What is found in folders; nothing where there are no results.

    Differences are to the reference of the first study among them, or else to the first
    of all variants.

    Args:
        folders: of studies, of single runs, or of several of these.
    """
    found = [results for folder in folders for results in _in(folder)]
    if len(found) < 2:
        return found[0] if found else None
    names = Counter(outcome.name for each in found for outcome in each.variants)
    variants: list[Outcome] = []
    for each in found:
        variants += (
            outcome._replace(
                name=_told_apart(outcome.name, each, names),
                same_as=outcome.same_as and _told_apart(outcome.same_as, each, names),
            )
            for outcome in each.variants
        )
    first = found[0]
    return Results(
        ", ".join(dict.fromkeys(each.title for each in found)),
        first.name,
        _told_apart(first.reference, first, names),
        tuple(_by_name(variants)),
    )


def _told_apart(name: str, of: Results, names: Counter[str]) -> str:
    """A variant's name, with its study's where other studies have such a one too."""
    return name if names[name] < 2 or of.name == name else f"{of.name}/{name}"


def _by_name(variants: Iterable[Outcome]) -> Iterator[Outcome]:
    """The variants under names of their own: the same study twice has the same."""
    taken: Counter[str] = Counter()
    for each in variants:
        taken[each.name] += 1
        count = taken[each.name]
        yield each if count == 1 else each._replace(name=f"{each.name} ({count})")


def _in(folder: str) -> Iterator[Results]:
    """The results of a folder: of the studies in it, and then of all other runs."""
    studies = []
    for here, folders, files in os.walk(folder):
        folders.sort()
        if OUTLINE in files and (outline := read_outline(here)):
            studies.append(here)
            folders.clear()
            yield results_of(outline, here)
    if folder in studies:
        return
    inside = tuple(os.path.join(each, "") for each in studies)
    alone: dict[str, list[Finished]] = {}
    for there in run_folders(folder):
        if not there.startswith(inside) and (run := _run(there)):
            of = os.path.dirname(there) if _SEED.fullmatch(_name(there)) else there
            alone.setdefault(of, []).append(run)
    if alone:
        variants = tuple(_variants(folder, alone))
        name = _name(folder)
        names = [each.name for each in variants]
        yield Results(name, name, BASE if BASE in names else names[0], variants)


def _variants(folder: str, alone: Mapping[str, list[Finished]]) -> Iterator[Outcome]:
    """The runs of each folder as a variant, by whose name it is known."""
    names = Counter(runs[0].record.variant for runs in alone.values())
    for of, runs in alone.items():
        name = runs[0].record.variant
        if names[name] > 1:
            name = os.path.relpath(of, folder)
        yield _alone(name, runs)


def _name(folder: str) -> str:
    """What a folder is called."""
    return os.path.basename(os.path.abspath(folder))


def _alone(name: str, found: list[Finished]) -> Outcome:
    known = outcome_of(name, found)
    if record_of(found[0].folder) is None:
        return known._replace(trainable_params=None)
    return known


# ------------------------------------------------------------------ a training alone


def _run(folder: str) -> Finished | None:
    """A run that has ended well: one of a study, or one of `cnnspec train`."""
    record = record_of(folder) or _trained(folder)
    return Finished(record, folder) if record else None


def _trained(folder: str) -> Record | None:
    """What is known of a training that no study has started.

    Its MACs aren't, and how many of its parameters are trained.
    """
    metrics = metrics_of(folder)
    params, seconds, seed = (metrics.get(k) for k in ("parameters", "seconds", "seed"))
    if not isinstance(params, int) or not isinstance(seconds, int | float):
        return None
    members = metrics.get("members")  # the parameters are those of one
    params *= len(members) if isinstance(members, list) else 1
    task = Task(
        variant=_called(folder),
        seed=seed if isinstance(seed, int) else 0,
        key="",
        script="",
        params=params,
        trainable_params=params,
        macs=None,
        epochs_asked=0,
        score="loss",
        higher_is_better=False,
    )
    scores = outcome(folder, task, seconds).test
    if not scores:
        return None
    if ACCURACY in scores:
        task = task._replace(score=ACCURACY, higher_is_better=True)
    record = outcome(folder, task, seconds)
    return record._replace(epochs_asked=_asked(folder) or record.epochs)


def _called(folder: str) -> str:
    """The variant that a folder is of: `he` of `he/seed_1`."""
    name = _name(folder)
    return _name(os.path.join(folder, "..")) if _SEED.fullmatch(name) else name


def _asked(folder: str) -> int:
    """The epochs that the script of a training asks for; 0 where it has none."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py") and os.path.isfile(os.path.join(folder, name)):
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8", errors="replace") as file:
                if found := _EPOCHS.findall(file.read()):
                    return sum(map(int, found))
    return 0
