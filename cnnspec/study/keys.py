"""Runs: a folder for each, and a digest of what its outcome depends on."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from cnnspec.ground.file_names import file_name
from cnnspec.ground.records import Record
from cnnspec.language.studies import EPOCHS, SEED
from cnnspec.model.summary import Model
from cnnspec.study.facts import epochs_of, rungs_of
from cnnspec.study.plan import Planned, Run, Study, Variant

_NOT_OF_THE_RUN = ("name", "description", "expect", "study")
"""Keys of a spec that no training depends on."""
_READ = ("train", "data", "ensemble")
"""Those that a program holds as records."""


def runs_of(
    study: Study, planned: Iterable[Planned], rungs: Mapping[str, int] = {}
) -> Iterator[Run]:
    """The runs of all variants that can be run, seed by seed.

    Args:
        study: the study.
        planned: its variants.
        rungs: how often each of its samples has gone on, of those that have.
    """
    sound = [(one.variant, one.model) for one in planned if one.model is not None]
    folders = _folders([variant.name for variant, _ in sound])
    for variant, model in sound:
        folder = f"{study.folder}/runs/{folders[variant.name]}"
        cut = _cut(study, variant, model, rungs.get(variant.name, 0))
        text = _composed(model, cut)
        epochs = epochs_of(model, cut.get(EPOCHS))
        for seed in study.seeds:
            settings = {**variant.settings, **cut, SEED: seed}
            key = sha256(f"{seed}\n{text}".encode()).hexdigest()[:32]
            where = f"{folder}/seed_{seed}"
            yield Run(variant.name, seed, variant.spec, settings, where, key, epochs)


def same(planned: Iterable[Planned]) -> dict[str, str]:
    """The variants that come to the same as one before them, and which one that is.

    With the same seed they are trained alike, as far as a machine does that twice.
    """
    first: dict[str, str] = {}
    found = {}
    for (name, *_), model, _ in planned:
        if model is not None:
            one = first.setdefault(_comes_to(model), name)
            if one != name:
                found[name] = one
    return found


def _cut(study: Study, variant: Variant, model: Model, rung: int) -> dict[str, int]:
    """What a sample sets on a rung before the last: fewer epochs."""
    rungs = rungs_of(study, variant, model)
    return {EPOCHS: rungs[rung]} if rung < len(rungs) - 1 else {}


def _folders(names: Iterable[str]) -> Mapping[str, str]:
    """A folder for each variant, all of them different on every system."""
    found = {name: file_name(name) for name in names}
    several: dict[str, int] = {}
    for folder in found.values():
        several[folder.lower()] = several.get(folder.lower(), 0) + 1
    return {
        name: folder if several[folder.lower()] == 1 else f"{folder}-{_digest(name)}"
        for name, folder in found.items()
    }


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]


def _composed(model: Model, cut: Mapping[str, int]) -> str:
    """All that a spec says of its training but the seed, in an order of its own."""
    data = dict(model.program.source.data)
    if isinstance(data.get("train"), dict):
        data["train"] = _without_seed(data["train"])
        data["train"] |= {key.partition(".")[2]: count for key, count in cut.items()}
    return _text(model, data)


def _comes_to(model: Model) -> str:
    """The same, with the defaults of its training as if they had been written."""
    program = model.program
    data = {k: v for k, v in program.source.data.items() if k not in _READ}
    data |= {"data": program.data, "ensemble": program.ensemble}
    if program.train is not None:
        train = _without_seed(vars(program.train))
        data["train"] = {**train, "batch_size": program.train.samples_per_step}
    return _text(model, {key: _filled(value) for key, value in data.items()})


def _without_seed(train: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in train.items() if key != "seed"}


def _filled(value: Any) -> Any:
    """Records as mappings of all that they hold, defaults too."""
    if isinstance(value, Record):
        return {"": type(value).__name__, **_filled(vars(value))}
    if isinstance(value, Mapping):
        return {key: _filled(one) for key, one in value.items()}
    return [_filled(o) for o in value] if isinstance(value, list | tuple) else value


def _text(model: Model, data: Mapping[str, Any]) -> str:
    kept = {k: v for k, v in data.items() if k not in _NOT_OF_THE_RUN}
    included = (_ordered(one.data) for one in model.program.source.included)
    return repr([_ordered(kept), *included])


def _ordered(value: Any) -> Any:
    """A value that is the same text for the same contents."""
    if isinstance(value, dict):
        return sorted((repr(key), _ordered(item)) for key, item in value.items())
    return [_ordered(item) for item in value] if isinstance(value, list) else value
