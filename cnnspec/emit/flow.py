"""Which tensor each place in a model's code reads, and what holds it there.

The steps of a program are taken once more, beside the Graph that they came to, and what
every function of the script makes and reads is written down in its order. From that
record follows which variable still holds a tensor where it is read, so that no rule of
the language has to be known twice: where code can't keep the structure of a part, the
record says so, and that part is taken flat, node by node.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from cnnspec.components import snake_case
from cnnspec.errors import Invalid, Path
from cnnspec.expressions import Formula, evaluate
from cnnspec.graph import Graph, Node
from cnnspec.infer import infer
from cnnspec.layers import Layer, make_layer
from cnnspec.program import (
    NEEDED,
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
from cnnspec.shapes import Shapes


class Thing(NamedTuple):
    """What a place in the code gives whenever it is reached."""

    kind: str
    """`made` and `layer`: the tensor and the layer of a step; `given`: a function's
    argument; `call`: what a function returns first, and `export`: what else; `start`
    and `end` of a repeat, `if`: the current tensor there, wherever it came from."""
    path: Path
    detail: Any = ""


class Ref(NamedTuple):
    """A thing as it was given one time."""

    thing: Thing
    time: int
    node: str
    """The node of the graph that it is the tensor or the layer of."""
    layer: "Ref | None" = None
    """The layer that made the tensor, where it is known by the tensor's name."""


Refs = tuple[Ref, ...]
Site = tuple[Any, ...]
"""A place in the code that reads a thing."""


class Read(NamedTuple):
    """What a place read one time."""

    ref: Ref
    by: str
    """The name that it was called by; nothing for the current tensor."""
    next: bool
    """Whether nothing was made in between."""
    lasts: bool
    """Whether nothing was made in between that has the same variable."""


class Frame:
    """One run of a function."""

    def __init__(self, unit: str, named: bool, given: Sequence[Thing]) -> None:
        self.unit, self.named, self.given = unit, named, tuple(given)
        self.partial = False
        self.events: list[tuple[Any, ...]] = [("make", thing, 0) for thing in given]
        self.ends: dict[Thing, set[Ref]] = {}
        """What is read at the end, beside the current tensor."""

    def fork(self) -> "Frame":
        """The same run up to here, to go on differently."""
        other = Frame(self.unit, self.named, self.given)
        other.events = list(self.events)
        other.partial = True
        return other


class Take(NamedTuple):
    """A step as it was taken one time."""

    node: str
    layer: Layer | None
    arguments: Any
    """With the values of their formulas."""
    before: tuple[str, ...]
    """The nodes it read."""


class FlatNode(NamedTuple):
    """A node that is written by itself, as the structure around it isn't kept."""

    node: Node
    thing: Thing
    name: str
    """Nothing where Keras gives it."""


class Unfaithful(Exception):
    """The structure at a path can't be kept in code."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(path)


class _Impossible(Exception):
    """A branch that is never taken can't be read."""


class _Scope:
    """As in `cnnspec.resolve`."""

    def __init__(
        self,
        variables: dict[str, Any],
        known: dict[str, Refs],
        current: Refs,
        named: bool,
        rounds: str = "",
    ) -> None:
        self.variables, self.known, self.current = variables, known, current
        self.named, self.rounds = named, rounds


class Unit:
    """What the runs of one function have in common.

    Attributes:
        modes: whether its calls are named.
        sites: what each place reads, over all runs.
        names: the names that each thing has had where it stands.
        own: the variables that a thing needs for itself, by `group`.
        live: the things that anything reads.
        ends: what it returns beside the current tensor.
    """

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.modes: set[bool] = set()
        self.sites: dict[Site, list[Read]] = {}
        self.names: dict[Thing, set[str]] = {}
        self.own: set[Any] = set()
        self.live: set[Thing] = set()
        self.titled: set[Thing] = set()
        self.stored: set[Thing] = set()
        self.by_key: set[Site] = set()
        self.chosen: set[Site] = set()
        self.ends: dict[Thing, None] = {}

    def group(self, thing: Thing) -> Any:
        """What things have in common that share a variable.

        Those do that have one and the same name, as in the branches of an `if`.
        """
        names = self.names.get(thing, ())
        if len(names) == 1 and thing.detail != "flat":
            return (thing.kind in ("layer", "export layer"), *names)
        return thing


