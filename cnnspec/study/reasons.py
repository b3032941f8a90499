"""What is told of a variant, and where: at the line of the study that leads to it."""

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from cnnspec.ground.errors import (
    Diagnostic,
    Mark,
    OverrideError,
    Path,
    without_details,
)
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.subjects import sections
from cnnspec.language.studies import SPEC
from cnnspec.model.summary import Model
from cnnspec.study.plan import Plan, Planned, Study, Variant

SETTING = "study-setting"
TRAINING = "study-training"
HALVING = "study-halving"
SEEDS = "study-seeds"
_NEEDED = {"data": ("source", "python"), "train": ("loss",)}
"""Sections that a training needs, and what makes one that isn't there."""
_OF_ALL = (TRAINING, HALVING)
"""What isn't due to the settings of a variant."""


def spec_place(study: Study, variant: Variant) -> Path:
    """Where a study names the spec of a variant."""
    of_base = study.source.holds(("base",)) and study.base == variant.spec
    if of_base or not variant.path:
        return ("base",)
    path = variant.places.get(SPEC, ())
    return path if study.source.holds(path) else variant.path


class Reasons:
    """Puts what was found in a variant in words."""

    def __init__(self, study: Study, variant: Variant) -> None:
        self._study, self._variant = study, variant
        self._source = study.source

    def of_setting(self, error: OverrideError) -> Diagnostic:
        """What is wrong with a value that can't be set.

        Raises:
            OverrideError: the command line gives it.
        """
        where = self._variant.places.get(error.key)
        if where is None:
            raise error
        text = f"'{error.key}': {error.reason}"
        found = Diagnostic("error", SETTING, self._at_key(where), text, error.hint)
        return self._named(found)

    def told(
        self, diagnostics: Iterable[Diagnostic], own: Collection[Diagnostic]
    ) -> Iterator[Diagnostic]:
        """What was found in a variant.

        Args:
            diagnostics: as they are told of a spec.
            own: those of the spec as it is.
        """
        there = [one for one in diagnostics if self._alone(one) not in own]
        said = {one.code for one in there if self._is_here(one)}
        for found in diagnostics:
            if (alone := self._alone(found)) in own:
                yield alone
            elif self._is_here(found):
                yield self._named(self._meant(found))
            elif found.code not in said:
                yield self._named(self._moved(found))

    def _alone(self, found: Diagnostic) -> Diagnostic:
        """A finding in the words in which it is told of the spec by itself."""
        message = found.message.replace(f" of {self._variant.spec}", "")
        return found._replace(message=message)

    def _meant(self, found: Diagnostic) -> Diagnostic:
        """A finding with the place and the hint that whoever set something needs."""
        for key, where in self._variant.places.items():
            if found.mark != self._source.mark(where):
                continue
            value = self._variant.settings.get(key)
            if found.code == "unknown-field":
                return found._replace(mark=self._at_key(where))
            if found.code == "missing-field" and isinstance(value, dict) and value:
                parts = {f"{key}.{name}": one for name, one in value.items()}
                hint = f"{key}: replaces all of it; to change some, write {flow(parts)}"
                return found._replace(hint=hint)
        return found

    def as_set(self, found: Diagnostic) -> Diagnostic:
        """What was found in what a variant sets, or in its spec as it is."""
        is_set = found.mark.path == self._source.path
        return self._named(found) if is_set else found

    def _is_here(self, found: Diagnostic) -> bool:
        """Whether a finding stands in the study, or nothing of the variant does."""
        return found.mark.path == self._source.path or not self._variant.places

    def untrained(self, source: Source) -> Iterator[Diagnostic]:
        """Whether nothing is to be trained.

        Args:
            source: the spec as it is.
        """
        settings = self._variant.settings
        for section, needed in _NEEDED.items():
            said = (
                settings[section] if section in settings else source.value((section,))
            )
            makes = [f"{section}.{key}" for key in needed]
            if said is None and not any(key.startswith((*makes,)) for key in settings):
                yield self._unable(section)
                return

    def _unable(self, section: str) -> Diagnostic:
        """What to say of a variant without a section that a training needs."""
        text = f"a study trains, and '{self._variant.spec}' has no {section}:"
        hint = "add what it is to be trained with, as in docs/training.md"
        if where := self._variant.places.get(section):
            text, hint = f"a study trains, and {section} is null here", "remove it"
            mark = self._source.mark(where)
            return self._named(Diagnostic("error", TRAINING, mark, text, hint))
        return Diagnostic("error", TRAINING, self._names_spec, text, hint)

    def unhalved(self, model: Model) -> Iterator[Diagnostic]:
        """Why a sample can't be held against others before it is trained to the end."""
        search = self._study.search
        halving = search.halving if search and self._variant.is_drawn else None
        fit = sections(model).fit()
        if halving is None or fit is None:
            return
        mark = self._source.mark((*self._variant.path[:-1], "halving"), at_key=True)
        if not fit.validates:
            text = (
                f"halving: goes by validation data, and '{self._variant.spec}' has none"
            )
            hint = "add validation_split: 0.2 to its train:"
            yield Diagnostic("error", HALVING, mark, text, hint)
        elif halving.epochs >= fit.train.epochs:
            begins = f"{halving.epochs} epoch{'' if halving.epochs == 1 else 's'}"
            text = f"halving: begins with {begins}, and "
            text += f"'{self._variant.spec}' has {fit.train.epochs}"
            fewer = "begin with fewer, or " if halving.epochs > 1 else ""
            hint = f"{fewer}set train.epochs to more"
            yield Diagnostic("error", HALVING, mark, text, hint)

    def shared_seeds(self, model: Model) -> Iterator[Diagnostic]:
        """Whether runs of an ensemble have members in common.

        A member's seed is that of its run and its number, counted from 0.
        """
        ensemble, seeds = model.program.ensemble, sorted(self._study.seeds)
        if ensemble is None:
            return
        count = ensemble.members
        if all(later - seed >= count for seed, later in pairwise(seeds)):
            return
        text = f"runs whose seeds stand less than {count} apart have members in common"
        text += ", so that their spread is too small"
        apart = [seeds[0] + place * count for place in range(len(seeds))]
        hint = f"write seeds: {flow(apart)}"
        prefix = ("study",) if self._source.holds(("study", "seeds")) else ()
        mark = self._source.mark((*prefix, "seeds"), at_key=True)
        yield self._named(Diagnostic("warning", SEEDS, mark, text, hint))

    @property
    def _names_spec(self) -> Mark:
        """Where the spec is named."""
        return self._source.mark(spec_place(self._study, self._variant))

    def _at_key(self, path: Path) -> Mark:
        in_list = isinstance(path[-1], int)
        return self._source.mark(path[:-1] if in_list else path, at_key=True)

    def _moved(self, found: Diagnostic) -> Diagnostic:
        """A finding at a line of the spec, told at that of the variant.

        To follow a hint for the line would change all variants.
        """
        message = f"{found.message} (at {found.mark})"
        mark = self._source.mark(self._variant.path, at_key=True)
        return Diagnostic(
            found.severity, found.code, mark, message, "set another value"
        )

    def _named(self, found: Diagnostic) -> Diagnostic:
        message = found.message
        for key, value in self._variant.settings.items():
            # What neither the study nor --set gives is of --vary.
            if key not in self._variant.places and key not in self._variant.overrides:
                given = f"given by --set {key}={flow(value)}"
                message = message.replace(given, given.replace("--set", "--vary", 1))
        return found._replace(message=f"{_called(self._variant)}{message}")


