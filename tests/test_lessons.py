"""A variant changes one thing, and so does each experiment of docs/lessons.md."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cnnspec import api
from cnnspec.judge.diff.comparison import (
    ADDED,
    CHANGED,
    REMOVED,
    SAME,
    Pairing,
    compare,
)
from cnnspec.language.training import Data, Ensemble, Train

ROOT = Path(__file__).parents[1]
SPECS = {path.stem: path for path in (ROOT / "specs").glob("*.yaml")}
TEXTS = {stem: path.read_text(encoding="utf-8") for stem, path in SPECS.items()}
CODE = {tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING}
SECTIONS = {"data": Data, "train": Train, "ensemble": Ensemble}

VARIANTS = {
    "cifar10_activation": "+Activation, activation",
    "cifar10_bn": "+BatchNormalization",
    "cifar10_bn_l2": "kernel_regularizer",
    "cifar10_callbacks": "train.callbacks",
    "cifar10_gap": "+Dropout, Flatten → GlobalAveragePooling2D, units",
    "cifar10_he": "kernel_initializer",
    "cifar10_l2": "kernel_regularizer",
    "cifar10_one_hot": "data.labels, train.loss",
    "cifar10_strides": "-MaxPooling2D, strides",
    "nin_merged": "-Conv2D, filters",
    "nin_mlpconv": "+Activation",
}
"""What each spec that extends another changes of it."""

WHY_MORE = {
    "cifar10_activation": "each activation as a layer of its own",
    "cifar10_gap": "The head changes as a whole",
    "cifar10_one_hot": "The loss has to fit the labels, so both change",
    "cifar10_strides": "stride 2 in place of max pooling",
    "nin_merged": "each 3x3 and 1x1 convolution merged into one 3x3",
}
"""How a spec says why one thing is more than one change."""


def changes(one: api.Model, other: api.Model) -> str:
    """Each kind of change once, as in `+Dropout, Flatten → Dense, train.loss`."""
    found = compare(one.summary, other.summary)
    assert not found.outputs_changed
    assert {pairing.change for pairing in found.inputs} == {SAME}
    kinds = {what for pairing in found.pairings for what in of_layer(pairing)}
    for section, record in SECTIONS.items():
        before, after = (getattr(model.program, section) for model in (one, other))
        if before is None or after is None:
            kinds |= {section} if before is not after else set()
        else:
            names = record.arguments()
            same = {n for n in names if getattr(before, n) == getattr(after, n)}
            kinds |= {f"{section}.{name}" for name in names.keys() - same}
    return ", ".join(sorted(kinds))


def of_layer(pairing: Pairing) -> Iterator[str]:
    types = [row.type for row in (pairing.before, pairing.after) if row]
    if pairing.change in (ADDED, REMOVED):
        yield ("+" if pairing.change == ADDED else "-") + types[0]
    elif pairing.change == CHANGED:
        assert not pairing.reconnected
        assert not pairing.reshared
        if types[0] != types[1]:
            yield " → ".join(types)
        yield from (edit.name for edit in pairing.arguments)


def base_of(stem: str) -> str:
    """The spec that one extends; none where it extends none."""
    found = re.search(r"^extends: (.*)\.yaml$", TEXTS[stem], re.MULTILINE)
    return found[1] if found else ""


def test_every_variant_is_known() -> None:
    assert {stem for stem in SPECS if base_of(stem)} == VARIANTS.keys()
    assert {stem for stem in SPECS if stem.startswith("cifar10_")} <= VARIANTS.keys()
    assert {stem for stem, told in VARIANTS.items() if ", " in told} == WHY_MORE.keys()


@pytest.mark.parametrize("stem", VARIANTS)
def test_a_variant_changes_one_thing(stem: str) -> None:
    base, variant = (api.load(SPECS[name]) for name in (base_of(stem), stem))
    assert changes(base, variant) == VARIANTS[stem]
    said = " ".join(TEXTS[stem].replace("\n#", "\n").split())
    assert f"All else is that of {base_of(stem)}.yaml" in said
    assert WHY_MORE.get(stem, "") in said


@pytest.mark.parametrize("stem", SPECS)
def test_a_lesson_says_what_its_spec_says_inside(stem: str) -> None:
    lesson = (ROOT / "generated" / f"{stem}.py").read_text(encoding="utf-8")
    said = " ".join(lesson.replace("# ", "").split())
    comments = re.findall(r"^ +# (.*)$", TEXTS[stem], re.MULTILINE)
    assert not [comment for comment in comments if comment not in said]


# ------------------------------------------------------------ the page

PAGE = ROOT / "docs" / "lessons.md"
TOLD = PAGE.read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (?:`(?P<set>[\w.]+=[^`]*)`|\[(?P<spec>\w+)\]\(\S+\)) \| "
    r"(?:(?P<base>\w+) \| )?(?P<changes>`.*?`) \| "
    r"(?P<params>[\d,]+) \| (?P<macs>[\d,]+) \|",
    re.MULTILINE,
)


class Experiment(NamedTuple):
    """A row of the page: a spec's variant, by a `--set` or as a spec of its own."""

    variant: str
    base: str
    changes: str
    params: str
    macs: str


