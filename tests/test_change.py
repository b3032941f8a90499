"""`change` and `append`: what they make of a model, and where mistakes are told."""

from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.ground.source import Source
from cnnspec.model.changing import read_changed
from cnnspec.model.resolver import resolve
from tests.emit.test_model import model_script
from tests.emit.tracer import trace

BASE = """\
input: [16, 16, 3]
defaults: {Conv2D: {padding: same}}
blocks:
  unit:
    params: {filters: 4, times: 1}
    layers:
      - repeat:
          times: $times
          layers: [{Conv2D: {filters: $filters, kernel_size: 3}}, BatchNormalization]
      - ReLU: {name: out}
layers:
  - unit: {name: a}
  - unit: {name: b, filters: 8, times: 2}
  - Conv2D: {filters: 8, kernel_size: 1, name: side}
  - Dropout: {rate: 0.5, name: drop}
  - Add: {from: [drop, b]}
  - Flatten
  - Dense: {units: 10, name: top}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE)


def check(text: str, *overrides: str) -> api.Checked:
    Path("spec.yaml").write_text(text)
    return api.check("spec.yaml", overrides)


def found(text: str, *overrides: str) -> list[str]:
    return [str(one) for one in check(text, *overrides).diagnostics]


def rows(text: str, *overrides: str) -> dict[str, int]:
    summary = check(text, *overrides).model().summary
    return {row.name: row.params for row in summary.rows}


AS_IT_IS = {
    "a_1_conv2d": 112,
    "a_1_batch_normalization": 16,
    "a_out": 0,
    "b_1_conv2d": 296,
    "b_1_batch_normalization": 32,
    "b_2_conv2d": 584,
    "b_2_batch_normalization": 32,
    "b_out": 0,
    "side": 72,
    "drop": 0,
    "add": 0,
    "flatten": 0,
    "top": 20490,
}
CHANGES: list[tuple[str, dict[str, int | None]]] = [
    ("{top: {units: 3}}", {"top": 6147}),
    ("{top: 3}", {"top": 6147}),
    ("{top: {use_bias: false}}", {"top": 20480}),
    ("{top: null}", {"top": None}),
    ("{drop: null}", {"drop": None}),
    ("{drop: null, top: 7}", {"drop": None, "top": 14343}),
    ("{side: {kernel_size: 3}}", {"side": 584}),
    ("{side: {padding: valid, kernel_size: [1, 1]}}", {}),
    (
        "{b: {times: 3}}",
        {"b_3_conv2d": 584, "b_3_batch_normalization": 32},
    ),
    (
        "{b: {times: 1}}",
        {"b_2_conv2d": None, "b_2_batch_normalization": None},
    ),
    ("{b_2_conv2d: {kernel_size: 1}}", {"b_2_conv2d": 72}),
    ("{b_1_conv2d: {kernel_size: 1}, b_2_conv2d: 8}", {"b_1_conv2d": 40}),
    ("{b_2_batch_normalization: null}", {"b_2_batch_normalization": None}),
    ("{a_out: null}", {"a_out": None}),
    ("{a_out: {max_value: 6}}", {}),
    (
        "{a: null}",
        {
            **dict.fromkeys(("a_1_conv2d", "a_1_batch_normalization", "a_out")),
            "b_1_conv2d": 224,
        },
    ),
    (
        "{a: {filters: 2}}",
        {"a_1_conv2d": 56, "a_1_batch_normalization": 8, "b_1_conv2d": 152},
    ),
    ("{a: 2}", {"a_1_conv2d": 56, "a_1_batch_normalization": 8, "b_1_conv2d": 152}),
]


def script(text: str) -> str:
    """The script of a spec without a base, which is proved right."""
    program = read_changed(Source(text, "spec"))
    graph = resolve(program)
    written = model_script(program, graph)
    trace(written, graph)
    return written


@pytest.mark.parametrize(("change", "differs"), CHANGES)
def test_a_change_by_name(change: str, differs: dict[str, int | None]) -> None:
    expected = {
        name: params
        for name, params in (AS_IT_IS | differs).items()
        if params is not None
    }
    assert rows(f"extends: base.yaml\nchange: {change}\n") == expected
    own = f"{BASE}change: {change}\n"
    assert rows(own) == expected
    script(own)


def test_a_changed_call_is_written_as_a_person_would() -> None:
    written = script(f"{BASE}change: {{b: {{times: 3}}, drop: null, top: 3}}\n")
    assert 'unit(x, filters=8, times=3, name="b")' in written
    assert "Dropout" not in written
    assert "layers.Add()([side, b])" in written
    assert 'layers.Dense(3, name="top")' in written


TWICE = """\
vars: {wide: 5}
input: [16, 16, 3]
blocks:
  unit:
    params: {filters: 4}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, padding: same, name: conv}
      - ReLU: {name: out}
  gate:
    params: {how: relu}
    layers: [{Activation: $how}, {Dropout: 0.5}]
  stage:
    params: {filters: }
    layers:
      - unit: {filters: $filters, name: one}
      - repeat:
          times: 2
          index: i
          layers: [{unit: {filters: $filters, name: "more_$i"}}]
  head:
    model: true
    layers: [{Dense: {units: $wide, name: fc}}, {ReLU: {name: act}}]
