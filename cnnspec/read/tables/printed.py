"""Read the table that Keras's ``model.summary()`` prints.

Three layouts are known, each from Keras's own code:

* Keras 2 up to 2.5 (``utils/layer_utils.py``): columns at fixed places, ruled with
  underscores, every cell cut short where its column ends.
* Keras 2.6 to 2.15 (same file): the same columns under a heading that starts with a
  space, blank lines between rows, and long cells wrapped in mid-word; the layers of a
  nested model stand between bars.
* Keras 3 (``utils/summary_utils.py``): a box drawn by Rich, with Unicode lines or, on
  a terminal without them, ASCII ones; cells wrap between words, and a word too long
  for its column ends in an ellipsis.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.ground.shapes import Shape, Shapes

# These are compiled by those tables that have colours or boxes: few specs wait for it.
_ANSI = r"\x1b\[[0-9;?]*[A-Za-z]"
_BAR = "[┃│║|]"
_BOX_RULE = r"[┏━┳┓┡╇┩├─┼┤└┴┘┌┬┐╔═╦╗╠╬╣╚╩╝╞╪╡╭╮╰╯+|=\-\s]+"

_PLAIN_HEADING = re.compile(r"Layer \(type\)\s+(?P<shape>Outp)[\w ]*?\s(?P<params>Par)")
_PLAIN_END = re.compile(r"={4,}\s*$")
_PLAIN_RULE = re.compile(r"[|\s_¯─\-]*$")
_TOTAL = re.compile(
    r"\b(?P<which>Total|(?:Non-)?trainable|Optimizer) params:\s*"
    r"(?P<count>[0-9][0-9,]{0,25})",
    re.IGNORECASE,
)
_MODEL = re.compile(r'Model: "(?P<name>[^"]*)"')
_NUMBER = re.compile(r"[0-9][0-9,]{0,25}")
_SHAPE_TUPLE = re.compile(r"\(([^()]*)\)")
_SEGMENT = re.compile(r"\S+(?: \S+)*")
_ELLIPSIS = "…"


class SummaryError(ValueError):
    """The text is no table as Keras prints it.

    Attributes:
        line: Line of the text, counted from 1.
        message: What was found there and what is wanted.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}")
        self.line = line
        self.message = message


class PrintedRow(NamedTuple):
    """One layer as printed.

    Attributes:
        name: Layer name, as far as it is printed.
        type: Class name, as far as it is printed; empty if nothing of it is left.
        output_shape: Sizes with the batch axis first, a list of such tuples for
            several outputs, or None where Keras prints none or too little of it.
        params: Number of parameters, or None if it is cut or the layer is not built.
        line: Line of the text on which the row starts, counted from 1.
        name_cut: Whether the end of the name is missing.
        type_cut: Whether the end of the type is missing.
        depth: 0, or how deep in nested models the layer stands.
    """

    name: str
    type: str
    output_shape: Shapes | None
    params: int | None
    line: int
    name_cut: bool = False
    type_cut: bool = False
    depth: int = 0


class PrintedSummary(NamedTuple):
    """A table and the totals under it; what is not printed is None.

    ``total_params`` is the figure as printed. Keras 3 counts the optimizer's variables
    into it; ``model_params`` leaves them out.
    """

    rows: list[PrintedRow]
    total_params: int | None = None
    trainable_params: int | None = None
    non_trainable_params: int | None = None
    optimizer_params: int | None = None
    model_name: str | None = None

    @property
    def model_params(self) -> int | None:
        """The total without the optimizer's variables."""
        if self.total_params is None:
            return None
        return self.total_params - (self.optimizer_params or 0)


class _Line(NamedTuple):
    """The three cells of one printed line: name and type, shape, parameters."""

    number: int
    name: str
    shape: str
    params: str
    depth: int

    def starts_row(self) -> bool:
        """Whether this reads as the first line of a row, not as one that goes on."""
        return bool(
            self.name
            and self.params[:1].isdecimal()
            and self.shape.startswith(("(", "[", "{", "?", "multiple"))
        )


class _Table(NamedTuple):
    """Where a table stands.

    Attributes:
        start: Index of its heading's first line.
        first: Index of the first line after the heading.
        prefix: What stands before the table on each of its lines.
        columns: Where the plain layouts' shapes and counts start; None for a box.
    """

    start: int
    first: int
    prefix: str
    columns: tuple[int, int] | None


