"""The variables that hold a function's tensors and layers."""

from cnnspec.catalogue.components import snake_case
from cnnspec.emit.code.names import Names, result_of, without_axes
from cnnspec.emit.code.python import identifier
from cnnspec.emit.code.record import Flow, Site, Thing, Unfaithful, Unit
from cnnspec.ground.errors import Path


class Variables:
    """What each thing is called in one function.

    The current tensor is `x`; what is read later has a variable of its own.

    Attributes:
        keeps: the dictionaries that the function needs, for what is read by a name that
            only its run can say.
    """

    def __init__(
        self, flow: Flow, unit: Unit, names: Names, exported: dict[Thing, str]
    ) -> None:
        """Begins with none.

        Args:
            flow: the record.
            unit: what the function's runs have in common.
            names: those of the function.
            exported: what other functions call the things that they return.
        """
        self._flow, self._unit, self._names = flow, unit, names
        self._exported = exported
        self._found: dict[object, str] = {}
        self._carriers: dict[Thing, str] = {}
        self._slots: dict[int, str] = {0: "x"}
        self._branch_ends: set[Thing] = set()
        self.keeps: set[str] = set()

    # ------------------------------------------------------------- given names

    def call(self, thing: Thing, name: str) -> None:
        """Gives a thing this very name."""
        self._found[self._unit.group(thing)] = self._names.take(name)

    def call_given(self, thing: Thing, *wanted: str) -> str:
        """Names a function's argument, or the like of it."""
        found = self._names.new(*wanted)
        self._found[self._unit.group(thing)] = found
        return found

    def set_slot(self, place: int, name: str) -> None:
        """Lets a current tensor have this variable."""
        self._slots[place] = self._names.take(name)

    def slot(self, place: int, hint: str = "tensor") -> str:
        """The variable of a current tensor that is read before another is made."""
        if place not in self._slots:
            self._slots[place] = self._names.new(hint)
        return self._slots[place]

    def expect_branches(self, path: Path) -> None:
        """Notes what the branches give that a step is about to read."""
        for site in self._unit.reads_of(path):
            if site in self._flow.branch_sites:
                self._branch_ends |= self._unit.things_at(site)

    # ------------------------------------------------------------- reading

    def of(self, thing: Thing) -> str:
        """The variable of a thing."""
        group = self._unit.group(thing)
        if group in self._found:
            return self._found[group]
        if group not in self._unit.own:
            return self._open(thing)
        self._found[group] = self._names.new(*self._titles(thing))
        return self._found[group]

    def read(self, site: Site) -> str:
        """The variable that a place reads."""
        reads = self._unit.sites[site]
        thing = reads[0].ref.thing
        if all(read.next for read in reads) and thing in self._carriers:
            return self._carriers[thing]
        return self.of(thing)

    def target(self, thing: Thing) -> str:
        """The variable that a tensor is assigned to; nothing if nobody reads it."""
        if self._unit.is_own(thing):
            return self.of(thing)
        return self._open(thing) if self._is_held(thing) else ""

    def _open(self, thing: Thing) -> str:
        return self.slot(thing.detail if isinstance(thing.detail, int) else 0)

    def _is_held(self, thing: Thing) -> bool:
        """Whether anything reads a tensor by a variable."""
        if thing not in self._unit.live or thing not in self._unit.stored:
            return thing in self._unit.live
        sites = {site for site, _ in self._unit.readers(thing)}
        return not sites <= self._unit.by_key

    def kept(self, where: str, key: str | None, thing: Thing) -> str:
        """The place in a dictionary where a thing is kept.

        Raises:
            Unfaithful: its name isn't known.
        """
        if key is None:
            raise Unfaithful(self._flow.parents.get(thing.path, ()))
        self.keeps.add(where)
        return f"{where}[{key}]"

    def dictionaries(self) -> list[str]:
        """The lines that make the dictionaries."""
        names = [name for name in ("tensors", "shared") if name in self.keeps]
        return [f"    {name} = {{}}" for name in names]

    # ------------------------------------------------------------- where code joins

    def holder(self, thing: Thing, way: tuple[Path, str], place: int) -> str:
        """The variable that holds a tensor where code comes together."""
        reads = self._unit.sites.get(("join", *way, place), ())
        if thing in self._carriers and all(read.next for read in reads):
            return self._carriers[thing]
        return self.of(thing)

    def copies(
        self,
        current: list[Thing],
        way: tuple[Path, str],
        places: list[int],
        slots: dict[int, str],
    ) -> list[str]:
        """The line that lets variables be the current tensors, if one is needed."""
        pairs = [
            (slots.get(k) or self.slot(k), self.holder(current[k], way, k))
            for k in places
        ]
        pairs = [(slot, holder) for slot, holder in pairs if slot != holder]
        if not pairs:
            return []
        targets, holders = zip(*pairs, strict=True)
        return [f"{', '.join(targets)} = {', '.join(holders)}"]

    def carry(self, things: list[Thing], slots: dict[int, str]) -> list[str]:
        """Lets things be the current tensors where code comes together.

        Returns:
            Lines that give some a variable of their own too, as something else is made
            before they are read.
        """
        lines = []
        for k, thing in enumerate(things):
            self._carriers[thing] = slots.get(k) or self.slot(k)
            if self._unit.is_own(thing) and thing in self._unit.live:
                lines += _copy(self.of(thing), self._carriers[thing])
        return lines

    # ------------------------------------------------------------- titles

    def title(self, thing: Thing) -> str:
        """What a variable for a thing is called after."""
        return self._titles(thing)[0]

    def _titles(self, thing: Thing) -> list[str]:
        """What a variable may be called after, the best name first."""
        if thing.kind in ("start", "end", "if"):
            return ["shortcut" if self._is_shortcut(thing) else "trunk"]
        if thing in self._branch_ends and thing not in self._unit.titled:
            return [self._branch_title(thing)]
        kind = self._flow.kinds.get(thing.path, "")
        names = self._unit.names.get(thing, set())
        if len(names) != 1:
            return [self._exported.get(thing.detail) or result_of(kind) or "tensor"]
        [name] = names
        if thing.kind == "made" and thing._replace(kind="layer") in self._unit.live:
            return [f"{name}_output"]
        if kind and thing.kind == "made" and thing not in self._unit.titled:
            return [result_of(kind)]
        if thing.kind in ("layer", "export layer"):
            return [name, f"{name}_layer"]
        if kind and identifier(name).startswith("_"):
            return [f"{without_axes(kind)}_{name}"]
        word = result_of(kind)
        own = kind if isinstance(kind, str) else snake_case(kind.__name__)
        return [name, *([word] if word != own else []), f"{name}_output"]

    def _branch_title(self, thing: Thing) -> str:
        """`branch`, or `branch_1` where a step reads several."""
        counts = [
            self._flow.branches_of(site)
            for site, _ in self._unit.readers(thing)
            if site in self._flow.branch_sites
        ]
        if max(counts) == 1:
            return "branch"
        number = 1
        while f"branch_{number}" in self._names.taken:
            number += 1
        return f"branch_{number}"

    def _is_shortcut(self, thing: Thing) -> bool:
        """Whether a tensor goes past layers, to be joined with what they give."""
        readers = (
            self._flow.kinds.get(site[1], "")
            for site, read in self._unit.readers(thing)
            if site[0] == "from" and not read.next
        )
        return any(not isinstance(kind, str) and kind.joins_paths for kind in readers)


def _copy(target: str, source: str) -> list[str]:
    """The line that lets a variable be another one, unless it is."""
    return [] if target == source else [f"{target} = {source}"]
