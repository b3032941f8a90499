"""Holds all that cnnspec makes of drawn specs against one another, and against Keras.

`python -m tests.emit.whole FIRST COUNT` draws specs, and prints each difference;
with `--traced`, scripts run on stand-ins for Keras, which takes a tenth of the time.
"""

import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

from cnnspec import api
from cnnspec.catalogue.registry import declaring
from cnnspec.emit.keras_script.script import render_script
from cnnspec.model.graph import Graph
from tests.emit.projects import Project, draw_project
from tests.emit.tracer import trace

STYLES = ("lesson", "full")


def declare_package() -> None:
    """Lets the layers of drawn specs be imported as those of another package."""
    from tests.emit import own_layers

    package = ModuleType("own_package")
    package.__path__ = []
    sys.modules |= {"own_package": package, "own_package.layers": own_layers}


def differences(project: Project, folder: Path, *, keras: bool) -> list[str]:
    """What differs of a project's models: nothing, if all is right.

    Args:
        project: sound files.
        folder: where they are written.
        keras: whether Keras makes the models; else stand-ins for it do.
    """
    for name, text in project.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if keras:
        declare_package()
    found = []
    models = []
    for spec in (folder / "spec.yaml", project.whole + "\n"):
        checked = api.check(spec, keras=keras and not models, allow_import=True)
        found += [str(one) for one in checked.diagnostics if one.severity == "error"]
        if checked.ok:
            models.append(checked.model())
    if found:
        return found
    model, whole = models
    if _rows(model) != _rows(whole):
        found.append(f"in several files: {_rows(model)}, in one: {_rows(whole)}")
    with declaring(model.program.own):
        if keras:
            scripts = [render_script(*model, style=style) for style in STYLES]
            return [*found, *_by_keras(scripts, model.summary.graph)]
        # The two have one text for the model, so it is written once.
        style = STYLES[len(project.whole) % 2]
        trace(render_script(*model, style=style), model.summary.graph)
    return found


def _rows(model: api.Model) -> list[Any]:
    """What there is to tell of a summary's rows, wherever they are written."""
    return [
        (row.name, row.type, row.reads, row.output_shape, row.params, row.macs)
        for row in model.summary.rows
    ]


def _by_keras(scripts: list[str], graph: Graph) -> Iterator[str]:
    """What differs of the models that scripts and the graph make."""
    from cnnspec.emit.keras_live.model import build_model
    from cnnspec.emit.keras_live.published import withheld
    from tests.emit import same

    same.reset_names()
    with withheld():
        ours = build_model(graph)
    for style, script in zip(STYLES, scripts, strict=True):
        theirs = same.built(script)
        yield from (f"{style}: {one}" for one in same.differences(theirs, ours))
        apart = same.distance(theirs, ours)
        if apart > same.TOLERANCE:
            yield f"{style}: the outputs are {apart} apart"


def _lay_nothing_out() -> None:
    """Black takes a third of the time, and changes no model."""
    import black

    black.format_str = lambda text, mode: text


def main(first: int, count: int, *, keras: bool) -> int:
    """Prints what differs, and how many were held; gives how many differ."""
    if not keras:
        _lay_nothing_out()
    counts: Counter[str] = Counter()
    for seed in range(first, first + count):
        project = draw_project(Random(seed))
        if project is None:
            counts["not sound"] += 1
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = differences(project, Path(folder), keras=keras)
            except Exception:  # noqa: BLE001  # whatever it is, the next are drawn
                found = [traceback.format_exc(limit=-3)]
        counts["different" if found else "same"] += 1
        for one in found:
            print(f"{seed}: {one}", flush=True)
    print(f"{first}..{first + count - 1}: {dict(counts)}")
    return counts["different"]


if __name__ == "__main__":
    first, count = map(int, sys.argv[1:3])
    sys.exit(bool(main(first, count, keras="--traced" not in sys.argv)))
