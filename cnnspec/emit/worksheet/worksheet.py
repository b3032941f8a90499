"""Program and Summary to two notebooks: one for students, one with the solutions."""

import json
from collections.abc import Iterator
from pathlib import PurePath
from textwrap import dedent
from typing import Any

from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_script.imports import needed_imports
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.targets import LESSON
from cnnspec.emit.worksheet import nbgrader
from cnnspec.emit.worksheet.exercises import kinds
from cnnspec.emit.worksheet.nbgrader import Cell
from cnnspec.emit.worksheet.sheet import Sheet
from cnnspec.emit.write import seal_notebook
from cnnspec.ground.errors import Diagnostic, Mark, SpecError
from cnnspec.ground.visible import visible
from cnnspec.model import readable
from cnnspec.model.summary import Model

_ANSWER, _CHECK = "# %% answer\n", "# %% check\n"
"""What begins those cells in a template; code above the answer is given."""


class Worksheet:
    """The cells of one worksheet, with the solutions."""

    def __init__(self, model: Model, lang: str, backend: str, own: str | None) -> None:
        """Prepares them.

        Args:
            model: that they are about.
            lang: the language of all texts.
            backend: the one that Keras uses unless KERAS_BACKEND says otherwise.
            own: a folder of templates of one's own.

        Raises:
            SpecError: one's own templates can't be rendered.
        """
        self._model = model
        self._writer = Writer(
            *model,
            Language(lang, own),
            backend,
            own=own,
            style=LESSON,
            sequential=False,
        )
        self._sheet = Sheet(model, self._writer)

    def cells(self) -> list[Cell]:
        """All cells."""
        exercises = [*self._exercises()]
        if not exercises:
            mark = Mark(self._model.program.source.path)
            text = "no layer of the model has a size or parameters to ask about"
            hint = "add a layer with weights, or build a script"
            found = Diagnostic("error", "missing-field", mark, text, hint)
            raise SpecError([found])
        return [self._opening(exercises), self._setup(exercises), *exercises]

    def _opening(self, exercises: list[Cell]) -> Cell:
        told = [cell["metadata"]["nbgrader"] for cell in exercises]
        facts = {
            "name": readable.escaped(self._model.program.name),
            "points": sum(one.get("points", 0) for one in told),
            "exercises": sum(one["task"] for one in told),
        }
        said = f"# {self._say('title', facts)}\n\n{self._say('about', facts)}"
        return nbgrader.text(said)

    def _setup(self, exercises: list[Cell]) -> Cell:
        """The imports, and the start of the backend."""
        codes = [cell["source"] for cell in exercises if cell["cell_type"] == "code"]
        starts = self._rendered("setup")
        imports = needed_imports(self._writer.render("lesson/imports"), *codes, starts)
        return nbgrader.given("setup", laid_out(f"{imports}\n\n{starts}").strip())

    def _exercises(self) -> Iterator[Cell]:
        number = 0
        for name, kind in kinds().items():
            for asked in kind.find(self._sheet):
                number += 1
                yield from self._exercise(name, number, kind.POINTS, asked)

    def _exercise(
        self, name: str, number: int, points: int, asked: Any
    ) -> Iterator[Cell]:
        told = {"asked": asked, "number": number, "points": points}
        grade_id = f"{number}-{name.replace('_', '-')}"
        code = laid_out(self._rendered(name, **told))
        yield nbgrader.task(grade_id, self._task(name, told, code))
        given, _, rest = code.rpartition(_ANSWER)
        answer, _, check = rest.partition(_CHECK)
        if given:
            yield nbgrader.given(f"{grade_id}-given", given.strip())
        yield nbgrader.solution(f"{grade_id}-answer", answer.strip())
        yield nbgrader.check(f"{grade_id}-check", check.strip(), points)

    def _task(self, name: str, told: dict[str, Any], code: str) -> str:
        title = self._say(f"{name}_title", told)
        said = [f"## {told['number']}. {title} ({self._say('points', told)})"]
        asked = told["asked"]
        said += [self._say(f"{name}_task", told), asked.below]
        if asked.hint:
            said.append(_folded(self._say("show_hint", told), asked.hint))
        begin, end = nbgrader.KEY
        key = f"{self._say(f'{name}_key', told)}\n\n```python\n{_solved(code)}\n```"
        said.append(f"{begin}\n{_folded(self._say('show_answer', told), key)}\n{end}")
        return "\n\n".join(filter(None, said))

    def _say(self, name: str, told: dict[str, Any]) -> str:
        return self._writer.language.say("worksheet", name, told).strip()

    def _rendered(self, template: str, **told: Any) -> str:
        """The code of a template, each statement in a line."""

        def say(name: str, **more: Any) -> str:
            return self._say(name, {**told, **more})

        told_all = {**told, "say": say, "quoted": _quoted}
        return self._writer.render(f"exercises/{template}", **told_all)


def _quoted(said: str) -> str:
    """A text as a string of Python, in one line."""
    return visible(json.dumps(" ".join(said.split()), ensure_ascii=False))


def _solved(code: str) -> str:
    """The lines that students have to find."""
    found, inside = [], False
    for line in code.split("\n"):
        if line.strip() in (nbgrader.BEGIN, nbgrader.END):
            inside = line.strip() == nbgrader.BEGIN
        elif inside:
            found.append(line)
    return dedent("\n".join(found))


def _folded(summary: str, text: str) -> str:
    """A text that is seen when its summary is clicked."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def render_worksheet(
    model: Model, lang: str, backend: str, own: str | None
) -> tuple[str, str]:
    """The notebooks for students and with the solutions, sealed for `write_file`.

    Both are JSON (nbformat 4.5) with the metadata of nbgrader's schema 3.

    Raises:
        SpecError: one's own templates don't make a notebook.
    """
    cells = Worksheet(model, lang, backend, own).cells()
    source = PurePath(model.program.source.path).name
    return _notebook([*nbgrader.released(cells)], source), _notebook(cells, source)


def _notebook(cells: list[Cell], source: str) -> str:
    found = [
        {"id": f"cell-{k}", **cell, "source": cell["source"].splitlines(keepends=True)}
        for k, cell in enumerate(cells, start=1)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    notebook = {
        "cells": found,
        "metadata": metadata,
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return seal_notebook(notebook, source)
