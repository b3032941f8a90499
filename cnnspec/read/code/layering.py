"""Layers that code makes, and what calling them on tensors does."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.past import by_position, current
from cnnspec.catalogue.past.arguments import HAD, was_argument
from cnnspec.read.code.arrays import Array
from cnnspec.read.code.building import Layer, Model, Tensor, sizes_of, tensors_in
from cnnspec.read.code.expressions import call_function
from cnnspec.read.code.held import as_layer
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.modules import by_function, layer_named
from cnnspec.read.code.networks import applied, ends
from cnnspec.read.code.seeing import of_function, since
from cnnspec.read.code.shapes import shape_of, shapes_of
from cnnspec.read.code.values import (
    Call,
    External,
    Function,
    Native,
    Unknown,
    first_unknown,
)
from cnnspec.read.found import Place

_SIZES = ("input_shape", "batch_input_shape", "input_dim", "batch_shape", "shape")
_BESIDE = (*_SIZES[:4], "input_length", "batch_size", "weights", "dynamic")
"""Arguments of any layer that say what comes in, or what it has learnt elsewhere."""


def make_layer(called: str, call: Call) -> Layer:
    """A layer that code makes.

    Args:
        called: the class as the code calls it.
        call: what its constructor is given.
    """
    call.machine.layers_made += 1
    named = dict(call.named)
    kind = layer_named(called) or called
    if kind in registry.CODE_LAYERS:
        return _lambda(kind, call)
    places = dict(call.places)
    given = _by_name(called, kind, call.args, named, places)
    name = given.pop("name", None)
    trainable = given.pop("trainable", True)
    sizes, dtype = _sizes(given, kind)
    for key in _BESIDE:
        if not (_takes(kind, key) and (key in _SIZES or registry.is_model(kind))):
            given.pop(key, None)
    if isinstance(given.get("dtype"), External):
        given["dtype"] = given["dtype"].name
    version = _version(given, call.machine.version)
    found = current(called, given, version)
    for key, value in HAD.get(found.kind, {}).items():
        found.arguments.setdefault(key, value)
    for key in given.keys() - found.arguments.keys():
        if not was_argument(key):  # for the check to tell
            found.arguments[key] = given[key]
    made = Layer(
        found.kind,
        found.arguments,
        call.place,
        name=name if isinstance(name, str) else None,
        places=places,
    )
    made.trainable = trainable is not False
    made.serial = call.machine.layers_made
    made.sizes, made.dtype = sizes, dtype
    for note in found.notes:
        made.comment = made.comment or note.text
    return made


def _version(given: Mapping[str, Any], imported: str) -> str:
    """The version of Keras, as far as imports and arguments tell it."""
    return "1" if _OF_KERAS_1 & given.keys() else imported


def _takes(kind: str, argument: str) -> bool:
    return registry.is_known(kind) and argument in layer_class(kind).arguments()


_OF_KERAS_1 = frozenset(
    {
        *("border_mode", "init", "nb_filter", "nb_row", "nb_col", "subsample"),
        *("W_regularizer", "b_regularizer", "W_constraint", "dim_ordering"),
        *("inner_activation", "dropout_W", "dropout_U", "subsample_length"),
        *("filter_length", "pool_length", "output_dim"),
    }
)
"""Arguments that layers had in Keras 1 alone."""


def _by_name(
    called: str,
    kind: str,
    args: Sequence[Any],
    named: dict[str, Any],
    places: dict[str | int, Place],
) -> dict[str, Any]:
    """What a layer is given, by names of whatever version of Keras."""
    numbers = [one for one in args[1:4] if isinstance(one, int) and one is not True]
    is_old = bool(_OF_KERAS_1 & named.keys()) or (
        called != kind and called[:11] == "Convolution" and len(numbers) > 1
    )
    order: dict[str, Any] = by_position(called, args) if is_old else {}
    if not order and args:
        names = _order(kind, len(args))
        order = dict(zip(names, args, strict=False))
    for number, name in enumerate(order):
        if number in places:
            places[name] = places[number]
    return {**order, **named}


def _order(kind: str, count: int) -> list[str]:
    if registry.is_known(kind):
        return list(layer_class(kind).arguments())
    return [f"argument_{number + 1}" for number in range(count)]


def _sizes(given: Mapping[str, Any], kind: str) -> tuple[Any, Any]:
    """The shape that a layer says comes in, batch first, and its dtype."""
    dtype = given.get("dtype")
    if (whole := given.get("batch_input_shape", given.get("batch_shape"))) is not None:
        return sizes_of(whole), dtype
    if (shape := given.get("input_shape")) is not None:
        found = sizes_of(shape)
        batch = given.get("batch_size")
        return (batch, *found) if isinstance(found, tuple) else found, dtype
    length = given.get("input_length")
    is_table = _takes(kind, "input_dim")
    if is_table:
        return ((None, length) if length is not None else None), dtype
    if (width := given.get("input_dim")) is not None:
        return ((None, length, width) if length is not None else (None, width)), dtype
    return None, dtype


# ------------------------------------------------------------------ lambdas


def _lambda(kind: str, call: Call) -> Layer:
    """A layer that holds a function of the code."""
    made = Layer(kind, {}, call.place, name=call.named.get("name"))
    made.own = call.get("function", 0)
    shape = call.get("output_shape", 1)
    if isinstance(shape, list | tuple | int):
        made.given["output_shape"] = (None, *(sizes_of(shape) or ()))
    made.given["arguments"] = call.get("arguments", None, {})
    if (sizes := call.named.get("input_shape")) is not None:
        found = sizes_of(sizes)
        made.sizes = (None, *found) if isinstance(found, tuple) else found
    if (sizes := call.named.get("batch_input_shape")) is not None:
        made.sizes = sizes_of(sizes)
    return made


def _call_lambda(machine: Machine, layer: Layer, call: Call) -> Any:
    """The tensors of a function that is followed; else one that nobody can tell."""
    tensors = tensors_in([*call.args])
    notes = len(machine.notes)
    machine.inside.append(layer)
    try:
        found = _of_lambda(machine, layer, call)
    finally:
        machine.inside.pop()
    outputs = tensors_in(found)
    inside = since(tensors, outputs)
    if outputs and not any(node.is_beside for node in inside):
        return found
    lost = machine.notes[notes:]
    del machine.notes[notes:]
    if layer.seen is None:
        layer.seen = of_function(layer.given.get("output_shape"), outputs, inside, lost)
    return results(layer, applied(machine, layer, tensors, {}, call.place))


def _of_lambda(machine: Machine, layer: Layer, call: Call) -> Any:
    """What the function of a Lambda gives; None where it isn't followed."""
    function, more = layer.own, layer.given.get("arguments") or {}
    more = more if isinstance(more, dict) else {}
    before = machine.layers
    if isinstance(function, Function):
        found = call_function(function, call._replace(named=more))
        is_new = machine.layers > before or found in call.args
        return found if tensors_in(found) and is_new else None
    if isinstance(function, External):
        return machine.call(function, call._replace(named=more))
    return None


