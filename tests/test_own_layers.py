"""Layers that a spec declares: checked without their classes, built with them."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cnnspec import api
from cnnspec.ground.errors import NotInstalledError, SpecError

ROOT = Path(__file__).parent.parent

CLASSES = '''\
"""Layers of somebody's package."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("my_package")
class CoordConv(keras.layers.Layer):
    def __init__(self, filters, kernel_size=3, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel_size = filters, kernel_size

    def build(self, shape):
        sizes = (self.kernel_size, self.kernel_size, shape[-1] + 2, self.filters)
        self.kernel = self.add_weight(name="kernel", shape=sizes)
        self.bias = self.add_weight(name="bias", shape=(self.filters,))

    def compute_output_shape(self, shape):
        return (*shape[:-1], self.filters)

    def call(self, x):
        ones = ops.ones_like(x[..., :1])
        x = ops.concatenate([x, ones, ones], axis=-1)
        return ops.conv(x, self.kernel, padding="same") + self.bias

    def get_config(self):
        own = {"filters": self.filters, "kernel_size": self.kernel_size}
        return super().get_config() | own


class Halved(keras.layers.Layer):
    """Isn't registered, and leaves its configuration to Keras."""

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, x):
        return x[:, :: self.factor, :: self.factor]


class Gate(keras.layers.Layer):
    def __init__(self, hidden=4, **kwargs):
        super().__init__(**kwargs)
        self.hidden = hidden
        self.inner = keras.layers.Dense(hidden, use_bias=False)

    def build(self, image_shape, text_shape):
        self.inner.build(text_shape)
        self.out = self.add_weight(name="out", shape=(self.hidden, image_shape[-1]))
        self.seen = self.add_weight(name="seen", shape=(), trainable=False)

    def compute_output_shape(self, image_shape, text_shape):
        return image_shape, (text_shape[0], self.hidden)

    def call(self, image, text):
        found = self.inner(text)
        share = ops.matmul(found, self.out)
        return image * share[:, None, None, :], found