def read_summary(text: str) -> PrintedSummary:
    """Read a table as Keras prints it, whatever text stands around it.

    Colour codes, Windows line ends, and anything that precedes each line of the table
    (indentation, ``# ``) are put aside.

    Args:
        text: The output of ``model.summary()``; the totals may be missing.

    Returns:
        Rows in printed order, and the totals.

    Raises:
        SummaryError: If there is no table, more than one, or a row that can't be read.
    """
    plain = re.sub(_ANSI, "", text) if "\x1b" in text else text
    lines = [line.rstrip() for line in plain.split("\n")]
    table = _find_table(lines, 0)
    if table is None:
        raise SummaryError(
            1,
            "found no table as Keras prints it: no line reads "
            "'Layer (type)   Output Shape   Param #'; paste the whole output of "
            "model.summary(), heading included",
        )
    groups = _plain_groups if table.columns else _box_groups
    rows: list[PrintedRow] = []
    end = table.first
    for group in groups(lines, table):
        rows += _rows(group, glue="" if table.columns else " ")
        end = group[-1].number
    if not rows:
        raise SummaryError(
            table.start + 1,
            "found the heading of a table but no rows under it; paste the whole "
            "output of model.summary()",
        )
    another = _find_table(lines, end)
    if another is not None:
        raise SummaryError(
            another.start + 1,
            "a second table starts here; keep the one that belongs to this model",
        )
    before, after = lines[: table.start], lines[end:]
    return PrintedSummary(rows, **_totals(after), model_name=_model_name(before))


def _find_table(lines: list[str], start: int) -> _Table | None:
    for index in range(start, len(lines)):
        line = lines[index]
        if "Layer" not in line:
            continue
        heading = _PLAIN_HEADING.search(line)
        if heading:
            return _plain_table(lines, index, heading)
        bar = re.search(_BAR, line)
        if bar:
            table = _box_table(lines, index, line[: bar.start()])
            if table:
                return table
    return None


def _plain_table(lines: list[str], index: int, heading: re.Match[str]) -> _Table:
    # A heading may wrap, so its rule need not be the very next line. The rule above
    # would serve as well, but a text's first line often loses its indentation.
    for rule in range(index + 1, min(index + 4, len(lines))):
        prefix = lines[rule].rstrip("_=")
        if len(lines[rule]) - len(prefix) >= 8:
            break
    else:
        rule, prefix = index, lines[index][: heading.start()]
    columns = (
        heading.start("shape") - len(prefix),
        heading.start("params") - len(prefix),
    )
    return _Table(index, rule + 1, prefix, columns)


def _box_table(lines: list[str], index: int, prefix: str) -> _Table | None:
    """The box whose heading holds line ``index``, if it is a summary's."""
    start = end = index
    while start > 0 and _is_box_text(lines[start - 1], prefix):
        start -= 1
    while end < len(lines) and _is_box_text(lines[end], prefix):
        end += 1
    cells = [_box_cells(i, lines[i], prefix) for i in range(start, end)]
    layer = " ".join(line.name for line in cells).strip()
    shape = " ".join(line.shape for line in cells).strip()
    if not (layer.startswith("Layer (") and shape.startswith("Out")):
        return None
    return _Table(start, end, prefix, None)


def _is_box_text(line: str, prefix: str) -> bool:
    body = _without_prefix(line, prefix).lstrip()
    return bool(re.match(_BAR, body)) and not re.fullmatch(_BOX_RULE, body)


def _without_prefix(line: str, prefix: str) -> str:
    if line.startswith(prefix):
        return line[len(prefix) :]
    # Trailing blanks are gone, so on a blank line the prefix may have lost its own.
    return "" if prefix.startswith(line) else line


def _box_cells(index: int, line: str, prefix: str) -> _Line:
    cells = re.split(_BAR, _without_prefix(line, prefix))[1:4]
    name, shape, params = (*cells, "", "", "")[:3]
    # Keras sets a nested layer off by three blanks a level and a corner.
    depth = max(name.find("└") - 1, 0) // 3
    return _Line(index + 1, name.strip(" └"), shape.strip(), params.strip(), depth)


def _box_groups(lines: list[str], table: _Table) -> Iterator[list[_Line]]:
    group: list[_Line] = []
    for index in range(table.first, len(lines)):
        line = _without_prefix(lines[index], table.prefix)
        if _is_box_text(lines[index], table.prefix):
            group.append(_box_cells(index, lines[index], table.prefix))
        elif line and not re.fullmatch(_BOX_RULE, line):
            break
        elif line and group:
            yield group
            group = []
    if group:
        yield group


def _plain_groups(lines: list[str], table: _Table) -> Iterator[list[_Line]]:
    assert table.columns is not None
    group: list[_Line] = []
    for index in range(table.first, len(lines)):
        line = _without_prefix(lines[index], table.prefix)
        if _PLAIN_END.match(line) or _TOTAL.search(line):
            break
        if not _PLAIN_RULE.match(line):
            group.append(_plain_cells(index, line, table.columns))
        elif group:
            yield group
            group = []
    if group:
        yield group


