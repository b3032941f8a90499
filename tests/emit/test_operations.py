"""Operations in specs: their rows, names and tensors, and what Keras makes of them."""

import json
import os
from typing import Any

import pytest

from cnnspec import api
from cnnspec.catalogue.operations import operations
from cnnspec.emit.keras_live.model import build_model, compare, saved
from cnnspec.emit.keras_script.script import render_script
from cnnspec.ground.errors import SpecError
from cnnspec.model.functional import Functional
from tests.emit.same import assert_same, built, reset_names

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
MIXED = """
name: mixed
input: [8, 6]
layers:
  - ops.subtract: {x1: 1, name: turned}
  - ops.mean: {axis: 1, name: mean_of_all}
  - ops.get_item: {key: ":, 0, None, :", from: turned, name: first}
  - ops.expand_dims: {axis: 1, from: mean_of_all}
  - ops.add: {from: [prev, first]}
  - ops.concatenate: {axis: 1, from: [prev, first]}
  - ops.split: {indices_or_sections: 2, axis: -1, name: halves}
  - ops.true_divide: {from: [halves.0, halves.1]}
  - ops.transpose: [0, 2, 1]
  - ops.top_k: {k: 2, name: best}
  - ops.cast: {dtype: float16, from: best.1}
  - ops.where: {from: {condition: prev, x1: best.0}, x2: 0}
  - ops.abs
  - ops.pad: [[0, 0], [1, 1], [0, 0]]
  - ops.take: {indices: [0, 2], axis: 1}
  - ops.dot: 2
  - ops.multiply: 3
  - ops.norm: {axis: 2, keepdims: true}
  - ops.einsum: {subscripts: "bij,bkj->bik", from: [prev, prev]}
  - ops.clip: {x_min: 1, x_max: 6, name: clipped}
  - ops.average: {axis: 2, from: {weights: prev}, name: weighed}
  - ops.average: {axis: 2, from: clipped}
  - ops.add: {from: [prev, weighed]}
  - Flatten
  - Dense: 3
"""

LISTED = """
name: listed
input: [4, 6, 3]
vars: {colours: [103.9, 116.8, 123.7], scale: 2}
layers:
  - ops.get_item: "..., ::-1"
  - ops.subtract: {x2: $colours}
  - ops.true_divide: [0.5, "${1 / scale}", 2]
  - ops.subtract: {x1: [[[[1, 2, 3]]]]}
  - ops.maximum: {x2: [[[0.5]], [[1.5]], [[2.5]], [[3.5]]]}
  - ops.cast: int32
  - ops.add: [1, 2, 3]
  - ops.greater: {x1: [1.5, 2.5, 3.5]}
"""

CALLED = """
name: called
input: [4, 6]
vars: {scale: 0.5}
blocks:
  gate:
    params: [amount]
    layers:
      - Dense: {units: 6, name: proj}
      - ops.multiply: {x2: $amount}
      - ops.mean: {axis: 1, keepdims: true, name: seen}
      - ops.subtract: {from: [proj, seen]}
      - ops.negative
layers:
  - gate: {name: one, amount: "${2 * scale}"}
  - repeat:
      for: {k: [1, 2, 3]}
      layers:
        - ops.add: {x2: "${k / 2}", name: "more_$k"}
        - gate: {amount: $k, name: "gate_$k"}
  - ops.greater: {x1: 0.5, name: low}
  - ops.where: {from: {condition: low, x1: more_1, x2: gate_2_seen}}
  - ops.power: {x2: "${-1 if scale > 1 else 2}"}
  - Dense: 3
"""

