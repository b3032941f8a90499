"""What specs come to: names, connections and weights, all worked out by hand."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from cnnspec import api
from cnnspec.app import findings
from cnnspec.emit.schema.language import json_schema
from cnnspec.ground.errors import OverrideError
from cnnspec.model.summary import Row

DENSE_BLOCK = """\
blocks:
  fc:
    params: {units: 4, name_of: null}
    layers:
      - Dense: {units: $units, name: $name_of}
"""

COMES_TO: dict[str, tuple[str, list[tuple[str, str, int]]]] = {
    # what it shows: the spec; each layer's name, what it reads, its params
    "input in a branch of a block is what the call was given": (
        """\
input: [8, 8, 4]
blocks:
  unit:
    layers:
      - Conv2D: {filters: 4, kernel_size: 1}
      - Add: {from: [prev, [{ReLU: {from: input}}]]}
layers: [ReLU, unit]
""",
        [
            ("re_lu", "input_layer", 0),
            ("conv2d", "re_lu", 4 * 4 + 4),
            ("re_lu_1", "re_lu", 0),
            ("add", "conv2d re_lu_1", 0),
        ],
    ),
    "outputs of a block, one of them chosen by a parameter": (
        """\
input: [8]
blocks:
  pair:
    params: {first: prev}
    outputs: [$first, input]
    layers: [{Dense: {units: 8, name: fc}}]
layers:
  - pair: {name: x}
  - Add
  - pair: {name: y, first: fc}
  - Add: {from: [x, prev]}
""",
        [
            ("x_fc", "input_layer", 8 * 8 + 8),
            ("add", "x_fc input_layer", 0),
            ("y_fc", "add", 8 * 8 + 8),
            ("add_1", "x_fc input_layer y_fc add", 0),
        ],
    ),
    "a layer with several outputs gives them all": (
        """\
input: [5, 3]
blocks:
  encode:
    layers: [{LSTM: {units: 4, return_state: true, name: rnn}}]
layers:
  - encode: {name: e}
  - Add
""",
        [("e_rnn", "input_layer", 4 * (4 * (3 + 4 + 1))), ("add", "e_rnn", 0)],
    ),
    "both sides of an if give a layer the same name": (
        """\
input: [4]
blocks:
  unit:
    params: {wide: true}
    layers:
      - if:
          test: $wide
          then: [{Dense: {units: 9, name: fc}}]
          else: [{Dense: {units: 3, name: fc}}]
      - Add: {from: [fc, prev]}
layers:
  - unit: {name: a}
  - unit: {name: b, wide: false}
""",
        [
            ("a_fc", "input_layer", 4 * 9 + 9),
            ("a_add", "a_fc a_fc", 0),
            ("b_fc", "a_add", 9 * 3 + 3),
            ("b_add", "b_fc b_fc", 0),
        ],
    ),
    "rounds in a named call are numbered, outer ones first": (
        """\
input: [4]
blocks:
  unit:
    layers:
      - repeat:
          times: 2
          layers:
            - repeat: {times: 2, layers: [{Dense: 4}]}
layers:
  - unit: {name: x}
  - Dense: {units: 2, from: x_1_2_dense}
outputs: [x, dense]
""",
        [
            ("x_1_1_dense", "input_layer", 20),
            ("x_1_2_dense", "x_1_1_dense", 20),
            ("x_2_1_dense", "x_1_2_dense", 20),
            ("x_2_2_dense", "x_2_1_dense", 20),
            ("dense", "x_1_2_dense", 10),
        ],
    ),
    "nothing is taken no times": (
        """\
input: [4]
layers:
  - repeat: {times: 0, layers: [{Dense: 3}]}
  - if: {test: false, then: [{Dense: 3}]}
  - Dense: 2
""",
        [("dense", "input_layer", 10)],
    ),
    "arguments of a call are seen where the call stands, not in its block": (
        """\
