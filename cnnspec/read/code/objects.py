"""Objects and classes of the code: what they have, and what calling them gives."""

from typing import Any

from cnnspec.read.code import models, samples
from cnnspec.read.code.arrays import Array
from cnnspec.read.code.batches import unbatched
from cnnspec.read.code.building import Model, Tensor, sizes_of, tensors_in
from cnnspec.read.code.expressions import call_function, make_instance
from cnnspec.read.code.held import weight_of
from cnnspec.read.code.layering import results
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.networks import applied
from cnnspec.read.code.seeing import is_made_of_layers, seen, since
from cnnspec.read.code.shapes import shape_of
from cnnspec.read.code.values import (
    Bound,
    Call,
    Function,
    Instance,
    Native,
    Super,
    Unknown,
    UserClass,
)
from cnnspec.read.found import Place


def instance_attribute(
    machine: Machine, made: Instance, name: str, place: Place
) -> Any:
    """What an object of a class of the code has."""
    if name in made.attributes:
        return made.attributes[name]
    member = made.cls.find(name)
    if isinstance(member, Function):
        return _member(machine, member, made, place)
    if member is not None:
        return member
    if name == "__class__":
        return made.cls
    return _inherited(machine, made, name, place)


def _member(machine: Machine, member: Function, owner: Any, place: Place) -> Any:
    if member.kind == "staticmethod":
        return member
    if member.kind == "classmethod":
        return Bound(member, owner.cls if isinstance(owner, Instance) else owner)
    if member.kind == "property":
        return call_function(member, Call(machine, [], {}, place, member.name), owner)
    return Bound(member, owner) if isinstance(owner, Instance) else member


def _inherited(machine: Machine, made: Instance, name: str, place: Place) -> Any:
    """What an object has of the class of Keras that it inherits from."""
    if name in ("add_weight", "add_variable"):
        return Native(name, lambda call: weight_of(made, call))
    if models.is_model_class(made.cls) and name in models.METHODS:
        return Native(name, lambda call: _as_model(made, name, call))
    if name == "name":
        return made.named or Unknown("the name of a layer", place)
    if name == "trainable":
        return made.trainable
    if name in ("add_loss", "add_metric", "build", "set_weights"):
        return Native(name, lambda call: None)
    return Unknown(f"self.{name}", place)


def _as_model(made: Instance, name: str, call: Call) -> Any:
    """A method of `keras.Model` of an object of a class of the code."""
    machine: Machine = call.machine
    if made.model is None and name == "add":
        made.model = models.make_sequential(call._replace(args=[], named={}))
        made.model.cls = made.cls.name
    if made.model is None and name in ("build", "fit"):
        _build(machine, made, name, call)
    if made.model is None:
        if name == "compile":
            made.attributes[_COMPILED] = call
        return call.unknown()
    return models.METHODS[name](made.model, call)


def _build(machine: Machine, made: Instance, name: str, call: Call) -> None:
    """Makes the model of an object once the shape of its input is known."""
    shape = sizes_of(call.get("input_shape", 0))
    if name == "fit":
        x = unbatched(call).get("x", 0)
        sizes = samples.first_sizes(x)
        shape = None if sizes is None else (None, *sizes)
    if isinstance(shape, tuple):
        inputs = [Tensor(None, shape=shape, place=call.place)]
        called_model(machine, made, inputs, call)


def called_model(
    machine: Machine, made: Instance, inputs: list[Tensor], call: Call
) -> Any:
    """What the `call` of an object gives for inputs; its model is that from now on."""
    found = _followed(made, call._replace(args=inputs, named={}))
    outputs = tensors_in(found)
    if outputs and made.model is None:
        model = Model("functional", made.place, machine.tick())
        machine.models.append(model)
        model.inputs, model.outputs = inputs, outputs
        model.name, model.cls = made.named, made.cls.name
        made.model = model
        if compiled := made.attributes.get(_COMPILED):
            models.METHODS["compile"](model, compiled)
    return found


