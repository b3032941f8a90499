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
