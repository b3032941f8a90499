"""Program and Flow to code: `build_model()` and a function for every block."""

import ast
import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from types import MappingProxyType
from typing import Any, NamedTuple

from cnnspec.components import snake_case
from cnnspec.emit import TAKES_TENSORS_APART
from cnnspec.emit.flow import (
    FlatNode,
    Flow,
    Site,
    Take,
    Thing,
    Unfaithful,
    Unit,
    choice,
    defines,
    parents,
)
from cnnspec.emit.python import (
    WIDTH,
    Code,
    Group,
    call,
    condition,
    data_code,
    flat,
    formula_call,
    identifier,
    lay_out,
    opposite,
    text,
    value,
)
from cnnspec.errors import Path
from cnnspec.expressions import Formula, evaluate, names_in
from cnnspec.graph import Input
from cnnspec.infer import Summary
from cnnspec.layers.base import Layer
from cnnspec.program import (
    NEEDED,
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    Program,
    RepeatStep,
    Step,
    Steps,
)
from cnnspec.shapes import Shapes, product, show

_NAMES = "Activation Average Dense Flatten Identity Maximum Minimum Multiply Subtract"
_SPEAK_FOR_THEMSELVES = frozenset(_NAMES.split())
"""Layers that no comment explains: their names do."""

_JOINING = frozenset(
    ["add", "average", "concatenate", "custom_scale_layer", "multiply", "subtract"]
)
"""Layers at the end of a shortcut, as `Flow.kinds` has them."""

_OWN_NAMES = (
    "x inputs outputs model layers keras np pd plt Path build_model load_data main "
    "plot_histories plot_history plot_images prepare read_csv math name tensors shared "
    "load_digits train_test_split"
)
"""What no other variable may hide: functions and modules of scripts, and their own
variables."""


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
    program: Program, summary: Summary, constants: Mapping[str, Any]
) -> ModelCode:
    """The code that builds a model with the structure that its spec gives it.

    What can't be written so is written flat, layer by layer: that part alone, unless
    what it depends on can't be kept either.

    Args:
        program: the structure.
        summary: what it comes to.
        constants: names that the script gives to values above the model.
    """
    kept_flat: set[Path] = set()
    while True:
        try:
            flow = Flow(program, summary.graph, frozenset(kept_flat))
            return _Script(program, flow, constants).code()
        except Unfaithful as error:
            path = error.path
            around = dict(parents(program))
            while path and path in kept_flat:
                path = around[path]
            found = {path} if path else {step.path for step in program.steps}
            assert not found <= kept_flat
            kept_flat |= found


class _Names:
    """Identifiers, each given once."""

    def __init__(self, taken: set[str]) -> None:
        self.taken, self.reserved = set(taken), taken

    def new(self, name: str) -> str:
        found = identifier(name)
        if found in self.reserved or found in ("l", "O", "I"):
            found += "_"
        stem, count = found, 1
        while found in self.taken:
            count += 1
            found = f"{stem}{'' if stem.endswith('_') else '_'}{count}"
        self.taken.add(found)
        return found


class _Script:
    """What all functions of a script share."""

    def __init__(
        self, program: Program, flow: Flow, constants: Mapping[str, Any]
    ) -> None:
        self.program, self.flow = program, flow
        self.explained = set(_SPEAK_FOR_THEMSELVES)
        taken = {*_OWN_NAMES.split(), *dir(builtins), *constants}
        self.names = _Names(taken)
        self.functions: dict[str, _Function] = {}
        self._given = constants
        self._constants = {
            name: self._constant_name(name, found)
            for name, found in program.values.items()
        }
        self._used: set[str] = set()
        self._titles = {
            name: self.names.new(snake_case(name)) for name in _reached(flow)
        }

    def _constant_name(self, name: str, found: Any) -> str:
        short = identifier(snake_case(name).upper())
        if short in self._given and self._given[short] == found:
            return short
        return self.names.new(f"MODEL_{short}" if short in self._given else short)

    def constant(self, name: str) -> str:
        """The constant that a variable of the spec is."""
        self._used.add(name)
        return self._constants[name]

    def code(self) -> ModelCode:
        for name, title in self._titles.items():
            function = _Function(self, name, title)
            function.write()
            self.functions[name] = function
        top = _Function(self, "", "build_model")
        lines, model = top.write_model()
        functions = [function.lines() for function in self.functions.values()]
        return ModelCode(list(self._constant_lines()), functions, lines, model)

    def _constant_lines(self) -> Iterator[str]:
        found: list[list[str]] = []
        for name in reversed(self.program.vars):
            constant = self._constants[name]
            if name in self._used and constant not in self._given:
                code = data_code(self.program.vars[name], self._formula)
                found.append(lay_out(code, f"{constant} = ", indent=0))
        for lines in reversed(found):
            yield from lines

    def _formula(self, formula: Formula) -> str:
        return formula.python(self.constant)


def _reached(flow: Flow) -> list[str]:
    """The blocks that become functions, each after those it calls."""
    found: dict[str, None] = {}

    def visit(steps: Steps) -> None:
        for step in steps:
            if step.path in flow.flat_nodes:
                continue
            if isinstance(step, RepeatStep):
                if any(flow.rounds.get(step.path, ())):
                    visit(step.steps)
                continue
            if isinstance(step, IfStep):
                for branch, inside in ((True, step.then), (False, step.otherwise)):
                    if (step.path, branch) in flow.branches:
                        visit(inside)
                continue
            for source in step.sources:
                if type(source) is tuple:
                    visit(source)
            if isinstance(step, CallStep) and step.block not in found:
                visit(flow.program.blocks[step.block].steps)
                found[step.block] = None

    visit(flow.program.steps)
    return list(found)


