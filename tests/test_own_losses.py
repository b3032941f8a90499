"""Losses and metrics of one's own: declared, checked without an import, and trained."""

import ast
import sys
from pathlib import Path
from textwrap import dedent

import keras
import pytest

import cnnspec
from cnnspec.emit.keras_script.script import render_script
from tests.emit.quick import take_few_digits
from tests.emit.test_lesson import run
from tests.emit.test_resume import hasten, rows
from tests.emit.test_script import load_script

MODULE = """
import keras
from keras import ops


class Tversky2(keras.losses.Loss):
    def __init__(self, alpha=0.5, gamma=1.0, **kwargs):
        super().__init__(**kwargs)
        self.alpha, self.gamma = alpha, gamma

    def call(self, y_true, y_pred):
        hit = ops.sum(ops.cast(y_true, y_pred.dtype) * y_pred, axis=-1)
        return self.alpha * (1 - hit) ** self.gamma

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha, "gamma": self.gamma}


class Sure(keras.metrics.Mean):
    def __init__(self, above=0.5, name="sure", **kwargs):
        super().__init__(name=name, **kwargs)
        self.above = above

    def update_state(self, y_true, y_pred, sample_weight=None):
        return super().update_state(ops.max(y_pred, axis=-1) > self.above)


def peak(y_true, y_pred):
    return ops.max(y_pred, axis=-1)


def power(exponent):
    def loss(y_true, y_pred):
        apart = ops.cast(y_true, y_pred.dtype) - y_pred
        return ops.mean(ops.abs(apart) ** exponent, axis=-1)

    return loss


NUMBER = 3
"""
SPEC = """
    name: own
    input: [8, 8, 1]
    vars: {a: 0.7}
    custom:
      Tversky2:
        import: own_losses_of_a_test
        kind: loss
        arguments: {alpha: 0.5, gamma: "${2 * alpha}"}
        labels: one_hot
      Sure: {import: own_losses_of_a_test, arguments: {above: 0.5}}
      top: {import: "own_losses_of_a_test:peak"}
      power: {import: own_losses_of_a_test, kind: loss, arguments: [exponent]}
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: digits, scale: 16, labels: one_hot}
    train:
      loss: {Tversky2: {alpha: "${a / 2}"}}
      metrics: [accuracy, {Sure: {above: 0.9}}, top]
      epochs: 2
      seed: 1
      validation_split: 0.2
      callbacks: [{EarlyStopping: {monitor: val_sure, mode: max, patience: 0}}]
"""
IGNORED = "unused-custom late-callback unused-variable"


def spec(*changes: str) -> str:
    text = dedent(SPEC)
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        assert old in text
        text = text.replace(old, new)
    return text


