"""The diagram of a model holds all of it, and nothing lies upon anything else."""

import re
import subprocess
import sys
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

import cnnspec
from cnnspec import api
from cnnspec.app import cli
from cnnspec.catalogue.registry import FAMILIES, layer_names
from cnnspec.emit.picture import document
from cnnspec.emit.picture.measure import text_width
from cnnspec.emit.picture.swatches import OTHER, SWATCHES
from cnnspec.emit.targets import targets, usual_targets
from cnnspec.emit.words import languages, words
from cnnspec.emit.write import is_sealed
from tests.emit.pictures import (
    ROOT,
    SVG,
    Area,
    Drawn,
    Model,
    chain,
    check_drawing,
    check_frames,
    check_texts,
    down_and_up,
    drawn_width,
    inception,
    picture,
    residual,
    several,
    spec,
    tangle,
    texts,
    unet,
)
from tests.pictures_page import pictures

MODELS = {
    "chain": lambda: chain(40),
    "residual": residual,
    "unet": unet,
    "inception": inception,
    "several": several,
    **{f"tangle{seed}": lambda seed=seed: tangle(seed) for seed in range(25)},
    **{f"u{seed}": lambda seed=seed: down_and_up(seed) for seed in range(25)},
}
SPECS = sorted(
    str(path.relative_to(ROOT / "specs").with_suffix("")).replace("\\", "/")
    for path in (ROOT / "specs").rglob("*.yaml")
    if "study:" not in path.read_text("utf-8")
)


def titles(drawn: Drawn) -> list[str]:
    return [layer.findtext(f"{SVG}title") for layer in drawn.groups("layer")]


# ------------------------------------------------------------------ geometry


@pytest.mark.parametrize("name", SPECS)
def test_no_part_of_a_spec_lies_upon_another(name: str) -> None:
    drawn = Drawn(picture(spec(name)))
    check_drawing(drawn)
    check_texts(drawn)
    check_frames(drawn)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", MODELS)
def test_every_layer_and_connection_is_drawn(name: str, lang: str) -> None:
    summary = MODELS[name]()
    drawn = Drawn(picture(summary, unroll=True, lang=lang))
    check_drawing(drawn)
    check_texts(drawn)
    check_frames(drawn)
    names = [title.partition(":")[0] for title in titles(drawn)]
    assert Counter(names) == Counter(row.name for row in summary.rows)
    graph = summary.graph
    tensors = len(graph.inputs) + len(graph.outputs)
    assert len(drawn.groups("tensor")) == tensors
    assert connections(drawn) == Counter(
        [(name, row.name) for row in summary.rows for name in set(row.inputs)]
        + [(name, name) for name in graph.outputs]
    )


def connections(drawn: Drawn) -> Counter[tuple[str, str]]:
    """What reads what: by an arrow, or since it stands right beside."""
    found = Counter()
    for arrow in drawn.groups("arrow"):
        start, _, end = arrow.findtext(f"{SVG}title").partition(":")[0].partition(" → ")
        found[start, end] += 1
    names = [title.partition(":")[0] for title in titles(drawn)]
    pairs = zip(names, layer_areas(drawn), strict=True)
    for (one, before), (other, after) in pairwise(pairs):
        beside = abs(before.right - after.left) < 0.15 and before.top == after.top
        ends = (before.bottom - after.top, before.top - after.bottom)
        next_row = (
            min(map(abs, ends)) < 0.15 and after.left <= before.left < after.right
        )
        found[one, other] += beside or next_row
    return found


def layer_areas(drawn: Drawn) -> list[Area]:
    kinds = [g.get("class") for g in drawn.document.iter(f"{SVG}g")]
    kinds = [kind for kind in kinds if kind in ("layer", "tensor")]
    pairs = zip(drawn.layers, kinds, strict=True)
    return [area for area, kind in pairs if kind == "layer"]


