"""Templates are told what they need and no more, and may be somebody's own."""

import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from jinja2 import meta, nodes

from cnnspec import api
from cnnspec.emit.folders import template_folder
from cnnspec.emit.keras_script import lesson, view
from cnnspec.emit.keras_script.notebook import render_notebook
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.keras_script.templates import environment
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.packages import BACKENDS
from cnnspec.emit.targets import STYLES
from cnnspec.emit.worksheet.exercises import kinds
from cnnspec.ground.errors import SpecError
from cnnspec.judge.answers import Form
from cnnspec.language.data import SOURCES
from cnnspec.language.training import PICTURES
from cnnspec.study.notebook import told as of_study
from cnnspec.study.notebook.told import StudyView, VariantView
from tests.emit.test_language import texts
from tests.emit.test_script import DIGITS

FILES = [
    path
    for path in sorted(template_folder().rglob("*.j2"))
    if path.parent.parent.name != "templates" or path.parent.name != "study"
]
"""But those of a study's report, which has filters of its own."""
VIEWS = {
    "script": view.ScriptView,
    "model": view.ModelView,
    "data": view.DataView,
    "stream": view.StreamView,
    "train": view.TrainView,
    "answer": view.AnswerView,
    "pictures": view.PicturesView,
    "words": view.WordsView,
    "notebook": view.NotebookView,
}
VIEWS |= {"study": StudyView, "variant": VariantView}
STUDIES = {"study", "variant", "function", "names", "spec", "changes"}
"""What those of a study's notebook are told; `test_notebook` renders them all."""
WRITERS = {"said", "say", "doc", "note", "label", "caption", "show", "fail", "leave"}
FILLED_IN_BY_CODE = {"layers", "last", "block", "package", "home"}
"""What the texts about blocks, and about layers of a spec's own, have in braces."""
EXERCISES = {"asked", "number", "points", "quoted"}
EXERCISES |= {
    "job",
    "card",
    "reads",
    "name",
    "exercises",
    "classes",
    "example",
    "arrays",
    "hole",
}
"""What exercises and their texts are told; `test_worksheet` renders them all."""


def trees() -> dict[str, nodes.Template]:
    """All templates and texts, parsed."""
    named = {str(path): path.read_text("utf-8") for path in FILES}
    # What is told of techniques is another matter (test_explain.py).
    named |= {key: text for key, text in texts("en").items() if key[:4] != "tech"}
    return {name: environment().parse(text) for name, text in named.items()}


def attributes(tree: nodes.Template) -> set[tuple[str, str]]:
    """What is read of the views: ("data", "source")."""
    return {
        (found.node.name, found.attr)
        for found in tree.find_all(nodes.Getattr)
        if isinstance(found.node, nodes.Name)
        and found.node.name in {*VIEWS, "ensemble"}
    }


def assigned(tree: nodes.Template) -> set[str]:
    return {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}


def test_every_view_is_told() -> None:
    others = {"study", "variant"}
    assert {*VIEWS, "ensemble", "answers"} - others == {*view.View._fields}


def test_templates_name_nothing_that_they_are_not_told() -> None:
    known = {*view.View._fields, *WRITERS, *FILLED_IN_BY_CODE, *EXERCISES, *STUDIES}
    for tree in trees().values():
        known |= assigned(tree)
    for name, tree in trees().items():
        assert meta.find_undeclared_variables(tree) <= known, name
        for owner, attribute in attributes(tree):
            fields = VIEWS[owner]._fields if owner in VIEWS else ("members", "voting")
            assert attribute in fields, name


def test_every_attribute_is_used() -> None:
    used = set().union(*map(attributes, trees().values()))
    for owner, cls in VIEWS.items():
        assert {attribute for of, attribute in used if of == owner} == {*cls._fields}


def test_every_attribute_is_explained() -> None:
    modules = (view, of_study)
    source = "\nclass ".join(Path(one.__file__).read_text("utf-8") for one in modules)
    for owner, cls in VIEWS.items():
        body = source.partition(f"class {cls.__name__}(")[2].partition("\nclass ")[0]
        for attribute in cls._fields:
            explained = re.search(rf'\n    {attribute}: .*\n    """', body)
            assert explained, (owner, attribute)


