"""Specs that are written from models: each is the model, and reads as a person's."""

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest

import cnnspec
from cnnspec.ground.source import Source
from cnnspec.read.found import Figures, Found, Place, Unknown
from cnnspec.read.writing import items
from cnnspec.read.writing import spec as writing
from cnnspec.read.writing.proof import graph_of, same
from cnnspec.read.writing.spec import written
from tests.emit.programs import draw_spec
from tests.models import spec
from tests.read.written_out import written_out

SPECS = Path(__file__).parents[2] / "specs"
TUTORIALS = sorted(SPECS.glob("*.yaml"))
ZOO = [
    SPECS / "zoo" / f"{name}.yaml"
    for name in (
        "resnet50",
        "unet",
        "siamese",
        "seq2seq_attention",
        "crnn",
        "two_inputs",
    )
]


def found(text: str | Path, **more: Any) -> Found:
    """What a reader of a model's file gives of a spec's model."""
    model = cnnspec.load(text)
    document = written_out(model.summary.graph)
    own = model.program.source.data.get("custom")
    document |= {"custom": own} if own else {}
    return Found("keras-h5", document, **more)


def layers(text: str) -> list[str]:
    """The lines of a layer list."""
    lines = text[text.index("layers:\n") + 8 :].split("\n\n")[0].rstrip().split("\n")
    return [line.removeprefix("  ") for line in lines]


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("path", [*TUTORIALS, *ZOO], ids=lambda p: p.stem)
def test_the_spec_of_a_model_is_the_model(path: Path, flat: bool) -> None:
    before = cnnspec.load(path).summary
    after = cnnspec.loads(written(found(path), flat=flat)).summary
    assert after.total_params == before.total_params
    assert after.macs == before.macs
    assert [i.shape for i in after.graph.inputs] == [
        i.shape for i in before.graph.inputs
    ]


FOLDED = {
    "resnet50": 60,
    "vgg16": 30,
    "mobilenet_v2": 80,
    "inception_v3": 115,
    "densenet121": 55,
    "efficientnet_b0": 110,
    "xception": 75,
    "unet": 50,
}
"""Models, and the lines that their specs have at most."""
FOLDERS = [SPECS / "zoo" / f"{name}.yaml" for name in FOLDED]


@pytest.mark.parametrize("path", [*FOLDERS, *TUTORIALS[:4]], ids=lambda p: p.stem)
def test_what_is_repeated_is_written_once(path: Path, golden: bool) -> None:
    """Names, arguments and connections come out as they were."""
    model = found(path)
    said = written(model)
    file = Path(__file__).parent / "written" / f"{path.stem}.yaml"
    if golden:
        file.write_text(said, encoding="utf-8")
    assert said == file.read_text(encoding="utf-8")
    assert len(said.splitlines()) <= FOLDED.get(path.stem, 30)
    assert max(map(len, said.splitlines())) <= 88
    before, after = cnnspec.load(path).summary.rows, cnnspec.loads(said).summary.rows
    shapes = {row.name: (row.inputs, row.output_shape, row.weights) for row in before}
    assert {r.name: (r.inputs, r.output_shape, r.weights) for r in after} == shapes


@pytest.mark.parametrize("path", [*TUTORIALS, *FOLDERS[:3]], ids=lambda p: p.stem)
def test_a_spec_that_was_written_is_written_again(path: Path) -> None:
    said = written(found(path))
    assert written(found(said)) == said


def test_what_gets_no_shorter_is_left_layer_by_layer() -> None:
    model = found(SPECS / "zoo" / "gpt2_small.yaml")
    assert written(model) == written(model, flat=True)


def residual_net() -> str:
    """A ResNet whose layers nobody named; shortcuts are made after the main path."""
    conv = "Conv2D: {{filters: {}, kernel_size: 3, strides: {}, padding: same{}}}"
    steps, tensor = ["Conv2D: {filters: 8, kernel_size: 3}", "ReLU"], "re_lu"
    count = relus = 1
    for filters, strides in [
        (8, 1),
        (8, 1),
        (16, 2),
        (16, 1),
        (16, 1),
        (32, 2),
        (32, 1),
    ]:
        steps.append(conv.format(filters, strides, f", from: {tensor}"))
        steps += ["ReLU", conv.format(filters, 1, "")]
        if strides == 2:
            short = "{{filters: {}, kernel_size: 1, strides: 2, from: {}}}"
            steps.append(f"Conv2D: {short.format(filters, tensor)}")
            joined = f"[prev, conv2d_{count + 1}]"
        else:
            joined = f"[{tensor}, prev]"
        count += 2 + (strides == 2)
        steps += [f"Add: {{from: {joined}}}", "ReLU"]
        tensor = f"re_lu_{relus + 1}"
        relus += 2
    return spec([*steps, "GlobalAveragePooling2D", "Dense: 10"])


