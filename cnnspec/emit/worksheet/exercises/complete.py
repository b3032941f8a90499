"""Layers that are left out of the model's code, written by what they should do."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.code.model import call_text, value_text
from cnnspec.emit.code.plan.values import shortest
from cnnspec.emit.worksheet.nbgrader import BEGIN, END
from cnnspec.emit.worksheet.sheet import (
    Sheet,
    Shown,
    changed,
    distinct,
    placed,
)
from cnnspec.model.summary import Row

PLACE, POINTS = 4, 3
_MOST = 3


class Setting(NamedTuple):
    """An argument that no shape and no number of parameters tells."""

    name: str
    code: str
    """Its value."""
    module: str
    """Where Keras looks for objects of its kind: `initializers`; else nothing."""
    is_checked: bool
    """Whether a check can tell that a layer has it."""


class Hole(NamedTuple):
    """A layer that is left out."""

    number: int
    name: str
    """What Keras calls it."""
    found: str
    """Code that finds it in the model."""
    callee: str
    """What makes it: `layers.Dense`."""
    layer: Shown
    settings: list[Setting]
    is_counted: bool
    """Whether its numbers may be told, since no other exercise asks for them."""
    chooses: str
    """What its activation has to fit, where another exercise asks for it: a form of
    answers."""
    line: str
    """That line of code, with dots for the arguments."""
    said: str
    """The code of its settings."""
    activation_hint: str


class Asked(NamedTuple):
    """What the template is told."""

    code: str
    """The parts of the model's code, with the lines to be left out between marks."""
    holes: list[Hole]
    params: int
    """Numbers in all weights."""
    hint: str
    below: str
    """What the layers should do, as a list."""


def find(sheet: Sheet) -> Iterator[Asked]:
    """Asks once, for the last layer and for others that nothing was asked of."""
    lines = sheet.code.split("\n")
    found = {row.name: line for row, line in _lines(sheet, lines)}
    rows = [row for row in sheet.rows() if row.name in found]
    outputs = sheet.summary.graph.outputs
    last = [row for row in rows if row.name in outputs and _has_activation(row)]
    done = {*sheet.asked, *outputs}
    others = [row for row in rows if row.name not in done and row.layer.given]
    telling = sorted(others, key=lambda row: not _hidden(sheet, row))
    kinds = distinct([*last, *telling], lambda row: type(row.layer), _MOST)
    more = [row for row in telling if row not in kinds and _hidden(sheet, row)]
    chosen = sorted([*kinds, *more][:_MOST], key=lambda row: found[row.name])
    if not chosen:
        return
    holes = {
        found[row.name]: _hole(sheet, row, number, lines[found[row.name]].strip())
        for number, row in enumerate(chosen, start=1)
    }
    code = "\n".join(_with_holes(lines, holes))
    below = "\n".join(_told(sheet, hole) for hole in holes.values())
    params, hint = sheet.summary.total_params, sheet.say("complete_hint")
    yield Asked(code, [*holes.values()], params, hint, below)


def _with_holes(lines: list[str], holes: dict[int, Hole]) -> Iterator[str]:
    """The code with marks around lines, and above them how these begin and end."""
    for place, line in enumerate(lines):
        if place in holes:
            margin = line[: len(line) - len(line.lstrip())]
            yield f"{margin}# ({holes[place].number}) {holes[place].line}"
            yield from (margin + BEGIN, line, margin + END)
        elif place + 1 not in holes or not line.lstrip().startswith("# "):
            yield line  # the author may say above a layer what it is


def _told(sheet: Sheet, hole: Hole) -> str:
    """What a layer should do, as an item of a list."""
    said = [sheet.say("hole_output", hole=hole)] if hole.is_counted else []
    if hole.is_counted and hole.layer.params:
        said.append(sheet.say("hole_params", hole=hole))
    said += [hole.said] if hole.said else []
    said += [sheet.say("hole_choice")] if hole.chooses else []
    return f"- ({hole.number}) `{hole.line}`: {', '.join(said)}"


