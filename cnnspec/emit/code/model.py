"""A program's blocks and layers as functions, its variables as constants."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.registry import ALIASES
from cnnspec.emit.code.comments import Explained
from cnnspec.emit.code.function import Function, model_lines
from cnnspec.emit.code.names import Constants, Names, reserved_names
from cnnspec.emit.code.python import (
    Code,
    Group,
    argument,
    data_code,
    has_formula,
    lay_out,
    value,
)
from cnnspec.emit.code.record import Flow, Thing, Unfaithful
from cnnspec.emit.code.steps import parents
from cnnspec.emit.code.study import flow_of
from cnnspec.emit.keras_script.texts import Language
from cnnspec.ground.errors import Path
from cnnspec.language.expressions import Formula, evaluate
from cnnspec.language.program import CallStep, IfStep, Program, RepeatStep, Step, Steps
from cnnspec.model.graph import Input
from cnnspec.model.summary import Summary


class ModelCode(NamedTuple):
    """What the template is told of the model."""

    constants: list[str]
    functions: list[list[str]]
    """The lines of each."""
    lines: list[str]
    """Of `build_model()`."""
    model: Group
    """The call of `keras.Model`."""


def model_code(
    program: Program,
    summary: Summary,
    language: Language,
    constants: Mapping[str, Any],
) -> ModelCode:
    """The code that builds a model with the structure that its spec gives it.

    What can't be written so is written flat, layer by layer: that part alone, unless
    what it depends on can't be kept either.

    Args:
        program: the structure.
        summary: what it comes to.
        language: of its comments.
        constants: names that the script gives to values above the model.
    """
    kept_flat: set[Path] = set()
    while True:
        try:
            flow = flow_of(program, summary.graph, frozenset(kept_flat))
            return Script(program, flow, language, constants).code()
        except Unfaithful as error:
            path = error.path
            around = dict(parents(program))
            while path and path in kept_flat:
                path = around[path]
            found = {path} if path else {step.path for step in program.steps}
            assert not found <= kept_flat
            kept_flat |= found


class Script:
    """What all functions of a script share.

    Attributes:
        language: of the comments.
        names: that nothing else may have.
        constants: the variables of the spec.
        functions: those of the blocks that are written so far.
        explained: the layers that are explained so far.
        exported: what functions call what they return beside the block's tensors.
        defaults: the arguments that layers have unless they say otherwise, by layer,
            with the formulas that they are made of.
    """

    def __init__(
        self,
        program: Program,
        flow: Flow,
        language: Language,
        constants: Mapping[str, Any],
    ) -> None:
        self.program, self.flow, self.language = program, flow, language
        self.names = Names(reserved_names(constants))
        self.constants = Constants(program.values, constants, self.names)
        self.functions: dict[str, Function] = {}
        self.explained = Explained(language)
        self.exported: dict[Any, str] = {}
        self.defaults = {
            ALIASES.get(name, name): arguments
            for name, arguments in program.written.get("defaults", {}).items()
        }
        self._titles = {name: self._title(name) for name in _reached(flow)}

    def _title(self, block: str) -> str:
        name = snake_case(block)
        return self.names.new(name, f"{name}_block")

    def code(self) -> ModelCode:
        """The whole code."""
        for name, title in self._titles.items():
            self.functions[name] = Function(self, self.program.blocks[name], title)
        lines, model = model_lines(self)
        functions = [function.lines() for function in self.functions.values()]
        return ModelCode(self._constant_lines(), functions, lines, model)

    def _constant_lines(self) -> list[str]:
        """The lines of the constants that the code uses, or that these are made of."""
        found: list[str] = []
        for variable in reversed(self.program.vars):
            if self.constants.needs_a_line(variable):
                code = data_code(self.program.vars[variable], self.formula)
                before = f"{self.constants[variable]} = "
                found = [*lay_out(code, before, indent=0), *found]
        return found

    def formula(self, formula: Formula) -> str:
        """The code of a formula that uses variables of the spec alone."""
        return formula.python(self.constants.use)

    def shape(self, tensor: Input) -> Code:
        """The sizes of an input, without that of the batch."""
        shape, raw = tensor.shape[1:], self.program.written
        for key in map(str, tensor.path):
            raw = raw[key]
        if isinstance(raw, dict):
            raw = raw["shape"]
        if not has_formula(raw):
            return value(shape)
        worked_out = evaluate(raw, self.program.values)
        return argument(raw, [(worked_out, shape)], self.formula)

    def result_of(self, step: Step) -> Thing | None:
        """The one tensor that a step gives, if it gives just that."""
        if nodes := self.flow.flat_nodes.get(step.path):
            return nodes[-1].thing
        if not isinstance(step, CallStep):
            return Thing("made", step.path)
        function = self.functions.get(step.block)
        if function is None or function.gives_more:
            return None
        return Thing("call", step.path, 0)


def _reached(flow: Flow) -> list[str]:
    """The blocks that become functions, each after those it calls."""
    found: dict[str, None] = {}

    def visit(steps: Steps) -> None:
        for step in steps:
            if step.path in flow.flat_nodes:
                continue
            for inside in _written(step, flow):
                visit(inside)
            if isinstance(step, CallStep) and step.block not in found:
                visit(flow.program.blocks[step.block].steps)
                found[step.block] = None

    visit(flow.program.steps)
    return list(found)


def _written(step: Step, flow: Flow) -> Iterator[Steps]:
    """The lists of steps inside a step that code is written for."""
    if isinstance(step, RepeatStep):
        if any(flow.rounds.get(step.path, ())):
            yield step.steps
    elif isinstance(step, IfStep):
        for branch, inside in ((True, step.then), (False, step.otherwise)):
            if (step.path, branch) in flow.branches:
                yield inside
    else:
        yield from (source for source in step.sources if type(source) is tuple)
