"""What names of packages come to, and what calling them gives."""

from collections.abc import Callable
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.read.code import models, samples
from cnnspec.read.code.arrays import Array, array_attribute
from cnnspec.read.code.batches import Batches, batches_attribute, from_slices, unbatched
from cnnspec.read.code.building import Layer, Model, Node, Tensor, sizes_of, tensors_in
from cnnspec.read.code.estimators import (
    Estimator,
    Voting,
    estimator,
    estimator_attribute,
    voting,
)
from cnnspec.read.code.expressions import (
    FUNCTION_CALLS,
    call_function,
    make_instance,
)
from cnnspec.read.code.frames import (
    Encoder,
    Frame,
    encoder_attribute,
    frame_attribute,
    read_table,
)
from cnnspec.read.code.layering import (
    call_layer,
    layer_attribute,
    make_layer,
    results,
    tensor_attribute,
)
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.modules import by_function, imported, layer_named, meant_layer
from cnnspec.read.code.networks import walked
from cnnspec.read.code.operations import applied, of_function, of_sign
from cnnspec.read.code.python import BUILTINS, MATH, items_of, python_attribute
from cnnspec.read.code.shapes import shape_of
from cnnspec.read.code.things import MODULES, home_of
from cnnspec.read.code.values import (
    Bound,
    Call,
    External,
    Function,
    Instance,
    Native,
    Super,
    Thing,
    Unknown,
    UserClass,
)
from cnnspec.read.found import Place

# ------------------------------------------------------------------ attributes


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


def _instance_attribute(
    machine: Machine, made: Instance, name: str, place: Place
) -> Any:
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
        made.weighs = True
        return Native(name, lambda call: call.unknown())
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
            shape = shape_of(tensors_in([*call.args])[0]) if call.args else None
            call_function(builds, call._replace(args=[shape], named={}), made)
        function = made.cls.find("call") or made.cls.find("__call__")
        if not isinstance(function, Function):
            return call.unknown()
        return call_function(function, call, made)
    finally:
        machine.inside.pop()


_BUILT, _COMPILED = " built", " compiled"
"""Attributes that no code can have: that `build` was read, and what `compile` got."""


def _class_attribute(machine: Machine, cls: UserClass, name: str, place: Place) -> Any:
    member = cls.find(name)
    if isinstance(member, Function):
        return _member(machine, member, cls, place)
    if member is not None:
        return member
    if name == "__name__":
        return cls.name
    return Unknown(f"{cls.name}.{name}", place)


def _super_attribute(machine: Machine, value: Super, name: str, place: Place) -> Any:
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


def _call_external(value: External, call: Call) -> Any:
    path, name = value.path, value.name
    root = path.partition(".")[0]
    for prefix, run in _BY_PREFIX:
        if root == prefix:
            found = run(path, name, call)
            break
    else:
        found = call.unknown()
    if isinstance(found, Unknown) and found.is_bare:
        return call.unknown()
    return found


def _of_keras(path: str, name: str, call: Call) -> Any:
    if name == "preprocess_input":
        return _scaled_for(path.split(".")[-2], call)
    if name in _KERAS:
        return _KERAS[name](call)
    if name in ("KerasClassifier", "KerasRegressor"):
        return estimator(call)
    if name == "load_data":
        return samples.of_keras(path.split(".")[-2], call)
    home = home_of(path)
    if home and home in MODULES:
        return Thing(path, call)
    if registry.is_model(name):
        return models.make_application(name, call)
    if layer_named(name) or name == "Merge":
        return make_layer(name, call)
    tensors = tensors_in([*call.args, *call.named.values()])
    if tensors and name in by_function() and ".layers" in path:
        layer = make_layer(by_function()[name], call._replace(args=[]))
        layer.given.pop("inputs", None)
        return results(layer, applied(call.machine, layer, tensors, {}, call.place))
    if tensors:
        return _of_backend(path, name, call)
    if ".preprocessing" in path or ".utils" in path:
        return call.unknown()
    if ".layers" in path:
        is_misspelt = bool(meant_layer(name))
        if name[:1].isupper() or (is_misspelt and name not in by_function()):
            made = make_layer(name, call)
            made.is_misspelt = is_misspelt
            return made
    return call.unknown()


def _scaled_for(home: str, call: Call) -> Any:
    """What `preprocess_input` of a model of keras.applications makes of images."""
    machine: Machine = call.machine
    first = call.get("x", 0)
    if not isinstance(first, Tensor):
        return first
    about: Any = next(
        (
            cls
            for cls in map(registry.model_class, registry.model_names())
            if getattr(cls, "home", "") == home
        ),
        None,
    )
    if about is None or about.scaling not in ("", "tf"):
        machine.note(call.text, call.place, counts=False)
        return first
    if not about.scaling:
        return first
    divided = of_sign(machine, "/", [first, 127.5], call.place)
    return of_sign(machine, "-", [divided, 1.0], call.place)


