"""Models that code makes: sequential, functional, of keras.applications, of classes."""

from collections.abc import Callable
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.read.code.arrays import Array
from cnnspec.read.code.batches import unbatched
from cnnspec.read.code.building import Layer, Model, Tensor, sizes_of, tensors_in
from cnnspec.read.code.layering import make_layer, of_samples, results
from cnnspec.read.code.machine import Machine, Told
from cnnspec.read.code.modules import is_layer_name
from cnnspec.read.code.networks import applied, dtype_name, ends, state_of, walked
from cnnspec.read.code.shapes import inner_layers, known_layer, shape_of
from cnnspec.read.code.values import (
    Call,
    External,
    Instance,
    Native,
    Spent,
    Thing,
    Unknown,
    UserClass,
)
from cnnspec.read.found import Place


def _new(machine: Machine, kind: str, place: Place) -> Model:
    made = Model(kind, place, machine.tick())
    machine.models.append(made)
    return made


def _named(call: Call) -> str | None:
    name = call.named.get("name")
    return name if isinstance(name, str) else None


def make_input(call: Call) -> Tensor:
    """An input of a functional model."""
    batch = call.get("batch_shape", None, call.named.get("batch_input_shape"))
    sizes: Any = sizes_of(batch) if batch is not None else None
    tensor = call.named.get("tensor")
    if sizes is None and isinstance(tensor, Tensor):
        return tensor
    if sizes is None:
        shape = call.get("shape", 0, call.named.get("input_shape"))
        found = sizes_of(shape)
        count = call.get("batch_size", 1)
        sizes = (count, *found) if isinstance(found, tuple) else found
    if sizes is None:
        sizes = Unknown(call.node, call.place)
    return Tensor(
        None,
        shape=sizes,
        dtype=dtype_name(call.named.get("dtype")),
        name=_named(call),
        place=call.place,
        serial=call.machine.tick(),
    )


def make_sequential(call: Call) -> Model:
    """A model of layers one behind the other."""
    machine: Machine = call.machine
    made = _new(machine, "sequential", call.place)
    made.name = _named(call)

    def follow(layer: Any, tensor: Tensor) -> Tensor:
        own = getattr(layer, "own", None)
        called = own if isinstance(own, Instance) else layer
        one = Call(machine, [tensor], {}, layer.place, "a layer")
        try:
            found = tensors_in(machine.call(called, one))
        except Spent:
            machine.note("a layer of too many steps", layer.place, counts=True)
            return tensor
        return found[0] if found else tensor

    made.follow = follow
    layers = call.get("layers", 0)
    if isinstance(layers, list | tuple):
        for layer in layers:
            add(call.machine, made, layer, call.place)
    elif isinstance(layers, Unknown):
        call.machine.note(f"the layers {layers.why}", call.place, counts=True)
    return made


def add(machine: Machine, model: Model, layer: Any, place: Place) -> None:
    """Puts a layer behind those of a sequential model."""
    if isinstance(layer, Instance):
        layer = of_instance(machine, layer)
    if isinstance(layer, Tensor) and layer.node is None:
        model.sizes = layer.shape
        model.inputs = [layer]
        return
    if isinstance(layer, External) and is_layer_name(layer.name):
        what = f"{layer.name} is a class and no layer, since it isn't called: that"
        machine.note(what, place, counts=True)
        return
    if isinstance(layer, Layer) and layer.kind == registry.INPUT_LAYER:
        given = {**layer.given, "name": layer.name}
        call = Call(machine, [], given, layer.place, "")
        if layer.sizes is not None:
            call = call._replace(named={"batch_shape": layer.sizes, "name": layer.name})
        add(machine, model, make_input(call), place)
    elif isinstance(layer, Layer | Model):
        model.layers.append(layer)
    else:
        why = layer.why if isinstance(layer, Unknown) else "a layer"
        machine.note(f"the layer {why}", place, counts=True)


