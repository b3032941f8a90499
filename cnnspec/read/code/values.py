"""What a value is while code is read: Python's own, Keras's, or one that isn't known.

Numbers, texts, lists, tuples, mappings and sets are Python's. All else stands here.
Nothing of what is read is ever run: a function of the code is its tree.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from cnnspec.read.found import Place


class Unknown:
    """What only a run would tell, with the reason.

    Attributes:
        why: what stands there, as in "len(tokenizer.word_index) + 1".
        place: where it does.
        given: whether it is a parameter that nobody gives a value.
    """

    __slots__ = ("_why", "given", "place")

    def __init__(self, why: Any, place: Place, given: bool = False) -> None:
        self._why = why
        self.place = place
        self.given = given

    @property
    def is_bare(self) -> bool:
        """Whether nobody has said yet what stands there."""
        return isinstance(self._why, str) and not self._why

    @property
    def why(self) -> str:
        """What stands there; code is written out when somebody asks."""
        if not isinstance(self._why, str):
            self._why = text_of(self._why)
        return self._why

    def __repr__(self) -> str:
        return f"<Unknown {self.why}>"


class External:
    """A name of a package that is imported: `keras.layers.Dense`."""

    __slots__ = ("path",)

    def __init__(self, path: str) -> None:
        self.path = path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, External) and self.path == other.path

    def __hash__(self) -> int:
        return hash(self.path)

    @property
    def name(self) -> str:
        """Its last part."""
        return self.path.rpartition(".")[2]


class Function:
    """A function or lambda of the code, with what surrounds it."""

    def __init__(
        self, node: Any, scope: "Scope", defaults: Mapping[str, Any], name: str
    ) -> None:
        self.node = node
        self.scope = scope
        self.defaults = defaults
        self.name = name
        self.owner: UserClass | None = None
        """The class whose body holds it, for `super()`."""
        self.kind = ""
        """`staticmethod`, `classmethod` or `property`."""


class Bound:
    """A function of a class, of one of its objects."""

    __slots__ = ("function", "owner")

    def __init__(self, function: Function, owner: Any) -> None:
        self.function = function
        self.owner = owner


class Native:
    """A function or method that is known here."""

    __slots__ = ("name", "run")

    def __init__(self, name: str, run: "Callable[[Call], Any]") -> None:
        self.name = name
        self.run = run


class Call(NamedTuple):
    """What a function is given, and where."""

    machine: Any
    args: Sequence[Any]
    named: Mapping[str, Any]
    place: Place
    node: Any
    """The call as it is written: its tree, or words."""
    places: Mapping[str | int, Place] = {}
    """Where each argument stands, by its name or number."""

    def get(self, name: str, number: int | None = None, default: Any = None) -> Any:
        """An argument by its name, or else by its number."""
        if name in self.named:
            return self.named[name]
        if number is not None and number < len(self.args):
            return self.args[number]
        return default

    def unknown(self) -> Unknown:
        """What stands for the result of a call that isn't followed."""
        return Unknown(self.node, self.place)

    @property
    def text(self) -> str:
        """The call as it is written, cut short."""
        return self.node if isinstance(self.node, str) else text_of(self.node)


class UserClass:
    """A class that the code defines."""

    def __init__(self, name: str, bases: Sequence[Any], place: Place) -> None:
        self.name = name
        self.bases = bases
        self.place = place
        self.members: dict[str, Any] = {}
        self.fields: tuple[str, ...] = ()
        """Names with a type in its body, which a `dataclass` is made with."""

    def order(self) -> "list[UserClass]":
        """The class and those of the code that it inherits from."""
        found: list[UserClass] = [self]
        for base in self.bases:
            if isinstance(base, UserClass):
                found += [one for one in base.order() if one not in found]
        return found

    def roots(self) -> list[str]:
        """What it inherits from in packages, by their paths."""
        bases = [base for one in self.order() for base in one.bases]
        return [base.path for base in bases if isinstance(base, External)]

    def find(self, name: str, after: "UserClass | None" = None) -> Any:
        """A member, or None; behind a class where that is given, for `super()`."""
        order = self.order()
        if after is not None and after in order:
            order = order[order.index(after) + 1 :]
        return next((one.members[name] for one in order if name in one.members), None)


