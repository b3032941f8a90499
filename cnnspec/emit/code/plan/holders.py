"""The variables that hold a function's tensors and layers."""

from collections.abc import Mapping, Sequence

from cnnspec.emit.code.plan.flow import Flow, Function
from cnnspec.emit.code.plan.names import Names, identifier, without_axes
from cnnspec.emit.code.plan.outline import StepKind
from cnnspec.emit.code.plan.places import (
    Export,
    Join,
    Joined,
    LayerOf,
    Made,
    TensorRead,
    Use,
    Value,
    is_layer,
    is_list,
)
from cnnspec.emit.code.tree import (
    Assign,
    Code,
    Expression,
    Several,
    Star,
    Subscript,
)
from cnnspec.ground.errors import Path

NUMBERED = ["_1"]
"""How the second of several tensors is called that have a number each."""


class Holders:
    """What each value is called in one function.

    The current tensor is `x`; what is read later has a variable of its own.

    Attributes:
        keeps: the dictionaries that the function needs, for what is read by a name that
            only its run can say.
    """

    def __init__(
        self,
        flow: Flow,
        function: Function,
        names: Names,
        kinds: Mapping[Path, StepKind],
        handed: Mapping[Value, str],
    ) -> None:
        """Begins with none.

        Args:
            flow: all functions.
            function: the one whose variables they are.
            names: those of the function.
            kinds: of the steps.
            handed: what other functions call the values that they return.
        """
        self._flow, self._function, self._names = flow, function, names
        self._kinds, self._handed = kinds, handed
        self._found: dict[object, str] = {}
        self._parts: dict[object, list[str]] = {}
        self._carriers: dict[Value, str] = {}
        self._slots: dict[int, str] = {0: "x"}
        self._branch_ends: set[Value] = set()
        self.keeps: set[str] = set()

    # ------------------------------------------------------------- given names

    def call(self, value: Value, name: str) -> None:
        """Gives a value this very name."""
        self._found[self._function.group(value)] = self._names.take(name)

    def call_given(self, value: Value, *wanted: str) -> str:
        """Names a function's argument, or the like of it."""
        found = self._names.new(*wanted)
        self._found[self._function.group(value)] = found
        return found

    def parameter(self, name: str) -> str:
        """Names a parameter of the function that holds no tensor."""
        return self._names.new(name)

    def new(self, *wanted: str) -> str:
        """A variable for what is no value of the flow."""
        return self._names.new(*wanted)

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
        for use in self._function.reads_of(path):
            if use in self._flow.branch_uses:
                self._branch_ends |= self._function.values_at(use)

    # ------------------------------------------------------------- reading

    def of(self, value: Value) -> str:
        """The variable of a value."""
        group = self._function.group(value)
        if group in self._found:
            return self._found[group]
        if group not in self._function.own:
            return self._open(value)
        self._found[group] = self._names.new(*self._titles(value))
        return self._found[group]

    def read(self, use: Use) -> str:
        """The variable that a place reads."""
        reads = self._function.uses[use]
        value = reads[0].instance.value
        if all(read.next for read in reads) and value in self._carriers:
            return self._carriers[value]
        return self.of(value)

    def target(self, value: Value) -> str:
        """The variable that a tensor is assigned to; nothing if nobody reads it."""
        if self._function.is_own(value):
            return self.of(value)
        return self._open(value) if self._is_held(value) else ""

    def _open(self, value: Value) -> str:
        return self.slot(getattr(value, "place", 0))

    def _is_held(self, value: Value) -> bool:
        """Whether anything reads a tensor by a variable."""
        function = self._function
        if value not in function.live or value not in function.stored:
            return value in function.live
        uses = {use for use, _ in function.readers(value)}
        return not uses <= function.by_key

    def kept(self, where: str, key: str) -> Expression:
        """The place in a dictionary where a value is kept."""
        self.keeps.add(where)
        return Subscript(Code(where), Code(key))

    def dictionaries(self) -> list[Assign]:
        """The statements that make the dictionaries."""
        names = [name for name in ("tensors", "shared") if name in self.keeps]
        return [Assign(Code(name), Code("{}")) for name in names]

    def unpack(
        self, value: Value, others: Sequence[str], begins: str = ""
    ) -> Expression | None:
        """Variables for each of the tensors that a value is.

        Args:
            value: that is several tensors.
            others: what those behind the first may be called; `_1` behind the name
                of all where they are alike.
            begins: what the first may be called, where it isn't after what it is.

        Returns:
            None where something reads all of them at once.
        """
        read = self._function.parts_read(value)
        own = self._function.is_own(value)
        if not read or value in self._function.stored or not (own or read == {0}):
            return None
        group = self._function.group(value)
        if group not in self._parts:
            title, alike = self.title(value), others[:1] == NUMBERED
            words = [f"{title}{word}" if alike else word for word in others]
            first = "_"
            if begins and 0 in read:
                first = self._names.new(begins, f"{title}_{begins}")
            elif 0 in read:
                first = self._first(value, title, alike and own)
            self._parts[group] = [first] + [
                self._names.new(word, f"{title}_{word}") if number in read else "_"
                for number, word in enumerate(words, 1)
            ]
        names = self._parts[group]
        last = max(read) + 1
        targets: list[Expression] = [Code(name) for name in names[:last]]
        if len(names) - last == 1:
            targets.append(Code("_"))
        elif len(names) > last:
            targets.append(Star(Code("_")))
        return Several(tuple(targets))

    def _first(self, value: Value, title: str, numbered: bool) -> str:
        """The variable of the first of several tensors."""
        return self._names.new(f"{title}_0") if numbered else self.target(value)

    def part(self, value: Value, number: int) -> str:
        """The variable of one of the tensors that a value is; '' if it has none."""
        names = self._parts.get(self._function.group(value))
        return names[number] if names else ""

    # ------------------------------------------------------------- where code joins

    def holder(self, value: Value, way: tuple[Path, str], place: int) -> str:
        """The variable that holds a tensor where code comes together."""
        reads = self._function.uses.get(Join(*way, place), ())
        if value in self._carriers and all(read.next for read in reads):
            return self._carriers[value]
        return self.of(value)

    def copies(
        self,
        current: Sequence[Value],
        way: tuple[Path, str],
        places: Sequence[int],
        slots: Mapping[int, str],
    ) -> list[Assign]:
        """What lets variables be the current tensors, if it is needed."""
        pairs = [
            (slots.get(k) or self.slot(k), self.holder(current[k], way, k))
            for k in places
        ]
        pairs = [(slot, holder) for slot, holder in pairs if slot != holder]
        if not pairs:
            return []
        targets, holders = zip(*pairs, strict=True)
        target, holder = (
            Several(tuple(map(Code, codes))) for codes in (targets, holders)
        )
        return [Assign(target, holder)]

    def carry(self, values: Sequence[Value], slots: Mapping[int, str]) -> list[Assign]:
        """Lets values be the current tensors where code comes together.

        Returns:
            What gives some a variable of their own too, as something else is made
            before they are read.
        """
        made = []
        for k, value in enumerate(values):
            carrier = self._carriers[value] = slots.get(k) or self.slot(k)
            if self._function.is_own(value) and value in self._function.live:
                own = self.of(value)
                if own != carrier:
                    made.append(Assign(Code(own), Code(carrier)))
        return made

    # ------------------------------------------------------------- titles

    def title(self, value: Value) -> str:
        """What a variable for a value is called after."""
        return self._titles(value)[0]

    def _titles(self, value: Value) -> list[str]:
        """What a variable may be called after, the best name first."""
        function = self._function
        if is_list(value):
            return ["results"]
        if isinstance(value, Joined):
            return ["shortcut" if self._is_shortcut(value) else "trunk"]
        if value in self._branch_ends and value not in function.titled:
            return [self._branch_title(value)]
        kind = self._kinds.get(value.path)
        names = function.names.get(value, set())
        if len(names) != 1:
            inside = value.inside if isinstance(value, Export) else None
            handed = self._handed.get(inside, "") if inside else ""
            return [handed or (kind.result if kind else "tensor")]
        [name] = names
        if isinstance(value, Made):
            if LayerOf(value) in function.live:
                return [f"{name}_output"]
            if kind and value not in function.titled:
                return [kind.result]
        if is_layer(value):
            return [name, f"{name}_layer"]
        if kind and identifier(name).startswith("_"):
            return [f"{without_axes(kind.word)}_{name}"]
        result = [kind.result] if kind and kind.result != kind.word else []
        return [name, *result, f"{name}_output"]

    def _branch_title(self, value: Value) -> str:
        """`branch`, or `branch_1` where a step reads several."""
        counts = [
            self._flow.branches_of(use)
            for use, _ in self._function.readers(value)
            if isinstance(use, TensorRead) and use in self._flow.branch_uses
        ]
        if max(counts) == 1:
            return "branch"
        number = 1
        while f"branch_{number}" in self._names.taken:
            number += 1
        return f"branch_{number}"

    def _is_shortcut(self, value: Value) -> bool:
        """Whether a tensor goes past layers, to be joined with what they give."""
        readers = (
            self._kinds.get(use.path)
            for use, read in self._function.readers(value)
            if isinstance(use, TensorRead) and not read.next
        )
        return any(kind is not None and kind.joins_paths for kind in readers)
