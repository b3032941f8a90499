"""What a listener hears of a program, in which order and by which names."""

from typing import Any

from cnnspec.catalogue.layers import Layer, make_layer
from cnnspec.ground.source import Source
from cnnspec.language.listener import Listener
from cnnspec.language.reader import read_program
from cnnspec.language.run import run

SPEC = """
input: [8, 8, 3]
vars: {deep: false}
blocks:
  unit:
    params: {filters: 4}
    layers:
    - Conv2D: {filters: $filters, kernel_size: 3, padding: same}
    - ReLU: {name: skip}
layers:
- unit: {name: stem}
- repeat:
    for: {n: [1, 2]}
    layers:
    - if:
        test: ${n > 1}
        then: [ReLU]
        else: [unit: {filters: $n}]
- Add: {from: [[ReLU], stem_skip, prev]}
- apply: {layer: stem_conv2d, from: stem, name: again}
"""


class Diary(Listener[str]):
    """Notes everything; a tensor is called by what made it."""

    def __init__(self) -> None:
        self.pages: list[str] = []

    def input(self, name: str, *_: Any) -> str:
        return name

    def lost(self, name: str) -> str:
        return name

    def name(self, tensor: str) -> str:
        return tensor

    def sizes(self, tensor: str) -> None:
        return None

    def part(self, tensor: str, number: int) -> str:
        return f"{tensor}.{number}"

    def layer(self, step, placed, layer, arguments, inner, read, said) -> str:
        by = [one.by for one in said]
        self.pages.append(f"{placed.name} reads {', '.join(read)} as {by}")
        return placed.name

    def apply(self, step, placed, shared, source, by, read, said) -> str:
        self.pages.append(f"{placed.name} is {shared} on {', '.join(read)}")
        return placed.name

    def enter(self, step, placed, arguments, read, said) -> tuple[str, ...]:
        name = placed.name or "?"
        block = getattr(step, "block", "apply")
        self.pages.append(f"enter {block} {name} {arguments}")
        return read

    def leave(self, step, placed, results, said, exports) -> Any:
        self.pages.append(f"leave with {results}, known {sorted(exports)}")
        return results, exports

    def again(self, step, placed, shared, read, said) -> str:
        self.pages.append(f"{placed.name} is {shared} on {', '.join(read)} again")
        return placed.name

    def model(self, step, placed, contents, arguments, read, said, holder) -> Any:
        self.pages.append(f"model {placed.name} with {', '.join(contents.inputs)}")
        return self, contents.inputs

    def modelled(self, step, placed, outcome) -> Layer:
        self.pages.append(f"{placed.name} gives {', '.join(outcome.outputs)}")
        return make_layer("ReLU", None)

    def model_called(self, step, placed, layer, read, said) -> str:
        self.pages.append(f"{placed.name} reads {', '.join(read)}")
        return placed.name

    def round(self, step, number, current) -> tuple[str, ...]:
        self.pages.append(f"round {number}")
        return current

    def repeated(self, step, rounds, current) -> tuple[str, ...]:
        self.pages.append(f"{rounds} rounds")
        return current

    def arm(self, step, arm) -> None:
        self.pages.append(f"arm {arm}")

    def joined(self, step, arm, current) -> tuple[str, ...]:
        self.pages.append("joined")
        return current

    def outputs(self, read, said) -> None:
        self.pages.append(f"gives {', '.join(read)}")


def heard(listener: Diary, spec: str = SPEC) -> list[str]:
    program = read_program(Source(spec, "<spec>"))
    assert run(program, listener).problems == []
    return listener.pages


