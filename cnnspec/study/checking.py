"""A study's variants checked, and the runs that they come to."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from cnnspec.ground.errors import Diagnostic, OverrideError, SpecError
from cnnspec.ground.source import Source, read_source, with_bases
from cnnspec.ground.source.extends import read_named
from cnnspec.judge.check import Checked, Proof, check_changed
from cnnspec.judge.settings import Settings, settings_for
from cnnspec.language.document import Document
from cnnspec.model.summary import Model
from cnnspec.study.document import UnreadError
from cnnspec.study.expecting import expected_of
from cnnspec.study.keys import runs_of, same
from cnnspec.study.plan import Plan, Planned, Study, Variant
from cnnspec.study.reasons import Reasons, findings, spec_place

_OF_TRAINING = ("data", "train", "ensemble", "expect")
"""Sections of which what a layer gives doesn't depend, but for a few of their keys."""
_OF_LAYERS = ("mixed_precision", "fine_tune")
"""Those of `train:`."""


def plan_of(read: Callable[[], Study], *proofs: Proof, **chosen: Any) -> Plan:
    """The plan of a study that is still to be read.

    Args:
        read: gives the study.
        proofs, chosen: as of `plan`.

    Raises:
        SpecError: some of it can't be read; with what is wrong in the rest, too.
        OverrideError, SettingsError: as `plan` does.
    """
    try:
        return plan(read(), *proofs, **chosen)
    except UnreadError as error:
        rest = findings(plan(error.rest, *proofs, **chosen))
        raise SpecError({*error.diagnostics, *rest}) from None


def plan(study: Study, *proofs: Proof, **chosen: Any) -> Plan:
    """What a study comes to: its variants checked, and what is to be run.

    Args:
        study: the study.
        proofs: what a variant without errors is held against as well.
        chosen: settings that win over those of a pyproject.toml: `allow_outside`,
            `allow_import`, `select`, `ignore`.

    Raises:
        SettingsError: a setting that can't be followed.
        OverrideError: what the command line sets can't be applied.
    """
    checks = _Checks(study, chosen, proofs)
    planned = tuple(map(checks.planned, study.variants))
    return Plan(study, planned, tuple(runs_of(study, planned)), same(planned))


class _Checks:
    """Checks variants; what they have in common is found out once."""

    def __init__(
        self, study: Study, chosen: Mapping[str, Any], proofs: Iterable[Proof]
    ) -> None:
        self._study, self._chosen, self._proofs = study, chosen, proofs
        self._sources: dict[str, Source | SpecError] = {}
        self._settings: dict[str, Settings] = {}
        self._own: dict[tuple[str, str], frozenset[Diagnostic]] = {}
        self._models: dict[tuple[str, str], Model] = {}

    def planned(self, variant: Variant) -> Planned:
        """A variant, and what was found."""
        reasons = Reasons(self._study, variant)
        try:
            source = self._source(variant)
            own = self._own_findings(variant, source)
            if untrained := tuple(reasons.untrained(source)):
                return Planned(variant, None, (*_errors(own), *untrained))
            checked = self._check(variant, source)
        except OverrideError as error:
            return Planned(variant, None, (reasons.of_setting(error),))
        except SpecError as error:
            return Planned(variant, None, tuple(error.diagnostics))
        found = list(reasons.told(checked.diagnostics, own))
        try:
            model = checked.model()
        except SpecError:
            return Planned(variant, None, tuple(found))
        found += [*reasons.unhalved(model), *reasons.shared_seeds(model)]
        sound = all(one.severity != "error" for one in found)
        return Planned(variant, model if sound else None, tuple(found))

    def _source(self, variant: Variant) -> Source:
        """The document of a variant's spec, with what it extends and includes.

        Raises:
            SpecError: it can't be read.
        """
        spec = variant.spec
        if spec not in self._sources:
            settings = settings_for(os.path.dirname(spec), **self._chosen)
            self._settings[spec] = settings
            try:
                self._sources[spec] = self._read(variant, settings)
            except SpecError as error:
                self._sources[spec] = error
        found = self._sources[spec]
        if isinstance(found, SpecError):
            raise found
        return found

    def _read(self, variant: Variant, settings: Settings) -> Source:
        study, keys = self._study.source, Document.arguments()
        study.everywhere = settings.allow_outside
        if variant.spec == study.path:
            source = study.reread()  # which need be no file
        else:
            where = spec_place(self._study, variant)
            given = study.value(where)
            if not isinstance(given, str):  # it is one of several that are listed there
                given = os.path.relpath(
                    variant.spec, os.path.dirname(study.path) or "."
                )
            read_named(study, where, given, "compares", keys)
            source = read_source(variant.spec)
        source.asked, source.everywhere = study.asked, study.everywhere
        return with_bases(source, keys)

    def _own_findings(self, variant: Variant, source: Source) -> frozenset[Diagnostic]:
        """What is found in a spec as it is, or as the command line has it."""
        spec, given = variant.spec, variant.overrides
        kept = (spec, repr(given))
        if kept not in self._own:
            settings = self._settings[spec]
            checked = check_changed(source.apart(), given, settings, places={})
            self._own[kept] = frozenset(checked.diagnostics)
        return self._own[kept]

    def _check(self, variant: Variant, source: Source) -> Checked:
        study, settings = self._study, self._settings[variant.spec]
        places = {key: (study.source, where) for key, where in variant.places.items()}
        layers = _of_layers(variant, source)
        kept = (variant.spec, repr(layers))
        checked = check_changed(
            source.apart(),
            variant.settings,
            settings,
            *expected_of(study, variant),
            *self._proofs,
            places=places,
            like=None if layers is None else self._models.get(kept),
        )
        if layers is not None and kept not in self._models and checked.ok:
            self._models[kept] = checked.model()
        return checked


def _errors(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    return (one for one in found if one.severity == "error")


def _of_layers(variant: Variant, source: Source) -> list[tuple[str, Any]] | None:
    """The settings that layers depend on; None where that can't be told."""
    if "custom" in source.data:
        return None
    return list(_each_of_layers(variant.settings))


def _each_of_layers(settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in settings.items():
        section, _, rest = key.partition(".")
        deep = not rest or rest.partition(".")[0] in _OF_LAYERS
        if section not in _OF_TRAINING or section == "train" and deep:
            yield key, value
