"""A summary as a picture: blocks as boxes that hold their layers, arrows for tensors.

The picture is an SVG document with nothing outside itself: a browser opens it, a slide
or a page shows it at any size. Layers of one kind share a colour, and always say what
they are, since colours alone don't tell everybody. An arrow is as thick as its tensor
is large.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby, pairwise
from math import fsum, log10
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from cnnspec.catalogue.layers.base import Layer
from cnnspec.catalogue.registry import ACCOMPANYING, FAMILIES
from cnnspec.emit.picture.layout import HEADER, Box, Point, Route, lay_out, same
from cnnspec.ground.errors import Frame, Path
from cnnspec.ground.shapes import Shapes, product
from cnnspec.ground.visible import visible
from cnnspec.model.graph import DEFAULT_POLICY
from cnnspec.model.readable import count_text, shape_text
from cnnspec.model.summary import Row, Summary


class Swatch(NamedTuple):
    """What the legend has of a family of layers: words and a colour."""

    says: str
    colour: str


_COLOURS = {
    "convolutional": "#a9cdf0",
    "pooling": "#f9c78c",
    "normalization": "#f2e394",
    "activations": "#b5e0ae",
    "core": "#d3bdea",
    "merging": "#f4b3b5",
    "regularization": "#dcdcdc",
    "reshaping": "#e2cdb1",
    "attention": "#9fdcd5",
    "rnn": "#bfe3ee",
    "preprocessing": "#d9dfa0",
    "augmentation": "#f1c5e2",
}
"""By family of layers, in the order of the legend."""
SWATCHES = {name: Swatch(FAMILIES[name], colour) for name, colour in _COLOURS.items()}
OTHER = Swatch("other", "#cfd6de")
TENSOR = Swatch("input, output", "#ffffff")
_INK, _PALE, _ARROW, _BORDER = "#1a1a1a", "#303030", "#5b6776", "#8a96a3"
_GROUNDS = ("#f4f6f9", "#e9edf2", "#dde3ea")
"""Of a box in the picture, of one in that box, and so on."""

_FONT = (
    "Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'Noto Sans KR', "
    "'Noto Sans CJK KR', 'Apple SD Gothic Neo', 'Malgun Gothic', sans-serif"
)
_TYPE, _SMALL, _HEADING = 12.0, 10.0, 20.0
"""Sizes of text: what a layer is, all else about it, and the model's name."""
_LONGEST = 32
"""Characters of a name or of arguments; the tooltip has the rest."""
_INDENT = 7.0
"""From a layer's border to its text."""
_ENTRY = 32.0
"""Height of a layer: two lines of text."""
_MARGIN = 20.0
_HEAD = 7.0
"""Length of an arrow's head."""
_BEND = 10.0
"""Radius of an arrow's corners."""
_FAR = 150.0
"""From this length on an arrow says on its way what it carries."""


def svg(summary: Summary) -> str:
    """The picture of a model whose every number is known: the text of an SVG file.

    The same summary gives the same text.
    """
    picture = _Picture(summary)
    return "\n".join(_document(picture, lay_out(picture.root, picture.links)))


# ------------------------------------------------------------------ what is drawn


class _Entry(NamedTuple):
    """A layer, an input or an output, as its rectangle says it."""

    name: str
    swatch: Swatch
    type: str
    arguments: str
    note: str
    """To the right of the name."""
    tooltip: str

    @property
    def width(self) -> float:
        """What its texts need."""
        type_width = text_width(self.type, _TYPE, bold=True)
        first = type_width + text_width(f" {self.arguments}", _SMALL + 1)
        second = text_width(f"{_short(self.name)}   {self.note}", _SMALL)
        return max(first, second) + 2 * _INDENT


