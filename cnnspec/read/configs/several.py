"""Which layers give several tensors, so that each has to be asked for by its number."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_known
from cnnspec.read.configs.calls import Call
from cnnspec.read.configs.network import Entry, network

_SCORES = "return_attention_scores"


def gives_several(entry: Entry, kind: str, call: Call) -> bool:
    """Whether a call gives several tensors, as far as a configuration tells.

    Args:
        entry: of the layer.
        kind: what a spec calls it.
        call: of it.
    """
    config = entry.config
    if "output_layers" in config:
        return len(network(entry.raw).outputs) > 1
    inner = config.get("layer")
    inner = inner.get("config", {}) if isinstance(inner, Mapping) else {}
    if config.get("return_state") or inner.get("return_state"):
        return True
    if "merge_mode" in config and config["merge_mode"] is None:
        return True
    return call.kwargs.get(_SCORES) is True or _always(kind)


@cache
def _always(kind: str) -> bool:
    """Whether a layer or an operation gives a list whatever it is given."""
    if not is_known(kind):
        return False
    cls: Any = layer_class(kind)
    try:
        made = cls.read(cls.example if isinstance(cls.example, dict) else {})
        return isinstance(made.output(*cls.example_inputs), list)
    except ValueError:  # an example is no whole entry
        return False
