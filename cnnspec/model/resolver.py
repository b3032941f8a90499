"""Program to Graph: calls, repeats and branches taken; every tensor gets its name."""

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers import Layer, make_layer
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.ground.errors import Frame, Invalid, Path, Problem
from cnnspec.ground.records import NAME_SAYS, describe, is_name
from cnnspec.language.expressions import Formula, evaluate
from cnnspec.language.naming import Read
from cnnspec.language.program import (
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
from cnnspec.language.steps import at_default
from cnnspec.model.graph import Graph, Input, Node
from cnnspec.model.unused import unused_layers

if TYPE_CHECKING:
    from cnnspec.language.naming import Unknown

LAYER_LIMIT = 200_000
"""Layers of a model; Keras takes minutes to build a hundredth of them."""
STEP_LIMIT = 4 * LAYER_LIMIT
"""Steps and rounds, which may come to no layer at all."""
DEPTH_LIMIT = 100
"""Calls and repeats inside one another."""
NAME_LIMIT = 1_000
"""Characters of a name in full; calls inside one another could make it endless."""
SAME_PLACE_LIMIT = 10
"""Problems of one kind that are told of one place in the text."""


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
_LOST: _Tensors = ("",)
"""A tensor that isn't there, because something is wrong with what would make it."""


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
        self._unknowns: list[Unknown] = []
        self._nodes: dict[str, Node] = {}
        self._reads: list[Read] = []
        self._inputs_given: frozenset[str] = frozenset()
        self._taken: dict[str, Path] = {}
        self._layers: dict[tuple[Path, str], Layer | None] = {}
        self._mistakes: set[object] = set()
        self._steps_left = STEP_LIMIT
        self._complete = program.complete

    def graph(self) -> Graph:
        program = self._program
        inputs = tuple(self._inputs())
        known: dict[str, _Tensors] = {tensor.name: (tensor.name,) for tensor in inputs}
        self._taken.update({tensor.name: tensor.path for tensor in inputs})
        self._inputs_given = frozenset(known)
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
        if self._complete and not self._reads and not self._unknowns:
            text, hint = (
                "the layer list comes to no layer",
                "let a repeat or if take one",
            )
            self._problems.append(Problem(("layers",), "missing-field", text, hint))
        unused: frozenset[str] = frozenset()
        if self._complete:
            self._explain_unknown()
            if self._reads:
                self._refuse_inputs(outputs)
            if not self._problems and not program.problems:
                unused, ends = unused_layers(self._reads, self._nodes, outputs)
                self._problems += ends
        problems = tuple(_once(self._problems, program.problems))
        nodes = tuple(self._nodes.values())
        return Graph(program.name, inputs, nodes, outputs, unused, problems)

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
                    scope.current = _LOST

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
        if len(name) > NAME_LIMIT:
            layer, local = None, local[:NAME_LIMIT]
            self._problems += _located(_too_long(name), step.path, scope.trail)
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
                self._problems += self._wrong_arguments(error, step, scope)
        return self._layers[key]

    def _wrong_arguments(
        self, error: Invalid, step: LayerStep, scope: _Scope
    ) -> Iterator[Problem]:
        """What is wrong with arguments; once where several take over one value."""
        from cnnspec.language.given import formula_at, mistake, with_formula

        program, trail = self._program, scope.trail
        for problem in error.problems:
            formula = formula_at(step.arguments, problem.path)
            if formula is not None:
                same = mistake(formula, scope.variables, trail, program)
                if same in self._mistakes:
                    continue
                self._mistakes.add(same)
                problem = with_formula(problem, formula, trail, program)
            found = at_default(problem, step.type, step.path, program)
            yield found._replace(trail=trail)

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
        if local == "prev" or name in self._taken or local in scope.known:
            from cnnspec.language.naming import taken

            full = name if name in self._taken else scope.known.get(local, ("",))[0]
            first, trail = self._taken.get(full), scope.trail
            text, hint = taken(name, local, path, trail, first, self._program)
            if text:
                self._report("duplicate-name", (*path, "name"), text, hint, scope)
        self._taken[name] = path
        scope.known[local] = tensors

    def _call(self, step: CallStep, scope: _Scope) -> None:
        block = self._program.blocks[step.block]
        if len(scope.trail) >= DEPTH_LIMIT:
            text = f"more than {DEPTH_LIMIT} calls and repeats stand inside one another"
            hint = "let blocks call fewer others"
            raise Invalid([Problem((), "too-deep", text, hint, True)])
        if any(frame.block == block.name for frame in scope.trail):
            # That a block calls itself has been reported.
            self._complete, scope.current = False, _LOST
            return
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
        """The name of a call or a shared layer, in full and where it stands.

        Raises:
            Invalid: it is too long.
        """
        given = self._given_name(step, scope) if step.name is not None else None
        local = ""
        if given is not None:
            local = given
        elif scope.prefix:
            local = scope.rounds + step.label
        name = scope.prefix + local
        if len(name) > NAME_LIMIT:
            raise _too_long(name)
        return name, local

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
                raise self._wrong(
                    ("times",), "repeat.times", _COUNT, times, step.times, scope
                )
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
                given = step.lists[name]
                what = "a list, one value a round"
                raise self._wrong(path, title, what, values, given, scope)
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
            hint = "compare it, as in ${strides != 1}"
            path, what = ("test",), "true or false"
            raise self._wrong(path, "if.test", what, test, step.test, scope, hint)
        self._take(step.then if test else step.otherwise, scope)

    def _apply(self, step: ApplyStep, scope: _Scope) -> None:
        wanted = step.layer
        if type(wanted) is Formula:
            wanted = _worked_out(wanted, ("layer",), scope)
        if not isinstance(wanted, str):
            what = "the name of a layer above"
            path, title = ("layer",), "apply.layer"
            raise self._wrong(path, title, what, wanted, step.layer, scope)
        sources = self._sources(step, scope) if step.sources else scope.current
        node = self._nodes.get(self._full(wanted, scope))
        name, local = self._own_name(step, scope)
        if node is None:
            self._refuse_apply(wanted, step, scope)
            scope.current = _LOST
            scope.known.setdefault(local or f"{wanted} again", _LOST)
            return
        shared = node.shares or node.name
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
        path, tensors = (*step.path, "layer"), scope.known.get(wanted, ())
        if not tensors and wanted != "prev":
            self._unknown(wanted, path, scope.trail, "apply names", scope.known)
            return
        full = self._full(wanted, scope)
        if tensors == _LOST or full and full not in self._inputs_given:
            return  # something is wrong with it, which has been reported
        text = f"apply uses a layer again, and '{wanted}' is no layer"
        hint = "name a layer: an input, a call or prev can't be applied"
        of_call = (name for name in scope.known if name.startswith(f"{wanted}_"))
        inside = [name for name in of_call if self._full(name, scope) in self._nodes]
        if inside:
            text = f"apply uses a layer again, and '{wanted}' is the call of a block"
            hint = f"apply its layers one by one: {', '.join(inside[:3])}"
            hint += ", …" if len(inside) > 3 else ""
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
        try:
            name = self._tensor_name(source, where, scope)
        except Invalid as error:
            self._problems += _located(error, path, scope.trail)
            return _LOST
        if name == "prev":
            return scope.current
        if name in scope.known:
            return scope.known[name]
        options = [*scope.known, "prev"]
        self._unknown(name, path, scope.trail, where, options)
        return (name,)

    def _tensor_name(self, source: str | Formula, where: str, scope: _Scope) -> str:
        """The name of a tensor, which may be an expression.

        Raises:
            Invalid: it comes to no name.
        """
        if isinstance(source, str):
            return source
        name = _worked_out(source, (), scope)
        if isinstance(name, str):
            return name
        text = f"{where} a tensor by its name; {source.text} comes to {describe(name)}"
        hint = "write the list out: from: [a, b]" if isinstance(name, list) else ""
        raise Invalid([Problem((), "wrong-type", text, hint)])

    def _block_outputs(self, block: Block, scope: _Scope) -> _Tensors:
        """The tensors that a block's `outputs` lists."""
        found: list[str] = []
        for place, name in enumerate(block.outputs):
            path = (*block.path, "outputs", place)
            found += self._named(name, path, "outputs: names", scope)
        return tuple(found)

    def _outputs(self, scope: _Scope) -> _Tensors:
        found: list[str] = []
        inputs = {"input", *self._inputs_given}
        for place, name in enumerate(self._program.outputs):
            path = ("outputs", place)
            if name not in scope.known or name in inputs:
                options = scope.known.keys() - inputs
                self._unknown(name, path, (), "outputs: names", options)
            elif name in self._program.outputs[:place]:
                text = f"outputs: names '{name}' a second time"
                self._report("duplicate-value", path, text, "remove it")
            else:
                found += scope.known[name]
        return tuple(found)

    def _refuse_inputs(self, outputs: _Tensors) -> None:
        """Reports inputs that the model would give back as they came."""
        for name in self._inputs_given.intersection(outputs):
            path: Path = ("outputs",) if self._program.outputs else ("layers",)
            text = f"the model would give back its input '{name}' as it came"
            hint = "let a layer read it, or list layers under outputs:"
            self._report("input-as-output", path, text, hint)

    def _unknown(
        self,
        name: str,
        path: Path,
        trail: tuple[Frame, ...],
        where: str,
        options: Collection[str],
    ) -> None:
        if self._program.inputs:  # otherwise the name may be that of a faulty input
            from cnnspec.language.naming import GUESS_LIMIT, Unknown, meant

            guess = len(self._unknowns) < GUESS_LIMIT
            hint = meant(name, options) if guess else ""
            self._unknowns.append(Unknown(name, path, trail, where, hint))

    def _explain_unknown(self) -> None:
        if self._unknowns:
            from cnnspec.language.naming import explained

            known = self._reads, self._taken, self._program
            self._problems += explained(self._unknowns, *known)

    def _wrong(
        self,
        path: Path,
        title: str,
        allowed: str,
        found: Any,
        given: Any,
        scope: _Scope,
        hint: str = "",
    ) -> Invalid:
        text = f"{title} must be {allowed}; found {describe(found)}"
        if type(given) is Formula:
            from cnnspec.language.given import comes_to

            text = f"{text}, {comes_to(given, scope.trail, self._program)}"
        return Invalid([Problem(path, "wrong-type", text, hint)])

    def _report(
        self, code: str, path: Path, text: str, hint: str, scope: _Scope | None = None
    ) -> None:
        trail = scope.trail if scope else ()
        self._problems.append(Problem(path, code, text, hint, trail=trail))


def _too_long(name: str) -> Invalid:
    text = f"the name '{name[:20]}…' has over {NAME_LIMIT:,} characters"
    hint = "choose shorter ones for it and for the calls around it"
    return Invalid([Problem(("name",), "wrong-type", text, hint)])


_COUNT = "a whole number of 0 or more"


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


def _once(problems: Iterable[Problem], before: Iterable[Problem]) -> Iterator[Problem]:
    """Each problem once, although a block is called twice.

    An expression that can't be read has been reported `before`, and leaves nothing.
    Where every round has a problem of its own, the first ones say enough.
    """
    unread = {problem.path for problem in before if problem.code == "expression"}
    seen: dict[tuple[Path, str], set[str]] = {}
    for problem in problems:
        said = seen.setdefault((problem.path, problem.code), set())
        new = problem.message not in said and len(said) < SAME_PLACE_LIMIT
        if new and problem.path not in unread:
            said.add(problem.message)
            yield problem
