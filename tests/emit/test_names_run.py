"""Models with names of every kind train and predict, and are called as JSON says."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec import api
from cnnspec.app import findings
from cnnspec.emit.keras_live.model import build_model, keras_object
from cnnspec.emit.keras_script.script import render_script
from cnnspec.model import readable
from tests.effort import some
from tests.emit.same import assert_same, built, reset_names


def spec(names: list[str]) -> str:
    """A spec with a name in each of the places where one may stand."""
    model, one, other, block, inside, layer, call, second, cell, wrapper, loop, last = (
        json.dumps(name, ensure_ascii=False) for name in names
    )
    return f"""\
name: {model}
inputs: {{{one}: [4], {other}: [4]}}
blocks:
  {block}:
    params: [by]
    layers:
    - Dense: {{units: 4, name: {inside}}}
    - Dense: 4
    - repeat: {{times: 2, layers: [{{Dense: {{units: 4, activation: $by}}}}]}}
layers:
- Add: {{from: [{one}, {other}], name: {layer}}}
- {block}: {{by: relu}}
- {block}: {{by: tanh, name: {call}}}
- {block}: {{by: relu, name: {second}}}
- repeat: {{for: {{n: [{loop}, plain]}}, layers: [{{Dense: {{units: 4, name: $n}}}}]}}
- Reshape: [4, 1]
- Bidirectional: {{name: {wrapper}, layer: {{LSTM: {{units: 2, name: {cell}}}}}}}
- Dense: {{units: 2, name: {last}}}
"""


CASES = [
    # a name for each place
    [
        "손글씨",
        "사진",
        "é",
        "블록",
        "속",
        "слой",
        "앞",
        "뒤",
        "겹",
        "감쌈",
        "돌기",
        "層",
    ],
    ["_m", "my in", "a+b", "b:b", "_i", "a\\b", "a(b", "-a", "_c", "🙂", "{x}", "q'u"],
    [
        "가",
        "ga",
        "가+",
        "ga_",
        "a",
        "나",
        "na",
        "ga_1",
        "c",
        "na_1",
        "글" * 99,
        "a" * 900,
    ],
]


def assert_runs(text: str, path: Path) -> None:
    """The live model and the script's run, save and load, called as JSON says."""
    checked = api.check(text)
    assert checked.ok, findings.text(checked)
    model = checked.model()
    data = readable.summary_data(model.summary, model.program.source)
    reset_names()
    live = build_model(model.summary.graph)
    scripted = built(render_script(*model, style="full"))
    rows = [row["keras_name"] for row in (*data["inputs"], *data["layers"])]
    for one in (live, scripted):
        assert one.name == data["keras_name"]
        assert sorted(layer.name for layer in one.layers) == sorted(rows)
    assert_same(scripted, live)
    for one in (live, scripted):
        assert_trains(one, path / "model.keras")


def assert_trains(model: Any, path: Path) -> None:
    sample = [np.zeros((2, 4)) for _ in model.inputs]
    model.compile("sgd", "mse")
    model.fit(sample, np.zeros((2, 2)), verbose=0)
    model.save(path)
    loaded = keras.saving.load_model(path)
    results = (one.predict(sample, verbose=0) for one in (model, loaded))
    np.testing.assert_array_equal(*results)


@pytest.mark.parametrize("names", some(CASES, 1), ids=lambda names: names[0][:9])
def test_each_kind_of_name_in_each_place(names: list[str], tmp_path: Path) -> None:
    assert_runs(spec(names), tmp_path)


_TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")),
    min_size=1,
    max_size=8,
).filter(lambda text: "/" not in text and "$" not in text)
_WORDS = st.sampled_from(
    ["가", "ga", "가_1", "ga_1", "_ga", "a b", "a_b", "dense", "앞"]
)


@settings(max_examples=2)
@given(st.lists(_TEXTS | _WORDS, min_size=12, max_size=12, unique=True))
def test_drawn_names(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    text = spec(names)
    if api.check(text).ok:  # else a name is that of another
        assert_runs(text, tmp_path_factory.mktemp("drawn"))


TRAINING = """\
input: [4]
layers: [{Dense: 2}]
data: {source: npz, path: a.npz, classes: 2}
train:
  loss: {SparseCategoricalCrossentropy: {from_logits: true, name: 손 실}}
  metrics: [{SparseTopKCategoricalAccuracy: {k: 1, name: 상위 +}}]
  optimizer:
    Adam:
      name: _최적
      learning_rate: {ExponentialDecay: [0.1, 10, 0.9]}
"""
DECAY = "{initial_learning_rate: 0.1, decay_steps: 9, decay_rate: 0.9, name: -감}"


def test_names_of_what_training_is_told() -> None:
    text = TRAINING.replace("[0.1, 10, 0.9]", DECAY)
    model = api.loads(text)
    train = model.program.train
    loss, optimizer = keras_object(train.loss), keras_object(train.optimizer)
    metric = keras_object(train.metrics[0])
    assert (loss.name, optimizer.name) == ("son_sil", "adam_choejeog")
    assert optimizer._learning_rate.name == "exponential_decay_gam"
    assert metric.name == "상위 +"
    live = build_model(model.summary.graph)
    live.compile(optimizer, loss, metrics=[metric])
    history = live.fit(np.zeros((2, 4)), np.zeros(2), verbose=0).history
    assert "상위 +" in history
    code = render_script(*model, style="full")
    for name in ("son_sil", "adam_choejeog", "exponential_decay_gam", "상위 +"):
        assert f'name="{name}"' in code
