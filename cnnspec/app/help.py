"""What `--help` prints."""

from collections.abc import Iterable, Iterator
from textwrap import TextWrapper

from cnnspec.app.table import COMMANDS, Operand, Option
from cnnspec.app.width import terminal_columns
from cnnspec.ground.errors import either

MOST = 100
"""Columns; longer lines are hard to read."""

_HELP = Option("--help", "", "Show this message and stop.", short="-h")
_VERSION = Option("--version", "", "Print the version and stop.")


def overview() -> str:
    """All commands, a line or two each."""
    return _page(
        "cnnspec COMMAND [OPTIONS]",
        "Checks a CNN written as a layer list, and builds it with Keras.",
        {
            "Commands": ((name, about.help) for name, about in COMMANDS.items()),
            "Options": map(_option, (_VERSION, _HELP)),
        },
        (
            "cnnspec init first",
            "cnnspec check first.yaml",
            "cnnspec show first.yaml --why",
            "cnnspec COMMAND --help",
        ),
    )


def of_command(name: str) -> str:
    """Everything that a command takes."""
    about = COMMANDS[name]
    operands = map(str, about.operands)
    return _page(
        " ".join(["cnnspec", name, "[OPTIONS]", *operands]),
        about.help,
        {
            "Arguments": map(_operand, about.operands),
            "Options": map(_option, (*about.options, _HELP)),
        },
        about.examples,
    )


def _operand(operand: Operand) -> tuple[str, str]:
    return operand.title, operand.help


def _option(option: Option) -> tuple[str, str]:
    names = f"{option.short}, {option.name}" if option.short else option.name
    help = option.help
    if option.choices:
        choices = either(option.choices).replace("'", "")
        help = f"{help.removesuffix('.')}: {choices}."
    if option.takes and option.default is not None:
        help = f"{help} [default: {option.default}]"
    return f"{names} {option.takes}".rstrip(), help


def _page(
    usage: str,
    about: str,
    tables: dict[str, Iterable[tuple[str, str]]],
    examples: Iterable[str],
) -> str:
    width = min(terminal_columns(), MOST)
    lines = [f"Usage: {usage}", "", *TextWrapper(width).wrap(about)]
    for title, rows in tables.items():
        if table := list(_table(list(rows), width)):
            lines += ["", f"{title}:", *table]
    lines += ["", "Examples:", *(f"  {example}" for example in examples)]
    return "\n".join(lines)


def _table(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    """Rows of a name and what is to be said of it, in two columns."""
    left = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        indent = " " * (left + 4)
        wrapper = TextWrapper(
            max(width, left + 24),
            initial_indent=f"  {name:{left}}  ",
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        yield from wrapper.wrap(text)
