"""Runs the notebooks of the tutorials from top to bottom, on a few made-up samples.

    python -m tests.emit.notebooks [NAME …]

All tutorials in all languages, unless named. With `--fresh` each has an environment of
its own, in which there is nothing but what its first cell installs.
"""

import argparse
import os
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any

import nbclient
import nbformat

from cnnspec import api
from cnnspec.emit.keras_script.notebook import render_notebook
from cnnspec.emit.words import languages
from tests.samples import write_csv

SPECS = Path(__file__).parents[2] / "specs"
TUTORIALS: dict[str, dict[str, object]] = {
    "digits_cnn": {},
    "mlp_ensemble": {"ensemble.members": 2},
    "deep_cnn": {},
    "nin": {},
    "sign_language": {},
    "cifar10_callbacks": {},
}
"""By the names of their specs, and what makes them quick beside a single epoch."""
_FEW = """\
import numpy as np

for source, shape in ("mnist", (28, 28)), ("cifar10", (32, 32, 3)):
    images = np.random.default_rng(0).integers(0, 256, (64, *shape), "uint8")
    labels = np.resize(np.arange(10), (64, 1) if len(shape) > 2 else 64)
    few = lambda found=(images, labels): (found, found)
    getattr(keras.datasets, source).load_data = few
"""
"""Stands in a cell before the data are loaded, in place of a download."""


def run(name: str, lang: str, folder: Path, home: Path | None = None) -> Any:
    """The notebook of a tutorial, with what its cells give.

    Args:
        name: of the spec.
        lang: of the texts.
        folder: an empty one, in which it runs.
        home: a folder for an environment of its own; None where this one does.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell fails.
    """
    changes = {"train.epochs": 1, **TUTORIALS[name]}
    program, summary = api.load(SPECS / f"{name}.yaml", changes)[:2]
    found = nbformat.reads(render_notebook(program, summary, lang), as_version=4)
    if name == "sign_language":
        for part in ("train", "valid"):
            write_csv(folder / f"sign_mnist_{part}.csv", [*range(24)] * 3, 784)
    _make_few(found)
    kernel = "python3"
    if home is not None:
        kernel = _new_kernel(home)
    else:
        found.cells = [c for c in found.cells if not c.source.startswith("%pip")]
    options = {"resources": {"metadata": {"path": folder}}, "kernel_name": kernel}
    nbclient.NotebookClient(found, timeout=1_800, **options).execute()
    return found


def _make_few(found: Any) -> None:
    """Puts made-up samples in the place of those that would be downloaded."""
    for place, cell in enumerate(found.cells):
        if cell.cell_type == "code" and ".load_data()" in cell.source:
            found.cells.insert(place, nbformat.v4.new_code_cell(_FEW))
            return


def _new_kernel(home: Path) -> str:
    """A kernel in an environment that has nothing else, for Jupyter to find."""
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "ipykernel"]
    subprocess.run(pip, check=True)
    place = ["--prefix", str(home), "--name", home.name]
    subprocess.run([python, "-m", "ipykernel", "install", *place], check=True)
    os.environ["JUPYTER_PATH"] = str(home / "share" / "jupyter")
    return home.name


def shown(found: Any) -> list[str]:
    """What its cells show, in their order: `text`, a `picture`, a `table` each.

    What a backend says at its import is left out; whatever else goes to the stream of
    errors is `stderr`.
    """
    own = {
        (place, _kind(output)): None
        for place, cell in enumerate(found.cells)
        for output in cell.get("outputs", [])
        if not (cell.source.startswith("import keras") and _kind(output) == "stderr")
    }
    return [kind for _, kind in own]


def _kind(output: Any) -> str:
    if output.output_type == "stream":
        return "text" if output.name == "stdout" else str(output.name)
    return "picture" if "image/png" in output.data else "table"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--lang", action="append", choices=languages())
    parser.add_argument("names", nargs="*", default=list(TUTORIALS))
    chosen = parser.parse_args()
    for name in chosen.names:
        for lang in chosen.lang or languages():
            temporary = tempfile.TemporaryDirectory
            with temporary() as folder, temporary() as home:
                place = Path(home) if chosen.fresh else None
                found = run(name, lang, Path(folder), place)
                kinds = " ".join(shown(found))
                print(f"{name} {lang}: {len(found.cells)} cells: {kinds}", flush=True)


if __name__ == "__main__":
    main()