def _merge(call: Call) -> Any:
    """`merge([a, b], mode='concat')` of Keras 1."""
    tensors = tensors_in(call.args[0] if call.args else call.named.get("inputs"))
    named = {k: v for k, v in call.named.items() if k != "inputs"}
    if len(call.args) > 1:
        named["mode"] = call.args[1]
    layer = make_layer("Merge", call._replace(args=[], named=named))
    if not tensors:
        return call.unknown()
    return results(layer, applied(call.machine, layer, tensors, {}, call.place))


def _of_backend(path: str, name: str, call: Call) -> Any:
    """A function of a backend on tensors."""
    machine: Machine = call.machine
    if name in ("int_shape", "shape"):
        return shape_of(tensors_in([*call.args])[0])
    if name == "ndim":
        shape = shape_of(tensors_in([*call.args])[0])
        return len(shape) if isinstance(shape, tuple) else shape
    if name in ("identity", "convert_to_tensor", "stop_gradient"):
        return tensors_in([*call.args, *call.named.values()])[0]
    return of_function(machine, name, call.args, call.named, call.place)


def _image_data_format(call: Call) -> Any:
    return "channels_last"


def _int_shape(call: Call) -> Any:
    tensors = tensors_in([*call.args])
    return shape_of(tensors[0]) if tensors else call.unknown()


def _nothing(call: Call) -> Any:
    return None


def _seed(call: Call) -> None:
    call.machine.seed = call.get("seed", 0)


def _model(call: Call) -> Any:
    has = {"inputs", "outputs", "input", "output"} & call.named.keys()
    return models.make_model(call) if call.args or has else call.unknown()


_KERAS: dict[str, Callable[[Call], Any]] = {
    "Input": models.make_input,
    "Sequential": models.make_sequential,
    "Model": _model,
    "Functional": _model,
    "merge": _merge,
    "load_model": models.load_model,
    "to_categorical": samples.one_hot,
    "pad_sequences": samples.padded,
    "image_data_format": _image_data_format,
    "int_shape": _int_shape,
    "clear_session": _nothing,
    "set_image_data_format": _nothing,
    "set_random_seed": _seed,
    "plot_model": _nothing,
    "epsilon": lambda call: 1e-7,
    "image_dim_ordering": lambda call: "tf",
    "floatx": lambda call: "float32",
}


def _of_tensorflow(path: str, name: str, call: Call) -> Any:
    if tensors_in([*call.args, *call.named.values()]):
        return _of_backend(path, name, call)
    if name == "constant" or name == "convert_to_tensor":
        return samples.NUMPY["array"](call)
    if name == "one_hot":
        return samples.one_hot(call)
    if name == "from_tensor_slices":
        return from_slices(call)
    if name in ("expand_dims", "reshape", "zeros", "ones", "cast"):
        known = samples.NUMPY.get(name)
        return known(call) if known else call.args[0]
    if name in ("set_seed", "set_random_seed"):
        return _seed(call)
    if name in ("normal", "uniform"):
        return samples.NUMPY["zeros"](call)
    if name in ("Dimension",) and call.args:
        return call.args[0]
    if name == "TensorShape" and call.args:
        return call.args[0]
    return call.unknown()


def _of_numpy(path: str, name: str, call: Call) -> Any:
    if tensors_in([*call.args]):
        return _of_backend(path, name, call)
    known = samples.NUMPY.get(name)
    if known is not None:
        return known(call)
    if name in MATH and isinstance(MATH[name], Native):
        return MATH[name].run(call)
    if name in ("int32", "int64", "min", "sum") and name.strip("3264") in BUILTINS:
        return BUILTINS[name.strip("3264")].run(call)
    return call.unknown()


def _of_sklearn(path: str, name: str, call: Call) -> Any:
    if name == "train_test_split":
        return samples.split(call)
    if name in ("LabelBinarizer", "LabelEncoder"):
        return Encoder(name)
    if name == "VotingClassifier":
        return voting(call)
    if ".datasets" in path:
        return samples.of_sklearn(name, call)
    return call.unknown()


def _of_pandas(path: str, name: str, call: Call) -> Any:
    return read_table(call) if name == "read_csv" else call.unknown()


def _of_functools(path: str, name: str, call: Call) -> Any:
    if name == "partial" and call.args:
        function, *args = call.args
        machine: Machine = call.machine

        def run(inner: Call) -> Any:
            named = {**call.named, **inner.named}
            return machine.call(
                function, inner._replace(args=[*args, *inner.args], named=named)
            )

        return Native("partial", run)
    if name == "reduce" and len(call.args) > 1:
        items = items_of(call.args[1])
        items = items if items is None else [*call.args[2:], *items]
        if items:
            found = items[0]
            for one in items[1:]:
                found = call.machine.call_with(call.args[0], call.place, found, one)
            return found
    return call.unknown()


def _of_collections(path: str, name: str, call: Call) -> Any:
    if name in ("OrderedDict", "defaultdict"):
        args = call.args if name == "OrderedDict" else []
        return BUILTINS["dict"].run(call._replace(args=args))
    return BUILTINS["list"].run(call) if name == "deque" else call.unknown()


