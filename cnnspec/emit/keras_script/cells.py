"""The cells of a notebook, as nbformat 4.5 has them."""

from collections.abc import Iterable
from typing import Any

from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.write import seal_notebook


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
