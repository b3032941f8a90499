"""What the interpreter tells of a program, written down with its structure.

A call, a round and an arm of an `if` hold what happened in them. Everything that a
script's code has to know of a program follows from the history, so that no rule of the
language is known twice; and a part whose structure code can't keep is the same history
seen without that structure.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import Layer
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shapes
from cnnspec.language.document import InputTensor
from cnnspec.language.listener import Contents, Listener, Outcome, Placed, Said
from cnnspec.language.program import (
    ApplyStep,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Program,
    RepeatStep,
)
from cnnspec.language.run import run
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph
from cnnspec.model.resolver import noted_inside

_DEPTH = 10
"""Of branches inside one another that no run takes; deeper ones get no code."""


class Tensor(NamedTuple):
    """A tensor where the code has it.

    What comes out of a call, a round or a branch is another one than inside, since
    other code may give it there another time.
    """

    number: int
    name: str
    """The full name of the input or layer that it comes from."""
    node: str
    """The same, or what stands for it where no run takes the branch that gives it; for
    one of several tensors what `part_of` makes of it."""
    part: int | None = None
    """Which of the several tensors that have this number; None for all of them."""


Tensors = tuple[Tensor, ...]
Arm = tuple[Path, bool]
"""An `if`, and whether its `then` or its `else` is meant."""


class ModelMade(NamedTuple):
    """The call of a block made a model, which is a layer or is held by one."""

    step: CallStep
    placed: Placed
    node: str
    """The model, as nodes are called."""
    axis: int
    """From which on it is given the sizes of what it reads."""
    arguments: dict[str, Any]
    read: Tensors
    """What it reads, or what the layer reads that holds it."""
    inputs: tuple[str, ...]
    """What Keras calls its inputs."""
    given: Tensors
    """What it reads, as it is inside."""
    events: "list[Event]"
    results: Tensors
    results_said: Sequence[Said]


class LayerTaken(NamedTuple):
    """A layer read tensors, or a model did."""

    step: LayerStep | CallStep
    placed: Placed
    layer: Layer
    arguments: Any
    """Those of the step, worked out; None where it has no formulas."""
    branches: "list[Event]"
    """What happened in the branches of its `from`, just before."""
    read: Tensors
    said: Sequence[Said]
    gave: Tensor
    models: tuple[ModelMade, ...] = ()
    """The models that it holds; the one that it is."""


class LayerApplied(NamedTuple):
    """A layer read tensors that had read others."""

    step: ApplyStep | LayerStep | CallStep
    """An entry that isn't `apply` is that of a layer whose call is taken again."""
    placed: Placed
    shared: str
    source: Tensor
    """By whose name it is known."""
    by: str
    branches: "list[Event]"
    read: Tensors
    said: Sequence[Said]
    gave: Tensor


class Asked(NamedTuple):
    """A formula of a step asked for the sizes of a tensor, before it was taken."""

    step: LayerStep | CallStep | IfStep
    name: str
    """Of the tensor, as the formula has it."""
    by: str
    tensor: Tensor


class Passed(NamedTuple):
    """A layer was left out."""

    step: PassStep
    read: Tensors
    """What it would have read."""


class Called(NamedTuple):
    """A block was called, or what a call had made was used again."""

    step: CallStep | ApplyStep
    placed: Placed
    arguments: dict[str, Any]
    branches: "list[Event]"
    read: Tensors
    said: Sequence[Said]
    given: Tensors
    """What they are inside."""
    events: "list[Event]"
    results: Tensors
    """As they are inside, as what follows is for its caller."""
    results_said: Sequence[Said]
    gave: Tensors
    exports: dict[str, tuple[Tensors, Tensors]]
    """What was named inside, by the names that the caller has for it: as it is inside,
    and for the caller."""
    within: str = ""
    """What stands before the names of nodes in a model inside."""


class Round(NamedTuple):
    """A round of a repeat."""

    before: Tensors
    inside: Tensors
    events: "list[Event]"
    end: Tensors = ()
    """The current tensors when it ended, where the repeat collects them."""


class Repeated(NamedTuple):
    """A repeat was taken."""

    step: RepeatStep
    rounds: list[Round]
    end: Tensors
    """The current tensors when it ended; behind it they are what follows."""
    after: Tensors


class ArmTaken(NamedTuple):
    """An arm of an `if` was taken."""

    step: IfStep
    arm: bool
    events: "list[Event]"
    end: Tensors
    """The current tensors when it ended; behind it they are what follows."""
    after: Tensors
    is_tried: bool
    """Whether no run takes it here: it was tried, to know its code."""


Structure = Called | Repeated | ArmTaken
Event = LayerTaken | LayerApplied | Structure | Asked | Passed