def u_net() -> str:
    """A U-Net whose layers nobody named."""
    conv = "Conv2D: {{filters: {}, kernel_size: 3, padding: same, activation: relu}}"
    up = "Conv2DTranspose: {{filters: {}, kernel_size: 2, strides: 2}}"
    steps: list[str] = []
    for filters in (8, 16, 32):
        steps += [*[conv.format(filters)] * 2, "MaxPooling2D"]
    steps += [conv.format(64)] * 2
    for filters, number in [(32, 5), (16, 3), (8, 1)]:
        join = f"Concatenate: {{from: [prev, conv2d_{number}]}}"
        steps += [up.format(filters), join, *[conv.format(filters)] * 2]
    return spec([*steps, "Conv2D: {filters: 1, kernel_size: 1}"])


@pytest.mark.parametrize(("text", "most"), [(residual_net(), 42), (u_net(), 31)])
def test_models_that_nobody_named_keep_their_numbers(text: str, most: int) -> None:
    said = written(found(text))
    assert len(said.splitlines()) <= most, said
    before, after = cnnspec.loads(text).summary.rows, cnnspec.loads(said).summary.rows
    shapes = {row.name: (row.inputs, row.output_shape) for row in before}
    assert {row.name: (row.inputs, row.output_shape) for row in after} == shapes


def chain_of_units(widths: list[int], last: str = "relu") -> str:
    """A convolution, a normalization and an activation for each width."""
    conv = "Conv2D: {{filters: {}, kernel_size: 3, padding: same}}"
    steps = [
        step
        for width in widths
        for step in (conv.format(width), "BatchNormalization", "Activation: relu")
    ]
    return spec([*steps[:-1], f"Activation: {last}"])


def test_the_block_of_a_chain_is_its_unit() -> None:
    """No long part of many parameters, and no parameter for one of many."""
    random = Random(5)
    widths = [random.choice([32, 64, 128]) for _ in range(60)]
    said = written(found(chain_of_units(widths, "softmax")))
    blocks, steps = said.split("\nlayers:\n")
    assert blocks.split("\n\n")[1:] == [
        """blocks:
  conv_bn_relu:
    params: {filters: }
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, padding: same}
      - BatchNormalization
      - Activation: relu
"""
    ]
    assert "conv_bn_relu: $filters" in steps
    assert steps.rstrip().endswith("- Activation: softmax")
    assert len(steps.splitlines()) <= len(widths) + 2


def test_only_one_of_two_halves_is_called_by_the_name_of_their_unit() -> None:
    between = ("ReLU", "ELU", "Softmax", "Dropout: 0.5", "LeakyReLU")
    steps = []
    for n, kind in enumerate(between, 3):
        half = [
            f"Conv2D: {{filters: 8, kernel_size: 1, name: u{n}_a}}",
            f"BatchNormalization: {{name: u{n}_b}}",
            f"ReLU: {{name: u{n}_c}}",
            f"Conv2D: {{filters: 8, kernel_size: 3, name: u{n}_d}}",
        ]
        other = [
            f"BatchNormalization: {{name: u{n}_e}}",
            f"Conv2D: {{filters: 8, kernel_size: 3, name: u{n}_f}}",
            f"ELU: {{name: u{n}_g}}",
            f"Conv2D: {{filters: 8, kernel_size: 1, name: u{n}_h}}",
        ]
        steps += [*half, kind, *other, between[n - 4]]
    text = written(found(spec(steps, "[64, 64, 3]")))
    said = [line.split("#")[0].strip() for line in text.splitlines()]
    assert said[said.index("- unit: {name: u3}") :][:4] == [
        "- unit: {name: u3}",
        "- ReLU",
        "- unit_2: 3",
        "- LeakyReLU",
    ]
    assert said[-1] == "- Dropout: 0.5"


