"""The Python API: what it takes, what comes out, and how that is shown."""

import copy
import json
import pickle
import subprocess
import sys
import warnings
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

import cnnspec
from cnnspec import api
from cnnspec.emit.targets import Options, targets
from tests.api_page import PAGE, page
from tests.effort import LONG

ROOT = Path(__file__).parents[1]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
DATA: dict[str, Any] = {
    "name": "tiny",
    "input": [8, 8, 1],
    "vars": {"units": 3},
    "layers": [
        {"Conv2D": {"filters": 2, "kernel_size": 3}},
        "Flatten",
        {"Dense": "$units"},
    ],
}
TEXT = """\
name: tiny
input: [8, 8, 1]
vars: {units: 3}
layers: [{Conv2D: {filters: 2, kernel_size: 3}}, Flatten, {Dense: $units}]
"""
CONV = "{Conv2D: {filters: 2, kernel_size: 3}}"
FLOW = f"{{name: tiny, input: [8, 8, 1], layers: [{CONV}, Flatten, {{Dense: 3}}]}}"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(TEXT)
    return path


def facts(model: cnnspec.Model) -> dict[str, Any]:
    """The numbers of a model, which don't depend on how its spec was given."""
    return model.summary.to_dict()


def test_a_spec_is_a_path_a_text_or_data(path: Path) -> None:
    expected = facts(cnnspec.load(path))
    for spec in (str(path), TEXT, FLOW, DATA):
        assert facts(cnnspec.load(spec)) == expected
    assert facts(cnnspec.loads(TEXT)) == expected


def test_data_may_hold_what_python_has_for_it() -> None:
    numbers = {**DATA, "input": (8, 8, np.int64(1)), "vars": {"units": np.int32(3)}}
    assert facts(cnnspec.load(numbers)) == facts(cnnspec.load(DATA))
    layers = [{"Dense": {"units": 2, "name": "1e-3", "activation": None}}]
    odd = {"input": [4], "layers": layers, "description": "no: '{x}' \\ \"y\"\n# z"}
    model = cnnspec.load(odd)
    assert model.summary.rows[0].name == "1e-3"
    assert model.program.description == odd["description"]
    for value in (1e-05, 1e300, True, "null", "0x1F", "~", "a: b", "", "한글", "x$"):
        given = {"input": [4], "layers": ["Flatten"], "description": str(value)}
        assert cnnspec.load(given).program.description == str(value)
    data = {"source": "npz", "path": PurePosixPath("a/b.npz")}
    assert not cnnspec.check({**DATA, "data": data}).diagnostics
    with pytest.raises(TypeError, match=r"spec\['layers'\]\[0\] is a set; a spec has"):
        cnnspec.load({"input": [4], "layers": [{1}]})


def test_every_spec_means_the_same_as_data() -> None:
    for spec in SPECS:
        read = cnnspec.load(spec)
        plain = {k: v for k, v in read.program.source.data.items() if k != "extends"}
        again = cnnspec.load(plain, {"name": read.program.name, "expect": None})
        assert facts(again) == facts(read)


def test_places_in_data_are_their_keys(path: Path) -> None:
    layers = [{"Conv2D": {"filters": 2, "kernal_size": 3}}, "Flaten"]
    told = str(cnnspec.check({**DATA, "layers": layers})).splitlines()
    assert [line.partition(": error")[0] for line in told] == [
        "spec['layers'][0]['Conv2D']['kernal_size']",
        "spec['layers'][1]",
    ]
    layers = ["Flatten", {"Conv2D": {"filters": 2, "kernel_size": 3}}]
    [found] = cnnspec.check({**DATA, "layers": layers}).diagnostics
    assert "comes from 'flatten' (spec['layers'][0])" in found.message
    many = [{"Dense": 0}] * 12
    marks = [str(d.mark) for d in cnnspec.check({**DATA, "layers": many}).diagnostics]
    assert marks == [f"spec['layers'][{n}]['Dense']" for n in range(12)]
    path.write_text("input: [4]\nlayers:\n  - Dense: {unit: 3}\n")
    extending = cnnspec.check({"extends": str(path)}, allow_outside=True)
    assert [str(d.mark) for d in extending.diagnostics] == [f"{path}:3:13"]


def test_a_study_stands_in_any_form_of_spec(path: Path) -> None:
    variants = {"base": {}, "wide": {"vars.units": 8}, "wrong": {"vars.units": 0}}
    training = {"data": {"source": "npz", "path": "a.npz"}, "train": {"loss": "mse"}}
    data = {**DATA, **training, "study": {"title": "Which", "variants": variants}}
    path.write_text(json.dumps(data))
    line = f"1:{path.read_text().index('0}') + 1}"
    there = "spec['study']['variants']['wrong']['vars.units']"
    for spec, place in (
        (path, f"{path}:{line}"),
        (path.read_text(), f"spec:{line}"),
        (data, there),
    ):
        [found] = cnnspec.check(spec).diagnostics
        assert (str(found.mark), found.code) == (place, "wrong-type")