def test_no_template_is_left_over() -> None:
    """Each is included, extended or imported by another, or rendered by name."""
    python = "".join(
        path.read_text("utf-8") for path in Path(view.__file__).parent.glob("*.py")
    )
    everything = "".join(path.read_text("utf-8") for path in FILES)
    by_name = {
        f"{style}/data/{source}"
        for style in STYLES
        for source in (*SOURCES, "image_pairs", "csv_images")
    }
    # Each section of a lesson is rendered by its key.
    keys = re.findall(r'"(\w+)"', inspect.getsource(lesson._sections))
    by_name |= {f"lesson/{key}" for key in keys}
    by_name |= {f"exercises/{name}" for name in ("setup", *kinds())}
    by_name |= {f"lesson/{picture}" for picture in PICTURES}
    by_name |= {f"pictures/gradients/{backend}" for backend in BACKENDS}
    by_name |= {"full/training/devices", "full/training/distribute"}
    by_name |= {"full/data/arrays"}
    parts = ("train", "vote", "variant", "table", "curves", "scores")
    by_name |= {f"lesson/study/{part}" for part in parts}
    by_name |= {f"lesson/predict/{form.replace(' ', '_')}" for form in get_args(Form)}
    for path in FILES:
        name = path.relative_to(template_folder()).as_posix()
        stem = name.removesuffix(".py.j2")
        assert f'"{name}"' in everything or f'"{stem}"' in python or stem in by_name, (
            name
        )


# ------------------------------------------------------------------ one's own


def render(own: Path, text: str = DIGITS, lang: str = "en") -> str:
    return render_script(*api.loads(text)[:2], lang, templates=str(own), style="full")