# ------------------------------------------------------------------ calls


def call_layer(layer: Layer, call: Call) -> Any:
    """What a layer gives for tensors."""
    machine: Machine = call.machine
    if layer.kind in registry.CODE_LAYERS:
        return _call_lambda(machine, layer, call)
    inputs, more = _arguments(layer, call)
    if not inputs and (found := of_samples([layer], call)) is not None:
        return found
    if not inputs or first_unknown(*call.args[:1]) is not None:
        return _of_nothing(layer, call)
    if inputs and (added := _of_vectors(machine, layer, inputs, call)) is not None:
        return added
    node = applied(machine, layer, inputs, more, call.place)
    return results(layer, node)


def _of_vectors(
    machine: Machine, layer: Layer, inputs: list[Tensor], call: Call
) -> Any:
    """What joins a tensor with learned vectors, where that is a layer of its own."""
    names = [name for name, kind in by_function().items() if kind == layer.kind]
    axis = layer.given.get("axis")
    return as_layer(machine, names[0], inputs, axis, call.place) if names else None


def _arguments(layer: Layer, call: Call) -> tuple[list[Tensor], dict[str, Any]]:
    """The tensors that a layer works on, and what its call is given beside."""
    known = registry.is_known(layer.kind)
    cls = layer_class(layer.kind) if known else None
    if cls is None:
        return tensors_in([*call.args, *call.named.values()]), {}
    names = cls.tensor_arguments
    given: dict[str, Any] = {}
    if len(call.args) == 1 or not cls.takes_tensors_apart:
        given = dict(zip(names, call.args, strict=False))
    else:
        given = dict(zip(names, call.args, strict=False))
    given |= {key: one for key, one in call.named.items() if one is not None}
    given.pop("training" if not isinstance(given.get("training"), bool) else "", None)
    for other in ("inputs", "x", "data", "sequences", "images"):
        if other in given and other not in names and names[0] not in given:
            given[names[0]] = given.pop(other)
    main: list[Tensor] = []
    for name in names[
        : max(1, cls.inputs_limit or 1 if cls.takes_tensors_apart else 1)
    ]:
        main += tensors_in(given.pop(name, None))
    limit = cls.inputs_limit
    if limit is not None and len(main) > limit and len(names) > 1:
        given[names[1]] = main[1:]  # an RNN is given its states behind its input
        main = main[:1]
    return main, _told(cls, given)


