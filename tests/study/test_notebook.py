"""The notebook of a study: the comparison as a lesson."""

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from cnnspec.app import cli
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.targets import Options
from cnnspec.emit.words import languages
from cnnspec.ground.errors import SpecError
from cnnspec.study.checking import plan
from cnnspec.study.document import read
from cnnspec.study.notebook.cells import render_notebook
from cnnspec.study.notebook.functions import Functions, variants_of
from cnnspec.study.notebook.unify import Variety
from cnnspec.study.plan import Plan
from cnnspec.study.statistics import compare
from tests.effort import some
from tests.emit.quick import take_few_digits, train_eagerly
from tests.emit.same import differences, reset_names

ROOT = Path(__file__).parents[2]
STUDIES = sorted((ROOT / "studies").glob("*.yaml"))

# ------------------------------------------------------------- one code for several

HEAD, OTHER = {"HEAD": '"flat"'}, {"HEAD": '"mean"'}


@pytest.mark.parametrize(
    ("codes", "constants", "told"),
    [
        (["f(a=1)", "f(a=2)"], (), "f(a=a) where a = 1, 2"),
        (["size = 1", "size = 2"], (), "size = size_2 where size_2 = 1, 2"),
        (["f(HEAD)", "f(HEAD)"], (HEAD, OTHER), 'f(head) where head = "flat", "mean"'),
        (["f(HEAD)", "f(g())"], (HEAD, {}), None),
        (
            ["f(HEAD)", "f(keras.g())"],
            (HEAD, {}),
            'f(head) where head = "flat", keras.g()',
        ),
        (
            ["m.fit(x)", "m.fit(x, shuffle=False)"],
            (),
            "m.fit(x, shuffle=shuffle) where shuffle = True, False",
        ),
        (["m.fit(x, other=1)", "m.fit(x)"], (), None),
        (["a(1)(x)", "a(2)(x)"], (), "a(value)(x) where value = 1, 2"),
        (["a(1)(x)", "b(1)(x)"], (), None),
        (["f(x)", "f(x)\ng(x)"], (), None),
        (["f(x, 1)", "f(x)"], (), None),
        (["#: 64\nf(a=1)", "#: 128\nf(a=2)"], (), "f(a=a) where a = 1, 2"),
        (["# same\nf(a=1)", "# same\nf(a=2)"], (), "# same\nf(a=a) where a = 1, 2"),
        (["f('가', a=1)", "f('가', a=2)"], (), "f('가', a=a) where a = 1, 2"),
        # A layer that is made once would have the same weights wherever it is used.
        (["layers.ReLU()(x)", "layers.ELU()(x)"], (), None),
        (["f(keras.layers.ReLU())", "f(keras.layers.ELU())"], (), None),
        (
            ["layers.Dense(4)(x)", "layers.Dense(4, use_bias=False)(x)"],
            (),
            "layers.Dense(4, use_bias=use_bias)(x) where use_bias = True, False",
        ),
        (['def f():\n    """A."""', 'def f():\n    """B."""'], (), None),
        (
            ["f(a='x')", "f(a=keras.initializers.Zeros())"],
            (),
            """f(a=a) where a = 'x', {"class_name": "Zeros", "config": {}}""",
        ),
    ],
)
def test_what_differs_becomes_a_parameter(codes, constants, told) -> None:
    found = Variety(codes, constants or [{}, {}], [{}, {}]).unified()
    if told is None:
        assert found is None
        return
    assert found is not None
    values = [f"{one.name} = {', '.join(one.values)}" for one in found.parameters]
    assert f"{found.code} where {'; '.join(values)}" == told


# ------------------------------------------------------------- the notebook

SPEC = """\
input: [8, 8, 1]
vars: {width: 4, head: flatten, initializer: glorot_uniform}
blocks:
  unit:
    params: {filters: }
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, kernel_initializer: $initializer}
      - Activation: relu
layers:
  - unit: $width
  - unit: $width
  - if: {test: "${head == 'flatten'}", then: [Flatten], else: [GlobalAveragePooling2D]}
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train:
  loss: "sparse_categorical_crossentropy"
  optimizer: adam
  metrics: [accuracy]
  epochs: 2
  validation_split: 0.2
"""
STUDY = """\
# Each kind of difference.
study: What helps a *tiny* network?
base: tiny.yaml
seeds: 3
variants:
  wide: {vars.width: 6, vars.head: average, data.limit: 0.5}
  base: {}
  random: {vars.initializer: {RandomNormal: {stddev: 0.1}}}
  two vote: {ensemble: {members: 2, voting: hard}}
  one-hot: {data.labels: one_hot, train.loss: categorical_crossentropy, train.epochs: 1}
  other: {spec: other.yaml, train.optimizer: {SGD: {momentum: 0.9}}}
  wrong: {vars.width: -1}
"""
ADDED = "append: [{Dense: {units: 10, activation: softmax}}]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(SPEC)
    Path("other.yaml").write_text(f"extends: tiny.yaml\n{ADDED}")
    Path("help.yaml").write_text(STUDY)