class _Loop:
    """A `for` around the code that is being written."""

    def __init__(
        self, step: RepeatStep, idents: dict[str, str], name_it: Callable[[], str]
    ) -> None:
        self.step, self.idents, self._name_it = step, idents, name_it
        self._number = ""
        self.used: set[str] = set()

    def round(self) -> str:
        """Code for the number of the round, counted from 1."""
        if self.step.index:
            self.used.add(self.step.index)
            return f"{self.idents[self.step.index]} + 1"
        self._number = self._name_it()
        return self._number

    def header(
        self, lists: dict[str, Code], times: Code | None, length: int
    ) -> tuple[str, Code]:
        """What stands between `for` and `in`, and what after."""
        index = self.step.index if self.step.index in self.used else ""
        counter = self.idents[index] if index else self._number
        if times is not None:
            if counter and not index:
                last = _plus_one(flat(times))
                return counter, Group("range(", [("", "1"), ("", last)], ")")
            return counter or "_", Group("range(", [("", times)], ")")
        names = [name for name in lists if name in self.used]
        start = [] if index or not counter else [("start=", "1")]
        if not names:
            first = next(iter(lists.values()))
            literal = isinstance(first, Group)
            size = str(length) if literal else f"len({flat(first)})"
            if start:
                size = f"1, {_plus_one(size)}"
            return counter or "_", f"range({size})"
        target = ", ".join(self.idents[name] for name in names)
        found = [("", lists[name]) for name in names]
        code = found[0][1] if len(found) == 1 else Group("zip(", found, ")")
        if not counter:
            return target, code
        target = f"({target})" if len(names) > 1 else target
        return f"{counter}, {target}", Group("enumerate(", [("", code), *start], ")")


def _plus_one(code: str) -> str:
    """The code of a number that is one larger."""
    if code.isdigit():
        return str(int(code) + 1)
    tree = ast.parse(code, mode="eval").body
    if isinstance(tree, ast.BinOp | ast.Name | ast.Call | ast.Subscript):
        return code.removesuffix(" - 1") if code.endswith(" - 1") else f"{code} + 1"
    return f"({code}) + 1"


