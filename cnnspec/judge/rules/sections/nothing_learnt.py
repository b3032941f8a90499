"""A training that changes no weight.

All weights may be frozen, all classes weighed 0, or the gradients of more steps
collected than the training has, which counts batches and not epochs
(keras/src/optimizers/base_optimizer.py, 3.15). fit runs to its end all the
same.

Wrong:

    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      epochs: 2
      optimizer: {Adam: {gradient_accumulation_steps: 10000}}

Right:

    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      epochs: 2
      optimizer: {Adam: {gradient_accumulation_steps: 8}}
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.errors import Problem
from cnnspec.ground.kinds import LARGEST
from cnnspec.judge.subjects import Sections, rate, steps

CODE = "nothing-learnt"
SEVERITY = "warning"


def _all_zero(weights: Any, sections: Sections) -> bool:
    """Whether no class counts; those that a mapping leaves out count 1."""
    if isinstance(weights, tuple):
        return not any(weights)
    if not isinstance(weights, dict) or any(weights.values()):
        return False
    scores = [result.output.shape[-1] for result in sections.outputs]
    return len(scores) == 1 and len(weights) >= max(scores[0] or LARGEST, 2)


def find(sections: Sections) -> Iterator[Problem]:
    """Warns of each reason why fit would leave the weights as they are."""
    train = sections.train
    if train is None:
        return
    if sections.trained == 0:
        text = "fit trains nothing: the model has no weight that is trained"
        hint = "remove trainable: false where something is to be learnt"
        yield Problem(("train",), CODE, text, hint, at_key=True)
    if _all_zero(train.class_weight, sections):
        text = "with all classes weighed 0 nothing is learnt"
        hint = "give the classes that count a number above 0"
        yield Problem(("train", "class_weight"), CODE, text, hint, at_key=True)
    path, _ = rate(train)
    optimizer = getattr(train.optimizer, "inner_optimizer", train.optimizer)
    collected = getattr(optimizer, "gradient_accumulation_steps", None)
    batches = steps(sections.data, train)
    if collected and batches and collected > batches * train.epochs:
        text = f"gradients are collected over {collected:,} steps, and the training has"
        text = f"{text} {batches * train.epochs:,} ({batches:,} in an epoch)"
        where = (*path[:-1], "gradient_accumulation_steps")
        yield Problem(where, CODE, text, "collect them over fewer steps")
