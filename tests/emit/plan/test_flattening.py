"""A flat part is the same history seen without its structure."""

from cnnspec.emit.code.plan.flattening import seen
from cnnspec.emit.code.plan.flow import Flow, Making
from cnnspec.emit.code.plan.history import history_of
from cnnspec.emit.code.plan.outline import parents
from cnnspec.emit.code.plan.places import (
    Made,
    Result,
)
from cnnspec.emit.code.plan.planning import shapes_of
from cnnspec.ground.errors import Path
from cnnspec.model.resolver import resolve
from tests.emit.plan import program_of

SPEC = """
vars: {deep: false}
blocks:
  unit: {params: {n: 2}, layers: [{repeat: {times: $n, layers: [{Dense: 3}]}}]}
layers:
- unit: {name: a}
- if: {test: $deep, then: [ReLU], else: [ELU]}
- unit: {n: 1}
"""


def view(*flat: Path) -> Flow:
    program = program_of(SPEC)
    shapes, around = shapes_of(resolve(program)), dict(parents(program))
    return seen(program, history_of(program, shapes), shapes, around, frozenset(flat))


def test_a_function_has_a_run_for_each_call() -> None:
    flow = view()
    unit, main = flow.functions["unit"], flow.functions[""]
    assert [len(function.runs) for function in (unit, main)] == [2, 2]
    assert unit.modes == {True, False}
    assert [run.partial for run in main.runs] == [False, True]
    assert flow.rounds == {("blocks", "unit", "layers", 0, "repeat"): {1, 2}}
    assert flow.arms_of(flow.program.steps[1]) == [True, False]  # type: ignore[arg-type]


def test_a_flat_call_gives_its_nodes_to_its_caller() -> None:
    path = ("layers", 0, "unit")
    flow = view(path)
    nodes = flow.flat_nodes[path]
    assert [node.name for node in nodes] == ["a_1_dense", "a_2_dense"]
    assert nodes[1].inputs == ("a_1_dense",)
    assert flow.flat_current[path] == (Made(("a_2_dense",), is_flat=True),)
    assert len(flow.functions["unit"].runs) == 1
    made = [e.value for e in flow.functions[""].runs[0].events if isinstance(e, Making)]
    assert Result(path, 0) not in made
    assert Result(("layers", 2, "unit"), 0) in made


def test_a_flat_block_is_flat_in_each_of_its_calls() -> None:
    flow = view(("blocks", "unit"))
    assert "unit" not in flow.functions
    assert [
        [node.node for node in flow.flat_nodes[("layers", place, "unit")]]
        for place in (0, 2)
    ] == [["a_1_dense", "a_2_dense"], ["dense"]]


def test_a_flat_if_has_no_arms() -> None:
    flow = view(("layers", 1, "if"))
    assert flow.arms == set()
    assert [len(function.runs) for function in flow.functions.values()] == [1, 2]


def test_what_is_flat_and_taken_twice_cannot_be_kept() -> None:
    path = ("blocks", "unit", "layers", 0, "repeat")
    assert view(path).lost == [("blocks", "unit")]