input: [8]
vars: {f: 5}
blocks:
  outer: {params: {f: 3}, layers: [{inner: {f: "${f + 1}"}}, inner]}
  inner: {params: {f: 1, g: "${2 * f}"}, layers: [{Dense: $f}, {Dense: $g}]}
layers: [{outer: 7}, {inner: $f}]
""",
        [
            ("dense", "input_layer", 8 * 8 + 8),
            ("dense_1", "dense", 8 * 16 + 16),
            ("dense_2", "dense_1", 16 * 1 + 1),
            ("dense_3", "dense_2", 1 * 2 + 2),
            ("dense_4", "dense_3", 2 * 5 + 5),
            ("dense_5", "dense_4", 5 * 10 + 10),
        ],
    ),
    "variables hold lists, mappings, truth values and null": (
        """\
input: [4]
vars: {a: null, b: false, c: {x: [1, 2]}, d: "fc$$", e: $b}
layers:
  - Dense: {units: "${c['x'][1]}", use_bias: $e, activation: $a, name: $d}
""",
        [("fc$", "input_layer", 4 * 2)],
    ),
    "a parameter that is given null has no default": (
        f"""\
input: [4]
{DENSE_BLOCK}
layers: [fc, {{fc: {{units: 3, name_of: last}}}}]
""",
        [("dense", "input_layer", 20), ("fc_1_last", "dense", 15)],
    ),
    "defaults reach a layer that its wrapper holds, however it is written": (
        """\
input: [3, 8]
defaults: {Dense: {units: 5}, LSTM: {units: 2}}
layers:
  - TimeDistributed: Dense
  - TimeDistributed: {layer: Dense}
  - TimeDistributed: {layer: {Dense: 4}}
  - Bidirectional: {layer: LSTM}
""",
        [
            ("time_distributed", "input_layer", 8 * 5 + 5),
            ("time_distributed_1", "time_distributed", 5 * 5 + 5),
            ("time_distributed_2", "time_distributed_1", 5 * 4 + 4),
            ("bidirectional", "time_distributed_2", 2 * 4 * 2 * (4 + 2 + 1)),
        ],
    ),
    "defaults under a second name of a layer, with formulas": (
        """\
input: [8, 8, 1]
vars: {k: 3}
defaults: {Convolution2D: {kernel_size: $k, filters: 2}, Conv2D: {filters: 4}}
layers: [Conv2D, {Convolution2D: {filters: "${k - 1}"}}]
""",
        [
            ("conv2d", "input_layer", 3 * 3 * 1 * 4 + 4),
            ("conv2d_1", "conv2d", 3 * 3 * 4 * 2 + 2),
        ],
    ),
    "a layer is applied twice, the second time by the name of the first": (
        """\
inputs: {a: [4], b: [4], c: [4]}
layers:
  - Dense: {units: 3, name: fc, from: a}
  - apply: {layer: fc, from: b, name: again}
  - apply: {layer: again, from: c}
  - Add: {from: [fc, again, fc again]}
""",
        [
            ("fc", "a", 15),
            ("again", "b", 0),
            ("fc again", "c", 0),
            ("add", "fc again fc again", 0),
        ],
    ),
    "a layer is applied to a larger image": (
        """\
inputs: {a: [8, 8, 3], b: [9, 12, 3]}
layers:
  - Conv2D: {filters: 2, kernel_size: 3, name: conv, from: a}
  - apply: {layer: conv, from: b, name: again}
outputs: [conv, again]
""",
        [("conv", "a", 3 * 3 * 3 * 2 + 2), ("again", "b", 0)],
    ),
    "a layer of a named call is applied, and named after where that stands": (
        """\
input: [4]
blocks:
  twice:
    layers:
      - Dense: {units: 4, name: fc}
      - apply: {layer: fc}
layers:
  - twice: {name: x}
  - apply: {layer: x_fc, name: last}
