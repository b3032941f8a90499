"""What a spec says stays text wherever it goes: in code, pictures, pages, notebooks.

Each hostile text stands in every place of a spec that takes it, and what is written
must be what an innocent text gives, but for the text itself: the same statements, the
same elements, the same tags.
"""

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from cnnspec import api
from cnnspec.emit.keras_script.notebook import render_notebook
from cnnspec.emit.keras_script.script import render_script
from cnnspec.emit.picture.drawing import difference_svg, svg
from cnnspec.emit.report import summary as report
from cnnspec.emit.targets import LOOKS, Options
from cnnspec.emit.worksheet.worksheet import render_worksheet
from cnnspec.emit.write import is_sealed, seal_markup
from cnnspec.ground.errors import SpecError
from cnnspec.judge.diff import wording
from cnnspec.judge.diff.comparison import compare
from tests.effort import some

CANARY = "open('CANARY', 'w')"
BREAKS = ("\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85")
BREAKS += ("\u2028", "\u2029")
HOSTILE = [
    *(f"x{sign}{CANARY} #" for sign in BREAKS),
    *(f"x{sign}y" for sign in ("\0", "\x1b[31m", "\x7f", "\u202e", "\u2066", "\u200b")),
    *(f"x{sign}y" for sign in ("\ufeff", "\ud800", "\U000e0041", "\ufffe", "\uffff")),
    '"""',
    f'""" + {CANARY} + """',
    "'''",
    f"'; {CANARY}; '",
    f'"); {CANARY}; ("',
    "x\\",
    'x\\"',
    "\\N{BULLET} \\x41 \\",
    f"{{{CANARY}}}",
    "{x} {{x}} {0} {",
    "}",
    "{{ 7 * 7 }} {% raw %} {# x #}",
    "{% include 'setup.py.j2' %}",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "&lt;b&gt; &#60;",
    "]]> <![CDATA[ <!-- -- --> -",
    "a` <b>x</b> `b",
    "[x](javascript:alert(1)) ![x](http://127.0.0.1/x.png)",
    "| a | b |",
    "# x",
    "%pip install x",
    "!ls",
    "$x^2$ %s %d ${1}",
    "a\tb  c",
    "ﬁ 손글씨 naïve ✓ 👨‍👩‍👧",
    "../../x",
    "__import__('os')",
]
PLACES = (
    *("name", "description", "layer", "block", "block description", "parameter"),
    *("call", "variable", "input", "train", "validation", "label_column", "classes"),
    *("log", "file", "piece"),
)


def spec(texts: dict[str, str]) -> tuple[str, str]:
    """A spec in which these texts stand at these places, and its path."""
    said = dict.fromkeys(PLACES, "plain")
    said |= {place: f"plain_{place}".replace(" ", "_") for place in PLACES} | texts
    data: dict[str, Any] = {
        "name": said["name"],
        "description": said["description"],
        "vars": {said["variable"]: 4},
        "inputs": {f"{said['input']}_in": [8, 8, 1]},
        "blocks": {
            said["block"]: {
                "description": said["block description"],
                "params": {said["parameter"]: 3, "kind": "relu"},
                "layers": [
                    {"Conv2D": {"filters": f"${said['parameter']}", "kernel_size": 3}},
                    {"Activation": "$kind"},
                ],
            }
        },
        "layers": [
            {said["block"]: {"name": f"{said['call']}_call"}},
            {"Conv2D": {"filters": 2, "kernel_size": 1, "name": said["layer"]}},
            {"Activation": "relu"},
            {"Add": {"from": ["prev", said["layer"]]}},
            {
                "repeat": {
                    "times": 2,
                    "index": "i",
                    "layers": [{"Identity": {"name": said["piece"] + "${i}"}}],
                }
            },
            "Flatten",
            {"Dense": {"units": f"${said['variable']}", "activation": "softmax"}},
        ],
        "data": {
            "source": "csv",
            "train": said["train"],
            "validation": said["validation"],
            "label_column": said["label_column"],
            "classes": [said["classes"], "b", "c", "d"],
        },
        "train": {
            "loss": "sparse_categorical_crossentropy",
            "callbacks": [{"CSVLogger": {"filename": f"{said['log']}.log"}}],
        },
    }
    return json.dumps(data), f"{said['file']}.yaml"


def model(texts: dict[str, str]) -> api.Model:
    text, path = spec(texts)
    return api.loads(text, path)


