"""Worksheets held against nbgrader: `make worksheets`.

    python -m tests.worksheets NBGRADER [SPEC...]

NBGRADER is the folder of the environment that has it. Of each spec, in each language,
nbgrader makes students' notebooks of those with solutions, which must be ours cell for
cell; validates those with solutions; and finds each check of the students' failing.
Then two students hand all of them in, one with the solutions and one as they were given
out: autograded, one has all points and the other none.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cnnspec import api
from cnnspec.emit.targets import endings, targets
from cnnspec.emit.words import languages

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent
TUTORIALS = [
    "digits_cnn",
    "mlp_ensemble",
    "deep_cnn",
    "nin",
    "sign_language",
    "cifar10",
]
PASSED = "Success! Your notebook passes all the tests."
FAILED = "The following cell failed:"
PATIENT = """
c = get_config()
c.Execute.timeout = 600
c.Execute.iopub_timeout = 300
c.Execute.startup_timeout = 300
"""
"""Seconds, since a busy machine takes long to import Keras."""


def main(nbgrader: Path, specs: list[str]) -> int:
    """Prints a line for each worksheet, and gives how many are wrong."""
    wrong = 0
    with TemporaryDirectory() as folder:
        course = Course(Path(folder), nbgrader)
        names = list(course.written(specs))
        golden = course.folder / "source" / "golden"
        golden.mkdir()
        shutil.copy(GOLDEN / "source.json", golden / "golden.ipynb")
        for assignment in ("golden", "ps"):
            course.release(assignment)
        released = cells(course.folder / "release" / "golden" / "golden.ipynb")
        if released != cells(GOLDEN / "release.json"):
            print("golden: nbgrader makes other cells of source.json than release.json")
            wrong += 1
        for name in names:
            found = course.judged(name)
            print(f"{name}: {found or 'ok'}", flush=True)
            wrong += bool(found)
        found = course.graded()
        print(f"graded: {found or 'ok'}")
        wrong += bool(found)
    return wrong


class Course:
    """A course of nbgrader with one assignment, called ps."""

    def __init__(self, folder: Path, nbgrader: Path) -> None:
        self.folder, self.source = folder, folder / "source" / "ps"
        self.source.mkdir(parents=True)
        kernel = folder / "jupyter" / "kernels" / "python3"
        kernel.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        about = {"argv": argv, "display_name": "Python 3", "language": "python"}
        (kernel / "kernel.json").write_text(json.dumps(about))
        (folder / "nbgrader_config.py").write_text(PATIENT)
        path = f"{nbgrader / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.environment = os.environ | {"PATH": path}
        self.environment["JUPYTER_PATH"] = str(folder / "jupyter")
        self.command = str(nbgrader / "bin" / "nbgrader")

    def run(self, *words: str) -> str:
        done = subprocess.run(
            [self.command, *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def written(self, specs: list[str]) -> Iterator[str]:
        """Writes worksheets, and puts those with solutions into the assignment."""
        students, solutions = endings(targets()["worksheet"])
        for spec in specs:
            for lang in languages():
                made = self.folder / lang
                api.build(spec, made, "worksheet", lang=lang)
                name, stem = f"{Path(spec).stem}_{lang}", Path(spec).stem
                shutil.copy(made / f"{stem}{solutions}", self.source / f"{name}.ipynb")
                shutil.copy(made / f"{stem}{students}", self.folder / f"{name}.ipynb")
                yield name

    def release(self, assignment: str) -> None:
        said = self.run("generate_assignment", assignment, "--force")
        assert "ERROR" not in said, said

    def judged(self, name: str) -> str:
        """What is wrong with a worksheet; nothing if all is well."""
        ours, theirs = self.folder / f"{name}.ipynb", f"release/ps/{name}.ipynb"
        if cells(ours) != cells(self.folder / theirs):
            return "nbgrader makes other cells for students"
        if PASSED not in self.run("validate", f"source/ps/{name}.ipynb"):
            return "a check fails in the notebook with solutions"
        checks = sum(is_check(cell) for cell in cells(ours))
        failed = self.run("validate", theirs).count(FAILED)
        return "" if failed == checks else f"{checks - failed} checks pass unanswered"

    def graded(self) -> str:
        """What is wrong with the points of two students; nothing if all is well."""
        release = self.folder / "release" / "ps"
        for student, place in (("solved", self.source), ("blank", release)):
            shutil.copytree(place, self.folder / "submitted" / student / "ps")
        said = self.run("autograde", "ps", "--force") + self.run("export")
        with (self.folder / "grades.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["assignment"] == "ps"]
        points = {row["student_id"]: row for row in rows}
        whole = float(points["solved"]["max_score"]) if points else 0.0
        scores = {name: float(row["score"]) for name, row in points.items()}
        if scores == {"solved": whole, "blank": 0.0} and whole:
            return ""
        return f"of {whole} points, the students have {scores}: {said[-2000:]}"


def is_check(cell: dict[str, Any]) -> bool:
    return cell["metadata"].get("nbgrader", {}).get("grade", False)


def cells(path: Path) -> list[dict[str, Any]]:
    found = json.loads(path.read_text("utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


if __name__ == "__main__":
    given = sys.argv[2:] or [str(ROOT / "specs" / f"{one}.yaml") for one in TUTORIALS]
    sys.exit(main(Path(sys.argv[1]).absolute(), given))
