"""The document of a study to the variants that it compares."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from cnnspec.ground.errors import (
    Diagnostic,
    Invalid,
    OverrideError,
    Path,
    Problem,
    SpecError,
    either,
    nearest,
)
from cnnspec.ground.file_names import file_name
from cnnspec.ground.source import Source, is_study, read_source, stem
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.overrides import Overrides, values_of
from cnnspec.language.studies import SPEC, SpecStudy, StudyFile, StudyKeys
from cnnspec.study.drawing import drawn
from cnnspec.study.plan import BASE, Halving, Search, Study, Variant

_MOST_POINTS, _MOST_RUNS = 20_000, 1_000_000
"""Far beyond any that are trained. A variant that is checked takes some 35 KB."""


class UnreadError(SpecError):
    """Some of a study can't be read. `rest` is what it is without that."""

    def __init__(self, diagnostics: Iterable[Diagnostic], rest: Study) -> None:
        super().__init__(diagnostics)
        self.rest = rest


def read(
    path: str,
    vary: Sequence[str] = (),
    seeds: int | None = None,
    overrides: Overrides = (),
) -> Study:
    """The study of a file, or of a spec.

    Args:
        path: of a study, of a spec with `study:`, or of any spec with `vary`.
        vary: `KEY=VALUE,VALUE` each, crossed with the study's grid.
        seeds: how many, in place of the study's.
        overrides: change each variant's spec first.

    Raises:
        SpecError: it can't be read, with everything that is wrong so far.
        OverrideError: what `vary` or `overrides` say can't be followed.
    """
    return read_document(read_source(path), vary, seeds, overrides)


def read_document(
    source: Source,
    vary: Sequence[str] = (),
    seeds: int | None = None,
    overrides: Overrides = (),
) -> Study:
    """As `read`, of a document that has been read."""
    varied = dict(map(_varied, vary))
    own = is_study(source)
    keys, prefix, unread = _keys(source, own, asked=bool(vary or seeds))
    beside = os.path.dirname(source.path)
    base = os.path.normpath(os.path.join(beside, keys.base)) if own else source.path
    grid = {**(keys.grid or {}), **varied}
    chosen = tuple(range(seeds)) if seeds else tuple(keys.seeds)
    _refuse_too_many(source, keys, grid, chosen, prefix)
    reading = _Reading(source, base, values_of(overrides), prefix)
    variants = (
        *reading.by_name(keys.variants or {}),
        *reading.by_grid(grid),
        *reading.by_sample(keys),
    )
    if not variants:
        variants = (reading.variant(BASE, {}, (*prefix, BASE), {}),)
    names = [variant.name for variant in variants]
    expected = keys.expect or {}
    wrong = list(_twice(variants))
    wrong += [] if unread else _unexpected(expected, names, prefix)
    if wrong:
        raise SpecError([*unread, *map(source.error, wrong)])
    name = stem(source.path) if own else f"{stem(source.path)}_study"
    study = Study(
        title=_title(keys, source, varied),
        name=file_name(name),
        base=base,
        seeds=chosen,
        variants=tuple(v._replace(expect=expected.get(v.name)) for v in variants),
        reference=BASE if BASE in names else names[0],
        source=source,
        search=_search(keys),
    )
    if unread:
        raise UnreadError(unread, study)
    return study


def _refuse_too_many(
    source: Source,
    keys: StudyKeys,
    grid: Mapping[str, Sequence[Any]],
    seeds: Sequence[int],
    prefix: Path,
) -> None:
    """Refuses more than anybody compares.

    Raises:
        SpecError: there is.
    """
    points = prod(map(len, grid.values())) if grid else 0
    runs = len(seeds) * (points + len(keys.variants or ()) + (keys.trials or 0))
    if points > _MOST_POINTS:
        text = f"the grid has {points:,} points; a study has at most {_MOST_POINTS:,}"
        hint = "leave values out, or draw some, as sample: and trials: do"
        key = "grid"
    elif runs > _MOST_RUNS:
        text = f"the study comes to {runs:,} runs, and has at most {_MOST_RUNS:,}"
        key, hint = "seeds", "take fewer seeds"
    else:
        return
    where = (*prefix, key)
    found = source.diagnostic("error", "too-many-variants", where, text, hint, True)
    raise SpecError([found])


def _search(keys: StudyKeys) -> Search | None:
    if keys.sample is None or keys.trials is None:
        return None
    halving = keys.halving and Halving(keys.halving.epochs, keys.halving.factor)
    return Search(keys.trials, keys.sample_seed, halving)


def _twice(variants: Sequence[Variant]) -> Iterator[Problem]:
    """Variants that have the name of another one."""
    paths: dict[str, Path] = {}
    for name, _, _, path, places, *_ in variants:
        if name in paths:
            text = f"there are two variants '{name}'"
            where = next(iter(places.values()), path)
            yield Problem(where, "duplicate-value", text, "keep one of them")
        paths[name] = path


def _unexpected(
    expected: Mapping[str, Any], names: Sequence[str], prefix: Path
) -> Iterator[Problem]:
    """Variants that something is expected of, and that aren't there."""
    for name in expected:
        if name not in names:
            text = f"expect names '{name}', which is no variant"
            there = list(dict.fromkeys(names))[:6]
            hint = nearest(name, names) or f"there is {either(there, 'and')}"
            yield Problem(
                (*prefix, "expect", name), "unknown-value", text, hint, at_key=True
            )


def _title(keys: StudyKeys, source: Source, varied: Mapping[str, Any]) -> str:
    """What the study is called where people read of it."""
    if isinstance(keys, StudyFile):
        return keys.study
    if isinstance(keys, SpecStudy):
        return keys.title_
    return (
        f"{stem(source.path)} by {', '.join(varied)}" if varied else stem(source.path)
    )


