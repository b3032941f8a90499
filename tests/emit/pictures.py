"""Models to be drawn, and what stands in a picture."""

import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.etree import ElementTree

import numpy as np
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from cnnspec import api
from cnnspec.catalogue.layers import layer_class
from cnnspec.ground.errors import Frame
from cnnspec.model.graph import Graph, Input, Node
from cnnspec.model.summary import Summary, infer

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


class Model:
    """Builds a graph call by call: each layer reads the one before, or `reads`."""

    def __init__(self, name: str = "model", **inputs: tuple[int, ...]) -> None:
        self.name = name
        self.inputs = tuple(
            Input(name, (None, *shape), "float32", ())
            for name, shape in (inputs or {"image": (32, 32, 8)}).items()
        )
        self.nodes: list[Node] = []
        self.trail: tuple[Frame, ...] = ()
        self.at = self.inputs[0].name

    def __call__(self, kind, *args, name="", reads=(), **arguments) -> str:
        name = name or f"{kind.lower()}_{len(self.nodes)}"
        layer = layer_class(kind)(*args, **arguments)
        inputs = tuple(reads) or (self.at,)
        self.nodes.append(Node(name, layer, inputs, (), self.trail))
        self.at = name
        return name

    @contextmanager
    def within(self, block: str, name: str = "", round: int = 0) -> Iterator[None]:
        before = self.trail
        self.trail = (
            *before,
            Frame(block, name, (len(before),), round, given=bool(name)),
        )
        yield
        self.trail = before

    def summary(self, *outputs: str) -> Summary:
        graph = Graph(self.name, self.inputs, tuple(self.nodes), outputs or (self.at,))
        summary = infer(graph)
        assert not summary.problems
        assert len(summary.rows) == len(self.nodes)
        return summary


