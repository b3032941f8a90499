"""The command `cnnspec`, and `python -m cnnspec`."""

import gc
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


if __name__ == "__main__":
    main()
