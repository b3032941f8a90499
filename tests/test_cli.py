"""The commands beside `check`: what they print, write and end with."""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import ANY

import pytest

from cnnspec import __version__, api
from cnnspec.app import cli, table
from cnnspec.app.arguments import checked_spec
from cnnspec.app.starter import SCHEMA_FILE, starter

ROOT = Path(__file__).parents[1]
COMMANDS = (
    *("check", "show", "diff", "build", "train", "study"),
    *("compare", "import", "blocks", "layers", "explain", "schema", "init"),
)


class Ended(NamedTuple):
    code: object
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Run:
    """Runs a command in an empty folder, as `main` does at a prompt."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> Ended:
        monkeypatch.setattr(sys, "argv", ["cnnspec", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Ended(ended.value.code, *capsys.readouterr())

    return run


def test_help_names_every_command(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert [*table.COMMANDS] == [*COMMANDS]
    for command in COMMANDS:
        assert f" {command} " in out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"cnnspec {command}" in out
    assert "--help" in out


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("check", ["--format", "--set", "--keras"]),
        ("show", ["--format", "--why", "--graph", "--set"]),
        ("build", ["--to", "-o", "--force", "--set"]),
        ("init", ["--force"]),
    ],
)
def test_help_names_the_options(run: Run, command: str, options: list[str]) -> None:
    out = run(command, "--help").out
    assert not [option for option in options if option not in out]


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"cnnspec {__version__}\n", "")


def test_a_command_that_is_not_there_gets_the_nearest(run: Run) -> None:
    code, _, err = run("chek")
    assert code == 2
    assert "'check'" in err


# ------------------------------------------------------------------ init


def test_init_writes_a_spec_to_start_from(run: Run, tmp_path: Path) -> None:
    code, out, err = run("init", "first")
    assert (code, err) == (0, "")
    assert out == f"wrote {SCHEMA_FILE}\nwrote first.yaml\n"
    assert sorted(p.name for p in tmp_path.iterdir()) == [SCHEMA_FILE, "first.yaml"]
    text = Path("first.yaml").read_text(encoding="utf-8")
    assert text.startswith(f"# yaml-language-server: $schema={SCHEMA_FILE}\n")
    assert "cnnspec check first.yaml\n" in text
    schema = json.loads(Path(SCHEMA_FILE).read_text(encoding="utf-8"))
    assert schema == json.loads(run("schema").out)
    assert run("check", "first.yaml").code == 0
    assert api.check("first.yaml").program.name == "first"


TABLE = "id,age,name,color,level,price,buys\n" + "".join(
    f"{k},{20 + k},n{k},{['red', 'green', 'NA'][k % 3]},{k % 11 + 1},{k / 2},"
    f"{'' if k == 3 else ['yes', 'no'][k % 2]}\n"
    for k in range(24)
)
LEARNT = {
    "buys": ["Dense: {units: 2, activation: softmax}", 'classes: ["no", "yes"]'],
    "level": ["Dense: {units: 11, activation: softmax}", "labels: contiguous"],
    "price": [
        "Dense: 1\n",
        "loss: mse",
        'buys: ["no", "yes"]  # empty in 1 rows: fill',
    ],
}


@pytest.mark.parametrize(("label", "lines"), LEARNT.items())
def test_init_writes_a_spec_for_a_table(run: Run, label: str, lines: list[str]) -> None:
    """The last column is learnt unless another is named."""
    Path("my table.csv").write_text(TABLE, encoding="utf-8-sig")
    chosen = () if label == "buys" else ("--label", label)
    assert run("init", "first", "--from", "my table.csv", *chosen).code == 0
    text = Path("first.yaml").read_text(encoding="utf-8")
    lines = [*lines, "age: numeric", "color: [NA, green, red]", "train: my table.csv"]
    lines += ["# id is left out: it numbers", "# name is left out: it has more than 20"]
    assert [one for one in lines if one not in text] == []
    assert run("check", "first.yaml") == (0, ANY, "")


NO_TABLES = {
    "": "a column beside that of the labels",
    "a,b\n": "it has a header and no rows",
    "a,a\n1,2\n": "its header names 'a' twice",
    "a,b\n1,2\n1,2,3\n": "row 2 has 3 cells, and the header 2",
    'a,b\n1,"2\n': "it is no CSV: unexpected end of data",
    "a,b\n1,x\n2,x\n": "'b' is 'x' in all rows",
    "id,b\n1,x\n2,y\n": "no column that a model could be given",
}


@pytest.mark.parametrize(("text", "said"), NO_TABLES.items())
def test_init_says_why_a_file_is_no_table(run: Run, text: str, said: str) -> None:
    Path("a.csv").write_text(text, encoding="utf-8")
    code, out, err = run("init", "first", "--from", "a.csv")
    assert (code, out) == (2, "")
    assert said in err
    assert not Path("first.yaml").exists()


def test_init_overwrites_nothing_unasked(run: Run) -> None:
    Path("first.yaml").write_text("mine", encoding="utf-8")
    code, out, err = run("init", "first")
    assert (code, out) == (2, "")
    assert "'first.yaml' is there already" in err
    assert Path("first.yaml").read_text(encoding="utf-8") == "mine"
    assert not Path(SCHEMA_FILE).exists()
    assert run("init", "first", "--force").code == 0
    assert api.check("first.yaml").ok


@pytest.mark.parametrize(
    "name",
    [
        "my first net",
        "a: b",
        "it's",
        'the "best"',
        "null",
        "12",
        "1e3",
        "- x",
        "#1",
        "*",
        "ends with \\",
        "réseau",
        "網路",
        "v1.2",
        "{name} of {0}",
    ],
)
def test_init_takes_any_name(run: Run, name: str) -> None:
    assert run("init", "--", name).code == 0
    checked = api.check(f"{name}.yaml")
    assert checked.diagnostics == []
    assert checked.program.name == name


@pytest.mark.parametrize(
    ("name", "file", "called"),
    [("net.yml", "net.yml", "net"), ("sub/net.yaml", "sub/net.yaml", "net")],
)
def test_init_takes_a_path(run: Run, name: str, file: str, called: str) -> None:
    Path("sub").mkdir()
    assert run("init", name).code == 0
    assert api.check(file).program.name == called
    assert Path(file).with_name(SCHEMA_FILE).exists()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("none/net", "there is no folder 'none'"),
        ("", "'' can't be a model's name"),
        ("two\nlines", r"'two\nlines' can't be a model's name"),
        ("\x1b[31mred", r"'\x1b[31mred' can't be a model's name"),
        ("b\udcffd", r"'b\udcffd' can't be a model's name"),
        ("..", "'..' can't be a model's name"),
        ("sub/", "'sub/' can't be a model's name"),
        ("x" * 300, "can't be written: file name too long"),
        ("x" * 250, None),
        ("taken", "'taken.yaml' is there already"),
        ("lost", "'lost.yaml' is there already"),
        ("../up", None),
    ],
)
def test_init_writes_both_files_or_none(
    run: Run, tmp_path: Path, name: str, said: str | None
) -> None:
    """Where one can't be written, for its name or by what is there, neither is."""
    (tmp_path / "work" / "sub").mkdir(parents=True)
    os.chdir("work")
    Path("taken.yaml").mkdir()
    Path("lost.yaml").symlink_to("nowhere")
    before = {*tmp_path.rglob("*")}
    code, out, err = run("init", name)
    made = {path.name for path in {*tmp_path.rglob("*")} - before}
    if said is None:
        assert (code, err) == (0, "")
        assert made == {SCHEMA_FILE, f"{Path(name).name}.yaml"}
    else:
        assert (code, out, made) == (2, "", set())
        assert err.startswith("cnnspec: ")
        assert said in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("taken", ["first.yaml", SCHEMA_FILE])