layers:
  - stage: {filters: 4, name: a}
  - stage: {filters: 8, name: b}
  - unit: {name: c}
  - unit: {filters: 6, name: d}
  - gate: {name: e}
  - gate: {how: tanh, name: f}
  - Flatten
  - head: {name: left}
  - head: {name: right}
"""
STAGE = "def stage(x, filters, name"
INSIDE: list[tuple[str, list[str]]] = [
    (
        "{d_conv: {kernel_size: 5, strides: 2}, c_conv: {kernel_size: 1}}",
        [
            "def unit(x, name, filters=4, kernel_size=3, strides=1):",
            'unit(x, kernel_size=1, name="c")',
            'unit(x, filters=6, kernel_size=5, strides=2, name="d")',
        ],
    ),
    (
        "{d_conv: 9}",
        [
            "def unit(x, name, filters=4, conv_filters=None):",
            'unit(x, filters=6, conv_filters=9, name="d")',
        ],
    ),
    (
        "{b_one_conv: {kernel_size: 1}, b: 7}",
        [
            "def stage(x, filters, name, kernel_size=3):",
            'unit(x, filters=filters, kernel_size=kernel_size, name=f"{name}_one")',
            'stage(x, 7, kernel_size=1, name="b")',
        ],
    ),
    (
        "{right/fc: {activation: relu}}",
        ["def head(shape, name, activation=None):", 'activation="relu", name="right"'],
    ),
    (
        "{f_activation: elu, e_dropout: {rate: 0.1, seed: 3}}",
        [
            'def gate(x, name, how="relu", activation=None, rate=0.5, seed=None):',
            'gate(x, rate=0.1, seed=3, name="e")',
            'gate(x, how="tanh", activation="elu", name="f")',
        ],
    ),
    (
        "{b_one: {filters: 9}}",
        ["def stage(x, filters, name, one_filters=None):", "one_filters=9"],
    ),
    (
        "{b_more_1_conv: {kernel_size: 1}}",
        [STAGE, 'stage(inputs, 4, name="a")', 'name="b_more_1_conv")'],
    ),
    (
        "{a_one_out: null}",
        [STAGE, 'stage(x, 8, name="b")', 'name="a_one_conv")'],
    ),
    ("{left/act: null}", [STAGE, 'layers.Dense(5, name="fc")']),
    ("{b_one_conv: {filters: $wide}}", [STAGE, 'Conv2D(5, 3, padding="same", name=']),
]


@pytest.mark.parametrize(("change", "lines"), INSIDE)
def test_one_of_several_calls_differs_inside(change: str, lines: list[str]) -> None:
    """The blocks stay functions, and a parameter says what differs where one can."""
    text = f"{TWICE}change: {change}\n"
    assert found(text) == []
    written = script(text)
    assert "def unit(" in written
    for line in lines:
        assert line in written


def test_from_the_command_line() -> None:
    text = "extends: base.yaml\n"
    assert rows(text, "change.top.units=3")["top"] == 6147
    assert rows(text, "change.drop=null").keys() == AS_IT_IS.keys() - {"drop"}
    assert rows(text, "change.b_2_conv2d.kernel_size=1")["b_2_conv2d"] == 72
    assert rows(BASE, "change={top: 3}")["top"] == 6147
    dotted = BASE.replace("name: side", "name: side.1")
    assert rows(dotted, "change.side.1.kernel_size=3")["side.1"] == 584
    assert rows(dotted, "change.side.1=null").keys() == AS_IT_IS.keys() - {"side"}


def test_a_base_and_its_child_change_one_model() -> None:
    Path("middle.yaml").write_text("extends: base.yaml\nchange: {top: 3, drop: null}\n")
    text = "extends: middle.yaml\nchange: {top: {use_bias: false}, drop: {rate: 0.1}}\n"
    assert rows(text) == AS_IT_IS | {"top": 20480}
    text = "extends: middle.yaml\nchange: {side: {kernel_size: 3}}\n"
    expected = AS_IT_IS | {"top": 6147, "side": 584}
    assert rows(text) == {k: v for k, v in expected.items() if k != "drop"}


def test_another_head_in_three_lines() -> None:
    text = "extends: base.yaml\nchange: {top: null}\n"
    text += "append: [{Dropout: 0.3}, {Dense: 5}]\n"
    assert list(rows(text))[-3:] == ["flatten", "dropout", "dense"]


def test_a_chain_of_bases_appends_in_its_order() -> None:
    Path("middle.yaml").write_text("extends: base.yaml\nappend: [{Dense: 4}, ReLU]\n")
    text = "extends: middle.yaml\nappend: [{Dense: {units: 5, name: last}}]\n"
    assert list(rows(text))[-4:] == ["top", "dense", "re_lu", "last"]
    assert list(rows(f"{text}change: {{dense: 3}}\n").values())[-3:] == [33, 0, 20]
    [wrong] = found(text.replace("5", "five"))
    assert wrong.startswith("spec.yaml:2:26: error[wrong-type]: Dense.units")
    Path("middle.yaml").write_text("extends: base.yaml\nappend:\n  - Dense: four\n")
    [wrong] = found(text)
    assert wrong.startswith("middle.yaml:3:12: error[wrong-type]: Dense.units")
    replaced = f"{text}layers: [Flatten, {{Dense: 3}}]\n"
    assert list(rows(replaced)) == ["flatten", "dense", "last"]


def test_a_layer_inside_a_model() -> None:
    text = BASE.replace("  unit:\n", "  unit:\n    model: true\n")
    text += "change: {b/out: {max_value: 6}, a/out: null}\n"
    checked = check(text)
    assert checked.ok, checked.diagnostics
    [a, b] = (row.layer for row in checked.model().summary.rows[:2])
    inside = {node.name: node.layer for node in b.graph.nodes}  # type: ignore[attr-defined]
    assert inside["out"].max_value == 6
    assert "out" not in [node.name for node in a.graph.nodes]  # type: ignore[attr-defined]


WRONG = [
    ("{flaten: null}", "1:10", "no such layer; did you mean 'flatten'?"),
    ("{top: {unit: 3}}", "1:16", "Dense has no field 'unit'; did you mean 'units'?"),
    ("{top: {units: many}}", "1:23", "Dense.units must be a whole number above 0"),
    ("{top: many}", "1:15", "Dense.units must be a whole number above 0"),
    (
        "{top: {name: x}}",
        "1:16",
        "change gives arguments, and 'name' is none; remove it",
    ),
    (
        "{top: {from: b}}",
        "1:16",
        "change gives arguments, and 'from' is none; remove it",
    ),
    ("{top: }", "1:15", "has nothing after its colon; write null to take 'top' out"),
    ("{b: {time: 3}}", "1:14", "the block 'unit' has no parameter 'time'"),
    ("{b: {times: many}}", "1:21", "repeat.times must be a whole number"),
    ("{add: null}", "1:15", "'add' reads 2 tensors"),
    ("[top]", "1:9", "'change' must be a mapping of layers to arguments"),
    ("{}", "", ""),
]


@pytest.mark.parametrize(("change", "place", "said"), WRONG)
def test_what_is_wrong_is_told_at_the_change(
    change: str, place: str, said: str
) -> None:
    told = found(f"change: {change}\nextends: base.yaml\n")
    if not place:
        assert not told
        return
    assert len(told) == 1, told
    assert told[0].startswith(f"spec.yaml:{place}: error[")
    assert said in told[0]


def test_append_needs_a_base() -> None:
    [wrong] = found(f"append: [{{Dense: 3}}]\n{BASE}")
    assert wrong.startswith("spec.yaml:1:1: error[exclusive-arguments]: append puts")


def test_a_name_that_a_change_made_unknown() -> None:
    [wrong] = found(
        BASE.replace("[drop, b]", "[drop, b_2_conv2d]") + "change: {b: null}\n"
    )
    assert "unknown-input" in wrong


NUMBERED = """\
input: [4]
layers:
  - Dense: 4
  - Dense: 4
  - Dense: {units: 4, from: dense}
  - apply: {layer: dense_2, from: dense_1, name: again}
  - Add: {from: [dense, dense_1, dense_2, again]}
