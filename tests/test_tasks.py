"""What a model learns: told from its last layers, its losses and its targets."""

from typing import Any

import pytest

from cnnspec import api
from cnnspec.judge.subjects import sections

NPZ = "data: {source: npz, path: a.npz}"


def spec(layers: str, train: str, data: str = NPZ, *, head: str = "") -> str:
    head = head or "input: [8, 8, 1]"
    return f"{head}\nlayers:\n{layers}\n{data}\ntrain: {{{train}}}\n"


def told(text: str) -> list[str]:
    return [str(found).partition(" ")[2] for found in api.check(text).diagnostics]


def form(text: str) -> tuple[str, bool]:
    model = api.loads(text)
    [trained] = sections(model).training().outputs
    return trained.answer.form, trained.answer.tells_classes


CONV = "  - Conv2D: {{filters: {0}, kernel_size: 3, padding: same, activation: {1}}}"
ROW = "  - Flatten\n  - Dense: {{units: {0}, activation: {1}}}"
STEPS = "  - Reshape: [8, 8]\n  - LSTM: {{units: {0}, return_sequences: true}}"
STEPS += "\n  - Dense: {{units: {0}, activation: {1}}}"
SPARSE = "sparse_categorical_crossentropy"


@pytest.mark.parametrize(
    ("layers", "last", "loss", "keys", "read", "tells"),
    [
        (ROW, (10, "softmax"), SPARSE, "", "classes", True),
        (ROW, (1, "sigmoid"), "bce", "", "two classes", True),
        (ROW, (4, "sigmoid"), "bce", "labels: multi_hot", "labels", True),
        (ROW, (1, "linear"), "mse", "", "number", False),
        (ROW, (3, "linear"), "mse", "", "numbers", False),
        (ROW, (3, "sigmoid"), "mae", "", "numbers", False),
        (ROW, (3, "softmax"), "mse", "labels: one_hot", "classes", True),
        (CONV, (3, "softmax"), SPARSE, "", "pixel classes", True),
        (CONV, (3, "softmax"), "dice", "labels: one_hot", "pixel classes", True),
        (CONV, (1, "sigmoid"), "bce", "", "two pixel classes", True),
        (CONV, (1, "sigmoid"), "dice", "", "two pixel classes", True),
        (CONV, (1, "sigmoid"), "bce", "targets: input", "picture", False),
        (CONV, (1, "sigmoid"), "mse", "targets: sharp", "picture", False),
        (CONV, (3, "sigmoid"), "bce", "targets: colors", "picture", False),
        (STEPS, (5, "softmax"), SPARSE, "targets: words", "sequence", True),
        (STEPS, (8, "linear"), "mse", "targets: next", "sequence", False),
    ],
)
def test_a_task_is_told_from_last_layer_loss_and_target(
    layers: str, last: Any, loss: str, keys: str, read: str, tells: bool
) -> None:
    data = f"data: {{source: npz, path: a.npz{', ' if keys else ''}{keys}}}"
    text = spec(layers.format(*last), f"loss: {loss}", data)
    assert told(text) == []
    assert form(text) == (read, tells)


TWO = """
  - Flatten
  - Dense: {units: 10, activation: softmax, name: digit, from: flatten}
  - Dense: {units: 1, name: tilt, from: flatten}
outputs: [digit, tilt]"""
BOTH = "data: {source: npz, path: a.npz, targets: {digit: label, tilt: angle}}"


@pytest.mark.parametrize(
    ("train", "data", "said"),
    [
        ("loss: mse", BOTH, "write one for each that is trained, as in loss: {digit:"),
        ("loss: {digit: mse, tilt: mse}", BOTH, "[loss-labels]: mse needs one_hot"),
        (f"loss: {{digit: {SPARSE}, tlit: mse}}", BOTH, "did you mean 'tilt'?"),
        (f"loss: {{digit: {SPARSE}}}, metrics: {{tilt: [mae]}}",
         BOTH, "'tilt', which has no loss"),
        (f"loss: {{digit: {SPARSE}, tilt: mse}}, class_weight: {{0: 2.0}}",
         BOTH, "Keras takes class_weight for one output, and this model has 2"),
        (f"loss: {{digit: {SPARSE}, tilt: mse}}",
         "data: {source: npz, path: a.npz, targets: {digit: label}}",
         "names no array for 'tilt', which has a loss"),
        (f"loss: {{digit: {SPARSE}, tilt: mse}}, metrics: {{tilt: [accuracy]}}",
         BOTH, "accuracy counts right classes, and this model gives a number"),
        ((f"loss: {{digit: {SPARSE}, tilt: mse}}, epochs: 9, callbacks: "
         "[{EarlyStopping: {monitor: tilt_loss, patience: 2}}]"),
         BOTH, "set mode: max, or mode: min"),
        ((f"loss: {{digit: {SPARSE}, tilt: mse}}, epochs: 9, metrics: "
         "{digit: [accuracy]}, callbacks: "
         "[{EarlyStopping: {monitor: accuracy, mode: max}}]"),
         BOTH, "which is not reported; there is 'loss', 'digit_loss', 'tilt_loss'"),
        (f"loss: {{digit: {SPARSE}, tilt: mse}}",
         "data: {source: digits, test_size: 0.2, targets: {digit: label, tilt: angle}}",
         "'digits' has one target, which is called label"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_one_output_is_told_of_it(
    train: str, data: str, said: str
) -> None:
    text = spec(TWO.lstrip("\n"), train, data)
    [found] = told(text)
    assert said in found


def test_outputs_may_be_called_as_losses_are() -> None:
    layers = TWO.replace("digit", "class").replace("tilt", "Dice").lstrip("\n")
    data = "data: {source: npz, path: a.npz, targets: {class: label, Dice: angle}}"
    train = f"loss: {{class: {SPARSE}, Dice: mse}}, loss_weights: {{Dice: 0.5}}"
    model = api.loads(spec(layers, train, data))
    first, second = sections(model).training().outputs
    assert (first.name, first.loss, first.weight) == ("class", SPARSE, None)
    assert (second.name, second.loss, second.weight) == ("Dice", "mse", 0.5)


@pytest.mark.parametrize(
    ("layers", "last", "train", "said"),
    [
        (CONV, (3, "softmax"), "loss: categorical_crossentropy, metrics: [F1Score]",
         "f1_score takes a row for each sample, and the model gives 8x8x3"),
        (STEPS, (3, "linear"), "loss: mse, metrics: [R2Score]", "use mae"),
        (STEPS, (3, "softmax"), "loss: kl_divergence", "needs one_hot labels"),
        (CONV, (3, "softmax"), f"loss: {SPARSE}, class_weight: {{0: 2.0}}",
         "class_weight is for one class a sample"),
        (CONV, (1, "sigmoid"), "loss: mse, metrics: [accuracy]", "gives a picture"),
    ],
)  # fmt: skip
def test_what_keras_would_end_in_an_error_is_refused(
    layers: str, last: Any, train: str, said: str
) -> None:
    data = NPZ.replace("}", ", labels: one_hot}") if "F1Score" in train else NPZ
    [found] = told(spec(layers.format(*last), train, data))
    assert said in found
