"""What surrounds a command: streams, terminal, Ctrl-C, and names of files.

Whatever they are, a command ends in a plain line and the right exit status.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnnspec.app.table import COMMANDS
from tests.study import made

ROOT = Path(__file__).parents[1]
SPEC = """
input: [8, 8, 1]
layers:
  - Flatten
  - Dense: {units: 10, activation: softmax}
data: {source: digits, scale: 16}
train: {loss: sparse_categorical_crossentropy, epochs: 1}
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="they are Unix's")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.yaml").write_text(SPEC, encoding="utf-8")
    conv = "- Conv2D: {filters: 9, kernel_size: 3}\n  - Flatten"
    wide = SPEC.replace("- Flatten", conv)
    (tmp_path / "wide.yaml").write_text(wide, encoding="utf-8")
    code = "from keras import Sequential, layers\n"
    code += "model = Sequential([layers.Dense(2, input_shape=(3,))])\n"
    (tmp_path / "lesson.py").write_text(code, encoding="utf-8")
    made.study(tmp_path / "results", {"base": [0.9, 0.8], "wide": [0.9, 0.9]})
    (tmp_path / "wrong.yaml").write_text("layers: [Dens]\n", encoding="utf-8")
    return tmp_path


def typed(
    folder: Path, command: str | bytes, around: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs a line of a shell; nothing that it prints may speak of a bug."""
    line = b'exec "$PYTHON" -m cnnspec ' + os.fsencode(command) + os.fsencode(around)
    mine = {"PYTHON": sys.executable, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run(
        ["bash", "-c", os.fsdecode(line)],
        cwd=folder,
        env=os.environ | mine,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "bug in cnnspec" not in done.stderr
    return done


LINES = {
    "check a.yaml": 0,
    "check wrong.yaml": 1,
    "check --format json a.yaml": 0,
    "show a.yaml": 0,
    "show a.yaml --graph": 0,
    "diff a.yaml wide.yaml": 0,
    "build a.yaml --to script -o out": 0,
    "train wrong.yaml": 1,
    "blocks": 0,
    "layers": 0,
    "explain shape": 0,
    "schema": 0,
    "init first": 0,
    "import lesson.py": 0,
    "study a.yaml --vary train.epochs=1,2 --dry-run": 0,
    "compare results": 0,
    "--help": 0,
    "check --help": 0,
    "--version": 0,
}


def test_every_command_is_tried() -> None:
    assert {*COMMANDS} <= {line.split()[0] for line in LINES}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    ("around", "said"),
    [
        (" >&-", "standard output is closed, so nothing can be printed"),
        (" >/dev/full", "standard output can't be written: no space left on device"),
    ],
)
def test_an_output_that_takes_nothing(
    folder: Path, line: str, around: str, said: str
) -> None:
    done = typed(folder, line, around)
    if line.startswith("train") and "full" in around:
        assert done.returncode == 1  # it has nothing to print there
    else:
        assert (done.returncode, done.stderr) == (2, f"cnnspec: {said}\n")


ERRORS = {"check wrong.yaml": 1, "show wrong.yaml": 1, "show a.yaml": 0, "chek": 2}


@pytest.mark.parametrize("line", ERRORS)
@pytest.mark.parametrize("around", [" 2>&-", " 2>/dev/full", " 2>&- >&-"])
def test_errors_that_nobody_reads(folder: Path, line: str, around: str) -> None:
    done = typed(folder, line, around)
    if ">&- >&-" in around:
        assert done.returncode == 2
    else:
        assert done.returncode == ERRORS[line]
        assert ("error[" in done.stdout) == line.startswith("check")


@pytest.mark.parametrize("columns", ["0", "1", "x", "²", "9" * 20, "\udcff"])
@pytest.mark.parametrize("line", ["show a.yaml --why", "diff a.yaml wide.yaml"])
def test_a_width_that_is_none(folder: Path, line: str, columns: str) -> None:
    done = typed(folder, line, COLUMNS=columns, LINES=columns)
    assert (done.returncode, done.stderr) == (0, "")


INTERRUPTED = """
import os, signal, sys

class Finder:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
sys.argv = ["cnnspec", "check", "a.yaml"]
from cnnspec.__main__ import main
main()
"""


@pytest.mark.parametrize(
    "module",
    [
        *("cnnspec.app.cli", "cnnspec.app.parsing", "cnnspec.ground.errors"),
        *("cnnspec.app.commands.check", "yaml", "cnnspec.ground.core"),
        *("cnnspec.judge.check", "cnnspec.catalogue.optimizers"),
        *("cnnspec.judge.rules.fit", "cnnspec.language.data"),
    ],
)
def test_an_interrupt_while_modules_load(folder: Path, module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED.format(module=module)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    said = "cnnspec: interrupted\n"
    assert (done.returncode, done.stdout, done.stderr) == (130, "", said)


@pytest.mark.skipif(sys.platform == "darwin", reason="it has no such names")
@pytest.mark.parametrize("name", [b"n\xff.yaml", b"d\xff/a.yaml"])
@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("check {}", 0),
        ("check .", 1),
        ("check --format json {}", 0),
        ("check --format github {}", 0),
        ("show {} --why", 0),
        ("show {} --graph", 0),
        ("show {} --format json", 0),
        ("show {} --format html", 0),
        ("diff {} a.yaml", 0),
        ("build {} --to script,notebook,svg -o {}.out", 0),
        ("build {} --to {}", 2),
        ("build {} --templates {}", 2),
        ("train {} --set train.epochs=0", 1),
        ("train {} --lang {}", 2),
        ("layers {}", 2),
        ("explain {}", 2),
        ("init {} --force", 2),
        ("{}", 2),
        ("--{}", 2),
        ("check --{}", 2),
        ("check --format {}", 2),
        ("check a.yaml --select {}", 2),
        ("check a.yaml --set {}=1", 1),
        ("check {}.none", 1),
    ],
)
def test_a_name_that_is_no_text(
    folder: Path, name: bytes, line: str, status: int
) -> None:
    path = os.fsencode(folder) + b"/" + name
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(SPEC)
    quoted = b"'" + name + b"'"
    done = typed(folder, os.fsencode(line).replace(b"{}", quoted))
    if line.startswith("init") and b"/" in name:
        status = 0  # the folder is there, and the file's own name is text
    assert done.returncode == status, done.stderr
    if status == 0:
        assert done.stderr == ""
    elif status == 2:
        assert done.stderr.startswith("cnnspec: ")
