"""The machine that reads code: its bounds, its state, and what it couldn't follow.

Statements stand in `statements`, expressions in `expressions`; what packages offer in
`names`. The machine knows none of them but by type, so that each can be read alone.
"""

import ast
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cnnspec.read.code.modules import has_layers
from cnnspec.read.code.values import (
    Broke,
    Call,
    Continued,
    External,
    Instance,
    Raised,
    Returned,
    Scope,
    Spent,
    Unknown,
    UserClass,
    text_of,
)
from cnnspec.read.found import Place

STEPS = 200_000
"""Statements and expressions that are followed, all together: about half a second."""
SHARE = 60_000
"""Those of one statement with all that it calls; loops over numbers take more."""
ENDLESS = 300
"""Rounds of a loop that goes on while something holds."""
ITEMS = 100_000
"""Items of a list, or characters of a text, that are kept."""
FEW = 100
"""Items of a list that nobody counts."""
HELD = 1_000_000
"""Items of lists, and characters, of all values together."""
DEPTH = 40
"""Calls of functions inside one another."""
ROUNDS = 3_000
"""Rounds of one loop; training by hand takes more, and says nothing of a model."""
TENSORS = 6_000
"""Calls of layers."""


class Told(NamedTuple):
    """A table that the code prints."""

    cell: int
    model: Any
    state: tuple[object, ...]
    """What the model was like then."""
    place: Place


class Note(NamedTuple):
    """Something that isn't followed."""

    what: str
    place: Place
    counts: bool
    """Whether a layer may be lost with it."""
    when: int = 0
    """Its number in the order in which things are made."""


Handler = Callable[["Machine", Any, Scope], Any]


class Machine:
    """Reads statements one by one, and keeps what they come to.

    Attributes:
        cell: the number of the notebook's cell that is read; 0 in a script.
        notes: what wasn't followed.
        models: all that were made, in order.
        layers: how many calls of layers there were.
    """

    def __init__(
        self,
        statements: Mapping[type, Handler],
        expressions: Mapping[type, Handler],
        attributes: Mapping[type, Callable[..., Any]],
        calls: Mapping[type, Callable[..., Any]],
        builtins: Mapping[str, Any],
    ) -> None:
        self._statements = statements
        self._expressions = expressions
        self._attributes = attributes
        self._calls = calls
        self.builtins = builtins
        self.scope = Scope()
        self.cell = 0
        self.notes: list[Note] = []
        self.models: list[Any] = []
        self.steps = 0
        self.held = 0
        self.limit = SHARE
        self.depth = 0
        self.layers = 0
        self.layers_made = 0
        self.clock = 0
        self.summaries: list[Told] = []
        self.seed: Any = None
        self.version = "3"
        """Of Keras, as far as the imports tell it."""
        self.saved: dict[str, Any] = {}
        """Models by the files that the code writes them to."""
        self.inside: list[Any] = []
        """Objects of the code whose `call` is being read."""

    # --------------------------------------------------------------- reading

    def read(self, tree: ast.Module, cell: int = 0) -> None:
        """Reads the statements of a script or cell; one that fails is passed over.

        Raises:
            Spent: the bounds are reached.
        """
        self.cell = cell
        for node in tree.body:
            self.begin()
            try:
                self.execute(node, self.scope)
            except (Raised, Returned, Broke, Continued):
                continue  # what stands outside of functions and loops ends nothing
            except RecursionError:
                self.note(text_of(node), self.place(node), counts=True)
            except Spent:
                if has_layers([node]):
                    self.note(text_of(node), self.place(node), counts=True)
                if self.steps > STEPS:
                    raise

    def block(self, nodes: list[ast.stmt], scope: Scope) -> None:
        """Reads statements one after the other."""
        for node in nodes:
            self.execute(node, scope)

    def execute(self, node: ast.stmt, scope: Scope) -> None:
        """Reads a statement."""
        self.step()
        handler = self._statements.get(type(node))
        if handler is not None:
            handler(self, node, scope)

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression comes to."""
        self.step()
        handler = self._expressions.get(type(node))
        if handler is None:
            return Unknown(node, self.place(node))
        found = handler(self, node, scope)
        if isinstance(found, list | str | tuple | dict | set) and len(found) > FEW:
            self.hold(len(found))
        return found

    def hold(self, count: int) -> None:
        """Counts what is kept, and refuses what would fill the memory.

        Raises:
            Spent: it is too much.
        """
        self.held += count
        if self.held > HELD:
            raise Spent

    def begin(self) -> None:
        """Begins with a statement, which has a share of all steps."""
        self.limit = min(self.steps + SHARE, STEPS)

    def step(self) -> None:
        """Counts a step.

        Raises:
            Spent: there were too many.
        """
        self.steps += 1
        if self.steps > self.limit:
            raise Spent

    def tick(self) -> int:
        """The next number of things in the order in which they are made."""
        self.clock += 1
        return self.clock

    # --------------------------------------------------------------- values

    def attribute(self, value: Any, name: str, place: Place, node: Any) -> Any:
        """The attribute of a value, which is told as it is written."""
        handler = self._attributes.get(type(value))
        found = handler(self, value, name, place) if handler else None
        if found is None and handler is None:
            return Unknown(node, place)
        return found

    def set_attribute(self, owner: Any, name: str, value: Any, place: Place) -> None:
        """Lets an attribute of a value have another one."""
        if isinstance(owner, Instance):
            if name == "trainable" and isinstance(value, bool):
                owner.trainable = value
            owner.attributes[name] = value
            if (keep := getattr(value, "keep", None)) is not None:
                keep(owner)
            if (call_it := getattr(value, "call_it", None)) is not None:
                call_it(name)
        elif isinstance(owner, UserClass):
            owner.members[name] = value
        elif hasattr(owner, "set"):
            owner.set(self, name, value, place)

    def call(self, function: Any, call: Call) -> Any:
        """What a call of a value gives."""
        handler = self._calls.get(type(function))
        if handler is None:
            return call.unknown()
        return handler(function, call)

    def call_with(self, function: Any, place: Place, *args: Any, **named: Any) -> Any:
        """What a call of a value gives that stands nowhere in the code."""
        return self.call(function, Call(self, args, named, place, "a call"))

    # --------------------------------------------------------------- places

    def place(self, node: Any) -> Place:
        """Where a piece of code stands."""
        line = getattr(node, "lineno", 0)
        column = getattr(node, "col_offset", -1) + 1
        return Place(line, column, self.cell)

    def note(self, what: str, place: Place, *, counts: bool) -> None:
        """Keeps that something isn't followed, once for each place."""
        known = any(one.what == what and one.place == place for one in self.notes)
        if not known and len(self.notes) < 200:
            self.notes.append(Note(what, place, counts, self.tick()))


def external(value: Any) -> str:
    """The path of a name of a package; '' for any other value."""
    return value.path if isinstance(value, External) else ""