def change(own: Path, name: str, *pairs: tuple[str, str]) -> None:
    """Puts a changed copy of a template into a folder."""
    text = (template_folder() / name).read_text("utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    write(own, name, text)


def write(own: Path, name: str, text: str) -> None:
    (own / name).parent.mkdir(parents=True, exist_ok=True)
    (own / name).write_text(text, encoding="utf-8")


def test_a_line_of_a_template_is_ones_own(tmp_path: Path) -> None:
    usual = render_script(*api.loads(DIGITS)[:2], style="full").splitlines()
    change(
        tmp_path,
        "full/plots.py.j2",
        ("json.dumps(metrics, indent=2)", "json.dumps(metrics)"),
    )
    changed = render(tmp_path).splitlines()
    assert [line for line in changed[2:] if line not in usual] == [
        '    (RESULTS / "metrics.json").write_text(json.dumps(metrics))'
    ]
    assert len(changed) == len(usual)


def test_a_line_of_a_lesson_is_a_line_of_its_notebook(tmp_path: Path) -> None:
    change(tmp_path, "lesson/summary.py.j2", ("model.summary()", "print(model)"))
    for render_it in (render_script, render_notebook):
        found = render_it(*api.loads(DIGITS)[:2], templates=str(tmp_path))
        assert "print(model)" in found
        assert "model.summary()" not in found


def test_a_block_of_a_template_is_ones_own_and_brings_its_imports(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        "full/data/digits.py.j2",
        '{% extends "cnnspec/full/data/digits.py.j2" %}\n'
        "{% block functions %}\n"
        'def weights(path):\n    {{ doc("read_csv") }}\n    return pd.read_csv(path)\n'
        "{% endblock %}\n",
    )
    script = render(tmp_path)
    assert '\n\n\ndef weights(path):\n    """Return the pixels' in script
    assert "import numpy as np\nimport pandas as pd\nfrom keras import layers" in script
    assert "load_digits(return_X_y=True)" in script


def test_a_text_is_ones_own(tmp_path: Path) -> None:
    write(tmp_path, "languages/en.yaml", 'script: {main: "Train {{ model.name }}."}\n')
    assert '    """Train model."""' in render(tmp_path, f"name: model\n{DIGITS}")
    korean = render(tmp_path, lang="ko")
    assert "Train" not in korean


def test_a_class_is_ones_own(tmp_path: Path) -> None:
    change(
        tmp_path,
        "layers/LayerScale.py",
        ("class LayerScale", "@mine\nclass LayerScale"),
    )
    spec = (
        "input: [8]\nlayers:\n  - LayerScale: {init_values: 0.1, projection_dim: 8}\n"
    )
    assert "@mine\nclass LayerScale" in render(tmp_path, spec)


FAULTS = {
    "unknown name": (
        "full/steps/evaluate.py.j2",
        "{{ data.held_out_name }}",
        "{{ wrong }}",
        "20:1: error[template]: 'wrong' is undefined; ",
    ),
    "unknown attribute": (
        "full/steps/evaluate.py.j2",
        "{{ data.held_out_name }}",
        "{{ data.wrong }}",
        "20:1: error[template]: data has no attribute 'wrong'; ",
    ),
    "unknown text": (
        "full/steps/begin.py.j2",
        "RESULTS.mkdir",
        '{{ note("wrong") }}\nRESULTS.mkdir',
        "15:1: error[template]: 'wrong'",
    ),
    "syntax of a template": (
        "full/steps/evaluate.py.j2",
        "{% else %}",
        "{% otherwise %}",
        "18:1: error[template]: Encountered unknown tag 'otherwise'",
    ),
    "syntax of Python": (
        "full/training/stop.py.j2",
        "self.asked = True",
        "self.asked == = True",
        "9:1: error[template]: this makes no Python: invalid syntax; ",
    ),
    "syntax of Python in what is included and indented": (
        "full/training/compile.py.j2",
        "model.compile(",
        "model.compile)",
        "1:1: error[template]: this makes no Python: unmatched ')'; ",
    ),
    "missing template": (
        "full/steps/train.py.j2",
        "full/training/fit.py.j2",
        "full/training/fitt.py.j2",
        "2:1: error[template]: there is no template 'full/training/fitt.py.j2'; ",
    ),
    "error in a template": (
        "full/steps/train.py.j2",
        '"RESULTS"',
        "train.epochs / 0",
        "1:1: error[template]: division by zero; ",
    ),
    "unknown name in a text": (
        "languages/en.yaml",
        "main: Train the model",
        "main: Train {{ the.model }}",
        "MAIN:1: error[template]: the text 'main' can't be filled in: 'the' is undef",
    ),
    "unknown key of a text": (
        "languages/en.yaml",
        "  main: Train",
        "  mein: Train",
        "MAIN:1: error[template]: there is no text 'script.mein'; ",
    ),
    "no YAML": (
        "languages/en.yaml",
        "  main: Train",
        "  main: Train: ",
        "MAIN:1: error[template]: this is no YAML: mapping values are not allowed",
    ),
}


@pytest.mark.parametrize(
    ("name", "before", "after", "told"), FAULTS.values(), ids=FAULTS.keys()
)
def test_a_mistake_in_ones_own_is_told_at_its_line(
    name: str, before: str, after: str, told: str, tmp_path: Path
) -> None:
    change(tmp_path, name, (before, after))
    with pytest.raises(SpecError) as error:
        render(tmp_path)
    [found] = error.value.diagnostics
    told = told.replace("MAIN", str(_line_of_main()))
    assert str(found).startswith(f"{tmp_path / name}:{told}")


def _line_of_main() -> int:
    """Where the text that the mistakes are made in stands."""
    english = (template_folder() / "languages" / "en.yaml").read_text("utf-8")
    return english.partition("  main: ")[0].count("\n") + 1


def test_texts_that_are_none_are_told(tmp_path: Path) -> None:
    for text in ("- a\n", "script: [a]\n", "script: a\n"):
        write(tmp_path, "languages/ko.yaml", text)
        with pytest.raises(
            SpecError, match=r"ko.yaml:1:1: error\[template\]: this is no"
        ):
            Language("ko", str(tmp_path))


def test_mistakes_in_ours_are_bugs(monkeypatch) -> None:
    monkeypatch.setattr(view.ScriptView, "introduction", property(lambda self: 1 / 0))
    with pytest.raises(ZeroDivisionError):
        render_script(*api.loads(DIGITS)[:2], style="full")


def cnnspec(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cnnspec", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_commands_take_templates(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(DIGITS, encoding="utf-8")
    own = tmp_path / "own"
    write(own, "full/steps/end.py.j2", "")
    write(own, "languages/de.yaml", "script: {main: Trainiere das Modell.}\n")
    options = ("--templates", "own", "--lang", "de")
    build = ("build", "spec.yaml", "--to", "script", "--style", "full")
    assert cnnspec(*build, *options, cwd=tmp_path).returncode == 0
    script = (tmp_path / "generated" / "spec.py").read_text("utf-8")
    assert '"""Trainiere das Modell."""' in script
    write(own, "full/script.py.j2", "{{ wrong }}\n")
    for command in (build, ("train", "spec.yaml")):
        done = cnnspec(*command, "--templates", "own", "--force", cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr == (
            "own/full/script.py.j2:1:1: error[template]: 'wrong' is undefined; "
            "docs/templates.md lists what templates are told\n"
        )
    assert (tmp_path / "generated" / "spec.py").read_text("utf-8") == script
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("command", ["build", "train"])
def test_a_wrong_folder_of_templates_is_told(command: str, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(DIGITS, encoding="utf-8")
    for folder, told in [("no", "takes a folder"), (".", "has no file that is called")]:
        done = cnnspec(command, "spec.yaml", "--templates", folder, cwd=tmp_path)
        assert done.returncode == 2
        assert told in done.stderr
