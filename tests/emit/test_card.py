"""The card of a trained model: `README.md` in the folder of its results."""

import json
import re
from pathlib import Path

import keras
import pytest
import yaml

from cnnspec import api
from cnnspec.app import running
from cnnspec.emit.keras_script.kept import card
from cnnspec.emit.keras_script.script import render_script
from tests.effort import some
from tests.emit.quick import save_no_pictures, take_few_digits, train_eagerly
from tests.emit.test_script import VARIANTS, load_script
from tests.emit.test_tasks import TASKS

SPEC = """
name: a|card
description: A *small* model.
input: [8, 8, 1]
layers:
  - Flatten
  - LayerScale: {init_values: 0.1, projection_dim: 64}
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train:
  loss: sparse_categorical_crossentropy
  metrics: [accuracy]
  epochs: 2
  validation_split: 0.2
  seed: 1
"""
CARD = Path("results/a_card/README.md")


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "agg")
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch)
    save_no_pictures(monkeypatch)


def write(text: str = SPEC, **options: str) -> Path:
    Path("card.yaml").write_text(text, encoding="utf-8")
    return Path(running.training_script(api.load("card.yaml"), **options))


def run(script: Path) -> dict:
    load_script(script.read_text("utf-8"), script).main()
    return json.loads((CARD.parent / "metrics.json").read_text("utf-8"))


def table(text: str) -> dict[str, str]:
    """What stands in the table between the marks."""
    scores = text.partition("<!-- scores -->")[2].partition("<!-- /scores -->")[0]
    return dict(re.findall(r"^\| (.*?) \| (.*?) \|$", scores, re.MULTILINE))


def test_it_tells_of_the_model_and_of_its_training(monkeypatch) -> None:
    script = write()
    before = CARD.read_text("utf-8")
    assert "It isn't trained yet." in before
    figures, text = run(script), CARD.read_text("utf-8")
    found = table(text)
    for name, score in figures["test"].items():
        assert float(found[name]) == pytest.approx(score, abs=1e-4)
    assert found["epoch of model.keras"] == str(figures["best_epoch"])
    assert found["epochs of the training"] == "2"
    for name, version in figures["versions"].items():
        assert f"{name} {version}" in text
    assert (
        text.partition("<!-- scores -->")[0] == before.partition("<!-- scores -->")[0]
    )
    assert "# a\\|card\n\nA *small* model.\n\n" in text
    assert "| layer\\_scale | LayerScale | 64 | 64 |" in text
    [settings] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    spec = yaml.safe_load(SPEC)
    assert yaml.safe_load(settings) == {key: spec[key] for key in ("data", "train")}
    for file in re.findall(r"\]\((.*?)\)", text):
        assert (CARD.parent / file).exists(), file
    # As the card says, in that folder.
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(CARD.parent)
    monkeypatch.syspath_prepend(str(Path.cwd()))
    space: dict = {}
    exec(code, space)  # noqa: S102
    assert isinstance(space["model"], keras.Model)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_it_shows_the_pictures_that_the_training_leaves() -> None:
    others = {"filters.png", "feature_maps.png", "grad_cam.png"}
    for name, text in some([*VARIANTS.items(), *TASKS.items()], 8):
        model = api.loads(text)
        if model.program.data is not None:
            script = render_script(*model[:2], style="full")
            drawn = {*re.findall(r'savefig\(\s*RESULTS / "(.*?)"', script)}
            text = card(model, "ko", "tensorflow")
            shown = {*re.findall(r"\]\((.*?\.png)\)", text)}
            assert shown == drawn - others >= {"history.png"}, name


def test_what_a_person_wrote_stays_and_the_scores_come_anew() -> None:
    script = write(lang="ko")
    run(script)
    told = CARD.read_text("utf-8")
    assert "## 점수" in told
    write()  # nobody has edited it
    assert "It isn't trained yet." in CARD.read_text("utf-8")
    mine = told.replace("## 사용법", "내 메모\n\n## 사용법").replace(
        "| loss |", "| x |"
    )
    CARD.write_text(mine, encoding="utf-8")
    figures = run(write(lang="ko"))
    text = CARD.read_text("utf-8")
    assert "내 메모" in text
    assert float(table(text)["loss"]) == pytest.approx(
        figures["test"]["loss"], abs=1e-4
    )
    CARD.write_text("mine alone\n", encoding="utf-8")
    run(write())
    assert CARD.read_text("utf-8") == "mine alone\n"
    write(force="yes")
    assert "# a\\|card" in CARD.read_text("utf-8")


def test_members_have_their_accuracies() -> None:
    figures = run(write(SPEC + "ensemble: {members: 2}\n"))
    found = table(CARD.read_text("utf-8"))
    numbers = [*figures["members"], figures["mean"], figures["vote"]]
    assert [float(one) for one in [*found.values()][1:]] == pytest.approx(
        numbers, abs=1e-4
    )
