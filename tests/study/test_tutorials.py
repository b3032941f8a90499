"""The studies of the tutorials' experiments: sound, told, and one of them trained."""

import runpy
from itertools import pairwise
from pathlib import Path

import pytest

from cnnspec.judge.settings import settings_for
from cnnspec.study.checking import plan
from cnnspec.study.document import read
from cnnspec.study.records import outcome, task_of
from cnnspec.study.running import Writing, prepare
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "studies").glob("*.yaml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_each_is_sound_and_says_what_it_shows(path: Path) -> None:
    found = plan(read(str(path)))
    assert [one.problems for one in found.variants if one.problems] == []
    assert found.study.title.endswith("?")
    head = " ".join(line for lines in found.study.source.head() for line in lines)
    assert head.endswith((".", "?"))
    assert all(len(line) <= 100 for line in path.read_text("utf-8").splitlines())
    # With few seeds nothing can be said, and members of two ensembles must differ.
    seeds = found.study.seeds
    assert len(seeds) >= 2
    members = [
        one.model.program.ensemble.members
        for one in found.variants
        if one.model and one.model.program.ensemble
    ]
    apart = min(b - a for a, b in pairwise(seeds))
    assert max(members, default=1) <= apart


def test_two_spellings_of_the_same_have_the_same_scores(tmp_path, monkeypatch) -> None:
    """A study's first two variants, on a few images: what it is there to show."""
    monkeypatch.chdir(tmp_path)
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch, 100)
    save_no_pictures(monkeypatch)
    path = ROOT / "studies" / "spellings.yaml"
    found = plan(read(str(path), seeds=1, overrides=["train.epochs=1"]))
    records = []
    for run in found.runs[:2]:
        prepare(run, Writing(settings_for("")))
        task = task_of(run.folder)
        assert task is not None
        runpy.run_path(f"{run.folder}/{task.script}", run_name="__main__")
        records.append(outcome(run.folder, task, seconds=1))
    assert [one.variant for one in records] == ["base", "one-hot labels"]
    assert {one.epochs for one in records} == {1}
    base, other = (one.test for one in records)
    assert base == pytest.approx(other, rel=1e-5)
