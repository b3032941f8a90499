"""Small specs from public reports: `check` prints the text that stands beside each.

Each spec begins with where the report is and what should happen.
"""

from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.app import findings

REPORTS = Path(__file__).parent / "reports"
NAMES = sorted(path.stem for path in REPORTS.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_check_says_what_it_should(
    name: str, monkeypatch: pytest.MonkeyPatch, golden: bool
) -> None:
    monkeypatch.chdir(REPORTS)
    printed = findings.text(api.check(f"{name}.yaml")) + "\n"
    expected = REPORTS / f"{name}.txt"
    if golden:
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")
