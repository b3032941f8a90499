"""`cnnspec compare`: results of any folders side by side."""

import json
from pathlib import Path
from typing import Any

import pytest

from cnnspec.app import cli
from cnnspec.study.gathering import gathered
from cnnspec.study.report.figures import comparison
from tests.study.made import run, study

SCRIPT = "EPOCHS = 9\nFINE_TUNE_EPOCHS = 3\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def trained(name: str, accuracy: float, *, seed: int = 1, epochs: int = 12) -> str:
    """Writes what `cnnspec train` leaves of a training, and returns its folder."""
    folder = Path("results") / name
    folder.mkdir(parents=True)
    scores = {"loss": 0.5, "accuracy": accuracy}
    metrics = {"test": scores, "parameters": 5160, "seed": seed, "seconds": 12.5}
    (folder / "metrics.json").write_text(json.dumps(metrics))
    lines = [f"{k},{k / 100},{k / 50}" for k in range(1, epochs + 1)]
    history = "\n".join(["epoch,accuracy,val_accuracy", *lines])
    (folder / "history.csv").write_text(history)
    (folder / "small.py").write_text(SCRIPT)
    return str(folder)


def compare(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The status of the command, and what it prints."""
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr("sys.argv", ["cnnspec", "compare", *arguments])
        cli.main()
    found = capsys.readouterr()
    return int(ended.value.code or 0), found.out + found.err


def test_trainings_are_held_against_the_first() -> None:
    folders = [trained("nin", 0.8), trained("deep", 0.7, epochs=10)]
    results = gathered(folders)
    assert results is not None
    compared = comparison(results)
    assert (results.reference, results.title) == ("nin", "nin, deep")
    told = {row.name: row for row in compared.rows}
    assert [*told] == ["nin", "deep"]
    deep = told["deep"].outcome
    assert (deep.params, deep.trainable_params, deep.macs) == (5160, None, None)
    [record] = [finished.record for finished in deep.finished]
    assert (record.epochs, record.epochs_asked, record.seconds) == (10, 12, 12.5)
    assert record.best == ("val_accuracy", 0.2, 10)
    assert told["deep"].stopped_early == (1,)
    difference = told["deep"].difference
    assert difference is not None
    assert difference.verdict == "one"


def test_a_folder_of_trainings_holds_a_variant_each() -> None:
    trained("nin", 0.8)
    trained("he/seed_0", 0.7, seed=0)
    trained("he/seed_1", 0.72)
    trained("nin/member_1", 0.5)  # an ensemble's, whose vote is the training's score
    results = gathered(["results"])
    assert results is not None
    found = {each.name: len(each.finished) for each in results.variants}
    assert (found, results.reference) == ({"he": 2, "nin": 1}, "he")
    trained("base", 0.6)
    again = gathered(["results"])
    assert again is not None
    assert again.reference == "base"


def test_a_study_comes_with_what_its_plan_knew() -> None:
    folder = Path("results/norm")
    study(folder, {"base": (0.5, 0.6, 0.55), "he": (0.6, 0.7, 0.65)}, title="Norm?")
    run(folder, "old", 0, 0.5)
    run(folder / "earlier", "he", 0, 0.1)
    for given in ("results/norm", "results/norm/", "results", "."):
        results = gathered([given])
        assert results is not None
        assert (results.title, results.reference) == ("Norm?", "base")
        found = {each.name: each.status for each in results.variants}
        assert found == {"base": "complete", "he": "complete", "old": "removed"}


def test_what_a_killed_study_has_left_is_compared_too() -> None:
    folder = Path("results/norm")
    for seed in range(3):
        run(folder, "base", seed, 0.5)
    run(folder, "he", 0, 0.6)
    run(folder, "he", 1, 0.6, reason="killed")
    results = gathered(["results/norm"])
    assert results is not None
    assert {each.name: len(each.finished) for each in results.variants} == {
        "base": 3,
        "he": 1,
    }


def test_variants_of_two_studies_keep_apart() -> None:
    study(Path("results/a"), {"base": (0.5, 0.6), "he": (0.6, 0.7)})
    study(Path("results/b"), {"base": (0.7, 0.8), "norm": (0.6, 0.7)})
    results = gathered(["results/b", "results/a"])
    assert results is not None
    assert results.reference == "b/base"
    assert [o.name for o in results.variants] == ["b/base", "norm", "a/base", "he"]
    twice = gathered(["results/a", "results/a"])
    assert twice is not None
    names = [outcome.name for outcome in twice.variants]
    assert len(set(names)) == 4


def test_the_command_prints_a_table_and_writes_a_report(
    capsys: pytest.CaptureFixture[str],
) -> None:
    study(Path("results/a"), {"base": (0.5, 0.6), "he": (0.6, 0.7)})
    before = sorted(Path().rglob("*"))
    status, text = compare("results/a", capsys=capsys)
    assert (status, sorted(Path().rglob("*"))) == (0, before)
    assert "+0.1000, +0.1000  open: two seeds" in text
    status, text = compare("results/a", "-o", "out", "--lang", "ko", capsys=capsys)
    assert status == 0
    assert text.count("wrote out") == 7
    assert "시드" in Path("out/report.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "there is none called 'nothing'"),
        (["."], "there are no finished runs in ."),
        ([".", "--lang", "xx"], "xx"),
        ([], "RESULTS"),
    ],
)
def test_what_cannot_be_compared_is_said(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, text = compare(*arguments, capsys=capsys)
    assert status == 2
    assert said in text


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"variant": "he"}', '{"test": 3, "parameters": 1}']
)
def test_a_broken_record_is_no_run(text: str) -> None:
    folder = Path("results/he/seed_0")
    folder.mkdir(parents=True)
    for name in ("record.json", "metrics.json", "study.json"):
        (folder / name).write_text(text)
    (folder / "history.csv").write_text("epoch,loss\n1,x\n")
    assert gathered(["results"]) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"test": None},
        {"test": {"accuracy": "high"}},
        {"best": [1]},
        {"best": 0.5},
        {"best": ["val_accuracy", None, 1]},
        {"seconds": "long"},
        {"epochs": None},
        {"seed": "a"},
        {"macs": [1]},
        {"score": 1},
    ],
)
def test_a_record_that_somebody_broke_is_missing(broken: dict[str, Any]) -> None:
    study(Path("results/norm"), {"base": (0.5, 0.6), "he": (0.6, 0.7)})
    [path] = Path("results/norm/runs/he").rglob("seed_1/record.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | broken))
    results = gathered(["results/norm"])
    assert results is not None
    found = {each.name: len(each.finished) for each in results.variants}
    assert (found, results.variants[1].missing) == ({"base": 2, "he": 1}, (1,))
