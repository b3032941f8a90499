"""Arithmetic on tensors, and functions of the backend, as operations of a spec."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cnnspec.catalogue.operations import operations, synonyms
from cnnspec.catalogue.registry import OPERATION
from cnnspec.read.code.arrays import Array
from cnnspec.read.code.building import Layer, Tensor, tensors_in
from cnnspec.read.code.held import as_layer, source
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.networks import applied
from cnnspec.read.code.values import Unknown, is_known
from cnnspec.read.found import Place


def operation(
    machine: Machine,
    name: str,
    inputs: Sequence[Tensor],
    given: dict[str, Any],
    place: Place,
) -> Any:
    """The tensor that an operation gives."""
    known = operations()
    name = synonyms().get(name, name)
    if name not in known:
        return Unknown("", place)
    held = [one for one in inputs if one.is_held]
    if held and len(held) < len(inputs):
        made = as_layer(machine, name, inputs, given.get("axis"), place)
        if made is None and not machine.inside:
            made = _without(machine, name, inputs, held[0], place)
        if made is not None:
            return made
    layer = Layer(f"{OPERATION}{name}", given, place)
    return Tensor(applied(machine, layer, inputs, {}, place), place=place)


def _without(
    machine: Machine, name: str, inputs: Sequence[Tensor], held: Tensor, place: Place
) -> Any:
    """The other tensor, where numbers are added to it or so that no sample has."""
    if operations()[name].sign not in _SIGNS:
        return Unknown("", place)
    machine.note(f"{name} with {source(held)}", place, counts=False)
    return next(one for one in inputs if not one.is_held)


_SIGNS = ("+", "-", "*", "/")

# ------------------------------------------------------------------ signs


@cache
def _by_sign() -> dict[tuple[str, int], str]:
    """Operations by the sign that Python has, and how many tensors it stands with."""
    return {
        (cls.sign, len(cls.tensor_arguments)): name
        for name, cls in reversed(operations().items())
        if cls.sign
    }


def of_sign(machine: Machine, sign: str, operands: Sequence[Any], place: Place) -> Any:
    """What an operator gives where one operand at least is a tensor."""
    name = _by_sign().get((sign, len(operands)), "")
    if not name:
        return Unknown("", place)
    names = operations()[name].tensor_arguments
    if (kept := _beside_numbers(machine, sign, operands, place)) is not None:
        return kept
    return _given(machine, name, dict(zip(names, operands, strict=True)), {}, place)


def _beside_numbers(
    machine: Machine, sign: str, operands: Sequence[Any], place: Place
) -> Any:
    """The tensor itself, where numbers that no spec holds are added to it or so.

    They have no weights and mostly no more axes, so that all counts stay.
    """
    [*tensors] = [one for one in operands if isinstance(one, Tensor)]
    others = [one for one in operands if isinstance(one, Array | Unknown)]
    if len(tensors) != 1 or not others or sign not in _SIGNS:
        return None
    lost = others[0]
    if tensors[0].is_held:
        return lost if isinstance(lost, Unknown) else lost.why
    why = lost.why if isinstance(lost, Unknown) else lost.why.why
    machine.note(f"{sign} with {why}", place, counts=False)
    return tensors[0]


def _given(
    machine: Machine,
    name: str,
    operands: Mapping[str, Any],
    given: Mapping[str, Any],
    place: Place,
) -> Any:
    """An operation on tensors and numbers, by its arguments' names."""
    inputs: list[Tensor] = []
    numbers: dict[str, Any] = {}
    for argument, value in operands.items():
        if tensors := tensors_in(value):
            inputs += tensors
        elif isinstance(value, int | float | Unknown):
            numbers[argument] = value
        else:
            return Unknown("", place)
    if not inputs:
        return Unknown("", place)
    return operation(machine, name, inputs, {**numbers, **given}, place)


# ------------------------------------------------------------------ functions

