"""What the functions of a script make and read, run by run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.catalogue.layers import Layer
from cnnspec.emit.code.plan.given_names import Rounds, rounds_in
from cnnspec.emit.code.plan.history import Arm
from cnnspec.emit.code.plan.places import (
    Instance,
    LayerOf,
    Made,
    Outgoing,
    Result,
    Returned,
    SizesRead,
    TensorRead,
    Use,
    Value,
    is_layer,
)
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shapes
from cnnspec.language import naming
from cnnspec.language.expressions import Formula, evaluate, names_in
from cnnspec.language.listener import Placed
from cnnspec.language.program import (
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    Program,
    RepeatStep,
    Step,
    Steps,
)
from cnnspec.model.graph import Graph, Input

EACH = "//each"
"""What stands for a node where a list of what rounds gave is read."""


class Making(NamedTuple):
    """A run made a value."""

    value: Value
    time: int


class Reading(NamedTuple):
    """A run came to a place that reads."""

    use: Use
    read: Instance
    by: str
    """The name that it was called by; nothing for the current tensor."""
    becomes: Value | None
    """What it is from there on, where code comes together."""


class Run:
    """One run of a function.

    Attributes:
        events: what it made and read, in order.
        handed: what is read after its end, beside the current tensor.
        partial: whether it is one that never happens, up to some branch's end.
    """

    def __init__(self, function: str, given: Sequence[Value]) -> None:
        self.function, self.given = function, tuple(given)
        self.partial = False
        self.events: list[Making | Reading] = [Making(value, 0) for value in given]
        self.handed: dict[Value, set[Instance]] = {}

    def fork(self) -> "Run":
        """The same run up to here, to go on differently."""
        other = Run(self.function, self.given)
        other.events = list(self.events)
        other.partial = True
        return other


class Read(NamedTuple):
    """What a place read one time."""

    instance: Instance
    by: str
    next: bool
    """Whether nothing was made in between."""
    lasts: bool
    """Whether nothing was made in between that has the same variable."""


class Function:
    """What the runs of a function have in common.

    Attributes:
        modes: whether its calls, or calls around them, are given names.
        names: the names that each value has had where it stands.
        titled: the values whose name the author gave.
        uses: what each place reads, over all runs.
        live: the values that anything reads.
        own: the variables that a value needs for itself, by `group`.
        stored: the values that are kept by name.
        by_key: the places that read values by name.
        chosen: the places where a test says which variable is read.
        handed: what the function returns beside the current tensor.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self.modes: set[bool] = set()
        self.names: dict[Value, set[str]] = {}
        self.titled: set[Value] = set()
        self.uses: dict[Use, list[Read]] = {}
        self.live: set[Value] = set()
        self.own: set[Any] = set()
        self.stored: set[Value] = set()
        self.by_key: set[Use] = set()
        self.chosen: set[Use] = set()
        self.handed: dict[Value, None] = {}

    def group(self, value: Value) -> Any:
        """What values have in common that share a variable.

        Those do that have one and the same name, as in the branches of an `if`.
        """
        names = self.names.get(value, ())
        if len(names) == 1 and not getattr(value, "is_flat", False):
            return (is_layer(value), *names)
        return value

    def is_own(self, value: Value) -> bool:
        """Whether a value has a variable that isn't that of the current tensor."""
        return self.group(value) in self.own

    def values_at(self, use: Use) -> set[Value]:
        """What a place reads."""
        return {read.instance.value for read in self.uses[use]}

    def readers(self, value: Value) -> Iterator[tuple[Use, Read]]:
        """The places that read a value."""
        for use, reads in self.uses.items():
            for read in reads:
                if read.instance.value == value:
                    yield use, read

    def sizes_of(self, path: Path) -> list[SizesRead]:
        """The places at which formulas of a step ask for sizes."""
        return [u for u in self.uses if isinstance(u, SizesRead) and u.path == path]

    def parts_read(self, value: Value) -> set[int] | None:
        """Which of the several tensors that a value is are read.

        None where some place reads all of them, or by a name that only a run can say.
        """
        group, found = self.group(value), set[int]()
        for use, reads in self.uses.items():
            for read in reads:
                if self.group(read.instance.value) != group:
                    continue
                if read.instance.part is None or use in self.by_key | self.chosen:
                    return None
                found.add(read.instance.part)
        return found

    def reads_of(self, path: Path) -> list[TensorRead]:
        """The places at which a step reads tensors, in their order."""
        found = [u for u in self.uses if isinstance(u, TensorRead) and u.path == path]
        return sorted(found, key=lambda use: (use.place or 0, use.number))


