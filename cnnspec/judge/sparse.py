"""Layers that are given sparse tensors, and take dense ones alone."""

from collections.abc import Iterator

from cnnspec.model.summary import Model, Row


def misread(model: Model, *, of_layers: bool) -> Iterator[tuple[Row, str, str]]:
    """The first layers on each way of a sparse tensor that can't take it.

    Each with what it does, to follow its name, and a hint.

    Args:
        model: of a spec.
        of_layers: whether layers make the tensors, and not inputs.
    """
    inputs = model.summary.graph.inputs
    sparse = {t.name for t in inputs if t.sparse and not of_layers}
    for row in model.summary.rows:
        given = [name in sparse for name in row.inputs]
        if any(given):
            if wrong := _wrong(row, given):
                yield row, *wrong
            elif row.layer.keeps_sparse:
                sparse.add(row.name)
        if of_layers and getattr(row.layer, "sparse", False):
            sparse.add(row.name)


def _wrong(row: Row, given: list[bool]) -> tuple[str, str] | None:
    """What is wrong with the tensors that a layer reads, some of which are sparse."""
    most = max(map(len, row.input_shapes))
    if row.layer.sparse_axes and most > row.layer.sparse_axes:
        text = f"reads a sparse tensor of {most} axes, and takes "
        text += f"{row.layer.sparse_axes}, the batch's among them"
        return text, "put a Flatten before it; or leave sparse out"
    if not row.layer.sparse_axes:
        text = "reads a sparse tensor, and computes dense ones alone"
        return text, "let a Dense or an Embedding read it first; or leave sparse out"
    if not all(given):
        text = "reads a sparse tensor and a dense one, and takes no mixture"
        return text, "make all of them sparse, or none"
    return None
