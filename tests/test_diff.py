"""`cnnspec diff`: what it pairs, what it says, and that its numbers add up."""

import io
import json
import random
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from cnnspec import api
from cnnspec.app.tables import difference as terminal_diff
from cnnspec.judge.diff import wording as differences
from cnnspec.judge.diff.alignment import NEVER, Item, align
from cnnspec.judge.diff.comparison import (
    ABSENT,
    ADDED,
    CHANGED,
    REMOVED,
    SAME,
    Difference,
    compare,
)
from tests.models import spec
from tests.test_cli import Run, run

__all__ = ["run"]
ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "diff"

BLOCKS = """
name: blocks
input: [32, 32, 3]
blocks:
  unit:
    params: {filters: 16}
    layers:
      - Conv2D: {name: conv, filters: $filters, kernel_size: 3, padding: same}
      - BatchNormalization: {name: bn}
      - Activation: {name: relu, activation: relu}
      - Dropout: {name: drop, rate: 0.5}
layers:
  - unit: {name: one}
  - unit: {name: two}
  - Flatten
  - Dense: 10
"""
FIVE = [
    "Conv2D: {filters: 8, kernel_size: 3, padding: same}",
    "BatchNormalization",
    "Activation: relu",
    "Flatten",
    "Dense: 10",
]


def model(*layers: str, given: str = "[8, 8, 3]", name: str = "model") -> api.Model:
    return api.loads(spec(layers, given, name))


def diff(one: api.Model, other: api.Model) -> Difference:
    return compare(one.summary, other.summary)


def changes(difference: Difference) -> list[str]:
    """A word for each layer: `same`, `-flatten`, `~dense`, `>dense`, `+dropout`."""
    found = []
    for pairing in difference.pairings:
        row = pairing.after or pairing.before
        assert row
        mark = differences.MARKS[pairing.change].strip()
        found.append(mark + row.name if mark else "same")
    return found


def edits(difference: Difference) -> dict[str, tuple[Any, Any]]:
    return {
        argument.name: (argument.before, argument.after)
        for pairing in difference.pairings
        for argument in pairing.arguments
    }


# ------------------------------------------------------------ what is found


def test_same_models() -> None:
    found = diff(model(*FIVE), model(*FIVE))
    assert found.same
    assert changes(found) == ["same"] * 5


def test_edit_and_what_follows_from_it() -> None:
    found = diff(model(*FIVE), model(FIVE[0].replace("8", "4"), *FIVE[1:]))
    names = ["~conv2d", ">batch_normalization", ">activation", ">flatten", ">dense"]
    assert changes(found) == names
    assert edits(found) == {"filters": (8, 4)}
    assert found.pairings[-1].difference("params") == -8 * 8 * 4 * 10
    assert not found.pairings[-1].arguments


def test_what_is_frozen_around_a_layer_is_told_of_it() -> None:
    spec = (
        "{input: [8], blocks: {u: {layers: [Dense: 4, ReLU]}}, layers: [u, Dense: 3]}"
    )
    free, frozen = (
        api.loads(spec),
        api.loads(spec.replace("[u,", "[u: {trainable: false},")),
    )
    assert edits(diff(free, frozen)) == {"trainable": (True, False)}
    assert changes(diff(free, frozen)) == ["~dense", "same", "same"]


def test_layer_put_in_and_taken_out() -> None:
    one, other = model(*FIVE), model(*FIVE[:3], "Dropout: 0.5", *FIVE[3:])
    expected = ["same", "same", "same", "+dropout", "same", "same"]
    assert changes(diff(one, other)) == expected
    assert changes(diff(other, one)) == [w.replace("+", "-") for w in expected]


def test_repeated_layers_grow_at_their_end() -> None:
    unit = FIVE[:3]
    found = diff(model(*unit, "Flatten"), model(*unit, *unit, "Flatten"))
    added = ["+conv2d_1", "+batch_normalization_1", "+activation_1"]
    assert changes(found) == [*["same"] * 3, *added, "same"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Conv2D: [8, 3]", "SeparableConv2D: {filters: 8, kernel_size: 3}"),
        ("MaxPooling2D: 2", "AveragePooling2D: 2"),
        ("Activation: relu", "LeakyReLU"),
        ("BatchNormalization", "LayerNormalization"),
        ("Flatten", "GlobalAveragePooling2D"),
    ],
)
def test_class_of_the_same_family(one: str, other: str) -> None:
    one = one.replace("[8, 3]", "{filters: 8, kernel_size: 3}")
    [pairing] = diff(model(one), model(other)).pairings
    assert pairing.change == CHANGED
    assert not [edit for edit in pairing.arguments if edit.before == edit.after]


