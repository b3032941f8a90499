"""What places in a script's code give, and what places read.

The same place is reached in every run of a function, and by every round of a loop: so
what it gives is a value, which each time has an instance.
"""

from typing import NamedTuple

from cnnspec.ground.errors import Path

# ------------------------------------------------------------------ values


class Given(NamedTuple):
    """What a function is given: a block's, or the model's inputs."""

    path: Path
    """Of the block."""
    place: int


class Made(NamedTuple):
    """The tensor that a layer gives."""

    path: Path
    is_flat: bool = False
    """Whether `path` is a node's name alone, as nothing of its structure is kept."""


class LayerOf(NamedTuple):
    """The layer that gave a tensor first."""

    made: Made

    @property
    def path(self) -> Path:
        """That of its step."""
        return self.made.path

    @property
    def is_flat(self) -> bool:
        """Whether nothing of its structure is kept."""
        return self.made.is_flat


class Result(NamedTuple):
    """A tensor that a block gives its caller."""

    path: Path
    """Of the call."""
    place: int


class Export(NamedTuple):
    """A tensor or layer that a function returns beside, since its caller reads it."""

    path: Path
    """Of the call."""
    inside: "Value"
    """What it is in the function."""


class Joined(NamedTuple):
    """A current tensor where code comes together, whatever way it came there."""

    path: Path
    where: str
    """`start` and `end` of a repeat, or `if`; `each` for a list of what all rounds of a
    repeat gave."""
    place: int


Value = Given | Made | LayerOf | Result | Export | Joined
"""What a place in the code gives whenever it is reached.

Values of two classes are never equal: blocks, calls and layers have other paths.
"""


def is_list(value: Value) -> bool:
    """Whether a value is a list of what rounds gave."""
    return isinstance(value, Joined) and value.where == "each"


def is_layer(value: Value) -> bool:
    """Whether a value is a layer, and no tensor."""
    if isinstance(value, Export):
        return is_layer(value.inside)
    return isinstance(value, LayerOf)


class Instance(NamedTuple):
    """A value as it was given one time."""

    value: Value
    time: int
    node: str
    """The node of the graph that it is the tensor or the layer of."""
    layer: "Instance | None" = None
    """The layer that made the tensor, where it is known by the tensor's name."""
    part: int | None = None
    """Which of the several tensors that the value is; None for all of them."""


Instances = tuple[Instance, ...]

# ------------------------------------------------------------------ uses


class TensorRead(NamedTuple):
    """A step reads a tensor."""

    path: Path
    place: int | None
    """Of the item in `from`; None where it reads the current tensors."""
    number: int
    """Among the tensors that the item stands for."""


class SizesRead(NamedTuple):
    """A formula of a step asks for the sizes of a tensor."""

    path: Path
    """Of the step."""
    name: str
    """Of the tensor, as the formula has it."""
    number: int = 0


class LayerUsed(NamedTuple):
    """A step uses a layer again."""

    path: Path


class Returned(NamedTuple):
    """A block gives a tensor."""

    path: Path
    number: int


class Outgoing(NamedTuple):
    """The model gives a tensor."""

    place: int | None
    """Of the name in `outputs`; None where the spec has none."""
    number: int


class Join(NamedTuple):
    """A tensor becomes the current one where code comes together."""

    path: Path
    way: str
    """By which the code came: into the `first` round, from round to round (`again`),
    out of `each` round into a list, or through an arm of an `if`."""
    place: int


class Handed(NamedTuple):
    """A function returns what its caller reads beside the block's tensors."""

    value: Value


Use = TensorRead | SizesRead | LayerUsed | Returned | Outgoing | Join | Handed
"""A place in the code that reads a value."""