def _keys(
    source: Source, own: bool, *, asked: bool
) -> tuple[Any, Path, list[Diagnostic]]:
    """What a document says of a study, where, and what can't be read of it.

    Raises:
        SpecError: too little can.
    """
    prefix: Path = () if own else ("study",)
    given = source.data if own else _said(source)
    if given is None and asked:
        return StudyKeys.read({}), prefix, []
    problems: list[Diagnostic] = list(source.problems)
    if not isinstance(given, dict):
        text = "there is no study: in this spec"
        hint = "write one, or say what to vary, as in --vary train.batch_size=8,32"
        raise SpecError([source.diagnostic("error", "missing-field", (), text, hint)])
    if own and (nested := _nested(given)):
        raise SpecError([*problems, source.error(nested)])
    record: type[StudyKeys] = StudyFile if own else SpecStudy
    try:
        return record.read(given), prefix, _errors(problems)
    except Invalid as error:
        problems += [source.error(p.under(*prefix)) for p in error.problems]
        rest = _without(given, error.problems)
    try:
        return record.read(rest), prefix, problems
    except Invalid:
        raise SpecError(problems) from None


def _nested(given: Mapping[Any, Any]) -> Problem | None:
    """What to say where all of a study stands in its title, as it does in a spec."""
    if not isinstance(given.get("study"), dict) or "base" in given:
        return None
    text = "study: has other keys in it, as in a spec, and this is no spec"
    hint = "write its title there, and its keys below one another, base: too"
    return Problem(("study",), "wrong-type", text, hint, at_key=True)


def _errors(found: list[Diagnostic]) -> list[Diagnostic]:
    """All that was found, if it holds an error."""
    return found if any(one.severity == "error" for one in found) else []


def _without(given: Mapping[Any, Any], problems: Iterable[Problem]) -> dict[Any, Any]:
    """What is left of a document without what is wrong: single variants, whole keys."""
    rest = dict(given)
    for problem in problems:
        key, *inside = problem.path or (None,)
        if key == "variants" and inside and isinstance(rest.get(key), dict):
            rest[key] = {k: v for k, v in rest[key].items() if k != inside[0]}
        else:
            rest.pop(key, None)
    return {key: value for key, value in rest.items() if value != {}}


def _said(source: Source) -> Any:
    return source.data.get("study") if isinstance(source.data, dict) else None


def _varied(text: str) -> tuple[str, list[Any]]:
    """The key and the values of `KEY=VALUE,VALUE`.

    Raises:
        OverrideError: it isn't of that form.
    """
    key, equals, values = text.partition("=")
    if not key or not equals or not values.strip():
        raise OverrideError(f"'{text}' is not of the form KEY=VALUE,VALUE")
    try:
        found = Source(f"[{values}]", "--vary")
    except SpecError as error:
        raise OverrideError(f"'{text}': {error.diagnostics[0].message}") from None
    if found.problems:
        raise OverrideError(f"'{text}': {found.problems[0].message}")
    return key, found.data


class _Reading:
    """Makes the variants of a study."""

    def __init__(
        self, source: Source, base: str, overrides: Mapping[str, Any], prefix: Path
    ) -> None:
        self._source, self._base, self._prefix = source, base, prefix
        self._overrides = overrides

    def by_name(self, variants: Mapping[str, Mapping[str, Any]]) -> Iterator[Variant]:
        """Those that have a name."""
        for name, settings in variants.items():
            path = (*self._prefix, "variants", name)
            yield self.variant(name, settings, path, {k: (*path, k) for k in settings})

    def by_grid(self, grid: Mapping[str, Sequence[Any]]) -> Iterator[Variant]:
        """Those of a grid, whose axes are crossed."""
        if not grid:
            return
        path = (*self._prefix, "grid")
        places = [range(len(values)) for values in grid.values()]
        for point in product(*places):
            chosen = dict(zip(grid, point, strict=True))
            settings = {key: grid[key][place] for key, place in chosen.items()}
            where = {
                key: (*path, key, place)
                for key, place in chosen.items()
                if self._source.holds((*path, key, place))
            }
            yield self.variant(called(settings), settings, path, where)

    def by_sample(self, keys: StudyKeys) -> Iterator[Variant]:
        """Those that are drawn."""
        if keys.sample is None or keys.trials is None:
            return
        path = (*self._prefix, "sample")
        where = {key: (*path, key) for key in keys.sample}
        for settings in drawn(keys.sample, keys.trials, keys.sample_seed):
            found = self.variant(called(settings), settings, path, where)
            yield found._replace(is_drawn=True)

    def variant(
        self,
        name: str,
        settings: Mapping[str, Any],
        path: Path,
        places: Mapping[str, Path],
    ) -> Variant:
        """A variant of the base, or of the spec that it names."""
        own = dict(settings)
        spec = own.pop(SPEC, None)
        beside = os.path.dirname(self._source.path)
        file = os.path.normpath(os.path.join(beside, spec)) if spec else self._base
        given = {
            key: value
            for key, value in self._overrides.items()
            if not any(_within(key, one) for one in own)
        }
        settings = {**given, **own}
        return Variant(name, settings, file, path, places, overrides=given)


def _within(key: str, other: str) -> bool:
    """Whether a key is another, or leads to something in it."""
    return key == other or key.startswith(f"{other}.")


def called(settings: Mapping[str, Any]) -> str:
    """What a variant without a name is called: `vars.depth=2,train.batch_size=8`."""
    return ",".join(f"{key}={flow(value)}" for key, value in settings.items())
