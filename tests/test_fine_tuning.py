"""A second fit, which trains what the first one leaves frozen.

`check --keras` trains both fits for a step, and compares what each of them trains.
"""

from textwrap import dedent

import pytest

import cnnspec
from cnnspec.app import findings
from cnnspec.language.fine_tuning import second_fit
from cnnspec.model.order import keras_order
from tests.emit.quick import train_eagerly

SPEC = """
    name: tuned
    input: [28, 28, 1]
    blocks:
      inner:
        model: true
        layers:
          - Conv2D: {filters: 4, kernel_size: 3, name: deep}
          - BatchNormalization: {name: bn, trainable: false}
      tower:
        model: true
        layers:
          - Conv2D: {filters: 8, kernel_size: 3, name: look, trainable: false}
          - BatchNormalization
          - inner: {name: inn, trainable: false}
          - Flatten
          - Dense: {units: 16, name: last}
      unit:
        params: [filters]
        layers:
          - Conv2D: {filters: $filters, kernel_size: 3, name: c}
          - BatchNormalization: {name: bn}
          - Dropout: 0.2
      pair:
        layers:
          - unit: {name: one, filters: 4}
          - unit: {name: two, filters: 5}
    layers:
      - pair: {name: stem, trainable: false}
      - repeat: {times: 2, trainable: false, layers: [{unit: 3}]}
      - tower: {name: left}
      - Reshape: [4, 4]
      - Bidirectional: {layer: {LSTM: {units: 3, trainable: false}}, name: bi}
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train:
      loss: sparse_categorical_crossentropy
      optimizer: {Adam: {learning_rate: 0.001, clipnorm: 1.0}}
      epochs: 10
      seed: 0
      fine_tune: {unfreeze: UNFREEZE, epochs: 5, learning_rate: 1e-5}
"""
FIRST = 16486

# What is trained by the name, worked out by hand: kernel + bias, gamma + beta.
LOOK, INNER_CONV, INNER_BN = 3 * 9 * 8 + 8, 8 * 9 * 4 + 4, 8
ONE, TWO = (9 * 4 + 4) + 8, (4 * 9 * 5 + 5) + 10
UNIT, UNIT_1 = (5 * 9 * 3 + 3) + 6, (3 * 9 * 3 + 3) + 6
BI = 2 * (4 * 3 * (4 + 3 + 1))
CASES = [
    ("left", "", LOOK + INNER_CONV + INNER_BN),
    ("left", "inn", INNER_CONV + INNER_BN),
    ("left/inn", "", INNER_CONV + INNER_BN),
    ("left/inn", "bn", INNER_BN),
    ("left/look", "", LOOK),
    ("stem", "", ONE + TWO),
    ("stem_two", "", TWO),
    ("stem", "two_c", TWO),
    ("stem", "stem_one_bn", TWO + 8),
    ("unit", "", UNIT),
    ("[unit_1, bi]", "", UNIT_1 + BI),
]


def spec(unfreeze: str, from_layer: str = "", more: str = "") -> str:
    text = dedent(SPEC).replace("UNFREEZE", unfreeze)
    if from_layer:
        more += f", from_layer: {from_layer}"
    return text.replace("epochs: 5", f"epochs: 5{more}")


@pytest.mark.parametrize(("unfreeze", "from_layer", "more"), CASES)
def test_counts_what_each_fit_trains(unfreeze: str, from_layer: str, more: int) -> None:
    checked = cnnspec.check(spec(unfreeze, from_layer))
    assert checked.ok, str(checked)
    summary = checked.summary
    assert summary is not None
    assert summary.trainable_params == FIRST
    assert summary.tuned is not None
    assert summary.tuned.trainable_params == FIRST + more
    assert f"({FIRST:,} trained, then {FIRST + more:,})" in findings.text(checked)
    told = {"trainable_params": FIRST + more}
    told |= {"non_trainable_params": summary.total_params - FIRST - more}
    assert checked.model().to_dict()["fine_tune"] == told
    assert f'"trainable_params": {FIRST + more}' in findings.as_json([checked])


