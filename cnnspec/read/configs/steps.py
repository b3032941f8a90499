"""A model as layers and calls, to the layer list of a spec."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_layer
from cnnspec.ground.errors import Path
from cnnspec.language.steps import STATEMENTS
from cnnspec.read.configs import inputs, layers, operations, own, wiring
from cnnspec.read.configs.calls import Call, Ref, refs_in
from cnnspec.read.configs.masks import Masks
from cnnspec.read.configs.names import Names, legal
from cnnspec.read.configs.network import Entry, Network, is_model, network
from cnnspec.read.configs.noted import Notes
from cnnspec.read.configs.several import gives_several
from cnnspec.read.configs.shapes import Shapes
from cnnspec.read.found import Place, ReadError

Item = dict[str, Any]
"""An entry of a layer list."""
Key = tuple[str, int]
"""A call: of which layer, and which of its calls, from 0."""


class Model(NamedTuple):
    """What a spec has of a model, or of a block that is one."""

    inputs: dict[str, Any]
    """What is known of each, by its name in the spec."""
    layers: list[Item]
    outputs: list[str]


class StepWriter:
    """Makes the layer list of one model."""

    def __init__(self, network: Network, notes: Notes, path: Path = ()) -> None:
        """Begins with the names of all layers.

        Args:
            network: the model.
            notes: takes what belongs to the whole spec.
            path: to the mapping that the layer list stands in.
        """
        self._network, self._notes, self._path = network, notes, path
        self._entries = {entry.name: entry for entry in network.entries}
        self._names, self._called = Names(), dict[Key, str]()
        self._several: dict[str, bool] = {}
        self._kinds: dict[str, str] = {}
        self._masks, self._shapes = Masks(network), Shapes(network)
        self._made: list[Item] = []

    def model(self) -> Model:
        """The layer list, with its inputs and outputs.

        Raises:
            ReadError: it can't be written.
        """
        given = inputs.of(self._network, self._notes)
        for number, name in enumerate(given):
            self._called[name, 0] = self._names.take(name, first=not number)
        self._names.keep(self._notes.rows)
        for entry in self._network.entries:
            if entry.is_input:
                continue
            row = operations.is_operation(entry)
            wanted = operations.bare(entry) if row else entry.name
            self._called[entry.name, 0] = self._names.take(wanted, row=row)
        known = {self._called[name, 0]: found for name, found in given.items()}
        for key in self._in_order():
            self._step(*key, [*given])
        return Model(known, self._made, self._outputs())

    def _outputs(self) -> list[str]:
        """What the model gives, each tensor once; notes where it gives one again."""
        outputs = [self._say(ref) for ref in self._network.outputs]
        once = [*dict.fromkeys(outputs)]
        for name in once:
            if (times := outputs.count(name)) > 1:
                often = "twice" if times == 2 else f"{times} times"
                why = f"the model gives it {often}, and a spec names each tensor once"
                place = Place(label=f'layer "{name}"')
                self._notes.unknown(name, "outputs", why, place, ("once",), counts=True)
        return once

    # ------------------------------------------------------------ in which order

    def _in_order(self) -> list[Key]:
        """The calls, each behind those that it reads, as a person would write them.

        Raises:
            ReadError: they lead in a circle.
        """
        found: list[Key] = []
        states: dict[Key, bool] = {}
        waiting = [(ref.layer, ref.call) for ref in reversed(self._network.outputs)]
        while waiting:
            key = waiting[-1]
            if key in states:
                waiting.pop()
                if not states[key]:
                    states[key] = True
                    found.append(key)
                continue
            states[key] = False
            before = [k for k in self._before(key) if not states.get(k, False)]
            if any(states.get(k) is False for k in before):
                raise ReadError(f"the layers lead in a circle, through '{key[0]}'")
            waiting += reversed(before)
        return [key for key in found if not self._entries_input(key)]

    def _entries_input(self, key: Key) -> bool:
        return key[0] not in self._entries or self._entries[key[0]].is_input

    def _before(self, key: Key) -> list[Key]:
        """The calls that a call reads, and the one that makes its layer."""
        name, number = key
        if self._entries_input(key):
            return []
        calls = self._entries[name].calls
        if number >= len(calls):
            text = (
                f"something reads call {number + 1} of '{name}', which has {len(calls)}"
            )
            raise ReadError(text)
        found = [(name, 0)] if number else []
        args, kwargs = calls[number]
        kept = {k: v for k, v in kwargs.items() if not self._masks.is_made(v)}
        return found + [(ref.layer, ref.call) for ref in refs_in((args, kept))]

    # ------------------------------------------------------------ what is read

    def _say(self, ref: Ref) -> str:
        """What a step's `from` calls a tensor."""
        name = self._called[ref.layer, ref.call]
        entry = self._entries.get(ref.layer)
        if entry is None or entry.is_input:
            return name
        several = self._several.get(ref.layer, False)
        return f"{name}.{ref.tensor}" if several or ref.tensor else name

    # ------------------------------------------------------------ steps

    def _step(self, name: str, number: int, given: list[str]) -> None:
        """Writes a call of a layer.

        Raises:
            ReadError: it reads nothing.
        """
        entry = self._entries[name]
        call = entry.calls[number]
        if not call.args and not call.kwargs:
            refs: list[Any] = [Ref(one, 0, 0) for one in given]
            call = Call((refs[0] if len(refs) == 1 else refs,), {})
        path = (*self._path, "layers", len(self._made))
        place = self._notes.place(path, name)
        if not any(True for _ in call.refs()):
            # Keras 2 wrote none for tf.einsum, whose first argument is no tensor.
            text = f"the file doesn't say which tensors '{name}' reads"
            raise ReadError(text, "import the code that makes the model", place)
        called = self._called[name, 0]
        if number:
            again = self._called[name, number] = self._names.take(f"{called}_again")
            reads = self._reads(self._kinds[name], entry, call, path)
            found = {"apply": {"layer": called, "name": again, "from": reads}}
        elif is_model(entry.raw):
            found = self._model(entry, called, call, path)
        elif operations.is_operation(entry):
            found = self._operation(entry, called, call, path)
        else:
            found = self._layer(entry, called, call, path)
        self._made.append(found)

    def _layer(self, entry: Entry, called: str, call: Call, path: Path) -> Item:
        """A layer of Keras, or one of somebody's own."""
        found = layers.told(entry, self._notes, self._inner)
        if found is None:
            return self._own(entry, called, call, path)
        self._notes.take(called, found.notes, found.arguments, path)
        self._kinds[entry.name] = found.kind
        call = Call(call.args, {**call.kwargs, **found.settings})
        self._several[entry.name] = gives_several(entry, found.kind, call)
        reads = self._reads(found.kind, entry, call, path)
        return {found.kind: {**found.arguments, "name": called, "from": reads}}

    def _own(self, entry: Entry, called: str, call: Call, path: Path) -> Item:
        outputs = self._shapes.given_by(entry)
        width = self._shapes.width_of(entry, self._notes.held)
        seen = own.Seen(call, outputs, width)
        kind, arguments = own.declared(entry, called, seen, self._notes, path)
        self._kinds[entry.name] = ""
        self._several[entry.name] = len(outputs) > 1
        reads = self._reads("", entry, call, path)
        return {kind: {**arguments, "name": called, "from": reads}}

    def _operation(self, entry: Entry, called: str, call: Call, path: Path) -> Item:
        found = operations.told(entry, call, self._say)
        if found is None:
            return self._own(entry, called, call, path)
        kind, arguments, reads = found
        self._several[entry.name] = gives_several(entry, kind, call)
        return {kind: {**arguments, "name": called, "from": reads}}

    def _model(self, entry: Entry, called: str, call: Call, path: Path) -> Item:
        """A model in the model: a block, and a call of it."""
        inside = network(entry.raw)
        block, inputs = self._block(inside, entry.name)
        self._kinds[entry.name] = ""
        self._several[entry.name] = len(inside.outputs) > 1
        frozen = {} if inside.trainable else {"trainable": False}
        reads = self._reads("", entry, call, path)
        if isinstance(call.args[0], Mapping):
            by_name = call.args[0]
            reads = [self._say(by_name[name]) for name in inputs if name in by_name]
        return {block: {"name": called, **frozen, "from": reads}}

    def _block(self, inside: Network, name: str) -> tuple[str, list[str]]:
        """Writes a block for a model; gives its name, and those of its inputs."""
        block = self._notes.words.take(_block_name(name))
        self._notes.blocks[block] = {}
        found = StepWriter(inside, self._notes, ("blocks", block)).model()
        self._notes.blocks[block] = {
            "model": True,
            "inputs": [*found.inputs],
            "outputs": found.outputs,
            "layers": found.layers,
        }
        return block, [*found.inputs]

    def _inner(self, raw: Mapping[str, Any]) -> Item | None:
        """A model that stands inside a layer."""
        if not is_model(raw):
            return None
        inside = network(raw)
        block, _ = self._block(inside, inside.name)
        return {block: {"name": legal(inside.name)}}

    def _reads(self, kind: str, entry: Entry, call: Call, path: Path) -> Any:
        """The `from` of a step; notes what of the call it can't say."""
        if not kind:
            reads, lost = wiring.all_of(call, self._say), wiring.others(call)
        else:
            cls = layer_class(kind)
            reads, lost = wiring.wired(cls, call, self._say, self._masks.is_made)
        name = self._called[entry.name, 0]
        if is_model(entry.raw) and entry.config.get("trainable") is False:
            lost = {k: v for k, v in lost.items() if (k, v) != ("training", False)}
        if lost and is_model(entry.raw):
            self._notes.calls[path] = dict(lost)
        for argument, value in lost.items():
            text = f"its call has {argument}={value!r}, which a spec can't say here"
            self._notes.unknown(name, argument, text, self._notes.places[path])
        return reads


def _block_name(name: str) -> str:
    """A name for the block of a model, which no layer and no word has."""
    found = legal(name).replace(".", "_")
    return f"{found}_model" if is_layer(found) or found in STATEMENTS else found
