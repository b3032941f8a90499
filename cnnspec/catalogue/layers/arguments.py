"""The kinds of argument that layers of Keras have in common."""

from collections.abc import Callable
from typing import Annotated, Any

from cnnspec.catalogue.components import (
    Component,
    Constraint,
    Initializer,
    Regularizer,
    by_name,
    choices,
    read_component,
)
from cnnspec.catalogue.dtypes import ANYTHING, FLOATS, INTEGERS, NUMBERS, REALS
from cnnspec.ground.errors import Invalid, Problem, ShapeError, nearest
from cnnspec.ground.kinds import Json, Kind, any_case, choice, kind

ACTIVATIONS = [
    "celu",
    "elu",
    "exponential",
    "gelu",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparse_sigmoid",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
"""The names that `keras.activations.get` knows in Keras 3.15."""
_ELSEWHERE = {
    **dict.fromkeys(("leaky", "lrelu"), "leaky_relu"),
    "logistic": "sigmoid",
    **dict.fromkeys(("identity", "none"), "linear"),
    "rectify": "relu",
    "rectified_linear": "relu",
}
"""Names of other frameworks, and the one of each here."""


def _component_kind(base: type[Component], what: str) -> Kind:
    """A component's name, a mapping of it, or null."""
    names = by_name(base)

    def convert(value: Any) -> Any:
        if value is None:
            return value
        if type(value) is str and value in names and names[value].stands_alone:
            return value
        if isinstance(value, dict):
            return read_component(value, names, what)
        raise ValueError

    # `cnnspec.emit.schema` describes each base once; it has hundreds of uses.
    json: Json = {"anyOf": [{"$ref": f"#/$defs/{base.__name__}"}, {"type": "null"}]}
    says = f"{what} by name or as a mapping"
    return kind(convert, says, json, list(names), lambda found: choices(found, names))


_ENDS_AT_RUN = {
    "threshold": "Keras calls threshold without the two numbers that it needs",
}
"""Activations that fail when they run, and why."""
_RUNS_ON: dict[str | None, tuple[str, str]] = {
    **dict.fromkeys(("linear", None), (ANYTHING, ANYTHING)),
    **dict.fromkeys(("relu", "relu6"), (REALS, INTEGERS)),
    "leaky_relu": (REALS, ""),
    **dict.fromkeys(("exponential", "tanh"), (NUMBERS, "")),
}
"""Activations that take more than floats: what they run on, and what they hand on."""
HALVES = "glu"
"""An activation that halves the last axis, when it runs: one half gates the other.

Source: `glu` in keras/src/activations/activations.py, Keras 3.15.
"""


def activated(function: Any, shape: Any, dtype: str | None = None) -> Any:
    """The shape of what an activation gives, when it runs, for a tensor.

    Raises:
        ShapeError: it fails.
    """
    if not isinstance(function, str):
        return shape if function is None else function.running(shape, shape)
    if function in _ENDS_AT_RUN:
        text = f"can't run its activation: {_ENDS_AT_RUN[function]}"
        raise ShapeError(text, "choose another activation")
    if function == SOFTMAX:
        check_softmax(shape, dtype)
    if function != HALVES:
        return shape
    size = shape[-1]
    if size is not None and size % 2:
        text = f"can't run its activation: glu halves the last axis, which has {size}"
        raise ShapeError(text, "give it an even number, or choose another activation")
    return (*shape[:-1], None if size is None else size // 2)


def runs_on(function: Any) -> tuple[str, str]:
    """The kinds of numbers that an activation runs on, and those that it hands on."""
    if isinstance(function, str | None):
        return _RUNS_ON.get(function, (FLOATS, ""))
    found: tuple[str, str] = function.kinds()
    return found


def check_softmax(shape: Any, dtype: str | None) -> None:
    """Refuses a tensor that TensorFlow's softmax can't take.

    Raises:
        ShapeError: it has too many axes.
    """
    if len(shape) > _SOFTMAX_AXES and dtype not in _SOFTMAX_TAKES:
        text = f"can't take the softmax of {len(shape) - 1} axes and the batch's: "
        text = f"{text}TensorFlow takes at most {_SOFTMAX_AXES - 1}"
        raise ShapeError(text, "lay some of them together with Reshape before it")


SOFTMAX = "softmax"
_SOFTMAX_AXES = 5
_SOFTMAX_TAKES = ("float16", "mixed_float16", "float64")
"""Types of which it takes any number of axes; oneDNN works out the others."""
PROBABILITIES = frozenset({SOFTMAX, "sigmoid"})
"""Activations that make probabilities of scores."""
ALONG_LAST = frozenset({SOFTMAX, "log_softmax", "sparsemax", HALVES})
"""Activations that put the numbers along the last axis together."""
MAY_BE_PROBABILITIES = frozenset(
    {"exponential", "hard_sigmoid", "softplus", "sparsemax", "sparse_sigmoid"}
)
"""Others whose results a loss can take for probabilities."""


def _activation(value: Any) -> Any:
    if value is None or (type(value) is str and value in _ACTIVATION_NAMES):
        return value
    if isinstance(value, dict):
        from cnnspec.catalogue.layers import layer_class, read_layer

        layer = read_layer(value)
        if type(layer) not in [layer_class(name) for name in ACTIVATION_LAYERS]:
            text = f"{type(layer).__name__} can't be an activation"
            hint = f"as a mapping, {', '.join(ACTIVATION_LAYERS)} can"
            raise Invalid([Problem((), "wrong-type", text, hint)])
        return layer
    raise ValueError


_ACTIVATION_NAMES = frozenset(ACTIVATIONS)
ACTIVATION_LAYERS = ("ELU", "LeakyReLU", "ReLU", "Softmax")
"""Layers without weights that Keras takes where an activation stands."""

Activation = Annotated[
    Any,
    kind(
        _activation,
        "an activation by name, such as 'relu', or null",
        {
            "anyOf": [
                {"enum": [*ACTIVATIONS, None]},
                {
                    "type": "object",
                    "properties": {
                        name: {"$ref": f"#/$defs/{name}"} for name in ACTIVATION_LAYERS
                    },
                    "additionalProperties": False,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ]
        },
        ACTIVATIONS,
        lambda found: nearest(found, ACTIVATIONS, _ELSEWHERE),
    ),
]


def nested_layer(value: Any) -> Any:
    """The layer that an argument holds, written as in a layer list.

    Raises:
        Invalid: with every problem of the layer.
    """
    from cnnspec.catalogue.layers import Layer, read_layer

    if isinstance(value, Layer):
        return value
    try:
        found = read_layer(value)
        if found.named_by_keras:
            raise Invalid([no_layer(found.title())])
        return found
    except Invalid as error:
        # Under an argument's key, a bare layer name is the value and not the key.
        raise Invalid(
            p if p.path else p._replace(at_key=False) for p in error.problems
        ) from None


def no_layer(operation: str) -> Problem:
    """What to say of an operation in a layer."""
    text = f"{operation} is an operation, and no layer can hold one itself"
    hint = "put it into a block with model: true, and let the layer hold that"
    return Problem((), "wrapped-layer", text, hint, at_key=True)


LAYER_JSON: Json = {"$ref": "#/$defs/held"}


def layers_kind(convert: Callable[[Any], Any], says: str, json: Json) -> Kind:
    """What an argument may hold that takes a layer, or a list of them."""
    found = kind(convert, says, json)
    found.holds_layers = True
    return found


NestedLayer = Annotated[
    Any, layers_kind(nested_layer, "a layer, as in {Dense: {units: 4}}", LAYER_JSON)
]
"""A layer inside a layer, written as in a layer list and kept as a `Layer`."""

InitializerName = Annotated[Any, _component_kind(Initializer, "an initializer")]
RegularizerName = Annotated[Any, _component_kind(Regularizer, "a regularizer")]
ConstraintName = Annotated[Any, _component_kind(Constraint, "a constraint")]

Padding = Annotated[str, any_case("valid", "same")]
_FORMATS = ("channels_last", "channels_first")
_OTHER_FORMATS = {
    **dict.fromkeys(("NHWC", "NWC", "NDHWC", "HWC", "tf", "last"), _FORMATS[0]),
    **dict.fromkeys(("NCHW", "NCW", "NCDHW", "CHW", "th", "first"), _FORMATS[1]),
}
DataFormat = Annotated[
    str,
    any_case(*_FORMATS, hint=lambda found: nearest(found, _FORMATS, _OTHER_FORMATS)),
]


Dtype = Annotated[
    str,
    choice(
        "float32",
        "float16",
        "bfloat16",
        "float64",
        "mixed_float16",
        "mixed_bfloat16",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "bool",
        "string",
        "complex64",
        "complex128",
    ),
]
"""A dtype policy by name: what a layer computes in, and keeps its weights in.

Keras's `keras.dtype_policies.get` takes `int8` and the 8-bit floats for quantisation
modes and refuses them; quantised policies (`int8_from_float32`) are not supported.
"""


def _null(value: Any) -> None:
    if value is not None:
        raise ValueError


def only_null(why: str) -> Kind:
    """An argument of Keras that no YAML holds a value for."""
    return kind(_null, f"null, since {why}", {"type": "null"})


Quantization = Annotated[None, only_null("a spec describes layers before quantisation")]
