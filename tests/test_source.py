"""YAML 1.2 to plain data, and the places of keys and values."""

import math
import os
from pathlib import Path
from typing import Any

import pytest

from cnnspec.ground.errors import Mark, SpecError
from cnnspec.ground.source import Source, read_source

SCALARS: list[tuple[str, Any]] = [
    ("1e-3", 0.001),
    ("1E+3", 1000.0),
    (".5", 0.5),
    ("5.", 5.0),
    ("-0.5e-2", -0.005),
    ("+7", 7),
    ("010", 10),
    ("0o17", 15),
    ("0x1F", 31),
    ("1_000", "1_000"),
    ("0b11", "0b11"),
    ("12:30", "12:30"),
    ("190:20:30", "190:20:30"),
    ("2026-11-22", "2026-11-22"),
    ("no", "no"),
    ("on", "on"),
    ("Yes", "Yes"),
    ("y", "y"),
    ("true", True),
    ("TRUE", True),
    ("False", False),
    ("tRue", "tRue"),
    ("null", None),
    ("~", None),
    ("Null", None),
    (".inf", float("inf")),
    ("-.INF", float("-inf")),
    ("'010'", "010"),
    ('"true"', "true"),
    ("!!str 5", "5"),
    ("!!int 5", 5),
    ("!!float 5", 5.0),
    ("+", "+"),
    ("-.", "-."),
    (".", "."),
    ("1e", "1e"),
    ("é", "é"),
    ("٣", "٣"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: Any) -> None:
    read = Source(f"key: {text}").data["key"]
    assert read == value
    assert type(read) is type(value)


def test_nan_is_read() -> None:
    read = Source("key: .NaN").data["key"]
    assert math.isnan(read)


def test_empty_value_is_null() -> None:
    assert Source("key:\nother: ''").data == {"key": None, "other": ""}


TEXT = """\
name: net
layers:
  - Conv2D: {filters: 32, kernel_size: [3, 5]}
  - Flatten
  - Dense:
      units: 10
"""


@pytest.mark.parametrize(
    ("path", "at_key", "line", "column"),
    [
        ((), False, 1, 1),
        (("name",), False, 1, 7),
        (("name",), True, 1, 1),
        (("layers", 0), False, 3, 5),
        (("layers", 0, "Conv2D"), True, 3, 5),
        (("layers", 0, "Conv2D", "kernel_size"), True, 3, 27),
        (("layers", 0, "Conv2D", "kernel_size", 1), False, 3, 44),
        (("layers", 1), False, 4, 5),
        (("layers", 2, "Dense", "units"), False, 6, 14),
        # What isn't there is marked at what should have held it.
        (("layers", 2, "Dense", "bias"), False, 6, 7),
        (("layers", 9), False, 3, 3),
        (("train", "epochs"), False, 1, 1),
    ],
)
def test_marks(path: Any, at_key: bool, line: int, column: int) -> None:
    assert Source(TEXT, "a.yaml").mark(path, at_key) == Mark("a.yaml", line, column)


def test_marks_count_characters_not_bytes() -> None:
    source = Source("이름: 값\nlayers: {합성곱: 3}")
    assert source.mark(("layers", "합성곱")) == Mark("<spec>", 2, 15)


def code_of(text: str) -> str:
    try:
        source = Source(text)
    except SpecError as error:
        return error.diagnostics[0].code
    return source.problems[0].code if source.problems else ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   \n# only a remark\n", "empty"),
        ("[" * 100_000, "too-deep"),
        ("{a: " * 500 + "}" * 500, "too-deep"),
        ("[" * 90 + "]" * 90, ""),
        ("a: 1\na: 2", "duplicate-key"),
        ("a: 1\n'a': 2", "duplicate-key"),
        ("1: 1\n0x1: 2", "duplicate-key"),
        ("a: &x 1\nb: *x", ""),
        ("a: *x", "alias"),
        ("&x [*x]", "alias"),
        ("a: (3, 3)", "tuple"),
        ("a: (small)", ""),
        ("a: '(3, 3)'", ""),
        ("a: {b: (3, 3)}", "tuple"),
        ("? [1]\n: 2", "key"),
        ("a: !!python/name:os.system x", "tag"),
        ("a: !!set {x}", "tag"),
        ("a: !!int x", "tag"),
        ("a: b: c", "yaml-syntax"),
        ("a:\n\tb: 1", "yaml-tab"),
        ("a: @b", "yaml-syntax"),
        ("a: [1, 2", "yaml-syntax"),
        ("a: 'x", "yaml-syntax"),
        ("a: 1\n---\nb: 2", "several-documents"),
        ("a: 1\n...\n", ""),
        ("%YAML 1.2\n---\na: 1", ""),
        ("a: \x07", "hidden-character"),
        ("a: " + "1" * 5000, "number"),
    ],
)
def test_codes(text: str, code: str) -> None:
    assert code_of(text) == code


def refusal(path: Path) -> tuple[str, str]:
    with pytest.raises(SpecError) as caught:
        read_source(path)
    [diagnostic] = caught.value.diagnostics
    assert diagnostic.mark.path == str(path)
    return diagnostic.code, diagnostic.hint


def test_missing_file_suggests_a_neighbour(tmp_path: Path) -> None:
    (tmp_path / "nin.yaml").touch()
    assert refusal(tmp_path / "nim.yaml") == ("not-found", "did you mean 'nin.yaml'?")


def test_folder_is_no_spec(tmp_path: Path) -> None:
    assert refusal(tmp_path)[0] == "not-a-file"


def test_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.touch()
    os.truncate(path, 40 * 2**20)
    assert refusal(path)[0] == "too-large"


def test_unreadable_file(tmp_path: Path) -> None:
    path = tmp_path / "loop.yaml"
    path.symlink_to(path)
    assert refusal(path)[0] == "unreadable"


def test_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "windows.yaml"
    path.write_bytes("\ufeffa: 1\r\nb: 2\r\n".encode())
    source = read_source(path)
    assert source.data == {"a": 1, "b": 2}
    assert source.mark(("a",), at_key=True).column == 1


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a:\n\tb: 1", "a tab stands where a value begins", 2, 1),
        ("a: @b", "a value can't begin with @, which YAML keeps for itself", 1, 4),
        ("a: `b", "a value can't begin with `, which YAML keeps for itself", 1, 4),
        ("a:\n  - b: 1\n  -c\n  - d", "a '-' has no space after it", 3, 3),
        ("a:1\nb: 2", "a ':' has no space after it", 1, 2),
        ("a: http://b\n  c: d", "a ':' stands here where no key can be", 2, 4),
    ],
)
def test_slips(text: str, message: str, line: int, column: int) -> None:
    with pytest.raises(SpecError) as caught:
        Source(text)
    [diagnostic] = caught.value.diagnostics
    assert (diagnostic.message, *diagnostic.mark[1:]) == (message, line, column)


def test_a_python_file_is_told_from_yaml() -> None:
    with pytest.raises(SpecError) as caught:
        Source('"""Trains."""\nimport keras\nx: int = {\n', "train.py")
    assert "this is a Python script" in str(caught.value)
