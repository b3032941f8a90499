"""The flat form of a model: its layers in order, each with the tensors it reads.

Every analysis and the live Keras model are made from it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.errors import Path, Problem, Trail
from cnnspec.ground.shapes import Shape
from cnnspec.language import naming

DEFAULT_POLICY = "float32"
"""Keras's dtype policy, unless it is told another."""


class Input(NamedTuple):
    """A tensor that the model is given."""

    name: str
    shape: Shape
    """With the batch axis first."""
    dtype: str
    path: Path
    """Where it stands in the spec."""


class Node(NamedTuple):
    """A layer in its place."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    """The names of the inputs or nodes it reads, in the order of Keras's call."""
    path: Path
    """Where the layer's entry stands in the spec."""
    trail: Trail = ()
    """The calls of blocks and rounds of repeats that led there, outermost first."""
    shares: str = ""
    """The node whose layer, weights and all, this one uses again."""
    inner: tuple[str, ...] = ()
    """The names of layers inside the layer, in the order of `all_nested`."""
    frozen: bool = False
    """Whether a call, model or repeat around it says that nothing in it is trained."""


class Graph(NamedTuple):
    """A model. A node reads only what stands before it."""

    name: str
    inputs: tuple[Input, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    """The names of the nodes that give the model's results."""
    unused: frozenset[str] = frozenset()
    """The names of nodes that no output depends on, which Keras leaves out."""
    problems: tuple[Problem, ...] = ()
    """Names that are given twice, names that nothing defines, and the like."""
    keras_names: Mapping[str, str] = {}
    """What Keras calls inputs, layers and calls, where that isn't their name."""
    policy: str = DEFAULT_POLICY
    """The dtype policy of layers that have none of their own."""
    within: str = ""
    """What stands before the names of its layers in messages: `left/` in a model."""

    @property
    def keras_name(self) -> str:
        """What Keras calls the model."""
        return naming.keras_name(self.name, "model")

    def called(self, name: str, shares: str = "") -> str:
        """What Keras calls an input or a layer.

        Args:
            name: of it.
            shares: the layer that it uses again, and whose name it has in Keras.
        """
        name = shares or name
        return self.keras_names.get(name, name)

    def __str__(self) -> str:
        lines = [f"{i.name}: Input{list(i.shape[1:])}" for i in self.inputs]
        lines += [f"{n.name}: {n.layer!r} <- {', '.join(n.inputs)}" for n in self.nodes]
        return "\n".join([*lines, f"outputs: {', '.join(self.outputs)}"])
