"""What a person types: help, and what is said of a command line that is wrong."""

import inspect
from importlib import import_module

import pytest

from cnnspec.app.table import COMMANDS
from tests.test_cli import Run, run

__all__ = ["run"]  # a fixture


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_takes_what_the_table_gives_it(name: str) -> None:
    module = COMMANDS[name].module or name
    command = import_module(f"cnnspec.app.commands.{module}")
    given = {thing.parameter for thing in COMMANDS[name].operands}
    given |= {option.parameter for option in COMMANDS[name].options}
    assert {*inspect.signature(command.run).parameters} == given


@pytest.mark.parametrize("columns", ["80", "200", "60", "0", "none", "-3", "³"])
@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_fits(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str | None, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = run(*([name] if name else []), "--help")
    assert (code, err) == (0, "")
    width = {"200": 100, "60": 60}.get(columns, 80)
    text = out.partition("\nExamples:\n")[0]
    assert max(map(len, text.splitlines())) <= width
    said = COMMANDS[name].help if name else "written as a layer list"
    assert said in " ".join(out.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_can_be_typed(name: str) -> None:
    from cnnspec.app.parsing import parse

    assert COMMANDS[name].examples
    for example in COMMANDS[name].examples:
        program, command, *arguments = example.partition(" > ")[0].split()
        assert (program, command) == ("cnnspec", name)
        assert parse(name, arguments) is not None


MISUSES = {
    "chek": "there is no command 'chek'; did you mean 'check'?",
    "zzz": "there is no command 'zzz'; cnnspec --help lists them",
    "a.yaml": "there is no command 'a.yaml'; cnnspec check a.yaml checks a spec",
    "a.h5": "there is no command 'a.h5'; cnnspec import a.h5 writes the spec of it",
    "--verson": "cnnspec has no option '--verson'; did you mean '--version'?",
    "--set a=1 check": "'--set' goes behind the command: cnnspec COMMAND --set",
    "check --fromat json": "check has no option '--fromat'; did you mean '--format'?",
    "check --zz": "check has no option '--zz'; cnnspec check --help lists them",
    "check -z": "check has no option '-z'; cnnspec check --help lists them",
    "check --s": "'--s' could be '--set', '--select' or '--strict'; write it in full",
    "check --set": "--set takes KEY=VALUE; write it behind --set",
    "check --keras=1": "--keras takes no value; write --keras alone",
    "check --format jsonn": "--format takes 'text', 'json', 'github' or 'sarif'; "
    "found 'jsonn'; "
    "did you mean 'json'?",
    "show": "show needs SPEC, as in cnnspec show specs/nin.yaml --why",
    "build": "build needs SPEC, as in cnnspec build specs/nin.yaml",
    "show a b": "show has no use for 'b'; all it takes is cnnspec show SPEC",
    "schema a": "schema has no use for 'a'; all it takes is cnnspec schema",
    "train a --jobs 0": "--jobs takes a whole number above 0; found '0'",
    "train a --jobs=-1": "--jobs takes a whole number above 0; found '-1'",
    "train a --jobs two": "--jobs takes a whole number above 0; found 'two'",
    "train a --jobs ²": "--jobs takes a whole number above 0; found '²'",
}


@pytest.mark.parametrize(("typed", "said"), MISUSES.items())
def test_a_wrong_command_line(run: Run, typed: str, said: str) -> None:
    assert run(*typed.split()) == (2, "", f"cnnspec: {said}\n")


def test_options_stand_anywhere(run: Run) -> None:
    for name in ("a", "b", "-c"):
        with open(f"{name}.yaml", "w", encoding="utf-8") as file:
            file.write("input: [4]\nlayers: [{Dense: 3}]\n")
    typed = (
        "check",
        "a.yaml",
        "--format=github",
        "b.yaml",
        "--strict",
        "--",
        "-c.yaml",
    )
    assert run(*typed) == (0, "3 specs, 0 errors\n", "")
    code, out, _ = run("build", "--to", "script", "a.yaml", "-oout", "--set", "name=n")
    assert code == 0
    assert out.endswith("wrote out/a.py\n")


def test_nothing_typed_is_told_what_could_be(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (2, "")
    assert all(f"\n  {name} " in err for name in COMMANDS)
