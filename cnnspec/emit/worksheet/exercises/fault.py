"""A part of a model with a fault, found and mended."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from cnnspec.catalogue.layers.base import Layer
from cnnspec.emit.worksheet.sheet import (
    Sheet,
    Shown,
    changed,
    input_code,
    is_known,
    placed,
    shown,
)
from cnnspec.model.summary import Row

PLACE, POINTS = 5, 2
_LENGTH = 4
_USUAL = 16
"""A size in place of one that isn't known."""
_SLIPS = (
    ("padding", lambda value: "valid" if value == "same" else "same"),
    ("strides", lambda value: _more(value, 1)),
    ("pool_size", lambda value: _more(value, 1)),
    ("kernel_size", lambda value: _more(value, 2)),
    ("units", lambda value: _more(value, 1)),
)
"""What people slip in, by argument: what becomes of its value."""


class Asked(NamedTuple):
    """What the template is told."""

    input: str
    """Code of the tensor that the part is given."""
    reads: str
    """Its sizes."""
    gives: str
    """The sizes of what the part should give."""
    output: tuple[Any, ...]
    """The same as a tuple, batch first."""
    params: int
    """Numbers in the weights that it should have."""
    layers: list[Shown]
    """As they should be."""
    line: int
    """Which of them is wrong, from 1."""
    right: str
    """The call that should stand there."""
    gives_now: str
    """The sizes of what the part gives as it is."""
    params_now: int
    """Numbers in the weights that it has."""
    hint: str
    below: str
    """The code as it is."""


def find(sheet: Sheet) -> Iterator[Asked]:
    """Asks once, of layers that follow each other, with other numbers of channels."""
    found = sorted(_faults(sheet), key=lambda fault: fault.tedium)
    if found:
        yield _asked(sheet, found[0])


class Fault(NamedTuple):
    """A part of a model, and the same with a fault."""

    tensor: str
    """Code of what it is given."""
    right: list[Row]
    wrong: list[Row]
    line: int
    """Which of them is wrong, from 0."""

    @property
    def tedium(self) -> tuple[bool, bool, int, int]:
        """Less for faults that are worth finding.

        A wrong number of channels is seen at once, and a wrong size best at the end;
        then other layers are more to think about, and small numbers easier.
        """
        right, wrong = self.right[self.line].layer, self.wrong[self.line].layer
        grows = right.grows_with
        seen = bool(grows) and getattr(right, grows) != getattr(wrong, grows)
        hidden = self.wrong[-1].output_shape == self.right[-1].output_shape
        kinds = len({row.type for row in self.right})
        sizes = self.right[0].input_shapes[0][1:]
        return seen, hidden, -kinds, sum(size or 0 for size in sizes)


def _faults(sheet: Sheet) -> Iterator[Fault]:
    for part in _parts(sheet):
        shape, dtype = part[0].input_shapes[0], sheet.dtype(part[0])
        first = (None, *(size or _USUAL for size in shape[1:]))
        layers = _remade(sheet, [row.layer for row in part])
        right = _run(layers, first, dtype)
        for line, slipped in _slipped(layers) if right else ():
            wrong = _run([*layers[:line], slipped, *layers[line + 1 :]], first, dtype)
            if right and wrong and _result(wrong) != _result(right):
                yield Fault(input_code(first, dtype), right, wrong, line)


def _parts(sheet: Sheet) -> Iterator[list[Row]]:
    """Layers that follow each other, each reading the one before alone."""
    rows = list(sheet.rows())
    for start in range(len(rows) - 1):
        part = rows[start : start + _LENGTH]
        pairs = pairwise(part)
        if len(part[0].inputs) == 1 and all(b.inputs == (a.name,) for a, b in pairs):
            yield part


def _remade(sheet: Sheet, layers: Sequence[Layer]) -> list[Layer]:
    """The same layers with other numbers of channels, so that none can be copied."""
    found = []
    for layer in layers:
        size = sheet.random.choice((4, 6, 8, 12, 16, 20))
        grown = changed(layer, {layer.grows_with: size}) if layer.grows_with else None
        found.append(grown or changed(layer) or layer)
    return found


def _run(layers: Sequence[Layer], shape: Any, dtype: str) -> list[Row] | None:
    """The rows of layers that follow each other; None where one can't be."""
    found: list[Row] = []
    for layer in layers:
        row = placed(layer, [shape], dtype if not found else "float32")
        if row is None or not is_known(row):
            return None
        found.append(row)
        shape = row.output_shape
    return found


def _slipped(layers: Sequence[Layer]) -> Iterator[tuple[int, Layer]]:
    """Each layer with a fault, and its place."""
    for argument, slip in _SLIPS:
        for line, layer in enumerate(layers[:-1]):
            if argument in layer.arguments():
                value = getattr(layer, argument)
                other = (
                    None if value is None else changed(layer, {argument: slip(value)})
                )
                if other is not None:
                    yield line, other


def _more(value: Any, by: int) -> Any:
    """A size, or one for each axis, that is so much larger."""
    return tuple(size + by for size in value) if type(value) is tuple else value + by


def _result(rows: Sequence[Row]) -> object:
    return rows[-1].output_shape, sum(row.params for row in rows)


def _asked(sheet: Sheet, fault: Fault) -> Asked:
    tensor, right, wrong, line = fault
    layers, others = [*map(shown, right)], [*map(shown, wrong)]
    code = "\n".join(f"x = {layer.code}(x)" for layer in others)
    found = Asked(
        input=tensor,
        reads=layers[0].reads,
        gives=layers[-1].gives,
        output=(None, *layers[-1].output),
        params=sum(row.params for row in right),
        layers=layers,
        line=line + 1,
        right=layers[line].code,
        gives_now=others[-1].gives,
        params_now=sum(row.params for row in wrong),
        hint="",
        below=f"```python\n{code}\n```",
    )
    return found._replace(hint=sheet.say("fault_hint", asked=found))
