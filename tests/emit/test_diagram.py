"""The picture of a model holds all of it, and nothing lies upon anything else."""

import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from cnnspec import api
from cnnspec.app import cli
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import FAMILIES, layer_names
from cnnspec.emit.picture import diagram
from cnnspec.emit.picture.diagram import OTHER, SWATCHES, svg, text_width
from cnnspec.emit.picture.layout import Box, Point, Route, lay_out
from cnnspec.emit.targets import targets, usual_targets
from cnnspec.emit.write import is_sealed
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
        self.trail = (*before, Frame(block, name, (len(before),), round))
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


def spec(name: str) -> Summary:
    return api.load(ROOT / "specs" / f"{name}.yaml").summary


MODELS = {
    "chain": lambda: chain(40),
    "residual": residual,
    "unet": unet,
    "inception": inception,
    "several": several,
    **{f"tangle{seed}": lambda seed=seed: tangle(seed) for seed in range(25)},
    "nin": lambda: spec("nin"),
    **{
        f"zoo/{name}": lambda name=name: spec(f"zoo/{name}")
        for name in ("resnet50", "unet", "densenet121", "nasnet_mobile", "two_inputs")
    },
}


@pytest.fixture(params=MODELS, scope="module")
def summary(request: pytest.FixtureRequest) -> Summary:
    return MODELS[request.param]()


class Laid:
    """A picture before it is written."""

    def __init__(self, summary: Summary) -> None:
        self.picture = diagram._Picture(summary)
        self.routes = lay_out(self.picture.root, self.picture.links)
        self.boxes = list(self.picture.root.walk())
        self.holders = {part: box for box in self.boxes for part in box.parts}

    def around(self, box: Box) -> set[Box]:
        found = {box}
        while box in self.holders:
            box = self.holders[box]
            found.add(box)
        return found


@pytest.fixture(scope="module")
def laid(summary: Summary) -> Laid:
    return Laid(summary)


# ------------------------------------------------------------------ geometry


def test_boxes_hold_their_parts_and_these_do_not_overlap(laid: Laid) -> None:
    for box in laid.boxes:
        for part in box.parts:
            assert part.width > 0 < part.height
            assert box.x <= part.x
            assert part.x + part.width <= box.x + box.width + 0.01
            assert box.y <= part.y
            assert part.y + part.height <= box.y + box.height + 0.01
        for one, other in combinations(box.parts, 2):
            assert (
                one.x + one.width <= other.x
                or other.x + other.width <= one.x
                or one.y + one.height <= other.y
                or other.y + other.height <= one.y
            ), (one.name, other.name)


def test_arrows_lead_from_the_bottom_of_one_layer_to_the_top_of_another(
    laid: Laid,
) -> None:
    for (source, target), route in zip(laid.picture.links, laid.routes, strict=True):
        assert source.x < route[0].x < source.x + source.width
        assert route[0].y == pytest.approx(source.y + source.height, abs=0.1)
        assert target.x < route[-1].x < target.x + target.width
        assert route[-1].y == pytest.approx(target.y, abs=0.1)


def test_arrows_pass_no_box_that_they_have_no_business_in(laid: Laid) -> None:
    for (source, target), route in zip(laid.picture.links, laid.routes, strict=True):
        own = laid.around(source) | laid.around(target)
        others = [
            box
            for box in laid.boxes
            if box not in own and (laid.holders[box] in own or box.parts)
        ]
        places = list(course(route))
        for box in others:
            for x, y in places:
                inside = (
                    box.x < x < box.x + box.width and box.y < y < box.y + box.height
                )
                assert not inside, (source.name, target.name, box.name)


def test_arrows_stay_out_of_the_layers_they_join(laid: Laid) -> None:
    for link, route in zip(laid.picture.links, laid.routes, strict=True):
        for x, y in course(route):
            for box in link:
                assert not (
                    box.x < x < box.x + box.width
                    and box.y + 0.2 < y < box.y + box.height - 0.2
                )


