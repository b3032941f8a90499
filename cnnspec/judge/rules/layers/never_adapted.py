"""A layer that nobody shows the data.

What it is for, it learns by adapt(), before training; until then Normalization
changes nothing, and layers with bins or a vocabulary can't be run
(keras/src/layers/preprocessing, 3.15). A script adapts such layers where all of
a class stand right behind the input. Pretrained weights bring the statistics of
a Normalization with them.

Wrong:

    - Rescaling: {scale: 0.5}
    - Normalization
    - Flatten
    - Dense: 10

Right:

    - Rescaling: {scale: 0.5}
    - Normalization: {mean: 0.13, variance: 0.09}
    - Flatten
    - Dense: 10
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem, either
from cnnspec.judge.adapting import adapted, waiting
from cnnspec.model.summary import Model

CODE = "never-adapted"
SEVERITY = "warning"
UNLESS = ("not-adapted",)


def find(model: Model) -> Iterator[Problem]:
    """Warns of each that a script doesn't adapt."""
    done = adapted(model)
    for row, layer in waiting(model):
        if type(layer) in done and layer is row.layer:
            continue
        text = f"nothing adapts {layer.title()} to data; until then it"
        text = f"{text} {layer.unadapted}"
        hint = (
            f"give {either(layer.adapts, 'and')}, or call its adapt() before training"
        )
        yield Problem(row.path, CODE, text, hint, True, row.trail)