EXPERIMENTS = [
    Experiment(
        row["set"] or row["spec"],
        row["base"] or "lab",
        row["changes"].replace("`", ""),
        *(row["params"], row["macs"]),
    )
    for row in ROW.finditer(TOLD)
]


@pytest.mark.parametrize("told", EXPERIMENTS, ids=lambda told: told.variant)
def test_an_experiment_changes_what_the_page_says(told: Experiment) -> None:
    if told.variant in SPECS:
        assert told.base == base_of(told.variant)
        checked = api.check(SPECS[told.variant])
    else:
        checked = api.check(SPECS[told.base], [told.variant, "expect=null"])
    assert not checked.diagnostics
    model = checked.model()
    kinds = changes(api.load(SPECS[told.base]), model)
    counts = [f"{n:,}" for n in (model.summary.total_params, model.summary.macs)]
    assert Experiment(told.variant, told.base, kinds, *counts) == told


def test_the_page_turns_every_knob_and_has_every_variant() -> None:
    knobs = {f"vars.{name}" for name in api.load(SPECS["lab"]).program.vars}
    knobs |= {"train.optimizer", "train.batch_size", "train.shuffle", "train.callbacks"}
    assert knobs <= {told.variant.partition("=")[0] for told in EXPERIMENTS}
    assert {s for s in VARIANTS if "cifar" in s} <= {
        told.variant for told in EXPERIMENTS
    }


COUNTED = re.compile(
    r"(\[generated/(\w+)\.py\](?:.*\n)+?\| lines \| .* \| )\d+, \d+( of them code)"
)


def counted(found: re.Match[str]) -> str:
    """The table of a lesson with its lines, and those that hold code."""
    script = (ROOT / "generated" / f"{found[2]}.py").read_text(encoding="utf-8")
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(script).readline):
        if token.type in CODE and not token.string.startswith('"""'):
            code.add(token.start[0])
    return f"{found[1]}{len(script.splitlines())}, {len(code)}{found[3]}"


def test_the_page_counts_the_lines_of_lessons(golden: bool) -> None:
    text, number = COUNTED.subn(counted, TOLD)
    assert number == 4
    if golden:
        PAGE.write_text(text, encoding="utf-8")
    assert text == PAGE.read_text(encoding="utf-8")


PACKAGES = {
    "keras": "`keras`",
    "matplotlib": "matplotlib",
    "numpy": "NumPy",
    "pandas": "pandas",
    "sklearn": "scikit-learn",
}
IMPORTS = re.compile(r"\[generated/(\w+)\.py\](?:.*\n)+?\| imports \| .*? \| (.*) \|\n")


def test_the_page_names_what_a_lesson_imports() -> None:
    tables = IMPORTS.findall(TOLD)
    assert len(tables) == 4
    for stem, told in tables:
        script = (ROOT / "generated" / f"{stem}.py").read_text(encoding="utf-8")
        found = {
            ast.unparse(line).split()[1].partition(".")[0]
            for line in ast.parse(script).body
            if isinstance(line, ast.Import | ast.ImportFrom)
        }
        assert found == {name for name, said in PACKAGES.items() if said in told}, stem