def test_events_come_in_the_order_of_code() -> None:
    assert heard(Diary()) == [
        "enter unit stem {}",
        "stem_conv2d reads input_layer as []",
        "stem_skip reads stem_conv2d as []",
        "leave with ('stem_skip',), known ['stem_conv2d', 'stem_skip']",
        "round 1",
        "arm False",
        "enter unit unit {'filters': 1}",
        "conv2d reads stem_skip as []",
        "unit_skip reads conv2d as []",
        "leave with ('unit_skip',), known ['conv2d', 'unit_skip']",
        "joined",
        "round 2",
        "arm True",
        "re_lu reads unit_skip as []",
        "joined",
        "2 rounds",
        "re_lu_1 reads re_lu as []",
        "add reads re_lu_1, stem_skip, re_lu as ['', 'stem_skip', '']",
        "again is stem_conv2d on stem_skip",
        "gives again",
    ]


def test_an_arm_is_tried_without_a_trace() -> None:
    class Curious(Diary):
        def tries(self, step, arm) -> bool:
            self.pages.append(f"tries {arm}")
            return True

        def tried(self, step, arm, sound) -> None:
            self.pages.append(f"tried {arm}: {sound}")

    plain, pages = heard(Diary()), heard(Curious())
    assert pages.count("tried True: True") == pages.count("tried False: True") == 1
    real, trying = [], False
    for page in pages:
        trying = page.startswith("tries") or (trying and not page.startswith("tried"))
        if not trying and not page.startswith("tried"):
            real.append(page)
    assert real == plain


def test_a_listener_may_say_what_a_tensor_becomes() -> None:
    class Renames(Diary):
        def enter(self, step, placed, arguments, read, said) -> tuple[str, ...]:
            return tuple(f"given {tensor}" for tensor in read)

        def leave(self, step, placed, results, said, exports) -> Any:
            return ("result",), {name: (f"the {name}",) for name in exports}

        def round(self, step, number, current) -> tuple[str, ...]:
            return (f"start {number}",)

        def joined(self, step, arm, current) -> tuple[str, ...]:
            return ("after if",)

        def repeated(self, step, rounds, current) -> tuple[str, ...]:
            return ("end",)

        def name(self, tensor: str) -> str:
            return tensor.removeprefix("the ")

    pages = [page for page in heard(Renames()) if " reads " in page]
    assert pages == [
        "stem_conv2d reads given input_layer as []",
        "stem_skip reads stem_conv2d as []",
        "conv2d reads given start 1 as []",
        "unit_skip reads conv2d as []",
        "re_lu reads start 2 as []",
        "re_lu_1 reads end as []",
        "add reads re_lu_1, the stem_skip, end as ['', 'stem_skip', '']",
    ]


def test_a_model_is_heard_where_it_is_called() -> None:
    spec = """
    input: [8, 8, 3]
    blocks: {m: {model: true, layers: [ReLU, ReLU]}}
    layers: [ReLU, {m: {name: a}}, m, Flatten]
    """
    assert heard(Diary(), spec) == [
        "re_lu reads input_layer as []",
        "model a with input_layer_1",
        "re_lu_1 reads input_layer_1 as []",
        "re_lu_2 reads re_lu_1 as []",
        "a gives re_lu_2",
        "a reads re_lu",
        "model m with input_layer_2",
        "re_lu_3 reads input_layer_2 as []",
        "re_lu_4 reads re_lu_3 as []",
        "m gives re_lu_4",
        "m reads a",
        "flatten reads m as []",
        "gives flatten",
    ]


def test_a_call_that_is_applied_is_heard_as_a_call() -> None:
    spec = """
    input: [8, 8, 3]
    blocks: {m: {layers: [ReLU: {name: a}, if: {test: false, then: [], else: [ReLU]}]}}
    layers: [{m: {name: one}}, apply: {layer: one, name: two}, Flatten]
    """
    assert heard(Diary(), spec) == [
        "enter m one {}",
        "one_a reads input_layer as []",
        "arm False",
        "one_re_lu reads one_a as []",
        "joined",
        "leave with ('one_re_lu',), known ['one_a', 'one_re_lu']",
        "enter apply two {}",
        "two_a is one_a on one_re_lu again",
        "arm False",
        "two_re_lu is one_re_lu on two_a again",
        "joined",
        "leave with ('two_re_lu',), known ['two_a', 'two_re_lu']",
        "flatten reads two_re_lu as []",
        "gives flatten",
    ]
