"""What values have, and what calling them gives, by what they are."""

from collections.abc import Callable
from typing import Any

from cnnspec.read.code import keras_names, libraries, models, samples
from cnnspec.read.code.arrays import Array, array_attribute
from cnnspec.read.code.batches import Batches, batches_attribute
from cnnspec.read.code.building import Layer, Model, Tensor, sizes_of
from cnnspec.read.code.estimators import Estimator, Voting, estimator_attribute
from cnnspec.read.code.expressions import FUNCTION_CALLS
from cnnspec.read.code.frames import Encoder, Frame, encoder_attribute, frame_attribute
from cnnspec.read.code.held import Held
from cnnspec.read.code.images import Generator, generator_attribute
from cnnspec.read.code.layering import call_layer, layer_attribute, tensor_attribute
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.modules import imported
from cnnspec.read.code.objects import (
    call_class,
    call_instance,
    class_attribute,
    instance_attribute,
    super_attribute,
)
from cnnspec.read.code.options import Parser, parser_attribute
from cnnspec.read.code.python import MATH, python_attribute
from cnnspec.read.code.things import home_of
from cnnspec.read.code.values import (
    Call,
    External,
    Instance,
    Native,
    Super,
    Thing,
    Unknown,
    UserClass,
)
from cnnspec.read.found import Place


def external_attribute(
    machine: Machine, value: External, name: str, place: Place
) -> Any:
    """A name in a package."""
    path = imported(f"{value.path}.{name}")
    root = path.partition(".")[0]
    if name == "newaxis":
        return None
    if root == "math" and name in MATH:
        return MATH[name]
    if root == "numpy":
        found = samples.numpy_name(name, place)
        return External(path) if found is None else found
    if name == "environ":
        return {}
    return External(path)


_BY_PACKAGE = {**keras_names.BY_PACKAGE, **libraries.BY_PACKAGE}


def _call_external(value: External, call: Call) -> Any:
    path, name = value.path, value.name
    run = _BY_PACKAGE.get(path.partition(".")[0])
    found = run(path, name, call) if run else call.unknown()
    if isinstance(found, Unknown) and found.is_bare:
        return call.unknown()
    return found


def _call_native(value: Native, call: Call) -> Any:
    return value.run(call)


def _call_thing(value: Thing, call: Call) -> Any:
    """An initializer that is asked for numbers; nothing else of Keras gives any."""
    shape = sizes_of(call.get("shape", 0))
    is_initializer = home_of(value.path) == "initializers"
    return Held(shape, call) if is_initializer and shape is not None else call.unknown()


def _call_model(model: Model, call: Call) -> Any:
    return models.call_model(model, call)


ATTRIBUTES: dict[type, Callable[..., Any]] = {
    External: external_attribute,
    Instance: instance_attribute,
    UserClass: class_attribute,
    Super: super_attribute,
    Layer: layer_attribute,
    models.Inner: models.inner_attribute,
    models.Input: models.input_attribute,
    Model: models.model_attribute,
    **dict.fromkeys((Tensor, Held), tensor_attribute),
    Array: array_attribute,
    Frame: frame_attribute,
    Encoder: encoder_attribute,
    Batches: batches_attribute,
    Generator: generator_attribute,
    **dict.fromkeys((Estimator, Voting), estimator_attribute),
    Parser: parser_attribute,
    **dict.fromkeys((str, list, tuple, dict, set), python_attribute),
}
CALLS: dict[type, Callable[..., Any]] = {
    **FUNCTION_CALLS,
    External: _call_external,
    Native: _call_native,
    UserClass: call_class,
    Instance: call_instance,
    Layer: call_layer,
    Model: _call_model,
    Thing: _call_thing,
}
