"""The public functions: read a spec, check it, summarise it, build from it.

A spec is the path of a YAML file, its text, or the data that such a text stands for;
the path may be that of another file with a model in it, such as Keras saves, too.

    >>> import cnnspec
    >>> model = cnnspec.load({"name": "tiny", "input": [4], "layers": [{"Dense": 3}]})
    >>> model
    <Model tiny: 15 params in 1 layer>

A text of one line counts as a path, unless it begins with `{`; a `pathlib.Path` always
does. Data is read as YAML would give it: mappings, lists, tuples, texts, numbers, truth
values and None.

Overrides change values of the spec first, as `--set` does on the command line: texts
`KEY=VALUE`, or a mapping of keys to values.

    >>> text = "{name: tiny, input: [4], layers: [{Dense: 3}]}"
    >>> cnnspec.load(text, {"layers.dense.units": 5})
    <Model tiny: 25 params in 1 layer>
    >>> cnnspec.load(text, ["layers.dense.units=5"])
    <Model tiny: 25 params in 1 layer>
"""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from cnnspec.ground.errors import (
    FOREIGN,
    Diagnostic,
    NotInstalledError,
    OverrideError,
    SettingsError,
    SpecError,
    either,
    nearest,
)
from cnnspec.ground.source import (
    Source,
    is_library,
    is_study,
    may_be_spec,
    read_source,
    stem,
)
from cnnspec.ground.visible import visible
from cnnspec.judge import check as judging
from cnnspec.judge.settings import settings_for
from cnnspec.model import summary as summaries

if TYPE_CHECKING:
    from cnnspec.emit.targets import Options
    from cnnspec.judge.imported import Imported
    from cnnspec.judge.overrides import Overrides
    from cnnspec.judge.settings import Settings
    from cnnspec.judge.sizes import AtSizes

__all__ = [
    "Checked",
    "Diagnostic",
    "Model",
    "NotInstalledError",
    "OverrideError",
    "SettingsError",
    "SpecError",
    "Summary",
    "build",
    "check",
    "check_file",
    "custom_objects",
    "files",
    "find_specs",
    "import_model",
    "kept_weights",
    "keras_model",
    "load",
    "loads",
]

PathName = str | os.PathLike[str]
Spec = PathName | Mapping[str, Any]
"""The path of a YAML file, its text, or the data that such a text stands for."""
_ENDINGS = (".yaml", ".yml")
"""Of the names of specs."""
_SAVED_MODEL = "saved_model.pb"
"""What a folder has that is a model of TensorFlow's, and not one with specs in it."""


# ------------------------------------------------------------------ what comes out


class _Shown:
    """What a model and its summary have in common: how they are shown."""

    __slots__ = ()

    def _summary(self) -> summaries.Summary:
        """What a model holds, or the summary itself."""
        found: Any = getattr(self, "summary", self)
        return cast("summaries.Summary", found)

    def _document(self) -> Source | None:
        """What a model was read from; a summary doesn't know."""
        return None

    def __repr__(self) -> str:
        from cnnspec.model.readable import in_short

        return f"<{type(self).__name__} {in_short(self._summary())}>"

    def _repr_html_(self) -> str:
        """The table of `show`, as notebooks show it."""
        from cnnspec.emit.report.summary import html_table

        return html_table(self._summary(), why=False)

    def to_dict(self) -> dict[str, Any]:
        """The numbers as plain data, as `cnnspec show --format json` prints them.

        Shapes are lists with the batch axis first, sizes of memory in bytes. A model
        tells the line of each layer in its spec, too.

            >>> model = cnnspec.loads("{input: [4], layers: [{Dense: 3}]}")
            >>> model.to_dict()["layers"][0]["output_shape"]
            [None, 3]
        """
        from cnnspec.model.readable import summary_data

        return summary_data(self._summary(), self._document())

    def to_dataframe(self) -> Any:
        """The layers as a `pandas.DataFrame`, a row for each, with its name as index.

        Raises:
            ImportError: pandas isn't installed.
        """
        try:
            from pandas import DataFrame
        except ImportError:
            raise ImportError("to_dataframe needs pandas: pip install pandas") from None
        return DataFrame(self.to_dict()["layers"]).set_index("name")

    def svg(
        self,
        *,
        look: str = "boxes",
        unroll: bool = False,
        block: str | None = None,
        lang: str = "en",
    ) -> str:
        """The picture of the model: the text of an SVG file.

        Args:
            look: `boxes` says what each layer is, `volumes` shows the tensors to scale.
            unroll: draws every round of a repeat, in place of one for those alike.
            block: draws one call alone: its name, or its block's for the first.
            lang: the language of the texts, by its code.

        Raises:
            SettingsError: there is no such look, block or language.
        """
        from cnnspec.emit.picture.drawing import svg

        options = _options(lang=lang, look=look, unroll=unroll, block=block)
        return svg(self._summary(), options)


