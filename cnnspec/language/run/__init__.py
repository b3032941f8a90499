"""The interpreter: takes the steps of a Program, and tells a listener what happens.

What the language means is decided here and in `naming`, and nowhere else: which tensor
a step reads, what it is called and what may read it, how often a repeat is taken and
which arm of an `if`, and what is wrong with it. The Graph is what one listener notes;
the plan of a script is what another one does.

Most steps are layers, which `layers` takes. Each other kind of step has a room of its
own, which is entered when a model first has such a step. All rooms share a `State`, and
know by a `Scope` where a step stands.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic

from cnnspec.catalogue.registry import INPUT_LAYER, declaring
from cnnspec.ground.errors import Invalid, Path
from cnnspec.language.listener import Listener, Outcome, Said, T
from cnnspec.language.program import (
    INPUT,
    ApplyStep,
    Block,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Program,
    RepeatStep,
    Steps,
    spot_of,
)
from cnnspec.language.run.layers import refuse_nothing, take_layer
from cnnspec.language.run.names import named_by_keras, take_input
from cnnspec.language.run.scope import Scope, known_at_first
from cnnspec.language.run.state import NO_NAMES, State, TooMany
from cnnspec.language.run.tensors import outputs, results


def run(
    program: Program, listener: Listener[T], known: Mapping[str, str] = NO_NAMES
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


_Taker = Callable[[State[Any], Any, Scope[Any]], None]


class _Interpreter(State[T], Generic[T]):
    def run(self) -> Outcome[T]:
        given = {}
        for name, tensor in self.program.inputs.items():
            path: Path = ("inputs", name) if name else ("input",)
            called = name or self.automatic_names.of_kind(INPUT_LAYER)
            given[called] = self.listener.input(called, tensor, path)
            take_input(self, called, path)
        # Without an input, the first layer reads a tensor that isn't there.
        current = tuple(given.values()) or (self.listener.lost(INPUT),)
        known = known_at_first(given, current)
        outcome = self.model_of(None, Scope(self.program.values, known, current))
        self.listener.outputs(outcome.outputs, outcome.said)
        return outcome

    def model_of(self, block: Block | None, scope: Scope[T]) -> Outcome[T]:
        found = self.problems
        try:
            self.take((block or self.program).steps, scope)
        except TooMany as error:
            self.complete = False
            found.found += error.args
        read: tuple[T, ...] = scope.current
        said: Sequence[Said] = ()
        if (block or self.program).outputs:
            read, said = results(self, block, scope) if block else outputs(self, scope)
        if self.complete:
            refuse_nothing(self, read, block or self.program, scope.trail)
        automatic = self.automatic
        return Outcome(
            read,
            said,
            found.found,
            found.unknown,
            self.taken,
            self.complete,
            named_by_keras(self),
            {name: keras for name, keras in automatic.items() if keras != name},
        )

    def take(self, steps: Steps, scope: Scope[T]) -> None:
        if replaced := self.program.replaced:
            here = (spot_of(step.path, scope.trail) for step in steps)
            spots = zip(here, steps, strict=True)
            steps = tuple(replaced.get(spot, step) for spot, step in spots)
        for step in steps:
            if type(step) is LayerStep:
                take_layer(self, step, scope)
                continue
            self.count(step, scope)
            try:
                taker = _takers.get(type(step)) or _taker(type(step))
                taker(self, step, scope)
            except Invalid as error:
                self.complete = False
                self.problems.note(error, step.path, scope.trail)
                scope.current = self.lost


_takers: dict[type, _Taker] = {}


def _taker(kind: type) -> _Taker:
    """Who takes a kind of step that is no layer."""
    found: _Taker
    if kind is CallStep:
        from cnnspec.language.run.calls import take_call as found
    elif kind is RepeatStep:
        from cnnspec.language.run.repeats import take_repeat as found
    elif kind is IfStep:
        from cnnspec.language.run.choices import take_if as found
    elif kind is ApplyStep:
        from cnnspec.language.run.applies import take_apply as found
    elif kind is PassStep:
        from cnnspec.language.run.passes import take_pass as found
    _takers[kind] = found
    return found
