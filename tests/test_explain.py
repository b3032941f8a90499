"""Every code that a finding can have is explained, by examples that hold."""

import ast
import os
import re
import shlex
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app import cli, running
from cnnspec.emit.report.codes import overview
from cnnspec.judge.explain import Explanation, explanations

ROOT = Path(__file__).parents[1]
MODEL = """\
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train: {loss: sparse_categorical_crossentropy}
"""
"""What an example leaves out, and the file that its commands name."""
SECTIONS = {
    "input": "input: [28, 28, 1]\n",
    "layers": "layers:\n  - Flatten\n  - Dense: {units: 10, activation: softmax}\n",
}
TRAINING = {
    "data": "data: {source: mnist, scale: 255, labels: one_hot, flatten: false}\n",
    "train": "train: {loss: categorical_crossentropy}\n",
}
NO_EXAMPLE = {"bug", "keras-mismatch", "no-weights", "unknown-in-source"}
"""Faults of ours, which whoever knows an example should mend, of a network, and of
files that no command writes."""


def whole(example: str) -> str:
    """An example with the sections that a spec needs beside it."""
    if example.startswith("- "):
        indented = "".join(f"  {line}\n" for line in example.splitlines())
        return f"{SECTIONS['input']}layers:\n{indented}"
    given = set(re.findall(r"^(\w+):", example, re.MULTILINE))
    given |= {"input", "layers"} if "extends" in given or not given else set()
    given |= {"input"} & {key.removesuffix("s") for key in given}
    part = "input" not in given and given & {"data", "train", "ensemble", "study"}
    needed = SECTIONS | (TRAINING if part else {})
    more = "".join(text for key, text in needed.items() if key not in given)
    return f"{more}{example}\n"


def found(example: str, folder: Path) -> set[str]:
    """The codes of what is found in an example, which may be commands."""
    (folder / "model.yaml").write_text(MODEL, encoding="utf-8")
    if not example.startswith("$ "):
        (folder / "spec.yaml").write_text(whole(example), encoding="utf-8")
        return {d.code for d in api.check(folder / "spec.yaml").diagnostics}
    printed = ""
    codes: set[str] = set()
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    here = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    for line in example.splitlines():
        if checked := re.fullmatch(r"\$ cnnspec check (\S+) --keras", line):
            found_here = api.check(folder / checked[1], keras=True).diagnostics
            codes |= {d.code for d in found_here}
            continue
        if line.startswith("$ cnnspec train "):
            printed += trained(shlex.split(line)[2:], folder)
            continue
        command = line.removeprefix("$ ").replace(
            "cnnspec ", f"{sys.executable} -m cnnspec ", 1
        )
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env=here,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        printed += done.stdout
    return codes | set(re.findall(r": (?:error|warning)\[([\w-]+)\]: ", printed))


def trained(arguments: list[str], folder: Path) -> str:
    """What the command says of a training, which leaves results and takes no time."""
    with pytest.MonkeyPatch.context() as patch, StringIO() as said:
        patch.chdir(folder)
        patch.setattr(running, "run", leave_results)
        patch.setattr(sys, "argv", ["cnnspec", *arguments])
        patch.setattr(sys, "stdout", said)
        patch.setattr(sys, "stderr", said)
        with pytest.raises(SystemExit):
            cli.main()
        return said.getvalue()


def leave_results(script: str, *_: object) -> int:
    Path(script).with_name("history.csv").touch()
    return 0


EVERY = list(explanations().values())


@pytest.mark.parametrize("about", EVERY, ids=lambda about: about.code)
def test_examples_show_what_they_are_for(about: Explanation, tmp_path: Path) -> None:
    if about.code in NO_EXAMPLE:
        assert not about.bad + about.good
        return
    assert about.bad
    assert about.good
    assert about.code in found(about.bad, tmp_path)
    (tmp_path / "again").mkdir()
    assert found(about.good, tmp_path / "again") == set()


def test_pages_fit_the_terminal() -> None:
    for about in EVERY:
        says, blank, *rest = about.page.split("\n")
        assert says.endswith("."), about.code
        assert not blank, about.code
        assert all(len(line) <= 80 for line in rest), about.code
    assert all(len(line) <= 80 for line in overview().splitlines())


CODE_AT = {
    **dict.fromkeys(("Problem", "Diagnostic", "diagnostic", "ArgumentError"), 1),
    **dict.fromkeys(("report", "_error", "_extends_error"), 1),
    "_report": 0,
}
"""Calls that make a finding, and at which argument its code stands."""


def constants(tree: ast.Module) -> list[str]:
    """The texts of a module that are codes: where a finding is made, or by their form.

    A code may be handed on; then it is told by its hyphen, as most are.
    """
    found = []
    for node in ast.walk(tree):
        values: list[ast.expr] = [node] if isinstance(node, ast.Constant) else []
        pattern = r"[a-z]+(-[a-z]+)+"
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            place = CODE_AT.get(name, len(node.args))
            values, pattern = node.args[place : place + 1], r"[a-z-]+"
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found += [value.value] * bool(re.fullmatch(pattern, value.value))
    return found


OTHERS = {
    *("scikit-learn", "koreanize-matplotlib", "tf-idf", "allow-outside"),
    *("early-stopping", "no-info", "function-plain", "function-wrap"),
    *("model-field", "model-fields", "dry-run", "gpus-per-node"),
    *("keras-json", "keras-yaml", "keras-h5", "keras-archive", "saved-model"),
    *("git-lfs", "depth-idx"),
}
"""Other texts of that form: packages, options, other tools' words, schemas, formats."""


def test_every_code_is_explained() -> None:
    trees = [ast.parse(p.read_text("utf-8")) for p in (ROOT / "cnnspec").rglob("*.py")]
    emitted = {code for tree in trees for code in constants(tree)}
    assert len(emitted) > 60
    assert emitted - OTHERS <= explanations().keys()


def test_a_code_without_a_page_would_be_seen() -> None:
    for line in ('Problem((), "wroong", text)', 'code = "un-explained"'):
        assert constants(ast.parse(line))
    assert not constants(ast.parse('Problem((), code, "text")'))


def cnnspec(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cnnspec", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_lists_explains_and_guesses() -> None:
    listed = cnnspec("explain").stdout.splitlines()
    assert [line.split()[0] for line in listed] == sorted(explanations())
    told = cnnspec("explain", "tuple").stdout
    assert told == f"error[tuple]: {explanations()['tuple'].page}"
    unknown = cnnspec("explain", "tupel")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr == (
        "cnnspec: there is no code 'tupel'; did you mean 'tuple'?\n"
    )