def test_a_trunk_is_straight() -> None:
    drawn = Drawn(picture(spec("zoo/resnet50"), block="conv2_block2"))
    straight = [way for way in drawn.arrows if len({round(x) for x, _ in way}) == 1]
    # Of the input, three convolutions and the sum; the shortcut alone goes aside.
    assert len(straight) == len(drawn.arrows) - 1 == 5


def test_a_long_model_is_folded_into_columns() -> None:
    size = Drawn(picture(chain(200))).size
    assert 1 < size.right / size.bottom < 2.5
    assert Drawn(picture(chain(6))).size.right < 520


@pytest.mark.parametrize("name", ["unet", "zoo/unet"])
def test_a_unet_is_a_u(name: str) -> None:
    drawn = Drawn(picture(unet() if name == "unet" else spec(name)))
    assert drawn.size.bottom < 3 * drawn.size.right
    layers = [
        (title.split("(")[0].split(": ")[-1], area)
        for title, area in zip(titles(drawn), layer_areas(drawn), strict=True)
    ]
    down = [area for kind, area in layers if kind == "MaxPooling2D"]
    up = [area for kind, area in layers if kind == "Concatenate"]
    assert len(down) == len(up) == 4
    # One arm leads down, and beside it the other one up.
    assert [area.top for area in down[:-1]] == sorted(area.top for area in down[:-1])
    assert [area.top for area in up] == sorted((a.top for a in up), reverse=True)
    assert max(area.right for area in down[:-1]) < min(area.left for area in up)


def test_resnet50_fits_a_slide() -> None:
    size = Drawn(picture(spec("zoo/resnet50"))).size
    assert 1.5 < size.right / size.bottom < 2.1
    # A line of text, 12 high, is at least 9 pixels high on a screen of 1920 x 1080.
    assert min(1920 / size.right, 1080 / size.bottom) * 12 > 9


@pytest.mark.parametrize("name", ["resnet152", "densenet121"])
def test_all_rounds_of_a_deep_model_stand_in_columns(name: str) -> None:
    """A stage that no column holds loses its frame, and what it held its name."""
    text = picture(spec(f"zoo/{name}"), unroll=True)
    drawn = Drawn(text)
    assert 1 < drawn.size.right / drawn.size.bottom < 2.5
    check_drawing(drawn)
    check_texts(drawn)
    check_frames(drawn)
    if name == "resnet152":
        numbers = re.findall(r">conv4 · block(\d+) \(bottleneck\)<", text)
        assert [int(number) for number in numbers] == [*range(1, 37)]
        assert ">conv5 (stage)<" in text


# ------------------------------------------------------------------ repeats


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("zoo/resnet50", ["× 2", "× 3", "× 5", "× 2"]),
        ("zoo/densenet121", ["× 6", "× 12", "× 24", "× 16"]),
    ],
)
def test_rounds_that_are_alike_are_one_box(name: str, says: list[str]) -> None:
    found = re.findall(r"× \d+(?=<)", picture(spec(name)))
    assert found == says
    assert not re.findall(r"× \d+(?=<)", picture(spec(name), unroll=True))


REPEATS = {
    "the same layers": ("Conv2D: {filters: 8, kernel_size: 3, padding: same}", 3),
    "sizes that shrink": ("MaxPooling2D: 2", 3),
    "other arguments": ("Conv2D: {filters: '${4 * i}', kernel_size: 1}", None),
}


@pytest.mark.parametrize(("layer", "rounds"), REPEATS.values(), ids=REPEATS)
def test_rounds_of_a_repeat(layer: str, rounds: int | None) -> None:
    text = f"""
input: [32, 32, 3]
layers:
  - repeat: {{times: 3, index: i, layers: [{{{layer.replace("i}", "i + 1}")}}}, ReLU]}}
"""
    drawn = Drawn(cnnspec.loads(text).svg())
    assert times(drawn.texts()) == ([] if rounds is None else [f"× {rounds}"])
    assert len(drawn.groups("layer")) == (6 if rounds is None else 2)