def test_init_leaves_nothing_half_done(run: Run, taken: str) -> None:
    Path(taken).mkdir()
    code, out, err = run("init", "first", "--force")
    assert (code, out) == (2, "")
    assert err == f"cnnspec: '{taken}': the file can't be written: is a directory\n"
    assert os.listdir() == [taken]


def test_the_starter_has_the_parameters_it_expects() -> None:
    model = api.loads(starter("first.yaml"))
    assert model.program.expect is not None
    assert model.summary.total_params == model.program.expect.total_params == 34_826


# ------------------------------------------------------------------ layers


def test_layers_lists_all(run: Run) -> None:
    code, out, _ = run("layers")
    assert code == 0
    assert "  Conv2D  " in out
    assert "  Lambda  " in out


def test_layers_tells_of_one(run: Run) -> None:
    code, out, _ = run("layers", "Dense")
    assert code == 0
    assert out.startswith("Dense\n")
    assert "units" in out


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Conv2d", "there is no layer 'Conv2d' in Keras; did you mean 'Conv2D'?"),
        ("Zzzz", "there is no layer 'Zzzz' in Keras; cnnspec layers lists them"),
        ("Lambda", "Lambda can't be checked: it runs code"),
    ],
)
def test_layers_of_an_unknown_name(run: Run, name: str, said: str) -> None:
    code, out, err = run("layers", name)
    assert (code, out) == (2, "")
    assert said in err


