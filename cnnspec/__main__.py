"""The command `cnnspec`, and `python -m cnnspec`."""

import gc


def main() -> None:
    """Starts the command line."""
    # What imports make stays to the end. To look through it for garbage, again and
    # again while it grows and once more at exit, takes a quarter of a whole check.
    gc.disable()
    from cnnspec.app import cli

    gc.freeze()
    gc.enable()
    try:
        cli.main()
    finally:
        # The command has imported more.
        gc.freeze()


if __name__ == "__main__":
    main()
