"""The blocks of a spec."""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.registry import is_declared, is_layer
from cnnspec.ground.errors import Invalid, Path
from cnnspec.ground.kinds import NAME_SAYS, is_name, name_hint
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.document import BlockKeys, words
from cnnspec.language.expressions import Formula
from cnnspec.language.naming import Counter
from cnnspec.language.program import (
    NEEDED,
    Block,
    CallStep,
    EachDefaults,
    IfStep,
    LayerStep,
    RepeatStep,
    Step,
    Steps,
)
from cnnspec.language.steps import STATEMENTS, Place, StepReader, section
from cnnspec.language.variables import Notes


class BlockReader:
    """Reads the blocks of a spec; what is wrong with them is noted.

    Attributes:
        blocks: those read so far. All are there before the first layer list is read,
            since any block may call any other.
    """

    def __init__(self, notes: Notes, variables: frozenset[str]) -> None:
        self.blocks: dict[str, Block] = {}
        self._notes, self._variables = notes, variables

    def read(self, given: Any, steps: StepReader, defaults: EachDefaults) -> None:
        """Reads all blocks, their layer lists last.

        Args:
            given: the section.
            steps: reads layer lists.
            defaults: those of each file.
        """
        keys = {}
        stray = _stray(given)
        for owner, key in {owner: key for key, owner in stray.items()}.items():
            self._report_stray(key, owner)
        for name, data in (given if isinstance(given, dict) else {}).items():
            path = ("blocks", name)
            if name in stray or name in stray.values():
                continue
            if not self._is_block_name(name):
                continue
            try:
                keys[name] = section(BlockKeys, data)
            except Invalid as error:
                self._notes.add(error, path)
                self._notes.complete = False
                self._notes.unread.add(name)
            params = self._params(data, path)
            inputs = self._block_inputs(data, path)
            said = data.get("description") if isinstance(data, dict) else None
            said = said if isinstance(said, str) else ""
            outputs = self._block_outputs(data, path, params)
            is_model = isinstance(data, dict) and data.get("model") is True
            self.blocks[name] = Block(
                name, said, params, inputs, outputs, (), path, is_model
            )
        for name, block in self.blocks.items():
            if name in keys:
                local = frozenset(block.params)
                variables = self._variables | local
                place = Place(variables, defaults.at(block.path), local, Counter())
                where = (*block.path, "layers")
                found = steps.steps(keys[name].layers, where, place)
                self.blocks[name] = block._replace(steps=found)

    def _is_block_name(self, name: Any) -> bool:
        path = ("blocks", name)
        if not isinstance(name, str) or not is_name(name):
            text = f"a block's name must be {NAME_SAYS}; found {describe(name)}"
            self._notes.report(path, "block", text, name_hint(name), at_key=True)
        elif name in STATEMENTS or is_layer(name):
            what = "a layer of Keras" if is_layer(name) else "a word of the language"
            what = "a layer under custom:" if is_declared(name) else what
            text = f"a block can't be called '{name}', which is {what}"
            self._notes.report(path, "block", text, "choose another name", at_key=True)
        else:
            return True
        self._notes.complete = False
        return False

    def _report_stray(self, key: str, owner: str) -> None:
        """Reports a key of a block that isn't indented below the block's name."""
        self._notes.complete = False
        self._notes.unread.add(owner)
        text = f"'{key}' stands beside the block '{owner}' and not in it"
        hint = f"indent it, and what belongs to it, below '{owner}:'"
        self._notes.report(("blocks", key), "block", text, hint, at_key=True)

    def _params(self, data: Any, path: Path) -> dict[str, Any]:
        """The parameters of a block with their defaults."""
        given = data.get("params") if isinstance(data, dict) else None
        given = given or BlockKeys.misnamed(data, "params")
        path = (*path, "params")
        params: dict[str, Any] = {}
        if isinstance(given, str):
            return dict.fromkeys(words(given), NEEDED)
        if isinstance(given, list) and any(isinstance(name, dict) for name in given):
            return self._one_mapping(given, path)
        if isinstance(given, list):
            for place, name in enumerate(given):
                if self._is_param(name, params, (*path, place)):
                    params[name] = NEEDED
        elif isinstance(given, dict):
            for name, default in given.items():
                where = (*path, name)
                if not self._is_param(name, params, where):
                    continue
                self._notes.know(default, where, self._variables | params.keys())
                blank = default is None and self._notes.source.is_blank(where)
                params[name] = NEEDED if blank else default
        return params

    def _is_param(self, name: Any, others: dict[str, Any], path: Path) -> bool:
        """Whether a further parameter may be called so; reports it if not."""
        if name in ("name", "from"):
            text = f"'{name}' can't be a parameter, since every call may have {name}:"
            hint = "remove it here; or choose another name"
        elif not self._notes.is_variable(name, path):
            return False
        elif name in others:
            text = f"the parameter '{name}' is there already"
            hint = "choose another name"
        else:
            return True
        self._notes.report(path, "parameter-name", text, hint, at_key=True)
        return False

    def _one_mapping(self, given: list[Any], path: Path) -> dict[str, Any]:
        """The parameters of a list that has mappings in it, which is reported."""
        params: dict[str, Any] = {}
        for item in given:
            pairs = item if isinstance(item, dict) else {str(item): None}
            params |= {
                name: NEEDED if default is None else default
                for name, default in pairs.items()
                if str(name).isidentifier()
            }
        shown = (
            f"{name}: {'' if default is NEEDED else flow(default)}".strip()
            for name, default in params.items()
        )
        text = "a list of parameters has names alone; found defaults in it"
        hint = f"write params: {{{', '.join(shown)}}}".replace(":,", ": ,")
        self._notes.report(path, "wrong-type", text, hint, at_key=True)
        return params

    def _block_inputs(self, data: Any, path: Path) -> tuple[str, ...]:
        given = data.get("inputs") if isinstance(data, dict) else None
        found: list[str] = []
        for place, name in enumerate(given if isinstance(given, list) else []):
            where = (*path, "inputs", place)
            if not isinstance(name, str) or not is_name(name):
                text = (
                    f"the name of a tensor must be {NAME_SAYS}; found {describe(name)}"
                )
                self._notes.report(where, "wrong-type", text, name_hint(name))
            elif name in ("prev", "input") or name in found:
                text = f"the name '{name}' is taken"
                self._notes.report(where, "duplicate-name", text, "choose another")
            else:
                found.append(name)
        return tuple(found)

    def _block_outputs(
        self, data: Any, path: Path, params: dict[str, Any]
    ) -> tuple[str | Formula, ...]:
        """What a block's `outputs` lists: names, or formulas that come to names."""
        given = data.get("outputs") if isinstance(data, dict) else None
        found: list[str | Formula] = []
        for place, name in enumerate(given if isinstance(given, list) else []):
            where = (*path, "outputs", place)
            if type(name) is Formula:
                self._notes.know(name, where, self._variables | params.keys())
            if type(name) is Formula or (isinstance(name, str) and name):
                found.append(name)
            else:
                text = f"outputs lists names of tensors; found {describe(name)}"
                hint = "give a layer in the block a name, and list that"
                self._notes.report(where, "wrong-type", text, hint)
        return tuple(found)

    def refuse_recursion(self) -> None:
        """Reports blocks that lead back to themselves."""
        calls = {name: list(each_call(b.steps)) for name, b in self.blocks.items()}
        waiting = {
            name: {call.block for call in found} for name, found in calls.items()
        }
        while ready := [
            n for n, needs in waiting.items() if not needs & waiting.keys()
        ]:
            for name in ready:
                del waiting[name]
        while waiting:
            circle = [next(iter(waiting))]
            while circle[-1] not in circle[:-1]:
                circle.append(min(waiting[circle[-1]] & waiting.keys()))
            circle = circle[circle.index(circle[-1]) :]
            [call, *_] = [c for c in calls[circle[0]] if c.block == circle[1]]
            way = ", which calls ".join(f"'{name}'" for name in circle[1:])
            text = f"the block '{circle[0]}' calls {way}: that never ends"
            hint = "a repeat takes layers several times"
            self._notes.complete = False
            self._notes.report(call.path, "recursion", text, hint, at_key=True)
            for name in circle[1:]:
                waiting.pop(name, None)
            while ready := [
                n for n, needs in waiting.items() if not needs & waiting.keys()
            ]:
                for name in ready:
                    del waiting[name]


def each_call(steps: Steps) -> Iterator[CallStep]:
    """Every call in steps, those inside repeats and branches included."""
    return (step for step in each_step(steps) if isinstance(step, CallStep))


def each_step(steps: Steps) -> Iterator[Step]:
    """Every step, with those inside repeats and branches."""
    for step in steps:
        yield step
        if isinstance(step, RepeatStep):
            yield from each_step(step.steps)
        elif isinstance(step, IfStep):
            yield from each_step(step.then)
            yield from each_step(step.otherwise)
        else:
            for source in step.sources:
                if isinstance(source, tuple):
                    yield from each_step(source)
            if isinstance(step, LayerStep):
                yield from (call for _, call in step.models)


def _stray(given: Any) -> dict[str, str]:
    """The keys of blocks that stand beside them, and the block that each is below."""
    stray: dict[str, str] = {}
    owner = ""
    for name, data in (given if isinstance(given, dict) else {}).items():
        is_block = isinstance(data, dict) and "layers" in data
        if name in BlockKeys.arguments() and owner and not is_block:
            stray[name] = owner
        else:
            owner = str(name)
    return stray
