"""A layer that works on the axis of the batch.

Which samples make a batch is chance: `fit` shuffles them, and `predict` takes
what comes. Keras doesn't ask that a layer keeps them apart
(keras/src/layers, 3.15), so that the answer for one may depend on those beside
it: an Attention takes tensors without an axis for steps, and attends to other
samples. A layer that makes more samples of them, or fewer, is told by
`fails-at-run`.

Wrong:

    - Flatten
    - Dense: 10
    - Softmax: {axis: 0}

Right:

    - Flatten
    - Dense: 10
    - Softmax
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.mixing import mixing
from cnnspec.model.summary import Model

CODE = "mixed-samples"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of each with which a training goes on all the same."""
    for found in mixing(model):
        if not found.fails:
            text = found.reason.message
            if found.gives != found.samples:
                text = f"{text}, and makes {found.gives} of {found.samples} samples"
            yield found.problem(CODE, text)