SLICED = """
name: sliced
input: [8, 8, 3]
vars: {width: 4, cut: ":, :, 0"}
layers:
  - repeat:
      times: 3
      index: i
      layers: [{ops.add: {x2: 1, name: "more_$i"}}, {ops.get_item: ":, ${i}:"}]
  - repeat:
      times: 2
      collect: true
      layers: [{Conv2D: {filters: 4, kernel_size: 1}}, ops.relu]
  - ops.stack: {axis: 1}
  - ops.split: {indices_or_sections: 2, axis: -1, name: halves}
  - if:
      test: ${width > 5}
      then: [{ops.multiply: {from: [halves.0, halves.1]}}]
      else: [{ops.maximum: {from: halves}}]
  - ops.reshape: [-1, $width, 40]
  - ops.get_item: $cut
"""
ALONE = """
name: alone
input: [6, 4]
blocks:
  unit: {model: true, layers: [{Dense: 4}, {ops.split: {indices_or_sections: 1}}]}
defaults: {ops.split: {axis: -1}}
layers:
  - ops.split: {indices_or_sections: 1, name: one}
  - ReLU
  - repeat: {times: 2, layers: [{ops.split: 1}, unit]}
  - ops.stack: {axis: -1, from: [prev, one.0]}
  - ops.split: 1
  - ops.average: {axis: -1}
  - ops.split: 1
"""
COUNTED = """
name: counted
input: [6, 4]
layers:
  - repeat:
      times: 2
      index: i
      layers:
        - ops.split: {indices_or_sections: "${2 * i + 2}", axis: -1, name: "s$i"}
        - Add: {from: ["s$i.0", "s$i.1"]}
        - Dense: 4
  - Dense: {units: 6, name: seen}
  - Attention:
      from: {inputs: [seen, seen], return_attention_scores: true}
  - Attention
"""
AGAIN = """
name: again
inputs: {one: [4, 6], other: [4, 6]}
blocks:
  tower: {layers: [{Dense: {units: 3, name: proj}}, {ops.mean: 1}, {ops.power: 2}]}
  inner: {model: true, layers: [{Dense: 4}, {ops.multiply: 2}, {ops.add: 1}]}
layers:
  - tower: {name: left, from: one}
  - apply: {layer: left, from: other, name: right}
  - ops.subtract: {from: [left, right]}
  - inner: {name: first}
  - ops.multiply: 3
  - inner: {name: second}
"""

FROZEN = """
name: frozen
input: [4, 8, 6]
blocks:
  unit: {layers: [{Dense: 4}, {ops.mean: {axis: 1, keepdims: true}}, ops.square]}
  frame: {model: true, layers: [{Dense: 3}, {ops.mean: 1}]}
layers:
  - repeat: {times: 2, trainable: false, layers: [{Dense: 5}, ops.relu]}
  - unit: {trainable: false, name: u}
  - TimeDistributed: {layer: frame}
  - Dense: 2
"""


def lesson(text: str) -> str:
    program, summary = api.loads(text)[:2]
    return render_script(program, summary)


def full(text: str) -> str:
    program, summary = api.loads(text)[:2]
    return render_script(program, summary, style="full")


def test_rows_are_those_of_keras() -> None:
    model = api.loads(MIXED)
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []
    names = [model.summary.graph.called(row.name) for row in model.summary.rows]
    assert set(names) == {one.name for one in built.operations} - {"input_layer"}
    assert saved(built)


def test_a_script_writes_them_as_a_person_would() -> None:
    script = lesson(MIXED)
    for line in (
        "turned = 1 - inputs",
        "mean_of_all = ops.mean(turned, axis=1)",
        "first = turned[:, 0, None, :]",
        "x = x + first",
        "x = ops.concatenate([x, first], axis=1)",
        "halves_0, halves_1 = ops.split(x, 2, axis=-1)",
        "x = halves_0 / halves_1",
        "x = ops.where(x, best, 0)",
        "x = ops.take(x, (0, 2), axis=1)",
        'x = ops.einsum("bij,bkj->bik", x, x)',
    ):
        assert line in script


