"""What code builds: layers, tensors, models, and how they hang together."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.read.code.values import Unknown, weigh
from cnnspec.read.found import Place

NOWHERE = Place()


class Layer:
    """A layer as the code makes it.

    Attributes:
        kind: its name in a spec: Keras's today, `ops.add`, or that of a class of the
            code.
        given: its arguments with today's names; layers and other objects in them as
            values of the code.
        name: that the code gives it.
        place: where it is made.
        places: where its arguments stand.
        nodes: its calls.
        trainable: whether the code lets it be trained.
        sizes: what `input_shape` and its like say, with the batch first.
    """

    def __init__(
        self,
        kind: str,
        given: dict[str, Any],
        place: Place,
        *,
        name: str | None = None,
        places: Mapping[str | int, Place] | None = None,
    ) -> None:
        self.kind = kind
        self.given = given
        self.place = place
        self.name = name
        self.places = places or {}
        self.nodes: list[Node] = []
        self.trainable = True
        self.sizes: Any = None
        self.dtype: Any = None
        self.serial = 0
        """Its number in the order in which layers are made."""
        self.own: Any = None
        """What stands for it in the code: an object of a class of the code, or the
        function of a Lambda."""
        self.model: Model | None = None
        """The model of keras.applications that it is."""
        self.is_misspelt = False
        """Whether it is meant to be one of Keras's, which has none of that name."""
        self.seen: Seen | None = None
        """What is known of a layer of the code that isn't made of others."""
        self.comment = ""

    @property
    def is_of_code(self) -> bool:
        """Whether the code defines it, whatever it is called."""
        return self.own is not None

    def set(self, machine: Any, name: str, value: Any, place: Place) -> None:
        """Lets an attribute have a value."""
        if name == "trainable" and isinstance(value, bool):
            self.trainable = value
        elif name in ("name", "_name") and isinstance(value, str):
            self.name = value
        elif name in ("activation", "kernel_regularizer", "rate"):
            self.given[name] = value


class Seen(NamedTuple):
    """What the code of a layer shows of it, where a spec can't say what it does."""

    outputs: tuple[Any, ...]
    """The shapes of what it gives, batch first; none where they aren't known."""
    weights: tuple[tuple[str, tuple[int, ...], bool], ...] | None
    """Their names and sizes, and whether training changes them; None: not known."""
    why: str
    """What of it isn't followed."""


class Node:
    """A call of a layer or model.

    Attributes:
        layer: what is called.
        inputs: the tensors that it works on.
        more: what else the call is given, by Keras's names: tensors, lists, settings.
        place: where.
        serial: its number in the order in which calls are made.
    """

    def __init__(
        self,
        layer: "Layer | Model",
        inputs: "Sequence[Tensor]",
        more: Mapping[str, Any],
        place: Place,
        serial: int,
    ) -> None:
        self.layer = layer
        self.inputs = tuple(inputs)
        self.more = dict(more)
        self.place = place
        self.serial = serial
        self.shapes: Any = None
        """The shape of what it gives, or a list of such; None until it is asked for."""
        self.parts: list[str] = []
        """Layers inside a model of Keras of which it gives the tensors."""
        self.is_held = bool(inputs) and all(one.is_held for one in inputs)
        self.is_beside = any(one.is_held or one.is_beside for one in inputs)
        """Whether numbers go in that no sample has."""


class Tensor:
    """A tensor of a model that is built, or one of its inputs.

    Attributes:
        node: the call that gives it; None for an input.
        index: which of several it is; None where the call gives one.
        shape: of an input, with the batch first; sizes may be unknown.
        name: of an input.
        called: the variable that first held it.
    """

    def __init__(
        self,
        node: Node | None,
        index: int | None = None,
        *,
        shape: Any = None,
        dtype: Any = None,
        name: str | None = None,
        place: Place = NOWHERE,
        serial: int = 0,
    ) -> None:
        self.node = node
        self.index = index
        self.shape = shape
        self.dtype = dtype
        self.name = name
        self.place = place
        self.called = ""
        self.serial = serial
        self.part = ""
        """The layer inside a model of Keras that gives it."""

    def call_it(self, name: str) -> None:
        """Notes the variable that holds it."""
        self.called = self.called or name

    @property
    def is_held(self) -> bool:
        """Whether no sample has its numbers: they are a weight, positions or noise."""
        return self.node is not None and self.node.is_held

    @property
    def is_beside(self) -> bool:
        """Whether such numbers went into it."""
        return self.node is not None and self.node.is_beside


class Model:
    """A model as the code makes it.

    Attributes:
        kind: `sequential` or `functional`.
        layers: of a sequential model, in order; a list that the code may change.
        inputs, outputs: of a functional model.
        base: the layer that a model of keras.applications is.
        seen: when something was last done with it that a finished model is for.
    """

    def __init__(self, kind: str, place: Place, serial: int) -> None:
        self.kind = kind
        self.place = place
        self.serial = serial
        self.name: str | None = None
        self.layers: list[Any] = []
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.names: list[str] = []
        self.base: Layer | None = None
        self.trainable = True
        self.sizes: Any = None
        self.nodes: list[Node] = []
        self.chain: list[tuple[Any, Tensor]] = []
        self.follow: Callable[[Any, Tensor], Tensor] = _unfollowed
        """What calls a layer of a sequential model on a tensor."""
        self.seen = 0
        self.first_seen = 0
        self.cells: list[int] = []
        self.compiled: Any = None
        self.fitted: list[Any] = []
        self.output_keys: list[str] = []
        """What the code calls the outputs, where it gives them as a mapping."""
        self.members = 0
        """How many of it vote, and how; none where it stands alone."""
        self.voting = ""
        self.listed: list[Any] | None = None
        self.cls = ""
        """The class of the code that it is made of."""

    def call_it(self, name: str) -> None:
        """Notes a variable that holds it."""
        if name not in self.names:
            self.names.append(name)

    def use(self, machine: Any) -> None:
        """Notes that it is compiled, trained or shown."""
        self.seen = machine.tick()
        self.first_seen = self.first_seen or self.seen
        if machine.cell not in self.cells:
            self.cells.append(machine.cell)

    def set(self, machine: Any, name: str, value: Any, place: Place) -> None:
        """Lets an attribute have a value."""
        if name == "trainable" and isinstance(value, bool):
            self.trainable = value
            for layer in self.listed or ():
                layer.trainable = value
        elif name in ("name", "_name") and isinstance(value, str):
            self.name = value


def _unfollowed(layer: Any, tensor: Tensor) -> Tensor:
    return tensor


def tensors_in(value: Any) -> list[Tensor]:
    """The tensors in a value, in order.

    Raises:
        Spent: more is in it than a person writes.
    """
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, list | tuple | dict):
        weigh(value)
    return _tensors_in(value)


def _tensors_in(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [tensor for one in value for tensor in _tensors_in(one)]
    return []


def sizes_of(value: Any) -> Any:
    """The sizes that a shape in code says; an `Unknown` where it says none."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, int):
        return (value,)
    if isinstance(value, list | tuple):
        return tuple(value)
    return None