class Flow:
    """The record of a program.

    Attributes:
        units: by the name of the block; '' for `build_model()`.
        takes: each step's, by its path.
        flat_nodes: what is written node by node, by the path of the step that isn't
            kept.
        rounds: how often each repeat was taken, for each time that it was reached.
        branches: the branches of each `if` that code can be written for.
        shapes: of each node's output.
    """

    def __init__(self, program: Program, graph: Graph, flat: frozenset[Path]) -> None:
        self.program, self.graph, self._flat_paths = program, graph, flat
        rows = infer(graph._replace(unused=frozenset())).rows
        self.shapes: dict[str, Shapes] = {i.name: i.shape for i in graph.inputs}
        self.shapes |= {row.name: row.output_shape for row in rows}
        self.parents = dict(parents(program))
        self.calls: dict[Path, str] = {}
        self.kinds = dict(_kinds(program))
        self.types = {node.name: type(node.layer).__name__ for node in graph.nodes}
        self._taken: set[tuple[Path, bool]] = set()
        self._doubtful: frozenset[tuple[Path, bool]] = frozenset()
        self._idle: frozenset[Path] = frozenset()
        self._run()
        seen = {path for path, _ in self._taken}
        both = {(path, branch) for path in seen for branch in (True, False)}
        self._doubtful = frozenset(both - self._taken)
        self._idle = frozenset(p for p, found in self.rounds.items() if found == {0})
        if self._doubtful or self._idle:
            self._run()
        self._refuse_repeated()
        for name, unit in self.units.items():
            self._study(name, unit)

    def calls_of(self, block: str) -> Iterator[Take]:
        """Every call of a block."""
        for path, name in self.calls.items():
            if name == block:
                yield from self.takes.get(path, ())

    # ------------------------------------------------------------- the steps, again

    def _run(self) -> None:
        self.units: dict[str, Unit] = {}
        self.takes: dict[Path, list[Take]] = {}
        self.rounds: dict[Path, set[int]] = {}
        self.branches: set[tuple[Path, bool]] = set()
        self.flat_nodes: dict[Path, list[FlatNode]] = {}
        self.outputs: tuple[Site, ...] = ()
        self.results: dict[str, int] = {}
        self.sources: dict[Site, Formula | None] = {}
        self.branch_sites: set[Site] = set()
        self.flat_current: dict[Path, tuple[Thing, ...]] = {}
        self._flat_count: dict[Path, int] = {}
        self._tried: set[tuple[Path, bool]] = set()
        self._origins: dict[Ref, tuple[Frame, Ref]] = {}
        self._first: dict[tuple[str, str, str], Thing] = {}
        self._alike: dict[Thing, Thing] = {}
        self._flat: Path | None = None
        self._supposed = False
        self._time = 0
        self._nodes = iter(self.graph.nodes)
        self._pending: list[tuple[tuple[int | None, int], Ref, str]] = []
        inputs = self.graph.inputs
        given = [Thing("given", (), place) for place in range(len(inputs))]
        refs = tuple(
            Ref(t, 0, tensor.name) for t, tensor in zip(given, inputs, strict=True)
        )
        known: dict[str, Refs] = {ref.node: (ref,) for ref in refs}
        known["input"] = refs[:1]
        scope = _Scope(self.program.values, known, refs, False)
        frame = self._frame = self._enter("", False, given)
        self._take(self.program.steps, scope)
        names = self.program.outputs
        found: list[tuple[Site, Ref, str]]
        if names:
            found = [
                (("outputs", name, k), ref, name)
                for name in names
                for k, ref in enumerate(scope.known[name])
            ]
        else:
            found = [(("outputs", "", k), r, "") for k, r in enumerate(scope.current)]
        for site, ref, name in found:
            self._read(site, ref, name)
        self.outputs = tuple(site for site, _, _ in found)
        assert self._frame is frame
        assert next(self._nodes, None) is None
        assert tuple(ref.node for _, ref, _ in found) == self.graph.outputs

    def _enter(self, unit: str, named: bool, given: Sequence[Thing]) -> Frame:
        frame = Frame(unit, named, given)
        found = self.units.setdefault(unit, Unit())
        found.frames.append(frame)
        found.modes.add(named)
        return frame

    def _take(self, steps: Steps, scope: _Scope) -> None:
        for step in steps:
            if type(step) is LayerStep:
                self._layer(step, scope)
            elif type(step) is ApplyStep:
                self._apply(step, scope)
            elif self._flat is None and self._is_flat(step):
                self._flatten(step, scope)
            else:
                self._structure(step, scope)

    def _structure(self, step: Step, scope: _Scope) -> None:
        if type(step) is CallStep:
            self._call(step, scope)
        elif type(step) is RepeatStep:
            self._repeat(step, scope)
        elif type(step) is IfStep:
            self._if(step, scope)

    def _is_flat(self, step: Step) -> bool:
        paths = {step.path}
        if type(step) is CallStep:
            paths.add(self.program.blocks[step.block].path)
        return not paths.isdisjoint(self._flat_paths)

    def _flatten(self, step: Step, scope: _Scope) -> None:
        """Takes a step whose nodes are written one by one."""
        if self._supposed:
            raise _Impossible
        self._flat = step.path
        self._flat_count[step.path] = self._flat_count.get(step.path, 0) + 1
        self.flat_nodes[step.path] = []
        self._structure(step, scope)
        self.flat_current[step.path] = tuple(ref.thing for ref in scope.current)
        self._flat = None

    def _refuse_repeated(self) -> None:
        """A part that is written node by node stands for one run of it."""
        for path, count in self._flat_count.items():
            if count > 1:
                raise Unfaithful(self.parents[path])

    # ------------------------------------------------------------- layers

    def _layer(self, step: LayerStep, scope: _Scope) -> None:
        refs = self._sources(step, scope)
        arguments = step.arguments
        if arguments is not None:
            arguments = evaluate(arguments, scope.variables)
        node = None if self._supposed else self._node(step, refs)
        layer = node.layer if node else step.layer or make_layer(step.type, arguments)
        self._made(step, scope, node, refs, Take("", layer, arguments, ()), None)

    def _apply(self, step: ApplyStep, scope: _Scope) -> None:
        refs = self._sources(step, scope)
        wanted = evaluate(step.layer, scope.variables)
        found = scope.known.get(wanted, ())
        layer = found[0].layer if len(found) == 1 else None
        node = None if self._supposed else self._node(step, refs)
        if layer is None or (node and layer.node != node.shares):
            raise self._unfaithful(step.path)
        key = self._key(step.path, node)
        self._read(("layer", key), layer, wanted)
        self._made(step, scope, node, refs, Take("", None, None, ()), layer)

    def _node(self, step: LayerStep | ApplyStep, refs: Refs) -> Node:
        node = next(self._nodes)
        assert node.path == step.path, (node, step)
        assert node.inputs == tuple(ref.node for ref in refs), (node, refs)
        return node

    def _key(self, path: Path, node: Node | None) -> Path:
        """What stands for a step in sites and things: its path, or the node alone."""
        return path if self._flat is None or node is None else (node.name,)

    def _made(
        self,
        step: LayerStep | ApplyStep,
        scope: _Scope,
        node: Node | None,
        refs: Refs,
        take: Take,
        layer: Ref | None,
    ) -> None:
        """Notes that a step read tensors and gave one."""
        self._time += 1
        key = self._key(step.path, node)
        self._read_all(step, key, refs)
        name = node.name if node else f"?{self._time}"
        given = _given_name(step, scope)
        local = given
        if local is None:
            local = scope.rounds + step.label if scope.named else name
        detail = "" if self._flat is None else "flat"
        if layer is None:
            own = Thing("layer", key, detail)
            layer = Ref(own, self._time, name)
            self._make(own, local, given)
        thing = Thing("made", key, detail)
        self._make(thing, local, given)
        if isinstance(step.name, str) and not detail:
            unit = self._frame.unit
            for one in (thing, thing._replace(kind="layer")):
                first = self._first.setdefault((unit, one.kind, local), one)
                self._alike[one] = first
        scope.known[local] = scope.current = (Ref(thing, self._time, name, layer),)
        if self._flat is None:
            before = tuple(ref.node for ref in refs)
            found = take._replace(node=name, before=before)
            self.takes.setdefault(step.path, []).append(found)
        elif node:
            called = name if given is not None or scope.named else ""
            self.flat_nodes[self._flat].append(FlatNode(node, thing, called))

    def _make(
        self, thing: Thing, local: str, given: str | None, several: bool = False
    ) -> None:
        """Notes that a thing was made, under a name that may be that of others too."""
        unit = self.units[self._frame.unit]
        if not several:
            unit.names.setdefault(thing, set()).add(local)
        if given is not None:
            unit.titled.add(thing)
        self._frame.events.append(("make", thing, self._time))

    # ------------------------------------------------------------- structure

    def _call(self, step: CallStep, scope: _Scope) -> None:
        self.calls[step.path] = step.block
        block = self.program.blocks[step.block]
        arguments = evaluate(step.arguments, scope.variables)
        variables = self._parameters(block, arguments)
        given = self._sources(step, scope)
        given_name = _given_name(step, scope)
        local = given_name
        if local is None and scope.named:
            local = scope.rounds + step.label
        named = local is not None
        if self._flat is None:
            self._read_all(step, step.path, given)
            things = [Thing("given", block.path, k) for k in range(len(given))]
            frame = self._enter(block.name, named, things)
            inside = tuple(
                Ref(t, 0, ref.node) for t, ref in zip(things, given, strict=True)
            )
        else:
            inside = given
        known = {"input": inside[:1]}
        known |= {n: (ref,) for n, ref in zip(block.inputs, inside, strict=False)}
        own = len(known)
        inner = _Scope(variables, known, inside, named)
        if self._flat is None:
            around, self._frame = self._frame, frame
            try:
                self._take(block.steps, inner)
                current = self._results(block, inner)
            finally:
                self._frame = around
        else:
            self._take(block.steps, inner)
            current = tuple(ref for _, ref, _ in self._returned(block, inner))
        made = dict(list(known.items())[own:])
        if self._flat is None:
            self._time += 1
            results = tuple(
                Ref(Thing("call", step.path, k), self._time, ref.node)
                for k, ref in enumerate(current)
            )
            for result in results:
                if local is None:
                    self._frame.events.append(("make", result.thing, self._time))
                else:
                    self._make(result.thing, local, given_name, len(results) > 1)
            before = tuple(ref.node for ref in given)
            take = Take(results[0].node, None, arguments, before)
            self.takes.setdefault(step.path, []).append(take)
            made = {
                name: tuple(self._exported(step, frame, ref, results) for ref in refs)
                for name, refs in made.items()
            }
            current = results
        scope.current = current
        if local is not None:
            scope.known[local] = current
        for name, refs in made.items():
            outside = name if local is None else f"{local}_{name}"
            if outside in scope.known:
                continue
            scope.known[outside] = refs
            for ref in refs if self._flat is None else ():
                for thing in (ref.thing, *((ref.layer.thing,) if ref.layer else ())):
                    if thing.kind != "call":
                        names = self.units[self._frame.unit].names
                        names.setdefault(thing, set()).add(outside)

    def _returned(
        self, block: Block, scope: _Scope
    ) -> list[tuple[Formula | None, Ref, str]]:
        """What a block gives, and how that is written."""
        if not block.outputs:
            return [(None, ref, "") for ref in scope.current]
        found: list[tuple[Formula | None, Ref, str]] = []
        for source in block.outputs:
            refs, by = self._named(source, scope)
            formula = source if isinstance(source, Formula) else None
            found += [(formula, ref, by) for ref in refs]
        return found

    def _results(self, block: Block, scope: _Scope) -> Refs:
        """What a function returns; every run of it returns as many tensors."""
        found = self._returned(block, scope)
        count = self.results.setdefault(block.name, len(found))
        if count != len(found) or (block.outputs and count != len(block.outputs)):
            raise Unfaithful(block.path)
        for k, (formula, ref, by) in enumerate(found):
            site = ("return", block.path, k)
            self.sources[site] = formula
            self._read(site, ref, by)
        return tuple(ref for _, ref, _ in found)

    def _named(self, source: str | Formula, scope: _Scope) -> tuple[Refs, str]:
        """The tensors that a name stands for, and the name if it is one."""
        by = evaluate(source, scope.variables)
        if by == "prev":
            return scope.current, ""
        if by not in scope.known:
            raise _Impossible
        return scope.known[by], by

    def _parameters(self, block: Block, arguments: dict[str, Any]) -> dict[str, Any]:
        values = dict(self.program.values)
        for name, default in block.params.items():
            if name in arguments:
                values[name] = arguments[name]
            else:
                assert default is not NEEDED
                values[name] = evaluate(default, values)
        return values

    def _exported(self, step: CallStep, frame: Frame, ref: Ref, results: Refs) -> Ref:
        """What the caller sees of something that a function made."""
        result = results[0]
        layer = None
        if ref.layer:
            thing = self._export("export layer", step, ref.layer.thing)
            layer = Ref(thing, result.time, ref.layer.node)
            self._origins[layer] = frame, ref.layer
        for result in results:
            if ref.node == result.node:
                return result._replace(layer=layer)
        thing = self._export("export", step, ref.thing)
        found = Ref(thing, result.time, ref.node, layer)
        self._origins[found] = frame, ref
        return found

    def _export(self, kind: str, step: CallStep, thing: Thing) -> Thing:
        """Either of two branches may make what has one name, and one variable."""
        return Thing(kind, step.path, self._alike.get(thing, thing))

    def _repeat(self, step: RepeatStep, scope: _Scope) -> None:
        rounds = list(_rounds(step, scope))
        self.rounds.setdefault(step.path, set()).add(len(rounds))
        joins = self._flat is None and defines(step.steps)
        joins = joins and step.path not in self._idle
        way = "enter"
        for number, variables in enumerate(rounds, 1):
            if joins:
                self._join("start", step.path, way, scope)
            inner = _Scope(
                {**scope.variables, **variables},
                scope.known,
                scope.current,
                scope.named,
                f"{scope.rounds}{number}_",
            )
            self._take(step.steps, inner)
            scope.current = inner.current
            way = "again"
        if joins:
            self._join("end", step.path, way, scope)

    def _if(self, step: IfStep, scope: _Scope) -> None:
        test = evaluate(step.test, scope.variables)
        if type(test) is not bool:
            raise _Impossible
        joins = False
        if self._flat is None:
            self._taken.add((step.path, test))
            self.branches.add((step.path, test))
            joins = defines(step.then) or defines(step.otherwise)
            other = step.path, not test
            if other in self._doubtful - self._tried:
                self._suppose(step, not test, scope, joins)
        self._take(step.then if test else step.otherwise, scope)
        if joins:
            self._join("if", step.path, str(test), scope)

    def _suppose(self, step: IfStep, test: bool, scope: _Scope, joins: bool) -> None:
        """Takes a branch that no run takes, so that its code can be written."""
        frame, flat, supposed = self._frame, self._flat, self._supposed
        self._frame, self._supposed = frame.fork(), True
        other = _Scope(
            scope.variables,
            dict(scope.known),
            scope.current,
            scope.named,
            scope.rounds,
        )
        try:
            self._take(step.then if test else step.otherwise, other)
            if joins:
                self._join("if", step.path, str(test), other)
        except (Invalid, _Impossible, Unfaithful):
            pass
        else:
            self.branches.add((step.path, test))
            self._tried.add((step.path, test))
            self.units[frame.unit].frames.append(self._frame)
        finally:
            self._frame, self._flat, self._supposed = frame, flat, supposed

    def _join(self, kind: str, path: Path, way: str, scope: _Scope) -> None:
        """Lets the current tensors be what reaches a place in the code by some way."""
        things = [Thing(kind, path, k) for k in range(len(scope.current))]
        for thing, ref in zip(things, scope.current, strict=True):
            self._read(("join", path, way, thing.detail), ref, "", thing)
        self._time += 1
        for thing in things:
            self._frame.events.append(("make", thing, self._time))
        scope.current = tuple(
            Ref(thing, self._time, ref.node)
            for thing, ref in zip(things, scope.current, strict=True)
        )

    # ------------------------------------------------------------- tensors

    def _sources(self, step: LayerStep | CallStep | ApplyStep, scope: _Scope) -> Refs:
        """What a step reads; it is read once all branches were taken."""
        if not step.sources:
            self._pending = [
                ((None, k), ref, "") for k, ref in enumerate(scope.current)
            ]
            return scope.current
        found: list[tuple[tuple[int | None, int], Ref, str]] = []
        for place, source in enumerate(step.sources):
            if isinstance(source, tuple):
                before = scope.current
                self._take(source, scope)
                refs, by = scope.current, ""
                scope.current = before
            else:
                refs, by = self._named(source, scope)
            found += [((place, k), ref, by) for k, ref in enumerate(refs)]
        self._pending = found
        return tuple(ref for _, ref, _ in found)

    def _read_all(
        self, step: LayerStep | CallStep | ApplyStep, key: Path, refs: Refs
    ) -> None:
        for (place, k), ref, by in self._pending:
            site = ("from", key, place, k)
            source = None if place is None else step.sources[place]
            if isinstance(source, Formula):
                self.sources[site] = source
            if isinstance(source, tuple):
                self.branch_sites.add(site)
            self._read(site, ref, by)
        assert len(self._pending) == len(refs)

    def _read(self, site: Site, ref: Ref, by: str, to: Thing | None = None) -> None:
        self._frame.events.append(("read", site, ref, by, to))
        self._need(ref)

    def _need(self, ref: Ref) -> None:
        """Lets functions return what is read outside of them."""
        while ref.thing.kind.startswith("export"):
            frame, inside = self._origins[ref]
            frame.ends.setdefault(ref.thing.detail, set()).add(inside)
            ref = inside

    def _unfaithful(self, path: Path) -> Unfaithful:
        return Unfaithful(self.parents[self._flat or path])

    # ------------------------------------------------------------- what follows

    def _study(self, name: str, unit: Unit) -> None:
        """Finds out which variable each place can read."""
        for frame in unit.frames:
            unit.ends |= dict.fromkeys(frame.ends)
        exports: dict[Path, list[Thing]] = {}
        for thing in unit.names:
            if thing.kind.startswith("export"):
                exports.setdefault(thing.path, []).append(thing)
        joined: dict[Thing, set[Thing]] = {}
        for frame in unit.frames:
            for site, read, to in self._reads(name, unit, frame, exports):
                unit.sites.setdefault(site, []).append(read)
                if to is None:
                    unit.live.add(read.ref.thing)
                else:
                    joined.setdefault(to, set()).add(read.ref.thing)
        todo = list(unit.live)
        while todo:
            for thing in joined.get(todo.pop(), ()):
                if thing not in unit.live:
                    unit.live.add(thing)
                    todo.append(thing)
        for site, reads in unit.sites.items():
            self._settle(unit, site, reads)

    def _reads(
        self, name: str, unit: Unit, frame: Frame, exports: dict[Path, list[Thing]]
    ) -> Iterator[tuple[Site, Read, Thing | None]]:
        """What a run reads, in order."""
        last = {(thing, 0) for thing in frame.given}
        latest: dict[Any, int] = {}
        for event in frame.events:
            if event[0] == "make":
                _, thing, time = event
                latest[unit.group(thing)] = time
                more = exports.get(thing.path, ()) if thing.kind == "call" else ()
                for other in more:
                    latest[unit.group(other)] = time
                if thing.kind not in ("layer", "given"):
                    last = {(t, when) for t, when in last if when == time}
                    last.add((thing, time))
                continue
            _, site, ref, by, to = event
            here = ref.thing, ref.time
            lasts = latest.get(unit.group(ref.thing)) == ref.time
            yield site, Read(ref, by, here in last, lasts), to
        if not name or frame.partial:
            return
        for thing in unit.ends:
            time = latest.get(unit.group(thing))
            needed = frame.ends.get(thing, set())
            if time is None or any(ref.time != time for ref in needed):
                raise Unfaithful(self.program.blocks[name].path)
            for ref in needed or {Ref(thing, time, "")}:
                yield ("end", thing), Read(ref, "end", False, True), None

    def _settle(self, unit: Unit, site: Site, reads: list[Read]) -> None:
        """Decides how a place reads what it reads."""
        groups = {unit.group(read.ref.thing) for read in reads}
        things = {read.ref.thing for read in reads}
        joins = site[0] == "join"
        if joins and things.isdisjoint(unit.live):
            return
        named = any(read.by for read in reads)
        in_turn = all(read.next for read in reads) and (len(things) == 1 or not named)
        if in_turn and not any(self._has_variable(unit, site, r) for r in reads):
            # Whatever it reads has the variable of the current tensor.
            return
        lasting = all(read.lasts for read in reads)
        if lasting and (len(groups) == 1 or joins):
            unit.own |= {
                unit.group(r.ref.thing) for r in reads if not (joins and r.next)
            }
        elif not all(read.by for read in reads):
            raise self._unfaithful_site(site)
        elif lasting and choice(self.sources.get(site)):
            unit.chosen.add(site)
            unit.own |= groups
        else:
            unit.by_key.add(site)
            unit.stored |= things

    def _has_variable(self, unit: Unit, site: Site, read: Read) -> bool:
        """Whether a tensor has a variable so that the code is easier to read."""
        thing = read.ref.thing
        if site not in self.branch_sites:
            return bool(read.by) and thing in unit.titled
        if thing.kind not in ("made", "call") or thing.detail == "flat":
            return False
        return thing in unit.titled or self.branches_of(site) > 1

    def branches_of(self, site: Site) -> int:
        """How many branches the step of a place reads."""
        return sum(other[:2] == site[:2] for other in self.branch_sites)

    def _unfaithful_site(self, site: Site) -> Unfaithful:
        path = site[1] if len(site) > 1 and isinstance(site[1], tuple) else ()
        return Unfaithful(self.parents.get(path, ()))


