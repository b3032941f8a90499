"""A Graph as a reader gives a model: a spec in which nothing is left to defaults."""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.records import Record
from cnnspec.language.expressions import Formula
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph, Node


def written_out(graph: Graph, *, whole: bool = True) -> dict[str, Any]:
    """The document of a model, layer by layer.

    Args:
        graph: of the model; what no output needs is left out, as Keras does.
        whole: whether arguments as by default stand there, as in Keras's files.
    """
    blocks: dict[str, Any] = {}
    inputs = {
        one.name: {"shape": list(one.shape[1:]), "dtype": one.dtype}
        | ({"batch_size": one.shape[0]} if one.shape[0] else {})
        | ({"optional": True} if one.optional else {})
        | ({"sparse": True} if one.sparse else {})
        for one in graph.inputs
    }
    layers = list(_steps(graph, blocks, whole))
    found = {"name": graph.name, "inputs": inputs}
    found |= {"blocks": blocks} if blocks else {}
    return found | {
        "layers": layers,
        "outputs": _reads(graph.outputs, graph.output_parts),
    }


def _steps(graph: Graph, blocks: dict[str, Any], whole: bool) -> Iterator[Any]:
    for node in graph.nodes:
        if node.name in graph.unused:
            continue
        given = _from(node)
        if node.shares:
            yield {"apply": {"layer": node.shares, "name": node.name, "from": given}}
            continue
        layer = node.layer
        kind, arguments = _entry(layer, blocks, whole)
        if node.frozen and "trainable" in layer.arguments():
            arguments["trainable"] = False
        yield {kind: {**arguments, "name": node.name, "from": given}}


def _from(node: Node) -> Any:
    names = _reads(node.inputs, node.parts)
    if not node.arguments and not node.settings:
        return names
    arguments = node.arguments or [node.layer.works_on()[0]] * len(names)
    found: dict[str, Any] = {}
    for argument, name in zip(arguments, names, strict=True):
        found.setdefault(argument, []).append(name)
    return {k: v if len(v) > 1 else v[0] for k, v in found.items()} | node.settings


def _reads(names: Any, parts: Any) -> list[str]:
    parts = parts or [None] * len(names)
    return [n if p is None else f"{n}.{p}" for n, p in zip(names, parts, strict=True)]


def _entry(layer: Layer, blocks: dict[str, Any], whole: bool) -> tuple[str, Any]:
    if isinstance(layer, Functional) and layer.application:
        return layer.application.title(), _given(layer.application, blocks, False)
    if isinstance(layer, Functional):
        name = f"block_of_{layer.graph.name}"
        blocks[name] = {
            "model": True,
            "inputs": [one.name for one in layer.graph.inputs],
            "layers": list(_steps(layer.graph, blocks, whole)),
            "outputs": _reads(layer.graph.outputs, layer.graph.output_parts),
        }
        return name, {}
    return layer.title(), _given(layer, blocks, whole)


def _given(record: Record, blocks: dict[str, Any], whole: bool) -> dict[str, Any]:
    chosen = record.given
    if whole:
        arguments = record.arguments().values()
        chosen = {a.name: getattr(record, a.attribute) for a in arguments} | chosen
        chosen = {k: v for k, v in chosen.items() if k in record.given or _is_data(v)}
    found = {k: _data(v, blocks, whole) for k, v in chosen.items()}
    found.pop("name", None)
    return found


def _is_data(value: Any) -> bool:
    """Whether a default is written at all; own layers have formulas among them."""
    return value is not None and not isinstance(value, Formula)


def _data(value: Any, blocks: dict[str, Any], whole: bool) -> Any:
    """A value as a spec has it."""
    if isinstance(value, Layer):
        kind, arguments = _entry(value, blocks, whole)
        return {kind: arguments} if arguments else kind
    if isinstance(value, Record):
        given = _given(value, blocks, whole)
        return {type(value).__name__: given} if given else type(value).__name__
    if isinstance(value, list | tuple):
        return [_data(item, blocks, whole) for item in value]
    if isinstance(value, dict):
        return {k: _data(item, blocks, whole) for k, item in value.items()}
    return value
