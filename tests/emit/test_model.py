"""Scripts keep the structure of their specs, and build the models of their graphs."""

import os
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from random import Random
from textwrap import indent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnspec import api
from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.catalogue.operations import Operation
from cnnspec.emit.code.model import model_code
from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.keras_script.texts import Language
from cnnspec.ground.source import Source
from cnnspec.language.program import Program
from cnnspec.language.reader import read_program
from cnnspec.model.functional import Functional
from cnnspec.model.resolver import resolve
from cnnspec.model.summary import Summary, infer
from tests.emit.programs import draw_spec
from tests.emit.same import assert_same, built
from tests.emit.tracer import trace

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
CASES = 5_000 if os.environ.get("CNNSPEC_FIDELITY") == "long" else 300


def model_script(program, graph) -> str:
    """The part of a script that builds the model."""
    code = model_code(program, infer(graph), Language("en"), {}, sequential=False)
    head = "import numpy as np\nimport keras\nfrom keras import layers, ops\n"
    build = (
        f"def build_model():\n{indent(code.body, '    ')}\n    return {code.model}\n"
    )
    return laid_out("\n".join([head, code.constants, *code.functions, build]))


def _script(text: str) -> str:
    """The part of a spec's script that builds the model, which is proved right."""
    program = read_program(Source(text, "<spec>"))
    graph = resolve(program)
    problems = [*program.problems, *graph.problems]
    assert not [p for p in problems if p.severity == "error"], problems
    found = model_script(program, graph)
    trace(found, graph)
    return found


def is_sound(program, graph) -> bool:
    """Whether there is no error; of shapes, none that code depends on is lacking."""
    problems = [*program.problems, *graph.problems]
    if any(problem.severity == "error" for problem in problems):
        return False
    known = {i.name for i in graph.inputs} | {node.name for node in graph.nodes}
    read = {name for node in graph.nodes for name in node.inputs}
    # An operation may be given more tensors than it takes, which no code calls it with;
    # a model of Keras what it can't be made for.
    summary = infer(graph._replace(unused=frozenset()))
    rows = {row.name for row in summary.rows}
    strict = (n for n in graph.nodes if _takes_what_fits(n.layer))
    odd = {node.name for node in strict} - rows
    inside = [
        layer.graph
        for node in graph.nodes
        for layer in (node.layer, *all_nested(node.layer))
        if isinstance(layer, Functional)
    ]
    # What comes into a model has to be known, if code is to make its inputs.
    if inside and summary.misfits:
        return False
    if not all(is_sound(program, one) for one in inside):
        return False
    # Sizes aren't known of what a layer gives that can't take its input.
    fits = not summary.problems or "shape(" not in str(program.source.data)
    return fits and known >= read | {*graph.outputs} and not odd


def _takes_what_fits(layer: Layer) -> bool:
    return isinstance(layer, Operation) or layer.is_application


@settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(st.integers(0, 2**32))
def test_whatever_the_structure_the_script_builds_the_graph(seed: int) -> None:
    program = read_program(Source(draw_spec(Random(seed)), "<spec>"))
    graph = resolve(program)
    if is_sound(program, graph):
        trace(model_script(program, graph), graph)


def test_most_drawn_specs_are_sound() -> None:
    sound = 0
    for seed in range(100):
        program = read_program(Source(draw_spec(Random(seed)), "<spec>"))
        problems = [*program.problems, *resolve(program).problems]
        sound += not any(problem.severity == "error" for problem in problems)
    assert sound > 70