NOTHING = 3
'''
CUSTOM = """\
custom:
  CoordConv:
    import: my_package.layers
    arguments: {filters: , kernel_size: 3}
    output: ["${x[0]}", "${x[1]}", "${filters}"]
    weights:
      kernel: ["${kernel_size}", "${kernel_size}", "${x[2] + 2}", "${filters}"]
      bias: ["${filters}"]
  Half:
    import: my_package.layers:Halved
    arguments: [factor]
    output: ["${ceil(x[0] / factor)}", "${ceil(x[1] / factor)}", "${x[2]}"]
    macs: 0
  Gate:
    import: my_package.layers
    inputs: [image, text]
    arguments: {hidden: 4}
    outputs: [$image, ["${hidden}"]]
    weights: {out: ["${hidden}", "${image[2]}"], kernel: ["${text[0]}", "${hidden}"]}
    non_trainable: {seen: []}
    macs: "${hidden * (image[2] + text[0])}"
"""
SPEC = f"""\
name: own
inputs: {{image: [16, 16, 3], text: [7]}}
vars: {{width: 4}}
{CUSTOM}
defaults:
  CoordConv: {{kernel_size: 1}}
blocks:
  unit:
    params: [filters]
    layers:
      - CoordConv: {{filters: $filters, name: conv}}
      - ReLU
layers:
  - CoordConv: {{filters: $width, kernel_size: 5, from: image}}
  - Half: 3
  - repeat:
      for: {{n: [4, 8]}}
      layers: [{{unit: {{filters: "${{n}}", name: unit_$n}}}}]
  - CoordConv: {{filters: 4, trainable: false, name: still}}
  - apply: {{layer: unit_8_conv}}
  - Gate: {{from: [prev, text], hidden: 6, name: gate}}
  - Half: {{factor: 1, from: unit_4, name: half}}
outputs: [gate, half]
"""
CLASSIFIER = f"""\
name: classifier
input: [12, 10, 10, 2]
{CUSTOM}
layers:
  - TimeDistributed: {{layer: {{CoordConv: {{filters: 3, name: inner}}}}}}
  - TimeDistributed: {{layer: {{CoordConv: 2}}}}
  - Flatten
  - Dense: 3
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "my_package").mkdir()
    (folder / "my_package" / "__init__.py").write_text("")
    (folder / "my_package" / "layers.py").write_text(CLASSES)
    (folder / "own.yaml").write_text(SPEC)
    (folder / "classifier.yaml").write_text(CLASSIFIER)
    return folder


@pytest.fixture
def path(site: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(site))
    # An example of the docs may have brought a package of the same name.
    for name in [n for n in sys.modules if n.split(".")[0] == "my_package"]:
        if not str(sys.modules[name].__file__).startswith(str(site)):
            del sys.modules[name]
    return site


def run(site: Path, *command: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=site,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


# ------------------------------------------------------------------ without the classes


def test_shapes_weights_and_cost_are_those_declared() -> None:
    summary = api.load(SPEC).summary
    rows = {row.name: row for row in summary.rows}
    assert rows["coord_conv"].output_shape == (None, 16, 16, 4)
    assert rows["coord_conv"].macs == 5 * 5 * 5 * 4 * 16 * 16
    assert [(w.name, w.shape) for w in rows["unit_8_conv"].weights] == [
        ("kernel", (1, 1, 6, 8)),
        ("bias", (8,)),
    ]
    assert rows["halved"].output_shape == (None, 6, 6, 4)
    assert rows["gate"].output_shape == [(None, 6, 6, 8), (None, 6)]
    assert rows["gate"].params - rows["gate"].trainable_params == 1
    assert rows["still"].trainable_params == 0
    assert rows["gate"].macs == 6 * (8 + 7)


def test_nothing_is_imported_by_check(path: Path) -> None:
    sys.modules.pop("my_package.layers", None)
    assert api.check(path / "own.yaml").ok
    assert "my_package.layers" not in sys.modules


def test_what_comes_of_an_unknown_size_is_unknown() -> None:
    text = f"inputs: {{image: [null, 9, 3]}}\n{CUSTOM}layers:\n  - Half: 2\n"
    [row] = api.load(text).summary.rows
    assert row.output_shape == (None, None, 5, 3)
    text = text.replace('"${ceil(x[0] / factor)}"', '"${9 if x[0] == 1 else x[1]}"')
    [row] = api.load(text).summary.rows
    assert row.output_shape == (None, None, 5, 3)
    [row] = api.load(text.replace("- Half: 2", "- CoordConv: 2")).summary.rows
    assert (row.output_shape, row.macs) == ((None, None, 9, 2), None)


def test_cost_is_unknown_where_nothing_tells_it() -> None:
    def macs(more: str) -> object:
        text = f"{{a: {{import: b, output: $x, {more}}}}}"
        text = f"input: [5, 5, 2]\ncustom: {text}\nlayers: [a]"
        return api.load(text).summary.macs

    assert macs("weights: {kernel: [1, 1, 2, 2]}") == 100
    assert macs("weights: {kernel: [1, 1, 2, 2], bias: [2]}") == 100
    assert macs("weights: {kernel: [1, 1, 2, 2], other: [2, 2]}") is None
    assert macs("weights: {scale: [2]}") is None
    assert macs("macs: '${x[0] * 2}'") == 10


def test_layers_of_two_specs_are_of_one_class_where_they_are_declared_alike() -> None:
    one, other = api.load(SPEC), api.load(SPEC.replace("width: 4", "width: 8"))
    rows = one.summary.rows[0], other.summary.rows[0]
    assert type(rows[0].layer) is type(rows[1].layer)
    changed = api.load(SPEC.replace("kernel_size: 3}", "kernel_size: 7}"))
    assert type(changed.summary.rows[0].layer) is not type(rows[0].layer)


def test_own_layers_can_be_pickled() -> None:
    layers = [row.layer for row in api.load(SPEC).summary.rows]
    again = pickle.loads(pickle.dumps(layers))
    assert again == layers
    shape = (None, 9, 9, 3)
    assert again[0].weights(shape) == layers[0].weights(shape)


def test_tensors_are_given_by_name_and_read_one_by_one(path: Path) -> None:
    text = f"""\
inputs: {{text: [7], image: [8, 8, 3]}}
{CUSTOM}
layers:
  - Gate: {{from: {{text: text, image: image}}, name: first}}
  - Dense: {{units: 5, from: first.1}}
  - Gate: {{from: {{text: prev, image: first.0}}, name: second}}
outputs: [second]
"""
    checked = api.check(text, keras=True, allow_import=True, ignore="unused-custom")
    assert [str(found) for found in checked.diagnostics] == []
    assert checked.summary is not None
    assert checked.summary.rows[2].params == 4 * 3 + 5 * 4 + 1
    wrong = api.check(text.replace("text: prev", "txt: prev")).diagnostics
    assert "Gate is called with no 'txt'; it takes 'image' and 'text'" in str(wrong[0])


def test_difference_and_schema_know_them(site: Path) -> None:
    told = run(site, "-m", "cnnspec", "diff", "own.yaml", "--set", "vars.width=8")
    assert "filters: 4 → 8" in told
    schema = json.loads(run(site, "-m", "cnnspec", "schema"))
    assert schema["$defs"]["spec"]["properties"]["custom"]
    assert "import" in schema["$defs"]["custom"]["properties"]


def test_a_value_alone_can_be_changed_from_outside() -> None:
    text = f"input: [4, 4, 1]\n{CUSTOM}layers:\n  - CoordConv: 8\n"
    for key in ("layers.0.CoordConv.kernel_size", "layers.coord_conv.kernel_size"):
        [row] = api.load(text, {key: 5}).summary.rows
        assert row.params == 5 * 5 * 3 * 8 + 8
    changed = api.load(text, {"custom.CoordConv.arguments.kernel_size": 1})
    assert changed.summary.total_params == 3 * 8 + 8


# ------------------------------------------------------------------ with the classes


@pytest.mark.parametrize("name", ["own", "classifier"])
def test_the_live_model_is_what_the_spec_says(path: Path, name: str) -> None:
    chosen = {"keras": True, "ignore": "unused-custom"}
    checked = api.check(path / f"{name}.yaml", allow_import=True, **chosen)
    assert [str(found) for found in checked.diagnostics] == []
    model = api.keras_model(checked.model(), allow_import=True)
    assert model.count_params() == checked.model().summary.total_params


NESTED = f"""\
input: [8, 8, 3]
{CUSTOM}
blocks:
  tower: {{model: true, params: [n], layers: [{{CoordConv: $n}}, ReLU]}}
layers:
  - tower: {{n: 4, name: left}}
  - tower: {{n: 5, name: right}}
"""


def test_those_in_models_inside_are_compared_too(path: Path) -> None:
    def found(text: str) -> list[str]:
        quiet = {"keras": True, "ignore": "unused-custom"}
        checked = api.check(text, allow_import=True, **quiet)
        return [one.message for one in checked.diagnostics]

    assert found(NESTED) == []
    wrong = found(NESTED.replace("x[2] + 2", "x[2] + 3"))
    assert "'coord_conv' (CoordConv) has a weight of [3, 3, 5, 4] in Keras" in wrong[0]
    assert "--allow-import" in str(api.check(NESTED, keras=True).diagnostics[0])


def test_keras_is_asked_on_request_alone(path: Path) -> None:
    checked = api.check(path / "own.yaml", keras=True)
    assert {found.code for found in checked.diagnostics} == {"own-layer"}
    assert "--allow-import lets 'my_package.layers'" in str(checked.diagnostics[0])
    with pytest.raises(SpecError, match="--allow-import"):
        api.keras_model(path / "own.yaml")
    with pytest.raises(NotInstalledError, match=r"own\.keras wants --allow-import"):
        api.build(path / "own.yaml", path / "none")


def test_build_writes_what_it_can_and_says_why(site: Path) -> None:
    more = ("own.yaml", "--form", "functional", "-o", "made")
    told = run(site, "-m", "cnnspec", "build", *more)
    assert "own.keras wants --allow-import" in told
    assert sorted(os.listdir(site / "made")) == ["own.py"]
    told = run(site, "-m", "cnnspec", "build", "--to", "keras", *more, code=2)


def test_script_and_file_hold_the_same_model(path: Path, tmp_path: Path) -> None:
    file, script = api.build(
        path / "own.yaml", tmp_path, form="functional", allow_import=True
    )
    text = Path(script).read_text("utf-8")
    assert "from my_package.layers import CoordConv, Gate\n" in text
    assert "from my_package.layers import Halved as Half\n" in text
    made: dict[str, Any] = {}
    exec(compile(text, script, "exec"), made)  # noqa: S102 - what a person would run
    import keras

    with pytest.raises(TypeError, match="Could not locate class 'Halved'"):
        keras.saving.load_model(file)
    classes = {"Halved": made["Half"], "Gate": made["Gate"]}
    model = keras.saving.load_model(file, classes)
    assert model.to_json() == made["model"].to_json()


WRONG = {
    "my_package.layers": ("my_package.missing", "can't be imported: No module named"),
    "import: my_package.layers\n    arguments: {f": (
        "import: my_package.layers:CordConv\n    arguments: {f",
        "has no 'CordConv'; did you mean 'CoordConv'?",
    ),
    "layers:Halved": ("layers:NOTHING", "is no keras.layers.Layer"),
    "x[2] + 2": ("x[2] + 3", "has a weight of [5, 5, 5, 4] in Keras, that isn't"),
    "{seen: []}": ("{}", "has a weight that isn't trained of [] in Keras"),
    "bias: [": ("bias: [2, ", "has a weight of [4] in Keras, that isn't declared"),
    "outputs: [$image,": ("outputs: [[6, 6, 9],", "gives [(None, 6, 6, 8), (None, 6)]"),
    "kernel_size: 3}": ("kernel_sizes: 3}", ""),
}


@pytest.mark.parametrize("old", WRONG)
def test_what_the_class_does_otherwise_is_told(path: Path, old: str) -> None:
    new, said = WRONG[old]
    text = SPEC.replace(old, new)
    if not said:
        text = text.replace("kernel_size}", "kernel_sizes}")
        text = text.replace("kernel_size: ", "kernel_sizes: ")
    assert text != SPEC
    found = api.check(text, keras=True, allow_import=True).diagnostics
    assert found
    if said:
        assert said in str(found[0])
        assert {one.code for one in found} == {"own-layer"}
    else:
        assert "Unrecognized keyword arguments passed to CoordConv" in found[0].message
        assert found[0].hint == "mend what custom: says of it, or its class"


def test_training_asks_as_well(site: Path) -> None:
    text = SPEC.replace("outputs: [gate, half]", "outputs: [half]")
    (site / "train.yaml").write_text(text)
    told = run(site, "-m", "cnnspec", "train", "train.yaml", code=2)
    assert "training wants --allow-import" in told


def test_a_training_finds_the_modules_that_this_process_finds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cnnspec.app import running
    from cnnspec.emit.own import homes_of

    model = api.load(path / "own.yaml")
    sys.modules.pop("my_package", None)
    assert homes_of(model) == [str(path)]
    assert "my_package" not in sys.modules
    given: list[Any] = []
    monkeypatch.setattr(os, "execve", lambda *command: given.append(command))
    monkeypatch.setattr(running, "run_as_child", lambda *command: given.append(command))
    monkeypatch.setattr("signal.pthread_sigmask", lambda *_: None)
    monkeypatch.setenv("PYTHONPATH", "first")
    running.run("a.py", [], homes_of(model))
    assert given[0][-1]["PYTHONPATH"] == os.pathsep.join(["first", str(path)])
    lost = api.load(SPEC.replace("my_package", "no_such_package"))
    with pytest.raises(NotInstalledError, match="wants 'no_such_package'"):
        homes_of(lost)


def scripts(folder: Path, spec: Path, **options: Any) -> str:
    [path] = api.build(spec, folder, ["script"], **options)
    return Path(path).read_text("utf-8")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_notebook_says_where_they_stand(lang: str, tmp_path: Path) -> None:
    text = f"input: [8, 8, 3]\n{CUSTOM}layers:\n  - CoordConv: 2\n"
    (tmp_path / "own.yaml").write_text(text)
    [path] = api.build(tmp_path / "own.yaml", tmp_path, ["notebook"], lang=lang)
    said = {"en": "A layer of `my_package.layers`.", "ko": "`my_package.layers`에 있는"}
    assert f"**CoordConv**: {said[lang]}" in Path(path).read_text("utf-8")


def test_one_that_nothing_uses_is_told() -> None:
    text = f"input: [8, 8, 3]\n{CUSTOM}layers:\n  - CoordConv: 2\n"
    found = api.check(text).diagnostics
    assert [one.code for one in found] == ["unused-custom"] * 2


def test_scripts_call_them_with_arguments_by_name(path: Path, tmp_path: Path) -> None:
    text = scripts(tmp_path, path / "own.yaml")
    assert "CoordConv(filters=WIDTH, kernel_size=5)(image)" in text
    assert (
        'conv = CoordConv(filters=filters, kernel_size=1, name=f"{name}_conv")' in text
    )
    assert "Half(factor=3)(" in text
    assert 'Gate(hidden=6, name="gate")(' in text
    wrapped = scripts(tmp_path, path / "classifier.yaml")
    assert 'TimeDistributed(CoordConv(filters=3, name="inner"))' in wrapped


PLACES = (
    "import: PLACE, output: $x",
    "import: a, output: PLACE",
    "import: a, output: [PLACE, 3]",
    "import: a, arguments: PLACE, output: $x",
    "import: a, arguments: {n: PLACE}, output: [$n]",
    "import: a, inputs: PLACE, output: $x",
    "import: a, inputs: [PLACE], output: [3]",
    "import: a, outputs: PLACE",
    "import: a, outputs: [PLACE, $x]",
    "import: a, output: $x, weights: PLACE",
    "import: a, output: $x, weights: {kernel: PLACE}",
    "import: a, output: $x, non_trainable: {seen: [PLACE]}",
    "import: a, output: $x, macs: PLACE",
)


@pytest.mark.parametrize("place", PLACES)
def test_no_declaration_does_anything(place: str) -> None:
    from tests.hostile import VALUES

    for number, value in enumerate(VALUES):
        if number % 2 and os.environ.get("CNNSPEC_FIDELITY") != "long":
            continue
        declared = place.replace("PLACE", value)
        layer = "A: 3" if "arguments: P" in place else "A"
        text = f"input: [8, 3]\ncustom:\n  A: {{{declared}}}\nlayers:\n  - {layer}\n"
        checked = api.check(text)
        for found in checked.diagnostics:
            assert str(found).isprintable()
            assert "\n" not in str(found)
        if checked.ok:
            assert checked.summary is not None
            assert checked.summary.rows


def test_an_activation_of_an_own_layer_is_its_own_matter() -> None:
    """Rules ask what a layer's output comes from; here nobody can say."""
    declared = {
        "import": "my_layers",
        "arguments": {"units": 3, "activation": "softmax"},
        "output": ["${units}"],
    }
    layers = [{"QDense": {}}, {"Dense": 2}]
    spec = {"input": [4], "custom": {"QDense": declared}, "layers": layers}
    assert api.check(spec).ok
