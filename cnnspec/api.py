"""The public functions: read a spec, check it, summarise it, build from it."""

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import Any, NamedTuple

from cnnspec.ground.errors import (
    Diagnostic,
    Mark,
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
        found += _with_keras(program, summary)[1]
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


def _with_keras(program: Program, summary: Summary) -> tuple[Any, list[Diagnostic]]:
    """The Keras model, and what keeps it from being what the summary says."""
    from cnnspec.emit.keras_live.model import Refused, build_model, compare

    source = program.source
    try:
        model = build_model(summary.graph)
    except Refused as refusal:
        path, hint = refusal.node.path, "change the layer; cnnspec should have said so"
        error = source.diagnostic("error", "keras-refused", path, str(refusal), hint)
        return None, [error]
    return model, [
        source.diagnostic("error", "keras-mismatch", (), difference)
        for difference in compare(model, summary)
    ]


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


TARGETS = {"keras": ".keras", "script": ".py", "notebook": ".ipynb", "svg": ".svg"}
"""What `build` can write, and how its files end."""
USUAL_TARGETS = ("keras", "script")
"""What it writes unless told otherwise."""


def files(
    model: Model,
    folder: PathName = "generated",
    targets: Sequence[str] = USUAL_TARGETS,
    *,
    force: bool = False,
) -> dict[str, str]:
    """The file that `build` writes for each target.

    Raises:
        SpecError: a file that stands there is somebody's work, or a script would hide
            a module of Python.
    """
    from cnnspec.emit.write import refuse_edited

    stem = PurePath(model.program.source.path).stem
    paths = {t: os.path.join(os.fspath(folder), stem + TARGETS[t]) for t in targets}
    if "script" in paths:
        from cnnspec.emit.keras_script.script import refuse_module_name

        refuse_module_name(model.program.source.path)
    for path in paths.values():
        refuse_edited(path, force)
    return paths


def build(
    model: Model,
    folder: PathName = "generated",
    targets: Sequence[str] = USUAL_TARGETS,
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
        targets: some of `TARGETS`.
        force: overwrites files that a person edited or that cnnspec didn't write.
        lang: the language of scripts and notebooks; `languages()` in the texts of
            scripts
            lists them.
        backend: what scripts and notebooks run Keras on unless KERAS_BACKEND is set.

    Returns:
        The paths of the files written.

    Raises:
        SpecError: a file is somebody's work, or can't be written; or what Keras built
            is not what the summary says.
    """
    from cnnspec.emit import write

    paths = files(model, folder, targets, force=force)
    name = PurePath(model.program.source.path).name
    texts: dict[str, str] = {}
    if "script" in paths:
        from cnnspec.emit.keras_script.script import render_script

        texts["script"] = render_script(*model, lang, backend)
    if "notebook" in paths:
        from cnnspec.emit.keras_script.notebook import render_notebook

        texts["notebook"] = render_notebook(*model, lang, backend)
    if "svg" in paths:
        from cnnspec.emit.picture.diagram import svg

        texts["svg"] = write.seal_svg(svg(model.summary), name)
    if "keras" in paths:
        from cnnspec.emit.keras_live.model import save

        keras_model, errors = _with_keras(model.program, model.summary)
        if errors:
            raise SpecError(errors)
        save(keras_model, paths["keras"], force)
    for target, text in texts.items():
        write.write_file(paths[target], text, force)
    return list(paths.values())


def training_script(
    model: Model,
    *,
    force: bool = False,
    lang: str = "en",
    backend: str = "tensorflow",
) -> str:
    """Writes the script that trains a model beside the results it will write.

    Returns:
        Its path: `results/NAME/FILE.py`, in the folder where it has to be run.

    Raises:
        SpecError: the spec doesn't say how to train, or the file is somebody's work.
    """
    program = model.program
    missing = [key for key in ("data", "train") if getattr(program, key) is None]
    if missing:
        text = f"there is nothing to train with: the spec has no {either(missing)}"
        where = program.source.path
        hint = "docs/training.md shows both sections"
        raise SpecError([Diagnostic("error", "missing-field", Mark(where), text, hint)])
    _refuse_missing_files(program)
    from cnnspec.emit.keras_script.view import results_folder

    folder = results_folder(program)
    _refuse_other_results(program, folder)
    try:
        [path] = build(
            model, folder, ["script"], force=force, lang=lang, backend=backend
        )
    except SpecError as error:
        raise SpecError(
            found._replace(
                hint=f"python {found.mark.path} runs it; --force writes anew"
            )
            if found.code == "edited-file"
            else found
            for found in error.diagnostics
        ) from None
    return path


def _refuse_missing_files(program: Program) -> None:
    """Refuses to start a training whose data aren't there.

    Raises:
        SpecError: with each file or folder that is missing.
    """
    found = []
    for key in ("path", "train", "validation"):
        name = getattr(program.data, key)
        if name is not None and not os.path.exists(name):
            text = f"'{name}' is missing in the folder where the training is started"
            hint = "put it there, or name its whole path"
            where = ("data", key)
            found.append(
                program.source.diagnostic("error", "not-found", where, text, hint)
            )
    if found:
        raise SpecError(found)


def _refuse_other_results(program: Program, folder: str) -> None:
    """Keeps the results of one spec from being written over those of another.

    Raises:
        SpecError: the folder holds the script of another spec.
    """
    ours = f"{PurePath(program.source.path).stem}.py"
    scripts = os.listdir(folder) if os.path.isdir(folder) else []
    others = [file for file in scripts if file.endswith(".py") and file != ours]
    if others:
        text = f"'{folder}' holds the results of another spec, with '{others[0]}'"
        hint = "give this spec a name: of its own, or remove that folder"
        mark = Mark(program.source.path)
        raise SpecError([Diagnostic("error", "edited-file", mark, text, hint)])


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