def cells(found: Plan, lang: str = "en") -> Any:
    notebook = nbformat.reads(render_notebook(found, Options(lang=lang)), as_version=4)
    nbformat.validate(notebook)
    return notebook.cells


def codes(found: Plan, lang: str = "en") -> Iterator[str]:
    for cell in cells(found, lang):
        if cell.cell_type == "code" and not cell.source.startswith("%pip"):
            yield cell.source


def test_it_runs_and_each_variant_is_the_model_of_its_spec(monkeypatch, capsys) -> None:
    train_eagerly(monkeypatch)
    take_few_digits(monkeypatch, 120)
    monkeypatch.setattr(plt, "show", lambda: None)
    seeded = keras.utils.set_random_seed
    seeds: list[int] = []

    def seed_and_count_anew(seed: int) -> None:
        reset_names()
        seeds.append(seed)
        seeded(seed)

    monkeypatch.setattr(keras.utils, "set_random_seed", seed_and_count_anew)
    found = plan(read("help.yaml", seeds=1))
    sound = {one.variant.name: one.model for one in found.variants if one.model}
    space: dict[str, Any] = {}
    for code in codes(found):
        exec(compile(code, "cell", "exec"), space)  # noqa: S102
        if "for seed in SEEDS" in code:
            name = [*space["results"]][-1]
            reset_names()
            model = build_model(sound[name].summary.graph)
            assert differences(space["model"], model) == []
    names = ["base", "wide", "random", "two vote", "one-hot", "other"]
    assert [*space["results"]] == names
    assert seeds == [0, 0, 0, 0, 1, 0, 0]
    for [(history, score)] in space["results"].values():
        assert 0 <= score <= 1
        assert len(history["val_loss"]) == len(history["accuracy"])
    assert len(space["results"]["one-hot"][0][0]["val_loss"]) == 1


SCORES = {
    "base": (0.91, 0.95, 0.93),
    "wide": (0.95, 0.98, 0.97),
    "random": (0.90, 0.96, 0.95),
}


def test_its_table_says_what_the_statistics_of_studies_do(capsys) -> None:
    [table] = [code for code in codes(plan(read("help.yaml"))) if "half =" in code]
    results = {name: [({}, one) for one in some] for name, some in SCORES.items()}
    exec(table, {"np": np, "results": results, "SEEDS": [0, 1, 2]})  # noqa: S102
    base, wide, random = capsys.readouterr().out.splitlines()
    assert base == "base    0.9300 ± 0.0200"
    assert wide == "wide    0.9667 ± 0.0153  +0.0367 ± 0.0143"
    assert random.endswith("  within the noise")
    first, second = (dict(enumerate(SCORES[name])) for name in ("wide", "base"))
    found = compare(first, second, higher_is_better=True)
    assert found.interval == pytest.approx((0.0224, 0.0510), abs=1e-4)


def test_it_says_what_is_compared_and_what_is_new_in_each_variant() -> None:
    told = [one.source for one in cells(plan(read("help.yaml")))]
    said = "\n".join(told)
    assert told[0].startswith(
        "# What helps a \\*tiny\\* network?\n\nEach kind of difference."
    )
    assert "| base | nothing | 838 | 4.24 k |" in said
    assert "| other | the model of `other.yaml`, `train.optimizer: {SGD:" in said
    assert "Left out, since something is wrong with it: wrong." in said
    new = next(one for one in told if one.startswith("### other"))
    assert "What differs from base: the model of `other.yaml`" in new
    assert "With a momentum of 0.9" in new
    # What the variants have in common is told once.
    assert said.count("**Softmax.**") == 1
    assert "def build_model(" in said
    assert "def build_model_other(" in said
    assert "def load_data(limit=1.0)" in said
    assert "def load_data_one_hot(" in said
    assert "4.303 * differences.std(ddof=1)" in said


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ("b: {data.limit: 30}", "load_data(limit=None)"),
        ("b: {data.limit: 30}, c: {data.limit: 9}", "load_data(limit=None)"),
        ("b: {data.limit: 0.5}", "load_data(limit=1.0)"),
        ("b: {data: {source: digits, limit: 30}}", "load_data() load_data_b()"),
    ],
)
def test_what_cuts_data_down_is_a_parameter(others: str, told: str) -> None:
    text = f"study: s\nbase: tiny.yaml\nvariants: {{a: {{}}, {others}}}\n"
    Path("limits.yaml").write_text(text, encoding="utf-8")
    code = [one.source for one in cells(plan(read("limits.yaml")))]
    found = [
        line[4:-1] for one in code for line in one.split("\n") if "def load" in line
    ]
    assert " ".join(found) == told