def make_model(call: Call) -> Any:
    """A functional model of what leads from some tensors to others."""
    inputs = call.get("inputs", 0, call.named.get("input"))
    outputs = call.get("outputs", 1, call.named.get("output"))
    name = call.named.get("name", call.args[2] if len(call.args) > 2 else None)
    made = _new(call.machine, "functional", call.place)
    made.name = name if isinstance(name, str) else None
    made.inputs = tensors_in(inputs)
    made.outputs = tensors_in(outputs)
    if isinstance(outputs, dict):
        made.output_keys = [str(key) for key in outputs]
    for one in outputs if isinstance(outputs, list | tuple) else [outputs]:
        if isinstance(one, Layer):
            what = f"the output is a {one.kind} that is called on no tensor, which"
            call.machine.note(what, call.place, counts=True)
    if isinstance(outputs, Unknown) or isinstance(inputs, Unknown):
        lost = outputs if isinstance(outputs, Unknown) else inputs
        call.machine.note(f"a model of {lost.why}", call.place, counts=True)
    return made


def make_application(name: str, call: Call) -> Model:
    """A model of keras.applications, with what it reads."""
    from cnnspec.catalogue.registry import model_class

    machine: Machine = call.machine
    order = ["include_top", "weights", "input_tensor", "input_shape", "pooling"]
    order += ["classes", "classifier_activation"]
    if "alpha" in model_class(name).arguments():
        order = ["input_shape", "alpha", "include_top", "weights"]
    named = {**dict(zip(order, call.args, strict=False)), **call.named}
    tensor, sizes = named.pop("input_tensor", None), named.pop("input_shape", None)
    layer = make_layer(name, call._replace(args=[], named=named))
    if "weights" in named:  # where none are asked for, too
        layer.given["weights"] = named["weights"]
    made = _new(machine, "application", call.place)
    made.base, made.name, layer.model = layer, layer.name, made
    if not isinstance(tensor, Tensor):
        tensor = Tensor(None, shape=_images(layer, sizes, call), place=call.place)
    made.inputs = [tensor]
    node = applied(machine, layer, [tensor], {}, call.place)
    made.outputs = [Tensor(node, place=call.place)]
    return made


def _images(layer: Layer, sizes: Any, call: Call) -> Any:
    if sizes is not None:
        found = sizes_of(sizes)
        return (None, *found) if isinstance(found, tuple) else found
    known: Any = known_layer(layer)
    if known is None:
        return Unknown(call.node, call.place)
    size = known.usual_size((None, None, None, 3)) if known.include_top else None
    return (None, size, size, 3)


# ------------------------------------------------------------------ calls


def call_model(model: Model, call: Call) -> Any:
    """What a model gives for tensors: it is a layer there."""
    inputs = tensors_in([*call.args] or [call.named.get("inputs")])
    if not inputs:
        found = of_samples(model.layers, call) if model.layers else None
        return call.unknown() if found is None else found
    _meet(model, inputs[0])
    more = {}
    if isinstance(call.named.get("training"), bool):
        more["training"] = call.named["training"]
    node = applied(call.machine, model, inputs, more, call.place)
    return results(model, node)


def _meet(model: Model, tensor: Tensor) -> None:
    """Takes the input of a model from a tensor, where nothing else says it."""
    if model.kind != "sequential" or model.sizes is not None:
        return
    inputs, _ = ends(model)
    if isinstance(inputs[0].shape, Unknown) and isinstance(shape_of(tensor), tuple):
        model.sizes = shape_of(tensor)
        _tell(model)


# ------------------------------------------------------------------ layers of models


class Inner(Layer):
    """A layer inside a model of keras.applications, by its name and class."""

    def __init__(self, model: Model, name: str, inside: str) -> None:
        super().__init__("", {}, model.place, name=name)
        self.model: Model = model
        self.trainable = model.trainable
        self.inside = inside


