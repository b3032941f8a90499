"""Code is read and never run: what tutorials write comes to what Keras makes of it.

`code/totals.json` has what Keras made of each code in `code/`: by running it, with
`python -m tests.read.code_truth`, or, for Keras 1, by hand.
"""

import json
from pathlib import Path
from typing import Any

import pytest

import cnnspec
from cnnspec.read.code.notebook import from_notebook
from cnnspec.read.code.program import from_code
from cnnspec.read.found import Choice, Found, ReadError

FOLDER = Path(__file__).parent / "code"
TOTALS: dict[str, Any] = json.loads((FOLDER / "totals.json").read_text("utf-8"))
CODES = sorted(path.name for path in FOLDER.glob("*.py"))


def read(text: str, **choice: Any) -> Found:
    return from_code(text, Choice(**choice))


def open_points(found: Found) -> list[str]:
    return [f"{u.layer}.{u.argument}: {u.why}" for u in found.unknowns if u.counts]


def counted(found: Found) -> dict[str, Any]:
    checked = cnnspec.check(found.document)
    assert checked.ok, str(checked)
    summary = checked.model().summary
    return {"total": summary.total_params, "trainable": summary.trainable_params}


def test_every_code_has_its_total() -> None:
    assert {name.removesuffix(".py") for name in CODES} == TOTALS.keys()
    assert len(CODES) > 40


@pytest.mark.parametrize("name", CODES)
def test_code_comes_to_what_keras_made_of_it(name: str) -> None:
    found = read((FOLDER / name).read_text("utf-8"))
    wanted = TOTALS[name.removesuffix(".py")]
    assert open_points(found) == []
    assert counted(found) == {key: wanted[key] for key in ("total", "trainable")}
    steps = [path for path in found.places if len(path) == 2 and path[0] == "layers"]
    assert len(steps) == len(found.document["layers"])
    assert all(found.places[path].line for path in steps)


# ------------------------------------------------------------------ what isn't known

HEAD = "from keras import Sequential, Model, Input, layers\n"
SMALL = "layers.Flatten(input_shape=(4, 4)), layers.Dense(3)"


@pytest.mark.parametrize(
    ("code", "points"),
    [
        (
            "n = len(words) + 1\nSequential([layers.Embedding(n, 8, input_length=3)])",
            [("embedding", "input_dim", "len(words) + 1 isn't in the code", 2)],
        ),
        (
            (
                "def build(classes):\n    m = Sequential()\n"
                "    m.add(layers.Dense(classes, input_shape=(4,)))\n    return m\n"
            ),
            [
                (
                    "dense",
                    "units",
                    "the parameter classes of build() is given no value",
                    2,
                )
            ],
        ),
        (
            (
                "m = Sequential([layers.Dense(3, input_dim=4)])\n"
                "for n in widths():\n    m.add(layers.Dense(n))\n"
            ),
            [
                ("", "", "for n in widths() isn't followed", 3),
                ("dense_1", "units", "widths() isn't in the code", 3),
            ],
        ),
        (
            (
                "m = Sequential([layers.Dense(3, input_dim=4)])\n"
                "if ready():\n    m.add(layers.Dense(2))\n"
            ),
            [("", "", "if ready() isn't followed", 3)],
        ),
        (
            (
                "class Own(layers.Layer):\n"
                "    def build(self, s):\n        self.w = self.add_weight(shape=s)\n"
                "    def call(self, x):\n        return x * self.w\n"
                "i = Input((4,))\nm = Model(i, layers.Dense(2)(Own()(i)))\n"
            ),
            [("own", "", "what Own does isn't followed", 8)],
        ),
        (
            "m = Sequential([layers.Input((3,)), layers.Lambda(lambda x: f(x))])\n",
            [("lambda", "", "the function of a Lambda isn't followed", 2)],
        ),
    ],
)
def test_what_only_a_run_tells_is_named_with_its_line(
    code: str, points: list[tuple[str, str, str, int]]
) -> None:
    found = read(HEAD + code)
    told = [(u.layer, u.argument, u.why, u.place.line) for u in found.unknowns]
    assert sorted(told) == sorted(points)
    assert all(one.counts for one in found.unknowns)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x = (", "this is no Python: '(' was never closed"),
        ("print('없음')", "no model of Keras is built there"),
        (HEAD + "m = Sequential([f()])", "no model was found, and the layer f() isn't"),
    ],
)
def test_what_is_no_model_is_said_in_a_sentence(code: str, message: str) -> None:
    with pytest.raises(ReadError) as error:
        read(code)
    assert str(error.value).startswith(message)


def test_the_last_model_is_meant_and_others_are_listed() -> None:
    code = (
        f"{HEAD}a = Sequential([{SMALL}])\nb = Sequential([{SMALL}, layers.ReLU()])\n"
    )
    assert read(code).others == ("a",)
    assert len(read(code).document["layers"]) == 3
    assert len(read(code, model="a").document["layers"]) == 2
    assert len(read(f"{code}a.summary()").document["layers"]) == 2
    with pytest.raises(ReadError, match="there is a, b"):
        read(code, model="c")


# ------------------------------------------------------------------ bounds


@pytest.mark.parametrize(
    "code",
    [
        "x = [0] * 10 ** 12",
        "x = 'ab' * (1 << 40)",
        "x = 10 ** 10 ** 10",
        "x = '%1000000000d' % 1",
        "x = '{:>1000000000}'.format(1)",
        "x = f'{1:>1000000000}'",
        "x = [1]\nwhile True:\n    x += x",
        "def f():\n    return f()\nf()",
        "def f(n):\n    return f(n - 1) + f(n - 1)\nf(90)",
        "for i in range(10 ** 9):\n    for j in range(10 ** 9):\n        i += j",
        "x = 'a'\nfor i in range(99):\n    x = x.replace('a', 'aaaa')",
        "x = ','.join(['a' * 9999] * 9999)",
        "x = ((((1,) * 999,) * 999,) * 999,) * 999",
        "import os\nos.system('touch CANARY')\n__import__('os').remove('x')",
        "eval('1' * 9)\nexec(open('x').read())",
        "x = " + "(" * 80 + ")" * 80,
        "x = " + "+".join(["1"] * 400),
    ],
)
def test_nothing_fills_the_memory_or_runs(code: str) -> None:
    text = f"{code}\n{HEAD}m = Sequential([{SMALL}])\n"
    assert counted(read(text))["total"] == 51
    assert not Path("CANARY").exists()


def test_cells_are_read_in_order_without_magics() -> None:
    cells = [
        "%matplotlib inline\n!pip install keras\nfrom keras import *\n",
        "n = 3\nif n:\n    %time x = 1\n",
        "%%bash\necho no\n",
        f"m = Sequential([{SMALL}, layers.Dense(n)])\nm.summary()\nm?",
    ]
    made = [{"cell_type": "code", "source": text, "outputs": []} for text in cells]
    found = from_notebook(json.dumps({"nbformat": 4, "cells": made}))
    assert counted(found)["total"] == 63
    assert found.places["layers", 1].cell == 4
