"""Program and Summary to a Jupyter notebook: the script's code, with explanations."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from cnnspec.emit.code.plan.comments import paragraphs
from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_script.lesson import sections
from cnnspec.emit.keras_script.techniques import techniques
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.packages import BACKENDS
from cnnspec.emit.targets import LESSON, SEQUENTIAL
from cnnspec.emit.write import seal_notebook
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


_TITLED = {
    "imports": "setup",
    "data": "data",
    "compile": "train",
    "evaluate": "evaluate",
    "predict": "predict",
    "members": "members",
    "vote": "vote",
}
"""What the texts call sections."""


class Lesson:
    """The cells of one notebook, in their order."""

    def __init__(self, writer: Writer, program: Program, summary: Summary) -> None:
        self._writer, self._program, self._summary = writer, program, summary
        self._view = writer.view

    def cells(self) -> Iterator[dict[str, Any]]:
        """All cells: Markdown and code."""
        found = sections(self._writer)
        yield _markdown(self._opening())
        assert self._view.notebook is not None
        if extra := self._view.notebook.extra_packages:
            yield _cell(f"%pip install -q {' '.join(extra)}")
        explained = set()
        for section in found:
            if section.key == "about":
                continue
            if section.key not in explained:
                yield from map(_markdown, self._explained(section.key))
            explained.add(section.key)
            yield _code(section.code)

    def _explained(self, key: str) -> Iterator[str]:
        """What is said before the first section of a kind."""
        if key == "model":
            yield f"## {self._say('model')}\n\n{self._layers()}"
            if used := self._techniques():
                yield f"### {self._say('techniques')}\n\n{used}"
        elif key == "block":
            yield self._say("functions_text")
        elif key == "summary":
            yield self._table()
        elif key in _TITLED:
            yield f"## {self._say(_TITLED[key])}\n\n{self._say(f'{_TITLED[key]}_text')}"

    def _opening(self) -> str:
        program, notebook = self._program, self._view.notebook
        assert notebook is not None
        said = [f"# {readable.escaped(program.name)}"]
        if program.description.strip():
            said += map(readable.prose, paragraphs(program.description))
        said.append(self._say("needs"))
        if notebook.files:
            said.append(self._say("files"))
        said.append(self._say("written_by"))
        return "\n\n".join(said)

    # ------------------------------------------------------------- what is explained

    def _layers(self) -> str:
        """What each type of layer does."""
        kinds = dict.fromkeys(type(row.layer) for row in self._summary.rows)
        language = self._writer.language
        said = [f"- **{kind.__name__}**: {language.layer(kind)}" for kind in kinds]
        return "\n".join([self._say("model_text"), "", *said])

    def _techniques(self) -> str:
        program, language = self._program, self._writer.language
        assert program.train is not None
        layers = [node.layer for node in self._summary.graph.nodes]
        names = techniques(layers, program.train, program.ensemble)
        texts = [language.section("techniques")[name] for name in names]
        return "\n\n".join(
            f"**{text['title']}.** {text['text']} ({text['source']})" for text in texts
        )

    def _table(self) -> str:
        """The summary with the arithmetic of each layer."""
        summary = self._summary
        columns = ("layer", "type", "output", "params")
        headers = " | ".join(self._say(f"{column}_column") for column in columns)
        rows = [
            f"| {readable.escaped(line.name)} | {line.type} | {', '.join(line.output)} "
            f"| {line.why} |"
            for line in readable.lines(summary)
        ]
        head = [f"### {self._say('summary')}", "", self._say("summary_text"), ""]
        table = [f"| {headers} |", "| :-- | :-- | --: | --: |", *rows]
        return "\n".join([*head, *table, "", self._say("total")])

    # ------------------------------------------------------------- helpers

    def _say(self, name: str) -> str:
        return self._writer.say(name, section="notebook")


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