def _of_itertools(path: str, name: str, call: Call) -> Any:
    lists = [items_of(one) for one in call.args]
    if None in lists or not lists:
        return call.unknown()
    if name == "chain":
        return [one for items in lists for one in items or []]
    if name == "product" and len(lists) == 2:
        return [(a, b) for a in lists[0] or [] for b in lists[1] or []]
    return call.unknown()


def _of_argparse(path: str, name: str, call: Call) -> Any:
    if name == "ArgumentParser":
        return Parser()
    return dict(call.named) if name == "Namespace" else call.unknown()


def _of_os(path: str, name: str, call: Call) -> Any:
    if name == "getenv":
        return call.get("default", 1)
    if name in ("exists", "isfile", "isdir"):
        return call.unknown()
    if name == "join" and all(isinstance(one, str) for one in call.args):
        return "/".join(call.args)[:1000]
    return call.unknown()


def _of_math(path: str, name: str, call: Call) -> Any:
    found = MATH.get(name)
    return found.run(call) if isinstance(found, Native) else call.unknown()


_BY_PREFIX: tuple[tuple[str, Callable[[str, str, Call], Any]], ...] = (
    ("keras", _of_keras),
    ("tensorflow", _of_tensorflow),
    ("numpy", _of_numpy),
    ("sklearn", _of_sklearn),
    ("scikeras", _of_keras),
    ("pandas", _of_pandas),
    ("functools", _of_functools),
    ("collections", _of_collections),
    ("itertools", _of_itertools),
    ("argparse", _of_argparse),
    ("os", _of_os),
    ("math", _of_math),
)


class Parser:
    """An `ArgumentParser`, which knows the defaults of what it is told."""

    def __init__(self) -> None:
        self.defaults: dict[str, Any] = {}


def _parser_attribute(machine: Machine, parser: Parser, name: str, place: Place) -> Any:
    def add(call: Call) -> None:
        names = [one for one in call.args if isinstance(one, str)]
        longest = max(names, key=len, default="").lstrip("-").replace("-", "_")
        default = False if call.named.get("action") == "store_true" else None
        dest = call.named.get("dest", longest)
        why = Unknown(f"the option {longest}", call.place)
        given = call.named.get("default", why if default is None else default)
        parser.defaults[str(dest)] = given

    if name == "add_argument":
        return Native(name, add)
    if name in ("parse_args", "parse_known_args"):
        pair = name != "parse_args"
        return Native(
            name, lambda call: (parser.defaults, []) if pair else parser.defaults
        )
    if name in ("add_argument_group", "add_mutually_exclusive_group"):
        return Native(name, lambda call: parser)
    return Native(name, lambda call: None)


# ------------------------------------------------------------------ the rest


def _call_native(value: Native, call: Call) -> Any:
    return value.run(call)


def _call_class(cls: UserClass, call: Call) -> Any:
    made = make_instance(cls, call)
    if made.model is not None:
        return made.model if _keeps_nothing(made) else made
    return made


def _keeps_nothing(made: Instance) -> bool:
    return not any(isinstance(one, Function) for one in made.cls.members.values())


def _call_instance(made: Instance, call: Call) -> Any:
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
    """A layer of the code: what its `call` does, if that is all of it."""
    notes = len(machine.notes)
    found = _followed(made, call)
    outputs = tensors_in(found)
    lost = machine.notes[notes:]
    inside = [n for n in walked(outputs) if n.serial > max(_serials(tensors))]
    holds = any(not _is_operation(node) for node in inside)
    followed = outputs and not made.weighs and not any(one.counts for one in lost)
    if followed and inside and (holds or not lost):
        return found
    layer = models.of_instance(machine, made)
    if followed and len(outputs) == 1:
        layer.given["output_shape"] = shape_of(outputs[0])
        layer.is_followed = True
    del machine.notes[notes:]
    node = applied(machine, layer, tensors, {}, call.place)
    return Tensor(node, place=call.place)


def _serials(tensors: list[Tensor]) -> list[int]:
    """When tensors were made, by the machine's clock."""
    return [one.serial if one.node is None else one.node.serial for one in tensors]


def _is_operation(node: Node) -> bool:
    return isinstance(node.layer, Layer) and registry.is_operation(node.layer.kind)


def _call_model(model: Model, call: Call) -> Any:
    return models.call_model(model, call)


ATTRIBUTES: dict[type, Callable[..., Any]] = {
    External: external_attribute,
    Instance: _instance_attribute,
    UserClass: _class_attribute,
    Super: _super_attribute,
    Layer: layer_attribute,
    models.Inner: models.inner_attribute,
    models.Input: models.input_attribute,
    Model: models.model_attribute,
    Tensor: tensor_attribute,
    Array: array_attribute,
    Frame: frame_attribute,
    Encoder: encoder_attribute,
    Batches: batches_attribute,
    **dict.fromkeys((Estimator, Voting), estimator_attribute),
    Parser: _parser_attribute,
    **dict.fromkeys((str, list, tuple, dict, set), python_attribute),
}
CALLS: dict[type, Callable[..., Any]] = {
    **FUNCTION_CALLS,
    External: _call_external,
    Native: _call_native,
    UserClass: _call_class,
    Instance: _call_instance,
    Layer: call_layer,
    Model: _call_model,
}