@pytest.mark.parametrize(
    "overrides", [["vars.units=5"], {"vars.units": 5}, {"vars.units": np.int64(5)}]
)
def test_overrides_are_texts_or_a_mapping(overrides: Any, path: Path) -> None:
    for spec in (path, TEXT, DATA):
        assert cnnspec.load(spec, overrides).summary.rows[-1].output_shape == (None, 5)
    assert DATA["vars"] == {"units": 3}
    with pytest.raises(cnnspec.OverrideError):
        cnnspec.load(TEXT, {"vars.unit": 3})
    for wrong in (3, b"vars.units=5", [b"vars.units=5"], [("vars.units", 5)]):
        with pytest.raises(TypeError, match="overrides are texts KEY=VALUE, or a map"):
            cnnspec.load(TEXT, wrong)  # type: ignore[arg-type]


def test_errors_are_raised_or_kept(path: Path) -> None:
    with pytest.raises(cnnspec.SpecError) as caught:
        cnnspec.load(path, ["layers.2.Dense=0"])
    assert caught.value.diagnostics[0].mark.line == 4
    for spec in ("input: [4\n", "{input: [4", path.with_name("none.yaml")):
        checked = cnnspec.check(spec)
        assert not checked.ok and checked.program is None
        with pytest.raises(cnnspec.SpecError):
            checked.model()


def test_an_error_comes_back_from_another_process(path: Path) -> None:
    with pytest.raises(cnnspec.SpecError) as caught:
        cnnspec.load(path, ["layers.2.Dense=0"])
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.diagnostics) == (
        str(caught.value),
        caught.value.diagnostics,
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"targets": "pdf"}, "no target 'pdf'; there is"),
        ({"targets": ["scirpt"]}, "did you mean 'script'?"),
        ({"lang": "kr"}, "no language 'kr'"),
        ({"backend": "pytorch"}, "no backend 'pytorch'"),
    ],
)
def test_what_build_has_no_use_for_is_told(
    given: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(cnnspec.SettingsError, match=says.replace("?", "[?]")):
        cnnspec.build(DATA, tmp_path, **{"targets": "svg", **given})


def test_no_targets_are_none(tmp_path: Path) -> None:
    assert cnnspec.build(DATA, tmp_path, []) == []
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("spec", [None, 3, [], ""])
def test_what_is_no_spec_is_told(spec: Any) -> None:
    with pytest.raises(TypeError, match="a spec is a path, a text or a mapping; found"):
        cnnspec.load(spec)


def test_a_search_passes_over_environments_and_hidden_folders(tmp_path: Path) -> None:
    for folder in ("specs", ".venv/lib", ".github", "env/share"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.yaml").write_text(TEXT)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    assert api.find_specs(tmp_path) == [str(tmp_path / "specs" / "a.yaml")]
    assert api.find_specs(tmp_path / ".github") == [str(tmp_path / ".github/a.yaml")]


def test_what_is_shown_is_short() -> None:
    model = cnnspec.load(DATA)
    assert repr(model) == "<Model tiny: 239 params in 3 layers>"
    assert repr(model.summary) == "<Summary tiny: 239 params in 3 layers>"
    assert repr(cnnspec.check(DATA)) == f"<Checked spec: ok: {model.summary!r}>"
    assert repr(cnnspec.check({})) == "<Checked spec: 2 found>"


def test_a_notebook_shows_what_was_found() -> None:
    shown: list[str] = []
    printer = SimpleNamespace(text=shown.append)
    cnnspec.check({**DATA, "layers": ["Flaten"]})._repr_pretty_(printer, False)
    assert "did you mean 'Flatten'?" in shown[0]


def test_a_notebook_shows_the_table() -> None:
    model = cnnspec.load({**DATA, "name": "a <b> & c"})
    shown = model._repr_html_()
    assert shown == model.summary._repr_html_()
    assert shown.startswith('<div class="cnnspec">') and shown.endswith("</div>")
    assert "a &lt;b&gt; &amp; c" in shown and "239" in shown
    assert "<html" not in shown and "\nbody" not in shown


def test_numbers_as_plain_data_are_those_of_show(path: Path) -> None:
    command = [sys.executable, "-m", "cnnspec", "show", path, "--format", "json"]
    printed = subprocess.run(command, capture_output=True, check=True, text=True)
    model = cnnspec.load(path)
    assert model.to_dict() == json.loads(printed.stdout)
    without_lines = [
        {key: value for key, value in layer.items() if key != "line"}
        for layer in model.to_dict()["layers"]
    ]
    assert model.summary.to_dict()["layers"] == without_lines


def test_a_data_frame_has_a_row_for_each_layer() -> None:
    frame = cnnspec.load(DATA).to_dataframe()
    assert list(frame.index) == ["conv2d", "flatten", "dense"]
    assert frame["params"].sum() == 239


def test_without_pandas_the_data_frame_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        cnnspec.load(DATA).to_dataframe()


def test_the_picture_is_an_svg() -> None:
    model = cnnspec.load(DATA)
    assert ElementTree.fromstring(model.svg()).tag.endswith("svg")
    assert model.summary.svg() == model.svg()


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.stem)
def test_what_is_pickled_or_copied_comes_back(spec: Path) -> None:
    model = cnnspec.load(spec)
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert type(again) is cnnspec.Model
        assert type(again.summary) is cnnspec.Summary
        assert again.to_dict() == model.to_dict()
        assert again == model
        assert hash(again.program.source) == hash(model.program.source)
    checked = cnnspec.check(spec, ["layers.0=Flaten"])
    assert pickle.loads(pickle.dumps(checked)) == checked != cnnspec.check(spec)


def test_what_is_loaded_tells_its_warnings() -> None:
    text = "{input: [4], vars: {a: 1}, layers: [{Dense: 3}]}"
    for load in (cnnspec.load, cnnspec.loads):
        with pytest.warns(UserWarning, match="unused-variable") as told:
            load(text)
        assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cnnspec.load("{input: [4], layers: [{Dense: 3}]}")


def test_a_script_of_a_pickled_model_is_the_same() -> None:
    model = cnnspec.load(ROOT / "specs" / "nin.yaml")
    target, options = targets()["script"], Options("en", "tensorflow", None)
    again = pickle.loads(pickle.dumps(model))
    assert target.make(again, options) == target.make(model, options)


def test_the_module_lists_what_it_has() -> None:
    code = "import cnnspec, sys; print(*dir(cnnspec)); print('yaml' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True
    )
    names, imported = run.stdout.splitlines()
    assert set(names.split()) == set(cnnspec.__all__)
    assert imported == "False"
    for name in cnnspec.__all__:
        assert getattr(cnnspec, name).__doc__ or name == "__version__"


