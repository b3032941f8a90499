"""Layers that do something else when they run than Keras tells beforehand."""

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pytest

import cnnspec
from cnnspec import api
from tests.test_cli import Run, run

__all__ = ["run"]  # a fixture


class Found(NamedTuple):
    line: int
    says: str
    spec: str


def _spec(shape: str, *layers: str) -> str:
    return f"input: {shape}\nlayers:\n" + "".join(f"  - {one}\n" for one in layers)


def _trained(layer: str) -> str:
    """A spec that trains, with a layer between others."""
    spec = _spec("[8, 8, 1]", "Reshape: [8, 8]", layer, "Flatten", "Dense: 10")
    loss = "{SparseCategoricalCrossentropy: {from_logits: true}}"
    return f"{spec}data: {{source: digits}}\ntrain: {{loss: {loss}}}\n"


FOUND = {
    "another shape, and what it ends": Found(
        3,
        "'dense' (Dense) gives 5 when it runs, where Keras tells 10: its activation "
        "halves the last axis; so the first batch fails at 'dense_1' (line 5), which "
        "is built for 10 and gets 5",
        _spec("[8]", "Dense: {units: 10, activation: glu}", "Dropout: 0.5", "Dense: 3"),
    ),
    "another shape that ends nothing": Found(
        3,
        "'dense' (Dense) gives 5 when it runs, where Keras tells 10: its activation "
        "halves the last axis",
        _spec("[8]", "Dense: {units: 10, activation: glu}", "UnitNormalization"),
    ),
    "an odd size": Found(
        3,
        "'dense' (Dense) fails at the first batch: it can't run its activation: glu "
        "halves the last axis, which has 5; give it an even number, or choose another "
        "activation",
        _spec("[8]", "Dense: {units: 5, activation: glu}"),
    ),
    "inside a wrapper": Found(
        3,
        "'time_distributed' (TimeDistributed) gives 6x5 when it runs, where Keras "
        "tells 6x10: its activation halves the last axis",
        _spec("[6, 8]", "TimeDistributed: {layer: {Dense: [10, glu]}}").replace(
            "[10, glu]", "{units: 10, activation: glu}"
        ),
    ),
    "gates": Found(
        3,
        "'lstm' (LSTM) fails at the first batch: it can't run with activation 'glu', "
        "which halves its states; choose another activation",
        _spec("[6, 8]", "LSTM: {units: 4, activation: glu}"),
    ),
    "an axis": Found(
        3,
        "'softmax' (Softmax) fails at the first batch: it has no axis 3 to work along "
        "in its input 8; its axes are 1 to 1, and -1 is the last",
        _spec("[8]", "Softmax: {axis: 3}"),
    ),
    "both ways to keep the aspect ratio": Found(
        3,
        "'resizing' (Resizing) fails at the first batch: it has both "
        "crop_to_aspect_ratio and pad_to_aspect_ratio; keep one of the two",
        _spec(
            "[9, 9, 3]",
            "Resizing: {height: 4, width: 4, crop_to_aspect_ratio: true, "
            "pad_to_aspect_ratio: true}",
        ),
    ),
    "too many axes for a softmax": Found(
        3,
        "'softmax' (Softmax) fails at the first batch: it can't take the softmax of 5 "
        "axes and the batch's: TensorFlow takes at most 4; lay some of them together "
        "with Reshape before it",
        _spec("[2, 2, 2, 2, 2]", "Softmax"),
    ),
    "what is left over": Found(
        3,
        "'reshape' (Reshape) fails at the first batch: it can't lay the 5 numbers of "
        "its 5 input out as [4, null]",
        _spec("[5]", "Reshape: [4, null]"),
    ),
    "texts with several axes": Found(
        3,
        "'text_vectorization' (TextVectorization) gives 3x? when it runs, where "
        "Keras tells ?: Keras tells two axes, whatever axes the texts have",
        _spec(
            "{shape: [3, 1], dtype: string}",
            "TextVectorization: {vocabulary: [a, b]}",
        ),
    ),
    "a noise_shape": Found(
        3,
        "'dropout' (Dropout) fails at the first batch: it can't spread noise_shape "
        "[null, 2, 8] over its input 6x6x8; give one number for each axis and the "
        "batch: null for its size, or 1",
        _spec("[6, 6, 8]", "Dropout: {rate: 0.5, noise_shape: [null, 2, 8]}"),
    ),
    "an unrolled stack of one cell": Found(
        3,
        "'rnn' (RNN) fails at the first batch: it unrolls a StackedRNNCells of one "
        "cell, which hands on that cell's states without the list around them; leave "
        "unroll out, or take that cell in its place",
        _spec("[6, 8]", "RNN: {cell: [{LSTMCell: 4}], unroll: true}"),
    ),
    "an unrolled stack within a stack": Found(
        3,
        "'rnn' (RNN) fails at the first batch: it unrolls a StackedRNNCells of one "
        "cell, which hands on that cell's states without the list around them; leave "
        "unroll out, or take that cell in its place",
        _spec(
            "[6, 8]",
            "RNN: {cell: [{GRUCell: 2}, {StackedRNNCells: {cells: [{GRUCell: 4}]}}], "
            "unroll: true}",
        ),
    ),
    "factors that are no whole numbers": Found(
        3,
        "'random_posterization' (RandomPosterization) fails at the first batch: it "
        "counts bits by its factor, and 2.5 is no whole number; give whole numbers "
        "from 1 to 8",
        _spec("[8, 8, 3]", "RandomPosterization: 2.5"),
    ),
    "a side of one pixel": Found(
        3,
        "'random_perspective' (RandomPerspective) fails at the first batch: it can't "
        "tilt an image of 1x8, one pixel wide or high; give it larger images",
        _spec("[1, 8, 3]", "RandomPerspective: 0.5"),
    ),
    "a mask for each gate": Found(
        3,
        "'gru' (GRU) fails at the first batch: it can't train with dropout and "
        "implementation 1; leave implementation out, or set use_cudnn: false",
        _spec("[6, 8]", "GRU: {units: 4, dropout: 0.5, implementation: 1}"),
    ),
    "a scale along other axes": Found(
        3,
        "'rms_normalization' (RMSNormalization) fails at the first batch: it "
        "multiplies its input 5x3 by a scale of 5, which Keras lays along the last "
        "axes; normalise along the last axis, with Permute before and after it",
        _spec("[5, 3]", "RMSNormalization: {axis: 1}"),
    ),
    "integers where floats are needed": Found(
        4,
        "'conv2d' (Conv2D) fails at the first batch: it takes floats, and its input "
        "holds uint8; put Rescaling: 1 before it, which makes floats of its input",
        _spec(
            "{shape: [8, 8, 1], dtype: uint8}",
            "MaxPooling2D",
            "Conv2D: {filters: 4, kernel_size: 3}",
        ),
    ),
    "numbers where texts are needed": Found(
        3,
        "'string_lookup' (StringLookup) fails at the first batch: it takes texts, and "
        "its input holds float32; give the input dtype: string",
        _spec("[1]", "StringLookup: {vocabulary: [a, b]}"),
    ),
    "texts where numbers are needed": Found(
        3,
        "'dense' (Dense) fails at the first batch: it takes numbers, and its input "
        "holds string; make some of texts, with Hashing, StringLookup or "
        "TextVectorization",
        _spec("{shape: [1], dtype: string}", "Dense: 3"),
    ),
    "two directions along the width": Found(
        3,
        "'bidirectional' (Bidirectional) fails at the first batch: it can't put 3x7 "
        "and 4x7 together by 'concat'; give both directions as many filters",
        _spec(
            "[5, 2, 7]",
            "Bidirectional: {layer: {ConvLSTM1D: {filters: 3, kernel_size: 1, "
            "data_format: channels_first}}, backward_layer: {ConvLSTM1D: {filters: 4, "
            "kernel_size: 1, data_format: channels_first, go_backwards: true}}}",
        ),
    ),
    "a layer that is lost": Found(
        3,
        "'equalization' (Equalization) fails at the first batch: it is missing in "
        "Keras's model, which takes its input for its result; put it into Pipeline: "
        "{layers: [Equalization]}",
        _spec("[8, 8, 3]", "Equalization", "Flatten"),
    ),
    "a state that isn't there": Found(
        3,
        "'both' (Bidirectional) gives 7 and 5 and 5 and 2 when it runs, where Keras "
        "tells 10 and 5 and 5 and 5 and 5; so the first batch fails at 'dense' (line "
        "4), which reads 'both.4', and 'both' gives 4 tensors",
        _spec(
            "[4, 3]",
            "Bidirectional: {name: both, layer: {LSTM: {units: 5, return_state: true}},"
            " backward_layer: {GRU: {units: 2, return_state: true, "
            "go_backwards: true}}}",
            "Dense: {units: 3, from: both.4}",
        ),
    ),
    "a state that isn't there in a model inside": Found(
        13,
        "'block' (Functional) fails at the first batch: it reads 'both.4', and 'both' "
        "gives 4 tensors",
        """\
input: [4, 3]
blocks:
  block:
    model: true
    layers:
      - Bidirectional:
          name: both
          layer: {LSTM: {units: 5, return_state: true}}
          backward_layer:
            GRU: {units: 2, return_state: true, go_backwards: true}
    outputs: [both.4]
layers:
  - block
""",
    ),
    "a sparse tensor of a layer": Found(
        4,
        "'re_lu' (ReLU) fails at the first batch: it reads a sparse tensor, and "
        "computes dense ones alone; let a Dense or an Embedding read it first; or "
        "leave sparse out",
        _spec(
            "{shape: [5], dtype: int32}",
            "Hashing: {num_bins: 6, output_mode: multi_hot, sparse: true}",
            "ReLU",
        ),
    ),
    "sparse counts": Found(
        3,
        "'category_encoding' (CategoryEncoding) fails at the first batch: it can't be "
        "sparse with output_mode 'multi_hot' in a model, where Keras gives TensorFlow "
        "floats to count; leave sparse out",
        _spec(
            "{shape: [5], dtype: int32}",
            "CategoryEncoding: {num_tokens: 6, sparse: true}",
        ),
    ),
    "samples behind each other": Found(
        3,
        "'concatenate' (Concatenate) fails at the first step of training: it puts the "
        "samples of its tensors one behind the other, and there are no labels for the "
        "4 samples that it makes of 2; write axis: -1",
        _spec("[8]", "Concatenate: {axis: 0, from: [prev, prev]}"),
    ),
    "a batch for an image": Found(
        3,
        "'resizing' (Resizing) fails at the first step of training: it takes the batch "
        "for the height of one image, and there are no labels for the 4 samples that "
        "it makes of 2; put - Reshape: [8, 6, 1] before it",
        _spec("[8, 6]", "Resizing: {height: 4, width: 4}"),
    ),
    "a batch of another number": Found(
        3,
        "'resizing' (Resizing) fails at the first step of training: it takes the batch "
        "for the height of one image, and there are no labels for the 4 samples that "
        "it makes of 3; put - Reshape: [8, 6, 1] before it",
        _spec(
            "{shape: [8, 6], batch_size: 3}",
            "Resizing: {height: 4, width: 4}",
        ),
    ),
    "a penalty of another type": Found(
        4,
        "'dense' (Dense) fails at the first step of training: its kernel_regularizer "
        "adds float16 to a loss of float32, which TensorFlow can't sum up; set dtype: "
        "float32 there, or leave kernel_regularizer out",
        _trained("Dense: {units: 9, dtype: float16, kernel_regularizer: l2}"),
    ),
    "a penalty on results of another type": Found(
        4,
        "'time_distributed' (TimeDistributed) fails at the first step of training: its "
        "activity_regularizer adds float16 to a loss of float32, which TensorFlow "
        "can't sum up; set dtype: float32 there, or leave activity_regularizer out",
        _trained(
            "TimeDistributed: {layer: {Dense: {units: 9, dtype: mixed_float16, "
            "kernel_regularizer: l2, activity_regularizer: l2}}}"
        ),
    ),
    "a penalty in a loop": Found(
        4,
        "'bidirectional' (Bidirectional) fails at the first step of training: the "
        "activity_regularizer of GRUCell stands in TensorFlow's loop over the steps, "
        "and can't be added to the loss; set it on RNN instead, or unroll: true there",
        _trained(
            "Bidirectional: {layer: {RNN: {cell: [LSTMCell: 3, GRUCell: {units: 3, "
            "activity_regularizer: l2}]}}}"
        ),
    ),
}


