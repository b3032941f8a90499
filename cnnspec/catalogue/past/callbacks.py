"""Callbacks of Keras 1 and 2 as today's Keras has them."""

from typing import Any

_FIGURES = {"acc": "accuracy", "val_acc": "val_accuracy"}
"""Figures of an epoch under the names that Keras 2 had until 2.3."""
_ENDINGS = (".hdf5", ".h5", ".ckpt", ".model", ".tf")
"""Of files that Keras 2 wrote."""


def today(value: Any) -> Any:
    """A callback as a spec has it, with names of figures and files of today."""
    if not isinstance(value, dict):
        return value
    [(name, given)] = value.items()
    found = dict(given)
    if found.get("monitor") in _FIGURES:
        found["monitor"] = _FIGURES[found["monitor"]]
    if isinstance(path := found.get("filepath"), str):
        found["filepath"] = _file(path, weights=found.get("save_weights_only") is True)
    return {name: found}


def _file(path: str, *, weights: bool) -> str:
    """The name of a file that Keras 3 writes: `.weights.h5`, or `.keras` of models."""
    ending = ".weights.h5" if weights else ".keras"
    if path.endswith(ending):
        return path
    for old in (".weights.h5", *_ENDINGS):
        if path.endswith(old):
            return path.removesuffix(old) + ending
    return path.rstrip("/") + ending
