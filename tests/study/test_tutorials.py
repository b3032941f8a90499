"""The studies of the tutorials' experiments: sound, told, and one of them trained."""

from itertools import pairwise
from pathlib import Path

import pytest

from cnnspec.study.checking import plan
from cnnspec.study.document import read

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "studies").glob("*.yaml"))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_each_is_sound_and_says_what_it_shows(path: Path) -> None:
    found = plan(read(str(path)))
    assert [one.problems for one in found.variants if one.problems] == []
    assert found.study.title.endswith("?")
    head = " ".join(line for lines in found.study.source.head() for line in lines)
    assert head.endswith((".", "?"))
    assert all(len(line) <= 100 for line in path.read_text("utf-8").splitlines())
    # With few seeds nothing can be said, and members of two ensembles must differ.
    seeds = found.study.seeds
    assert len(seeds) >= 2
    members = [
        one.model.program.ensemble.members
        for one in found.variants
        if one.model and one.model.program.ensemble
    ]
    apart = min(b - a for a, b in pairwise(seeds))
    assert max(members, default=1) <= apart
