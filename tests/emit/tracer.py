"""Runs a script's `build_model()` on stand-ins for Keras, and holds it to the Graph.

Every layer that the script makes and calls is compared with the node of the Graph that
comes next: its class, arguments, name and inner names, and the tensors it is given.
That takes milliseconds, where building the model takes seconds.
"""

import ast
import builtins
import inspect
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import repeat
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

from cnnspec.catalogue import components
from cnnspec.catalogue.applications.base import Application
from cnnspec.catalogue.components import Component, snake_case
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.catalogue.operations import Operation, operations
from cnnspec.catalogue.registry import declaring, model_class
from cnnspec.language.blocks import each_step
from cnnspec.language.zoo import program_of
from cnnspec.model.functional import Functional, each_node
from cnnspec.model.graph import Graph
from cnnspec.model.order import keras_order
from cnnspec.model.summary import infer
from tests.emit.lessons import modelling


class Tensor:
    def __init__(self, name: str, ops: Any, place: int = 0, shape: Any = None) -> None:
        self.name, self.ops, self.place, self.shape = name, ops, place, shape

    def __repr__(self) -> str:
        return f"{self.name}:{self.place}" if self.place else self.name

    def _operation(self, name: str, *given: Any) -> Any:
        return getattr(self.ops, name)(*given)

    def __getitem__(self, key: Any) -> Any:
        return self._operation("get_item", self, _written(key))

    def __neg__(self) -> Any:
        return self._operation("negative", self)


def _both(sign: str, name: str) -> None:
    """Lets a sign of Python call an operation, as `KerasTensor` has it."""

    def forward(self: Tensor, other: Any) -> Any:
        return self._operation(name, self, other)

    def backward(self: Tensor, other: Any) -> Any:
        return self._operation(name, other, self)

    setattr(Tensor, f"__{sign}__", forward)
    if sign not in _TURNED_ROUND:
        setattr(Tensor, f"__r{sign}__", backward)


_TURNED_ROUND = ("gt", "ge", "lt", "le", "ne")
for _sign, _name in {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "gt": "greater",
    "ge": "greater_equal",
    "lt": "less",
    "le": "less_equal",
}.items():
    _both(_sign, _name)


def _written(key: Any) -> str:
    """The text between the brackets of an index."""
    if isinstance(key, tuple):
        return ", ".join(map(_written, key))
    if isinstance(key, slice):
        parts = [key.start, key.stop] + ([] if key.step is None else [key.step])
        return ":".join("" if one is None else str(one) for one in parts)
    return "..." if key is ... else str(key)


class _Anything:
    """A module or function that the building of a model doesn't need."""

    def __getattr__(self, name: str) -> Any:
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # As a decorator with arguments or without, it leaves what it is given.
        return args[0] if args and isinstance(args[0], type) else self


class _Equal:
    def __eq__(self, other: object) -> bool:
        return True


class _MadeLayer:
    def __init__(self, tracer: "Tracer", cls: type[Layer], args: Any, kwargs: Any):
        kwargs = dict(zip(cls.arguments(), args, strict=False)) | kwargs
        self.inner: list[str] = []
        plain = {name: self._plain(value) for name, value in kwargs.items()}
        self.own_name = plain.pop("name", None)
        self.tracer, self.first = tracer, ""
        self.record = cls(**plain)
        # Beside those it is given, a layer may make layers by itself.
        for layer in list(all_nested(self.record))[len(self.inner) :]:
            self.inner.append(tracer.automatic(_stem(type(layer))))
        self.name = self.own_name
        if self.name is None:
            self.name = tracer.automatic(_stem(cls))

    def _plain(self, value: Any) -> Any:
        """An argument as a spec would have it."""
        if isinstance(value, _MadeModel):
            value.settle()
            self.inner.append(value.name)
            return value.record
        if isinstance(value, _MadeLayer):
            self.inner += [*value.inner, value.name]
            record = value.record
            given = dict(record.given)
            if value.own_name is not None:
                given["name"] = value.own_name
            return {type(record).__name__: given}
        if isinstance(value, Component):
            return {type(value).__name__: dict(value.given)}
        if isinstance(value, tuple | list):
            return [self._plain(item) for item in value]
        return value

    def __call__(self, *tensors: Any, **named: Any) -> Any:
        return self.tracer.called(self, tensors, named)


