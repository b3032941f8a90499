"""A study as one job of SLURM, by stand-ins that run its tasks here."""

import os
import subprocess
from pathlib import Path

import pytest

from cnnspec.emit.write import is_sealed
from tests.study import standin
from tests.study.standin import notes
from tests.study.test_kills import records
from tests.test_cli import Run, run
from tests.test_slurm import judged_by_shellcheck, stand_in

__all__ = ["run"]  # a fixture

VARIED = ("study", "small.yaml", "--templates", "own", "--vary", "train.batch_size=1,2")
SLURM = (*VARIED, "--seeds", "2", "--engine", "slurm")
JOB = Path("results/small_study/study.sbatch")
ARRAY = """
read -r last < <(sed -n 's/^#SBATCH --array=0-\\([0-9]*\\).*/\\1/p' "$1")
for task in $(seq 0 "$last"); do
    SLURM_ARRAY_TASK_ID=$task bash "$1" >> said || true
done
echo "Submitted batch job 7"
"""
FAILS = "if BATCH_SIZE == 2 and SEED == 1 and not Path('mended').exists(): 1 / 0"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(standin.ROOT))
    standin.write(FAILS)
    stand_in("srun", 'exec "$@"', monkeypatch)


def test_one_job_trains_all_and_another_what_is_missing(run: Run, monkeypatch) -> None:
    stand_in("sbatch", ARRAY, monkeypatch)
    done = run(*SLURM, "--jobs", "2", "--gpus", "a100:1", "--time", "2:00:00")
    last = f"wrote {JOB}\nSubmitted batch job 7\n"
    assert (done.code, done.out[-len(last) :], done.err) == (0, last, "")
    text = JOB.read_text("utf-8")
    assert is_sealed(text.encode())
    asked = [line[8:] for line in text.splitlines() if line.startswith("#SBATCH")]
    assert asked == [
        "--job-name=small_study_runs",
        "--nodes=1",
        "--ntasks-per-node=1",
        "--gpus-per-node=a100:1",
        "--time=2:00:00",
        "--output=results/small_study/slurm-%A_%a.log",
        "--open-mode=append",
        "--array=0-3%2",
        "--signal=TERM@120",
        "--no-requeue",
    ]
    judged_by_shellcheck(str(JOB))
    # One has failed, and says why; the others have their records.
    assert sorted(notes("start").values()) == [1, 1, 1, 1]
    assert len(records()) == 3
    failure = JOB.parent / "runs/train.batch_size=2/seed_1/failure.json"
    assert "ZeroDivisionError" in failure.read_text()
    Path("mended").touch()
    kept = records()
    assert run(*SLURM).code == 0
    assert "--array=0-0\n" in JOB.read_text("utf-8")
    assert sum(notes("start").values()) == 5
    assert len(records()) == 4
    assert records().items() >= kept.items()
    # A task that finds its run done has nothing to do, and a study with all a report.
    subprocess.run(
        ["bash", JOB], env=os.environ | {"SLURM_ARRAY_TASK_ID": "0"}, check=True
    )
    done = run(*SLURM)
    assert done.code == 0
    assert "wrote results/small_study/report.html" in done.out
    assert sum(notes("start").values()) == 5


def test_what_slurm_has_no_second_job_is_to_run(run: Run, monkeypatch) -> None:
    stand_in(
        "sbatch", "echo 'sbatch: error: no such partition' >&2; exit 1", monkeypatch
    )
    done = run(*SLURM)
    said = "cnnspec: sbatch refused the job: sbatch: error: no such partition\n"
    assert (done.code, done.err) == (1, said)
    stand_in("squeue", 'echo "$@" > asked; echo 7', monkeypatch)
    done = run(*SLURM)
    said = (
        "job 7 of this study is in SLURM's queue; wait for its end, or write scancel 7"
    )
    assert (done.code, done.err) == (2, f"cnnspec: {said}\n")
    assert "--name=small_study_runs" in Path("asked").read_text()


def test_a_job_for_other_python_and_what_is_edited(run: Run, monkeypatch) -> None:
    stand_in("sbatch", "echo 'Submitted batch job 7'", monkeypatch)
    lines = ("--sbatch", "--mem=4G", "--setup", "source /there/bin/activate")
    assert run(*SLURM, *lines, "--lang", "ko").code == 0
    text = JOB.read_text("utf-8")
    assert "#SBATCH --no-requeue\n#SBATCH --mem=4G\n" in text
    assert "source /there/bin/activate\n" in text
    assert "\nsrun python -I -S " in text
    assert "# 잘 끝난 것은" in text
    JOB.write_text(f"{text}echo mine\n", encoding="utf-8")
    done = run(*SLURM)
    assert done.code == 1
    assert "error[edited-file]" in done.err


WRONG = {
    ("--engine", "slurm"): "there is no sbatch here, which hands jobs to SLURM; run",
    ("--time", "1:00"): "--time is for SLURM; write --engine slurm too",
    ("--engine", "slurm", "--gpus", "0.5"): "--gpus takes 4, or a100:4; found '0.5'",
    ("--engine", "slurm", "--fetch"): "--fetch is for Ray; write --engine ray too",
}


@pytest.mark.parametrize(("given", "said"), WRONG.items())
def test_what_cannot_be_had_is_told_in_a_line(given, said, run: Run) -> None:
    done = run(*VARIED, *given)
    assert done.code == 2
    assert said in done.err
    assert "--dry-run" not in done.err
    assert len(done.err.splitlines()) == 1


def test_a_dry_run_needs_no_slurm(run: Run) -> None:
    assert run(*SLURM, "--dry-run").code == 0
    assert not Path("results").exists()
