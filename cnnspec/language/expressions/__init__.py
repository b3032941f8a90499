"""Expressions in a spec: `$name` and `${filters * 4}`, read once, worked out often.

Python's own parser makes the tree; what the language allows of it becomes nested
functions, so that nothing of a spec is ever run as Python. The meaning is Python's,
which lets a generated script print the same expression, but every result is bounded:
no spec can fill the memory or take long.

Most specs have no expression, so what reads and prints them is imported when the first
one is met.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from cnnspec.ground.errors import Invalid

if TYPE_CHECKING:
    from cnnspec.language.expressions.reading import Piece

Values = Mapping[str, Any]

KEPT = ("min", "max", "abs", "int", "round", "ceil", "floor", "len")
"""Functions whose names no variable has; specs may have variables of the others'."""
FUNCTIONS = (*KEPT, "sum", "range", "sorted", "zip", "str", "shape")
"""The names that an expression may call."""


class Formula:
    """A text of a spec that holds an expression, or several among other text.

    Attributes:
        text: the text as it is written in the spec.
        names: the variables it uses.
        tensors: the names of those whose sizes it asks for.
    """

    __slots__ = ("_parts", "_run", "names", "tensors", "text")
    text: str
    names: frozenset[str]
    tensors: frozenset[str]
    _parts: "tuple[Piece, ...]"
    _run: Callable[[Values], Any]

    def __init__(
        self,
        text: str,
        names: frozenset[str],
        tensors: frozenset[str],
        parts: "tuple[Piece, ...]",
        run: Callable[[Values], Any],
    ) -> None:
        values = {"names": names, "tensors": tensors, "_parts": parts, "_run": run}
        for name, value in {"text": text, **values}.items():
            object.__setattr__(self, name, value)

    @property
    def is_interpolated(self) -> bool:
        """Whether there is more than one expression, so that the value is a text."""
        return len(self._parts) > 1

    def value(self, variables: Values) -> Any:
        """What it comes to.

        Raises:
            Invalid: it can't be worked out with these variables.
        """
        return self._run(variables)

    def python(self, rename: Callable[[str], str], *, walked: bool = False) -> str:
        """Python code that comes to the same value.

        Args:
            rename: gives the name that a variable has in the code.
            walked: whether a `for` takes the items, and needs no list of them.
        """
        from cnnspec.language.expressions.printing import python

        return python(self._parts, rename, walked=walked)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("Formula is frozen")

    def __reduce__(self) -> tuple[Any, ...]:
        return formulas, (self.text,)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def formulas(data: Any) -> Any:
    """Plain data with a `Formula` for each text that holds an expression.

    Keys are no expressions. `$$` becomes a dollar sign.

    Returns:
        The very same object where nothing changes.

    Raises:
        Invalid: expressions that can't be read; the paths lead into the data.
    """
    return _mapped(data, str, _read)


def evaluate(data: Any, variables: Values) -> Any:
    """Plain data again, with the value of each formula.

    Returns:
        The very same object where there is no formula.

    Raises:
        Invalid: formulas that can't be worked out; the paths lead into the data.
    """
    return _mapped(data, Formula, lambda formula: formula._run(variables))


def names_in(data: Any) -> frozenset[str]:
    """The variables that the formulas in the data use."""
    if type(data) is Formula:
        return data.names
    if type(data) is dict:
        data = data.values()
    elif type(data) is not list:
        return frozenset()
    return frozenset().union(*map(names_in, data))


def tensors_in(data: Any) -> frozenset[str]:
    """The names of the tensors whose sizes the formulas in the data ask for."""
    if type(data) is Formula:
        return data.tensors
    if type(data) is dict:
        data = data.values()
    elif type(data) is not list:
        return frozenset()
    return frozenset().union(*map(tensors_in, data))


def sizes_of(tensor: str) -> str:
    """The name under which formulas find the sizes of a tensor among the variables.

    It is none that a variable can have.
    """
    return f"shape('{tensor}')"


def title_of(tensor: str) -> str:
    """The name under which formulas find, for messages, what a tensor is called."""
    return f"name('{tensor}')"


def _read(text: str) -> str | Formula:
    if "$" not in text:
        return text
    from cnnspec.language.expressions.reading import read

    return read(text)


def _mapped(data: Any, wanted: type, convert: Callable[[Any], Any]) -> Any:
    """The data with all of the wanted type converted; itself if nothing changes.

    Raises:
        Invalid: `convert` raised it; the paths lead into the data.
    """
    items: Iterable[tuple[Any, Any]]
    if type(data) is dict:
        items = data.items()
    elif type(data) is list:
        items = enumerate(data)
    else:
        return convert(data) if type(data) is wanted else data
    made, problems = data, []
    for key, item in items:
        kind = type(item)
        try:
            if kind is wanted:
                new = convert(item)
            elif kind is dict or kind is list:
                new = _mapped(item, wanted, convert)
            else:
                continue
        except Invalid as error:
            problems += [problem.under(key) for problem in error.problems]
            continue
        if new is not item:
            if made is data:
                made = data.copy()
            made[key] = new
    if problems:
        raise Invalid(problems)
    return made
