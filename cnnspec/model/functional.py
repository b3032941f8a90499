"""A model as a layer of another model.

Source of the rules: keras/src/models/functional.py, Keras 3.15.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Self

from cnnspec.catalogue.layers.base import Layer, Weight, all_nested
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape, Shapes, Size, show
from cnnspec.model.calls import tensors
from cnnspec.model.graph import Graph, Node
from cnnspec.model.order import before_layer, keras_order
from cnnspec.model.running import runs
from cnnspec.model.summary import Row, Summary, Unfit, infer


class Functional(Layer):
    """A model inside another one.

    Attributes:
        graph: what it is made of, with inputs as it was made for.
        application: the model of keras.applications that it is, with its arguments.
        whole: the graph with layers that no output of it needs.
        weights_file: what holds its weights; '' where they begin anew, or are Keras's.
    """

    lacks: ClassVar[tuple[str, ...]] = ("activity_regularizer", "dtype", "autocast")
    holds_model = True
    shape_rule = "those of its outputs"
    weight_rule = "those of its layers"

    graph: ClassVar[Graph]
    whole: ClassVar[Graph]
    weights_file: ClassVar[str]
    _summaries: ClassVar[dict[tuple[Shape, ...], Summary]]

    @classmethod
    def of(cls, graph: Graph, weights_file: str = "") -> Self:
        """The layer that a graph makes, with the graph's name."""
        made = cls(name=graph.name)
        count = len(graph.inputs)
        made.__dict__.update(
            graph=graph,
            inputs=count,
            inputs_limit=count,
            weights_file=weights_file,
            _summaries={},
        )
        return made

    @property
    def trained(self) -> bool:
        """Whether it comes with weights."""
        made = self.application
        return bool(self.weights_file if made is None else made.weights_)

    @property
    def own_file(self) -> str:
        """The file of weights that a person has to have; '' where there is none."""
        made = self.application
        if made is None:
            return self.weights_file
        return made.weights_ if made.pretrained and not made.published else ""

    @classmethod
    def published(cls, graph: Graph, application: Any) -> Self:
        """The layer that a model of keras.applications is.

        Args:
            graph: its layers; those that no output needs are left out.
            application: with its arguments.
        """
        nodes = graph.nodes
        if application.from_layer:
            whole = graph._replace(outputs=(nodes[-1].name,), unused=frozenset())
            before = set(before_layer(whole, application.from_layer))
            nodes = tuple(
                node._replace(frozen=True) if node.name in before else node
                for node in nodes
            )
        nodes = tuple(node for node in nodes if node.name not in graph.unused)
        made = cls.of(graph._replace(nodes=nodes, unused=frozenset(), problems=()))
        # Messages call it as the spec does.
        title = application.title
        made.__dict__.update(application=application, whole=graph, title=title)
        return made

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Functional) and self.graph == other.graph

    __hash__ = Layer.__hash__

    def inside(self, *shapes: Shape) -> Summary:
        """What is inside, for tensors of some shapes, or those it was made for."""
        if shapes not in self._summaries:
            graph = self.graph
            pairs = zip(graph.inputs, shapes, strict=False)
            given = tuple(tensor._replace(shape=shape) for tensor, shape in pairs)
            graph = graph._replace(inputs=given) if given else graph
            self._summaries[shapes] = infer(graph)
        return self._summaries[shapes]

    def check(self, *shapes: Shape, **_: Any) -> None:
        for tensor, shape in zip(self.graph.inputs, shapes, strict=True):
            if not _fits(shape, tensor.shape):
                wanted = show(tensor.shape[1:])
                text = f"was made for {wanted}, and its input is {show(shape[1:])}"
                raise ShapeError(text, "give it tensors of one shape")
        inside = self.inside(*shapes)
        if inside.misfits or not _shapes(inside).keys() >= {*inside.graph.outputs}:
            raise Unfit(inside)

    def output(self, *shapes: Shape, **_: Any) -> Shapes:
        return _outputs(self.inside(*shapes))

    def weights(self, *shapes: Shape, **_: Any) -> list[Weight]:
        return [weight for row in self._own(*shapes) for weight in row.weights]

    def weight_dtypes(self, policy: str, *shapes: Shape) -> list[str]:
        return [dtype for row in self._own(*shapes) for dtype in row.weight_dtypes]

    def _own(self, *shapes: Shape) -> Iterator[Row]:
        """The rows of layers that aren't used a second time, as Keras lists them."""
        inside = self.inside(*shapes)
        rows = {row.name: row for row in inside.rows if not row.shares}
        return (rows[name] for name in keras_order(inside.graph) if name in rows)

    def running(self, output: Any, *shapes: Shape) -> Shapes:
        inside = self.inside(*shapes)
        if self.application is not None:
            return _outputs(inside)
        run, ran = runs(inside)
        for found in run.surprises:
            if found.runs is None:
                name = f"{self.graph.within}{found.row.name}"
                text = f"holds '{name}', which {found.reason}"
                raise ShapeError(text, found.hint)
        results = tensors(self.graph.outputs, ran, self.graph.output_parts)
        return results[0] if len(results) == 1 else list(results)

    def running_dtype(self, told: str, *given: str) -> str:
        return told  # each input is made for what comes in

    def macs(self, output: Any, *shapes: Shape, **_: Any) -> int | None:
        return self.inside(*shapes).macs

    def output_dtype(self, policy: str, given: str) -> str:
        inside = self.inside()
        rows = {row.name: row.dtype for row in inside.rows}
        dtypes = rows | {tensor.name: tensor.dtype for tensor in self.graph.inputs}
        return dtypes[self.graph.outputs[0]]


def _shapes(inside: Summary) -> dict[str, Shapes]:
    """The shapes of all tensors in a model."""
    shapes: dict[str, Shapes] = {i.name: i.shape for i in inside.graph.inputs}
    return shapes | {row.name: row.output_shape for row in inside.rows}


def _outputs(inside: Summary) -> Shapes:
    """The shapes of what a model gives; of one tensor alone, that of it."""
    graph = inside.graph
    found = tensors(graph.outputs, _shapes(inside), graph.output_parts)
    return found[0] if len(found) == 1 else list(found)


def _fits(given: Shape, own: Shape) -> bool:
    """Whether a model that was made for one shape takes tensors of another."""
    return len(given) == len(own) and all(map(_may_be, given[1:], own[1:]))


def _may_be(given: Size, own: Size) -> bool:
    return given == own or given is None or own is None


def written_nodes(graph: Graph) -> Iterator[tuple[str, Node]]:
    """All nodes that the spec has written, by their names outside: `left/conv`."""
    for node in graph.nodes:
        yield f"{graph.within}{node.name}", node
        layer = node.layer
        if isinstance(layer, Functional) and not (node.shares or layer.application):
            yield from written_nodes(layer.graph)


def each_node(graph: Graph) -> Iterator[Node]:
    """All nodes, with those of models inside before the node that holds these.

    But for those of a model of keras.applications, which Keras makes itself.
    """
    for node in graph.nodes:
        for layer in (node.layer, *all_nested(node.layer)):
            if isinstance(layer, Functional) and not layer.application:
                yield from () if node.shares else each_node(layer.graph)
        yield node