def test_equal_units_are_rounds() -> None:
    said = written(found(chain_of_units([64] * 60, "softmax")))
    assert "blocks:" not in said
    assert len(layers(said)) == 9
    assert "times: 59" in said


def test_large_models_are_written_in_bounded_steps(monkeypatch: Any) -> None:
    kinds = ["Conv2D: {{filters: {n}, kernel_size: 1}}", "BatchNormalization", "ReLU"]
    steps = [kinds[n * n % 3 if n % 13 else 2].format(n=n + 1) for n in range(400)]
    model = found(spec(steps, "[4, 4, 8]"))
    assert len(written(model).splitlines()) < 250
    monkeypatch.setattr(items, "EFFORT", 500)
    assert len(layers(written(model))) == 400


def test_random_models_come_back() -> None:
    random, count = Random(14), 0
    for _ in range(70):
        text = draw_spec(random)
        checked = cnnspec.check(text)
        if not checked.ok:
            continue
        model = checked.model()
        document = written_out(model.summary.graph)
        document |= {
            k: v for k, v in model.program.source.data.items() if k == "custom"
        }
        tidy = written(Found("keras-h5", document))
        again = cnnspec.check(tidy).model()
        assert again.summary.total_params == model.summary.total_params, tidy
        count += 1
    assert count > 20


ONE_OF_SEVERAL = """\
input: [8, 4]
layers:
  - LSTM: {units: 4, return_state: true, name: enc}
  - Add: {from: [enc.1, enc.2]}
"""
TWO_INPUTS = """\
inputs: {a: [8], b: [4]}
layers:
  - Dense: {units: 4, from: a, name: d}
  - Add: {from: [d, b]}
"""
COMPONENTS = """\
Dense:
      units: 4
      name: 답
      kernel_initializer: {Identity: {gain: 2.5}}
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            spec(
                [
                    "Conv2D: {filters: 8, kernel_size: [3, 3], strides: [1, 1]}",
                    "MaxPooling2D: {pool_size: 2, strides: 2}",
                    "Activation: linear",
                ]
            ),
            [
                "- Conv2D: {filters: 8, kernel_size: 3}  # 30x30",
                "- MaxPooling2D                          # 15x15",
                "- Activation: linear",
            ],
        ),
        (
            spec([COMPONENTS], "[8]"),
            [
                "- Dense: {name: 답, units: 4, kernel_initializer: {Identity: 2.5}}",
            ],
        ),
        (
            spec(["Dense: {units: 2, bias_initializer: {Constant: 0}}"], "[8]"),
            ["- Dense: {units: 2, bias_initializer: {Constant: {value: 0.0}}}"],
        ),
        (
            spec(["Bidirectional: {layer: {LSTM: {units: 4}}}"], "[8, 4]"),
            ["- Bidirectional: {layer: {LSTM: 4}}"],
        ),
        (
            TWO_INPUTS,
            ["- Dense: {name: d, units: 4, from: a}", "- Add: {from: [prev, b]}"],
        ),
        (
            ONE_OF_SEVERAL,
            [
                "- LSTM: {name: enc, units: 4, return_state: true}",
                "- Add: {from: [enc.1, enc.2]}",
            ],
        ),
    ],
    ids=["short", "components", "constant", "wrapped", "inputs", "one of several"],
)
def test_layers_are_written_as_by_hand(text: str, lines: list[str]) -> None:
    assert layers(written(found(text), flat=True)) == lines


def test_numbers_of_a_long_session_are_left_out_and_given_names_stay() -> None:
    text = """\
        input: [8, 8, 3]
        layers:
          - Conv2D: {filters: 3, kernel_size: 1, name: conv2d_17}
          - Conv2D: {filters: 3, kernel_size: 1, name: conv2d_19}
          - Add: {from: [conv2d_17, prev], name: add_4}
          - Flatten: {name: row}
          - Dense: {units: 2, name: dense_1}
        """
    said = written(found(re.sub("^ {8}", "", text, flags=re.MULTILINE)), flat=True)
    assert layers(said) == [
        "- Conv2D: {filters: 3, kernel_size: 1}",
        "- Conv2D: {filters: 3, kernel_size: 1}",
        "- Add: {from: [conv2d, prev]}",
        "- Flatten: {name: row}",
        "- Dense: 2",
    ]


def test_numbers_of_a_new_session_come_out_as_they_were() -> None:
    """Keras's files list layers by depth; numbers tell in which order they stood."""
    path = SPECS / "zoo" / "inception_v3.yaml"
    model = found(path)
    steps = model.document["layers"]
    place = {
        name: n for n, name in enumerate(i["name"] for s in steps for i in s.values())
    }
    depth: dict[str, int] = {}
    for step in steps:
        [said] = step.values()
        depth[said["name"]] = 1 + max(depth.get(name, 0) for name in said["from"])
    steps.sort(key=lambda s: depth[next(iter(s.values()))["name"]])
    assert place != {
        name: n for n, name in enumerate(i["name"] for s in steps for i in s.values())
    }
    after = cnnspec.loads(written(model)).summary
    before = {row.name: row.inputs for row in cnnspec.load(path).summary.rows}
    assert {row.name: row.inputs for row in after.rows} == before


