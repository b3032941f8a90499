"""Program to Graph: calls, repeats and branches taken; every tensor gets its name."""

from collections.abc import Iterable, Iterator
from typing import Any

from cnnspec.components import snake_case
from cnnspec.errors import Frame, Invalid, Path, Problem, nearest
from cnnspec.expressions import Formula, evaluate
from cnnspec.fields import NAME_SAYS, describe, is_name
from cnnspec.graph import Graph, Input, Node
from cnnspec.layers import Layer, make_layer
from cnnspec.layers.base import all_nested
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
from cnnspec.steps import at_default

LAYER_LIMIT = 200_000
"""Layers of a model; Keras takes minutes to build a hundredth of them."""
STEP_LIMIT = 2 * LAYER_LIMIT
"""Steps and rounds, which may come to no layer at all."""
DEPTH_LIMIT = 100
"""Calls and repeats inside one another."""


class _Namer:
    """Gives out names as Keras does (keras/src/utils/naming.py, `auto_name`)."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._stems: dict[type, str] = {}

    def inner(self, layer: Layer) -> tuple[str, ...]:
        """The names of the layers inside a layer, which are made before it."""
        if not layer.nested():
            return ()
        return tuple(self._name(nested) for nested in all_nested(layer))

    def _name(self, layer: Layer) -> str:
        return self.next(layer) if layer.name is None else layer.name

    def next(self, layer: Layer) -> str:
        """The next automatic name of the layer's class."""
        kind = type(layer)
        stem = self._stems.get(kind)
        if stem is None:
            stem = snake_case(kind.class_name or kind.__name__)
            self._stems[kind] = stem
        return self.automatic(stem)

    def automatic(self, stem: str) -> str:
        """`stem`, `stem_1`, `stem_2`, … at each call."""
        count = self._counts.get(stem, 0)
        self._counts[stem] = count + 1
        return f"{stem}_{count}" if count else stem


def resolve(program: Program) -> Graph:
    """The Graph of a program, with what is wrong with its names and expressions.

    A layer whose arguments are wrong has no node; the nodes that read it name a tensor
    that isn't there.
    """
    return _Resolver(program).graph()


_Tensors = tuple[str, ...]
_Read = tuple[str, _Tensors, Path, tuple[Frame, ...]]
"""A layer's name, the names of the tensors it reads, and where it stands."""
_ANOTHER = "a name is given once; choose another"


class _Scope:
    """Where steps are taken: what they may refer to, and the current tensor.

    Attributes:
        variables: the values of the names that formulas may use.
        known: the names that `from` may use, and their tensors.
        current: the tensors that a step without `from` reads.
        prefix: of names given inside a named call; nothing elsewhere.
        rounds: of the repeats around, for names that nobody gave: `2_`.
        trail: the calls and rounds that led here.
    """

    __slots__ = ("current", "known", "prefix", "rounds", "trail", "variables")

    def __init__(
        self,
        variables: dict[str, Any],
        known: dict[str, _Tensors],
        current: _Tensors,
        prefix: str = "",
        rounds: str = "",
        trail: tuple[Frame, ...] = (),
    ) -> None:
        self.variables, self.known, self.current = variables, known, current
        self.prefix, self.rounds, self.trail = prefix, rounds, trail


class _TooMany(Exception):
    """More steps than any model has."""


