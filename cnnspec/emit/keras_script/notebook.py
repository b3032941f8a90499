"""Program and Summary to a Jupyter notebook: the script's code, with explanations."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from cnnspec.emit.code.plan.comments import paragraphs
from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_script.imports import needed_imports
from cnnspec.emit.keras_script.techniques import techniques
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.view import ModelView, TrainView
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.packages import BACKENDS
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
) -> str:
    """The notebook of a spec as JSON (nbformat 4.5), sealed for `write_file`.

    Args:
        program: what the spec says, `data:` and `train:` among it.
        summary: what it comes to.
        lang: the language of explanations, comments and labels.
        backend: the one that Keras uses unless KERAS_BACKEND says otherwise.
        templates: a folder of one's own, whose files go before cnnspec's.

    Raises:
        SpecError: one's own templates don't make a notebook.
    """
    language = Language(lang, templates)
    writer = Writer(program, summary, language, backend, own=templates, notebook=True)
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

    def cells(self) -> Iterator[dict[str, Any]]:
        """All cells: Markdown and code."""
        rest = list(self._behind_imports())
        code = [cell["source"] for cell in rest if cell["cell_type"] == "code"]
        yield _markdown(self._opening())
        assert self._view.notebook is not None
        if extra := self._view.notebook.extra_packages:
            yield _cell(f"%pip install -q {' '.join(extra)}")
        yield self._section("setup")
        imports = needed_imports(self._writer.render("setup"), *map("".join, code))
        yield _code(imports)
        yield from rest

    def _behind_imports(self) -> Iterator[dict[str, Any]]:
        yield self._section("settings")
        constants = self._writer.render("constants") + self._model.constants
        yield _code(f"{constants.rstrip()}\n\n{self._writer.render('steps/begin')}")
        yield from self._data()
        yield from self._functions()
        yield self._section("helpers")
        yield _markdown(f"### {self._say('plots')}")
        yield self._rendered("plots")
        for name in self._helpers():
            yield self._section(name, level=3)
            yield self._rendered(f"training/{name}")
        yield from self._ensemble() if self._program.ensemble else self._training()

    # ------------------------------------------------------------- sections

    @property
    def _model(self) -> ModelView:
        assert self._view.model is not None
        return self._view.model

    @property
    def _train(self) -> TrainView:
        assert self._view.train is not None
        return self._view.train

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

    def _data(self) -> Iterator[dict[str, Any]]:
        data = self._program.data
        assert data is not None
        yield self._section("data")
        yield self._rendered(f"data/{data.source}")
        if self._program.ensemble is None:
            yield self._rendered("steps/data")

    def _functions(self) -> Iterator[dict[str, Any]]:
        yield _markdown(f"## {self._say('model')}\n\n{self._layers()}")
        if used := self._techniques():
            yield _markdown(f"### {self._say('techniques')}\n\n{used}")
        yield _markdown(self._table())
        functions = [*self._model.classes, *self._model.functions]
        if functions:
            yield _markdown(self._say("functions_text"))
        yield from map(_code, functions)
        yield self._rendered("model")

    def _helpers(self) -> Iterator[str]:
        yield "devices"
        yield "stop"
        if self._train.fuses:
            yield "fused"
        if self._train.resumes:
            yield "checkpoint"

    def _training(self) -> Iterator[dict[str, Any]]:
        for name in ("train", "evaluate", "predict"):
            yield self._section(name)
            yield self._rendered(f"steps/{name}")

    def _ensemble(self) -> Iterator[dict[str, Any]]:
        yield self._section("members")
        yield self._rendered("training/members")
        yield self._rendered("steps/members")
        yield self._section("vote")
        yield self._rendered("steps/vote")

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

    def _rendered(self, template: str) -> dict[str, Any]:
        return _code(self._writer.render(template))

    def _section(self, name: str, level: int = 2) -> dict[str, Any]:
        text = self._say(f"{name}_text")
        return _markdown(f"{'#' * level} {self._say(name)}\n\n{text}")

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
