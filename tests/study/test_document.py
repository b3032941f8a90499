"""What a study's document says: variants, seeds, and the runs that they come to."""

import os
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.study import checking, document
from cnnspec.study.facts import plan_data
from cnnspec.study.outline import outline_of
from cnnspec.study.plan import Plan
from cnnspec.study.presence import with_data
from cnnspec.study.reasons import findings
from cnnspec.study.records import RECORD, Record, write

SPEC = """\
input: [8]
vars: {width: 4}
layers: [{Dense: $width}, {Dense: {units: 10, activation: softmax}}]
expect: {total_params: 86}
data: {source: npz, path: digits.npz, labels: one_hot}
train: {loss: categorical_crossentropy, epochs: 3, shuffle: true, seed: 7}
"""
STUDY = """\
study: What helps?
base: specs/small.yaml
seeds: 2
variants:
  base: {}
  wide: {vars.width: "${4 * 2}"}
  other: other.yaml
  both: {spec: other.yaml, train.epochs: 5}
grid: {vars.width: [4, 8], train.shuffle: [true, false]}
expect: {wide: {total_params: 162}}
"""


@pytest.fixture
def studies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a study and its specs, which is the current one."""
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    Path("specs/small.yaml").write_text(SPEC)
    other = SPEC.replace("width: 4", "width: 5").replace("86", "105")
    Path("other.yaml").write_text(other)
    Path("norm.yaml").write_text(STUDY)
    return tmp_path


def planned(*given: object, path: str = "norm.yaml") -> Plan:
    return checking.plan(document.read(path, *given))


@pytest.mark.usefixtures("studies")
def test_variants_of_names_specs_and_a_grid() -> None:
    plan = planned()
    study = plan.study
    assert (study.title, study.name, study.base) == (
        *("What helps?", "norm", "specs/small.yaml"),
    )
    assert (study.seeds, study.reference) == ((0, 1), "base")
    assert {
        one.variant.name: (
            one.variant.spec,
            one.model and one.model.summary.rows[0].params,
        )
        for one in plan.variants
    } == {
        "base": ("specs/small.yaml", 36),
        "wide": ("specs/small.yaml", 72),
        "other": ("other.yaml", 45),
        "both": ("other.yaml", 45),
        "vars.width=4,train.shuffle=true": ("specs/small.yaml", 36),
        "vars.width=4,train.shuffle=false": ("specs/small.yaml", 36),
        "vars.width=8,train.shuffle=true": ("specs/small.yaml", 72),
        "vars.width=8,train.shuffle=false": ("specs/small.yaml", 72),
    }
    assert len(plan.runs) == len({run.folder for run in plan.runs}) == 16
    both = next(run for run in plan.runs if run.variant == "both" and run.seed == 1)
    assert both.folder == "results/norm/runs/both/seed_1"
    assert both.settings == {"train.epochs": 5, "train.seed": 1}
    assert both.epochs == 5


@pytest.mark.usefixtures("studies")
def test_specs_are_crossed_and_drawn() -> None:
    head = "study: Which?\nbase: specs/small.yaml\nseeds: 1\n"
    specs, epochs = ["specs/small.yaml", "other.yaml"], "train.epochs"
    Path("crossed.yaml").write_text(f"{head}grid: {{spec: {specs}, {epochs}: [1, 2]}}")
    found = planned(path="crossed.yaml")
    assert [one.variant.spec for one in found.variants] == [
        *specs[:1] * 2,
        *specs[1:] * 2,
    ]
    assert all(one.model for one in found.variants)
    drawn = (
        f"sample: {{spec: {{choice: {specs}}}, {epochs}: {{int: [1, 9]}}}}\ntrials: 4"
    )
    Path("drawn.yaml").write_text(head + drawn)
    found = planned(path="drawn.yaml")
    assert {one.variant.spec for one in found.variants} == {*specs}
    assert all(one.model for one in found.variants)
    for wrong, place in (
        ("grid: {spec: [other.yaml, 8]}", "4:27"),
        ("sample: {spec: {int: [1, 2]}}\ntrials: 2", "4:23"),
    ):
        Path("wrong.yaml").write_text(head + wrong)
        first = str(api.check("wrong.yaml").diagnostics[0])
        assert first.startswith(f"wrong.yaml:{place}: error[wrong-type]: spec must")


@pytest.mark.usefixtures("studies")
def test_one_line_varies_any_spec() -> None:
    study = document.read("other.yaml", ["train.batch_size=8,32"], 3)
    assert (study.name, study.reference) == ("other_study", "train.batch_size=8")
    assert study.seeds == (0, 1, 2)
    assert [one.settings for one in study.variants] == [
        {"train.batch_size": 8},
        {"train.batch_size": 32},
    ]


@pytest.mark.usefixtures("studies")
def test_key_of_a_run_is_of_what_it_depends_on() -> None:
    before = {(run.variant, run.seed): run.key for run in planned().runs}
    assert before["base", 0] == before["vars.width=4,train.shuffle=true", 0]
    assert len({before["base", 0], before["base", 1], before["wide", 0]}) == 3
    spec = Path("specs/small.yaml")
    spec.write_text(f"name: another\ndescription: Told.\n# a comment\n{SPEC}")
    after = {(run.variant, run.seed): run.key for run in planned().runs}
    assert after == before
    spec.write_text(SPEC.replace("epochs: 3", "epochs: 4"))
    changed = {(run.variant, run.seed): run.key for run in planned().runs}
    others = [one for one in before if before[one] != changed[one]]
    assert {name for name, _ in others} == before_names() - {"other", "both"}


@pytest.mark.usefixtures("studies")
def test_variants_that_come_to_the_same_are_told() -> None:
    text = STUDY.replace(
        "vars.width: [4, 8], train.shuffle",
        "train.batch_size: [32, 8], train.jit_compile",
    )
    text = text.replace("[true, false]", "[auto]").replace(
        "wide:", "named: {name: x}\n  wide:", 1
    )
    Path("norm.yaml").write_text(
        f"{text}sample: {{train.epochs: {{choice: [3]}}}}\ntrials: 1\n"
    )
    plan = planned()
    default = "train.batch_size=32,train.jit_compile=auto"
    assert plan.same == dict.fromkeys(["named", default, "train.epochs=3"], "base")
    variants = plan_data(plan)["variants"]
    assert [one["name"] for one in variants if one["same_as"]] == [*plan.same]
    assert outline_of(plan).variants[1].same_as == "base"
    assert len(plan.runs) == 16


@pytest.mark.usefixtures("studies")
def test_variants_whose_data_are_missing_are_left_out() -> None:
    variants = """
  base: {}
  elsewhere: {data.path: x.npz}
  digits: {data: {source: digits, labels: one_hot, flatten: true}}
