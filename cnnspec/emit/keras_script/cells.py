"""The cells of a notebook, as nbformat 4.5 has them."""

from collections.abc import Iterable, Sequence
from typing import Any

from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.write import seal_notebook
from cnnspec.ground.source import Source
from cnnspec.ground.visible import visible
from cnnspec.model.readable import escaped, prose


def sealed(cells: Iterable[dict[str, Any]], source: str) -> str:
    """A notebook of cells as JSON, sealed for `write_file`.

    Args:
        cells: in their order.
        source: the file that it is made from.
    """
    numbered = [{"id": f"cell-{k}", **cell} for k, cell in enumerate(cells, start=1)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": numbered,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return seal_notebook(notebook, source)


def markdown(text: str) -> dict[str, Any]:
    """A cell with a text."""
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def titled(
    title: str, source: Source, said: Iterable[str], about: Iterable[str] = ()
) -> str:
    """The first text of a notebook.

    Args:
        title: what it is about.
        source: the document that it is made of, with what its author says at its head.
        said: paragraphs below that.
        about: those of a description, which stand above it. Empty ones are none.
    """
    head = ("\n".join(map(prose, map(visible, lines))) for lines in source.head())
    below = filter(None, (*about, *head, *said))
    return "\n\n".join([f"# {escaped(title)}", *below])


def table(titles: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of four columns, of which the last two hold numbers."""
    lines = (f"| {' | '.join(cells)} |" for cells in (titles, *rows))
    first, *others = lines
    return "\n".join([first, "| :-- | :-- | --: | --: |", *others])


def code(text: str) -> dict[str, Any]:
    """A cell with code, one statement a line, which is laid out here."""
    return as_it_is(laid_out(text))


def as_it_is(text: str) -> dict[str, Any]:
    """A cell with what Jupyter runs, Python or not."""
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
