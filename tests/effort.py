"""How much is tried: some cases in `make test`, all with CNNSPEC_FIDELITY=long."""

import os
from collections.abc import Iterable
from typing import TypeVar

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"

T = TypeVar("T")


def some(cases: Iterable[T], count: int) -> list[T]:
    """All cases in the long run; else as many as `count`, spread evenly among them."""
    listed = list(cases)
    if LONG or len(listed) <= count:
        return listed
    return [listed[at * len(listed) // count] for at in range(count)]