def _called(variant: Variant) -> str:
    """What a message on a variant begins with."""
    return f"variant '{variant.name}': "


def reason(planned: Planned) -> str:
    """Why a variant is left out, and where, in a line that follows its name."""
    errors = [one for one in planned.problems if one.severity == "error"]
    if not errors:
        return ""
    first, name = errors[0], _called(planned.variant)
    alone = first._replace(message=first.message.removeprefix(name))
    return f"{alone.mark}: {alone.text}".partition("\n")[0]


def findings(plan: Plan) -> list[Diagnostic]:
    """What is told of a study: each mistake once, of however many variants."""
    first: dict[object, Diagnostic] = {}
    variants: dict[object, set[str]] = {}
    for planned in plan.variants:
        for found in _weighed(planned, plan):
            mistake = (found.mark, found.code, without_details(found.message))
            first.setdefault(mistake, found)
            variants.setdefault(mistake, set()).add(planned.variant.name)
    told = [_folded(found, len(variants[mistake])) for mistake, found in first.items()]
    return sorted(told, key=lambda one: one.mark)


def _weighed(planned: Planned, plan: Plan) -> Iterable[Diagnostic]:
    """What was found in a variant; that a sample can't be is nobody's mistake."""
    if not planned.variant.is_drawn or not plan.runs:
        return planned.problems
    return (
        one if one.code in _OF_ALL else one._replace(severity="warning")
        for one in planned.problems
    )


def _folded(found: Diagnostic, count: int) -> Diagnostic:
    if count == 1 or not found.message.startswith("variant "):
        return found
    return found._replace(
        message=f"{found.message} ({count:,} variants; this is the first)"
    )
