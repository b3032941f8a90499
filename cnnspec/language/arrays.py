"""The arrays of samples and of what is learnt, of one input or output or of each."""

from collections.abc import Callable, Iterator
from typing import Any

from cnnspec.ground.errors import Invalid, Problem, nearest
from cnnspec.ground.kinds import Json, NotAllowed, kind, not_finite, number
from cnnspec.ground.yaml_text import describe
from cnnspec.language.by_output import ByOutput

INPUT = "input"
"""The target that is the sample itself."""


def each_of(said: Any) -> Iterator[tuple[str, Any]]:
    """What is said of each input or output, with its name; '' where it is of all."""
    if isinstance(said, dict):
        yield from said.items()
    elif said is not None:
        yield "", said


def one_or_each(value: Any, read: Callable[[Any], Any], wrong: str) -> Any:
    """A value, or that of each input or output by its name.

    Args:
        value: as it stands in the spec.
        read: makes one of it; raises ValueError where it is none.
        wrong: what to say then.

    Raises:
        Invalid: with all that is wrong by name.
        ValueError: it is nothing of that kind.
    """
    if not isinstance(value, dict):
        return read(value)
    if not value:
        raise ValueError
    found, problems = dict[str, Any](), list[Problem]()
    for name, one in value.items():
        try:
            found[str(name)] = read(one)
        except Invalid as error:
            problems += (problem.under(name) for problem in error.problems)
        except ValueError:
            text = f"{wrong}; found {describe(one)}"
            problems.append(Problem((name,), "wrong-type", text))
    if problems:
        raise Invalid(problems)
    return found


def by_name(item: Json) -> Json:
    """The schema of a mapping by names of inputs or outputs."""
    return {"type": "object", "additionalProperties": item, "minProperties": 1}


def as_name(value: Any) -> str:
    """Text that names something.

    Raises:
        ValueError: it is no text, or an empty one.
    """
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _arrays(value: Any) -> Any:
    """The name of an array, or those of several by the inputs or outputs."""
    return one_or_each(value, as_name, "the name of an array is text")


_ARRAY_JSON: Json = {"type": "string", "minLength": 1}
_ARRAYS_JSON: Json = {"anyOf": [_ARRAY_JSON, by_name(_ARRAY_JSON)]}
INPUTS = kind(
    _arrays,
    "the name of an array, or those of several by the model's inputs, as in "
    "{photo: image}",
    _ARRAYS_JSON,
)
TARGETS = kind(
    _arrays,
    "the name of an array, or those of several by the model's outputs, as in "
    "{digit: label}; or input, for the sample itself",
    _ARRAYS_JSON,
)
_SCALE = number("a number above 0", gt=0)


def _scale(value: Any) -> float:
    try:
        return float(_SCALE.validated(value))
    except NotAllowed:
        raise ValueError from None


SCALES = kind(
    lambda value: one_or_each(value, _scale, f"data.scale must be {_SCALE.says}"),
    _SCALE.says,
    {"anyOf": [_SCALE.json, by_name(_SCALE.json)]},
    hint=not_finite,
)

# ------------------------------------------------------------------ labels

_LABEL_WORDS = ("one_hot", "sparse", "multi_hot", "contiguous")
_LABELS_SAYS = (
    "'one_hot', 'sparse' or 'multi_hot', 'contiguous', or a list such as "
    "[contiguous, one_hot]"
)


def _labels(value: Any) -> Any:
    """The words, in order; or those of each output by its name."""
    found = one_or_each(value, _label_words, f"data.labels must be {_LABELS_SAYS}")
    return ByOutput(found) if isinstance(found, dict) else found


def _label_words(value: Any) -> tuple[str, ...]:
    words = list(value) if isinstance(value, list | tuple) else [value]
    problems = []
    for place, word in enumerate(words):
        if word not in _LABEL_WORDS:
            path = (place,) if isinstance(value, list) else ()
            text = f"data.labels must be {_LABELS_SAYS}; found {describe(word)}"
            hint = nearest(word, _LABEL_WORDS)
            problems.append(Problem(path, "unknown-value", text, hint))
    if problems:
        raise Invalid(problems)
    forms = {"one_hot", "sparse", "multi_hot"}.intersection(words)
    if not words or len(set(words)) < len(words) or len(forms) > 1:
        raise ValueError
    if len(words) > 1 and "multi_hot" in forms:  # its numbers are no classes
        raise ValueError
    return tuple(sorted(words))


_LABEL_FORMS: list[Json] = [
    {"enum": list(_LABEL_WORDS)},
    {
        "type": "array",
        "items": {"enum": list(_LABEL_WORDS)},
        "minItems": 1,
        "uniqueItems": True,
    },
]


LABELS = kind(
    _labels,
    _LABELS_SAYS,
    {"anyOf": [*_LABEL_FORMS, by_name({"anyOf": _LABEL_FORMS})]},
    _LABEL_WORDS,
)
