"""Program and Summary to a script: standalone Keras code that builds and trains."""

import sys
from pathlib import PurePath

from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_script.imports import needed_imports
from cnnspec.emit.keras_script.lesson import sections
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.packages import BACKENDS
from cnnspec.emit.targets import LESSON, SEQUENTIAL
from cnnspec.emit.write import seal_text
from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.file_names import file_name
from cnnspec.ground.source import stem
from cnnspec.language.program import Program
from cnnspec.model.summary import Summary


def render_script(
    program: Program,
    summary: Summary,
    lang: str = "en",
    backend: str = BACKENDS[0],
    templates: str | None = None,
    *,
    style: str = LESSON,
    form: str = SEQUENTIAL,
    results: str | None = None,
) -> str:
    """The script of a spec, sealed for `write_file`.

    Where the spec has `train:`, the script loads the data, trains the model, evaluates
    it, plots its history and predicts; otherwise it builds the model and prints it.

    Args:
        program: what the spec says.
        summary: what it comes to.
        lang: the language of comments, messages and labels.
        backend: the one that Keras uses unless KERAS_BACKEND says otherwise.
        templates: a folder of one's own, whose files go before cnnspec's.
        style: lesson or full.
        form: of a lesson's model where it is a plain chain.
        results: where a full script leaves its results, callbacks' files among them;
            the folder of its name if none.

    Raises:
        SpecError: one's own templates don't make a script.
    """
    language = Language(lang, templates)
    writer = Writer(
        program,
        summary,
        language,
        backend,
        own=templates,
        style=style,
        sequential=style == LESSON and form == SEQUENTIAL,
        results=results,
    )
    if style == LESSON:
        code = _joined(writer)
    else:
        code = needed_imports(writer.render("full/script"))
    return seal_text(laid_out(code), made_from(program))


_HEADINGS = {
    "data": ("data",),
    "model": ("constants", "block", "model"),
    "training": ("compile", "members"),
    "results": ("evaluate", "vote"),
}
"""The headings of a lesson, and the sections that they may stand above."""


_GO_ON = ("about", "model", "compile", "evaluate")
"""The sections that the next one goes on with."""


def _joined(writer: Writer) -> str:
    """A lesson as one text, with a heading where something else begins."""
    parts: list[str] = []
    headings = dict(_HEADINGS) if writer.view.data else {}
    for section in sections(writer):
        for heading, keys in list(headings.items()):
            if section.key in keys:
                parts.append(f"# {writer.say(f'heading_{heading}')}")
                del headings[heading]
        end = "" if section.key in _GO_ON else "\n"
        parts.append(f"{section.code}{end}")
    return "\n".join(parts)


def made_from(program: Program) -> str:
    """What a script is from, as its header has it: `nin.yaml --set vars.width=8`."""
    from shlex import quote

    changes = (f" --set {quote(text)}" for text in program.source.assignments)
    return "".join([PurePath(program.source.path).name, *changes])


_IMPORTED = (
    "absl cnnspec h5py jax joblib keras koreanize_matplotlib matplotlib ml_dtypes "
    "mlflow "
    "numpy optree packaging pandas PIL rich scipy six sklearn tensorboard tensorflow "
    "torch typing_extensions wrapt"
)
"""Modules that a script or what it imports needs, beside those of Python itself."""


def refuse_module_name(path: str) -> None:
    """Refuses a script that Python would import in the place of a module.

    Python looks for modules in the folder of the script first.

    Raises:
        SpecError: the spec is called like one of them.
    """
    name = file_name(stem(path))
    if name in _IMPORTED.split() or name in sys.stdlib_module_names:
        text = f"its script '{name}.py' would hide Python's module '{name}' from itself"
        hint = f"rename the spec, as in my_{name}.yaml"
        raise SpecError([Diagnostic("error", "unwritable", Mark(path), text, hint)])
