"""The shapes of tensors that code asks for, by the project's own layers."""

from typing import Any

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers import make_layer
from cnnspec.catalogue.layers.base import Layer as Known
from cnnspec.ground.errors import Invalid, ShapeError
from cnnspec.read.code.building import Layer, Model, Node, Tensor
from cnnspec.read.code.networks import ends
from cnnspec.read.code.plain import arguments_of
from cnnspec.read.code.values import Unknown, is_known


def shape_of(tensor: Tensor) -> Any:
    """A tensor's shape, batch first; an `Unknown` where that isn't known.

    Sizes that only a run of the model tells are None.
    """
    if tensor.node is None:
        return tensor.shape
    shapes = shapes_of(tensor.node)
    if tensor.part:
        return _inside(tensor.node, tensor.part)
    if isinstance(shapes, list):
        place = tensor.index or 0
        return shapes[place] if place < len(shapes) else shapes[0]
    return shapes


def shapes_of(node: Node) -> Any:
    """The shape of what a call gives, or a list of several."""
    if node.shapes is None:
        node.shapes = Unknown("the shape of what it reads", node.place)
        node.shapes = _worked_out(node)
    return node.shapes


def _worked_out(node: Node) -> Any:
    given = [shape_of(tensor) for tensor in node.inputs]
    lost = Unknown("the shape of what a layer gives", node.place)
    if not given or not all(isinstance(shape, tuple) for shape in given):
        return lost
    if isinstance(node.layer, Model):
        return _of_model(node.layer, given, lost)
    if node.layer.is_of_code or not registry.is_known(node.layer.kind):
        return _of_own(node.layer) or lost
    if is_known(*given) and (known := known_layer(node.layer)) is not None:
        if known.is_application:
            return _of_application(known, given, lost)
        found = _given(known, given, checks=not node.is_beside)
        return lost if found is None else found
    return _probed(node.layer, given, lost)


def _given(known: Known, shapes: list[Any], *, checks: bool = True) -> Any:
    """The shape of what a layer gives; None where it takes no such tensors.

    Args:
        known: the layer.
        shapes: of what it is given.
        checks: whether all of it has samples; numbers without may have fewer axes.
    """
    try:
        if checks:
            known.check(*shapes)
        elif len(shapes) > 1:
            count = max(map(len, shapes))
            shapes = [(*(1,) * (count - len(one)), *one) for one in shapes]
        found = known.output(*shapes)
    except (ShapeError, TypeError, ValueError, IndexError, ArithmeticError):
        return None
    return list(found) if isinstance(found, list) else tuple(found)


_PROBES = ((48, 6), (96, 12))
"""Values in the place of sizes and of arguments that aren't known."""


def _probed(layer: Layer, shapes: list[Any], lost: Unknown) -> Any:
    """What of a shape doesn't depend on what isn't known: it is the same for any."""
    found: list[Any] = []
    for size, value in _PROBES:
        given = [tuple(_stand(one, size) for one in shape) for shape in shapes]
        arguments = {k: _filled(v, value) for k, v in arguments_of(layer).items()}
        try:
            known = make_layer(layer.kind, arguments)
        except Invalid:
            return lost
        found.append(None if known.is_application else _given(known, given))
    one, other = found
    if not isinstance(one, tuple) or not isinstance(other, tuple):
        return lost
    if len(one) != len(other):
        return lost
    pairs = zip(one, other, strict=True)
    return tuple(a if a == b else lost for a, b in pairs)


def _stand(size: Any, value: int) -> Any:
    return value if isinstance(size, Unknown) else size


def _filled(value: Any, stands: int) -> Any:
    """An argument with a number in the place of what isn't known."""
    if isinstance(value, Unknown):
        return stands
    if isinstance(value, list):
        return [_filled(one, stands) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one, stands) for key, one in value.items()}
    return value


def _of_own(layer: Layer) -> Any:
    outputs = layer.seen.outputs if layer.seen else ()
    return outputs[0] if len(outputs) == 1 else [*outputs]


def _of_model(model: Model, given: list[Any], lost: Unknown) -> Any:
    if model.base is not None:
        known = known_layer(model.base)
        return lost if known is None else _of_application(known, given, lost)
    _, outputs = ends(model)
    shapes = [shape_of(tensor) for tensor in outputs]
    return shapes[0] if len(shapes) == 1 else shapes or lost


def known_layer(layer: Layer) -> Known | None:
    """The layer of the catalogue, where all of its arguments are known."""
    given = arguments_of(layer)
    if not is_known(given):
        return None
    try:
        return make_layer(layer.kind, given)
    except Invalid:
        return None


def _of_application(known: Any, given: list[Any], lost: Unknown) -> Any:
    if not is_known(*given):
        return lost
    try:
        found = functional_of(known, given[0])
        return found.output(given[0])
    except (ShapeError, AssertionError, KeyError):
        return lost


def functional_of(known: Any, x: Any) -> Any:
    """The layers of a model of keras.applications for images of a shape.

    Raises:
        ShapeError: it takes no such images.
    """
    from cnnspec.model.resolver import functional

    known.check(x)
    return functional(known, x)


def _inside(node: Node, name: str) -> Any:
    """The shape of what a layer inside a model of keras.applications gives."""
    layer = node.layer
    base = layer.base if isinstance(layer, Model) else layer
    lost = Unknown(f"the shape of {name}", node.place)
    known = None if base is None else known_layer(base)
    x = shape_of(node.inputs[0])
    if known is None or not isinstance(x, tuple) or not is_known(x):
        return lost
    try:
        rows = functional_of(known, x).inside().rows
    except (ShapeError, AssertionError, KeyError):
        return lost
    return next((row.output_shape for row in rows if row.name == name), lost)


def inner_layers(base: Layer, x: Any) -> dict[str, str]:
    """The layers of a model of keras.applications as `model.layers` has them.

    By their names, in that order; and the class of each.

    Args:
        base: the model with its arguments.
        x: the shape of what it reads.
    """
    from cnnspec.model.order import keras_order

    known = known_layer(base)
    if known is None or not isinstance(x, tuple) or not is_known(x):
        return {}
    try:
        found = functional_of(known, x)
    except (ShapeError, AssertionError, KeyError):
        return {}
    classes = {node.name: type(node.layer).__name__ for node in found.graph.nodes}
    return {name: classes[name] for name in keras_order(found.graph)}
