"""What came of a study: its plan, and what its runs have left."""

import json
from pathlib import Path

import pytest

from cnnspec.study import checking, document
from cnnspec.study.outline import outline_of, read_outline, results_of, write_outline
from cnnspec.study.plan import Plan
from cnnspec.study.records import FAILURE, RECORD, Record, write
from cnnspec.study.report.writing import Written, write_report
from cnnspec.study.results import LEFT_OUT, REMOVED
from tests.study.standin import SPEC

STUDY = """
study: What helps?
base: small.yaml
seeds: 3
variants:
  base: {}
  long: {train.epochs: 5}
  wrong: {train.batch_size: 0}
"""


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A study in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SPEC, encoding="utf-8")
    Path("what.yaml").write_text(STUDY, encoding="utf-8")
    return checking.plan(document.read("what.yaml"))


def leave(plan: Plan, number: int, name: str = RECORD, **other: object) -> None:
    """Writes the record that a run of the plan leaves, with something else in it."""
    run = plan.runs[number]
    Path(run.folder).mkdir(parents=True, exist_ok=True)
    record = Record(
        variant=run.variant,
        seed=run.seed,
        key=run.key,
        reason="",
        params=650,
        trainable_params=650,
        macs=640,
        epochs=run.epochs,
        epochs_asked=run.epochs,
        seconds=1.0,
        best=None,
        test={"accuracy": 0.5},
        score="accuracy",
        higher_is_better=True,
    )
    write(run.folder, name, record._replace(**other))


def written_of(plan: Plan) -> Written:
    """The report of a plan, written beside its runs."""
    outline, folder = outline_of(plan), plan.study.folder
    write_outline(outline, folder)
    return write_report(results_of(outline, folder), folder)


def test_each_run_is_finished_failed_or_missing(plan: Plan) -> None:
    leave(plan, 0)
    leave(plan, 1, FAILURE, reason="out of memory", test={})
    leave(plan, 3, key="of what it was before")
    leave(plan, 4, variant="old")
    Path(plan.runs[4].folder).rename("results/what/runs/old")
    base, long, wrong, old = results_of(outline_of(plan), "results/what").variants
    assert [run.record.seed for run in base.finished] == [0]
    assert (base.failed, base.missing) == (((1, "out of memory"),), (2,))
    assert (base.params, base.trainable_params, base.macs) == (650, 650, 640)
    assert (long.finished, long.missing) == ((), (0, 1, 2))
    assert (long.settings, long.spec) == ({"train.epochs": 5}, "small.yaml")
    assert (wrong.state, wrong.missing) == (LEFT_OUT, ())
    said = "train.batch_size must be a whole number above 0 or null; found 0"
    assert wrong.reason == f"what.yaml:8:29: {said}"
    assert (old.name, old.state, old.missing) == ("old", REMOVED, ())


def test_what_is_no_longer_asked_for_is_told(plan: Plan) -> None:
    for number in range(3):
        leave(plan, number)
    fewer = STUDY.replace("seeds: 3", "seeds: 2").replace("long:", "base2:")
    Path("what.yaml").write_text(fewer, encoding="utf-8")
    now = checking.plan(document.read("what.yaml"))
    base, *others = results_of(outline_of(now), "results/what").variants
    assert [run.record.seed for run in base.finished] == [0, 1]
    assert base.unasked == (2,)
    assert [other.state for other in others] == ["", LEFT_OUT]
    page = Path(written_of(now).paths[-2]).read_text("utf-8")
    assert "No longer in the study, and kept:\n\n- base: seed 2\n" in page


@pytest.mark.parametrize(
    "changed", [{"params": "many"}, {"name": 3}, {"settings": []}, {"other": 1}]
)
def test_an_outline_of_another_is_none(plan: Plan, changed: dict[str, object]) -> None:
    written_of(plan)
    file = Path("results/what/study.json")
    data = json.loads(file.read_text("utf-8"))
    data["variants"][1] |= changed
    file.write_text(json.dumps(data), encoding="utf-8")
    assert read_outline("results/what") is None


def test_a_study_is_told_without_its_spec(plan: Plan) -> None:
    leave(plan, 0)
    written = written_of(plan)
    assert sorted(path.name for path in Path("results/what").iterdir()) == sorted(
        [*(Path(path).name for path in written.paths), "runs", "study.json"]
    )
    outline = read_outline("results/what")
    assert outline == outline_of(plan)
    told = results_of(outline, "results/what")
    assert told == written.comparison.results
    assert (told.title, told.name, told.reference) == ("What helps?", "what", "base")


def test_a_report_is_written_before_any_run_has_ended(plan: Plan) -> None:
    written = written_of(plan)
    page = Path("results/what/report.md").read_text("utf-8")
    assert "Runs: 0 of 6 finished" in page
    assert [Path(path).suffix for path in written.paths if ".svg" in path] == []
