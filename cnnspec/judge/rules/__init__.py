"""The rules that a model is held against, each in a file of its own.

A file in one of the folders here is a rule, and nothing else has to name it. It holds

- a docstring: the page that explains it, as `cnnspec explain` prints it;
- `CODE` and `SEVERITY`, `error` or `warning`;
- `find`, which gives its problems; what it is asked about is its folder's matter;
- `UNLESS`, where others' findings explain its own: the codes of those rules.

A folder is imported only for models that its rules can say something of.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnspec.catalogue.layers.arguments import SOFTMAX
from cnnspec.catalogue.layers.base import MixedSamples, all_nested
from cnnspec.ground.errors import Problem, folded
from cnnspec.ground.partial import until_lost
from cnnspec.language.program import Program
from cnnspec.model.graph import DEFAULT_POLICY
from cnnspec.model.summary import Model, Row, each_row

if TYPE_CHECKING:
    from cnnspec.judge.subjects import Sections

GROUPS = (
    *("sections", "callbacks", "samples", "fit", "metrics", "ensembles"),
    *("definitions", "graph", "inputs", "layers", "pictures", "published"),
    *("tuning", "changes"),
)
"""The folders."""


def of_graph(model: Model) -> list[Problem]:
    """What the rules find that need no sizes, beside whatever errors there are."""
    return _ask([("graph", model)])


def of_model(model: Model, *, texts: bool = True) -> list[Problem]:
    """What all other rules find in a model without errors.

    Args:
        model: without errors.
        texts: whether they are to say what is too much in its text.
    """
    program, found = model.program, []
    if program.data or program.train or program.ensemble:
        from cnnspec.judge.subjects import sections

        found += of_training(sections(model))
        if program.train and _has(program.train, "show"):
            found += _ask([("pictures", model)])
        if model.summary.tuned is not None:
            found += _ask([("tuning", model)])
    if program.source.overridden:
        found += _ask([("changes", model)])
    own = program.vars or program.blocks or program.own or program.own_parts
    if texts and (own or program.defaults.own.arguments):
        found += _ask([("definitions", model)])
    if any(i.sparse or i.shape[:1] != (None,) for i in model.summary.graph.inputs):
        found += _ask([("inputs", model)])
    rows = list(each_row(model.summary, written=True))
    # Layers that say the same are one.
    layers = {id(row.layer): row.layer for row in rows}.values()
    if program.data and any(getattr(layer, "application", None) for layer in layers):
        found += _ask([("published", model)])
    outputs = {*model.summary.graph.outputs}
    inner = {id(row.layer): row.layer for row in rows if row.name not in outputs}
    softmax = any(layer.last_activation() == SOFTMAX for layer in inner.values())
    plain = not softmax and not any(
        layer.adapts
        or not layer.freezes
        or layer.as_elsewhere()
        or getattr(layer, "sparse", False)
        or any(True for _ in layer.bound())
        for layer in layers
    )
    unlike = model.summary.surprises or (program.train and _types_differ(model))
    if unlike or not (plain and _keep_samples(rows)):
        found += _ask([("layers", model)])
    return found


def _keep_samples(rows: Iterable[Row]) -> bool:
    """Whether all layers work on each sample of a batch by itself."""
    try:
        for row in rows:
            row.layer.keep_samples(*row.input_shapes)
    except MixedSamples:
        return False
    return True


def _types_differ(model: Model) -> bool:
    """Whether a layer computes in another type than Keras does by itself."""
    return any(
        one.dtype is not None or row.policy != DEFAULT_POLICY
        for row in each_row(model.summary, written=True)
        for one in (row.layer, *all_nested(row.layer))
    )


def of_sections(program: Program) -> list[Problem]:
    """What can be found in data and training whatever the model comes to."""
    if not (program.data or program.train or program.ensemble):
        return []
    from cnnspec.judge.subjects import of_unknown_model

    return of_training(of_unknown_model(program))


def of_training(sections: "Sections") -> list[Problem]:
    """What those rules find that are about data and training."""
    found = _ask(until_lost(_subjects(sections)))
    if sections.train and sections.data and _has(sections.train, "fine_tune"):
        from cnnspec.judge.second import only_second

        tune: Any = sections.train.fine_tune
        further = _ask(until_lost(_subjects_of_second(sections)))
        found += only_second(further, found, tune)
    return found


def _subjects(sections: "Sections") -> Iterator[tuple[str, Any]]:
    """The folders whose rules apply, and what each rule is asked about."""
    train, ensemble = sections.train, sections.ensemble
    yield "sections", sections
    if train and sections.data and (_has(train, "callbacks") or _has(train, "log")):
        from cnnspec.judge.rules.callbacks import Training

        yield "callbacks", Training(sections)
    if (fit := sections.fit() or sections.compiled()) is not None:
        yield "samples", fit
        for trained in fit.outputs:
            yield "fit", trained
            if _has(trained.train, "metrics"):
                yield "metrics", trained
            if ensemble:
                yield "ensembles", trained


def _subjects_of_second(sections: "Sections") -> Iterator[tuple[str, Any]]:
    """The same, where more is trained after the first fit."""
    from cnnspec.judge.second import second

    yield from _subjects(second(sections))


def _has(record: Any, name: str) -> bool:
    """Whether something of a record is known, and there; a list has items then."""
    return any(until_lost(bool(getattr(record, one)) for one in [name]))


def modules(group: str) -> Sequence[Any]:
    """The rules of a folder."""
    package = import_module(f"{__name__}.{group}")
    return _modules(package.__name__, tuple(package.__path__))


@cache
def _modules(package: str, folders: tuple[str, ...]) -> Sequence[Any]:
    return [import_module(f"{package}.{name}") for name in _files(folders)]


def _files(folders: tuple[str, ...]) -> list[str]:
    """The names of the modules in folders, those for others of them left out."""
    files = {file for folder in folders for file in os.listdir(folder)}
    names = sorted(file[:-3] for file in files if file.endswith(".py"))
    return [name for name in names if name[0] != "_"]


def _ask(subjects: Iterable[tuple[str, Any]]) -> list[Problem]:
    """What the rules of folders find; what explains a finding is told alone.

    A folder that has several subjects is asked about each; what explains a finding is
    then of the same one.
    """
    asked: dict[str, list[Any]] = {}
    for group, subject in subjects:
        asked.setdefault(group, []).append(subject)
    found: list[Problem] = []
    for place in range(max(map(len, asked.values()), default=0)):
        # Where there is one subject, it is that of all others.
        chosen = {group: several[place:] or several for group, several in asked.items()}
        told = {group for group, several in asked.items() if place < len(several)}
        found += _asked({group: several[0] for group, several in chosen.items()}, told)
    return found


def _asked(subjects: dict[str, Any], told: set[str]) -> Sequence[Problem]:
    """What the rules of folders find, each asked about its subject.

    Args:
        subjects: by folder.
        told: the folders whose findings are wanted; others explain.
    """
    asked = _Asked(
        {
            rule.CODE: (rule, group in told, subject)
            for group, subject in subjects.items()
            for rule in modules(group)
        }
    )
    return asked.found()


class _Asked:
    """Rules that are asked one after the other, those that explain others first.

    A function that calls itself would do, and keep all of a spec in a circle.
    """

    def __init__(self, rules: dict[str, tuple[Any, bool, Any]]) -> None:
        self._rules = rules
        self._found: list[Problem] = []
        self._settled: dict[str, bool] = {}

    def found(self) -> Sequence[Problem]:
        """What they find."""
        for code in self._rules:
            self._explains(code)
        return self._found

    def _explains(self, code: str) -> bool:
        """Whether a rule found something, or one that explains what it would find."""
        settled, rules = self._settled, self._rules
        if code not in settled:
            rule, is_told, subject = rules[code]
            others = [other for other in getattr(rule, "UNLESS", ()) if other in rules]
            settled[code] = any(map(self._explains, others))
            if not settled[code]:
                problems = folded(until_lost(rule.find(subject)))
                settled[code] = bool(problems)
                if is_told:
                    told = (p._replace(severity=rule.SEVERITY) for p in problems)
                    self._found.extend(told)
        return settled[code]