SMALL = """
input: [16, 16, 3]
vars: {width: 4, decay: 1e-4, depths: [1, 2], fancy: true}
defaults: {Conv2D: {padding: same, kernel_regularizer: {L2: $decay}}}
blocks:
  unit:
    params: {filters: , strides: 1, hidden: "${filters // 2}"}
    layers:
      - Conv2D: {filters: $hidden, kernel_size: 3, strides: $strides}
      - BatchNormalization: {name: main}
      - if:
          test: ${strides != 1}
          then: [{Conv2D: {filters: $hidden, kernel_size: 1, strides: $strides,
                           from: input, name: skip}}]
          else: [{Conv2D: {filters: $hidden, kernel_size: 1, from: input, name: skip}}]
      - Add: {from: [main, skip]}
      - repeat:
          times: 2
          layers: [ReLU, {Dropout: 0.1}]
  pair:
    inputs: [x, earlier]
    layers:
      - Concatenate: {from: [x, earlier]}
    outputs: [prev, x]
layers:
  - unit: {filters: "${2 * width}", name: stem}
  - unit: {filters: 8}
  - Conv2D: {filters: 4, kernel_size: 3, name: shared}
  - Concatenate: {from: [prev, [{apply: {layer: shared, from: "stem_skip"}}]]}
  - repeat:
      for: {depth: $depths}
      index: i
      layers:
        - unit: {filters: "${8 * depth}", strides: 2, name: "stage${i}"}
  - Concatenate: {from: [prev, [{MaxPooling2D: {pool_size: 4, from: stem}}]]}
  - pair: {from: [prev, prev]}
  - repeat: {times: 2, layers: [pair]}
  - Concatenate
  - MaxPooling2D: {pool_size: 2, from: "stage0", name: side}
  - Concatenate: {from: [side, stage1, "${'side' if fancy else 'stage1'}"]}
  - GlobalAveragePooling2D
  - Dense: 3
"""


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_generated_script_is_the_model_of_the_graph(path: Path) -> None:
    script = (ROOT / "generated" / f"{path.stem}.py").read_text(encoding="utf-8")
    assert_same(built(script), build_model(api.load(path).summary.graph))


def test_a_script_with_every_structure_is_the_model_of_the_graph() -> None:
    model = api.loads(SMALL)
    text = render_script(*model[:2], style="full")
    trace(text, model.summary.graph)
    assert_same(built(text), build_model(model.summary.graph))


def test_a_block_is_a_function_and_a_repeat_a_loop() -> None:
    found = _script("""
        input: [28, 28, 1]
        vars: {width: 8, double: "${2 * width}", unused: 3}
        blocks:
          conv-unit:
            description: A convolution, normalized.
            params: {filters: , kernel: 3}
            layers:
              - Conv2D: {filters: $filters, kernel_size: $kernel}
              - BatchNormalization
          never: {layers: [Flatten]}
        layers:
          - conv-unit: $width
          - repeat: {times: 2, layers: [{conv-unit: {filters: $double, kernel: 1}}]}
          - repeat:
              for: {size: [1, 2], filters: [4, 5]}
              layers: [{Conv2D: {filters: $filters, kernel_size: $size}}]
        """)
    for line in (
        "WIDTH = 8",
        "DOUBLE = 2 * WIDTH",
        "def conv_unit(x, filters, kernel=3):",
        '    """A convolution, normalized."""',
        "    x = layers.Conv2D(filters, kernel)(x)",
        "    return layers.BatchNormalization()(x)",
        "    x = conv_unit(inputs, WIDTH)",
        "    for _ in range(2):",
        "        x = conv_unit(x, DOUBLE, kernel=1)",
        "    for size, filters in zip([1, 2], [4, 5]):",
        "        x = layers.Conv2D(filters, size)(x)",
    ):
        assert f"{line}\n" in found.replace("  # 26x26x8", "")
    assert "never" not in found
    assert "UNUSED" not in found