class _Picture:
    """The boxes of a model and the arrows between them."""

    def __init__(self, summary: Summary) -> None:
        self.summary = summary
        self.root = Box(summary.graph.name)
        self.entries: dict[Box, list[_Entry]] = {}
        """What a box without parts shows: a layer, and those after it that leave the
        shape as it is."""
        self.frames: dict[Box, Frame] = {}
        """Where a box with parts comes from."""
        self._homes: dict[str, Box] = {}
        """The boxes that give the tensors."""
        self._holders: dict[Box, Box] = {}
        self._shapes: dict[str, Shapes] = {}
        self._readers = Counter(n for row in summary.rows for n in set(row.inputs))
        self._readers.update(summary.graph.outputs)
        self._rounds = _rounds(summary.rows)
        for tensor in summary.graph.inputs:
            shape = _times(shape_text(tensor.shape))
            entry = _Entry(tensor.name, TENSOR, "input", shape, tensor.dtype, "")
            self._homes[tensor.name] = self._add(entry, self.root)
            self._shapes[tensor.name] = tensor.shape
        self._grow(summary.rows, self.root, 0)
        self.links = [
            (self._homes[source], self._homes[row.name])
            for row in summary.rows
            for source in dict.fromkeys(row.inputs)
            if self._homes[source] is not self._homes[row.name]
        ]
        for name in summary.graph.outputs:
            shape = _shapes_text(self._shapes[name])
            box = self._add(_Entry(name, TENSOR, "output", shape, "", ""), self.root)
            self.links.append((self._homes[name], box))
        self._measure()

    def _add(self, entry: _Entry, parent: Box) -> Box:
        box = Box(entry.name)
        self.entries[box] = [entry]
        self._holders[box] = parent
        parent.parts.append(box)
        return box

    def _grow(self, rows: Sequence[Row], parent: Box, depth: int) -> None:
        """Puts layers into a box, with a box for each call and round among them.

        Args:
            rows: the layers.
            parent: the box.
            depth: how many steps of each layer's trail led to the box.
        """
        for frame, group in groupby(rows, lambda row: [*row.trail, None][depth]):
            if frame is None:
                for row in group:
                    self._add_row(row, parent)
                continue
            box = Box(frame.name)
            self._grow(list(group), box, depth + 1)
            if frame.block or len(box.parts) > 1:
                self.frames[box] = frame
                parent.parts.append(box)
            else:
                # A border around a single thing would only be one line more.
                parent.parts += box.parts

    def _add_row(self, row: Row, parent: Box) -> None:
        entry = _entry(row)
        self._shapes[row.name] = row.output_shape
        source = self._homes[row.inputs[0]]
        if self._holders[source] is parent and self._continues(row, source):
            self.entries[source].append(entry)
            self._homes[row.name] = source
        else:
            self._homes[row.name] = self._add(entry, parent)

    def _continues(self, row: Row, source: Box) -> bool:
        """Whether a layer stands below the one it reads without an arrow between."""
        name = row.inputs[0]
        return (
            len(row.inputs) == 1
            and self._readers[name] == 1
            and self.entries[source][-1].swatch is not TENSOR
            and row.layer.family() in ACCOMPANYING
            and row.output_shape == self._shapes[name]
        )

    def _measure(self) -> None:
        """Gives the boxes without parts their sizes: the same width side by side."""
        for box in self.root.walk():
            title = self.title(box)
            box.title = text_width(title, _SMALL + 1, bold=True) if title else 0.0
            leaves = [part for part in box.parts if part in self.entries]
            layers = [part for part in leaves if not self._is_tensor(part)]
            widths = [max(e.width for e in self.entries[part]) for part in layers]
            for part in leaves:
                entries = self.entries[part]
                own = max(entry.width for entry in entries)
                part.width = own if self._is_tensor(part) else max(widths)
                part.height = _ENTRY * len(entries)
        for source, _ in self.links:
            source.label = text_width(self.carried(source), _SMALL) + 8

    def _is_tensor(self, box: Box) -> bool:
        return self.entries[box][0].swatch is TENSOR

    def title(self, box: Box) -> str:
        """What the bar of a box with parts says."""
        if box not in self.frames:
            return ""
        frame = self.frames[box]
        if not frame.block:
            return f"round {frame.round} of {self._rounds[frame.path]}"
        if frame.name in ("", frame.block):
            return _short(frame.block)
        return f"{_short(frame.name)} ({_short(frame.block)})"

    def thickness(self, source: Box) -> float:
        """How thick the arrows from a box are: by the digits of the tensor's size."""
        shapes = self._shapes[self.entries[source][-1].name]
        first = shapes[0] if isinstance(shapes, list) else shapes
        size = product(first[1:])
        return min(7.0, 1 + 0.8 * log10(size)) if size else 1.5

    def carried(self, source: Box) -> str:
        """The shape of the tensor that leaves a box without parts."""
        return _shapes_text(self._shapes[self.entries[source][-1].name])