""",
        [("x_fc", "input_layer", 20), ("x_apply", "x_fc", 0), ("last", "x_apply", 0)],
    ),
}


def rows(text: str) -> tuple[Row, ...]:
    return api.loads(text).summary.rows


@pytest.mark.parametrize("case", COMES_TO)
def test_spec_comes_to_these_layers(case: str) -> None:
    text, expected = COMES_TO[case]
    found = [(row.name, " ".join(row.inputs), row.params) for row in rows(text)]
    assert found == expected


SAYS: dict[str, tuple[str, list[str]]] = {
    # what it shows: the spec; the start of each diagnostic, from its line on
    "an input is no output": (
        (
            "input: [5]\nlayers: [{Dense: {units: 4, name: fc}}]\n"
            "outputs: [input_layer, fc]"
        ),
        ["3:11: error[unknown-input]: outputs: names 'input_layer'"],
    ),
    "a call that gives back the input can't end a model": (
        (
            "input: [5]\nblocks: {same: {outputs: [input, prev], layers: [ReLU]}}\n"
            "layers: [same]\ntrain: {loss: mse, optimizer: adam}"
        ),
        [
            "3:9: error[input-as-output]: the model would give back its input",
        ],
    ),
    "a faulty default is told once, and not of the layers": (
        (
            "input: [8, 8, 1]\ndefaults: {Conv2D: {kernel_sise: 3, filters: a}}\n"
            "layers: [Conv2D, {Conv2D: {strides: 2}}]"
        ),
        [
            "2:21: error[unknown-field]: Conv2D has no field 'kernel_sise'",
            "2:46: error[wrong-type]: Conv2D.filters must be",
        ],
    ),
    "a default whose formula fails is told once": (
        (
            "input: [8]\ndefaults: {Dense: {units: $w, use_bias: '${1 / 0}'}}\n"
            "layers: [Dense, Dense]"
        ),
        [
            "2:27: error[unknown-variable]: 'w' is no variable here",
            "2:41: error[expression]: `1 / 0` can't be worked out",
        ],
    ),
    "defaults that conflict with arguments are told once": (
        (
            "input: [8, 8, 1]\ndefaults: {Conv2D: {dilation_rate: 2, kernel_size: 3}}\n"
            "layers: [{Conv2D: {filters: 3, strides: 2}},"
            " {Conv2D: {filters: 3, strides: 2}}]"
        ),
        ["2:36: error[exclusive-arguments]: Conv2D can't have strides 2x2"],
    ),
    "a block has no defaults there": (
        (
            "input: [8]\nblocks: {fc: {params: {u: 3}, layers: [{Dense: $u}]}}\n"
            "defaults: {fc: {u: 4}}\nlayers: [fc]"
        ),
        ["3:12: error[unknown-layer]: there is no layer 'fc' in Keras"],
    ),
    "layers that don't exist or are refused, with formulas": (
        "input: [8]\nvars: {w: 3}\nlayers: [{Lambda: {x: $w}}, {foo: {x: $w}}]",
        [
            "3:11: error[refused-layer]: Lambda can't be checked",
            "3:30: error[unknown-block]: there is no block 'foo'",
        ],
    ),
    "a from that is an empty text, beside one that comes to a list": (
        (
            "input: [8]\nvars: {f: [prev, input]}\n"
            "layers: [{Dense: 8}, {Add: {from: $f}}, {ReLU: {from: ''}}]"
        ),
        [
            "3:55: error[wrong-type]: from must be the name of a layer above",
        ],
    ),
    "what a formula comes to that is no count": (
        "input: [8]\nvars: {n: -1}\nlayers: [{repeat: {times: $n, layers: [ReLU]}}]",
        ["2:11: error[wrong-type]: repeat.times must be a whole number of 0 or more"],
    ),
    "the layer to be applied stands below": (
        "input: [4]\nlayers:\n  - apply: {layer: fc}\n  - Dense: {units: 4, name: fc}",
        ["3:20: error[unknown-input]: apply names 'fc', which isn't above it"],
    ),
    "only the apply that is wrong is told, not what reads it": (
        (
            "input: [4]\nlayers:\n  - apply: {layer: input, name: a}\n"
            "  - apply: {layer: a}\n  - Dense: {units: 4, from: a}"
        ),
        ["3:20: error[unknown-input]: apply uses a layer or a call again, and 'input'"],
    ),
    "Keras binds a normalization to the axes of its first tensor": (
        (
            "inputs: {a: [8], b: [2, 8]}\nlayers:\n"
            "  - BatchNormalization: {name: norm, from: a}\n"
            "  - apply: {layer: norm, from: b, name: again}\noutputs: [norm, again]"
        ),
        ["4:5: error[shape]: 'again' (BatchNormalization): uses 'norm' again, which"],
    ),
    "a block called twice gives its whole names twice": (
        (
            "input: [8]\nblocks: {fc: {layers: [{Dense: {units: 3, name: /d}}]}}\n"
            "layers: [fc, fc]"
        ),
        ["2:49: error[duplicate-name]: the name 'd' is"],
    ),
    "a call's name given twice is told of the call alone": (
        (
            "input: [8]\nblocks: {fc: {layers: [{Dense: {units: 3, name: d}}]}}\n"
            "layers: [{fc: {name: x}}, {fc: {name: x}}]"
        ),
        ["3:39: error[duplicate-name]: the name 'x' is"],
    ),
    "a name without end": (
        (
            f"input: [8]\nblocks: {{fc: {{layers: [{{Dense: 3}}]}}}}\n"
            f"layers: [{{fc: {{name: {'x' * 1001}}}}}, "
            f"{{Dense: {{units: 3, name: {'y' * 1001}}}}}]"
        ),
        [
            "3:22: error[wrong-type]: the name 'xxxxxxxxxxxxxxxxxxxx…' has over 1,000",
            "3:1052: error[wrong-type]: the name 'yyyyyyyyyyyyyyyyyyyy…' has over",
        ],
    ),
    "parameters that are given twice or have a taken name": (
        (
            "input: [8]\nblocks: {fc: {params: [u, u, from], layers: [{Dense: $u}]}}\n"
            "layers: [{fc: 3}]"
        ),
        [
            "2:27: error[parameter-name]: the parameter 'u' is there already",
            "2:30: error[parameter-name]: ",
        ],
    ),
    "blocks that are wrong leave no empty model": (
        "input: [8]\nblocks: {fc: {layer: [ReLU]}}\nlayers: [fc]",
        ["2:15: error[unknown-field]: a block has no field 'layer'"],
    ),
    "a parameter that a variable's name hides from the block": (
        (
            "input: [8]\nvars: {f: 3}\nblocks:\n  b: {layers: [{Dense: $f}]}\n"
            "  o: {params: {f: 4}, layers: [{b: {f: $f}}]}\nlayers: [o]"
        ),
        ["5:37: error[unknown-parameter]: the block 'b' has no parameter 'f'"],
    ),
    "a wrong call of a block whose formula can't be read": (
        ('input: [8]\nblocks: {b: {layers: [{Dense: "${f"}]}}\nlayers: [{b: {f: 3}}]'),
        [
            "2:31: error[expression]: '${' is never closed",
            "3:15: error[unknown-parameter]: the block 'b' has no parameter 'f'",
        ],
    ),
    "without layers, outputs aren't looked for": (
        "input: [8]\nlayers: []\noutputs: [fc]",
        ["2:9: error[wrong-type]: 'layers' must be a list of layers"],
    ),
    "a list of specs to extend": (
        "extends: [base.yaml]",
        ["1:10: error[wrong-type]: 'extends' must be text"],
    ),
    "a list of layers can't be a variable": (
        "input: [8]\nvars: {more: [ReLU]}\nlayers: [{if: {test: true, then: $more}}]",
        ["3:34: error[wrong-type]: if.then must be a list of layers"],
    ),
}


@pytest.mark.parametrize("case", SAYS)
def test_spec_is_told_no_more_than_this(case: str, tmp_path: Path) -> None:
    text, expected = SAYS[case]
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    found = [str(d).removeprefix(f"{path}:") for d in api.check(path).diagnostics]
    found = [line for line in found if "warning[" not in line]
    assert len(found) == len(expected), found
    for line, start in zip(found, expected, strict=True):
        assert line.startswith(start)


def checked(folder: Path, text: str, *overrides: str) -> api.Checked:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return api.check(path, overrides)


def test_hint_says_what_to_name(tmp_path: Path) -> None:
    layer = "{Dense: {units: 3, name: d}}"
    whole = layer.replace("d}", "/d}")
    block = f"input: [8]\nblocks: {{fc: {{layers: [{whole}]}}}}\nlayers: [fc, fc]"
    [found] = checked(tmp_path, block).diagnostics
    assert found.hint == "write d, and it begins with the call's name"
    assert not checked(tmp_path, block.replace("/d", "d")).diagnostics
    rounds = f"input: [8]\nlayers: [{{repeat: {{times: 2, layers: [{layer}]}}}}]"
    [found] = checked(tmp_path, rounds).diagnostics
    assert "index: i" in found.hint


def test_rounds_without_end_have_one_diagnostic(tmp_path: Path) -> None:
    layers = "[{Dense: {units: 4, name: d$i}}, {ReLU: {from: e$i}}]"
    text = f"input: [4]\nlayers: [{{repeat: {{times: 20000, index: i, layers: {layers}"
    found = checked(tmp_path, text + "}}]").diagnostics
    [told] = found
    assert told.code == "unknown-input"
    assert "(20,000 times; first: first time round)" in told.message


def test_names_in_calls_in_calls_stay_short(tmp_path: Path) -> None:
    calls = "".join(
        f"  b{n}: {{layers: [{{b{n + 1}: {{name: {'n' * 500}}}}}]}}\n"
        for n in range(90)
    )
    text = f"input: [4]\nblocks:\n{calls}  b90: {{layers: [ReLU]}}\nlayers: [b0]"
    [found] = checked(tmp_path, text).diagnostics
    assert (found.code, found.mark.line) == ("wrong-type", 4)


def test_set_names_no_other_base(tmp_path: Path) -> None:
    text = "input: [4]\nlayers: [ReLU]"
    with pytest.raises(OverrideError, match="only the file itself can extend one"):
        checked(tmp_path, text, "extends=other.yaml")


BLOCK_STYLE = """\
input: [8]
blocks:
  fc:
    layers:
      - Dense:
          units: 4
          name: d
