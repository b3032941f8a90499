"""Which parts of a program can't keep their structure in a script.

That is found out before any statement is made. Such a part is seen flat from then on;
what stands around it is looked at again, since a flat part may be all it needs.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from types import MappingProxyType

from cnnspec.emit.code.plan.flattening import seen
from cnnspec.emit.code.plan.flow import Flat, FlatModel, FlatNode, Flow
from cnnspec.emit.code.plan.formulas import held_codes, layer_call
from cnnspec.emit.code.plan.frozen import frozen_layers
from cnnspec.emit.code.plan.given_names import names_alone
from cnnspec.emit.code.plan.history import History
from cnnspec.emit.code.plan.outline import (
    choice,
    defines,
    each_step,
    formulas_of,
    parents,
)
from cnnspec.emit.code.plan.parameters import is_late
from cnnspec.emit.code.plan.places import (
    Export,
    Given,
    Joined,
    LayerOf,
    LayerUsed,
    Made,
    Result,
    Returned,
    SizesRead,
    TensorRead,
    Use,
    Value,
)
from cnnspec.emit.code.plan.study import study
from cnnspec.emit.code.plan.titles import keras_title
from cnnspec.emit.code.tree import Code
from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import Shapes
from cnnspec.language.expressions import Formula
from cnnspec.language.program import (
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Program,
    RepeatStep,
    Step,
    Steps,
)
from cnnspec.model.graph import Graph

Values = Sequence[Value]
Lost = Generator[Path, None, Values]
"""Gives the paths whose structure can't be kept, and returns the tensors after steps.

A path is () where that is the structure of the whole program."""


def kept(
    program: Program,
    history: History,
    shapes: Mapping[str, Shapes],
    models: Mapping[str, Graph] = MappingProxyType({}),
) -> Flow:
    """What the functions of a script make and read, with as much structure as can be.

    Args:
        program: the steps.
        history: of what happened.
        shapes: of each node's output.
        models: what is inside of each model that is a layer, by its node.
    """
    around = dict(parents(program))
    flat = frozenset(_changed_inside(program, around))
    while True:
        flow = seen(program, history, shapes, around, flat, models)
        flow.alone = names_alone(program, flow.flat_nodes)
        if not flow.lost:
            study(flow)
        path = next(_lost(flow), None)
        if path is None:
            return flow
        while path and path in flat:
            path = around[path]
        found = {path} if path else {step.path for step in each_step(program.steps)}
        assert not found <= flat
        flat |= found


def _changed_inside(program: Program, around: Mapping[Path, Path]) -> Iterator[Path]:
    """The calls and repeats of the model in which others stand for some of the steps.

    A block that makes models has one code for all of them, or none.
    """
    steps = {step.path: step for step in each_step(program.steps)}
    steps |= {s.path: s for b in program.blocks.values() for s in each_step(b.steps)}
    for path, trail in program.replaced:
        yield trail[0][0]
        if not all(_has_plain_code(program, steps.get(place)) for place, _ in trail):
            yield around[path]


def _has_plain_code(program: Program, step: Step | None) -> bool:
    """Whether a call or repeat is written flat without its block being so."""
    if isinstance(step, CallStep):
        return not program.blocks[step.block].is_model
    return isinstance(step, RepeatStep)


def _lost(flow: Flow) -> Iterator[Path]:
    """The steps and blocks whose structure can't be kept, the most urgent first."""
    yield from flow.lost
    for name in flow.written_blocks():
        yield from _Questions(flow, flow.program.blocks[name]).of_block()
    yield from _Questions(flow, None).of_model()