def test_layers_as_a_page(run: Run) -> None:
    code, out, _ = run("layers", "--format", "markdown")
    assert code == 0
    assert out.startswith("# Layers\n")
    assert run("layers", "Dense", "--format", "markdown").code == 2


# ------------------------------------------------------------------ show and build

NIN = str(ROOT / "specs/nin.yaml")


@pytest.mark.parametrize(
    ("format", "begins", "holds"),
    [
        ("text", "", "87,135"),
        ("markdown", "", "| conv2d | Conv2D |"),
        ("html", "<!DOCTYPE html>", ">conv2d<"),
    ],
)
def test_show(run: Run, format: str, begins: str, holds: str) -> None:
    code, out, _ = run("show", NIN, "--format", format)
    assert code == 0
    assert out.lower().startswith(begins.lower())
    assert holds in out
    assert "3·3·1·50 + 50" not in out
    assert "3·3·1·50 + 50" in run("show", NIN, "--why", "--format", format).out


def test_show_as_json(run: Run) -> None:
    data = json.loads(run("show", NIN, "--format", "json").out)
    assert (data["name"], data["total_params"]) == ("nin", 87_135)
    assert len(data["layers"]) == 30


def test_show_with_changes(run: Run) -> None:
    Path("a.yaml").write_text("input: [4]\nlayers: [{Dense: 3}]\n", encoding="utf-8")
    changes = ["--set", "layers.0.Dense=7", "--set", "input=[5]"]
    data = json.loads(run("show", "a.yaml", "--format", "json", *changes).out)
    assert data["total_params"] == 5 * 7 + 7


@pytest.mark.parametrize("command", ["show", "build"])
def test_errors_of_a_spec_end_a_command(run: Run, command: str) -> None:
    Path("bad.yaml").write_text("input: [4]\nlayers: [Dens]\n", encoding="utf-8")
    code, out, err = run(command, "bad.yaml")
    assert (code, out) == (1, "")
    assert err.startswith("bad.yaml:2:10: error[unknown-layer]: ")
    assert "did you mean 'Dense'?" in err
    assert not Path("generated").exists()


