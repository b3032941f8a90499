"""The volumes of a model are to scale, and what goes down and up is a U."""

from xml.etree import ElementTree

import pytest

import cnnspec
from cnnspec.emit.picture.captions import Captions
from cnnspec.emit.picture.parts import assemble
from cnnspec.emit.picture.solids import LEAST, Solid, scale
from cnnspec.emit.picture.volumes import solids_of
from tests.emit.pictures import (
    SVG,
    Drawn,
    Model,
    check_drawing,
    down_and_up,
    picture,
    residual,
    several,
    spec,
    tangle,
    texts,
    unet,
)
from tests.emit.test_diagram import SPECS

MODELS = {
    "residual": residual,
    "unet": unet,
    "several": several,
    **{f"tangle{seed}": lambda seed=seed: tangle(seed) for seed in range(25)},
    **{f"u{seed}": lambda seed=seed: down_and_up(seed) for seed in range(25)},
}


@pytest.mark.parametrize("name", SPECS)
def test_no_part_of_a_spec_lies_upon_another(name: str) -> None:
    check_drawing(Drawn(picture(spec(name), look="volumes")))


@pytest.mark.parametrize("name", MODELS)
def test_no_part_of_a_graph_lies_upon_another(name: str) -> None:
    drawn = Drawn(picture(MODELS[name](), look="volumes", unroll=True))
    check_drawing(drawn)
    arrows = {arrow.findtext(f"{SVG}title") for arrow in drawn.groups("arrow")}
    assert len(arrows) == len(drawn.arrows)


def solids(summary) -> list[Solid]:
    found = solids_of(summary, assemble(summary, Captions("en")))
    return list(found.values())


@pytest.mark.parametrize("name", ["nin", "zoo/vgg16", "zoo/unet", "zoo/resnet50"])
def test_sizes_are_to_scale(name: str) -> None:
    found = solids(spec(name))
    scale(found, channels_first=False)
    maps = [each for each in found if len(each.shape) == 4]
    largest = max(maps, key=lambda each: each.shape[1])
    widest = max(maps, key=lambda each: each.shape[3])
    for each in maps:
        _, rows, columns, channels = each.shape
        height = largest.height * rows / largest.shape[1]
        assert each.height == pytest.approx(max(height, LEAST))
        assert each.depth == pytest.approx(largest.depth * columns / largest.shape[2])
        breadth = widest.breadth * channels / widest.shape[3]
        assert each.breadth == pytest.approx(max(breadth, LEAST))


def test_channels_may_stand_first() -> None:
    model = Model(image=(3, 40, 20))
    model("Conv2D", 8, 1, data_format="channels_first")
    found = solids(model.summary())
    scale(found, channels_first=True)
    assert found[1].height == pytest.approx(2 * found[1].depth / 0.35)
    assert "8×40×20" in Drawn(picture(model.summary(), look="volumes")).texts()


def middle(drawn: Drawn, type: str) -> list[tuple[float, float]]:
    """Where the solids of a type are."""
    found = []
    for group, around in zip(
        [g for k in ("layer", "tensor") for g in drawn.groups(k)],
        drawn.layers,
        strict=False,
    ):
        if f": {type}(" in group.findtext(f"{SVG}title"):
            found.append(((around.left + around.right) / 2, around.bottom))
    return found


@pytest.mark.parametrize("name", ["unet", "zoo/unet"])
def test_a_unet_is_a_u(name: str) -> None:
    summary = unet() if name == "unet" else spec(name)
    text = picture(summary, look="volumes")
    size = Drawn(text).size
    assert 1 < size.right / size.bottom < 3
    layers = [
        (title.split("(")[0].split(": ")[-1], float(x), float(y))
        for title, x, y in places(text)
    ]
    down = [(x, y) for kind, x, y in layers if kind == "MaxPooling2D"]
    up = [(x, y) for kind, x, y in layers if kind == "Concatenate"]
    # From left to right; each pooling lower, each joining higher than the one before.
    assert down == sorted(down, key=lambda place: place[1]) == sorted(down)
    assert up == sorted(up, key=lambda place: -place[1]) == sorted(up)
    assert len(down) == len(up) == 4
    assert max(x for x, _ in down) < min(x for x, _ in up)


def places(text: str) -> list[tuple[str, float, float]]:
    """The title of each solid, and the lower left of its front."""
    found = []
    for group in ElementTree.fromstring(text).iter(f"{SVG}g"):
        if group.get("class") == "layer":
            front = group.findall(f"{SVG}polygon")[-1].get("points").split()[-1]
            x, y = map(float, front.split(","))
            found.append((group.findtext(f"{SVG}title"), x, y))
    return found


def test_a_chain_is_broken_into_lines() -> None:
    size = Drawn(picture(spec("zoo/vgg16"), look="volumes", unroll=True)).size
    assert 1 < size.right / size.bottom < 3


def test_rounds_that_are_alike_are_drawn_once() -> None:
    found = Drawn(picture(spec("zoo/vgg16"), look="volumes")).texts()
    assert found.count("× 2") == 2
    assert "× 3" in found
    assert "block2 (bottleneck) × 5" in "".join(
        Drawn(picture(spec("zoo/resnet50"), look="volumes")).texts()
    )


def test_a_solid_says_what_it_is() -> None:
    drawn = Drawn(picture(spec("digits_cnn"), look="volumes"))
    found = texts(drawn.document)
    for said in ("Conv2D", "3×3", "6×6×10", "Max", "Pooling2D", "Flatten", "90"):
        assert said in found
    title = drawn.groups("layer")[0].findtext(f"{SVG}title")
    # What goes with a layer is told to who points at it.
    assert "activation: Activation(activation='relu')" in title


def test_sequences_and_vectors_have_volumes() -> None:
    text = """
input: [20, 4]
layers: [{Conv1D: {filters: 8, kernel_size: 3}}, GlobalMaxPooling1D, {Dense: 3}]
"""
    drawn = Drawn(cnnspec.loads(text).svg(look="volumes"))
    check_drawing(drawn)
    assert "18×8" in drawn.texts()
