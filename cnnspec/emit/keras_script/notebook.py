"""Program and Summary to a Jupyter notebook: the script's code, with explanations."""

from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from cnnspec.emit.code.python import paragraphs
from cnnspec.emit.keras_script.parts import BACKENDS, Part, Writer
from cnnspec.emit.keras_script.techniques import techniques
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.write import seal_notebook
from cnnspec.language.program import Program
from cnnspec.model import readable
from cnnspec.model.summary import Summary

_ON_COLAB = frozenset(
    ("tensorflow", "keras", "jax", "torch", "matplotlib", "pandas", "scikit-learn")
)
"""Packages that need not be installed in Google's Colab."""


def render_notebook(
    program: Program, summary: Summary, lang: str = "en", backend: str = BACKENDS[0]
) -> str:
    """The notebook of a spec as JSON (nbformat 4.5), sealed for `write_file`.

    Args:
        program: what the spec says, `data:` and `train:` among it.
        summary: what it comes to.
        lang: the language of explanations, comments and labels.
        backend: the one that Keras uses unless KERAS_BACKEND says otherwise.
    """
    writer = Writer(program, summary, Language(lang), backend, notebook=True)
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
        self._parts = writer.parts(margin=0)
        self._steps = {part.name: part.code for part in self._parts.steps}

    def cells(self) -> Iterator[dict[str, Any]]:
        """All cells: Markdown and code."""
        yield _markdown(self._opening())
        extra = self._extra_packages()
        if extra:
            yield _code(f"%pip install -q {' '.join(extra)}")
        yield self._section("setup")
        yield _code(self._parts.setup)
        yield self._section("settings")
        yield _code(f"{self._parts.constants}\n\n{self._steps['begin']}")
        yield from self._data()
        yield from self._model()
        yield self._section("helpers")
        yield _markdown(f"### {self._say('plots')}")
        for part in self._named("plots"):
            yield _code(part.code)
        for name in ("devices", "stop", "fused", "checkpoint"):
            for part in self._named(name):
                yield self._section(name, level=3)
                yield _code(part.code)
        yield from self._ensemble() if self._program.ensemble else self._training()

    # ------------------------------------------------------------- sections

    def _opening(self) -> str:
        program, writer = self._program, self._writer
        packages = ", ".join(writer.packages())
        extra = self._extra_packages()
        said = [f"# {readable.escaped(program.name)}"]
        said += paragraphs(program.description) if program.description.strip() else []
        said.append(self._say("needs", packages=packages, extra_packages=extra))
        if files := self._files():
            listed = ", ".join(f"`{file}`" for file in files)
            said.append(self._say("files", files=listed, one_file=len(files) == 1))
        spec = f"`{PurePath(program.source.path).name}`"
        said.append(self._say("written_by", spec=spec))
        return "\n\n".join(said)

    def _extra_packages(self) -> list[str]:
        return [name for name in self._writer.packages() if name not in _ON_COLAB]

    def _files(self) -> list[str]:
        data = self._program.data
        assert data is not None
        return [file for file in (data.path, data.train, data.validation) if file]

    def _data(self) -> Iterator[dict[str, Any]]:
        data = self._program.data
        assert data is not None
        what = self._say(f"data_{data.source}", label_column=f"`{data.label_column}`")
        yield self._section("data", data_what=what)
        yield _code(self._named("data")[0].code)
        if "data" in self._steps:
            yield _code(self._steps["data"])

    def _model(self) -> Iterator[dict[str, Any]]:
        yield _markdown(f"## {self._say('model')}\n\n{self._layers()}")
        if used := self._techniques():
            yield _markdown(f"### {self._say('techniques')}\n\n{used}")
        yield _markdown(self._table())
        functions = [*self._named("custom"), *self._named("block")]
        if functions:
            yield _markdown(self._say("functions_text"))
        for part in (*functions, *self._named("model")):
            yield _code(part.code)

    def _training(self) -> Iterator[dict[str, Any]]:
        for name in ("train", "evaluate", "predict"):
            yield self._section(name)
            yield _code(self._steps[name])

    def _ensemble(self) -> Iterator[dict[str, Any]]:
        ensemble = self._program.ensemble
        assert ensemble is not None
        yield self._section("members", count=ensemble.members)
        yield _code(self._named("members")[0].code)
        yield _code(self._steps["members"])
        yield self._section("vote", soft=ensemble.voting == "soft")
        yield _code(self._steps["vote"])

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
        total = self._say(
            "total",
            total=f"{summary.total_params:,}",
            trainable=f"{summary.trainable_params:,}",
            fixed=f"{summary.non_trainable_params:,}",
            macs=readable.count_text(summary.macs),
        )
        head = [f"### {self._say('summary')}", "", self._say("summary_text"), ""]
        table = [f"| {headers} |", "| :-- | :-- | --: | --: |", *rows]
        return "\n".join([*head, *table, "", total])

    # ------------------------------------------------------------- helpers

    def _named(self, name: str) -> list[Part]:
        return [part for part in self._parts.functions if part.name == name]

    def _section(self, name: str, level: int = 2, **values: Any) -> dict[str, Any]:
        text = self._say(f"{name}_text", **values)
        return _markdown(f"{'#' * level} {self._say(name)}\n\n{text}")

    def _say(self, name: str, **values: Any) -> str:
        train = self._program.train
        assert train is not None
        values.setdefault("batch_size", train.batch_size or 32)
        return self._writer.say(name, section="notebook", **values)


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def _code(text: str) -> dict[str, Any]:
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
