"""The interpreter: takes the steps of a Program, and tells a listener what happens.

What the language means is decided here and in `naming`, and nowhere else: which tensor
a step reads, what it is called and what may read it, how often a repeat is taken and
which arm of an `if`, and what is wrong with it. The Graph is what one listener notes;
the plan of a script is what another one does.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeGuard

from cnnspec.catalogue.layers import Layer, layer_class, make_layer
from cnnspec.catalogue.registry import INPUT_LAYER, declaring
from cnnspec.ground.errors import (
    Frame,
    Invalid,
    Path,
    Problem,
    Trail,
    either,
    nearest,
)
from cnnspec.ground.kinds import is_name
from cnnspec.ground.yaml_text import flow
from cnnspec.language import naming, parts
from cnnspec.language.expressions import Formula, evaluate, sizes_of
from cnnspec.language.listener import Contents, Listener, Outcome, Placed, Said, T
from cnnspec.language.problems import Problems
from cnnspec.language.program import (
    NEEDED,
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Program,
    Ref,
    RepeatStep,
    Step,
    Steps,
    spot_of,
)
from cnnspec.language.rounds import is_frozen, is_true, rounds_of, wrong
from cnnspec.language.scope import Scope
from cnnspec.language.sources import (
    INPUT,
    PREV,
    Call,
    asking,
    call_of,
    call_of_block,
    call_of_class,
    in_order,
)

LAYER_LIMIT = 200_000
"""Layers of a model; Keras takes minutes to build a hundredth of them."""
STEP_LIMIT = 4 * LAYER_LIMIT
"""Steps and rounds, which may come to no layer at all."""
EXPORT_LIMIT = 1_000_000
"""Names that calls hand to what is around them, beside 20 for each layer."""
DEPTH_LIMIT = 100
"""Calls and repeats inside one another."""
NAME_LIMIT = 1_000
"""Characters of a name in full; calls inside one another could make it endless."""

_NOTHING: Sequence[Said] = ()


_NO_NAMES: Mapping[str, str] = {}
_NO_SETTINGS: Mapping[str, Any] = {}
_INFERENCE: Mapping[str, Any] = {"training": False}
"""How a model is called whose BatchNormalization is to stay as it was trained."""


def run(
    program: Program, listener: Listener[T], known: Mapping[str, str] = _NO_NAMES
) -> Outcome[T]:
    """Takes all steps of a program.

    A program with something wrong is taken as far as it goes, so that all that is wrong
    with it is found in one go.

    Args:
        program: to take.
        listener: is told what happens.
        known: the outcome's `keras_names`, once they are known; steps may use them too.
    """
    with declaring(program.own):
        return _Interpreter(program, listener, known).run()


class CallTaken(NamedTuple):
    """A call as it was taken, which may be taken again."""

    name: str
    """In full."""
    block: Block
    arguments: dict[str, Any]
    variables: dict[str, Any]
    """The values of the names inside."""
    start: int
    """Where what was decided inside begins on the tape."""
    end: int


class _TooMany(Exception):
    """More steps than any model has."""


class _Interpreter(Generic[T]):
    def __init__(
        self, program: Program, listener: Listener[T], keras_names: Mapping[str, str]
    ) -> None:
        self._program, self._listener = program, listener
        self._keras_names = keras_names
        self._authors = {keras: name for name, keras in keras_names.items()}
        self._odd: list[naming.Odd] = []
        self._automatic: dict[str, str] = {}  # what Keras calls operations
        self._lost = (listener.lost(""),)
        self._names, self._calls = naming.AutomaticNames(), naming.Counter()
        self._problems = Problems(program)
        self._taken: dict[str, Path] = {}
        self._inputs: frozenset[str] = frozenset()
        self._shared: dict[str, str] = {}  # layers by name, and whose weights they have
        self._classes: dict[str, type[Layer]] = {}
        # Calls that nobody named, and those of them that `from` may name.
        self._unnamed: dict[str, naming.Odd] = {}
        self._lent: set[str] = set()
        self._made: dict[tuple[Path, str], Layer | None] = {}
        self._applies = program.applies
        self._tape: list[tuple[Path, Any]] = []  # what was decided at each step
        self._called_before: dict[str, CallTaken] = {}
        self._gives: dict[str, list[str]] = {}  # what the outputs of models are called
        self._steps_left = STEP_LIMIT
        self._exported = 0
        self._quiet: dict[str, Mapping[str, Any]] = {}  # by names of applications
        self._lacks_layers = False
        self._complete = program.complete

    def run(self) -> Outcome[T]:
        given = {}
        for name, tensor in self._program.inputs.items():
            path: Path = ("inputs", name) if name else ("input",)
            called = name or self._names.of_kind(INPUT_LAYER)
            given[called] = self._listener.input(called, tensor, path)
            self._take_name(called, path)
        # Without an input, the first layer reads a tensor that isn't there.
        current = tuple(given.values()) or (self._listener.lost(INPUT),)
        scope = Scope(self._program.values, _known(given, current), current)
        outcome = self._model_of(None, scope)
        self._listener.outputs(outcome.outputs, outcome.said)
        return outcome

    def _take_name(self, called: str, path: Path) -> None:
        """Notes the name of an input."""
        self._inputs |= {called}
        self._taken[called] = path
        self._note_odd(called, called, "", INPUT_LAYER)

    def _model_of(self, block: Block | None, scope: Scope[T]) -> Outcome[T]:
        """Takes what a model is made of: the steps of a block, or of the program."""
        program, found = self._program, self._problems
        try:
            self._take((block or program).steps, scope)
        except _TooMany as error:
            self._complete = False
            found.found += error.args
        if block is None:
            outputs, said = self._outputs(scope)
        else:
            outputs, said = self._results(block, scope)
        if self._complete:
            self._refuse_nothing(outputs, block or program, scope.trail)
        names = self._named_by_keras()
        return Outcome(
            outputs,
            said,
            found.found,
            found.unknown,
            self._taken,
            self._complete,
            names,
            {name: keras for name, keras in self._automatic.items() if keras != name},
        )

    def _refuse_nothing(
        self, outputs: tuple[T, ...], model: Block | Program, trail: Trail
    ) -> None:
        """Reports a model without layers, and one that gives back what it is given."""
        at: Path = model.path if isinstance(model, Block) else ()
        no_layers = not self._shared and not self._lacks_layers
        if no_layers and not self._problems.unknown:
            text = "the layer list comes to no layer"
            hint = "let a repeat or if take one"
            self._problems.report("missing-field", (*at, "layers"), text, hint, trail)
        for name in self._inputs.intersection(map(self._listener.name, outputs)):
            if not no_layers and name not in self._shared:
                path = (*at, "outputs" if model.outputs else "layers")
                text = f"the model would give back its input '{name}' as it came"
                hint = "let a layer read it, or list layers under outputs:"
                self._problems.report("input-as-output", path, text, hint, trail)

    # ------------------------------------------------------------- steps

    def _take(self, steps: Steps, scope: Scope[T]) -> None:
        if replaced := self._program.replaced:
            here = (spot_of(step.path, scope.trail) for step in steps)
            spots = zip(here, steps, strict=True)
            steps = tuple(replaced.get(spot, step) for spot, step in spots)
        for step in steps:
            if type(step) is LayerStep:
                self._layer(step, scope)
                continue
            self._count(step, scope)
            try:
                self._other(step, scope)
            except Invalid as error:
                self._complete = False
                self._problems.note(error, step.path, scope.trail)
                scope.current = self._lost

    def _other(self, step: Step, scope: Scope[T]) -> None:
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
        elif type(step) is PassStep:
            self._pass(step, scope)

    def _count(self, step: Step, scope: Scope[T]) -> None:
        """Counts a step of any kind, and stops at more than any model has."""
        self._steps_left -= 1
        if len(self._shared) > LAYER_LIMIT or self._steps_left < 0:
            text = f"blocks and repeats make more than {LAYER_LIMIT:,} layers here"
            hint = "use smaller numbers; no model has so many"
            raise _TooMany(
                Problem(step.path, "too-many-layers", text, hint, True, scope.trail)
            )

    # ------------------------------------------------------------- layers

    def _layer(self, step: LayerStep, scope: Scope[T]) -> None:
        read, said = self._read(step, scope) if step.sources else (scope.current, ())
        settings = None
        if step.named:
            read, said, settings = self._by_name(step, read, said, scope)
        if scope.again is not None:
            self._layer_again(step, read, said, settings, scope)
            return
        layer, arguments = step.layer, None
        if layer is None and step.arguments is not None:
            layer, arguments = self._layer_of(step, read, said, scope)
        if layer is not None and layer.is_application:
            given_to = arguments, settings or {}
            self._application(step, layer, given_to, read, said, scope)
            return
        inner = () if layer is None else self._names.inner(layer)
        given = None if step.name is None else self._given_name(step, scope)
        keras = ""
        if layer is not None and layer.named_by_keras:
            keras = self._names.of(layer)
        if given is not None:
            local = name = given
            if scope.call and not step.is_whole:
                name = naming.in_call(scope.call, given)
        elif scope.named:
            local = scope.label(step) if scope.rounds else step.label
            name = naming.in_call(scope.call, local)
        elif layer is not None:
            local = name = keras or self._names.of(layer)
        else:
            local = name = self._names.of_kind(step.type)
        if len(name) > NAME_LIMIT:
            layer, local = None, local[:NAME_LIMIT]
            self._problems.note(_too_long(name), step.path, scope.trail)
        settings = settings or _NO_SETTINGS
        placed = Placed(
            step.path,
            name,
            local,
            given is not None,
            scope.trail,
            scope.frozen,
            settings,
            scope.named,
        )
        if keras:
            self._automatic[name] = keras
        elif not naming.is_plain(name):
            self._note_odd(name, local, scope.call, step.type)
        if self._applies:
            self._tape.append((step.path, layer and name))
        if layer is None:
            self._lacks_layers = True
            self._listener.no_layer(placed, read)
            self._inputs -= {name}  # whoever reads the name means what was to be made
            scope.current = scope.known[local] = (self._listener.lost(name),)
            return
        tensor = self._listener.layer(step, placed, layer, arguments, inner, read, said)
        scope.current = (tensor,)
        self._know(placed, scope.current, scope)
        self._shared[name], self._classes[name] = name, type(layer)
        if len(self._shared) > LAYER_LIMIT:
            self._count(step, scope)

    def _layer_of(
        self,
        step: LayerStep,
        read: tuple[T, ...],
        said: Sequence[Said],
        scope: Scope[T],
    ) -> tuple[Layer | None, Any]:
        """The layer of a step with formulas, and its arguments worked out.

        None where they are wrong, which is reported.
        """
        try:
            arguments = evaluate(step.arguments, self._seen(step, scope))
            if step.models:
                return self._holder(step, arguments, read, said, scope), arguments
        except Invalid as error:
            self._problems.note(error, step.path, scope.trail)
            return None, None
        key = (step.path, repr(arguments))
        if key not in self._made:
            self._made[key] = None
            try:
                self._made[key] = make_layer(step.type, arguments)
            except Invalid as error:
                self._problems.note_arguments(error, step, scope)
        return self._made[key], arguments

    def _apply(self, step: ApplyStep, scope: Scope[T]) -> None:
        wanted = step.layer
        if type(wanted) is str:
            wanted = self._own(wanted, scope)
        elif type(wanted) is Formula:
            wanted = scope.worked_out(wanted, ("layer",))
        if not isinstance(wanted, str):
            what = "the name of a layer above"
            path, given = ("layer",), step.layer
            raise wrong(path, "apply.layer", what, wanted, given)
        read, said = self._read(step, scope)
        shared = self._shared.get(self._layer_called(wanted, scope))
        placed = self._placed(step, scope)
        if shared is None and (before := self._call_named(wanted, scope)):
            self._call_again(step, placed, before, read, said, scope)
            return
        if shared is None:
            self._refuse_apply(wanted, step, scope)
            scope.current = self._lost
            scope.known.setdefault(placed.local or f"{wanted} again", self._lost)
            return
        if self._classes[shared].named_by_keras:
            self._refuse_operation(wanted, step, scope)
            return
        if step.named:
            call = call_of_class(self._classes[shared])
            read, said, settings = self._by_name(step, read, said, scope, call)
            placed = placed._replace(settings=settings)
        if quiet := self._quiet.get(shared):
            placed = placed._replace(settings={**quiet, **placed.settings})
        if not placed.name:
            name = self._calls.next(f"{shared} again")
            placed = placed._replace(name=name, local=name)
        source = scope.known[wanted][0]
        tensor = self._listener.apply(step, placed, shared, source, wanted, read, said)
        if shared in self._gives:
            self._know_model(placed, shared, tensor, scope)
            return
        scope.current = (tensor,)
        self._know(placed, scope.current, scope)
        self._shared[placed.name] = shared

    def _layer_called(self, name: str, scope: Scope[T]) -> str:
        """The full name of the layer that a name stands for; nothing if of none.

        The name of a call stands for what it gives, which is no layer.
        """
        names = set(map(self._listener.name, scope.known.get(name, ())))
        if len(names) != 1:
            return ""
        [full] = names
        return full if full in (scope.full(name), name) else ""

    def _refuse_apply(self, wanted: str, step: ApplyStep, scope: Scope[T]) -> None:
        path, tensors = (*step.path, "layer"), scope.known.get(wanted, ())
        if not tensors and wanted != PREV:
            self._problems.note_unknown(
                wanted, path, scope.trail, "apply names", scope.known
            )
            return
        full = self._layer_called(wanted, scope)
        if tensors == self._lost or (full and full not in self._inputs):
            return  # something is wrong with it, which has been reported
        text = f"apply uses a layer or a call again, and '{wanted}' is neither"
        hint = "name one of them: an input or prev can't be applied"
        self._problems.report("unknown-input", path, text, hint, scope.trail)

    def _pass(self, step: PassStep, scope: Scope[T]) -> None:
        """Lets a layer's name stand for the tensor that it would have read."""
        read, _ = self._read(step, scope)
        if len(read) != 1:
            text = (
                f"'{step.changed}' reads {len(read)} tensors, so that none can stand "
            )
            text += "for what it gives"
            hint = "take out what reads it instead, or give the layer other arguments"
            path: Path = ("change", step.changed)
            self._problems.report("change", path, text, hint, scope.trail)
            self._complete, read = False, self._lost
        given = None if step.name is None else self._given_name(step, scope)
        local = given or (scope.label(step) if scope.named else "")
        self._listener.passed(step, read)
        scope.current = read
        if local:
            scope.known[local] = read

    def _refuse_operation(self, wanted: str, step: ApplyStep, scope: Scope[T]) -> None:
        path = (*step.path, "layer")
        text = f"apply uses weights again, and the operation '{wanted}' has none"
        hint = "let the operation itself stand here"
        self._problems.report("unknown-input", path, text, hint, scope.trail)
        scope.current = self._lost

    # ------------------------------------------------------------- names

    def _placed(self, step: CallStep | ApplyStep, scope: Scope[T]) -> Placed:
        """The name of a call or of a layer's further use.

        Raises:
            Invalid: it is too long.
        """
        given = None if step.name is None else self._given_name(step, scope)
        block = step.block if type(step) is CallStep else ""
        if given is not None:
            local, name = scope.names(given, step.is_whole)
        else:
            local = ""
            if scope.named or (scope.call and block):
                local = scope.label(step)
            elif block:
                local = self._calls.next(block)
            name = scope.full(local) if local else ""
        if len(name) > NAME_LIMIT:
            raise _too_long(name)
        kind = block or "apply"
        named = scope.named or bool(block and given is not None)
        if block and not named and not self._makes_model(step):
            self._unnamed[name] = name, local, scope.call, kind
        elif name:
            self._note_odd(name, local, scope.call, kind)
        is_given = given is not None
        return Placed(step.path, name, local, is_given, scope.trail, named=named)

    def _makes_model(self, step: CallStep | ApplyStep) -> TypeGuard[CallStep]:
        return type(step) is CallStep and self._program.blocks[step.block].is_model

    def _note_odd(self, name: str, local: str, call: str, kind: str) -> None:
        """Notes what has a name that Keras may not take."""
        if naming.is_plain(name):
            return
        if around := self._unnamed.pop(call, None):  # its name is in this one
            self._note_odd(*around)
        self._odd.append((name, local, call, kind))

    def _named_by_keras(self) -> Mapping[str, str]:
        """What Keras calls that whose names it doesn't take."""
        automatic = self._automatic
        if not self._odd and not automatic:
            return _NO_NAMES
        taken = [*self._taken, *automatic.values()] if automatic else self._taken
        names = naming.keras_names(self._odd, taken)
        self._refuse_shared(names)
        return names

    def _refuse_shared(self, names: Mapping[str, str]) -> None:
        """Reports a layer that is given the name that Keras gives an operation."""
        if not self._automatic:
            return
        others = [*self._inputs, *(n for n, s in self._shared.items() if n == s)]
        called = {names.get(n, n): n for n in others if n not in self._automatic}
        for name, keras in self._automatic.items():
            if keras in called:
                from cnnspec.language.unknown import shared_name

                other = called[keras]
                path = (*self._taken[other], "name")
                first = self._taken[name]
                text, hint = shared_name(name, keras, first, self._program)
                self._problems.report("duplicate-name", path, text, hint)

    def _own(self, name: str, scope: Scope[T]) -> str:
        """The author's name for what is called by Keras's, which may stand as well."""
        if not self._authors:
            return name
        call = self._keras_names.get(scope.call, scope.call)
        full = self._authors.get(naming.in_call(call, name) if call else name, "")
        local = full.removeprefix(naming.in_call(scope.call, "")) if call else full
        return local if local in scope.known and name not in scope.known else name

    def _given_name(
        self, step: LayerStep | CallStep | ApplyStep | PassStep, scope: Scope[T]
    ) -> str | None:
        """The name that a step is given; None for null, and where it is no name."""
        name = step.name
        if not isinstance(name, Formula):
            return name
        try:
            found = name.value(scope.variables)
            if found is None or (type(found) is str and is_name(found)):
                return found
            from cnnspec.language.given import no_name

            raise no_name(name, found)
        except Invalid as error:
            path = (*step.path, "name")
            self._problems.note(error, path, scope.trail)
            return None

    def _know(self, placed: Placed, tensors: tuple[T, ...], scope: Scope[T]) -> None:
        """Lets `from` use a name, which nothing may have had before."""
        name, local = placed.name, placed.local
        is_whole = scope.call != "" and name == local
        free = local not in scope.known and name not in self._taken and local != PREV
        if free and not is_whole:  # the commonest, by far
            self._taken[name] = placed.path
            scope.known[local] = tensors
            return
        clashes = local in scope.known and name not in self._lent
        if clashes and not scope.named:
            # Keras's name of a layer isn't the block's own to give.
            if is_whole and not placed.given:
                self._take_full(placed, scope)
                return
            clashes = local not in scope.wholes or is_whole
        if clashes or local == PREV or name in self._taken:
            self._refuse_name(placed, scope)
        self._taken[name] = placed.path
        scope.known[local] = tensors
        if is_whole:
            scope.wholes.add(local)
        elif scope.call:
            scope.wholes.discard(local)

    def _take_full(self, placed: Placed, scope: Scope[T]) -> None:
        """Notes a name that nothing reads where it stands."""
        if placed.name in self._taken:
            self._refuse_name(placed, scope)
        self._taken[placed.name] = placed.path

    def _lend(self, placed: Placed, tensors: tuple[T, ...], scope: Scope[T]) -> None:
        """Lets `from` use the name of a call that nobody named, unless it is another's.

        What is given that name later has it from then on.
        """
        name, local = placed.name, placed.local
        is_free = local not in scope.known and local != PREV
        if is_free and name not in self._taken:
            scope.known[local] = tensors
            self._lent.add(name)

    def _refuse_name(self, placed: Placed, scope: Scope[T]) -> None:
        from cnnspec.language.unknown import taken

        full, local = placed.name, placed.local
        if full not in self._taken and local in scope.known:
            full = self._listener.name(scope.known[local][0])
        around = scope.trail[-1].name if scope.trail else ""
        first, lent = self._taken.get(full), around in self._unnamed
        text, hint = taken(placed, first, self._program, lent=lent)
        path, trail = (*placed.path, "name"), scope.trail
        if lent and first == placed.path and full != local:
            path, trail = scope.trail[-1].path, scope.trail[:-1]
        if text:
            self._problems.report("duplicate-name", path, text, hint, trail)

    # ------------------------------------------------------------- calls

    def _call(self, step: CallStep, scope: Scope[T]) -> None:
        block = self._program.blocks[step.block]
        if len(scope.trail) >= DEPTH_LIMIT:
            raise _too_deep("let blocks call fewer others")
        if not self._program.complete and _is_inside(block, scope.trail):
            # That a block calls itself has been reported.
            self._complete, scope.current = False, self._lost
            return
        read, said = self._read(step, scope) if step.sources else (scope.current, ())
        if step.named or len(read) != (len(block.inputs) or 1):
            read, said = self._given_to(block, step, read, said, scope)
        if block.is_model and scope.again is not None:
            self._layer_again(step, read, said, None, scope)
            return
        placed = self._placed(step, scope)
        frame = Frame(block.name, placed.name, step.path, given=placed.named)
        trail = (*scope.trail, frame)
        given = None if scope.again is None else self._decided(step, scope)
        if given is None:
            given = evaluate(step.arguments, self._seen(step, scope))
        variables = self._parameters(block, given, trail)
        frozen = scope.frozen if step.trainable is True else is_frozen(step, scope)
        if block.is_model:
            inner: Scope[T] = Scope(variables, {}, (), "", (), trail, frozen)
            self._model(step, placed, block, given, read, said, inner, scope)
            return
        if self._applies:
            self._tape.append((step.path, given))
        again, called = scope.again, placed.name
        inside: Scope[T] = Scope(
            variables, {}, (), called, (), trail, frozen, again, placed.named
        )
        self._take_call(step, placed, block, given, read, said, inside, scope)

    def _given_to(
        self,
        block: Block,
        step: CallStep | ApplyStep,
        read: tuple[T, ...],
        said: Sequence[Said],
        scope: Scope[T],
    ) -> tuple[tuple[T, ...], Sequence[Said]]:
        """The tensors that a block is given, in the order of its inputs.

        Raises:
            Invalid: it takes others.
        """
        if step.named:
            call = call_of_block(block)
            read, said, _ = self._by_name(step, read, said, scope, call)
            _refuse_unlike(block, said)
            said = tuple(one._replace(argument="") for one in said)
        elif len(read) != (len(block.inputs) or 1):
            read, said = parts.all_apart(read, said, self._listener)
        if len(read) != (len(block.inputs) or 1):
            raise _wrong_count(block, step, len(read))
        return read, said

    def _take_call(
        self,
        step: CallStep | ApplyStep,
        placed: Placed,
        block: Block,
        arguments: dict[str, Any],
        read: tuple[T, ...],
        said: Sequence[Said],
        inner: Scope[T],
        scope: Scope[T],
    ) -> None:
        """Takes the steps of a block where it is called, or called again.

        Args:
            inner: the scope inside; its tensors are filled in.
        """
        start = len(self._tape)
        inside = self._listener.enter(step, placed, arguments, read, said)
        known = inner.known = {INPUT: inside[:1]}
        if block.inputs:
            known |= {n: (t,) for n, t in zip(block.inputs, inside, strict=True)}
        inner.current = inside
        own = len(known)
        self._take(block.steps, inner)
        results, named = self._results(block, inner)
        names = list(known)[own:]
        self._exported += len(names)
        if self._exported > EXPORT_LIMIT + 20 * len(self._shared):
            self._steps_left = -1
            self._count(step, scope)
        called = naming.exported(placed.local, names, inner.wholes)
        exports = {
            outside: known[name]
            for outside, name in zip(called, names, strict=True)
            if outside not in scope.known
            or (self._lent and self._is_lent(outside, inner, scope))
        }
        scope.current, exports = self._listener.leave(
            step, placed, results, named, exports
        )
        if placed.named:
            self._know(placed, scope.current, scope)
        else:
            self._lend(placed, scope.current, scope)
        if self._applies:
            variables, end = inner.variables, len(self._tape)
            call = CallTaken(placed.name, block, arguments, variables, start, end)
            self._called_before[placed.name] = call
        scope.known.update(exports)
        if inner.wholes:
            scope.wholes.update(inner.wholes)
        if scope.call and placed.local == placed.name:
            scope.wholes.update(exports)

    def _is_lent(self, name: str, inner: Scope[T], scope: Scope[T]) -> bool:
        """Whether a name that a call has for what is in it was a call's before."""
        full = name if name in inner.wholes else scope.full(name)
        return full in self._lent

    def _parameters(
        self, block: Block, given: dict[str, Any], trail: Trail
    ) -> dict[str, Any]:
        """The values of the variables inside a call.

        Raises:
            Invalid: a default can't be worked out, which has been reported.
        """
        values = dict(self._program.values)
        for name in block.params:
            if name in given:
                values[name] = given[name]
            elif (default := block.default(name)) is not NEEDED:
                try:
                    values[name] = evaluate(default, values)
                except Invalid as error:
                    path = (*block.path, "params", name)
                    self._problems.note(error, path, trail)
                    raise Invalid(()) from None
        return values

    def _results(
        self, block: Block, scope: Scope[T]
    ) -> tuple[tuple[T, ...], Sequence[Said]]:
        """The tensors that a block gives, and how its `outputs` calls them."""
        if not block.outputs:
            return scope.current, _NOTHING
        found: list[T] = []
        said: list[Said] = []
        for place, name in enumerate(block.outputs):
            path = (*block.path, "outputs", place)
            tensors, by = self._called(name, path, "outputs: names", scope)
            found += tensors
            said += [Said(place, number, by) for number in range(len(tensors))]
        return tuple(found), said

    # ------------------------------------------------------------- calls again

    def _call_named(self, name: str, scope: Scope[T]) -> CallTaken | None:
        """The call that a name stands for where a step is taken."""
        if name not in scope.known:
            return None
        full = scope.full(name)
        return self._called_before.get(full) or self._called_before.get(name)

    def _call_again(
        self,
        step: ApplyStep,
        placed: Placed,
        call: CallTaken,
        read: tuple[T, ...],
        said: Sequence[Said],
        scope: Scope[T],
    ) -> None:
        """Takes a call once more, with the layers and the choices that it had."""
        block = call.block
        if len(scope.trail) >= DEPTH_LIMIT:
            raise _too_deep("apply fewer calls inside one another")
        read, said = self._given_to(block, step, read, said, scope)
        name = placed.name or self._calls.next(f"{call.name} again")
        frame = Frame(block.name, name, step.path, again=True, given=True)
        trail = (*scope.trail, frame)
        decided = self._tape[call.start : call.end]
        if scope.again is not None:
            # They are on the tape of the call around a second time.
            list(islice(scope.again, len(decided)))
        again = iter(decided)
        how = name, (), trail, False, again, True
        inner: Scope[T] = Scope(call.variables, {}, (), *how)
        before = scope.known
        if not placed.name:
            # Nothing but what follows reads what has no name.
            scope.known = before.copy()
        placed = placed._replace(name=name, local=placed.local or name, named=True)
        self._take_call(step, placed, block, call.arguments, read, said, inner, scope)
        scope.known = before

    def _layer_again(
        self,
        step: LayerStep | CallStep,
        read: tuple[T, ...],
        said: Sequence[Said],
        settings: Mapping[str, Any] | None,
        scope: Scope[T],
    ) -> None:
        """Lets a layer of a call that is taken again read other tensors."""
        name = self._decided(step, scope)
        given = None if step.name is None else self._given_name(step, scope)
        local = given or scope.label(step)
        full = scope.full(local)
        placed = Placed(step.path, full, local, given is not None, scope.trail)
        if settings:
            placed = placed._replace(settings=settings)
        if self._applies:
            self._tape.append((step.path, name and full))
        if name is None:  # something is wrong with it, which has been reported
            self._lacks_layers = True
            scope.current = scope.known[local] = (self._listener.lost(full),)
            return
        shared = self._shared[name]
        if quiet := self._quiet.get(shared):
            placed = placed._replace(settings={**quiet, **placed.settings})
        tensor = self._listener.again(step, placed, shared, read, said)
        if self._classes[shared].named_by_keras:
            self._automatic[full] = self._names.of_class(self._classes[shared])
            self._classes[full], shared = self._classes[shared], full
        if shared in self._gives:
            self._know_model(placed, shared, tensor, scope)
            return
        scope.current = (tensor,)
        self._know(placed, scope.current, scope)
        self._shared[full] = shared
        if len(self._shared) > LAYER_LIMIT:
            self._count(step, scope)

    def _decided(self, step: Step, scope: Scope[T]) -> Any:
        """What was decided at a step, where its call is taken again; None elsewhere."""
        if scope.again is None:
            return None
        path, decided = next(scope.again, (None, None))
        if path != step.path:
            self._complete = False
            return None
        return decided

    # ------------------------------------------------------------- models in models

    def _model(
        self,
        step: CallStep,
        placed: Placed,
        block: Block,
        arguments: dict[str, Any],
        read: tuple[T, ...],
        said: Sequence[Said],
        inner: Scope[T],
        scope: Scope[T],
    ) -> None:
        """Takes a call that makes a model, which is one layer where it stands."""
        placed = placed._replace(frozen=inner.frozen)
        layer, names = self._modelled(
            step, placed, block, arguments, read, said, inner, None
        )
        tensor = self._listener.model_called(step, placed, layer, read, said)
        if self._applies:
            self._tape.append((step.path, placed.name))
        self._gives[placed.name] = names
        self._classes[placed.name] = type(layer)
        self._know_model(placed, placed.name, tensor, scope)

    def _know_model(
        self, placed: Placed, shared: str, tensor: T, scope: Scope[T]
    ) -> None:
        """Lets `from` read what a model gives.

        Args:
            placed: this use of it.
            shared: the model as it was made.
            tensor: all that it gives.
            scope: where it stands.
        """
        names = self._gives[shared]
        scope.current = self._parts(tensor, len(names))
        self._know(placed, scope.current, scope)
        self._shared[placed.name] = shared
        results: dict[str, tuple[T, ...]] = {}
        for name, result in zip(names, scope.current, strict=True):
            full = naming.in_model(placed.local, name)
            results[full] = (*results.get(full, ()), result)
        scope.known.update(results)

    def _modelled(
        self,
        step: CallStep | LayerStep,
        placed: Placed,
        model: Block | Program,
        arguments: dict[str, Any],
        read: tuple[T, ...],
        said: Sequence[Said],
        scope: Scope[T],
        holder: type[Layer] | None,
        application: Layer | None = None,
    ) -> tuple[Layer, list[str]]:
        """Makes a model of a block, or of another spec, for a layer that may hold it.

        Keras counts automatic names on through it, and no other name inside meets one
        outside.

        Args:
            step: the call.
            placed: its name, and what led there.
            model: what it is made of.
            arguments: the values that the call gives to parameters.
            read: the tensors that it, or the layer that holds it, reads.
            said: how they are called.
            scope: for what is inside; its tensors are filled in.
            holder: the class of the layer that holds it.
            application: the model of keras.applications that it is.

        Returns:
            The model, and what each tensor that it gives is called inside.
        """
        block = model if isinstance(model, Block) else None
        program = self._program if isinstance(model, Block) else model
        given_names = [name for name in model.inputs if name]
        names = tuple(given_names) or (self._names.of_kind(INPUT_LAYER),)
        path = block.path if block else ()
        key = placed.name if holder is None else self._calls.next(placed.name)
        contents = Contents(key, program, names, path, scope.trail, application)
        listener, given = self._listener.model(
            step, placed, contents, arguments, read, said, holder
        )
        inside = _Interpreter(program, listener, _NO_NAMES)
        inside._names, inside._steps_left = self._names, self._steps_left
        for name in names:
            inside._take_name(name, (*path, "inputs"))
        tensors = dict(zip(names, given, strict=True)) if given_names else {}
        scope.known, scope.current = _known(tensors, given), given
        outcome = inside._model_of(block, scope)
        if application is not None:
            outcome = self._as_asked(step, application, outcome, inside, scope)
        self._steps_left = inside._steps_left
        self._complete &= outcome.complete
        outputs = outcome.outputs
        called = [one.by for one in outcome.said] or list(map(listener.name, outputs))
        several = parts.apart(outputs, listener) or list(enumerate(outputs))
        layer = self._listener.modelled(step, placed, outcome)
        return layer, [called[place] for place, _ in several]

    def _holder(
        self,
        step: LayerStep,
        arguments: Any,
        read: tuple[T, ...],
        said: Sequence[Said],
        scope: Scope[T],
    ) -> Layer | None:
        """A layer that holds models; None where something else is wrong with it.

        Raises:
            Invalid: an expression of a call can't be worked out.
        """
        for way, call in step.models:
            block = self._program.blocks[call.block]
            given = None if call.name is None else self._given_name(call, scope)
            if len(block.inputs) > 1:
                text = f"{step.type} gives what it holds one tensor"
                text = f"{text}, and the block '{block.name}' takes {len(block.inputs)}"
                hint = "give it one that a block of one tensor makes"
                raise Invalid([Problem(way, "wrapped-layer", text, hint)])
            # Nothing beside it has one.
            name = naming.keras_name(given or call.block, "block")
            frozen = is_frozen(call, scope)
            placed = Placed(call.path, name, name, True, scope.trail, frozen)
            trail = (*scope.trail, Frame(block.name, name, call.path))
            values = evaluate(call.arguments, scope.variables)
            variables = self._parameters(block, values, trail)
            inner: Scope[T] = Scope(variables, {}, (), "", (), trail, frozen)
            holder = layer_class(step.type)
            layer, _ = self._modelled(
                call, placed, block, values, read[:1], said[:1], inner, holder
            )
            arguments = _with(arguments, way, layer)
        try:
            return make_layer(step.type, arguments)
        except Invalid as error:
            self._problems.note_arguments(error, step, scope)
            return None

    def _application(
        self,
        step: LayerStep,
        layer: Any,
        given: tuple[Any, Mapping[str, Any]],
        read: tuple[T, ...],
        said: Sequence[Said],
        scope: Scope[T],
    ) -> None:
        """Takes a model of keras.applications, which is one layer where it stands.

        Args:
            step: its entry.
            layer: with its arguments.
            given: those of the step, worked out, and the settings of its call.
            read: the tensors that it reads.
            said: how they are called.
            scope: where it stands.
        """
        from cnnspec.language.zoo import images, program_of

        shape = images(layer, list(map(self._listener.sizes, read)))
        placed = self._placed_application(step, layer, shape, scope)
        if layer.infers or placed.frozen:
            self._quiet[placed.name] = _INFERENCE
        settings = {**self._quiet.get(placed.name, {}), **given[1]}
        placed = placed._replace(settings=settings)
        names = [""]
        if shape is None:
            # Whoever infers the layer tells what is wrong with what it reads.
            tensor = self._listener.layer(step, placed, layer, given[0], (), read, said)
        else:
            program = program_of(layer, shape)
            frozen = placed.frozen or not layer.trainable
            inner = Scope[T](program.values, {}, (), trail=scope.trail, frozen=frozen)
            made, names = self._modelled(
                step, placed, program, given[0], read, said, inner, None, layer
            )
            tensor = self._listener.model_called(step, placed, made, read, said)
        if self._applies:
            self._tape.append((step.path, placed.name))
        self._gives[placed.name] = names
        self._classes[placed.name] = type(layer)
        self._know_model(placed, placed.name, tensor, scope)

    def _placed_application(
        self, step: LayerStep, layer: Any, shape: Any, scope: Scope[T]
    ) -> Placed:
        """Its name, which Keras makes of its arguments and of what it reads."""
        given = None if step.name is None else self._given_name(step, scope)
        if given is not None:
            local = given
        elif scope.call:
            local = scope.label(step)
        else:
            local = layer.keras_name(shape or (None,) * 4)
        name = scope.full(local)
        named = given is not None
        if named or scope.call:  # its automatic name is Keras's, with a dot in it
            self._note_odd(name, local, scope.call, step.type)
        return Placed(step.path, name, local, named, scope.trail, scope.frozen)

    def _as_asked(
        self,
        step: CallStep | LayerStep,
        layer: Any,
        outcome: Outcome[T],
        inside: "_Interpreter[T]",
        inner: Scope[T],
    ) -> Outcome[T]:
        """What came of a model of keras.applications, with its feature maps as results.

        Args:
            step: its entry.
            layer: with its arguments.
            outcome: of its steps.
            inside: who took them.
            inner: where they were taken.
        """
        if layer.from_layer and layer.from_layer not in inside._shared:
            path = (*step.path, "from_layer")
            self._refuse_inner(layer.from_layer, path, layer, inside, inner.trail)
        found: list[T] = []
        said: list[Said] = []
        for place, name in enumerate(layer.outputs or ()):
            if name in inside._shared:
                found += inner.known[name]
                said.append(Said(place, 0, name))
            else:
                path = (*step.path, "outputs", place)
                self._refuse_inner(name, path, layer, inside, inner.trail)
        return outcome._replace(outputs=tuple(found), said=said) if found else outcome

    def _refuse_inner(
        self,
        name: str,
        path: Path,
        model: Layer,
        inside: "_Interpreter[T]",
        trail: Trail,
    ) -> None:
        """Reports a name that no layer of a model has."""
        text = f"{model.title()} has no layer '{name}'"
        hint = nearest(name, inside._shared) or "cnnspec show --expand lists them"
        self._problems.report("unknown-input", path, text, hint, trail)

    def _parts(self, tensor: T, count: int) -> tuple[T, ...]:
        """The tensors that a model gives."""
        if count == 1:
            return (tensor,)
        return tuple(self._listener.part(tensor, number) for number in range(count))

    # ------------------------------------------------------------- repeats and ifs

    def _repeat(self, step: RepeatStep, scope: Scope[T]) -> None:
        count, rounds = rounds_of(step, scope)
        if count > self._steps_left:
            self._steps_left = -1
            self._count(step, scope)
        if len(scope.trail) >= DEPTH_LIMIT:
            raise _too_deep("repeat less deeply")
        frozen = is_frozen(step, scope)
        each: list[T] = []
        for number, variables in enumerate(rounds, 1):
            self._count(step, scope)
            inner = Scope(
                {**scope.variables, **variables},
                scope.known,
                self._listener.round(step, number, scope.current),
                scope.call,
                (*scope.rounds, str(number)),
                (*scope.trail, Frame("", "", step.path, number)),
                frozen,
                scope.again,
                scope.named,
                scope.wholes,
            )
            self._take(step.steps, inner)
            scope.current = inner.current
            each += inner.current
        if step.collect:
            if not count:
                raise _nothing_collected()
            scope.current = tuple(each)
        scope.current = self._listener.repeated(step, count, scope.current)

    def _if(self, step: IfStep, scope: Scope[T]) -> None:
        test = self._decided(step, scope)
        if test is None:
            test = is_true(step, scope, self._seen(step, scope))
        if self._applies:
            self._tape.append((step.path, test))
        if scope.again is None and self._listener.tries(step, not test):
            self._try(step, not test, scope)
        self._arm(step, test, scope)

    def _arm(self, step: IfStep, arm: bool, scope: Scope[T]) -> None:
        self._listener.arm(step, arm)
        self._take(step.then if arm else step.otherwise, scope)
        scope.current = self._listener.joined(step, arm, scope.current)

    def _try(self, step: IfStep, arm: bool, scope: Scope[T]) -> None:
        """Takes an arm of an `if` as if its test chose it, and leaves no trace."""
        before = vars(self).copy()
        self._problems = Problems(self._program)
        self._names, self._taken = self._names.copy(), self._taken.copy()
        self._calls = self._calls.copy()
        self._shared, self._made = self._shared.copy(), self._made.copy()
        self._classes = self._classes.copy()
        self._unnamed, self._lent = self._unnamed.copy(), self._lent.copy()
        self._odd, self._tape = self._odd.copy(), self._tape.copy()
        self._automatic = self._automatic.copy()
        self._called_before = self._called_before.copy()
        self._complete = True
        try:
            self._arm(step, arm, scope.copy())
        except _TooMany:
            self._complete = False
        # Names are given twice where the other arm has them too, which is no mistake.
        problems = self._problems
        mistakes = [p for p in problems.found if p.code != "duplicate-name"]
        sound = self._complete and not mistakes and not problems.unknown
        vars(self).update(before)
        self._listener.tried(step, arm, sound)

    # ------------------------------------------------------------- tensors

    def _read(
        self, step: LayerStep | CallStep | ApplyStep | PassStep, scope: Scope[T]
    ) -> tuple[tuple[T, ...], Sequence[Said]]:
        """The tensors that a step reads, and how it says so."""
        if not step.sources:
            return scope.current, ()
        found: list[T] = []
        said: list[Said] = []
        for place, source in enumerate(step.sources):
            several = self._sources(source, step, place, scope)
            given = [(tensor, by) for tensors, by in several for tensor in tensors]
            found += [tensor for tensor, _ in given]
            said += [Said(place, number, by) for number, (_, by) in enumerate(given)]
        return tuple(found), said

    def _sources(
        self,
        source: Ref,
        step: LayerStep | CallStep | ApplyStep | PassStep,
        place: int,
        scope: Scope[T],
    ) -> list[tuple[tuple[T, ...], str]]:
        """What an item of `from` stands for, which may be a list of names."""
        if type(source) is Formula:
            under = step.named.places[place] if step.named else (place,)
            names = self._listed(source, (*step.path, "from", *under), scope)
            if names == []:
                return [(self._lost, "")]
            if names is not None:
                return [self._source(name, step, place, scope) for name in names]
        return [self._source(source, step, place, scope)]

    def _listed(self, source: Formula, path: Path, scope: Scope[T]) -> list[str] | None:
        """The names in a list that a formula comes to; None where that is no list."""
        try:
            names = scope.worked_out(source, ())
        except Invalid:  # which is reported where a name is wanted of it
            return None
        if not isinstance(names, list) or not all(type(n) is str for n in names):
            return None
        if not names:
            from cnnspec.language.given import no_names

            self._problems.note(no_names(source), path, scope.trail)
            return []
        return names

    def _by_name(
        self,
        step: LayerStep | CallStep | ApplyStep,
        read: tuple[T, ...],
        said: Sequence[Said],
        scope: Scope[T],
        call: Call | None = None,
    ) -> tuple[tuple[T, ...], Sequence[Said], Mapping[str, Any]]:
        """What a call is given by the names of its arguments, in its own order.

        Args:
            step: whose `from` is a mapping.
            read: the tensors, in the order of the text.
            said: how they are called.
            scope: where the step stands.
            call: what it takes, where the step itself doesn't say.

        Raises:
            Invalid: it has no such argument.
        """
        named = step.named
        assert named is not None
        if type(step) is CallStep:
            call = call_of_block(self._program.blocks[step.block])
        elif type(step) is LayerStep:
            call = call_of(step.type)
        if call is None:
            return read, said, {}
        order = in_order(named, call)
        found = [
            (read[k], one._replace(argument=argument))
            for place, argument in order
            for k, one in enumerate(said)
            if one.place == place
        ]
        settings = {
            key: self._setting(key, value, step, scope)
            for key, value in named.settings.items()
        }
        return (
            tuple(tensor for tensor, _ in found),
            tuple(one for _, one in found),
            settings,
        )

    def _setting(
        self,
        key: str,
        value: Any,
        step: LayerStep | CallStep | ApplyStep,
        scope: Scope[T],
    ) -> bool:
        """An argument of a call that is no tensor."""
        try:
            found = scope.worked_out(value, ("from", key))
            if type(found) is not bool:
                raise wrong(("from", key), key, "true or false", found, value)
            return found
        except Invalid as error:
            self._complete = False
            self._problems.note(error, step.path, scope.trail)
            return False

    def _source(
        self,
        source: Ref,
        step: LayerStep | CallStep | ApplyStep | PassStep,
        place: int,
        scope: Scope[T],
    ) -> tuple[tuple[T, ...], str]:
        """The tensors that an item of `from` stands for, and the name if it is one."""
        if isinstance(source, tuple):
            # The current tensor stays what it was before a branch.
            before = scope.current
            self._take(source, scope)
            given, scope.current = scope.current, before
            return given, ""
        if type(source) is str and (found := _named(self._own(source, scope), scope)):
            return found
        reader = step.block if type(step) is CallStep else "apply"
        reader = step.type if type(step) is LayerStep else reader
        under = step.named.places[place] if step.named else (place,)
        path = (*step.path, "from", *under)
        return self._called(source, path, f"{reader} reads", scope)

    def _seen(
        self, step: LayerStep | CallStep | IfStep, scope: Scope[T]
    ) -> Mapping[str, Any]:
        """The variables where a step stands, and the sizes that its formulas ask for.

        Raises:
            Invalid: something is wrong with a tensor, which has been reported.
        """
        if not step.asks:
            return scope.variables
        sizes = {sizes_of(n): self._sizes(n, step, scope) for n in sorted(step.asks)}
        return scope.variables | sizes

    def _sizes(
        self, name: str, step: LayerStep | CallStep | IfStep, scope: Scope[T]
    ) -> list[int | None]:
        """The sizes of a tensor above, without the batch.

        Raises:
            Invalid: there is none of that name, or several are.
        """
        inside, before = asking(step, name), len(self._problems.unknown)
        called = self._called(name, (*step.path, *inside), "shape() names", scope)
        tensors, by = called
        shapes = parts.apart(tensors, self._listener)
        if shapes is None:
            self._complete &= len(self._problems.unknown) > before
            raise Invalid(())
        if len(shapes) > 1:
            text = f"'{name}' is {len(shapes)} tensors, and shape() takes one"
            hint = f"write shape('{name}.0') for the first"
            raise Invalid([Problem(inside, "shape", text, hint)])
        [(_, tensor)] = shapes
        shape: Any = self._listener.sizes(tensor)
        self._listener.asked(step, name, by, tensor)
        return [*shape[1:]]

    def _called(
        self, source: str | Formula, path: Path, where: str, scope: Scope[T]
    ) -> tuple[tuple[T, ...], str]:
        """The tensors that a name stands for, which may be an expression; and it."""
        name: Any = source
        if type(source) is Formula:
            try:
                name = scope.worked_out(source, ())
                if not isinstance(name, str):
                    from cnnspec.language.given import no_tensor

                    raise no_tensor(source, name, where)
            except Invalid as error:
                self._problems.note(error, path, scope.trail)
                return self._lost, ""
        else:
            name = self._own(name, scope)
        if found := _named(name, scope) or self._part(name, path, where, scope):
            return found
        if scope.again is None:  # otherwise it is known from before
            self._problems.note_unknown(
                name, path, scope.trail, where, [*scope.known, PREV]
            )
        return (self._listener.lost(name),), name

    def _part(
        self, name: str, path: Path, where: str, scope: Scope[T]
    ) -> tuple[tuple[T, ...], str] | None:
        """One of the tensors that a name stands for: the second is `enc.1`.

        None where nothing before the number is known.
        """
        if (split := parts.numbered(name)) is None:
            return None
        stem, number = split
        if (named := _named(self._own(stem, scope), scope)) is None:
            return None
        tensors, by = named
        several = parts.apart(tensors, self._listener)
        if several is None:  # something is wrong with it, or nobody knows its shape
            self._complete = False
            return self._lost, by
        if number < len(several):
            return (several[number][1],), by
        count = len(several)
        gives = f"{count} tensors" if count > 1 else "one tensor"
        text = f"{where} '{name}', and '{stem}' gives {gives}"
        hint = f"write {stem}.{count - 1}" if count > 1 else f"write {stem}"
        self._problems.report("unknown-input", path, text, hint, scope.trail)
        return self._lost, by

    def _outputs(self, scope: Scope[T]) -> tuple[tuple[T, ...], Sequence[Said]]:
        """The tensors that the model gives, and how `outputs` calls them."""
        found: list[T] = []
        said: list[Said] = []
        inputs = {INPUT, *self._inputs}
        for place, name in enumerate(self._program.outputs):
            path, name = ("outputs", place), self._own(name, scope)
            where, known = "outputs: names", name
            tensors = scope.known.get(name)
            if tensors is None and (split := parts.numbered(name)):
                known = self._own(split[0], scope)
                if known in scope.known and known not in inputs:
                    part = self._part(name, path, where, scope)
                    tensors = part[0] if part else None
            if tensors is None or known in inputs:
                options = scope.known.keys() - inputs
                self._problems.note_unknown(name, path, (), where, options)
            elif name in self._program.outputs[:place]:
                text = f"outputs: names '{name}' a second time"
                self._problems.report("duplicate-value", path, text, "remove it")
            else:
                found += tensors
                said += [Said(place, number, known) for number in range(len(tensors))]
        return (tuple(found), said) if found else (scope.current, ())


