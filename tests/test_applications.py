"""Models of keras.applications as layers: what a spec that names one comes to."""

import os
from pathlib import Path
from typing import Any

import pytest

from cnnspec import api
from cnnspec.ground.errors import SpecError
from cnnspec.model.summary import each_row
from tests.test_cli import Run, run

__all__ = ["run"]  # a fixture

TRANSFER = """
input: [160, 160, 3]
layers:
  - Rescaling: {scale: "${1 / 127.5}", offset: -1}
  - MobileNetV2: {include_top: false, pooling: avg, trainable: false, name: base}
  - Dropout: 0.2
  - Dense: {units: 5, activation: softmax}
"""
MAPS = """
input: [128, 96, 3]
layers:
  - MobileNetV2:
      weights: null
      alpha: 0.35
      include_top: false
      from_layer: block_3_expand
      outputs: [block_3_expand_relu, block_13_expand_relu]
      name: base
  - GlobalAveragePooling2D: {from: base.0}
  - GlobalMaxPooling2D: {from: base/block_13_expand_relu}
  - Concatenate: {from: [global_average_pooling2d, prev]}
  - Dense: 3
"""
TWICE = """
inputs: {left: [64, 64, 3], right: [64, 64, 3]}
defaults:
  Conv2D: {kernel_size: 2, activation: relu}
blocks:
  tower:
    params: {alpha: 0.35}
    layers:
      - MobileNetV2: {weights: null, alpha: $alpha, include_top: false, pooling: avg}
layers:
  - tower: {name: one, from: left}
  - apply: {layer: one_mobile_net_v2, from: right, name: again}
  - Subtract: {from: [one_mobile_net_v2, again]}
  - EfficientNetB0: {from: left, include_top: false, name: eff}
  - Conv2D: 8
  - GlobalAveragePooling2D
  - Concatenate: {from: [prev, subtract]}
  - Dense: 1
"""


FRAMES = """
inputs: {film: [4, 96, 96, 3], films: [2, 4, 96, 96, 3]}
vars: {width: 0.35}
blocks:
  look:
    params: {width: 0.5}
    layers:
      - TimeDistributed:
          layer:
            MobileNetV2:
              {weights: null, alpha: $width, include_top: false, pooling: avg}
      - GRU: 4
layers:
  - TimeDistributed:
      layer:
        MobileNetV2:
          alpha: $width
          include_top: false
          from_layer: block_13_expand
          outputs: [block_14_expand]
          name: base
      from: film
      name: seen
  - GlobalAveragePooling3D: {name: once}
  - TimeDistributed:
      layer:
        TimeDistributed:
          layer:
            MobileNetV2:
              {alpha: 0.35, include_top: false, pooling: avg, trainable: false}
      from: films
  - GlobalAveragePooling2D: {name: often}
  - look: {from: film, trainable: false}
  - look: {from: film, width: 0.75}
  - Concatenate: {from: [once, often, look, look_1]}
  - Dense: 1
"""
"""In wrappers, and in wrappers of wrappers."""


def graph_of(text: str) -> Any:
    return api.loads(text).summary.graph


def test_its_counts_are_those_of_its_spec_and_only_the_head_is_trained() -> None:
    summary = api.loads(TRANSFER).summary
    assert (summary.total_params, summary.trainable_params) == (2_264_389, 6_405)
    assert [row.type for row in summary.rows][1:2] == ["Functional"]


def test_it_is_called_as_in_keras() -> None:
    for arguments, name in [
        ("{include_top: false}", "mobilenetv2_1.00_160"),
        ("{weights: null, alpha: 0.5, include_top: false}", "mobilenetv2_0.50_160"),
    ]:
        text = f"input: [160, 160, 3]\nlayers: [MobileNetV2: {arguments}]"
        graph = graph_of(text)
        assert [graph.called(node.name) for node in graph.nodes] == [name]
    text = "input: [96, 160, 3]\nlayers: [MobileNetV2: {include_top: false}]"
    assert graph_of(text).nodes[0].name == "mobilenetv2_1.00_224"