class Summary(_Shown, summaries.Summary):
    """A model's layers, each with its shape, weights and costs.

        >>> summary = cnnspec.loads("{input: [4], layers: [{Dense: 3}]}").summary
        >>> summary.total_params, summary.trainable_params, summary.macs
        (15, 15, 12)
        >>> [(row.name, row.output_shape, row.params) for row in summary.rows]
        [('dense', (None, 3), 15)]

    Attributes:
        rows: the layers in order. Each has `name`, `type`, `inputs` (names of what it
            reads), `output_shape` (batch first), `weights`, `params`,
            `trainable_params`, `macs`, `activation_bytes`, and `dtype`, the type of
            the numbers that it gives.
        total_params, trainable_params, non_trainable_params: numbers in the weights.
        macs: multiply-accumulates for one sample; None if a size isn't known.
        weight_bytes, activation_bytes: memory of the weights, and of all outputs for
            one sample.
    """

    __slots__ = ()


class Model(_Shown, summaries.Model):
    """A spec without errors.

    Attributes:
        program: the spec as its author wrote it: blocks, repeats, variables.
        summary: the `Summary` of its layers.
    """

    __slots__ = ()
    summary: Summary

    def _document(self) -> Source | None:
        return self.program.source


class Checked(judging.Checked):
    """A spec and everything that was found out about it.

        >>> checked = cnnspec.check("{input: [4], layers: [Flaten]}")
        >>> checked.ok
        False
        >>> [(found.code, found.mark.line, found.hint) for found in checked.diagnostics]
        [('unknown-layer', 1, "did you mean 'Flatten'?")]

    Attributes:
        path: of the file, or what messages call the spec.
        program, summary: None where the spec couldn't be read at all. Where there are
            errors the summary holds the layers that could be worked out.
        diagnostics: what was found, in the order of the text. Each has `severity`,
            `code`, `mark` (`path`, `line`, `column`), `message` and `hint`.
        study: the plan of the variants, where it is a study or the spec has one.
        ok: whether the spec is free of errors.
    """

    __slots__ = ()
    summary: Summary | None

    def __repr__(self) -> str:
        what = f"{len(self.diagnostics)} found"
        if self.ok and self.summary:
            what = f"{self.verdict}: {self.summary!r}"
        elif self.ok and self.study:
            what = f"ok: {len(self.study.runs)} runs"
        return f"<Checked {visible(self.path)}: {what}>"

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics)) or repr(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What was found, as notebooks show it."""
        printer.text(str(self))

    def model(self) -> Model:
        """The model of a spec that is free of errors.

        Raises:
            SpecError: it isn't; with every error. Or it is a study, and no spec.
        """
        if self.program is None and self.study is not None:
            raise SpecError([_no_spec(self.study.study.source)])
        return _model(super().model())


def _model(model: summaries.Model) -> Model:
    return Model(model.program, Summary(*model.summary))


# ------------------------------------------------------------------ reading


def check(
    spec: Spec,
    overrides: "Overrides" = (),
    *,
    keras: bool = False,
    select: str | Sequence[str] | None = None,
    ignore: str | Sequence[str] | None = None,
    strict: bool | None = None,
    allow_outside: bool | None = None,
    allow_import: bool = False,
    sizes: str | Sequence[str] = (),
    model: str | None = None,
    table: int | None = None,
    cell: int | None = None,
) -> Checked:
    """Reads a spec and holds it against what it expects.

    Settings that aren't given are those of the `[tool.cnnspec]` in a pyproject.toml,
    which is looked for from the spec's folder upwards.

    With `keras` it runs Keras in this process, as `keras_model` does, on the devices
    and in the memory that it has; its random numbers stay as they were. What is known
    to end a process isn't run. `cnnspec check --keras` asks a process of its own.

    Args:
        spec: path, text or data.
        overrides: `KEY=VALUE` each, as `--set` takes them, or values by their keys.
        keras: builds the model with Keras as well, and compares.
        select: codes of the only warnings to tell.
        ignore: codes of warnings not to tell.
        strict: makes a spec with warnings a wrong one.
        allow_outside: lets the spec name files outside of its project.
        allow_import: imports the layers that the spec declares under `custom:`, where
            Keras is asked.
        sizes: of inputs that the model, as it is built, has to take as well: `600x600`,
            or `image=600x600x3` where there are several.
        model, table, cell: which model of another file than a spec is meant, as
            `import_model` takes them.

    Raises:
        OverrideError: an override that isn't of that form, or can't be applied.
        SettingsError: a setting that can't be followed.
    """
    choice = {"model": model, "table": table, "cell": cell}
    return _check(
        *_reader(spec, choice),
        overrides,
        keras=keras,
        select=None if select is None else _listed(select),
        ignore=None if ignore is None else _listed(ignore),
        strict=strict,
        allow_outside=allow_outside,
        allow_import=allow_import,
        sizes=_listed(sizes),
        variants=True,
    )


def check_file(
    name: str,
    overrides: "Overrides" = (),
    *,
    model: str | None = None,
    table: int | None = None,
    cell: int | None = None,
    **chosen: Any,
) -> Checked:
    """As `check`, of the file of that name, whatever name it is.

    The variants of a study are checked where `variants` says so.
    """
    choice = {"model": model, "table": table, "cell": cell}
    return _check(*_file_reader(name, choice), overrides, **chosen)


def _check(
    read: Callable[[], Source],
    path: str,
    overrides: "Overrides",
    *,
    keras: bool = False,
    sizes: Sequence[str] = (),
    variants: bool = False,
    **chosen: Any,
) -> Checked:
    settings = settings_for(os.path.dirname(path), **chosen)
    with judging.without_collection():
        try:
            source = read()
        except SpecError as error:
            return Checked(path, None, None, error.diagnostics)
        at = _at(sizes) if sizes else None
        proofs: list[judging.Proof] = [_by_keras] if keras else []
        proofs += [at] if at else []
        if not is_study(source):
            checked = _check_spec(source, path, overrides, settings, proofs, at)
            if not (variants and checked.ok and source.said("study")):
                return checked
        elif not variants:
            return Checked(path, None, None, [_no_spec(source)])
        else:
            checked = Checked(path, None, None, [], settings.strict)
        return _with_variants(checked, source, overrides, proofs, chosen)


def _at(sizes: Sequence[str]) -> "AtSizes":
    """What holds a model against other sizes, which most checks don't ask for."""
    from cnnspec.judge.sizes import AtSizes

    return AtSizes(sizes)


def _no_spec(source: Source) -> Diagnostic:
    """What is said of a study where a spec is wanted."""
    text = "this is a study, and no spec"
    hint = "cnnspec check proves it, and cnnspec study runs it; or name its base"
    return source.diagnostic("error", "study-file", (), text, hint)


def _with_variants(
    checked: Checked,
    source: Source,
    overrides: "Overrides",
    proofs: Sequence["judging.Proof"],
    chosen: Mapping[str, Any],
) -> Checked:
    """A study, or a spec that has one, with what is found in its variants."""
    from cnnspec.study.checking import plan_of
    from cnnspec.study.document import read_document
    from cnnspec.study.reasons import findings

    chosen = {key: one for key, one in chosen.items() if key != "strict"}
    try:
        study = plan_of(
            lambda: read_document(source, overrides=overrides), *proofs, **chosen
        )
    except SpecError as error:
        found = [*checked.diagnostics, *error.diagnostics]
        return Checked(*checked._replace(diagnostics=found))
    own = {*checked.diagnostics}
    found = [*own, *(one for one in findings(study) if one not in own)]
    found.sort(key=lambda one: one.mark)
    return Checked(*checked._replace(diagnostics=found, study=study))


def _check_spec(
    source: Source,
    path: str,
    overrides: "Overrides",
    settings: "Settings",
    proofs: Sequence["judging.Proof"],
    at: "AtSizes | None",
) -> Checked:
    checked = judging.check_source(lambda: source, path, overrides, settings, *proofs)
    if at is not None and at.summary is not None:
        checked = checked._replace(summary=at.summary, at=str(at))
    summary = None if checked.summary is None else Summary(*checked.summary)
    return Checked(*checked._replace(summary=summary))


_Chosen = Mapping[str, Any]
"""Which model of a file is meant: the fields of a `Choice`, None where none is."""


def _reader(spec: Spec, choice: _Chosen) -> tuple[Callable[[], Source], str]:
    """What reads a spec, and what messages call it."""
    if isinstance(spec, Mapping):
        from cnnspec.ground.data import DataSource

        _refuse_choice("spec", choice)
        return lambda: DataSource(spec), "spec"
    if isinstance(spec, str) and _is_text(spec):
        _refuse_choice("spec", choice)
        return _text_reader(spec, "spec"), "spec"
    given: Any = spec  # whatever somebody gives
    if not isinstance(given, str | bytes | os.PathLike) or not given:
        from cnnspec.ground.data import type_of

        found = "an empty text" if given in ("", b"") else type_of(given)
        raise TypeError(f"a spec is a path, a text or a mapping; found {found}")
    return _file_reader(os.fsdecode(given), choice)


def _listed(names: str | Sequence[str]) -> Sequence[str]:
    """Names that may be one alone."""
    return [names] if isinstance(names, str) else names


def _is_text(spec: str) -> bool:
    flows = spec.startswith("{") and not spec.endswith(_ENDINGS)
    return flows or "\n" in spec


def _file_reader(name: str, choice: _Chosen) -> tuple[Callable[[], Source], str]:
    return lambda: _read_file(name, choice), name


def _read_file(name: str, choice: _Chosen) -> Source:
    """The document of a file: a spec, or the model that another file holds.

    Raises:
        SpecError: it can't be read.
        SettingsError: there is nothing to choose in it.
    """
    refused: SpecError | None = None
    if name.endswith(_ENDINGS):
        try:
            spec = read_source(name)
            if may_be_spec(spec) or is_study(spec):
                _refuse_choice(name, choice)
                return spec
        except SpecError as error:
            if [found.code for found in error.diagnostics] != [FOREIGN]:
                raise
            refused = error
    from cnnspec.read.opening import source

    found = source(name, **choice)
    if found is None and refused is not None:
        raise refused
    if found is None:
        _refuse_choice(name, choice)
    return found or read_source(name)


def _refuse_choice(name: str, choice: _Chosen) -> None:
    """Makes sure that no model is chosen in a spec, which is one.

    Raises:
        SettingsError: there is nothing to choose.
    """
    if any(value is not None for value in choice.values()):
        from cnnspec.read.opening import refuse_choice

        refuse_choice(name, "", choice)


def _text_reader(text: str, path: str) -> Callable[[], Source]:
    return lambda: Source(text, path)


def _by_keras(model: summaries.Model) -> list[Diagnostic]:
    from cnnspec.emit.keras_live.target import proved

    return proved(model)


def load(
    spec: Spec,
    overrides: "Overrides" = (),
    *,
    model: str | None = None,
    table: int | None = None,
    cell: int | None = None,
) -> Model:
    """The model of a spec; warnings are told as Python's.

    Args:
        spec: path, text or data.
        overrides: `KEY=VALUE` each, or values by their keys.
        model, table, cell: which model of another file than a spec is meant, as
            `import_model` takes them.

    Raises:
        SpecError: with every error of the spec.
        OverrideError: an override that can't be applied.
        SettingsError: a pyproject.toml whose settings can't be followed.
    """
    choice = {"model": model, "table": table, "cell": cell}
    return _sound(_check(*_reader(spec, choice), overrides))


def loads(text: str, path: str = "spec", overrides: "Overrides" = ()) -> Model:
    r"""The model of a spec's text.

        >>> cnnspec.loads("input: [4]\nlayers: [{Dense: 3}]", "tiny.yaml")
        <Model tiny: 15 params in 1 layer>

    Args:
        text: YAML.
        path: what messages call it, and where files that it names are seen from.
        overrides: `KEY=VALUE` each, or values by their keys.

    Raises:
        SpecError: with every error of the spec.
        OverrideError: an override that can't be applied.
        SettingsError: a pyproject.toml whose settings can't be followed.
    """
    if not isinstance(text, str):
        from cnnspec.ground.data import type_of

        raise TypeError(f"the text of a spec is a str; found {type_of(text)}")
    return _sound(_check(_text_reader(text, path), path, overrides))


def _sound(checked: Checked) -> Model:
    """The model of a checked spec, whose warnings Python tells.

    Raises:
        SpecError: with every error.
    """
    model = checked.model()
    for found in checked.diagnostics:
        if found.severity == "warning":
            from warnings import warn

            warn(str(found), stacklevel=3)
    return model


def import_model(
    source: PathName,
    *,
    flat: bool = False,
    model: str | None = None,
    table: int | None = None,
    cell: int | None = None,
    path: str | None = None,
) -> "Imported":
    """The spec of a model that stands in a file of another kind.

    Nothing in the file is run, and no framework is imported. What is read, and what
    isn't, is in docs/import.md. `check`, `load` and all else take such files, too.

        >>> read = cnnspec.import_model("old.h5")
        >>> read.text.splitlines()[4]
        '  - Conv2D: {filters: 8, kernel_size: 3, activation: relu}   # 26x26'
        >>> read.totals_match, read.unknowns
        (True, ())

    Args:
        source: path of the file, or `-` for standard input.
        flat: writes layer by layer, without blocks and repeats.
        model: the name of the model that is meant, where there are several.
        table: the number of the printed table that is meant, from 1.
        cell: the number of the notebook's cell that is meant, from 1.
        path: what messages call the spec; the source with another ending if not given.

    Returns:
        What was read: its `text` is the spec, `checked` what was found out about that,
        `unknowns` what the source doesn't say, `totals_match` whether the spec comes to
        the source's own figures, and `report()` all of this as plain data.

    Raises:
        SpecError: the file can't be read, or holds no model.
        SettingsError: a setting that can't be followed.
    """
    from cnnspec.judge.imported import imported
    from cnnspec.read.opening import opened

    found = opened(os.fspath(source), model=model, table=table, cell=cell)
    path = path or f"{stem(found.path)}{_ENDINGS[0]}"
    settings = settings_for(os.path.dirname(path))
    return imported(found, path, settings, flat=flat)


def kept_weights(source: PathName, *, allow_import: bool = False) -> bytes:
    """The `.keras` file of a model, with the weights of the file that it is read from.

    Today's Keras loads it, of whatever age the file is.

    Args:
        source: path of a file that Keras saved, with weights in it.
        allow_import: imports the layers that aren't Keras's.

    Raises:
        SpecError: it can't be read, holds no weights, or others than its layers have.
        NotInstalledError: Keras isn't installed; or there are layers that nobody has
            allowed to import.
    """
    from cnnspec.emit.keras_live.kept import archive
    from cnnspec.read.found import ReadError
    from cnnspec.read.opening import refused

    path = os.fspath(source)
    checked = check_file(path, allow_import=allow_import)
    try:
        return archive(checked.model(), path)
    except ReadError as error:
        raise refused(error, path) from None


# ------------------------------------------------------------------ building


def files(
    model: summaries.Model,
    folder: PathName = "generated",
    targets: str | Sequence[str] | None = None,
    *,
    force: bool = False,
) -> dict[str, str]:
    """The file that `build` writes for each target.

    Where a target writes several, each has its ending behind the target's name.

    Raises:
        SpecError: a file that stands there is somebody's work, or one of the targets
            can't be made of this model.
    """
    found: dict[str, str] = {}
    for name, paths in _paths(model, folder, targets, force).items():
        several = len(paths) > 1
        found |= {f"{name}{end}" if several else name: p for end, p in paths.items()}
    return found


def _paths(
    model: summaries.Model,
    folder: PathName,
    targets: str | Sequence[str] | None,
    force: bool,
) -> dict[str, dict[str, str]]:
    """The files of each target by their endings."""
    from cnnspec.emit.targets import endings, usual_targets
    from cnnspec.emit.targets import targets as all_targets
    from cnnspec.emit.write import refuse_edited, refuse_source
    from cnnspec.ground.file_names import file_name

    start = os.path.join(folder, file_name(stem(model.program.source.path)))
    found = {}
    for name in usual_targets() if targets is None else _listed(targets):
        _refuse_unknown("target", name, all_targets())
        target = all_targets()[name]
        target.refuse(model)
        found[name] = {ending: start + ending for ending in endings(target)}
    for paths in found.values():
        for path in paths.values():
            refuse_source(path, model.program.source.path)
            refuse_edited(path, force)
    return found


def build(
    spec: Spec | summaries.Model,
    folder: PathName = "generated",
    targets: str | Sequence[str] | None = None,
    *,
    overrides: "Overrides" = (),
    force: bool = False,
    lang: str = "en",
    backend: str = "tensorflow",
    templates: PathName | None = None,
    style: str = "lesson",
    form: str = "sequential",
    look: str = "boxes",
    unroll: bool = False,
    block: str | None = None,
    allow_import: bool = False,
) -> list[str]:
    """Writes a model: for Keras, as script, notebook, picture or worksheet.

    Everything is made before anything is written.

    Args:
        spec: path, text or data; or a model that is loaded.
        folder: where to write; made if it isn't there.
        targets: names of targets; a Keras model and a script if none are given.
        overrides: change the spec first.
        force: overwrites files that a person edited or that cnnspec didn't write.
        lang: the language of scripts, notebooks and pictures, by its code.
        backend: what scripts and notebooks run Keras on unless KERAS_BACKEND is set.
        templates: a folder whose templates and texts go before cnnspec's
            (docs/templates.md).
        style: of scripts: `lesson` reads from top to bottom, `full` is for long runs
            (docs/training.md).
        form: how lessons write a plain chain of layers: `sequential` or `functional`.
        look, unroll, block: of a picture, as `Model.svg` takes them.
        allow_import: imports the layers that the spec declares under `custom:`, for the
            Keras model.

    Returns:
        The paths of the files written.

    Raises:
        SpecError: a file is somebody's work, or can't be written; or what Keras built
            is not what the summary says; or the templates don't make a script.
        SettingsError: there is no such target, language, backend, style, form, look
            or block.
        NotInstalledError: Keras isn't installed; or a Keras model is asked for that has
            layers which nobody has allowed to import.
    """
    from cnnspec.emit.targets import contents
    from cnnspec.emit.targets import targets as all_targets
    from cnnspec.emit.write import write_together

    model = _loaded(spec, overrides, allow_import)
    paths = _paths(model, folder, targets, force)
    own = None if templates is None else os.fspath(templates)
    options = _options(
        lang=lang,
        backend=backend,
        templates=own,
        style=style,
        form=form,
        look=look,
        unroll=unroll,
        block=block,
    )
    made: dict[str, str | bytes] = {}
    for name, written in paths.items():
        held = contents(all_targets()[name], model, options)
        made |= zip(written.values(), held, strict=True)
    write_together(made)
    return list(made)


def _options(**given: Any) -> "Options":
    """How what is written for people is to be written.

    Raises:
        SettingsError: there is no such thing.
    """
    from cnnspec.emit.packages import BACKENDS
    from cnnspec.emit.targets import FORMS, LOOKS, STYLES, Options
    from cnnspec.emit.words import languages

    options = Options(**given)
    _refuse_unknown("language", options.lang, languages(options.templates))
    _refuse_unknown("backend", options.backend, BACKENDS)
    _refuse_unknown("style", options.style, STYLES)
    _refuse_unknown("form", options.form, FORMS)
    _refuse_unknown("look", options.look, LOOKS)
    return options


def _refuse_unknown(what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        hint = nearest(name, known) or f"there is {either(known)}"
        raise SettingsError(f"there is no {what} '{name}'; {hint}")


def keras_model(
    spec: Spec | summaries.Model,
    overrides: "Overrides" = (),
    *,
    allow_import: bool = False,
) -> Any:
    """The live Keras model of a spec, compared with its summary.

    Where the spec has `train:`, it is compiled as its training script compiles it.

        >>> model = cnnspec.keras_model("specs/nin.yaml", {"train.optimizer": "sgd"})
        >>> model.count_params(), type(model.optimizer).__name__, model.loss
        (87135, 'SGD', 'categorical_crossentropy')

    Args:
        spec: path, text or data; or a model that is loaded.
        overrides: change the spec first.
        allow_import: imports the layers that the spec declares under `custom:`.

    Returns:
        A `keras.Model` whose layers have the names of the summary.

    Raises:
        SpecError: with every error of the spec; or Keras built something else.
        OverrideError: an override that can't be applied.
        NotInstalledError: Keras, or what it runs on, isn't installed.
    """
    from cnnspec.emit.keras_live.target import live

    return live(_loaded(spec, overrides, allow_import))


def custom_objects() -> dict[str, Any]:
    """The classes of layers that Keras lacks, to read models that were built with them.

    Scripts hold the text of such layers themselves. A `.keras` file names them, and
    Keras has to know them before it reads one.

        >>> import keras
        >>> classes = cnnspec.custom_objects()
        >>> sorted(classes)[0]
        'cnnspec>ClassToken'

    Returns:
        The classes by the names that files have for them, as the second argument of
        `keras.saving.load_model` takes them.

    Raises:
        NotInstalledError: Keras, or what it runs on, isn't installed.
    """
    from cnnspec.emit.keras_live.carried import carried_classes
    from cnnspec.emit.keras_live.session import keras_module

    keras_module()
    return carried_classes()


def _loaded(
    spec: Spec | summaries.Model, overrides: "Overrides", allow_import: bool
) -> summaries.Model:
    if isinstance(spec, summaries.Model) and overrides:
        raise TypeError("overrides change a spec as it is read; give them to load()")
    model = spec if isinstance(spec, summaries.Model) else load(spec, overrides)
    return _allowed(model) if allow_import else model


def _allowed(model: summaries.Model) -> summaries.Model:
    """The model, whose own layers may be imported."""
    return model._replace(program=model.program._replace(may_import=True))


def find_specs(path: PathName) -> list[str]:
    """The specs that a path stands for: itself, or all YAML files below a folder.

    Hidden folders below it, and environments of Python, aren't searched; files that
    hold blocks for others to include are no specs.

    Raises:
        SettingsError: a setting that can't be followed.
    """
    name = os.fspath(path)
    if not os.path.isdir(name) or os.path.isfile(f"{name}/{_SAVED_MODEL}"):
        return [name]
    settings, found = settings_for(name), []
    for folder, inside, files in os.walk(name):
        if "pyvenv.cfg" in files and folder != name:
            inside.clear()
            continue
        # Hidden folders hold environments and what tools keep, and no specs.
        inside[:] = [one for one in inside if not one.startswith(".")]
        paths = [os.path.join(folder, one) for one in files if one.endswith(_ENDINGS)]
        found += [path for path in paths if not settings.leaves_out(path)]
    return sorted(path for path in found if not is_library(path))
