"""A notebook with its own outputs, read and never run, to a `Found`."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cnnspec.read.code.building import Model
from cnnspec.read.code.choosing import chosen
from cnnspec.read.code.comments import ignores_of
from cnnspec.read.code.outputs import figures_of, shown_of
from cnnspec.read.code.program import FIRST, Part, followed, found_of
from cnnspec.read.code.solving import solve
from cnnspec.read.code.spelling import without_magics
from cnnspec.read.found import Choice, Found, ReadError
from cnnspec.read.tables.rows import PrintedRow


class Cell(NamedTuple):
    """A cell of code."""

    number: int
    """Among all cells, from 1."""
    code: str
    output: str
    """What it printed."""
    ran: int
    """When it was run last, as the notebook counts; 0 where it doesn't say."""


def from_notebook(text: str, choice: Choice = FIRST) -> Found:
    """The model that a notebook builds.

    Raises:
        ReadError: it is no notebook, or builds no model that can be followed.
    """
    cells = cells_of(text)
    found = _read(cells, choice)
    ran = sorted(cells, key=lambda cell: cell.ran)
    if ran == cells or min(cell.ran for cell in cells) < 1 or _agrees(found):
        return found
    # The cells were run in another order, and what they printed is of that one.
    other = _read(ran, choice)
    return other if _agrees(other) else found


def _agrees(found: Found) -> bool:
    """Whether a model comes to the total of its printed table, or has none."""
    if found.figures is None or found.figures.total is None:
        return True
    from cnnspec.catalogue.registry import declaring
    from cnnspec.ground.data import DataSource
    from cnnspec.model.changing import read_changed
    from cnnspec.model.resolver import resolve
    from cnnspec.model.summary import infer

    program = read_changed(DataSource(found.document))
    with declaring(program.own):
        return infer(resolve(program)).total_params == found.figures.total


def _read(cells: Sequence[Cell], choice: Choice) -> Found:
    """The model that cells come to, one after the other.

    Raises:
        ReadError: they build none that can be followed.
    """
    machine = followed([Part(cell.code, cell.number) for cell in cells])
    model = chosen(machine, choice)
    outputs = {cell.number: cell.output for cell in cells}
    shown = shown_of(machine, model, outputs)
    ignores = tuple(one for cell in cells for one in ignores_of(cell.code, cell.number))

    def rows_of(one: Model) -> Sequence[PrintedRow]:
        own = shown_of(machine, one, outputs)
        return own.read.rows if own else ()

    solved = solve(model, shown.read.rows if shown else (), rows_of)
    if shown is None:
        return found_of("notebook", machine, model, solved, ignores=ignores)
    figures = figures_of(model, shown)
    more = {"figures": figures, "ignores": ignores}
    found = found_of("notebook", machine, model, solved, **more)
    return found._replace(places={**found.places, ("expect",): shown.place})


# ------------------------------------------------------------------ cells


def cells_of(text: str) -> list[Cell]:
    """The cells of code, in order.

    Raises:
        ReadError: it is no notebook.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"this is no notebook: {error}") from None
    if not isinstance(data, dict):
        raise ReadError("this is no notebook: it holds no cells")
    sheets = data.get("worksheets")
    listed = data.get("cells")
    if listed is None and isinstance(sheets, list):  # nbformat 3
        listed = [one for sheet in sheets for one in sheet.get("cells", [])]
    if not isinstance(listed, list):
        raise ReadError("this is no notebook: it holds no cells")
    return [*_of_code(listed)]


def _of_code(listed: Sequence[Any]) -> Iterator[Cell]:
    for number, cell in enumerate(listed, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        code = _text(cell.get("source", cell.get("input", "")))
        outputs = cell.get("outputs")
        printed = (
            [_printed(one) for one in outputs] if isinstance(outputs, list) else []
        )
        ran = cell.get("execution_count", cell.get("prompt_number"))
        when = ran if isinstance(ran, int) else 0
        output = "\n".join(filter(None, printed))
        yield Cell(number, without_magics(code), output, when)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "".join(one for one in value if isinstance(one, str))
    return value if isinstance(value, str) else ""


def _printed(output: Any) -> str:
    """What an output shows as text."""
    if not isinstance(output, dict):
        return ""
    data = output.get("data")
    if isinstance(data, dict):
        html, plain = _text(data.get("text/html")), _text(data.get("text/plain"))
        is_table = "Layer (type)" in html or "Layer</span> (type)" in html
        return _of_html(html) if is_table and "Layer (type)" not in plain else plain
    return _text(output.get("text", ""))


def _of_html(text: str) -> str:
    """The text of a table that is shown as HTML."""
    import html

    return html.unescape(re.sub(r"<[^>]*>", "", text))