class History(NamedTuple):
    """All that happened."""

    inputs: Tensors
    events: list[Event]
    outputs: Tensors
    outputs_said: Sequence[Said]
    idle: frozenset[Path]
    """The repeats of which no round is ever taken."""
    exporting: frozenset[Path]
    """The calls of which anything is read that was named inside."""
    keras_names: Mapping[str, str]
    """What Keras calls inputs, layers and calls, where that isn't their full name."""


def _with_ends(rounds: list[Round], each: Tensors) -> list[Round]:
    """The rounds, each with what it gave, of what all of them gave."""
    found: list[Round] = []
    begins = [one.before for one in rounds[1:]]
    for one, end in zip(rounds, [*begins, ()], strict=True):
        count = len(end) if len(found) < len(begins) else len(each)
        found.append(one._replace(end=each[:count]))
        each = each[count:]
    return found


def part_of(node: str, number: int) -> str:
    """What stands for one of the tensors that a node gives; no name has a slash."""
    return f"{node}//{number}"


def history_of(
    program: Program,
    shapes: Mapping[str, Shapes],
    known: Mapping[str, str] = MappingProxyType({}),
) -> History:
    """Takes a program's steps, and its idle branches.

    A branch is idle that no run takes; what it holds is only known from trying it.

    Args:
        program: the steps.
        shapes: of each input and node, batch first.
        known: the graph's `keras_names`.
    """
    tries: frozenset[Arm] = frozenset()
    for _ in range(_DEPTH):
        recorder = _Recorder(tries, shapes)
        outcome = run(program, recorder, known)
        others = frozenset((path, not arm) for path, arm in recorder.taken)
        idle = others - recorder.taken
        if idle <= tries:
            break
        # In an idle branch there may be more of them.
        tries |= idle
    return recorder.history(outcome.keras_names)


