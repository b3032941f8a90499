"""Scripts of specs with models in a model, calls that are used again, and freezing."""

import pytest

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model, compare
from cnnspec.emit.keras_script.script import render_script
from tests.emit.same import assert_same, built, reset_names
from tests.test_nested import AGAIN, FROZEN, HELD, PAIR, PLAIN, SEVERAL, TOWER

INSIDE = """
input: [32, 32, 1]
blocks:
  inner:
    model: true
    layers:
      - Conv2D: {filters: 8, kernel_size: 3}
      - head: {name: h, trainable: false}
      - Dense: 3
  head:
    params: {w: 4}
    layers:
      - Conv2D: {filters: $w, kernel_size: 3}
      - BatchNormalization
layers:
  - inner
  - repeat: {times: 2, index: i, layers: [{inner: {name: "m${i}"}}]}
  - repeat: {times: 2, index: i, layers: [{inner: {name: "f${i}", trainable: false}}]}
  - repeat: {times: 2, layers: [inner]}
  - Flatten
  - Dense: 3
"""
FIRST = """
input: [5, 16, 16, 1]
blocks:
  frame:
    model: true
    params: {width: 4}
    layers: [{Conv2D: {filters: $width, kernel_size: 3}}, GlobalAveragePooling2D]
layers:
  - TimeDistributed: {layer: {frame: {width: 8}}}
  - LSTM: 4
"""
UNLIKE = """
inputs: {words: {shape: [12], dtype: int32}, other: [12]}
blocks:
  m:
    model: true
    layers:
      - Reshape: [12, 1]
      - if: {test: "${deep > 0}", then: [Dense: {units: $deep, name: d}]}
      - GlobalAveragePooling1D: {name: g}
    params: {deep: 0}
    outputs: [g]
layers:
  - m: {from: words, deep: 2}
  - m: {from: other, name: b}
  - m: {from: [[{ReLU: {from: other}}]], name: c, deep: 3}
  - Concatenate: {from: [m, b, c]}
  - Dense: 1
"""
TEXTS = {
    "pair": PAIR, "frozen": FROZEN, "again": AGAIN, "held": HELD,
    "several": SEVERAL, "inside": INSIDE, "first": FIRST, "unlike": UNLIKE,
}  # fmt: skip


def script(text: str, style: str = "lesson") -> str:
    model = api.loads(text)
    return render_script(*model, "en", "tensorflow", None, style=style)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", TEXTS)
def test_a_script_makes_the_graph_s_model(name: str) -> None:
    graph = api.loads(TEXTS[name]).summary.graph
    theirs = built(script(TEXTS[name]))
    reset_names()
    ours = build_model(graph)
    assert_same(theirs, ours)
    trained = [[w.path for w in model.trainable_weights] for model in (theirs, ours)]
    assert trained[0] == trained[1]


SHORTCUT = """
input: [5, 16, 16, 1]
blocks:
  frame:
    model: true
    layers:
      - Conv2D: {filters: 4, kernel_size: 1, name: shortcut}
      - Conv2D: {filters: 3, kernel_size: 3, padding: same, from: input}
      - Conv2D: {filters: 4, kernel_size: 3, padding: same, name: last}
      - Add: {from: [shortcut, last]}
layers:
  - TimeDistributed: {layer: frame}
"""


def test_the_weights_of_a_held_model_are_listed_as_in_keras() -> None:
    model = api.loads(SHORTCUT)
    assert compare(build_model(model.summary.graph), model.summary) == []
    [row] = model.summary.rows
    assert [w.shape for w in row.weights[:2]] == [(3, 3, 1, 3), (3,)]


DEAD = """
input: [4]
blocks:
  inner:
    model: true
    layers: [{Dense: {units: 2, from: nowhere}}]
  outer:
    model: true
    layers: [inner, {Dense: 2}]
layers:
  - Dense: 3
  - if: {test: "${shape('prev')[0] > 9}", then: [outer]}
"""


