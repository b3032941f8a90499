"""What a study may say: which variants of a spec are compared, and with which seeds."""

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.ground.kinds import Kind, kind, kind_of, number
from cnnspec.ground.records import Record
from cnnspec.ground.visible import visible
from cnnspec.ground.yaml_text import describe
from cnnspec.language.document import Expect

SPEC = "spec"
"""The key of a variant that names another spec than the base."""
SEED = "train.seed"
"""What a study gives each run."""
_SEED = number("a whole number from 0 to 4,294,967,295", whole=True, ge=0, le=2**32 - 1)
_SEEDS_SAYS = "a whole number above 0, or a list of seeds, such as [0, 1, 2]"
_KEYS = {"type": "object", "minProperties": 1}


def _seeds(value: Any) -> tuple[int, ...]:
    if type(value) is int and 0 < value <= 10_000:
        return tuple(range(value))
    if not isinstance(value, list) or not value:
        raise ValueError
    problems = []
    for place, seed in enumerate(value):
        if type(seed) is not int or not 0 <= seed < 2**32:
            text = f"a seed must be {_SEED.says}; found {describe(seed)}"
            problems.append(Problem((place,), "wrong-type", text))
        elif seed in value[:place]:
            text, hint = f"the seed {seed} stands there twice", "name each once"
            problems.append(Problem((place,), "duplicate-value", text, hint))
    if problems:
        raise Invalid(problems)
    return tuple(value)


def _as_settings(found: Any) -> str:
    """What to write in place of what is no variant."""
    if found is None:
        return "write {} for the base as it is"
    return ""


def _variants(value: Any) -> dict[str, dict[str, Any]]:
    """The settings of each variant by its name, the path of a spec among them."""
    if not isinstance(value, dict) or not value:
        raise ValueError
    found, problems = {}, []
    for name, given in value.items():
        settings = {SPEC: given} if isinstance(given, str) else given
        called = visible(str(name))
        if called != str(name) or not called.strip():
            text = "the name of a variant is text in one line"
            problems.append(Problem((name,), "wrong-type", text, at_key=True))
        elif not isinstance(settings, dict):
            text = (
                f"variant '{called}' must be a mapping of settings, such as "
                "{train.batch_size: 8}, or the path of a spec; found " + describe(given)
            )
            hint = _as_settings(given)
            problems.append(Problem((name,), "wrong-type", text, hint))
        else:
            problems += [p.under(name) for p in _wrong_settings(settings)]
            found[called] = {str(key): one for key, one in settings.items()}
    if problems:
        raise Invalid(problems)
    return found


def _wrong_settings(settings: dict[Any, Any]) -> Iterator[Problem]:
    """What is wrong with keys of settings, whatever the spec is."""
    for key, value in settings.items():
        if key == SPEC and not (isinstance(value, str) and value):
            text = f"spec must be the path of a spec; found {describe(value)}"
            yield Problem((key,), "wrong-type", text)
        elif key == SEED:
            text = "the seed of each run is the study's to give"
            hint = "list seeds in seeds:, and remove it here"
            yield Problem((key,), "exclusive-arguments", text, hint, at_key=True)


def _grid(value: Any) -> dict[str, list[Any]]:
    if not isinstance(value, dict) or not value:
        raise ValueError
    problems = list(_wrong_settings({key: None for key in value if key != SPEC}))
    for key, several in value.items():
        if not isinstance(several, list) or not several:
            text = f"grid.{key} must be a list of values; found {describe(several)}"
            hint = "" if isinstance(several, list) else f"write [{describe(several)}]"
            problems.append(Problem((key,), "wrong-type", text, hint))
    if problems:
        raise Invalid(problems)
    return {str(key): several for key, several in value.items()}


def _expect(value: Any) -> dict[str, Expect]:
    """What is expected of variants, by their names."""
    if not isinstance(value, dict):
        raise ValueError
    found, problems = {}, []
    for name, given in value.items():
        try:
            if not isinstance(given, dict):
                text = f"expect.{name} must be a mapping; found {describe(given)}"
                hint = "name the variant first, as in {he: {total_params: 550570}}"
                raise Invalid([Problem((), "wrong-type", text, hint)])
            found[str(name)] = Expect.read(given)
        except Invalid as error:
            problems += [problem.under(name) for problem in error.problems]
    if problems:
        raise Invalid(problems)
    return found


_SEEDS = kind(
    _seeds,
    _SEEDS_SAYS,
    {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": "array", "items": _SEED.json, "minItems": 1, "uniqueItems": True},
        ]
    },
)
_VARIANTS: Kind = kind(
    _variants,
    "a mapping of names to settings, such as {small batches: {train.batch_size: 8}}",
    {
        **_KEYS,
        "additionalProperties": {"anyOf": [{"type": "object"}, {"type": "string"}]},
    },
)
_GRID = kind(
    _grid,
    "a mapping of settings to lists of values, such as {train.batch_size: [8, 32]}",
    {**_KEYS, "additionalProperties": {"type": "array", "minItems": 1}},
)
_EXPECT = kind(
    _expect,
    "a mapping of variants to what is expected of them",
    {"type": "object", "additionalProperties": {"$ref": "#/$defs/expect"}},
)


class StudyKeys(Record):
    """What a study says, in a file of its own or in a spec."""

    called: ClassVar[str] = "the study"
    first: ClassVar[tuple[str, ...]] = ("study", "title", "base", "seeds", "variants")
    spelt_as: ClassVar[dict[str, str]] = {
        "variants": "variant experiments runs cases trials_by_hand",
        "seeds": "seed repeats repetitions n_seeds",
        "grid": "sweep matrix product",
        "expect": "expected",
    }

    seeds: Annotated[Any, _SEEDS] = (0,)
    variants: Annotated[Any, _VARIANTS] | None = None
    grid: Annotated[Any, _GRID] | None = None
    expect: Annotated[Any, _EXPECT] | None = None


class StudyFile(StudyKeys):
    """A study in a file of its own."""

    spelt_as: ClassVar[dict[str, str]] = {
        **StudyKeys.spelt_as,
        "study": "title name description",
        "base": "spec model extends",
    }

    study: Annotated[str, kind_of(str)]
    base: Annotated[str, kind_of(str)]


class SpecStudy(StudyKeys):
    """A study in the spec whose variants it compares."""

    spelt_as: ClassVar[dict[str, str]] = {
        **StudyKeys.spelt_as,
        "title": "study name description",
    }
    renamed: ClassVar[dict[str, Any]] = {
        "base": "the spec that it stands in is its base; remove it"
    }

    title_: Annotated[str, kind_of(str)]
