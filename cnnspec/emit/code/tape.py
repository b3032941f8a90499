"""The record as it is written: what the run of the moment makes and reads."""

from collections.abc import Sequence

from cnnspec.emit.code.record import (
    Flow,
    Made,
    Ref,
    Refs,
    Run,
    Site,
    Thing,
    Unit,
    Wanted,
)
from cnnspec.ground.errors import Path
from cnnspec.language.program import CallStep


class Tape:
    """Writes into the runs of a flow.

    Attributes:
        run: the one that is being recorded.
        time: a number that grows whenever something is made.
    """

    def __init__(self, flow: Flow, given: Sequence[Thing]) -> None:
        self._flow, self.time = flow, 0
        self._origins: dict[Ref, tuple[Run, Ref]] = {}
        self._first: dict[tuple[str, str, str], Thing] = {}
        self._alike: dict[Thing, Thing] = {}
        self.run = self.enter("", False, given)

    @property
    def unit(self) -> Unit:
        """That of the run."""
        return self._flow.units[self.run.unit]

    def enter(self, unit: str, named: bool, given: Sequence[Thing]) -> Run:
        """A new run of a function."""
        run = Run(unit, named, given)
        found = self._flow.units.setdefault(unit, Unit())
        found.runs.append(run)
        found.modes.add(named)
        return run

    def make(
        self, thing: Thing, local: str | None, given: str | None, several: bool = False
    ) -> None:
        """Notes that a thing was made.

        Args:
            thing: that was made.
            local: its name where it stands, if it has one.
            given: the name that the author gave it, if so.
            several: whether other things have the name as well.
        """
        if local is not None and not several:
            self.unit.names.setdefault(thing, set()).add(local)
        if given is not None:
            self.unit.titled.add(thing)
        self.run.events.append(Made(thing, self.time))

    def read(self, site: Site, ref: Ref, by: str, to: Thing | None = None) -> None:
        """Notes that a place read something, and what functions return for it."""
        self.run.events.append(Wanted(site, ref, by, to))
        while ref.thing.kind.startswith("export"):
            run, inside = self._origins[ref]
            run.ends.setdefault(ref.thing.detail, set()).add(inside)
            ref = inside

    def join(self, kind: str, path: Path, way: str, current: Refs) -> Refs:
        """Lets the current tensors be what reaches a place in the code by some way."""
        things = [Thing(kind, path, k) for k in range(len(current))]
        for thing, ref in zip(things, current, strict=True):
            self.read(("join", path, way, thing.detail), ref, "", thing)
        self.time += 1
        for thing in things:
            self.run.events.append(Made(thing, self.time))
        pairs = zip(things, current, strict=True)
        return tuple(Ref(thing, self.time, ref.node) for thing, ref in pairs)

    # ------------------------------------------------------------- exports

    def share_name(self, thing: Thing, local: str) -> None:
        """Lets things that have one name in one function be one for its callers.

        Either of two branches may make them.
        """
        for one in (thing, thing._replace(kind="layer")):
            key = self.run.unit, one.kind, local
            self._alike[one] = self._first.setdefault(key, one)

    def export(self, step: CallStep, run: Run, ref: Ref, results: Refs) -> Ref:
        """What the caller sees of something that a run of a function made."""
        layer = None
        if ref.layer:
            layer = self._export("export layer", step, run, ref.layer, results)
        for result in results:
            if ref.node == result.node:
                return result._replace(layer=layer)
        return self._export("export", step, run, ref, results, layer)

    def _export(
        self,
        kind: str,
        step: CallStep,
        run: Run,
        ref: Ref,
        results: Refs,
        layer: Ref | None = None,
    ) -> Ref:
        thing = Thing(kind, step.path, self._alike.get(ref.thing, ref.thing))
        found = Ref(thing, results[0].time, ref.node, layer)
        self._origins[found] = run, ref
        return found

    def name_exports(self, refs: Refs, outside: str) -> None:
        """Notes what the caller calls things that a function made."""
        for ref in refs:
            for thing in (ref.thing, *((ref.layer.thing,) if ref.layer else ())):
                if thing.kind != "call":
                    self.unit.names.setdefault(thing, set()).add(outside)