def test_a_default_sees_the_variables_and_the_parameters_before_it() -> None:
    found = _script("""
        input: [8, 8, 3]
        vars: {w: 3, n: 2, act: relu}
        blocks:
          own:
            params: {filters: , w: $w}
            layers: [{Conv2D: {filters: $filters, kernel_size: $w}}]
          twice:
            params: {m: "${2 * n}", n: "${m + 1}"}
            layers: [{Dense: $n}]
          inner:
            params: {act: $act, n: 1}
            layers: [{Dense: {units: $n, activation: $act}}]
          outer:
            params: {act: $act}
            layers: [{inner: {act: $act, n: 2}}, {inner: {n: 3}}]
        layers:
          - own: {filters: 4}
          - own: {filters: 4, w: 1}
          - twice
          - twice: {n: 4}
          - twice: {m: 4}
          - outer
          - outer: {act: tanh}
        """)
    for line in (
        "def own(x, filters, w=W):",
        'def twice(x, m=2 * N, n=None):\n    """Apply Dense."""\n    if n is None:',
        "        n = m + 1",
        "def inner(x, act=ACT, n=1):",
        "def outer(x, act=ACT):",
        "    x = inner(x, act=act, n=2)",
    ):
        assert f"{line}\n" in found


def test_inputs_and_defaults_keep_their_formulas() -> None:
    found = _script("""
        inputs: {a: ["${2 * size}", $size, 3], b: {shape: $shape, dtype: int32}}
        vars: {size: 8, shape: [16, 8], decay: 0.1, rate: 0.5}
        defaults:
          Conv2D: {kernel_regularizer: {L2: $decay}}
          Dropout: {rate: $rate}
        blocks:
          hides:
            params: [decay]
            layers: [{Conv2D: {filters: $decay, kernel_size: 1}}]
        layers:
          - Embedding: {input_dim: 9, output_dim: 3, from: b}
          - Add: {from: [a, prev]}
          - hides: {decay: 4}
          - Dropout
          - Dropout: 0.25
        """)
    for code in (
        'keras.Input((2 * SIZE, SIZE, 3), name="a")',
        "keras.Input(tuple(SHAPE)",
        "layers.Conv2D(decay, 1, kernel_regularizer=keras.regularizers.L2(DECAY))",
        "layers.Dropout(RATE)",
        "layers.Dropout(0.25)",
    ):
        assert code in found


@pytest.mark.parametrize("style", ["|", ">"])
def test_a_description_is_a_docstring(style: str) -> None:
    found = _script(f"""
        input: [8]
        blocks:
          unit:
            description: {style}
              Summed up.

              And told at
              length.
            layers: [ReLU]
        layers: [unit]
        """)
    docstring = '"""Summed up.\n\n    And told at length.\n    """\n'
    assert f"def unit(x):\n    {docstring}" in found


def test_variables_are_named_as_one_would_name_them() -> None:
    found = _script("""
        input: [16, 16, 3]
        blocks:
          up:
            inputs: [x, skip]
            params: [filters, crop, padding]
            layers:
              - Conv2DTranspose: {filters: $filters, kernel_size: 5, from: x, name: up}
              - Cropping2D: {cropping: $crop, from: skip, name: crop}
              - Concatenate:
                  from:
                    - [{ZeroPadding2D: $padding}]
                    - [{Cropping2D: {cropping: 1, from: up}}]
              - Conv2D: {filters: 3, kernel_size: 5, name: 1x1}
              - Dense: {units: 3, name: 2_fc}
              - Multiply: {from: [prev, 1x1]}
              - Add: {from: [prev, 2_fc]}
            outputs: [crop, prev]
          pick:
            inputs: [a, b]
            params: [first]
            layers: [{Add: {from: [a, b]}}]
            outputs: ["${'a' if first else 'b'}", prev]
        layers:
          - Conv2D: {filters: 3, kernel_size: 3, name: main}
          - up: {name: up, from: [prev, main], filters: 3, crop: 1, padding: 2}
          - Concatenate
          - pick: {from: [prev, prev], first: true}
          - pick: {first: false}
          - Concatenate
          - Dropout: {rate: 0.5, noise_shape: [null, 1, 1, 1]}
          - Dropout: 0.5
          - Dense: {units: 12, name: "{again}"}
          - Multiply: {from: [prev, "{again}", "{again}"]}
        """)
    for line in (
        "    main_output = layers.Conv2D(",
        "    enlarged = layers.Conv2DTranspose(",
        "    cropped = layers.Cropping2D(",
        "    branch_1 = layers.ZeroPadding2D(",
        "    branch_2 = layers.Cropping2D(",
        "    conv_1x1 = layers.Conv2D(",
        "    fc_2 = layers.Dense(",
        "    return cropped, x\n",
        "    return (a if first else b), x\n",
        "up(main_output, main_output, filters=3, crop=1, padding=2, name=",
        "    again = layers.Dense(",
    ):
        assert line in found