class _Function:
    """One function of the script."""

    def __init__(self, script: _Script, name: str, title: str) -> None:
        self._script, self._flow, self.name, self.title = (
            script, script.flow, name, title,
        )  # fmt: skip
        self._unit: Unit = script.flow.units[name]
        self._block: Block | None = script.program.blocks[name] if name else None
        self._names = _Names(set(script.names.taken))
        self._variables: dict[Any, str] = {}
        self._carriers: dict[Thing, str] = {}
        self._loops: list[_Loop] = []
        self._idents: dict[str, str] = {}
        self._lines: list[str] = []
        self._indent = 4
        self._depth = 0  # of branches
        self._used: set[str] = set()
        self._calls_by_name = False
        self._keeps: set[str] = set()
        self._branch_ends: set[Thing] = set()
        self._slots: dict[int, str] = {0: "x"}
        self._returned: Thing | None = None
        self._signature: Group | None = None
        self._setup: list[str] = []
        self.ends = list(self._unit.ends)
        self.params: list[str] = []
        for param in self._block.params if self._block else ():
            self._idents[param] = self._names.new(param)

    # ------------------------------------------------------------- functions

    def write(self) -> None:
        """Writes the function of a block."""
        block = self._block
        assert block is not None
        given = self._given(block)
        count = self._flow.results[self.name]
        sites: list[Site] = [("return", block.path, k) for k in range(count)]
        self._find_returned(block, sites)
        current = self._steps(block.steps, list(given))
        if self._returned is None:
            returned = [
                self._reading(
                    site, block.path, current if block.outputs else current[k : k + 1]
                )
                for k, site in enumerate(sites)
            ]
            returned += [self._variable(thing) for thing in self.ends]
            self._emit(f"return {', '.join(returned)}")
        self._declare(block, given)

    def _gives_more(self, block: str) -> bool:
        """Whether a function returns more than one thing."""
        function = self._script.functions.get(block)
        return not function or self._flow.results[block] + len(function.ends) > 1

    def _find_returned(self, block: Block, sites: list[Site]) -> None:
        """Lets a function end with its last step, where that is all it returns."""
        last = block.steps[-1] if block.steps else None
        if self.ends or len(sites) != 1 or isinstance(last, RepeatStep | IfStep | None):
            return
        kind = "call" if isinstance(last, CallStep) else "made"
        thing = Thing(kind, last.path, 0 if kind == "call" else "")
        if isinstance(last, CallStep) and self._gives_more(last.block):
            return
        reads = [r for found in self._unit.sites.values() for r in found]
        own = self._unit.group(thing) in self._unit.own
        if {read.ref.thing for read in self._unit.sites[sites[0]]} != {thing} or own:
            return
        layer = thing._replace(kind="layer") in self._unit.live
        if thing not in self._unit.stored and not layer and reads:
            self._returned = thing

    def _given(self, block: Block) -> list[Thing]:
        count = len(block.inputs) or 1
        given = [Thing("given", block.path, place) for place in range(count)]
        for place, thing in enumerate(given):
            name = block.inputs[place] if block.inputs else "x"
            own = self._unit.group(thing) in self._unit.own
            if name == "x" and not own:
                self._variables[thing] = "x"
            elif not block.inputs:
                self._variables[thing] = "inputs"
            elif name == "x":
                self._variables[thing], self._slots[0] = "x", "y"
                self._names.taken.add("y")
            else:
                self._variables[thing] = self._names.new(name)
            if not own and place:
                self._slots[place] = self._variables[thing]
        return given

    def _slot(self, place: int, hint: str = "tensor") -> str:
        """The variable of a current tensor that is read before another is made."""
        if place not in self._slots:
            self._slots[place] = self._names.new(hint)
        return self._slots[place]

    def _declare(self, block: Block, given: list[Thing]) -> None:
        """Makes the signature, of the parameters that the function uses."""
        setup: list[list[str]] = []
        defaults: dict[str, Code] = {}
        for param in reversed(block.params):
            default = block.params[param]
            if param not in self._used or default is NEEDED:
                continue
            if not names_in(default) & block.params.keys():
                bracket = "(" if self.is_passed_on(param) else "["
                defaults[param] = data_code(default, self._formula, bracket)
                continue
            if any(
                take.arguments.get(param, 0) is None
                for take in self._flow.calls_of(block.name)
            ):
                raise Unfaithful(block.path)
            ident = self._idents[param]
            code = data_code(default, self._formula)
            lines = lay_out(code, f"{ident} = ", indent=8)
            setup.append([f"    if {ident} is None:", *lines])
            defaults[param] = "None"
        needed = [p for p, d in block.params.items() if d is NEEDED and p in self._used]
        self.params = needed + [p for p in block.params if p in defaults]
        self.needed = needed
        items: list[tuple[str, Code]] = [("", self._variables[t]) for t in given]
        items += [("", self._idents[param]) for param in needed]
        optional = self._unit.modes == {True, False}
        if self._calls_by_name and not optional:
            items.append(("", "name"))
        items += [
            (f"{self._idents[param]}=", defaults[param])
            for param in self.params[len(needed) :]
        ]
        if self._calls_by_name and optional:
            items.append(("name=", "None"))
        self._signature = Group(f"{self.title}(", items, ")")
        self._setup = [line for lines in reversed(setup) for line in lines]

    @property
    def has_name(self) -> bool:
        """Whether its calls give a name."""
        return self._calls_by_name

    def lines(self) -> list[str]:
        """The whole function."""
        assert self._signature is not None
        assert self._block is not None
        head = lay_out(self._signature, "def ", ":", indent=0)
        said = _docstring(self._block)
        return [*head, *said, *self._setup, *self._kept_lines(), *self._lines]

    def is_passed_on(self, param: str) -> bool:
        """Whether a parameter is used as it is, so that a tuple does for a list."""
        assert self._block is not None
        if any(
            param in formula.names and formula.python(str) != param
            for formula in _formulas(self._block)
        ):
            return False
        return all(
            self._script.functions[step.block].is_passed_on(other)
            for step in each_step(self._block.steps)
            if isinstance(step, CallStep) and step.block in self._script.functions
            for other, data in step.arguments.items()
            if param in names_in(data)
        )

    def _kept_lines(self) -> list[str]:
        return [
            f"    {name} = {{}}"
            for name in ("tensors", "shared")
            if name in self._keeps
        ]

    # ------------------------------------------------------------- build_model()

    def write_model(self) -> tuple[list[str], Group]:
        """The lines of `build_model()`, and the call that ends it."""
        graph = self._flow.graph
        given = [Thing("given", (), place) for place in range(len(graph.inputs))]
        alone = len(graph.inputs) == 1 and graph.inputs[0].name == "input_layer"
        for thing, tensor in zip(given, graph.inputs, strict=True):
            self._variables[thing] = "inputs" if alone else self._names.new(tensor.name)
        self._find_outputs()
        current = self._steps(self._script.program.steps, given)
        body, self._lines = self._lines, []
        for thing, tensor in zip(given, graph.inputs, strict=True):
            self._lines += _input_lines(tensor, self._variables[thing])
        while body and not body[-1]:
            body.pop()
        results = [
            self._output(site, name, current)
            for site, name in zip(self._flow.outputs, graph.outputs, strict=True)
        ]
        model = Group(
            "keras.Model(",
            [
                ("", _one_or_list([self._variables[thing] for thing in given])),
                ("", _one_or_list(results)),
                ("name=", text(graph.name)),
            ],
            ")",
        )
        return [*self._lines, *self._kept_lines(), *body], model

    def _find_outputs(self) -> None:
        """The last step gives `outputs`, where these are all that the model gives."""
        steps = self._script.program.steps
        things = [
            {read.ref.thing for read in self._unit.sites[site]}
            for site in self._flow.outputs
        ]
        if len(things) != 1 or not steps:
            return
        last = steps[-1]
        kind = "call" if isinstance(last, CallStep) else "made"
        nodes = self._flow.flat_nodes.get(last.path)
        thing = Thing(kind, last.path, 0 if kind == "call" else "")
        if nodes:
            thing = nodes[-1].thing
        elif isinstance(last, CallStep) and self._gives_more(last.block):
            return
        if things[0] == {thing}:
            self._variables[self._unit.group(thing)] = "outputs"
            self._unit.own.add(self._unit.group(thing))

    def _output(self, site: Site, name: str, current: list[Thing]) -> str:
        if site in self._unit.by_key:
            assert isinstance(site[1], str)
            code = self._stored(text(site[1]))
        else:
            code = self._read(site)
        several = len(self._flow.outputs) > 1
        return self._starred(code, several and self._is_list(name))

    # ------------------------------------------------------------- steps

    def _emit(self, line: str) -> None:
        self._lines.append(" " * self._indent + line)

    def _lay_out(self, code: Code, before: str = "", after: str = "") -> None:
        self._lines += lay_out(code, before, after, self._indent)

    def _steps(self, steps: Steps, current: list[Thing]) -> list[Thing]:
        for place, step in enumerate(steps):
            current = self._step(step, current)
            if isinstance(step, CallStep) and self._at_top:
                # Calls one after the other are stages themselves.
                following = steps[place + 1 : place + 2]
                if not isinstance((*following, None)[0], CallStep):
                    takes = self._flow.takes.get(step.path)
                    if takes and _ends_stage(self._shapes(takes[0])):
                        self._blank()
        return current

    def _step(self, step: Step, current: list[Thing]) -> list[Thing]:
        if step.path in self._flow.flat_nodes:
            for node in self._flow.flat_nodes[step.path]:
                self._flat_node(node)
            return list(self._flow.flat_current[step.path])
        if isinstance(step, LayerStep):
            return self._layer(step, current)
        if isinstance(step, CallStep):
            return self._call(step, current)
        if isinstance(step, RepeatStep):
            return self._repeat(step, current)
        if isinstance(step, IfStep):
            return self._if(step, current)
        return self._apply(step, current)

    # ------------------------------------------------------------- layers

    def _layer(self, step: LayerStep, current: list[Thing]) -> list[Thing]:
        takes = self._takes(step)
        tensors = self._tensors(step, current)
        layer = takes[0].layer
        assert layer is not None
        self._explain(layer)
        name = self._name(step)
        codes: dict[str, Code] = {"name": name} if name else {}
        try:
            made = self._layer_code(step, takes, codes)
        except ValueError:
            raise Unfaithful(self._flow.parents[step.path]) from None
        apart = type(layer).__name__ in TAKES_TENSORS_APART
        thing = Thing("made", step.path)
        key = self._key(step)
        self._made(thing, made, tensors, apart, key, self._comment(takes))
        if self._at_top and _ends_stage(self._shapes(takes[0])):
            self._blank()
        return [thing]

    def _layer_code(
        self, step: LayerStep, takes: Sequence[Take], codes: dict[str, Code]
    ) -> Group:
        layer = takes[0].layer
        assert layer is not None
        if step.arguments is None:
            return call(layer, codes)
        found = [(take.arguments, take.layer) for take in takes if take.layer]
        return formula_call(step.arguments, found, self._formula, codes)

    def _made(
        self,
        thing: Thing,
        code: Code,
        tensors: list[tuple[str, bool]],
        apart: bool,
        key: str | None,
        comment: str,
    ) -> None:
        """Writes that a layer is made and called."""
        own = thing._replace(kind="layer")
        if own in self._unit.live:
            if self._unit.group(own) in self._unit.own:
                kept = self._variable(own)
            else:
                kept = self._kept("shared", key, thing)
            self._lay_out(code, f"{kept} = ")
            if own in self._unit.stored and self._unit.group(own) in self._unit.own:
                self._emit(f"{self._kept('shared', key, thing)} = {kept}")
            code = kept
        self._assign(thing, code, tensors, apart, key, comment)

    def _assign(
        self,
        thing: Thing,
        code: Code,
        tensors: list[tuple[str, bool]],
        apart: bool,
        key: str | None,
        comment: str = "",
    ) -> None:
        """Writes that a layer is called with tensors."""
        target = self._target(thing)
        stored = thing in self._unit.stored
        kept = self._kept("tensors", key, thing) if stored else ""
        before = f"{target or kept} = " if target or kept else ""
        if thing == self._returned:
            before = "return "
        starred = [self._starred(*tensor) for tensor in tensors]
        if len(tensors) == 1 and not apart:
            starred = [tensors[0][0]]
        elif not apart:
            starred = [flat(Group("[", [("", tensor) for tensor in starred], "]"))]
        given = Group("(", [("", tensor) for tensor in starred], ")")
        lines = lay_out(code, before, flat(given), self._indent)
        head = before + flat(code)
        margin = " " * self._indent
        if len(lines[0]) > WIDTH or (len(lines) > 1 and len(margin + head) < WIDTH):
            # As ruff does it: the last brackets are opened first.
            lines = lay_out(given._replace(opening=f"{head}("), "", "", self._indent)
        if max(map(len, lines)) > WIDTH and len(starred) == 1 and len(tensors) > 1:
            items = [("", self._starred(*tensor)) for tensor in tensors]
            inside = lay_out(Group("[", items, "]"), indent=self._indent + 4)
            lines = [f"{margin}{head}(", *inside, f"{margin})"]
        if len(lines[-1]) + len(comment) <= WIDTH:
            lines[-1] += comment
        self._lines += lines
        if stored and target:
            self._emit(f"{kept} = {target}")

    def _apply(self, step: ApplyStep, current: list[Thing]) -> list[Thing]:
        takes = self._takes(step)
        tensors = self._tensors(step, current)
        site = ("layer", step.path)
        code = self._layer_object(step, site)
        apart = self._shared_type(takes[0]) in TAKES_TENSORS_APART
        thing = Thing("made", step.path)
        self._assign(thing, code, tensors, apart, self._key(step), self._comment(takes))
        return [thing]

    def _shared_type(self, take: Take) -> str:
        return self._flow.types.get(take.node, "")

    def _layer_object(self, step: ApplyStep, site: Site) -> str:
        if site not in self._unit.by_key:
            return self._read(site)
        self._keeps.add("shared")
        return f"shared[{self._source_code(step.layer)}]"

    def _flat_node(self, flat_node: FlatNode) -> None:
        """Writes a node whose structure isn't kept."""
        node, thing, name = flat_node
        own = (node.name,)
        places = [
            site for site in self._unit.sites if site[0] == "from" and site[1] == own
        ]
        tensors = []
        for site, tensor in zip(places, node.inputs, strict=True):
            if site in self._unit.by_key:
                raise self._unfaithful_read(site)
            tensors.append((self._read(site), self._is_list(tensor)))
        apart = type(node.layer).__name__ in TAKES_TENSORS_APART
        if node.shares:
            site = ("layer", own)
            if site in self._unit.by_key:
                raise self._unfaithful_read(site)
            self._assign(thing, self._read(site), tensors, apart, None)
            return
        self._explain(node.layer)
        code = call(node.layer, {"name": text(name)} if name else {})
        key = text(next(iter(self._unit.names[thing])))
        take = Take(node.name, node.layer, None, node.inputs)
        self._made(thing, code, tensors, apart, key, self._comment([take]))
        if self._at_top and _ends_stage(self._shapes(take)):
            self._blank()

    def _unfaithful_read(self, site: Site) -> Unfaithful:
        thing = self._unit.sites[site][0].ref.thing
        if thing.kind in ("call", "export", "export layer"):
            return Unfaithful(thing.path)
        return Unfaithful(self._flow.parents.get(thing.path, ()))

    def _takes(self, step: LayerStep | ApplyStep | CallStep) -> list[Take]:
        found = self._flow.takes.get(step.path)
        if not found:
            raise Unfaithful(self._flow.parents[step.path])
        return found

    # ------------------------------------------------------------- calls

    def _call(self, step: CallStep, current: list[Thing]) -> list[Thing]:
        takes = self._takes(step)
        tensors = self._tensors(step, current)
        function = self._script.functions[step.block]
        items: list[tuple[str, Code]] = [("", code) for code, _ in tensors]
        for place, param in enumerate(function.params):
            if param in step.arguments:
                bracket = "(" if function.is_passed_on(param) else "["
                code = data_code(step.arguments[param], self._formula, bracket)
                by_place = place < 2 and param in function.needed
                items.append(("" if by_place else f"{function._idents[param]}=", code))
        if function.has_name and (name := self._name(step)):
            items.append(("name=", name))
        group = Group(f"{function.title}(", items, ")")
        count = self._flow.results[step.block]
        things = [Thing("call", step.path, k) for k in range(count)]
        for k in range(1, count):
            self._slot(k, function.result_name(k))
        targets = [self._target(thing) or "_" for thing in things]
        key, after = self._key(step), []
        thing = things[0]
        if thing in self._unit.stored:
            if count > 1:
                raise Unfaithful(self._flow.program.blocks[step.block].path)
            kept = self._kept("tensors", key, thing)
            targets[0] = kept if targets[0] == "_" else targets[0]
            after += [f"{kept} = {targets[0]}"] if targets[0] != kept else []
        for end in function.ends:
            layer = end.kind in ("layer", "export layer")
            export = Thing("export layer" if layer else "export", step.path, end)
            if export in self._unit.stored:
                inside = self._inside_key(step, key, function, end)
                kept = self._kept("shared" if layer else "tensors", inside, thing)
                if self._unit.group(export) in self._unit.own:
                    after.append(f"{kept} = {self._variable(export)}")
                    targets.append(self._variable(export))
                else:
                    targets.append(kept)
            elif export in self._unit.live:
                targets.append(self._variable(export))
            else:
                targets.append("_")
        used = any(target != "_" for target in targets)
        before = f"{', '.join(targets)} = " if used else ""
        if thing == self._returned:
            before = "return "
        lines = lay_out(group, before, "", self._indent)
        comment = self._comment(takes)
        if len(lines[-1]) + len(comment) <= WIDTH:
            lines[-1] += comment
        self._lines += lines
        for line in after:
            self._emit(line)
        return things

    def result_name(self, place: int) -> str:
        """What a result of the function may be called where it isn't the only one."""
        assert self._block is not None
        if place < len(self._block.inputs):
            return self._block.inputs[place]
        name = self._block.outputs[place] if place < len(self._block.outputs) else ""
        return name if isinstance(name, str) and name else "tensor"

    def _inside_key(
        self, step: CallStep, key: str | None, function: "_Function", end: Thing
    ) -> str:
        names = function._unit.names.get(end, set())
        if len(names) != 1:
            raise Unfaithful(self._flow.parents[step.path])
        [inside] = names
        if step.name is None and self._unit.modes != {True}:
            return text(inside)
        assert key is not None
        return _joined(key, text(f"_{inside}"))

    # ------------------------------------------------------------- structure

    def _repeat(self, step: RepeatStep, current: list[Thing]) -> list[Thing]:
        counts = self._flow.rounds.get(step.path, {0})
        if counts == {0}:
            return current
        idents = {}
        for name in (*step.lists, *([step.index] if step.index else [])):
            if name not in self._idents or self._block and name in self._block.params:
                self._idents[name] = self._names.new(name)
            idents[name] = self._idents[name]
        joins = defines(step.steps)
        start = [Thing("start", step.path, k) for k in range(len(current))]
        end = [Thing("end", step.path, k) for k in range(len(current))]
        live = self._unit.live
        if joins:
            self._join(current, (step.path, "enter"), [
                k for k in range(len(current))
                if start[k] in live or (end[k] in live and 0 in counts)
            ])  # fmt: skip
        depth = len(self._loops)
        loop = _Loop(step, idents, lambda: self._number_name(depth))
        self._loops.append(loop)
        outside, self._lines = self._lines, []
        self._indent += 4
        body = current
        if joins:
            body = self._joined_as(start)
        body = self._steps(step.steps, body)
        if joins:
            if len(body) != len(current):
                raise Unfaithful(step.path)
            self._join(body, (step.path, "again"), [
                k for k in range(len(current))
                if end[k] in live or (start[k] in live and max(counts) > 1)
            ])  # fmt: skip
        self._indent -= 4
        inside, self._lines = self._lines, outside
        self._loops.pop()
        walked = loop.used & step.lists.keys() or set(list(step.lists)[:1])
        lists = {
            name: data_code(values, self._formula)
            for name, values in step.lists.items()
            if name in walked
        }
        times = None if step.times is None else data_code(step.times, self._formula)
        target, over = loop.header(lists, times, max(counts))
        if inside:
            self._lay_out(over, f"for {target} in ", ":")
            self._lines += inside
        if self._at_top:
            self._blank()
        if not joins:
            return current
        return self._joined_as(end)

    def _number_name(self, depth: int) -> str:
        """The variable that counts the rounds of a loop inside others."""
        key = f"round {depth}"
        if key not in self._idents:
            self._idents[key] = self._names.new("number")
        return self._idents[key]

    def _join(
        self, current: list[Thing], way: tuple[Path, str], places: list[int]
    ) -> None:
        """Lets variables be the current tensors, where other code comes to them too."""
        for line in self._copies(current, way, places, {}):
            self._emit(line)

    def _copies(
        self,
        current: list[Thing],
        way: tuple[Path, str],
        places: list[int],
        slots: Mapping[int, str],
    ) -> list[str]:
        pairs = [
            (slots.get(k) or self._slot(k), self._holder(current[k], way, k))
            for k in places
        ]
        pairs = [(slot, holder) for slot, holder in pairs if slot != holder]
        if not pairs:
            return []
        targets, holders = zip(*pairs, strict=True)
        return [f"{', '.join(targets)} = {', '.join(holders)}"]

    def _holder(self, thing: Thing, way: tuple[Path, str], place: int) -> str:
        """The variable that holds a tensor where code comes together."""
        reads = self._unit.sites.get(("join", *way, place), ())
        if thing in self._carriers and all(read.next for read in reads):
            return self._carriers[thing]
        return self._variable(thing)

    def _joined_as(
        self, things: list[Thing], slots: Mapping[int, str] = MappingProxyType({})
    ) -> list[Thing]:
        """The current tensors where code comes together.

        One gets a variable of its own too, if something else is made before it is read.
        """
        for k, thing in enumerate(things):
            self._carriers[thing] = slots.get(k) or self._slot(k)
            if self._unit.group(thing) in self._unit.own and thing in self._unit.live:
                self._emit(f"{self._variable(thing)} = {self._carriers[thing]}")
        return things

    def _if(self, step: IfStep, current: list[Thing]) -> list[Thing]:
        branches = {branch for path, branch in self._flow.branches if path == step.path}
        if not names_in(step.test):
            branches &= {evaluate(step.test, {})}
        if not branches:
            raise Unfaithful(self._flow.parents[step.path])
        joins = defines(step.then) or defines(step.otherwise)
        live = self._unit.live
        bodies: dict[bool, list[str]] = {}
        ends: dict[bool, list[Thing]] = {}
        explained = set(self._script.explained)
        chains = False
        for branch in sorted(branches, reverse=True):
            # What stands alone in an `else:` may be an `elif`.
            chains = not branch and bool(bodies.get(True)) and _is_elif(step)
            deeper = len(branches) > 1 and not chains
            explained = set(self._script.explained)
            inside = step.then if branch else step.otherwise
            bodies[branch], ends[branch] = self._branch(inside, current, deeper)
        counts = {len(found) for found in ends.values()}
        if joins and len(counts) > 1:
            raise Unfaithful(step.path)
        things = [Thing("if", step.path, k) for k in range(min(counts))]
        slots: dict[int, str] = {}
        for k in range(len(things) if joins else 0):
            holders = {
                self._holder(found[k], (step.path, str(branch)), k)
                for branch, found in ends.items()
            }
            slots[k] = holders.pop() if len(holders) == 1 else self._slot(k)
        copies = {
            branch: self._copies(
                found,
                (step.path, str(branch)),
                [k for k in slots if things[k] in live],
                slots,
            )
            for branch, found in ends.items()
        }
        if len(branches) == 1:
            [branch] = branches
            self._lines += bodies[branch]
            for line in copies[branch]:
                self._emit(line)
        else:
            margin = " " * self._indent
            if chains and (copies[False] or not _is_one_if(bodies[False], margin)):
                self._script.explained = explained
                bodies[False], _ = self._branch(step.otherwise, current, True)
            for branch, lines in copies.items():
                bodies[branch] += [f"{margin}    {line}" for line in lines]
            self._write_if(step, bodies)
        if not joins:
            return current
        return self._joined_as(things, slots)

    def _branch(
        self, steps: Steps, current: list[Thing], deeper: bool
    ) -> tuple[list[str], list[Thing]]:
        """The lines of steps, and the current tensors after them."""
        outside, self._lines = self._lines, []
        self._indent += 4 * deeper
        current = self._steps(steps, current)
        self._indent -= 4 * deeper
        inside, self._lines = self._lines, outside
        return inside, current

    def _write_if(self, step: IfStep, bodies: dict[bool, list[str]]) -> None:
        test = flat(data_code(step.test, self._formula))
        then, otherwise = bodies[True], bodies[False]
        if not then:
            test, then, otherwise = opposite(test), otherwise, then
        if not then:
            return
        margin = " " * self._indent
        self._lines += [*condition(test, self._indent), *then]
        if otherwise and otherwise[0].startswith(f"{margin}if "):
            self._lines += [f"{margin}el{otherwise[0].lstrip()}", *otherwise[1:]]
        elif otherwise:
            self._lines += [f"{margin}else:", *otherwise]

    # ------------------------------------------------------------- tensors

    def _tensors(
        self, step: LayerStep | CallStep | ApplyStep, current: list[Thing]
    ) -> list[tuple[str, bool]]:
        """The tensors that a step is given, and which of them are lists."""
        branches: dict[int, list[Thing]] = {}
        for site, reads in self._unit.sites.items():
            if site[:2] == ("from", step.path) and site in self._flow.branch_sites:
                self._branch_ends |= {read.ref.thing for read in reads}
        for place, source in enumerate(step.sources):
            if isinstance(source, tuple):
                self._depth += 1
                branches[place] = self._steps(source, current)
                self._depth -= 1
        sites = [
            site
            for site in self._unit.sites
            if site[0] == "from" and site[1] == step.path
        ]
        sites.sort(key=lambda site: (site[2] or 0, site[3]))
        found = []
        for site in sites:
            place = site[2]
            implied = current if place is None else branches.get(place, current)
            code = self._reading(site, step.path, implied[site[3] : site[3] + 1])
            listed = {self._is_list(read.ref.node) for read in self._unit.sites[site]}
            if len(listed) > 1:
                raise Unfaithful(self._flow.parents[step.path])
            found.append((code, listed.pop()))
        return found

    def _reading(self, site: Site, path: Path, implied: list[Thing]) -> str:
        """The code of what a place reads.

        Args:
            site: the place.
            path: where the step or the block stands.
            implied: what it reads where it names nothing.
        """
        source = self._source_of(site)
        if site in self._unit.by_key:
            if source is None or site[-1]:
                raise Unfaithful(self._around(path))
            return self._stored(self._source_code(source))
        if site in self._unit.chosen:
            assert isinstance(source, Formula)
            return self._choice(site, source)
        reads = self._unit.sites[site]
        named = {bool(read.by) for read in reads}
        if len(named) > 1:
            raise Unfaithful(self._around(path))
        if named == {False} and {read.ref.thing for read in reads} != {*implied}:
            raise Unfaithful(self._around(path))
        return self._read(site)

    def _around(self, path: Path) -> Path:
        """What to write flat where a step or block can't be written."""
        blocks = self._flow.program.blocks.values()
        if any(block.path == path for block in blocks):
            return path
        return self._flow.parents[path]

    def _source_of(self, site: Site) -> str | Formula | None:
        """What a place names, in the spec's words."""
        if site in self._flow.sources:
            return self._flow.sources[site]
        names = {read.by for read in self._unit.sites[site]}
        return names.pop() if len(names) == 1 else None

    def _choice(self, site: Site, source: Formula) -> str:
        """`skip if test else x` for a formula that chooses between names."""
        tests = choice(source, self._rename)
        things = {read.by: read.ref.thing for read in self._unit.sites[site]}
        assert tests is not None
        if not tests.keys() <= things.keys():
            raise Unfaithful(self._around(site[1]))
        *parts, last = [(things[name], test) for name, test in tests.items()]
        code = "".join(
            f"{self._variable(thing)} if {test} else " for thing, test in parts
        )
        return code + self._variable(last[0])

    def _is_list(self, node: str) -> bool:
        return isinstance(self._flow.shapes.get(node), list)

    def _starred(self, code: str, is_list: bool) -> str:
        return "*" * is_list + code

    def _source_code(self, source: str | Formula) -> str:
        return text(source) if isinstance(source, str) else self._formula(source)

    def _stored(self, key: str) -> str:
        self._keeps.add("tensors")
        return f"tensors[{key}]"

    def _kept(self, where: str, key: str | None, thing: Thing) -> str:
        if key is None:
            raise Unfaithful(self._flow.parents.get(thing.path, ()))
        self._keeps.add(where)
        return f"{where}[{key}]"

    def _read(self, site: Site) -> str:
        """The variable that a place reads."""
        reads = self._unit.sites[site]
        thing = reads[0].ref.thing
        if all(read.next for read in reads) and thing in self._carriers:
            return self._carriers[thing]
        return self._variable(thing)

    def _target(self, thing: Thing) -> str:
        """The variable that a tensor is assigned to; nothing if nobody reads it."""
        if self._unit.group(thing) in self._unit.own:
            return self._variable(thing)
        return self._open_variable(thing) if self._is_held(thing) else ""

    def _open_variable(self, thing: Thing) -> str:
        place = thing.detail if isinstance(thing.detail, int) else 0
        return self._slot(place)

    def _is_held(self, thing: Thing) -> bool:
        """Whether anything reads a tensor by a variable."""
        if thing not in self._unit.live:
            return False
        if thing not in self._unit.stored:
            return True
        return any(
            read.ref.thing == thing
            for site, reads in self._unit.sites.items()
            if site not in self._unit.by_key
            for read in reads
        )

    def _variable(self, thing: Thing) -> str:
        group = self._unit.group(thing)
        if group in self._variables:
            return self._variables[group]
        if group not in self._unit.own:
            return self._open_variable(thing)
        self._variables[group] = self._names.new(self._title(thing))
        return self._variables[group]

    def _title(self, thing: Thing) -> str:
        """What a variable is called after."""
        names = self._unit.names.get(thing, set())
        if thing.kind in ("start", "end", "if"):
            return "shortcut" if self._is_shortcut(thing) else "trunk"
        if thing in self._branch_ends and thing not in self._unit.titled:
            return self._branch_title(thing)
        if len(names) == 1:
            [found] = names
            if thing.kind == "made" and thing._replace(kind="layer") in self._unit.live:
                return f"{found}_output"
            return found
        if thing.kind.startswith("export"):
            function = self._script.functions
            end: Thing = thing.detail
            for other in function.values():
                if end in other.ends:
                    return other._title(end)
        return self._flow.kinds.get(thing.path, "tensor")

    def _branch_title(self, thing: Thing) -> str:
        """`branch`, or `branch_1` where a step reads several."""
        counts = {
            self._flow.branches_of(site)
            for site, reads in self._unit.sites.items()
            if site in self._flow.branch_sites
            for read in reads
            if read.ref.thing == thing
        }
        if max(counts) == 1:
            return "branch"
        number = 1
        while f"branch_{number}" in self._names.taken:
            number += 1
        return f"branch_{number}"

    def _is_shortcut(self, thing: Thing) -> bool:
        """Whether a tensor goes past layers, to be joined with what they give."""
        readers = {
            self._flow.kinds.get(site[1])
            for site, reads in self._unit.sites.items()
            if site[0] == "from"
            for read in reads
            if read.ref.thing == thing and not read.next
        }
        return not readers.isdisjoint(_JOINING)

    # ------------------------------------------------------------- names

    def _name(self, step: LayerStep | CallStep) -> str:
        """The code of the name that a layer or call is given; '' for none."""
        modes = self._unit.modes
        own = None if step.name is None else self._source_code(step.name)
        if True not in modes:
            return own or ""
        self._calls_by_name = True
        full = _joined('f"{name}_"', own if own is not None else self._label(step))
        if modes == {True}:
            return full
        return f"name and {full}" if own is None else f"{full} if name else {own}"

    def _label(self, step: LayerStep | CallStep | ApplyStep) -> str:
        """The code of what a step without a name is called inside a named call."""
        rounds = "".join(f"{{{loop.round()}}}_" for loop in self._loops)
        return f'f"{rounds}{step.label}"' if rounds else text(step.label)

    def _key(self, step: LayerStep | CallStep | ApplyStep) -> str | None:
        """The code of the name that a step has where it stands; None if unknown."""
        if not self._needs_key(step):
            return None
        if step.name is not None:
            return self._source_code(step.name)
        if self._unit.modes == {True}:
            return self._label(step)
        return None

    def _needs_key(self, step: LayerStep | CallStep | ApplyStep) -> bool:
        return any(thing.path == step.path for thing in self._unit.stored)

    def _formula(self, formula: Formula) -> str:
        return formula.python(self._rename)

    def _rename(self, name: str) -> str:
        for loop in reversed(self._loops):
            if name in loop.idents:
                loop.used.add(name)
                return loop.idents[name]
        if self._block and name in self._block.params:
            self._used.add(name)
            return self._idents[name]
        return self._script.constant(name)

    # ------------------------------------------------------------- comments

    @property
    def _at_top(self) -> bool:
        return self._block is None and self._indent == 4 and not self._depth

    def _blank(self) -> None:
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def _explain(self, layer: Layer) -> None:
        """Says what a layer does, where the script first has one of its type."""
        kind = type(layer).__name__
        if kind in self._script.explained:
            return
        self._script.explained.add(kind)
        said = " ".join((type(layer).__doc__ or "").split("\n\n")[0].split())
        # × looks like x, which linters don't like in a comment.
        for line in wrap(said.replace("×", "x"), WIDTH - self._indent - 2):
            self._emit(f"# {line}")

    def _shapes(self, take: Take) -> tuple[Shapes, Shapes] | None:
        shapes = self._flow.shapes
        if take.node not in shapes or not take.before:
            return None
        before = shapes.get(take.before[0])
        if before is None:
            return None
        if isinstance(before, list):
            before = before[0]
        return before, shapes[take.node]

    def _comment(self, takes: Sequence[Take]) -> str:
        """The output's sizes, where others than that of the channels have changed."""
        if self._block is not None:
            return ""
        found = {_size_comment(self._shapes(take)) for take in takes}
        return found.pop() if len(found) == 1 else ""