def choice(
    source: Formula | None, rename: Callable[[str], str] = str
) -> dict[str, str] | None:
    """The code of the tests in `${'a' if test else 'b'}`, by the names they lead to.

    Returns:
        The last name has no test. None for another formula.
    """
    import ast

    if source is None or source.is_interpolated:
        return None
    code = source.python(rename)
    node: ast.expr = ast.parse(code, mode="eval").body
    found: dict[str, str] = {}
    while isinstance(node, ast.IfExp):
        if not isinstance(node.body, ast.Constant):
            return None
        found[str(node.body.value)] = ast.get_source_segment(code, node.test) or ""
        node = node.orelse
    if not found or not isinstance(node, ast.Constant):
        return None
    return {**found, str(node.value): ""}


def _given_name(step: LayerStep | CallStep | ApplyStep, scope: _Scope) -> str | None:
    name = step.name
    if isinstance(name, Formula):
        found: str = name.value(scope.variables)
        return found
    return name


def _rounds(step: RepeatStep, scope: _Scope) -> Iterator[dict[str, Any]]:
    """The variables of each round."""
    if step.times is not None:
        names = [step.index] if step.index else []
        for number in range(evaluate(step.times, scope.variables)):
            yield dict.fromkeys(names, number)
        return
    lists = evaluate(step.lists, scope.variables)
    for number, values in enumerate(zip(*lists.values(), strict=True)):
        index = {step.index: number} if step.index else {}
        yield {**dict(zip(lists, values, strict=True)), **index}


