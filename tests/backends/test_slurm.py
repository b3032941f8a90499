"""The job that `cnnspec train --engine slurm` writes, under a stand-in for SLURM.

`srun` starts a process for each machine, as SLURM's does; all are this one.
"""

import os
import stat
import subprocess
from pathlib import Path

from cnnspec import api
from cnnspec.emit.keras_script.job import Wanted, job_text
from tests.backends.test_distribute import SPEC, Run, difference, write_script

STAND_INS = {
    "scontrol": 'printf "127.0.0.1\\n127.0.0.2\\n"',
    "srun": """for ((number = 0; number < SLURM_JOB_NUM_NODES; number++)); do
    SLURM_PROCID=$number "$@" > "out_$number" 2> "err_$number" &
    started+=($!)
done
for process in "${started[@]}"; do wait "$process" || status=$?; done
exit "${status:-0}"
""",
}


def slurm(folder: Path) -> dict[str, str]:
    """What a job finds in its environment."""
    for name, text in STAND_INS.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}", encoding="utf-8")
        (folder / name).chmod(stat.S_IRWXU)
    return {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "SLURM_JOB_ID": str(os.getpid()),
        "SLURM_JOB_NODELIST": "machine[1-2]",
        "SLURM_JOB_NUM_NODES": "2",
        "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        "KERAS_BACKEND": "jax",
    }


def test_two_machines_of_a_job_train_as_one(tmp_path: Path) -> None:
    folder = write_script(tmp_path / "two")
    job = job_text(api.loads(SPEC), ["script.py"], Wanted(nodes=2))
    (folder / "job.sbatch").write_text(job, encoding="utf-8")
    environment = os.environ | slurm(folder)
    done = subprocess.run(
        ["bash", "job.sbatch"], cwd=folder, env=environment, timeout=300, check=False
    )
    said = (folder / "err_0").read_text("utf-8")
    assert done.returncode == 0, said
    printed = (folder / "out_0").read_text("utf-8")
    assert "jax trains on cpu:0, cpu:1, cpu:" in printed
    alone = Run(write_script(tmp_path / "one"), devices=1)
    assert alone.wait() == 0
    ours = Run.__new__(Run)
    ours.results = folder / "results" / "digits"
    assert difference(ours, alone) < 1e-5
