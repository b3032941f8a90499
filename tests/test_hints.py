"""A hint that says what to write mends: it is followed, and the error is gone."""

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cnnspec import api
from cnnspec.ground.errors import Diagnostic, SpecError
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
    if about.bad and not about.bad.startswith("$")
    if about.code not in ("unused-ignore", "too-many-layers")
]
"""The codes whose examples are specs; that of a comment is about no value.

That of too many layers takes seconds, and says what the fixture of that name does.
"""
LEAST = 200
"""Hints that name a change among all of those; that they are found, and read."""


class Told(NamedTuple):
    """A spec, and each hint that names a change of it, with what it is about."""

    source: Source
    hints: list[tuple[Diagnostic, str]]

    @classmethod
    def of(cls, source: Source) -> "Told":
        broken = {problem.mark for problem in source.problems}
        found = [one for one in checked(source) if one.mark not in broken]
        hints = [(one, hint) for one in found for hint in alternatives(one.hint)]
        return cls(source, [(one, hint) for one, hint in hints if names_a_change(hint)])

    def followed(self) -> Iterator[tuple[str, bool]]:
        """Each hint, and whether it mends."""
        before = plain(self.source) if self.hints else []
        for one, hint in self.hints:
            yield f"{one.mark.line}: {hint}", mends(self.source, one, hint, before)


@functools.cache  # two tests ask, and some specs take seconds
def fixture(path: Path) -> Told | None:
    """The spec of a fixture; None where it isn't YAML, so that it holds no values.

    It is to be called in the folder of the spec.
    """
    try:
        return Told.of(with_bases(read_source(path.name), Document.arguments()))
    except SpecError:
        return None


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_hints_of_fixtures_mend(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    if told := fixture(path):
        assert [hint for hint, mended in told.followed() if not mended] == []


@pytest.mark.parametrize("code", EXAMPLES)
def test_hints_of_examples_mend(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "spec.yaml"
    path.write_text(whole(explanations()[code].bad), encoding="utf-8")
    if told := fixture(path):
        assert [hint for hint, mended in told.followed() if not mended] == []


@pytest.mark.parametrize("case", CASES)
def test_remedies_mend(case: str) -> None:
    tried = list(Told.of(Source(CASES[case][0])).followed())
    assert tried
    assert [hint for hint, mended in tried if not mended] == []


def test_so_many_hints_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    for path in SPECS:
        monkeypatch.chdir(path.parent)
        if told := fixture(path):
            count += len(told.hints)
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
