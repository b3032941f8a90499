"""Slips in YAML: the hint has the line that was meant, and it is YAML with it."""

# ruff: noqa: E501 - a row of a table is one line

import re

import pytest

from cnnspec import api
from cnnspec.ground.errors import Diagnostic

TOP = "input: [28, 28, 1]\nlayers:\n"
LAST = "  - Flatten\n"


def found(text: str) -> list[Diagnostic]:
    return [d for d in api.check(text).diagnostics if d.severity == "error"]


SLIPS = [
    # text, the line that the hint has, its number
    (f"{TOP}  - Conv2D: filters: 32, kernel_size: 3\n", "- Conv2D: {filters: 32, kernel_size: 3}", 3),
    (f"{TOP}  - Dense: units: 10\n{LAST}", "- Dense: {units: 10}", 3),
    (f"{TOP}  - Conv2D: {{filters: 32, kernel_size: 3\n{LAST}", "- Conv2D: {filters: 32, kernel_size: 3}", 3),
    (f"{TOP}{LAST}  - Dense: {{units: 10\n", "- Dense: {units: 10}", 4),
    ("input: [28, 28, 1\nlayers:\n  - Flatten\n", "input: [28, 28, 1]", 1),
    (f"{TOP}  - Conv2D: {{filters: 32, kernel_size: [3, 3}}\n", "- Conv2D: {filters: 32, kernel_size: [3, 3]}", 3),
    (f"{TOP}  - Conv2D: {{filters: 32, kernel_size: 3}}}}\n{LAST}", "- Conv2D: {filters: 32, kernel_size: 3}", 3),
    (f"{TOP}  - Conv2D: {{filters: 32 kernel_size: 3}}\n", "- Conv2D: {filters: 32, kernel_size: 3}", 3),
    (f"{TOP}  - Dense: {{units: 10; activation: relu}}\n", "- Dense: {units: 10, activation: relu}", 3),
    (f'{TOP}  - Dense: {{units: 10, activation: "relu}}\n{LAST}', '- Dense: {units: 10, activation: "relu"}', 3),
    (f"{TOP}  - Dense: {{units: 10, activation: 'relu}}\n{LAST}", "- Dense: {units: 10, activation: 'relu'}", 3),
    (f"{TOP}{LAST}  Dense: 10\n", "- Dense: 10", 4),
    (f"{TOP}{LAST}  ReLU\n  - Dense: 10\n", "- ReLU", 4),
    (f"{TOP}  Flatten\n  Dense: 10\n", "- Flatten and - Dense: 10", 3),
    (f"{TOP}{LAST}  -Dense: 10\n", "- Dense: 10", 4),
    (f"{TOP}{LAST}  -Flatten\n", "- Flatten", 4),
    (f"input:[28, 28, 1]\nlayers:\n{LAST}", "input: [28, 28, 1]", 1),
    (f"{TOP}  - Dense:\n      units:10\n      activation: relu\n", "units: 10", 4),
    (f"input [28, 28, 1]\nlayers:\n{LAST}", "input: [28, 28, 1]", 1),
    (f"input = [28, 28, 1]\nlayers:\n{LAST}", "input: [28, 28, 1]", 1),
    (f"input: [28, 28, 1]\nlayers\n{LAST}", "layers:", 2),
    (f"{TOP}  - Dense\n      units: 10\n", "- Dense:", 3),
    (f"input: [28, 28, 1] // sizes\nlayers:\n{LAST}", "input: [28, 28, 1] # sizes", 1),
    (f"// a model\n{TOP}{LAST}", "# a model", 1),
    (f"description: Model: small\n{TOP}{LAST}", 'description: "Model: small"', 1),
    (f"input： [28, 28, 1]\nlayers:\n{LAST}", "input: [28, 28, 1]", 1),
    (f"input: [28, 28, 1]\nlayers：\n{LAST}", "layers:", 2),
    (f"{TOP}  - Conv2D：{{filters: 3, kernel_size: 3}}\n", "- Conv2D: {filters: 3, kernel_size: 3}", 3),
    (f"{TOP}  - Conv2D: ｛filters: 3, kernel_size: 3｝\n", "- Conv2D: {filters: 3, kernel_size: 3}", 3),
    (f"{TOP}  - Conv2D: {{filters: 3， kernel_size: 3}}\n", "- Conv2D: {filters: 3, kernel_size: 3}", 3),
    (f'{TOP}{LAST}data: {{source: npz, path: "C:\\Users\\new\\d.npz"}}\n', "data: {source: npz, path: 'C:\\Users\\new\\d.npz'}", 4),
    (f'{TOP}{LAST}data:\n  source: npz\n  path: "C:\\data\\d.npz"\n', "path: 'C:\\data\\d.npz'", 6),
]  # fmt: skip
INDENTS = [
    # text, the line that is indented differently, and how it should be
    (f"{TOP}  - Conv2D:\n      filters: 3\n     kernel_size: 3\n", 5, 6),
    (f"{TOP}  - Conv2D:\n      filters: 3\n        kernel_size: 3\n", 5, 6),
    (f"{TOP}  - Conv2D:\n      filters: 3\n  kernel_size: 3\n{LAST}", 5, 6),
    (f"{TOP}{LAST}   - Dense: 10\n", 4, 2),
    (f"{TOP}{LAST} - Dense: 10\n", 4, 2),
    (f"input: [28, 28, 1]\n  layers:\n{LAST}", 2, 0),
]