def test_what_differs_between_rounds_is_told() -> None:
    found = "\n".join(Drawn(picture(spec("zoo/densenet121"))).texts())
    assert "56×56×64 … 56×56×224" in found
    assert "8,192 … 28,672 params" in found


def test_rounds_in_rounds_tell_the_sizes_of_all() -> None:
    text = """
input: [32, 32, 3]
layers:
  - repeat:
      times: 2
      layers:
        - repeat:
            times: 2
            layers: [{Conv2D: {filters: 8, kernel_size: 3, padding: same}}]
        - MaxPooling2D: 2
"""
    found = Drawn(cnnspec.loads(text).svg()).texts()
    assert times(found) == ["× 2", "× 2"]
    # Into the pooling goes the last of the inner rounds, in both of the outer ones.
    assert "32×32×8 … 16×16×8" in found
    assert "224 … 584 params" in found


def test_a_round_that_is_read_from_outside_stands_alone() -> None:
    text = """
input: [8, 8, 4]
layers:
  - repeat:
      times: 4
      index: i
      layers: [{Conv2D: {name: "c${i}", filters: 4, kernel_size: 1}}]
  - Add: {from: [c1, prev]}
"""
    found = Drawn(cnnspec.loads(text).svg()).texts()
    assert times(found) == ["× 2", "× 2"]


def test_each_round_reads_the_one_before_it() -> None:
    model = Model()
    first = model("Conv2D", 8, 1)
    for round in (1, 2, 3):
        with model.within("", round=round):
            model("Conv2D", 8, 1)
            # The third adds another tensor than the second does.
            model("Add", reads=[model.at, first if round == 3 else "image"])
    assert times(Drawn(picture(model.summary())).texts()) == ["× 2"]


def times(texts: list[str]) -> list[str]:
    return [text for text in texts if re.fullmatch(r"× \d+", text)]


# ------------------------------------------------------------------ one block


@pytest.mark.parametrize(
    ("name", "block", "inputs"),
    [
        ("zoo/resnet50", "conv4", {"conv3_block4_out"}),
        ("zoo/resnet50", "bottleneck", {"pool1_pool"}),
        ("zoo/unet", "up3", {"up4_convs_conv2", "down3_conv2"}),
    ],
)
def test_one_block_alone(name: str, block: str, inputs: set[str]) -> None:
    drawn = Drawn(picture(spec(name), block=block, unroll=True))
    check_drawing(drawn)
    found = [texts(group) for group in drawn.groups("tensor")]
    assert {one[1] for one in found if one[0].startswith("input")} == inputs
    calls = [
        {frame.name for frame in row.trail} | {frame.block for frame in row.trail}
        for row in spec(name).rows
    ]
    first = next(n for n, names in enumerate(calls) if block in names)
    assert titles(drawn)[0].startswith(spec(name).rows[first].name)


def test_a_block_that_is_not_there() -> None:
    with pytest.raises(cnnspec.SettingsError, match="did you mean 'bottleneck'"):
        picture(spec("zoo/resnet50"), block="botleneck")
    with pytest.raises(cnnspec.SettingsError, match="it has no blocks"):
        picture(chain(4), block="x")


# ------------------------------------------------------------------ the document


def test_shapes_stand_at_the_arrows() -> None:
    found = Counter(Drawn(picture(unet())).texts())
    assert found["32×32×8"] >= 3
    assert found["2×2×8"] == 2  # what the last pooling gives, and the layer below


