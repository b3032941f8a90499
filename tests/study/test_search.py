"""Samples: how they are drawn, and which of them go on."""

import os
from pathlib import Path
from typing import Any

import pytest

from cnnspec.study import checking, document, records, running
from cnnspec.study.drawing import drawn
from cnnspec.study.plan import Plan, Run
from cnnspec.study.records import FAILURE, RECORD, Record
from cnnspec.study.search import reached
from tests.study import standin
from tests.study.test_document import SPEC

STUDY = """\
study: Which width?
base: small.yaml
seeds: 2
variants: {base: {}}
sample: {vars.width: {int: [1, 9]}}
trials: 9
halving: {epochs: 1, factor: 3}
"""
SAMPLE = {
    "rate": ("log", [1e-5, 1e-1]),
    "share": ("uniform", [0, 0.5]),
    "depth": ("int", [1, 3]),
    "activation": ("choice", ["relu", "tanh"]),
}


def test_samples_are_the_same_for_the_same_seed() -> None:
    some = list(drawn(SAMPLE, 20, 0))
    assert list(drawn(SAMPLE, 60, 0))[:20] == some
    assert some != list(drawn(SAMPLE, 20, 1))
    # Written down: who goes on with a study on another machine has the same.
    assert some[0] == {
        "rate": 0.02386,
        "share": 0.379,
        "depth": 2,
        "activation": "relu",
    }


def test_samples_fill_what_they_are_drawn_from() -> None:
    every = list(drawn(SAMPLE, 400, 0))
    rates = [one["rate"] for one in every]
    assert all(1e-5 <= rate <= 1e-1 for rate in rates)
    assert 80 < sum(rate < 1e-4 for rate in rates) < 120
    assert {one["depth"] for one in every} == {1, 2, 3}
    assert {one["activation"] for one in every} == {"relu", "tanh"}
    assert all(0 <= one["share"] <= 0.5 for one in every)


def test_samples_differ_and_end_where_there_are_no_more() -> None:
    few = list(drawn({"depth": ("int", [1, 3])}, 30, 0))
    assert sorted(one["depth"] for one in few) == [1, 2, 3]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan of a study with nine samples, in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    trained = SPEC.replace("epochs: 3", "epochs: 9, validation_split: 0.1")
    Path("small.yaml").write_text(trained)
    Path("search.yaml").write_text(STUDY)
    return checking.plan(document.read("search.yaml"))


def end(run: Run, reason: str = "", **changed: Any) -> None:
    """Leaves what a run leaves that has ended: the wider, the better."""
    os.makedirs(run.folder)
    width = run.settings.get("vars.width", 0)
    known = dict.fromkeys(Record._fields, 1) | {
        "score": "accuracy",
        "variant": run.variant,
        "seed": run.seed,
        "key": run.key,
        "reason": reason,
        "test": {},
        "best": (width + run.seed / 10, 1),
        "higher_is_better": True,
        **changed,
    }
    known["best"] = known["best"] and ("val_accuracy", *known["best"])
    task = {name: known.get(name) for name in records.Task._fields}
    records.write(run.folder, records.TASK, records.Task(**task))
    records.write(run.folder, FAILURE if reason else RECORD, Record(**known))


def of_samples(plan: Plan) -> list[tuple[int, int, int]]:
    """The width, seed and epochs of the runs of samples that aren't done yet."""
    return sorted(
        (run.settings["vars.width"], run.seed, run.epochs)
        for run in running.due(plan)
        if run.variant != "base"
    )


def test_best_samples_are_trained_further(plan: Plan) -> None:
    every = [(width, seed, 1) for width in range(1, 10) for seed in (0, 1)]
    assert of_samples(plan) == every
    assert {run.epochs for run in plan.runs if run.variant == "base"} == {9}
    *most, last = [run for run in plan.runs if run.variant != "base"]
    assert {run.settings["train.epochs"] for run in most} == {1}
    for run in most:
        end(run)
    assert reached(plan) == plan
    end(last)
    second = reached(plan)
    expected = [(width, seed, 3) for width in (7, 8, 9) for seed in (0, 1)]
    assert of_samples(second) == expected
    for run in running.due(second):
        if run.variant != "base":
            end(run)
    third = reached(plan)
    assert of_samples(third) == [(9, 0, 9), (9, 1, 9)]
    assert reached(third) == third
    [whole] = [run for run in third.runs if run.epochs == 9 and run.seed == 1][1:]
    assert "train.epochs" not in whole.settings
    lost = [run for run in third.runs if run.settings.get("vars.width") == 6]
    assert {run.epochs for run in lost} == {1}
    # Started again, it finds what was put away for the longer runs.
    assert of_samples(reached(plan)) == [(9, 0, 9), (9, 1, 9)]


def test_what_failed_or_came_to_nothing_goes_nowhere(plan: Plan) -> None:
    for run in plan.runs:
        if run.variant == "base":
            continue
        width = run.settings["vars.width"]
        if width == 9 and run.seed == 1:
            end(run, "the loss is no number")
        elif width == 8:
            end(run, best=None)
        else:
            end(run)
    going_on = {
        run.settings["vars.width"] for run in reached(plan).runs if run.epochs == 3
    }
    assert going_on == {5, 6, 7}


def test_less_is_better_for_a_loss(plan: Plan) -> None:
    for run in plan.runs:
        if run.variant != "base":
            end(run, higher_is_better=False)
    going_on = {
        run.settings["vars.width"] for run in reached(plan).runs if run.epochs == 3
    }
    assert going_on == {1, 2, 3}


def test_search_runs_to_its_end_and_not_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    standin.write()
    Path("search.yaml").write_text("""\
study: How large should batches be?
base: small.yaml
sample: {train.batch_size: {choice: [0, 8, 16, 32, 64]}}
trials: 5
halving: {epochs: 1, factor: 2}
""")
    status, out, err = standin.ended(standin.start(spec="search.yaml"))
    assert (status, err.count("warning[wrong-type]")) == (0, 1)
    assert "The best samples go on: 2 runs of 3" in " ".join(out.split())
    assert "2 samples go on, with 3 epochs" in out
    names = {f"train.batch_size={size}/seed_0": 1 for size in (8, 16, 32, 64)}
    more = {f"train.batch_size={size}/seed_0": 2 for size in (32, 64)}
    assert standin.notes("end") == names | more
    assert standin.ended(standin.start(spec="search.yaml"))[0] == 0
    assert standin.notes("end") == names | more
