"""What a study may say: which variants of a spec are compared, and with which seeds."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.ground.errors import ArgumentError, Invalid, Problem, either, nearest
from cnnspec.ground.kinds import Kind, Positive, kind, kind_of, lazily, number
from cnnspec.ground.records import Record
from cnnspec.ground.visible import visible
from cnnspec.ground.yaml_text import describe, flow
from cnnspec.language.document import Expect

SPEC = "spec"
"""The key of a variant that names another spec than the base."""
SEED = "train.seed"
"""What a study gives each run."""
_SEED_KEYS = (SEED, "seed", "seeds")
"""Keys by which people mean it."""
EPOCHS = "train.epochs"
"""What successive halving gives some."""
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


def _listed(found: Any) -> str:
    """What to write in place of a list of variants."""
    return "give each a name in place of its '-'" if isinstance(found, list) else ""


def _variants(value: Any) -> dict[str, dict[str, Any]]:
    """The settings of each variant by its name, the path of a spec among them."""
    if not isinstance(value, dict) or not value:
        raise ValueError
    found: dict[str, dict[str, Any]] = {}
    problems = []
    for name, given in value.items():
        settings = {SPEC: given} if isinstance(given, str) else given
        called = "" if name is None else visible(str(name))
        if called != str(name) or not called.strip():
            text = "the name of a variant is text in one line"
            problems.append(Problem((name,), "wrong-type", text, at_key=True))
        elif called in found:
            text = f"there are two variants '{called}'"
            where = Problem((name,), "duplicate-value", text, "rename one", at_key=True)
            problems.append(where)
        elif ":{" in called and isinstance(given, str):
            text = f"no space stands behind the colon in '{called}'"
            hint = f"write {called.replace(':{', ': {', 1)}: {given}"
            problems.append(Problem((name,), "wrong-type", text, hint, at_key=True))
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
        if key == SPEC:
            yield from _no_spec(value, key)
        elif key in _SEED_KEYS:
            text = "the seed of each run is the study's to give"
            hint = "list seeds in seeds:, and remove it here"
            yield Problem((key,), "exclusive-arguments", text, hint, at_key=True)


def _as_list(found: Any) -> str:
    """What to write in place of what is no list of values."""
    if found is None or found == []:
        return "name at least one"
    if isinstance(found, dict) and isinstance(
        one := next(iter(found.values()), 0), list
    ):
        return f"write {flow(one)}"
    return f"write [{found if isinstance(found, str) else flow(found)}]"


def _no_spec(value: Any, *path: Any) -> Iterator[Problem]:
    """What is wrong with a value in the place of the path of a spec."""
    if not (isinstance(value, str) and value):
        text = f"spec must be the path of a spec; found {describe(value)}"
        yield Problem(path, "wrong-type", text)


def _grid(value: Any) -> dict[str, list[Any]]:
    if not isinstance(value, dict) or not value:
        raise ValueError
    problems = list(_wrong_settings({key: None for key in value if key != SPEC}))
    for key, several in value.items():
        if not isinstance(several, list) or not several:
            text = f"grid.{key} must be a list of values; found {describe(several)}"
            problems.append(Problem((key,), "wrong-type", text, _as_list(several)))
        elif key == SPEC:
            for place, one in enumerate(several):
                problems += _no_spec(one, key, place)
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
    hint=_listed,
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


def _ends(value: Any) -> bool:
    """Whether it is a list of two numbers, the smaller one first."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(one) in (int, float) and abs(one) < 1e300 for one in value)
        and value[0] < value[1]
    )


_WAYS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "choice": (
        lambda value: isinstance(value, list) and bool(value),
        "a list of values, as in {choice: [16, 32]}",
    ),
    "uniform": (_ends, "two numbers, the smaller first, as in {uniform: [0, 0.5]}"),
    "log": (
        lambda value: _ends(value) and value[0] > 0,
        "two numbers above 0, the smaller first, as in {log: [1e-5, 1e-1]}",
    ),
    "int": (
        lambda value: _ends(value) and all(type(one) is int for one in value),
        "two whole numbers, the smaller first, as in {int: [1, 8]}",
    ),
}
"""How a value may be drawn: what is allowed, and in words."""
_WAYS_SAYS = f"a mapping with one key: {either(_WAYS)}"


def _sample(value: Any) -> dict[str, tuple[str, list[Any]]]:
    """How each setting is drawn: in which way, and from what."""
    if not isinstance(value, dict) or not value:
        raise ValueError
    found: dict[str, tuple[str, list[Any]]] = {}
    problems = list(_wrong_settings({key: None for key in value if key != SPEC}))
    for key, given in value.items():
        if not isinstance(given, dict) or len(given) != 1:
            text = f"sample.{key} must be {_WAYS_SAYS}; found {describe(given)}"
            hint = f"write {{choice: {flow(given)}}}" if _is_choice(given) else ""
            problems.append(Problem((key,), "wrong-type", text, hint))
            continue
        [(way, chosen)] = given.items()
        if way not in _WAYS:
            text = f"sample.{key} must be {_WAYS_SAYS}; found '{way}'"
            hint = nearest(way, _WAYS, _WAYS_ELSEWHERE)
            problems.append(
                Problem((key, way), "unknown-value", text, hint, at_key=True)
            )
        elif not _WAYS[way][0](chosen):
            text = f"sample.{key}.{way} must be {_WAYS[way][1]}"
            said = f"{text}; found {describe(chosen)}"
            problems.append(Problem((key, way), "wrong-type", said, _swapped(given)))
        else:
            for place, one in enumerate(chosen if key == SPEC else ()):
                problems += _no_spec(one, key, way, place)
            found[str(key)] = way, chosen
    if problems:
        raise Invalid(problems)
    return found


