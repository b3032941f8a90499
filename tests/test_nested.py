"""Models as layers of models: what a spec with `model: true` comes to."""

from textwrap import indent
from typing import Any

import pytest

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from cnnspec.ground.errors import SettingsError
from cnnspec.judge.diff.comparison import compare
from cnnspec.model.summary import each_row

TOWER = """
inputs: {one: [28, 28, 1], other: [28, 28, 1]}
blocks:
  tower:
    model: true
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, strides: 2, name: conv}
      - BatchNormalization
      - Flatten
      - Dense: 16
layers:
  - Conv2D: {filters: 1, kernel_size: 1, from: one}
  - tower: {name: left}
  - tower: {from: other}
  - Subtract: {from: [left, prev]}
  - Dense: {units: 1, activation: sigmoid}
"""
PAIR = """
inputs: {words: {shape: [12], dtype: int32}, image: [16, 16, 3]}
blocks:
  bit:
    model: true
    params: {filters: 4}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, padding: same, name: 합}
      - BatchNormalization: {name: bn}
      - apply: {layer: 합, from: input}
      - Add: {from: [prev, bn]}
  pair:
    params: {w: 4}
    inputs: [x, y]
    model: true
    layers:
      - bit: {filters: $w, from: x}
      - repeat: {times: 2, layers: [bit: {filters: $w}]}
      - GlobalAveragePooling2D: {name: gap}
      - Flatten: {from: y}
      - Concatenate: {from: [gap, prev]}
  reader:
    model: true
    layers: [Embedding: {input_dim: 10, output_dim: 5}, LSTM: 4]
layers:
  - reader: {from: words}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, from: image}
  - pair: {from: [prev, reader], name: 손}
  - Dense: 1
"""
FROZEN = """
input: [4, 4, 3]
vars: {train: false}
blocks:
  bit:
    model: true
    params: {filters: 4}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, padding: same, name: conv}
      - BatchNormalization: {name: bn}
      - apply: {layer: conv, from: input}
      - Add: {from: [prev, bn]}
  unit:
    params: {f: 4}
    layers:
      - Conv2D: {filters: $f, kernel_size: 3, padding: same, trainable: true}
      - BatchNormalization
      - bit: {filters: $f}
  odd:
    params: {trainable: 3}
    layers:
      - Dense: $trainable
      - Reshape: [-1, $trainable]
      - MultiHeadAttention: {num_heads: 1, key_dim: 2, from: [prev, prev]}
      - Bidirectional: {layer: {LSTM: 3}}
layers:
  - unit: {name: a, f: 3, trainable: false}
  - unit
  - unit: {trainable: true}
  - repeat:
      times: 2
      trainable: $train
      layers: [odd: {trainable: 4}, Reshape: [3, 1, 2]]
  - bit: {trainable: false}
  - Flatten
  - Dense: 3
"""

AGAIN = """
inputs: {one: [28, 28, 1], other: [28, 28, 1]}
blocks:
  unit:
    params: {f: 4, bn: true}
    layers:
      - Conv2D: {filters: $f, kernel_size: 3, padding: same, name: conv}
      - if: {test: $bn, then: [BatchNormalization], else: [LayerNormalization]}
      - ReLU: {name: act}
  enc:
    model: true
    layers: [GlobalAveragePooling2D, Dense: 5]
  tower:
    params: {n: 2}
    outputs: [vec, mid]
    layers:
      - Conv2D: {filters: 4, kernel_size: 3, strides: 2, name: look}
      - repeat: {times: $n, index: i, layers: [unit: {bn: "${i > 0}"}, Dropout: 0.1]}
      - unit: {name: mid}
      - Add: {from: [prev, [apply: {layer: mid_conv, from: mid}]]}
      - apply: {layer: mid, name: mid2}
      - Add: {from: [prev, mid2_act]}
      - enc: {name: vec}
layers:
  - tower: {name: left, from: one, n: 3}
  - apply: {layer: left, from: other, name: right}
  - apply: {layer: right, from: one, name: third}
  - Concatenate: {from: [left_vec, right_vec, third_vec]}
  - apply: {layer: left_vec, from: right_mid}
  - Dense: 3
  - Concatenate: {from: [prev, concatenate]}
  - Dense: {units: 1, activation: sigmoid}
"""
HELD = """
input: [4, 28, 28, 1]
blocks:
  frame:
    model: true
    params: {width: 4}
    layers:
      - Conv2D: {filters: $width, kernel_size: 3, strides: 2}
      - BatchNormalization
      - GlobalAveragePooling2D
layers:
  - repeat:
      times: 2
      index: i
      layers:
        - TimeDistributed: {layer: {frame: {width: "${8 + i}"}}, from: input}
  - TimeDistributed: {layer: {frame: 8}, from: input, name: td}
  - TimeDistributed: {layer: frame, from: input, name: td2}
  - TimeDistributed:
      {layer: {frame: {name: 손, trainable: false}}, from: input, name: td3}
  - Concatenate: {from: [time_distributed, time_distributed_1, td, td2, td3]}
  - Flatten
"""