layers:
  - fc:
      name: x
  - Conv2D:
      filters: 3
      kernel_size: 1
"""


def test_lines_are_those_of_the_entries(tmp_path: Path) -> None:
    result = checked(tmp_path, BLOCK_STYLE)
    [found] = result.diagnostics
    assert found.mark.line == 11
    assert "its input comes from 'x_d' (line 5)" in found.message
    [spec] = json.loads(findings.as_json([result]))["specs"]
    assert [layer["line"] for layer in spec["layers"]] == [5]


def test_json_has_totals_beside_a_warning(tmp_path: Path) -> None:
    text = "input: [4]\nlayers: [{Dense: 2}, {Dense: {units: 3, from: input}}]\n"
    result = checked(tmp_path, text)
    assert [d.severity for d in result.diagnostics] == ["warning"]
    [spec] = json.loads(findings.as_json([result]))["specs"]
    assert (spec["ok"], spec["total_params"]) == (True, 4 * 3 + 3)


VALID: list[dict[str, Any]] = [
    {"extends": "base.yaml", "outputs": None, "train": None, "defaults": None},
    {"extends": "base.yaml", "blocks": {"fc": {"params": {"units": 3}}}},
    {
        "inputs": {"a": {"shape": ["$n", None], "dtype": "$d"}, "b": "$n"},
        "layers": ["ReLU"],
    },
    {
        "input": ["$n", "${2 * n}"],
        "layers": [{"if": {"test": "$t", "then": [], "else": [{"fc": [1, 2]}]}}],
        "expect": {"layers": {"dense": {"params": "$p", "output_shape": ["$n"]}}},
    },
    {
        "input": [4, 4],
        "layers": [
            {"LSTM": {"units": 3, "from": {"mask": ["a.1"], "training": "$t"}}},
            {"fc": {"from": {"x": "$x", "y": [["ReLU"]]}}},
            {"apply": {"layer": "a", "from": {"sequences": "b", "training": False}}},
            {"repeat": {"times": 2, "collect": True, "layers": ["ReLU"]}},
        ],
    },
]


@pytest.mark.parametrize("spec", VALID)
def test_schema_takes(spec: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(json_schema()).validate(spec)


def test_schema_wants_layers_of_a_block() -> None:
    spec = {"input": [3], "layers": ["fc"], "blocks": {"fc": {"params": ["units"]}}}
    errors = jsonschema.Draft7Validator(json_schema()).iter_errors(spec)
    assert [error.message for error in errors] == ["'layers' is a required property"]


BASE = """\
name: base
description: costs $5
input: [8]
vars: {width: 4, opts: {a: 1, b: 2}}
defaults: {Dense: {activation: relu}}
blocks:
  fc:
    params: {units: 3}
    layers:
      - Dense: $units