def taken(text: str) -> dict[str, str]:
    """The places that take a text, each by itself."""
    found = {}
    for place in PLACES:
        try:
            model({place: text})
        except SpecError:
            continue
        found[place] = text
    return found


# ------------------------------------------------------------------ what stays


def structure(code: str) -> list[str]:
    """A tree without its texts and without the names that a spec gives."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            continue
        said = type(node).__name__
        if isinstance(node, ast.Attribute):
            said += f" {node.attr}"
        elif isinstance(node, ast.Constant):
            said += f" {node.value!r}"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            said = ast.unparse(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            said += f" {node.func.id}" if not made(node.func.id, code) else ""
        found.append(said)
    return found


def made(name: str, code: str) -> bool:
    return f"def {name}(" in code


class Tags(HTMLParser):
    """The tags of a page, with the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(" ".join([tag, *(name for name, _ in attrs)]))

    def handle_comment(self, data: str) -> None:
        self.found.append("comment")

    def unknown_decl(self, data: str) -> None:
        self.found.append("declaration")


def tags(page: str) -> list[str]:
    return Tags(page).found


def shown(text: str) -> list[str]:
    """The tags of Markdown as a page, its own and those that stand in it."""
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    return [tag for tag in tags(page) if tag not in ("em", "strong", "code")]


def elements(document: str) -> list[tuple[str, ...]]:
    root = ElementTree.fromstring(document)
    return [(found.tag, *sorted(found.attrib)) for found in root.iter()]


def written(found: api.Model) -> dict[str, Any]:
    """Everything that a model is written as, without what the spec's texts are."""
    program, summary = found[:2]
    script = render_script(program, summary, style="full")
    assert is_sealed(script.encode())
    cells = json.loads(render_notebook(program, summary))["cells"]
    for text in render_worksheet(found, "en", "tensorflow", None):
        cells += json.loads(text)["cells"]
    sources = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    code = "\n".join(source for source in sources if not source.startswith("%pip"))
    parts = {
        "script": structure(script),
        "header": len(re.match(r"(#.*\n)*", script)[0].split("\n")),
        "notebook": structure(code),
        "cells": len(cells),
        **{look: elements(drawn(found, look)) for look in LOOKS},
        "html": tags(report.html(summary, why=True)),
        "markdown": shown(report.markdown(summary, why=True)),
        "markdown lines": report.markdown(summary, why=True).count("\n"),
    }
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "markdown":
            parts[f"cell {number}"] = shown("".join(cell["source"]))
    return parts


def drawn(model: api.Model, look: str) -> str:
    picture = svg(model.summary, Options(look=look))
    return seal_markup(picture, Path(model.program.source.path).name)


INNOCENT = [written(model(texts)) for texts in ({}, {"piece": "an odd name"})]
"""A name that Keras doesn't take stands beside the one that it has there."""


def differences(texts: dict[str, str]) -> Iterator[str]:
    for part, found in written(model(texts)).items():
        if found not in [innocent[part] for innocent in INNOCENT]:
            yield part


@pytest.mark.parametrize("text", some(HOSTILE, 17), ids=ascii)
def test_a_text_stays_a_text(text: str) -> None:
    places = taken(text)
    assert "file" in places
    assert [*differences(places)] == [], places


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_difference_stays_one(text: str) -> None:
    places = taken(text)
    one, other = model({}), model(places)
    difference = compare(one.summary, other.summary)
    page = wording.markdown(difference, wording.titles(one, other, [f"name={text}"]))
    plain = model({"name": "other", "layer": "other", "call": "other", "input": "b"})
    innocent = compare(one.summary, plain.summary)
    picture = difference_svg(difference, (text, text), "en", False)
    harmless = difference_svg(innocent, ("a", "b"), "en", False)
    assert elements(picture) == elements(harmless)
    titles = wording.titles(one, plain, ["name=other"])
    of_innocent = {*shown(wording.markdown(innocent, titles))}
    assert {*shown(page)} <= of_innocent
    for made in (page, picture):
        assert not re.search(r"[\r\x0b\x0c\x1b\x85\u2028\u2029\u202e]", made)


def test_places_take_hostile_texts() -> None:
    """Where all is refused, nothing would be tried."""
    harmless = "</script><script>alert(1)</script>"
    found = {place for text in HOSTILE for place in taken(text)}
    assert found >= {*PLACES} - {"parameter", "variable", "block"}
    assert "description" in taken(harmless)