@pytest.mark.parametrize("case", FOUND.values(), ids=FOUND)
def test_check_warns(case: Found, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(case.spec, encoding="utf-8")
    [found] = [d for d in api.check(path).diagnostics if d.code == "fails-at-run"]
    told = "; ".join(filter(None, (found.message, found.hint)))
    assert (found.severity, found.mark.line, told) == ("warning", case.line, case.says)


def test_macs_follow_the_shape_that_runs() -> None:
    def macs(activation: str) -> int | None:
        bend = f"Activation: {{activation: {activation}, name: bent}}"
        dot = "Dot: {axes: 1, from: [bent, bent]}"
        return api.loads(_spec("[8]", bend, dot)).summary.macs

    assert (macs("relu"), macs("glu")) == (8, 4)


def test_a_spec_that_fails_is_not_called_ok(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(FOUND["an axis"].spec, encoding="utf-8")
    done = run("check", str(path))
    assert done.code == 0
    assert done.out.splitlines()[-1].startswith(f"{path}: fails-at-run: net: 0 params")
    assert "fails-at-run: <Summary net" in repr(api.check(path))
    assert run("check", str(path), "--strict").code == 1
    ignored = run("check", str(path), "--ignore", "fails-at-run")
    assert ignored.out.startswith(f"{path}: ok: net: ")
    built = run("build", str(path), "--to", "script", "-o", str(tmp_path))
    assert f"{path}: fails-at-run: 0 params" in built.out
    unused = "input: [8]\nlayers: [Flatten]\nblocks: {a: {layers: [ReLU]}}\n"
    path.write_text(unused, encoding="utf-8")
    [warning, closing] = run("check", str(path)).out.splitlines()
    assert "warning[unused-block]" in warning
    assert closing.startswith(f"{path}: ok: net: ")


@pytest.mark.parametrize(
    "name", ["an odd size", "an axis", "a penalty of another type"]
)
def test_keras_makes_an_error_of_the_warning(name: str, tmp_path: Path) -> None:
    case = FOUND[name]
    path = tmp_path / "net.yaml"
    path.write_text(case.spec, encoding="utf-8")
    [found] = api.check(path, keras=True).diagnostics
    told = "; ".join(filter(None, (found.message, found.hint)))
    assert (found.severity, found.mark.line, told) == ("error", case.line, case.says)


@pytest.mark.parametrize(
    "name", ["an unrolled stack of one cell", "an unrolled stack within a stack"]
)
def test_a_model_of_keras_fails_where_the_layer_alone_may_not(name: str) -> None:
    with pytest.warns(UserWarning, match="fails-at-run"):
        model = cnnspec.keras_model(FOUND[name].spec)
    with pytest.raises((TypeError, IndexError)):
        model.predict(np.zeros((2, 6, 8)), verbose=0)


@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_keras_is_spared_what_ends_the_process(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    held = f"Adaptive{kind}Pooling1D: 1"
    path.write_text(_spec("[5, 3]", held), encoding="utf-8")
    [found] = api.check(path, keras=True).diagnostics
    assert (found.severity, found.code, found.mark.line) == ("error", "fails-at-run", 3)
    assert "it can't make 1 of 5 positions" in found.message


def test_a_model_of_keras_refuses_it_too() -> None:
    """The average alone ends no process, and only in a model: in `fit`, `predict`."""
    layer = keras.layers.AdaptiveAveragePooling1D(1)
    inputs = keras.Input((5, 3))
    model = keras.Model(inputs, layer(inputs))
    with pytest.raises(ValueError, match="Negative dimension size"):
        model.predict(keras.ops.zeros((2, 5, 3)), verbose=0)