def _rounds(rows: Sequence[Row]) -> dict[Path, int]:
    """How many rounds each repeat has, by its place in the document."""
    found: dict[Path, int] = {}
    for row in rows:
        for frame in row.trail:
            if not frame.block:
                found[frame.path] = max(frame.round, found.get(frame.path, 0))
    return found


def _swatch(layer: Layer) -> Swatch:
    return SWATCHES.get(layer.family(), OTHER)


def _entry(row: Row) -> _Entry:
    note = f"{row.params:,} params" if row.params else ""
    if row.shares:
        note = f"weights of {_short(row.shares)}"
    return _Entry(
        row.name,
        _swatch(row.layer),
        row.type,
        _arguments(row.layer),
        note,
        _tooltip(row),
    )


def _tooltip(row: Row) -> str:
    """Everything about a layer, for who points at it."""
    given = ", ".join(map(shape_text, row.input_shapes)) or "nothing"
    lines = [
        f"{row.name}: {row.layer!r}",
        _times(f"{given} → {_shapes_text(row.output_shape)}"),
    ]
    if row.shares:
        lines.append(f"shares its weights with {row.shares}")
    elif row.params:
        lines.append(f"params: {row.arithmetic} = {row.params:,}")
    if row.macs:
        lines.append(f"MACs: {row.macs:,}")
    if row.dtype != DEFAULT_POLICY:
        lines.append(f"dtype: {row.dtype}")
    return "\n".join(lines)


_SAYINGS = {
    "filters": "{} filters",
    "units": "{} units",
    "strides": "stride {}",
    "dilation_rate": "dilation {}",
    "groups": "{} groups",
    "axis": "axis {}",
    "layer": "of {}",
    "padding": "by {}",
    "num_heads": "{} heads",
    "key_dim": "keys of {}",
}
_PLAIN = (
    *("activation", "kernel_size", "pool_size", "output_size", "size", "rate", "dims"),
    *("target_shape", "n", "cropping", "interpolation", "max_value", "height"),
    *("width", "input_dim", "output_dim"),
)
"""Arguments that say what they mean by their value."""
_ALWAYS = ("kernel_size", "pool_size", "size")
"""Arguments that are worth knowing where they have their default, too."""


def _arguments(layer: Layer) -> str:
    """The arguments that tell layers of a type apart: `3×3, 50 filters, stride 2`."""
    given = {name: getattr(layer, name) for name in _ALWAYS if hasattr(layer, name)}
    given |= layer.given
    said = []
    for name, value in given.items():
        if _goes_without_saying(name, value, given):
            continue
        if name in _SAYINGS or name in _PLAIN:
            text = _SAYINGS.get(name, "{}").format(_value(name, value))
            said.append(text.removesuffix("s") if value == 1 else text)
    # The window comes first, as people say it: a 3×3 convolution with 50 filters.
    said.sort(key=lambda text: "×" not in text)
    return _short(", ".join(said))


def _goes_without_saying(name: str, value: Any, given: dict[str, Any]) -> bool:
    ones = ("strides", "dilation_rate", "groups")
    return (
        value in (None, "linear", "valid", "same", "causal")
        or (name in ones and set(_sequence(value)) == {1})
        or (name == "strides" and value == given.get("pool_size"))
    )


