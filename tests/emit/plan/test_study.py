"""Which variable each place can read follows from all runs of its function."""

from cnnspec.emit.code.plan.places import (
    Export,
    LayerOf,
    LayerUsed,
    Made,
    Outgoing,
    Result,
    Returned,
    TensorRead,
)
from cnnspec.ground.errors import Path
from tests.emit.plan import flow_of


def at(*path: str | int) -> Path:
    return ("layers", *path)


def test_a_chain_needs_no_variable_but_that_of_the_current_tensor() -> None:
    main = flow_of("layers: [ReLU, ELU, Softmax]").functions[""]
    assert main.own == main.stored == main.by_key == main.chosen == set()
    assert main.values_at(Outgoing(None, 0)) == {Made(at(2))}
    [read] = main.uses[TensorRead(at(1), None, 0)]
    assert (read.next, read.lasts, read.by) == (True, True, "")


def test_what_is_read_later_has_a_variable_of_its_own() -> None:
    main = flow_of("""
        layers: [{ReLU: {name: a}}, ELU, {Add: {from: [prev, a]}}]
        """).functions[""]
    assert main.own == {main.group(Made(at(0, "ReLU")))}
    [read] = main.uses[TensorRead(at(2, "Add"), 1, 0)]
    assert (read.next, read.lasts, read.by) == (False, True, "a")


def test_what_no_variable_holds_each_time_is_kept_by_name() -> None:
    main = flow_of("""
        layers:
        - repeat: {times: 2, index: i, layers: [{ReLU: {name: "t${i}"}}]}
        - Add: {from: [t0, t1]}
        """).functions[""]
    made = Made(at(0, "repeat", "layers", 0, "ReLU"))
    assert main.stored == {made}
    # The last of them is still in the variable.
    assert main.by_key == {TensorRead(at(1, "Add"), 0, 0)}
    assert main.is_own(made)
    assert main.names[made] == {"t0", "t1"}


def test_a_test_chooses_between_variables() -> None:
    both = flow_of("""
        blocks:
          unit:
            params: [deep]
            layers:
            - ReLU: {name: a}
            - ELU: {name: b}
            - Softmax: {from: "${'a' if deep else 'b'}"}
        layers: [{unit: {deep: true, name: x}}, {unit: {deep: false, name: y}}]
        """).functions["unit"]
    use = TensorRead(("blocks", "unit", "layers", 2, "Softmax"), 0, 0)
    assert both.chosen == {use}
    assert len(both.values_at(use)) == 2


def test_what_a_caller_reads_is_handed_to_it() -> None:
    flow = flow_of("""
        blocks:
          unit: {layers: [{ReLU: {name: skip}}, ELU]}
        layers:
        - unit: {name: a}
        - apply: {layer: a_skip}
        - Add: {from: [prev, a_skip]}
        """)
    unit, main = flow.functions["unit"], flow.functions[""]
    made = Made(("blocks", "unit", "layers", 0, "ReLU"))
    assert set(unit.handed) == {made, LayerOf(made)}
    path = at(0, "unit")
    assert main.values_at(LayerUsed(at(1, "apply"))) == {Export(path, LayerOf(made))}
    read = TensorRead(at(2, "Add"), 1, 0)
    assert main.values_at(read) == {Export(path, made)}
    result = Returned(("blocks", "unit"), 0)
    assert unit.values_at(result) == {Made(("blocks", "unit", "layers", 1))}
    assert Result(path, 0) in main.live
