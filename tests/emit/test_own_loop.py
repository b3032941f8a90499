"""`train:` without `data:`: a script for a training loop of one's own."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.keras_script.notebook import render_notebook
from cnnspec.emit.keras_script.script import render_script
from tests.emit.same import assert_same, built
from tests.emit.test_script import OUTLINE, load_script, ruff

SPEC = """
name: own
vars: {width: 12}
input: [8, 8, 1]
blocks:
  unit: {params: {units: 4}, layers: [{Dense: $units}, ReLU]}
layers:
  - Flatten
  - repeat: {times: 2, layers: [{unit: $width}]}
  - Dense: {units: 10, activation: softmax}
train:
  # The optimizer that I like.
  optimizer: {Adam: {learning_rate: 0.01}}
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  seed: 3
  steps_per_execution: 2
  mixed_precision: mixed_bfloat16
"""
CHAIN = OUTLINE + "train: {loss: categorical_crossentropy}\n"


@pytest.mark.parametrize("style", ["lesson", "full"])
@pytest.mark.parametrize("text", [SPEC, CHAIN], ids=["blocks", "chain"])
def test_a_loop_of_ones_own_goes_on_with_it(text, style, tmp_path, capsys) -> None:
    path = tmp_path / "script.py"
    code = render_script(*api.loads(text)[:2], "ko", style=style)
    try:
        assert_same(built(code), build_model(api.loads(text).summary.graph))
        module = load_script(code, path)
        assert capsys.readouterr().out == ""
        model = module.build_model()
        assert module.compile_model(model) is model
        labels = np.arange(8) % 10
        if text is CHAIN:
            labels = keras.utils.to_categorical(labels, 10)
        else:
            assert model.steps_per_execution == 2
            assert model.layers[2].compute_dtype == "bfloat16"
        losses = [model.train_on_batch(np.ones((8, 8, 8, 1)), labels) for _ in range(9)]
        assert np.ravel(losses[-1])[0] < np.ravel(losses[0])[0]
    finally:
        keras.config.set_dtype_policy("float32")
    ruff("check", "--isolated", "--extend-select", "E501", path)
    ruff("format", "--isolated", "--check", path)


def test_run_as_a_script_it_builds_and_prints(capsys) -> None:
    for style in ("lesson", "full"):
        code = render_script(*api.loads(SPEC)[:2], style=style)
        try:
            exec(compile(code, "own", "exec"), {"__name__": "__main__"})  # noqa: S102
        finally:
            keras.config.set_dtype_policy("float32")
        assert "Total params: 1,066" in capsys.readouterr().out
    assert "The optimizer that I like" in render_script(*api.loads(SPEC)[:2])


def test_its_notebook_reads_on_without_functions() -> None:
    cells = json.loads(render_notebook(*api.loads(CHAIN)[:2]))["cells"]
    code = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    assert "def " not in code
    assert code.index("keras.Sequential") < code.index("model.compile(")


JUDGED = {
    "layers.1.Dense.activation=relu": "loss-needs-probabilities",
    "layers.1.Dense.activation=softmax": None,
    "train={loss: {CategoricalCrossentropy: {from_logits: true}}}": (
        "logits-and-probabilities"
    ),
    "layers.1.Dense.units=1": "softmax-of-one",
    "train.metrics=[{TopKCategoricalAccuracy: {k: 10}}]": "always-right",
    "train.metrics=[accuracy, accuracy]": "duplicate-metric",
    "train.epochs=3": "idle-argument",
    "train.callbacks=[EarlyStopping]": "idle-argument",
    "ensemble={members: 2}": "missing-section",
    # What isn't known is not judged.
    "layers=[{Conv2D: {filters: 3, kernel_size: 1, activation: softmax}}]": None,
    "train.loss=mse": None,
    "train.loss=sparse_categorical_crossentropy": None,
}


@pytest.mark.parametrize(("change", "code"), JUDGED.items())
def test_what_is_known_without_data_is_judged(change: str, code: str | None) -> None:
    found = api.check(CHAIN, [change])
    assert [d.code for d in found.diagnostics] == ([code] if code else [])


def test_several_inputs_and_outputs_need_no_data(tmp_path: Path) -> None:
    text = """
        inputs: {a: [4], b: [3]}
        layers:
          - Concatenate: {from: [a, b]}
          - Dense: {units: 2, name: one}
          - Dense: {units: 1, name: two}
        outputs: [one, two]
        train: {loss: {one: mse, two: mse}, metrics: {two: [mae]}}
        """
    code = render_script(*api.loads(text)[:2])
    assert len(load_script(code, tmp_path / "s.py").build_model().outputs) == 2
