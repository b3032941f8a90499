"""A layer that no output of the model depends on.

Keras makes a model of what leads from its inputs to its outputs, and drops all
else (keras/src/ops/function.py, map_graph_network, 3.15). Such a layer is in no
total; mostly another was meant to read it.

Wrong:

    - Flatten: {name: flat}
    - Dense: {units: 4, name: aside}
    - Dense: {units: 10, from: flat}

Right:

    - Flatten
    - Dense: 4
    - Dense: 10
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.model.graph import Graph
from cnnspec.model.summary import Model

CODE = "unused-layer"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of the last layer of each path that leads nowhere."""
    yield from _of_graph(model.summary.graph)


def _of_graph(graph: Graph) -> Iterator[Problem]:
    nodes, unused = graph.nodes, graph.unused
    for node in nodes:
        if node.layer.holds_model:
            from cnnspec.model.functional import Functional

            if isinstance(node.layer, Functional) and not node.layer.application:
                yield from _of_graph(node.layer.graph)
    if not unused:
        return
    read = {source for node in nodes for source in node.inputs}
    again = {node.shares for node in nodes if node.name not in unused}
    for name, path, trail in ((node.name, node.path, node.trail) for node in nodes):
        if name in unused and name not in read | again:
            full = f"{graph.within}{name}"
            text = f"no output of the model depends on '{full}', and Keras drops it"
            hint = "let a layer read it, or add it to outputs:; or remove it"
            yield Problem(path, CODE, text, hint, at_key=True, trail=trail)