def test_names_inside_a_call_are_made_of_its_name() -> None:
    found = _script("""
        input: [8, 8, 3]
        blocks:
          named: {layers: [{Dense: {units: 2, name: fc}}, ReLU]}
          both: {layers: [{Dense: {units: 2, name: fc}}, ReLU]}
          either: {layers: [ReLU]}
          counted: {layers: [{repeat: {times: 2, layers: [ReLU]}}]}
        layers:
          - named: {name: a}
          - both: {name: b}
          - both
          - repeat: {times: 2, layers: [both]}
          - repeat: {times: 2, index: i, layers: [both, both]}
          - either: {name: d}
          - either
          - counted: {name: c}
        """)
    assert 'layers.Dense(2, name=f"{name}_fc")' in found
    assert "def named(x, name):" in found
    assert 'layers.ReLU(name=f"{name}_re_lu" if named else None)' in found
    assert "def both(x, name, named=False):" in found
    assert 'both(x, name="b", named=True)' in found
    assert 'both(x, name="both")' in found
    assert 'both(x, name=f"both_{number}")' in found
    assert 'both(x, name=f"both_{2 * i + 3}")' in found
    assert 'both(x, name=f"both_{2 * i + 4}")' in found
    assert 'layers.ReLU(name=name and f"{name}_re_lu")' in found
    assert "def either(x, name=None):" in found
    assert "for number in range(1, 3):" in found
    assert 'layers.ReLU(name=f"{name}_{number}_re_lu")' in found


def test_what_rounds_give_is_collected_in_a_list() -> None:
    found = _script("""
        input: [8, 8, 3]
        vars: {names: [a, b]}
        blocks:
          heads:
            params: {count: 2}
            layers:
              - repeat:
                  times: $count
                  collect: true
                  layers: [{Conv2D: {filters: 3, kernel_size: 1, from: input}}, ReLU]
              - Concatenate
          pair: {inputs: [x, y], layers: [{Add: {from: [x, y]}}]}
        layers:
          - Dense: {units: 3, name: a}
          - Dense: {units: 3, name: b}
          - Add: {from: $names}
          - heads
          - heads: 3
          - repeat: {for: {f: [4, 5]}, collect: true, layers: [{Dense: $f}]}
          - Concatenate: {from: [$names, prev]}
          - repeat: {times: 2, collect: true, layers: [{Dense: 3}]}
          - pair
        """)
    for line in (
        "results = []",
        "results.append(x)",
        "x = layers.Add()([a, b])",
        "return layers.Concatenate()(results)",
        "x = heads(x, count=3)",
        "x = layers.Concatenate()([a, b, *results])",
        "outputs = pair(*results_2)",
    ):
        assert f"    {line}\n" in found