class Instance:
    """An object of a class that the code defines.

    Attributes:
        cls: the class.
        attributes: what was assigned to it.
        model: the model that it is, once it was called on a tensor or built.
        given: the arguments that it was made with, as far as they have names.
    """

    def __init__(self, cls: UserClass, place: Place) -> None:
        self.cls = cls
        self.place = place
        self.attributes: dict[str, Any] = {}
        self.model: Any = None
        self.given: dict[str, Any] = {}
        self.named: str | None = None
        self.weights: list[Any] = []
        """Those that it asks for."""
        self.uses: list[Any] = []
        self.trainable = True


class Super:
    """What `super()` gives."""

    __slots__ = ("cls", "owner")

    def __init__(self, cls: UserClass, owner: Any) -> None:
        self.cls = cls
        self.owner = owner


class Thing:
    """An object of Keras that is neither layer nor model: an optimizer, a loss."""

    __slots__ = ("args", "name", "named", "path", "place")

    def __init__(self, path: str, call: Call) -> None:
        self.path = path
        self.name = path.rpartition(".")[2]
        self.args = call.args
        self.named = call.named
        self.place = call.place


class Scope:
    """Names and what they stand for, from the inside out."""

    def __init__(self, outer: "Scope | None" = None) -> None:
        self.names: dict[str, Any] = {}
        self.outer = outer
        self.globals: set[str] = set()
        self.outside: set[str] = set()
        self.stars: list[str] = []
        """Modules of which all names were imported."""

    def find(self, name: str) -> Any:
        """What a name stands for.

        Raises:
            KeyError: nothing.
        """
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        raise KeyError(name)

    def top(self) -> "Scope":
        """The outermost scope."""
        scope = self
        while scope.outer is not None:
            scope = scope.outer
        return scope

    def set(self, name: str, value: Any) -> None:
        """Lets a name stand for something."""
        where = self.top() if name in self.globals else self
        if name in self.outside:
            holder = self.outer
            while holder is not None and name not in holder.names:
                holder = holder.outer
            where = holder or self
        where.names[name] = value


class Returned(Exception):
    """A function of the code gives something back."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Raised(Exception):
    """The code raises an exception, or would."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class Spent(Exception):
    """The bound on steps or memory is reached."""


class Broke(Exception):
    """A loop of the code ends."""


class Continued(Exception):
    """A round of a loop ends."""


def first_unknown(*values: Any) -> Unknown | None:
    """The first value that isn't known, looked for inside too.

    What is in several lists is looked at once: lists of lists can be as large as the
    product of their lengths.
    """
    seen: set[int] = set()
    ways = [*reversed(values)]
    while ways:
        value = ways.pop()
        if isinstance(value, Unknown):
            return value
        if isinstance(value, list | tuple | set | dict) and id(value) not in seen:
            seen.add(id(value))
            inside = value.values() if isinstance(value, dict) else value
            ways += reversed([*inside])
    return None


def is_known(*values: Any) -> bool:
    """Whether values, and what is in them, are all known."""
    return first_unknown(*values) is None


LARGEST = 20_000
"""Values inside of one that is gone through."""


def weigh(value: Any) -> None:
    """Finds out whether a value can be gone through.

    Raises:
        Spent: more is in it than a person writes.
    """
    count = 0
    ways = [value]
    while ways:
        one = ways.pop()
        count += 1
        if count > LARGEST:
            raise Spent
        if isinstance(one, dict):
            ways += one.values()
        elif isinstance(one, list | tuple | set):
            ways += list(one)[: LARGEST + 1]


def text_of(node: Any, limit: int = 60) -> str:
    """Code as it is written, cut short; words stay."""
    if isinstance(node, str):
        return node
    try:
        text = " ".join(ast.unparse(node).split())
    except (ValueError, RecursionError, AttributeError):
        return type(node).__name__
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
