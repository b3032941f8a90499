"""Scripts keep the structure of their specs, and build the models of their graphs."""

import os
from collections import Counter
from pathlib import Path
from random import Random

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnspec import api
from cnnspec.emit.keras_model import build_model, weight_name
from cnnspec.emit.model import model_code
from cnnspec.emit.python import flat
from cnnspec.emit.script import render_script
from cnnspec.infer import infer
from cnnspec.resolve import resolve
from cnnspec.source import Source
from cnnspec.spec import read_program
from tests.emit.programs import draw_spec
from tests.emit.tracer import trace

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").rglob("*.yaml"))
ZOO = sorted((ROOT / "specs" / "zoo").glob("*.yaml"))
CASES = 5_000 if os.environ.get("CNNSPEC_FIDELITY") == "long" else 300


def model_script(program, graph) -> str:
    """The part of a script that builds the model."""
    code = model_code(program, infer(graph), {})
    lines = ["import math", "import keras", "from keras import layers"]
    lines += code.constants
    lines += [line for function in code.functions for line in function]
    lines += ["def build_model():", *code.lines, f"    return {flat(code.model)}"]
    return "\n".join(lines) + "\n"


def _script(text: str) -> str:
    """The part of a spec's script that builds the model, which is proved right."""
    program = read_program(Source(text, "<spec>"))
    graph = resolve(program)
    problems = [*program.problems, *graph.problems]
    assert not [p for p in problems if p.severity == "error"], problems
    found = model_script(program, graph)
    trace(found, graph)
    return found


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
    problems = [*program.problems, *graph.problems]
    if not any(problem.severity == "error" for problem in problems):
        trace(model_script(program, graph), graph)


def test_most_drawn_specs_are_sound() -> None:
    sound = 0
    for seed in range(100):
        program = read_program(Source(draw_spec(Random(seed)), "<spec>"))
        problems = [*program.problems, *resolve(program).problems]
        sound += not any(problem.severity == "error" for problem in problems)
    assert sound > 70


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_every_script_builds_the_graph(path: Path) -> None:
    if "expected" in path.parts:
        pytest.skip("no spec")
    program, summary = api.load(path)[:2]
    trace(render_script(program, summary), summary.graph)


@pytest.mark.parametrize("path", ZOO, ids=lambda path: path.stem)
def test_a_script_of_the_zoo_is_short(path: Path) -> None:
    lines = render_script(*api.load(path)[:2]).splitlines()
    limit = 150 if path.stem.startswith("resnet50") else 300
    assert len(lines) <= limit
    counts = Counter(line.strip() for line in lines if any(map(str.isalnum, line)))
    assert counts.most_common(1)[0][1] < 20


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


def assert_same(theirs, ours) -> None:
    """Two models with the same layers, names, configs, connections and weights."""
    assert _plain(theirs.get_config()) == _plain(ours.get_config())
    for one, other in zip(theirs.layers, ours.layers, strict=True):
        assert (one.name, type(one).__name__) == (other.name, type(other).__name__)
        assert one.get_config() == other.get_config()
        weights = [
            [(weight_name(w), tuple(w.shape)) for w in layer.weights]
            for layer in (one, other)
        ]
        assert weights[0] == weights[1]


def _plain(config):
    """A config without where Keras finds the classes; a script has some itself."""
    if isinstance(config, dict):
        return {
            key: _plain(item)
            for key, item in config.items()
            if key not in ("module", "registered_name")
        }
    if isinstance(config, list | tuple):
        return [_plain(item) for item in config]
    return config


