"""How the layers of a model hang together, whatever kind of model it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers import layer_class
from cnnspec.read.code.building import Layer, Model, Node, Tensor, tensors_in
from cnnspec.read.code.machine import TENSORS, Machine
from cnnspec.read.code.values import External, Spent, Unknown
from cnnspec.read.found import Place


def dtype_name(value: Any) -> Any:
    """The name of a type of numbers, which code may take from a package."""
    return value.name if isinstance(value, External) else value


def ends(model: Model) -> tuple[list[Tensor], list[Tensor]]:
    """The inputs and outputs of a model; a sequential one is called on its input."""
    if model.kind != "sequential":
        return model.inputs, model.outputs
    for place, (layer, _) in enumerate(model.chain):
        if place >= len(model.layers) or layer is not model.layers[place]:
            del model.chain[place:]
            break
    if not model.inputs:
        model.inputs = [_first(model)]
    last = model.inputs[0] if not model.chain else model.chain[-1][1]
    for layer in model.layers[len(model.chain) :]:
        last = model.follow(layer, last)
        model.chain.append((layer, last))
    return model.inputs, [last]


def _first(model: Model) -> Tensor:
    """The input of a sequential model that has no layer for it."""
    sizes, dtype, place = None, None, model.place
    if model.layers:
        first = model.layers[0]
        place = first.place
        if isinstance(first, Layer):
            sizes, dtype = _said(first)
        else:
            inputs, _ = ends(first)
            if inputs:
                sizes, dtype = inputs[0].shape, inputs[0].dtype
    sizes = model.sizes if sizes is None else sizes
    if sizes is None:
        sizes = Unknown("the input of the model", place)
    return Tensor(None, shape=sizes, dtype=dtype_name(dtype), place=place)


def _said(layer: Layer) -> tuple[Any, Any]:
    """The shape that comes in, as a layer says it or the layer inside it."""
    inner = layer.given.get("layer")
    if layer.sizes is None and isinstance(inner, Layer | Model):
        sizes, dtype = _said(inner) if isinstance(inner, Layer) else (None, None)
        is_each = "backward_layer" not in _arguments_of(layer.kind)
        if sizes is not None and is_each and isinstance(sizes, tuple):
            return (sizes[0], None, *sizes[1:]), dtype
        return sizes, dtype
    return layer.sizes, layer.dtype


def _arguments_of(kind: str) -> Sequence[str]:
    return list(layer_class(kind).arguments()) if registry.is_known(kind) else []


def walked(outputs: Sequence[Tensor]) -> list[Node]:
    """The calls that lead to some tensors, in the order in which they were made."""
    found: dict[int, Node] = {}
    ways = [tensor.node for tensor in outputs if tensor.node is not None]
    while ways:
        node = ways.pop()
        if id(node) in found:
            continue
        found[id(node)] = node
        read = [*node.inputs, *tensors_in(node.more)]
        ways += [tensor.node for tensor in read if tensor.node is not None]
    return _ordered([*found.values()])


def _ordered(nodes: list[Node]) -> list[Node]:
    """Calls so that none reads what stands below it."""
    nodes = sorted(nodes, key=lambda node: node.serial)
    known = {id(node) for node in nodes}
    done: dict[int, Node] = {}
    ways = [*reversed(nodes)]
    while ways:
        node = ways.pop()
        if id(node) in done:
            continue
        read = [*node.inputs, *tensors_in(node.more)]
        first = [
            tensor.node
            for tensor in read
            if tensor.node is not None
            and id(tensor.node) in known
            and id(tensor.node) not in done
        ]
        if first:
            ways += [node, *reversed(first)]
        else:
            done[id(node)] = node
    return [*done.values()]


def state_of(model: Model) -> tuple[object, ...]:
    """What a table of a model depends on that code may change later."""
    layers = model.layers if model.kind == "sequential" else model.listed or []
    inside = [state_of(one) for one in layers if isinstance(one, Model)]
    return (len(layers), model.trainable, *(one.trainable for one in layers), *inside)


def applied(
    machine: Machine,
    layer: Any,
    inputs: Sequence[Tensor],
    more: Mapping[str, Any],
    place: Place,
) -> Node:
    """A call of a layer, operation or model on tensors.

    Raises:
        Spent: there were too many.
    """
    machine.layers += 1
    if machine.layers > TENSORS:
        raise Spent
    node = Node(layer, inputs, more, place, machine.tick())
    layer.nodes.append(node)
    return node
