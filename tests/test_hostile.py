"""No text is answered with anything but findings, and none takes long.

The table has what was found by `hostile` among some 200,000 inputs, each kind once.
"""

import ast
import json
import os
import re
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app import findings
from cnnspec.emit.targets import Options, targets
from cnnspec.ground.errors import OverrideError, SpecError
from tests import hostile
from tests.test_canaries import (
    assert_clean,
    assert_findings_are_lines,
    assert_reports_are_clean,
)

BLOCK = "input: [4]\nblocks: {b: {params: [f], layers: [{Dense: $f}]}}\nlayers: "
FOUND = {
    "base": "extends: 1\ntrain: {}\n",
    "nul": 'extends: "\\0x"\n',
    "carriage-return": "s: l\r-",
    "line-separator": "s: l\u2028-",
    "next-line": "s: l\x85- a\n",
    "call-with-a-list": f"{BLOCK}[{{b: [{{repeat: $f}}]}}]\n",
    "no-name": f"{BLOCK}[{{repeat: {{for: {{null: []}}, layers: [{{Dense: $z}}]}}}}]\n",
    "number-as-key": "1.5: ['${[0] * 10**9}']\n",
    "number-as-argument": "input: [4]\nlayers: [{Conv2D: {10.5: 32, strides: 3}}]\n",
    "digits": f"input: [4]\nlayers: [{{Dense: '{'9' * 5000}'}}]\n",
    "parameter-without-a-name": """
input: [4]
blocks: {b: {params: [{null: []}, expand], layers: [{Dense: $x}]}}
layers: [{b: {expnd: 1}}]
""",
    "no-size": """
input: [28, 28]
layers: [{LSTM: 8}, {Dense: {units: 10, activation: softmax}}]
data: {source: mnist, reshape: [{.nan: 1}, 28, 1], flatten: true}
train: {loss: sparse_categorical_crossentropy}
""",
    "no-expression-where-a-size-is-mended": """
input: [4, 4, 3]
layers: [{GroupNormalization: '${...}'}, {Dense: 1}]
""",
    "hidden-in-a-layer-within": """
input: [4, 4]
layers: [{TimeDistributed: {"nn.Linear": "1\\x9b"}}]
""",
    "nothing-beside-a-callback": """
input: [3]
layers: [{Dense: {units: 10, activation: softmax}}]
data: {source: npz, path: a.npz}
train: {loss: mse, callbacks: [{null: {patience: 3}, EarlyStopping: {patience: 3}}]}
""",
    "no-input-and-wrong-data": """
layers: [Flatten, {Dense: {units: 10, activation: softmax}}]
data: {size: mnist}
train: {loss: sparse_categorical_crossentropy}
""",
    "no-layer-of-that-name-beside-a-wrong-training": """
input: [4]
layers: [{Add: {from: [a, prev]}}, {Dense: "${shape('prev')[0]}"}]
data: {source: npz, path: a.npz}
train: {loss: mse, fine_tune: {same: left}}
""",
    "no-optimizer-before-a-second-fit": """
input: [4]
layers: [{Dense: {units: 3, name: base, trainable: false}}, {Dense: 3}]
data: {source: digits, flatten: true}
train: {loss: mse, optimizer: 4,
        fine_tune: {unfreeze: base, epochs: 1, learning_rate: 1}}
""",
    "reads-what-is-lost": """
inputs: {a: [4], b: [4, 4]}
layers: [{Concatenate: {from: [a, b]}}, {TimeDistributed: {layer: {Dense: 3}}}]
""",
}
LIMIT = 5
"""Seconds of work; what is usual takes a hundredth of one."""


def assert_harmless(name: str, made: str) -> None:
    """What is written can be read, shows what hides, and does nothing of its own."""
    assert_clean(made, name)
    if name == "svg":
        for element in ET.fromstring(made).iter():
            assert "script" not in element.tag
            assert not any(key.startswith("on") for key in element.attrib)
        return
    code = [made]
    if name == "notebook":
        cells = json.loads(made)["cells"]
        code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
        for text in code:
            assert_clean(text, name)
    # Cells may begin with a command of IPython's.
    plain = [re.sub(r"(?m)^%.*$", "", text) for text in code]
    for node in (node for text in plain for node in ast.walk(ast.parse(text))):
        called = node.args if isinstance(node, ast.Call) else []
        assert not any(getattr(a, "value", a) == hostile.MARK for a in called)


