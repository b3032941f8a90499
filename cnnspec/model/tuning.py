"""What a second fit trains: the Graph with layers that are frozen no more."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnnspec.catalogue.layers.base import Layer
from cnnspec.language import naming
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph, Node
from cnnspec.model.order import before_layer, keras_order
from cnnspec.model.summary import Summary, infer


class Part(NamedTuple):
    """What a name stands for in a model: a layer, a model inside, or a call."""

    graph: Graph
    """That holds its layers: of the model inside, or of what is around them."""
    nodes: tuple[Node, ...]
    """Its layers, in the order in which Keras lists them."""
    holder: Node | None = None
    """The model inside that it is; None where it is a layer or a call."""


def graph_in(node: Node) -> Graph:
    """The graph of a model inside."""
    assert isinstance(node.layer, Functional)
    return node.layer.graph


def around(graph: Graph, name: str) -> tuple[list[Node], Graph, str]:
    """The models that something is in, from the outermost on.

    Args:
        graph: the model.
        name: in full, of something inside of models as in `left/conv`.

    Returns:
        Their nodes, the graph of the last, and the name there.
    """
    for node in graph.nodes:
        start = naming.in_model(node.name, "")
        if isinstance(node.layer, Functional) and name.startswith(start):
            rest = around(node.layer.graph, name.removeprefix(start))
            return [node, *rest[0]], *rest[1:]
    return [], graph, name


def part_of(graph: Graph, name: str) -> Part | None:
    """What a name stands for; None where it is nobody's.

    Args:
        graph: the model.
        name: in full, of something inside of models as in `left/conv`.
    """
    _, graph, name = around(graph, name)
    for node in graph.nodes:
        called = name in (node.name, graph.called(node.name))
        if called and not node.shares:
            layer = node.layer
            if isinstance(layer, Functional):
                return Part(layer.graph, _in_order(layer.graph), node)
            return Part(graph, (node,))
    inside = tuple(n for n in _in_order(graph) if _is_in(n, name, graph))
    return Part(graph, inside) if inside else None


def _is_in(node: Node, call: str, graph: Graph) -> bool:
    """Whether a layer is made in a call."""
    names = [frame.name for frame in node.trail if frame.block and not frame.again]
    return call in (*names, *map(graph.called, names)) and not node.shares


def _in_order(graph: Graph) -> tuple[Node, ...]:
    nodes = {node.name: node for node in graph.nodes}
    listed = (nodes[name] for name in keras_order(graph))
    return tuple(node for node in listed if not node.shares)


def before(part: Part, layer: str) -> list[str] | None:
    """The layers of a part that stand before one; None where it has no such layer.

    Args:
        part: of a model.
        layer: its name in the model, or in the call.
    """
    node = layer_of(part, layer)
    if node is None:
        return None
    ahead = set(before_layer(part.graph, node.name))
    return [node.name for node in part.nodes if node.name in ahead]


def layer_of(part: Part, name: str) -> Node | None:
    """The layer of a part that is called so in the model, or in the call."""
    for node in part.nodes:
        calls = (frame.name for frame in node.trail if frame.name)
        inside = (naming.in_call(call, name) for call in calls)
        if name == part.graph.called(node.name) or node.name in (name, *inside):
            return node
    return None


def trained_too(graph: Graph, name: str, from_layer: str | None) -> Graph:
    """The graph with what a name stands for trained as well, from a layer of it on."""
    for node in around(graph, name)[0][:1]:
        rest = name.removeprefix(naming.in_model(node.name, ""))
        inner = trained_too(graph_in(node), rest, from_layer)
        return _with(graph, {node.name: _holding(node, inner)})
    part = part_of(graph, name)
    if part is None:
        return graph
    kept = (before(part, from_layer) or []) if from_layer else []
    thawed = {n.name: _thawed(n) for n in part.nodes if n.name not in kept}
    if part.holder is None:
        return _with(graph, thawed)
    inner = _with(part.graph, thawed)._replace(frozen=False)
    return _with(graph, {part.holder.name: _holding(part.holder, inner)})


def _with(graph: Graph, nodes: dict[str, Node]) -> Graph:
    """A graph with other nodes, whose further uses are theirs."""

    def now(node: Node) -> Node:
        found = nodes.get(node.shares or node.name)
        if found is None:
            return node
        return node._replace(layer=found.layer, frozen=found.frozen)

    return graph._replace(nodes=tuple(map(now, graph.nodes)))


def _holding(node: Node, inner: Graph) -> Node:
    """A model inside that is made of another graph; what is frozen in it says so."""
    return node._replace(layer=_functional(node.layer, inner), frozen=False)


def _functional(layer: Layer, graph: Graph) -> Functional:
    assert isinstance(layer, Functional)
    found = Functional.of(graph, layer.weights_file)
    found.__dict__.update(application=layer.application)
    if layer.application is not None:
        found.__dict__.update(whole=layer.whole)
    return found


def _thawed(node: Node) -> Node:
    return node._replace(layer=thawed_layer(node.layer), frozen=False)


def thawed_layer(layer: Layer) -> Layer:
    """A layer as `trainable = True` leaves it, with all that is inside it."""
    if isinstance(layer, Functional):
        nodes = tuple(map(_thawed, layer.graph.nodes))
        return _functional(layer, layer.graph._replace(nodes=nodes, frozen=False))
    new = {name: _all_thawed(getattr(layer, name)) for name in layer.holders()}
    if "trainable" in layer.arguments():
        new["trainable"] = True
    if all(getattr(layer, name) is value for name, value in new.items()):
        return layer
    return layer.with_read(new)


def _all_thawed(held: object) -> object:
    """What an argument holds: a layer, or several in a list."""
    if isinstance(held, Layer):
        return thawed_layer(held)
    if isinstance(held, tuple | list):
        found = [_all_thawed(one) for one in held]
        same = all(a is b for a, b in zip(found, held, strict=True))
        return held if same else type(held)(found)
    return held


def tuned_graph(graph: Graph, names: Sequence[str], from_layer: str | None) -> Graph:
    """The graph as a second fit trains it.

    Args:
        graph: as the first one does.
        names: of what it trains beside.
        from_layer: what stands before it there stays as it is.
    """
    for name in names:
        graph = trained_too(graph, name, from_layer)
    return graph


def tuned(summary: Summary, names: Sequence[str], from_layer: str | None) -> Summary:
    """The summary of a model as a second fit trains it."""
    return infer(tuned_graph(summary.graph, names, from_layer))


def all_names(graph: Graph) -> Iterator[str]:
    """Whatever a second fit may be told to train: layers, calls and models."""
    for node in graph.nodes:
        if not node.shares:
            yield node.name
        yield from (f.name for f in node.trail if f.name and not f.again)
        if isinstance(node.layer, Functional) and not node.layer.application:
            inside = all_names(node.layer.graph)
            yield from (naming.in_model(node.name, name) for name in inside)
