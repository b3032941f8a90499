"""Rules are files; their findings are folded, chosen and silenced."""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app import cli, findings
from cnnspec.ground.errors import SettingsError
from cnnspec.judge import rules
from cnnspec.judge.rules import graph

ROOT = Path(__file__).parents[1]
EVERY = [rule for group in rules.GROUPS for rule in rules.modules(group)]


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.CODE)
def test_a_rule_is_called_as_its_file(rule) -> None:
    assert Path(rule.__file__).stem == rule.CODE.replace("-", "_")
    assert rule.SEVERITY in ("error", "warning")
    others = {other.CODE for other in EVERY} - {rule.CODE}
    assert set(getattr(rule, "UNLESS", ())) <= others


def test_every_folder_of_rules_is_a_group() -> None:
    folders = {path.parent.name for path in Path(rules.__file__).parent.glob("*/*.py")}
    assert folders == set(rules.GROUPS)


# ------------------------------------------------------------------ a rule on trial

TRIAL = '''\
"""A bias before a normalisation, which takes it away again."""

from cnnspec.catalogue.layers.normalization import BatchNormalization
from cnnspec.ground.errors import Problem

CODE = "useless-bias"
SEVERITY = "warning"


def find(model):
    layers = {node.name: node for node in model.summary.graph.nodes}
    for node in layers.values():
        before = layers.get(node.inputs[0]) if node.inputs else None
        normalises = isinstance(node.layer, BatchNormalization)
        if normalises and before and getattr(before.layer, "use_bias", False):
            text = f"'{before.name}' has a bias, which '{node.name}' takes away again"
            hint, trail = "set use_bias: false", before.trail
            yield Problem(before.path, CODE, text, hint, at_key=True, trail=trail)
'''


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One more file in a folder of rules, and nothing else."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "useless_bias.py").write_text(TRIAL, encoding="utf-8")
    monkeypatch.setattr(graph, "__path__", [*graph.__path__, str(folder)])
    monkeypatch.delitem(sys.modules, f"{graph.__name__}.useless_bias", False)
    yield
    sys.modules.pop(f"{graph.__name__}.useless_bias", None)


UNIT = """\
input: [8, 8, 3]
blocks:
  unit:
    layers:
      - Conv2D: {filters: 4, kernel_size: 1}
      - BatchNormalization
layers:
  - unit: {name: first}
  - repeat: {times: 2, layers: [unit]}
  - Conv2D: {filters: 4, kernel_size: 1, name: last}
  - BatchNormalization
"""


@pytest.mark.usefixtures("trial")
def test_a_file_is_a_rule_and_its_findings_are_folded(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(UNIT, encoding="utf-8")
    checked = api.check(spec)
    assert [str(d).removeprefix(str(spec)) for d in checked.diagnostics] == [
        (
            ":5:9: warning[useless-bias]: 'first_conv2d' has a bias, which "
            "'first_batch_normalization' takes away again (3 times; first: in unit, "
            "called at line 8); set use_bias: false"
        ),
        (
            ":10:5: warning[useless-bias]: 'last' has a bias, which "
            "'batch_normalization_2' takes away again; set use_bias: false"
        ),
    ]
    assert checked.ok


@pytest.mark.usefixtures("trial")
def test_the_zoo_has_one_finding_for_each_place() -> None:
    specs = sorted((ROOT / "specs").rglob("*.yaml"))
    found = []
    for path in specs:
        marks = [d.mark for d in api.check(path).diagnostics]
        assert len(set(marks)) == len(marks)
        found += api.check(path).diagnostics
    times = [int((re.findall(r"\((\d+) times", d.message) or [1])[0]) for d in found]
    assert len(found) < sum(times) / 8


EXPLAINING = '''\
"""{}."""

from cnnspec.ground.errors import Problem

CODE, SEVERITY, UNLESS = "{}", "warning", {}


def find(model):
    if {} < len(model.summary.graph.nodes):
        yield Problem(("layers",), CODE, "found")
'''


@pytest.mark.parametrize(
    ("layers", "told"),
    [(1, []), (2, ["c"]), (3, ["b"]), (4, ["a"])],
)
def test_what_explains_a_finding_is_told_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layers: int, told: list[str]
) -> None:
    """Also where what explains it isn't told itself, and whatever the files' order."""
    monkeypatch.setattr(graph, "__path__", [str(tmp_path)])
    for code, unless, least in (("c", ("b",), 1), ("b", ("a",), 2), ("a", (), 3)):
        text = EXPLAINING.format(code, code, unless, least)
        (tmp_path / f"{code}.py").write_text(text, encoding="utf-8")
        monkeypatch.delitem(sys.modules, f"{graph.__name__}.{code}", False)
    spec = tmp_path / "spec.yaml"
    listed = ", ".join(["ReLU"] * layers)
    spec.write_text(f"input: [8]\nlayers: [{listed}]\n", encoding="utf-8")
    assert [d.code for d in api.check(spec).diagnostics] == told
    for code in "abc":
        del sys.modules[f"{graph.__name__}.{code}"]


