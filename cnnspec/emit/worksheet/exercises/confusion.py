"""A confusion matrix, read."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.emit.worksheet.sheet import Sheet
from cnnspec.ground.visible import visible
from cnnspec.model import readable

PLACE, POINTS = 6, 3
_MOST = 4
"""Classes, so that all numbers can be read at a glance."""
_SAMPLES = 50
_ASKED = ("accuracy", "recall", "precision", "mistake")
Matrix = tuple[tuple[int, ...], ...]


class Asked(NamedTuple):
    """What the template is told."""

    classes: tuple[str, ...]
    """Their names."""
    matrix: Matrix
    """A row for each true class, a column for each that the model chose."""
    of: str
    """The class whose recall and precision are asked for."""
    accuracy: str
    """Code that reckons it of the matrix."""
    recall: str
    """The same."""
    precision: str
    """The same."""
    mistake: tuple[str, str]
    """The commonest: the true class, and what it was taken for."""
    hint: str
    """How all four are found."""
    below: str
    """The matrix as a table."""


def find(sheet: Sheet) -> Iterator[Asked]:
    """Asks of a matrix that is made up, since training takes too long for a check."""
    fit = sheet.fit
    if fit is None or not fit.answer.is_single or fit.learns_number:
        return
    count = min(fit.classes, _MOST)
    names = (fit.data.names or tuple(map(str, range(count))))[:count]
    matrix = _matrix(sheet, count)
    # Where recall and precision differ most, so that neither passes as the other.
    of = max(range(count), key=lambda k: abs(sum(matrix[k]) - _column(matrix, k)))
    flat = [(n, i, k) for i, row in enumerate(matrix) for k, n in enumerate(row)]
    _, true, said = max(one for one in flat if one[1] != one[2])
    right = " + ".join(str(matrix[k][k]) for k in range(count))
    column = " + ".join(str(row[of]) for row in matrix)
    yield Asked(
        names,
        matrix,
        names[of],
        f"({right}) / {count * _SAMPLES}",
        f"{matrix[of][of]} / ({' + '.join(map(str, matrix[of]))})",
        f"{matrix[of][of]} / ({column})",
        (names[true], names[said]),
        " ".join(sheet.say(f"{asked}_hint") for asked in _ASKED),
        _table(sheet.say("confusion_corner"), names, matrix),
    )


def _column(matrix: Matrix, place: int) -> int:
    return sum(row[place] for row in matrix)


def _table(corner: str, names: tuple[str, ...], matrix: Matrix) -> str:
    """The matrix as Markdown."""
    said = [readable.escaped(visible(name)) for name in names]
    lines = [[corner, *said], ["--:"] * (len(names) + 1)]
    for name, row in zip(said, matrix, strict=True):
        lines.append([f"**{name}**", *map(str, row)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _matrix(sheet: Sheet, count: int) -> Matrix:
    """A matrix in which one mistake is commoner than all others."""
    draw = sheet.random.randint
    rows = [[draw(0, 3) for _ in range(count)] for _ in range(count)]
    true = draw(0, count - 1)
    rows[true][(true + draw(1, count - 1)) % count] = draw(6, 9)
    for place, row in enumerate(rows):
        row[place] = 0
        row[place] = _SAMPLES - sum(row)
    return tuple(map(tuple, rows))
