"""Objects of Keras that are neither layers nor models, by what the catalogue knows."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cnnspec.catalogue.components import (
    Component,
    Constraint,
    Initializer,
    Regularizer,
    by_name,
)
from cnnspec.ground.mistakes import translated
from cnnspec.read.code.values import Thing


@cache
def _classes(module: str) -> Mapping[str, type[Component]]:
    """The classes of a module of Keras by all their names."""
    from cnnspec.catalogue.callbacks import Callback
    from cnnspec.catalogue.losses import Loss
    from cnnspec.catalogue.metrics import Metric
    from cnnspec.catalogue.named import spellings
    from cnnspec.catalogue.optimizers import Optimizer, Schedule

    bases: dict[str, Any] = {
        "optimizers": Optimizer,
        "schedules": Schedule,
        "losses": Loss,
        "metrics": Metric,
        "callbacks": Callback,
    }
    if module in bases:
        return spellings(bases[module])
    parts: dict[str, type[Component]] = {
        "initializers": Initializer,
        "regularizers": Regularizer,
        "constraints": Constraint,
    }
    return {**by_name(parts[module]), **_ELSEWHERE.get(module, {})}


_ELSEWHERE: dict[str, dict[str, type[Component]]] = {}
MODULES = (
    *("regularizers", "initializers", "constraints", "optimizers", "schedules"),
    *("losses", "metrics", "callbacks"),
)
"""Modules of Keras that hold such objects."""


def home_of(path: str) -> str:
    """The module of Keras that holds an object; '' for none."""
    parts = path.split(".")
    if "schedules" in parts:
        return "schedules"
    homes = (_HOMES.get(part, part) for part in parts)
    return next((part for part in homes if part in MODULES), "")


_HOMES = {"initializations": "initializers", "objectives": "losses"}
"""What Keras 1 called modules."""


def class_of(value: Thing) -> type[Component] | None:
    """What the catalogue knows of an object."""
    home = home_of(value.path)
    if not home:
        return None
    known = _classes(home)
    names = (value.name, _ONCE.get(value.name, ""), value.name.lower())
    return next((known[name] for name in names if name in known), None)


_ONCE = {
    "maxnorm": "MaxNorm",
    "max_norm": "MaxNorm",
    "nonneg": "NonNeg",
    "unitnorm": "UnitNorm",
    "l1l2": "L1L2",
    "l1_l2": "L1L2",
    "random_normal": "RandomNormal",
    "random_uniform": "RandomUniform",
    "truncated_normal": "TruncatedNormal",
}
"""Functions of Keras that made objects, and names that classes had."""


def named_arguments(
    cls: type[Component] | None, args: Sequence[Any], named: Mapping[str, Any]
) -> dict[str, Any]:
    """What an object is given, by the names that its arguments have today.

    Args:
        cls: what it is; None for what Keras lacks today.
        args: by position.
        named: by whatever names.
    """
    if cls is None:
        return {str(number): one for number, one in enumerate(args)} | dict(named)
    found = dict(zip(cls.positions(), args, strict=False))
    known = {key: one for key, one in named.items() if key in cls.arguments()}
    others = {key: one for key, one in named.items() if key not in known}
    return {**found, **known, **translated(cls, others)}


def in_spec(value: Thing) -> tuple[str, dict[str, Any]]:
    """The name of an object's class and its arguments that aren't the usual ones."""
    cls = class_of(value)
    given = named_arguments(cls, value.args, value.named)
    if cls is None:
        return value.name, given
    known = cls.arguments()
    told = {
        key: one
        for key, one in given.items()
        if key not in known or type(one) is bool or one != known[key].default
    }
    return cls.__name__, told