SEVERAL = """
inputs: {image: [6, 6, 3], other: [6, 6, 3]}
blocks:
  split:
    model: true
    params: {f: 4}
    outputs: [wide, lstm]
    layers:
      - Conv2D: {filters: $f, kernel_size: 3, name: wide}
      - Reshape: [-1, $f]
      - LSTM: {units: 3, return_state: true, name: lstm}
layers:
  - split: {name: s, from: image}
  - Flatten: {from: s.0}
  - Concatenate: {from: [prev, s.1, s/lstm.2]}
  - Dense: {units: 2, name: d}
  - apply: {layer: s, from: other, name: t}
  - Flatten: {from: t/wide}
  - Concatenate: {from: [prev, t.3]}
  - Dense: 2
  - Add: {from: [prev, d]}
"""


def rows(text: str) -> dict[str, Any]:
    return {row.name: row for row in each_row(api.loads(text).summary)}


def wrong(text: str) -> list[str]:
    return [str(found) for found in api.check(text).diagnostics]


def test_a_model_is_one_row_whose_rows_stand_below_it() -> None:
    summary = api.loads(TOWER).summary
    assert [row.name for row in summary.rows] == [
        *("conv2d", "left", "tower", "subtract", "dense_2")
    ]
    assert [row.type for row in summary.rows][1] == "Functional"
    assert [row.name for row in each_row(summary)][1:6] == [
        *("left", "left/conv", "left/batch_normalization", "left/flatten"),
        "left/dense",
    ]
    assert summary.total_params == 2 + 2 * (80 + 32 + 21648) + 17
    assert summary.non_trainable_params == 32
    assert summary.macs == 784 + 2 * (13 * 13 * 9 * 8 + 1352 * 16) + 16


def test_automatic_names_are_counted_on_through_a_model() -> None:
    found = rows(TOWER)
    assert {"left/dense", "tower/dense_1", "dense_2"} <= found.keys()
    inputs = [api.loads(TOWER).summary.rows[k].layer.graph.inputs[0] for k in (1, 2)]
    assert [tensor.name for tensor in inputs] == ["input_layer", "input_layer_1"]


def test_models_in_models_have_names_of_their_own() -> None:
    found = rows(PAIR)
    assert {"손/bit/합", "손/bit_1/합", "손/bit_2/합", "reader/lstm"} <= found.keys()
    assert found["손/bit/합 again"].params == 0


def test_a_model_takes_what_comes_in_as_it_is() -> None:
    reader = api.loads(PAIR).summary.rows[0].layer.graph.inputs[0]
    assert (reader.shape, reader.dtype) == ((None, 12), "int32")


def test_receptive_fields_go_through_a_model() -> None:
    found = api.loads(PAIR).to_dict()["layers"]
    inside = found[2]["layers"]
    assert [layer["receptive_field"] for layer in inside][:3] == [
        *([5, 5], [7, 7], [9, 9])
    ]
    assert [layer["receptive_field"] for layer in found] == [
        *("whole", [3, 3], "whole", "whole")
    ]


def test_expected_layers_may_be_inside_a_model() -> None:
    expected = "expect: {layers: {left/conv: {params: 81}, 손: {params: 3}}}\n"
    found = wrong(TOWER + expected)
    assert len(found) == 2
    assert "'left/conv' (Conv2D) has 80 params (3·3·1·8 + 8); expected 81" in found[0]
    sound = "expect: {layers: {son/bit/hab: {params: 148}, 손/bit_1/합: {params: 148}}}"
    assert wrong(PAIR + sound) == []


def test_what_does_not_fit_inside_is_told_there() -> None:
    text = TOWER.replace("strides: 2", "strides: 2, padding: same").replace(
        "- Flatten", "- Dense: 3\n      - Conv2D: {filters: 1, kernel_size: 40}"
    )
    [found] = wrong(text)
    assert found.startswith("spec:10:9: error[shape]: 'left/conv2d_1' (Conv2D):")
    assert "(2 times; first: in tower, called at line 14)" in found


