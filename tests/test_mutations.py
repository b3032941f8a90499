"""A slip in any line of a spec is told there, or by what the line has; or is sound."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from cnnspec import api

LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
SHARE = 1.0 if LONG else 0.05
"""Of the slips that are tried."""
PARTS = """\
vars: {width: 4}
blocks:
  conv:
    params: {filters: $width, strides: 1}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, strides: $strides, padding: same,
                 name: conv}
      - ReLU
"""
BASE = """\
include: [parts.yaml]
input: [32, 32, 3]
layers:
  - conv: {name: stem}
  - conv: {filters: 8, name: second}
  - Flatten
  - Dense: {units: 10, name: top}
"""
SPECS = {
    "states": """\
inputs:
  source: {shape: [20, 8], batch_size: 2}
  target: {shape: [10, 8], dtype: float32, batch_size: 2, optional: false}
layers:
  - LSTM: {units: 16, return_sequences: true, return_state: true, stateful: true,
           name: enc, from: source}
  - LSTM:
      units: 16
      return_sequences: true
      from: {sequences: target, initial_state: [enc.1, enc.2]}
      name: dec
  - MultiHeadAttention:
      num_heads: 2
      key_dim: 8
      from: {query: prev, value: enc.0, use_causal_mask: true}
  - BatchNormalization: {from: {training: false}}
  - Dense: 10
""",
    "apply": """\
inputs: {one: [28, 28, 1], other: [28, 28, 1]}
blocks:
  tower:
    model: true
    params: {width: 8}
    layers:
      - Conv2D: {filters: $width, kernel_size: 3, strides: 2, name: look}
      - GlobalAveragePooling2D
  pair:
    inputs: [a, b]
    outputs: [sum, diff]
    layers:
      - Add: {from: [a, b], name: sum}
      - Subtract: {from: [a, b], name: diff}
layers:
  - tower: {width: 4, name: left, from: one, trainable: false}
  - apply: {layer: left, from: other, name: right}
  - pair: {name: both, from: [left, right]}
  - apply: {layer: both, from: [right, left], name: again}
  - Concatenate: {from: [both.0, both.1, again.1, both_sum, again_sum]}
  - Dense: {units: 1, activation: sigmoid}
expect:
  layers:
    left/look: {params: 40}
""",
    "apps": """\
input: [64, 64, 3]
layers:
  - MobileNetV2:
      weights: null
      include_top: false
      alpha: 0.35
      from_layer: block_3_expand
      outputs: [block_3_expand_relu, block_13_expand_relu]
      name: base
  - GlobalAveragePooling2D: {from: base.0, name: pooled}
  - GlobalMaxPooling2D: {from: base/block_13_expand_relu}
  - Concatenate: {from: [pooled, prev]}
  - MobileNet: {weights: null, include_top: false, pooling: avg, trainable: false,
                from: input, name: more}
  - Concatenate: {from: [concatenate, more]}
  - Dense: 3
""",
    "ops": """\
input: [16, 8]
layers:
  - ops.subtract: {x1: 1, name: inverse}
  - ops.mean: {axis: 1, keepdims: true, name: middle}
  - ops.subtract: {from: {x1: inverse, x2: middle}}
  - ops.split: {indices_or_sections: 2, axis: -1, name: halves}
  - ops.maximum: {from: [halves.0, halves.1]}
  - ops.get_item: ":, 1:-1"
  - ops.transpose: [0, 2, 1]
  - ops.greater: {x2: 0, name: positive}
  - ops.where: {from: [positive, transpose], x2: 0}
  - ops.cast: float32
  - ops.clip: {x_min: 0, x_max: 1}
  - ops.einsum: {subscripts: "bij,bij->bi"  , from: [prev, clip]}
  - Dense: 3
""",
    "custom": """\
inputs: {image: [8, 8, 16], text: [32]}
custom:
  Gate:
    import: my_package.layers:TextGate
    inputs: [image, text]
    arguments: {hidden: 8}
    outputs: [$image, ["${hidden}"]]
    weights: {kernel: ["${text[0]}", "${hidden}"], out: ["${hidden}", "${image[2]}"]}
    non_trainable: {seen: []}
    macs: "${hidden * (text[0] + image[2])}"
  Coord:
    import: my_package.layers
    arguments: {filters: , kernel_size: 3}
    output: ["${x[0]}", "${x[1]}", "${filters}"]
    weights:
      kernel: ["${kernel_size}", "${kernel_size}", "${x[2] + 2}", "${filters}"]