def course(route: Route) -> Iterator[Point]:
    """Places along an arrow, curves as `_path` draws them."""
    for a, b in pairwise(route):
        for part in (n / 12 for n in range(13)):
            # A cubic Bézier curve that leaves and arrives vertically, half-way down.
            aside = part * part * (3 - 2 * part)
            middle = 3 * part * (1 - part) / 2
            down = part**3 + middle
            if abs(a.x - b.x) < 0.5 or abs(a.y - b.y) < 0.5:
                aside = down = part
            yield Point(a.x + (b.x - a.x) * aside, a.y + (b.y - a.y) * down)


def test_what_skips_layers_runs_straight_beside_them() -> None:
    laid = Laid(unet())
    column = {box.x + box.width for box in laid.picture.root.parts if box.parts}
    far = [
        route
        for (source, target), route in zip(laid.picture.links, laid.routes, strict=True)
        if (source.name, target.name[:4]) == ("conv2d_0", "conc")
    ]
    (route,) = far
    longest = max(pairwise(route), key=lambda way: way[1].y - way[0].y)
    assert longest[0].x == longest[1].x > max(column)
    assert longest[1].y - longest[0].y > 0.6 * laid.picture.root.height


def test_a_trunk_is_straight() -> None:
    laid = Laid(unet())
    for (source, target), route in zip(laid.picture.links, laid.routes, strict=True):
        if "concat" not in target.name:
            assert len({point.x for point in route}) == 1, (source.name, target.name)


def test_what_comes_from_afar_joins_the_trunk() -> None:
    model = Model()
    skip = model("Conv2D", 8, 1, name="before")
    model("Conv2D", 8, 1)
    for level in (1, 2):
        with model.within("up"):
            trunk = model("Conv2D", 8, 1)
            side = model("Conv2D", 8, 1, reads=[skip], name=f"side{level}")
            model("Add", reads=[trunk, side])
    laid = Laid(model.summary())
    for (source, target), route in zip(laid.picture.links, laid.routes, strict=True):
        if "side" not in source.name + target.name:
            assert len({point.x for point in route}) == 1, (source.name, target.name)


def test_arrows_do_not_cross_without_need() -> None:
    model = Model(left=(4,), middle=(4,), right=(4,))
    for name in ("right", "left", "middle"):
        model("Dense", 4, reads=[name], name=f"to_{name}")
    model("Concatenate", reads=["to_left", "to_middle", "to_right"])
    laid = Laid(model.summary())
    places = {box.name: box.x for box in laid.boxes}
    order = sorted(("left", "middle", "right"), key=lambda name: places[name])
    assert order == sorted(order, key=lambda name: places[f"to_{name}"])


def test_a_long_model_is_folded_into_columns() -> None:
    root = Laid(chain(200)).picture.root
    assert 1 < root.width / root.height < 3
    assert Laid(chain(6)).picture.root.width < 400


# ------------------------------------------------------------------ the document


@pytest.fixture(scope="module")
def document(summary: Summary) -> ElementTree.Element:
    return ElementTree.fromstring(svg(summary))


def texts(element: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in element.iter(f"{SVG}text")]


