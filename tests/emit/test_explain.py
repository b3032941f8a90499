"""What lessons explain agrees with the arguments, data and places that it speaks of."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from cnnspec import api
from cnnspec.catalogue import callbacks, losses, optimizers
from cnnspec.catalogue.components import Initializer, Regularizer, by_name
from cnnspec.catalogue.layers.arguments import ACTIVATIONS
from cnnspec.emit.keras_script.explain.found import explanations
from cnnspec.emit.keras_script.explain.layers import IDEAS, what_layers_do
from cnnspec.emit.keras_script.explain.subject import Subject
from cnnspec.emit.keras_script.korean import with_particle
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.targets import LESSON
from cnnspec.emit.words import languages

PARTS = {
    "input": "[28, 28, 1]",
    "layers": "- {Conv2D: {filters: 4, kernel_size: 3}}",
    "end": "- Flatten\n- Dense: {units: 10, activation: softmax}",
    "data": "source: mnist, labels: one_hot",
    "loss": "categorical_crossentropy",
    "train": "metrics: [accuracy]",
    "more": "",
}
SPEC = """\
input: {input}
layers:
{layers}
{end}
data: {{{data}}}
train: {{loss: {loss}, {train}}}
{more}
"""


class Case(NamedTuple):
    """Parts of a spec with @ in them, and what is said for each value of it."""

    keys: str
    """Those of the texts, with spaces between."""
    parts: dict[str, str]
    said: dict[str, list[str]]
    """By the value that stands for @: in English and in Korean."""
    mixed: bool = False
    """Whether a value is about several arguments, so that what is said of others may
    stand beside."""

    def spec(self, value: str) -> str:
        """The whole spec; without data there is no training either."""
        parts = {**PARTS, **self.parts}
        text = SPEC.format(**parts).replace("@", value)
        return text if parts["data"] else text.partition("data:")[0]


def cases(about: str) -> list[Case]:
    """The cases of explained.yaml."""
    file = Path(__file__).with_name("explained.yaml")
    found = yaml.safe_load(file.read_text("utf-8"))[about]
    return [
        Case(one["texts"], one.get("spec", {}), one["said"], one.get("mixed", False))
        for one in found
    ]


CASES = cases("techniques")
IDS = [f"{case.keys.split()[0]}-{number}" for number, case in enumerate(CASES)]


@cache
def paragraphs(spec: str, lang: str) -> dict[str, str]:
    """All that is explained of a model, by the keys of the texts."""
    program, summary = api.loads(spec)[:2]
    language = Language(lang)
    found = {}
    for one in explanations(program, summary):
        if language.explains(one.key):
            title, text, source = language.explain(one.key, one.values)
            found[one.key] = f"**{title}** {text} ({source})"
    return found


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_text_says_what_its_arguments_are(case: Case, lang: str) -> None:
    at = ("en", "ko").index(lang)
    for value, said in case.said.items():
        found = paragraphs(case.spec(value), lang)
        text = "\n".join(found[key] for key in case.keys.split() if key in found)
        assert said[at] in text, (value, text)
        for other, phrases in case.said.items():
            if other != value and phrases != said and not case.mixed:
                assert phrases[at] not in text, (value, other, text)


def test_every_text_is_used_and_tested() -> None:
    reached = set()
    for case in CASES:
        for value in case.said:
            reached |= set(paragraphs(case.spec(value), "en")) & set(case.keys.split())
    assert reached == set(Language("en").section("techniques"))


def test_a_key_is_an_idea_or_a_name_of_the_catalogue() -> None:
    named = {*ACTIVATIONS, *(c.__name__ for c in by_name(Initializer).values())}
    named |= {c.__name__ for c in by_name(Regularizer).values()}
    for module in (callbacks, losses, optimizers):
        named |= {name for name, value in vars(module).items() if type(value) is type}
    training = {"labels", "batches", "validation", "mixed_precision", "class_weight"}
    training |= {"multi_label", "f1", "overlap", "loss_weights"}
    for key in Language("en").section("techniques"):
        assert key in named | training | {"ensemble"} | set(IDEAS), key


def test_two_values_differ_for_every_text_that_speaks_of_an_argument() -> None:
    """Several names may share a text, as all of one family of initialisers do."""
    texts = Language("en").section("techniques")
    told: dict[str, set[str]] = {}
    for case in CASES:
        for value in case.said:
            for key, text in paragraphs(case.spec(value), "en").items():
                told.setdefault(str(texts[key]), set()).add(text)
    for parts, found in told.items():
        assert len(found) > 1 or "{" not in parts.strip("{"), parts


# ------------------------------------------------------------------ layers

LAYERS = cases("layers")


def layer_text(case: Case, value: str, lang: str) -> str:
    program, summary = api.loads(case.spec(value))[:2]
    told = what_layers_do(Subject(program, summary))
    [(cls, values)] = [(c, v) for c, v in told.items() if c.__name__ == case.keys]
    return Language(lang).layer(cls, values)


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize(
    "case", LAYERS, ids=[f"{case.keys}-{number}" for number, case in enumerate(LAYERS)]
)
def test_a_layers_text_says_what_its_arguments_are(case: Case, lang: str) -> None:
    at = ("en", "ko").index(lang)
    for value, said in case.said.items():
        text = layer_text(case, value, lang)
        assert said[at] in text, (value, text)
    texts = {layer_text(case, value, lang) for value in case.said}
    assert len(texts) == len(case.said)


def test_each_layers_text_that_speaks_of_an_argument_is_tested() -> None:
    tested = {case.keys for case in LAYERS}
    for lang in languages():
        for name, text in Language(lang).texts["layers"].items():
            assert "{" not in text or name in tested, name


# ------------------------------------------------------------------ sections

SECTIONS = cases("notebook")


def section_text(case: Case, value: str, lang: str) -> str:
    program, summary = api.loads(case.spec(value))[:2]
    writer = Writer(program, summary, Language(lang), style=LESSON, notebook=True)
    return "\n".join(writer.say(key, section="notebook") for key in case.keys.split())


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("case", SECTIONS, ids=[case.keys for case in SECTIONS])
def test_what_is_said_of_a_section_goes_by_the_spec(case: Case, lang: str) -> None:
    at = ("en", "ko").index(lang)
    told = {value: section_text(case, value, lang) for value in case.said}
    for value, said in case.said.items():
        assert said[at] in told[value]
        for other, phrases in case.said.items():
            if other != value and phrases[at] and not case.mixed:
                assert phrases[at] not in told[value], (value, other)
    assert len(set(told.values())) == len(told)


def test_each_sections_text_that_speaks_of_the_spec_is_tested() -> None:
    tested = {key for case in SECTIONS for key in case.keys.split()}
    for lang in languages():
        for name, text in Language(lang).section("notebook").items():
            # Those of a study's notebook are tested with it.
            of_study = name.startswith("study_")
            assert "{" not in text or name in tested or of_study, name


# ------------------------------------------------------------------ Korean


@pytest.mark.parametrize(
    ("word", "object_", "way"),
    [
        ("0.01", "0.01을", "0.01로"),
        ("0.2", "0.2를", "0.2로"),
        ("16", "16을", "16으로"),
        ("255", "255를", "255로"),
        ("10", "10을", "10으로"),
        ("7", "7을", "7로"),
        ("값", "값을", "값으로"),
        ("결과", "결과를", "결과로"),
        ("물", "물을", "물로"),
        ("20%", "20%를", "20%로"),
    ],
)
def test_a_particle_goes_by_the_last_sound(word: str, object_: str, way: str) -> None:
    assert with_particle(word, "을", "를") == object_
    assert with_particle(word, "으로", "로") == way
