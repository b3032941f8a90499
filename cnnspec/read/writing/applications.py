"""Models in a model that are those of keras.applications, as the layers that they are.

Files have the layers of such a model and not what made them. Which it is, its name or
its number of layers suggests; that every layer is the same decides.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple

from cnnspec.catalogue import registry
from cnnspec.catalogue.registry import declaring
from cnnspec.ground.errors import Invalid, Path
from cnnspec.ground.shapes import Shape
from cnnspec.model.changing import read_changed
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph, Node
from cnnspec.model.order import keras_order
from cnnspec.model.resolver import functional
from cnnspec.read.found import Found
from cnnspec.read.placed import FoundSource
from cnnspec.read.writing.names import automatic_number
from cnnspec.read.writing.proof import graph_of, same

_LEAST = 15
"""Layers of the smallest of them, but for its classifier."""
_TRAINING = "training"


class _Known(NamedTuple):
    """A model that was recognised."""

    cls: Any
    """Of the application."""
    given: dict[str, Any]
    """Its arguments."""
    automatic: str
    """What Keras calls it by itself."""


def with_applications(found: Found) -> Found:
    """The same with a layer in place of each model that is one of keras.applications.

    Args:
        found: a model that was read; it stays as it is where nothing can be compared.
    """
    blocks = found.document.get("blocks") or {}
    if not any(len(block["layers"]) >= _LEAST for block in blocks.values()):
        return found
    source = FoundSource(found._replace(unknowns=()), "spec")
    program = read_changed(source)
    with declaring(program.own):
        graph = graph_of(source, program)
        inside = dict(_inside(graph, found.document)) if graph else {}
        known = {name: one for name, f in inside.items() if (one := _known(f))}
    return _Writer(found, known).written() if known else found


def _inside(graph: Graph, document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The models in a model, by the names of their blocks."""
    for node in graph.nodes:
        for layer in (node.layer, *node.layer.nested()):
            if isinstance(layer, Functional):
                *_, kind = node.path
                step = {kind: _at(document, node.path)}
                names = _named_in(step, document["blocks"])
                yield from ((name, layer) for name in names)
                yield from _inside(layer.graph, document)


def _at(document: Any, path: Path) -> Any:
    for key in path:
        document = document[key]
    return document


def _named_in(value: Any, names: Collection[str]) -> Iterator[str]:
    """Which of some names are keys of a mapping, or of one in it."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key in names:
                yield key
            yield from _named_in(one, names)
    elif isinstance(value, list):
        for one in value:
            yield from _named_in(one, names)


# ------------------------------------------------------------------ which it is


def _known(model: Functional) -> _Known | None:
    """The application that a model is; None if it is none."""
    graph = _from_the_end(model.graph)
    x = graph.inputs[0].shape if len(graph.inputs) == 1 else ()
    if len(x) != _IMAGES or len(graph.outputs) != 1 or len(graph.nodes) < _LEAST:
        return None
    for cls in _likely(graph):
        for given in _forms(cls, graph, model.output(x)):
            made = _made(cls, given, x)
            if made is None or len(made.graph.nodes) != len(graph.nodes):
                continue
            given = given | _frozen(graph, made.graph)
            if same(graph, _as_trained(cls, given, x), _counted(graph)):
                return _Known(cls, given, cls(**given).keras_name(x))
    return None


_IMAGES = 4
"""Axes of a batch of images."""


def _from_the_end(graph: Graph) -> Graph:
    """The same with the last axis of images as most layers have it: -1, and not 3."""
    return graph._replace(nodes=tuple(map(_with_last_axis, graph.nodes)))


def _with_last_axis(node: Node) -> Node:
    layer: Any = node.layer
    known = layer.arguments().get(_AXIS)
    axis = layer.given.get(_AXIS)
    axis = axis[0] if isinstance(axis, list | tuple) and len(axis) == 1 else axis
    if axis not in (_IMAGES - 1, -1) or known is None or known.default != -1:
        return node
    given = {name: one for name, one in layer.given.items() if name != _AXIS}
    return node._replace(layer=type(layer).read(given))


_AXIS = "axis"


def _likely(graph: Graph) -> list[Any]:
    """Those that have its name, the longest first; all if there are none."""
    plain = _plain(graph.name)
    names = [*registry.model_names()]
    called = [name for name in names if plain.startswith(_plain(name))]
    found = sorted(called, key=len, reverse=True) or names
    return [registry.model_class(name) for name in found]


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _forms(cls: Any, graph: Graph, y: Any) -> Iterator[dict[str, Any]]:
    """The arguments with which it may have been made.

    Args:
        cls: of the application.
        graph: of the model.
        y: shape of what it gives, batch first.
    """
    tops: list[dict[str, Any]] = [{"include_top": False}]
    if len(y) != _IMAGES:
        activation = graph.nodes[-1].layer.given.get("activation")
        tops = [{"include_top": False, "pooling": how} for how in ("avg", "max")]
        tops.append({"classes": y[-1], "classifier_activation": activation})
    variables, known = cls(weights=None).variables(), cls.arguments()
    ways = {n: (v, not v) for n, v in variables.items() if type(v) is bool}
    ways = {n: both for n, both in ways.items() if n in known}
    if hasattr(cls, "widths"):
        others = {*cls(weights=None).widths()} - {_WIDTH}
        ways[_ALPHA] = (_WIDTH, *sorted(others))
    for top in tops:
        for values in product(*ways.values()):
            yield {"weights": None, **top, **dict(zip(ways, values, strict=True))}


_ALPHA, _WIDTH = "alpha", 1.0


def _made(cls: Any, given: Mapping[str, Any], x: Shape) -> Functional | None:
    """The application for images of a shape; None if there is none."""
    try:
        layer = cls(**given)
        layer.check(x)
    except (Invalid, ValueError):
        return None
    return functional(layer, x)


def _frozen(graph: Graph, whole: Graph) -> dict[str, Any]:
    """What of a model isn't trained, as an argument of an application."""
    fixed = [node.name for node in graph.nodes if _is_fixed(node)]
    if len(fixed) in (0, len(graph.nodes)):
        return {"trainable": False} if fixed else {}
    first = next(name for name in keras_order(whole) if name not in fixed)
    return {"from_layer": first}


