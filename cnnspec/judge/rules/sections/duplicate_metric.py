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
from cnnspec.judge.subjects import Sections, metric_key

CODE = "duplicate-metric"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds each metric whose key is taken."""
    if sections.train is None:
        return
    fit = sections.training()
    for one in fit.outputs:
        # The loss of an output has its name before it, as its metrics have.
        told = {"loss"} if len(fit.results) == 1 or len(fit.outputs) > 1 else set[str]()
        for path, _, metric, _ in one.metrics():
            key = metric_key(metric)
            if key in told:
                text = f"the metric '{key}' stands twice"
                if key == "loss":
                    text = "'loss' is reported without being a metric"
                yield Problem(path, CODE, text, "remove one, or give it a name:")
            told.add(key)
