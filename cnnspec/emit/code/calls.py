"""Calls of blocks as calls of their functions."""

from typing import TYPE_CHECKING

from cnnspec.emit.code.names import joined
from cnnspec.emit.code.python import Code, Group, data_code, lay_out, text
from cnnspec.emit.code.reading import bracketed
from cnnspec.emit.code.record import Thing, Unfaithful
from cnnspec.language.program import CallStep

if TYPE_CHECKING:
    from cnnspec.emit.code.body import Body
    from cnnspec.emit.code.function import Function

_BY_PLACE = 2
"""Values that are clear without their names, where a function needs no more."""


class CallWriter:
    """Writes the calls in a function."""

    def __init__(self, body: "Body") -> None:
        self._body, self._flow, self._unit = body, body.flow, body.unit
        self._page, self._variables = body.page, body.variables

    def call(self, step: CallStep, current: list[Thing]) -> list[Thing]:
        """Writes a call."""
        takes = self._body.takes(step)
        tensors = self._body.reader.tensors(step, current)
        function = self._body.script.functions[step.block]
        group = self._group(step, function, [code for code, _ in tensors])
        count = self._flow.results[step.block]
        things = [Thing("call", step.path, k) for k in range(count)]
        for k in range(1, count):
            self._variables.slot(k, function.result_name(k))
        targets, after = self._targets(step, function, things)
        used = any(target != "_" for target in targets)
        before = f"{', '.join(targets)} = " if used else ""
        if things[0] == self._body.returned:
            before = "return "
        lines = lay_out(group, before, "", self._page.indent)
        self._page.add(lines, self._body.comment(takes))
        for line in after:
            self._page.emit(line)
        return things

    def _group(self, step: CallStep, function: "Function", tensors: list[str]) -> Group:
        """The call with its arguments."""
        items: list[tuple[str, Code]] = [("", code) for code in bracketed(tensors)]
        by_place = function.needed if len(function.needed) <= _BY_PLACE else []
        for param in function.params:
            if param in step.arguments:
                argument = step.arguments[param]
                bracket = function.bracket(param, argument)
                code = data_code(argument, self._body.words.formula, bracket)
                key = "" if param in by_place else f"{function.words.idents[param]}="
                items.append((key, code))
        if function.words.gives_names and (name := self._body.words.name(step)):
            items.append(("name=", name))
        return Group(f"{function.title}(", items, ")")

    def _targets(
        self, step: CallStep, function: "Function", things: list[Thing]
    ) -> tuple[list[str], list[str]]:
        """The variables for what a function returns, and the lines that keep it."""
        targets = [self._variables.target(thing) or "_" for thing in things]
        thing, key, after = things[0], self._body.kept_key(step), []
        if thing in self._unit.stored:
            if len(things) > 1:
                raise Unfaithful(self._flow.program.blocks[step.block].path)
            kept = self._variables.kept("tensors", key, thing)
            if targets[0] == "_":
                targets[0] = kept
            elif targets[0] != kept:
                after.append(f"{kept} = {targets[0]}")
        for end in function.ends:
            is_layer = end.kind in ("layer", "export layer")
            export = Thing("export layer" if is_layer else "export", step.path, end)
            if export not in self._unit.stored:
                live = export in self._unit.live
                targets.append(self._variables.of(export) if live else "_")
                continue
            inside = self._inside_key(step, key, function, end)
            where = "shared" if is_layer else "tensors"
            kept = self._variables.kept(where, inside, thing)
            if self._unit.is_own(export):
                targets.append(self._variables.of(export))
                after.append(f"{kept} = {targets[-1]}")
            else:
                targets.append(kept)
        return targets, after

    def _inside_key(
        self, step: CallStep, key: str | None, function: "Function", end: Thing
    ) -> str:
        """The code of the name that something in a call has outside of it."""
        names = function.unit.names.get(end, set())
        if len(names) != 1:
            raise Unfaithful(self._flow.parents[step.path])
        [inside] = names
        if step.name is None and self._unit.modes != {True}:
            return text(inside)
        assert key is not None
        return joined(key, text(f"_{inside}"))
