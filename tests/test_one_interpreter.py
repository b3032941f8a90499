"""The language is known in one place: a rule that changes there changes everywhere.

Each test replaces one rule, and demands that the Graph changes and that the script,
run on stand-ins for Keras, still builds just that Graph.
"""

from typing import Any

import pytest

from cnnspec.ground.source import Source
from cnnspec.language import naming
from cnnspec.language.expressions import formulas
from cnnspec.language.listener import Placed
from cnnspec.language.program import Block
from cnnspec.language.reader import read_program
from cnnspec.language.run import names as naming_room
from cnnspec.language.run import run
from cnnspec.model.graph import Graph
from cnnspec.model.resolver import GraphBuilder, resolve
from tests.emit import tracer
from tests.emit.test_model import model_script

SPEC = """
input: [16, 16, 3]
vars: {width: 4}
blocks:
  unit:
    params: {filters: $width, again: "${filters * 2}"}
    layers:
    - Conv2D: {filters: $filters, kernel_size: 3, padding: same}
    - ReLU: {name: skip}
    - repeat:
        times: 2
        layers:
        - Conv2D: {filters: $again, kernel_size: 1}
        - repeat: {times: 2, layers: [ReLU]}
  pair:
    layers:
    - unit: {name: left}
    - unit: {filters: 6}
    - Add: {from: [LEFT, LEFT]}
layers:
- pair: {name: one}
- pair: {name: two}
- unit
- Conv2D: {filters: 2, kernel_size: 3}
- Add: {from: [ONE, ONE]}
- Flatten
- Add: {from: [PREV, PREV], name: last}
"""
NAMES = {"LEFT": "left_skip", "ONE": "one_left_skip", "PREV": "prev"}


def graph_and_script(names: dict[str, str] = NAMES) -> tuple[Graph, str]:
    text = SPEC
    for name, called in names.items():
        text = text.replace(name, called)
    program = read_program(Source(text, "<spec>"))
    graph = resolve(program)
    problems = [*program.problems, *graph.problems]
    assert [p for p in problems if p.severity == "error"] == []
    return graph, model_script(program, graph)


def _in_call(call: str, inside: str) -> str:
    return f"{call}-of-{inside}"


def _in_round(number: str, label: str) -> str:
    return f"{label}_in_round_{number}"


def _exported(call: str, inside: Any, _: Any = ()) -> list[str]:
    return [f"{name}_out_of_{call}" if call else name for name in inside]


def _next(counter: naming.Counter, stem: str) -> str:
    count = counter._counts.get(stem, 0)
    counter._counts[stem] = count + 1
    return f"{stem}_no{count}"


def _default(block: Block, name: str) -> Any:
    return formulas("${width + 1}") if name == "filters" else 3


RULES: dict[str, tuple[Any, str, Any, dict[str, str]]] = {
    "prefix": (
        naming,
        "in_call",
        _in_call,
        {"LEFT": "left-of-skip", "ONE": "one-of-left-of-skip", "PREV": "prev"},
    ),
    "round": (naming, "in_round", _in_round, NAMES),
    "export": (
        naming,
        "exported",
        _exported,
        {
            "LEFT": "skip_out_of_left",
            "ONE": "skip_out_of_left_out_of_one",
            "PREV": "prev",
        },
    ),
    "automatic name": (naming.Counter, "next", _next, NAMES),
    "parameter default": (Block, "default", _default, NAMES),
    "current tensor": (naming_room, "PREV", "before", {**NAMES, "PREV": "before"}),
}
SAME_GRAPH = ("export", "current tensor")
"""Rules that change what a spec may write, and no layer."""


def test_unchanged_rules() -> None:
    graph, script = graph_and_script()
    tracer.trace(script, graph)
    assert "one_left_2_1_re_lu" in str(graph)


@pytest.mark.parametrize("rule", RULES)
def test_graph_and_script_follow_a_changed_rule(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, _ = graph_and_script()
    owner, function, other, names = RULES[rule]
    monkeypatch.setattr(owner, function, other)
    # Keras counts what has no name by the same rule.
    automatic = naming.Counter.next
    monkeypatch.setattr(
        tracer.Tracer,
        "automatic",
        lambda self, stem: automatic(
            self.__dict__.setdefault("counter", naming.Counter()), stem
        ),
    )
    graph, script = graph_and_script(names)
    assert "def unit(" in script, "the structure is kept"
    assert "def pair(" in script, "the structure is kept"
    assert (str(graph) == str(before)) == (rule in SAME_GRAPH)
    tracer.trace(script, graph)


def test_a_listener_knows_the_sizes_of_what_it_heard() -> None:
    class Asks(GraphBuilder):
        def layer(self, step, placed: Placed, *rest: Any) -> str:
            tensor = super().layer(step, placed, *rest)
            heard.append((tensor, self.sizes(tensor)))
            return tensor

    heard: list[tuple[str, Any]] = []
    text = """
input: [8, 8, 3]
layers:
- Conv2D: {filters: 4, kernel_size: 3}
- repeat: {times: 2, layers: [ReLU]}
"""
    program = read_program(Source(text, "<spec>"))
    run(program, Asks())
    assert heard == [
        ("conv2d", (None, 6, 6, 4)),
        ("re_lu", (None, 6, 6, 4)),
        ("re_lu_1", (None, 6, 6, 4)),
    ]
