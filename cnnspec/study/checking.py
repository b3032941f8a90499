"""A study's variants checked, and the runs that they come to."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from cnnspec.ground.errors import Diagnostic, Mark, OverrideError, SpecError
from cnnspec.ground.file_names import file_name
from cnnspec.ground.source import Source, read_source
from cnnspec.judge.check import Checked, check_source
from cnnspec.judge.settings import Settings, settings_for
from cnnspec.language.studies import SEED
from cnnspec.model.summary import Model
from cnnspec.study.plan import Plan, Planned, Run, Study, Variant

_NOT_OF_THE_RUN = ("name", "description", "expect", "study")
"""Keys of a spec that no training depends on."""


def plan(study: Study, **chosen: Any) -> Plan:
    """What a study comes to: its variants checked, and what is to be run.

    Args:
        study: the study.
        chosen: settings that win over those of a pyproject.toml: `allow_outside`,
            `allow_import`, `select`, `ignore`.

    Raises:
        SettingsError: a setting that can't be followed.
    """
    settings = settings_for("", **chosen)
    planned = tuple(_checked(one, settings) for one in study.variants)
    return Plan(study, planned, tuple(_runs(study, planned)))


def _checked(variant: Variant, settings: Settings) -> Planned:
    try:
        checked = _check(variant, settings)
        model = checked.model()
    except OverrideError as error:
        found = Diagnostic("error", "study-setting", Mark(variant.spec), str(error))
        return Planned(variant, None, (found,))
    except SpecError as error:
        return Planned(variant, None, tuple(error.diagnostics))
    return Planned(variant, model, tuple(checked.diagnostics))


def _check(variant: Variant, settings: Settings) -> Checked:
    overrides = dict(variant.settings)
    return check_source(
        lambda: read_source(variant.spec), variant.spec, overrides, settings
    )


def _runs(study: Study, planned: Iterable[Planned]) -> Iterator[Run]:
    """The runs of all variants that can be run, seed by seed."""
    sound = [one for one in planned if one.model is not None]
    folders = _folders([one.variant.name for one in sound])
    for variant, model, _ in sound:
        assert model is not None
        folder = f"{study.folder}/runs/{folders[variant.name]}"
        text = _composed(model)
        for seed in study.seeds:
            settings = {**variant.settings, SEED: seed}
            key = sha256(f"{seed}\n{text}".encode()).hexdigest()[:32]
            where = f"{folder}/seed_{seed}"
            yield Run(
                *(variant.name, seed, variant.spec, settings, where, key),
                epochs=_epochs(model),
            )


def _epochs(model: Model) -> int:
    """The epochs that a training takes, those of a second fit too."""
    train = model.program.train
    if train is None:
        return 0
    return train.epochs + (train.fine_tune.epochs if train.fine_tune else 0)


def _folders(names: Iterable[str]) -> Mapping[str, str]:
    """A folder for each variant, all of them different on every system."""
    found = {name: file_name(name) for name in names}
    spelt = [folder.lower() for folder in found.values()]
    return {
        name: (
            folder
            if spelt.count(folder.lower()) == 1
            else f"{folder}-{sha256(name.encode()).hexdigest()[:8]}"
        )
        for name, folder in found.items()
    }


def _composed(model: Model) -> str:
    """All that a spec says of its training but the seed, in an order of its own."""
    source: Source = model.program.source
    data = {k: v for k, v in source.data.items() if k not in _NOT_OF_THE_RUN}
    if isinstance(data.get("train"), dict):
        data["train"] = {k: v for k, v in data["train"].items() if k != "seed"}
    return repr([_ordered(data), *(_ordered(one.data) for one in source.included)])


def _ordered(value: Any) -> Any:
    """A value that is the same text for the same contents."""
    if isinstance(value, dict):
        return sorted((repr(key), _ordered(item)) for key, item in value.items())
    return [_ordered(item) for item in value] if isinstance(value, list) else value
