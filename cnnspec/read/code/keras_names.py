"""What calling names of Keras and TensorFlow gives."""

from collections.abc import Callable
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.read.code import images, models, samples
from cnnspec.read.code.backend import of_form
from cnnspec.read.code.batches import from_slices
from cnnspec.read.code.building import Tensor, tensors_in
from cnnspec.read.code.estimators import estimator
from cnnspec.read.code.held import noise, positions, variable
from cnnspec.read.code.layering import make_layer, results
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.modules import by_function, layer_named, meant_layer
from cnnspec.read.code.networks import applied
from cnnspec.read.code.operations import of_function, of_sign
from cnnspec.read.code.python import MATH
from cnnspec.read.code.shapes import shape_of
from cnnspec.read.code.things import MODULES, home_of
from cnnspec.read.code.values import Call, External, Native, Thing


def _of_keras(path: str, name: str, call: Call) -> Any:
    if name == "preprocess_input":
        return _scaled_for(path.split(".")[-2], call)
    if name in _KERAS:
        return _KERAS[name](call)
    if name in ("KerasClassifier", "KerasRegressor"):
        return estimator(call)
    if name == "get" and path.split(".")[-2] in _GETTERS:
        return _got(path.split(".")[-2], call)
    if name in _IMAGES:
        return _IMAGES[name](call)
    if name == "load_data":
        return samples.of_keras(path.split(".")[-2], call)
    if name == "Variable":
        return variable(call)
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
        return of_backend(path, name, call)
    if not name[:1].isupper() and ".layers" not in path:
        made = without_tensors(path, name, call)
        if made is not None:
            return made
    if ".preprocessing" in path or ".utils" in path:
        return call.unknown()
    if ".layers" in path:
        is_misspelt = bool(meant_layer(name))
        if name[:1].isupper() or (is_misspelt and name not in by_function()):
            made = make_layer(name, call)
            made.is_misspelt = is_misspelt
            return made
    return call.unknown()


_GETTERS = (*MODULES, "activations")


def _got(home: str, call: Call) -> Any:
    """What `activations.get` and its like give for a name: what is called so."""
    value = call.get("identifier", 0)
    if home != "activations":
        return value
    value = _LINEAR if value is None else value
    return External(f"keras.activations.{value}") if isinstance(value, str) else value


_LINEAR = "linear"
"""The activation that gives what it takes."""


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


def of_backend(path: str, name: str, call: Call) -> Any:
    """A function of a backend on tensors."""
    machine: Machine = call.machine
    if name in ("int_shape", "shape"):
        return shape_of(tensors_in([*call.args])[0])
    if name == "ndim":
        shape = shape_of(tensors_in([*call.args])[0])
        return len(shape) if isinstance(shape, tuple) else shape
    if name in (_LINEAR, "identity", "convert_to_tensor", "stop_gradient"):
        return tensors_in([*call.args, *call.named.values()])[0]
    found = of_form(name, call)
    if found is not None:
        return found
    return of_function(machine, name, call.args, call.named, call.place)


def without_tensors(path: str, name: str, call: Call) -> Any:
    """Numbers that code makes without any sample; None for anything else."""
    machine: Machine = call.machine
    if name in _COUNTING:
        return positions(call)
    is_drawn = name in _DRAWN or (".random" in path and name in _DRAWN_BY_PACKAGE)
    if is_drawn and machine.inside:
        return noise(call)
    if is_drawn:
        return samples.NUMPY["zeros"](call)
    if name in MATH and isinstance(MATH[name], Native):
        return MATH[name].run(call)
    return None


_COUNTING = ("range", "arange")
_DRAWN = ("random_normal", "random_uniform", "truncated_normal", "random_binomial")
_DRAWN_BY_PACKAGE = ("normal", "uniform", "truncated_normal", "randn")
"""Functions of a backend that draw numbers; the latter in a module of that name."""


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


_IMAGES: dict[str, Callable[[Call], Any]] = {
    "image_dataset_from_directory": images.image_dataset,
    "ImageDataGenerator": images.Generator,
}
_TF_IMAGE: dict[str, Callable[[Call], Any]] = {
    "resize": images.resized,
    "convert_image_dtype": images.as_type,
}


def _of_tensorflow_datasets(path: str, name: str, call: Call) -> Any:
    """What calling a name of `tensorflow_datasets` gives."""
    wanted = call.get("name", 0)
    if name != "load" or not isinstance(wanted, str):
        return call.unknown()
    return images.known_set(samples.of_keras(wanted.partition(":")[0], call), call)


def _of_tensorflow(path: str, name: str, call: Call) -> Any:
    if name == "Variable":
        return variable(call)
    if tensors_in([*call.args, *call.named.values()]):
        return of_backend(path, name, call)
    if name == "constant" or name == "convert_to_tensor":
        return samples.NUMPY["array"](call)
    if name == "one_hot":
        return samples.one_hot(call)
    if ".image." in path and name in _TF_IMAGE:
        return _TF_IMAGE[name](call)
    if name == "from_tensor_slices":
        return from_slices(call)
    if name in ("expand_dims", "reshape", "zeros", "ones", "cast"):
        known = samples.NUMPY.get(name)
        return known(call) if known else call.args[0]
    if name in ("set_seed", "set_random_seed"):
        return _seed(call)
    if (made := without_tensors(path, name, call)) is not None:
        return made
    if name in ("Dimension",) and call.args:
        return call.args[0]
    if name == "TensorShape" and call.args:
        return call.args[0]
    return call.unknown()


BY_PACKAGE: dict[str, Callable[[str, str, Call], Any]] = {
    "keras": _of_keras,
    "scikeras": _of_keras,
    "tensorflow": _of_tensorflow,
    "tensorflow_datasets": _of_tensorflow_datasets,
}
"""What gives the result of a call, by the package that the function is of."""
