"""Graph to Summary: the shape, weights and cost of every layer."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any, NamedTuple

from cnnspec.catalogue.dtypes import size as bytes_of
from cnnspec.catalogue.layers.base import DENSE, SPARSE, Layer, Weight
from cnnspec.ground.errors import Path, Problem, ShapeError, Trail, folded
from cnnspec.ground.shapes import Shape, Shapes, product, show
from cnnspec.language import naming
from cnnspec.language.program import Program
from cnnspec.model.calls import PLAIN, Call, Types, shapes_given, tensors, types_given
from cnnspec.model.graph import DEFAULT_POLICY, Graph, Input, Node, reads


class Row(NamedTuple):
    """One layer of a summary."""

    name: str
    layer: Layer
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shapes
    weights: Sequence[Weight]
    params: int
    """Numbers in the weights."""
    trainable_params: int
    """Those of them that training changes."""
    macs: int | None
    """Multiply-accumulates for one sample; None if a size isn't known."""
    path: Path
    """Where the layer stands in the spec."""
    trail: Trail = ()
    """The calls of blocks and rounds of repeats that led there, outermost first."""
    shares: str = ""
    """The row whose layer this one uses again; that one has the weights."""
    dtype: str = DEFAULT_POLICY
    """The type of the numbers it gives."""
    policy: str = DEFAULT_POLICY
    """The dtype policy of layers that have none of their own."""
    parts: tuple[int | None, ...] = ()
    """Which of the tensors of each of `inputs` it reads, as a node's."""
    arguments: tuple[str, ...] = ()
    """The argument that each of `inputs` goes to, as a node's."""
    call: Call = PLAIN
    """What it is given beside `input_shapes`."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """Arguments of the call that are no tensors."""
        return self.call.settings

    @property
    def reads(self) -> list[str]:
        """What it is called with: `enc.1`, `initial_state=enc.1`, `training=False`."""
        found = reads(self.inputs, self.parts, self.arguments)
        return [*found, *(f"{key}={one}" for key, one in self.settings.items())]

    @property
    def type(self) -> str:
        """The layer's class in Keras."""
        return self.layer.class_name or type(self.layer).__name__

    @property
    def arithmetic(self) -> str:
        """How the parameters are counted: `3·3·50·25 + 25`; nothing for a model."""
        if self.layer.inside(*self.input_shapes):
            return ""
        return " + ".join("·".join(map(str, w.shape)) or "1" for w in self.weights)

    @property
    def size_sums(self) -> list[str]:
        """How sizes of the output come about, each once: `(28 − 3) / 1 + 1 = 26`."""
        shapes = self.output_shape
        first = shapes[0] if isinstance(shapes, list) else shapes
        sums = self.layer.size_sums(*self.input_shapes).items()
        return list(dict.fromkeys(f"{text} = {first[axis]}" for axis, text in sums))

    @property
    def activation_bytes(self) -> int | None:
        """Memory that one sample's output takes; of a model, all those inside."""
        if inside := self.layer.inside(*self.input_shapes):
            found: int | None = inside.activation_bytes
            return found
        shapes = self.output_shape
        several = shapes if isinstance(shapes, list) else [shapes]
        numbers = _sum(product(shape[1:]) for shape in several)
        size = bytes_of(self.dtype)
        return None if numbers is None or size is None else size * numbers

    @property
    def weight_dtypes(self) -> list[str]:
        """The type of each of its weights."""
        if not self.weights:
            return []
        return self.layer.weight_dtypes(self.policy, *self.input_shapes)

    @property
    def weight_bytes(self) -> int:
        """Memory that its weights take."""
        pairs = zip(self.weights, self.weight_dtypes, strict=True)
        return sum(weight.size * (bytes_of(dtype) or 0) for weight, dtype in pairs)


class Summary(NamedTuple):
    """A model whose every number is known."""

    graph: Graph
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()
    """Layers that can't take their input; they and what reads them have no row."""
    misfits: tuple["Misfit", ...] = ()
    """Those layers, each with the problem that stands for it."""
    surprises: "tuple[Surprise, ...]" = ()
    """Layers that don't do, when they run, what Keras tells beforehand."""
    tuned: "Summary | None" = None
    """The same as a second fit trains it, where there is one."""

    @property
    def total_params(self) -> int:
        """Numbers in all weights."""
        return sum(row.params for row in self.rows)

    @property
    def trainable_params(self) -> int:
        """Numbers that training changes."""
        return sum(row.trainable_params for row in self.rows)

    @property
    def non_trainable_params(self) -> int:
        """Numbers that training leaves alone."""
        return self.total_params - self.trainable_params

    @property
    def macs(self) -> int | None:
        """Multiply-accumulates for one sample."""
        return _sum(row.macs for row in self.rows)

    @property
    def activation_bytes(self) -> int | None:
        """Memory that the outputs of all layers take for one sample."""
        return _sum(row.activation_bytes for row in self.rows)

    @property
    def weight_bytes(self) -> int:
        """Memory that the weights take."""
        return sum(row.weight_bytes for row in self.rows)


