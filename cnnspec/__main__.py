"""The command `cnnspec`, and `python -m cnnspec`."""

import gc
import os
import sys


def main() -> None:
    """Starts the command line."""
    try:
        # Hardly anything is garbage of what imports and a check make. To look through
        # it, again and again while it grows, takes a tenth of a whole check.
        gc.set_threshold(100_000)
        from cnnspec.app import cli

        cli.main()
    except KeyboardInterrupt:
        from cnnspec.ground.interrupts import SAID, STATUS

        print(SAID, file=sys.stderr)
        sys.exit(STATUS)
    finally:
        # And it is not looked through once more at exit.
        gc.freeze()


def command() -> None:
    """Starts the command line as a process of its own, and ends that with it.

    Python takes all modules apart before it ends, which is 3 ms of a check's 90.
    """
    try:
        main()
    except SystemExit as end:
        # Frameworks and threads have things to do at an end; they import one of these.
        if isinstance(end.code, int) and not {"atexit", "threading"} & {*sys.modules}:
            # Standard output was flushed, and what went wrong with that was told.
            sys.stderr.flush()
            os._exit(end.code)
        raise


if __name__ == "__main__":
    command()
