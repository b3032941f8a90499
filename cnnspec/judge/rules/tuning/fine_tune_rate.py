"""A second fit with steps as large as the first.

What a frozen part knows was learnt over many epochs. With a learning rate that
is meant for new layers, the first steps undo it; guides take a tenth or a
hundredth of the first rate, such as 1e-5 (Keras's guide "Transfer learning &
fine-tuning").

Wrong:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, name: stem, trainable: false}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train:
      loss: sparse_categorical_crossentropy
      optimizer: {Adam: {learning_rate: 0.001}}
      fine_tune: {unfreeze: stem, epochs: 2, learning_rate: 0.001}

Right:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 8, kernel_size: 3, name: stem, trainable: false}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255}
    train:
      loss: sparse_categorical_crossentropy
      optimizer: {Adam: {learning_rate: 0.001}}
      fine_tune: {unfreeze: stem, epochs: 2, learning_rate: 1e-5}
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.optimizers import Schedule
from cnnspec.ground.errors import Path, Problem
from cnnspec.judge.subjects import rate
from cnnspec.language.fine_tuning import second_fit
from cnnspec.model.summary import Model

CODE = "fine-tune-rate"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of a rate that isn't smaller, where both optimizers are of one kind."""
    train: Any = model.program.train
    tune = train.fine_tune
    (path, first), (_, then) = rate(train), rate(second_fit(train))
    if tune.optimizer is not None and path != rate(second_fit(train))[0]:
        return
    before, now = _begins(first), _begins(then)
    if now < before:
        return
    own = "learning_rate" in tune.given
    text = f"fine_tune has a learning rate of {now:g}, and the first fit {before:g}"
    hint = f"add learning_rate: {before / 100:g} or so"
    where: Path = ("train", "fine_tune")
    if own:
        where, hint = (*where, "learning_rate"), f"write {before / 100:g} or so"
    yield Problem(where, CODE, text, hint, at_key=not own)


def _begins(value: Any) -> float:
    """The rate, or that with which a schedule begins."""
    if isinstance(value, Schedule):
        target = getattr(value, "warmup_target", None)
        values = getattr(value, "values", None)
        return max(target or 0, *(values or (value.initial_learning_rate,)), 0)
    return float(value)