def test_class_of_another_family() -> None:
    found = diff(model("BatchNormalization"), model("MaxPooling2D: 2"))
    assert [pairing.change for pairing in found.pairings] == [REMOVED, ADDED]


def test_arguments_that_only_one_class_has() -> None:
    found = diff(
        model("Conv2D: {filters: 8, kernel_size: 3, groups: 1, dilation_rate: 2}"),
        model("DepthwiseConv2D: {kernel_size: 1, dilation_rate: 2}"),
    )
    arguments = {"kernel_size": ((3, 3), (1, 1)), "filters": (8, ABSENT)}
    assert edits(found) == arguments


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Conv2D: {filters: 8, kernel_size: 3}", "{strides: 1, padding: valid}"),
        ("Conv2D: {filters: 8, kernel_size: 3}", "{strides: [1, 1], use_bias: true}"),
        ("Conv2D: {filters: 8, kernel_size: 3}", "{activation: linear}"),
        ("Dense: {units: 8}", "{kernel_initializer: glorot_uniform}"),
        ("Dense: {units: 8}", "{kernel_initializer: GlorotUniform}"),
        ("Dense: {units: 8}", "{kernel_initializer: {GlorotUniform: {}}}"),
        ("Dense: {units: 8}", "{name: another}"),
    ],
)
def test_what_is_no_change(one: str, other: str) -> None:
    spelt_out = one.removesuffix("}") + ", " + other.removeprefix("{")
    assert diff(model(one), model(spelt_out)).same


def test_components_are_compared_by_value() -> None:
    one = model("Dense: {units: 8, kernel_regularizer: {L2: 1e-4}}")
    again = model("Dense: {units: 8, kernel_regularizer: {class: L2, l2: 0.0001}}")
    other = model("Dense: {units: 8, kernel_regularizer: {L2: 1e-3}}")
    assert diff(one, again).same
    [pairing] = diff(one, other).pairings
    assert pairing.change == CHANGED


BRANCHES = [
    "Conv2D: {filters: 3, kernel_size: 1, name: a}",
    "Conv2D: {filters: 3, kernel_size: 3, padding: same, name: b}",
]


def test_other_connection() -> None:
    one = model(*BRANCHES, "Add: {from: [a, b]}")
    other = model(*BRANCHES, "Add: {from: [input_layer, b]}")
    swapped = model(*BRANCHES, "Add: {from: [b, a]}")
    # Without its reader, `a` still leads to `b`.
    found = diff(one, other)
    assert changes(found) == ["same", "same", "~add"]
    assert found.pairings[-1].reconnected
    assert diff(one, swapped).same


def test_order_counts_where_it_makes_a_difference() -> None:
    one = model(*BRANCHES, "Subtract: {from: [a, b]}")
    other = model(*BRANCHES, "Subtract: {from: [b, a]}")
    assert changes(diff(one, other)) == ["same", "same", "~subtract"]


def test_layer_between_is_no_other_connection() -> None:
    one = model(*BRANCHES, "Activation: relu")
    other = model(*BRANCHES, "Add: {from: [a, b]}", "Activation: relu")
    assert changes(diff(one, other)) == ["same", "same", "+add", "same"]


def test_weights_that_are_shared() -> None:
    layers = ["Dense: {units: 3, name: a}", "Dense: {units: 3, name: b}"]
    one, other = model(*layers), model(layers[0], "apply: {layer: a, name: b}")
    found = diff(one, other)
    assert changes(found) == ["same", "~b"]
    assert found.pairings[1].reshared
    assert found.pairings[1].difference("params") == -12
    assert "weights of its own → of a" in differences.lines(found)[1].notes


