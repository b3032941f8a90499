"""The order in which Keras lists the layers of a model.

Source: `map_graph` in keras/src/ops/function.py, Keras 3.15.
"""

from typing import Any

from cnnspec.model.graph import Graph


def keras_order(graph: Graph) -> list[str]:
    """The names of layers as `model.layers` has them, without inputs.

    Those that are further from the outputs stand first. Of those that are equally far,
    the one stands first that is met first on the way back from the outputs, where a
    layer's tensors are followed in their order.
    """
    nodes = {node.name: node for node in graph.nodes}
    met: dict[str, int] = {}
    finished: list[str] = []
    for output in graph.outputs:
        _follow(output, nodes, met, finished)
    depths, place = layer_depths(graph), dict[str, int]()
    for name in finished:  # a layer that is used again stands there once
        layer = nodes[name].shares or name
        place[layer] = min(met[name], place.get(layer, met[name]))
    return sorted(place, key=lambda name: (-depths[name], place[name]))


def layer_depths(graph: Graph) -> dict[str, int]:
    """How far each input and layer is from the outputs, by the longest way there.

    A layer that is used again is as far as its first use.
    """
    own: dict[str, int] = {}
    found: dict[str, int] = {}
    for node in reversed(graph.nodes):
        if node.name in graph.unused:
            continue
        layer = node.shares or node.name
        depth = max(found.get(node.name, 0), own.get(layer, 0))
        own[layer] = found[node.name] = depth
        for name in node.inputs:
            found[name] = max(found.get(name, 0), depth + 1)
    return own | {tensor.name: found.get(tensor.name, 0) for tensor in graph.inputs}


def _follow(
    output: str, nodes: dict[str, Any], met: dict[str, int], finished: list[str]
) -> None:
    """Goes back from an output; a layer is finished when all that it reads is."""
    if output not in nodes or output in met:
        return
    met[output] = len(met)
    ways = [(output, iter(nodes[output].inputs))]
    while ways:
        name, rest = ways[-1]
        for read in rest:
            if read in nodes and read not in met:
                met[read] = len(met)
                ways.append((read, iter(nodes[read].inputs)))
                break
        else:
            finished.append(name)
            ways.pop()


def before_layer(graph: Graph, name: str) -> list[str]:
    """The layers that stand before one in `model.layers`."""
    names = keras_order(graph)
    return names[: names.index(name)] if name in names else []
