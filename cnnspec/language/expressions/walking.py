"""What a comprehension walks, and how far it may go."""

from collections.abc import Collection, Sequence
from typing import Any

from cnnspec.language.expressions import Values
from cnnspec.language.expressions.messages import not_walked
from cnnspec.language.expressions.operations import STEP_LIMIT, Refused, weight


class Inside(dict[str, Any]):
    """The variables inside a comprehension, and the steps that it may still take.

    One that stands in another takes its steps from those of the outer one.
    """

    __slots__ = ("_left",)

    def __init__(self, variables: Values) -> None:
        super().__init__(variables)
        self._left = [STEP_LIMIT]
        if isinstance(variables, Inside):
            self._left = variables._left
            self.take(len(self))

    def take(self, steps: int) -> None:
        """Takes steps.

        Raises:
            Refused: it has taken as many as it may.
        """
        self._left[0] -= steps
        if self._left[0] < 0:
            hint = f"a formula's comprehensions take up to {STEP_LIMIT:,} steps"
            raise Refused("it takes too long", hint)

    def look_at(self, values: Collection[Any]) -> None:
        """Takes the steps of an operation on values."""
        self.take(sum(map(weight, values)))

    def bind(self, names: Sequence[str], item: Any, code: str) -> None:
        """Gives the parts of an item their names.

        Raises:
            Invalid: it has more parts than there are names, or fewer.
        """
        if not isinstance(item, list | str) or len(item) != len(names):
            raise not_walked(code, item, names)
        self.update(zip(names, item, strict=True))


def walked(value: Any, code: str) -> Collection[Any]:
    """The items that a comprehension walks.

    Raises:
        Invalid: the value has none.
    """
    if isinstance(value, list | str | dict):
        return value
    raise not_walked(code, value, ())