def test_inputs_and_outputs() -> None:
    layers = [
        "Flatten: {name: f}",
        "Dense: {units: 4, name: a}",
        "Dense: {units: 4, name: b, from: f}",
    ]
    one = api.loads(spec(layers) + "outputs: [a, b]\n")
    other = api.loads(spec(layers, "[8, 8, 3]") + "outputs: [b, a]\n")
    found = diff(one, other)
    assert found.outputs_changed
    assert differences.boundary(found) == [
        "Input: input_layer 32x32x3 float32 → input_layer 8x8x3 float32",
        "Output: a, b → b, a",
    ]


def test_inputs_are_paired_by_name() -> None:
    text = "name: m\ninputs: {{{}}}\nlayers:\n  - Concatenate: {{from: [{}]}}\n"
    one = api.loads(text.format("a: [4], b: [5]", "a, b"))
    other = api.loads(text.format("c: [6], b: [5], a: [4]", "a, b, c"))
    found = diff(one, other)
    assert [pairing.change for pairing in found.inputs] == [SAME, SAME, ADDED]
    assert [pairing.change for pairing in found.pairings] == [CHANGED]


def test_zoo_is_told_apart_by_what_was_added() -> None:
    one, other = (
        api.load(ROOT / f"specs/zoo/{name}.yaml") for name in ("vgg16", "vgg19")
    )
    added = [word for word in changes(diff(one, other)) if word != "same"]
    assert added == ["+block3_conv4", "+block4_conv4", "+block5_conv4"]


# ------------------------------------------------------------ invariants


KINDS = (
    "Conv2D: {{filters: {}, kernel_size: {}, padding: same}}",
    "SeparableConv2D: {{filters: {}, kernel_size: {}, padding: same}}",
    "Dense: {{units: {}}}",
    "BatchNormalization",
    "Activation: relu",
    "Dropout: 0.{}",
)


def draw(source: random.Random) -> str:
    sizes = source.randint(1, 3), source.choice([1, 3])
    return source.choice(KINDS).format(*sizes)


def mutate(layers: list[str], source: random.Random) -> list[str]:
    layers = list(layers)
    for _ in range(source.randint(0, 6)):
        place = source.randrange(len(layers))
        what = source.random()
        if what < 0.3 and len(layers) > 1:
            del layers[place]
        elif what < 0.6:
            layers.insert(place, draw(source))
        elif what < 0.8:
            layers[place] = draw(source)
        else:
            layers[place:place] = layers[place : place + 4]
    return layers


def check(difference: Difference) -> None:
    """What holds for any two models."""
    before, after = difference.before, difference.after
    assert [s.before for s in difference.pairings if s.before] == list(before.rows)
    assert [s.after for s in difference.pairings if s.after] == list(after.rows)
    for count, total in (("params", "total_params"), ("macs", "macs")):
        sums = [pairing.difference(count) for pairing in difference.pairings]
        assert sum(s or 0 for s in sums) == getattr(after, total) - getattr(
            before, total
        )
    for pairing in difference.pairings:
        assert (pairing.before is None) == (pairing.change == ADDED)
        assert (pairing.after is None) == (pairing.change == REMOVED)
        if pairing.change == SAME:
            assert not pairing.arguments
            assert pairing.difference("params") == pairing.difference("macs") == 0
    lines = differences.lines(difference)
    assert sum(line.layers for line in lines) == len(difference.pairings)


@pytest.mark.parametrize("seed", range(60))
def test_random_pairs(seed: int) -> None:
    source = random.Random(seed)
    layers = [draw(source) for _ in range(source.randint(1, 30))]
    one, other = model(*layers), model(*mutate(layers, source))
    forth, back = diff(one, other), diff(other, one)
    for difference in (forth, back, diff(one, one)):
        check(difference)
    assert diff(one, one).same
    assert forth.same == back.same
    mirror = {ADDED: REMOVED, REMOVED: ADDED}
    there = sorted(mirror.get(s.change, s.change) for s in forth.pairings)
    assert there == sorted(pairing.change for pairing in back.pairings)
    for one_total, other_total in zip(forth.totals, back.totals, strict=True):
        assert one_total.difference == -(other_total.difference or 0)


