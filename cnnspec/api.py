"""The public functions: read a spec, check it, summarise it, build from it."""

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import NamedTuple

from cnnspec.ground.errors import (
    Diagnostic,
    OverrideError,
    SpecError,
    either,
    nearest,
)
from cnnspec.ground.source import Source, follow, read_source
from cnnspec.judge import rules
from cnnspec.judge.settings import USUAL, Settings, settings_for, without_ignored
from cnnspec.language.program import Program
from cnnspec.language.reader import read_program
from cnnspec.model.resolver import resolve
from cnnspec.model.summary import Model, Summary, infer

PathName = str | os.PathLike[str]


class Checked(NamedTuple):
    """A spec and everything that was found out about it.

    `program` and `summary` are None where the file could not be read at all. Where
    there are errors the summary holds the layers that could be worked out.
    """

    path: str
    program: Program | None
    summary: Summary | None
    diagnostics: list[Diagnostic]
    strict: bool = False
    """Whether warnings count as errors."""

    @property
    def ok(self) -> bool:
        """Whether the spec is free of errors."""
        return not (self.diagnostics if self.strict else _errors(self.diagnostics))

    def model(self) -> "Model":
        """The program and summary of a spec that is free of errors.

        What a spec expects of itself, a variant of it by overrides needn't come to.

        Raises:
            SpecError: it isn't.
        """
        if self.program is None or self.summary is None:
            raise SpecError(self.diagnostics)
        lets_pass = "expected-mismatch" if self.program.is_variant else None
        found = [d for d in self.diagnostics if d.code != lets_pass]
        if _errors(found):
            raise SpecError(found)
        return Model(self.program, self.summary)


