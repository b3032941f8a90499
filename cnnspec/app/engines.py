"""What trains the runs of a study, as the command line says."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnspec.app import slurm
from cnnspec.app.streams import stop
from cnnspec.emit.keras_script.job import Wanted
from cnnspec.emit.packages import refuse_missing
from cnnspec.ground.visible import visible
from cnnspec.study.plan import Plan, Run
from cnnspec.study.progress import Listener
from cnnspec.study.running import Writing

_NUMBER = r"\d+(\.\d+)?"
_ADDRESS = r"auto|[^\s/]+:\d{1,5}"


class Asked(NamedTuple):
    """What the command line asks for."""

    engine: str
    jobs: int | None
    """How many runs are trained at once; None: as many as there is room for."""
    gpus: float | None
    """Of each run on Ray; None: as its spec says."""
    on_ray: dict[str, Any]
    wanted: Wanted
    """Of SLURM."""

    @property
    def waits(self) -> bool:
        """Whether the runs have ended when the engine has."""
        return self.engine != "slurm"

    @property
    def elsewhere(self) -> bool:
        """Whether other machines train than this one."""
        return self.engine == "slurm" or bool(self.on_ray["address"])


def asked(
    engine: str,
    gpus: str | None,
    jobs: int | None,
    on_ray: dict[str, Any],
    on_slurm: dict[str, Any],
    *,
    dry_run: bool,
) -> Asked:
    """What the command line asks for; what can't be had ends the command.

    Args:
        engine: its name.
        gpus: of each run.
        jobs: how many runs are trained at once.
        on_ray: the options for Ray, by their parameters.
        on_slurm: those for SLURM likewise.
        dry_run: whether nothing is to be trained.
    """
    if engine != "ray":
        for name in (name for name, value in on_ray.items() if value):
            stop(f"--{name} is for Ray; write --engine ray too")
    elif gpus is not None and not re.fullmatch(_NUMBER, gpus, re.ASCII):
        stop(f"--gpus takes 1, or 0.5 where two runs share one; found '{gpus}'")
    address = on_ray["address"]
    if address is not None and not re.fullmatch(_ADDRESS, address, re.ASCII):
        stop(f"--address takes one as 10.0.0.1:6379, or auto; found '{address}'")
    if engine == "local" and gpus is not None:
        stop("--gpus is for Ray and SLURM; here CUDA_VISIBLE_DEVICES chooses them")
    at_once = jobs or (1 if engine == "local" else None)
    on_gpus = float(gpus) if gpus and engine == "ray" else None
    given = {"nodes": None, "gpus": gpus if engine == "slurm" else None, **on_slurm}
    # A dry run needs no SLURM, and is one of each engine.
    needs = None if not dry_run else engine == "slurm"
    return Asked(engine, at_once, on_gpus, on_ray, slurm.wanted(given, engine, needs))


def refuse_missing_engine(asked: Asked, backend: str) -> None:
    """Makes sure that what places runs is installed.

    Raises:
        NotInstalledError: it isn't.
    """
    if asked.engine == "ray":
        refuse_missing("--engine ray", ["ray"], backend)


def refuse_queued(asked: Asked, plan: Plan) -> None:
    """Makes sure that nothing else is to run what this engine is to; or ends it all."""
    if asked.engine == "slurm":
        slurm.refuse_queued(plan.study.name)


def run(
    asked: Asked, plan: Plan, todo: Sequence[Run], listener: Listener, writing: Writing
) -> int:
    """Lets runs be trained; the signal that stopped it, or 0.

    With an engine that doesn't wait for them, its exit status.

    Raises:
        NotInstalledError: what trains them isn't there.
    """
    if asked.engine == "ray":
        from cnnspec.study.engines import ray

        cluster = ray.Cluster(
            asked.on_ray["address"] or "",
            asked.on_ray["cpus"] or 1,
            asked.gpus,
            asked.on_ray["fetch"],
        )
        return ray.run(
            plan, todo, listener, jobs=asked.jobs, writing=writing, cluster=cluster
        )
    if asked.engine == "slurm":
        from cnnspec.study.engines.slurm import write

        path = write(
            plan,
            todo,
            listener,
            jobs=asked.jobs,
            writing=writing,
            wanted=asked.wanted,
        )
        if path:
            print(visible(f"wrote {path}"), flush=True)
        return slurm.submit(path) if path else 0
    from cnnspec.study.engines import local

    return local.run(plan, todo, listener, jobs=asked.jobs or 1, writing=writing)
