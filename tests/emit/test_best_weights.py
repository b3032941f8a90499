"""Where the best epoch is kept, it is the one that is evaluated."""

import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script

SPEC = """\
name: best
input: [8, 8, 1]
layers: [Flatten, {Dense: {units: 10, activation: softmax}}]
data: {source: digits, scale: 16}
train:
  loss: sparse_categorical_crossentropy
  optimizer: {SGD: {learning_rate: {ExponentialDecay: {initial_learning_rate: 1,
    decay_steps: 20, decay_rate: 10}}}}
  validation_split: 0.2
  epochs: 3
  seed: 0
  callbacks: [CALLBACK]
"""
SAVED = "{ModelCheckpoint: {filepath: FILE, save_best_only: true}}"
KEEPS = {
    "a whole model": SAVED.replace("FILE", "best.keras"),
    "weights alone": SAVED.replace("FILE", "best.weights.h5, save_weights_only: true"),
    "early stopping": "{EarlyStopping: {patience: 2, restore_best_weights: true}}",
}
LEAVES = {
    "a name for each epoch": SAVED.replace("FILE", "'{epoch}.keras'"),
    "each epoch": "{ModelCheckpoint: last.keras}",
}


@pytest.mark.parametrize("callback", [*KEEPS, *LEAVES])
def test_the_best_epoch_is_evaluated(callback, tmp_path, monkeypatch) -> None:
    """The learning rate rises, so that the last epoch is not the best one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    text = SPEC.replace("CALLBACK", {**KEEPS, **LEAVES}[callback])
    program, summary = api.loads(text)[:2]
    space: dict = {"__name__": "lesson"}
    exec(compile(render_script(program, summary), "lesson", "exec"), space)  # noqa: S102
    losses = space["history"].history["val_loss"]
    assert min(losses) < losses[-1]
    x, y = space["x_train"], space["y_train"]
    first = int(len(x) * 0.8)  # of those that Keras holds out
    held_out = x[first:], y[first:]
    loss = space["model"].evaluate(*held_out, verbose=0)
    expected = min(losses) if callback in KEEPS else losses[-1]
    assert loss == pytest.approx(expected, rel=1e-3)