def followed(text: str, number: int, lines: list[str]) -> str:
    """A text with other lines from a number on, indented as those were."""
    old = text.split("\n")
    for place, line in enumerate(lines, number - 1):
        indent = re.match(" *", old[place])
        assert indent
        old[place] = indent[0] + line
    return "\n".join(old)


@pytest.mark.parametrize(("text", "line", "number"), SLIPS)
def test_a_line_is_mended(text: str, line: str, number: int) -> None:
    [error] = found(text)
    assert error.mark.line == number
    assert error.hint == f"write {line}"
    assert error.code.startswith("yaml-")
    after = found(followed(text, number, line.split(" and ")))
    assert not [d for d in after if d.code.startswith("yaml-")]
    if "path" not in line:
        assert not after


@pytest.mark.parametrize(("text", "number", "spaces"), INDENTS)
def test_a_line_is_indented(text: str, number: int, spaces: int) -> None:
    [error] = found(text)
    assert error.mark.line == number
    assert error.hint == f"indent it with {spaces} spaces"
    lines = text.split("\n")
    lines[number - 1] = " " * spaces + lines[number - 1].strip()
    assert not found("\n".join(lines))


def test_tabs_are_told_once() -> None:
    text = "input: [28, 28, 1]\nlayers:\n\t- Flatten\n\t- Dense: 10\n"
    [error] = found(text)
    assert (error.code, error.mark.line) == ("yaml-tab", 3)
    assert error.hint == "indent it with 4 spaces, and 1 more line likewise"
    assert not found(text.expandtabs(4))


MARKS = [*"–—―‐‑−•‣⁃·∙◦●▪►→・ㆍー*+－", "1.", "1)", "12."]
LISTS = [
    # items of a list, each with the column of its first argument
    ["Flatten"],
    ["Flatten", "Dense: 10"],
    ["Dense: 10"],
    ["Conv2D: {filters: 8, kernel_size: 3}", "Flatten", "Dense: 10"],
]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("items", LISTS)
@pytest.mark.parametrize("from_item", [0, -1])
def test_what_only_looks_like_a_dash(
    mark: str, items: list[str], from_item: int
) -> None:
    signs = ["-"] * len(items)
    signs[from_item:] = [mark] * len(signs[from_item:])
    lines = [f"  {sign} {item}\n" for sign, item in zip(signs, items, strict=True)]
    [error] = found(TOP + "".join(lines))
    assert error.mark.line == 3 + signs.index(mark)
    assert error.message == f"a '{mark}' stands where YAML has '-'"
    wrong = [item for item, sign in zip(items, signs, strict=True) if sign == mark]
    assert error.hint == f"write {' and '.join(f'- {item}' for item in wrong)}"
    assert not found(followed(TOP + "".join(lines), error.mark.line, ["- " + item for item in wrong]))  # fmt: skip