def _sequence(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def _value(name: str, value: Any) -> str:
    if isinstance(value, Layer):
        return f"{type(value).__name__} {_arguments(value)}".strip()
    if isinstance(value, float):
        return f"{value:.4g}"
    if not isinstance(value, (tuple, list)):
        return str(value)
    axes = ["/".join(dict.fromkeys(map(str, _sequence(axis)))) for axis in value]
    if len(set(axes)) == 1 and name not in ("kernel_size", "pool_size", "target_shape"):
        return axes[0]
    return "×".join(axes)


# ------------------------------------------------------------------ text


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """A width that the text won't exceed in any common sans-serif font.

    The classes of letters are those of DejaVu Sans and Verdana, the widest of these.
    """
    return size * fsum(map(_letter, text)) * (1.13 if bold else 1.0)


def _letter(letter: str) -> float:
    if east_asian_width(letter) in "WF":
        return 1.0
    if letter in "fijlrtIJ.,:;·'|!/()[]- ":
        return 0.42
    if letter in "mwMW@%&#+<=>~×→…":
        return 1.0
    return 0.79 if letter.isupper() else 0.64


def _short(text: str) -> str:
    text = visible(text)
    if len(text) <= _LONGEST:
        return text
    # Long names begin with those of the blocks around them, which differ least.
    return f"{text[: _LONGEST // 2 - 4]}…{text[-_LONGEST // 2 - 3 :]}"


def _shapes_text(shapes: Shapes) -> str:
    several = shapes if isinstance(shapes, list) else [shapes]
    return ", ".join(_times(shape_text(shape)) for shape in several)


def _times(text: str) -> str:
    return text.replace("x", "×")


# ------------------------------------------------------------------ the document


def _document(picture: _Picture, routes: list[Route]) -> Iterator[str]:
    summary, root = picture.summary, picture.root
    macs = count_text(summary.macs)
    name = visible(summary.graph.name)
    counts = f"{len(summary.rows):,} layers · {summary.total_params:,} params"
    counts += f" · {macs} MACs"
    swatches = dict.fromkeys(e.swatch for own in picture.entries.values() for e in own)
    top = _MARGIN + _HEADING + 26
    width = max(root.width, 440.0, text_width(name, _HEADING, bold=True))
    legend, legend_height = _legend(list(swatches), width)
    width += 2 * _MARGIN
    height = top + root.height + legend_height + _MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'viewBox="0 0 {_n(width)} {_n(height)}" '
        f'width="{_n(width)}" height="{_n(height)}"'
        f' font-family="{_FONT}" font-size="{_n(_SMALL)}" fill="{_INK}">'
    )
    yield f"<title>{escape(name)}</title>"
    yield (
        f"<desc>The layers of a neural network from top to bottom: {escape(counts)}. "
        "Each arrow is labelled with the shape of the tensor it carries.</desc>"
    )
    yield f'<rect width="{_n(width)}" height="{_n(height)}" fill="#ffffff"/>'
    yield _text(_MARGIN, _MARGIN + _HEADING - 4, name, _HEADING, bold=True)
    yield _text(_MARGIN, _MARGIN + _HEADING + 14, counts, _TYPE, fill=_PALE)
    left = (width - root.width) / 2
    yield f'<g transform="translate({_n(left)} {_n(top)})">'
    yield from _boxes(picture, root, 0)
    for link, route in zip(picture.links, routes, strict=True):
        yield _arrow(picture, link, route)
    for box in picture.frames:
        yield _bar(picture, box)
    for box, entries in picture.entries.items():
        for number, entry in enumerate(entries):
            yield from _layer(box, box.y + _ENTRY * number, entry)
    yield from _shape_labels(picture, routes)
    yield "</g>"
    yield f'<g transform="translate({_n(_MARGIN)} {_n(top + root.height)})">'
    yield from legend
    yield "</g>"
    yield "</svg>\n"


def _boxes(picture: _Picture, box: Box, depth: int) -> Iterator[str]:
    for part in box.parts:
        if not part.parts:
            continue
        ground = _GROUNDS[min(depth, len(_GROUNDS) - 1)]
        dashes = "" if picture.frames[part].block else ' stroke-dasharray="5 4"'
        yield (
            f'<rect class="box" {_frame(part)} rx="6" fill="{ground}" '
            f'stroke="{_BORDER}"{dashes}/>'
        )
        yield from _boxes(picture, part, depth + 1)


