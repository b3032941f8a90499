"""Two models side by side, with what differs marked in both."""

import re
import sys
from collections import Counter

import pytest

import cnnspec
from cnnspec.app import cli
from cnnspec.emit.picture.difference import CHANGES
from cnnspec.emit.picture.drawing import difference_svg
from cnnspec.judge.diff.comparison import compare
from tests.emit.pictures import (
    ROOT,
    SVG,
    Drawn,
    check_drawing,
    check_texts,
    spec,
    tangle,
)
from tests.emit.test_diagram import assert_readable, light


def drawing(before, after, *, lang: str = "en", unroll: bool = False) -> Drawn:
    difference = compare(before, after)
    return Drawn(difference_svg(difference, ("one", "other"), lang, unroll))


PAIRS = {
    "deep_cnn, nin": lambda: (spec("deep_cnn"), spec("nin")),
    "nin, deep_cnn": lambda: (spec("nin"), spec("deep_cnn")),
    "resnet50, resnet101": lambda: (spec("zoo/resnet50"), spec("zoo/resnet101")),
    "resnet50, its second form": lambda: (
        spec("zoo/resnet50"),
        spec("zoo/resnet50_v2"),
    ),
    "vgg16, vgg19": lambda: (spec("zoo/vgg16"), spec("zoo/vgg19")),
    "unet, itself": lambda: (spec("zoo/unet"), spec("zoo/unet")),
    "alexnet, lenet5": lambda: (spec("zoo/alexnet"), spec("zoo/lenet5")),
    "two inputs, one": lambda: (spec("zoo/two_inputs"), spec("digits_cnn")),
    **{
        f"tangle{seed}": lambda seed=seed: (tangle(seed), tangle(seed + 1))
        for seed in range(12)
    },
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("unroll", [False, True])
def test_every_layer_of_both_is_drawn(name: str, unroll: bool) -> None:
    before, after = PAIRS[name]()
    drawn = drawing(before, after, unroll=unroll)
    check_drawing(drawn)
    check_texts(drawn)
    if not unroll:
        return
    found = Counter(
        re.search(r"^(.+): \w+\(", layer.findtext(f"{SVG}title"), re.MULTILINE)[1]
        for layer in drawn.groups("layer")
    )
    assert found == Counter(row.name for row in (*before.rows, *after.rows))


@pytest.mark.parametrize("name", PAIRS)
def test_every_arrow_of_both_is_drawn(name: str) -> None:
    before, after = PAIRS[name]()
    drawn = drawing(before, after, unroll=True)
    found = Counter(
        arrow.findtext(f"{SVG}title").partition(": ")[0]
        for arrow in drawn.groups("arrow")
    )
    wanted = Counter(
        f"{name} → {row.name}"
        for summary in (before, after)
        for row in summary.rows
        for name in set(row.inputs)
    )
    wanted += Counter(
        f"{name} → {name}"
        for summary in (before, after)
        for name in summary.graph.outputs
    )
    # What stands right below a layer needs none.
    assert not found - wanted
    assert len(wanted - found) <= 0.6 * sum(wanted.values())


LAYERS = """
input: [8, 8, 3]
layers:
  - Conv2D: {name: first, filters: 4, kernel_size: 3}
  - Conv2D: {name: second, filters: 4, kernel_size: 3}
  - Flatten
  - Dense: {name: last, units: 2}
"""
SECOND = "  - Conv2D: {name: second, filters: 4, kernel_size: 3}\n"
CHANGED = {
    "~": (SECOND, SECOND.replace("4", "8")),
    "+": (SECOND, f"{SECOND}  - MaxPooling2D: 2\n"),
    "-": (SECOND, ""),
}


@pytest.mark.parametrize("mark", CHANGED)
def test_what_differs_has_a_colour_and_a_mark(mark: str) -> None:
    one = cnnspec.loads(LAYERS).summary
    other = cnnspec.loads(LAYERS.replace(*CHANGED[mark])).summary
    drawn = drawing(one, other)
    colours = dict(zip("~>+-", list(CHANGES.values()), strict=False))
    marked = Counter()
    for layer in drawn.groups("layer"):
        said = layer.find(f"{SVG}text").text
        colour = layer.find(f"{SVG}rect").get("fill")
        kind = said.partition(" ")[0] if said[0] in "~>+-" else ""
        marked[kind] += 1
        assert colour == (colours[kind] if kind else CHANGES["same"])
    # What was changed stands in both models, what was added or removed in one.
    assert marked[mark] == (2 if mark == "~" else 1)
    if mark == "~":
        assert "filters: 4 → 8" in "\n".join(drawn.texts())


def test_partners_stand_at_one_height() -> None:
    drawn = drawing(spec("deep_cnn"), spec("nin"))
    heights: dict[str, list[float]] = {}
    for group, area in zip(
        [g for g in drawn.document.iter(f"{SVG}g") if g.get("class") in KINDS],
        drawn.layers,
        strict=True,
    ):
        said = "".join(group.find(f"{SVG}text").itertext())
        if said.startswith(("> Max", "> Flatten", "> Dense")):
            heights.setdefault(said, []).append(area.top)
    assert len(heights) == 3
    for found in heights.values():
        half = len(found) // 2
        assert found[:half] == found[half:]


KINDS = ("layer", "tensor")


def test_colours_can_be_told_apart() -> None:
    for colour in CHANGES.values():
        assert_readable(colour)
    # To who sees no red and green, orange and yellow differ in light, and blue in hue.
    orange, yellow = light(CHANGES["removed"]), light(CHANGES["changed"])
    assert (yellow + 0.05) / (orange + 0.05) > 1.3


def test_titles_are_text() -> None:
    title = "<b>&\x00\x1b\ud800\u202e"
    difference = compare(spec("nin"), spec("nin"))
    text = difference_svg(difference, (title, title), "en", False)
    text.encode()
    shown = "<b>&\\x00\\x1b\\ud800\\u202e"
    assert Drawn(text).texts().count(shown) == 2


def test_it_speaks_korean() -> None:
    found = "\n".join(drawing(spec("deep_cnn"), spec("nin"), lang="ko").texts())
    for said in ("추가됨", "인수는 같고 입력이 다름", "필터 25개"):
        assert said in found
    for said in ("added", "same arguments", "filters"):
        assert said not in found


def test_the_command(monkeypatch, capsys) -> None:
    specs = [str(ROOT / "specs" / f"{name}.yaml") for name in ("deep_cnn", "nin")]
    monkeypatch.setattr(sys, "argv", ["cnnspec", "diff", *specs, "--to", "svg"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    assert out.isascii()
    assert Drawn(out).document.findtext(f"{SVG}title") == "deep_cnn → nin"
