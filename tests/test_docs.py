"""What the documentation shows is what happens.

A fenced block is held to what its language says:

- ```console: each line `$ cnnspec …` is run, and prints exactly what follows it, as
  `$ cat FILE` does; `…` alone stands for lines left out. Written anew with `--golden`.
- ```yaml: a spec without errors or warnings. What it leaves out is taken from `FRAME`,
  so it may be one section of a spec, or items of a layer list. With a first line
  `# NAME.yaml` it is that file to the commands of its page, which may report errors.
  So is ```python with `# NAME.py`, and ```text with `# NAME.txt`. With a `base:` it is
  a study.
- ```pycon: a session that doctest repeats, after `import cnnspec`.
- ```python: code of the project, word for word.
"""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import cnnspec
from cnnspec import api
from cnnspec.app.table import COMMANDS, Option

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])

FRAME = {
    "input": "input: [28, 28, 1]\n",
    "layers": "layers:\n  - Flatten\n  - Dense: {units: 10, activation: softmax}\n",
}
TRAINING = {
    "data": "data: {source: mnist, scale: 255, labels: one_hot}\n",
    "train": "train: {loss: categorical_crossentropy}\n",
}

TRAINED = {"data", "train", "ensemble", "study"}
"""Sections that say something of a training."""

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w-]+\.(?:yaml|py|txt))\n")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)")


class Block(NamedTuple):
    page: Path
    text: str
    start: int
    """Where the text begins in the page."""

    def __str__(self) -> str:
        before = self.page.read_text(encoding="utf-8")[: self.start]
        return f"{self.page.relative_to(ROOT)}:{before.count(chr(10)) + 1}"


def blocks(language: str, *pages: Path) -> list[Block]:
    return [
        Block(page, found[2], found.start(2))
        for page in pages or PAGES
        for found in _FENCE.finditer(page.read_text(encoding="utf-8"))
        if found[1] == language
    ]


def pages(language: str) -> list[Path]:
    return sorted({block.page for block in blocks(language)})