def _errors(found: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error, and not a warning."""
    return any(diagnostic.severity == "error" for diagnostic in found)


def check(
    path: PathName,
    overrides: Sequence[str] = (),
    *,
    keras: bool = False,
    select: Sequence[str] | None = None,
    ignore: Sequence[str] | None = None,
    strict: bool | None = None,
) -> Checked:
    """Reads the spec at `path` and holds it against what it expects.

    Settings that aren't given are those of the `[tool.cnnspec]` in a pyproject.toml,
    which is looked for from the spec's folder upwards.

    Args:
        path: of the YAML file.
        overrides: `KEY=VALUE` each, as `--set` takes them.
        keras: builds the model with Keras as well, and compares.
        select: codes of the only warnings to tell.
        ignore: codes of warnings not to tell.
        strict: makes a spec with warnings a wrong one.

    Raises:
        OverrideError: an override that isn't of that form, or can't be applied.
        SettingsError: a setting that can't be followed.
    """
    name = os.fspath(path)
    chosen = {"select": select, "ignore": ignore, "strict": strict}
    settings = settings_for(os.path.dirname(name), **chosen)
    with _without_collection():
        try:
            source = read_source(name)
        except SpecError as error:
            return Checked(name, None, None, error.diagnostics)
        for assignment in overrides:
            _refuse_unknown_variable(source, assignment)
            source.override(assignment)
        return _check(source, settings, keras=keras)


def _refuse_unknown_variable(source: Source, assignment: str) -> None:
    """Refuses a new variable, which nothing in the spec could use.

    Raises:
        OverrideError: `--set vars.widht=8` where the variable is called width.
    """
    path = assignment.partition("=")[0].split(".")
    if path[0] != "vars" or len(path) < 2 or not isinstance(source.data, dict):
        return
    known = source.data.get("vars") or {}
    if isinstance(known, dict) and path[1] not in known:
        text = f"'{assignment}': the spec has no variable '{path[1]}'"
        hint = nearest(path[1], known)
        hint = hint or (f"it has {either(known, 'and')}" if known else "it has none")
        raise OverrideError(f"{text}; {hint}")


def _check(
    source: Source, settings: Settings = USUAL, *, keras: bool = False
) -> Checked:
    program = read_program(source)
    graph = resolve(program)
    summary = infer(graph, source.line)
    model = Model(program, summary)
    problems = (
        *program.problems,
        *graph.problems,
        *rules.of_graph(model),
        *summary.problems,
    )
    found = [*source.problems, *_without_echoes(source, map(source.error, problems))]
    if not _errors(found):
        found += map(source.error, rules.of_model(model))
        found += _judge(program, summary)
    if keras and not _errors(found):
        from cnnspec.emit.keras_live.target import proved

        found += proved(Model(program, summary))[1]
    if source.ignores:
        sound = not (_errors(found) or program.is_variant)
        found = without_ignored(found, source, sound=sound)
    found = sorted(filter(settings.tells, found), key=lambda d: d.mark)
    return Checked(source.path, program, summary, found, settings.strict)


_ECHOING = frozenset({"key", "merge-key", "number", "tag", "tuple"})
"""Codes of mistakes in the YAML itself that turn a value into another."""


def _without_echoes(
    source: Source, found: Iterable[Diagnostic]
) -> Iterator[Diagnostic]:
    """Leaves out what is only wrong because the YAML there is."""
    marks = {d.mark for d in source.problems if d.code in _ECHOING}
    lost_keys = {"key", "merge-key"}
    lines = {d.mark.line for d in source.problems if d.code in lost_keys}
    for diagnostic in found:
        lost = diagnostic.code == "missing-field" and diagnostic.mark.line in lines
        if diagnostic.mark not in marks and not lost:
            yield diagnostic


def _judge(program: Program, summary: Summary) -> Iterator[Diagnostic]:
    if program.expect is not None:
        from cnnspec.judge.expect import judge

        hint = "--set expect={} asks nothing of a variant" if program.is_variant else ""
        for found in judge(program.expect, summary, program.source):
            yield found._replace(hint=found.hint or hint)


def load(path: PathName, overrides: Sequence[str] = ()) -> Model:
    """The program and summary of the spec at `path`.

    Raises:
        SpecError: with every error of the spec.
        OverrideError: an override that can't be applied.
    """
    return check(path, overrides).model()


def loads(text: str, path: str = "<spec>") -> Model:
    """The program and summary of a spec's text.

    Raises:
        SpecError: with every error of the spec.
    """
    with _without_collection():
        source = Source(text, path)
        follow(source)
        return _check(source).model()


def files(
    model: Model,
    folder: PathName = "generated",
    targets: Sequence[str] | None = None,
    *,
    force: bool = False,
) -> dict[str, str]:
    """The file that `build` writes for each target.

    Raises:
        SpecError: a file that stands there is somebody's work, or one of the targets
            can't be made of this model.
    """
    from cnnspec.emit.targets import targets as all_targets
    from cnnspec.emit.targets import usual_targets
    from cnnspec.emit.write import refuse_edited

    stem = os.path.join(folder, PurePath(model.program.source.path).stem)
    found = {}
    for name in usual_targets() if targets is None else targets:
        target = all_targets()[name]
        target.refuse(model)
        found[name] = stem + target.ending
    for path in found.values():
        refuse_edited(path, force)
    return found


def build(
    model: Model,
    folder: PathName = "generated",
    targets: Sequence[str] | None = None,
    *,
    force: bool = False,
    lang: str = "en",
    backend: str = "tensorflow",
) -> list[str]:
    """Writes a model as a Keras model, as a script or notebook, or as a picture.

    Everything is made before anything is written.

    Args:
        model: a spec without errors.
        folder: where to write; made if it isn't there.
        targets: names of targets; a Keras model and a script if none are given.
        force: overwrites files that a person edited or that cnnspec didn't write.
        lang: the language of scripts and notebooks, by its code.
        backend: what scripts and notebooks run Keras on unless KERAS_BACKEND is set.

    Returns:
        The paths of the files written.

    Raises:
        SpecError: a file is somebody's work, or can't be written; or what Keras built
            is not what the summary says.
    """
    from cnnspec.emit.targets import Options
    from cnnspec.emit.targets import targets as all_targets
    from cnnspec.emit.write import write_file

    paths = files(model, folder, targets, force=force)
    options = Options(lang, backend)
    made = {name: all_targets()[name].make(model, options) for name in paths}
    for name, content in made.items():
        write_file(paths[name], content, force)
    return list(paths.values())


def find_specs(path: PathName) -> list[str]:
    """The specs that a path stands for: itself, or all YAML files below a folder.

    Raises:
        SettingsError: a setting that can't be followed.
    """
    name = os.fspath(path)
    if not os.path.isdir(name):
        return [name]
    settings = settings_for(name)
    found = (
        os.path.join(folder, file)
        for folder, _, files in os.walk(name)
        for file in files
        if file.endswith((".yaml", ".yml"))
    )
    return sorted(path for path in found if not settings.leaves_out(path))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Lets the garbage collector rest: a spec makes many objects and no cycles.

    At 100,000 layers its passes would cost as much as all other work.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