def test_a_frozen_or_pretrained_one_is_called_in_inference() -> None:
    form = "input: [224, 224, 3]\nlayers: [MobileNetV2: {{{0}}}]"
    for arguments, settings in [
        ("weights: null", {}),
        ("trainable: true", {"training": False}),
        ("weights: null, trainable: false", {"training": False}),
        ("weights: null, from_layer: Conv_1", {"training": False}),
    ]:
        [node] = graph_of(form.format(arguments)).nodes
        assert dict(node.settings) == settings


def test_automatic_names_are_counted_on_through_it() -> None:
    names = [node.name for node in graph_of(TWICE).nodes]
    assert "global_average_pooling2d_1" in names


def test_what_no_feature_map_needs_is_left_out() -> None:
    summary = api.loads(MAPS).summary
    names = [row.name for row in each_row(summary)]
    assert "base/block_13_expand_relu" in names
    assert "base/block_13_project" not in names
    frozen = {r.name for r in each_row(summary) if r.params and not r.trainable_params}
    assert "base/block_2_project" in frozen
    assert "base/block_3_expand" not in frozen


def test_a_spec_without_one_reads_none() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from cnnspec import api; api.check('specs/nin.yaml'); "
        "print([m for m in sys.modules if 'applications' in m or m.endswith('.zoo')])"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "[]\n"


SEQUENTIAL = """
input: [32, 32, 3]
layers:
  - ConvNeXtTiny: {include_top: false, pooling: avg, name: base,
                   from_layer: convnext_tiny_stage_0_block_0_identity}
  - Dense: 2
"""
"""Keras has Sequentials in it, one is frozen, and finds its weights by its name."""
HELD = """
input: [2, 128, 128, 3]
layers:
  - TimeDistributed:
      layer: {MobileNet: {alpha: 0.25, include_top: false, pooling: avg}}
  - Flatten
  - Dense: 2
"""
"""Pretrained, and no layer of its own."""
LONG = os.environ.get("CNNSPEC_FIDELITY") == "long"