def relative(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the project's specs and some models, as the examples expect it."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    for name in ("old.h5", "keras2.json"):
        shutil.copy(ROOT / "tests" / "read" / "files" / name, tmp_path)
    return tmp_path


def write_files(page: Path, folder: Path) -> None:
    languages = ("yaml", "python", "text")
    for block in (block for language in languages for block in blocks(language, page)):
        if found := _FILE.match(block.text):
            (folder / found[1]).write_text(block.text, encoding="utf-8")


def run(command: str, folder: Path) -> str:
    name, *arguments = shlex.split(command)
    if name == "cat":
        return (folder / arguments[0]).read_text(encoding="utf-8")
    assert name == "cnnspec", f"only cnnspec can be run here, not '{command}'"
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    here = {"COLUMNS": "80", "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    here |= {"PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "cnnspec", *arguments],
        cwd=folder,
        env=os.environ | here,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


def transcript(text: str, folder: Path) -> str:
    """The console text with what its commands really print."""
    lines = []
    for part in re.split(r"^(?=\$ )", text, flags=re.MULTILINE):
        if part:
            command, _, expected = part.partition("\n")
            printed = run(command.removeprefix("$ "), folder)
            lines += [command, "\n", expected if agrees(expected, printed) else printed]
    return "".join(lines)


def agrees(expected: str, printed: str) -> bool:
    """Whether they are the same but for the lines that `…` stands for."""
    pattern = re.escape(expected).replace("…\\\n", "(?:.*\n)*?")
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.parametrize("page", pages("console"), ids=relative)
def test_commands_print_what_is_shown(page: Path, folder: Path, golden: bool) -> None:
    write_files(page, folder)
    real = {b: transcript(b.text, folder) for b in blocks("console", page)}
    if golden:
        text = page.read_text(encoding="utf-8")
        for block in reversed(real):
            end = block.start + len(block.text)
            text = text[: block.start] + real[block] + text[end:]
        page.write_text(text, encoding="utf-8")
        return
    for block, printed in real.items():
        assert block.text == printed, block


def whole_spec(fragment: str) -> str:
    """The fragment with what a spec needs beside it."""
    if fragment.startswith("- "):
        indented = "".join(f"  {line}" for line in fragment.splitlines(True))
        return FRAME["input"] + "layers:\n" + indented
    given = set(yaml.safe_load(fragment))
    needed = FRAME | (TRAINING if given & TRAINED else {})
    given |= {"input"} if "inputs" in given else set()
    return fragment + "".join(s for key, s in needed.items() if key not in given)


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_yaml_is_a_sound_spec(block: Block, folder: Path) -> None:
    if found := _FILE.match(block.text):
        assert found[1].endswith(".yaml")
        shown = [b.text for b in blocks("console", block.page)]
        shown += [b.text for b in blocks("yaml", block.page) if "include:" in b.text]
        named = re.compile(rf"[ \[]{re.escape(found[1])}")
        assert any(map(named.search, shown)), "no command names it"
    elif block.text.startswith("repos:"):
        [repository] = yaml.safe_load(block.text)["repos"]
        ours = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
        asked = {hook["id"] for hook in repository["hooks"]}
        assert asked == {hook["id"] for hook in ours}
    else:
        spec = folder / "spec.yaml"
        of_study = "\nbase: " in block.text
        text = block.text if of_study else whole_spec(block.text)
        spec.write_text(text, encoding="utf-8")
        assert not [str(found) for found in api.check(spec).diagnostics]


@pytest.mark.parametrize("block", blocks("pycon"), ids=str)
def test_session(block: Block, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(block.page, folder)
    monkeypatch.chdir(folder)
    names = {"cnnspec": cnnspec}
    test = doctest.DocTestParser().get_doctest(block.text, names, str(block), None, 0)
    report: list[str] = []
    results = doctest.DocTestRunner().run(test, out=report.append)
    assert results.failed == 0, "".join(report)
    assert results.attempted > 0


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_code_is_quoted_word_for_word(block: Block) -> None:
    if _FILE.match(block.text):
        return  # a file that the commands of the page read
    named = re.findall(
        r"\[`?([\w/.]+\.py)`?\]", block.page.read_text("utf-8")[: block.start]
    )
    assert named, "no link above says which file this is from"
    assert block.text in (ROOT / named[-1]).read_text(encoding="utf-8"), named[-1]


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_lead_somewhere(page: Path) -> None:
    for name, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        target = page.parent / name if name else page
        assert target.exists(), f"there is no {name}"
        if anchor:
            assert anchor in anchors(target), f"{name} has no heading #{anchor}"


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them in links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:^|`)make (\w+)", page.read_text("utf-8"), re.MULTILINE)
    for target in named:
        assert f"\n{target}:" in makefile, target


def test_page_of_layers_is_in_step(folder: Path) -> None:
    page = (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")
    assert page == run("cnnspec layers --format markdown", folder), "run: make docs"


def test_page_of_errors_explains_every_code(folder: Path) -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    told = page.partition("## Every code\n\n")[2]
    assert told == run("cnnspec explain --format markdown", folder), "run: make docs"


def sections(page: str) -> dict[str, str]:
    """The text under each heading `cnnspec NAME ...`, by what the heading says."""
    parts = re.split(r"^## `cnnspec (.*)`\n", page, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def tables(page: str) -> dict[str, list[str]]:
    """The first cells of a page's tables, by what stands at their head."""
    found = re.findall(r"^\| (.*?) \|.*\n\|[ :|-]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    cells: dict[str, list[str]] = {}
    for head, rows in found:
        cells.setdefault(head, []).extend(
            re.findall(r"^\| (.*?) \|", rows, re.MULTILINE)
        )
    return cells


def forms(option: Option) -> list[str]:
    """How the page shows an option, by each of its names."""
    value = option.default if option.takes == "FORM" else option.takes
    names = filter(None, (option.short, option.name))
    return [f"`{name} {value}`" if value else f"`{name}`" for name in names]


def test_page_of_commands_has_every_option() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    told = sections(page)
    for (heading, text), (name, command) in zip(
        told.items(), COMMANDS.items(), strict=True
    ):
        assert heading == " ".join([name, *map(str, command.operands)])
        shown = tables(text)
        cells = shown.pop("option", [])
        known = [form for option in command.options for form in forms(option)]
        told_of = [form for cell in cells for form in cell.split(", ")]
        assert sorted(told_of) == sorted(known)
        others = [cell for rows in shown.values() for cell in rows]
        assert not [cell for cell in others if cell.startswith("`--")]
        text = page if "as for `" in text else text
        for choice in [one for option in command.options for one in option.choices]:
            assert f"`{choice}`" in text or f" {choice}`" in text
