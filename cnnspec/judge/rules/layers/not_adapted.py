"""A layer that training needs to have seen data.

A layer with bins or a vocabulary ends the training in an error where adapt()
hasn't told it what they are (keras/src/layers/preprocessing, 3.15). A script
adapts such layers where all of a class stand right behind the input.

Wrong:

    input: [8, 8, 1]
    layers:
      - Flatten
      - Discretization: {num_bins: 4}
      - Dense: {units: 10, activation: softmax}
    data: {source: digits}
    train: {loss: sparse_categorical_crossentropy}

Right:

    input: [8, 8, 1]
    layers:
      - Flatten
      - Discretization: {bin_boundaries: [4.0, 8.0, 12.0]}
      - Dense: {units: 10, activation: softmax}
    data: {source: digits}
    train: {loss: sparse_categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem, either
from cnnspec.judge.adapting import adapted, waiting
from cnnspec.model.summary import Model

CODE = "not-adapted"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Finds each that a script would have to adapt, and can't."""
    if model.program.data is None or model.program.train is None:
        return
    done = adapted(model)
    for row, layer in waiting(model):
        if not layer.keeps_adapted and not (type(layer) in done and layer is row.layer):
            text = f"a script can't adapt {layer.title()} here, and without it"
            text = f"{text} {layer.title()} {layer.unadapted}"
            hint = f"give {either(layer.adapts, 'and')}"
            if model.program.ensemble is None:
                hint = f"{hint}, or put it right behind the input"
            yield Problem(row.path, CODE, text, hint, True, row.trail)