def test_what_the_reference_has_too_is_no_difference() -> None:
    text = "study: s\nbase: tiny.yaml\nvariants:\n"
    text += "  base: {train.epochs: 2}\n  two: {train.epochs: 2, train.batch_size: 8}\n"
    Path("both.yaml").write_text(text, encoding="utf-8")
    said = "\n".join(one.source for one in cells(plan(read("both.yaml"))))
    assert "What differs from base: `train.batch_size: 8`." in said


@pytest.mark.parametrize(("seeds", "has"), [(1, ""), (2, "for one in differences")])
def test_few_seeds_claim_little(seeds: int, has: str) -> None:
    code = "\n".join(codes(plan(read("help.yaml", seeds=seeds))))
    assert has in code
    assert "within the noise" not in code
    assert ("std(ddof=1)" in code) == (seeds > 1)


@pytest.mark.parametrize(
    ("path", "lang"), some([(p, lang) for p in STUDIES for lang in languages()], 3)
)
def test_studies_of_the_tutorials_make_one(path: Path, lang: str) -> None:
    found = plan(read(str(path)))
    told = list(codes(found, lang))
    for code in told:
        compile(code, "cell", "exec")
    # Each variant that can be trained has a cell, in which all seeds are.
    trained = [code for code in told if "for seed in SEEDS" in code]
    names = [one.variant.name for one in found.variants if one.model is not None]
    for name, code in zip(names, trained, strict=True):
        assert f"results[{json.dumps(name, ensure_ascii=False)}] = []" in code


@pytest.mark.parametrize("path", some(STUDIES, 1), ids=lambda path: path.stem)
def test_its_functions_build_the_models_of_the_specs(path: Path) -> None:
    found = plan(read(str(path)))
    space: dict[str, Any] = {}
    for code in codes(found):
        if all(map(_defines, ast.parse(code).body)):
            exec(compile(code, "cell", "exec"), space)  # noqa: S102
    variants = variants_of(found, Options())
    functions = Functions(variants)
    for place, variant in enumerate(variants):
        reset_names()
        model = eval(functions.view(place).builds, space)
        reset_names()
        assert differences(model, build_model(variant.summary.graph)) == []


def _defines(statement: ast.stmt) -> bool:
    plain = isinstance(statement, ast.Assign) and isinstance(
        statement.value, ast.Constant | ast.List
    )
    return plain or isinstance(statement, ast.FunctionDef | ast.Import | ast.ImportFrom)


# ------------------------------------------------------------- the command


def build(*arguments: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr("sys.argv", ["cnnspec", "build", *arguments])
        cli.main()
    return int(str(ended.value.code)), "".join(capsys.readouterr())


def test_it_is_built_beside_notebooks_of_specs(capsys) -> None:
    where = os.path.join("out", "help.ipynb")
    status, said = build(
        *("help.yaml", "tiny.yaml", "--to", "notebook", "-o", "out", "--lang", "ko"),
        capsys=capsys,
    )
    assert status == 0
    assert f"wrote {where}" in said
    assert "tiny.ipynb" in said
    assert "must be" in said  # why a variant is left out
    notebook = json.loads(Path(where).read_text())
    assert "무엇을 비교하나" in "".join(notebook["cells"][2]["source"])
    Path(where).write_text(json.dumps(notebook | {"cells": []}))
    status, said = build("help.yaml", "--to", "notebook", "-o", "out", capsys=capsys)
    assert status == 1
    assert "edited" in said


def test_a_study_is_built_to_a_notebook_alone(capsys) -> None:
    status, said = build("help.yaml", capsys=capsys)
    assert status == 2
    assert "'help.yaml' is a study, which is built with --to notebook alone" in said


def test_names_of_variants_may_be_anything() -> None:
    names = ["a b", "a_b", "A-b", 'the """ end\\', "가 나", "%s {0}"]
    variants = {name: {"spec": f"{k}.yaml"} for k, name in enumerate(names)}
    for k in range(len(names)):
        lines = "  - Dense: {units: 10, activation: softmax}\n" * (k + 1)
        Path(f"{k}.yaml").write_text(f"extends: tiny.yaml\nappend:\n{lines}")
    document = {"study": "Any?", "base": "tiny.yaml", "variants": variants}
    Path("any.yaml").write_text(json.dumps(document))
    found = plan(read("any.yaml"))
    assert all(one.model for one in found.variants)
    space: dict[str, Any] = {}
    for code in codes(found):
        if all(map(_defines, ast.parse(code).body)):
            exec(compile(code, "cell", "exec"), space)  # noqa: S102
    built = [name for name in space if name.startswith("build_model")]
    assert len(built) == len(names)
    assert space["build_model_a_b_1"]().count_params() > 0


def test_what_isnt_trained_has_none() -> None:
    Path("tiny.yaml").write_text(SPEC.partition("data:")[0])
    found = plan(read("help.yaml"))
    with pytest.raises(SpecError, match="trains its variants"):
        render_notebook(found, Options())