def test_one_of_several_and_arguments_by_name() -> None:
    found = _script("""
        inputs: {source: [20, 8], target: [10, 8]}
        vars: {causal: true}
        blocks:
          decode:
            inputs: [x, h, c]
            layers:
              - LSTM:
                  units: 8
                  return_sequences: true
                  from: {sequences: x, initial_state: [h, c], training: false}
        layers:
          - LSTM: {units: 8, return_state: true, name: enc, from: source}
          - decode: {from: {x: target, c: enc.2, h: enc.1}}
          - MultiHeadAttention:
              num_heads: 2
              key_dim: 4
              name: mix
              from: {value: prev, use_causal_mask: $causal}
          - apply: {layer: mix, from: {key: target, value: target}}
        """)
    for line in (
        "CAUSAL = True",
        '_, state_h, state_c = layers.LSTM(8, return_state=True, name="enc")(source)',
        "x = decode(target, state_h, state_c)",
        "x = mix(x, x, use_causal_mask=CAUSAL)",
        "outputs = mix(x, target, target)",
    ):
        assert line in found
    assert "x, initial_state=[h, c], training=False\n" in found


def test_several_tensors_have_variables_of_their_own() -> None:
    found = _script("""
        input: [6, 4]
        blocks:
          read:
            layers:
              - GRU: {units: 4, return_state: true, return_sequences: true}
              - Dense: {units: 4, from: prev.0}
        layers:
          - read
          - Bidirectional: {layer: {LSTM: {units: 2, return_state: true}}, name: both}
          - Add: {from: [both.1, both.4]}
          - MultiHeadAttention:
              num_heads: 2
              key_dim: 2
              name: mix
              from: {query: read, value: read, return_attention_scores: true}
          - RNN:
              cell: [{LSTMCell: 3}, {GRUCell: 3}]
              return_state: true
              name: stack
              from: mix.0
          - RNN:
              cell: [{LSTMCell: 3}, {GRUCell: 3}]
              from: {sequences: mix.0, initial_state: [stack.1, stack.2, stack.3]}
          - Concatenate: {from: [prev, add]}
        """)
    for line in (
        "x, _ = layers.GRU(4, return_sequences=True, return_state=True)(x)",
        "_, forward_h, _, _, backward_c = layers.Bidirectional(",
        "layers.Add()([forward_h, backward_c])",
        "mix, _ = layers.MultiHeadAttention(",
        "mix, initial_state=[[stack[1][0], stack[1][1]], stack[2]]",
    ):
        assert line in found


def test_tensors_of_other_rounds_are_kept_by_name() -> None:
    found = _script("""
        input: [8, 8, 3]
        blocks:
          down:
            params: [filters]
            layers: [{Dense: {units: $filters, name: skip}}, ReLU]
        layers:
          - repeat:
              for: {filters: [4, 5]}
              index: i
              layers: [{down: {filters: $filters, name: "down${i}"}}]
          - repeat:
              times: 2
              index: i
              layers: [{Concatenate: {from: [prev, "down${1 - i}_skip"]}}]
        """)
    assert 'x, tensors[f"down{i}_skip"] = down(x, filters, name=f"down{i}")' in found
    assert 'x = layers.Concatenate()([x, tensors[f"down{1 - i}_skip"]])' in found


def test_an_if_is_an_if() -> None:
    found = _script("""
        input: [8, 8, 3]
        vars: {deep: true}
        layers:
          - if: {test: $deep, then: [{Dense: 4}], else: [{Dense: 5}]}
          - if: {test: "${not deep}", then: [], else: [ReLU]}
          - repeat:
              times: 3
              index: i
              layers:
                - if:
                    test: ${i == 0}
                    then: [Softmax]
                    else: [{if: {test: "${i == 1}", then: [Flatten], else: [ELU]}}]
        """)
    for line in ("if DEEP:", "else:", "if i == 0:", "elif i == 1:"):
        assert f"    {line}\n" in found
    assert found.count("if DEEP:") == 2