_NAMES = {
    "reduce_mean": "mean",
    "reduce_sum": "sum",
    "reduce_max": "max",
    "reduce_min": "min",
    "reduce_prod": "prod",
    "reduce_std": "std",
    "reduce_variance": "var",
    "concat": "concatenate",
    "permute_dimensions": "transpose",
    "pow": "power",
    "div": "divide",
    "truediv": "divide",
    "clip_by_value": "clip",
    "swish": "silu",
    "l2_normalize": "normalize",
    "unstack": "unstack",
    "gather": "take",
    "resize": "image.resize",
    "resize_images": "image.resize",
    "mod": "mod",
    "neg": "negative",
    "not_equal": "not_equal",
    "softmax": "softmax",
}
"""Functions of TensorFlow and of Keras's backend under other names in `keras.ops`."""
_ARGUMENTS = {
    "keep_dims": "keepdims",
    "reduction_indices": "axis",
    "perm": "axes",
    "pattern": "axes",
    "dim": "axis",
    "shape": "newshape",
    "num_or_size_splits": "indices_or_sections",
    "clip_value_min": "x_min",
    "clip_value_max": "x_max",
    "min_value": "x_min",
    "max_value": "x_max",
    "multiples": "repeats",
    "paddings": "pad_width",
}
"""Their arguments under other names there."""
_TENSORS = (
    *("input_tensor", "x", "a", "input", "tensor", "features", "value", "values"),
    *("images", "inputs", "tensors", "arrays", "logits"),
)
"""What arguments are called there that are tensors."""


def of_function(
    machine: Machine,
    name: str,
    args: Sequence[Any],
    named: Mapping[str, Any],
    place: Place,
) -> Any:
    """What a function of a backend gives for tensors, if it is known here."""
    name = _NAMES.get(name, name)
    cls = operations().get(synonyms().get(name, name))
    if cls is None:
        return Unknown("", place)
    values = [*args]
    rest = {_ARGUMENTS.get(key, key): one for key, one in named.items()}
    if cls.takes_list:
        return _of_list(machine, name, values, rest, place)
    operands: dict[str, Any] = {}
    always = (n for n in cls.tensor_arguments if n not in cls.may_lack)
    own = (n for n in cls.arguments() if n != "name")
    for argument in dict.fromkeys((*always, *own, *cls.may_lack)):
        other = next((key for key in _TENSORS if key in rest), "")
        if argument in rest:
            operands[argument] = rest.pop(argument)
        elif values:
            operands[argument] = values.pop(0)
        elif argument in cls.tensor_arguments and other:
            operands[argument] = rest.pop(other)
    tensors = {k: v for k, v in operands.items() if k in cls.tensor_arguments}
    given = {k: v for k, v in operands.items() if k not in tensors and k != "name"}
    known = cls.arguments()
    given |= {k: v for k, v in rest.items() if k in known and k != "name"}
    return _given(machine, name, tensors, given, place)


def _of_list(
    machine: Machine, name: str, values: list[Any], rest: dict[str, Any], place: Place
) -> Any:
    """A function that takes a list of tensors: `concatenate`, `stack`."""
    found = next((values.pop(i) for i, v in enumerate(values) if tensors_in(v)), None)
    if found is None:
        found = next((rest.pop(key) for key in _TENSORS if key in rest), None)
    axis = rest.get("axis", values[0] if values else -1)
    tensors = tensors_in(found)
    if not tensors or not isinstance(found, list | tuple) or len(tensors) != len(found):
        return Unknown("", place)
    if len(tensors) == 1 and name == "concatenate":
        return tensors[0]
    return operation(machine, name, tensors, {"axis": axis}, place)


# ------------------------------------------------------------------ parts


def part_of(machine: Machine, tensor: Tensor, key: Any, place: Place) -> Any:
    """A part of a tensor: `x[:, 0]`, or one of several that a layer gives."""
    keys = key if isinstance(key, tuple) else (key,)
    if not is_known(*keys):
        return Unknown("", place)
    written = [_written(one) for one in keys]
    if None in written:
        return Unknown("", place)
    given = {"key": ", ".join(str(one) for one in written)}
    return operation(machine, "get_item", [tensor], given, place)


def _written(key: Any) -> str | None:
    """An index or slice as a spec has it."""
    if key is None:
        return "None"
    if key is ...:
        return "..."
    if isinstance(key, bool):
        return None
    if isinstance(key, int):
        return str(key)
    if not isinstance(key, slice):
        return None
    parts = [key.start, key.stop, key.step]
    if any(part is not None and not isinstance(part, int) for part in parts):
        return None
    start, stop, step = ("" if part is None else str(part) for part in parts)
    return f"{start}:{stop}:{step}" if step else f"{start}:{stop}"