def groups(document: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [g for g in document.iter(f"{SVG}g") if g.get("class") == name]


def test_every_layer_is_there_once(
    summary: Summary, document: ElementTree.Element
) -> None:
    titles = [layer.findtext(f"{SVG}title") for layer in groups(document, "layer")]
    assert Counter(title.partition(":")[0] for title in titles) == Counter(
        row.name for row in summary.rows
    )
    graph = summary.graph
    tensors = len(graph.inputs) + len(graph.outputs)
    assert len(groups(document, "tensor")) == tensors


def test_every_connection_is_an_arrow_or_a_place_below(
    summary: Summary, document: ElementTree.Element
) -> None:
    arrows = Counter(
        arrow.findtext(f"{SVG}title").partition(":")[0]
        for arrow in groups(document, "arrow")
    )
    stacks = diagram._Picture(summary).entries.values()
    below = Counter(
        f"{one.name} → {two.name}" for stack in stacks for one, two in pairwise(stack)
    )
    expected = Counter(
        f"{name} → {row.name}" for row in summary.rows for name in set(row.inputs)
    )
    expected += Counter(f"{name} → {name}" for name in summary.graph.outputs)
    # An arrow leads to the first of the layers that stand together.
    assert arrows + below == expected


def test_all_lies_in_the_picture(document: ElementTree.Element) -> None:
    _, _, width, height = map(float, document.get("viewBox").split())
    root = next(g for g in document.iter(f"{SVG}g") if g.get("transform"))
    left, top = map(float, re.findall(r"[\d.]+", root.get("transform")))
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
        assert 0 <= left + x <= left + x + w <= width
        assert 0 <= top + y <= top + y + h <= height


def test_shapes_stand_at_the_arrows() -> None:
    document = ElementTree.fromstring(svg(unet()))
    found = Counter(texts(document))
    assert found["32×32×8"] >= 3
    assert found["2×2×8"] == 2  # what the last pooling gives, and the layer below


def test_boxes_say_what_they_are() -> None:
    found = texts(ElementTree.fromstring(svg(inception())))
    assert found.count("module") == 3
    # A round that holds one box isn't drawn, one that holds more is.
    assert "round 1 of 3" not in found
    model = Model()
    for round in (1, 2):
        with model.within("", round=round):
            with model.within("mlpconv", "stem" if round == 1 else ""):
                model("Conv2D", 8, 1)
            model("MaxPooling2D", 2)
    found = texts(ElementTree.fromstring(svg(model.summary())))
    assert {"round 1 of 2", "round 2 of 2", "stem (mlpconv)", "mlpconv"} <= {*found}


@pytest.mark.parametrize(
    ("kind", "arguments", "says"),
    [
        ("Conv2D", {"filters": 1, "kernel_size": 3}, "Conv2D 3×3, 1 filter"),
        (
            "Conv2D",
            {"filters": 50, "kernel_size": [1, 7], "strides": 2, "activation": "relu"},
            "Conv2D 1×7, 50 filters, stride 2, relu",
        ),
        (
            "Conv2D",
            {"filters": 8, "kernel_size": 3, "padding": "same"},
            "3×3, 8 filters",
        ),
        ("MaxPooling2D", {}, "MaxPooling2D 2×2"),
        ("MaxPooling2D", {"pool_size": 3, "strides": 1}, "MaxPooling2D 3×3"),
        ("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}, "ZeroPadding2D by 0/1"),
        ("ZeroPadding2D", {"padding": 3}, "ZeroPadding2D by 3"),
        ("Dropout", {"rate": 0.1 + 0.2}, "Dropout 0.3"),
        ("BatchNormalization", {"momentum": 0.9}, "BatchNormalization "),
        (
            "TimeDistributed",
            {"layer": {"Dense": 4}},
            "TimeDistributed of Dense 4 units",
        ),
    ],
)
def test_a_layer_says_its_main_arguments(kind: str, arguments, says: str) -> None:
    model = Model()
    model(kind, **arguments)
    found = texts(groups(ElementTree.fromstring(svg(model.summary())), "layer")[0])
    assert found[0].endswith(says)


def test_a_tooltip_has_it_all() -> None:
    model = Model()
    model("Conv2D", 25, 3, kernel_initializer="he_normal", name="conv")
    layer = groups(ElementTree.fromstring(svg(model.summary())), "layer")[0]
    assert layer.findtext(f"{SVG}title").splitlines() == [
        "conv: Conv2D(filters=25, kernel_size=(3, 3), kernel_initializer='he_normal')",
        "32×32×8 → 30×30×25",
        "params: 3·3·8·25 + 25 = 1,825",
        "MACs: 1,620,000",
    ]


def test_a_shared_layer_says_so() -> None:
    model = Model(a=(4,), b=(4,))
    one = model("Dense", 4, name="one", reads=["a"])
    two = model("Dense", 4, name="two", reads=["b"])
    model.nodes[1] = model.nodes[1]._replace(shares="one")
    model("Add", reads=[one, two])
    found = texts(ElementTree.fromstring(svg(model.summary())))
    assert "weights of one" in found


def test_names_are_text() -> None:
    name = "<b>&\"'\x1b\ud800 --> " + "x" * 60 + "합성곱"
    model = Model(name)
    with model.within(name, name):
        model("Conv2D", 8, 1, name=name)
    picture = svg(model.summary())
    picture.encode()
    found = texts(ElementTree.fromstring(picture))
    assert any(text.startswith("<b>&\"'\\x1b\\ud800") for text in found)


def test_sizes_that_are_not_known() -> None:
    model = Model(image=(None, None, 3))
    model("Conv2D", 8, 3)
    assert "?×?×8" in svg(model.summary())


@pytest.mark.parametrize("bold", [False, True])
def test_texts_need_no_more_than_was_thought(bold: bool) -> None:
    weight = "bold" if bold else "normal"
    path = font_manager.findfont(
        font_manager.FontProperties(family="DejaVu Sans", weight=weight)
    )
    font = FT2Font(path)
    size = 100
    font.set_size(size, 72)
    types = layer_names()
    said = ["512×512×1,024", "conv2_block1_1_conv", "round 1 of 12", "2,359,808 params"]
    for text in [*types, *said, "3×3, 1,024 filters, stride 2, relu"]:
        font.set_text(text)
        drawn = font.get_width_height()[0] / 64
        assert drawn <= text_width(text, size, bold=bold), text
    assert text_width("합성곱", 10) >= 30


def test_text_can_be_read_on_every_colour() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for swatch in (*SWATCHES.values(), OTHER):
        for ink in (diagram._INK, diagram._PALE):
            # WCAG 2.2, 1.4.6: the enhanced contrast.
            assert (light(swatch.colour) + 0.05) / (light(ink) + 0.05) >= 7


def test_swatches_are_families_of_layers() -> None:
    assert set(SWATCHES) <= set(FAMILIES)
    assert len({swatch.colour for swatch in SWATCHES.values()}) == len(SWATCHES)


def test_a_thousand_layers_take_no_time() -> None:
    summary = chain(1000)
    start = time.perf_counter()
    picture = svg(summary)
    assert time.perf_counter() - start < 3
    assert picture.count('class="layer"') == 1000


HASHED = """
import sys, hashlib
from cnnspec import api
from cnnspec.emit.picture.diagram import svg
assert "grandalf" not in sys.modules
print(hashlib.sha256(svg(api.load("specs/nin.yaml").summary).encode()).hexdigest())
print(hashlib.sha256(svg(api.load("specs/zoo/unet.yaml").summary).encode()).hexdigest())
assert "grandalf" in sys.modules
"""


def test_the_same_spec_gives_the_same_bytes() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


# ------------------------------------------------------------------ the commands


def command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[object, str, str]:
    monkeypatch.setattr(sys, "argv", ["cnnspec", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return (ended.value.code, *capsys.readouterr())


NIN = str(ROOT / "specs/nin.yaml")


def test_show_graph(monkeypatch, capsys) -> None:
    code, out, err = command(monkeypatch, capsys, "show", NIN, "--graph")
    assert (code, err) == (0, "")
    # Whatever the encoding of the output, it reads the same.
    assert out.isascii()
    assert ElementTree.fromstring(out).findtext(f"{SVG}title") == "nin"


@pytest.mark.parametrize("option", [["--why"], ["--format", "html"]])
def test_show_graph_goes_alone(monkeypatch, capsys, option: list[str]) -> None:
    code, out, err = command(monkeypatch, capsys, "show", NIN, "--graph", *option)
    assert (code, out) == (2, "")
    assert "--graph draws a picture" in err


def test_show_graph_on_a_terminal_says_what_to_do(monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    err = command(monkeypatch, capsys, "show", NIN, "--graph")[2]
    assert err.endswith("--graph > nin.svg\n")


def test_build_a_picture(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    spec = tmp_path / "a--b.yaml"
    spec.write_bytes(Path(NIN).read_bytes().replace(b"summary: ", b"# summary: "))
    words = ("build", str(spec), "--to", "svg")
    code, out, err = command(monkeypatch, capsys, *words)
    assert (code, err) == (0, "")
    path = tmp_path / "generated" / "a--b.svg"
    assert out.endswith(f"wrote {Path('generated') / 'a--b.svg'}\n")
    data = path.read_bytes()
    assert is_sealed(data)
    assert is_sealed(data.replace(b"\n", b"\r\n"))
    ElementTree.fromstring(data)
    assert command(monkeypatch, capsys, *words)[0] == 0

    path.write_bytes(data.replace(b"87,135", b"87,136"))
    code, _, err = command(monkeypatch, capsys, *words)
    assert code == 1
    assert "was edited after cnnspec wrote it" in err


def test_build_draws_only_if_asked() -> None:
    assert "svg" in targets()
    assert "svg" not in usual_targets()
