"""Each reason why the structure of a part can't be kept, and what is flat for it."""

import pytest

from cnnspec.ground.errors import Path
from tests.emit.plan import flow_of

CASES = {
    "all can be kept": (
        """
        blocks: {unit: {layers: [{repeat: {times: 2, layers: [ReLU]}}]}}
        layers: [unit, {unit: {name: a}}]
        """,
        [],
    ),
    "arguments that no one code comes to": (
        """
        layers:
        - ReLU
        - repeat:
            for: {start: [{HeNormal: {seed: 1}}, {HeNormal: {seed: 2}}]}
            layers: [{Dense: {units: 3, kernel_initializer: $start}}]
        """,
        [("layers", 1, "repeat")],
    ),
    "results that differ in number": (
        """
        blocks:
          inner:
            params: [deep]
            layers:
            - if: {test: $deep, then: [ReLU], else: [{pair: {from: [prev, prev]}}]}
          pair: {inputs: [a, b], layers: [ReLU: {from: a}], outputs: [a, prev]}
        layers:
        - inner: {deep: true}
        - inner: {deep: false}
        - Add
        """,
        [("layers", 0, "inner"), ("layers", 1, "inner")],
    ),
    "a default that stands for None, which a call gives": (
        """
        blocks:
          unit:
            params: {n: 4, bias: "${n > 2}", act: "${['relu', 'tanh'][0]}"}
            layers: [{Dense: {units: $n, use_bias: $bias, activation: $act}}]
        layers: [{unit: {act: null}}, {unit: {act: null, n: 1}}, unit]
        """,
        [("layers", 0, "unit"), ("layers", 1, "unit"), ("layers", 2)],
    ),
    "two tensors that become the current one": (
        """
        blocks: {pair: {inputs: [a, b], layers: [ReLU: {from: a}], outputs: [a, prev]}}
        layers:
        - ReLU
        - repeat:
            times: 2
            index: i
            layers:
            - if:
                test: "${i == 0}"
                then: [ReLU]
                else: [{pair: {from: [prev, prev]}}]
            - Add: {from: [prev, prev]}
        """,
        [("layers", 1, "repeat")],  # as the `if` in it is taken twice
    ),
    "what a call gave in another round, by the call's name": (
        """
        blocks: {unit: {layers: [{ReLU: {name: skip}}]}}
        layers:
        - repeat:
            times: 2
            index: i
            layers: [{unit: {name: "u${i}"}}, {Dense: 3}]
        - Add: {from: [u0, u1]}
        """,
        [],
    ),
    "what a call gave in another round, by the name of a layer in it": (
        """
        blocks: {unit: {layers: [{ReLU: {name: skip}}]}}
        layers:
        - repeat:
            times: 2
            index: i
            layers: [{unit: {name: "u${i}"}}, {Dense: 3}]
        - Add: {from: [u0_skip, u1]}
        """,
        [("layers", 0, "repeat")],  # nothing is kept by that name
    ),
    "a call that is kept by its name, and gives two tensors": (
        """
        blocks:
          pair: {layers: [ReLU, {ELU: {from: input, name: b}}], outputs: [prev, b]}
        layers:
        - Conv2D: {filters: 3, kernel_size: 1, name: a}
        - repeat:
            times: 2
            index: i
            layers: [{pair: {name: "p${i}", from: a}}]
        - Add: {from: [p0]}
        """,
        [("layers", 1, "repeat")],
    ),
    "what is named or not by turns": (
        """
        blocks:
          unit:
            params: [by]
            layers: [ReLU, {ELU: {name: b}}, {Add: {from: [$by, b]}}]
        layers:
        - unit: {by: prev, name: x}
        - unit: {by: input, name: y}
        """,
        [("layers", 0, "unit"), ("layers", 1, "unit")],
    ),
    "a list of names in one formula, of what rounds in a branch made": (
        """
        layers:
        - Conv2D: {filters: 4, kernel_size: 1}
        - Add:
            from:
            - prev
            - - Add:
                  from:
                  - - repeat:
                        times: 3
                        index: i
                        layers: [{ReLU: {name: "a${i}"}}, {ELU: {name: "b${i}"}}]
                  - "${['a0', 'b1']}"
        """,
        [("layers", 1, "Add", "from", 1, 0, "Add", "from", 0, 0, "repeat")],
    ),
    "a list of names in one formula, of which the first is kept by its name": (
        """
        layers:
        - repeat: {times: 2, index: i, layers: [{ReLU: {name: "a${i}"}}]}
        - Concatenate: {from: ["${['a0', 'input']}"]}
        """,
        [("layers", 0, "repeat")],
    ),
    "a call in a branch that others stand for each time": (
        """
        blocks: {unit: {layers: [ReLU]}}
        layers: [{repeat: {times: 1, layers: [{Add: {from: [prev, [unit]]}}]}}]
        change: {unit: null}
        """,
        [("layers", 0, "repeat")],
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_is_seen_flat(case: tuple[str, list[Path]]) -> None:
    text, paths = case
    flow = flow_of(text)
    assert flow.lost == []
    assert sorted(flow.flat_nodes) == paths
