"""A model that code builds, as a spec that is written out."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnspec.catalogue import registry
from cnnspec.catalogue.applications.base import IMAGENET
from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers import layer_class
from cnnspec.ground.errors import Path
from cnnspec.read.code.building import Layer, Model, Node, Tensor, tensors_in
from cnnspec.read.code.models import Inner
from cnnspec.read.code.networks import ends, walked
from cnnspec.read.code.open_points import OpenPoints
from cnnspec.read.code.own import declared, untold
from cnnspec.read.code.plain import arguments_of
from cnnspec.read.code.shapes import inner_layers, shape_of
from cnnspec.read.found import Place


class Written(NamedTuple):
    """A model as a document, and what is to be said of it."""

    document: dict[str, Any]
    places: dict[Path, Place]
    points: OpenPoints
    comments: dict[Path, str]
    steps: dict[int, Path]
    """Where layers and inputs stand, by their identity."""


def written(model: Model, name: str) -> Written:
    """The document of a model.

    Args:
        model: as the code builds it.
        name: what the spec calls it.
    """
    maker = _Maker()
    document: dict[str, Any] = {"name": model.name or name}
    inputs, outputs = ends(model)
    nodes = walked(outputs)
    read = maker.inputs(inputs, nodes, document)
    maker.reserve(nodes)
    steps = maker.steps(nodes, outputs, read, ("layers",))
    if maker.custom:
        document["custom"] = maker.custom
    if maker.blocks:
        document["blocks"] = maker.blocks
    document["layers"] = steps
    document["outputs"] = [maker.tensor(tensor, read) for tensor in outputs]
    return Written(document, maker.places, maker.points, maker.comments, maker.paths)


class _Maker:
    """Makes steps of calls, and gives names as Keras does."""

    def __init__(self) -> None:
        self.places: dict[Path, Place] = {}
        self.comments: dict[Path, str] = {}
        self.points = OpenPoints()
        self.blocks: dict[str, Any] = {}
        self.custom: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.given: set[str] = set()
        self.counts: dict[str, int] = {}
        self.called: dict[int, str] = {}
        self.paths: dict[int, Path] = {}
        self.counted: set[int] = set()
        self.operations: dict[str, int] = {}
        self.block_of: dict[int, str] = {}
        self.parts: dict[int, list[str]] = {}

    # ----------------------------------------------------------------- inputs

    def inputs(
        self, tensors: Sequence[Tensor], nodes: Sequence[Node], document: dict[str, Any]
    ) -> dict[int, str]:
        """Writes the inputs, and gives their names by identity."""
        names = self._input_names(tensors)
        several = len(tensors) > 1
        inputs: dict[str, Any] = {}
        for tensor, name in zip(tensors, names, strict=True):
            path: Path = ("inputs", name) if several or tensor.name else ("input",)
            readers = [node for node in nodes if tensor in node.inputs]
            inputs[name] = self._input(tensor, readers, path)
            self.places[path] = tensor.place
            self.paths[id(tensor)] = path
        if several or (tensors and tensors[0].name):
            document["inputs"] = inputs
        elif tensors:
            [document["input"]] = inputs.values()
        self.given |= {*names}
        return {id(tensor): name for tensor, name in zip(tensors, names, strict=True)}

    def _input_names(self, tensors: Sequence[Tensor]) -> list[str]:
        if len(tensors) == 1 and not tensors[0].name:
            return ["input"]
        names: list[str] = []
        for number, tensor in enumerate(tensors):
            wanted = tensor.name or tensor.called or f"input_{number + 1}"
            name = _legal(wanted)
            while name in names:
                name = f"{name}_1"
            names.append(name)
        return names

    def _input(self, tensor: Tensor, readers: Sequence[Node], path: Path) -> Any:
        sizes = self.points.sizes(tensor, readers, path)
        found: dict[str, Any] = {"shape": sizes[1:]}
        if isinstance(tensor.dtype, str) and tensor.dtype != "float32":
            found["dtype"] = tensor.dtype
        if isinstance(sizes[0], int):
            found["batch_size"] = sizes[0]
        return found

    # ----------------------------------------------------------------- names

    def reserve(self, nodes: Sequence[Node]) -> None:
        """Notes the names that the code gives, and those of operations.

        Keras names an operation by itself, after those before it.
        """
        for node in nodes:
            layer = node.layer
            if isinstance(layer, Model) and layer.base is None:
                if id(layer) not in self.counted:
                    self.counted.add(id(layer))
                    self.reserve(walked(ends(layer)[1]))
            elif isinstance(layer, Layer) and registry.is_operation(layer.kind):
                base = _automatic(layer.kind)
                count = self.operations.get(base, 0)
                self.operations[base] = count + 1
                name = f"{base}_{count}" if count else base
                self.names[id(layer)] = self.called[id(node)] = name
            if layer.name:
                self.given.add(_legal(layer.name))

    def name_of(self, layer: Layer | Model) -> str:
        """What a layer is called, as Keras would call it in a new session."""
        if id(layer) not in self.names:
            self.names[id(layer)] = self._new_name(layer)
        return self.names[id(layer)]

    def _new_name(self, layer: Layer | Model) -> str:
        if layer.name:
            return _legal(layer.name)
        taken = set(self.names.values())
        if isinstance(layer, Model) and layer.base is None:
            base = layer.kind if not layer.cls else snake_case(layer.cls)
        else:
            kind = layer.base.kind if isinstance(layer, Model) and layer.base else ""
            kind = kind or (layer.kind if isinstance(layer, Layer) else "")
            base = _automatic(kind)
        return self._next(base, taken | self.given)

    def _next(self, base: str, taken: set[str]) -> str:
        while True:
            count = self.counts.get(base, 0)
            self.counts[base] = count + 1
            name = f"{base}_{count}" if count else base
            if name not in taken:
                return name

    # ----------------------------------------------------------------- steps

    def steps(
        self,
        nodes: Sequence[Node],
        outputs: Sequence[Tensor],
        read: dict[int, str],
        path: Path,
    ) -> list[Any]:
        """Calls as steps."""
        self._note_parts(nodes, outputs)
        found: list[Any] = []
        for node in nodes:
            here = (*path, len(found))
            found.append(self._step(node, read, here))
            self.places[here] = node.place if node.place.line else node.layer.place
        return found

    def _note_parts(self, nodes: Sequence[Node], outputs: Sequence[Tensor]) -> None:
        """Notes of which layers inside of models the tensors are read."""
        read = [t for n in nodes for t in (*n.inputs, *tensors_in(n.more))]
        for tensor in (*read, *outputs):
            if tensor.node is None or not _application(tensor.node.layer):
                continue
            parts = self.parts.setdefault(id(tensor.node), [])
            if tensor.part not in parts:
                parts.append(tensor.part)

    def _step(self, node: Node, read: dict[int, str], path: Path) -> Any:
        layer = node.layer
        if id(layer) in self.names and id(node) not in self.called:
            name = self._next(self.names[id(layer)], {*self.called.values()})
            self.called[id(node)] = name
            step = {"layer": self.names[id(layer)], "from": self.reads(node, read)}
            return {"apply": {**step, "name": name}}
        kind, given = self._entry(layer, node, path)
        name = self.name_of(layer)
        self.called[id(node)] = name
        self.paths[id(layer)] = path
        given |= {"name": name, "from": self.reads(node, read)}
        return {kind: given}

    def _entry(
        self, layer: Layer | Model, node: Node, path: Path
    ) -> tuple[str, dict[str, Any]]:
        if isinstance(layer, Model) and layer.base is None:
            given: dict[str, Any] = {}
            if not layer.trainable:
                given["trainable"] = False
            return self._block(layer, node), given
        if model := _application(layer):
            return self._application(model, node, path)
        assert isinstance(layer, Layer)
        is_own = layer.is_of_code or not registry.is_known(layer.kind)
        if is_own and not layer.is_misspelt:
            return self._own(layer, node, path)
        kind = layer.kind
        given = self.arguments(layer, (*path, kind))
        if not layer.trainable:
            given["trainable"] = False
        if layer.comment:
            self.comments[path] = layer.comment
        return kind, given

    def arguments(self, layer: Layer, path: Path) -> dict[str, Any]:
        """The arguments of a layer, with what isn't known filled in."""
        given = self._with_models(layer, arguments_of(layer))
        for name, place in layer.places.items():
            if name in given:
                self.places[(*path, str(name))] = place
        return self.points.filled(layer, given, self.name_of(layer), path)

    def _with_models(self, layer: Layer, given: dict[str, Any]) -> dict[str, Any]:
        """Puts the block of a model that a layer holds in the model's place."""
        for name, value in layer.given.items():
            if isinstance(value, Model):
                if value.base is not None:
                    inner = arguments_of(value.base)
                    given[name] = {value.base.kind: inner} if inner else value.base.kind
                else:
                    given[name] = {self._block(value, None): {}}
        return given

    # ----------------------------------------------------------------- tensors

    def tensor(self, tensor: Tensor, read: dict[int, str]) -> str:
        """What a spec calls a tensor."""
        if tensor.node is None:
            if id(tensor) not in read:
                name = tensor.name or tensor.called or "an Input"
                why = f"{name} is read, and isn't among the inputs of the model"
                self.points.lost(why, tensor.place, counts=True, argument="inputs")
            return read.get(id(tensor), "input")
        name = self.called.get(id(tensor.node), "input")
        parts = self.parts.get(id(tensor.node), [])
        if parts and parts != [""] and len(parts) > 1:
            return f"{name}.{parts.index(tensor.part)}"
        return name if tensor.index is None else f"{name}.{tensor.index}"

    def reads(self, node: Node, read: dict[int, str]) -> Any:
        """What a call reads."""
        names = [self.tensor(tensor, read) for tensor in node.inputs]
        if not node.more:
            return names
        found: dict[str, Any] = {}
        kind = node.layer.kind if isinstance(node.layer, Layer) else ""
        cls = layer_class(kind) if registry.is_known(kind) else None
        order = cls.tensor_arguments if cls else ("inputs",)
        apart = cls is not None and cls.takes_tensors_apart
        if apart:
            found |= dict(zip(order, names, strict=False))
        else:
            found[order[0]] = names if len(names) > 1 else names[0]
        for key, value in node.more.items():
            tensors = tensors_in(value)
            several = [self.tensor(tensor, read) for tensor in tensors]
            found[key] = (
                (several if len(several) > 1 else several[0]) if several else value
            )
        return found

    # ----------------------------------------------------------------- models

    def _block(self, model: Model, node: Node | None) -> str:
        """The block that a model inside is."""
        if id(model) in self.block_of:
            return self.block_of[id(model)]
        wanted = model.name or (snake_case(model.cls) if model.cls else "")
        wanted = wanted or next(iter(model.names), model.kind)
        name = _legal(wanted)
        while name in self.blocks or registry.is_layer(name):
            name = f"{name}_block"
        self.block_of[id(model)] = name
        self.blocks[name] = {}
        if node is not None:
            self.name_of(model)
        inputs, outputs = ends(model)
        names = self._input_names(inputs)
        names = ["input"] if len(names) == 1 else names
        read = {id(t): n for t, n in zip(inputs, names, strict=True)}
        block: dict[str, Any] = {"model": True}
        if len(names) > 1:
            block["inputs"] = names
        nodes = walked(outputs)
        if not nodes:
            why = f"nothing is followed of the model {name}"
            self.points.lost(why, model.place, counts=True, argument="layers")
        block["layers"] = self.steps(nodes, outputs, read, ("blocks", name, "layers"))
        block["outputs"] = [self.tensor(tensor, read) for tensor in outputs]
        self.blocks[name] = block
        return name

    def _application(
        self, model: Model, node: Node, path: Path
    ) -> tuple[str, dict[str, Any]]:
        """A model of keras.applications."""
        layer = model.base
        assert layer is not None
        given = self.arguments(layer, (*path, layer.kind))
        weights = given.get("weights")
        endings = (IMAGENET, ".keras", ".h5", ".hdf5")
        if isinstance(weights, str) and not weights.endswith(endings):
            given["weights"] = None
        parts = self.parts.get(id(node), [])
        x = shape_of(model.inputs[0])
        names = [*inner_layers(layer, x)] if isinstance(x, tuple) else []
        if parts not in ([""], []):
            given["outputs"] = [one or (names[-1] if names else "") for one in parts]
        given |= self._frozen(model, layer, names, path)
        return layer.kind, given

    def _frozen(
        self, model: Model, layer: Layer, names: list[str], path: Path
    ) -> dict[str, Any]:
        """Which layers of a model of keras.applications aren't trained."""
        inner = [one for one in model.listed or () if isinstance(one, Inner)]
        trained = {one.name: one.trainable for one in inner}
        flags = [trained.get(name, model.trainable) for name in names]
        if not names:
            flags = [model.trainable and layer.trainable]
        if not any(flags):
            return {"trainable": False}
        if all(flags):
            return {}
        first = flags.index(True)
        if not all(flags[first:]):
            why = "layers between trained ones are frozen"
            self.points.lost(why, model.place, counts=True, argument="trainable")
        return {"from_layer": names[first]}

    # ----------------------------------------------------------------- own layers

    def _own(self, layer: Layer, node: Node, path: Path) -> tuple[str, dict[str, Any]]:
        """A layer of the code that isn't made of others."""
        kind, given = declared(layer, len(node.inputs), self.custom)
        argument, what, counts = untold(layer)
        name = self.name_of(layer)
        self.points.lost(
            what, layer.place, counts=counts, layer=name, argument=argument
        )
        if counts:
            self.comments[path] = f"{what}; declare its output and weights"
        return kind, given


def _application(layer: Layer | Model) -> Model | None:
    """The model of keras.applications that a layer is."""
    if isinstance(layer, Model):
        return layer if layer.base is not None else None
    return layer.model


def _automatic(kind: str) -> str:
    """Keras's automatic name for the first layer of a kind."""
    if registry.is_operation(kind):
        cls = layer_class(kind)
        return snake_case(cls.__name__)
    if registry.is_known(kind):
        cls = layer_class(kind)
        return snake_case(cls.class_name or cls.__name__)
    return snake_case(kind)


def _legal(name: str) -> str:
    """A name without what a spec's names can't have."""
    return name.replace("/", "_").strip() or "layer"
