"""A beginning or bound that weights of other axes take.

orthogonal and identity make matrices, which no bias is; an orthogonal penalty
is for a matrix, and a bound on lengths takes them along axes that have to be
there. Keras refuses some when it makes the weights, and others at the first
step of training (keras/src/initializers, regularizers and constraints, 3.15).

Wrong:

    - Flatten
    - Dense: {units: 10, bias_initializer: orthogonal}

Right:

    - Flatten
    - Dense: {units: 10, kernel_initializer: orthogonal}
"""

from collections.abc import Iterator

from cnnspec.catalogue.components import Component
from cnnspec.catalogue.layers.base import Layer, all_nested
from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import Shape
from cnnspec.model.summary import Model, Row, each_row

CODE = "weight-axes"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Finds each argument of a layer, or of one inside, that its weights can't have."""
    for row in each_row(model.summary, written=True):
        for layer in (row.layer, *all_nested(row.layer)):
            for argument, component in layer.bound():
                if reason := _misfit(row, layer, argument, component):
                    path = (*row.path, argument) if layer is row.layer else row.path
                    title = component.title()
                    text = f"{title} can't be {argument} of {layer.title()}: {reason}"
                    hint = f"remove {argument}:"
                    yield Problem(path, CODE, text, hint, True, row.trail)


def _misfit(row: Row, layer: Layer, argument: str, component: Component) -> str:
    """Why a component doesn't fit the weights that it is for; '' where it does.

    Layers inside one may have weights of the same name: then it has to fit none.
    """
    own = layer is row.layer
    stem = argument.rpartition("_")[0]
    arrays: list[tuple[str, Shape]] = [
        (weight.name, weight.shape)
        for weight in row.weights
        if layer.begins_as.get(weight.name, weight.name) == stem
    ]
    if stem == "activity" and own and isinstance(row.output_shape, tuple):
        arrays = [("output", row.output_shape)]
    reasons = [_reason(component, name, len(shape)) for name, shape in arrays]
    fails = any(reasons) if own else all(reasons)
    return next(filter(None, reasons), "") if fails else ""


def _reason(component: Component, name: str, rank: int) -> str:
    reason = component.misfit(rank)
    axes = "one axis" if rank == 1 else f"{rank} axes"
    return reason and f"{reason}, and its {name} has {axes}"