def _plain_cells(index: int, line: str, columns: tuple[int, int]) -> _Line:
    shape, params = columns
    depth = len(line) - len(line.lstrip("|"))
    if depth:
        return _nested_cells(index, line, columns, depth)
    # The last cell is a number; another column may follow it.
    count = _SEGMENT.match(line[params:].lstrip())
    return _Line(
        index + 1,
        line[:shape].strip(),
        line[shape:params].strip(),
        count[0] if count else "",
        0,
    )


def _nested_cells(index: int, line: str, columns: tuple[int, int], depth: int) -> _Line:
    """The cells of a row between bars.

    Keras 2 moves its columns by the number of bars, now to the left, now to the right,
    but always leaves two blanks between them.
    """
    cells = ["", "", "", ""]
    for match in _SEGMENT.finditer(line.strip("|")):
        begin = match.start() + depth
        column = sum(begin + 2 * depth + 1 >= start for start in columns)
        cells[column] = cells[column] or match[0]
    return _Line(index + 1, cells[0], cells[1], cells[2], depth)


def _rows(group: list[_Line], glue: str) -> Iterator[PrintedRow]:
    """The rows of the lines between two rules: one, or one each if rules were lost."""
    starts = [0, *(i for i in range(1, len(group)) if group[i].starts_row())]
    for start, stop in zip(starts, [*starts[1:], len(group)], strict=True):
        row = group[start:stop]
        yield _row(
            row[0],
            glue.join(line.name for line in row).strip(),
            glue.join(line.shape for line in row).strip(),
            glue.join(line.params for line in row).strip(),
        )


def _row(first: _Line, label: str, shape: str, params: str) -> PrintedRow:
    name, bracket, kind = label.rpartition("(")
    if not bracket:
        name, kind = label, ""
    name = name.rstrip()
    return PrintedRow(
        name=name.rstrip(_ELLIPSIS),
        type=kind.rstrip(")" + _ELLIPSIS),
        output_shape=_shape(first.number, shape, kind),
        params=_params(first.number, params),
        line=first.number,
        name_cut=not bracket or name.endswith(_ELLIPSIS),
        type_cut=not kind.endswith(")") or _ELLIPSIS in kind,
        depth=first.depth,
    )


def _shape(line: int, text: str, kind: str) -> Shapes | None:
    if text and not text.startswith(("(", "[", "{", "?", "multiple", _ELLIPSIS)):
        raise SummaryError(
            line,
            f"found {text!r} in the column 'Output Shape', where a shape such as "
            "(None, 28, 28, 50) is wanted; each column must start under its heading",
        )
    shapes = [_sizes(line, sizes) for sizes in _SHAPE_TUPLE.findall(text)]
    if not shapes or _ELLIPSIS in text:
        return None
    # A cut list may hold more, but a Keras 2 input has one output.
    cut = any(text.count(a) != text.count(b) for a, b in ("()", "[]", "{}"))
    if cut and (len(shapes) > 1 or not (kind and "InputLayer)".startswith(kind))):
        return None
    return shapes if len(shapes) > 1 else shapes[0]


def _sizes(line: int, text: str) -> Shape:
    sizes = [size.strip() for size in text.split(",")]
    if sizes[-1] == "":  # (None,) or ()
        sizes.pop()
    for size in sizes:
        if size not in {"None", "?"} and not re.fullmatch("[0-9]{1,18}", size):
            raise SummaryError(
                line,
                f"found {size!r} in the output shape ({text}); a size is a whole "
                "number or None",
            )
    return tuple(None if size in {"None", "?"} else int(size) for size in sizes)


def _params(line: int, text: str) -> int | None:
    if _ELLIPSIS in text or "unbuilt" in text:
        return None
    number = _NUMBER.match(text)
    if number is None:
        found = repr(text) if text else "nothing"
        raise SummaryError(
            line,
            f"found {found} in the column 'Param #', where a number such as 1,275 is "
            "wanted; each column must start under its heading",
        )
    return _count(number[0])


def _count(text: str) -> int:
    return int(text.replace(",", ""))


def _totals(lines: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        for match in _TOTAL.finditer(line):
            which = match["which"].lower().replace("-", "_")
            found.setdefault(f"{which}_params", _count(match["count"]))
    return found


def _model_name(lines: list[str]) -> str | None:
    for line in reversed(lines):
        match = _MODEL.search(line)
        if match:
            return match["name"]
    return None
