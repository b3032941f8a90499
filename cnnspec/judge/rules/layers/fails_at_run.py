"""A layer that Keras makes, and that fails when it runs.

Keras 3.15 works out the shapes of most layers by a rule of their own, without
running them (`compute_output_shape`), so that a model can be made which the
first batch ends, or whose layers give another shape than its summary tells.
`cnnspec check --keras` runs two samples of zeros, and takes a step of training
with them where the spec has `train:`; what fails there is an error.

Wrong:

    - Flatten
    - Dense: {units: 10, activation: glu}
    - Dense: 10

Right:

    - Flatten
    - Dense: {units: 10, activation: gelu}
    - Dense: 10
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shapes, show
from cnnspec.model.summary import Model, Surprise

CODE = "fails-at-run"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of a layer that fails, or whose shape differs, with what that ends."""
    surprises = model.summary.surprises
    for found in surprises:
        row = found.row
        if found.origin != row.name:
            continue
        title = f"'{row.name}' ({type(row.layer).__name__})"
        text, hint = f"{title} fails at the first batch: it {found.reason}", found.hint
        if found.runs is not None:
            text = f"{title} gives {_show(found.runs)} when it runs, where Keras tells "
            text = f"{text}{_show(row.output_shape)}"
            why = row.layer.at_run()
            text = f"{text}: {why}" if why else text
            text, hint = f"{text}{_behind(model, found)}", ""
        yield Problem(row.path, CODE, text, hint, True, row.trail)


def _behind(model: Model, found: Surprise) -> str:
    """What fails because of another shape, first."""
    for other in model.summary.surprises:
        if other.origin == found.origin and other.runs is None:
            row = other.row
            where = f"'{row.name}' ({model.program.source.line(row.path)})"
            return f"; so the first batch fails at {where}, which {other.reason}"
    return ""


def _show(shapes: Shapes) -> str:
    several = shapes if isinstance(shapes, list) else [shapes]
    return " and ".join(show(shape[1:]) or "one number" for shape in several)
