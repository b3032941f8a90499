"""A sparse tensor where only dense ones do.

An input with `sparse: true` is a tensor that lists what isn't 0. In Keras on
TensorFlow, Dense, Embedding and CategoryEncoding make a dense one of it if it
has two axes; Flatten, Reshape, Permute and Identity hand it on, and layers that
join tensors take it if all of theirs are sparse. The others fail when they are
called (keras/src/backend/tensorflow/sparse.py, 3.15).

Wrong:

    input: {shape: [1000], sparse: true}
    layers:
      - BatchNormalization
      - Dense: 10

Right:

    input: {shape: [1000], sparse: true}
    layers:
      - Dense: 10
      - BatchNormalization
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.model.summary import Model

CODE = "sparse-tensor"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Reports the first layers on each way of a sparse tensor that can't take it."""
    sparse = {t.name for t in model.summary.graph.inputs if t.sparse}
    for row in model.summary.rows:
        given = [name in sparse for name in row.inputs]
        if not any(given):
            continue
        most = max(map(len, row.input_shapes))
        title = f"'{row.name}' ({type(row.layer).__name__})"
        if row.layer.sparse_axes and most > row.layer.sparse_axes:
            text = f"{title} reads a sparse tensor of {most} axes, and takes "
            text += f"{row.layer.sparse_axes}, the batch's among them"
            hint = "put a Flatten before it; or leave sparse out"
        elif not row.layer.sparse_axes:
            text = f"{title} reads a sparse tensor, and computes dense ones alone"
            hint = "let a Dense or an Embedding read it first; or leave sparse out"
        elif not all(given):
            text = (
                f"{title} reads a sparse tensor and a dense one, and takes no mixture"
            )
            hint = "make all of them sparse, or none"
        else:
            sparse |= {row.name} if row.layer.keeps_sparse else set()
            continue
        yield Problem(row.path, CODE, text, hint, True, row.trail)