def _followed(made: Instance, call: Call) -> Any:
    """What the function `call` of an object gives."""
    machine: Machine = call.machine
    if made in machine.inside:
        return call.unknown()
    machine.inside.append(made)
    try:
        builds = made.cls.find("build")
        if isinstance(builds, Function) and not made.attributes.get(_BUILT):
            made.attributes[_BUILT] = True
            shapes = [shape_of(one) for one in tensors_in([*call.args])]
            if shapes:
                shape = shapes[0] if len(shapes) == 1 else shapes
                call_function(builds, call._replace(args=[shape], named={}), made)
        function = made.cls.find("call") or made.cls.find("__call__")
        if not isinstance(function, Function):
            return call.unknown()
        return call_function(function, call, made)
    finally:
        machine.inside.pop()


_BUILT, _COMPILED = " built", " compiled"
"""Attributes that no code can have: that `build` was read, and what `compile` got."""


def class_attribute(machine: Machine, cls: UserClass, name: str, place: Place) -> Any:
    """What a class of the code has."""
    member = cls.find(name)
    if isinstance(member, Function):
        return _member(machine, member, cls, place)
    if member is not None:
        return member
    if name == "__name__":
        return cls.name
    return Unknown(f"{cls.name}.{name}", place)


def super_attribute(machine: Machine, value: Super, name: str, place: Place) -> Any:
    """What `super()` has."""
    member = value.owner.cls.find(name, value.cls) if _is_made(value.owner) else None
    if isinstance(member, Function):
        return Bound(member, value.owner)
    if name == "__init__" and _is_made(value.owner):
        return Native(name, lambda call: _started(value.owner, call))
    if _is_made(value.owner):
        return _inherited(machine, value.owner, name, place)
    return Native(name, lambda call: None)


def _is_made(value: Any) -> bool:
    return isinstance(value, Instance)


def _started(made: Instance, call: Call) -> None:
    """What the constructor of Keras's class does with an object of the code."""
    name = call.named.get("name")
    made.named = name if isinstance(name, str) else made.named
    if not models.is_model_class(made.cls):
        return
    is_chain = any(root.endswith(".Sequential") for root in made.cls.roots())
    inputs = call.named.get("inputs", call.named.get("input"))
    if is_chain:
        made.model = models.make_sequential(call)
    elif inputs is not None or len(call.args) > 1:
        made.model = models.make_model(call)
    if made.model is not None:
        made.model.cls = made.cls.name


# ------------------------------------------------------------------ calls


def call_class(cls: UserClass, call: Call) -> Any:
    """An object of a class of the code, or the model that it is."""
    made = make_instance(cls, call)
    if made.model is not None:
        return made.model if _keeps_nothing(made) else made
    return made


def _keeps_nothing(made: Instance) -> bool:
    return not any(isinstance(one, Function) for one in made.cls.members.values())


def call_instance(made: Instance, call: Call) -> Any:
    """An object that is called: a layer, a model, or one with `__call__`."""
    machine: Machine = call.machine
    tensors = tensors_in([*call.args, *call.named.values()])
    function = made.cls.find("__call__")
    if isinstance(function, Function):
        return call_function(function, call, made)
    if models.is_model_class(made.cls):
        return _call_own_model(machine, made, tensors, call)
    if not models.is_layer_class(made.cls) or not tensors:
        return call.unknown()
    return _call_own_layer(machine, made, tensors, call)


def _call_own_model(
    machine: Machine, made: Instance, tensors: list[Tensor], call: Call
) -> Any:
    if tensors and made.model is not None:
        return models.call_model(made.model, call)
    if tensors:
        return _followed(made, call)
    arrays = [one for one in call.args if isinstance(one, Array)]
    if arrays and arrays[0].shape is not None and made.model is None:
        shape = (None, *arrays[0].shape[1:])
        inputs = [Tensor(None, shape=shape, place=call.place)]
        called_model(machine, made, inputs, call)
    return call.unknown()


def _call_own_layer(
    machine: Machine, made: Instance, tensors: list[Tensor], call: Call
) -> Any:
    """A layer of the code: the layers that its `call` leads through, or itself."""
    notes = len(machine.notes)
    found = _followed(made, call)
    lost = machine.notes[notes:]
    inside = since(tensors, tensors_in(found))
    if is_made_of_layers(tensors_in(found), inside, made.weights, lost):
        return found
    layer = models.of_instance(machine, made)
    del machine.notes[notes:]
    if layer.seen is None:
        layer.seen = seen(made, call, tensors, tensors_in(found), inside, lost)
    return results(layer, applied(machine, layer, tensors, {}, call.place))