@pytest.mark.parametrize("mark", [*"–•·", "1."])
def test_a_text_may_begin_with_any_sign(mark: str) -> None:
    text = f"description: |\n  {mark} Flatten\n  {mark} Dense: 10\n{TOP}{LAST}"
    assert not found(text)
    assert not found(f"description: {mark} a small one\n{TOP}{LAST}")
    [error] = found(f"{text}  - Dense: {{units: 10\n")
    assert error.mark.line == 7


@pytest.mark.parametrize("space", "\xa0\u2003\u2009\u202f\u3000")
@pytest.mark.parametrize(
    ("text", "line"),
    [
        (f"{TOP}@@- Flatten\n@@- Dense: 10\n", 3),
        (f"{TOP}  - Flatten\n@@- Dense: 10\n", 4),
        (f"{TOP}  - Dense:\n@@@@@@units: 10\n", 4),
        (f"{TOP}  - Dense:\n      units:@10\n", 4),
        (f"{TOP}  -@Flatten\n", 3),
        (f"{TOP}  - Flatten\n  - Dense:@10\n", 4),
        (f"input:@[28, 28, 1]\nlayers:\n{LAST}", 1),
    ],
)
def test_spaces_of_other_kinds(space: str, text: str, line: int) -> None:
    [error] = found(text.replace("@", space))
    assert error.mark.line == line
    assert f"space (U+{ord(space):04X}) stands where YAML has a space" in error.message
    assert error.hint.startswith(("write ", "indent it with "))


@pytest.mark.parametrize("text", ["name: @me", "name: my model: v1"])
def test_the_code_is_that_of_the_slip(text: str) -> None:
    [error] = found(f"{text}\n{TOP}{LAST}")
    assert error.code == "yaml-syntax"


VALUES = [
    # what stands in a list of layers, what the hint says
    ("Dropout：0.5", "write - Dropout: 0.5"),
    ("Conv2D: {filters：3，kernel_size：3}", "write filters: 3, kernel_size: 3"),
    ("Dense: {units: 10, activation: “relu”}", "write relu"),
    ("Dense: {units: 10, activation: ‘relu’}", "write relu"),
    ("Dense: １０", "write 10"),
    ("Flatten // flat", "did you mean 'Flatten'?"),
    ("Dense: 10 // ten", "write 10"),
    ("Dense -> 10", "write - Dense: 10"),
    ("Conv2D: {filters: 3, kernel_size: (3, 3)}", "write a list in square ones: [3, 3]"),
    ("Conv2D: {filters: 3, kernel_size: (3,3), strides: 2}", "write a list in square ones: [3, 3]"),
    ("Dense: {units: 10, use_bias: yes}", "write true"),
    ("Dense: {units: 10, activation: None}", "write null"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "hint"), VALUES)
def test_a_value_is_mended(entry: str, hint: str) -> None:
    [error] = found(f"{TOP}  - {entry}\n")
    assert error.hint == hint


@pytest.mark.parametrize("key", ["path", "filepath"])
def test_a_path_with_escapes_is_refused(key: str) -> None:
    name = r"C:\new\table.npz"
    given = {
        "path": f'data: {{source: npz, path: "{name}"}}\n',
        "filepath": "data: {source: mnist}\ntrain: {loss: mse, callbacks: "
        f'[{{CSVLogger: "{name}"}}]}}\n',
    }[key]
    text = f"{TOP}{LAST}{given}"
    errors = [error for error in found(text) if "escape" in error.hint]
    assert [error.hint.partition("write ")[2] for error in errors] == [f"'{name}'"]
    mended = found(text.replace(f'"{name}"', f"'{name}'"))
    assert not [error for error in mended if "escape" in error.hint]


def test_a_long_text_is_not_tried() -> None:
    text = f"{TOP}{LAST * 60_000}  - Dense: {{units: 10\n"
    [error] = found(text)
    assert error.code == "yaml-syntax"