def _with(data: Any, way: Path, value: Any) -> Any:
    """Plain data with another value at the end of a way into it."""
    if not way:
        return value
    changed = data.copy()
    changed[way[0]] = _with(data[way[0]], way[1:], value)
    return changed


def _known(inputs: Mapping[str, T], given: tuple[T, ...]) -> dict[str, tuple[T, ...]]:
    """What `from` may name before the first step."""
    return {**{name: (inputs[name],) for name in inputs}, INPUT: given[:1]}


def _named(name: str, scope: Scope[T]) -> tuple[tuple[T, ...], str] | None:
    """The tensors that a name stands for, and by which name they are called."""
    if name == PREV:
        return scope.current, ""
    found = scope.known.get(name)
    return None if found is None else (found, name)


def _wrong_count(block: Block, step: CallStep | ApplyStep, count: int) -> Invalid:
    """What to say of a call with more or fewer tensors than its block takes."""
    needed = len(block.inputs) or 1
    noun = "tensor" if needed == 1 else "tensors"
    text = f"the block '{block.name}' takes {needed} {noun}, and is given {count}"
    if count > needed == 1:
        names = [source for source in step.sources if type(source) is str]
        one = names[-1] if names else INPUT
        hint = f"write from: {one}; or give the block inputs: for all of them"
    else:
        example = [*[INPUT] * (needed - 1), PREV]
        hint = f"give it {either(block.inputs, 'and')}, as in from: {flow(example)}"
    return Invalid([Problem((), "shape", text, hint, True)])