@pytest.mark.parametrize(
    "text", [MIXED, LISTED, CALLED, SLICED, ALONE, COUNTED, AGAIN, FROZEN]
)
def test_a_script_builds_the_model_of_the_graph(text: str) -> None:
    model = api.loads(text)
    for script in (lesson(text), full(text)):
        theirs = built(script)
        reset_names()
        assert_same(theirs, build_model(model.summary.graph))


def test_names_count_on_with_those_of_layers() -> None:
    model = api.loads("""
        input: [4]
        layers:
          - Dense: 4
          - Add: {from: [prev, input]}
          - ops.add: 1
          - ops.add: {x2: 1, name: more}
          - Add: {from: [prev, input]}
          - ops.dot: 2
          - ops.multiply: 2
    """)
    graph = model.summary.graph
    called = [(node.name, graph.called(node.name)) for node in graph.nodes]
    assert called[1:] == [
        ("add", "add"),
        ("add_1", "add_1"),
        ("more", "add_2"),
        ("add_3", "add_3"),
        ("dot", "dot"),
        ("multiply_1", "multiply_1"),
    ]
    assert compare(build_model(graph), model.summary) == []


def test_names_in_a_named_call_are_the_calls_and_keras_s_are_not() -> None:
    model = api.loads("""
        input: [4]
        blocks:
          half: {layers: [{ops.true_divide: 2}, {ops.add: {x2: 1, name: more}}]}
        layers:
          - half: {name: one}
          - half: {name: two}
        outputs: [two_more]
        expect: {layers: {one_true_divide: {output_shape: [4]}, two_more: {params: 0}}}
    """)
    graph = model.summary.graph
    called = {node.name: graph.called(node.name) for node in graph.nodes}
    assert called == {
        "one_true_divide": "true_divide",
        "one_more": "add",
        "two_true_divide": "true_divide_1",
        "two_more": "add_1",
    }
    assert compare(build_model(graph), model.summary) == []


@pytest.mark.parametrize(
    ("entry", "arguments"),
    [
        ("{ops.add: 1.0}", {"x2": 1.0}),
        ("{ops.mean: 1}", {"axis": 1}),
        ("{ops.cast: float16}", {"dtype": "float16"}),
        ("{ops.transpose: [0, 2, 1]}", {"axes": (0, 2, 1)}),
        ("{ops.get_item: ':, 0'}", {"key": ":, 0"}),
        ("{ops.top_k: 2}", {"k": 2}),
        ("{ops.image.resize: [4, 4]}", {"size": (4, 4)}),
        ("{ops.reshape: [-1, 4]}", {"newshape": (-1, 4)}),
        ("{ops.expand_dims: 1}", {"axis": 1}),
        ("{ops.where: {x1: 1, x2: 0}}", {"x1": 1, "x2": 0}),
    ],
)
def test_a_value_alone_is_the_first_argument_that_from_does_not_fill(
    entry: str, arguments: dict[str, Any]
) -> None:
    from cnnspec.catalogue.layers import read_layer
    from cnnspec.ground.source import Source

    layer = read_layer(Source(entry, "entry").data)
    assert layer.given == arguments


def test_defaults_reach_operations_by_name() -> None:
    model = api.loads("""
        input: [4, 6]
        defaults: {ops.mean: {axis: 1}, ops.add: {x2: 2}}
        layers: [ops.add, ops.abs, ops.mean]
    """)
    assert [row.output_shape for row in model.summary.rows][-1] == (None, 6)


def test_types_go_on_from_operation_to_operation() -> None:
    model = api.loads("""
        input: [4, 6]
        layers:
          - ops.top_k: {k: 2, name: best}
          - ops.add: {x2: 1, from: best.1}
          - ops.add: {x2: 0.5}
          - ops.greater: {x2: 1, name: large}
          - ops.cast: float16
          - Dense: 2
    """)
    assert [row.dtype for row in model.summary.rows] == [
        *("float32", "int32", "float32", "bool", "float16", "float32")
    ]