def test_what_is_said_beside_the_layers() -> None:
    text = "input: [8]\nlayers: [{Dense: {units: 4, name: one}}, {Dense: 2}]"
    unknown = Unknown("one", "activation", ("linear", "relu"), "cut", Place(), False)
    model = found(text, unknowns=(unknown,), figures=Figures(46, 46, None))
    model.comments.update({("layers", 1): "The result."})  # type: ignore[attr-defined]
    assert written(model, origin="old.h5") == (
        "# Read from old.h5, a file of Keras (.h5).\n"
        "name: spec\n"
        "input: [8]\n\n"
        "layers:\n"
        "  # activation isn't known: cut; linear is a guess, and relu may be right\n"
        "  - Dense: {name: one, units: 4}\n"
        "  # The result.\n"
        "  - Dense: 2\n\n"
        "expect: {total_params: 46, trainable_params: 46}\n"
    )


def test_dollar_signs_are_what_they_are() -> None:
    document = {
        "inputs": {"in": {"shape": [4], "dtype": "string"}},
        "layers": [
            {
                "StringLookup": {
                    "vocabulary": ["$a", "${b}", "가$"],
                    "name": "price_$",
                    "from": ["in"],
                }
            },
            {"Flatten": {"name": "x$y", "from": ["price_$"]}},
            {"Concatenate": {"name": "z", "from": ["x$y", "x$y"]}},
        ],
    }
    graph = graph_of(Source(written(Found("keras-json", document))))
    assert graph
    assert [node.name for node in graph.nodes] == ["price_$", "x$y", "z"]
    assert graph.nodes[0].layer.vocabulary == ("$a", "${b}", "가$")  # type: ignore[attr-defined]


def test_a_printed_table_is_kept() -> None:
    model = found("input: [8]\nlayers: [{Dense: 4}]")
    shown = (
        "Layer (type)      Output Shape      Param #\n"
        "===========================================\n"
        "dense (Dense)     (None, 4)         36\n"
        "===========================================\n"
        "Total params: 36\n"
    )
    said = written(model._replace(figures=Figures(36, None, None, shown)))
    assert "  summary: |\n    Layer (type)" in said
    assert cnnspec.check(said).ok


TWO = ["Dense: {units: 4, name: a}", "Dense: {units: 4, name: c}"]


@pytest.mark.parametrize(
    ("other", "size"),
    [
        ([TWO[0], "Dense: {units: 4, name: b}"], 8),
        ([TWO[0], "Dense: {units: 4, use_bias: false, name: c}"], 8),
        ([TWO[0], "Dense: {units: 4, name: c, from: input}", "Add: {from: [a, c]}"], 8),
        (TWO, 9),
        ([TWO[0], "apply: {layer: a, name: c}"], 4),
    ],
    ids=["name", "argument", "connection", "input", "shared"],
)
def test_another_model_is_not_the_same(other: list[str], size: int) -> None:
    add = ["Add: {from: [a, prev]}"] if len(other) > 2 else []
    before = graph_of(Source(spec([*TWO, *add], f"[{4 if size == 4 else 8}]")))
    after = graph_of(Source(spec(other, f"[{size}]")))
    assert before and after
    assert same(before, before, ())
    assert not same(before, after, ())


def test_a_pass_that_changes_the_model_is_dropped(monkeypatch: Any) -> None:
    def lies(spec: Any) -> None:
        spec.main.items[-1].arguments["units"] = 3

    monkeypatch.setattr(writing, "FOLDING", (lies,))
    said = written(found("input: [8]\nlayers: [{Dense: 4}]"))
    assert layers(said) == ["- Dense: 4"]
