"""No position of a spec brings a hidden character or a forged line into a result.

Every key and every value of every spec in the repository is once a canary: a text that
steers a terminal, ends lines and turns them round. The quick run draws some positions
of each file, the long one takes them all.
"""

import json
import os
import random
from collections.abc import Iterator
from functools import partial
from io import StringIO
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from cnnspec import api
from cnnspec.app import findings
from cnnspec.app.tables import difference as difference_table
from cnnspec.app.tables import summary as summary_table
from cnnspec.emit.report import summary as report
from cnnspec.ground.source import Source
from cnnspec.ground.visible import json_text, visible
from cnnspec.judge.check import check_source
from cnnspec.judge.diff import wording
from cnnspec.judge.diff.comparison import compare
from cnnspec.judge.settings import USUAL
from cnnspec.model import readable
from tests.effort import some

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path
    for folder in ("specs", "tests/errors", "tests/reports", "tests/emit")
    for path in (ROOT / folder).rglob("*.yaml")
    if path.stem != "too-many-layers"
)
HIDDEN = "\x1b[31m\0\n::error::x\r\n\u202e\u2028\x9b\u200b"
LINES = "\n::error::x\n  [red]:cat:|<b>"
"""What values may hold, since descriptions have lines."""
EXPRESSION = "${'\\x1b\\u202e' + '\\r'}"
DRAWN = None if os.environ.get("CNNSPEC_FIDELITY") == "long" else 2


def scalars(node: yaml.Node, seen: set[int]) -> Iterator[yaml.ScalarNode]:
    """Each key, text and number below a node."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif id(node) not in seen:
        seen.add(id(node))
        pairs = isinstance(node, yaml.MappingNode)
        for item in node.value:
            for part in item if pairs else (item,):
                yield from scalars(part, seen)


def with_canary(path: Path, canary: str) -> Iterator[str]:
    """The text of a spec with a canary behind one of its scalars, for each or some."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return
    places = list(scalars(root, set())) if root else []
    if DRAWN is not None:
        draw = random.Random(path.name)
        places = draw.sample(places, min(DRAWN, len(places)))
    for node in places:
        begin, end = node.start_mark.index, node.end_mark.index
        end_of_line = "\n" if text[begin : begin + 1] in ("|", ">") else ""
        quoted = json.dumps(f"{node.value}{canary}")
        yield f"{text[:begin]}{quoted}{end_of_line}{text[end:]}"


def assert_clean(text: str, what: str) -> None:
    assert visible(text, keep="\n") == text, what


def assert_findings_are_lines(checked: api.Checked) -> None:
    """Each finding is one line, whatever it quotes."""
    assert_clean(findings.text(checked), "findings")
    checked = checked._replace(study=None)  # whose table has lines of its own
    verdicts = checked.ok and checked.summary is not None
    lines = findings.text(checked).splitlines()
    assert len(lines) == len(checked.diagnostics) + verdicts
    github = findings.as_github([checked]).splitlines()
    assert len(github) == len(checked.diagnostics) + 1
    assert all(
        line.startswith(("::error file=", "::warning file=")) for line in github[:-1]
    )
    for text in (*lines, *github):
        assert_clean(text, "check")
    as_json = findings.as_json([checked])
    assert_clean(as_json, "json")
    told = json.loads(as_json)["specs"][0]["diagnostics"]
    assert all(
        visible(d["message"] + d["hint"]) == d["message"] + d["hint"] for d in told
    )


def assert_reports_are_clean(model: api.Model, plain: api.Model | None) -> None:
    """Tables and reports of a model show what hides, and have a line for a row."""
    summary = model.summary
    console = Console(file=StringIO(), width=4000, markup=False, emoji=False)
    summary_table.show(summary, why=True, console=console)
    if plain is not None:
        found = compare(plain.summary, summary)
        titles = wording.titles(plain, model, [])
        difference_table.show(found, titles, console)
        assert_clean(wording.markdown(found, titles), "diff")
        assert_clean(wording.as_json(found, plain, model), "diff")
    data = readable.summary_data(summary, model.program.source)
    for text in (
        console.file.getvalue(),  # type: ignore[attr-defined]
        report.markdown(summary, why=True),
        report.html(summary, why=True),
        json_text(data),
    ):
        assert_clean(text, "show")
    assert "::error::" not in {line.strip()[:9] for line in text.splitlines()}


def read_document(text: str, path: str) -> Source:
    return Source(text, path)


@pytest.mark.parametrize("path", some(FILES, 120), ids=lambda path: path.stem)
def test_canaries_never_sing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    plain = api.check(path.name)
    for canary in (HIDDEN, LINES, EXPRESSION):
        assert_it_never_sings(path, canary, plain)


def assert_it_never_sings(path: Path, canary: str, plain: api.Checked) -> None:
    told = 0
    for text in with_canary(path, canary):
        read = partial(read_document, text, path.name)
        checked = check_source(read, path.name, (), USUAL)
        assert_findings_are_lines(checked)
        told += not checked.ok
        if canary == HIDDEN:
            assert not checked.ok, text
        if checked.ok:
            before = plain.model() if plain.ok else None
            assert_reports_are_clean(checked.model(), before)
