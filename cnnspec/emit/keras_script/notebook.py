"""Program and Summary to a Jupyter notebook: the script's code, with explanations."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from cnnspec.emit.code.plan.comments import paragraphs
from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_script.explain.found import explanations
from cnnspec.emit.keras_script.explain.layers import what_layers_do
from cnnspec.emit.keras_script.explain.subject import Explanation, Subject
from cnnspec.emit.keras_script.lesson import sections
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.view import NotebookView
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.packages import BACKENDS
from cnnspec.emit.targets import LESSON, SEQUENTIAL
from cnnspec.emit.write import seal_notebook
from cnnspec.ground.visible import visible
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
    cells = list(Lesson(writer, program, summary).cells())
    notebook = {
        "cells": [{"id": f"cell-{k}", **cell} for k, cell in enumerate(cells, start=1)],
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return seal_notebook(notebook, PurePath(program.source.path).name)


class Lesson:
    """The cells of one notebook, in their order."""

    def __init__(self, writer: Writer, program: Program, summary: Summary) -> None:
        self._writer, self._program, self._summary = writer, program, summary
        self._view = writer.view
        self._found = [
            one
            for one in explanations(program, summary)
            if writer.language.explains(one.key)
        ]

    def cells(self) -> Iterator[dict[str, Any]]:
        """All cells: Markdown and code."""
        notebook = self._view.notebook
        assert notebook is not None
        yield _markdown(self._opening(notebook))
        yield _cell(f"%pip install -q {' '.join(self._view.script.packages)}")
        begun: set[str] = set()
        for section in sections(self._writer):
            if section.key == "about":
                continue
            # The functions that make parts of the model belong to it.
            for key in ("model", "block") if section.key == "block" else (section.key,):
                if key not in begun:
                    yield from map(_markdown, self._said_before(key))
                begun.add(key)
            yield _code(section.code)

    def _said_before(self, key: str) -> Iterator[str]:
        """What is said before the first section of a kind, a cell each."""
        texts = self._writer.language.section("notebook")
        said = [f"## {self._say(key)}"] if key in texts else []
        said += [self._say(f"{key}_text")] if f"{key}_text" in texts else []
        if key == "summary":
            said.append(self._table())
        keys = (key, "compile", "fit") if key == "members" else (key,)
        if key != "model":
            said += [self._explain(one) for one in self._found if one.section in keys]
        if said := [text for text in said if text]:
            yield "\n\n".join(said)
        if key == "model":
            yield from self._layers()

    def _layers(self) -> Iterator[str]:
        """What each class of layers does, with the ideas that are shown on it."""
        subject = Subject(self._program, self._summary)
        for cls, values in what_layers_do(subject).items():
            found = [one for one in self._found if one.about is cls]
            found = [one for one in found if one.section == "model"]
            said = [self._explain(one) for one in found if one.tells_all]
            if not said:
                does = self._writer.language.layer(cls, values)
                said = [f"**{cls.__name__}**: {does}"]
            said += [self._explain(one) for one in found if not one.tells_all]
            yield "\n\n".join(said)

    def _explain(self, one: Explanation) -> str:
        title, text, source = self._writer.language.explain(one.key, one.values)
        if not one.about or not one.tells_all:
            return f"**{title}.** {text} ({source})"
        name = one.about.__name__
        beside = "" if title == name else f" ({title})"
        return f"**{name}**{beside}: {text} ({source})"

    def _opening(self, notebook: NotebookView) -> str:
        program = self._program
        said = [f"# {readable.escaped(program.name)}"]
        if program.description.strip():
            said += map(readable.prose, paragraphs(program.description))
        for lines in program.source.head():
            said.append("\n".join(map(readable.prose, map(visible, lines))))
        said.append(self._say("needs"))
        if notebook.files:
            said.append(self._say("files"))
        said.append(self._say("written_by"))
        return "\n\n".join(said)

    def _table(self) -> str:
        """The summary with the arithmetic of each layer."""
        columns = ("layer", "type", "output", "params")
        headers = " | ".join(self._say(f"{column}_column") for column in columns)
        rows = [
            f"| {readable.escaped(line.name)} | {line.type} | "
            f"{'<br>'.join((*line.output, *line.sums))} | {line.why} |"
            for line in readable.lines(self._summary)
        ]
        table = [f"| {headers} |", "| :-- | :-- | --: | --: |", *rows]
        return "\n".join([*table, "", self._say("total")])

    def _say(self, name: str) -> str:
        return " ".join(self._writer.say(name, section="notebook").split())


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def _code(code: str) -> dict[str, Any]:
    return _cell(laid_out(code))


def _cell(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": _lines(text),
    }


def _lines(text: str) -> list[str]:
    """A text as nbformat has it: lines with their ends."""
    return text.strip("\n").splitlines(keepends=True)