"""
READS = {
    "{dense: null}": [
        *("input_layer", "input_layer", "dense"),
        "input_layer dense dense_1 again",
    ],
    "{dense_1: null}": [
        *("input_layer", "dense", "dense"),
        "dense dense dense_1 again",
    ],
    "{dense_1: {use_bias: false}}": [
        *("input_layer", "dense", "dense", "dense_1"),
        "dense dense_1 dense_2 again",
    ],
}


@pytest.mark.parametrize(("change", "reads"), READS.items())
def test_names_of_before_are_those_that_the_text_means(
    change: str, reads: list[str]
) -> None:
    text = f"{NUMBERED}change: {change}\n"
    program = read_changed(Source(text, "spec"))
    graph = resolve(program)
    assert [
        p for p in [*program.problems, *graph.problems] if p.severity == "error"
    ] == []
    assert [" ".join(node.inputs) for node in graph.nodes] == reads
    script(text)


def test_a_model_of_keras_counts_for_no_step_of_the_spec() -> None:
    text = (
        "input: [32, 32, 3]\nlayers: [{MobileNet: {weights: null, name: base}}, ReLU]\n"
    )
    assert "layers.ReLU(6.0)" in script(text + "change: {re_lu: {max_value: 6}}\n")
    [told] = found(text + "change: {base/conv1: {filters: 3}}\n")
    assert told.startswith(
        "spec.yaml:3:10: error[change]: change gives arguments to 'bas"
    )