layers: [{repeat: {times: 2, layers: [{fc: $width}]}}, {fc: }]
outputs: [dense_2]
expect: {total_params: 1}
"""
MIDDLE = "extends: ../base.yaml\nvars: {width: 5, opts: {b: 3}}\n"


def chain(folder: Path, last: str, *overrides: str) -> api.Checked:
    """The outermost of three specs, each extending the next."""
    inner = folder / "inner"
    inner.mkdir()
    (folder / "base.yaml").write_text(BASE, encoding="utf-8")
    (inner / "middle.yaml").write_text(MIDDLE, encoding="utf-8")
    return checked(folder, f"extends: inner/middle.yaml\n{last}", *overrides)


EXTENDED: dict[str, tuple[str, tuple[str, ...], list[int]]] = {
    # what it shows: the last spec; what --set says; the params of its layers
    "a chain fills in mappings key by key": (
        "vars: {opts: {a: 9}}",
        (),
        [8 * 5 + 5, 5 * 5 + 5, 5 * 3 + 3],
    ),
    "a list is replaced, and null leaves a key out": (
        "outputs: null\nlayers: [{fc: '${opts[''b'']}'}]",
        (),
        [8 * 3 + 3],
    ),
    "a block's parameter gets another default": (
        "blocks: {fc: {params: {units: 2}}}",
        (),
        [8 * 5 + 5, 5 * 5 + 5, 5 * 2 + 2],
    ),
    "--set reaches into variables, lists and blocks of the base": (
        "",
        ("vars.width=1", "layers.0.repeat.times=2", "blocks.fc.params.units=7"),
        [8 * 1 + 1, 1 * 1 + 1, 1 * 7 + 7],
    ),
}


@pytest.mark.parametrize("case", EXTENDED)
def test_extended_spec_comes_to_these_params(case: str, tmp_path: Path) -> None:
    last, overrides, expected = EXTENDED[case]
    result = chain(tmp_path, last, *overrides)
    assert result.ok, result.diagnostics
    assert result.program is not None and result.summary is not None
    assert [row.params for row in result.summary.rows] == expected
    assert (result.program.name, result.program.description) == ("spec", "")
    assert result.program.expect is None


def test_mistake_is_reported_in_the_file_that_gives_the_value(tmp_path: Path) -> None:
    [found] = chain(tmp_path, "vars: {width: 0}").diagnostics
    place = Path(found.mark.path).resolve(), found.mark.line, found.mark.column
    assert place == ((tmp_path / "spec.yaml").resolve(), 2, 15)
    assert "which $units comes to in line 10 of" in found.message


def test_parameter_without_a_value_is_needed_in_the_base(tmp_path: Path) -> None:
    [found] = chain(tmp_path, "blocks: {fc: {params: {units: }}}").diagnostics
    place = Path(found.mark.path).resolve(), found.mark.line, found.code
    assert place == ((tmp_path / "base.yaml").resolve(), 11, "missing-parameter")