# ------------------------------------------------------------ speed


def items(names: list[str]) -> list[Item]:
    return [Item(name, (), "", 50) for name in names]


@pytest.mark.parametrize("distinct", [1, 5, 10_000])
def test_long_models_take_no_longer_than_they_must(distinct: int) -> None:
    source = random.Random(distinct)
    one = [str(source.randrange(distinct)) for _ in range(16_000)]
    other = list(one)
    for _ in range(50):
        del other[source.randrange(len(other))]
    start = time.process_time()
    matches = align(items(one), items(other), lambda *_: NEVER)
    assert time.process_time() - start < 5
    assert len(matches) == len(other)
    assert all(one[i] == other[j] for i, j in matches)


def test_unlike_models_take_no_longer_than_they_must() -> None:
    source = random.Random(0)
    one, other = ([source.choice("abcdef") for _ in range(1000)] for _ in "ab")
    start = time.process_time()
    matches = align(items(one), items(other), lambda *_: 60)
    assert time.process_time() - start < 2
    assert all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(matches))


# ------------------------------------------------------------ what is printed


def printed(one: api.Model, other: api.Model, width: int, **options: Any) -> str:
    file = options.pop("file", io.StringIO())
    titles = differences.titles(one, other, ())
    console = Console(file=file, width=width, **options)
    terminal_diff.show(diff(one, other), titles, console)
    file.seek(0)
    return str(file.read())


def pairs() -> dict[str, tuple[api.Model, api.Model]]:
    specs = {
        name: api.load(ROOT / f"specs/{name}.yaml")
        for name in ("deep_cnn", "nin", "cifar10", "cifar10_gap", "cifar10_strides")
    }
    blocks = api.loads(BLOCKS)
    head, tail = BLOCKS.split("  - Flatten")
    more = "  - unit: {name: three, filters: 32}\n  - unit\n"
    hard = [
        "Conv2D: {filters: 999, kernel_size: 3, name: a_name_that_is_long_and_longer}",
        "Dense: {units: 999999, name: '배치_정규화_하나_둘|`[bold]`'}",
    ]
    return {
        "nin": (specs["deep_cnn"], specs["nin"]),
        "gap": (specs["cifar10"], specs["cifar10_gap"]),
        "strides": (specs["cifar10"], specs["cifar10_strides"]),
        "blocks": (blocks, api.loads(f"{head}{more}  - Flatten{tail}")),
        "hard": (
            model(*hard, given="[224, 224, 3]", name="'[bold]one'"),
            model(*(h.replace("999", "888") for h in hard), given="[null, 99, 3]"),
        ),
    }


PAIRS = pairs()


def texts() -> dict[str, str]:
    """Every golden file's name, and what belongs into it."""
    found = {f"{name}_80.txt": printed(*pair, 80) for name, pair in PAIRS.items()}
    found["nin_160.txt"] = printed(*PAIRS["nin"], 160)
    for name in ("nin", "gap", "blocks", "hard"):
        pair = PAIRS[name]
        titles = differences.titles(*pair, ())
        found[f"{name}.md"] = differences.markdown(diff(*pair), titles) + "\n"
    return found


TEXTS = texts()


@pytest.mark.parametrize("name", TEXTS)
def test_golden(name: str, golden: bool) -> None:
    if golden:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / name).write_text(TEXTS[name], encoding="utf-8")
    assert TEXTS[name] == (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("width", [72, 80, 100, 160])
def test_fits(name: str, width: int) -> None:
    text = printed(*PAIRS[name], width)
    assert max(map(cell_len, text.splitlines())) <= width


def test_without_letters_beyond_ascii() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    text = printed(*PAIRS["nin"], 80, file=file)
    assert "22,550 > 11,300 -11,250" in text
    assert text.isascii()


def test_json() -> None:
    one, other = PAIRS["gap"]
    data = json.loads(differences.as_json(diff(one, other), one, other))
    assert not data["same"]
    assert data["totals"]["total_params"] == {
        "before": 550570,
        "after": 293968,
        "difference": -256602,
        "ratio": 293968 / 550570,
    }
    dense = data["layers"][11]
    assert dense["change"] == "changed"
    lines = (ROOT / "specs/cifar10.yaml").read_text(encoding="utf-8").splitlines()
    assert "Dense: {units: 128" in lines[dense["before"]["line"] - 1]
    assert dense["before"]["input_shapes"] == [[None, 2048]]
    assert dense["after"]["name"] == "fc1"
    assert dense["difference"]["params"] == 50 * 129 - 128 * 2049
    assert dense["arguments"] == [{"name": "units", "before": 128, "after": 50}]
    assert data["layers"][10]["before"] is None


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.6337, "63 %"), (0.9996, "99.96 %"), (0.002, "0.2 %"), (1, "100 %"), (None, "")],
)
def test_ratio(ratio: float | None, text: str) -> None:
    assert differences.ratio_text(ratio) == text


