"""A script in Python, read and never run, to a `Found`."""

import ast
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cnnspec.read.code.building import Model
from cnnspec.read.code.choosing import chosen, titles
from cnnspec.read.code.comments import ignores_of
from cnnspec.read.code.document import written
from cnnspec.read.code.expressions import EXPRESSIONS
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.names import ATTRIBUTES, CALLS
from cnnspec.read.code.networks import ends, walked
from cnnspec.read.code.python import BUILTINS
from cnnspec.read.code.spelling import parsed
from cnnspec.read.code.statements import STATEMENTS
from cnnspec.read.code.training import training_of
from cnnspec.read.code.values import Spent
from cnnspec.read.found import Choice, Found, Place, ReadError, Unknown

FIRST = Choice()


class Part(NamedTuple):
    """A piece of code: a script, or a cell of a notebook."""

    text: str
    cell: int = 0


_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_ENCODINGS = ("utf-8-sig", "cp949", "latin-1")


def decoded(content: bytes) -> str:
    """The text of a script, in the encoding that it names or that its bytes fit."""
    named = [
        found[1].decode("ascii")
        for line in content.split(b"\n")[:2]
        if (found := _CODING.match(line))
    ]
    for encoding in (*named, *_ENCODINGS):
        try:
            return content.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", errors="replace")


_LONGEST = 2_000_000
"""Characters of a script; longer ones hold data."""


def from_code(text: str, choice: Choice = FIRST) -> Found:
    """The model that a script builds.

    Raises:
        ReadError: it isn't Python, or builds no model that can be followed.
    """
    machine = followed([Part(text)])
    model = chosen(machine, choice)
    return found_of("python", machine, model, ignores=(*ignores_of(text),))


def new_machine() -> Machine:
    """A machine that knows Python, Keras, and what code uses beside."""
    return Machine(STATEMENTS, EXPRESSIONS, ATTRIBUTES, CALLS, BUILTINS)


def followed(parts: Sequence[Part]) -> Machine:
    """The machine, when it has read all parts.

    Raises:
        ReadError: a script isn't Python; cells that aren't are passed over.
    """
    machine = new_machine()
    for part in parts:
        tree = _tree(part, machine)
        if tree is None:
            continue
        try:
            machine.read(tree, part.cell)
        except Spent:
            place = Place(1, 1, part.cell)
            machine.note("the code takes too many steps to follow", place, counts=True)
            break
    return machine


def _tree(part: Part, machine: Machine) -> ast.Module | None:
    if len(part.text) > _LONGEST:
        raise ReadError("the code is too long to be a person's")
    try:
        return parsed(part.text, drops=part.cell > 0)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line = getattr(error, "lineno", 0) or 0
        column = getattr(error, "offset", 0) or 0
        place = Place(line, max(column, 0), part.cell)
        what = getattr(error, "msg", "") or "it can't be parsed"
        if part.cell == 0:
            raise ReadError(f"this is no Python: {what}", "", place) from None
        machine.note(f"the cell is no Python: {what}", place, counts=True)
        return None


def found_of(
    format_: str,
    machine: Machine,
    model: Model,
    solved: Sequence[tuple[Any, str, Any]] = (),
    **more: Any,
) -> Found:
    """What a reader gives of a model.

    Args:
        format_: of the source.
        machine: which has read it.
        model: that is meant.
        solved: layers with arguments that a printed table told, and what the code has.
        more: further fields.
    """
    name = next(iter(model.names), "") or "model"
    made = written(model, name)
    for owner, argument, unknown in solved:
        path = made.steps.get(id(owner), ())
        if path:
            text = f"{argument}: {unknown.why} in the code, from its printed table"
            before = made.comments.get(path)
            made.comments[path] = f"{before}; {text}" if before else text
    sections, places = training_of(
        model, made.document["outputs"], made.points, machine.seed
    )
    made.document.update(sections)
    made.places.update(places)
    unknowns = [*made.points.unknowns, *_lost(machine, model)]
    return Found(
        format_,
        made.document,
        made.places,
        tuple(unknowns),
        made.comments,
        input_word=_input_word(model),
        others=tuple(titles(machine, model)),
        **more,
    )


def _input_word(model: Model) -> str:
    """What the code calls the shape of an input, of `Input` or of the first layer."""
    inputs, _ = ends(model)
    return "shape" if inputs and inputs[0].serial else "input_shape"


def _lost(machine: Machine, model: Model) -> list[Unknown]:
    """What wasn't followed on the way."""
    start, end = _while_built(model)
    return [
        Unknown(
            "",
            "layers" if note.counts else "operations",
            (),
            f"{note.what} isn't followed",
            note.place,
            note.counts,
        )
        for note in machine.notes
        if start <= note.when <= end
    ]


def _while_built(model: Model) -> tuple[int, int]:
    """From when to when a model was made, by the machine's clock."""
    inputs, outputs = ends(model)
    first = [tensor.serial for tensor in inputs if tensor.serial]
    first += [node.serial for node in walked(outputs)]
    start = min([*first, model.serial])
    if model.kind == "sequential":
        return start, model.first_seen or model.serial + 10**9
    return start, model.serial
