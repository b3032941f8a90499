"""The steps of a program taken once more, to record what its code makes and reads."""

from typing import Any

from cnnspec.catalogue.layers import make_layer
from cnnspec.emit.code.record import (
    FlatNode,
    Flow,
    Ref,
    Refs,
    Site,
    Take,
    Thing,
    Unfaithful,
)
from cnnspec.emit.code.scope import (
    Impossible,
    Scope,
    Source,
    given_name,
    named_by,
    parameters,
    returned,
    rounds_of,
)
from cnnspec.emit.code.steps import defines
from cnnspec.emit.code.tape import Tape
from cnnspec.ground.errors import Invalid, Path
from cnnspec.language.expressions import Formula, evaluate
from cnnspec.language.program import (
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    RepeatStep,
    Step,
    Steps,
)
from cnnspec.model.graph import Node


class Walk:
    """One way through all steps, in the order in which code is run.

    Attributes:
        taken: the branches of each `if` that some run of it takes.
    """

    def __init__(
        self,
        flow: Flow,
        flat: frozenset[Path],
        doubtful: frozenset[tuple[Path, bool]] = frozenset(),
        idle: frozenset[Path] = frozenset(),
    ) -> None:
        """Takes the steps.

        Args:
            flow: where everything is written down.
            flat: steps and blocks that are taken node by node.
            doubtful: branches that no run takes, which are tried for their code.
            idle: repeats of which no run takes a round.
        """
        self._flow, self._program = flow, flow.program
        self._flat_paths, self._doubtful, self._idle = flat, doubtful, idle
        self.taken: set[tuple[Path, bool]] = set()
        self._tried: set[tuple[Path, bool]] = set()
        self._flat_count: dict[Path, int] = {}
        self._flat: Path | None = None
        self._supposed = False
        self._nodes = iter(flow.graph.nodes)
        self._walk()
        self._refuse_repeated()

    def _walk(self) -> None:
        graph = self._flow.graph
        given = [Thing("given", (), place) for place in range(len(graph.inputs))]
        pairs = zip(given, graph.inputs, strict=True)
        refs = tuple(Ref(thing, 0, tensor.name) for thing, tensor in pairs)
        known: dict[str, Refs] = {ref.node: (ref,) for ref in refs}
        known["input"] = refs[:1]
        scope = Scope(self._program.values, known, refs, False)
        self._tape = Tape(self._flow, given)
        run = self._tape.run
        self._take(self._program.steps, scope)
        found: list[tuple[Site, Ref, str]] = [
            (("outputs", name, k), ref, name)
            for name in self._program.outputs
            for k, ref in enumerate(scope.known[name])
        ] or [(("outputs", "", k), ref, "") for k, ref in enumerate(scope.current)]
        for site, ref, name in found:
            self._tape.read(site, ref, name)
        self._flow.outputs = tuple(site for site, _, _ in found)
        assert self._tape.run is run
        assert next(self._nodes, None) is None
        assert tuple(ref.node for _, ref, _ in found) == graph.outputs

    def _take(self, steps: Steps, scope: Scope) -> None:
        for step in steps:
            if type(step) is LayerStep:
                self._layer(step, scope)
            elif type(step) is ApplyStep:
                self._apply(step, scope)
            elif self._flat is None and self._is_flat(step):
                self._flatten(step, scope)
            else:
                self._structure(step, scope)

    def _structure(self, step: Step, scope: Scope) -> None:
        if type(step) is CallStep:
            self._call(step, scope)
        elif type(step) is RepeatStep:
            self._repeat(step, scope)
        elif type(step) is IfStep:
            self._if(step, scope)

    def _is_flat(self, step: Step) -> bool:
        paths = {step.path}
        if type(step) is CallStep:
            paths.add(self._program.blocks[step.block].path)
        return not paths.isdisjoint(self._flat_paths)

    def _flatten(self, step: Step, scope: Scope) -> None:
        """Takes a step whose nodes are written one by one."""
        if self._supposed:
            raise Impossible
        self._flat = step.path
        self._flat_count[step.path] = self._flat_count.get(step.path, 0) + 1
        self._flow.flat_nodes[step.path] = []
        self._structure(step, scope)
        self._flow.flat_current[step.path] = tuple(ref.thing for ref in scope.current)
        self._flat = None

    def _refuse_repeated(self) -> None:
        """A part that is written node by node stands for one run of it."""
        for path, count in self._flat_count.items():
            if count > 1:
                raise Unfaithful(self._flow.parents[path])

    # ------------------------------------------------------------- layers

    def _layer(self, step: LayerStep, scope: Scope) -> None:
        found = self._sources(step, scope)
        arguments = step.arguments
        if arguments is not None:
            arguments = evaluate(arguments, scope.variables)
        node = None if self._supposed else self._node(step, found)
        layer = node.layer if node else step.layer or make_layer(step.type, arguments)
        self._made(step, scope, node, found, Take("", layer, arguments, ()), None)

    def _apply(self, step: ApplyStep, scope: Scope) -> None:
        found = self._sources(step, scope)
        wanted = evaluate(step.layer, scope.variables)
        refs = scope.known.get(wanted, ())
        layer = refs[0].layer if len(refs) == 1 else None
        node = None if self._supposed else self._node(step, found)
        if layer is None or (node and layer.node != node.shares):
            raise self._unfaithful(step.path)
        key = self._key(step.path, node)
        self._tape.read(("layer", key), layer, wanted)
        self._made(step, scope, node, found, Take("", None, None, ()), layer)

    def _node(self, step: LayerStep | ApplyStep, found: list[Source]) -> Node:
        node = next(self._nodes)
        assert node.path == step.path, (node, step)
        assert node.inputs == tuple(s.ref.node for s in found), (node, found)
        return node

    def _key(self, path: Path, node: Node | None) -> Path:
        """What stands for a step in sites and things: its path, or the node alone."""
        return path if self._flat is None or node is None else (node.name,)

    def _made(
        self,
        step: LayerStep | ApplyStep,
        scope: Scope,
        node: Node | None,
        sources: list[Source],
        take: Take,
        layer: Ref | None,
    ) -> None:
        """Notes that a step read tensors and gave one."""
        self._tape.time += 1
        key = self._key(step.path, node)
        self._read_all(step, key, sources)
        name = node.name if node else f"?{self._tape.time}"
        given = given_name(step, scope)
        local = given
        if local is None:
            local = scope.rounds + step.label if scope.named else name
        detail = "" if self._flat is None else "flat"
        if layer is None:
            own = Thing("layer", key, detail)
            layer = Ref(own, self._tape.time, name)
            self._tape.make(own, local, given)
        thing = Thing("made", key, detail)
        self._tape.make(thing, local, given)
        if isinstance(step.name, str) and not detail:
            self._tape.share_name(thing, local)
        scope.known[local] = scope.current = (Ref(thing, self._tape.time, name, layer),)
        if self._flat is None:
            before = tuple(source.ref.node for source in sources)
            found = take._replace(node=name, before=before)
            self._flow.takes.setdefault(step.path, []).append(found)
        elif node:
            called = name if given is not None or scope.named else ""
            self._flow.flat_nodes[self._flat].append(FlatNode(node, thing, called))

    # ------------------------------------------------------------- calls

    def _call(self, step: CallStep, scope: Scope) -> None:
        self._flow.calls[step.path] = step.block
        arguments = evaluate(step.arguments, scope.variables)
        sources = self._sources(step, scope)
        name = given_name(step, scope)
        local = name
        if local is None and scope.named:
            local = scope.rounds + step.label
        if self._flat is None:
            known = self._called(step, scope, arguments, sources, local, name)
        else:
            given = tuple(source.ref for source in sources)
            known = self._inlined(step, scope, arguments, given, local is not None)
        if local is not None:
            scope.known[local] = scope.current
        for name, refs in known.items():
            outside = name if local is None else f"{local}_{name}"
            if outside not in scope.known:
                scope.known[outside] = refs
                if self._flat is None:
                    self._tape.name_exports(refs, outside)

    def _called(
        self,
        step: CallStep,
        scope: Scope,
        arguments: dict[str, Any],
        sources: list[Source],
        local: str | None,
        name: str | None,
    ) -> dict[str, Refs]:
        """Runs a function; returns what the caller may use of what it makes."""
        block = self._program.blocks[step.block]
        self._read_all(step, step.path, sources)
        given = [source.ref for source in sources]
        things = [Thing("given", block.path, k) for k in range(len(given))]
        run = self._tape.enter(block.name, local is not None, things)
        pairs = zip(things, given, strict=True)
        inside = tuple(Ref(thing, 0, ref.node) for thing, ref in pairs)
        inner, known = self._inner(block, arguments, inside, local is not None)
        around, self._tape.run = self._tape.run, run
        try:
            self._take(block.steps, inner)
            current = self._results(block, inner)
        finally:
            self._tape.run = around
        self._tape.time += 1
        results = tuple(
            Ref(Thing("call", step.path, k), self._tape.time, ref.node)
            for k, ref in enumerate(current)
        )
        for result in results:
            self._tape.make(result.thing, local, name, len(results) > 1)
        before = tuple(ref.node for ref in given)
        take = Take(results[0].node, None, arguments, before)
        self._flow.takes.setdefault(step.path, []).append(take)
        scope.current = results
        return {
            n: tuple(self._tape.export(step, run, ref, results) for ref in refs)
            for n, refs in inner.known.items()
            if n not in known
        }

    def _inlined(
        self,
        step: CallStep,
        scope: Scope,
        arguments: dict[str, Any],
        given: Refs,
        named: bool,
    ) -> dict[str, Refs]:
        """Takes the steps of a block where nothing is kept of it."""
        block = self._program.blocks[step.block]
        inner, known = self._inner(block, arguments, given, named)
        self._take(block.steps, inner)
        scope.current = tuple(ref for _, ref, _ in returned(block, inner))
        return {n: refs for n, refs in inner.known.items() if n not in known}

    def _inner(
        self, block: Block, arguments: dict[str, Any], given: Refs, named: bool
    ) -> tuple[Scope, frozenset[str]]:
        """The scope in a block, and the names that it has from the beginning."""
        known = {"input": given[:1]}
        known |= {n: (ref,) for n, ref in zip(block.inputs, given, strict=False)}
        variables = parameters(self._program.values, block, arguments)
        return Scope(variables, known, given, named), frozenset(known)

    def _results(self, block: Block, scope: Scope) -> Refs:
        """What a function returns; every run of it returns as many tensors."""
        found = returned(block, scope)
        count = self._flow.results.setdefault(block.name, len(found))
        if count != len(found) or (block.outputs and count != len(block.outputs)):
            raise Unfaithful(block.path)
        for k, (formula, ref, by) in enumerate(found):
            site = ("return", block.path, k)
            self._flow.sources[site] = formula
            self._tape.read(site, ref, by)
        return tuple(ref for _, ref, _ in found)

    # ------------------------------------------------------------- repeats and ifs

    def _repeat(self, step: RepeatStep, scope: Scope) -> None:
        rounds = list(rounds_of(step, scope))
        self._flow.rounds.setdefault(step.path, set()).add(len(rounds))
        joins = self._flat is None and defines(step.steps)
        joins = joins and step.path not in self._idle
        way = "enter"
        for number, variables in enumerate(rounds, 1):
            if joins:
                scope.current = self._tape.join("start", step.path, way, scope.current)
            inner = Scope(
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
            scope.current = self._tape.join("end", step.path, way, scope.current)

    def _if(self, step: IfStep, scope: Scope) -> None:
        test = evaluate(step.test, scope.variables)
        if type(test) is not bool:
            raise Impossible
        joins = False
        if self._flat is None:
            self.taken.add((step.path, test))
            self._flow.branches.add((step.path, test))
            joins = defines(step.then) or defines(step.otherwise)
            other = step.path, not test
            if other in self._doubtful - self._tried:
                self._suppose(step, not test, scope, joins)
        self._take(step.then if test else step.otherwise, scope)
        if joins:
            scope.current = self._tape.join("if", step.path, str(test), scope.current)

    def _suppose(self, step: IfStep, test: bool, scope: Scope, joins: bool) -> None:
        """Takes a branch that no run takes, so that its code can be written."""
        run, flat, supposed = self._tape.run, self._flat, self._supposed
        self._tape.run, self._supposed = run.fork(), True
        other = Scope(
            scope.variables,
            dict(scope.known),
            scope.current,
            scope.named,
            scope.rounds,
        )
        try:
            self._take(step.then if test else step.otherwise, other)
            if joins:
                other.current = self._tape.join(
                    "if", step.path, str(test), other.current
                )
        except (Invalid, Impossible, Unfaithful):
            pass
        else:
            self._flow.branches.add((step.path, test))
            self._tried.add((step.path, test))
            self._flow.units[run.unit].runs.append(self._tape.run)
        finally:
            self._tape.run, self._flat, self._supposed = run, flat, supposed

    # ------------------------------------------------------------- tensors

    def _sources(
        self, step: LayerStep | CallStep | ApplyStep, scope: Scope
    ) -> list[Source]:
        """What a step reads; it is noted as read once all branches were taken."""
        found: list[Source] = []
        if not step.sources:
            found = [Source(None, k, ref, "") for k, ref in enumerate(scope.current)]
        for place, source in enumerate(step.sources):
            if isinstance(source, tuple):
                before = scope.current
                self._take(source, scope)
                refs, by = scope.current, ""
                scope.current = before
            else:
                refs, by = named_by(source, scope)
            found += [Source(place, k, ref, by) for k, ref in enumerate(refs)]
        return found

    def _read_all(
        self, step: LayerStep | CallStep | ApplyStep, key: Path, found: list[Source]
    ) -> None:
        for place, number, ref, by in found:
            site = ("from", key, place, number)
            source = None if place is None else step.sources[place]
            if isinstance(source, Formula):
                self._flow.sources[site] = source
            if isinstance(source, tuple):
                self._flow.branch_sites.add(site)
            self._tape.read(site, ref, by)

    def _unfaithful(self, path: Path) -> Unfaithful:
        return Unfaithful(self._flow.parents[self._flat or path])