def each_step(steps: Steps) -> Iterator[Step]:
    """Every step, those inside others included."""
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


def _formulas(block: Block) -> Iterator[Formula]:
    """The formulas in a block and in what it calls with its parameters."""

    def within(data: Any) -> Iterator[Formula]:
        if isinstance(data, Formula):
            yield data
        elif isinstance(data, dict):
            for item in data.values():
                yield from within(item)
        elif isinstance(data, tuple | list):
            for item in data:
                yield from within(item)

    yield from within(block.params)
    yield from within(block.steps)


def _is_elif(step: IfStep) -> bool:
    """Whether there is nothing in the `else` but another `if`."""
    return len(step.otherwise) == 1 and isinstance(step.otherwise[0], IfStep)


def _is_one_if(lines: list[str], margin: str) -> bool:
    """Whether lines are an `if` and its branches, and nothing else."""
    if not lines or not lines[0].startswith(f"{margin}if "):
        return False
    return all(line.startswith((f"{margin} ", f"{margin}el")) for line in lines[1:])


def _joined(first: str, second: str) -> str:
    """The code of two texts, one after the other."""
    pieces = [_inner(first), _inner(second)]
    if None in pieces:
        return f"{first} + {second}"
    inner = "".join(piece for piece in pieces if piece is not None)
    if "{" in inner.replace("{{", ""):
        return f'f"{inner}"'
    return f'"{inner}"'.replace("{{", "{").replace("}}", "}")


