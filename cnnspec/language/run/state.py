"""What is known of a model while its steps are taken: all rooms share it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic

from cnnspec.catalogue.layers import Layer
from cnnspec.ground.errors import Invalid, Path, Problem
from cnnspec.language import naming
from cnnspec.language.listener import Listener, Outcome, T
from cnnspec.language.program import Block, Program, Step, Steps
from cnnspec.language.run.problems import Problems
from cnnspec.language.run.scope import Scope

if TYPE_CHECKING:
    from cnnspec.language.run.tape import CallTaken

LAYER_LIMIT = 200_000
"""Layers of a model; Keras takes minutes to build a hundredth of them."""
STEP_LIMIT = 4 * LAYER_LIMIT
"""Steps and rounds, which may come to no layer at all."""
EXPORT_LIMIT = 1_000_000
"""Names that calls hand to what is around them, beside 20 for each layer."""
DEPTH_LIMIT = 100
"""Calls and repeats inside one another."""

INFERENCE: Mapping[str, Any] = {"training": False}
"""How that is called whose BatchNormalization is to stay as it was trained."""
NO_NAMES: Mapping[str, str] = {}


class TooMany(Exception):
    """More steps than any model has."""


class State(ABC, Generic[T]):
    """What came of the steps of a model so far.

    Names are full ones, where nothing else is said.

    Attributes:
        program: that has the steps.
        listener: is told what happens.
        problems: what is wrong.
        complete: whether no step was left out because something is wrong with it.
        is_wrong_inside: whether something is wrong in a model inside.
        lost: what stands for tensors that aren't there.
        taken: all names, and where each was given.
        inputs: the names of the inputs.
        classes: the classes of layers, by the names of the layers.
        shares: further uses of layers, and the layers.
        lacks_layers: whether a layer is missing that something is wrong with.
        made: layers whose arguments hold formulas, by their places and values.
        automatic_names: gives layers the names that they have in Keras.
        calls: counts calls that nobody named.
        unnamed: those calls.
        lent: those of them that `from` may name.
        odd: what has a name that Keras may not take.
        automatic: what Keras calls operations.
        keras_names: what Keras calls the others, where steps may use these names too.
        authors: the same the other way round.
        gives: what the results of models are called in them.
        tuned: what a second fit trains, which is called in inference from the start.
        quiet: what the calls of layers and models are given by default.
        applies: whether it is noted what is decided at each step.
        tape: what was decided.
        called_before: calls that have been taken.
        steps_left: how many more steps may be taken.
        exported: the number of names that calls have handed out.
    """

    def __init__(
        self,
        program: Program,
        listener: Listener[T],
        keras_names: Mapping[str, str] = NO_NAMES,
    ) -> None:
        self.program, self.listener = program, listener
        self.problems = Problems(program)
        self.complete = program.complete
        self.is_wrong_inside = False
        self.lost = (listener.lost(""),)
        self.taken: dict[str, Path] = {}
        self.inputs: frozenset[str] = frozenset()
        self.classes: dict[str, type[Layer]] = {}
        self.shares: dict[str, str] = {}
        self.lacks_layers = False
        self.made: dict[tuple[Path, str], Layer | None] = {}
        self.automatic_names, self.calls = naming.AutomaticNames(), naming.Counter()
        self.unnamed: dict[str, naming.Odd] = {}
        self.lent: set[str] = set()
        self.odd: list[naming.Odd] = []
        self.automatic: dict[str, str] = {}
        self.keras_names = keras_names
        self.authors = {keras: name for name, keras in keras_names.items()}
        self.gives: dict[str, list[str]] = {}
        self.tuned: frozenset[str] = frozenset()
        if program.train is not None and program.train.fine_tune is not None:
            self.tuned = frozenset(program.train.fine_tune.names)
        self.quiet: dict[str, Mapping[str, Any]] = {}
        self.applies = program.applies
        self.tape: list[tuple[Path, Any]] = []
        self.called_before: dict[str, CallTaken] = {}
        self.steps_left = STEP_LIMIT
        self.exported = 0

    @abstractmethod
    def take(self, steps: Steps, scope: Scope[T]) -> None:
        """Takes steps one after the other; what is wrong with them is noted."""

    @abstractmethod
    def model_of(self, block: Block | None, scope: Scope[T]) -> Outcome[T]:
        """Takes what a model is made of: the steps of a block, or of the program."""

    def inside(self, program: Program, listener: Listener[T]) -> "State[T]":
        """That of a model inside, on which Keras counts automatic names on."""
        other = type(self)(program, listener)
        other.automatic_names = self.automatic_names
        other.steps_left = self.steps_left
        return other

    def infers(self, name: str, scope: Scope[T]) -> bool:
        """Whether what has a name is called in inference, whoever trains."""
        return scope.quiet or name in self.tuned

    def first(self, name: str) -> str | None:
        """The layer whose weights a layer has: mostly itself; None for no layer."""
        return name if name in self.classes else self.shares.get(name)

    def count(self, step: Step, scope: Scope[T], steps: int = 1) -> None:
        """Counts steps and rounds, and stops at more than any model has.

        Args:
            step: where they are taken.
            scope: where it stands.
            steps: their number.

        Raises:
            TooMany: there are more.
        """
        self.steps_left -= steps
        if self.steps_left < 0 or len(self.classes) + len(self.shares) > LAYER_LIMIT:
            text = f"blocks and repeats make more than {LAYER_LIMIT:,} layers here"
            hint = "use smaller numbers; no model has so many"
            raise TooMany(
                Problem(step.path, "too-many-layers", text, hint, True, scope.trail)
            )

    def decided(self, step: Step, scope: Scope[T]) -> Any:
        """What was decided at a step, where its call is taken again; None elsewhere."""
        if scope.again is None:
            return None
        path, decided = next(scope.again, (None, None))
        if path != step.path:
            self.complete = False
            return None
        return decided

    def trial(self) -> "State[T]":
        """The same with no problems, in which steps can be taken to no effect here."""
        other = object.__new__(type(self))
        for name, value in vars(self).items():
            holds = isinstance(value, dict | list | set)
            setattr(other, name, value.copy() if holds else value)
        other.automatic_names = self.automatic_names.copy()
        other.calls = self.calls.copy()
        other.problems, other.complete = Problems(self.program), True
        other.is_wrong_inside = False
        return other


def too_deep(hint: str) -> Invalid:
    """What to say where a call or round stands inside `DEPTH_LIMIT` others."""
    text = f"more than {DEPTH_LIMIT} calls and repeats stand inside one another"
    return Invalid([Problem((), "too-deep", text, hint, True)])