def test_build_tells_that_the_summary_is_as_expected(run: Run) -> None:
    for name, more in (("a", "expect: {total_params: 15}\n"), ("b", ""), ("c", None)):
        text = f"input: [4]\nlayers: [{{Dense: 3}}]\n{more or 'expect: {}'}\n"
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    out = run("build", "a.yaml", "b.yaml", "c.yaml", "--to", "script").out
    assert [line for line in out.splitlines() if ".yaml" in line] == [
        "a.yaml: ok, as expected: 15 params",
        "b.yaml: ok: 15 params",
        "c.yaml: ok: 15 params",
    ]
    out = run("build", NIN, "--to", " script ,script").out
    said = "nin.yaml: ok, as expected: 87,135 params (86,785 trainable, 350 not)\n"
    assert out.count(said) == out.count("ok, as expected") == out.count("wrote ") == 1


def test_build_goes_on_past_a_spec_that_is_wrong(run: Run) -> None:
    Path("bad.yaml").write_text("input: [4]\nlayers: [Dens]\n", encoding="utf-8")
    for name in ("a", "b"):
        text = "input: [4]\nlayers: [{Dense: 3}]\n"
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    specs = ("a.yaml", "bad.yaml", "missing.yaml", "b.yaml")
    code, out, err = run("build", *specs, "--to", "script")
    assert code == 1
    assert [line.split(":")[0] for line in err.splitlines()] == [
        "bad.yaml",
        "missing.yaml",
    ]
    assert sorted(os.listdir("generated")) == ["a.py", "b.py"]
    assert out.count("wrote ") == 2


def test_build_heeds_what_a_comment_silences(run: Run) -> None:
    text = "input: [8]\nlayers:\n  - Dense: {units: 4, activation: glu}"
    for name, comment in (("a", ""), ("b", "  # cnnspec: ignore[fails-at-run]")):
        Path(f"{name}.yaml").write_text(f"{text}{comment}\n", encoding="utf-8")
    out = run("build", "a.yaml", "b.yaml", "--to", "script").out
    assert [line.split(":")[1] for line in out.splitlines() if ".yaml:" in line] == [
        " fails-at-run",
        " ok",
    ]


def test_build_refuses_before_it_prints_or_writes(run: Run) -> None:
    for name in ("a", "b"):
        text = "input: [4]\nlayers: [{Dense: 3}]\n"
        Path(f"{name}.yaml").write_text(text, encoding="utf-8")
    Path("generated").mkdir()
    Path("generated/b.py").write_text("mine", encoding="utf-8")
    code, out, err = run("build", "a.yaml", "b.yaml", "--to", "script")
    assert (code, out) == (1, "")
    assert "--force" in err
    assert os.listdir("generated") == ["b.py"]


@pytest.mark.parametrize("folder", ["afile", "afile/sub"])
def test_build_into_a_file(run: Run, folder: str) -> None:
    Path("afile").write_text("mine", encoding="utf-8")
    code, out, err = run("build", NIN, "--to", "script", "-o", folder)
    assert (code, out) == (2, "")
    assert err == "cnnspec: 'afile' is a file; -o takes a folder\n"


def test_build_into_a_folder_that_is_locked(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("locked").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _: not path.endswith("locked"))
    code, out, err = run("build", NIN, "--to", "script", "-o", "locked/new")
    assert (code, out) == (2, "")
    assert err == (
        "cnnspec: the folder 'locked' can't be written to; choose another with -o DIR\n"
    )


@pytest.mark.parametrize("to", ["kears", "keras,", "keras;script", ""])
def test_build_to_something_unknown(run: Run, to: str) -> None:
    code, out, err = run("build", NIN, "--to", to)
    assert (code, out) == (2, "")
    names = "'keras', 'script', 'notebook', 'svg' and 'worksheet'"
    assert f"--to takes {names}, joined by a comma; found" in err


def test_build_a_script(run: Run) -> None:
    code, out, _ = run("build", NIN, "--to", "script", "-o", "made")
    assert code == 0
    assert out.endswith(f"wrote {os.path.join('made', 'nin.py')}\n")
    assert "87,135" in out
    [file] = Path("made").iterdir()
    compile(file.read_text(encoding="utf-8"), file.name, "exec")