def assert_same_output(theirs, ours) -> None:
    """With copied weights, the same output on random input, to 1e-5."""
    theirs.set_weights(ours.get_weights())
    random = np.random.default_rng(0)
    samples = []
    for tensor in ours.inputs:
        shape = [2, *(size or 5 for size in tensor.shape[1:])]
        sample = random.random(shape) * (2 if "int" in tensor.dtype else 1)
        samples.append(sample.astype(tensor.dtype))
    given = samples if len(samples) > 1 else samples[0]
    outputs = [model(given, training=False) for model in (theirs, ours)]
    flattened = [keras.tree.flatten(output) for output in outputs]
    for one, other in zip(*flattened, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


def built(text: str):
    """What a script's `build_model()` gives."""
    space = {"__name__": "script"}
    exec(compile(text, "script", "exec"), space)  # noqa: S102
    keras.utils.clear_session()
    return space["build_model"]()


@pytest.mark.parametrize(
    "path",
    [path for path in SPECS if path.parent == ROOT / "specs"],
    ids=lambda path: path.stem,
)
def test_a_generated_script_is_the_model_of_the_graph(path: Path) -> None:
    summary = api.load(path).summary
    generated = ROOT / "generated" / f"{path.stem}.py"
    theirs = built(generated.read_text(encoding="utf-8"))
    keras.utils.clear_session()
    ours = build_model(summary.graph)
    assert_same(theirs, ours)
    assert_same_output(theirs, ours)


FEW = ["lenet5", "resnet20", "squeezenet1_1", "two_inputs", "mobilenet_v3_small"]


@pytest.mark.parametrize("stem", FEW)
def test_a_script_of_the_zoo_is_the_model_of_the_graph(stem: str) -> None:
    model = api.load(ROOT / "specs" / "zoo" / f"{stem}.yaml")
    theirs = built(render_script(*model[:2]))
    keras.utils.clear_session()
    ours = build_model(model.summary.graph)
    assert_same(theirs, ours)
    assert_same_output(theirs, ours)


def test_a_script_with_every_structure_is_the_model_of_the_graph() -> None:
    model = api.loads(SMALL)
    text = render_script(*model[:2])
    trace(text, model.summary.graph)
    theirs = built(text)
    keras.utils.clear_session()
    ours = build_model(model.summary.graph)
    assert_same(theirs, ours)
    assert_same_output(theirs, ours)


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


def test_names_inside_a_call_are_made_of_its_name() -> None:
    found = _script("""
        input: [8, 8, 3]
        blocks:
          named: {layers: [{Dense: {units: 2, name: fc}}, ReLU]}
          both: {layers: [{Dense: {units: 2, name: fc}}, ReLU]}
          counted: {layers: [{repeat: {times: 2, layers: [ReLU]}}]}
        layers:
          - named: {name: a}
          - both: {name: b}
          - both
          - counted: {name: c}
        """)
    assert 'layers.Dense(2, name=f"{name}_fc")' in found
    assert "def named(x, name):" in found
    assert 'layers.Dense(2, name=f"{name}_fc" if name else "fc")' in found
    assert 'layers.ReLU(name=name and f"{name}_re_lu")' in found
    assert "def both(x, name=None):" in found
    assert "for number in range(1, 3):" in found
    assert 'layers.ReLU(name=f"{name}_{number}_re_lu")' in found


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


def test_a_layer_that_is_used_again_is_kept() -> None:
    found = _script("""
        inputs: {left: [8], right: [8]}
        layers:
          - Dense: {units: 4, name: tower, from: left}
          - Add: {from: [prev, [{apply: {layer: tower, from: right}}]]}
        """)
    assert 'tower = layers.Dense(4, name="tower")' in found
    assert "x = tower(right)" in found or "branch = tower(right)" in found


@pytest.mark.parametrize("seed", range(500, 520))
def test_ruff_has_nothing_to_say_of_drawn_scripts(seed: int, tmp_path: Path) -> None:
    from tests.emit.test_script import ruff

    program = read_program(Source(draw_spec(Random(seed)), "spec.yaml"))
    graph = resolve(program)
    problems = [*program.problems, *graph.problems]
    if any(problem.severity == "error" for problem in problems):
        pytest.skip("an unsound spec was drawn")
    path = tmp_path / "script.py"
    path.write_text(render_script(program, infer(graph)), encoding="utf-8")
    ruff("check", "--isolated", "--extend-select", "E501", path)
    ruff("format", "--isolated", "--check", path)


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
