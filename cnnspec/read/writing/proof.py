"""Whether a tidy spec is the same model as the document that it was made of."""

from collections.abc import Collection, Mapping
from typing import Any

from cnnspec.catalogue.alike import chosen
from cnnspec.ground.source import Source
from cnnspec.language.program import Program
from cnnspec.model.changing import read_changed
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph, Node
from cnnspec.model.resolver import resolve
from cnnspec.read.writing.names import automatic_number


def graph_of(source: Source, program: Program | None = None) -> Graph | None:
    """The Graph of a spec; None where something is wrong with it.

    Args:
        source: its document.
        program: what that describes, if it has been read.
    """
    program = program or read_changed(source)
    graph = resolve(program)
    wrong = [*source.problems, *_errors(program), *_errors(graph)]
    return None if wrong else graph


def _errors(found: Program | Graph) -> list[Any]:
    return [p for p in found.problems if p.severity == "error"]


def same(before: Graph, after: Graph, free: Collection[str]) -> bool:
    """Whether two Graphs are of one model, whatever the order of their layers.

    Args:
        before: of the written-out document.
        after: of the tidy one.
        free: names in `before` that may be others in `after`.
    """
    nodes = [node for node in before.nodes if node.name not in before.unused]
    others = [node for node in after.nodes if node.name not in after.unused]
    if len(nodes) != len(others) or not _same_inputs(before, after):
        return False
    paired = dict(
        zip(
            [i.name for i in before.inputs], [i.name for i in after.inputs], strict=True
        )
    )
    contents = _Contents()
    waiting = _by_content(others, contents)
    for node in nodes:
        key = _key(node, paired, node.inputs, contents)
        named = waiting.get(key, {})
        name = node.name if node.name in named else None
        if name is None and node.name in free and named:
            name = next(iter(named))
        if name is None:
            return False
        del named[name]
        paired[node.name] = name
    outputs = tuple(paired.get(name, name) for name in before.outputs)
    parts = before.output_parts == after.output_parts
    return outputs == after.outputs and parts and before.policy == after.policy


def _same_inputs(before: Graph, after: Graph) -> bool:
    ways = [
        [one._replace(path=(), name="") for one in graph.inputs]
        for graph in (before, after)
    ]
    return ways[0] == ways[1]


class _Contents(dict[tuple[int, bool], Any]):
    """What layers are; many a node has the layer of another one."""

    def of(self, node: Node) -> Any:
        """What the layer of a node is."""
        key = id(node.layer), node.frozen
        if key not in self:
            self[key] = _content(node)
        return self[key]


def _by_content(
    nodes: Collection[Node], contents: _Contents
) -> dict[Any, dict[str, None]]:
    """The names of nodes by what they are and read, in order."""
    found: dict[Any, dict[str, None]] = {}
    for node in nodes:
        key = _key(node, {}, node.inputs, contents)
        found.setdefault(key, {})[node.name] = None
    return found


def _key(
    node: Node,
    paired: Mapping[str, str],
    inputs: Collection[str],
    contents: _Contents,
) -> Any:
    """What a node is and reads, to compare it by."""
    read = tuple(paired.get(name, name) for name in inputs)
    settings = frozenset(node.settings.items())
    shares = paired.get(node.shares, node.shares)
    return read, node.parts, _arguments(node), settings, shares, contents.of(node)


def _arguments(node: Node) -> tuple[str, ...]:
    """The arguments of the call; nothing where they are those that order leads to."""
    first = node.layer.works_on()[:1]
    return () if {*node.arguments} <= {*first} else node.arguments


def _content(node: Node) -> Any:
    layer = node.layer
    if isinstance(layer, Functional):
        return _model(layer, node.frozen)
    arguments = chosen(layer)
    if node.frozen and not layer.nested():
        arguments["trainable"] = False
    inside = node.frozen and bool(layer.nested())
    return type(layer), frozenset(arguments.items()), inside


def _model(layer: Functional, frozen: bool) -> Any:
    """A model inside: compared as the one around it is."""
    if layer.application is not None:
        return layer.application, frozen
    return _Model(layer.graph), frozen or layer.graph.frozen


class _Model:
    """A model inside another one, equal to what has the same layers."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __hash__(self) -> int:
        return hash(len(self.graph.nodes))

    def __eq__(self, other: object) -> bool:
        free = {
            node.name
            for node in self.graph.nodes
            if node.shares
            or automatic_number(node.name, node.layer.title()) is not None
        }
        return isinstance(other, _Model) and same(self.graph, other.graph, free)
