"""The live Keras model is the one that the summary tells of."""

from pathlib import Path

import keras
import pytest

from cnnspec import api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import layer_names
from cnnspec.emit.keras_live.model import build_model, compare, saved
from cnnspec.emit.keras_live.session import reason
from cnnspec.emit.write import seal_zip, write_file
from cnnspec.ground.errors import SpecError
from tests.fidelity.judge import keras_class
from tests.test_nested import AGAIN, FROZEN, HELD, PAIR, SEVERAL, TOWER

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))
SMALL = """
name: small
input: [8, 8, 1]
layers:
  - Conv2D: {filters: 2, kernel_size: 3, kernel_regularizer: {L2: 1e-4}}
  - BatchNormalization
  - Flatten
  - Dense: {units: 3, name: scores}
"""


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_keras_builds_what_the_summary_says(path: Path) -> None:
    model = api.load(path)
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []
    assert built.name == model.program.name
    names = [layer.name for layer in built.layers[1:]]
    assert names == [row.name for row in model.summary.rows]


def test_compare_names_every_difference() -> None:
    model = api.loads(SMALL)
    other = api.loads(SMALL.replace("units: 3", "units: 4"))
    found = compare(build_model(other.summary.graph), model.summary)
    assert found == [
        "'scores': Keras has the output shape (None, 4), cnnspec (None, 3)",
        (
            "'scores': Keras has the weights [('kernel', (72, 4), True), "
            "('bias', (4,), True)], cnnspec [('kernel', (72, 3), True), "
            "('bias', (3,), True)]"
        ),
        "the model: Keras has 320 total parameters, cnnspec 247",
        "the model: Keras has 316 trainable parameters, cnnspec 243",
    ]
    renamed = api.loads(SMALL.replace("scores", "answer"))
    found = compare(build_model(renamed.summary.graph), model.summary)
    assert found == ["Keras has no layer 'scores'", "only Keras has a layer 'answer'"]


def test_several_inputs_branches_and_outputs() -> None:
    model = api.loads(
        """
        inputs: {image: [8, 8, 3], meta: {shape: [4], dtype: int32}}
        layers:
          - Conv2D: {filters: 3, kernel_size: 3, padding: same, from: image, name: conv}
          - ReLU
          - Add: {from: [prev, conv]}
          - Flatten: {name: flat}
          - Embedding: {input_dim: 9, output_dim: 8, from: meta, name: words}
          - MultiHeadAttention: {num_heads: 2, key_dim: 4, from: [words, words]}
          - Flatten
          - Concatenate: {from: [prev, flat], name: both}
        outputs: [both, flat]
        """
    )
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []
    assert [tensor.name for tensor in built.inputs] == ["image", "meta"]
    assert [tuple(t.shape) for t in built.outputs] == [(None, 224), (None, 192)]


MASKED = """
inputs: {a: [10, 4], b: {shape: [10], dtype: int32}}
layers:
  - Masking: {from: a}
  - Bidirectional: {layer: {LSTM: {units: 3, return_sequences: true}}}
  - GRU: 3
  - Embedding: {input_dim: 20, output_dim: 4, mask_zero: true, from: b}
  - Dropout: 0.5
  - GlobalAveragePooling1D
  - Concatenate: {from: [prev, gru]}
"""


def test_operations_that_make_masks_are_keras_s_own() -> None:
    assert not api.check(MASKED, keras=True).diagnostics


def test_a_layer_frozen_in_the_spec_is_frozen_in_keras() -> None:
    frozen = SMALL.replace("name: scores", "name: scores, trainable: false")
    model = api.loads(frozen)
    assert compare(build_model(model.summary.graph), model.summary) == []


@pytest.mark.parametrize("name", layer_names())
def test_every_example_is_a_layer_of_keras(name: str) -> None:
    from cnnspec.emit.keras_live.model import keras_object

    layer = make_layer(name, layer_class(name).example)
    built = keras_object(layer, {id(layer): "given"})
    assert type(built) is keras_class(name)
    assert built.name == "given"


def save(model, path: str, force: bool = False) -> None:
    write_file(path, seal_zip(saved(model)), force)


def test_a_saved_model_is_the_model(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "small.keras"
    model = api.loads(SMALL)
    save(build_model(model.summary.graph), str(path))
    assert compare(keras.saving.load_model(path), model.summary) == []
    save(build_model(model.summary.graph), str(path))


def test_a_model_that_was_trained_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "small.keras"
    built = build_model(api.loads(SMALL).summary.graph)
    save(built, str(path))
    built.save(path)  # as a training script does
    with pytest.raises(SpecError, match="is not from cnnspec"):
        save(built, str(path))
    save(built, str(path), force=True)


def test_a_model_that_keras_reads_back_differently_is_not_written(
    tmp_path: Path, monkeypatch
) -> None:
    built = build_model(api.loads(SMALL).summary.graph)
    other = build_model(api.loads(SMALL).summary.graph)
    monkeypatch.setattr(keras.saving, "load_model", lambda _: other)
    with pytest.raises(RuntimeError, match="doesn't read 'small' back"):
        save(built, str(tmp_path / "small.keras"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", [TOWER, PAIR, FROZEN, AGAIN, HELD, SEVERAL])
def test_a_model_in_a_model_is_keras_s(text: str) -> None:
    model = api.loads(text)
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []
    assert saved(built)


def test_compare_looks_into_a_model() -> None:
    model = api.loads(TOWER)
    other = api.loads(TOWER.replace("Dense: 16", "Dense: 15"))
    found = compare(build_model(other.summary.graph), model.summary)
    assert found[0] == (
        "'left': 'dense': Keras has the output shape (None, 15), cnnspec (None, 16)"
    )


class Fails(keras.Layer):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def call(self, x: object) -> object:
        raise self._error


class Holds(keras.Layer):
    def __init__(self, layer: keras.Layer) -> None:
        super().__init__()
        self._layer = layer

    def call(self, x: object) -> object:
        return self._layer(x)


@pytest.mark.parametrize(
    "layer",
    [
        Fails(ValueError("too few tokens")),
        Fails(KeyError("too few tokens")),
        Holds(Fails(ValueError("too few tokens"))),
    ],
)
def test_why_a_layer_fails_is_told_without_what_keras_says_around_it(layer) -> None:
    with pytest.raises((ValueError, KeyError)) as found:
        layer(keras.Input((4,)))
    assert reason(found.value).strip("'") == "too few tokens"