KINDS = [
    # an item of a list of layers, and what the hint has in its place
    ("Conv2D:\n      - filters: 8\n      - kernel_size: 3", "Conv2D: {filters: 8, kernel_size: 3}"),
    ("Conv2D:\n    - 8\n    - kernel_size: 3", "Conv2D: {filters: 8, kernel_size: 3}"),
    ("Conv2D: [filters: 8, kernel: 3]", "Conv2D: {filters: 8, kernel_size: 3}"),
    ("Dense:\n      - units: 8", "Dense: 8"),
    ("Conv2D: (32, 3, activation=relu)", "Conv2D: {filters: 32, kernel_size: 3, activation: relu}"),
    ("Conv2D: (32, (3, 3), activation='relu')", "Conv2D: {filters: 32, kernel_size: [3, 3], activation: relu}"),
    ("Conv2D: {32, 3}", "Conv2D: {filters: 32, kernel_size: 3}"),
    ("Conv2D: {32, 3, activation: relu}", "Conv2D: {filters: 32, kernel_size: 3, activation: relu}"),
    ("Dense: {10}", "Dense: 10"),
    ("conv1: {type: Conv2D, filters: 8, kernel_size: 3}", "Conv2D: {name: conv1, filters: 8, kernel_size: 3}"),
    ("stem: {class_name: Conv2D, config: {filters: 8, kernel_size: 3}}", "Conv2D: {name: stem, filters: 8, kernel_size: 3}"),
    ("head: {kind: nn.Linear, out_features: 8}", "Dense: {name: head, units: 8}"),
    ("conv2d_1: {filters: 8, kernel_size: 3}", "Conv2D: {name: conv2d_1, filters: 8, kernel_size: 3}"),
    ("conv1: {filters: 8, kernel_size: 3}", "Conv2D: {name: conv1, filters: 8, kernel_size: 3}"),
    ("max_pooling2d_2: 2", "MaxPooling2D: {name: max_pooling2d_2, pool_size: 2}"),
    ("fc1: 10", "Dense: {name: fc1, units: 10}"),
    ("flatten_1", "Flatten: {name: flatten_1}"),
    ("conv1: {type: Dense, units: \"${4 + 4}\"}", "Dense: {name: conv1, units: \"${4 + 4}\"}"),
    ("합성곱: {filters: 8, kernel_size: 3}", "Conv2D: {filters: 8, kernel_size: 3}"),
    ("최대풀링: 2", "MaxPooling2D: 2"),
    ("풀링: 3", "MaxPooling2D: 3"),
    ("평균풀링: 2", "AveragePooling2D: 2"),
    ("밀집: 10", "Dense: 10"),
    ("완전연결: {units: 10}", "Dense: 10"),
    ("평탄화", "Flatten"),
    ("드롭아웃: 0.5", "Dropout: 0.5"),
    ("배치정규화", "BatchNormalization"),
    ("배치 정규화", "BatchNormalization"),
    ("활성화: relu", "Activation: relu"),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "meant"), KINDS)
def test_a_layer_is_written_as_specs_have_it(entry: str, meant: str) -> None:
    [error] = found(f"{TOP}  - {entry}\n")
    if not error.hint.startswith("did you mean"):
        assert error.hint == f"write - {meant}"
    assert not found(f"{TOP}  - {meant}\n")


def test_a_name_that_tells_no_kind_leads_to_no_layer() -> None:
    [error] = found(f"{TOP}  - conv3x3: 64\n")
    assert error.code == "unknown-block"
    assert "Flatten" not in error.hint


VALUES_MEANT = [
    ("Dropout: 50", "0.5"),
    ("Dropout: 50%", "0.5"),
    ("Dropout: 12.5 %", "0.125"),
    ("Dropout: 0,5", "0.5"),
    ('Dense: "10 units"', "10"),
]