def test_an_if_inside_an_if_is_one_test() -> None:
    found = _script("""
        input: [8, 8, 3]
        vars: {deep: true, n: 3}
        blocks:
          unit:
            params: {units: "${max(n, 2)}"}
            layers:
              - if:
                  test: "${deep or n > 5}"
                  then: [{if: {test: "${n > 2}", then: [{Dense: $units}]}}]
              - if:
                  test: $deep
                  then: []
                  else: [{if: {test: "${n > 2}", then: [{Dense: $units}]}}]
        layers: [unit, {unit: 4}]
        """)
    for line in (
        "def unit(x, units=None):",
        "        units = max(N, 2)",
        "    if (DEEP or N > 5) and N > 2:",
        "    if not DEEP and N > 2:",
    ):
        assert f"{line}\n" in found


def test_a_layer_that_is_used_again_is_kept() -> None:
    found = _script("""
        inputs: {left: [8], right: [8]}
        layers:
          - Dense: {units: 4, name: tower, from: left}
          - Add: {from: [prev, [{apply: {layer: tower, from: right}}]]}
        """)
    assert 'tower = layers.Dense(4, name="tower")' in found
    assert "x = tower(right)" in found or "branch = tower(right)" in found


def test_ruff_has_nothing_to_say_of_drawn_scripts(tmp_path: Path) -> None:
    from tests.emit.test_script import ruff

    for seed, program, summary in islice(sound_draws(500), 20):
        path = tmp_path / f"drawn_{seed}.py"
        text = render_script(program, summary, style="full")
        path.write_text(text, encoding="utf-8")
    ruff("check", "--isolated", "--extend-select", "E501", tmp_path)
    ruff("format", "--isolated", "--check", tmp_path)


def sound_draws(first: int) -> Iterator[tuple[int, Program, Summary]]:
    """What is sound of what is drawn, from a seed on."""
    for seed in count(first):
        program = read_program(Source(draw_spec(Random(seed)), "spec.yaml"))
        graph = resolve(program)
        summary = infer(graph)
        if is_sound(program, graph) and not summary.problems:
            yield seed, program, summary


def test_the_tracer_finds_a_wrong_script() -> None:
    text = "input: [8]\nlayers: [{Dense: 4}, {Dense: {units: 2, name: last}}]\n"
    program = read_program(Source(text, "<spec>"))
    graph = resolve(program)
    right = model_script(program, graph)
    trace(right, graph)
    for part, wrong in (
        ("Dense(4)", "Dense(5)"),
        ('"last"', '"first"'),
        ("(x)", "(inputs)"),
        ("Dense(4)", "Flatten()"),
        ("(inputs)\n", "(layers.ReLU()(inputs))\n"),
    ):
        assert part in right
        with pytest.raises(AssertionError):
            trace(right.replace(part, wrong, 1), graph)


MAPS = """
input: [64, 96, 3]
layers:
  - MobileNetV2:
      weights: own.h5
      alpha: 0.35
      include_top: false
      from_layer: block_3_expand
      outputs: [block_1_expand_relu, block_3_expand_relu]
      name: base
  - GlobalMaxPooling2D: {from: base.1}
  - EfficientNetB0: {include_top: false, trainable: false, name: eff, from: input}
outputs: [global_max_pooling2d, eff]
"""


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("(64, 96, 3)", "(96, 64, 3)"),
        ("alpha=0.35", "alpha=0.5"),
        ('weights="own.h5"', "weights=None"),
        ('"block_3_expand":', '"block_3_project":'),
        ('"block_1_expand_relu"', '"block_1_expand"'),
        ('name="base"', 'name="other"'),
        ("base(inputs, training=False)", "base(inputs)"),
        ('eff.name = "eff"', ""),
        ("eff.trainable = False", ""),
        ("EfficientNetB0", "EfficientNetB1"),
        ("_, block_3_expand_relu", "block_3_expand_relu, _"),
    ],
)
def test_the_tracer_knows_models_of_keras(part: str, wrong: str) -> None:
    model = api.loads(MAPS)
    right = render_script(*model)
    trace(right, model.summary.graph)
    assert part in right
    with pytest.raises(AssertionError):
        trace(right.replace(part, wrong, 1), model.summary.graph)
