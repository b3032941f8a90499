"""Chains that are longer than Python's limit of calls."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script
from cnnspec.model.depth import depth, recursion_limit
from tests.emit.same import built

WIDE = "input: [4]\nlayers:\n  - Dense: {units: 4, name: first}\n"
WIDE += "".join(
    f"  - Dense: {{units: 1, name: d{n}, from: first}}\n" for n in range(99)
)
WIDE += f"  - Concatenate: {{from: [{', '.join(f'd{n}' for n in range(99))}]}}\n"


def chain(layers: int) -> str:
    return f"input: [1]\nlayers:\n  - repeat: {{times: {layers}, layers: [Identity]}}\n"


def test_depth_counts_the_longest_way_and_not_the_layers() -> None:
    graph = api.loads(WIDE).summary.graph
    assert (len(graph.nodes), depth(graph)) == (101, 3)
    assert recursion_limit(graph) is None
    assert depth(api.loads(chain(700)).summary.graph) == 700


@pytest.mark.parametrize(
    ("layers", "limit"), [(850, None), (851, 4000), (1000, 4000), (20_000, 23_000)]
)
def test_the_limit_is_raised_where_a_chain_needs_it(
    layers: int, limit: int | None
) -> None:
    assert recursion_limit(api.loads(chain(layers)).summary.graph) == limit


def test_layers_inside_layers_count() -> None:
    inner = "Dense: 2"
    for _ in range(3):
        inner = f"TimeDistributed: {{layer: {{{inner}}}}}"
    spec = chain(840).replace("[1]", "[1, 1, 1, 4]") + f"  - {inner}\n"
    assert recursion_limit(api.loads(spec).summary.graph) == 4000


def test_a_script_has_the_line_only_where_it_is_needed() -> None:
    assert "sys.setrecursionlimit(4_000)" in render_script(
        *api.loads(chain(1000)), style="full"
    )
    assert "recursion" not in render_script(*api.loads(chain(800)), style="full")


def test_a_deep_model_is_built_saved_and_run(tmp_path: Path) -> None:
    before = sys.getrecursionlimit()
    path = tmp_path / "deep.yaml"
    path.write_text(chain(1000), encoding="utf-8")
    assert api.check(path, keras=True).diagnostics == []
    written = api.build(api.load(path), tmp_path / "out")
    assert sys.getrecursionlimit() == before
    limit = sys.getrecursionlimit()
    try:
        model = built(Path(written[1]).read_text(encoding="utf-8"))
        assert sys.getrecursionlimit() == 4000
        assert model.predict(np.ones((2, 1)), verbose=0).tolist() == [[1.0], [1.0]]
        keras.saving.load_model(written[0])
    finally:
        sys.setrecursionlimit(limit)
