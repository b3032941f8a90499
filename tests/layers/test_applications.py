"""The layers that only keras.applications has, by hand."""

import keras
import numpy as np
import pytest

from cnnspec import api
from cnnspec.catalogue.layers import layer_class, make_layer
from cnnspec.catalogue.registry import family_names
from cnnspec.emit.folders import template_folder
from cnnspec.emit.keras_live.model import build_model, compare, saved, weight_name
from cnnspec.emit.keras_script.custom import classes, sources
from tests.fidelity.judge import keras_class
from tests.layers.refusals import Refused, check_refused, each_refused
from tests.layers.table import Row, check_complete, check_row, each

NAMES = family_names("applications")
IMAGE = (None, 8, 6, 4)
GREY = (None, 8, 6, 1)
VECTOR = (None, 4)
DEPTH = {"drop_path_rate": 0.25}

ROWS = [
    Row("LayerScale", {"init_values": 1e-6, "projection_dim": 4}, [IMAGE], IMAGE, 4),
    Row("LayerScale", {"init_values": 1, "projection_dim": 4}, [GREY], IMAGE, 4),
    Row("LayerScale", {"init_values": 1, "projection_dim": 4}, [(2, None)], (2, 4), 4),
    Row("LayerScale", {"init_values": 0, "projection_dim": 1}, [IMAGE], IMAGE, 1),
    Row("StochasticDepth", DEPTH, [IMAGE], IMAGE, 0),
    Row("StochasticDepth", 0, [(None,)], (None,), 0),
    Row("CustomScaleLayer", {"scale": 0.17}, [IMAGE, IMAGE], IMAGE, 0),
    Row("CustomScaleLayer", 1, [GREY, IMAGE], IMAGE, 0),
    Row("CustomScaleLayer", 1, [IMAGE, (2, None, 1, 4)], (2, 8, 6, 4), 0),
]
REFUSED = [
    Refused(
        "LayerScale",
        {"init_values": 1, "projection_dim": 3},
        [IMAGE],
        "has 3 numbers for the 4 channels",
    ),
    Refused("LayerScale", {"init_values": 1, "projection_dim": 0}, [IMAGE], "above 0"),
    Refused(
        "LayerScale",
        {"init_values": 1, "projection_dim": 3},
        [(None,)],
        "needs an axis of channels",
    ),
    Refused("StochasticDepth", 1, [IMAGE], "a number from 0 to below 1"),
    Refused("StochasticDepth", -0.1, [IMAGE], "a number from 0"),
    Refused("CustomScaleLayer", 1, [IMAGE, VECTOR], "can't add"),
    Refused("CustomScaleLayer", 1, [IMAGE, (None, 8, 5, 4)], "can't add"),
]


@each(ROWS)
def test_row(row):
    check_row(row)


def test_every_layer_has_a_row():
    check_complete("applications", ROWS)


@each_refused(REFUSED)
def test_refused(case):
    check_refused(case)


def written(name: str):
    """The class that a script carries."""
    layer = make_layer(name, layer_class(name).example)
    [text] = sources(classes([layer, layer]))
    names = {"keras": keras, "layers": keras.layers, "__name__": "script"}
    exec(text, names)  # noqa: S102 - the text is ours
    return names[name]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_script_carries_is_what_keras_has(name):
    arguments = layer_class(name).example | {"name": "same"}
    shapes = layer_class(name).example_inputs
    rng = np.random.default_rng(1)
    given = [rng.standard_normal((2, *shape[1:])).astype("float32") for shape in shapes]
    given = given[0] if len(given) == 1 else given
    ours, theirs = written(name)(**arguments), keras_class(name)(**arguments)
    for training in (False, True):
        # Dropping by chance, both drop the same.
        keras.utils.set_random_seed(1)
        expected = theirs(given, **calls(name, training))
        keras.utils.set_random_seed(1)
        found = ours(given, **calls(name, training))
        np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert ours.get_config() == theirs.get_config()
    assert [weight_name(w) for w in ours.weights] == [
        weight_name(w) for w in theirs.weights
    ]
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


def calls(name, training):
    return {"training": training} if name == "StochasticDepth" else {}


@pytest.mark.parametrize("name", NAMES)
def test_a_model_with_it_is_read_back_where_the_class_is(name, tmp_path):
    cls = written(name)
    given = [keras.Input(s[1:]) for s in layer_class(name).example_inputs]
    one = given[0] if len(given) == 1 else given
    model = keras.Model(given, cls(**layer_class(name).example)(one))
    model.save(tmp_path / "model.keras")
    back = keras.saving.load_model(tmp_path / "model.keras")
    assert type(back.layers[-1]) is cls
    assert back.to_json() == model.to_json()


def test_what_cnnspec_builds_is_read_back_by_keras_alone(tmp_path):
    model = api.loads(
        """
        inputs: {image: [8, 8, 4], other: [8, 8, 4]}
        layers:
          - LayerScale: {init_values: 0.1, projection_dim: 4, from: image}
          - StochasticDepth: 0.2
          - LayerScale: {init_values: 0.1, projection_dim: 4}
          - CustomScaleLayer: {scale: 0.17, from: [prev, other]}
        """
    )
    built = build_model(model.summary.graph)
    assert compare(built, model.summary) == []
    path = tmp_path / "model.keras"
    path.write_bytes(saved(built))
    back = keras.saving.load_model(path, custom_objects={})
    assert {keras_class(name) for name in NAMES} < {type(x) for x in back.layers}


def test_the_text_is_found_inside_a_wrapper():
    layer = make_layer("TimeDistributed", {"layer": {"PositionEmbedding": {}}})
    [text] = sources(classes([layer]))
    assert "class PositionEmbedding(layers.Layer):" in text
    assert "import" not in text


def test_every_text_is_of_a_layer():
    texts = {path.stem for path in (template_folder() / "layers").glob("*.py")}
    assert texts == {*NAMES, *family_names("tokens")}


def test_a_class_is_carried_that_only_another_value_of_a_parameter_needs(tmp_path):
    spec = """
        name: untaken
        input: [8, 4]
        blocks:
          branch:
            params: {rate: 0.0}
            layers:
              - Dense: 4
              - if: {test: "${rate > 0}", then: [{StochasticDepth: $rate}]}
        layers: [branch, branch, Flatten]
        """
    [path] = api.build(spec, tmp_path, ["script"])
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert "class StochasticDepth(layers.Layer):" in text
    names = {"__name__": "script"}
    exec(text, names)  # noqa: S102 - the text is ours
    made = names["branch"](keras.Input((8, 4)), rate=0.5)
    assert made.shape == (None, 8, 4)
