"""The history holds what happened inside what it happened in."""

from typing import Any

from cnnspec.emit.code.plan.history import (
    ArmTaken,
    Called,
    LayerTaken,
    Repeated,
    _Recorder,
)
from cnnspec.emit.code.plan.planning import shapes_of
from cnnspec.language.run import run
from cnnspec.model.resolver import resolve
from tests.emit.plan import history_from, program_of


def told(events: list[Any]) -> list[Any]:
    """The names of layers, and for what has a structure its word and what is inside."""
    found: list[Any] = []
    for event in events:
        if isinstance(event, Repeated):
            inside: Any = [told(one.events) for one in event.rounds]
            found.append(("repeat", inside))
        elif isinstance(event, ArmTaken):
            word = "tried" if event.is_tried else "taken"
            found.append((word, event.arm, told(event.events)))
        elif isinstance(event, Called):
            found.append((event.step.block, told(event.events)))
        else:
            if event.branches:
                found.append(("branches", told(event.branches)))
            found.append(event.placed.name)
    return found


def test_calls_rounds_and_branches_hold_what_happens_in_them() -> None:
    history = history_from("""
        blocks:
          unit: {layers: [ReLU, {repeat: {times: 2, layers: [Softmax]}}]}
        layers:
        - unit: {name: a}
        - Add: {from: [prev, [ELU]]}
        - repeat: {times: 0, layers: [Flatten]}
        """)
    rounds = [["a_1_softmax"], ["a_2_softmax"]]
    assert told(history.events) == [
        ("unit", ["a_re_lu", ("repeat", rounds)]),
        ("branches", ["elu"]),
        "add",
        ("repeat", []),
    ]
    assert history.idle == {("layers", 2, "repeat")}


def test_idle_arms_are_tried_once_and_those_in_them_too() -> None:
    history = history_from("""
        vars: {deep: false, wide: true}
        layers:
        - repeat:
            times: 2
            layers:
            - if:
                test: $deep
                then: [{if: {test: $wide, then: [ReLU], else: [ELU]}}]
                else: [Softmax]
        """)
    # What is tried counts no names: the model never has it.
    tried = [("tried", False, ["elu"]), ("taken", True, ["re_lu"])]
    rounds = [
        [("tried", True, tried), ("taken", False, ["softmax"])],
        [("taken", False, ["softmax_1"])],
    ]
    assert told(history.events) == [("repeat", rounds)]


def test_an_arm_that_cannot_be_taken_leaves_no_trace() -> None:
    history = history_from("""
        vars: {deep: false}
        blocks:
          pair: {inputs: [a, b], layers: [{Add: {from: [a, b]}}]}
        layers:
        - ReLU
        - if:
            test: $deep
            then: [ELU, {pair: {from: prev}}, {repeat: {times: 2, layers: [ELU]}}]
            else: [{pair: {from: [prev, prev]}}]
        """)
    assert told(history.events) == ["re_lu", ("taken", False, [("pair", ["add"])])]


def test_a_tensor_behind_a_call_is_another_one_of_the_same_layer() -> None:
    [called, layer] = history_from("""
        blocks: {unit: {layers: [{ReLU: {name: skip}}]}}
        layers: [{unit: {name: a}}, {Add: {from: [prev, a_skip]}}]
        """).events
    assert isinstance(called, Called) and isinstance(layer, LayerTaken)
    [inside], [outside] = called.exports["a_skip"]
    assert inside.number != outside.number
    assert layer.read == (*called.gave, outside)
    assert {tensor.node for tensor in (inside, outside, *called.gave)} == {"a_skip"}


def test_sizes_are_those_of_the_graph() -> None:
    program = program_of("""
    layers:
    - Conv2D: {filters: 4, kernel_size: 3}
    - Flatten
    """)
    recorder = _Recorder(frozenset(), shapes_of(resolve(program)))
    run(program, recorder)
    found = [recorder.sizes(event.gave) for event in recorder.history({}).events]
    assert found == [(None, 14, 14, 4), (None, 784)]