def _refuse_unlike(block: Block, said: Sequence[Said]) -> None:
    """Refuses a call that doesn't give each input of its block one tensor.

    Raises:
        Invalid: with what is missing, or is given several.
    """
    given = [one.argument for one in said]
    for name in block.inputs:
        if (count := given.count(name)) != 1:
            text = f"the block '{block.name}' takes one tensor as '{name}'"
            found = "none" if not count else str(count)
            hint = f"add {name}: to from" if not count else f"give '{name}' one of them"
            message = f"{text}, and is given {found}"
            raise Invalid([Problem(("from",), "shape", message, hint, True)])


def _is_inside(block: Block, trail: Trail) -> bool:
    return any(frame.block == block.name for frame in trail)


def _nothing_collected() -> Invalid:
    text = "a repeat that collects what its rounds give takes none here"
    return Invalid([Problem(("collect",), "repeat", text, "let it take one", True)])


def _too_deep(hint: str) -> Invalid:
    text = f"more than {DEPTH_LIMIT} calls and repeats stand inside one another"
    return Invalid([Problem((), "too-deep", text, hint, True)])


def _too_long(name: str) -> Invalid:
    text = f"the name '{name[:20]}…' has over {NAME_LIMIT:,} characters"
    hint = "choose shorter ones for it and for the calls around it"
    return Invalid([Problem(("name",), "wrong-type", text, hint)])