def test_keras_trains_as_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both fits take a step, and Keras trains as many weights as are counted."""
    train_eagerly(monkeypatch)
    checked = cnnspec.check(spec("[left, stem, unit_1, bi]"), keras=True)
    assert not checked.diagnostics, str(checked)


def test_what_is_tuned_is_called_in_inference_from_the_start() -> None:
    graph = cnnspec.loads(spec("[stem, left]")).summary.graph
    quiet = {node.name for node in graph.nodes if node.settings == {"training": False}}
    inside = ("stem_one_bn", "stem_one_dropout", "stem_two_bn", "stem_two_dropout")
    assert quiet == {*inside, "left"}
    unfrozen = cnnspec.loads(spec("bi")).summary.graph
    assert not any(node.settings for node in unfrozen.nodes)


@pytest.mark.parametrize(
    ("more", "optimizer", "batch_size"),
    [
        ("", "Adam(learning_rate=1e-05, clipnorm=1.0)", None),
        (", batch_size: 8", "Adam(learning_rate=1e-05, clipnorm=1.0)", 8),
    ],
)
def test_a_new_optimizer_of_the_same_kind(
    more: str, optimizer: str, batch_size: int | None
) -> None:
    train = cnnspec.loads(spec("stem", more=more)).program.train
    assert train is not None
    second = second_fit(train)
    assert repr(second.optimizer) == optimizer
    assert (second.epochs, second.batch_size) == (5, batch_size)
    assert (train.epochs, train.batch_size) == (10, None)


FOUND = [
    ("stam", "", "unknown-unfreeze: fine_tune unfreezes 'stam'"),
    ("left/lok", "", "did you mean 'left/look'?"),
    ("left", ", from_layer: inm", "'left' has no layer 'inm' among its 5; cnnspec"),
    ("bi", ", from_layer: x", "'bi' is one layer, and has no layer 'x'"),
    ("dense", "", "nothing-unfrozen: fine_tune unfreezes 'dense', which isn't"),
    ("reshape", "", "fine_tune unfreezes 'reshape', which has no weights"),
    ("left", ", from_layer: last", "from 'last' on, 'left' is trained from the start"),
    ("[stem, stem]", "", "duplicate-value: train.fine_tune.unfreeze names 'stem'"),
    ("stem", ", loss: mse", "'loss'; it holds for both fits, and stands in train:"),
    ("stem", ", optimizer: sgd", "has both optimizer and learning_rate"),
    (
        "stem",
        ", callbacks: [{EarlyStopping: {patience: 9, monitor: loss}}]",
        "epoch 10",
    ),
    ("stem", ", callbacks: [EarlyStopping]", "watches val_loss, and nothing is"),
    ("stem", ", class_weight: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]", "nothing is learnt"),
]


@pytest.mark.parametrize(("unfreeze", "more", "says"), FOUND)
def test_says_what_is_wrong_with_the_second_fit(
    unfreeze: str, more: str, says: str
) -> None:
    found = cnnspec.check(spec(unfreeze, more=more)).diagnostics
    assert len(found) == 1, found
    told = f"{found[0].code}: {found[0].message}; {found[0].hint}"
    assert says in told
    assert found[0].mark.line == 41


@pytest.mark.parametrize(
    ("rate", "code"),
    [
        ("learning_rate: 0.001", ["fine-tune-rate"]),
        ("optimizer: {Adam: {learning_rate: 0.01}}", ["fine-tune-rate"]),
        ("optimizer: {SGD: {learning_rate: 0.01}}", []),
        ("learning_rate: {CosineDecay: {initial_learning_rate: 1e-4, decay_steps: 9}}",
         ["rate-zero"]),
        ("shuffle: false", ["fine-tune-rate"]),
    ],
)  # fmt: skip
def test_warns_of_steps_as_large_as_before(rate: str, code: list[str]) -> None:
    text = spec("stem").replace("learning_rate: 1e-5", rate)
    assert [one.code for one in cnnspec.check(text).diagnostics] == code


def test_what_the_second_fit_takes_over_is_told_once() -> None:
    """A warning about a callback of both is no matter of the second alone."""
    text = spec("stem").replace(
        "seed: 0",
        "seed: 0\n  callbacks: [{EarlyStopping: {monitor: loss, patience: 8}}]",
    )
    assert not cnnspec.check(text).diagnostics
    late = text.replace("patience: 8", "patience: 10")
    assert [one.code for one in cnnspec.check(late).diagnostics] == ["late-callback"]
    plateau = text.replace("EarlyStopping", "ReduceLROnPlateau")
    plateau = plateau.replace(
        "learning_rate: 1e-5",
        "learning_rate: {CosineDecay: {initial_learning_rate: 1e-5, decay_steps: 9e3}}",
    )
    [found] = cnnspec.check(plateau).diagnostics
    assert found.code == "callback-schedule"
    assert found.message.startswith("in fine_tune: ReduceLROnPlateau")


def test_layers_that_are_used_again_stand_in_their_order_once() -> None:
    """As Keras's `model.layers` has them."""
    text = """
    input: [8]
    layers:
      - Dense: {units: 8, name: one}
      - Dense: {units: 8, name: two}
      - apply: {layer: one}
      - Dense: {units: 8, name: three}
    """
    graph = cnnspec.loads(dedent(text)).summary.graph
    model = cnnspec.keras_model(dedent(text))
    assert keras_order(graph) == [layer.name for layer in model.layers[1:]]


def test_keras_s_batch_of_32_is_no_other_size() -> None:
    for key in ("steps_per_execution: 2", "distribute: data_parallel"):
        text = (
            dedent(SPEC)
            .replace("UNFREEZE", "stem")
            .replace("  seed: 0", f"  {key}\n  seed: 0")
        )
        for size, found in ((32, set()), (64, {"exclusive-arguments"})):
            one = text.replace("epochs: 5,", f"epochs: 5, batch_size: {size},")
            told = cnnspec.check(one).diagnostics
            assert {d.code for d in told if d.severity == "error"} == found, key


def test_a_second_fit_that_no_script_calls_is_told_once() -> None:
    text = dedent(SPEC).replace("UNFREEZE", "stem")
    text = text.replace("data: {source: mnist, scale: 255}\n", "")
    text = text.replace("epochs: 5,", "epochs: 5, batch_size: 8, shuffle: false,")
    told = [
        d.message for d in cnnspec.check(text).diagnostics if "for fit" in d.message
    ]
    assert [message.split()[0] for message in told] == [
        "train.epochs",
        "train.fine_tune",
    ]