def _bar(picture: _Picture, box: Box) -> str:
    """The title of a box, over the arrows that enter it."""
    is_block = bool(picture.frames[box].block)
    x, y, right = box.x + 0.5, box.y + 0.5, box.x + box.width - 0.5
    fill = "#cdd6e0" if is_block else "#ffffff"
    corners = (
        f"M{_n(x)} {_n(y + HEADER)}V{_n(y + 5.5)}a5.5 5.5 0 0 1 5.5 -5.5"
        f"H{_n(right - 5.5)}a5.5 5.5 0 0 1 5.5 5.5V{_n(y + HEADER)}z"
    )
    text = _text(
        box.x + box.width / 2,
        box.y + 14.5,
        picture.title(box),
        _SMALL + 1,
        bold=is_block,
        anchor="middle",
    )
    return f'<path d="{corners}" fill="{fill}"/>{text}'


def _layer(box: Box, y: float, entry: _Entry) -> Iterator[str]:
    x, right = box.x + _INDENT, box.x + box.width - _INDENT
    is_tensor = entry.swatch is TENSOR
    rounding = _n(_ENTRY / 2) if is_tensor else "3"
    yield f'<g class="{"tensor" if is_tensor else "layer"}">'
    if entry.tooltip:
        yield f"<title>{_clean(entry.tooltip)}</title>"
    yield (
        f'<rect x="{_n(box.x)}" y="{_n(y)}" width="{_n(box.width)}" '
        f'height="{_n(_ENTRY)}" rx="{rounding}" fill="{entry.swatch.colour}" '
        f'stroke="#4a5563" stroke-width=".8"/>'
    )
    arguments = (
        f'<tspan font-weight="400" font-size="{_n(_SMALL + 1)}"> '
        f"{escape(entry.arguments)}</tspan>"
    )
    yield (
        f'<text x="{_n(x)}" y="{_n(y + 14)}" font-size="{_n(_TYPE)}" '
        f'font-weight="700">{escape(entry.type)}{arguments}</text>'
    )
    yield _text(x, y + 26.5, _short(entry.name), _SMALL, fill=_PALE)
    if entry.note:
        yield _text(right, y + 26.5, entry.note, _SMALL, fill=_PALE, anchor="end")
    yield "</g>"


def _arrow(picture: _Picture, link: tuple[Box, Box], route: Route) -> str:
    source, target = link
    name = picture.entries[source][-1].name
    tooltip = f"{name} → {picture.entries[target][0].name}: {picture.carried(source)}"
    thick = picture.thickness(source)
    end = route[-1]
    neck = Point(end.x, end.y - _HEAD - 5)
    line = [*route[:-1], neck, Point(end.x, end.y - _HEAD + 1)]
    half = thick / 2 + 2.5
    head = f"{_n(end.x - half)},{_n(end.y - _HEAD)} {_n(end.x + half)},"
    head += f"{_n(end.y - _HEAD)} {_n(end.x)},{_n(end.y)}"
    return (
        f'<g class="arrow"><title>{_clean(tooltip)}</title>'
        f'<path d="{_path(line)}" fill="none" stroke="{_ARROW}" '
        f'stroke-width="{_n(thick)}"/><polygon points="{head}" fill="{_ARROW}"/></g>'
    )


def _path(route: Route) -> str:
    """An arrow's line: curves where it goes aside, round corners where it turns."""
    start = route[0]
    steps = [f"M{_n(start.x)} {_n(start.y)}"]
    for number, point in enumerate(route[1:], 1):
        before = route[number - 1]
        after = route[number + 1] if number + 1 < len(route) else None
        if not same(before.x, point.x) and not same(before.y, point.y):
            middle = _n((before.y + point.y) / 2)
            steps.append(
                f"C{_n(before.x)} {middle} {_n(point.x)} {middle} "
                f"{_n(point.x)} {_n(point.y)}"
            )
        elif after and _is_corner(before, point, after):
            a, b = _towards(point, before), _towards(point, after)
            steps.append(
                f"L{_n(a.x)} {_n(a.y)}Q{_n(point.x)} {_n(point.y)} {_n(b.x)} {_n(b.y)}"
            )
        else:
            steps.append(f"L{_n(point.x)} {_n(point.y)}")
    return "".join(steps)