@pytest.mark.parametrize(
    "text", [HELD, MAPS, SEQUENTIAL, TRANSFER, TWICE, FRAMES] if LONG else [HELD]
)
def test_keras_builds_the_same_and_no_weights_are_loaded(text, tmp_path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(text)
    assert api.check(spec, keras=True).diagnostics == []


@pytest.mark.parametrize("style", ["lesson", "full"] if LONG else ["full"])
@pytest.mark.parametrize("text", [MAPS, TRANSFER, TWICE, FRAMES] if LONG else [MAPS])
def test_script_makes_the_same_model(text: str, style: str) -> None:
    from cnnspec.emit.keras_live.model import build_model
    from cnnspec.emit.keras_live.published import withheld
    from cnnspec.emit.keras_script.script import render_script
    from tests.emit import same

    model = api.loads(text)
    script = render_script(*model, style=style)
    with withheld():
        assert (
            same.differences(same.built(script), build_model(model.summary.graph)) == []
        )


@pytest.mark.parametrize("style", ["lesson", "full"])
@pytest.mark.parametrize("text", [TRANSFER, TWICE, FRAMES, SEQUENTIAL])
def test_script_says_what_the_graph_has(text: str, style: str) -> None:
    from cnnspec.emit.keras_script.script import render_script
    from tests.emit.tracer import trace

    model = api.loads(text)
    trace(render_script(*model, style=style), model.summary.graph)


def test_a_wrapper_is_called_in_inference_where_what_it_holds_is() -> None:
    nodes = {node.name: node for node in graph_of(FRAMES).nodes}
    quiet = {name for name, node in nodes.items() if dict(node.settings)}
    assert quiet == {"seen", "time_distributed_1", "time_distributed_2"}


SCRIPT = """\
# Its weights know pixels from -1 to 1, as
# keras.applications.mobilenet_v2.preprocess_input makes of 0 to 255.
# Keras downloads its weights once. Without a network, put
# mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_160_no_top.h5 into
# ~/.keras/models.
base = keras.applications.MobileNetV2(
    input_shape=(160, 160, 3),
    weights="imagenet",
    include_top=False,
    pooling="avg",
    name="base",
)
# Its weights stay as they are: the first steps of layers that know nothing yet would
# spoil what it has learned.
base.trainable = False
# Frozen, its BatchNormalization uses the means that it has, and not those of a batch;
# training=False says so, too.
x = base(x, training=False)  # 1280
"""


def test_lesson_reads_as_a_person_writes_it() -> None:
    from cnnspec.emit.keras_script.script import render_script

    assert SCRIPT in render_script(*api.loads(TRANSFER), style="lesson")


@pytest.mark.parametrize(
    ("entry", "said", "unsaid"),
    [
        ("MobileNetV2: {weights: null}", "", "means"),
        ("MobileNetV2: {weights: null, trainable: false}", "Frozen, its", "spoil"),
        ("MobileNetV2: {weights: own.h5}", "unless it is frozen", "pixels"),
        ("ResNet50: {from_layer: conv5_block1_1_conv}", "unless it is frozen", "spoil"),
        ("VGG16: {trainable: false}", "no layer that works otherwise", "Batch"),
        ("ConvNeXtTiny: {}", "no layer that works otherwise", "Batch"),
        ("EfficientNetB0: {weights: null}", "It takes pixels from 0 to 255", "put"),
        (
            "EfficientNetV2B0: {include_preprocessing: false}",
            "from 0 to 1, less",
            "itself",
        ),
        (
            "EfficientNetV2S: {include_preprocessing: false}",
            "from -1 to 1, and",
            "less",
        ),
        ("MobileNetV3Large: {include_preprocessing: false}", "from -1 to 1", "less"),
    ],
)
def test_lesson_says_what_is_true_of_the_model(entry, said, unsaid) -> None:
    from cnnspec.emit.keras_script.script import render_script

    text = f"input: [224, 224, 3]\nlayers: [{entry}]".replace(
        "{", "{include_top: false, "
    )
    lines = render_script(*api.loads(text), style="lesson").splitlines()
    begin, end = (lines.index(one) for one in lines if one[:6] in ("inputs", "model "))
    told = " ".join(one[2:] if one[:1] == "#" else one for one in lines[begin:end])
    assert said in told
    assert f" {unsaid} " not in told


@pytest.mark.parametrize("frozen", [True, False])
def test_keras_heeds_training_in_fit_where_layers_are_frozen(frozen: bool) -> None:
    import keras
    import numpy as np

    image = keras.Input((4,))
    base = keras.Model(image, keras.layers.BatchNormalization(name="norm")(image))
    base.trainable = not frozen
    inputs = keras.Input((4,))
    answer = keras.layers.Dense(1)(base(inputs, training=False))
    model = keras.Model(inputs, answer)
    model.compile("sgd", "mse", run_eagerly=True)
    model.fit(np.ones((2, 4)), np.ones(2), verbose=0)
    means = np.asarray(base.get_layer("norm").moving_mean)
    assert (means == 0).all() == frozen


def test_notebook_tells_which_model_it_is_and_what_it_brings() -> None:
    from cnnspec.emit.keras_script.notebook import render_notebook

    data = (
        "data: {source: image_directory, train: flowers, test_size: 0.2}\n"
        "train: {loss: sparse_categorical_crossentropy}\n"
    )
    notebook = render_notebook(*api.loads(TRANSFER + data))
    said = "**MobileNetV2**: Wide in the middle of each block and narrow at its ends"
    assert notebook.index(said) < notebook.index("**Transfer learning.**")


def test_a_script_holds_no_layer_that_keras_makes_itself() -> None:
    from cnnspec.emit.keras_script.script import render_script

    text = "input: [64, 64, 3]\nlayers: [ConvNeXtTiny: {include_top: false}]"
    more = text[:-1] + ", LayerScale: {init_values: 1e-6, projection_dim: 768}]"
    texts = [render_script(*api.loads(one)) for one in (text, more)]
    assert ["class LayerScale(" in one for one in texts] == [False, True]


def test_a_file_of_weights_is_named_and_a_name_is_given_after_that() -> None:
    from cnnspec.emit.keras_script.script import render_script

    text = """
    input: [96, 96, 3]
    layers:
      - EfficientNetB0: {weights: own.h5, include_top: false, name: base}
    """
    script = render_script(*api.loads(text), style="lesson")
    assert 'weights="own.h5"' in script
    assert '# Keras finds its weights by its own name.\nbase.name = "base"' in script


def test_a_script_finds_weights_that_are_filed_under_a_fraction() -> None:
    from cnnspec.emit.keras_script.script import render_script

    text = """
    input: [96, 96, 3]
    vars: {width: 1}
    layers:
      - MobileNetV3Small: {alpha: $width, include_top: false}
    """
    # Keras has them for 1.0, and a KeyError for 1.
    assert "alpha=float(WIDTH)" in render_script(*api.loads(text))
    assert "alpha=WIDTH" in render_script(*api.loads(text.replace("V3Small", "V2")))


# ------------------------------------------------------------------ weights

SMALL = """
input: [128, 128, 3]
layers:
  - MobileNet: {alpha: 0.25, include_top: false, pooling: avg, name: base}
  - Dense: {units: 2, name: answer}
"""
FILE = "mobilenet_2_5_128_tf_no_top.h5"


@pytest.fixture
def keras_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    from keras.src.backend import config

    monkeypatch.setattr(config, "keras_home", lambda: str(tmp_path))
    return tmp_path


def test_weights_are_found_where_the_message_says(keras_home, monkeypatch) -> None:
    import urllib.error

    import h5py
    import keras
    from keras.src.legacy.saving import legacy_h5_format
    from keras.src.utils import file_utils

    def fails(*_: Any) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(file_utils, "urlretrieve", fails)
    with pytest.raises(SpecError) as refused:
        api.keras_model(api.loads(SMALL))
    [found] = refused.value.diagnostics
    place = keras_home / "models" / FILE
    assert found.code == "no-weights"
    assert found.hint.endswith(f"elsewhere, and put it at {place}")

    theirs = keras.applications.MobileNet(
        (128, 128, 3), alpha=0.25, include_top=False, weights=None
    )
    theirs.set_weights([w + 0.25 for w in theirs.get_weights()])
    with h5py.File(place, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, theirs)
    base = api.keras_model(api.loads(SMALL)).get_layer("base")
    pairs = zip(base.get_weights(), theirs.get_weights(), strict=True)
    assert all((ours == keras_).all() for ours, keras_ in pairs)


def test_a_file_of_weights_is_loaded(tmp_path) -> None:
    import keras

    theirs = keras.applications.MobileNet(
        (128, 128, 3), alpha=0.25, include_top=False, pooling="avg", weights=None
    )
    theirs.set_weights([w - 0.5 for w in theirs.get_weights()])
    theirs.save_weights(tmp_path / "own.weights.h5")
    text = SMALL.replace(
        "alpha: 0.25", f"alpha: 0.25, weights: {tmp_path}/own.weights.h5"
    )
    base = api.keras_model(api.loads(text)).get_layer("base")
    pairs = zip(base.get_weights(), theirs.get_weights(), strict=True)
    assert all((ours == keras_).all() for ours, keras_ in pairs)


def test_a_script_is_written_where_weights_are_missing(
    run: Run, keras_home, monkeypatch, tmp_path
) -> None:
    import urllib.error

    from keras.src.utils import file_utils

    def fails(*_: Any) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(file_utils, "urlretrieve", fails)
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SMALL, encoding="utf-8")
    done = run("build", "small.yaml", "-o", "made")
    assert done.code == 1
    assert done.out.count("small: ") == 1
    assert "no-weights" in done.err
    assert os.listdir("made") == ["small.py"]