class _Recorder(Listener[Tensor]):
    """Writes down what it is told.

    Attributes:
        taken: the arms that were taken, or tried.
    """

    def __init__(self, tries: frozenset[Arm], shapes: Mapping[str, Shapes]) -> None:
        self._tries, self._shapes = tries, shapes
        self._count = 0
        self._inputs: list[Tensor] = []
        self._outputs: tuple[Tensors, Sequence[Said]] = ((), ())
        self._open: list[list[Event]] = [[]]
        """What happens now, and around it what it happens in."""
        self._rounds: list[list[Round]] = []
        self._trials: list[tuple[int, int, set[Arm]]] = []
        self._tried: set[Arm] = set()
        self._calls: list[Called] = []
        self._exports: list[dict[str, tuple[Tensors, Tensors]]] = []
        """Of the calls that happen now, outermost first."""
        self._homes: dict[str, tuple[Tensor, tuple[dict[str, Any], ...]]] = {}
        """What each layer gave first, and the `exports` of the calls around it."""
        self._models: list[ModelMade] = []
        """Those that have been made, and that nothing holds yet."""
        self._published: list[tuple[Layer, Any, bool]] = []
        """Models of keras.applications that are being made, their arguments, and
        whether a layer will hold them."""
        self._making: list[tuple[ModelMade, str]] = []
        """Those that are being made, with what stood before nodes outside."""
        self._within = ""
        """What stands before the names of nodes in a model inside."""
        self._keras_names: dict[str, str] = {}
        self._read: set[Tensor] = set()
        self._repeats: set[Path] = set()
        self._busy: set[Path] = set()
        """The repeats of which a round was taken."""
        self.taken: set[Arm] = set()

    def history(self, keras_names: Mapping[str, str]) -> History:
        """All that happened."""
        [events] = self._open
        idle = frozenset(self._repeats - self._busy)
        return History(
            tuple(self._inputs),
            events,
            *self._outputs,
            idle,
            self._exporting(),
            {**self._keras_names, **keras_names},
        )

    def _exporting(self) -> frozenset[Path]:
        """The calls of which anything is read that was named inside."""
        # One of several tensors has the number of them all.
        found, read = set(), {tensor.number for tensor in self._read}
        # What a call hands on may come from a call in it, which has ended before.
        for call in reversed(self._calls):
            for inside, outside in call.exports.values():
                for inner, outer in zip(inside, outside, strict=True):
                    if outer.number in read:
                        read.add(inner.number)
                        found.add(call.step.path)
        return frozenset(found)

    def _new(self, name: str) -> Tensor:
        self._count += 1
        node = f"?{self._count}" if self._trials else f"{self._within}{name}"
        return Tensor(self._count, name, node)

    def _again(self, tensors: Tensors) -> Tensors:
        """The same tensors at another place in the code."""
        before = self._count
        self._count += len(tensors)
        return tuple(
            Tensor(number, tensor.name, tensor.node)
            for number, tensor in enumerate(tensors, before + 1)
        )

    # ------------------------------------------------------------- tensors

    def input(self, name: str, tensor: InputTensor, path: Path) -> Tensor:
        self._inputs.append(self._new(name))
        return self._inputs[-1]

    def lost(self, name: str) -> Tensor:
        return Tensor(0, name, name)

    def name(self, tensor: Tensor) -> str:
        return tensor.name

    def sizes(self, tensor: Tensor) -> Shapes | None:
        return self._shapes.get(tensor.node)

    def part(self, tensor: Tensor, number: int) -> Tensor:
        return tensor._replace(node=part_of(tensor.node, number), part=number)

    def outputs(self, read: Tensors, said: Sequence[Said]) -> None:
        self._read.update(read)
        self._outputs = read, said

    def _branches(self, step: LayerStep | ApplyStep | CallStep) -> list[Event]:
        """Takes what has just happened for a step from what is open.

        That are its branches, and then what its formulas asked for.
        """
        events, branches, asked = self._open[-1], list[Event](), list[Event]()
        path = (*step.path, "from")
        while events and isinstance(events[-1], Asked):
            asked.insert(0, events.pop())
        while events and events[-1].step.path[: len(path)] == path:
            branches.insert(0, events.pop())
        return branches + asked

    # ------------------------------------------------------------- layers

    def passed(self, step: PassStep, read: Tensors) -> None:
        self._open[-1].append(Passed(step, read))

    def asked(
        self,
        step: LayerStep | CallStep | IfStep,
        name: str,
        by: str,
        tensor: Tensor,
    ) -> None:
        self._read.update((tensor,))
        self._open[-1].append(Asked(step, name, by, tensor))

    def layer(
        self,
        step: LayerStep,
        placed: Placed,
        layer: Layer,
        arguments: Any,
        inner: tuple[str, ...],
        read: Tensors,
        said: Sequence[Said],
    ) -> Tensor:
        self._read.update(read)
        gave = self._new(placed.name)
        branches = self._branches(step)
        models = self._held(len(step.models))
        event = LayerTaken(
            step, placed, layer, arguments, branches, read, said, gave, models
        )
        self._open[-1].append(event)
        home = f"{self._within}{placed.name}"
        self._homes[home] = gave, tuple(self._exports)
        return gave

    def _held(self, count: int) -> tuple[ModelMade, ...]:
        """The models that have just been made, for what holds them."""
        found = self._models[len(self._models) - count :]
        del self._models[len(self._models) - count :]
        return tuple(found)

    def apply(
        self,
        step: ApplyStep,
        placed: Placed,
        shared: str,
        source: Tensor,
        by: str,
        read: Tensors,
        said: Sequence[Said],
    ) -> Tensor:
        self._read.update(read, (source,))
        gave = self._new(placed.name)
        branches = self._branches(step)
        shared = f"{self._within}{shared}"
        event = LayerApplied(
            step, placed, shared, source, by, branches, read, said, gave
        )
        self._open[-1].append(event)
        return gave

    def again(
        self,
        step: LayerStep | CallStep,
        placed: Placed,
        shared: str,
        read: Tensors,
        said: Sequence[Said],
    ) -> Tensor:
        node = f"{self._within}{shared}"
        source = self._seen_from_here(shared, *self._homes[node])
        self._read.update(read, (source,))
        gave, branches = self._new(placed.name), self._branches(step)
        event = LayerApplied(
            step, placed, node, source, shared, branches, read, said, gave
        )
        self._open[-1].append(event)
        return gave

    def _seen_from_here(
        self, name: str, tensor: Tensor, around: tuple[dict[str, Any], ...]
    ) -> Tensor:
        """What a layer in calls that have ended gave, as it is where they were called.

        Args:
            name: of the layer, in full.
            tensor: what it gave.
            around: the `exports` of the calls around it.
        """
        ended = [one for one in around if not any(one is e for e in self._exports)]
        for exports in reversed(ended):
            if name not in exports:
                exports[name] = (tensor,), self._again((tensor,))
            _, (tensor,) = exports[name]
        return tensor

    # ------------------------------------------------------------- calls

    def enter(
        self,
        step: CallStep | ApplyStep,
        placed: Placed,
        arguments: dict[str, Any],
        read: Tensors,
        said: Sequence[Said],
    ) -> Tensors:
        self._read.update(read)
        given = self._again(read)
        branches = self._branches(step)
        event = Called(
            step,
            placed,
            arguments,
            branches,
            read,
            said,
            given,
            [],
            (),
            (),
            (),
            {},
            self._within,
        )
        self._open[-1].append(event)
        self._open.append(event.events)
        self._exports.append(event.exports)
        return given

    def leave(
        self,
        step: CallStep | ApplyStep,
        placed: Placed,
        results: Tensors,
        said: Sequence[Said],
        exports: dict[str, Tensors],
    ) -> tuple[Tensors, dict[str, Tensors]]:
        self._open.pop()
        event = self._open[-1].pop()
        assert isinstance(event, Called)
        gave = self._again(results)
        outside = {name: self._again(inside) for name, inside in exports.items()}
        seen = self._exports.pop()
        seen.update({name: (exports[name], outside[name]) for name in exports})
        event = event._replace(results=results, results_said=said, gave=gave)
        self._read.update(results)
        self._calls.append(event)
        self._open[-1].append(event)
        return gave, outside

    # ------------------------------------------------------------- models in models

    def model(
        self,
        step: CallStep | LayerStep,
        placed: Placed,
        contents: Contents,
        arguments: dict[str, Any],
        read: Tensors,
        said: Sequence[Said],
        axis: int | None,
    ) -> tuple["_Recorder", Tensors]:
        self._read.update(read)
        if contents.application:
            # Its layers are Keras's, which code asks Keras for.
            held = axis is not None
            self._published.append((contents.application, arguments, held))
            return noted_inside(contents, map(self.sizes, read))
        around, node = self._within, f"{self._within}{contents.key}"
        self._within = f"{node}/"
        names = contents.inputs
        given = tuple(map(self._new, names))
        assert isinstance(step, CallStep)
        about = step, placed, node, 1 if axis is None else axis, arguments
        made = ModelMade(*about, read, names, given, [], (), ())
        self._making.append((made, around))
        self._open.append(made.events)
        return self, given

    def modelled(
        self, step: CallStep | LayerStep, placed: Placed, outcome: Outcome[Tensor]
    ) -> Layer:
        if isinstance(step, LayerStep):
            application, _, held = self._published[-1]
            if held:
                self._published.pop()
            return application
        self._open.pop()
        made, around = self._making.pop()
        for name, keras in outcome.keras_names.items():
            self._keras_names[f"{self._within}{name}"] = keras
        self._within = around
        self._read.update(outcome.outputs)
        self._models.append(
            made._replace(results=outcome.outputs, results_said=outcome.said)
        )
        found = Functional(name=placed.name)
        found.__dict__["graph"] = Graph(placed.name, (), (), ())
        return found

    def model_called(
        self,
        step: CallStep | LayerStep,
        placed: Placed,
        layer: Layer,
        read: Tensors,
        said: Sequence[Said],
    ) -> Tensor:
        gave, branches = self._new(placed.name), self._branches(step)
        models: tuple[ModelMade, ...] = ()
        if isinstance(step, LayerStep):
            arguments = self._published.pop()[1]
        else:
            models = self._held(1)
            arguments = models[0].arguments
        event = LayerTaken(
            step, placed, layer, arguments, branches, read, said, gave, models
        )
        self._open[-1].append(event)
        home = f"{self._within}{placed.name}"
        self._homes[home] = gave, tuple(self._exports)
        return gave

    # ------------------------------------------------------------- repeats and ifs

    def round(self, step: RepeatStep, number: int, current: Tensors) -> Tensors:
        if number == 1:
            self._rounds.append([])
        else:
            self._open.pop()
        inside = self._again(current)
        events: list[Event] = []
        self._rounds[-1].append(Round(current, inside, events))
        self._open.append(events)
        return inside

    def repeated(self, step: RepeatStep, rounds: int, current: Tensors) -> Tensors:
        taken: list[Round] = []
        self._repeats.add(step.path)
        if rounds:
            self._busy.add(step.path)
            self._open.pop()
            taken = self._rounds.pop()
            if step.collect:
                taken = _with_ends(taken, current)
        after = self._again(current)
        self._open[-1].append(Repeated(step, taken, current, after))
        return after

    def arm(self, step: IfStep, arm: bool) -> None:
        self.taken.add((step.path, arm))
        self._open.append([])

    def joined(self, step: IfStep, arm: bool, current: Tensors) -> Tensors:
        events = self._open.pop()
        after = self._again(current)
        event = ArmTaken(step, arm, events, current, after, is_tried=False)
        self._open[-1].append(event)
        return after

    def tries(self, step: IfStep, arm: bool) -> bool:
        found = step.path, arm
        if found not in self._tries or found in self._tried:
            return False
        self._trials.append((len(self._open), len(self._rounds), set(self._tried)))
        self._tried.add(found)
        self._open.append([])
        return True

    def tried(self, step: IfStep, arm: bool, sound: bool) -> None:
        depth, rounds, tried = self._trials.pop()
        events = self._open[depth]
        # What can't be taken to its end leaves open what it began.
        del self._open[depth:], self._rounds[rounds:]
        if not sound:
            self._tried = tried
            return
        [event] = events
        assert isinstance(event, ArmTaken)
        self._open[-1].append(event._replace(is_tried=True))
