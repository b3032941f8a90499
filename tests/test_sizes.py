"""`shape('mix')`: sizes of tensors above in arguments, calls and tests."""

from pathlib import Path

import pytest

import cnnspec
from cnnspec import api
from cnnspec.ground.source import Source
from cnnspec.model.changing import read_changed
from cnnspec.model.resolver import resolve
from tests.emit.test_model import model_script
from tests.emit.tracer import trace

BLOCK = """\
input: [32, 32, 8]
blocks:
  squeeze:
    params: {ratio: 4}
    layers:
      - GlobalAveragePooling2D: {keepdims: true}
      - Conv2D: {filters: "${shape('input')[-1] // ratio}", kernel_size: 1}
      - Conv2D: {filters: "${shape('input')[-1]}", kernel_size: 1}
      - Multiply: {from: [input, prev]}
layers:
  - Conv2D: {filters: "${2 * shape('prev')[-1]}", kernel_size: 3, name: mix}
  - squeeze
  - if:
      test: ${shape('prev')[0] > 16}
      then: [{MaxPooling2D: 2}]
  - squeeze: {ratio: "${shape('mix')[2] // 8}"}
  - Flatten
  - Dense: "${sum(shape('input')[:2])}"
"""


def rows(text: str, *overrides: str) -> dict[str, object]:
    summary = api.loads(text, overrides=overrides).summary
    return {row.name: row.output_shape for row in summary.rows}


def script(text: str) -> str:
    program = read_changed(Source(text, "spec"))
    graph = resolve(program)
    written = model_script(program, graph)
    trace(written, graph)
    return written


def test_sizes_in_layers_calls_and_tests() -> None:
    found = rows(BLOCK)
    assert found["mix"] == (None, 30, 30, 16)
    assert found["conv2d"] == (None, 1, 1, 4)
    assert found["max_pooling2d"] == (None, 15, 15, 16)
    assert found["conv2d_2"] == (None, 1, 1, 8)
    assert found["dense"] == (None, 64)
    smaller = rows(BLOCK, "input=[16, 16, 4]")
    assert smaller["conv2d"] == (None, 1, 1, 2)
    assert "max_pooling2d" not in smaller


def test_a_script_has_them_as_code() -> None:
    written = script(BLOCK)
    assert "layers.Conv2D(2 * inputs.shape[-1], 3" in written
    assert "layers.Conv2D(inputs.shape[-1] // ratio, 1)" in written
    assert "if x.shape[1] > 16:" in written
    assert "squeeze(x, ratio=mix.shape[3] // 8)" in written
    assert "layers.Dense(sum(inputs.shape[1:3]))" in written


def test_a_chain_that_asks_is_no_sequential(tmp_path: Path) -> None:
    text = "input: [8]\nlayers: [{Dense: 4}, {Dense: \"${2 * shape('prev')[0]}\"}]\n"
    (tmp_path / "net.yaml").write_text(text)
    [path] = api.build(tmp_path / "net.yaml", tmp_path, ["script"])
    code = Path(path).read_text()
    assert "Dense(2 * x.shape[1])" in code
    assert "Sequential" not in code
    [path] = api.build(tmp_path / "net.yaml", tmp_path, ["notebook"], style="full")
    assert "x.shape[1]" in Path(path).read_text()


PARTS = """\
inputs: {a: [8, 4]}
layers:
  - LSTM: {units: 3, return_state: true, name: enc}
  - Dense: {units: "${shape('enc.1')[0] + 2}", from: enc.0}
"""


def test_one_of_several_tensors() -> None:
    assert rows(PARTS)["dense"] == (None, 5)
    assert "state_h.shape[1] + 2" in script(PARTS)


def test_what_a_branch_reads_is_what_stood_before_it() -> None:
    text = """\
input: [8, 8, 3]
layers:
  - Conv2D: {filters: 4, kernel_size: 3}
  - Conv2D:
      filters: "${shape('prev')[0] + 1}"
      kernel_size: 1
      from: [[{MaxPooling2D: 2}, {Conv2D: {filters: 5, kernel_size: 1}}]]
"""
    assert rows(text)["conv2d_2"] == (None, 3, 3, 7)
    script(text)


def test_in_rounds_and_models() -> None:
    text = """\
input: [16, 16, 3]
blocks:
  tower:
    model: true
    layers:
      - Dense: {units: "${2 * shape('input')[-1]}"}
      - Flatten
layers:
  - repeat:
      times: 3
      layers:
        - Conv2D: {filters: "${2 * shape('prev')[-1]}", kernel_size: 3, strides: 2}
  - tower
"""
    found = rows(text)
    assert found["conv2d_2"] == (None, 1, 1, 24)
    assert found["tower"] == (None, 48)
    written = script(text)
    assert "layers.Conv2D(2 * x.shape[-1], 3, strides=2)" in written


def test_sizes_that_are_not_known() -> None:
    text = BLOCK.replace("[32, 32, 8]", "[null, null, 8]").replace(
        "${shape('prev')[0] > 16}", "${shape('prev')[0] == null}"
    )
    [wrong] = map(str, api.check(text).diagnostics)
    assert "a size of 'input', which is 'input_layer', is null" in wrong
    wrong, *_ = map(str, api.check(BLOCK, ["input=[null, 32, 8]"]).diagnostics)
    assert "a size of 'prev', which is 'multiply', is null" in wrong


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mx", "shape() names 'mx', which no layer above is called"),
        ("enc", "'enc' is 3 tensors, and shape() takes one; write shape('enc.0')"),
        ("enc.3", "enc.3"),
    ],
)
def test_names_that_stand_for_no_tensor(name: str, said: str) -> None:
    [wrong] = api.check(PARTS.replace("shape('enc.1')", f"shape('{name}')")).diagnostics
    assert said in str(wrong)
    assert wrong.mark.line == 4


def test_live_and_script_are_what_the_summary_says() -> None:
    model = api.keras_model(api.loads(BLOCK))
    assert model.output_shape == (None, 64)


def test_a_name_of_no_tensor_is_told_where_sizes_of_what_reads_it_are_asked_for() -> (
    None
):
    text = """
input: [8, 4]
layers:
  - Dense: {units: 3, from: nobody}
  - Dense: "${shape('prev')[1]}"
"""
    found = cnnspec.check(text).diagnostics
    assert [one.code for one in found] == ["unknown-input"]