def layers_of(machine: Machine, model: Model) -> list[Any]:
    """The layers of a model as Keras lists them; a list that the code may change."""
    if model.kind == "sequential":
        ends(model)
        return model.layers
    if model.listed is None:
        if model.base is not None:
            x = shape_of(model.inputs[0])
            inside = inner_layers(model.base, x) if isinstance(x, tuple) else {}
            found: list[Any] = [Inner(model, *one) for one in inside.items()]
        else:
            found = []
            for node in walked(model.outputs):
                held = node.layer.model if isinstance(node.layer, Layer) else None
                found += layers_of(machine, held) if held else [node.layer]
        there = [one.tensor for one in found if isinstance(one, Input)]
        ways = [Input(one) for one in model.inputs if one not in there]
        model.listed = [*ways, *dict.fromkeys(found)]
    return model.listed


class Input(Layer):
    """The layer that stands for an input."""

    def __init__(self, tensor: Tensor) -> None:
        super().__init__(registry.INPUT_LAYER, {}, tensor.place, name=tensor.name)
        self.tensor = tensor


def _get_layer(model: Model, call: Call) -> Any:
    name, index = call.get("name", 0), call.get("index", 1)
    layers = layers_of(call.machine, model)
    if isinstance(name, int):
        name, index = None, name
    if isinstance(index, int) and -len(layers) <= index < len(layers):
        return layers[index]
    found = next((one for one in layers if getattr(one, "name", None) == name), None)
    if found is None and isinstance(name, str):
        found = _automatic(layers, name)
    return found or call.unknown()


def _automatic(layers: list[Any], name: str) -> Any:
    """The layer that Keras gives a name to by itself: `conv2d_3` of `get_layer`."""
    from cnnspec.catalogue.components import snake_case

    base, _, number = name.rpartition("_")
    base, number = (base, number) if number.isdigit() else (name, "0")
    alike = [
        one
        for one in layers
        if isinstance(one, Layer) and one.name is None and snake_case(one.kind) == base
    ]
    place = int(number)
    for shift in (place, place - 1):
        if 0 <= shift < len(alike) and (number == "0" or base != name):
            return alike[shift]
    return None


def inner_attribute(machine: Machine, layer: Inner, name: str, place: Place) -> Any:
    """What a layer inside a model of keras.applications has."""
    if name == "name":
        return layer.name
    if name == "output":
        node = layer.model.outputs[0].node
        found = Tensor(node, place=place)
        found.part = layer.name or ""
        return found
    if name in ("output_shape", "shape"):
        found = inner_attribute(machine, layer, "output", place)
        return shape_of(found)
    if name == "trainable":
        return layer.trainable
    if name == "__class__":
        return External(f"keras.layers.{layer.inside}")
    return Native(name, lambda call: None)


def input_attribute(machine: Machine, layer: Input, name: str, place: Place) -> Any:
    """What the layer of an input has."""
    if name in ("output", "input"):
        return layer.tensor
    if name in ("output_shape", "input_shape"):
        return shape_of(layer.tensor)
    return layer.name if name == "name" else True


# ------------------------------------------------------------------ methods


def _one(tensors: list[Tensor], place: Place) -> Any:
    if not tensors:
        return Unknown("what the model gives", place)
    return tensors[0] if len(tensors) == 1 else tensors


def model_attribute(machine: Machine, model: Model, name: str, place: Place) -> Any:
    """What a model has."""
    if name in ("layers", "_layers"):
        return layers_of(machine, model)
    if name in ("output", "outputs", "input", "inputs"):
        inputs, outputs = ends(model)
        found = inputs if name.startswith("input") else outputs
        return found if name.endswith("s") else _one(found, place)
    if name in ("output_shape", "input_shape"):
        inputs, outputs = ends(model)
        found = inputs if name.startswith("input") else outputs
        return shape_of(found[0]) if found else Unknown(f"the {name}", place)
    if name in ("name", "trainable"):
        return getattr(model, name) or Unknown("the name of a model", place)
    work = METHODS.get(name)
    if work is None:
        return Native(name, lambda call: call.unknown())
    return Native(name, lambda call: work(model, call))


def _add(model: Model, call: Call) -> None:
    add(call.machine, model, call.get("layer", 0), call.place)