# ------------------------------------------------------------------ choosing

SPEC = """\
input: [8]
vars: {width: 8, seed: 1}
blocks:
  unit: {layers: [ReLU]}
layers:
  - Dense: {units: 2, name: aside}
  - Dense: {units: $width, from: input}
"""
CODES = ["unused-variable", "unused-block", "unused-layer"]


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec with three warnings, in a folder below that of the project."""
    path = tmp_path / "specs" / "spec.yaml"
    path.parent.mkdir()
    path.write_text(SPEC, encoding="utf-8")
    return path


def codes(spec: Path, **settings) -> list[str]:
    return [d.code for d in api.check(spec, **settings).diagnostics]


def configure(spec: Path, text: str) -> None:
    file = spec.parents[1] / "pyproject.toml"
    file.write_text(f"[tool.cnnspec]\n{text}\n", encoding="utf-8")


def test_warnings_are_selected_and_ignored(spec: Path) -> None:
    assert codes(spec) == CODES
    assert codes(spec, select=["unused-block"]) == ["unused-block"]
    assert codes(spec, ignore=["unused-block"]) == [CODES[0], CODES[2]]
    assert codes(spec, select=CODES[:2], ignore=CODES[1:]) == CODES[:1]
    assert codes(spec, select=[]) == []


def test_strict_makes_a_warning_fatal(spec: Path) -> None:
    assert api.check(spec).ok
    assert not api.check(spec, strict=True).ok
    assert api.check(spec, strict=True, select=[]).ok
    assert api.check(spec, strict=True).model()


def test_a_project_chooses_and_the_call_wins(spec: Path) -> None:
    configure(spec, 'ignore = ["unused-block"]\nstrict = true')
    assert codes(spec) == [CODES[0], CODES[2]]
    assert not api.check(spec).ok
    assert codes(spec, ignore=["unused-layer"]) == CODES[:2]
    assert api.check(spec, strict=False).ok
    configure(spec, 'select = ["unused-layer"]')
    assert codes(spec) == ["unused-layer"]
    assert codes(spec, select=["unused-block"]) == ["unused-block"]


def test_the_nearest_section_holds(spec: Path) -> None:
    configure(spec, 'ignore = ["unused-block"]')
    (spec.parent / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    assert codes(spec) == [CODES[0], CODES[2]]
    (spec.parent / "pyproject.toml").write_text("[tool.cnnspec]\n", encoding="utf-8")
    assert codes(spec) == CODES


def test_a_search_leaves_out_what_is_excluded(spec: Path) -> None:
    (spec.parent / "drafts").mkdir()
    names = ["drafts/one.yaml", "old_one.yaml", "spec.yaml"]
    for name in names[:2]:
        (spec.parent / name).write_text(SPEC, encoding="utf-8")
    folder = spec.parent
    assert api.find_specs(folder) == [str(folder / name) for name in names]
    configure(spec, 'exclude = ["specs/drafts/", "specs/old_*.yaml"]')
    assert api.find_specs(folder) == [str(spec)]
    assert api.find_specs(folder / "old_one.yaml") == [str(folder / "old_one.yaml")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("selct = []", "tool.cnnspec.selct is no setting; did you mean 'select'?"),
        ("other = 1", "tool.cnnspec.other is no setting; it may be select, ignore, "),
        ("strict = 1", "tool.cnnspec.strict must be true or false; found 1"),
        ('exclude = "x"', "tool.cnnspec.exclude must be a list of texts; found 'x'"),
        ("ignore = [1]", "tool.cnnspec.ignore must be a list of texts; found [1]"),
        (
            'ignore = ["unused-lair"]',
            "tool.cnnspec.ignore: there is no code 'unused-lair'; did you mean 'unu",
        ),
        ('select = ["shape"]', "tool.cnnspec.select: 'shape' is an error, which"),
        ("strict =", "pyproject.toml: Invalid value"),
    ],
)
def test_a_wrong_setting_names_its_file(spec: Path, text: str, said: str) -> None:
    configure(spec, text)
    for ask in (api.check, lambda path: api.find_specs(path.parent)):
        with pytest.raises(SettingsError, match="pyproject.toml: ") as caught:
            ask(spec)
        assert said in str(caught.value)


def test_a_parser_of_toml_is_imported_for_a_section_alone(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tomllib", None)
    (spec.parent / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    assert codes(spec) == CODES
    configure(spec, "strict = true")
    (spec.parent / "pyproject.toml").unlink()
    with pytest.raises(ImportError):
        api.check(spec)


# ------------------------------------------------------------------ comments


def commented(spec: Path, line: int, comment: str) -> list[str]:
    """What is found once a line of the spec ends with a comment."""
    lines = SPEC.splitlines()
    lines[line - 1] += f"  # {comment}"
    spec.write_text("\n".join(lines), encoding="utf-8")
    found = api.check(spec).diagnostics
    return [f"{d.mark.line} {d.code}: {d.message}; {d.hint}" for d in found]


def test_a_comment_silences_a_warning_of_its_line(spec: Path) -> None:
    found = commented(spec, 2, "cnnspec: ignore[unused-variable]")
    assert [line.split(":")[0] for line in found] == [
        "4 unused-block",
        "6 unused-layer",
    ]
    both = "not now  # cnnspec: ignore[unused-block, unused-variable]"
    found = commented(spec, 4, both)
    assert [line.split(":")[0] for line in found] == [
        "2 unused-variable",
        "4 unused-ignore",
        "6 unused-layer",
    ]


@pytest.mark.parametrize(
    ("line", "comment", "said"),
    [
        (7, "[unused-layer]", "no warning of this line has the code 'unused-layer'; r"),
        (6, "[unused-lair]", "there is no code 'unused-lair'; did you mean 'unused-la"),
        (6, "[shape]", "'shape' is an error, which can't be ignored; mend what it te"),
        (6, "", "this names no code to ignore; as in # cnnspec: ignore[unused-layer]"),
        (
            6,
            "[]",
            "this names no code to ignore; as in # cnnspec: ignore[unused-layer]",
        ),
    ],
)
def test_a_comment_that_silences_nothing_is_told(
    spec: Path, line: int, comment: str, said: str
) -> None:
    found = commented(spec, line, f"cnnspec: ignore{comment}")
    assert len(found) == 4
    assert any(one.startswith(f"{line} unused-ignore: {said}") for one in found)


def test_an_error_is_not_silenced(spec: Path) -> None:
    text = SPEC.replace("units: 2,", "unit: 2,")
    comment = "  # cnnspec: ignore[unknown-field, unused-block]\n"
    text = text.replace("aside}\n", f"aside}}{comment}")
    spec.write_text(text, encoding="utf-8")
    # Whether a warning is silenced isn't known before the errors are mended.
    found = api.check(spec).diagnostics
    assert [d.code for d in found] == ["unknown-field", "unused-ignore"]
    assert found[1].message.startswith("'unknown-field' is an error")


def test_words_in_a_text_are_no_comment(spec: Path) -> None:
    sign = "# cnnspec: ignore[unused-block]"
    texts = f'description: |\n  {sign}\nname: "a {sign}"\n'
    spec.write_text(texts + SPEC, encoding="utf-8")
    assert codes(spec) == CODES


def test_comments_of_the_file_that_is_extended_hold_too(spec: Path) -> None:
    base = SPEC.replace("aside}", "aside}  # cnnspec: ignore[unused-layer]")
    base += "# cnnspec: ignore[unused-block]\n"
    (spec.parent / "base.yaml").write_text(base, encoding="utf-8")
    spec.write_text("extends: base.yaml\n", encoding="utf-8")
    assert codes(spec) == []
    assert codes(spec.parent / "base.yaml") == [*CODES[:2], "unused-ignore"]


def test_a_variant_may_need_a_comment_less(spec: Path) -> None:
    commented(spec, 2, "cnnspec: ignore[unused-variable]")
    left = {"unused-block", "unused-layer"}
    variant = api.check(spec, ["layers.0.Dense.units=$seed"]).diagnostics
    assert {d.code for d in variant} == left


# ------------------------------------------------------------------ the command

Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def run(
    spec: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.chdir(spec.parent)

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["cnnspec", "check", "spec.yaml", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, *capsys.readouterr()

    return run


def test_options_choose_warnings(run: Run, spec: Path) -> None:
    code, out, _ = run("--select", "unused-block,unused-layer")
    assert (code, out.count("warning[")) == (0, 2)
    code, out, _ = run("--ignore", "unused-block, unused-layer", "--strict")
    assert (code, out.count("\n")) == (1, 1)
    assert "ok" not in out
    configure(spec, "strict = true")
    assert run()[0] == 1
    assert run("--no-strict")[0] == 0


def test_every_form_of_output_follows(run: Run) -> None:
    said = json.loads(run("--select", "unused-block", "--format", "json")[1])
    assert [d["code"] for d in said["specs"][0]["diagnostics"]] == ["unused-block"]
    assert said["ok"]
    said = json.loads(run("--strict", "--format", "json")[1])
    assert (said["ok"], said["specs"][0]["ok"]) == (False, False)
    assert said["specs"][0]["total_params"] is not None
    code, out, _ = run("--ignore", "unused-block", "--format", "github", "--strict")
    assert (code, out.count("::warning ")) == (1, 2)
    assert out.endswith("1 spec, 0 errors, 2 warnings\n")


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_a_code_that_is_none_ends_the_command(run: Run, option: str) -> None:
    key = option.strip("-")
    said = "there is no code 'unused-lair'; did you mean 'unused-layer'?"
    assert run(option, "unused-lair") == (2, "", f"cnnspec: {key}: {said}\n")
    said = "'shape' is an error, which is always told; only warnings can be chosen"
    assert run(option, "unused-layer,shape") == (2, "", f"cnnspec: {key}: {said}\n")


def test_other_commands_tell_what_is_chosen(
    spec: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(spec, 'select = ["unused-layer"]\nstrict = true')
    monkeypatch.setattr("sys.argv", ["cnnspec", "show", str(spec)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    assert capsys.readouterr().err.count("warning[") == 1


def test_a_strict_check_says_that_nothing_is_ok(spec: Path) -> None:
    assert "ok" in findings.text(api.check(spec))
    assert "ok" not in findings.text(api.check(spec, strict=True))