def _told(cls: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """What a spec says of a call beside its first tensors."""
    allowed = (*cls.tensor_arguments, *cls.call_settings)
    return {
        key: one
        for key, one in given.items()
        if key in allowed and (isinstance(one, bool) or tensors_in(one))
    }


def of_samples(layers: Sequence[Any], call: Call) -> Array | None:
    """Samples that layers change before the model is given them.

    Args:
        layers: one after the other.
        call: of them.
    """
    samples = call.args[0] if call.args else None
    if not isinstance(samples, Array) or not samples.origin.source:
        return None
    for layer in layers:
        if not isinstance(layer, Layer):
            return None
        samples = _changed(layer, samples, call)
    return samples


def _changed(layer: Layer, samples: Array, call: Call) -> Array:
    if layer.kind in registry.family_names("augmentation"):
        return samples.done("augmented", ([layer.kind], call.place))
    scale, offset = layer.given.get("scale"), layer.given.get("offset", 0)
    if isinstance(scale, int | float) and 0 < scale < 1 and offset == 0:
        return samples.done("scale", round(1 / scale, 6))
    return samples.done("changed", call.text)


def _of_nothing(layer: Layer, call: Call) -> Any:
    """What comes of a layer that is called on no tensor of a model.

    Code tries layers on arrays, and what a branch lost has no tensor.
    """
    first = first_unknown(*call.args, *call.named.values())
    if first is not None:
        machine: Machine = call.machine
        what = f"{first.why}, which {call.text} reads,"
        machine.note(what, call.place, counts=not first.given)
    return call.unknown()


def results(layer: Layer | Model, node: Any) -> Any:
    """The tensor of a call, or a list where it gives several."""
    count = _count(layer, node)
    if count == 1:
        return Tensor(node, place=node.place)
    return [Tensor(node, number, place=node.place) for number in range(count)]


def _count(layer: Layer | Model, node: Any) -> int:
    if isinstance(layer, Model):
        return len(ends(layer)[1]) or 1
    shapes = shapes_of(node)
    if isinstance(shapes, list):
        return max(1, len(shapes))
    if isinstance(shapes, Unknown) and isinstance(layer, Layer):
        given = layer.given
        inner = given.get("layer")
        if isinstance(inner, Layer):
            states = inner.given.get("return_state") is True
            return 1 + 2 * _states(inner) if states else 1
        if given.get("return_state") is True:
            return 1 + _states(layer)
    return 1


def _states(layer: Layer) -> int:
    """How many states a recurrent layer has: it is asked with sizes that it takes."""
    cls: Any = layer_class(layer.kind)
    try:
        made = cls.read({**cls.example, "return_state": True})
    except ValueError:  # it gives none
        return 1
    return len(made.output(*cls.example_inputs)) - 1


# ------------------------------------------------------------------ attributes


def layer_attribute(machine: Machine, layer: Layer, name: str, place: Place) -> Any:
    """What a layer has."""
    if name in ("output", "input"):
        return _tensor(layer, name, place)
    if name in ("output_shape", "input_shape"):
        found = _tensor(layer, name.partition("_")[0], place)
        return shape_of(found) if isinstance(found, Tensor) else found
    if name == "name":
        return layer.name or Unknown("the name of a layer", place)
    if name in ("trainable",):
        return layer.trainable
    if name == "__class__":
        return External(f"keras.layers.{layer.kind}")
    if name in ("build", "set_weights", "adapt", "load_weights"):
        return Native(name, lambda call: None)
    if name == "call":
        return Native(name, lambda call: call_layer(layer, call))
    if name in ("layer", "forward_layer") and isinstance(
        layer.given.get("layer"), Layer
    ):
        return layer.given["layer"]
    if name in layer.given:
        return layer.given[name]
    return Unknown(f"{layer.kind}.{name}", place)


def _tensor(layer: Layer, name: str, place: Place) -> Any:
    if not layer.nodes:
        return Unknown(f"the {name} of a layer that isn't called", place)
    node = layer.nodes[0]
    if name == "output":
        return results(layer, node)
    return node.inputs[0] if len(node.inputs) == 1 else list(node.inputs)


def tensor_attribute(machine: Machine, tensor: Tensor, name: str, place: Place) -> Any:
    """What a tensor has."""
    if name in ("shape", "_keras_shape"):
        return shape_of(tensor)
    if name in ("get_shape", "_shape_tuple"):
        return Native(name, lambda call: shape_of(tensor))
    if name in ("as_list",):
        return Native(name, lambda call: tensor)
    if name == "dtype":
        return tensor.dtype or "float32"
    if name in ("ndim", "rank"):
        shape = shape_of(tensor)
        return len(shape) if isinstance(shape, tuple) else shape
    if name == "name":
        return tensor.name or Unknown("the name of a tensor", place)
    if name == "op" or name == "node":
        return Unknown(f"a tensor's {name}", place)
    return Unknown(f"a tensor's {name}", place)
