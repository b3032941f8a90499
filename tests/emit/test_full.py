"""The full style: goldens of what `cnnspec train` runs, and how the styles change."""

from pathlib import Path

import keras
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.write import is_sealed
from cnnspec.ground.errors import SpecError
from cnnspec.language.data import SOURCES
from tests.emit.test_script import DIGITS, OUTLINE, ROOT, SPARSE, ruff

GOLDEN = Path(__file__).parent / "full"
TUTORIALS = ("cifar10", "deep_cnn", "digits_cnn", "mlp_ensemble", "nin")
TUTORIALS += ("sign_language",)


def source(name: str) -> str:
    """A spec that trains on one source."""
    known = SOURCES[name]
    files = {"path": "few.npz", "train": "train", "validation": "valid"}
    given = [f"{key}: {files[key]}" for key in files if key in known.keys]
    image = known.image or (8, 8, 1)
    classes = known.classes or 10
    text = OUTLINE.replace("8, 8, 1", ", ".join(map(str, image)))
    text = text.replace("units: 10", f"units: {classes}")
    data = ", ".join([f"source: {name}", *given])
    return f"name: on_{name}\n{text}data: {{{data}}}\n{SPARSE}}}\n"


def texts() -> dict[str, str]:
    """Each golden file's name, and what belongs into it."""
    models = {stem: api.load(ROOT / "specs" / f"{stem}.yaml") for stem in TUTORIALS}
    seen = {model.program.data.source for model in models.values()}
    for name in {name for name, about in SOURCES.items() if about.has_name} - seen:
        models[f"on_{name}"] = api.loads(source(name), "on.yaml")
    return {
        f"{stem}.py": render_script(*model[:2], style="full")
        for stem, model in models.items()
    }


def test_full_scripts_are_as_they_were(golden: bool) -> None:
    wanted = texts()
    if golden:
        GOLDEN.mkdir(exist_ok=True)
        for name, text in wanted.items():
            (GOLDEN / name).write_text(text, encoding="utf-8")
    found = {path.name: path.read_text("utf-8") for path in GOLDEN.glob("*.py")}
    assert found.keys() == wanted.keys()
    for name, text in found.items():
        assert text == wanted[name], name
        assert is_sealed(text.encode())


def test_a_run_of_a_study_writes_into_a_folder_of_its_own() -> None:
    saves = (
        "{ModelCheckpoint: {filepath: a.keras, monitor: loss, save_best_only: true}}"
    )
    model = api.loads(DIGITS.replace("train: {", f"train: {{callbacks: [{saves}], "))
    folder = "results/norm/runs/he/seed_0"
    text = render_script(*model[:2], style="full", results=folder)
    assert f'RESULTS = Path("{folder}")' in text
    assert 'str(RESULTS / "callbacks" / "a.keras")' in text
    alone = render_script(*model[:2], style="full")
    assert 'ModelCheckpoint("a.keras"' in alone.replace("\n", "").replace(" ", "")


def test_ruff_has_nothing_to_say_of_them() -> None:
    ruff("check", "--isolated", "--extend-select", "E501", GOLDEN)
    ruff("format", "--isolated", "--check", GOLDEN)


def test_the_style_asked_for_last_stands_unless_a_person_edited_it(tmp_path) -> None:
    model = api.loads(DIGITS, "few.yaml")

    def built(style: str) -> str:
        [path] = api.build(model, tmp_path, ["script"], style=style)
        return Path(path).read_text("utf-8")

    for style in ("lesson", "full", "lesson"):
        text = built(style)
        assert ("def main(" in text) == (style == "full")
    assert text == built("lesson")
    (tmp_path / "few.py").write_text(f"{text}# mine\n", encoding="utf-8")
    with pytest.raises(SpecError, match="edited"):
        built("full")


def test_no_other_style_or_form(tmp_path) -> None:
    model = api.loads(DIGITS, "few.yaml")
    for option in ("style", "form"):
        with pytest.raises(ValueError, match=f"there is no {option} 'ful'"):
            api.build(model, tmp_path, ["script"], **{option: "ful"})
    assert not [*tmp_path.iterdir()]


def test_a_chain_is_functional_where_that_is_asked_for(tmp_path) -> None:
    model = api.loads(DIGITS, "few.yaml")
    for form, wanted in (("sequential", True), ("functional", False)):
        [path] = api.build(model, tmp_path, ["script"], form=form)
        text = Path(path).read_text("utf-8")
        assert ("keras.Sequential(" in text) == wanted
        assert ("keras.Model(inputs, outputs" in text) != wanted


def test_keras_has_no_distribution_for_pytorch_yet() -> None:
    """Where it has one, use_devices in templates/full/training may use it."""
    [package] = keras.__path__
    backend = Path(package) / "src" / "backend"
    assert (backend / "jax" / "distribution_lib.py").exists()
    assert not (backend / "torch" / "distribution_lib.py").exists()
