"""How things are named that stand in calls and rounds, and those that nobody named.

The interpreter joins names by these rules, and a script joins the code of names: an
f-string's text is put together as any other text, so `in_call("{name}", "conv2d")`
comes to what stands between the quotes of `f"{name}_conv2d"`.
"""

from collections.abc import Collection, Iterable
from typing import Any

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers import Layer, layer_class
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.catalogue.registry import (
    INPUT_LAYER,
    OPERATION,
    is_known,
    is_operation,
    own_name,
)
from cnnspec.ground.records import Record

INPUT_NAME = snake_case(INPUT_LAYER)
"""What Keras calls the input of a model that has one."""


def in_call(call: str, inside: str) -> str:
    """The full name of what is called `inside` in a named call."""
    return f"{call}_{inside}"


def in_model(model: str, inside: str) -> str:
    """What is called `inside` in a model, outside of it."""
    return f"{model}/{inside}"


def inside_model(model: str, names: Collection[str]) -> frozenset[str]:
    """What those of some names that are of something in a model are called in it."""
    if not names:
        return frozenset()
    start = in_model(model, "")
    return frozenset(n.removeprefix(start) for n in names if n.startswith(start))


WHOLE = "/"
"""What stands before a name that no call's is put before."""


def in_round(number: str, label: str) -> str:
    """What a step that nobody named is called in a round of a repeat.

    Args:
        number: of the round, counted from 1.
        label: what it is called there without the repeat.
    """
    return f"{number}_{label}"


def exported(
    call: str, inside: Iterable[str], wholes: Collection[str] = ()
) -> list[str]:
    """What is known where a call stands of what has names in it.

    Args:
        call: the call's name where it stands.
        inside: the names in the block.
        wholes: those of them that no call is put before.
    """
    begin = in_call(call, "")
    if not wholes:  # the commonest, by far
        return [begin + name for name in inside]
    return [name if name in wholes else begin + name for name in inside]


def is_plain(name: str) -> bool:
    """Whether Keras surely takes a name; found out without any import."""
    return name.isascii() and name.isidentifier() and name[0] != "_"


def keras_name(name: str, kind: str) -> str:
    """What Keras calls something that stands for itself, as a model and a loss do.

    Args:
        name: that its author gave.
        kind: its class.
    """
    if is_plain(name):
        return name
    from cnnspec.language.legal import legal

    return legal(name, snake_case(kind))


def keras_arguments(record: Record) -> dict[str, Any]:
    """The arguments that were given, with the name that Keras is given for a name."""
    given = record.given
    name = given.get("name")
    if not name or is_plain(name) or getattr(record, "any_name", False):
        return given
    return {**given, "name": keras_name(name, type(record).__name__)}


Odd = tuple[str, str, str, str]
"""Something whose name Keras may not take: its full name; what it is called where it
stands; the full name of the call around, if that has one; and its class or block."""


def keras_names(odd: Iterable[Odd], taken: Iterable[str]) -> dict[str, str]:
    """What Keras calls that whose names it doesn't take, by their full names.

    A name that is legal stays, whether it is given or automatic, and so does that of a
    call before the names inside. Of the others the first one that comes to a name has
    it, and the next have `_1`, `_2`, … behind it.

    Args:
        odd: in the order in which they are taken, a call before what is in it.
        taken: all full names.
    """
    from cnnspec.language.legal import inside, is_legal, legal

    used = set(filter(is_legal, taken))
    found: dict[str, str] = {}
    for name, local, call, kind in odd:
        if is_legal(name):
            continue
        if call:
            wanted = in_call(found.get(call, call), inside(local))
        else:
            wanted = legal(local, legal(snake_case(kind), "block"))
        counter = Counter()
        chosen = counter.next(wanted)
        while chosen in used:
            chosen = counter.next(wanted)
        used.add(chosen)
        found[name] = chosen
    return found


class Counter:
    """Gives `conv2d`, then `conv2d_1`, `conv2d_2`, … for the same word.

    So Keras counts in a session (keras/src/utils/naming.py, `auto_name`), and a block's
    text counts what has no name in it.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def next(self, stem: str) -> str:
        """The next of these names."""
        count = self._counts.get(stem, 0)
        self._counts[stem] = count + 1
        return f"{stem}_{count}" if count else stem

    def copy(self) -> "Counter":
        """As it is now."""
        other = Counter()
        other._counts = self._counts.copy()
        return other


def stem(kind: str) -> str:
    """What is counted of layers, operations and blocks that have no name.

    Args:
        kind: what a spec calls it.
    """
    if is_operation(kind) and is_known(kind):
        return snake_case(layer_class(own_name(kind)).__name__)
    return snake_case(kind.removeprefix(OPERATION))


class AutomaticNames:
    """Names layers as Keras does in a new session."""

    def __init__(self) -> None:
        self._counter = Counter()
        self._stems: dict[type, str] = {}

    def copy(self) -> "AutomaticNames":
        """As they are now."""
        other = AutomaticNames()
        other._counter = self._counter.copy()
        return other

    def inner(self, layer: Layer) -> tuple[str, ...]:
        """The names of the layers inside a layer, which are made before it."""
        if not layer.nested():
            return ()
        return tuple(
            self.of(nested) if nested.name is None else nested.name
            for nested in all_nested(layer)
        )

    def of(self, layer: Layer) -> str:
        """The next automatic name of a layer's class."""
        return self.of_class(type(layer))

    def of_class(self, kind: type[Layer]) -> str:
        """The next automatic name of a class."""
        stem = self._stems.get(kind)
        if stem is None:
            stem = snake_case(kind.class_name or kind.__name__)
            self._stems[kind] = stem
        for other in kind.counts_too:
            self._counter.next(snake_case(other))
        return self._counter.next(stem)

    def of_kind(self, name: str) -> str:
        """The next automatic name of a class that no layer could be made of."""
        return self._counter.next(stem(name))