def _is_fixed(node: Node) -> bool:
    return node.frozen or not node.layer.trainable


def _as_trained(cls: Any, given: Mapping[str, Any], x: Shape) -> Graph:
    """The layers of an application, with what isn't trained marked so."""
    layer = cls(**given)
    graph = _from_the_end(functional(layer, x).graph)
    return graph if layer.trainable else _all_frozen(graph)


def _all_frozen(graph: Graph) -> Graph:
    """The same with nothing trained, in models inside, too."""
    nodes = []
    for node in graph.nodes:
        layer = node.layer
        if isinstance(layer, Functional):
            layer = Functional.of(_all_frozen(layer.graph))
        nodes.append(node._replace(layer=layer, frozen=True))
    return graph._replace(nodes=tuple(nodes))


def _counted(graph: Graph) -> set[str]:
    """The names of layers that Keras counted, perhaps through a long session."""
    return {
        node.name
        for node in graph.nodes
        if automatic_number(node.name, node.layer.title()) is not None
    }


# ------------------------------------------------------------------ in its place


class _Writer:
    """Writes the document with applications in place of the blocks that they are."""

    def __init__(self, found: Found, known: Mapping[str, _Known]) -> None:
        self._found, self._known = found, known
        self._said: set[str] = set()
        self.automatic: set[str] = set()

    def written(self) -> Found:
        """What was read, with the layers that it names."""
        old = self._found.document
        document = {**old, "layers": self._steps(old, ())}
        blocks = {
            name: {**block, "layers": self._steps(block, ("blocks", name))}
            for name, block in old["blocks"].items()
        }
        left = set(_used(document["layers"], blocks))
        document["blocks"] = {n: block for n, block in blocks.items() if n in left}
        if not left:
            del document["blocks"]
        unknowns = (
            one
            for one in self._found.unknowns
            if not (one.layer in self._said and one.argument == _TRAINING)
        )
        return self._found._replace(
            document=document,
            unknowns=tuple(unknowns),
            automatic=frozenset(self.automatic),
        )

    def _steps(self, scope: Mapping[str, Any], path: Path) -> list[Any]:
        return [
            self._step(step, (*path, "layers", number))
            for number, step in enumerate(scope["layers"])
        ]

    def _step(self, step: Any, path: Path) -> Any:
        [(kind, arguments)] = step.items()
        if kind not in self._known:
            return {kind: self._held(arguments)}
        call = self._found.calls.get(path, {})
        known = self._known[kind]
        if "from_layer" in known.given and call.get(_TRAINING) is not False:
            return step  # it would be called as if it weren't trained
        layer = known.cls(**known.given)
        name, reads = arguments["name"], arguments["from"]
        if name == known.automatic:
            self.automatic.add(name)
        self._said.add(name)
        if call and not (layer.infers and call == {_TRAINING: False}):
            reads = {layer.works_on()[0]: reads, **call}
        given = {k: v for k, v in known.given.items() if v != _usual(known.cls, k)}
        return {known.cls.__name__: {**given, "name": name, "from": reads}}

    def _held(self, value: Any) -> Any:
        """The arguments of a layer, which may hold a model."""
        if isinstance(value, list):
            return [self._held(one) for one in value]
        if not isinstance(value, Mapping):
            return value
        found: dict[str, Any] = {}
        for key, one in value.items():
            known = self._known.get(key)
            if known is None or "from_layer" in known.given:
                found[key] = self._held(one)
                continue
            given = {k: v for k, v in known.given.items() if v != _usual(known.cls, k)}
            found[known.cls.__name__] = {**given, **one}
        return found


def _usual(cls: Any, name: str) -> Any:
    return cls.arguments()[name].default


def _used(steps: Any, blocks: Mapping[str, Any]) -> Iterator[str]:
    """The blocks that steps call, and those that these call."""
    for name in _named_in({"": steps}, blocks):
        yield name
        yield from _used(blocks[name]["layers"], blocks)