def chain(count: int) -> Summary:
    model = Model()
    for _ in range(count // 2):
        model("Conv2D", 8, 3, padding="same")
        model("MaxPooling2D", 1)
    return model.summary()


def residual(blocks: int = 12) -> Summary:
    """Blocks of two branches that are added, every third with a layer in both."""
    model = Model("residual")
    for number in range(blocks):
        with model.within("bottleneck", f"block{number}"):
            shortcut = start = model.at
            if number % 3 == 0:
                model("Conv2D", 8, 1)
                shortcut = model("BatchNormalization")
                model.at = start
            model("Conv2D", 4, 1)
            model("BatchNormalization")
            model("Activation", "relu")
            model("Conv2D", 8, 3, padding="same")
            model("Add", reads=[shortcut, model.at])
            model("Activation", "relu")
    return model.summary()


def unet(depth: int = 4) -> Summary:
    model, skips = Model("unet"), []
    for level in range(depth):
        with model.within("down", f"down{level}"):
            skips.append(model("Conv2D", 8, 3, padding="same"))
            model("MaxPooling2D", 2)
    model("Conv2D", 8, 3, padding="same")
    for level in reversed(range(depth)):
        with model.within("up", f"up{level}"):
            model("UpSampling2D", 2)
            model("Concatenate", reads=[skips.pop(), model.at])
            model("Conv2D", 8, 3, padding="same")
    return model.summary()


def down_and_up(seed: int) -> Summary:
    """A U with or without blocks, skip connections, layers in these, more outputs."""
    chance = random.Random(seed)
    model, levels, outputs = Model(f"u{seed}"), [], []

    def within(block: str, level: int):
        named = chance.random() < 0.6
        return model.within(block, f"{block}{level}") if named else nullcontext()

    depth = chance.randint(2, 5)
    for level in range(depth):
        with within("down", level):
            for _ in range(chance.randint(1, 3)):
                model("Conv2D", 8, 3, padding="same")
            levels.append(model.at)
            if chance.random() < 0.5:
                model("Add", reads=[model.at, model("Conv2D", 8, 1)])
        model("MaxPooling2D", 2)
    for level in reversed(range(depth)):
        with within("up", level):
            model("UpSampling2D", 2)
            if chance.random() < 0.8:
                at, skip = model.at, levels[level]
                if chance.random() < 0.3:
                    skip = model("Conv2D", 8, 1, reads=[skip])
                model("Concatenate", reads=[skip, at])
            for _ in range(chance.randint(1, 2)):
                model("Conv2D", 8, 3, padding="same")
        if chance.random() < 0.15:
            at = model.at
            outputs.append(model("Conv2D", 1, 1))
            model.at = at
    return model.summary(*outputs, model.at)


def inception() -> Summary:
    model = Model("inception")
    for round in (1, 2, 3):
        with model.within("", round=round), model.within("module"):
            start, ends = model.at, []
            for length in (1, 2, 3, 4):
                model.at = start
                for _ in range(length):
                    model("Conv2D", 8, 3, padding="same")
                ends.append(model.at)
            model("Concatenate", reads=ends)
        model("MaxPooling2D", 2)
    return model.summary()


def several() -> Summary:
    model = Model("several", left=(16, 16, 8), right=(16, 16, 8), vector=(8,))
    joined = model("Add", reads=["left", "right"])
    with model.within("head", "first"):
        one = model("GlobalAveragePooling2D")
    model.at = joined
    with model.within("head", "second"):
        model("GlobalMaxPooling2D")
        two = model("Multiply", reads=[model.at, "vector"])
    return model.summary(one, two, joined)


def tangle(seed: int) -> Summary:
    """Any layers read any others, in any boxes."""
    chance = random.Random(seed)
    model = Model(f"tangle{seed}")
    made: list[str] = ["image"]

    def grow(depth: int) -> None:
        for _ in range(chance.randint(1, 4)):
            if depth < 3 and chance.random() < 0.4:
                with model.within(
                    f"block{depth}", chance.choice(["", f"b{len(made)}"])
                ):
                    grow(depth + 1)
                continue
            readable = made[-chance.randint(1, 12) :]
            reads = chance.sample(readable, min(len(readable), chance.randint(1, 3)))
            kind = "Conv2D" if len(reads) == 1 else "Add"
            arguments = {"filters": 8, "kernel_size": 1} if len(reads) == 1 else {}
            made.append(model(kind, reads=reads, **arguments))

    for _ in range(6):
        grow(0)
    read = {name for node in model.nodes for name in node.inputs}
    return model.summary(*(node.name for node in model.nodes if node.name not in read))


@cache
def spec(name: str) -> api.Summary:
    return api.load(ROOT / "specs" / f"{name}.yaml").summary


def picture(summary: Summary, **chosen) -> str:
    return api.Summary(*summary).svg(**chosen)


# ------------------------------------------------------------------ what is drawn


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def inside(self, other: "Area", by: float = 0.0) -> bool:
        return (
            other.left - by <= self.left
            and self.right <= other.right + by
            and other.top - by <= self.top
            and self.bottom <= other.bottom + by
        )

    def meets(self, other: "Area", by: float = 1.0) -> bool:
        """Whether they share more than a border."""
        return (
            self.left + by < other.right
            and other.left + by < self.right
            and self.top + by < other.bottom
            and other.top + by < self.bottom
        )


Place = tuple[float, float]


class Drawn:
    """A picture's parts at their places."""

    def __init__(self, text: str) -> None:
        self.document = ElementTree.fromstring(text)
        _, _, width, height = map(float, self.document.get("viewBox").split())
        self.size = Area(0.0, 0.0, width, height)
        self.layers: list[Area] = []
        self.says: list[tuple[Area, list[Area]]] = []
        """Rectangles of layers, and the texts in them."""
        self.frames: list[Area] = []
        self.arrows: list[list[Place]] = []
        self.all: list[Area] = []
        self._read(self.document, 0.0, 0.0)

    def _read(self, element: ElementTree.Element, x: float, y: float) -> None:
        moved = re.match(r"translate\((\S+) (\S+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        kind = element.get("class", "")
        areas = [area(part, x, y) for part in element if part.tag in AREAS]
        if kind in ("layer", "tensor"):
            around = hull(areas)
            self.layers.append(around)
            texts = [text_area(t, x, y) for t in element.iter(f"{SVG}text")]
            self.says.append((around, texts))
        if kind == "arrow":
            path = element.find(f"{SVG}path").get("d")
            head = area(element.find(f"{SVG}polygon"), x, y)
            tip = points(element.find(f"{SVG}polygon").get("points"))[-1]
            self.all.append(head)
            self.arrows.append(
                [(a + x, b + y) for a, b in [*corners(path), tip]],
            )
        self.frames += [
            area(part, x, y) for part in element if part.get("class") == "box"
        ]
        self.all += areas
        for part in element:
            if part.tag == f"{SVG}text" and "rotate" not in part.get("transform", ""):
                self.all.append(text_area(part, x, y))
            self._read(part, x, y)

    def groups(self, name: str) -> list[ElementTree.Element]:
        return [g for g in self.document.iter(f"{SVG}g") if g.get("class") == name]

    def texts(self) -> list[str]:
        return texts(self.document)


AREAS = (f"{SVG}rect", f"{SVG}polygon")


def texts(element: ElementTree.Element) -> list[str]:
    """Each text, with a blank in place of a distance."""
    return [
        " ".join(filter(None, [text.text, *(t.text for t in text)]))
        for text in element.iter(f"{SVG}text")
    ]


def area(element: ElementTree.Element, x: float, y: float) -> Area:
    if element.tag == f"{SVG}polygon":
        places = points(element.get("points"))
        xs, ys = zip(*places, strict=True)
        return Area(min(xs) + x, min(ys) + y, max(xs) + x, max(ys) + y)
    left, top = float(element.get("x", 0)) + x, float(element.get("y", 0)) + y
    width, height = float(element.get("width")), float(element.get("height"))
    return Area(left, top, left + width, top + height)


def hull(areas: Sequence[Area]) -> Area:
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return Area(min(lefts), min(tops), max(rights), max(bottoms))


def points(text: str) -> list[Place]:
    numbers = [float(number) for number in re.split(r"[ ,]", text)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def corners(path: str) -> list[Place]:
    """The places that a line of M, L and Q leads to, corners in place of curves."""
    found = []
    for letter, text in re.findall(r"([MLQ])([^MLQ]*)", path):
        places = points(text.strip())
        found += places if letter == "Q" else places[:1]
    return found


@cache
def font(weight: str) -> FT2Font:
    """DejaVu Sans, the widest of the fonts that pictures name, or that replace them."""
    properties = font_manager.FontProperties(family="DejaVu Sans", weight=weight)
    return FT2Font(font_manager.findfont(properties))


@cache
def drawn_width(text: str, size: float, weight: str) -> float:
    # The font has no Hangul, which is as wide as high in every font.
    wide = sum(east_asian_width(letter) in "WF" for letter in text)
    letters = font(weight)
    letters.set_size(100, 72)
    letters.set_text("".join(c for c in text if east_asian_width(c) not in "WF"))
    return (letters.get_width_height()[0] / 6400 + wide) * size


def text_area(element: ElementTree.Element, x: float, y: float) -> Area:
    size = float(element.get("font-size", 10))
    bold = "bold" if element.get("font-weight") == "700" else "normal"
    width = drawn_width(element.text or "", size, bold)
    for part in element:
        width += float(part.get("dx", 0))
        width += drawn_width(part.text or "", float(part.get("font-size")), "normal")
    left = float(element.get("x")) + x
    anchor = element.get("anchor", element.get("text-anchor", ""))
    left -= {"middle": width / 2, "end": width}.get(anchor, 0.0)
    bottom = float(element.get("y")) + y
    return Area(left, bottom - 0.75 * size, left + width, bottom + 0.2 * size)


# ------------------------------------------------------------------ what must hold


def check_drawing(drawn: Drawn) -> None:
    """Nothing lies upon anything else, or out of the picture."""
    for found in drawn.all:
        assert found.inside(drawn.size, 0.1), found
    for left, top in (place for way in drawn.arrows for place in way):
        assert Area(left, top, left, top).inside(drawn.size)
    for one, other in neighbours(drawn.layers):
        assert not one.meets(other), (one, other)
    _, steps = steps_of(drawn)
    met = np.argwhere(meet(steps, np.array(drawn.layers)))
    assert not len(met), (steps[met[0][0]], drawn.layers[met[0][1]])


def check_texts(drawn: Drawn) -> None:
    """Texts lie in their boxes, and not upon one another."""
    for around, inside in drawn.says:
        for one in inside:
            assert one.inside(around, 0.5), (one, around)
        for one, other in neighbours(inside):
            assert not one.meets(other, 0.2), (one, other)


def check_frames(drawn: Drawn) -> None:
    """Arrows pass no box that they have no business in."""
    if not drawn.frames:
        return
    number, steps = steps_of(drawn)
    frames = np.array(drawn.frames)
    own = np.zeros((len(drawn.arrows), len(frames)), bool)
    for end in (0, -1):
        places = np.array([way[end] for way in drawn.arrows])
        inside = (places[:, None] >= frames[:, :2]) & (places[:, None] <= frames[:, 2:])
        own |= inside.all(axis=2)
    met = np.argwhere(meet(steps, frames) & ~own[number])
    assert not len(met), (steps[met[0][0]], drawn.frames[met[0][1]])


def steps_of(drawn: Drawn) -> tuple[np.ndarray, np.ndarray]:
    """The number of its arrow and the area of each straight piece."""
    found = [
        (number, *hull([Area(*place, *place) for place in step]))
        for number, way in enumerate(drawn.arrows)
        for step in pairwise(way)
    ]
    steps = np.array(found)
    return steps[:, 0].astype(int), steps[:, 1:]


def meet(ones: np.ndarray, others: np.ndarray, by: float = 1.0) -> np.ndarray:
    """Which of some areas share more than a border with which of others."""
    begins = ones[:, None, :2] + by < others[None, :, 2:]
    ends = others[None, :, :2] + by < ones[:, None, 2:]
    return (begins & ends).all(axis=2)


def neighbours(areas: Sequence[Area]) -> Iterator[tuple[Area, Area]]:
    """Pairs that share a height."""
    ordered = sorted(areas, key=lambda found: found.top)
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            if other.top >= one.bottom:
                break
            yield one, other
