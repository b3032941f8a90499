"""The function of a block, and `build_model()`."""

from functools import partial
from typing import TYPE_CHECKING, Any

from cnnspec.emit.code.body import Body
from cnnspec.emit.code.comments import docstring
from cnnspec.emit.code.python import (
    Code,
    Group,
    calls_something,
    data_code,
    flat,
    lay_out,
    text,
)
from cnnspec.emit.code.reading import bracketed
from cnnspec.emit.code.record import Site, Thing, Unfaithful
from cnnspec.emit.code.steps import each_step, formulas_of
from cnnspec.language.expressions import names_in
from cnnspec.language.program import NEEDED, Block, CallStep, IfStep, RepeatStep
from cnnspec.model.graph import Input

if TYPE_CHECKING:
    from cnnspec.emit.code.model import Script


class Function:
    """The function of a block.

    Attributes:
        title: its name.
        words: what its parameters are called.
        unit: what its runs have in common.
        ends: what it returns beside the block's tensors.
        params: the parameters that it has, in order.
        needed: those of them that have no default.
    """

    def __init__(self, script: "Script", block: Block, title: str) -> None:
        """Writes the function; those that it calls have been written."""
        self.title, self._script, self._block = title, script, block
        self._flow = script.flow
        self._body = Body(script, block)
        self.words, self.unit = self._body.words, self._body.unit
        self.ends = list(self.unit.ends)
        self._given = [
            Thing("given", block.path, place) for place in range(len(block.inputs) or 1)
        ]
        self._name_given()
        self._write()
        self._choose_params()

    # ------------------------------------------------------------- the lines

    def _name_given(self) -> None:
        """Names the tensors that the function is given."""
        variables, names = self._body.variables, self._block.inputs or ("x",)
        for place, (thing, name) in enumerate(zip(self._given, names, strict=True)):
            own = self.unit.is_own(thing)
            if name == "x" and not own:
                variables.call(thing, "x")
            elif not self._block.inputs:
                variables.call(thing, "inputs")
            elif name == "x":
                variables.call(thing, "x")
                variables.set_slot(0, "y")
            else:
                variables.call_given(thing, name, f"{name}_tensor")
            if not own and place:
                variables.set_slot(place, variables.of(thing))

    def _write(self) -> None:
        block, body = self._block, self._body
        count = self._flow.results[block.name]
        sites: list[Site] = [("return", block.path, k) for k in range(count)]
        body.returned = self._last_step(sites)
        current = body.steps(block.steps, list(self._given))
        for end in self.ends:
            self._script.exported[end] = body.variables.title(end)
        if body.returned is not None:
            return
        returned = [
            body.reader.read(
                site, block.path, current if block.outputs else current[k : k + 1]
            )
            for k, site in enumerate(sites)
        ]
        returned += [body.variables.of(thing) for thing in self.ends]
        body.page.emit(f"return {', '.join(bracketed(returned))}")

    def _last_step(self, sites: list[Site]) -> Thing | None:
        """What the last step gives, where that is all that the function returns."""
        last = self._block.steps[-1] if self._block.steps else None
        if self.ends or len(sites) != 1 or isinstance(last, RepeatStep | IfStep | None):
            return None
        thing = self._script.result_of(last)
        if thing is None or self.unit.things_at(sites[0]) != {thing}:
            return None
        kept = thing in self.unit.stored or self.unit.is_own(thing)
        shared = thing._replace(kind="layer") in self.unit.live
        return None if kept or shared else thing

    def lines(self) -> list[str]:
        """The whole function."""
        return [
            *lay_out(self._signature(), "def ", ":", indent=0),
            *docstring(self._block, self._script.language),
            *self._setup,
            *self._body.variables.dictionaries(),
            *self._body.page.lines,
        ]

    def result_name(self, place: int) -> str:
        """What a result of the function may be called where it isn't the only one."""
        block = self._block
        if place < len(block.inputs):
            return block.inputs[place]
        name = block.outputs[place] if place < len(block.outputs) else ""
        return name if isinstance(name, str) and name else "tensor"

    @property
    def gives_more(self) -> bool:
        """Whether it returns more than one thing."""
        return self._flow.results[self._block.name] + len(self.ends) > 1

    # ------------------------------------------------------------- parameters

    def _choose_params(self) -> None:
        """Leaves out the parameters that the function doesn't use."""
        block, words = self._block, self.words
        setup: list[list[str]] = []
        self._defaults: dict[str, Code] = {}
        # From the last, since a default uses parameters before it.
        for param in reversed(block.params):
            default = block.params[param]
            if param not in words.used or default is NEEDED:
                continue
            used = set(words.used)
            words.used.clear()
            bracket = self.bracket(param, default)
            code = data_code(default, partial(words.default, param), bracket)
            # Python works a default out once, for all calls.
            once = not words.used and not flat(code).startswith(("[", "{"))
            if not once or calls_something(code):
                self._refuse_none(param)
                ident = words.idents[param]
                lines = lay_out(code, f"{ident} = ", indent=8)
                setup.append([f"    if {ident} is None:", *lines])
                code = "None"
            words.used |= used
            self._defaults[param] = code
        self._setup = [line for lines in reversed(setup) for line in lines]
        self.needed = [
            param
            for param, default in block.params.items()
            if default is NEEDED and param in words.used
        ]
        optional = [param for param in block.params if param in self._defaults]
        self.params = self.needed + optional

    def _refuse_none(self, param: str) -> None:
        """Sees to it that None stands for the default of a parameter.

        Raises:
            Unfaithful: a call gives it that very value.
        """
        for take in self._flow.calls_of(self._block.name):
            if take.arguments.get(param, 0) is None:
                raise Unfaithful(self._block.path)

    def _signature(self) -> Group:
        idents, variables = self.words.idents, self._body.variables
        items: list[tuple[str, Code]] = [("", variables.of(t)) for t in self._given]
        items += [("", idents[param]) for param in self.needed]
        optional = self.unit.modes == {True, False}
        if self.words.gives_names and not optional:
            items.append(("", "name"))
        items += [(f"{idents[param]}=", code) for param, code in self._ordered()]
        if self.words.gives_names and optional:
            items.append(("name=", "None"))
        return Group(f"{self.title}(", items, ")")

    def _ordered(self) -> list[tuple[str, Code]]:
        return [(p, self._defaults[p]) for p in self.params if p in self._defaults]

    def bracket(self, param: str, given: Any) -> str:
        """The bracket of a list that a parameter is given: `(` where a tuple does."""
        if not isinstance(given, list) or any(isinstance(item, list) for item in given):
            return "["
        return "(" if self._is_passed_on(param) else "["

    def _is_passed_on(self, param: str) -> bool:
        """Whether a parameter is used as it is, so that a tuple does for a list."""
        if any(
            param in formula.names and formula.python(str) != param
            for formula in formulas_of(self._block)
        ):
            return False
        if any(param in names_in(default) for default in self._block.params.values()):
            return False
        functions = self._script.functions
        return all(
            functions[step.block]._is_passed_on(other)
            for step in each_step(self._block.steps)
            if isinstance(step, CallStep) and step.block in functions
            for other, data in step.arguments.items()
            if param in names_in(data)
        )


