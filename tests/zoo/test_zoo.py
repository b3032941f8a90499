"""The specs of specs/zoo are sound, and a few of them are proved with Keras."""

import pytest

from cnnspec import api
from tests.effort import some
from tests.zoo.names import APPLICATIONS, FOLDER
from tests.zoo.page import PAGE, citation, page

SPECS = sorted(FOLDER.glob("*.yaml"))
QUICK = ["mobilenet_v3_small", "convnext_tiny"]
"""Small ones, with operations that are no layers, and with layers of Keras's own."""


def test_every_model_of_keras_has_a_spec() -> None:
    assert set(APPLICATIONS) <= {path.stem for path in SPECS}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_spec(path) -> None:
    checked = api.check(path)
    assert not checked.diagnostics
    model = api.load(path)
    assert model.program.name == path.stem
    assert model.program.expect.total_params == model.summary.total_params
    assert citation(path), "which paper is it from? arXiv:…, doi:… or an address"
    if path.stem in APPLICATIONS:
        assert model.summary.total_params == APPLICATIONS[path.stem].params


def test_page_is_in_step() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


@pytest.mark.parametrize("name", some(QUICK, 1))
def test_keras_builds_and_answers_the_same(name: str) -> None:
    from tests.zoo.prove import prove

    proof = prove(name, sizes=False)  # test_rows.py holds rows at other sizes
    assert proof.differ == []
    assert proof.difference is not None
    assert proof.script is not None


def test_a_script_that_builds_another_model_is_found(monkeypatch) -> None:
    from tests.zoo import prove

    right = prove.render_script

    def wrong(*model, **options) -> str:
        return right(*model, **options).replace('"tanh"', '"relu"')

    assert prove.prove("lenet5").differ == []
    monkeypatch.setattr(prove, "render_script", wrong)
    found = prove.prove("lenet5")
    assert found.script is None
    assert "config: the script has" in "\n".join(found.differ)


def test_every_model_of_keras_applications_is_named() -> None:
    import keras

    models = {
        name
        for name, value in vars(keras.applications).items()
        if callable(value) and not isinstance(value, type(keras))
    }
    assert {known.function for known in APPLICATIONS.values()} == models
