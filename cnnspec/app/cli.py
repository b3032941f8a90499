"""The command line: which command it names, and how each ends."""

import sys
from collections.abc import Sequence
from importlib import import_module

from cnnspec import __version__
from cnnspec.app import streams
from cnnspec.app.parsing import HELP, parse, refuse_unknown
from cnnspec.app.table import COMMANDS
from cnnspec.ground import interrupts
from cnnspec.ground.errors import NotInstalledError


def main() -> None:
    """Runs the command line; ends the process with its exit status."""
    streams.make_ready()
    interrupts.listen()
    try:
        try:
            status = _run(sys.argv[1:])
        finally:
            # Else a pipe whose reader has gone is met after all handlers.
            sys.stdout.flush()
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - told, whatever it is
        status = _ended_by(error)
    sys.exit(status)


def _run(arguments: Sequence[str]) -> int:
    """Runs the command that is named, and gives its exit status."""
    if not arguments:
        from cnnspec.app.help import overview

        streams.say(overview())
        return 2
    name, *rest = arguments
    if name == "--version":
        print(f"cnnspec {__version__}")
    elif name in HELP:
        from cnnspec.app.help import overview

        print(overview())
    else:
        refuse_unknown(name)
        given = parse(name, rest)
        if given is not None:
            with interrupts.ending_at_once():
                module = COMMANDS[name].module or name
                command = import_module(f"cnnspec.app.commands.{module}")
            return int(command.run(**given) or 0)
        from cnnspec.app.help import of_command

        print(of_command(name))
    return 0


def _ended_by(error: BaseException) -> int:
    """Tells what ended a command that should have ended otherwise; its exit status."""
    if interrupts.heard() or isinstance(error, KeyboardInterrupt):
        streams.say(interrupts.SAID)
        return interrupts.STATUS
    if isinstance(error, NotInstalledError):
        streams.say(f"cnnspec: {error}")
        return 2
    if isinstance(error, OSError) and error.filename is None:
        # Whoever opens a file tells what is wrong with it, so this is a stream.
        streams.let_go(sys.stdout)
        if isinstance(error, BrokenPipeError):
            # The reader of a pipe, such as `head`, has gone: nothing is left to say.
            return 1
        reason = (error.strerror or str(error)).lower()
        streams.say(f"cnnspec: standard output can't be written: {reason}")
        return 2
    streams.tell_bug(error)
    return 3