class _Questions:
    """What has to be asked of one function."""

    def __init__(self, flow: Flow, block: Block | None) -> None:
        self._flow, self._block = flow, block
        self._function = flow.functions[block.name if block else ""]
        self._around = flow.around

    def of_model(self) -> Iterator[Path]:
        """What `build_model()` can't keep."""
        inputs = len(self._flow.program.inputs)
        given = [Given((), place) for place in range(inputs)]
        yield from self._steps(self._flow.program.steps, given)

    def of_block(self) -> Iterator[Path]:
        """What a block's function can't keep."""
        block = self._block
        assert block is not None
        given = [Given(block.path, place) for place in range(len(block.inputs) or 1)]
        current = yield from self._steps(block.steps, given)
        one_step = self._flow.returned_by(block) is not None
        for place in range(0 if one_step else self._flow.results[block.name]):
            implied = current if block.outputs else current[place : place + 1]
            if not self._is_readable(Returned(block.path, place), implied):
                yield block.path
        if self._needs_none(block):
            yield block.path
        if block.is_model and not _alike(self._flow.made_by(block.name)):
            yield block.path

    def _needs_none(self, block: Block) -> bool:
        """Whether a call gives a parameter None, where that stands for its default."""
        calls = list(self._flow.calls_of(block.name))
        given = [
            param
            for param in block.params
            if any(taken.arguments.get(param, 0) is None for taken in calls)
        ]
        if not given:
            return False
        program, written = self._flow.program, self._flow.written_blocks()
        used = {name for formula in formulas_of(block) for name in formula.names}
        return any(
            param in used and is_late(program, written, block, param) for param in given
        )

    # ------------------------------------------------------------- steps

    def _steps(self, steps: Steps, current: Values) -> Lost:
        for step in steps:
            current = yield from self._step(step, current)
        return current

    def _step(self, step: Step, current: Values) -> Lost:
        if step.path in self._flow.flat_nodes:
            for node in self._flow.flat_nodes[step.path]:
                yield from self._flat_node(node)
            return self._flow.flat_current[step.path]
        if isinstance(step, RepeatStep):
            return (yield from self._repeat(step, current))
        yield from self._asks(step, current)
        if isinstance(step, IfStep):
            return (yield from self._if(step, current))
        if isinstance(step, PassStep):
            for source in step.sources:
                if isinstance(source, tuple):
                    yield from self._steps(source, current)
            return self._flow.passed.get(step.path, current)
        if step.path not in self._flow.occurrences:
            yield self._around[step.path]
        yield from self._reads(step, current)
        if isinstance(step, CallStep) and not self._flow.makes_model(step):
            yield from self._call(step)
            count = self._flow.results[step.block]
            return [Result(step.path, place) for place in range(count)]
        yield from self._layer(step)
        return [Made(step.path)]

    def _flat_node(self, flat: Flat) -> Iterator[Path]:
        """Whether only the structure that made what a node reads says its variable."""
        uses: list[Use] = [*self._function.reads_of((flat.node,))]
        if isinstance(flat, FlatModel):
            uses = [*flat.outputs]
        elif isinstance(flat, FlatNode) and flat.is_shared:
            uses.append(LayerUsed((flat.node,)))
        for use in uses:
            if use in self._function.by_key:
                [value, *_] = (r.instance.value for r in self._function.uses[use])
                is_call = isinstance(value, Result | Export)
                yield value.path if is_call else self._around.get(value.path, ())

    def _layer(self, step: LayerStep | CallStep | ApplyStep) -> Iterator[Path]:
        """Whether one call makes a layer each time, and its name is known."""
        taken = self._flow.occurrences.get(step.path, ())
        settings = [self._flow.settings.get(one.node, {}) for one in taken]
        if any(one != settings[0] for one in settings):
            yield self._around[step.path]
        if isinstance(step, LayerStep):
            found = self._flow.layers_made(step.path)
            codes = held_codes(found[0][1], [(way, Code("")) for way, _ in step.models])
            program = self._flow.program
            if layer_call(program, step, found, _plain, _plain, codes) is None:
                yield self._around[step.path]
            if not found[0][1].named_by_keras:
                yield from self._legal_name(step)
            for _, call in step.models:
                yield from self._legal_name(call, step)
        elif isinstance(step, CallStep):
            yield from self._legal_name(step)
            yield from self._reads_by_own_name(step, Made(step.path))
        made, function = Made(step.path), self._function
        if not function.stored.isdisjoint((made, LayerOf(made))):
            yield from self._needs_name(step)

    def _needs_name(self, step: LayerStep | ApplyStep | CallStep) -> Iterator[Path]:
        """Whether a step that is kept by its name has one that code knows."""
        is_call = isinstance(step, CallStep)
        if step.name is None and not is_call and self._function.modes != {True}:
            yield self._around[step.path]

    def _reads_by_own_name(self, step: CallStep, value: Value) -> Iterator[Path]:
        """Whether what a call gives is always meant by the name that it is kept by.

        That is neither the name of a layer in it, nor another than Keras has for it.
        """
        function = self._function
        counted = self._flow.counted.get(step.path, {})
        known = {*counted.values()} or function.names.get(value, set())
        named = {r.by for use, r in function.readers(value) if use in function.by_key}
        if not named <= known:
            yield self._around[step.path]

    def _legal_name(
        self, step: LayerStep | CallStep, holder: LayerStep | None = None
    ) -> Iterator[Path]:
        """Whether one code comes to what Keras calls a step, or a held one, each time.

        None does for a call whose name is null at times: what is inside it is called
        otherwise then.
        """
        lacks = isinstance(step, CallStep) and isinstance(step.name, Formula)
        lacks = lacks and self._flow.may_lack_name(step)
        for named in self._function.modes:
            if lacks or keras_title(self._flow, step, named, _plain) is None:
                yield self._around[(holder or step).path]

    def _call(self, step: CallStep) -> Iterator[Path]:
        yield from self._legal_name(step)
        stored, callee = self._function.stored, self._flow.functions[step.block]
        if Result(step.path, 0) in stored:
            if self._flow.results[step.block] > 1:
                yield self._flow.program.blocks[step.block].path
            yield from self._needs_name(step)
            yield from self._reads_by_own_name(step, Result(step.path, 0))
        for inside in callee.handed:
            names = callee.names.get(inside, ())
            if Export(step.path, inside) in stored and len(names) != 1:
                yield self._around[step.path]

    # ------------------------------------------------------------- repeats and ifs

    def _repeat(self, step: RepeatStep, current: Values) -> Lost:
        if not any(self._flow.rounds.get(step.path, ())):
            return current
        joins = defines(step.steps)
        start, end = (
            [Joined(step.path, where, place) for place in range(len(current))]
            for where in ("start", "end")
        )
        after = yield from self._steps(step.steps, start if joins else current)
        if joins and len(after) != len(current):
            yield step.path
        if joins and step.collect:
            return [Joined(step.path, "each", 0)]
        return end if joins else current

    def _if(self, step: IfStep, current: Values) -> Lost:
        arms = self._flow.arms_of(step)
        if not arms:
            yield self._around[step.path]
        counts = set()
        for arm in arms:
            steps = step.then if arm else step.otherwise
            counts.add(len((yield from self._steps(steps, current))))
        if not defines(step.then) and not defines(step.otherwise):
            return current
        if len(counts) > 1:
            yield step.path
        return [Joined(step.path, "if", place) for place in range(min(counts))]

    # ------------------------------------------------------------- what is read

    def _asks(self, step: Step, current: Values) -> Iterator[Path]:
        """Whether one code says each time whose sizes a formula asks for."""
        for use in self._function.sizes_of(step.path):
            if not self._is_readable(use, current[:1]):
                yield self._around[step.path]

    def _reads(
        self, step: LayerStep | CallStep | ApplyStep, current: Values
    ) -> Iterator[Path]:
        """Whether one code reads each tensor of a step every time."""
        branches: dict[int | None, Values] = {}
        for place, source in enumerate(step.sources):
            if isinstance(source, tuple):
                branches[place] = yield from self._steps(source, current)
        for use in self._function.reads_of(step.path):
            implied = branches.get(use.place, current)
            reads = self._function.uses[use]
            parts = {read.instance.part for read in reads}
            one = [value for value in implied if self._is_one(use, value)]
            listed = {self._flow.is_list(read.instance.node) for read in reads}
            alike = len(listed) == len(parts) == 1
            if not alike or not self._is_readable(use, one):
                yield self._around[step.path]

    def _is_one(self, use: Use, value: Value) -> bool:
        """Whether a place reads one of the tensors that a value is, each time."""
        return self._function.values_at(use) == {value}

    def _is_readable(
        self, use: TensorRead | SizesRead | Returned, implied: Values
    ) -> bool:
        """Whether one code reads what a place reads each time.

        Args:
            use: the place.
            implied: what it reads where it names nothing.
        """
        function, reads = self._function, self._function.uses[use]
        names = {read.by for read in reads}
        parts = {read.instance.part for read in reads}
        if use in function.by_key:
            if parts != {None}:
                return use not in self._flow.formulas and len(names) == 1
            return use.number == 0 and (
                isinstance(self._flow.formulas.get(use), Formula)
                or (use not in self._flow.formulas and len(names) == 1)
            )
        if use in function.chosen:
            tests = choice(self._flow.formulas.get(use))
            return tests is not None and tests.keys() <= names
        if len(set(map(bool, names))) > 1:
            return False
        return any(names) or function.values_at(use) == set(implied)


def _alike(models: list[Graph]) -> bool:
    """Whether one function makes all of some models."""
    types = {tuple((i.dtype, i.shape[:1]) for i in graph.inputs) for graph in models}
    frozen = {frozen_layers(graph) for graph in models if not graph.frozen}
    return len(types) <= 1 and len(frozen) <= 1


def _plain(formula: Formula) -> str:
    return formula.text
