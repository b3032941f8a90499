"""The scripts in generated/zoo are those of specs/zoo, and build the same models."""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from cnnspec import api
from cnnspec.emit.keras_script.notebook import render_notebook
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.write import is_sealed
from tests.effort import some
from tests.emit.tracer import trace

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs" / "zoo").glob("*.yaml"))
GENERATED = ROOT / "generated" / "zoo"
SMALL = ["googlenet", "lenet5", "resnet20", "squeezenet1_1", "two_inputs", "unet"]
"""With Keras in seconds; tests/zoo proves more, and `make zoo` all."""


def script(stem: str) -> str:
    return (GENERATED / f"{stem}.py").read_text(encoding="utf-8")


def test_every_spec_has_a_script_and_every_script_a_spec() -> None:
    scripts = {path.stem for path in GENERATED.glob("*.py")}
    assert scripts == {path.stem for path in SPECS}, "run `make generated`"


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_script_is_in_step_and_builds_the_graph(path: Path) -> None:
    program, summary, *_ = api.load(path)
    committed = script(path.stem)
    assert committed == render_script(program, summary), "run `make generated`"
    assert is_sealed(committed.encode())
    trace(committed, summary.graph)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_script_is_short(path: Path) -> None:
    lines = script(path.stem).splitlines()
    assert len(lines) <= (150 if path.stem.startswith("resnet50") else 300)
    counts = Counter(line.strip() for line in lines if any(map(str.isalnum, line)))
    assert counts.most_common(1)[0][1] < 20


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_only_depth_needs_pythons_own_library(path: Path) -> None:
    imports = re.findall(r"^(?:import|from) (\w+)", script(path.stem), re.MULTILINE)
    own = sys.stdlib_module_names.intersection(imports)
    assert own <= ({"sys"} if "setrecursionlimit" in script(path.stem) else set())


@pytest.mark.parametrize("stem", some(SMALL, 3))
def test_keras_builds_the_model_of_the_graph(stem: str) -> None:
    from cnnspec.emit.keras_live.model import build_model
    from tests.emit.same import assert_same, built, differences

    model = api.load(ROOT / "specs" / "zoo" / f"{stem}.yaml")
    ours = build_model(model.summary.graph)
    assert_same(built(script(stem)), ours)
    cells = json.loads(render_notebook(*model[:2]))["cells"]
    code = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    theirs = built("\n".join(one for one in code if one[0] != "%"))
    assert differences(theirs, ours) == []