def defines(steps: Steps) -> bool:
    """Whether the current tensor can be another one after the steps."""
    for step in steps:
        if isinstance(step, RepeatStep):
            if defines(step.steps):
                return True
        elif isinstance(step, IfStep):
            if defines(step.then) or defines(step.otherwise):
                return True
        else:
            return True
    return False


def parents(program: Program) -> Iterator[tuple[Path, Path]]:
    """For each step and block, the repeat, branch or block around it; () if none."""
    yield (), ()
    yield from _inside(program.steps, ())
    for block in program.blocks.values():
        yield block.path, ()
        yield from _inside(block.steps, block.path)


def _inside(steps: Steps, around: Path) -> Iterator[tuple[Path, Path]]:
    for step in steps:
        yield step.path, around
        if isinstance(step, RepeatStep):
            yield from _inside(step.steps, step.path)
        elif isinstance(step, IfStep):
            yield from _inside(step.then, step.path)
            yield from _inside(step.otherwise, step.path)
        else:
            for source in step.sources:
                if isinstance(source, tuple) and not isinstance(source, Formula):
                    yield from _inside(source, around)


def _kinds(program: Program) -> Iterator[tuple[Path, str]]:
    """What a variable for the tensor of a step is called, if it has no name."""
    for steps in (program.steps, *(b.steps for b in program.blocks.values())):
        yield from _kinds_of(steps)


def _kinds_of(steps: Steps) -> Iterator[tuple[Path, str]]:
    for step in steps:
        if isinstance(step, RepeatStep):
            yield from _kinds_of(step.steps)
        elif isinstance(step, IfStep):
            yield from _kinds_of(step.then)
            yield from _kinds_of(step.otherwise)
        else:
            if isinstance(step, LayerStep):
                yield step.path, snake_case(step.type)
            elif isinstance(step, CallStep):
                yield step.path, f"{step.block}_output"
            for source in step.sources:
                if type(source) is tuple:
                    yield from _kinds_of(source)
