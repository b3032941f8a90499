"""Tokens and positions by hand: layers that Keras lacks."""

import keras
import numpy as np
import pytest

import cnnspec
from cnnspec import api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import family_names
from cnnspec.emit.keras_live.carried import carried_class
from cnnspec.emit.keras_live.model import build_model, compare, saved
from cnnspec.emit.keras_script.custom import classes, sources
from tests.layers.refusals import Refused, check_refused, each_refused
from tests.layers.table import Row, check_complete, check_row, each

NAMES = family_names("tokens")
SEQUENCE = (None, 9, 4)
OPEN = (None, None, 4)
QUERIES = {"count": 3, "width": 5}

ROWS = [
    Row("ClassToken", None, [SEQUENCE], (None, 10, 4), 4, reach="unsure"),
    Row("ClassToken", "ones", [OPEN], OPEN, 4, reach="unsure"),
    Row("PositionEmbedding", None, [SEQUENCE], SEQUENCE, 36),
    Row("PositionEmbedding", 12, [SEQUENCE], SEQUENCE, 48),
    Row("PositionEmbedding", 12, [OPEN], OPEN, 48),
    Row("PositionEmbedding", None, [(2, 5)], (2, 5), 5),
    Row("PositionEmbedding", None, [(2, 5, 6, 4)], (2, 5, 6, 4), 120),
    Row("SinusoidalPositionEmbedding", None, [OPEN], OPEN, 0),
    Row("SinusoidalPositionEmbedding", 100, [SEQUENCE], SEQUENCE, 0),
    Row("LearnedQueries", QUERIES, [OPEN], (None, 3, 5), 15, reach="unsure"),
    Row("LearnedQueries", QUERIES, [(2,)], (2, 3, 5), 15, reach="unsure"),
]
REFUSED = [
    Refused("ClassToken", None, [(None, 4)], "positions, features"),
    Refused("ClassToken", None, [(None, 4, None)], "needs to know the size"),
    Refused("PositionEmbedding", None, [(None,)], "an axis of positions"),
    Refused("PositionEmbedding", None, [OPEN], "needs to know the size"),
    Refused("PositionEmbedding", 8, [SEQUENCE], "has vectors for 8 positions"),
    Refused("PositionEmbedding", 0, [SEQUENCE], "above 0"),
    Refused("SinusoidalPositionEmbedding", 0, [SEQUENCE], "above 0"),
    Refused("SinusoidalPositionEmbedding", None, [(None, 4)], "positions, features"),
    Refused("LearnedQueries", {"count": 0, "width": 3}, [SEQUENCE], "above 0"),
    Refused("LearnedQueries", 3, [SEQUENCE], "needs 'width'"),
]
SPEC = """
input: [6, 4]
layers:
  - ClassToken: {name: token}
  - PositionEmbedding: {name: learned}
  - SinusoidalPositionEmbedding
  - LearnedQueries: {count: 2, width: 4, name: queries}
  - MultiHeadAttention: {num_heads: 2, key_dim: 2, from: [prev, learned]}
  - TimeDistributed: {layer: {Dense: 3}}
"""


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("tokens", ROWS)


@each_refused(REFUSED)
def test_refused(case):
    check_refused(case)


def run(name, given, **arguments):
    layer = carried_class(name)(**arguments)
    return layer, keras.ops.convert_to_numpy(layer(given))


def test_each_does_what_it_says():
    given = np.random.default_rng(1).standard_normal((2, 5, 4)).astype("float32")
    _, found = run("ClassToken", given, token_initializer="ones")
    np.testing.assert_array_equal(found[:, 0], 1)
    np.testing.assert_array_equal(found[:, 1:], given)
    positions, found = run("PositionEmbedding", given, sequence_length=7)
    np.testing.assert_allclose(found, given + positions.get_weights()[0][:5])
    queries, found = run("LearnedQueries", given, count=3, width=2)
    np.testing.assert_array_equal(found, [queries.get_weights()[0]] * 2)


def test_waves_are_those_of_the_paper():
    given = np.zeros((1, 6, 5), "float32")
    _, found = run("SinusoidalPositionEmbedding", given, max_wavelength=100)
    for position in range(6):
        for feature in range(5):
            angle = position / 100 ** (2 * (feature // 2) / 5)
            wave = (np.sin, np.cos)[feature % 2](angle)
            np.testing.assert_allclose(found[0, position, feature], wave, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_scripts_carry_the_very_text_that_is_run(name):
    layer = make_layer(name, layer_class(name).example)
    [text] = sources(classes([layer, make_layer("ReLU", None)]))
    names = {"keras": keras, "layers": keras.layers, "__name__": "script"}
    exec(text, names)  # noqa: S102 - the text is ours
    arguments = (layer_class(name).example or {}) | {"name": "same"}
    ours, theirs = carried_class(name)(**arguments), names[name](**arguments)
    assert ours.get_config() == theirs.get_config()
    again = type(theirs).from_config(theirs.get_config())
    assert again.get_config() == theirs.get_config()
    assert set(ours.get_config()) >= {*layer.arguments()} - {
        *("activity_regularizer", "autocast")
    }


def test_a_file_is_read_back_where_the_classes_are(tmp_path):
    model = api.loads(SPEC)
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []
    path = tmp_path / "model.keras"
    path.write_bytes(saved(built, cnnspec.custom_objects()))
    registered = keras.saving.get_custom_objects()
    kept = {key: registered.pop(key) for key in [*registered] if "cnnspec" in key}
    with pytest.raises(TypeError, match="Could not locate class 'ClassToken'"):
        keras.saving.load_model(path)
    classes = cnnspec.custom_objects()
    back = keras.saving.load_model(path, classes)
    registered.update(kept)
    assert back.to_json() == built.to_json()
    assert {f"cnnspec>{name}" for name in NAMES} <= classes.keys()


def test_weights_hold_in_lower_precision():
    data = "data: {source: npz, path: a.npz}\n"
    train = "train: {loss: mse, mixed_precision: mixed_float16}\n"
    spec = f"{SPEC}  - Flatten\n  - Dense: 1\n{data}{train}"
    checked = api.check(spec, keras=True)
    assert [str(found) for found in checked.diagnostics] == []
    row = checked.model().summary.rows[0]
    assert (row.dtype, row.weight_dtypes) == ("float16", ["float32"])
