"""A hint that says what to write mends: it is followed, and the error is gone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.ground.errors import SpecError
from cnnspec.ground.source import Source, read_source, with_bases
from cnnspec.judge.explain import explanations
from cnnspec.language.document import Document
from tests.following import alternatives, checked, mends, names_a_change, plain
from tests.test_explain import whole
from tests.test_remedies import CASES

HERE = Path(__file__).parent
SPECS = sorted([*HERE.glob("errors/*.yaml"), *HERE.glob("reports/*.yaml")])
EXAMPLES = [
    about.code
    for about in explanations().values()
    if about.bad and not about.bad.startswith("$") and about.code != "unused-ignore"
]
"""The codes whose examples are specs; that of a comment is about no value."""
LEAST = 200
"""Hints that name a change among all of those; that they are found, and read."""


def followed(source: Source) -> Iterator[tuple[str, bool]]:
    """Each hint that names a change of a spec, and whether it mends."""
    broken = {problem.mark for problem in source.problems}
    told = [
        (one, hint)
        for one in checked(source)
        if one.mark not in broken
        for hint in filter(names_a_change, alternatives(one.hint))
    ]
    before = plain(source) if told else []
    for one, hint in told:
        yield f"{one.mark.line}: {hint}", mends(source, one, hint, before)


def fixture(path: Path) -> Source | None:
    """The spec of a fixture; None where it isn't YAML, so that it holds no values."""
    try:
        return with_bases(read_source(path.name), Document.arguments())
    except SpecError:
        return None


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_hints_of_fixtures_mend(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    source = fixture(path)
    if source is not None:
        assert [hint for hint, mended in followed(source) if not mended] == []


@pytest.mark.parametrize("code", EXAMPLES)
def test_hints_of_examples_mend(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(whole(explanations()[code].bad), encoding="utf-8")
    source = fixture(Path("spec.yaml"))
    if source is not None:
        assert [hint for hint, mended in followed(source) if not mended] == []


@pytest.mark.parametrize("case", CASES)
def test_remedies_mend(case: str) -> None:
    tried = list(followed(Source(CASES[case][0])))
    assert tried
    assert [hint for hint, mended in tried if not mended] == []


def test_so_many_hints_are_followed() -> None:
    count, here = 0, os.getcwd()
    try:
        for path in SPECS:
            os.chdir(path.parent)
            if source := fixture(path):
                found = checked(source)
                hints = (h for d in found for h in alternatives(d.hint))
                count += sum(map(names_a_change, hints))
    finally:
        os.chdir(here)
    assert count > LEAST


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Conv2D: (32, 3)", "Conv2D: {filters: 32, kernel_size: 3}"),
        ("Conv2D: (8, (3, 3))", "Conv2D: {filters: 8, kernel_size: [3, 3]}"),
        ("SeparableConv2D: (8, 3)", "SeparableConv2D: {filters: 8, kernel_size: 3}"),
        ("MaxPooling2D: (2, 1)", "[2, 1]"),
        ("Dense: (10)", "10"),
        ("Dropout: (0.5)", "0.5"),
    ],
)
def test_a_tuple_is_mended_in_one_round(written: str, meant: str) -> None:
    spec = "input: [16, 16, 3]\nlayers:\n  - {}\n"
    [found] = api.check(spec.format(written)).diagnostics
    assert found.hint.endswith(meant)
    name = written.partition(":")[0]
    line = meant if meant.startswith(name) else f"{name}: {meant}"
    assert api.check(spec.format(line)).ok