def _is_corner(before: Point, point: Point, after: Point) -> bool:
    """Whether a line turns by a right angle."""
    return (same(before.x, point.x) and same(point.y, after.y)) or (
        same(before.y, point.y) and same(point.x, after.x)
    )


def _towards(point: Point, other: Point) -> Point:
    """Where the round corner at a point begins."""
    dx, dy = other.x - point.x, other.y - point.y
    length = abs(dx) + abs(dy)
    part = min(_BEND, length / 2) / length
    return Point(point.x + dx * part, point.y + dy * part)


def _shape_labels(picture: _Picture, routes: list[Route]) -> Iterator[str]:
    """The shape of each tensor where it leaves its layer, and on long ways again."""
    first: dict[Box, Route] = {}
    said = set()
    for (source, _), route in zip(picture.links, routes, strict=True):
        first.setdefault(source, route)
        if _off_middle(source, route) < _off_middle(source, first[source]):
            first[source] = route
        beside = [way for way in pairwise(route) if same(way[0].x, way[1].x)][1:]
        start, end = max(
            beside, key=lambda way: way[1].y - way[0].y, default=(route[0], route[0])
        )
        place = (source, round(start.x))
        if end.y - start.y > _FAR and place not in said:
            said.add(place)
            yield _along(picture, source, start, end)
    for source, route in first.items():
        aside = picture.thickness(source) / 2 + 3
        start, following = route[:2]
        to_the_right = following.x - start.x > 0.5
        yield _halo(
            _text(
                start.x + (-aside if to_the_right else aside),
                start.y + 12,
                picture.carried(source),
                _SMALL,
                anchor="end" if to_the_right else "",
            )
        )


def _off_middle(box: Box, route: Route) -> int:
    """How far from the middle of a box an arrow leaves it, in whole pixels."""
    return round(abs(route[0].x - box.x - box.width / 2))


def _along(picture: _Picture, source: Box, start: Point, end: Point) -> str:
    x = start.x - picture.thickness(source) / 2 - 3
    y = (start.y + end.y) / 2
    label = _text(0, 0, picture.carried(source), _SMALL, anchor="middle")
    return f'<g transform="translate({_n(x)} {_n(y)}) rotate(-90)">{_halo(label)}</g>'


def _halo(text: str) -> str:
    """A text that stays readable over lines."""
    return (
        '<g stroke="#ffffff" stroke-width="3" stroke-linejoin="round" '
        f'paint-order="stroke">{text}</g>'
    )


def _legend(swatches: list[Swatch], width: float) -> tuple[list[str], float]:
    """The swatches that occur with their colours, in as many lines as it takes.

    Returns:
        The elements, and their height.
    """
    found, x, y = [], 0.0, 18.0
    for swatch in [
        swatch for swatch in (*SWATCHES.values(), OTHER) if swatch in swatches
    ]:
        needed = 26 + text_width(swatch.says, _SMALL + 1)
        if x and x + needed > width:
            x, y = 0.0, y + 20
        found.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="12" height="12" rx="2" '
            f'fill="{swatch.colour}" stroke="#4a5563" stroke-width=".8"/>'
        )
        found.append(_text(x + 17, y + 10, swatch.says, _SMALL + 1))
        x += needed
    note = "The thicker an arrow, the larger its tensor."
    found.append(_text(0, y + 30, note, _SMALL + 1, fill=_PALE))
    return found, y + 34


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    *,
    bold: bool = False,
    anchor: str = "",
    fill: str = "",
) -> str:
    looks = f' font-size="{_n(size)}"' if size != _SMALL else ""
    looks += ' font-weight="700"' if bold else ""
    looks += f' text-anchor="{anchor}"' if anchor else ""
    looks += f' fill="{fill}"' if fill else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{looks}>{escape(text)}</text>'


def _frame(box: Box) -> str:
    return (
        f'x="{_n(box.x)}" y="{_n(box.y)}" '
        f'width="{_n(box.width)}" height="{_n(box.height)}"'
    )


def _clean(text: str) -> str:
    return escape("\n".join(map(visible, text.split("\n"))), quote=False)


def _n(number: float) -> str:
    """A length, to a tenth of a pixel: `12`, `12.5`."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
