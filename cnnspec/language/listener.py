"""What the interpreter tells of a program while it takes the program's steps."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, NamedTuple, TypeVar

from cnnspec.catalogue.layers import Layer
from cnnspec.ground.errors import Path, Problem, Trail, Unknown
from cnnspec.ground.shapes import Shapes
from cnnspec.language.document import InputTensor
from cnnspec.language.program import (
    ApplyStep,
    CallStep,
    IfStep,
    LayerStep,
    PassStep,
    Program,
    RepeatStep,
)

T = TypeVar("T")

_NONE: Mapping[str, Any] = MappingProxyType({})


class Placed(NamedTuple):
    """A layer, a call or a layer's further use as it is taken one time."""

    path: Path
    """Where its entry stands in the document."""
    name: str
    """In full."""
    local: str
    """What it is called where it stands."""
    given: bool
    """Whether the author gave the name. Otherwise it is Keras's, or made of the
    block's text in a named call, or that of a block with a number."""
    trail: Trail
    """The calls and rounds that led there, outermost first."""
    frozen: bool = False
    """Whether a call, model or repeat around it says that it isn't trained."""
    settings: Mapping[str, Any] = _NONE
    """What a layer's call is given beside tensors: `training`."""
    named: bool = False
    """Whether the author gave a name to a call around it, or to the call that it is."""


class Said(NamedTuple):
    """How a step says which tensor it reads."""

    place: int
    """Of the item in `from`, or in a list of outputs."""
    number: int
    """Among the tensors that the item stands for."""
    by: str
    """The name that the tensor was called by; nothing for `prev` and for a branch."""
    argument: str = ""
    """The argument of the call that it is given as; nothing where that is its place."""
    is_listed: bool = False
    """Whether a formula comes to a list, of which the name is an item."""


class Outcome(NamedTuple, Generic[T]):
    """What taking all steps of a model came to."""

    outputs: tuple[T, ...]
    """What the model gives."""
    said: Sequence[Said]
    """How `outputs` calls them; nothing where it gives its last tensors."""
    problems: list[Problem]
    """What is wrong, beside `unknown`."""
    unknown: list[Unknown]
    """Names that nothing had where they stood."""
    taken: dict[str, Path]
    """All names in full, and where each was given."""
    complete: bool
    """False where steps were left out because something is wrong with them."""
    keras_names: Mapping[str, str]
    """What Keras calls inputs, layers and calls, where that isn't their full name."""
    automatic: Mapping[str, str]
    """What Keras calls operations, where that isn't their full name. A call may have
    the name of one."""

    @property
    def called(self) -> Mapping[str, str]:
        """What Keras calls all of them."""
        return {**self.keras_names, **self.automatic}


class Contents(NamedTuple):
    """What a model inside another one is made of."""

    key: str
    """What tells it from others where it stands: its name, if no layer holds it."""
    program: Program
    """That has its steps."""
    inputs: tuple[str, ...]
    """What Keras calls the tensors that it is given."""
    path: Path
    """Where it stands in its document: a block; nothing for a whole spec."""
    trail: Trail
    """The calls and rounds that led there, its own among them."""
    application: Layer | None = None
    """The model of keras.applications that it is, with its arguments."""