class _MadeOperation:
    """A call of an operation, by its name or by a sign of Python."""

    own_name = None

    def __init__(self, tracer: "Tracer", cls: type[Operation], given: Any) -> None:
        names = cls.tensor_arguments
        several = [given.pop(name) for name in names if cls.takes_list]
        tensors = {n: one for n, one in given.items() if isinstance(one, Tensor)}
        self.tensors = list(tensors.values())
        for one in several:
            self.tensors = list(one)
        plain = {n: _plain(one) for n, one in given.items() if n not in tensors}
        self.record, self.inner, self.first = cls(**plain), list[str](), ""
        self.name = tracer.automatic(_stem(cls))
        for other in cls.counts_too:
            tracer.automatic(snake_case(other))


def _plain(value: Any) -> Any:
    """A list in place of a tuple or an array, as a spec has it."""
    if isinstance(value, np.ndarray):
        is_whole = value.dtype.kind == "i"
        # In the fewest digits, as they were written before 32 bits took them.
        return (value if is_whole else value.astype(str).astype(float)).tolist()
    return [_plain(one) for one in value] if isinstance(value, tuple) else value


class _Operations:
    """Stands for `keras.ops`, or for a module of it."""

    def __init__(self, tracer: "Tracer", module: str = "") -> None:
        self._tracer, self._module = tracer, module

    def __getattr__(self, name: str) -> Any:
        name = f"{self._module}{name}"
        if name not in operations():
            assert any(one.startswith(f"{name}.") for one in operations()), name
            return _Operations(self._tracer, f"{name}.")
        cls = operations()[name]
        order = inspect.signature(attrgetter(name)(keras.ops)).parameters

        def call(*args: Any, **kwargs: Any) -> Any:
            if name == "einsum":
                first, *tensors = args
                args, kwargs = (), {"subscripts": first, "operands": tensors}
            given = dict(zip(order, args, strict=False)) | kwargs
            made = _MadeOperation(self._tracer, cls, given)
            tensors = made.tensors
            given = ([*tensors],) if cls.takes_list else (*tensors,)
            return self._tracer.called(made, given, {})

        return call


class _MadeModel(_MadeLayer):
    """A model; what freezes its layers does nothing here."""

    count_params = _Equal

    def __init__(self, tracer: "Tracer", record: Functional | None, name: str) -> None:
        self.tracer, self.record, self.first = tracer, record, ""
        self.name = self.own_name = name
        self.inner: list[str] = []
        self.layers: list[Any] = []

    def settle(self) -> None:
        """Holds all that the code has said of it, before anything reads tensors."""

    def get_layer(self, name: str) -> Any:
        return SimpleNamespace(layer=SimpleNamespace())


class _MadeApplication(_MadeModel):
    """A model of keras.applications: all that the code says of it is an argument."""

    def __init__(self, tracer: "Tracer", cls: type[Application], given: Any) -> None:
        record = tracer.next_model()
        x = record.whole.inputs[0].shape
        assert tuple(given.pop("input_shape")) == x[1:], (given, x)
        own = given.pop("name", None)
        super().__init__(tracer, record, own or cls(**given).keras_name(x))
        self.cls, self.given, self.trainable = cls, given, True
        self.input = self
        whole = record.whole._replace(outputs=(record.whole.nodes[-1].name,))
        order = keras_order(whole._replace(unused=frozenset()))
        self.layers = [SimpleNamespace(name=one, trainable=True) for one in order]
        tracer.count_on(record.whole, cls(**given))

    def get_layer(self, name: str) -> Any:
        """A layer, whose output is a map of features."""
        return SimpleNamespace(output=(self, name))

    def giving(self, outputs: Any, name: str) -> "_MadeApplication":
        """The model that gives what some of its layers give."""
        maps = outputs if isinstance(outputs, list) else [outputs]
        assert all(model is self for model, _ in maps)
        self.given["outputs"] = [layer for _, layer in maps]
        self.name = name
        return self

    def __call__(self, *tensors: Any, **named: Any) -> Any:
        self.settle()
        return super().__call__(*tensors, **named)

    def settle(self) -> None:
        frozen = [one.name for one in self.layers if not one.trainable]
        if frozen:
            assert frozen == [one.name for one in self.layers[: len(frozen)]]
            self.given["from_layer"] = self.layers[len(frozen)].name
        if not self.trainable:
            self.given["trainable"] = False
        assert self.record is not None
        there, here = self.cls(**self.given), self.record.application
        assert type(there) is type(here)
        for name, argument in here.arguments().items():
            if name != "name":
                values = [getattr(one, argument.attribute) for one in (there, here)]
                assert values[0] == values[1], (name, there, here)


def _stem(cls: type[Layer]) -> str:
    return snake_case(cls.class_name or cls.__name__)


