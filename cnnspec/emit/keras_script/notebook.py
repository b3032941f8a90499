"""Program and Summary to a Jupyter notebook: the script's code, with explanations."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.plan.comments import paragraphs
from cnnspec.emit.keras_script.cells import (
    as_it_is,
    code,
    markdown,
    sealed,
    table,
    titled,
)
from cnnspec.emit.keras_script.explain.found import explanations
from cnnspec.emit.keras_script.explain.layers import what_layers_do
from cnnspec.emit.keras_script.explain.subject import Explanation, Subject
from cnnspec.emit.keras_script.lesson import sections
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.view import NotebookView
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.packages import BACKENDS
from cnnspec.emit.targets import LESSON, SEQUENTIAL
from cnnspec.language.program import Program
from cnnspec.model import readable
from cnnspec.model.summary import Summary


def render_notebook(
    program: Program,
    summary: Summary,
    lang: str = "en",
    backend: str = BACKENDS[0],
    templates: str | None = None,
    *,
    form: str = SEQUENTIAL,
) -> str:
    """The notebook of a spec as JSON (nbformat 4.5), sealed for `write_file`.

    Args:
        program: what the spec says, `data:` and `train:` among it.
        summary: what it comes to.
        lang: the language of explanations, comments and labels.
        backend: the one that Keras uses unless KERAS_BACKEND says otherwise.
        templates: a folder of one's own, whose files go before cnnspec's.
        form: of the model where it is a plain chain.

    Raises:
        SpecError: one's own templates don't make a notebook.
    """
    language = Language(lang, templates)
    writer = Writer(
        program,
        summary,
        language,
        backend,
        own=templates,
        style=LESSON,
        sequential=form == SEQUENTIAL,
        notebook=True,
    )
    lesson = Lesson(writer, program, summary)
    return sealed(lesson.cells(), PurePath(program.source.path).name)


class Lesson:
    """The cells of one notebook, in their order.

    Attributes:
        explained: what is explained, each beside the code that it is about.
    """

    def __init__(self, writer: Writer, program: Program, summary: Summary) -> None:
        self._writer, self._program, self._summary = writer, program, summary
        self._view = writer.view
        self.explained = [
            one
            for one in explanations(program, summary)
            if writer.language.explains(one.key)
        ]

    def cells(self) -> Iterator[dict[str, Any]]:
        """All cells: Markdown and code."""
        notebook = self._view.notebook
        assert notebook is not None
        yield markdown(self._opening(notebook))
        yield as_it_is(f"%pip install -q {' '.join(self._view.script.packages)}")
        begun: set[str] = set()
        for section in sections(self._writer):
            if section.key == "about":
                continue
            # The functions that make parts of the model belong to it.
            for key in ("model", "block") if section.key == "block" else (section.key,):
                if key not in begun:
                    yield from map(markdown, self.said_before(key))
                begun.add(key)
            yield code(section.code)

    def said_before(self, key: str) -> Iterator[str]:
        """What is said before the first section of a kind, a cell each."""
        texts = self._writer.language.section("notebook")
        said = [f"## {self.say(key)}"] if key in texts else []
        said += [self.say(f"{key}_text")] if f"{key}_text" in texts else []
        if key == "summary":
            said.append(self.table())
        keys = (key, "compile", "fit") if key == "members" else (key,)
        if key != "model":
            said += [self.explain(one) for one in self.explained if one.section in keys]
        if said := [text for text in said if text]:
            yield "\n\n".join(said)
        if key == "model":
            yield from self.layers().values()

    def layers(self) -> dict[type[Layer], str]:
        """What each class of layers does, with the ideas that are shown on it."""
        said_of = {}
        subject = Subject(self._program, self._summary)
        for cls, values in what_layers_do(subject).items():
            found = [one for one in self.explained if one.about is cls]
            found = [one for one in found if one.section == "model"]
            said = [self.explain(one) for one in found if one.tells_all]
            if not said:
                does = self._writer.language.layer(cls, values)
                said = [f"**{cls.__name__}**: {does}"]
            said += [self.explain(one) for one in found if not one.tells_all]
            said_of[cls] = "\n\n".join(said)
        return said_of

    def explain(self, one: Explanation) -> str:
        """A paragraph about one thing."""
        title, text, source = self._writer.language.explain(one.key, one.values)
        if not one.about or not one.tells_all:
            return f"**{title}.** {text} ({source})"
        name = one.about.__name__
        beside = "" if title == name else f" ({title})"
        return f"**{name}**{beside}: {text} ({source})"

    def _opening(self, notebook: NotebookView) -> str:
        program = self._program
        about = map(readable.prose, paragraphs(program.description))
        files = self.say("files") if notebook.files else ""
        said = (self.say("needs"), files, self.say("written_by"))
        return titled(program.name, program.source, said, about)

    def table(self) -> str:
        """The summary with the arithmetic of each layer."""
        columns = ("layer", "type", "output", "params")
        titles = [self.say(f"{column}_column") for column in columns]
        rows = (
            (
                readable.escaped(line.name),
                line.type,
                "<br>".join((*line.output, *line.sums)),
                line.why,
            )
            for line in readable.lines(self._summary)
        )
        return f"{table(titles, rows)}\n\n{self.say('total')}"

    def say(self, name: str) -> str:
        """A text of notebooks, in one line."""
        return " ".join(self._writer.say(name, section="notebook").split())
