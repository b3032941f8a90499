"""What a layer of the code shows of itself where it is not made of Keras's layers."""

from collections.abc import Sequence
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.ground.errors import ShapeError
from cnnspec.read.code.building import Layer, Model, Node, Seen, Tensor
from cnnspec.read.code.expressions import call_function
from cnnspec.read.code.held import Held, is_trained, sizes_held, source, title
from cnnspec.read.code.machine import Note
from cnnspec.read.code.networks import ends, walked
from cnnspec.read.code.shapes import known_layer, shape_of
from cnnspec.read.code.values import Call, Function, Instance, is_known

Weights = list[tuple[str, tuple[int, ...], bool]]


def since(tensors: Sequence[Tensor], outputs: Sequence[Tensor]) -> list[Node]:
    """The calls that lead from some tensors to others, made after the former."""
    made = [one.serial if one.node is None else one.node.serial for one in tensors]
    return [node for node in walked(outputs) if node.serial > max(made, default=0)]


def is_made_of_layers(
    outputs: Sequence[Tensor],
    inside: Sequence[Node],
    weights: Sequence[Held],
    lost: Sequence[Note],
) -> bool:
    """Whether layers and operations of Keras are all that a layer of the code is.

    Args:
        outputs: what it gives.
        inside: the calls in it.
        weights: that it asks for itself.
        lost: what wasn't followed in it.
    """
    if not outputs or not inside or any(one.counts for one in lost):
        return False
    if any(node.is_beside for node in inside):
        return False
    holds = any(not _is_operation(node) for node in inside)
    return (holds or not lost) and all(one.is_used for one in weights)


def _is_operation(node: Node) -> bool:
    return isinstance(node.layer, Layer) and registry.is_operation(node.layer.kind)


def seen(
    made: Instance,
    call: Call,
    tensors: Sequence[Tensor],
    outputs: Sequence[Tensor],
    inside: Sequence[Node],
    lost: Sequence[Note],
) -> Seen:
    """The shapes and weights of a layer of the code."""
    shapes = [shape_of(one) for one in outputs]
    if not shapes or not all(map(_is_whole, shapes)):
        shapes = _said(made, call, tensors)
    weights = _weights(made.weights, inside)
    missed = next((one for one in lost if one.counts), None)
    if missed is not None or not outputs:
        weights = None
    why = _why(inside, lost, missed)
    open_ = next((one for one in made.weights if sizes_held(one) is None), None)
    if missed is None and open_ is not None:
        why = f"the sizes of {source(open_)} (line {open_.place.line}) aren't known"
    return Seen(tuple(shapes), weights, why)


def of_function(
    said: Any,
    outputs: Sequence[Tensor],
    inside: Sequence[Node],
    lost: Sequence[Note],
) -> Seen:
    """The shape of what a Lambda gives, which has no weights.

    Args:
        said: the shape that it is given, if any.
        outputs: what its function gives, if that is followed.
        inside: the calls in it.
        lost: what wasn't followed in it.
    """
    shapes = [shape_of(one) for one in outputs]
    if not shapes or not all(map(_is_whole, shapes)):
        shapes = [said] if _is_whole(said) else []
    return Seen(tuple(shapes), (), _why(inside, lost, None))


def _is_whole(shape: Any) -> bool:
    return isinstance(shape, tuple) and is_known(*shape)


def _why(inside: Sequence[Node], lost: Sequence[Note], missed: Note | None) -> str:
    """What of a layer no spec can say."""
    if note := missed or next(iter(lost), None):
        return f"{note.what} (line {note.place.line}) isn't followed"
    held = (one for node in inside for one in node.inputs if one.is_held)
    found = next((one for one in held if isinstance(one, Held)), None)
    if found is None and any(node.is_beside for node in inside):
        line = next(node for node in inside if node.is_beside).place.line
        return f"a reshape that leaves two sizes open (line {line}) isn't followed"
    if found is not None:
        return f"{source(found)} (line {found.place.line}) {found.does}"
    return ""


def _said(made: Instance, call: Call, tensors: Sequence[Tensor]) -> list[Any]:
    """What `compute_output_shape` gives."""
    function = made.cls.find("compute_output_shape")
    if not isinstance(function, Function):
        return []
    given = [shape_of(one) for one in tensors]
    one = given[0] if len(given) == 1 else given
    found = call_function(function, call._replace(args=[one], named={}), made)
    several = found if isinstance(found, list) else [found]
    several = [found] if any(isinstance(n, int) for n in several) else several
    several = [tuple(one) if isinstance(one, list) else one for one in several]
    return several if several and all(map(_is_whole, several)) else []


def _weights(own: Sequence[Held], inside: Sequence[Node]) -> Any:
    """The weights of a layer and of those in it; None where one isn't known."""
    found: Weights = []
    for number, held in enumerate(one for one in own if not one.is_used):
        sizes = sizes_held(held)
        if sizes is None:
            return None
        found.append((title(held, number), sizes, is_trained(held)))
    done: set[int] = set()
    for node in inside:
        if id(node.layer) in done:
            continue
        done.add(id(node.layer))
        more = _of_node(node)
        if more is None:
            return None
        found += more
    return tuple(found)


def _of_node(node: Node) -> Any:
    """The weights of a layer or model that is called."""
    layer = node.layer
    if isinstance(layer, Model):
        return _of_model(layer, node)
    if layer.is_of_code or not registry.is_known(layer.kind):
        return layer.seen.weights if layer.seen else None
    if _is_operation(node):
        return []
    known = known_layer(layer)
    shapes = [shape_of(one) for one in node.inputs]
    if known is None or not all(map(_is_whole, shapes)):
        return None
    try:
        weights = known.weights(*shapes)
    except (ShapeError, TypeError, ValueError, IndexError, ArithmeticError):
        return None
    trained = layer.trainable
    return [(one.name, tuple(one.shape), one.trainable and trained) for one in weights]


def _of_model(model: Model, node: Node) -> Any:
    if model.base is not None:
        return None
    return _weights([], walked(ends(model)[1]))