def each_row(summary: Summary, *, written: bool = False) -> Iterable[Row]:
    """All rows, with those of a model inside behind its own, as `left/conv`.

    Args:
        summary: of a model.
        written: whether only layers count that the spec has written.
    """
    if any(row.layer.holds_model for row in summary.rows):
        return _each_row(summary, written)
    return summary.rows


def _each_row(summary: Summary, written: bool) -> Iterator[Row]:
    for row in summary.rows:
        yield row
        layer = row.layer
        if not layer.holds_model or row.shares or (written and layer.application):
            continue
        for one in each_row(layer.inside(*row.input_shapes), written=written):
            inputs = (naming.in_model(row.name, name) for name in one.inputs)
            yield one._replace(
                name=naming.in_model(row.name, one.name),
                inputs=tuple(inputs),
                shares=one.shares and naming.in_model(row.name, one.shares),
            )


def _sum(counts: Iterable[int | None]) -> int | None:
    """The sum, None if one of the counts isn't known."""
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total


LineOf = Callable[[Path], str]


def infer(graph: Graph, line_of: LineOf | None = None) -> Summary:
    """The summary of a graph.

    Args:
        graph: the model.
        line_of: tells the line of a path in the spec (`line 31`), for messages.

    A layer that can't take its input is a problem of the summary, and so is nothing
    that comes after it: without that layer's output there is nothing to say of it.
    """
    inference = Inference(graph.inputs, graph.policy)
    rows, misfits = inference.rows, list[Misfit]()
    for node in graph.nodes:
        if error := inference.add(node):
            if isinstance(error, Unfit):
                misfits += infer(error.inside.graph, line_of).misfits
                continue
            problem = _problem(graph, rows, node, error, line_of)
            misfits.append(Misfit(node, error, problem))
    used = tuple(row for row in rows.values() if row.name not in graph.unused)
    problems = tuple(folded(misfit.problem for misfit in misfits))
    return Summary(graph, used, problems, tuple(misfits))


class Misfit(NamedTuple):
    """A layer that can't take its input."""

    node: Node
    error: ShapeError
    problem: Problem


class Unfit(ShapeError):
    """A model inside another one of which something is wrong, so that it gives nothing.

    Attributes:
        inside: what there is of it.
    """

    def __init__(self, inside: Summary) -> None:
        self.inside = inside
        super().__init__("holds layers that something is wrong with")
        self.is_inside = True


class Surprise(NamedTuple):
    """A layer that does something else than Keras tells of it before it runs."""

    row: Row
    runs: Shapes | None
    """The shape of what it gives; None where it fails."""
    reason: str
    """Why it fails, to follow its name."""
    hint: str
    origin: str
    """The layer whose result differs first: itself, or one that leads to it."""