def test_only_what_a_model_gives_can_be_read() -> None:
    assert wrong(TOWER.replace("[left, prev]", "[left/dense, prev]")) == []
    [found] = wrong(TOWER.replace("[left, prev]", "[left/flatten, prev]"))
    assert "left/flatten" in found
    assert "left_dense" in wrong(TOWER.replace("[left, prev]", "[left_dense, prev]"))[0]


def test_what_is_frozen_around_stays_so_inside() -> None:
    found = rows(FROZEN)
    frozen = [
        *("a_conv2d", "a_batch_normalization", "a_bit", "a_bit/conv", "a_bit/bn"),
        *("dense", "multi_head_attention", "bidirectional", "bidirectional_1"),
        *("bit", "bit/conv"),
    ]
    trained = {name: row.trainable_params for name, row in found.items() if row.params}
    assert {name: trained[name] for name in frozen} == dict.fromkeys(frozen, 0)
    assert trained["conv2d"] == 112
    assert trained["unit_1_bit/conv"] == 148
    summary = api.loads(FROZEN).summary
    assert (summary.total_params, summary.trainable_params) == (1443, 627)


def test_trainable_is_true_or_false() -> None:
    [found] = wrong(FROZEN.replace("f: 3, trainable: false", "f: 3, trainable: 3"))
    assert "'trainable' must be true or false; found 3" in found
    [found] = wrong(FROZEN.replace("{train: false}", "{train: 7}"))
    assert "trainable must be true or false; found 7" in found


def test_a_model_has_layers_and_gives_what_they_make() -> None:
    text = (
        "input: [4]\nblocks: {m: {model: true, layers: [if: {test: false, then: []}]}}"
    )
    assert "comes to no layer" in wrong(f"{text}\nlayers: [m, Dense: 2]")[0]
    text = "input: [4]\nblocks: {m: {model: true, outputs: [input], layers: [ReLU]}}"
    assert "give back its input" in " ".join(wrong(f"{text}\nlayers: [m, Dense: 2]"))


def test_a_call_is_applied_with_its_layers_and_choices() -> None:
    found = rows(AGAIN)
    right = [name for name in found if name.startswith("right_")]
    left = [name for name in found if name.startswith("left_")]
    assert [n.removeprefix("right_") for n in right] == [
        n.removeprefix("left_") for n in left if "again" not in n and "/" not in n
    ]
    assert all(found[name].params == 0 for name in right)
    assert found["right_1_unit_layer_normalization"].shares == (
        "left_1_unit_layer_normalization"
    )
    assert found["third_look"].shares == "left_look"
    assert found["right_vec"].macs == found["left_vec"].macs > 0


PLAIN = """
inputs: {one: [8, 8, 1], other: [8, 8, 1]}
blocks:
  tower:
    layers:
      - Conv2D: {filters: 2, kernel_size: 3, name: look}
      - Flatten
layers:
  - tower: {name: left, from: one}
  - apply: {layer: left, from: other}
  - Subtract: {from: [left, prev]}
  - Dense: 1
"""


def test_an_applied_call_without_a_name_is_read_by_what_follows() -> None:
    assert [name for name in rows(PLAIN) if "again" in name] == [
        *("left again_look", "left again_flatten")
    ]
    *_, found = wrong(PLAIN.replace("[left, prev]", "[left, left again_look]"))
    assert "Subtract reads 'left again_look', which isn't above it" in found


def test_what_an_applied_call_cannot_take_is_told() -> None:
    [found] = wrong(PLAIN.replace("other: [8, 8, 1]", "other: [8, 8, 3]"))
    assert found.startswith("spec:10:5: error[shape]:")
    assert "'left again_look' (Conv2D): uses 'left_look' again, whose weights" in found
    [found] = wrong(PLAIN.replace("from: other}", "from: [one, other]}"))
    assert "the block 'tower' takes 1 tensor, and is given 2" in found
    [found] = wrong(PLAIN.replace("from: other}", "from: other, trainable: false}"))
    assert "apply has no field 'trainable'; it has 'layer', 'from' and 'name'" in found


def test_a_layer_holds_a_model() -> None:
    found = rows(HELD)
    assert [row.params for row in found.values()][:5] == [112, 126, 112, 56, 56]
    assert found["td"].output_shape == (None, 4, 8)
    assert found["td3"].trainable_params == 0
    one, *_ = wrong(HELD.replace("    model: true\n", ""))
    assert "TimeDistributed holds a layer, and 'frame' is a block" in one
    [one] = wrong(HELD.replace("{frame: 8}", "{frame: {from: input}}"))
    assert "a block that TimeDistributed holds reads what" in one
    [one] = wrong(HELD.replace("[4, 28, 28, 1]", "[4, 2, 2, 1]"))
    assert "spec:8:9: error[shape]: 'frame/conv2d' (Conv2D): kernel_size 3x3" in one


