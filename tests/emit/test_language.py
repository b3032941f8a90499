"""Every text stands in every language, and no other text stands in a script."""

import io
import re
import tokenize
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from cnnspec import api
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import layer_names, model_names
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.keras_script.templates import environment
from cnnspec.emit.keras_script.texts import Language, lacking, string
from cnnspec.emit.words import languages
from tests.effort import some
from tests.emit.test_script import READINGS, ROOT, VARIANTS, ruff

OTHERS = [code for code in languages() if code != "en"]
SECTIONS = ("script", "notebook", "techniques", "worksheet", "picture", "study")


def texts(code: str) -> dict[str, str]:
    """All texts of a language but those of layers, by their keys."""
    found = {}
    for section in SECTIONS:
        for name, text in Language(code).section(section).items():
            if isinstance(text, str):
                found[f"{section}.{name}"] = text
            else:
                found |= {f"{section}.{name}.{k}": t for k, t in text.items()}
    return found


def test_korean_is_there() -> None:
    first, *others = languages()
    assert first == "en"
    assert "ko" in others


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_is_missing(code: str) -> None:
    assert lacking(code) == []
    assert texts(code).keys() == texts("en").keys()
    assert set(Language(code).texts["layers"]) == {*layer_names(), *model_names()}


def test_what_a_language_lacks_is_said_in_english(tmp_path: Path) -> None:
    file = tmp_path / "languages" / "xx.yaml"
    file.parent.mkdir()
    file.write_text(
        "language: Deutsch\n"
        "script: {print_model: Gib die Schichten des Modells aus.}\n"
        "layers: {Dense: Jede Einheit sieht alle Merkmale.}\n",
        encoding="utf-8",
    )
    own = str(tmp_path)
    assert languages(own) == ["en", *OTHERS, "xx"]
    spec = "input: [8]\nlayers:\n  - Dense: 4\n  - Dropout: 0.5\n"
    script = render_script(*api.loads(spec)[:2], "xx", templates=own, style="full")
    assert '"""Gib die Schichten des Modells aus."""' in script
    assert '"""Return the model, with 36 parameters."""' in script
    missing = lacking("xx", own)
    spoken = {"script.print_model", "layers.Dense"}
    layers = {f"layers.{name}" for name in (*layer_names(), *model_names())}
    assert set(missing) == (texts("en").keys() | layers) - spoken


def test_english_takes_what_layers_do_from_their_classes() -> None:
    english = Language("en")
    for name in set(layer_names()) - set(english.texts["layers"]):
        assert english.layer(layer_class(name), {}), name


def fields(text: str) -> list[str]:
    """What a script fills in. A text of two branches may have one in each."""
    without = re.sub(r"\{[{%].*?[}%]\}", "", text, flags=re.DOTALL)
    return sorted(re.findall(r"\{[^{}]*\}", without))


def variables(text: str) -> set[str]:
    """What is filled in when a script is written."""
    tree = environment().parse(text)
    free = meta.find_undeclared_variables(tree)
    parts = {
        f"{found.node.name}.{found.attr}"
        for found in tree.find_all(nodes.Getattr)
        if isinstance(found.node, nodes.Name) and found.node.name in free
    }
    return parts | (free - {part.partition(".")[0] for part in parts})


@pytest.mark.parametrize("code", OTHERS)
def test_texts_say_the_same_things(code: str) -> None:
    for key, ours in texts("en").items():
        theirs = texts(code)[key]
        assert fields(ours) == fields(theirs), key
        assert variables(ours) == variables(theirs), key
        assert theirs.strip(), key


def test_a_missing_variable_would_be_seen() -> None:
    assert fields("{a} and {{ b }}") == ["{a}"]
    assert variables("{a} {{ b.c if d else 'e' }} {{ \"f\" ~ g }}") == {"b.c", "d", "g"}


def words(script: str) -> list[str]:
    """The comments, docstrings and messages of a script that have words in them."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(script).readline):
        if token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and re.search(r"[A-Za-z]{2,} [a-z]", token[1])
        ):
            found.append(token.string)
    return found


SCRIPTS = {**VARIANTS, **{name: text for name, (text, _) in READINGS.items()}}


@pytest.mark.parametrize("text", some(SCRIPTS.values(), 15), ids=some(SCRIPTS, 15))
def test_a_korean_script_speaks_korean_alone(text: str, tmp_path: Path) -> None:
    script = render_script(*api.loads(text)[:2], "ko", style="full")
    for said in words(script.partition("\n")[2].partition("\n")[2]):
        sizes = re.fullmatch(r"# [\dx]+", said)
        name = "quoted" in said or said.startswith(("# noqa", '"a'))
        assert sizes or name or re.search("[가-힣]", said), said
    path = tmp_path / "script.py"
    path.write_text(script, encoding="utf-8")
    ruff("check", "--isolated", "--extend-select", "E501", path)
    ruff("format", "--isolated", "--check", path)


@pytest.mark.parametrize(
    "stem", ["nin", "sign_language", "cifar10_bn", "cifar10_callbacks"]
)
def test_a_korean_script_has_the_code_of_the_english_one(stem: str) -> None:
    program, summary = api.load(ROOT / "specs" / f"{stem}.yaml")
    english, korean = (
        code(render_script(program, summary, c, style="full")) for c in ("en", "ko")
    )
    font = korean.index("package")
    del korean[font : korean.index("RESULTS")]
    assert [name for name in korean if name not in ("find_spec", "font_manager")] == [
        name for name in english if name not in ("find_spec", "font_manager")
    ]


def code(script: str) -> list[str]:
    """The names in a script, in their order, without those in its texts."""
    tokens = tokenize.generate_tokens(io.StringIO(script).readline)
    names = [token.string for token in tokens if token.type == tokenize.NAME]
    imports = {"importlib", "util", "matplotlib", "import", "from"}
    return [name for name in names if name not in imports]


# ------------------------------------------------------------------ as code


def test_a_text_becomes_a_string() -> None:
    assert string('a "b"\n') == '"a \\"b\\"\\n"'
    assert string("{a!r} b") == 'f"{a!r} b"'
    assert string("가 {a}") == 'f"가 {a}"'


def test_every_text_is_used() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("templates", "cnnspec/emit", "cnnspec/study")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".j2", ".py")
    )
    indirect = re.compile(
        "data_|heading_|before_|pixels_|inference_|shapes_|.*_vote|.*_text|.*_column"
        "|labels_|apply|.*scores?$|study_question_"
        # Those of an exercise begin with its name.
        "|.*_(title|task|key|hint)$|activation_|loss_"
    )
    for key in texts("en"):
        section, name, *_ = key.split(".")
        if section != "techniques" and not indirect.fullmatch(name):
            assert re.search(rf"""["']{name}["'.]""", code) or indirect.match(name), key
