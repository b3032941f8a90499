"""The hook: what it runs in a stranger's repository, and what it sees of changes."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))

BASE = "input: [4]\nlayers:\n  - Dense: {units: 3, name: one}\n  - Dense: 2\n"
FILES = {
    "specs/zoo/base.yaml": BASE,
    "specs/middle.yaml": "extends: zoo/base.yaml\n",
    "specs/top.yml": "extends: middle.yaml\nexpect: {summary: ../tables/top.txt}\n",
    "specs/other.yaml": "include: [parts/two.yaml]\n" + BASE.replace("Dense: 2", "two"),
    "specs/parts/two.yaml": "blocks: {two: {layers: [{Dense: 2}]}}\n",
    "compose.yaml": "services: {}\n",
}
TABLE = """\
 Layer (type)    Output Shape    Param #
 one (Dense)     (None, 3)       15
 dense (Dense)   (None, 2)       8
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name, text in {**FILES, "tables/top.txt": TABLE}.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def hooked(repository: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """What pre-commit runs, whatever was changed, with what its user gives to it."""
    assert HOOK["always_run"]
    assert not HOOK["pass_filenames"]
    name, *arguments = shlex.split(HOOK["entry"])
    assert name == "cnnspec"
    return subprocess.run(
        [sys.executable, "-m", "cnnspec", *arguments, *(args or HOOK.get("args", []))],
        cwd=repository,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_hook_checks_specs_and_nothing_else(repository: Path) -> None:
    done = hooked(repository)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n4 specs, 0 errors\n")
    assert "compose.yaml" not in done.stdout


def test_the_hook_checks_files_with_models_where_they_are_named(
    repository: Path,
) -> None:
    for name in ("keras2.keras", "old.h5"):
        shutil.copy(ROOT / "tests" / "read" / "files" / name, repository / "specs")
    assert hooked(repository).stdout.endswith("\n4 specs, 0 errors\n")
    done = hooked(repository, "specs", "specs/old.h5", "specs/keras2.keras")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\n6 specs, 0 errors\n")


BASED = {"specs/zoo/base.yaml", "specs/middle.yaml", "specs/top.yml"}
OTHERS = {"specs/zoo/base.yaml", "specs/middle.yaml", "specs/other.yaml"}


@pytest.mark.parametrize(
    ("changed", "text", "sound"),
    [
        ("specs/zoo/base.yaml", BASE.replace("units", "unit"), {"specs/other.yaml"}),
        ("specs/zoo/base.yaml", BASE.replace("units: 3", "units: 5"), OTHERS),
        ("specs/zoo/base.yaml", None, {"specs/other.yaml"}),
        ("specs/middle.yaml", None, OTHERS - {"specs/middle.yaml"}),
        ("specs/parts/two.yaml", "blocks: {tw: {layers: [Flatten]}}\n", BASED),
        ("specs/parts/two.yaml", None, BASED),
        ("tables/top.txt", TABLE.replace("15", "16"), OTHERS),
        ("tables/top.txt", None, OTHERS),
    ],
)
def test_a_change_of_what_a_spec_names(
    repository: Path, changed: str, text: str | None, sound: set[str]
) -> None:
    path = repository / changed
    if text is None:
        path.rename(path.with_name("renamed"))
    else:
        path.write_text(text, encoding="utf-8")
    done = hooked(repository)
    lines = [line.partition(": ok: ") for line in done.stdout.splitlines()]
    assert {name.replace(os.sep, "/") for name, ok, _ in lines if ok} == sound
    assert (done.returncode, done.stderr) == (1, "")


def test_the_hook_of_our_own_repository_sees_them_too() -> None:
    own = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    [hook] = [h for r in own["repos"] for h in r["hooks"] if h["id"] == HOOK["id"]]
    assert not hook["pass_filenames"]
