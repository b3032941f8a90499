"""Program to Graph: the listener that notes every layer with the tensors it reads."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.catalogue.layers import Layer
from cnnspec.ground.errors import Path, Problem, folded
from cnnspec.ground.shapes import Shape, Shapes
from cnnspec.language.document import InputTensor
from cnnspec.language.listener import Contents, Listener, Outcome, Placed, Said
from cnnspec.language.program import BESIDE, ApplyStep, CallStep, LayerStep, Program
from cnnspec.language.run import run
from cnnspec.model.graph import DEFAULT_POLICY, Graph, Input, Node
from cnnspec.model.summary import Inference
from cnnspec.model.unused import unused_layers

if TYPE_CHECKING:
    from cnnspec.catalogue.applications.base import Application
    from cnnspec.language.unknown import Reads
    from cnnspec.model.functional import Functional


def resolve(program: Program) -> Graph:
    """The Graph of a program, with what is wrong with its names and expressions.

    A layer whose arguments are wrong has no node; the nodes that read it name a tensor
    that isn't there.
    """
    policy = (program.train and program.train.mixed_precision) or DEFAULT_POLICY
    builder = GraphBuilder(policy)
    outcome = run(program, builder)
    if outcome.unknown and outcome.called:  # one of those may be meant
        builder = GraphBuilder(policy)
        outcome = run(program, builder, outcome.called)
    return builder.graph(program, program.name, outcome)


def noted_inside(contents: Contents, shapes: Iterable[Any]) -> tuple[Any, Any]:
    """Who notes the layers of a model of keras.applications, and its inputs.

    Args:
        contents: the model.
        shapes: of what it is given.
    """
    builder = GraphBuilder()
    for name, shape in zip(contents.inputs, shapes, strict=True):
        builder._inputs.append(Input(name, shape, DEFAULT_POLICY, contents.path))
    return builder, contents.inputs


def functional(model: "Application", x: Shape) -> "Functional":
    """The layer that a model of keras.applications is, for images of a shape.

    Args:
        model: with its arguments, which `check` let pass.
        x: shape of the tensor that it reads, batch first.
    """
    from cnnspec.language.zoo import program_of
    from cnnspec.model.functional import Functional

    return Functional.published(resolve(program_of(model, x)), model)


class Part(NamedTuple):
    """One of the tensors that a node gives."""

    node: str
    number: int


Tensor = str | Part
"""The name of what makes a tensor, or all of several; or one of those."""


class GraphBuilder(Listener[Tensor]):
    """Notes inputs and nodes. A tensor is the name of what makes it."""

    def __init__(self, policy: str = DEFAULT_POLICY, within: str = "") -> None:
        self._policy, self._within = policy, within
        self._stands: Placed | None = None  # where all is said to stand
        self._inside: list[tuple[Contents, GraphBuilder]] = []
        self._wrong: list[Problem] = []  # with models inside
        self._inputs: list[Input] = []
        self._nodes: dict[str, Node] = {}
        self._beside: list[Reads] = []  # layers that have no node
        self._inference: Inference | None = None
        self._inferred = 0  # of those that were noted

    def input(self, name: str, tensor: InputTensor, path: Path) -> Tensor:
        shape = (tensor.batch_size, *tensor.shape)
        how = tensor.optional, tensor.sparse
        self._inputs.append(Input(name, shape, tensor.dtype, path, *how))
        return name

    def lost(self, name: str) -> Tensor:
        return name

    def name(self, tensor: Tensor) -> str:
        return tensor if type(tensor) is str else tensor[0]

    def part(self, tensor: Tensor, number: int) -> Tensor:
        return Part(self.name(tensor), number)

    def sizes(self, tensor: Tensor) -> Shapes | None:
        """The shape of a tensor; what isn't inferred yet is inferred for it."""
        shapes = self._inferred_so_far().shapes.get(self.name(tensor))
        if type(tensor) is Part and isinstance(shapes, list):
            return shapes[tensor.number]
        return shapes

    def _inferred_so_far(self) -> Inference:
        if self._inference is None:
            self._inference = Inference(self._inputs, self._policy)
        for node in islice(self._nodes.values(), self._inferred, None):
            self._inference.add(node)
        self._inferred = len(self._nodes)
        return self._inference

    def layer(
        self,
        step: LayerStep,
        placed: Placed,
        layer: Layer,
        arguments: Any,
        inner: tuple[str, ...],
        read: tuple[Tensor, ...],
        said: Sequence[Said],
    ) -> Tensor:
        path, name, _, _, trail, frozen, settings, _ = placed
        plain = len(read) == 1 and type(read[0]) is str and not said and not settings
        if not plain or self._stands or name in self._nodes:
            return self._place(placed, layer, read, said, "", inner)
        # The commonest, by far.
        node = Node(name, layer, read, path, trail, "", inner, frozen)  # type: ignore[arg-type]
        self._nodes[name] = node
        return name

    def _place(
        self,
        placed: Placed,
        layer: Layer,
        read: tuple[Tensor, ...],
        said: Sequence[Said],
        shares: str = "",
        inner: tuple[str, ...] = (),
    ) -> Tensor:
        """Notes a layer with the tensors that it reads."""
        path, name, _, _, trail, frozen, settings, _ = placed
        if name in self._nodes:
            self._set_aside(name)
        if self._stands:
            path, trail = self._stands.path, self._stands.trail
        by_name = said and said[0].argument
        if not settings and not by_name and Part not in map(type, read):
            # The commonest, by far.
            node = Node(name, layer, read, path, trail, shares, inner, frozen)  # type: ignore[arg-type]
            self._nodes[name] = node
            return name
        names, parts = _split(read)
        arguments = tuple(one.argument for one in said) if by_name else ()
        how = frozen, parts, arguments, settings
        self._nodes[name] = Node(name, layer, names, path, trail, shares, inner, *how)
        return name

    def no_layer(self, placed: Placed, read: tuple[Tensor, ...]) -> None:
        names = tuple(map(self.name, read))
        self._beside.append((placed.name, names, placed.path, placed.trail))

    def apply(
        self,
        step: ApplyStep,
        placed: Placed,
        shared: str,
        source: Tensor,
        by: str,
        read: tuple[Tensor, ...],
        said: Sequence[Said],
    ) -> Tensor:
        return self._use(placed, shared, read, said)

    def again(
        self,
        step: LayerStep | CallStep,
        placed: Placed,
        shared: str,
        read: tuple[Tensor, ...],
        said: Sequence[Said],
    ) -> Tensor:
        return self._use(placed, shared, read, said)

    def _use(
        self,
        placed: Placed,
        shared: str,
        read: tuple[Tensor, ...],
        said: Sequence[Said],
    ) -> Tensor:
        """Notes a further use of a layer."""
        first = self._nodes[shared]
        if first.layer.named_by_keras:  # Keras makes an operation for each use
            return self._place(placed, first.layer, read, said)
        placed = placed._replace(frozen=first.frozen)
        return self._place(placed, first.layer, read, said, shared, first.inner)

    # ------------------------------------------------------------- models in models

    def model(
        self,
        step: CallStep | LayerStep,
        placed: Placed,
        contents: Contents,
        arguments: dict[str, Any],
        read: tuple[Tensor, ...],
        said: Sequence[Said],
        axis: int | None,
    ) -> tuple["GraphBuilder", tuple[str, ...]]:
        inner = self._for_model(contents.key)
        if contents.application:
            inner._stands = placed
        known = self._inferred_so_far()
        for name, tensor in zip(contents.inputs, read, strict=True):
            # Of what something is wrong with, nothing inside is inferred either; nor
            # of several tensors in the place of one.
            shape: Any = self.sizes(tensor) or ()
            if isinstance(shape, list):
                shape = ()
            if shape and axis is not None:
                shape = (shape[0], *shape[axis:])
            part = tensor.number if isinstance(tensor, Part) else None
            dtype = known.type_of(self.name(tensor), part)
            if contents.application:
                dtype = DEFAULT_POLICY
            shape = (None, *shape[1:]) if shape else ()  # of batches of any size
            inner._inputs.append(Input(name, shape, dtype, contents.path))
        self._inside.append((contents, inner))
        return inner, contents.inputs

    def _for_model(self, name: str) -> "GraphBuilder":
        """What notes the layers of a model inside."""
        return GraphBuilder(self._policy, f"{self._within}{name}/")

    def modelled(
        self, step: CallStep | LayerStep, placed: Placed, outcome: Outcome[Tensor]
    ) -> "Functional":
        from cnnspec.model.functional import Functional

        contents, inner = self._inside.pop()
        graph = inner.graph(contents.program, placed.name, outcome)
        graph = graph._replace(frozen=placed.frozen)
        if contents.application:
            return Functional.published(graph, contents.application)
        self._wrong += graph.problems
        file = step.weights if isinstance(step, CallStep) else ""
        return Functional.of(graph, file)

    def model_called(
        self,
        step: CallStep | LayerStep,
        placed: Placed,
        layer: Layer,
        read: tuple[Tensor, ...],
        said: Sequence[Said],
    ) -> Tensor:
        return self._place(placed, layer, read, said, "")

    def _set_aside(self, name: str) -> None:
        """Keeps what a layer reads whose name another one is given as well."""
        self._beside.append(_read(self._nodes[name]))

    def graph(self, program: Program, name: str, outcome: Outcome[Tensor]) -> Graph:
        """What was noted, with what is wrong."""
        outputs, parts = _split(outcome.outputs)
        problems = [*outcome.problems, *self._unknown(program, outcome), *self._wrong]
        unused: frozenset[str] = frozenset()
        if outcome.complete and not problems and not program.problems:
            unused, problems = unused_layers(self._nodes, outputs)
        return Graph(
            name,
            tuple(self._inputs),
            tuple(self._nodes.values()),
            outputs,
            unused,
            tuple(_once(problems, program.problems)),
            outcome.keras_names,
            self._policy,
            self._within,
            parts,
            automatic=outcome.automatic,
        )

    def _unknown(self, program: Program, outcome: Outcome[Tensor]) -> Iterator[Problem]:
        """What is wrong with names that nothing had where they stood."""
        # Steps that are left out for another mistake may have had the name; those that
        # are left out since they ask for the sizes of what isn't there hadn't.
        others = (one.path[:1] for one in program.problems)
        alone = not outcome.problems and all(path in BESIDE for path in others)
        if outcome.unknown and (outcome.complete or alone):
            from cnnspec.language.unknown import explained

            reads = [*self._beside, *map(_read, self._nodes.values())]
            known = reads, outcome.taken, program
            yield from explained(outcome.unknown, *known)


def _split(
    tensors: tuple[Tensor, ...],
) -> tuple[tuple[str, ...], tuple[int | None, ...]]:
    """The names of what gives tensors, and which of its tensors each is.

    Nothing of the latter where each is all that is given under its name.
    """
    if Part not in map(type, tensors):  # the commonest, by far
        return tensors, ()  # type: ignore[return-value]
    several = [one if type(one) is Part else (one, None) for one in tensors]
    names, parts = zip(*several, strict=True)
    return names, parts


def _read(node: Node) -> "Reads":
    return node.name, node.inputs, node.path, node.trail


def _once(problems: Iterable[Problem], before: Iterable[Problem]) -> list[Problem]:
    """Each mistake once, although a block is called twice.

    An expression that can't be read has been reported `before`, and leaves nothing.
    """
    unread = {problem.path for problem in before if problem.code == "expression"}
    return folded(problem for problem in problems if problem.path not in unread)
