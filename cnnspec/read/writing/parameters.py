"""What several instances of a part differ in, and what that is called."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count, repeat
from typing import Any

from cnnspec.ground.yaml_text import BLANK

ANY: Any = type("Any", (), {"__repr__": lambda _: "ANY"})()
"""In place of a value where an instance lacks the layer."""
NUMBER, LABEL = "number", "label"
"""What differs in names."""
_TAKEN = frozenset({"name", "from", "trainable", "input", "prev", "weights"})
"""Words that no parameter can have, since calls and expressions know them."""


class Mismatch(Exception):
    """The instances can't be written as one."""


class Parameters:
    """The parameters of a block, or the lists that a repeat walks.

    Attributes:
        vectors: for each, its value in each instance.
    """

    def __init__(self, most: int, taken: frozenset[str] = frozenset()) -> None:
        """Begins without any.

        Args:
            most: as many as there may be.
            taken: names of variables around.
        """
        self._most, self._taken = most, taken
        self.vectors: dict[str, list[Any]] = {}

    def value(self, argument: str, values: Sequence[Any], local: str = "") -> Any:
        """What stands for an argument: one value, a parameter, or what is made of one.

        Args:
            argument: its name.
            values: in each instance.
            local: what the layer is called inside of an instance.

        Raises:
            Mismatch: there are too many parameters.
        """
        known = [repr(v) for v in values if v is not ANY]
        if len({*known}) == 1:
            return next(v for v in values if v is not ANY)
        for name, vector in self.vectors.items():
            if _agree(vector, values):
                self.vectors[name] = [
                    new if old is ANY else old
                    for old, new in zip(vector, values, strict=True)
                ]
                return f"${name}"
        if formula := self._made_of_another(argument, values):
            return formula
        if all(type(v) is list and len(v) == len(values[0]) for v in values):
            items = [self._known(item) for item in zip(*values, strict=True)]
            if all(item is not ANY for item in items):
                return items
        if len(self.vectors) == self._most:
            raise Mismatch
        name = self._name(argument, local)
        self.vectors[name] = list(values)
        return f"${name}"

    def _known(self, values: Sequence[Any]) -> Any:
        """What stands for the items of lists, without a parameter of their own."""
        if len({*map(repr, values)}) == 1:
            return values[0]
        for name, vector in self.vectors.items():
            if repr(vector) == repr(list(values)):
                return f"${name}"
        return ANY

    def follow(self) -> dict[str, str]:
        """Takes out what follows from another parameter.

        Returns:
            What to write in place of each that was taken out: `${strides == 2}`.
        """
        found: dict[str, str] = {}
        for name, vector in list(self.vectors.items()):
            values = sorted({repr(v): v for v in vector}.items())
            known = all(type(v) in (bool, str) for v in vector)
            often = known and min(Counter(vector).values()) > 1  # no mere chance
            leader = self._leader(vector) if often and len(values) == 2 else None
            if leader is None:
                continue
            other, number = leader
            there = next(
                v
                for v, n in zip(vector, self.vectors[other], strict=True)
                if n == number
            )
            [second] = [v for _, v in values if v != there]
            test = f"{other} == {number}"
            if there is False:
                test = f"{other} != {number}"
            text = (
                test if type(there) is bool else f"{there!r} if {test} else {second!r}"
            )
            found[name] = f"${{{text}}}"
            del self.vectors[name]
        return found

    def _leader(self, vector: Sequence[Any]) -> tuple[str, int] | None:
        """A number that tells which of two values there is, and its rarer value."""
        for name, other in self.vectors.items():
            if not all(type(n) is int for n in other) or len({*other}) != 2:
                continue
            if len({*zip(other, vector, strict=True)}) == 2:
                return name, Counter(other).most_common()[-1][0]
        return None

    def _made_of_another(self, argument: str, values: Sequence[Any]) -> str:
        """The formula of values that are several times a parameter, or a part of it.

        A number in a name may also be some more than another.
        """
        for name, vector in self.vectors.items():
            pairs = [
                (old, new)
                for old, new in zip(vector, values, strict=True)
                if old is not ANY and new is not ANY
            ]
            if not all(type(n) is int for pair in pairs for n in pair):
                continue
            if len({*pairs}) < 2:
                continue
            steps = {new - old for old, new in pairs}
            if argument == name == NUMBER and len(steps) == 1:
                [step] = steps
                return f"${{{name} {'-' if step < 0 else '+'} {abs(step)}}}"
            if NUMBER in (argument, name) or min(min(pair) for pair in pairs) < 1:
                continue
            times = {new / old for old, new in pairs}
            if len(times) == 1:
                [ratio] = times
                if ratio > 1 and ratio == int(ratio):
                    return f"${{{int(ratio)} * {name}}}"
                if ratio < 1 and all(
                    new * round(1 / ratio) == old for old, new in pairs
                ):
                    return f"${{{name} // {round(1 / ratio)}}}"
        return ""

    def _name(self, argument: str, local: str) -> str:
        used = {*self.vectors, *self._taken, *_TAKEN}
        numbered = (f"{argument}_{number}" for number in count(2))
        wanted = [argument, *([f"{local}_{argument}"] if local else [])]
        return next(one for one in chain(wanted, numbered) if one not in used)

    def defaults(self) -> dict[str, Any]:
        """Each parameter with its default, those first that have none."""
        found = {name: _usual(vector) for name, vector in self.vectors.items()}
        needed = {name: one for name, one in found.items() if one is BLANK}
        return needed | found

    def given(self) -> Iterator[dict[str, Any]]:
        """What the call of each instance says; without end if that is nothing."""
        defaults = self.defaults()
        if not defaults:
            yield from repeat({})
        for values in zip(*(self.vectors[name] for name in defaults), strict=True):
            yield dict(self._said(defaults, values))

    def _said(
        self, defaults: Mapping[str, Any], values: Sequence[Any]
    ) -> Iterator[tuple[str, Any]]:
        for (name, default), value in zip(defaults.items(), values, strict=True):
            if value is not ANY:
                if default is BLANK or repr(value) != repr(default):
                    yield name, value
            elif default is BLANK:
                yield name, next(v for v in self.vectors[name] if v is not ANY)


def _agree(vector: Sequence[Any], values: Sequence[Any]) -> bool:
    pairs = list(zip(vector, values, strict=True))
    both = [(a, b) for a, b in pairs if a is not ANY and b is not ANY]
    return bool(both) and all(repr(a) == repr(b) for a, b in both)


def _usual(vector: Sequence[Any]) -> Any:
    """The value that most instances have; BLANK where there is none."""
    known = [v for v in vector if v is not ANY]
    if all(type(v) is bool for v in known):
        return False if False in known else BLANK
    text, often = Counter(map(repr, known)).most_common(1)[0]
    if len(known) < len(vector) or len(known) > 2 and often > len(known) / 2:
        return next(v for v in known if repr(v) == text)
    return BLANK
