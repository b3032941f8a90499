"""`check --keras` runs a batch, and a step of training where the spec has one."""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import pytest

from cnnspec import api

DIGITS = "data: {{source: digits, scale: 16, test_size: 0.3{data}}}\ntrain: {{{train}}}"


def _trained(train: str, *layers: str, data: str = "", last: str = "softmax") -> str:
    body = "".join(f"  - {layer}\n" for layer in layers)
    return (
        f"input: [8, 8, 1]\nlayers:\n{body}  - Flatten\n"
        f"  - Dense: {{units: 10, activation: {last}}}\n"
        f"{DIGITS.format(data=data, train=train)}\n"
    )


LOOP = """input: [8, 8, 1]
layers:
  - Reshape: [8, 8]
  - RNN: {%s}
  - Dense: {units: 10, activation: softmax}
data: {source: digits}
train: {loss: sparse_categorical_crossentropy}
"""
RUNS = {
    "a penalty in a loop that is unrolled": LOOP
    % "cell: {GRUCell: {units: 3, activity_regularizer: l2}}, unroll: true",
    "a penalty on what a loop gives": LOOP
    % "cell: {GRUCell: 3}, activity_regularizer: l2",
    "unknown sizes": """
        input: [null, null, 3]
        layers:
          - Conv2D: {filters: 2, kernel_size: 5}
          - MaxPooling2D
          - Conv2D: {filters: 2, kernel_size: 3}
          - Flatten
        """,
    "unknown steps": """
        inputs: {left: [null, 4], right: [null, 4]}
        layers: [{Add: {from: [left, right]}}, {LSTM: 2}]
        """,
    "several tensors": """
        input: {shape: [4], dtype: int32}
        layers:
          - Embedding: {input_dim: 9, output_dim: 2}
          - LSTM: {units: 2, return_state: true, name: states}
          - Concatenate: {from: states}
        """,
    "a layer again": """
        input: [4]
        layers: [{Dense: {units: 4, name: one}}, {apply: {layer: one, from: one}}]
        """,
    "what no output needs": """
        input: [4]
        layers: [{Dense: {units: 4, name: aside}}, {Dense: {units: 2, from: input}}]
        """,
    "one-hot": _trained("loss: categorical_crossentropy", data=", labels: one_hot"),
    "sparse": _trained("loss: sparse_categorical_crossentropy, metrics: [accuracy]"),
    "dropout and normalization": _trained(
        "loss: sparse_categorical_crossentropy",
        "{Dropout: 0.5}",
        "BatchNormalization",
    ),
    "weights of all classes": _trained(
        "loss: sparse_categorical_crossentropy, class_weight: balanced"
    ),
    "weights of some classes": _trained(
        "loss: sparse_categorical_crossentropy, class_weight: {3: 2}"
    ),
    "not compiled by XLA": _trained(
        "loss: sparse_categorical_crossentropy, jit_compile: false, "
        "optimizer: {Adam: {learning_rate: 0.1}}"
    ),
}


@pytest.mark.parametrize("spec", RUNS.values(), ids=RUNS)
def test_it_runs(spec: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(spec, encoding="utf-8")
    found = api.check(path, keras=True, ignore=["unused-layer"]).diagnostics
    assert found == []
    assert capfd.readouterr() == ("", "")


def test_a_number_and_two_classes(tmp_path: Path) -> None:
    table = "data: {source: csv, train: a.csv, test_size: 0.3}\n"
    for activation, loss in (("sigmoid", "binary_crossentropy"), ("linear", "mse")):
        path = tmp_path / f"{loss}.yaml"
        last = f"{{Dense: {{units: 1, activation: {activation}}}}}"
        path.write_text(
            f"input: [4]\nlayers: [{last}]\n{table}train: {{loss: {loss}}}\n",
            encoding="utf-8",
        )
        assert api.check(path, keras=True).diagnostics == []


class Fails(NamedTuple):
    line: int
    code: str
    says: str
    spec: str


FAILS = {
    "a layer": Fails(
        4,
        "fails-at-run",
        "'dense_1' (Dense) fails at the first batch: Input 0 ",
        "input: [8]\nlayers:\n  - Dense: {units: 10, activation: glu}\n  - Dense: 10\n",
    ),
    "more samples than labels": Fails(
        4,
        "fails-at-run",
        "'concatenate' (Concatenate) fails at the first step of training: it puts the ",
        "input: [8, 8, 1]\nlayers:\n  - Flatten\n"
        "  - Concatenate: {axis: 0, from: [prev, prev]}\n  - Dense: 10\n"
        "data: {source: digits}\n"
        "train: {loss: {SparseCategoricalCrossentropy: {from_logits: true}}}\n",
    ),
    "a penalty in a loop": Fails(
        4,
        "fails-at-run",
        "'rnn' (RNN) fails at the first step of training: the activity_regularizer of ",
        LOOP % "cell: {GRUCell: {units: 3, activity_regularizer: l2}}",
    ),
}


@pytest.mark.parametrize("case", FAILS.values(), ids=FAILS)
def test_what_fails_is_told_at_its_line(
    case: Fails, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(case.spec, encoding="utf-8")
    [found] = [d for d in api.check(path, keras=True).diagnostics if d[0] == "error"]
    assert (found.code, found.mark.line) == (case.code, case.line)
    assert found.message.startswith(case.says)
    assert found.message.isprintable()
    assert "Traceback" not in found.message
    assert capfd.readouterr() == ("", "")


def test_a_step_that_fails_is_told_at_train(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fit(*_: object, **__: object) -> None:
        raise ValueError("Exception encountered when calling f().\n\nno \x1b[1mway")

    path = tmp_path / "net.yaml"
    path.write_text(_trained("loss: sparse_categorical_crossentropy"), "utf-8")
    assert not api.check(path, keras=True).diagnostics
    monkeypatch.setattr(keras.Model, "fit", fit)
    [found] = api.check(path, keras=True).diagnostics
    assert (found.code, found.mark.line) == ("fails-at-run", 6)
    assert found.message == "the first batch fails: no way"


def test_what_is_drawn_after_a_trial_is_what_would_have_been() -> None:
    def drawn() -> Any:
        return float(keras.initializers.RandomUniform()((1,))[0])

    spec = "input: [8]\nlayers: [{Dense: 3}, {Dropout: 0.5}]\n"
    keras.utils.set_random_seed(3)
    expected = drawn()
    keras.utils.set_random_seed(3)
    assert api.check(spec, keras=True).ok
    assert drawn() == expected


def test_a_policy_holds_for_the_trial_alone(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    train = "loss: sparse_categorical_crossentropy, mixed_precision: mixed_bfloat16"
    path.write_text(_trained(train), encoding="utf-8")
    assert api.check(path, keras=True).diagnostics == []
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("error", [MemoryError(), RecursionError("too deep")])
def test_a_failure_of_keras_is_a_finding(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(keras.Model):
        def __new__(cls, *_: object, **__: object) -> None:
            raise error

    path = tmp_path / "net.yaml"
    path.write_text("input: [4]\nlayers: [{Dense: 2}]\n", encoding="utf-8")
    monkeypatch.setattr(keras, "Model", Failing)
    [found] = api.check(path, keras=True).diagnostics
    assert found.code == "keras-refused"
    assert (str(error) or "MemoryError") in found.message
