"""What the command line says, by the table of commands.

`getopt` of the standard library takes it apart: argparse takes 7 ms to import and set
up, and click 26, where a whole check takes about 80.
"""

from collections.abc import Sequence
from getopt import GetoptError, gnu_getopt
from typing import Any

from cnnspec.app.streams import stop
from cnnspec.app.table import COMMANDS, Option
from cnnspec.ground.errors import either, nearest

HELP = ("--help", "-h")
_MODELS = (".h5", ".hdf5", ".keras", ".json", ".py", ".ipynb")
"""Endings of files with models, which somebody may type in the place of a command."""


def refuse_unknown(name: str) -> None:
    """Makes sure that there is a command of a name."""
    if name in COMMANDS:
        return
    if not name.startswith("-"):
        hint = nearest(name, COMMANDS) or "cnnspec --help lists them"
        if name.endswith((".yaml", ".yml")):
            hint = f"cnnspec check {name} checks a spec"
        elif name.endswith(_MODELS):
            hint = f"cnnspec import {name} writes the spec of it"
        stop(f"there is no command '{name}'; {hint}")
    typed = name.partition("=")[0]
    if any(typed in (o.name, o.short) for c in COMMANDS.values() for o in c.options):
        stop(f"'{typed}' goes behind the command: cnnspec COMMAND {name}")
    hint = nearest(typed, ("--help", "--version")) or "cnnspec --help tells all"
    stop(f"cnnspec has no option '{typed}'; {hint}")


def parse(name: str, arguments: Sequence[str]) -> dict[str, Any] | None:
    """The parameters of a command; None where its help is asked for.

    What the command doesn't take ends it all.
    """
    command = COMMANDS[name]
    options = {o.name: o for o in command.options}
    options |= {o.short: o for o in command.options if o.short}
    short = "h" + "".join(f"{o.short[1:]}:" for o in command.options if o.short)
    long = [o.name[2:] + ("=" if o.takes else "") for o in command.options]
    try:
        given, operands = gnu_getopt(arguments, short, ["help", *long])
    except GetoptError as error:
        stop(_misread(name, options, error))
    if any(key in HELP for key, _ in given):
        return None
    found = {o.parameter: [] if o.several else o.default for o in command.options}
    for key, text in given:
        option = options[key]
        value = _value(option, text) if option.takes else option.flag
        if option.several:
            found[option.parameter].append(value)
        else:
            found[option.parameter] = value
    return found | _operands(name, operands)


def _misread(name: str, options: dict[str, Option], error: GetoptError) -> str:
    """What `getopt` finds wrong, in our words."""
    typed = f"--{error.opt}" if f"--{error.opt}" in error.msg else f"-{error.opt}"
    if (option := options.get(typed)) is not None:
        if option.takes:
            return f"{typed} takes {option.takes}; write it behind {typed}"
        return f"{typed} takes no value; write {typed} alone"
    if meant := [option for option in options if option.startswith(typed)]:
        return f"'{typed}' could be {either(meant)}; write it in full"
    hint = _by_set(typed, options) or nearest(typed, [*options, *HELP])
    hint = hint or f"cnnspec {name} --help lists them"
    return f"{name} has no option '{typed}'; {hint}"


def _by_set(typed: str, options: dict[str, Option]) -> str:
    """How the spec says what was typed as an option; nothing where it doesn't."""
    from cnnspec.language.training import Train

    key = typed.removeprefix("--").replace("-", "_")
    found = "--set" in options and key in Train.arguments()
    return f"write --set train.{key}=VALUE" if found else ""


def _value(option: Option, text: str) -> object:
    """What an option is given."""
    if option.choices and text not in option.choices:
        hint = nearest(text, option.choices)
        found = f"{option.name} takes {either(option.choices)}; found '{text}'"
        stop(f"{found}; {hint}" if hint else found)
    if not option.whole:
        return text
    if not (text.isascii() and text.isdigit() and text.strip("0") and len(text) < 10):
        stop(f"{option.name} takes a whole number above 0; found '{text}'")
    return int(text)


def _operands(name: str, given: Sequence[str]) -> dict[str, Any]:
    """What stands in the command line by itself."""
    command, left = COMMANDS[name], list(given)
    found: dict[str, Any] = {}
    for operand in command.operands:
        if operand.needed and not left:
            stop(f"{name} needs {operand.title}, as in {command.examples[0]}")
        if operand.several:
            found[operand.parameter], left = left, []
        else:
            found[operand.parameter] = left.pop(0) if left else None
    if left:
        takes = " ".join(["cnnspec", name, *map(str, command.operands)])
        stop(f"{name} has no use for '{left[0]}'; all it takes is {takes}")
    return found