class _Resolver:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._namer = _Namer()
        self._problems: list[Problem] = []
        self._unknowns: list[tuple[str, Path, tuple[Frame, ...], str, str]] = []
        self._nodes: dict[str, Node] = {}
        self._reads: list[_Read] = []
        self._taken: set[str] = set()
        self._layers: dict[tuple[Path, str], Layer | None] = {}
        self._steps_left = STEP_LIMIT
        self._complete = program.complete

    def graph(self) -> Graph:
        program = self._program
        inputs = tuple(self._inputs())
        known: dict[str, _Tensors] = {tensor.name: (tensor.name,) for tensor in inputs}
        self._taken.update(known)
        # Without an input, the first layer reads a tensor that isn't there.
        current = tuple(known) or ("input",)
        known["input"] = current[:1]
        scope = _Scope(program.values, known, current)
        try:
            self._take(program.steps, scope)
        except _TooMany as error:
            self._complete = False
            self._problems += error.args
        outputs = self._outputs(scope) or scope.current
        if self._complete and not self._reads and program.steps:
            text, hint = (
                "the layer list comes to no layer",
                "let a repeat or if take one",
            )
            self._problems.append(Problem(("layers",), "missing-field", text, hint))
        unused: frozenset[str] = frozenset()
        if self._complete:
            self._report_unknown()
            if not self._problems and not program.problems:
                unused = self._unused(outputs)
        nodes, problems = tuple(self._nodes.values()), _once(self._problems)
        return Graph(program.name, inputs, nodes, outputs, unused, tuple(problems))

    def _inputs(self) -> Iterator[Input]:
        for name, tensor in self._program.inputs.items():
            path = ("inputs", name) if name else ("input",)
            shape = (None, *tensor.shape)
            yield Input(name or "input_layer", shape, tensor.dtype, path)

    # ------------------------------------------------------------- steps

    def _take(self, steps: Steps, scope: _Scope) -> None:
        for step in steps:
            if type(step) is LayerStep:
                self._layer(step, scope)
            else:
                self._count(step, scope)
                try:
                    self._other(step, scope)
                except Invalid as error:
                    self._complete = False
                    self._problems += _located(error, step.path, scope.trail)

    def _other(self, step: Step, scope: _Scope) -> None:
        """Takes a step that is no layer.

        Raises:
            Invalid: an expression of it can't be worked out; paths lead from the step.
        """
        if type(step) is CallStep:
            self._call(step, scope)
        elif type(step) is RepeatStep:
            self._repeat(step, scope)
        elif type(step) is IfStep:
            self._if(step, scope)
        elif type(step) is ApplyStep:
            self._apply(step, scope)

    def _count(self, step: Step, scope: _Scope) -> None:
        """Counts a step of any kind, and stops at more than any model has."""
        self._steps_left -= 1
        layers = len(self._nodes) > LAYER_LIMIT
        if layers or self._steps_left < 0:
            text = f"blocks and repeats make more than {LAYER_LIMIT:,} layers here"
            hint = "use smaller numbers; no model has so many"
            raise _TooMany(
                Problem(step.path, "too-many-layers", text, hint, True, scope.trail)
            )

    def _layer(self, step: LayerStep, scope: _Scope) -> None:
        sources = self._sources(step, scope) if step.sources else scope.current
        layer = step.layer
        if layer is None and step.arguments is not None:
            layer = self._made(step, scope)
        inner = () if layer is None else self._namer.inner(layer)
        given = self._given_name(step, scope) if step.name is not None else None
        if given is not None:
            local, name = given, scope.prefix + given
        elif scope.prefix:
            local = scope.rounds + step.label
            name = scope.prefix + local
        elif layer is not None:
            local = name = self._namer.next(layer)
        else:
            local = name = self._namer.automatic(snake_case(step.type))
        if layer is None:
            scope.known[local] = (name,)
        else:
            self._know(name, local, (name,), step.path, scope)
            self._nodes[name] = Node(
                name, layer, sources, step.path, scope.trail, "", inner
            )
            if len(self._nodes) > LAYER_LIMIT:
                self._count(step, scope)
        self._reads.append((name, sources, step.path, scope.trail))
        scope.current = (name,)

    def _made(self, step: LayerStep, scope: _Scope) -> Layer | None:
        """The layer of a step with formulas; None where its arguments are wrong."""
        try:
            arguments = evaluate(step.arguments, scope.variables)
        except Invalid as error:
            self._problems += _located(error, step.path, scope.trail)
            return None
        key = (step.path, repr(arguments))
        if key not in self._layers:
            self._layers[key] = None
            try:
                self._layers[key] = make_layer(step.type, arguments)
            except Invalid as error:
                for problem in error.problems:
                    problem = _with_formula(problem, step.arguments)
                    found = at_default(problem, step.type, step.path, self._program)
                    self._problems.append(found._replace(trail=scope.trail))
        return self._layers[key]

    def _given_name(
        self, step: LayerStep | CallStep | ApplyStep, scope: _Scope
    ) -> str | None:
        """The name that a step is given; None for null, and where it is no name."""
        name = step.name
        if not isinstance(name, Formula):
            return name
        try:
            found = name.value(scope.variables)
            if found is None or (type(found) is str and is_name(found)):
                return found
            came = f"{name.text} comes to {describe(found)}"
            text = f"'name' must be {NAME_SAYS}; {came}"
            hint = f'write "layer{name.text}"' if type(found) is int else ""
            raise Invalid([Problem((), "wrong-type", text, hint)])
        except Invalid as error:
            self._problems += _located(error, (*step.path, "name"), scope.trail)
            return None

    def _know(
        self, name: str, local: str, tensors: _Tensors, path: Path, scope: _Scope
    ) -> None:
        """Lets `from` use a name, which nothing may have had before."""
        if local == "prev" or local == "input":
            text = f"'{local}' is what from: calls "
            text += "the layer before" if local == "prev" else "the model's input"
            self._report("duplicate-name", (*path, "name"), text, _ANOTHER, scope)
        elif name in self._taken or local in scope.known:
            text = f"the name '{name}' is taken by a layer or input above"
            self._report("duplicate-name", (*path, "name"), text, _ANOTHER, scope)
        self._taken.add(name)
        scope.known[local] = tensors

    def _call(self, step: CallStep, scope: _Scope) -> None:
        block = self._program.blocks[step.block]
        if len(scope.trail) >= DEPTH_LIMIT:
            text = f"more than {DEPTH_LIMIT} calls and repeats stand inside one another"
            hint = "let blocks call fewer others"
            raise Invalid([Problem((), "too-deep", text, hint, True)])
        if any(frame.block == block.name for frame in scope.trail):
            return  # that a block calls itself has been reported
        given = self._sources(step, scope) if step.sources else scope.current
        self._check_given(block, given)
        name, local = self._own_name(step, scope)
        trail = (*scope.trail, Frame(block.name, name, step.path))
        variables = self._parameters(block, step, scope, trail)
        known = {"input": given[:1]}
        known |= {n: (t,) for n, t in zip(block.inputs, given, strict=False)}
        own = len(known)
        prefix = f"{name}_" if name else ""
        inner = _Scope(variables, known, given, prefix, "", trail)
        self._take(block.steps, inner)
        scope.current = self._block_outputs(block, inner) or inner.current
        if local:
            self._know(name, local, scope.current, step.path, scope)
        for inside in list(known)[own:]:
            outside = f"{local}_{inside}" if local else inside
            scope.known.setdefault(outside, known[inside])

    def _parameters(
        self, block: Block, step: CallStep, scope: _Scope, trail: tuple[Frame, ...]
    ) -> dict[str, Any]:
        """The values of the variables inside a call."""
        given = evaluate(step.arguments, scope.variables)
        values = dict(self._program.values)
        for name, default in block.params.items():
            if name in given:
                values[name] = given[name]
            elif default is not NEEDED:
                values[name] = self._default(block, name, values, trail)
        return values

    def _default(
        self,
        block: Block,
        name: str,
        values: dict[str, Any],
        trail: tuple[Frame, ...],
    ) -> Any:
        """The value of a parameter that a call doesn't give.

        Raises:
            Invalid: it can't be worked out, which has been reported in its place.
        """
        try:
            return evaluate(block.params[name], values)
        except Invalid as error:
            path = (*block.path, "params", name)
            self._problems += _located(error, path, trail)
            raise Invalid(()) from None

    def _check_given(self, block: Block, given: _Tensors) -> None:
        needed = len(block.inputs) or 1
        if len(given) == needed:
            return
        noun = "tensor" if needed == 1 else "tensors"
        text = (
            f"the block '{block.name}' takes {needed} {noun}, and is given {len(given)}"
        )
        names = block.inputs or ("a",)
        hint = f"name {'it' if needed == 1 else 'them'} with from: "
        hint += names[0] if needed == 1 else f"[{', '.join(names)}]"
        if needed == 1 and len(given) > 1:
            hint += ", or give the block inputs:"
        raise Invalid([Problem((), "shape", text, hint, True)])

    def _own_name(self, step: CallStep | ApplyStep, scope: _Scope) -> tuple[str, str]:
        """The name of a call or a shared layer, in full and where it stands."""
        given = self._given_name(step, scope) if step.name is not None else None
        if given is not None:
            return scope.prefix + given, given
        if scope.prefix:
            return (
                f"{scope.prefix}{scope.rounds}{step.label}",
                scope.rounds + step.label,
            )
        return "", ""

    def _repeat(self, step: RepeatStep, scope: _Scope) -> None:
        rounds = list(self._rounds(step, scope))
        if len(scope.trail) >= DEPTH_LIMIT:
            text = f"more than {DEPTH_LIMIT} calls and repeats stand inside one another"
            raise Invalid([Problem((), "too-deep", text, "repeat less deeply", True)])
        for number, variables in enumerate(rounds, 1):
            self._count(step, scope)
            inner = _Scope(
                {**scope.variables, **variables},
                scope.known,
                scope.current,
                scope.prefix,
                f"{scope.rounds}{number}_",
                (*scope.trail, Frame("", "", step.path, number)),
            )
            self._take(step.steps, inner)
            scope.current = inner.current

    def _rounds(self, step: RepeatStep, scope: _Scope) -> Iterator[dict[str, Any]]:
        """The variables of each round."""
        if step.times is not None:
            times = _worked_out(step.times, ("times",), scope)
            if type(times) is not int or times < 0:
                raise _wrong(("times",), "repeat.times", _COUNT, times)
            if times > self._steps_left:
                self._steps_left = -1
                self._count(step, scope)
            index = [step.index] if step.index else []
            yield from (dict.fromkeys(index, number) for number in range(times))
            return
        lists = {
            name: _worked_out(values, ("for", name), scope)
            for name, values in step.lists.items()
        }
        for name, values in lists.items():
            if not isinstance(values, list):
                path, title = ("for", name), f"repeat.for.{name}"
                raise _wrong(path, title, "a list, one value a round", values)
        lengths = {name: len(values) for name, values in lists.items()}
        if len(set(lengths.values())) > 1:
            found = ", ".join(f"'{name}' has {size}" for name, size in lengths.items())
            text = "the lists of a repeat are walked together, and differ in length"
            text = f"{text}: {found}"
            hint = "give each the same number of values"
            raise Invalid([Problem(("for",), "repeat", text, hint, True)])
        for number, values in enumerate(zip(*lists.values(), strict=True)):
            counted = {step.index: number} if step.index else {}
            yield {**dict(zip(lists, values, strict=True)), **counted}

    def _if(self, step: IfStep, scope: _Scope) -> None:
        test = _worked_out(step.test, ("test",), scope)
        if type(test) is not bool:
            text = f"if.test must come to true or false; found {describe(test)}"
            hint = "compare it, as in ${strides != 1}"
            raise Invalid([Problem(("test",), "wrong-type", text, hint)])
        self._take(step.then if test else step.otherwise, scope)

    def _apply(self, step: ApplyStep, scope: _Scope) -> None:
        wanted = step.layer
        if type(wanted) is Formula:
            wanted = _worked_out(wanted, ("layer",), scope)
        if not isinstance(wanted, str):
            what = "the name of a layer above"
            raise _wrong(("layer",), "apply.layer", what, wanted)
        sources = self._sources(step, scope) if step.sources else scope.current
        node = self._nodes.get(self._full(wanted, scope))
        if node is None:
            self._refuse_apply(wanted, step, scope)
            return
        shared = node.shares or node.name
        name, local = self._own_name(step, scope)
        if not name:
            name = local = self._namer.automatic(f"{shared} again")
        self._know(name, local, (name,), step.path, scope)
        self._nodes[name] = Node(
            name, node.layer, sources, step.path, scope.trail, shared, node.inner
        )
        self._reads.append((name, sources, step.path, scope.trail))
        scope.current = (name,)

    def _full(self, name: str, scope: _Scope) -> str:
        """The name in the model of the layer that a name stands for; '' if of none."""
        tensors = scope.known.get(name, ())
        full = (scope.prefix + name, name)
        return tensors[0] if len(tensors) == 1 and tensors[0] in full else ""

    def _refuse_apply(self, wanted: str, step: ApplyStep, scope: _Scope) -> None:
        self._complete = False
        text, hint = f"apply names '{wanted}', which no layer above is called", ""
        if wanted in scope.known or wanted == "prev":
            if any(wanted == name for name, *_ in self._reads):
                return  # its arguments are wrong, which has been reported
            text = f"apply uses a layer again, and '{wanted}' is no layer"
            hint = "name a layer: an input, a call or prev can't be applied"
        else:
            layers = [n for n in scope.known if self._full(n, scope) in self._nodes]
            hint = nearest(wanted, layers) or f"add name: {wanted} to a layer above"
        path = (*step.path, "layer")
        self._report("unknown-input", path, text, hint, scope)

    # ------------------------------------------------------------- tensors

    def _sources(
        self, step: LayerStep | CallStep | ApplyStep, scope: _Scope
    ) -> _Tensors:
        """The tensors that `from` lists."""
        found: list[str] = []
        for place, source in enumerate(step.sources):
            if isinstance(source, tuple):
                found += self._branch(source, scope)
            else:
                found += self._source(source, step, place, scope)
        return tuple(found)

    def _branch(self, steps: Steps, scope: _Scope) -> _Tensors:
        """What a branch gives; the current tensor stays what it was."""
        before = scope.current
        self._take(steps, scope)
        found, scope.current = scope.current, before
        return found

    def _source(
        self,
        source: str | Formula,
        step: LayerStep | CallStep | ApplyStep,
        place: int,
        scope: _Scope,
    ) -> _Tensors:
        what = step.block if type(step) is CallStep else "apply"
        what = step.type if type(step) is LayerStep else what
        return self._named(source, (*step.path, "from", place), f"{what} reads", scope)

    def _named(
        self, source: str | Formula, path: Path, where: str, scope: _Scope
    ) -> _Tensors:
        """The tensors that a name stands for."""
        if type(source) is Formula:
            try:
                source = _worked_out(source, (), scope)
            except Invalid as error:
                self._complete = False
                self._problems += _located(error, path, scope.trail)
                return ("",)
        if source == "prev":
            return scope.current
        if isinstance(source, str) and source in scope.known:
            return scope.known[source]
        hint = nearest(source, scope.known)
        self._unknown(str(source), path, scope.trail, where, hint)
        return (str(source),)

    def _block_outputs(self, block: Block, scope: _Scope) -> _Tensors:
        """The tensors that a block's `outputs` lists."""
        found: list[str] = []
        for place, name in enumerate(block.outputs):
            path = (*block.path, "outputs", place)
            found += self._named(name, path, "outputs: names", scope)
        return tuple(found)

    def _outputs(self, scope: _Scope) -> _Tensors:
        found: list[str] = []
        inputs = {"input", *self._program.inputs}
        for place, name in enumerate(self._program.outputs):
            path = ("outputs", place)
            if name not in scope.known or name in inputs:
                hint = nearest(name, scope.known.keys() - inputs)
                self._unknown(name, path, (), "outputs: names", hint)
            elif name in self._program.outputs[:place]:
                text = f"outputs: names '{name}' a second time"
                self._report("argument", path, text, "remove it")
            else:
                found += scope.known[name]
        return tuple(found)

    def _unknown(
        self, name: str, path: Path, trail: tuple[Frame, ...], where: str, hint: str
    ) -> None:
        if self._program.inputs:  # otherwise the name may be that of a faulty input
            self._unknowns.append((name, path, trail, where, hint))

    def _report_unknown(self) -> None:
        """Reports the names that were not known where they stood."""
        if not self._unknowns:
            return
        below = {name: (path, trail) for name, _, path, trail in self._reads}
        for name, path, trail, where, hint in self._unknowns:
            call = _innermost(trail)
            full = f"{call[-1].name}_{name}" if call and call[-1].name else name
            code = "unknown-input"
            text = f"{where} '{name}', which no layer above is called"
            hint = hint or f"add name: {name} to a layer above"
            if full in below and below[full][1][: len(call)] == call:
                line = self._program.source.line(below[full][0])
                reader = next(
                    (
                        n
                        for n, _, p, t in self._reads
                        if p == path[: len(p)] and t == trail
                    ),
                    "",
                )
                circle = self._circle(full, reader)
                if full == reader:
                    code, text = "cycle", f"{where} '{name}', its own output"
                    hint = "name a layer above"
                elif circle:
                    code = "cycle"
                    text = f"{where} '{name}', which needs it in turn: {circle}"
                    hint = "a tensor can't be made of itself; read one above"
                else:
                    text = f"{where} '{name}', which isn't above it but in {line}"
                    hint = "a layer reads what stands above it; move one of the two"
            elif call and name in self._taken:
                block = call[-1].block
                text = f"{where} '{name}', which stands outside of the block '{block}'"
                hint = f"name it in {block}'s inputs:, and give it with from:"
            self._problems.append(Problem(path, code, text, hint, trail=trail))

    def _circle(self, name: str, reader: str) -> str:
        """`a → b → a`, where a layer leads to another that it reads; or nothing."""
        came = {name: ""}
        reads = {read: sources for read, sources, _, _ in self._reads}
        todo = [name]
        while todo:
            here = todo.pop()
            if here == reader:
                way = [here]
                while came[way[-1]]:
                    way.append(came[way[-1]])
                return " → ".join([*way, reader])
            for source in reads.get(here, ()):
                if source not in came:
                    came[source] = here
                    todo.append(source)
        return ""

    def _unused(self, outputs: _Tensors) -> frozenset[str]:
        """The names of layers that lead to no output; the ends are reported."""
        needed, ends, unused = set(outputs), set(outputs), set()
        again: set[str] = set()  # layers that are used once more to some avail
        found = []
        for name, sources, path, trail in reversed(self._reads):
            node = self._nodes[name]
            if name in needed:
                needed.update(sources)
                again.add(node.shares)
            else:
                unused.add(name)
            if name not in ends or (name in again and name in unused):
                problem = _first_use(name) if name in again else _unused(name)
                found.append(problem._replace(path=path, trail=trail))
            ends.update(sources)
        self._problems += reversed(found)
        return frozenset(unused)

    def _report(
        self, code: str, path: Path, text: str, hint: str, scope: _Scope | None = None
    ) -> None:
        trail = scope.trail if scope else ()
        self._problems.append(Problem(path, code, text, hint, trail=trail))


