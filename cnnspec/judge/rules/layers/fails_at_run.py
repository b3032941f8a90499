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

from cnnspec.catalogue.dtypes import FLOATS, dtype_kind
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shapes, show
from cnnspec.judge.mixing import mixing
from cnnspec.judge.sparse import misread
from cnnspec.model.graph import DEFAULT_POLICY
from cnnspec.model.summary import Model, Surprise, each_row

CODE = "fails-at-run"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of a layer that fails, or whose shape differs, with what that ends."""
    yield from of_steps(model)
    for row, text, hint in misread(model, of_layers=True):
        title = f"'{row.name}' ({type(row.layer).__name__})"
        text = f"{title} fails at the first batch: it {text}"
        yield Problem(row.path, CODE, text, hint, True, row.trail)
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


def of_steps(model: Model) -> Iterator[Problem]:
    """What a step of training fails by, where a batch passes through."""
    yield from of_penalties(model)
    yield from of_loops(model)
    yield from of_samples(model)


def of_penalties(model: Model) -> Iterator[Problem]:
    """Regularizers whose share TensorFlow can't add to the loss.

    Keras sums up the loss and all that is added to it as they come
    (`Trainer.compute_loss` in keras/src/trainers/trainer.py, 3.15), and TensorFlow sums
    up numbers of one type alone.
    """
    if model.program.train is None:
        return
    for row in each_row(model.summary, written=True):
        found = row.layer.penalties(row.policy, row.dtype, *row.input_shapes)
        for argument, dtype in sorted(found):
            if dtype_kind(dtype) == FLOATS and dtype != DEFAULT_POLICY:
                title = f"'{row.name}' ({type(row.layer).__name__})"
                text = f"{title} fails at the first step of training: its {argument} "
                text = f"{text}adds {dtype} to a loss of {DEFAULT_POLICY}, which "
                text = f"{text}TensorFlow can't sum up"
                hint = f"set dtype: {DEFAULT_POLICY} there, or leave {argument} out"
                yield Problem(row.path, CODE, text, hint, True, row.trail)


def of_loops(model: Model) -> Iterator[Problem]:
    """Regularizers of what an RNN's cells give, which the loss never gets."""
    if model.program.train is None:
        return
    for row in each_row(model.summary, written=True):
        for layer in (row.layer, *all_nested(row.layer)):
            if cell := layer.penalty_in_loop():
                title = f"'{row.name}' ({type(row.layer).__name__})"
                text = f"{title} fails at the first step of training: the "
                text = f"{text}activity_regularizer of {cell} stands in TensorFlow's "
                text = f"{text}loop over the steps, and can't be added to the loss"
                hint = f"set it on {layer.title()} instead, or unroll: true there"
                yield Problem(row.path, CODE, text, hint, True, row.trail)


def of_samples(model: Model) -> Iterator[Problem]:
    """Layers that make more samples of a batch, or fewer, than there are labels."""
    for found in mixing(model):
        if found.fails:
            text = f"fails at the first step of training: it {found.reason.message}, "
            text = f"{text}and there are no labels for the {found.gives} samples that "
            text = f"{text}it makes of {found.samples}"
            yield found.problem(CODE, text)


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
