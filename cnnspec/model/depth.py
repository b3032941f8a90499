"""How deep a model is, and what Python needs to know of it.

Keras 3.15 sorts the layers of a model by a function that calls itself for each layer on
the way from an output back to the inputs (`_build_map_helper` in
keras/src/ops/function.py), where a model is made and again where it is read from a
file. Python stops that at its limit of calls, 1,000 unless it is told otherwise.
"""

from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.model.graph import Graph

_PYTHONS_LIMIT = 1000
_CALLS_AROUND = 150
"""Calls around those of the layers: 54 where a model is read from a file, 89 in
`predict`, measured with Keras 3.15 on TensorFlow, and those of whoever calls it."""
_CALLS_OF_WRAPPER = 5
"""Calls for a layer inside a layer; 2 to 4 were measured."""
_ROOM = 3000
"""What a raised limit leaves; Jupyter's own limit is as high."""


def depth(graph: Graph) -> int:
    """Layers on the longest way from an input to a layer."""
    found = {tensor.name: 0 for tensor in graph.inputs}
    for node in graph.nodes:
        found[node.name] = 1 + max(found.get(name, 0) for name in node.inputs)
    return max(found.values(), default=0)


def recursion_limit(graph: Graph) -> int | None:
    """The limit of calls that Python needs for Keras; None where its own is enough."""
    nesting = max((_nesting(node.layer) for node in graph.nodes), default=0)
    calls = depth(graph) + _CALLS_OF_WRAPPER * nesting
    if calls + _CALLS_AROUND <= _PYTHONS_LIMIT:
        return None
    return _ROOM + -(-calls // 1000) * 1000


def _nesting(layer: Layer) -> int:
    """How many layers stand inside a layer, one in the other; never too few."""
    return sum(1 for _ in all_nested(layer))