POWER = spec('{Tversky2: {alpha: "${a / 2}"}}', "{power: 2.0}")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where Python finds the module."""
    (tmp_path / "own_losses_of_a_test.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def codes(text: str, **how: bool) -> list[str]:
    found = cnnspec.check(text, ignore=IGNORED.split(), **how).diagnostics
    return [f"{d.mark.line}: {d.code}: {d.message}; {d.hint}" for d in found]


def test_a_check_imports_nothing() -> None:
    assert codes(spec()) == []
    assert codes(POWER) == []
    assert "own_losses_of_a_test" not in sys.modules
    refused = codes(spec(), keras=True)
    assert len(refused) == 4
    assert "--allow-import lets 'own_losses_of_a_test' be" in refused[0]


@pytest.mark.parametrize(
    ("text", "loss"), [(spec(), "Tversky2(alpha=0.35)"), (POWER, "power(2.0)")]
)
@pytest.mark.parametrize("style", ["lesson", "full"])
def test_a_script_imports_what_it_uses(text: str, loss: str, style: str) -> None:
    program, summary = cnnspec.loads(text)
    script = render_script(program, summary, style=style)
    ast.parse(script)
    assert f"loss={loss}," in script
    assert 'Sure(above=0.9, name="sure"), top]' in script
    assert "from own_losses_of_a_test import peak as top" in script
    other = "power" if "Tversky2" in loss else "Tversky2"
    assert other not in script


def test_keras_trains_by_them(folder: Path) -> None:
    assert codes(spec(), keras=True, allow_import=True) == []
    assert codes(POWER, keras=True, allow_import=True) == []
    model = cnnspec.keras_model(spec(), allow_import=True)
    model.save(folder / "model.keras")
    own = vars(sys.modules["own_losses_of_a_test"])
    names = {name: own[name] for name in ("Tversky2", "Sure", "peak")}
    found = keras.saving.load_model(folder / "model.keras", custom_objects=names)
    assert found.loss.alpha == pytest.approx(0.35)
    missing = spec('"own_losses_of_a_test:peak"', '"own_losses_of_a_test:peek"')
    [found] = codes(missing, keras=True, allow_import=True)
    assert "'own_losses_of_a_test' has no 'peek'; did you mean 'peak'?" in found
    number = spec('"own_losses_of_a_test:peak"', '"own_losses_of_a_test:NUMBER"')
    [found] = codes(number, keras=True, allow_import=True)
    assert "'NUMBER' of 'own_losses_of_a_test' can't be called" in found


def test_a_lesson_and_a_full_script_train_alike(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasten(monkeypatch, folder)
    take_few_digits(monkeypatch, 60)
    program, summary = cnnspec.loads(spec())
    space = run(render_script(program, summary))
    assert {"val_sure", "val_peak"} <= space["history"].history.keys()
    full = render_script(program, summary, style="full")
    load_script(full, folder / "script.py").main()
    history = rows(folder / "results" / "own" / "history.csv")
    figures = [float(row["val_sure"]) for row in history]
    assert figures == pytest.approx(space["history"].history["val_sure"], abs=1e-5)


WRONG = [
    (("Tversky2", "Huber"), "an own loss can't be called 'Huber', which is a loss of"),
    (("Sure: {i", "AUC: {kind: metric, i"), "own metric can't be called 'AUC', which"),
    (("{alpha: \"${a / 2}\"}", "{alfa: 1}"), "Tversky2 has no field 'alfa'"),
    (("{power: 2.0}", "power"), "power needs 'exponent'"),
    (("labels: one_hot\n  Sure", "output: $x\n  Sure"), "an own loss has no output:"),
    (("labels: one_hot\n  Sure", "labels: oneshot\n  Sure"), "one_hot"),
    (("kind: loss\n    arg", "kind: los\n    arg"), "must be 'layer', 'loss' or"),
    (("own_losses_of_a_test\n    k", "own/losses\n    k"), "write own.losses"),
    (("\"own_losses_of_a_test:peak\"", "own_losses_of_a_test, arguments: [k]"),
     "'top' has arguments, and a metric that a function makes"),
    (("labels: one_hot}\ntrain", "labels: sparse}\ntrain"),
     "tversky2 needs one_hot labels, and data.labels is sparse"),
    (("monitor: val_sure", "monitor: val_shure"), "watches 'val_shure', which is not"),
    (("metrics: [accuracy", "metrics: [acuracy"), "'acuracy' is not a metric"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_says_what_is_wrong(change: tuple[str, str], says: str) -> None:
    base = POWER if "power: 2" in change[0] else spec()
    old, new = change
    assert old in base
    found = codes(base.replace(old, new))
    assert says in found[0]
    assert len(found) == 1 or "AUC" in says


def test_what_one_spec_declares_no_other_knows() -> None:
    kept = cnnspec.loads(spec())
    text = spec('loss: {Tversky2: {alpha: "${a / 2}"}}', "loss: Tversky2")
    other = "\n".join(text.split("\n")[:4] + text.split("\n")[13:])
    assert any("'Tversky2' is not a loss" in one for one in codes(other)), codes(other)
    assert kept.program.own_parts.keys() == {"Tversky2", "Sure", "top", "power"}


def test_an_unused_one_is_told() -> None:
    found = cnnspec.check(spec()).diagnostics
    assert [one.message for one in found if one.code == "unused-custom"] == [
        "nothing in train: uses 'power'"
    ]
