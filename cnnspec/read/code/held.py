"""Numbers that no sample has: weights, positions and noise that code works with.

A vector for each position that is added, and one that is put before a sequence, are
layers of a spec. What else is made of such numbers, only a layer of one's own can say.
"""

import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers import layer_class
from cnnspec.read.code.building import Layer, Tensor, sizes_of
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.networks import applied
from cnnspec.read.code.shapes import shape_of
from cnnspec.read.code.values import Call, Instance, is_known
from cnnspec.read.found import Place


class Held(Tensor):
    """Numbers that no sample has; their shape has no batch.

    Attributes:
        call: what makes them.
        does: what that does, in words.
        weight: what a weight is made with; None for any other numbers.
        is_used: whether a layer stands for it.
    """

    def __init__(
        self,
        shape: Any,
        call: Call,
        does: str = "makes numbers without samples",
        *,
        is_weight: bool = False,
    ) -> None:
        super().__init__(None, shape=shape, place=call.place)
        self.call = call
        self.does = "makes a weight" if is_weight else does
        self.weight = call if is_weight else None
        self.is_used = False

    def keep(self, owner: Any) -> None:
        """Notes that an object of the code has it, if it is a weight."""
        is_owner = isinstance(owner, Instance) and self.weight is not None
        if is_owner and self not in owner.weights:
            owner.weights.append(self)

    @property
    def is_held(self) -> bool:
        """Whether no sample has its numbers."""
        return True


# ------------------------------------------------------------------ what makes them


def weight_of(made: Instance, call: Call) -> Held:
    """A weight that an object of a class of the code asks for.

    Keras 3 has the shape first, and earlier ones the name.
    """
    number = 1 if call.args and isinstance(call.args[0], str) else 0
    shape = call.get("shape", number, ())
    found = Held(sizes_of(shape) or (), call, is_weight=True)
    found.keep(made)
    return found


def variable(call: Call) -> Any:
    """A weight that nobody has yet: `tf.Variable`."""
    first = call.get("initial_value", 0, call.named.get("initializer"))
    shape = call.get("shape", None)
    if isinstance(first, Tensor):
        shape = shape_of(first)
    elif shape is None and getattr(first, "shape", None) is not None:
        shape = first.shape
    if shape is None:
        shape = () if isinstance(first, int | float) else call.unknown()
    return Held(sizes_of(shape), call, is_weight=True)


def positions(call: Call) -> Any:
    """Numbers that count: `tf.range`, `ops.arange`."""
    start = call.get("start", 0, 0)
    stop = call.get("limit", 1, call.named.get("stop"))
    step = call.get("delta", 2, call.named.get("step", 1))
    if stop is None:
        start, stop = 0, start
    count = None
    if all(isinstance(one, int | float) for one in (start, stop, step)):
        with suppress(ValueError, ArithmeticError):  # of a step of 0, or no end
            count = max(0, math.ceil((stop - start) / step))
    return Held((count,), call)


def noise(call: Call) -> Any:
    """Numbers that are drawn: `K.random_normal`."""
    shape = sizes_of(call.get("shape", 0))
    whole = isinstance(shape, tuple) and is_known(*shape)
    return Held(shape if whole else call.unknown(), call, "draws numbers at random")


# ------------------------------------------------------------------ what they become


def as_layer(
    machine: Machine, name: str, tensors: Sequence[Tensor], axis: Any, place: Place
) -> Any:
    """The tensor of the layer that does what an operation does with a weight.

    Args:
        machine: that reads.
        name: of the operation.
        tensors: that it is given, in order.
        axis: along which it joins them.
        place: where it stands.

    Returns:
        None where there is no such layer.
    """
    if len(tensors) != 2 or tensors[0].is_held is tensors[1].is_held:
        return None
    held, other = sorted(tensors, key=lambda one: not one.is_held)
    found = _vectors(held)
    x = shape_of(other)
    if found is None or not isinstance(x, tuple) or not is_known(*x):
        return None
    sizes, given, weight = found
    while sizes[:1] == (1,) and len(sizes) > len(x) - 1:
        sizes = sizes[1:]
    if name == "add" and _adds_positions(sizes, x):
        kind = registry.POSITIONS
        count = {} if sizes[0] == x[1] else {"sequence_length": sizes[0]}
    elif name == "concatenate" and axis == 1 and held is tensors[0] and len(x) == 3:
        kind, count = registry.TOKEN, {}
        if sizes not in ((1, x[2]), (x[2],)):
            return None
    else:
        return None
    layer = Layer(kind, {**count, **_initialized(kind, given)}, place)
    layer.trainable = given.get("trainable") is not False
    if weight is not None:
        weight.is_used = True
    return Tensor(applied(machine, layer, [other], {}, place), place=place)


def _adds_positions(sizes: Any, x: Any) -> bool:
    """Whether there is a vector for each position of a sequence."""
    whole = all(isinstance(size, int) for size in x[2:])
    if len(sizes) != len(x) - 1 or len(x) < 3 or not whole:
        return False
    return isinstance(sizes[0], int) and sizes[1:] == x[2:] and (x[1] or 0) <= sizes[0]


def _initialized(kind: str, given: Any) -> dict[str, Any]:
    """The argument for how the weight of a layer begins."""
    name = next(n for n in layer_class(kind).arguments() if n.endswith("initializer"))
    value = given.get("embeddings_initializer", given.get("initializer"))
    return {name: value} if isinstance(value, str) else {}


_TO_THE_SAME = ("expand_dims", "get_item", "reshape", "cast", "squeeze")
"""Operations after which there still are the same vectors."""


def _vectors(tensor: Tensor) -> Any:
    """The sizes of a table of vectors, what it is made with, and its weight."""
    while tensor.node is not None:
        node, layer = tensor.node, tensor.node.layer
        if not isinstance(layer, Layer):
            return None
        if is_table(layer.kind):
            sizes = layer.given.get("input_dim"), layer.given.get("output_dim")
            usual = {"initializer": "uniform", "trainable": layer.trainable}
            return sizes, {**usual, **layer.given}, None
        bare = layer.kind.removeprefix(registry.OPERATION)
        if bare not in _TO_THE_SAME or len(node.inputs) != 1:
            return None
        tensor = node.inputs[0]
    if not isinstance(tensor, Held) or tensor.weight is None:
        return None
    if not isinstance(tensor.shape, tuple) or not is_known(*tensor.shape):
        return None
    usual = {"initializer": "glorot_uniform"}
    return tensor.shape, {**usual, **tensor.weight.named}, tensor


def is_table(kind: str) -> bool:
    """Whether a layer looks vectors up in a table."""
    is_layer = registry.is_known(kind) and not registry.is_operation(kind)
    return is_layer and "input_dim" in layer_class(kind).arguments()


def sizes_held(held: Held) -> tuple[int, ...] | None:
    """The sizes of a weight, if all are known."""
    shape = held.shape
    if not isinstance(shape, tuple) or not all(type(one) is int for one in shape):
        return None
    return shape


def is_trained(held: Held) -> bool:
    """Whether training changes a weight."""
    return held.weight is None or held.weight.named.get("trainable") is not False


def title(held: Held, number: int) -> str:
    """What the code calls a weight."""
    call = held.weight
    name = None if call is None else call.named.get("name")
    if name is None and call is not None:
        name = next((one for one in call.args if isinstance(one, str)), None)
    return str(name or held.called or f"weight_{number}")


def source(tensor: Tensor) -> str:
    """What makes the numbers that no sample has, as it is written."""
    while tensor.node is not None:
        tensor = tensor.node.inputs[0]
    return tensor.call.text if isinstance(tensor, Held) else "numbers"