class Listener(ABC, Generic[T]):
    """Hears what happens, in the order in which code would run.

    T is what the listener has for a tensor. The interpreter keeps it under the names by
    which steps may read it, and hands it back where they do. Where tensors pass into a
    call, out of it, or to a place that several ways of the code lead to, the listener
    says what they are from there on; by default they stay what they are.

    `read` are the tensors that a step reads, in order, and `said` tells of each how the
    step says so; it is empty where the step reads the current tensors.
    """

    @abstractmethod
    def input(self, name: str, tensor: InputTensor, path: Path) -> T:
        """The model is given a tensor."""

    @abstractmethod
    def lost(self, name: str) -> T:
        """Stands for a tensor that isn't there, because something is wrong."""

    @abstractmethod
    def name(self, tensor: T) -> str:
        """The full name of the input or layer that a tensor comes from."""

    @abstractmethod
    def sizes(self, tensor: T) -> Shapes | None:
        """The shape of a tensor, batch first; None where it isn't known.

        A list for what stands for all that a layer gives, where that is several.
        """

    @abstractmethod
    def part(self, tensor: T, number: int) -> T:
        """One of the tensors that another stands for, counted from 0."""

    # ------------------------------------------------------------- layers

    @abstractmethod
    def layer(
        self,
        step: LayerStep,
        placed: Placed,
        layer: Layer,
        arguments: Any,
        inner: tuple[str, ...],
        read: tuple[T, ...],
        said: Sequence[Said],
    ) -> T:
        """A layer reads tensors.

        Args:
            step: its entry.
            placed: its name, and what led there.
            layer: with its arguments.
            arguments: those of the step, with the values of its formulas; None where it
                has none.
            inner: the names of layers inside the layer, as `all_nested` has them.
            read: the tensors.
            said: how they are called.

        Returns:
            What it gives.
        """

    def asked(
        self, step: LayerStep | CallStep | IfStep, name: str, by: str, tensor: T
    ) -> None:
        """A formula of a step asks for the sizes of a tensor, before it is taken.

        Args:
            step: that has the formula.
            name: of the tensor, as the formula has it.
            by: the name that it was called by; nothing for `prev`.
            tensor: the one.
        """

    def passed(self, step: PassStep, read: tuple[T, ...]) -> None:
        """A layer that isn't taken leaves the tensors that it would have read."""

    def no_layer(self, placed: Placed, read: tuple[T, ...]) -> None:
        """A layer whose arguments are wrong would read tensors."""

    @abstractmethod
    def apply(
        self,
        step: ApplyStep,
        placed: Placed,
        shared: str,
        source: T,
        by: str,
        read: tuple[T, ...],
        said: Sequence[Said],
    ) -> T:
        """A layer reads tensors that has read others.

        Args:
            step: the entry.
            placed: the name of this use, and what led there.
            shared: the full name of the layer.
            source: the tensor by whose name the layer is known.
            by: that name.
            read: the tensors.
            said: how they are called.

        Returns:
            What it gives.
        """

    @abstractmethod
    def again(
        self,
        step: LayerStep | CallStep,
        placed: Placed,
        shared: str,
        read: tuple[T, ...],
        said: Sequence[Said],
    ) -> T:
        """A layer, or a model, of a call that is taken again reads other tensors.

        Args:
            step: the entry that made it.
            placed: the name of this use, and what led there.
            shared: its full name.
            read: the tensors.
            said: how they are called.

        Returns:
            What it gives.
        """

    # ------------------------------------------------------------- calls

    def enter(
        self,
        step: CallStep | ApplyStep,
        placed: Placed,
        arguments: dict[str, Any],
        read: tuple[T, ...],
        said: Sequence[Said],
    ) -> tuple[T, ...]:
        """A block is called, or what a call made is used again.

        Args:
            step: the call; an `apply` where layers are used that it made before.
            placed: its name, and what led there.
            arguments: the values that it gives to parameters.
            read: the tensors that it gives.
            said: how they are called.

        Returns:
            What they are inside.
        """
        return read

    def leave(
        self,
        step: CallStep | ApplyStep,
        placed: Placed,
        results: tuple[T, ...],
        said: Sequence[Said],
        exports: dict[str, tuple[T, ...]],
    ) -> tuple[tuple[T, ...], dict[str, tuple[T, ...]]]:
        """A call has ended.

        Args:
            step: the call.
            placed: its name, and what led there.
            results: the tensors that it gives back.
            said: how the block's `outputs` calls them; nothing where it has none.
            exports: what was named inside, by the names that its caller has for it.

        Returns:
            What the caller sees of `results` and of `exports`.
        """
        return results, exports

    # ------------------------------------------------------------- models in models

    @abstractmethod
    def model(
        self,
        step: CallStep | LayerStep,
        placed: Placed,
        contents: Contents,
        arguments: dict[str, Any],
        read: tuple[T, ...],
        said: Sequence[Said],
        axis: int | None,
    ) -> "tuple[Listener[T], tuple[T, ...]]":
        """A model begins that will be a layer of this one.

        Args:
            step: the call that makes it.
            placed: its name, and what led there.
            contents: what it is made of.
            arguments: the values that the call gives to parameters.
            read: the tensors that it, or the layer that will hold it, reads.
            said: how they are called.
            axis: of the tensors, from which on the layer that will hold it hands them
                in, beside the batch; None where the model itself reads them.

        Returns:
            Who hears of what is inside, and the tensors that it is given there.
        """

    @abstractmethod
    def modelled(
        self, step: CallStep | LayerStep, placed: Placed, outcome: Outcome[T]
    ) -> Layer:
        """The model that began last has ended; it is a layer from here on."""

    @abstractmethod
    def model_called(
        self,
        step: CallStep | LayerStep,
        placed: Placed,
        layer: Layer,
        read: tuple[T, ...],
        said: Sequence[Said],
    ) -> T:
        """A model that has just been made reads tensors.

        Returns:
            What it gives.
        """

    # ------------------------------------------------------------- repeats and ifs

    def round(
        self, step: RepeatStep, number: int, current: tuple[T, ...]
    ) -> tuple[T, ...]:
        """A round begins; the first is number 1.

        Returns:
            What the current tensors are in it.
        """
        return current

    def repeated(
        self, step: RepeatStep, rounds: int, current: tuple[T, ...]
    ) -> tuple[T, ...]:
        """A repeat has ended, after any number of rounds.

        Returns:
            What the current tensors are after it.
        """
        return current

    def tries(self, step: IfStep, arm: bool) -> bool:
        """Whether to take an arm that the test doesn't choose, to no effect.

        What is told until `tried` never happens in the model.
        """
        return False

    def tried(self, step: IfStep, arm: bool, sound: bool) -> None:
        """An arm was taken to no effect.

        Args:
            step: that has the arm.
            arm: `then` is True, `else` False.
            sound: whether it could be taken.
        """

    def arm(self, step: IfStep, arm: bool) -> None:
        """An arm is taken."""

    def joined(self, step: IfStep, arm: bool, current: tuple[T, ...]) -> tuple[T, ...]:
        """An arm has ended.

        Returns:
            What the current tensors are after the `if`.
        """
        return current

    def outputs(self, read: tuple[T, ...], said: Sequence[Said]) -> None:
        """The model gives these tensors."""