class Inference:
    """Infers the layers of a model one after the other.

    Attributes:
        rows: of the layers that can take their input, by name.
        shapes: of what they and the inputs give, batch first.
        dtypes: of the numbers in it.
    """

    def __init__(self, inputs: Iterable[Input], policy: str = DEFAULT_POLICY) -> None:
        self.rows: dict[str, Row] = {}
        self.shapes: dict[str, Shapes] = {}
        self._policy, self.dtypes = policy, dict[str, Types]()
        self._sparse: set[str] = set()
        for tensor in inputs:
            if tensor.shape:  # of what something is wrong with, none is known
                self.shapes[tensor.name] = tensor.shape
            self.dtypes[tensor.name] = tensor.dtype
        self._computed: dict[tuple[int, tuple[Shape, ...], bool], _Computed] = {}

    def add(self, node: Node) -> ShapeError | None:
        """Infers a layer; those that it reads have been added.

        Returns:
            Why it can't take its input. None where it can, and where what it reads
            isn't there.
        """
        # fmt: off
        (name, layer, sources, path, trail, shares, _, frozen, parts, arguments,
         settings) = node
        # fmt: on
        call = PLAIN
        try:
            shapes = self.shapes
            if parts or arguments or settings:
                inputs, call = shapes_given(node, shapes)
            elif len(sources) == 1 and type(shape := shapes[sources[0]]) is tuple:
                inputs = (shape,)  # the commonest, by far
            else:
                inputs = tensors(sources, shapes)
            first = self.rows[shares] if shares else None
        except KeyError:  # what it reads, or the layer that it shares, has no row
            return None
        except ShapeError as error:
            return error
        try:
            # Where several layers say the same, they are one.
            found = None
            if reused := call is PLAIN:
                key = id(layer), inputs, frozen
                found = self._computed.get(key)
            if found is None:
                found = _compute(layer, inputs, frozen, call)
                if reused:
                    self._computed[key] = found
            if first is not None:
                found = _again(found, inputs, first)
            if layer.makes_sparse or self._sparse:
                found = (self._of_sparse(node, inputs, found[0]), *found[1:])
            read = self.dtypes[sources[0]]
            if type(read) is str and not layer.joins_types:
                dtype: Types = layer.output_dtype(self._policy, read)
            else:
                dtype = self._dtype(node)
        except ShapeError as error:
            return error
        each = dtype if type(dtype) is str else dtype[0]
        policy = self._policy
        self.rows[name] = Row(
            *(name, layer, sources, inputs, *found, path, trail, shares, each, policy),
            *(parts, arguments, call),
        )
        shapes[name], self.dtypes[name] = found[0], dtype
        return None

    def _of_sparse(self, node: Node, inputs: tuple[Shape, ...], told: Shapes) -> Shapes:
        """The shape that Keras tells where it takes tensors for sparse ones.

        Raises:
            ShapeError: it can't make the layer.
        """
        layer, policy = node.layer, self._policy
        taken: dict[str, Types] = {
            name: SPARSE if name in self._sparse else DENSE for name in node.inputs
        }
        each = [
            DENSE if layer.casts(policy, dtype) else one
            for dtype, one in zip(
                types_given(node, self.shapes, self.dtypes),
                types_given(node, self.shapes, taken),
                strict=True,
            )
        ]
        if not layer.makes_sparse and SPARSE not in each:
            return told
        told, is_sparse = layer.told_of_sparse(told, each, *inputs, **node.settings)
        if is_sparse:
            self._sparse.add(node.name)
        return told

    def type_of(self, name: str, part: int | None = None) -> str:
        """The type of the numbers in a tensor, the usual one where it isn't known.

        Args:
            name: of what gives it.
            part: which of several tensors.
        """
        found = self.dtypes.get(name, DEFAULT_POLICY)
        return found[part or 0] if isinstance(found, list) else found

    def _dtype(self, node: Node) -> Types:
        """The type of the numbers that a layer gives.

        Raises:
            ShapeError: it takes no numbers of the type that it is given.
        """
        layer, first = node.layer, self.dtypes[node.inputs[0]]
        if layer.joins_types:
            given = types_given(node, self.shapes, self.dtypes)
            found: Types = layer.output_dtype(self._policy, *given)
            return found
        if isinstance(first, list):
            first = types_given(node, self.shapes, self.dtypes)[0]
        return layer.output_dtype(self._policy, first)


_Computed = tuple[Shapes, Sequence[Weight], int, int, int | None]
"""A layer's output shape, weights, params, trainable params and MACs."""


def _compute(
    layer: Layer, inputs: tuple[Shape, ...], frozen: bool, call: Call
) -> _Computed:
    if layer.inputs != 1 or len(inputs) != 1:
        _count_inputs(layer, len(inputs))
    layer.check(*inputs)
    named: dict[str, Any] = {}
    if call is not PLAIN:
        layer.check_more(call.more, *inputs)
        named = call.shaping(layer)
    output = layer.output(*inputs, **named)
    weights = layer.held(*inputs)
    if frozen:
        weights = [weight._replace(trainable=False) for weight in weights]
    params = trainable = 0
    for weight in weights:
        size = prod(weight.shape)
        params += size
        if weight.trainable:
            trainable += size
    return output, weights, params, trainable, layer.macs(output, *inputs, **named)