def test_a_model_may_give_several_tensors() -> None:
    found = rows(SEVERAL)
    assert found["s"].output_shape == [(None, 4, 4, 4), *[(None, 3)] * 3]
    assert found["flatten_1"].input_shapes == ((None, 4, 4, 4),)
    assert found["concatenate"].output_shape == (None, 64 + 3 + 3)
    [one] = wrong(SEVERAL.replace("t.3]", "t.4]"))
    assert "'t' gives 4 tensors; write t.3" in one
    [one] = wrong(SEVERAL.replace("{from: s.0}", "{from: s}"))
    assert "takes 1 tensor, and is given 4" in one


def printed_by_keras(text: str, *, expand: bool) -> str:
    """A spec that expects the table that Keras prints of its model."""
    lines: list[str] = []
    model = build_model(api.loads(text).summary.graph)
    model.summary(
        expand_nested=expand, line_length=90, print_fn=lambda s, **_: lines.append(s)
    )
    return f"{text}expect:\n  summary: |\n{indent(chr(10).join(lines), '    ')}\n"


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("text", [TOWER, PAIR, SEVERAL], ids=["one", "deep", "several"])
def test_a_table_may_have_models_in_one_row_or_expanded(
    text: str, expand: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    spec = printed_by_keras(text, expand=expand)
    assert wrong(spec) == []
    assert wrong(spec.replace("Conv2D: {filters", "Conv2D: {use_bias: false, filters"))


def test_a_difference_in_a_model_is_told_where_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    spec = printed_by_keras(TOWER, expand=True)
    found, *_ = wrong(spec.replace("filters: 8", "filters: 9"))
    assert found.startswith("spec:7:17:")
    assert "'left/conv' (Conv2D) differs from the summary's row 'conv' (line" in found


def test_a_model_in_one_row_that_a_spec_lacks_is_told() -> None:
    table = """
      Layer (type)                 Output Shape              Param #
      =================================================================
      base (Functional)            (None, 6, 6, 4)           112
      _________________________________________________________________
      dense (Dense)                (None, 6, 6, 2)           10
    """
    layers = "layers: [Conv2D: {filters: 4, kernel_size: 3}, Dense: 2]"
    spec = f"input: [8, 8, 3]\n{layers}\nexpect:\n  summary: |{table}"
    [found] = wrong(spec)
    assert "not Functional; make its layers a block with model: true; or print" in found


INNER = """
input: [8, 8, 4]
blocks:
  m:
    model: true
    layers:
      - Conv2D: {filters: 4, kernel_size: 3, name: c}
      - Dense: {units: 7, activation: glu, name: d}
      - BatchNormalization: {momentum: 0.1}
      - Dense: {units: 2, name: lost, from: c}
      - Flatten: {from: d}
layers: [m, Dense: 2]
"""


def test_rules_look_into_models() -> None:
    found = wrong(INNER)
    text = " ".join(found)
    assert "no output of the model depends on 'm/lost'" in text
    assert "'m' (Functional) fails at the first batch: it holds 'm/d', which" in text


def test_a_layer_in_a_model_is_set_from_outside() -> None:
    one = TOWER.replace(
        "  - tower: {from: other}\n", "  - Dense: {units: 16, from: other}\n"
    )
    one = one.replace("[left, prev]", "[left, left]")
    changed = api.load(one, ["layers.left/conv.filters=3"]).summary
    assert {row.name: row.params for row in each_row(changed)}["left/conv"] == 30


def test_a_difference_inside_is_told_inside() -> None:
    difference = compare(
        api.loads(TOWER).summary,
        api.loads(TOWER.replace("filters: 8", "filters: 9")).summary,
    )
    changed = [p.before.name for p in difference.pairings if p.arguments]
    assert changed == ["left/conv", "tower/conv"]
    assert compare(api.loads(PAIR).summary, api.loads(PAIR).summary).same


def test_pictures_have_a_box_for_a_model_and_draw_its_inside_alone() -> None:
    model = api.loads(PAIR)
    assert ">Functional<" in model.svg()
    inside = model.svg(block="손/bit_1")
    assert "BatchNorm" in inside
    assert "LSTM" not in inside
    assert model.svg(block="reader").count("LSTM")
    with pytest.raises(SettingsError, match="there is 'reader', 'pair' or 'bit'"):
        model.svg(block="nothing")