def _has_activation(row: Row) -> bool:
    return "activation" in row.layer.arguments()


def _lines(sheet: Sheet, lines: list[str]) -> Iterator[tuple[Row, int]]:
    """The rows whose layers stand in a line of their own, and that line.

    A text that stands in as many lines as there are such layers makes them in order;
    one line alone, in a function or a loop, makes the first of them.
    """
    rows: dict[str, list[Row]] = {}
    for row, name, _ in sheet.held.values():
        if not row.shares:
            call = call_text(row.layer)[:-1]
            rows.setdefault(call, []).append(row)
            rows.setdefault(
                f'{call}{"" if call[-1] == "(" else ", "}name="{name}"', []
            ).append(row)
    for call, made in rows.items():
        line = re.compile(rf"\s*\w+ = {re.escape(call)}\)\(.*\)")
        places = [k for k, found in enumerate(lines) if line.fullmatch(found)]
        if len(places) in (1, len(made)):
            yield from zip(made, places, strict=False)


def _hole(sheet: Sheet, row: Row, number: int, line: str) -> Hole:
    _, name, code = sheet.held[row.name]
    chooses = ""
    if sheet.fit and row.name in sheet.summary.graph.outputs:
        answer = sheet.fit.answer
        chooses = answer.form if answer.probabilities and answer.is_single else ""
    settings = [one for one in _settings(sheet, row) if not _is_choice(one, chooses)]
    counted = row.name not in sheet.asked
    call = call_text(row.layer)
    callee, _, arguments = call[:-1].partition("(")
    dots = line.replace(f"{callee}({arguments}", f"{callee}(…", 1)
    hint = sheet.activation_hint(chooses) if chooses else ""
    told = ", ".join(f"`{one.name}={one.code}`" for one in settings)
    layer = sheet.shown(row)
    return Hole(
        number, name, code, callee, layer, settings, counted, chooses, dots, told, hint
    )


def _is_choice(setting: Setting, chooses: str) -> bool:
    return bool(chooses) and setting.name == "activation"


def _hidden(sheet: Sheet, row: Row) -> bool:
    """Whether it has an argument to be found by numbers."""
    return any(
        _is_told(sheet, row, name, value)
        for name, value in row.layer.given.items()
        if name != "name"
    )


def _settings(sheet: Sheet, row: Row) -> Iterator[Setting]:
    # Keras makes ranges of their numbers.
    augments = row.layer.family() == "augmentation"
    for name, value in row.layer.given.items():
        usual = value == row.layer.arguments()[name].default
        if name != "name" and not usual and not _is_told(sheet, row, name, value):
            module = _module(name)
            plain = isinstance(value, str | int | float) and name != "dtype"
            checked = plain or module not in ("", "activations")
            checked = checked and not augments
            code = value_text(shortest(row.layer.arguments()[name], value))
            yield Setting(name, code, module, checked)


def _module(name: str) -> str:
    kinds = ("activation", "initializer", "regularizer", "constraint")
    return next((f"{kind}s" for kind in kinds if name.endswith(kind)), "")


def _is_told(sheet: Sheet, row: Row, name: str, value: Any) -> bool:
    """Whether another value would come to another shape or other weights."""
    other = _other(row.layer, name, value)
    if other is None:
        return not isinstance(value, str)
    found = placed(other, row.input_shapes, sheet.dtype(row))
    if found is None:
        return True
    before = placed(row.layer, row.input_shapes, sheet.dtype(row))
    assert before is not None
    return (found.output_shape, found.weights) != (before.output_shape, before.weights)


def _other(layer: Layer, name: str, value: Any) -> Layer | None:
    """The layer with another value of an argument; None if none is known."""
    argument = layer.arguments()[name]
    if not argument.required and value != argument.default:
        return changed(layer, {name: argument.default})
    if isinstance(value, float):
        return changed(layer, {name: value / 2})
    if isinstance(value, int):
        return changed(layer, {name: value + 1})
    if isinstance(value, tuple) and all(isinstance(size, int) for size in value):
        return changed(layer, {name: tuple(size + 1 for size in value)})
    return None
