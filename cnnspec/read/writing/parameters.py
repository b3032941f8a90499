"""What several instances of a part differ in, and what that is called."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from cnnspec.ground.yaml_text import BLANK

ANY: Any = type("Any", (), {"__repr__": lambda _: "ANY"})()
"""In place of a value where an instance lacks the layer."""
NUMBER, LABEL = "number", "label"
"""What differs in names."""
_TAKEN = frozenset({"name", "from", "trainable", "input", "prev", "weights"})
"""Words that no parameter can have, since calls and expressions know them."""


class Parameters:
    """The parameters of a block, or the lists that a repeat walks.

    Attributes:
        vectors: for each, its value in each instance.
    """

    def __init__(self, count: int, taken: frozenset[str] = frozenset()) -> None:
        """Begins without any.

        Args:
            count: of instances.
            taken: names of variables around.
        """
        self._count, self._taken = count, taken
        self.vectors: dict[str, list[Any]] = {}

    def value(self, argument: str, values: Sequence[Any], local: str = "") -> Any:
        """What stands for an argument: one value, a parameter, or what is made of one.

        Args:
            argument: its name.
            values: in each instance.
            local: what the layer is called inside of an instance.
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
        name = self._name(argument, local)
        self.vectors[name] = list(values)
        return f"${name}"

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
        wanted = [argument]
        if local:
            wanted.append(f"{local}_{argument}")
        wanted += [f"{argument}_{number}" for number in range(2, 99)]
        used = {*self.vectors, *self._taken, *_TAKEN}
        return next(one for one in wanted if one not in used and one.isidentifier())

    def defaults(self) -> dict[str, Any]:
        """Each parameter with its default, those first that have none."""
        found = {name: _usual(vector) for name, vector in self.vectors.items()}
        needed = {name: one for name, one in found.items() if one is BLANK}
        return needed | found

    def given(self, number: int) -> dict[str, Any]:
        """What the call of an instance says."""
        found = {}
        for name, default in self.defaults().items():
            value = self.vectors[name][number]
            if value is ANY:
                value = next(v for v in self.vectors[name] if v is not ANY)
                if default is not BLANK:
                    continue
            if default is BLANK or repr(value) != repr(default):
                found[name] = value
        return found


def _agree(vector: Sequence[Any], values: Sequence[Any]) -> bool:
    pairs = list(zip(vector, values, strict=True))
    both = [(a, b) for a, b in pairs if a is not ANY and b is not ANY]
    return bool(both) and all(repr(a) == repr(b) for a, b in both)


def _usual(vector: Sequence[Any]) -> Any:
    """The value that most instances have; BLANK where there is none."""
    known = [v for v in vector if v is not ANY]
    if all(type(v) is bool for v in known):
        return False if False in known else BLANK
    text, count = Counter(map(repr, known)).most_common(1)[0]
    if len(known) > 2 and count > len(known) / 2:
        return next(v for v in known if repr(v) == text)
    return BLANK
