"""Layers that `adapt()` has to show data, and those that a script shows it to."""

from collections.abc import Iterator

from cnnspec.catalogue.layers.base import Layer
from cnnspec.model.summary import Model, Row


def waiting(model: Model) -> Iterator[tuple[Row, Layer]]:
    """Each layer that has to be shown data, with the row that it is or is inside of."""
    for row in model.summary.rows:
        for layer in _within(row.layer):
            if not row.shares:
                yield row, layer


def _within(layer: Layer) -> Iterator[Layer]:
    if layer.needs_adapt:
        yield layer
    elif not layer.adapts:  # the layers inside of one that adapts are its own matter
        for inner in layer.nested():
            yield from _within(inner)


def adapted(model: Model) -> list[type[Layer]]:
    """The classes of layers that a script adapts to the samples.

    It has them as they come to the input. So it adapts the layers of a class where all
    of them stand right behind it, and have anything to find out. The members of an
    ensemble vote with their weights, which don't hold all that is found out.
    """
    program, summary = model
    if program.data is None or program.train is None:
        return []
    inputs = {(tensor.name,) for tensor in summary.graph.inputs}
    rows = [row for row in summary.rows if row.layer.adapts and not row.shares]
    left_out = {
        type(row.layer)
        for row in rows
        if not row.layer.needs_adapt
        or row.inputs not in inputs
        or (program.ensemble and not row.layer.keeps_adapted)
    }
    classes = dict.fromkeys(type(row.layer) for row in rows)
    return [cls for cls in classes if cls not in left_out]