def test_an_arm_that_no_run_takes_may_hold_what_is_wrong_two_models_deep() -> None:
    assert "outer" not in script(DEAD)


def test_a_full_script_freezes_what_a_lesson_does() -> None:
    reset_names()
    ours = build_model(api.loads(INSIDE).summary.graph)
    assert_same(built(script(INSIDE, "full")), ours)


def test_a_model_s_function_makes_it() -> None:
    assert '''
def tower(shape, name):
    """Apply Conv2D, BatchNormalization, Flatten and Dense."""
    inputs = keras.Input(shape)
    x = layers.Conv2D(8, 3, strides=2, name="conv")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Flatten()(x)
    outputs = layers.Dense(16)(x)
    return keras.Model(inputs, outputs, name=name)
''' in script(TOWER)
    assert 'left = tower(x.shape[1:], name="left")(x)' in script(TOWER)


def test_a_model_that_is_used_again_has_a_variable() -> None:
    found = script(SEVERAL)
    assert 's = split_block(image.shape[1:], name="s")\ns_output = s(image)\n' in found
    assert "t, _, _, functional_3 = s(other)\n" in found


def test_layers_of_a_call_are_used_again_by_what_its_function_returns() -> None:
    found = script(PLAIN)
    assert "left, left_look, left_flatten = tower(one, name=" in found
    assert "x = left_look(other)\nx = left_flatten(x)\n" in found


def test_loops_keep_models_whose_names_are_worked_out() -> None:
    found = script(INSIDE)
    assert 'for i in range(2):\n    x = inner(x.shape[1:], name=f"m{i}")(x)\n' in found
    assert (
        "for number in range(1, 3):\n"
        '    x = inner(x.shape[1:], name=f"inner_{number}")(x)\n'
    ) in found


def test_what_is_frozen_is_said_once_behind_the_model() -> None:
    found = script(INSIDE)
    assert (
        """
    model = keras.Model(inputs, outputs, name=name)
    # These layers keep the weights that they have.
    for layer in model.layers:
        if layer.name.startswith("h_"):
            layer.trainable = False

    return model
"""
        in found
    )
    assert (
        'for name in ["f0", "f1"]:\n    model.get_layer(name).trainable = False\n'
    ) in found
    assert 'model.get_layer("td3").layer.trainable = False\n' in script(HELD)


def test_few_frozen_layers_are_called_by_name_and_many_by_place() -> None:
    text = """
    input: [16, 16, 3]
    layers:
      - repeat:
          times: {times}
          trainable: false
          layers: [Conv2D: {{filters: 2, kernel_size: 1}}, BatchNormalization]
      - Flatten
      - Dense: 2
    """
    few, many = script(text.format(times=3)), script(text.format(times=4))
    assert '"conv2d_1",\n    "batch_normalization_1",' in few
    assert "for layer in model.layers[1:9]:\n    layer.trainable = False\n" in many


def test_a_model_that_no_one_function_makes_is_written_out() -> None:
    found = script(UNLIKE)
    assert "def m(" not in found
    assert 'keras.Input(words.shape[1:], dtype="int32")' in found
    assert found.count("= keras.Model(") == 4


def test_one_of_several_tensors_is_read_out_of_a_call() -> None:
    text = """
input: [6, 4]
blocks:
  own:
    layers:
      - LSTM: {units: 4, return_sequences: true, return_state: true, name: rnn}
      - ReLU: {from: prev.0}
layers:
  - own
  - Concatenate: {axis: 1, from: [own_rnn.0, prev]}
outputs: [concatenate, own_rnn.1]
"""
    assert "layers.Concatenate(axis=1)([own_rnn[0], x])" in script(text)
    graph = api.loads(text).summary.graph
    theirs = built(script(text))
    reset_names()
    assert_same(theirs, build_model(graph))