# ------------------------------------------------------------------ build_model()


def model_lines(script: "Script") -> tuple[list[str], Group]:
    """The lines of `build_model()`, and the call that ends it."""
    flow, body = script.flow, Body(script, None)
    graph, steps, variables = flow.graph, script.program.steps, body.variables
    alone = len(graph.inputs) == 1 and graph.inputs[0].name == "input_layer"
    given = [Thing("given", (), place) for place in range(len(graph.inputs))]
    lines: list[str] = []
    for thing, tensor in zip(given, graph.inputs, strict=True):
        if alone:
            variables.call(thing, "inputs")
        else:
            variables.call_given(thing, tensor.name, f"{tensor.name}_input")
        lines += _input_lines(tensor, script.shape(tensor), variables.of(thing))
    things = [body.unit.things_at(site) for site in flow.outputs]
    last = script.result_of(steps[-1]) if steps else None
    if last is not None and things == [{last}]:
        variables.call(last, "outputs")
        body.unit.own.add(body.unit.group(last))
    body.steps(steps, given)
    while body.page.lines and not body.page.lines[-1]:
        body.page.lines.pop()
    results = [
        _output(body, site, name)
        for site, name in zip(flow.outputs, graph.outputs, strict=True)
    ]
    items: list[tuple[str, Code]] = [
        ("", _one_or_list([variables.of(thing) for thing in given])),
        ("", _one_or_list(results)),
        ("name=", text(graph.name)),
    ]
    lines += [*variables.dictionaries(), *body.page.lines]
    return lines, Group("keras.Model(", items, ")")


def _output(body: Body, site: Site, name: str) -> str:
    if site in body.unit.by_key:
        code = body.reader.stored(text(site[1]))
    else:
        code = body.variables.read(site)
    several = len(body.flow.outputs) > 1 and body.flow.is_list(name)
    return f"*{code}" if several else code


def _one_or_list(items: list[str]) -> Code:
    return items[0] if len(items) == 1 else Group("[", [("", i) for i in items], "]")


def _input_lines(tensor: Input, shape: Code, variable: str) -> list[str]:
    items: list[tuple[str, Code]] = [("", shape)]
    if tensor.dtype != "float32":
        items.append(("dtype=", text(tensor.dtype)))
    if tensor.name != "input_layer":
        items.append(("name=", text(tensor.name)))
    return lay_out(Group("keras.Input(", items, ")"), f"{variable} = ")
