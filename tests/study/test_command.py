"""`cnnspec study --dry-run` and `cnnspec check` of a study, as at a prompt."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnspec import api
from cnnspec.app import cli

ROOT = Path(__file__).parents[2]
STUDY = """\
study: How wide?
base: specs/lab.yaml
seeds: 2
variants:
  base: {}
  wide: {vars.width: 16}
  wrong: {vars.width: 0}
grid: {train.batch_size: [8, 32]}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the project's specs and a study, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("specs").mkdir()
    shutil.copy(ROOT / "specs" / "lab.yaml", "specs")
    Path("wide.yaml").write_text(STUDY)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Any, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["cnnspec", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return ended.value.code, *capsys.readouterr()


@pytest.mark.usefixtures("here")
def test_variants_and_runs_are_told_before_anything_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = ran(capsys, "study", "wide.yaml", "--dry-run")
    assert code == 0
    assert "4 variants from 2 seeds: 8 runs of 160 epochs in all" in out
    assert "in results/wide; 1 left" in out
    assert all(len(line) <= 80 for line in out.splitlines())
    [wrong] = err.splitlines()
    assert wrong.startswith("wide.yaml:7:23: error[wrong-type]: variant 'wrong': ")
    assert not os.path.exists("results")
    assert ran(capsys, "study", "wide.yaml", "--dry-run", "--strict")[0] == 1


@pytest.mark.usefixtures("here")
def test_json_has_figures_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--set", "train.epochs=3", "--seeds", "3", "--vary", "vars.depth=1,2")
    _, out, _ = ran(
        capsys, "study", "wide.yaml", "--dry-run", *asked, "--format", "json"
    )
    found = json.loads(out)
    assert (found["title"], found["seeds"]) == ("How wide?", [0, 1, 2])
    variants = {one["name"]: one for one in found["variants"]}
    wide = variants["wide"]
    assert (wide["params"], wide["samples"], wide["steps"]) == (9258, 1257, 32)
    assert (wide["inputs"], wide["outputs"]) == ([[8, 8, 1]], [[10]])
    assert variants["train.batch_size=8,vars.depth=2"]["steps"] == 126
    assert (variants["wrong"]["ok"], variants["wrong"]["params"]) == (False, None)
    assert len(found["runs"]) == 6 * 3
    assert {run["epochs"] for run in found["runs"]} == {3}


@pytest.mark.usefixtures("here")
def test_an_ensemble_costs_what_all_of_its_members_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    vote = "variants: {vote: {ensemble: {members: 3}}}\n"
    Path("vote.yaml").write_text("study: s\nbase: specs/lab.yaml\n" + vote)
    _, out, _ = ran(capsys, "study", "vote.yaml", "--dry-run", "--format", "json")
    [found] = json.loads(out)["variants"]
    assert (found["params"], found["macs"]) == (3 * 3658, 3 * 25408)


@pytest.mark.usefixtures("here")
def test_names_are_wrapped_where_there_is_no_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = "a name that takes more than there is room for [red]\N{HANGUL SYLLABLE GA}"
    Path("wide.yaml").write_text(STUDY.replace("  wide:", f"  {name}:"))
    _, out, _ = ran(capsys, "study", "wide.yaml", "--dry-run")
    assert all(len(line) <= 40 for line in out.splitlines())
    assert "[red]" in out
    assert "MACs" in out
    assert "Samples" not in out


@pytest.mark.usefixtures("here")
def test_check_takes_studies_in_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "check", ".")
    assert code == 1
    assert "variant 'wrong'" in out
    assert out.endswith("2 specs, 1 error\n")
    Path("wide.yaml").write_text(STUDY.replace("  wrong: {vars.width: 0}\n", ""))
    code, out, _ = ran(capsys, "check", "wide.yaml")
    told = "wide.yaml: ok: study of specs/lab.yaml: 4 variants from 2 seeds: 8 runs\n"
    assert (code, out) == (0, told)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vary", "vars.widht=1"], "the spec has no variable 'widht'"),
        (["--vary", "vars.width"], "'vars.width' is not of the form KEY=VALUE,VALUE"),
        (["--vary", "vars.width=[1"], "'vars.width=[1': "),
        (["--set", "vars.widht=1"], "the spec has no variable 'widht'"),
        (["--seeds", "0"], "--seeds takes a whole number above 0; found '0'"),
    ],
)
def test_mistakes_of_the_command_line_end_it(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code, _, err = ran(capsys, "study", "wide.yaml", "--dry-run", *arguments)
    assert code == 2
    assert said in err


@pytest.mark.usefixtures("here")
def test_study_is_no_spec(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("show", "train"):
        code, _, err = ran(capsys, command, "wide.yaml")
        assert code == 1
        assert "wide.yaml:1:1: error[study-file]: this is a study" in err
    code, _, err = ran(capsys, "study", "specs/lab.yaml", "--dry-run")
    assert code == 1
    assert "there is no study: in this spec" in err


@pytest.mark.usefixtures("here")
def test_study_from_python() -> None:
    text = STUDY.replace("  wrong: {vars.width: 0}\n", "")
    for given in ("wide.yaml", yaml.safe_load(text)):
        Path("wide.yaml").write_text(text)
        checked = api.check(given)
        assert checked.ok
        assert repr(checked).endswith(": ok: 8 runs>")
        with pytest.raises(api.SpecError, match="this is a study"):
            checked.model()
        with pytest.raises(api.SpecError, match="this is a study"):
            api.load(given)
    spec = Path("specs/lab.yaml").read_text()
    own = "study: {title: x, variants: {a: {}, b: {vars.width: 0}}}\n"
    Path("specs/own.yaml").write_text(f"{spec}{own}")
    assert not api.check("specs/own.yaml").ok
    assert api.load("specs/own.yaml").summary.total_params == 3658


@pytest.mark.usefixtures("here")
def test_spec_pays_nothing_for_studies() -> None:
    code = "import sys; from cnnspec import api; api.check('specs/lab.yaml'); "
    code += "print([name for name in sys.modules if 'stud' in name])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"


@pytest.mark.usefixtures("here")
def test_models_of_variants_are_those_of_the_settings() -> None:
    from cnnspec.study import checking, document

    vary = [
        "vars.depth=1,2",
        "train.batch_size=8,16",
        "train.mixed_precision=null,mixed_float16",
    ]
    plan = checking.plan(document.read("specs/lab.yaml", vary))
    assert len(plan.variants) == 8
    for planned in plan.variants:
        alone = api.load("specs/lab.yaml", planned.variant.settings)
        assert planned.model is not None
        assert planned.model.summary.rows == alone.summary.rows
        assert planned.model.program.train == alone.program.train
    graphs = {id(one.model.summary) for one in plan.variants if one.model}
    assert len(graphs) == 4


@pytest.mark.usefixtures("here")
def test_thousand_variants_take_a_moment() -> None:
    from cnnspec.study import checking, document

    rates = ",".join(str(one / 1e6) for one in range(1, 401))
    vary = [f"train.optimizer.Adam.learning_rate={rates}"]
    start = time.process_time()
    plan = checking.plan(document.read("specs/lab.yaml", vary))
    spent = time.process_time() - start
    assert len(plan.runs) == 400
    assert spent < 400 * 0.015


@pytest.mark.usefixtures("here")
def test_what_the_command_line_gives_is_told_once_and_as_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    study = ("study", "wide.yaml", "--dry-run", "--set", "train.epohs=2")
    code, _, err = ran(capsys, *study)
    [line, *_] = lines = err.splitlines()
    assert code == 1
    assert line.startswith("specs/lab.yaml:")
    assert "(given by --set train.epohs=2); did you mean 'epochs'?" in line
    assert not [one for one in lines[1:] if "epohs" in one]
    code, _, err = ran(
        capsys, "study", "specs/lab.yaml", "--vary", "vars.width=0,4", "--dry-run"
    )
    [line] = err.splitlines()
    assert (code, "(given by --vary vars.width=0)" in line) == (0, True)