class Occurrence(NamedTuple):
    """A step as it was taken one time."""

    node: str
    layer: Layer | None
    arguments: Any
    """With the values of their formulas."""
    before: tuple[str, ...]
    """The nodes it read."""


class FlatNode(NamedTuple):
    """A node that is written by itself, as the structure around it isn't kept."""

    node: str
    layer: Layer
    inputs: tuple[str, ...]
    is_shared: bool
    """Whether its layer was made before."""
    value: Made
    name: str
    """Nothing where Keras gives it."""
    arguments: tuple[str, ...]
    """What it is given each tensor as, in the order of the text; nothing where that is
    their order."""
    settings: Mapping[str, Any]
    """What it is given beside tensors."""
    held: "tuple[tuple[Path, MadeBy | None], ...]" = ()
    """Where the models that it holds stand in its arguments, and what makes each; None
    where its nodes have been written."""
    model: "MadeBy | None" = None
    """The call of a function that makes it, where it is a model."""


class MadeBy(NamedTuple):
    """A call that makes a model, with the values of its formulas."""

    step: CallStep
    name: str
    """What Keras calls the model."""
    axis: int
    """From which on it is given the sizes of what comes in."""


class FlatInput(NamedTuple):
    """An input of a model inside that is written node by node."""

    node: str
    value: Made
    name: str
    """Nothing where Keras gives it."""
    axis: int
    """From which on it has the sizes of what comes in."""


class FlatModel(NamedTuple):
    """The end of a model inside that is written node by node."""

    node: str
    inputs: tuple[Made, ...]
    outputs: tuple[TensorRead, ...]
    value: LayerOf
    name: str
    own: str
    """What its author calls it."""


Flat = FlatNode | FlatInput | FlatModel