def _with_formula(problem: Problem, arguments: Any) -> Problem:
    """The problem of an argument, with the formula that its value comes from."""
    for step in problem.path:
        if not isinstance(arguments, dict | list):
            break
        holds = step in arguments if isinstance(arguments, dict) else True
        arguments = arguments[step] if holds else None  # type: ignore[index]
    if type(arguments) is not Formula:
        return problem
    message = f"{problem.message}, which {arguments.text} comes to"
    if "/" in arguments.text and problem.hint.startswith("write "):
        return problem._replace(message=message, hint="'//' divides to whole numbers")
    return problem._replace(message=message)


def _unused(name: str) -> Problem:
    text = f"no output of the model depends on '{name}', and Keras drops it"
    hint = "let a layer read it, add it to outputs:, or remove it"
    return Problem((), "unused-layer", text, hint, True, severity="warning")


def _first_use(name: str) -> Problem:
    text = f"no output depends on the first use of '{name}', which is applied again"
    hint = "let the layer itself read what the apply reads, and remove the apply"
    return Problem((), "unused-layer", text, hint, True)


_COUNT = "a whole number of 0 or more"


def _wrong(path: Path, title: str, allowed: str, found: Any) -> Invalid:
    text = f"{title} must be {allowed}; found {describe(found)}"
    return Invalid([Problem(path, "wrong-type", text)])


def _worked_out(data: Any, path: Path, scope: _Scope) -> Any:
    """The value of data with formulas.

    Raises:
        Invalid: with `path` before the paths.
    """
    try:
        return evaluate(data, scope.variables)
    except Invalid as error:
        raise Invalid(problem.under(*path) for problem in error.problems) from None


def _located(error: Invalid, path: Path, trail: tuple[Frame, ...]) -> Iterator[Problem]:
    """Problems of a step, seen from the document and with what led there."""
    for problem in error.problems:
        if problem.code != "unknown-variable":  # reported where the step was read
            yield problem.under(*path)._replace(trail=trail)


def _innermost(trail: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The way to the innermost call; nothing outside of blocks."""
    while trail and not trail[-1].block:
        trail = trail[:-1]
    return trail


def _once(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each problem once, although a block is called twice."""
    seen = set()
    for problem in problems:
        same = (problem.path, problem.code, problem.message)
        if same not in seen:
            seen.add(same)
            yield problem