@pytest.mark.parametrize(("entry", "meant"), VALUES_MEANT)
def test_numbers_as_other_notations_have_them(entry: str, meant: str) -> None:
    [error] = found(f"{TOP}  - {entry}\n")
    assert error.hint == f"write {meant}"
    assert not found(f"{TOP}  - {entry.partition(':')[0]}: {meant}\n")


@pytest.mark.parametrize("rate", [1.5, 5, 150])
def test_what_is_no_share_of_a_hundred_is_left(rate: float) -> None:
    [error] = found(f"{TOP}  - Dropout: {rate}\n")
    assert "write 0" not in error.hint


KOREAN = {
    "이름": "name",
    "입력": "input",
    "층": "layers",
    "레이어": "layers",
    "출력": "outputs",
    "변수": "vars",
    "데이터": "data",
    "학습": "train",
    "블록": "blocks",
    "기대": "expect",
    "설명": "description",
}


@pytest.mark.parametrize("word", KOREAN)
def test_keys_in_korean(word: str) -> None:
    values = {
        "name": "a",
        "input": "[28, 28, 1]",
        "layers": "[{Dense: {units: 10, name: a}}]",
        "outputs": "[a]",
        "vars": "{n: 1}",
        "data": "{source: mnist}",
        "train": "{loss: sparse_categorical_crossentropy}",
        "blocks": "{b: {layers: [Flatten]}}",
        "expect": "{total_params: 20}",
        "description": "small",
    }
    key = KOREAN[word]
    lines = {key: f"{key}: {value}" for key, value in values.items()}
    lines[key] = f"{word}: {values[key]}"
    error, *more = found("\n".join(lines.values()))
    assert not more
    assert error.message == f"the spec has no field '{word}'"
    assert error.hint == f"write {key}: {values[key]}"


def test_what_a_spec_has_names_what_matters_first() -> None:
    [error] = found(f"{TOP}{LAST}something: 1\n")
    assert all(key in error.hint for key in ("'data'", "'train'", "'expect'"))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("optimizer: adam, lr: 0.001", "Adam: {learning_rate: 0.001}"),
        ("optimizer: Adam, learning_rate: 1e-4", "Adam: {learning_rate: 0.0001}"),
        ("optimizer: sgd, lr: 0.1, momentum: 0.9", "SGD: {learning_rate: 0.1, momentum: 0.9}"),
        ("optimizer: {SGD: {momentum: 0.9}}, lr: 0.1", "SGD: {momentum: 0.9, learning_rate: 0.1}"),
        ("lr: 0.1", "RMSprop: {learning_rate: 0.1}"),
    ],
)  # fmt: skip
def test_what_belongs_to_the_optimizer(given: str, meant: str) -> None:
    text = f"{TOP}{LAST}  - Dense: {{units: 10, activation: softmax}}\n"
    text += "data: {source: mnist}\ntrain: {loss: sparse_categorical_crossentropy, "
    errors = found(f"{text}{given}}}\n")
    assert errors
    for error in errors:
        end = f"write optimizer: {{{meant}}}"
        assert error.hint == f"it belongs to the optimizer; {end}"
    assert not found(f"{text}optimizer: {{{meant}}}}}\n")


@pytest.mark.parametrize(
    "layers",
    [
        "[{Conv2D: {filters: 8, kernel_size: 3}}, {InputLayer: {shape: [28, 28, 1]}}]",
        "[InputLayer]",
        "[Flatten, input_layer]",
        "[{input_layer_1: {shape: [28, 28, 1]}}, Flatten]",
        "[{Flatten: {name: input_layer}}]",
    ],
)
def test_an_input_among_the_layers_is_told_once(layers: str) -> None:
    [error] = found(f"input: [28, 28, 1]\nlayers: {layers}\n")
    assert error.code in ("refused-layer", "duplicate-name")


def test_a_batch_of_none_takes_one_round() -> None:
    [error] = found("input: [None, 28, 28, 1]\nlayers: [Flatten]\n")
    assert error.hint == "leave the batch out: write [28, 28, 1]"
    [error] = found("input: [None, 8]\nlayers: [Flatten]\n")
    assert error.hint == "write null; the batch's is left out"
