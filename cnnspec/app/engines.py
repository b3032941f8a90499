"""What trains the runs of a study, as the command line says."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnspec.app.streams import stop
from cnnspec.emit.packages import refuse_missing
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

    @property
    def elsewhere(self) -> bool:
        """Whether other machines train than this one."""
        return bool(self.on_ray["address"])


def asked(
    engine: str,
    gpus: str | None,
    jobs: int | None,
    on_ray: dict[str, Any],
) -> Asked:
    """What the command line asks for; what can't be had ends the command.

    Args:
        engine: its name.
        gpus: of each run.
        jobs: how many runs are trained at once.
        on_ray: the options for Ray, by their parameters.
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
        stop("--gpus is for Ray; here CUDA_VISIBLE_DEVICES chooses them")
    at_once = jobs or (1 if engine == "local" else None)
    return Asked(engine, at_once, float(gpus) if gpus else None, on_ray)


def refuse_missing_engine(asked: Asked, backend: str) -> None:
    """Makes sure that what places runs is installed.

    Raises:
        NotInstalledError: it isn't.
    """
    if asked.engine == "ray":
        refuse_missing("--engine ray", ["ray"], backend)


def run(
    asked: Asked, plan: Plan, todo: Sequence[Run], listener: Listener, writing: Writing
) -> int:
    """Lets runs be trained; the signal that stopped it, or 0.

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
    from cnnspec.study.engines import local

    return local.run(plan, todo, listener, jobs=asked.jobs or 1, writing=writing)