"""
    Path("norm.yaml").write_text(
        f"study: What is there?\nbase: specs/small.yaml\nvariants:{variants}"
    )
    Path("specs/small.yaml").write_text(
        SPEC.replace("[8]", "[64]").replace("expect: {total_params: 86}\n", "")
    )
    before = planned()
    assert [run.variant for run in before.runs] == ["base", "elsewhere", "digits"]
    plan = with_data(before)
    assert [run.variant for run in plan.runs] == ["digits"]
    assert [one.variant.name for one in plan.variants if one.model] == ["digits"]
    told = [str(one).partition(" in the folder")[0] for one in findings(plan)]
    assert told == [
        "norm.yaml:5:26: error[not-found]: variant 'elsewhere': 'x.npz' is missing",
        "specs/small.yaml:4:27: error[not-found]: 'digits.npz' is missing",
    ]
    # What has results stays: what is missing of it says why by itself.
    run = before.runs[0]
    os.makedirs(run.folder)
    counts = (1, 1, 1, 3, 3, 1.0, None)
    record = Record("base", 0, run.key, "", *counts, {}, "accuracy", True)
    write(run.folder, RECORD, record)
    assert [run.variant for run in with_data(before).runs] == ["base", "digits"]
    Path("x.npz").touch()
    assert with_data(before).runs == before.runs


def before_names() -> set[str]:
    return {one.name for one in document.read("norm.yaml").variants}


@pytest.mark.usefixtures("studies")
def test_study_in_a_spec() -> None:
    own = STUDY.replace("study:", "title:").replace("base: specs/small.yaml\n", "")
    own = own.replace("other.yaml", "../other.yaml")
    text = "".join(f"  {line}\n" for line in own.splitlines())
    Path("specs/own.yaml").write_text(f"{SPEC}study:\n{text}")
    here = planned(path="specs/own.yaml")
    assert here.study.name == "own_study"
    assert [one.variant.name for one in here.variants] == [
        one.variant.name for one in planned().variants
    ]
    assert [run.key for run in here.runs] == [run.key for run in planned().runs]


@pytest.mark.usefixtures("studies")
def test_formulas_of_variants_are_those_of_their_specs() -> None:
    Path("deep.yaml").write_text(SPEC.replace("{width: 4}", "{width: 4, depth: 6}"))
    variants = "{a: {spec: deep.yaml, vars.width: $depth}}"
    own = f'study: {{title: "$depth", variants: {variants}}}'
    Path("own.yaml").write_text(f"{SPEC}{own}\n")
    assert not api.check("own.yaml").diagnostics
    [one] = planned(path="own.yaml").variants
    assert one.model is not None
    assert one.model.summary.rows[0].params == 8 * 6 + 6