def _pop(model: Model, call: Call) -> Any:
    return model.layers.pop() if model.layers else None


def _build(model: Model, call: Call) -> None:
    shape = sizes_of(call.get("input_shape", 0))
    if model.sizes is None and isinstance(shape, tuple):
        model.sizes = shape
        _tell(model)
    model.use(call.machine)


def _used(model: Model, call: Call) -> Any:
    model.use(call.machine)
    return call.unknown()


def _trained_by_hand(model: Model, call: Call) -> Any:
    """Batches of the models of a GAN alternate: the last that is compiled is meant."""
    return call.unknown() if model.compiled else _used(model, call)


def _summary(model: Model, call: Call) -> None:
    model.use(call.machine)
    machine: Machine = call.machine
    machine.summaries.append(Told(machine.cell, model, state_of(model), call.place))


def _compile(model: Model, call: Call) -> None:
    model.use(call.machine)
    model.compiled = call


def _fit(model: Model, call: Call) -> Any:
    call = unbatched(call)
    model.use(call.machine)
    model.fitted.append(call)
    learn_input(model, call.get("x", 0))
    _checkpoints(model, call)
    return call.unknown()


def _save(model: Model, call: Call) -> None:
    path = call.get("filepath", 0)
    if isinstance(path, str):
        call.machine.saved[path] = model


def load_model(call: Call) -> Any:
    """A model that the code wrote to a file itself."""
    path = call.get("filepath", 0)
    found = call.machine.saved.get(path) if isinstance(path, str) else None
    return found or call.unknown()


def _checkpoints(model: Model, call: Call) -> None:
    """Notes the files that callbacks write a model to."""
    from cnnspec.read.code.things import class_of, named_arguments

    callbacks = call.named.get("callbacks")
    for one in callbacks if isinstance(callbacks, list) else ():
        cls: Any = class_of(one) if isinstance(one, Thing) else None
        if cls is None or not getattr(cls, "writes", ""):
            continue
        path = named_arguments(cls, one.args, one.named).get(cls.writes)
        if isinstance(path, str):
            call.machine.saved[path] = model


def learn_input(model: Model, x: Any) -> None:
    """Takes the input of a model from the samples, where nothing else says it."""
    open_ = model.kind == "sequential" and model.sizes is None
    if open_ and isinstance(x, Array) and x.shape is not None:
        model.sizes = (None, *(x.shape[1:] or (1,)))
        _tell(model)


def _tell(model: Model) -> None:
    """Gives an input that was made before its shape was known that shape."""
    first = model.inputs[0] if model.inputs else None
    if first is not None and isinstance(first.shape, Unknown):
        first.shape = model.sizes
        for node in walked([tensor for _, tensor in model.chain]):
            node.shapes = None


METHODS: dict[str, Callable[[Model, Call], Any]] = {
    "add": _add,
    "pop": _pop,
    "build": _build,
    "compile": _compile,
    "fit": _fit,
    "fit_generator": _fit,
    "train_on_batch": _trained_by_hand,
    "evaluate": _used,
    "predict": _used,
    "summary": _summary,
    "get_layer": _get_layer,
    "load_weights": lambda model, call: None,
    "save": _save,
    "call": call_model,
}


# ------------------------------------------------------------------ classes of the code


def of_instance(machine: Machine, made: Instance) -> Any:
    """The layer or model that an object of a class of the code is."""
    if made.model is not None:
        return made.model
    if is_model_class(made.cls):
        return made.model
    layer = Layer(made.cls.name, {}, made.place, name=made.named)
    layer.own = made
    made.model = layer
    return layer


def is_model_class(cls: UserClass) -> bool:
    """Whether objects of a class are models."""
    names = [root.rpartition(".")[2] for root in cls.roots()]
    return any(name in ("Model", "Sequential", "Functional") for name in names)


def is_layer_class(cls: UserClass) -> bool:
    """Whether objects of a class are layers."""
    roots = [root for root in cls.roots() if root.startswith("keras.")]
    return bool(roots) and not is_model_class(cls)
