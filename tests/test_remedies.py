"""What is said of a layer that doesn't fit mends the model, wherever the fault is."""

import time
from pathlib import Path

import pytest

from cnnspec import api

CASES = {
    "a graph that halves and doubles an odd size": (
        """\
input: [27, 27, 1]
layers:
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: skip}
  - MaxPooling2D: 2
  - UpSampling2D: 2
  - Concatenate: {from: [skip, prev]}
""",
        [
            "'max_pooling2d' (line 4) rounds 27 to 13",
            "inputs of 26x26 and 28x28 fit: write input: [28, 28, 1]",
        ],
    ),
    "a deeper one, whose sizes are variables": (
        """\
vars: {size: 30}
input: [$size, $size, 1]
layers:
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: a}
  - MaxPooling2D: 2
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: b}
  - MaxPooling2D: 2
  - UpSampling2D: 2
  - Concatenate: {from: [b, prev]}
  - UpSampling2D: 2
  - Concatenate: {from: [a, prev]}
""",
        [
            "'max_pooling2d_1' (line 7) rounds 15 to 7",
            "inputs of 28x28 and 32x32 fit: write size: 32 in line 1",
        ],
    ),
    "one whose sides differ": (
        """\
input: [32, 27, 1]
layers:
  - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: skip}
  - MaxPooling2D: 2
  - UpSampling2D: 2
  - Concatenate: {from: [skip, prev]}
""",
        ["inputs of 32x26 and 32x28 fit: write input: [32, 28, 1]"],
    ),
    "a wrong skip, where another fits": (
        """\
input: [64, 64, 1]
layers:
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: a}
  - MaxPooling2D: 2
  - Conv2D: {filters: 16, kernel_size: 3, padding: same, name: b}
  - MaxPooling2D: 2
  - Conv2DTranspose: {filters: 16, kernel_size: 2, strides: 2}
  - Concatenate: {from: [prev, a]}
""",
        ["write from: [prev, b]"],
    ),
    "a layer that grows by more than its steps": (
        """\
input: [64, 64, 1]
layers:
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: a}
  - MaxPooling2D: 2
  - Conv2DTranspose: {filters: 16, kernel_size: 3, strides: 2}
  - Concatenate: {from: [prev, a]}
""",
        ["write padding: same in line 5; or "],
    ),
    "a second tensor among those that fit": (
        """\
input: [28, 28, 1]
layers:
  - Conv2D: {filters: 8, kernel_size: 3, name: a}
  - Conv2D: {filters: 8, kernel_size: 3, padding: same, name: b}
  - Concatenate
""",
        ["; write from: [prev, a]"],
    ),
    "axes as PyTorch has them": (
        """\
input: [3, 224, 224]
layers:
  - Conv2D: {filters: 4, kernel_size: 7, strides: 2}
  - MaxPooling2D: 2
""",
        ["channels first, as PyTorch has them: write input: [224, 224, 3]"],
    ),
    "no channels": (
        "input: [28, 28]\nlayers:\n  - Conv2D: {filters: 4, kernel_size: 3}\n",
        ["write input: [28, 28, 1]"],
    ),
    "a dense layer behind unknown sizes": (
        """\
input: [null, null, 3]
layers:
  - Conv2D: {filters: 4, kernel_size: 3}
  - Flatten: {name: flat}
  - Dense: 10
""",
        [
            "the input is ?x?x3 (line 1)",
            "write GlobalAveragePooling2D in place of Flatten in line 4",
            "give null a number, as in input: [32, 32, 3]",
        ],
    ),
    "a kernel too large, which a call gives": (
        """\
input: [16, 16, 1]
blocks:
  conv:
    params: [size]
    layers:
      - MaxPooling2D: 2
      - Conv2D: {filters: 4, kernel_size: $size}
layers:
  - conv: 3
  - conv: 9
""",
        ["write padding: same", "write conv: 3 in line 10"],
    ),
    "a convolution behind Flatten": (
        """\
input: [28, 28, 1]
layers:
  - Flatten
  - Conv2D: {filters: 4, kernel_size: 3}
  - Conv2D: {filters: 4, kernel_size: 3}
  - Dense: 10
""",
        ["move 'flatten' (line 3) to below line 5"],
    ),
    "a shortcut with other channels and steps": (
        """\
input: [32, 32, 3]
layers:
  - Conv2D: {filters: 16, kernel_size: 3, strides: 2, padding: same}
  - Add: {from: [prev, input]}
""",
        ["{Conv2D: {filters: 16, kernel_size: 1, strides: 2, from: input}}]]"],
    ),
    "a product that isn't the input's": (
        "input: [28, 28, 1]\nlayers:\n  - Reshape: [7, 7, 64]\n",
        ["write target_shape: [7, 7, 16]"],
    ),
    "defaults that don't fit": (
        """\
input: [28, 28, 3]
defaults: {Conv2D: {data_format: channels_first}}
layers:
  - Conv2D: {filters: 4, kernel_size: 5}
""",
        ["write data_format: channels_last in line 2"],
    ),
    "groups that don't divide the channels": (
        "input: [8, 8, 6]\nlayers: [{Conv2D: {filters: 8, kernel_size: 3, groups: 4}}]",
        ["write groups: 2"],
    ),
    "what is cut off": (
        "input: [8, 8, 6]\nlayers:\n  - Cropping2D: 4\n",
        ["write cropping: [[3, 3], [3, 3]]"],
    ),
    "steps that a recurrent layer doesn't give": (
        "input: [9, 4]\nlayers:\n  - Bidirectional: {layer: {LSTM: 3}}\n  - LSTM: 5\n",
        ["write layer: {LSTM: {units: 3, return_sequences: true}} in line 3"],
    ),
    "a layer at each step": (
        """\
input: [5, 8, 8, 3]
layers:
  - TimeDistributed: {layer: {Conv2D: {filters: 2, kernel_size: 9}}}
""",
        ["write layer: {Conv2D: {filters: 2, kernel_size: 9, padding: same}}"],
    ),
    "features of a query and a value": (
        """\
inputs: {query: [5, 8], value: [7, 6]}
layers:
  - GroupQueryAttention:
      {head_dim: 4, num_query_heads: 2, num_key_value_heads: 1, from: [query, value]}
""",
        ["write from: [[{Dense: {units: 6, from: query}}], value]"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_remedy_is_found(case: str, tmp_path: Path) -> None:
    text, says = CASES[case]
    spec = tmp_path / "spec.yaml"
    spec.write_text(text, encoding="utf-8")
    [found] = [d for d in api.check(spec).diagnostics if d.severity == "error"]
    for words in says:
        assert words in f"{found.message}; {found.hint}"


def test_segmentation_is_not_flattened(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(CASES["a graph that halves and doubles an odd size"][0])
    [found] = api.check(spec).diagnostics
    assert "Flatten" not in found.hint


DEEP = "  - Conv2D: {filters: 4, kernel_size: 3, padding: same}\n"


def test_remedies_of_a_deep_model_are_found_soon(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    last = "  - Conv2D: {filters: 4, kernel_size: 99}\n"
    spec.write_text(f"input: [32, 32, 3]\nlayers:\n{DEEP * 1000}{last}")
    start = time.process_time()
    [found] = api.check(spec).diagnostics
    assert "write padding: same" in found.hint
    assert time.process_time() - start < 2


def test_a_second_tensor_where_none_fits_is_asked_for() -> None:
    text = "input: [28, 28, 1]\nlayers: [{Conv2D: {filters: 8, kernel_size: 3}}, Concatenate]\n"  # noqa: E501
    [error] = api.check(text).diagnostics
    assert error.hint.endswith("and write from: [prev, skip]")
