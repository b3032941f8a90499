"""The history as the functions of a script see it, with some parts flat.

A part is flat whose structure isn't kept: it is seen node by node, as if its calls,
rounds and branches stood where they are taken.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import repeat
from types import MappingProxyType

from cnnspec.catalogue.operations import Operation
from cnnspec.emit.code.plan.arms import taken_arms
from cnnspec.emit.code.plan.flow import (
    EACH,
    FlatInput,
    FlatModel,
    FlatNode,
    Flow,
    Function,
    MadeBy,
    Making,
    Occurrence,
    Reading,
    Run,
)
from cnnspec.emit.code.plan.history import (
    Arm,
    ArmTaken,
    Asked,
    Called,
    Event,
    History,
    LayerApplied,
    LayerTaken,
    ModelMade,
    Passed,
    Repeated,
    Structure,
    Tensor,
    Tensors,
    part_of,
)
from cnnspec.emit.code.plan.outline import defines
from cnnspec.emit.code.plan.places import (
    Export,
    Given,
    Instance,
    Instances,
    Join,
    Joined,
    LayerOf,
    LayerUsed,
    Made,
    Outgoing,
    Result,
    Returned,
    SizesRead,
    TensorRead,
    Use,
    Value,
)
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shapes
from cnnspec.language.expressions import Formula
from cnnspec.language.listener import Said
from cnnspec.language.naming import keras_name
from cnnspec.language.program import ApplyStep, CallStep, LayerStep, Program
from cnnspec.model.graph import Graph


def seen(
    program: Program,
    history: History,
    shapes: Mapping[str, Shapes],
    around: Mapping[Path, Path],
    flat: frozenset[Path],
    models: Mapping[str, Graph] = MappingProxyType({}),
) -> Flow:
    """What the functions of a script make and read.

    Args:
        program: the steps.
        history: of what happened.
        shapes: of each node's output.
        around: the repeat, `if` or block around each step and block.
        flat: the paths of steps and blocks whose structure isn't kept.
        models: what is inside of each model that is a layer, by its node.
    """
    dropped: set[int] = set()
    while True:
        flow = Flow(program, shapes, around, history.keras_names, models)
        view = _View(flow, history, flat, dropped)
        if not view.useless:
            return flow
        dropped |= view.useless


class _View:
    """Goes through a history once.

    Attributes:
        useless: the branches, by the identity of what happened in them, that were tried
            and whose code can't be written all the same.
    """

    def __init__(
        self, flow: Flow, history: History, flat: frozenset[Path], dropped: set[int]
    ) -> None:
        self._flow, self._flat_paths, self._dropped = flow, flat, dropped
        self._record = history
        self._flat: Path | None = None
        self._flat_count: dict[Path, int] = {}
        self._is_trial = False
        self.useless: set[int] = set()
        self._time = 0
        self._instances: dict[int, Instance] = {}
        self._lists: dict[tuple[Value, int], int] = {}  # how long each was at a time
        self._origins: dict[Instance, tuple[Run, Instance]] = {}
        self._first: dict[tuple[str, bool, str], Value] = {}
        self._alike: dict[Value, Value] = {}
        self._run = self._enter("", False, [])
        self._see(history)

    @cached_property
    def _taken(self) -> frozenset[Arm]:
        return taken_arms(self._record.events, self._is_flat)

    def _see(self, history: History) -> None:
        for place, tensor in enumerate(history.inputs):
            value = Given((), place)
            self._instances[tensor.number] = Instance(value, 0, tensor.name)
            self._run.events.append(Making(value, 0))
            self._run.given += (value,)
        self._take(history.events)
        given = self._in_lists(history.outputs, history.outputs_said)
        for k, instance, how in given:
            use = Outgoing(how.place, how.number) if how else Outgoing(None, k)
            self._flow.outputs += (use,)
            self._read(use, instance, how.by if how else "")
        # What is written node by node stands for one run of it.
        for path, count in self._flat_count.items():
            if count > 1:
                self._lose(self._flow.around[path])

    def _lose(self, path: Path) -> None:
        """Notes that the structure at a path can't be kept."""
        self._flow.lost.append(path)

    def _of(self, tensor: Tensor) -> Instance:
        found = self._instances[tensor.number]
        if tensor.part is None:
            return found
        if found.part is not None:  # one of several in a list
            self._lose(found.value.path)
        return found._replace(node=part_of(found.node, tensor.part), part=tensor.part)

    def _all(self, tensors: Tensors) -> Instances:
        return tuple(map(self._of, tensors))

    def _let(self, tensors: Tensors, be: Instances) -> None:
        for tensor, instance in zip(tensors, be, strict=True):
            self._instances[tensor.number] = instance

    # ------------------------------------------------------------- events

    def _take(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Asked):
                self._ask(event)
            elif isinstance(event, Passed):
                self._pass(event)
            elif isinstance(event, LayerTaken):
                self._layer(event)
            elif isinstance(event, LayerApplied):
                self._apply(event)
            elif isinstance(event, ArmTaken) and event.is_tried:
                self._trial(event)
            elif self._flat is None and self._is_flat(event):
                self._flatten(event)
            else:
                self._structure(event)

    def _pass(self, event: Passed) -> None:
        """Notes which tensors are the current ones behind a layer that is left out."""
        path = event.step.path
        values = tuple(self._of(tensor).value for tensor in event.read)
        if self._flat is None and self._flow.passed.setdefault(path, values) != values:
            self._lose(self._flow.around[path])

    def _ask(self, event: Asked) -> None:
        """Notes that a formula reads a tensor; what is flat has its sizes written."""
        if self._flat is None:
            use = SizesRead(event.step.path, event.name)
            self._read(use, self._of(event.tensor), event.by)

    def _structure(self, event: Structure) -> None:
        if isinstance(event, Repeated):
            self._repeat(event)
        elif isinstance(event, ArmTaken):
            self._arm(event)
        elif self._flat is None:
            self._call(event)
        else:
            if isinstance(event.step, CallStep):
                self._flow.calls[event.step.path] = event.step.block
            self._take(event.branches)
            self._let(event.given, self._all(event.read))
            self._take(event.events)
            self._let(event.gave, self._all(event.results))
            for inside, outside in event.exports.values():
                if all(tensor.number in self._instances for tensor in inside):
                    self._let(outside, self._all(inside))

    def _is_flat(self, event: Structure) -> bool:
        if event.step.path in self._flat_paths:
            return True
        if not isinstance(event, Called):
            return False
        if isinstance(event.step, ApplyStep):  # its layers have been made before
            return True
        return self._flow.program.blocks[event.step.block].path in self._flat_paths

    def _flatten(self, event: Structure) -> None:
        """Takes what is written node by node."""
        path = event.step.path
        if self._is_trial:
            self._lose(path)
        self._flat = path
        self._flat_count[path] = self._flat_count.get(path, 0) + 1
        self._flow.flat_nodes[path] = []
        self._structure(event)
        after = event.gave if isinstance(event, Called) else event.after
        self._flow.flat_current[path] = tuple(self._of(t).value for t in after)
        self._flat = None

    # ------------------------------------------------------------- layers

    def _layer(self, event: LayerTaken) -> None:
        if self._flat is None and self._has_flat_model(event):
            self._flat_layer(event)
            return
        self._take(event.branches)
        held = [self._model(made) for made in event.models]
        self._time += 1
        key, node = self._key(event), event.gave.node
        self._flow.layers[node] = event.layer
        is_flat = self._flat is not None
        if is_flat and isinstance(event.step, CallStep) and held[0]:
            self._read(LayerUsed(key), held[0], "")
            self._read_all(event, key)
            self._gives(event, key, held[0])
            return
        for place, one in enumerate(held if is_flat else ()):
            if one is not None and isinstance(event.step, LayerStep):
                self._read(LayerUsed((*key, place)), one, "")
        self._read_all(event, key)
        value = LayerOf(Made(key, self._flat is not None))
        layer = Instance(value, self._time, node)
        self._make(value, self._local(event), event.placed.given)
        self._note_name(event)
        self._gives(event, key, layer)

    def _has_flat_model(self, event: LayerTaken) -> bool:
        """Whether a model that a layer is, or holds, is written node by node."""
        return bool(event.models) and (
            event.step.path in self._flat_paths
            or any(map(self._is_flat_model, event.models))
        )

    def _flat_layer(self, event: LayerTaken) -> None:
        """Takes a model, or a layer that holds some, node by node."""
        path = event.step.path
        if self._is_trial:
            self._lose(path)
        self._flat = path
        self._flat_count[path] = self._flat_count.get(path, 0) + 1
        self._flow.flat_nodes[path] = []
        self._layer(event)
        self._flow.flat_current[path] = (self._of(event.gave).value,)
        self._flat = None

    # ------------------------------------------------------------- models

    def _model(self, made: ModelMade) -> Instance | None:
        """Sees what makes a model: a run of a function, or else its nodes.

        Returns:
            The model, where its nodes are written.
        """
        block = self._flow.program.blocks[made.step.block]
        if self._flat is not None and block.path in self._flat_paths:
            return self._flat_model(made)
        path, around = made.step.path, self._flat
        given = [Given(block.path, k) for k in range(len(made.given))]
        run = self._enter(block.name, False, given)
        pairs = zip(given, made.given, strict=True)
        self._let(made.given, tuple(Instance(v, 0, t.node) for v, t in pairs))
        self._flat = None
        with self._in(run):
            self._take(made.events)
            self._return(made)
        self._flat = around
        self._flow.calls[path] = block.name
        before = tuple(tensor.node for tensor in made.read)
        taken = Occurrence(made.node, None, made.arguments, before)
        self._flow.made.setdefault(block.name, []).append(taken)
        if not self._is_trial and around is None:
            self._flow.note_name(made.step, made.placed, _within(made.node))
        return None

    def _flat_model(self, made: ModelMade) -> Instance:
        """Sees the inputs of a model, its nodes, and the end that makes it."""
        assert self._flat is not None
        nodes, block = self._flow.flat_nodes[self._flat], made.step.block
        titles = self._flow.program.blocks[block].inputs
        self._time += 1
        inputs: list[Made] = []
        for k, (tensor, read) in enumerate(zip(made.given, made.read, strict=True)):
            value = Made((tensor.node,), True)
            self._read(TensorRead(value.path, None, k), self._of(read), "")
            title = titles[k] if titles else f"{made.placed.local}_input"
            self._make(value, title, False)
            self._instances[tensor.number] = Instance(value, self._time, tensor.node)
            called = made.inputs[k] if titles else ""
            nodes.append(FlatInput(tensor.node, value, called, made.axis))
            inputs.append(value)
        self._take(made.events)
        self._time += 1
        outputs = []
        for k, tensor in enumerate(made.results):
            outputs.append(TensorRead((made.node, "outputs"), None, k))
            self._read(outputs[-1], self._of(tensor), "")
        for k, tensor in enumerate(made.given):
            use = TensorRead((made.node, "inputs"), None, k)
            self._read(use, self._instances[tensor.number], made.inputs[k])
        layer = LayerOf(Made((made.node,), True))
        name = made.placed.name
        self._make(layer, made.placed.local, True)
        keras = self._flow.keras_names.get(made.node, keras_name(name, "model"))
        ends = tuple(inputs), tuple(outputs)
        nodes.append(FlatModel(made.node, *ends, layer, keras, name))
        return Instance(layer, self._time, made.node)

    def _note_name(self, event: LayerTaken | Called) -> None:
        if self._flat is None and not self._is_trial and event.placed.name:
            assert not isinstance(event.step, ApplyStep)
            within = event.within if isinstance(event, Called) else ""
            if isinstance(event, LayerTaken):
                within = _within(event.gave.node)
            self._flow.note_name(event.step, event.placed, within)

    def _apply(self, event: LayerApplied) -> None:
        self._take(event.branches)
        layer = self._of(event.source).layer
        self._time += 1
        key = self._key(event)
        if isinstance(self._flow.layers.get(event.shared), Operation):
            layer = None  # it has no weights, and is written again
        elif layer is None or not (self._is_trial or layer.node == event.shared):
            self._lose(self._flow.around[self._flat or event.step.path])
        else:
            self._read(LayerUsed(key), layer, event.by)
        self._read_all(event, key)
        self._flow.layers[event.gave.node] = self._flow.layers[
            layer.node if layer else event.shared
        ]
        self._gives(event, key, layer)

    def _gives(
        self, event: LayerTaken | LayerApplied, key: Path, layer: Instance | None
    ) -> None:
        """Notes that a layer read tensors and gave one."""
        step, placed, node = event.step, event.placed, event.gave.node
        value, local = Made(key, self._flat is not None), self._local(event)
        self._make(value, local, placed.given)
        if isinstance(step.name, str) and not value.is_flat:
            self._share_name(value, local)
        self._instances[event.gave.number] = Instance(value, self._time, node, layer)
        before = tuple(tensor.node for tensor in event.read)
        made = event.layer if isinstance(event, LayerTaken) else None
        if isinstance(step, CallStep) and isinstance(event, LayerTaken):
            is_flat = self._is_flat_model(event.models[0])
            made = None if is_flat and self._flat is not None else made
        if self._flat is None:
            arguments = event.arguments if isinstance(event, LayerTaken) else None
            found = Occurrence(node, made, arguments, before)
            self._flow.settings[node] = placed.settings
            self._flow.occurrences.setdefault(step.path, []).append(found)
        else:
            called = placed.given or placed.local != placed.name
            flat = FlatNode(
                node,
                self._flow.layers[node],
                before,
                made is None,
                value,
                self._flow.keras_names.get(node, placed.name) if called else "",
                _arguments(event.said),
                placed.settings,
                *self._made_by(event),
            )
            self._flow.flat_nodes[self._flat].append(flat)

    def _is_flat_model(self, made: ModelMade) -> bool:
        return self._flow.program.blocks[made.step.block].path in self._flat_paths

    def _made_by(
        self, event: LayerTaken | LayerApplied
    ) -> tuple[tuple[tuple[Path, MadeBy | None], ...], MadeBy | None]:
        """The calls that make what a layer holds, and what it is itself."""
        if not isinstance(event, LayerTaken) or not event.models:
            return (), None
        calls = [
            None
            if self._is_flat_model(made)
            else MadeBy(
                made.step._replace(arguments=made.arguments),
                self._flow.keras_names.get(
                    made.node, keras_name(made.placed.name, "model")
                ),
                made.axis,
            )
            for made in event.models
        ]
        if isinstance(event.step, CallStep):
            return (), calls[0]
        ways = [way for way, _ in _held(event.step)]
        return tuple(zip(ways, calls, strict=True)), None

    def _key(self, event: LayerTaken | LayerApplied) -> Path:
        """What stands for a step in values and uses: its path, or the node alone."""
        return event.step.path if self._flat is None else (event.gave.node,)

    def _local(self, event: LayerTaken | LayerApplied) -> str:
        """The name that a step has where it stands, as far as the model has it."""
        placed = event.placed
        automatic = not placed.given and placed.local == placed.name
        return event.gave.node if automatic else placed.local

    # ------------------------------------------------------------- calls

    def _call(self, event: Called) -> None:
        """Runs a function."""
        assert isinstance(event.step, CallStep)
        step, block = event.step, self._flow.program.blocks[event.step.block]
        local = event.placed.local if event.placed.named else ""
        self._take(event.branches)
        self._note_name(event)
        self._flow.calls[step.path] = step.block
        self._read_all(event, step.path)
        given = [Given(block.path, k) for k in range(len(event.read))]
        run = self._enter(block.name, event.placed.named, given)
        inside = (
            Instance(value, 0, self._of(tensor).node)
            for value, tensor in zip(given, event.read, strict=True)
        )
        self._let(event.given, tuple(inside))
        with self._in(run):
            self._take(event.events)
            self._return(event)
        self._time += 1
        results = tuple(
            Instance(Result(step.path, k), self._time, self._of(tensor).node)
            for k, tensor in enumerate(event.results)
        )
        for result in results:
            name = "" if len(results) > 1 else local
            self._make(result.value, name, event.placed.given)
        self._let(event.gave, results)
        before = tuple(self._of(tensor).node for tensor in event.read)
        taken = Occurrence(results[0].node, None, event.arguments, before)
        self._flow.occurrences.setdefault(step.path, []).append(taken)
        if step.path in self._record.exporting:
            self._export_all(event, run, results)

    def _return(self, event: Called | ModelMade) -> None:
        """Notes what a function returns; every run of it returns as many tensors."""
        assert isinstance(event.step, CallStep)
        block = self._flow.program.blocks[event.step.block]
        count = self._flow.results.setdefault(block.name, len(event.results))
        written = len(block.outputs) or count
        if not count == written == len(event.results):
            self._lose(block.path)
        for k, (tensor, how) in enumerate(_paired(event.results, event.results_said)):
            use = Returned(block.path, k)
            source = block.outputs[how.place] if how else None
            self._flow.formulas[use] = source if isinstance(source, Formula) else None
            self._read(use, self._of(tensor), how.by if how else "")

    def _share_name(self, value: Made, local: str) -> None:
        """Lets values that have one name in one function be one for its callers.

        Either of two branches may make them.
        """
        function = self._run.function
        pair: tuple[tuple[bool, Value], ...] = ((False, value), (True, LayerOf(value)))
        for is_layer, one in pair:
            key = function, is_layer, local
            self._alike[one] = self._first.setdefault(key, one)

    def _export_all(self, event: Called, run: Run, results: Instances) -> None:
        """Lets the caller see what was named inside."""
        for name, pair in event.exports.items():
            for inner, outer in zip(*pair, strict=True):
                # Nothing reads what a call in it would have had to hand on.
                if inner.number in self._instances:
                    found = self._export(event, run, self._of(inner), results)
                    self._instances[outer.number] = found
                    self._name_export(found, name)

    def _export(
        self, event: Called, run: Run, inside: Instance, results: Instances
    ) -> Instance:
        """What the caller sees of something that a run of a function made."""
        path, layer = event.step.path, None
        if inside.layer:
            layer = self._handed(path, run, inside.layer, None)
        for result in results:
            if inside.node == result.node:
                return result._replace(layer=layer)
        return self._handed(path, run, inside, layer)

    def _handed(
        self, path: Path, run: Run, inside: Instance, layer: Instance | None
    ) -> Instance:
        """What a call returns beside the block's tensors, as its caller sees it."""
        value, whole = self._alike.get(inside.value, inside.value), _whole(inside)
        found = Instance(Export(path, value), self._time, whole.node, layer)
        self._origins[found] = run, whole
        return found._replace(node=inside.node, part=inside.part)

    def _name_export(self, instance: Instance, outside: str) -> None:
        """Notes what the caller calls what a function made."""
        names = self._function.names
        if not isinstance(instance.value, Result):
            names.setdefault(instance.value, set()).add(outside)
        if instance.layer:
            names.setdefault(instance.layer.value, set()).add(outside)

    # ------------------------------------------------------------- repeats and ifs

    def _repeat(self, event: Repeated) -> None:
        step = event.step
        self._flow.rounds.setdefault(step.path, set()).add(len(event.rounds))
        joins = self._flat is None and defines(step.steps)
        joins = joins and step.path not in self._record.idle
        way = "first"
        for one in event.rounds:
            before = self._all(one.before)
            if joins:
                before = self._join("start", step.path, way, before)
            self._let(one.inside, before)
            self._take(one.events)
            way = "again"
            if joins and step.collect:
                self._collect(step.path, one.end)
        after = self._all(event.end)
        if joins and step.collect:
            after = self._collected(step.path, after)
        elif joins:
            after = self._join("end", step.path, way, after)
        self._let(event.after, after)

    def _collect(self, path: Path, end: Tensors) -> None:
        """Notes what a round gives to the list of what all rounds gave."""
        value = Joined(path, "each", 0)
        for place, instance in enumerate(self._all(end)):
            if instance.part is not None:
                self._lose(path)
            self._read(Join(path, "each", place), instance, "", value)

    def _collected(self, path: Path, each: Instances) -> Instances:
        """What all rounds gave, as the items of one list."""
        self._time += 1
        value = Joined(path, "each", 0)
        self._run.events.append(Making(value, self._time))
        self._lists[value, self._time] = len(each)
        return tuple(
            Instance(value, self._time, one.node, None, number)
            for number, one in enumerate(each)
        )

    def _arm(self, event: ArmTaken) -> None:
        step, arm = event.step, event.arm
        self._take(event.events)
        after = self._all(event.end)
        if self._flat is None:
            self._flow.arms.add((step.path, arm))
            if defines(step.then) or defines(step.otherwise):
                after = self._join("if", step.path, str(arm), after)
        self._let(event.after, after)

    def _trial(self, event: ArmTaken) -> None:
        """Sees a branch that no run takes, so that its code can be written."""
        if self._flat is not None or self._is_flat(event) or id(event) in self._dropped:
            return
        if (event.step.path, event.arm) in self._taken:
            return
        lost, is_trial = len(self._flow.lost), self._is_trial
        self._is_trial = True
        fork = self._run.fork()
        with self._in(fork):
            self._arm(event)
        self._is_trial = is_trial
        if len(self._flow.lost) > lost:
            self.useless.add(id(event))
        self._function.runs.append(fork)

    def _join(self, where: str, path: Path, way: str, current: Instances) -> Instances:
        """Lets the current tensors be what reaches a place in the code by some way."""
        values = [Joined(path, where, k) for k in range(len(current))]
        if any(instance.part is not None for instance in current):
            self._lose(path)
        for value, instance in zip(values, current, strict=True):
            self._read(Join(path, way, value.place), instance, "", value)
        self._time += 1
        self._run.events += [Making(value, self._time) for value in values]
        return tuple(
            Instance(value, self._time, instance.node)
            for value, instance in zip(values, current, strict=True)
        )

    # ------------------------------------------------------------- runs

    @property
    def _function(self) -> Function:
        """That of the run."""
        return self._flow.functions[self._run.function]

    @contextmanager
    def _in(self, run: Run) -> Iterator[None]:
        """Lets what happens happen in a run."""
        around, self._run = self._run, run
        yield
        self._run = around

    def _enter(self, function: str, named: bool, given: list[Given]) -> Run:
        """A new run of a function."""
        run = Run(function, given)
        found = self._flow.functions.setdefault(function, Function())
        found.runs.append(run)
        found.modes.add(named)
        return run

    def _make(self, value: Value, local: str, given: bool) -> None:
        """Notes that a value was made.

        Args:
            value: that was made.
            local: its name where it stands, if it has one for itself.
            given: whether the author gave it one.
        """
        if local:
            self._function.names.setdefault(value, set()).add(local)
        if given:
            self._function.titled.add(value)
        self._run.events.append(Making(value, self._time))

    def _read_all(self, event: LayerTaken | LayerApplied | Called, key: Path) -> None:
        """Notes that a step reads its tensors."""
        for k, instance, how in self._in_lists(event.read, event.said):
            if how is None:
                self._read(TensorRead(key, None, k), instance, "")
                continue
            use = TensorRead(key, how.place, how.number)
            source = event.step.sources[how.place]
            if isinstance(source, Formula):
                known = self._flow.formulas.get(use, source)
                self._flow.formulas[use] = None if how.is_listed else known
            elif isinstance(source, tuple):
                self._flow.branch_uses.add(use)
            self._read(use, instance, how.by)

    def _in_lists(
        self, tensors: Tensors, said: Sequence[Said]
    ) -> Iterator[tuple[int, Instance, Said | None]]:
        """What tensors are; a list of what rounds gave is one, where all of it is read.

        Not a list of one tensor, since few layers take that for it. Gives the place of
        each among the tensors, and how it is called.
        """
        pairs = list(_paired(tensors, said))
        place = 0
        while place < len(pairs):
            tensor, how = pairs[place]
            found = self._of(tensor)
            count = self._lists.get((found.value, found.time), 0)
            parts = [self._of(one) for one, _ in pairs[place : place + count]]
            same = all(one[:2] == found[:2] for one in parts)
            several = count > 1 or self._flow.is_list(found.node)
            if (
                count
                and several
                and same
                and [one.part for one in parts] == [*range(count)]
            ):
                yield place, found._replace(node=EACH, part=None), how
                place += count
            else:
                yield place, found, how
                place += 1

    def _read(
        self, use: Use, instance: Instance, by: str, becomes: Value | None = None
    ) -> None:
        """Notes that a place read something, and what functions return for it."""
        self._run.events.append(Reading(use, instance, by, becomes))
        instance = _whole(instance)  # functions hand on all of several
        while isinstance(instance.value, Export):
            run, inside = self._origins[instance]
            run.handed.setdefault(instance.value.inside, set()).add(inside)
            instance = inside


def _whole(instance: Instance) -> Instance:
    """All of the tensors of which an instance may be one."""
    if instance.part is None:
        return instance
    node = instance.node.removesuffix(part_of("", instance.part))
    return instance._replace(node=node, part=None)


def _arguments(said: Sequence[Said]) -> tuple[str, ...]:
    """What each tensor is given as, in the order of the text; nothing by its place."""
    if not said or not said[0].argument:
        return ()
    in_text = sorted(said, key=lambda one: (one.place, one.number))
    return tuple(one.argument for one in in_text)


def _paired(
    tensors: Tensors, said: Sequence[Said]
) -> Iterator[tuple[Tensor, Said | None]]:
    """Tensors, and how each is called; None where they are the current ones."""
    return zip(tensors, said or repeat(None, len(tensors)), strict=True)


def _within(node: str) -> str:
    """What stands before the name of a node in a model inside."""
    before, slash, _ = node.rpartition("/")
    return before + slash


def _held(step: LayerStep | CallStep | ApplyStep) -> tuple[tuple[Path, CallStep], ...]:
    """The calls that make what a step's layer holds."""
    return step.models if isinstance(step, LayerStep) else ()
