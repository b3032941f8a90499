"""The columns of a table that a model is given: numbers, and categories."""

from typing import Any

from cnnspec.ground.errors import Invalid, Problem, nearest
from cnnspec.ground.kinds import Json, Kind, kind
from cnnspec.ground.yaml_text import describe
from cnnspec.language.arrays import by_name, each_of, one_or_each
from cnnspec.language.by_output import ByOutput

NUMERIC = "numeric"
_SAYS = (
    "a mapping of columns to numeric or a list of categories, as in {age: numeric, "
    "color: [red, green]}"
)
_ELSEWHERE = dict.fromkeys(
    ("number", "float", "int", "integer", "continuous", "real"), NUMERIC
)


def _columns(value: Any) -> dict[str, str | tuple[str, ...]]:
    """What stands in each column: numbers, or one of some texts."""
    if not isinstance(value, dict) or not value:
        raise ValueError
    found, problems = dict[str, str | tuple[str, ...]](), list[Problem]()
    for name, holds in value.items():
        if holds == NUMERIC:
            found[str(name)] = NUMERIC
        elif isinstance(holds, list | tuple) and holds:
            problems += (p.under(name) for p in _faults(list(holds)))
            found[str(name)] = tuple(map(str, holds))
        else:
            text = "a column is numeric, or has a list of categories; found "
            text = f"{text}{describe(holds)}"
            known = isinstance(holds, str)
            hint = nearest(holds, (NUMERIC,), _ELSEWHERE) if known else ""
            hint = hint or "list its categories, as in [red, green]"
            problems.append(Problem((name,), "wrong-type", text, hint))
    if problems:
        raise Invalid(problems)
    return found


def _faults(categories: list[Any]) -> list[Problem]:
    """What is wrong with the categories of a column, each at its place."""
    found, seen = list[Problem](), set[str]()
    for place, one in enumerate(categories):
        if isinstance(one, bool) or not isinstance(one, str | int | float):
            text = f"a category is text or a number; found {describe(one)}"
            hint = f"put it in quotes, as it stands in the file: '{str(one).lower()}'"
            found.append(Problem((place,), "wrong-type", text, hint))
        elif str(one) in seen:
            text, hint = f"the category '{one}' is listed twice", "name each once"
            found.append(Problem((place,), "duplicate-value", text, hint))
        seen.add(str(one))
    return found


COLUMNS: Kind = kind(
    _columns,
    _SAYS,
    {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "anyOf": [
                {"enum": [NUMERIC]},
                {
                    "type": "array",
                    "items": {"type": ["string", "number"]},
                    "minItems": 1,
                    "uniqueItems": True,
                },
            ]
        },
    },
    (NUMERIC,),
)


def _label_column(value: Any) -> Any:
    """The name of a column, those of several, or what each output has of them."""
    found = one_or_each(value, _one_label, f"a column of labels is {_LABEL_SAYS}")
    return ByOutput(found) if isinstance(found, dict) else found


def _one_label(value: Any) -> str | tuple[str, ...]:
    """The name of a column, or those of several.

    Raises:
        ValueError: it is neither.
    """
    several = value if isinstance(value, list | tuple) else [value]
    names = [name for name in several if isinstance(name, str) and name]
    if not names or len(set(names)) < len(several):
        raise ValueError
    return value if isinstance(value, str) else tuple(names)


def columns_of(said: Any) -> tuple[str, ...]:
    """The columns that hold labels, each once: of one output, or of each."""
    each = (one if isinstance(one, tuple) else (one,) for _, one in each_of(said))
    return tuple(dict.fromkeys(name for names in each for name in names))


_LABEL_SAYS = "the name of a column, or a list of different ones"
_COLUMN: Json = {"type": "string", "minLength": 1}
_COLUMNS: Json = {
    "anyOf": [_COLUMN, {"type": "array", "items": _COLUMN, "minItems": 1}]
}
LABEL_COLUMN: Kind = kind(
    _label_column,
    f"{_LABEL_SAYS}; or by the model's outputs, as in {{digit: label, tilt: angle}}",
    {"anyOf": [*_COLUMNS["anyOf"], by_name(_COLUMNS)]},
)


def width(columns: dict[str, str | tuple[str, ...]]) -> int:
    """How many numbers a row comes to: one for each number, and for each category."""
    return sum(1 if held == NUMERIC else len(held) for held in columns.values())
