"""A notebook holds the script's code, explains it, and runs from top to bottom."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from cnnspec import api
from cnnspec.emit.keras_script.notebook import render_notebook
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.words import languages
from cnnspec.emit.write import is_sealed
from tests.effort import some
from tests.emit.notebooks import run, shown
from tests.emit.same import built
from tests.emit.test_script import DIGITS, OUTLINE, VARIANTS
from tests.emit.test_tasks import TASKS

ROOT = Path(__file__).parents[2]
SPECS = sorted((ROOT / "specs").glob("*.yaml"))
TRAINING = {name: text for name, text in VARIANTS.items() if "train:" in text} | TASKS


def notebook(text: str, lang: str = "en"):
    return read(render_notebook(*api.loads(text)[:2], lang))


def read(text: str):
    found = nbformat.reads(text, as_version=4)
    nbformat.validate(found)
    return found


def sources(found, kind: str) -> list[str]:
    return [cell.source for cell in found.cells if cell.cell_type == kind]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_has_the_scripts_code(path: Path, lang: str) -> None:
    program, summary = api.load(path)
    text = render_notebook(program, summary, lang)
    assert is_sealed(text.encode())
    code = squeezed("\n".join(sources(read(text), "code")))
    script = render_script(program, summary, lang)
    # A notebook shows its pictures, and needs no files.
    for line in script.partition("import keras")[2].splitlines():
        if not line.startswith(("# ", "plt.savefig(")):
            assert squeezed(line) in code, line


def squeezed(code: str) -> str:
    return re.sub(r"\s+", "", code)


@pytest.mark.parametrize("text", some(TRAINING.values(), 30), ids=some(TRAINING, 30))
def test_whatever_the_spec_its_cells_are_its_lesson(text: str) -> None:
    cells = [one for one in sources(notebook(text), "code") if one[:4] != "%pip"]
    lesson = statements(render_script(*api.loads(text)[:2]))
    # Its first statement is the docstring; a notebook shows its pictures.
    shown = [one for one in lesson[1:] if not one.startswith("plt.savefig(")]
    assert sorted(one for cell in cells for one in statements(cell)) == sorted(shown)


def statements(code: str) -> list[str]:
    return list(map(ast.unparse, ast.parse(code).body))


def test_the_numbers_of_the_summary_are_shown_with_their_arithmetic() -> None:
    nin = read(render_notebook(*api.load(ROOT / "specs" / "nin.yaml")))
    said = "\n".join(sources(nin, "markdown"))
    sizes = "28x28x25<br>(28 − 1) / 1 + 1 = 28"
    assert f"| conv2d\\_2 | Conv2D | {sizes} | 1·1·50·25 + 25 = 1,275 |" in said
    assert "**87,135** parameters in all" in said
    assert "**Conv2D**: Slides filters over an image" in said
    for title in ("Weight initialisation.", "BatchNormalization", "Dropout"):
        assert f"**{title}**" in said
    assert "**1x1 convolution.**" in said
    assert "arXiv 1312.4400" in said
    assert "Global average pooling" not in said


def test_a_model_without_training_has_a_notebook_of_the_model_alone() -> None:
    for lang in languages():
        found = notebook(OUTLINE, lang)
        code = "\n".join(line for line in sources(found, "code") if line[0] != "%")
        assert "fit(" not in code
        assert built(code).count_params() == 650


def test_what_the_author_says_at_the_head_stands_at_the_top() -> None:
    text = f"# A head\n# in *two* lines.\n\n# vim: ts=2\n{OUTLINE.lstrip()}"
    said = sources(notebook(text), "markdown")[0]
    assert "A head\nin *two* lines.\n\n" in said
    assert "vim" not in said


def test_a_notebook_that_was_saved_by_jupyter_is_kept() -> None:
    text = render_notebook(*api.loads(DIGITS)[:2])
    saved = json.loads(text)
    saved["cells"][1]["source"] = "other"
    assert not is_sealed(json.dumps(saved).encode())
    assert not is_sealed(b"{}")
    assert not is_sealed(b"{broken")


@pytest.mark.parametrize(
    ("name", "lang"), some([("digits_cnn", "ko"), ("mlp_ensemble", "en")], 1)
)
def test_it_runs_from_top_to_bottom(name, lang, tmp_path, monkeypatch) -> None:
    """`make notebooks` runs all tutorials so, in both languages."""
    monkeypatch.delenv("MPLBACKEND", raising=False)
    kinds = shown(run(name, lang, tmp_path))
    assert kinds[:3] == ["text", "picture", "table"]  # data, samples, model
    assert [kind for kind in kinds[3:] if kind == "picture"] == ["picture"] * 2
    assert "stderr" not in kinds
