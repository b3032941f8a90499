"""Which variable each place in a script's code can read."""

from collections.abc import Iterator

from cnnspec.emit.code.plan.flow import (
    Flow,
    Function,
    Making,
    Read,
    Run,
)
from cnnspec.emit.code.plan.outline import choice
from cnnspec.emit.code.plan.places import (
    Export,
    Given,
    Handed,
    Instance,
    Join,
    Made,
    Result,
    TensorRead,
    Use,
    Value,
    is_layer,
    is_list,
)
from cnnspec.ground.errors import Path


def study(flow: Flow) -> None:
    """Finds out what each function's variables have to hold."""
    for name, function in flow.functions.items():
        _Study(flow, name, function).run()


class _Study:
    """What follows from the runs of one function."""

    def __init__(self, flow: Flow, name: str, function: Function) -> None:
        self._flow, self._name, self._function = flow, name, function
        self._exports: dict[Path, list[Export]] = {}
        for value in function.names:
            if isinstance(value, Export):
                self._exports.setdefault(value.path, []).append(value)

    def run(self) -> None:
        """Fills in the function."""
        function = self._function
        for run in function.runs:
            function.handed |= dict.fromkeys(run.handed)
        joined: dict[Value, set[Value]] = {}
        for run in function.runs:
            for use, read, becomes in self._reads(run):
                function.uses.setdefault(use, []).append(read)
                if becomes is None:
                    function.live.add(read.instance.value)
                else:
                    joined.setdefault(becomes, set()).add(read.instance.value)
        todo = list(function.live)
        while todo:
            more = joined.get(todo.pop(), set()) - function.live
            function.live |= more
            todo += more
        function.own |= {
            self._group(value) for value in function.live if is_list(value)
        }
        for use, reads in function.uses.items():
            self._settle(use, reads)

    def _reads(self, run: Run) -> Iterator[tuple[Use, Read, Value | None]]:
        """What a run reads, in order, and what that becomes if code joins there."""
        last = {Making(value, 0) for value in run.given}
        latest: dict[object, int] = {}
        for event in run.events:
            if isinstance(event, Making):
                self._note_made(event, latest)
                if not isinstance(event.value, Given) and not is_layer(event.value):
                    last = {made for made in last if made.time == event.time}
                    last.add(event)
                continue
            instance = event.read
            lasts = latest.get(self._group(instance.value)) == instance.time
            is_next = Making(instance.value, instance.time) in last
            yield event.use, Read(instance, event.by, is_next, lasts), event.becomes
        if self._name and not run.partial:
            yield from self._handed(run, latest)

    def _group(self, value: Value) -> object:
        return self._function.group(value)

    def _note_made(self, event: Making, latest: dict[object, int]) -> None:
        """Notes when each variable was last assigned to."""
        latest[self._group(event.value)] = event.time
        if isinstance(event.value, Result):
            for other in self._exports.get(event.value.path, ()):
                latest[self._group(other)] = event.time

    def _handed(
        self, run: Run, latest: dict[object, int]
    ) -> Iterator[tuple[Use, Read, None]]:
        """What a function reads at its end, since its caller uses it.

        It can't be kept as a function if a run of it hasn't made that, or has made it
        more than once.
        """
        for value in self._function.handed:
            time = latest.get(self._group(value))
            needed = run.handed.get(value, set())
            if time is None or any(instance.time != time for instance in needed):
                self._flow.lost.append(self._flow.program.blocks[self._name].path)
                return
            for instance in needed or {Instance(value, time, "")}:
                yield Handed(value), Read(instance, "end", False, True), None

    def _settle(self, use: Use, reads: list[Read]) -> None:
        """Decides how a place reads what it reads.

        The structure around it can't be kept if it names nothing, and no one variable
        has it each time.
        """
        function = self._function
        groups = {self._group(read.instance.value) for read in reads}
        values = {read.instance.value for read in reads}
        joins = isinstance(use, Join)
        if joins and values.isdisjoint(function.live):
            return
        named = any(read.by for read in reads)
        in_turn = all(read.next for read in reads) and (len(values) == 1 or not named)
        if in_turn and not any(self._has_variable(use, read) for read in reads):
            # Whatever it reads has the variable of the current tensor.
            return
        lasting = all(read.lasts for read in reads)
        if lasting and (len(groups) == 1 or joins):
            function.own |= {
                self._group(read.instance.value)
                for read in reads
                if not (joins and read.next)
            }
        elif not all(read.by for read in reads):
            path = getattr(use, "path", ())
            self._flow.lost.append(self._flow.around.get(path, ()))
        elif lasting and choice(self._flow.formulas.get(use)):
            function.chosen.add(use)
            function.own |= groups
        else:
            function.by_key.add(use)
            function.stored |= values

    def _has_variable(self, use: Use, read: Read) -> bool:
        """Whether a tensor has a variable so that the code is easier to read."""
        value = read.instance.value
        if not isinstance(use, TensorRead) or use not in self._flow.branch_uses:
            return bool(read.by) and value in self._function.titled
        if not isinstance(value, Made | Result) or getattr(value, "is_flat", False):
            return False
        return value in self._function.titled or self._flow.branches_of(use) > 1