def test_boxes_say_what_they_are() -> None:
    found = Drawn(picture(inception(), unroll=True)).texts()
    assert found.count("module") == 3
    # A round that holds one box isn't drawn, one that holds more is.
    assert "round 1 of 3" not in found
    model = Model()
    for round in (1, 2):
        with model.within("", round=round):
            with model.within("mlpconv", "stem" if round == 1 else ""):
                model("Conv2D", 8, 1)
            model("MaxPooling2D", 2)
    found = Drawn(picture(model.summary(), unroll=True)).texts()
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
            "Conv2D 3×3, 8 filters",
        ),
        ("MaxPooling2D", {}, "MaxPooling2D 2×2"),
        ("MaxPooling2D", {"pool_size": 3, "strides": 1}, "MaxPooling2D 3×3"),
        ("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}, "ZeroPadding2D by 0/1"),
        ("ZeroPadding2D", {"padding": 3}, "ZeroPadding2D by 3"),
        ("Dropout", {"rate": 0.1 + 0.2}, "Dropout 0.3"),
        ("BatchNormalization", {"momentum": 0.9}, "BatchNormalization"),
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
    drawn = Drawn(picture(model.summary()))
    assert texts(drawn.groups("layer")[0])[0] == says


def test_no_blank_stands_at_the_edge_of_an_element() -> None:
    # There librsvg and Inkscape drop it, and browsers keep it.
    for text in Drawn(picture(spec("nin"))).document.iter(f"{SVG}text"):
        for part in (text, *text):
            assert part.text == part.text.strip()
            assert not (part.tail or "").strip()


def test_a_tooltip_has_it_all() -> None:
    model = Model()
    model("Conv2D", 25, 3, kernel_initializer="he_normal", name="conv")
    assert titles(Drawn(picture(model.summary())))[0].splitlines() == [
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
    assert "weights of one" in Drawn(picture(model.summary())).texts()


NAMES = {
    "signs": "<b>&\"'\x1b\ud800 --> " + "x" * 60 + "합성곱",
    "long": "a_name_that_goes_on_and_on_" * 9,
    "Korean": "합성곱_신경망_첫째_블록의_아주_긴_이름_" * 3,
    "wide": "W" * 40,
}


@pytest.mark.parametrize("look", ["boxes", "volumes"])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_are_text(name: str, look: str) -> None:
    model = Model(name)
    with model.within(name, f"{name} call"):
        model("Conv2D", 8, 1, name=name)
        model("Activation", "relu", name=f"{name} relu")
    text = picture(model.summary(), look=look)
    text.encode()
    drawn = Drawn(text)
    check_drawing(drawn)
    check_texts(drawn)
    if name == NAMES["signs"]:
        assert any(text.startswith("<b>&\"'\\x1b\\ud800") for text in drawn.texts())


def test_sizes_that_are_not_known() -> None:
    model = Model(image=(None, None, 3))
    model("Conv2D", 8, 3)
    for look in ("boxes", "volumes"):
        assert "?×?×8" in picture(model.summary(), look=look)


@pytest.mark.parametrize("bold", [False, True])
def test_texts_need_no_more_than_was_thought(bold: bool) -> None:
    weight = "bold" if bold else "normal"
    said = ["512×512×1,024", "conv2_block1_1_conv", "round 1 of 12", "2,359,808 params"]
    for text in [*layer_names(), *said, "3×3, 1,024 filters, stride 2, relu"]:
        assert drawn_width(text, 100, weight) <= text_width(text, 100, bold=bold), text
    assert text_width("합성곱", 10) >= 30


def test_text_can_be_read_on_every_colour() -> None:
    for swatch in (*SWATCHES.values(), OTHER):
        assert_readable(swatch.colour)


def assert_readable(colour: str) -> None:
    for ink in (document.INK, document.PALE):
        # WCAG 2.2, 1.4.6: the enhanced contrast.
        assert (light(colour) + 0.05) / (light(ink) + 0.05) >= 7


def light(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_swatches_are_families_of_layers() -> None:
    assert set(SWATCHES) <= set(FAMILIES)
    assert len({swatch.colour for swatch in SWATCHES.values()}) == len(SWATCHES)
    named = words("picture", "en")["families"]
    assert set(named) == {*SWATCHES, "other", "tensor"}


def test_a_picture_speaks_korean() -> None:
    drawn = Drawn(picture(spec("nin"), lang="ko"))
    found = "\n".join(drawn.texts())
    assert re.search("입력\\s.*28×28×1", found)
    for said in ("필터 50개", "파라미터 11,300개", "합성곱", "화살표가 굵을수록"):
        assert said in found
    for said in ("params", "filters", "convolution", "input 28", "The "):
        assert said not in found
    assert "신경망" in drawn.document.findtext(f"{SVG}desc")


def test_a_thousand_layers_take_no_time() -> None:
    summary = chain(1000)
    start = time.process_time()
    found = picture(summary)
    assert time.process_time() - start < 3
    assert found.count('class="layer"') == 1000


HASHED = """
import sys, hashlib
from cnnspec import api
nin, unet = (api.load(f"specs/{name}.yaml") for name in ("nin", "zoo/unet"))
assert "graphlay" not in sys.modules
for model in (nin, unet):
    for look in ("boxes", "volumes"):
        print(hashlib.sha256(model.svg(look=look).encode()).hexdigest())
assert "graphlay" in sys.modules
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


def test_a_system_without_the_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "graphlay", None)
    with pytest.raises(cnnspec.NotInstalledError, match="pip install graphlay"):
        picture(chain(4))


def test_the_page_shows_what_its_commands_print(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    found = dict(pictures())
    assert len(found) == 4
    for path, printed in found.items():
        assert path.read_text("utf-8") == printed, "make docs"


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


@pytest.mark.parametrize(
    "words",
    [
        ["--lang", "ko"],
        ["--look", "volumes"],
        ["--unroll"],
        ["--block", "bottleneck"],
        ["--look", "volumes", "--unroll", "--block", "conv2", "--lang", "ko"],
    ],
    ids=" ".join,
)
def test_all_ways_to_a_picture_give_the_same(
    words: list[str], tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    path = str(ROOT / "specs/zoo/resnet50.yaml")
    code, out, err = command(monkeypatch, capsys, "show", path, "--graph", *words)
    assert (code, err) == (0, "")
    code, _, err = command(monkeypatch, capsys, "build", path, "--to", "svg", *words)
    assert (code, err) == (0, "")
    made = Path("generated/resnet50.svg").read_text("utf-8").split("\n", 2)[2]
    assert made.encode("ascii", "xmlcharrefreplace").decode() == out
    chosen = {"unroll": "--unroll" in words}
    for name in ("lang", "look", "block"):
        if f"--{name}" in words:
            chosen[name] = words[words.index(f"--{name}") + 1]
    assert api.load(path).svg(**chosen) == made


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["show", NIN, "--look", "volumes"], "--look is for a picture; write --graph"),
        (["show", NIN, "--lang", "ko"], "--lang is for a picture; write --graph too"),
        (["build", NIN, "--unroll"], "--unroll is for a picture; write --to svg too"),
        (["show", NIN, "--graph", "--block", "x"], "; there is 'unit'"),
        (["show", NIN, "--graph", "--look", "volume"], "did you mean 'volumes'?"),
        (["show", NIN, "--graph", "--lang", "fr"], "--lang takes 'en' or 'ko'"),
        (["diff", NIN, NIN, "--lang", "ko"], "--lang is for a picture; write --to svg"),
        (["diff", NIN, NIN, "--to", "png"], "--to takes 'svg'; found 'png'"),
        (["diff", NIN, NIN, "--to", "svg", "--format", "json"], "has no --format"),
    ],
    ids=lambda value: " ".join(value[2:]) if isinstance(value, list) else "",
)
def test_what_a_picture_does_not_take(
    words: list[str], says: str, tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = command(monkeypatch, capsys, *words)
    assert (code, out) == (2, "")
    assert says in err
    assert not list(tmp_path.iterdir())


def test_build_draws_only_if_asked() -> None:
    assert "svg" in targets()
    assert "svg" not in usual_targets()