def _again(found: _Computed, inputs: tuple[Shape, ...], first: Row) -> _Computed:
    """What a layer comes to that has its weights from an earlier use.

    Raises:
        ShapeError: the tensor needs other weights than those it has, or Keras bound
            the layer to the number of axes of its first one.
    """
    output, weights, _, _, macs = found
    axes = [len(shapes[0]) - 1 for shapes in (first.input_shapes, inputs)]
    if first.layer.rank_bound and axes[0] != axes[1]:
        text = f"uses '{first.name}' again, which Keras made for tensors of {axes[0]}"
        text = f"{text} {'axis' if axes[0] == 1 else 'axes'}; its input has {axes[1]}"
        raise ShapeError(text, "use a layer of its own here")
    if list(weights) != list(first.weights):
        given = show(first.input_shapes[0][1:])
        text = f"uses '{first.name}' again, whose weights were made for {given}"
        text = f"{text}; this input is {show(inputs[0][1:])}"
        raise ShapeError(text, "give it a tensor with as many channels")
    return output, (), 0, 0, macs


def _count_inputs(layer: Layer, count: int) -> None:
    least, most = layer.inputs, layer.inputs_limit
    if count >= least and (most is None or count <= most):
        return
    needed = str(least) if most == least else f"{least} or more"
    if most not in (least, None):
        needed = f"{least} to {most}"
    noun = "tensor" if needed == "1" else "tensors"
    raise ShapeError(f"takes {needed} {noun}, and is given {count}")


def _problem(
    graph: Graph,
    rows: dict[str, Row],
    node: Node,
    error: ShapeError,
    line_of: LineOf | None,
) -> Problem:
    kind = type(node.layer).__name__
    if error.at and line_of:  # what is wrong is told elsewhere
        kind = f"{kind} of {line_of(_place(node)[0])}"
    message = f"'{graph.within}{node.name}' ({kind}): {error.message}"
    source = node.inputs[0] if node.inputs else ""
    if len(node.inputs) > 1:
        message += f"; it reads {_tensors_read(graph, rows, node, line_of)}"
    else:
        if source in rows:
            message += f"; its input comes from {_maker(graph, rows, source, line_of)}"
        went = _trace(graph, rows, source)
        if len(went) > 1:
            message += f"; the size went {' → '.join(went)}"
    path, trail = _place(node)
    at_key, path = not error.at, error.at or path
    return Problem(path, "shape", message, error.hint, at_key, trail)


def _place(node: Node) -> tuple[Path, Trail]:
    """Where a layer stands, and what led there; where it is used again, the `apply`."""
    for place, frame in enumerate(node.trail if node.shares else ()):
        if frame.again:
            return frame.path, node.trail[:place]
    return node.path, node.trail


def _maker(
    graph: Graph, rows: dict[str, Row], name: str, line_of: LineOf | None
) -> str:
    """`'conv2d' (line 6)`: what makes a tensor."""
    if name not in rows:
        alone = len(graph.inputs) == 1 and name.startswith(naming.INPUT_NAME)
        return "the model's input" if alone else f"the input '{name}'"
    line = f" ({line_of(rows[name].path)})" if line_of else ""
    return f"'{graph.within}{name}'{line}"


_READ_LIMIT = 4
"""Tensors of a layer that a message names."""


def _tensors_read(
    graph: Graph, rows: dict[str, Row], node: Node, line_of: LineOf | None
) -> str:
    """`32x32x16 from 'conv2d' (line 6) and 32x32x3 from the input 'image'`."""
    shapes: dict[str, Shapes] = {i.name: i.shape for i in graph.inputs}
    found = []
    for place, name in enumerate(node.inputs[:_READ_LIMIT]):
        shape = rows[name].output_shape if name in rows else shapes[name]
        several = tensors((name,), {name: shape}, node.parts[place : place + 1])
        sizes = " and ".join(show(one[1:]) or "one number" for one in several)
        found.append(f"{sizes} from {_maker(graph, rows, name, line_of)}")
    if len(node.inputs) > _READ_LIMIT:
        return f"{', '.join(found)}, …"
    return f"{', '.join(found[:-1])} and {found[-1]}"


def _trace(graph: Graph, rows: dict[str, Row], source: str) -> list[str]:
    """The different sizes that led to a tensor, the model's input first."""
    first = {i.name: i.shape for i in graph.inputs}
    sizes: list[str] = []
    while True:
        shape = rows[source].output_shape if source in rows else first.get(source)
        if isinstance(shape, tuple):
            text = _spatial(shape)
            if not sizes or sizes[-1] != text:
                sizes.append(text)
        if source not in rows:
            return sizes[::-1]
        source = rows[source].inputs[0]


def _spatial(shape: Shape) -> str:
    """The sizes of an image or volume without its channels; one number if all agree."""
    sizes = shape[1:-1] if len(shape) > 2 else shape[1:]
    return show(sizes[:1] if len(set(sizes)) == 1 else sizes)


class Model(NamedTuple):
    """A spec without errors."""

    program: Program
    summary: Summary
