"""The layers that calls and repeats freeze, as code behind the model."""

from collections.abc import Iterator, Sequence

from cnnspec.catalogue.layers import Layer
from cnnspec.emit.code.plan.values import text
from cnnspec.emit.code.tree import (
    Assign,
    Attribute,
    Call,
    CallArgument,
    Code,
    Comment,
    Evaluate,
    Expression,
    For,
    If,
    List,
    Statement,
    Statements,
    Subscript,
)
from cnnspec.language import naming
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph, Node
from cnnspec.model.order import layer_depths

_NO = Code("False")


def frozen_layers(graph: Graph, said: str = "") -> Statements:
    """The statements that freeze layers of a `model`, and no others; none if none is.

    Args:
        graph: the model.
        said: the comment above them.
    """
    nodes = _own(graph)
    frozen = [node for node in nodes if node.frozen]
    held = [Assign(_trainable(code), _NO) for code in _held(graph, nodes)]
    if held:
        comments = (Comment(said),) if said else ()
        others = graph._replace(nodes=tuple(_without_held(n) for n in graph.nodes))
        return (*comments, *held, *frozen_layers(others))
    if not frozen:
        return ()
    comments = (Comment(said),) if said else ()
    return (*comments, *set_layers(graph, [node.name for node in frozen], _NO))


def set_layers(graph: Graph, chosen: Sequence[str], value: Expression) -> Statements:
    """The statements that set `trainable` of some layers of a `model`, and no others.

    Args:
        graph: the model.
        chosen: the layers; nothing is set where there are none.
        value: to set.
    """
    nodes = [node._replace(frozen=node.name in chosen) for node in _own(graph)]
    names = [graph.called(node.name) for node in nodes if node.frozen]
    if not names:
        return ()
    if len(names) == 1:
        found = Call(Code("model.get_layer"), (CallArgument("", Code(text(names[0]))),))
        return (Assign(_trainable(found), value),)
    layer = (Assign(Code("layer.trainable"), value),)
    if prefixes := _prefixes(graph, nodes):
        test = If(
            Code(f"layer.name.startswith({_one_or_several(prefixes)})"), layer, ()
        )
        return (For(Code("layer"), Code("model.layers"), (test,)),)
    parts = _parts(graph, nodes) if len(names) > _MOST_NAMES else ()
    if parts:
        return (For(Code("layer"), Code(" + ".join(parts)), layer),)
    listed = List(tuple(Code(text(name)) for name in names))
    one = Assign(Code("model.get_layer(name).trainable"), value)
    return (For(Code("name"), listed, (one,)),)


def frozen_before(base: Expression, layer: str, said: str) -> list[Statement]:
    """A loop that freezes what stands before a layer of a model.

    Args:
        base: the code of the model.
        layer: what Keras calls it.
        said: the comment above.
    """
    ends = If(Code(f"layer.name == {text(layer)}"), (Evaluate(Code("break")),), ())
    freezes = Assign(Code("layer.trainable"), _NO)
    loop = For(Code("layer"), Attribute(base, "layers"), (ends, freezes))
    return [Comment(said), loop]


def _own(graph: Graph) -> list[Node]:
    """The layers of a model, without further uses and operations."""
    return [
        node
        for node in graph.nodes
        if not (node.shares or node.name in graph.unused or node.layer.named_by_keras)
    ]


def _trainable(layer: Expression) -> Expression:
    return Attribute(layer, "trainable")


def _one_or_several(names: Sequence[str]) -> str:
    codes = [text(name) for name in names]
    return codes[0] if len(codes) == 1 else f"({', '.join(codes)})"


def _prefixes(graph: Graph, nodes: Sequence[Node]) -> list[str]:
    """What the names of all frozen layers begin with, and no others; else nothing."""
    others = [graph.called(node.name) for node in nodes if not node.frozen]
    others += [graph.called(tensor.name) for tensor in graph.inputs]
    found: dict[str, None] = {}
    for node in nodes:
        name = graph.called(node.name)
        calls = (graph.called(frame.name) for frame in node.trail if frame.name)
        starts = (naming.in_call(call, "") for call in calls)
        fitting = (
            start
            for start in starts
            if name.startswith(start) and not any(o.startswith(start) for o in others)
        )
        if node.frozen:
            if (start := next(fitting, None)) is None:
                return []
            found[start] = None
    return list(found)


_MOST_NAMES = 6
"""Layers that are still called by their names, which say more than places do."""
_MOST_PARTS = 2
"""Parts of a list of layers that are still read at a glance."""


def _parts(graph: Graph, nodes: Sequence[Node]) -> list[str]:
    """The parts of `model.layers` that are frozen; nothing where they aren't parts.

    Keras sorts layers by their depth, and those of one depth by the way that it found
    them, which isn't known here (`map_graph` in keras/src/ops/function.py, 3.15).
    """
    frozen = {node.name for node in nodes if node.frozen}
    # Operations aren't in `model.layers`.
    others = {node.name for node in graph.nodes if node.layer.named_by_keras}
    depths = {n: own for n, own in layer_depths(graph).items() if n not in others}
    found: list[tuple[int, int]] = []
    place = 0
    for depth in sorted(set(depths.values()), reverse=True):
        layers = {name for name, own in depths.items() if own == depth}
        if layers <= frozen:
            before = found.pop() if found and found[-1][1] == place else (place, place)
            found.append((before[0], place + len(layers)))
        elif layers & frozen:
            return []
        place += len(layers)
    if len(found) > _MOST_PARTS:
        return []
    return [
        f"model.layers[{start}:{'' if end == place else end}]" for start, end in found
    ]


def _held(graph: Graph, nodes: Sequence[Node]) -> Iterator[Expression]:
    """The code of models that layers hold and that aren't trained, each as a whole."""
    for node in nodes:
        if not node.frozen:
            name = CallArgument("", Code(text(graph.called(node.name))))
            layer = Call(Code("model.get_layer"), (name,))
            yield from _held_by(node.layer, layer)


def _held_by(layer: Layer, code: Expression) -> Iterator[Expression]:
    for attribute in layer.holders():
        inner = getattr(layer, attribute)
        several = inner if isinstance(inner, list | tuple) else [inner]
        for place, one in enumerate(several):
            if not isinstance(one, Layer):
                continue
            found: Expression = Attribute(code, attribute)
            if isinstance(inner, list | tuple):
                found = Subscript(found, Code(str(place)))
            if isinstance(one, Functional) and one.graph.frozen:
                yield found
            else:
                yield from _held_by(one, found)


def _without_held(node: Node) -> Node:
    """A node whose layer holds nothing any more."""
    return node._replace(layer=Layer())