def test_build_keeps_what_a_person_edited(run: Run) -> None:
    arguments = ("build", NIN, "--to", "script", "-o", "made")
    assert run(*arguments).code == 0
    file = Path("made/nin.py")
    file.write_text(f"{file.read_text(encoding='utf-8')}# mine\n", encoding="utf-8")
    code, _, err = run(*arguments)
    assert code == 1
    assert "--force" in err
    assert file.read_text(encoding="utf-8").endswith("# mine\n")
    assert run(*arguments, "--force").code == 0
    assert "# mine" not in file.read_text(encoding="utf-8")


# ------------------------------------------------------------------ what goes wrong


def test_a_bug_of_ours_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise RuntimeError("the roof fell in")

    monkeypatch.setattr(api, "check_file", stumble)
    code, out, err = run("show", NIN)
    assert (code, out) == (3, "")
    assert "RuntimeError: the roof fell in" in err
    assert "this is a bug in cnnspec, not in your spec; please report it" in err


def test_a_bug_swallows_nothing_of_other_specs(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = api.check_file

    def stumble(name: str, *rest: Any, **chosen: Any) -> Any:
        if name == "b.yaml":
            raise RuntimeError("the roof\n\x1b fell in")
        return check(name, *rest, **chosen)

    for name in ("a", "b", "c"):
        Path(f"{name}.yaml").write_text("input: [4]\nlayers: [Flatten]\n")
    monkeypatch.setattr(api, "check_file", stumble)
    code, out, err = run("check", "a.yaml", "b.yaml", "c.yaml")
    told = [line.partition(" ")[0] for line in out.splitlines()]
    assert (code, told) == (3, ["a.yaml:", "b.yaml:1:1:", "c.yaml:", "3"])
    assert "error[bug]: this spec was not checked: cnnspec failed with" in out
    assert "the roof" in err
    assert "\x1b" not in err
    assert "this is a bug in cnnspec, not in b.yaml; please report it" in err
    code, out, _ = run("check", "a.yaml", "b.yaml", "--format", "json")
    assert (code, [spec["ok"] for spec in json.loads(out)["specs"]]) == (
        3,
        [True, False],
    )


ENDS = [MemoryError("no room"), RecursionError("too deep"), KeyError("a"), OSError(5)]


@pytest.mark.parametrize("error", ENDS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["model.apply", "trial.apply", "trial._predict"])
def test_what_ends_keras_swallows_nothing_of_other_specs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, error: Exception
) -> None:
    monkeypatch.chdir(tmp_path)
    module, _, name = where.partition(".")
    module = f"cnnspec.emit.keras_live.{module}"
    done = getattr(importlib.import_module(module), name)

    def stumble(of: Any, *rest: Any, **named: Any) -> Any:
        if of.name in ("b", "ends"):
            raise error
        return done(of, *rest, **named)

    monkeypatch.setattr(f"{module}.{name}", stumble)
    for spec, layer in (("a", "goes"), ("b", "ends"), ("c", "goes")):
        text = f"input: [4]\nlayers:\n  - Dense: {{units: 2, name: {layer}}}\n"
        Path(f"{spec}.yaml").write_text(text, encoding="utf-8")
    found = [checked_spec(f"{spec}.yaml", [], keras=True) for spec in ("a", "b", "c")]
    assert [checked.ok for checked in found] == [True, False, True]
    [error] = found[1].diagnostics
    assert error.severity == "error"


@pytest.mark.parametrize("arguments", [["--version"], ["check", NIN], ["layers"]])
def test_a_reader_that_has_gone(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    # Where output is not buffered, an early write meets the pipe, not the last flush.
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    ended = subprocess.run(
        [sys.executable, "-m", "cnnspec", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_an_output_that_lacks_characters() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "cnnspec", "layers", "Dense"],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "kernel: 1568?10 = 15,680" in ended.stdout
