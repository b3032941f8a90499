"""The command `cnnspec`, and `python -m cnnspec`."""

import gc
import sys


def main() -> None:
    """Starts the command line."""
    try:
        # What imports make stays to the end. To look through it for garbage, again and
        # again while it grows and once more at exit, takes a quarter of a whole check.
        gc.disable()
        from cnnspec.app import cli

        gc.freeze()
        gc.enable()
        cli.main()
    except KeyboardInterrupt:
        from cnnspec.ground.interrupts import SAID, STATUS

        print(SAID, file=sys.stderr)
        sys.exit(STATUS)
    finally:
        # The command has imported more.
        gc.freeze()


if __name__ == "__main__":
    main()
