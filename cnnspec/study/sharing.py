"""How runs that are trained at once share the processors and the GPUs of a machine."""

import os
import re
from collections.abc import Mapping, Sequence

_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
_DEVICES = "CUDA_VISIBLE_DEVICES"


def share(place: int, jobs: int) -> dict[str, str]:
    """The variables of the environment that give a run its share; none if it's alone.

    As many threads as there are processors for each; its own GPUs, or where there are
    fewer than runs, one that others use too. What somebody has set stays.

    Args:
        place: of the run among those that are trained at once, from 0.
        jobs: how many these are.
    """
    if jobs == 1:
        return {}
    found = limits(max(1, _processors() // jobs), os.environ)
    if devices := _gpus():
        mine = devices[place::jobs] or [devices[place % len(devices)]]
        found[_DEVICES] = ",".join(mine)
    return found


def limits(threads: int, environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that bound the threads of a run, but for those that are set."""
    return {name: str(threads) for name in _THREADS if name not in environment}


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gpus() -> Sequence[str]:
    """The GPUs that programs of this process see, as CUDA is told of them."""
    told = os.environ.get(_DEVICES)
    if told is not None:
        names = [one.strip() for one in told.split(",")]
        return [name for name in names if name not in ("", "-1")]
    try:
        there = [
            name for name in os.listdir("/dev") if re.fullmatch(r"nvidia\d+", name)
        ]
    except OSError:
        return []
    return [str(number) for number in range(len(there))]
