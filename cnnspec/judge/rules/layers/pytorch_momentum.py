"""A momentum of BatchNormalization as PyTorch means it.

In Keras, momentum is the share of the moving average that stays at each batch
(keras/src/layers/normalization/batch_normalization.py, 3.15), 0.99 unless
given; in PyTorch it is the share of the new batch, 0.1 unless given
(torch.nn.BatchNorm2d). Of a small share that stays, the statistics that the
model predicts with are those of the last few batches.

Wrong:

    - Flatten
    - Dense: 10
    - BatchNormalization: {momentum: 0.1}

Right:

    - Flatten
    - Dense: 10
    - BatchNormalization: {momentum: 0.9}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.model.summary import Model, each_row

CODE = "pytorch-momentum"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of each that keeps less than half."""
    for row in each_row(model.summary, written=True):
        for name, value in row.layer.as_elsewhere().items():
            meant, converted = row.layer.converted[name]
            text = f"{row.layer.title()}.{name} is {value:g}, and {meant}"
            hint = f"write {name}: {converted(value):g}"
            yield Problem((*row.path, name), CODE, text, hint, trail=row.trail)
