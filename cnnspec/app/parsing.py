"""What the command line says, by the table of commands.

The standard library's argparse takes 7 ms to import and set up, and click 26, where a
whole check takes about 80.
"""

from collections.abc import Mapping, Sequence
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
    given, operands = _taken_apart(name, arguments)
    if any(option in HELP for option, _ in given):
        return None
    found = {o.parameter: [] if o.several else o.default for o in command.options}
    for option, text in given:
        value = option.flag if text is None else _value(option, text)
        if option.several:
            found[option.parameter].append(value)
        else:
            found[option.parameter] = value
    return found | _operands(name, operands)


_Given = list[tuple[Any, str | None]]
"""Options, or the words that ask for help, each with what follows it."""


def _taken_apart(name: str, arguments: Sequence[str]) -> tuple[_Given, list[str]]:
    """The options of a command line, and what stands in it by itself."""
    options: dict[str, Any] = {o.name: o for o in COMMANDS[name].options}
    options |= {o.short: o for o in COMMANDS[name].options if o.short}
    options |= dict.fromkeys(HELP, HELP[0])
    given: _Given = []
    operands: list[str] = []
    waiting = iter(arguments)
    for text in waiting:
        if text == "--":
            operands += waiting
        elif text == "-" or not text.startswith("-"):
            operands.append(text)
        else:
            typed, behind = _typed(text)
            typed = _in_full(name, typed, options)
            option = options[typed]
            takes = getattr(option, "takes", "")
            if takes and behind is None:
                behind = next(waiting, None)
            if takes and behind is None:
                stop(f"{typed} takes {takes}; write it behind {typed}")
            if behind is not None and not takes:
                stop(f"{typed} takes no value; write {typed} alone")
            given.append((option, behind))
    return given, operands


def _typed(text: str) -> tuple[str, str | None]:
    """An option as it was typed, and what stands behind it in the same word."""
    if not text.startswith("--"):
        return text[:2], text[2:] or None
    typed, sign, value = text.partition("=")
    return typed, value if sign else None


def _in_full(name: str, typed: str, options: Mapping[str, Any]) -> str:
    """An option of a command that may have been cut short where it is still clear."""
    if typed in options:
        return typed
    meant = [option for option in options if option.startswith(typed)]
    if len(meant) == 1 and len(typed) > 2:
        return meant[0]
    if not meant:
        hint = _by_set(typed, options) or nearest(typed, options)
        hint = hint or f"cnnspec {name} --help lists them"
        stop(f"{name} has no option '{typed}'; {hint}")
    return stop(f"'{typed}' could be {either(meant)}; write it in full")


def _by_set(typed: str, options: Mapping[str, Any]) -> str:
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
