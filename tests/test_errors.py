"""Every error fixture prints exactly the text that stands beside it."""

import subprocess
import sys
from pathlib import Path

import pytest

from cnnspec import api

FIXTURES = Path(__file__).parent / "errors"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.yaml"))


def found(name: str, monkeypatch: pytest.MonkeyPatch) -> api.Checked:
    monkeypatch.chdir(FIXTURES)
    return api.check(f"{name}.yaml")


@pytest.mark.parametrize("name", NAMES)
def test_fixture_prints_its_text(
    name: str, monkeypatch: pytest.MonkeyPatch, golden: bool
) -> None:
    checked = found(name, monkeypatch)
    printed = "".join(f"{diagnostic}\n" for diagnostic in checked.diagnostics)
    expected = FIXTURES / f"{name}.txt"
    if golden:
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")
    assert checked.diagnostics
    assert checked.ok == all(d.severity == "warning" for d in checked.diagnostics)
    places = [(d.mark.line, d.mark.column) for d in checked.diagnostics]
    assert places == sorted(places)


def test_command_prints_the_same_and_exits_1() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "cnnspec", "check", "shape.yaml"],
        cwd=FIXTURES,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == (FIXTURES / "shape.txt").read_text(encoding="utf-8")
    assert (run.returncode, run.stderr) == (1, "")


WRONG_WIDTH = """\
input: [28, 28, 1]
vars: {width: 8}
layers:
  - Conv2D: {filters: $width, kernel_size: 3}
  - Conv2D: {filters: "${width * 2}", kernel_size: 3}
"""


def test_wrong_value_set_from_outside_is_told_once(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(WRONG_WIDTH)
    [found] = api.check(spec, ["vars.width=abc"]).diagnostics
    text = "which $width comes to in line 4 (given by --set vars.width=abc)"
    assert found.message.endswith(text)
    assert found.mark.line == 2


SPECS = sorted((Path(__file__).parents[1] / "specs").rglob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_specs_have_no_warning(path: Path) -> None:
    assert not api.check(path).diagnostics


HANDED_ON = """\
input: [28, 28, 1]
vars: {width: wide}
blocks:
  inner:
    params: {units: , more: $units}
    layers: [Flatten, {Dense: $more}]
  outer:
    params: [size]
    layers:
      - repeat: {times: 1, layers: [{inner: $size}]}
layers:
  - outer: CALL
"""


@pytest.mark.parametrize(("size", "line"), [("$width", 2), ("tall", 12)])
def test_value_that_is_handed_on_was_given_further_out(
    tmp_path: Path, size: str, line: int
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(HANDED_ON.replace("CALL", size))
    [found] = api.check(spec).diagnostics
    assert "which $more comes to in line 6 (in inner" in str(found)
    assert found.mark.line == line


ROUNDS = """\
input: [8, 8, 1]
blocks:
  conv:
    params: [kernel_size]
    layers: [{Conv2D: {filters: 3, kernel_size: $kernel_size, from: input}}]
layers:
  - repeat:
      times: 4
      index: i
      layers:
        - STEP
"""


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ('Conv2D: {filters: "${2 - 3 * (i + 1)}", kernel_size: 3, from: input}', ""),
        ('Conv2D: {filters: 3, kernel_size: "${9 + i}", from: input}', "shape"),
        ('Add: {from: ["a${i}", input]}', "unknown-input"),
        ("Dense: {units: 4, name: same}", "duplicate-name"),
        ('conv: "${9 + i}"', "shape"),
        ("conv: {kernel_size: 0}", ""),
    ],
)
def test_rounds_with_one_mistake_are_told_once(
    tmp_path: Path, step: str, code: str
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(ROUNDS.replace("STEP", step))
    diagnostics = api.check(spec).diagnostics
    [found] = [one for one in diagnostics if one.severity == "error"]
    assert found.code == (code or "wrong-type")
    assert "first time round" in found.message or code == "duplicate-name"


VARIABLES = """\
input: [28, $size, 1]
vars: {size: 28, rate: 0.5, often: 3, kernel: 3}
defaults: {Conv2D: {kernel_size: $kernel}}
layers:
  - Conv2D: 4
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: mnist}
train: {optimizer: {Adam: {learning_rate: $rate}}, loss: mse, epochs: $often}
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("size: 28", "size: wide"),
        ("rate: 0.5", "rate: high"),
        ("often: 3", "often: 0"),
        ("kernel: 3", "kernel: 0"),
    ],
)
def test_wrong_value_of_a_variable_is_placed_there(
    tmp_path: Path, old: str, new: str
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(VARIABLES.replace(old, new))
    found = [one for one in api.check(spec).diagnostics if one.severity == "error"]
    assert found
    assert {one.mark.line for one in found} == {2}
