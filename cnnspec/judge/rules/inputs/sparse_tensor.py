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
from cnnspec.judge.sparse import misread
from cnnspec.model.summary import Model

CODE = "sparse-tensor"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Reports the first layers on each way of a sparse tensor that can't take it."""
    for row, text, hint in misread(model, of_layers=False):
        title = f"'{row.name}' ({type(row.layer).__name__})"
        yield Problem(row.path, CODE, f"{title} {text}", hint, True, row.trail)
