"""The tables that a notebook printed, and which of its models each is of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cnnspec.catalogue import registry
from cnnspec.read.code.building import Layer, Model
from cnnspec.read.code.machine import Machine
from cnnspec.read.code.networks import ends, state_of, walked
from cnnspec.read.code.values import Instance
from cnnspec.read.found import Figures, Place
from cnnspec.read.tables.reading import read_summary
from cnnspec.read.tables.rows import PrintedSummary, SummaryError


class Shown(NamedTuple):
    """A table as it was printed."""

    text: str
    read: PrintedSummary
    place: Place
    """Where the code prints it."""


def shown_of(
    machine: Machine, model: Model, outputs: Mapping[int, str]
) -> Shown | None:
    """The last table that was printed of a model; None where there is none.

    Args:
        machine: which has read the cells.
        model: one of its models.
        outputs: what each cell printed.
    """
    for told in reversed(machine.summaries):
        if told.model is not model:
            continue
        if told.state != state_of(model):
            return None  # it was changed since
        asked = [one for one in machine.summaries if one.cell == told.cell]
        texts = [*tables_in(_ANSI.sub("", outputs.get(told.cell, "")))]
        place = asked.index(told) - len(asked) + len(texts)
        if not 0 <= place < len(texts):
            return None
        try:
            return Shown(texts[place], read_summary(texts[place]), told.place)
        except SummaryError:
            return None
    return None


_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
"""Colours, which no spec may hold."""
_HEADING = re.compile(r"Layer \(type|Layer \(")
_END = re.compile(r"non-trainable params|optimizer params", re.IGNORECASE)
_TOTAL = re.compile(r"total params", re.IGNORECASE)


def tables_in(text: str) -> Iterator[str]:
    """The tables in what a cell printed, each as a text of its own."""
    lines = text.split("\n")
    starts = [n for n, line in enumerate(lines) if _HEADING.search(line)]
    starts = [n for n in starts if "utput" in lines[n] or "utput" in _next(lines, n)]
    ends_ = [*starts, len(lines)][1:]
    for start, after in zip(starts, ends_, strict=False):
        end = _end(lines, start, after)
        begin = start
        while begin > 0 and start - begin < 3 and _leads(lines[begin - 1]):
            begin -= 1
        yield "\n".join(line.rstrip() for line in lines[begin:end])


def _leads(line: str) -> bool:
    """Whether a line belongs to the table below it, and not to one above."""
    return bool(line.strip()) and not (_TOTAL.search(line) or _END.search(line))


def _next(lines: Sequence[str], number: int) -> str:
    return lines[number + 1] if number + 1 < len(lines) else ""


def _end(lines: Sequence[str], start: int, after: int) -> int:
    """The line behind a table: behind its last total, or where the next begins."""
    last = after
    for number in range(start, after):
        if _TOTAL.search(lines[number]) or _END.search(lines[number]):
            last = number + 1
    return last


def figures_of(model: Model, shown: Shown) -> Figures:
    """What a printed table says a model comes to.

    The table itself is left out where its rows are of other layers than the spec's: of
    those inside a model of keras.applications, or of classes of the code; or of models
    inside that Keras 2 built for any length.
    """
    read = shown.read
    is_same = not _has_other_rows(model, shown)
    return Figures(
        read.model_params,
        read.trainable_params,
        read.non_trainable_params,
        shown.text if is_same else "",
    )


def _has_other_rows(model: Model, shown: Shown) -> bool:
    _, outputs = ends(model)
    nodes = walked(outputs)
    layers = [node.layer for node in nodes if isinstance(node.layer, Layer)]
    flat = any(one.own is not None or one.model is not None for one in layers)
    known = set(registry.REFUSED) | set(registry.CODE_LAYERS)
    strange = [
        row
        for row in shown.read.rows
        if row.type
        and not row.type_cut
        and row.type not in known
        and not registry.printed_names(row.type, False)
        and row.type[:1].isupper()
        and row.type not in _MODELS
    ]
    inside = [row.output_shape for row in shown.read.rows if row.depth]
    loose = any(None in _sizes(shape) for shape in inside)
    return flat or loose or bool(strange)


def _sizes(shape: object) -> Sequence[object]:
    """Sizes without the batch."""
    return shape[1:] if isinstance(shape, tuple) else ()


_MODELS = ("Sequential", "Model", "Functional")
"""What tables call models."""


def is_own(layer: object) -> bool:
    """Whether a layer is one of the code's."""
    return isinstance(layer, Layer) and isinstance(layer.own, Instance)
