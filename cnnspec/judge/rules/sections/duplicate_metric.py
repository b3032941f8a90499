"""A metric that stands twice, or is called loss.

Keras reports each figure of an epoch under one key, so that a second one of the
same name would hide the first (keras/src/trainers/compile_utils.py, 3.15).

Wrong:

    train: {loss: categorical_crossentropy, metrics: [accuracy, acc]}

Right:

    train: {loss: categorical_crossentropy, metrics: [accuracy]}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections, figures

CODE = "duplicate-metric"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds each metric whose key is taken."""
    reported = figures(sections.train) if sections.train else []
    for place, key in enumerate(reported[1:]):
        if key in reported[: place + 1]:
            text = f"the metric '{key}' stands twice"
            if key == "loss":
                text = "'loss' is reported without being a metric"
            path = ("train", "metrics", place)
            yield Problem(path, CODE, text, "remove one, or give it a name:")
