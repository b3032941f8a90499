"""Each sentence of the language's design as a small spec, and what comes of it.

The YAML files beside this one hold the specs, one file for one part of the language. A
case has what it `says`, its `spec`, and other `files` and what is `set` where it needs
them. Sound ones have what each layer `gives`: its shape, its parameters, and what it
reads. The others have what is `told`: line and column, code, and words of the message.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cnnspec import api
from cnnspec.catalogue.registry import declaring
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.keras_live.published import withheld
from cnnspec.emit.keras_script.script import render_script
from cnnspec.model.graph import reads
from cnnspec.model.summary import Row
from tests.emit.same import assert_same, built
from tests.emit.tracer import trace

Project = Callable[[dict[str, Any]], api.Checked]

HERE = Path(__file__).parent
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['says']}")
    for path in sorted(HERE.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]
LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"
SAMPLE = ("through rounds", "by their names, each", "All rounds of", "the same layers")
"""Words of the sound cases that Keras makes in the quick run, too."""
BUILT = [
    case
    for case in CASES
    if "gives" in case.values[0]
    and (LONG or any(one in str(case.id) for one in SAMPLE))
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Checks a case in a folder that has its files."""

    def checked(case: dict[str, Any]) -> api.Checked:
        texts = {"pyproject.toml": "", "spec.yaml": case["spec"]}
        for name, text in (texts | case.get("files", {})).items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        return api.check("spec.yaml", case.get("set", ()))

    monkeypatch.chdir(tmp_path)
    return checked


def line(row: Row) -> str:
    """What is told of a row: `conv ?x26x26x8 80 < input_layer`."""
    given = row.output_shape
    shapes = given if isinstance(given, list) else [given]
    read = reads(row.inputs, row.parts, row.arguments)
    settings = [f"{name}={value}" for name, value in row.settings.items()]
    sizes = ["x".join("?" if n is None else str(n) for n in s) for s in shapes if s]
    return " ".join([row.name, *sizes, str(row.params), "<", *read, *settings])


def told(checked: api.Checked, wanted: list[str]) -> Iterator[str]:
    """What is found, as the case has it where its words are in the message."""
    for place, one in enumerate(checked.diagnostics):
        head = f"{one.mark.line}:{one.mark.column} {one.code}"
        words = wanted[place].partition(": ")[2] if place < len(wanted) else ""
        message = f"{one.message}; {one.hint}"
        yield f"{head}: {words if words and words in message else message}"


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_holds(case: dict[str, Any], project: Project) -> None:
    checked, wanted = project(case), case.get("told", [])
    assert list(told(checked, wanted)) == wanted
    if "gives" not in case:
        return
    model = checked.model()
    assert [line(row) for row in model.summary.rows] == case["gives"]
    with declaring(model.program.own):
        compile(render_script(*model, style="lesson"), "lesson", "exec")


@pytest.mark.parametrize("case", BUILT)
def test_keras_and_the_script_have_the_same(
    case: dict[str, Any], project: Project
) -> None:
    model = project(case).model()
    with declaring(model.program.own):
        script = render_script(*model, style="lesson")
        trace(script, model.summary.graph)
        if model.program.own:  # there is no such package
            return
        with withheld():
            ours = build_model(model.summary.graph)
    assert_same(built(script), ours)