def _inner(code: str) -> str | None:
    """What stands between the quotes of an f-string that comes to a text's code."""
    if code.startswith('f"') and code.endswith('"'):
        return code[2:-1]
    if code.startswith('"') and code.endswith('"') and '"' not in code[1:-1]:
        return code[1:-1].replace("{", "{{").replace("}", "}}")
    if '"' in code or "'" in code or "\\" in code or "{" in code:
        return None
    return f"{{{code}}}"


def _one_or_list(items: list[str]) -> Code:
    return items[0] if len(items) == 1 else Group("[", [("", i) for i in items], "]")


def _input_lines(tensor: Input, variable: str) -> list[str]:
    items: list[tuple[str, Code]] = [("", value(tensor.shape[1:]))]
    if tensor.dtype != "float32":
        items.append(("dtype=", text(tensor.dtype)))
    if tensor.name != "input_layer":
        items.append(("name=", text(tensor.name)))
    return lay_out(Group("keras.Input(", items, ")"), f"{variable} = ")


def _ends_stage(shapes: tuple[Shapes, Shapes] | None) -> bool:
    """Whether the image comes out at most half as large, as after pooling."""
    if shapes is None:
        return False
    x, y = shapes
    if not isinstance(y, tuple) or len(y) != len(x) or len(y) < 3:
        return False
    assert isinstance(x, tuple)
    before, after = product(x[1:-1]), product(y[1:-1])
    return before is not None and after is not None and 2 * after <= before