# ------------------------------------------------------------ the command


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    for name, layers in (("one", FIVE), ("other", FIVE[:-1])):
        text = spec(layers, "[8, 8, 3]", name)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    expect = "expect: {total_params: 5386}\n"
    with (tmp_path / "one.yaml").open("a", encoding="utf-8") as file:
        file.write(expect)
    return tmp_path


def test_two_specs(run: Run, specs: Path) -> None:
    code, out, err = run("diff", "one.yaml", "other.yaml")
    assert (code, err) == (0, "")
    assert out.startswith("one → other\n")
    assert "\n- dense" in out


def test_variant_of_one(run: Run, specs: Path) -> None:
    """What a spec expects of itself isn't asked of its variant."""
    code, out, err = run("diff", "one.yaml", "--set", "layers.4.Dense=20")
    assert (code, err) == (0, "")
    assert out.startswith("one → one with layers.4.Dense=20\n")
    assert "units: 10 → 20" in out


def test_variant_of_the_second(run: Run, specs: Path) -> None:
    override = "layers.0.Conv2D.filters=9"
    code, out, _ = run("diff", "one.yaml", "other.yaml", "--set", override)
    assert code == 0
    assert "filters: 8 → 9" in out
    assert "\n- dense" in out


def test_same_specs(run: Run, specs: Path) -> None:
    for form in ("text", "markdown"):
        code, out, _ = run("diff", "one.yaml", "one.yaml", "--format", form)
        assert code == 0
        assert "No difference between the models: 5 layers, 5,386 params" in out
    code, out, _ = run("diff", "one.yaml", "one.yaml", "--format", "json")
    assert json.loads(out)["same"]


def test_only_one_spec(run: Run, specs: Path) -> None:
    code, out, err = run("diff", "one.yaml")
    assert (code, out) == (2, "")
    assert err == (
        "cnnspec: diff takes two specs, or one and --set KEY=VALUE to change in it\n"
    )


def test_errors_of_both(run: Run, specs: Path) -> None:
    (specs / "wrong.yaml").write_text("name: w\ninput: [4]\nlayers: [Dens]\n")
    code, out, err = run("diff", "missing.yaml", "wrong.yaml")
    assert (code, out) == (1, "")
    assert "missing.yaml:1:1: error[not-found]" in err
    assert "wrong.yaml:3:10: error[unknown-layer]" in err
    code, _, err = run("diff", "wrong.yaml", "--set", "name=v")
    assert code == 1
    assert err.count("unknown-layer") == 1


def test_calls_that_look_alike_share_a_row() -> None:
    block = """\
input: [8, 8, 4]
vars: {times: 1}
blocks:
  unit:
    layers:
      - Conv2D: {filters: 4, kernel_size: 1, name: conv}
      - BatchNormalization: {name: bn}
      - ReLU: {name: relu}
      - Dropout: 0.5
layers:
  - repeat:
      times: $times
      index: i
      layers: [{unit: {name: "unit${i}"}}]
  - Flatten
"""
    before = api.loads(block).summary
    after = api.loads(block.replace("times: 1}", "times: 4}")).summary
    found = differences.lines(compare(before, after))
    [added] = [line for line in found if line.change == ADDED]
    assert (added.name, added.layers) == (("unit1",), 12)
    assert added.params_change == f"+{3 * (20 + 16)}"
    assert added.notes == ("3 × unit1 to unit3, each a unit of 4 layers",)
