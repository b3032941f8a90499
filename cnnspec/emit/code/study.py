"""Which variable each place in a script's code can read."""

from collections.abc import Iterator

from cnnspec.emit.code.record import (
    Flow,
    Made,
    Read,
    Ref,
    Run,
    Site,
    Thing,
    Unfaithful,
    Unit,
)
from cnnspec.emit.code.steps import choice
from cnnspec.emit.code.walk import Walk
from cnnspec.ground.errors import Path
from cnnspec.language.program import Program
from cnnspec.model.graph import Graph

_DEPTH = 10
"""Of branches inside one another that no run takes; deeper ones get no code."""


def flow_of(program: Program, graph: Graph, flat: frozenset[Path]) -> Flow:
    """The record of a program, with what follows from it.

    Args:
        program: the steps.
        graph: what they came to.
        flat: the paths of steps and blocks whose structure isn't kept.

    Raises:
        Unfaithful: another one's can't be kept either.
    """
    taken: set[tuple[Path, bool]] = set()
    doubtful: frozenset[tuple[Path, bool]] = frozenset()
    idle: frozenset[Path] = frozenset()
    for _ in range(_DEPTH):
        flow = Flow(program, graph)
        taken |= Walk(flow, flat, doubtful, idle).taken
        found = frozenset((path, not branch) for path, branch in taken) - taken
        still = frozenset(path for path, n in flow.rounds.items() if n == {0})
        if (found, still) == (doubtful, idle):
            break
        # In a branch that no run takes there may be more of them.
        doubtful, idle = found, still
    for name, unit in flow.units.items():
        _Study(flow, name, unit).run()
    return flow


class _Study:
    """What follows from the runs of one function."""

    def __init__(self, flow: Flow, name: str, unit: Unit) -> None:
        self._flow, self._name, self._unit = flow, name, unit
        self._exports: dict[Path, list[Thing]] = {}
        for thing in unit.names:
            if thing.kind.startswith("export"):
                self._exports.setdefault(thing.path, []).append(thing)

    def run(self) -> None:
        """Fills the unit."""
        unit = self._unit
        for run in unit.runs:
            unit.ends |= dict.fromkeys(run.ends)
        joined: dict[Thing, set[Thing]] = {}
        for run in unit.runs:
            for site, read, to in self._reads(run):
                unit.sites.setdefault(site, []).append(read)
                if to is None:
                    unit.live.add(read.ref.thing)
                else:
                    joined.setdefault(to, set()).add(read.ref.thing)
        todo = list(unit.live)
        while todo:
            more = joined.get(todo.pop(), set()) - unit.live
            unit.live |= more
            todo += more
        for site, reads in unit.sites.items():
            self._settle(site, reads)

    def _reads(self, run: Run) -> Iterator[tuple[Site, Read, Thing | None]]:
        """What a run reads, in order, and what that becomes if code joins there."""
        last = {(thing, 0) for thing in run.given}
        latest: dict[object, int] = {}
        for event in run.events:
            if isinstance(event, Made):
                self._note_made(event, latest)
                if event.thing.kind not in ("layer", "given"):
                    last = {made for made in last if made[1] == event.time}
                    last.add(event)
                continue
            ref = event.ref
            lasts = latest.get(self._unit.group(ref.thing)) == ref.time
            is_next = (ref.thing, ref.time) in last
            yield event.site, Read(ref, event.by, is_next, lasts), event.to
        if self._name and not run.partial:
            yield from self._ends(run, latest)

    def _note_made(self, event: Made, latest: dict[object, int]) -> None:
        """Notes when each variable was last assigned to."""
        thing, time = event
        latest[self._unit.group(thing)] = time
        for other in self._exports.get(thing.path, ()) if thing.kind == "call" else ():
            latest[self._unit.group(other)] = time

    def _ends(
        self, run: Run, latest: dict[object, int]
    ) -> Iterator[tuple[Site, Read, None]]:
        """What a function reads at its end, since its caller uses it.

        Raises:
            Unfaithful: a run of it hasn't made that, or has made it more than once.
        """
        for thing in self._unit.ends:
            time = latest.get(self._unit.group(thing))
            needed = run.ends.get(thing, set())
            if time is None or any(ref.time != time for ref in needed):
                raise Unfaithful(self._flow.program.blocks[self._name].path)
            for ref in needed or {Ref(thing, time, "")}:
                yield ("end", thing), Read(ref, "end", False, True), None

    def _settle(self, site: Site, reads: list[Read]) -> None:
        """Decides how a place reads what it reads.

        Raises:
            Unfaithful: it names nothing, and no one variable has it each time.
        """
        unit = self._unit
        groups = {unit.group(read.ref.thing) for read in reads}
        things = {read.ref.thing for read in reads}
        joins = site[0] == "join"
        if joins and things.isdisjoint(unit.live):
            return
        named = any(read.by for read in reads)
        in_turn = all(read.next for read in reads) and (len(things) == 1 or not named)
        if in_turn and not any(self._has_variable(site, read) for read in reads):
            # Whatever it reads has the variable of the current tensor.
            return
        lasting = all(read.lasts for read in reads)
        if lasting and (len(groups) == 1 or joins):
            unit.own |= {
                unit.group(r.ref.thing) for r in reads if not (joins and r.next)
            }
        elif not all(read.by for read in reads):
            path = site[1] if len(site) > 1 and isinstance(site[1], tuple) else ()
            raise Unfaithful(self._flow.parents.get(path, ()))
        elif lasting and choice(self._flow.sources.get(site)):
            unit.chosen.add(site)
            unit.own |= groups
        else:
            unit.by_key.add(site)
            unit.stored |= things

    def _has_variable(self, site: Site, read: Read) -> bool:
        """Whether a tensor has a variable so that the code is easier to read."""
        thing = read.ref.thing
        if site not in self._flow.branch_sites:
            return bool(read.by) and thing in self._unit.titled
        if thing.kind not in ("made", "call") or thing.detail == "flat":
            return False
        return thing in self._unit.titled or self._flow.branches_of(site) > 1