def _size_comment(shapes: tuple[Shapes, Shapes] | None) -> str:
    if shapes is None:
        return ""
    x, y = shapes
    if isinstance(y, list) or (len(x) == len(y) and x[1:-1] == y[1:-1]):
        return ""
    return f"  # {show(y[1:])}"


def _docstring(block: Block) -> list[str]:
    """What a block is, or what it consists of."""
    said = block.description.strip()
    if not said:
        return [f'    """{_contents(block)}"""']
    said = said.replace("\\", "\\\\").replace('"', "'")
    paragraphs = [" ".join(part.split()) for part in said.split("\n\n")]
    lines = [wrap(part, WIDTH - 4) for part in paragraphs]
    lines[0] = wrap(f'"""{paragraphs[0]}', WIDTH - 4)
    if len(lines) == 1 and len(lines[0]) == 1 and len(lines[0][0]) <= WIDTH - 7:
        return [f'    {lines[0][0]}"""']
    found: list[str] = []
    for part in lines:
        found += [*([""] if found else []), *(f"    {line}" for line in part)]
    return [*found, '    """']


def _contents(block: Block) -> str:
    """What a block consists of: `Apply Conv2D, BatchNormalization and Activation.`."""
    counts: dict[str, int] = {}

    def count(steps: Steps) -> None:
        for step in steps:
            if isinstance(step, RepeatStep):
                count(step.steps)
            elif isinstance(step, IfStep):
                count(step.then)
                count(step.otherwise)
            else:
                for source in step.sources:
                    if type(source) is tuple:
                        count(source)
                name = ""
                if isinstance(step, LayerStep):
                    name = step.type
                elif isinstance(step, CallStep):
                    name = step.block
                if name:
                    counts[name] = counts.get(name, 0) + 1

    count(block.steps)
    if not counts:
        return f"Return what the block {block.name} makes of its input."
    parts = list(counts)
    while True:
        more = len(parts) < len(counts)
        listed = ", ".join(parts[:-1]) if not more else ", ".join(parts)
        last = "more" if more else parts[-1]
        sentence = f"Apply {listed} and {last}." if listed else f"Apply {last}."
        if len(sentence) <= WIDTH - 10 or len(parts) == 1:
            return sentence
        parts.pop()
