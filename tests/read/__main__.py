"""Proves that models of Keras come back from their files; `--help` tells how.

Each model is proved in a process of its own, one after the other, so that the memory of
one is given back before the next.
"""

import argparse
import os
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FORMS = ("json", "keras", "h5")
_SHOWN = 6


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.read",
        allow_abbrev=False,
        description="Save models with Keras, read the files as specs, and hold the "
        "models of these against the saved ones.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a model of keras.applications, or the path of a spec; all 40 and all "
        "specs without a name",
    )
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser


def main(arguments: list[str]) -> int:
    """Proves the models that are named; 1 if one of them doesn't come back."""
    from tests.read.proof import all_names

    asked = _parser().parse_args(arguments)
    if asked.here:
        return _prove(asked.names[0])
    names = asked.names or all_names()
    start = time.perf_counter()
    failed = [name for name in names if not _in_process(name)]
    seconds = time.perf_counter() - start
    print(f"{len(names) - len(failed)} of {len(names)} come back; {seconds:.0f} s")
    if failed:
        print(f"not: {' '.join(failed)}")
    return 1 if failed else 0


def _in_process(name: str) -> bool:
    command = [sys.executable, "-m", "tests.read", "--here", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode not in (0, 1) or not done.stdout:
        print(f"{name}: failed\n{done.stderr[-2000:]}")
    return done.returncode == 0


def _prove(name: str) -> int:
    from tests.read.proof import prove

    start, wrong = time.perf_counter(), 0
    for form, layers, found in prove(name, FORMS):
        state = f"{len(found)} DIFFERENCES" if found else "same"
        seconds = time.perf_counter() - start
        print(f"{name:<32} {form:<6} {layers:>5} layers {seconds:6.1f} s  {state}")
        for line in found[:_SHOWN]:
            print(f"    {line[:400]}")
        wrong += bool(found)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
