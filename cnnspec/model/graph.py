"""The flat form of a model: its layers in order, each with the tensors it reads.

Every analysis and the live Keras model are made from it.
"""

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

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
    optional: bool = False
    """Whether the model may be given None for it."""
    sparse: bool = False
    """Whether it is a sparse tensor."""

    @property
    def about(self) -> str:
        """Its dtype, and what else is to know of it beside its sizes."""
        batch = self.shape[0]
        words = [self.dtype, *([] if batch is None else [f"batches of {batch}"])]
        words += ["sparse"] * self.sparse + ["optional"] * self.optional
        return " ".join(words)


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
    parts: tuple[int | None, ...] = ()
    """Which of the tensors that each of `inputs` gives it reads, None for all; empty
    where it reads all of each."""
    arguments: tuple[str, ...] = ()
    """The argument of Keras's call that each of `inputs` goes to; empty where all go by
    their order."""
    settings: Mapping[str, Any] = {}
    """Arguments of the call that are no tensors."""


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
    output_parts: tuple[int | None, ...] = ()
    """Which of the tensors that each of `outputs` gives is a result, None for all;
    empty where all of each are."""
    frozen: bool = False
    """Whether it is a model inside another one that isn't trained as a whole."""
    automatic: Mapping[str, str] = {}
    """What Keras calls operations, where that isn't their name."""

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
        return self.automatic.get(name) or self.keras_names.get(name, name)

    def __str__(self) -> str:
        lines = [f"{i.name}: Input{list(i.shape[1:])}" for i in self.inputs]
        for node in self.nodes:
            read = ", ".join(reads(node.inputs, node.parts, node.arguments))
            settings = (f", {key}={value}" for key, value in node.settings.items())
            lines.append(f"{node.name}: {node.layer!r} <- {read}{''.join(settings)}")
        results = ", ".join(reads(self.outputs, self.output_parts))
        return "\n".join([*lines, f"outputs: {results}"])


def reads(
    names: Sequence[str], parts: Sequence[int | None], arguments: Sequence[str] = ()
) -> list[str]:
    """Tensors as `from` says them: `enc.1`, `initial_state=enc.1`."""
    found = [
        name if part is None else f"{name}.{part}"
        for name, part in zip(names, parts or repeat(None), strict=False)
    ]
    if not arguments:
        return found
    return [f"{key}={one}" for key, one in zip(arguments, found, strict=True)]