class Flow:
    """All functions of a script.

    Attributes:
        functions: by the name of the block; '' for `build_model()`.
        occurrences: each step's, by its path.
        settings: what the call of a node is given beside tensors.
        calls: the block that each call leads to.
        rounds: how often each repeat was taken, for each time that it was reached.
        arms: those of each `if` that code can be written for.
        flat_nodes: what is written node by node, by the path of the step that isn't
            kept; and in `flat_current` the tensors after it.
        passed: the current tensors behind each step that is left out.
        outputs: the places that read what the model gives.
        results: how many tensors each block returns.
        formulas: of each place that names what it reads by one; None where it comes to
            a list of names, or a block has no `outputs`.
        branch_uses: the places that read what a branch in `from` gives.
        layers: by the node that they are of.
        shapes: of each node's output.
        around: the repeat, `if` or block around each step and block; () if none.
        made: the models that each block has made.
        models: what is inside of each model, by its node.
        lost: steps and blocks whose structure can't be kept, in the order in which it
            shows.
        keras_names: what Keras calls inputs, layers and calls, where that isn't their
            full name.
        names: those of steps where they stand, by the step's path and whether a call's
            name is before them; and what Keras calls each there.
        counted: what Keras calls the calls at the top that nobody named, by their paths
            and rounds.
        alone: the blocks that give names in calls without one, too.
    """

    def __init__(
        self,
        program: Program,
        shapes: Mapping[str, Shapes],
        around: Mapping[Path, Path],
        keras_names: Mapping[str, str],
        models: Mapping[str, Graph],
    ) -> None:
        self.program, self.shapes, self.around = program, shapes, around
        self.keras_names, self.models = keras_names, models
        self.names: dict[tuple[Path, bool], dict[str, set[str]]] = {}
        self.counted: dict[Path, dict[Rounds, str]] = {}
        self.alone: frozenset[str] = frozenset()
        self.functions: dict[str, Function] = {}
        self.occurrences: dict[Path, list[Occurrence]] = {}
        self.settings: dict[str, Mapping[str, Any]] = {}
        self.calls: dict[Path, str] = {}
        self.rounds: dict[Path, set[int]] = {}
        self.arms: set[Arm] = set()
        self.flat_nodes: dict[Path, list[Flat]] = {}
        self.flat_current: dict[Path, tuple[Value, ...]] = {}
        self.passed: dict[Path, tuple[Value, ...]] = {}
        self.outputs: tuple[Outgoing, ...] = ()
        self.results: dict[str, int] = {}
        self.formulas: dict[Use, Formula | None] = {}
        self.branch_uses: set[TensorRead] = set()
        self.layers: dict[str, Layer] = {}
        self.made: dict[str, list[Occurrence]] = {}
        self.lost: list[Path] = []

    def note_name(
        self, step: LayerStep | CallStep, placed: Placed, within: str = ""
    ) -> None:
        """Notes what a step was called, and what Keras calls it there.

        Args:
            step: its entry.
            placed: its name.
            within: what stands before the names of nodes in a model inside.
        """
        name, local = placed.name, placed.local
        # One that a layer holds has no name beside others.
        alone = naming.keras_name(name, "model")
        found = self.keras_names.get(f"{within}{name}", alone)
        if isinstance(step, CallStep) and not placed.given and name == local:
            names = self.counted.setdefault(step.path, {})
            if names.setdefault(rounds_in(placed.trail), found) != found:
                self.lost.append(self.around[step.path])
        call = name.removesuffix(naming.in_call("", local)) if name != local else ""
        if call:
            around = self.keras_names.get(f"{within}{call}", call)
            found = found.removeprefix(naming.in_call(around, ""))
        here = self.names.setdefault((step.path, bool(call)), {})
        if isinstance(step.name, Formula) and not placed.given:
            local = found = ""
        here.setdefault(local, set()).add(found)

    def may_lack_name(self, step: LayerStep | CallStep) -> bool:
        """Whether the formula of a step's name has come to null."""
        here = (self.names.get((step.path, named), {}) for named in (False, True))
        return any("" in names for names in here)

    def calls_of(self, block: str) -> Iterator[Occurrence]:
        """Every call of a block."""
        if block in self.made:
            yield from self.made[block]
            return
        for path, name in self.calls.items():
            if name == block:
                yield from self.occurrences.get(path, ())

    def layers_made(self, path: Path) -> list[tuple[Any, Layer]]:
        """The arguments and the layer of a step each time that they are others."""
        # The interpreter makes the same layer of the same arguments.
        found = {id(taken.layer): taken for taken in self.occurrences[path]}.values()
        return [(taken.arguments, taken.layer) for taken in found if taken.layer]

    def branches_of(self, use: TensorRead) -> int:
        """How many branches the step of a place reads."""
        return sum(other.path == use.path for other in self.branch_uses)

    def arms_of(self, step: IfStep) -> list[bool]:
        """The arms that code can be written for, `then` first."""
        found = {arm for path, arm in self.arms if path == step.path}
        if not names_in(step.test) and not step.asks:
            found &= {evaluate(step.test, {})}
        return sorted(found, reverse=True)

    def written_blocks(self) -> list[str]:
        """The blocks that become functions, each after those it calls."""
        found: dict[str, None] = {}

        def visit(steps: Steps) -> None:
            for step in steps:
                calls = list(self._flat_calls(step))
                if step.path not in self.flat_nodes:
                    calls = _calls(step)
                    for inside in self._written(step):
                        visit(inside)
                for call in calls:
                    # Others may stand for each run of a call.
                    if call.block not in found and call.block in self.functions:
                        visit(self.program.blocks[call.block].steps)
                        found[call.block] = None

        visit(self.program.steps)
        return list(found)

    def _flat_calls(self, step: Step) -> Iterator[CallStep]:
        """The calls that make models among the nodes that a step is written as."""
        for flat in self.flat_nodes.get(step.path, ()):
            if isinstance(flat, FlatNode):
                ways = (flat.model, *(made for _, made in flat.held))
                yield from (made.step for made in ways if made is not None)

    def _written(self, step: Step) -> Iterator[Steps]:
        """The lists of steps inside a step that code is written for."""
        if isinstance(step, RepeatStep):
            if any(self.rounds.get(step.path, ())):
                yield step.steps
        elif isinstance(step, IfStep):
            for arm, inside in ((True, step.then), (False, step.otherwise)):
                if (step.path, arm) in self.arms:
                    yield inside
        else:
            yield from (source for source in step.sources if type(source) is tuple)

    def result_of(self, step: Step) -> Value | None:
        """The one tensor that a step gives, if it gives just that."""
        if nodes := self.flat_nodes.get(step.path):
            last = nodes[-1].value
            return last if isinstance(last, Made) else None
        if isinstance(step, LayerStep | ApplyStep) or self.makes_model(step):
            return Made(step.path)
        if not isinstance(step, CallStep) or step.block not in self.results:
            return None
        handed = self.functions[step.block].handed
        several = handed or self.results[step.block] > 1
        return None if several else Result(step.path, 0)

    def input_of(self, node: str) -> Input:
        """An input of a model inside."""
        model, _, name = node.rpartition("/")
        inputs = self.models[model].inputs
        return next(tensor for tensor in inputs if tensor.name == name)

    def made_by(self, block: str) -> list[Graph]:
        """The models that a block makes."""
        found = (self.models.get(taken.node) for taken in self.made.get(block, ()))
        return [graph for graph in found if graph is not None]

    def makes_model(self, step: Step) -> bool:
        """Whether a step is the call of a block that makes a model."""
        if not isinstance(step, CallStep):
            return False
        return self.program.blocks[step.block].is_model

    def returned_by(self, block: Block) -> Value | None:
        """What the last step of a function gives, where it returns just that."""
        function, last = (
            self.functions[block.name],
            block.steps[-1] if block.steps else None,
        )
        several = function.handed or self.results[block.name] != 1
        if several or isinstance(last, RepeatStep | IfStep | None):
            return None
        if block.is_model:
            return None
        value, returned = self.result_of(last), Returned(block.path, 0)
        if value is None or function.values_at(returned) != {value}:
            return None
        if any(read.instance.part is not None for read in function.uses[returned]):
            return None
        kept = value in function.stored or function.is_own(value)
        again = isinstance(value, Made) and LayerOf(value) in function.live
        return None if kept or again else value

    def is_list(self, node: str) -> bool:
        """Whether a node gives several tensors."""
        return node == EACH or isinstance(self.shapes.get(node), list)

    def sizes(self, taken: Occurrence) -> tuple[Shapes, Shapes] | None:
        """The shape of the first tensor that a step reads, and that of what it gives.

        Both have the batch axis. None where either isn't known.
        """
        if taken.node not in self.shapes or not taken.before:
            return None
        before = self.shapes.get(taken.before[0])
        if before is None:
            return None
        if isinstance(before, list):
            before = before[0]
        return before, self.shapes[taken.node]


def _calls(step: Step) -> list[CallStep]:
    """The calls that a step is, or makes what it holds by."""
    if isinstance(step, CallStep):
        return [step]
    if isinstance(step, LayerStep):
        return [call for _, call in step.models]
    return []