class Tracer:
    """Stand-ins for `keras` and `keras.layers` that expect a graph's nodes."""

    def __init__(self, graph: Graph) -> None:
        self._counts: dict[str, int] = {}
        self._around: list[dict[str, Any]] = []
        self._models: list[Functional] = []  # that have been made
        self._begin(graph)
        self.layers, self.ops = _Layers(self), _Operations(self)
        self.keras = SimpleNamespace(
            Input=self._input,
            Model=self._model,
            Sequential=self._sequential,
            layers=self.layers,
            saving=_Anything(),
            utils=_Anything(),
            ops=self.ops,
            applications=_Applications(self),
            random=_Anything(),
            **{
                module: _Components(module)
                for module in ("initializers", "regularizers", "constraints")
            },
        )

    def _begin(self, graph: Graph) -> None:
        """Expects a graph's inputs and nodes from here on."""
        self.graph = graph
        rows = infer(graph._replace(unused=frozenset())).rows
        self._lists = {
            row.name: len(row.output_shape)
            for row in rows
            if isinstance(row.output_shape, list)
        }
        self._shapes: dict[str, Any] = {row.name: row.output_shape for row in rows}
        self._tensors: dict[str, list[Tensor]] = {}
        self._nodes = list(graph.nodes)
        self._inputs = list(graph.inputs)
        self._made: dict[str, _MadeLayer] = {}

    def _inside(self) -> None:
        """Expects what the next node's model, or one that it holds, is made of."""
        model = self.next_model()
        names = ("graph", "_lists", "_shapes", "_tensors", "_nodes", "_inputs", "_made")
        self._around.append({name: getattr(self, name) for name in names})
        self._around[-1]["_model_made"] = model
        self._begin(model.graph)

    def next_model(self) -> Functional:
        """The next node's model, or the next one that it holds."""
        node = self._nodes[0]
        for one in (*all_nested(node.layer), node.layer):
            if isinstance(one, Functional) and not any(one is m for m in self._models):
                self._models.append(one)
                return one
        raise AssertionError(f"a model is too much before {node}")

    def count_on(self, graph: Graph, model: Any) -> None:
        """Counts the automatic names that Keras gives in a model of its own.

        Some layers are given names there that look like automatic ones: `dropout`.
        """
        program = program_of(model, graph.inputs[0].shape)
        blocks = (program.steps, *(block.steps for block in program.blocks.values()))
        given = {getattr(one, "name", None) for s in blocks for one in each_step(s)}
        named = [(one.name, "input_layer") for one in graph.inputs]
        named += [(node.name, _stem(type(node.layer))) for node in graph.nodes]
        for name, stem in (pair for pair in named if pair[0] not in given):
            if found := re.fullmatch(rf"{stem}(?:_(\d+))?", name):
                counted = int(found[1] or 0) + 1
                self._counts[stem] = max(self._counts.get(stem, 0), counted)

    def automatic(self, stem: str) -> str:
        count = self._counts.get(stem, 0)
        self._counts[stem] = count + 1
        return f"{stem}_{count}" if count else stem

    def _input(
        self,
        shape: Any,
        batch_size: int | None = None,
        dtype: str = "float32",
        name: str = "",
        sparse: bool = False,
        optional: bool = False,
    ):
        if not self._inputs:
            self._inside()
        name = name or self.automatic("input_layer")
        tensor = self._inputs.pop(0)
        assert (batch_size, sparse) == (tensor.shape[0], tensor.sparse)
        assert optional == tensor.optional
        assert (name, dtype) == (self.graph.called(tensor.name), tensor.dtype)
        assert tuple(shape) == tensor.shape[1:]
        self._tensors[tensor.name] = [Tensor(tensor.name, self.ops, 0, tensor.shape)]
        return self._tensors[tensor.name][0]

    def called(
        self, made: _MadeLayer, tensors: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        assert self._nodes, f"{made.record} is too much"
        node = self._nodes.pop(0)
        assert made.record == node.layer, (made.record, node)
        if node.shares:
            assert made is self._made[node.shares], node
        else:
            assert made.name == self.graph.called(node.name), (made.name, node)
            assert tuple(made.inner) == node.inner, (made.inner, node)
            assert not made.first, f"{made.name} is called again"
            made.first = node.name
            self._made[node.name] = made
        if not node.layer.takes_tensors_apart:
            assert len(tensors) == 1, node
            [one] = tensors
            tensors = tuple(one) if isinstance(one, list) else (one,)
        wanted: dict[str, list[Tensor]] = {}
        main = node.layer.works_on()
        read = self._read(node.inputs, node.parts)
        for key, found in zip(node.arguments or repeat(main[0]), read, strict=False):
            wanted.setdefault(key, []).extend(found)
        first = [one for key in main for one in wanted.pop(key, ())]
        assert list(tensors) == first, (tensors, node)
        packed = {key: node.layer.packed(key, one) for key, one in wanted.items()}
        assert named == packed | dict(node.settings), (named, node)
        count = self._lists.get(node.name, 0)
        shapes = self._shapes.get(node.name)
        shapes = shapes if count else [shapes]
        found = [
            Tensor(node.name, self.ops, place, shape)
            for place, shape in enumerate(shapes)
        ]
        self._tensors[node.name] = found
        return _as_keras_has(found, node.layer) if count else found[0]

    def _read(
        self, names: Sequence[str], parts: Sequence[int | None]
    ) -> Iterator[list[Tensor]]:
        """What each name stands for, or the one of its tensors that is meant."""
        for name, part in zip(names, parts or repeat(None), strict=False):
            found = self._tensors[name]
            yield found if part is None else [found[part]]

    def _model(self, inputs: Any, outputs: Any, name: str) -> Any:
        if isinstance(inputs, _MadeApplication):
            return inputs.giving(outputs, name)
        assert not self._nodes
        assert not self._inputs
        for given, names, parts in (
            (inputs, [tensor.name for tensor in self.graph.inputs], ()),
            (outputs, self.graph.outputs, self.graph.output_parts),
        ):
            wanted = [one for found in self._read(names, parts) for one in found]
            given = given if isinstance(given, list) else [given]
            assert given == wanted, (given, names)
        if not self._around:
            assert name == self.graph.keras_name
            return _MadeModel(self, None, name)
        vars(self).update(self._around.pop())
        return _MadeModel(self, self._model_made, name)

    def _sequential(self, items: list[Any], name: str) -> Any:
        tensor = items[0]
        for layer in items[1:]:
            tensor = layer(tensor)
        return self._model(items[0], tensor, name)


def _as_keras_has(tensors: list[Tensor], layer: Layer) -> list[Any]:
    """What a layer gives, some of it in lists of its own."""
    found: dict[int, Any] = {}
    for number, tensor in enumerate(tensors):
        place, *inside = layer.place_of(number)
        if inside:
            found.setdefault(place, []).append(tensor)
        else:
            found[place] = tensor
    return list(found.values())


class _Layers:
    Layer = type("Layer", (), {})

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def __getattr__(self, name: str) -> Any:
        cls = layer_class(name)
        return lambda *args, **kwargs: _MadeLayer(self._tracer, cls, args, kwargs)


class _Applications:
    """Stands for `keras.applications`."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def __getattr__(self, name: str) -> Any:
        cls = model_class(name)
        assert issubclass(cls, Application)
        return lambda **given: _MadeApplication(self._tracer, cls, given)


class _Components:
    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        cls = getattr(components, name)
        assert cls.module == self._module
        return cls


def _beside(graph: Graph) -> set[type[Layer]]:
    """The classes of a graph's layers that a script has by their names alone."""
    nodes = each_node(graph)
    layers = (one for n in nodes for one in (n.layer, *all_nested(n.layer)))
    return {type(one) for one in layers if not type(one).is_public()}


def _made(tracer: Tracer, cls: type[Layer], *args: Any, **kwargs: Any) -> _MadeLayer:
    assert not (cls.by_name and args), f"{cls.__name__} takes arguments by name"
    return _MadeLayer(tracer, cls, args, kwargs)


def trace(script: str, graph: Graph) -> None:
    """Raises AssertionError unless the script builds what the graph says."""
    tracer = Tracer(graph)
    own = {cls.__name__: cls for cls in _beside(graph) if cls.package}
    modules = {cls.package for cls in own.values()}

    def load(name: str, *_: Any) -> Any:
        if name in modules:
            # Beside those of the graph, some of an arm that isn't taken.
            found = _Anything()
            for key, cls in own.items():
                setattr(found, cls.class_name or key, space[key])
            return found
        if name == "numpy":
            return np
        if name == "keras":
            return tracer.keras
        return _Anything()

    space: dict[str, Any] = {"__builtins__": {**vars(builtins), "__import__": load}}
    space["__name__"] = "script"
    for cls in _beside(graph):
        space[cls.__name__] = partial(_made, tracer, cls)
    code = modelling(script)
    for found in [*code.body]:
        if isinstance(found, ast.ClassDef) and found.name in space:
            code.body.remove(found)
    with declaring(own):
        exec(compile(code, "script", "exec"), space)  # noqa: S102
        if "model" not in space:
            space["build_model"]()


__all__ = ["Tracer", "trace"]