layers:
  - Gate: {hidden: 4, name: gate, from: [image, text]}
  - Coord: {filters: 5, kernel_size: 1, from: gate.0}
  - Flatten
  - Concatenate: {from: [prev, gate.1]}
""",
    "include": """\
include: [parts.yaml, cnnspec:channels]
input: [32, 32, 3]
vars: {width: 16}
layers:
  - conv: {filters: 8, strides: 2, name: first}
  - squeeze_excite: {ratio: 4}
  - conv: {trainable: false}
  - Add: {from: [prev, prev]}
""",
    "change": """\
extends: base.yaml
vars: {width: 6}
change:
  second: {filters: 12}
  stem_conv: {filters: 5, use_bias: false}
  flatten: null
  top: null
append:
  - Dropout: 0.3
  - GlobalAveragePooling2D
  - Dense: {units: 5, activation: softmax}
""",
    "expressions": """\
input: [32, 32, 8]
vars:
  depths: [2, 2, 1]
  widths: "${[16 * 2 ** i for i in range(len(depths)) if i < 3]}"
  total: "${sum(depths[:2]) + len(widths)}"
  pairs: "${[a + b for a, b in zip(sorted(widths), depths)]}"
layers:
  - Conv2D: {filters: "${2 * shape('prev')[-1]}", kernel_size: 3, name: mix}
  - repeat:
      for: {width: $widths, depth: $depths}
      index: i
      collect: true
      layers:
        - Conv2D: {filters: "${width if depth > 1 else total}", kernel_size: 1,
                   from: mix, name: "c${i}"}
  - Concatenate
  - if:
      test: ${shape('mix')[0] > 16}
      then: [{MaxPooling2D: 2}]
  - Flatten
  - Dense: ${pairs[0]}
""",
}
WORD = re.compile(r"[A-Za-z_]\w{2,}|\d+(?:\.\d+)?")


def slips(line: str) -> Iterator[tuple[str, str]]:
    """What may become of a line, and the word that is put in."""
    for found in WORD.finditer(line):
        word = found.group()
        others = ["zebra", "7", word[:1] + word[2:]]
        if word[0].isdigit():
            others = ["0", "-1", "none", "[1, 2, 3, 4]", "2.5", "97"]
        elif word in ("true", "false", "null"):
            others = ["yes", "3", "[]"]
        for other in others:
            yield line[: found.start()] + other + line[found.end() :], other


def slipped(name: str) -> Iterator[tuple[list[str], int, str]]:
    """The lines of a spec with a slip, in which line, and the word put in; some."""
    lines, random = SPECS[name].splitlines(), Random(name)
    for place, line in enumerate(lines):
        for other, word in slips(line):
            if random.random() < SHARE:
                yield [*lines[:place], other, *lines[place + 1 :]], place, word
        if random.random() < SHARE:
            yield [*lines[:place], *lines[place + 1 :]], -1, ""


def is_told(told: api.Diagnostic, name: str, place: int, word: str) -> bool:
    """Whether a finding is about a line: in its place, or by what stands in it.

    What a variable came to shows where another is made of it, or where it is used.
    """
    if told.mark.path == "spec.yaml" and told.mark.line == place + 1:
        return True
    lines = SPECS[name].splitlines()
    near = (
        lines[place:] if lines[place].startswith("  ") and "${[" in lines[place] else []
    )
    about = {word, *WORD.findall(lines[place]), *WORD.findall(" ".join(near))}
    return any(re.search(rf"(?<!\w){re.escape(one)}", str(told)) for one in about)


@pytest.mark.parametrize("name", SPECS)
def test_a_slip_is_told_where_it_stands(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("parts.yaml").write_text(PARTS)
    Path("base.yaml").write_text(BASE)
    spec = Path("spec.yaml")
    spec.write_text(SPECS[name])
    assert api.check(spec).ok
    wrong = 0
    for lines, place, word in slipped(name):
        spec.write_text("\n".join([*lines, ""]))
        found = [one for one in api.check(spec).diagnostics if one.severity == "error"]
        wrong += bool(found)
        if found and place >= 0:
            told = [is_told(one, name, place, word) for one in found]
            assert any(told), (lines[place], list(map(str, found)))
    assert wrong