def _swapped(given: dict[str, Any]) -> str:
    """What to write where only the order of the two ends is wrong."""
    [(way, chosen)] = given.items()
    if isinstance(chosen, list) and _WAYS[way][0](chosen[::-1]):
        return f"write {flow({way: chosen[::-1]})}"
    return ""


def _is_choice(given: Any) -> bool:
    return isinstance(given, list) and bool(given)


_WAYS_ELSEWHERE = {
    **dict.fromkeys(("loguniform", "log_uniform", "reciprocal"), "log"),
    **dict.fromkeys(("choices", "categorical", "values", "options"), "choice"),
    **dict.fromkeys(("integer", "randint", "int_uniform"), "int"),
    **dict.fromkeys(("float", "range", "between"), "uniform"),
}
_ENDS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_SAMPLE = kind(
    _sample,
    "a mapping of settings to how they are drawn, such as "
    "{train.optimizer.Adam.learning_rate: {log: [1e-5, 1e-1]}}",
    {
        **_KEYS,
        "additionalProperties": {
            "type": "object",
            "properties": {
                "choice": {"type": "array", "minItems": 1},
                **dict.fromkeys(("uniform", "log", "int"), _ENDS),
            },
            "additionalProperties": False,
            "minProperties": 1,
            "maxProperties": 1,
        },
    },
)
_MOST_TRIALS = 20_000
_TRIALS = number(
    f"a whole number from 1 to {_MOST_TRIALS:,}", whole=True, ge=1, le=_MOST_TRIALS
)
_TWO_OR_MORE = number("a whole number of 2 or more", whole=True, ge=2)


class HalvingKeys(Record):
    """Successive halving: few epochs for all samples, more for the best of them."""

    called: ClassVar[str] = "halving"
    spelt_as: ClassVar[dict[str, str]] = {
        "epochs": "first min_epochs min_resource start",
        "factor": "eta reduction_factor rate",
    }

    epochs: Positive
    factor: Annotated[int, _TWO_OR_MORE] = 3


def _as_halving(found: Any) -> str:
    return f"write {{epochs: {found}}}" if type(found) is int and found > 0 else ""


_HALVING = lazily(
    "cnnspec.language.studies",
    "HalvingKeys",
    {
        "type": "object",
        "properties": {
            "epochs": {
                "description": "Of the first round, that all samples take part in.",
                "type": "integer",
                "minimum": 1,
            },
            "factor": {
                "description": "One of so many goes on, for so many times the epochs.",
                "type": "integer",
                "minimum": 2,
                "default": 3,
            },
        },
        "required": ["epochs"],
        "additionalProperties": False,
    },
    _as_halving,
)


class StudyKeys(Record):
    """What a study says, in a file of its own or in a spec."""

    called: ClassVar[str] = "the study"
    first: ClassVar[tuple[str, ...]] = ("study", "title", "base", "seeds", "variants")
    spelt_as: ClassVar[dict[str, str]] = {
        "variants": "variant experiments cases",
        "sample": "samples search space search_space",
        "trials": "n_trials num_trials samples_count",
        "halving": "successive_halving hyperband",
        "seeds": "seed repeats repetitions n_seeds",
        "grid": "sweep matrix product",
        "expect": "expected",
    }

    seeds: Annotated[Any, _SEEDS] = (0,)
    variants: Annotated[Any, _VARIANTS] | None = None
    grid: Annotated[Any, _GRID] | None = None
    expect: Annotated[Any, _EXPECT] | None = None
    sample: Annotated[Any, _SAMPLE] | None = None
    """Settings that are drawn at random."""
    trials: Annotated[int, _TRIALS] | None = None
    """How often."""
    sample_seed: Annotated[int, _SEED] = 0
    """What is drawn from: the same samples for the same seed."""
    halving: Annotated[Any, _HALVING] | None = None
    """Which samples are trained to the end."""

    def rules(self) -> None:
        """Checks that what is said of samples goes together.

        Raises:
            ArgumentError: it doesn't.
        """
        sample = self.sample
        if sample is not None and self.trials is None:
            text, hint = "sample: needs a number of trials", "add trials: 30"
            raise ArgumentError("sample", "needs-argument", text, hint)
        for name in ("trials", "halving", "sample_seed"):
            if sample is None and name in self.given:
                text = f"{name}: is for settings that are drawn, and none are"
                hint = f"remove {name}:, or say what is drawn, as in sample: "
                hint += "{train.batch_size: {choice: [8, 32]}}"
                raise ArgumentError(name, "needs-argument", text, hint)
        if self.halving is not None and sample and EPOCHS in sample:
            text = f"halving: says how many epochs there are, and sample: {EPOCHS} too"
            hint = "keep one of the two"
            raise ArgumentError("halving", "exclusive-arguments", text, hint)


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
