"""Proves specs of specs/zoo with Keras; `python -m tests.zoo --help` tells how.

Each is held against its script, and against the model of keras.applications if it is
one of those 40.

Each model is proved in a process of its own, one after the other, so that the memory of
one is given back before the next.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

SHOWN = 12
LIMIT_GB = 8


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.zoo",
        allow_abbrev=False,
        description="Prove that specs of specs/zoo, and their scripts, are the models "
        "of Keras.",
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a spec of specs/zoo, or the path of one; all without a name",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--quick", action="store_true", help="compare the layers, not the answers"
    )
    how.add_argument(
        "--rows",
        action="store_true",
        help="compare the rows of models of keras.applications as layers, and no more",
    )
    how.add_argument(
        "--truth", action="store_true", help="list the layers that Keras has"
    )
    # In the process of one model.
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser


def main(arguments: list[str]) -> int:
    from tests.zoo.names import APPLICATIONS, FOLDER

    parser = _parser()
    asked = parser.parse_args(arguments)
    others = sorted({path.stem for path in FOLDER.glob("*.yaml")} - {*APPLICATIONS})
    known = [*APPLICATIONS] if asked.rows or asked.truth else [*APPLICATIONS, *others]
    names = asked.names or known
    if unknown := [name for name in names if Path(name).stem not in known]:
        parser.error(f"unknown: {', '.join(unknown)}; known: {' '.join(known)}")
    if not asked.here:
        return _prove_all(names, [one for one in arguments if one.startswith("--")])
    if asked.truth:
        return _truth(names[0])
    return _rows(names[0]) if asked.rows else _prove(names[0], not asked.quick)


def _prove_all(names: list[str], options: list[str]) -> int:
    from tests.zoo.names import APPLICATIONS

    start = time.perf_counter()
    failed = [name for name in names if not _in_process(name, options)]
    proved = {Path(name).stem for name in names if name not in failed}
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    if "--rows" in options:
        said = "have the rows of keras.applications"
    else:
        theirs = len(proved & {*APPLICATIONS})
        said = f"are what their scripts build, and {theirs} of these the model of "
        said = f"{said}keras.applications"
    took = f"{seconds:.0f} s, at most {peak:.1f} GB"
    if "--truth" not in options:
        print(f"{len(proved)} of {len(names)} {said}; {took}")
    if failed:
        print(f"not: {' '.join(failed)}")
    return 1 if failed or peak > LIMIT_GB else 0


def _in_process(name: str, options: list[str]) -> bool:
    command = [sys.executable, "-m", "tests.zoo", "--here", *options, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout, end="", flush=True)
    if done.returncode not in (0, 1) or not done.stdout:
        print(f"{name}: failed\n{done.stderr[-3000:]}")
    return done.returncode == 0


def _prove(name: str, predict: bool) -> int:
    from cnnspec.emit.keras_live.model import RefusedByKeras
    from cnnspec.ground.errors import SpecError
    from tests.zoo.prove import prove

    path = Path(name) if name.endswith(".yaml") else None
    try:
        proof = prove(Path(name).stem, path, predict)
    except SpecError as error:
        print(f"{name}: the spec is refused")
        for diagnostic in error.diagnostics[:SHOWN]:
            print(f"    {diagnostic}")
        return 1
    except RefusedByKeras as error:
        print(f"{name}: {error}")
        return 1
    print(proof)
    for line in proof.differ[:SHOWN]:
        print(f"    {line}")
    if len(proof.differ) > SHOWN:
        print(f"    and {len(proof.differ) - SHOWN} more")
    return 1 if proof.differ else 0


def _rows(name: str) -> int:
    from tests.zoo import rows
    from tests.zoo.names import APPLICATIONS

    differ = list(rows.unlike(APPLICATIONS[name].function))
    print(f"{name}: {len(differ) or 'no'} rows differ from Keras's")
    for line in differ[:SHOWN]:
        print(f"    {line}")
    return 1 if differ else 0


def _truth(name: str) -> int:
    from tests.zoo.applications import build
    from tests.zoo.parts import take_apart

    for part in take_apart(build(name)).parts.values():
        print(part)
        if part.layer is None:
            print(f"    (an operation in Keras: {part.config})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
