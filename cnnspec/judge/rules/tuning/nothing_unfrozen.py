"""A second fit that trains no more than the first.

What train.fine_tune.unfreeze names has to be frozen until then: trainable:
false freezes it in the first fit, and the second one trains it, from
from_layer: on if that is given. Whatever has no weights, or is trained from the
start, adds nothing.

Wrong:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, name: stem}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train:
      loss: sparse_categorical_crossentropy
      fine_tune: {unfreeze: stem, epochs: 2, learning_rate: 1e-5}

Right:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, name: stem, trainable: false}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train:
      loss: sparse_categorical_crossentropy
      fine_tune: {unfreeze: stem, epochs: 2, learning_rate: 1e-5}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.tuning import each_name, tune_of
from cnnspec.model.summary import Model
from cnnspec.model.tuning import tuned

CODE = "nothing-unfrozen"
SEVERITY = "error"
UNLESS = ("unknown-unfreeze",)


def find(model: Model) -> Iterator[Problem]:
    """Finds each name that adds nothing to what is trained."""
    summary, tune = model.summary, tune_of(model)
    trained = summary.trainable_params
    for path, name in each_name(model):
        if tuned(summary, [name], tune.from_layer).trainable_params > trained:
            continue
        if tuned(summary, [name], None).trainable_params > trained:
            text = f"from '{tune.from_layer}' on, '{name}' is trained from the start"
            where = ("train", "fine_tune", "from_layer")
            yield Problem(where, CODE, text, "name a layer further up")
            continue
        text = f"fine_tune unfreezes '{name}', which isn't frozen"
        hint = "let it have trainable: false, so that the first fit leaves it alone"
        rows = [row for row in summary.rows if row.name == name]
        if rows and not rows[0].params:
            text, hint = (
                f"fine_tune unfreezes '{name}', which has no weights",
                ("name a layer that has some, or a model inside"),
            )
        yield Problem(path, CODE, text, hint)