def test_a_model_is_built_from_any_form_of_spec(path: Path, tmp_path: Path) -> None:
    data = {**DATA, "data": {"source": "digits"}, "train": {"loss": "mse"}}
    for number, spec in enumerate((path, TEXT, DATA, cnnspec.load(DATA))):
        folder = tmp_path / str(number)
        [written] = cnnspec.build(spec, folder, ["svg"])
        assert Path(written).read_text(encoding="utf-8").count("<svg") == 1
    overrides = {"data.labels": "one_hot", "vars.units": 10, "train.loss": "mse"}
    [script] = cnnspec.build(data, tmp_path, ["script"], overrides=overrides)
    compile(Path(script).read_text(encoding="utf-8"), script, "exec")
    with pytest.raises(TypeError, match="give them to load"):
        cnnspec.build(cnnspec.load(DATA), tmp_path, overrides=overrides)


def test_a_live_model_is_compiled_as_the_spec_says() -> None:
    loss = {"SparseCategoricalCrossentropy": {"from_logits": True}}
    train = {"loss": loss, "optimizer": {"SGD": {"learning_rate": 0.5}}}
    train |= {"metrics": ["accuracy"], "mixed_precision": "mixed_bfloat16"}
    spec = {**DATA, "data": {"source": "digits"}, "train": train}
    model = cnnspec.keras_model(spec, {"vars.units": 10})
    assert [layer.name for layer in model.layers[1:]] == ["conv2d", "flatten", "dense"]
    assert float(model.optimizer.learning_rate) == 0.5
    assert model.layers[1].compute_dtype == "bfloat16"
    history = model.fit(np.zeros((4, 8, 8, 1)), np.zeros(4), verbose=0)
    assert set(history.history) == {"loss", "accuracy"}
    assert not cnnspec.keras_model(cnnspec.load(DATA)).compiled


def test_what_no_model_comes_of_is_told_as_always() -> None:
    with pytest.raises(cnnspec.SpecError, match="Flaten"):
        cnnspec.keras_model({**DATA, "layers": ["Flaten"]})


@pytest.mark.skipif(not LONG, reason="CNNSPEC_FIDELITY=long runs a deep model twice")
def test_a_deep_live_model_takes_samples() -> None:
    layers = [{"repeat": {"times": 1000, "layers": [{"Dense": 1}]}}]
    model = cnnspec.keras_model({"input": [1], "layers": layers})
    assert model(np.zeros((2, 1))).shape == (2, 1)


def test_the_page_is_that_of_the_docstrings() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