def try_all(path: str, overrides: list[str], *, emit: bool) -> bool:
    """Whether a spec is sound; all that is made of a sound one is made."""
    try:
        checked = api.check(Path(path), overrides)
    except OverrideError:
        return False
    assert_findings_are_lines(checked)
    try:
        model = checked.model()
    except SpecError:
        return False
    if len(model.summary.rows) < 500:
        assert_reports_are_clean(model, model)
    for name in ("script", "notebook", "svg", "worksheet") if emit else ():
        try:
            targets()[name].refuse(model)
            made = targets()[name].make(model, Options())
            assert_harmless(name, str(made))
        except SpecError as error:
            assert error.diagnostics
    return True


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_stays_mended(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_bytes(FOUND[name].encode())
    assert not try_all("spec.yaml", [], emit=False)


def test_overrides_of_no_mapping(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("[{Conv2D: {filters: 32, kernel_size: 3}}, [2, 2]]\n")
    with pytest.raises(OverrideError):
        api.check(spec, ["0..1=!!str 5", "-1.1.-1=!!map {}"])


COUNT = int(os.environ.get("CNNSPEC_HOSTILE", "400"))
FIRST = int(os.environ.get("CNNSPEC_SEED", "0"))


def test_hostile_specs_end_in_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sound = 0
    for seed in range(FIRST, FIRST + COUNT):
        path = Path(hostile.file_name(seed))
        path.write_bytes(hostile.content(seed))
        odd = path.name != "spec.yaml"
        start = time.process_time()
        emit = seed % (8 if odd else 40) == 0
        sound += try_all(str(path), hostile.overrides(seed), emit=emit)
        assert time.process_time() - start < LIMIT, seed
        path.unlink()
    assert COUNT / 100 < sound < COUNT / 2


EACH = 1 if COUNT > 1000 else 9
"""How many odd parts a name has at once."""
TITLES = [
    "".join(hostile.NAMES[n : n + EACH]) for n in range(0, len(hostile.NAMES), EACH)
]


@pytest.mark.parametrize("name", TITLES, ids=ascii)
def test_no_name_of_a_file_does_anything(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path(name.replace("/", "_") + ".yaml")
    path.write_text(hostile.SMALL[2])
    assert try_all(str(path), [], emit=True)
    path.write_text("layers: [Denze]\n")
    assert not try_all(str(path), [], emit=True)


MANY = 4000
"""Of each kind, at which time that grows with the square would tell."""
NOTHING = "{if: {test: false, then: [ReLU]}}"


def lines(text: str, count: int = MANY) -> str:
    return "".join(text.replace("#", str(n)) for n in range(count))


def nested(around: str, count: int, inside: str = NOTHING) -> str:
    for _ in range(count):
        inside = around.replace("#", inside)
    return inside


BOMBS = {
    "rounds of nothing": "layers: ["
    + nested("{repeat: {times: 1000, layers: [#]}}", 9)
    + "]",
    "calls of nothing": "blocks:\n"
    + "".join(f"  b{n}: {{layers: [b{n + 1}, b{n + 1}]}}\n" for n in range(50))
    + f"  b50: {{layers: [{NOTHING}]}}\nlayers: [b0]",
    "doubled lists": "vars:\n  v0: [1]\n"
    + "".join(f'  v{n + 1}: "${{v{n} + v{n}}}"\n' for n in range(40))
    + "layers: [{Dense: $v40}]",
    "nested lists": "vars:\n  v0: [1]\n"
    + "".join(f"  v{n + 1}: [$v{n}, $v{n}]\n" for n in range(40))
    + "layers: [{Dense: $v40}]",
    "a power": 'layers: [{Dense: "${9**9**9}"}]',
    "a long text": "layers: [{Dense: \"${'a' * 10**9}\"}]",
    "unknown layers": "layers:\n" + lines("  - Comv#D\n"),
    "unknown arguments": "layers: [{Conv2D: {" + lines("kernal_#: 1, ") + "}}]",
    "unknown keys": "layers: [ReLU]\n" + lines("lawers#: 1\n"),
    "unknown tensors": "layers:\n" + lines("  - ReLU: {from: x#}\n"),
    "unknown variables": "vars: {a: 1}\nlayers:\n" + lines("  - Dense: $b#\n"),
    "keys given twice": "layers: [ReLU]\nvars:\n" + lines("  a: 1\n"),
    "variables": "layers: [ReLU]\nvars:\n" + lines("  a#: 1\n"),
    "blocks": "layers: [ReLU]\nblocks:\n" + lines("  a#: {layers: [ReLU]}\n"),
    "silenced": "layers:\n" + "  - ReLU # cnnspec: ignore[unused-block]\n" * MANY,
    "unused": "layers:\n" + lines("  - ReLU: {name: r#, from: input}\n"),
    "a long name": "layers: [{ReLU: {name: " + "x" * 10**6 + "}}]",
    "a long key": "layers: [{ReLU: {" + "x" * 10**6 + ": 1}}]",
    "a long number": "layers: [{Dense: " + "1" * 10**6 + "}]",
    "blanks": 'layers: [{Dense: "' + " " * 10**6 + '"}]',
    "dollars": 'layers: [{Dense: "' + "${" * 10**5 + '"}]',
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_spec_keeps_a_check(name: str, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(f"input: [4]\n{BOMBS[name]}\n")
    start = time.process_time()
    printed = findings.text(api.check(spec))
    assert time.process_time() - start < LIMIT
    assert max(map(len, printed.splitlines())) < 3 * 10**6


def test_a_huge_number_of_groups_ends_in_its_error() -> None:
    # Primes: a search for the largest divisor went through all numbers below.
    spec = "input: [4, 4, 1000000007]\nlayers:\n"
    group = "  - GroupNormalization: {groups: 900000011}\n"
    [found] = api.check(spec + group).diagnostics
    assert "write groups: 1" in str(found)