def test_products_are_counted() -> None:
    model = api.loads("""
        input: [4, 6]
        layers:
          - ops.einsum: {subscripts: "bij,bkj->bik", from: [prev, prev], name: scores}
          - ops.matmul: {from: [scores, input]}
    """)
    assert [row.macs for row in model.summary.rows] == [4 * 4 * 6, 4 * 4 * 6]


def test_two_layers_of_one_name_in_keras_are_refused() -> None:
    with pytest.raises(SpecError) as error:
        api.loads("""
            input: [4]
            layers:
              - ops.add: {x2: 1, name: more}
              - Dense: {units: 2, name: add}
        """)
    assert "Keras calls the operation 'more' in line 4 'add'" in str(error.value)


@pytest.mark.skipif(not LONG, reason="CNNSPEC_FIDELITY=long saves each operation")
@pytest.mark.parametrize("name", operations())
def test_each_is_saved_and_read_again(name: str) -> None:
    cls = operations()[name]
    arguments = cls.example
    if arguments is not None and not isinstance(arguments, dict):
        arguments = {next(iter(cls.arguments())): arguments}
    count = len(cls.example_inputs)
    if not cls.takes_list:
        count = len([n for n in cls.tensor_arguments if n not in (arguments or {})])
    shapes = [list(shape[1:]) for shape in cls.example_inputs[:count]]
    inputs = {f"tensor_{n}": shape for n, shape in enumerate(shapes)}
    entry = {f"ops.{name}": {**(arguments or {}), "from": list(inputs)}}
    model = api.loads(json.dumps({"inputs": inputs, "layers": [entry]}))
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []
    assert saved(built)


def test_a_call_that_is_applied_again_has_operations_of_its_own() -> None:
    model = api.loads("""
        inputs: {one: [4, 6], other: [4, 6]}
        blocks:
          tower: {layers: [{Dense: {units: 3, name: proj}}, {ops.mean: 1}]}
        layers:
          - tower: {name: left, from: one}
          - apply: {layer: left, from: other, name: right}
          - ops.subtract: {from: [left, right]}
    """)
    graph = model.summary.graph
    called = {node.name: (graph.called(node.name), node.shares) for node in graph.nodes}
    assert called == {
        "left_proj": ("left_proj", ""),
        "left_mean": ("mean", ""),
        "right_proj": ("right_proj", "left_proj"),
        "right_mean": ("mean_1", ""),
        "subtract": ("subtract", ""),
    }
    assert compare(build_model(graph), model.summary) == []


def test_a_model_of_keras_reads_the_one_tensor_of_a_list() -> None:
    model = api.loads("""
        input: [32, 32, 3]
        layers:
          - ops.split: {indices_or_sections: 1, axis: -1}
          - MobileNetV2: {weights: null, include_top: false, alpha: 0.35}
    """)
    [split, base] = model.summary.graph.nodes
    assert isinstance(base.layer, Functional)
    assert (base.inputs, base.parts) == ((split.name,), (0,))
    assert "base(x[0])" in render_script(*model)


def test_an_operation_is_not_applied() -> None:
    with pytest.raises(SpecError, match="let the operation itself stand here"):
        api.loads("""
            input: [4, 6]
            layers:
              - ops.mean: {axis: 1, name: middle}
              - apply: {layer: middle, from: input}
        """)


def test_a_trial_runs_them_as_it_trains() -> None:
    from cnnspec.emit.keras_live.target import proved

    model = api.loads("""
        input: [8, 8, 1]
        data: {source: digits}
        train: {loss: sparse_categorical_crossentropy, epochs: 1}
        layers:
          - ops.true_divide: 16
          - ops.max: {axis: 3, name: seen}
          - ops.top_k: {k: 2, name: best, from: seen}
          - ops.cast: {dtype: float32, from: best.1}
          - Flatten
          - Dropout: 0.2
          - Dense: {units: 10, activation: softmax}
    """)
    assert proved(model) == []
