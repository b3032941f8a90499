"""An argument that Keras passes over.

Some arguments count only beside another one, and Keras takes them without a
word where that one isn't given (keras/src/optimizers/base_optimizer.py,
keras/src/callbacks/model_checkpoint.py and others, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      optimizer: {SGD: {learning_rate: 0.1, nesterov: true}}

Right:

    train:
      loss: categorical_crossentropy
      optimizer: {SGD: {learning_rate: 0.1, momentum: 0.9, nesterov: true}}
"""

from collections.abc import Iterator

from cnnspec.catalogue.optimizers import Optimizer
from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.sections import named
from cnnspec.judge.subjects import Sections, rate

CODE = "idle-argument"
SEVERITY = "warning"


def find(sections: Sections) -> Iterator[Problem]:
    """Warns of each in what train: names."""
    if sections.train is None:
        return
    for path, made in named(sections.train):
        for argument, text, hint in made.idle():
            where = (*path, made.title(), argument)
            text = f"{made.title()}.{argument} {text}"
            yield Problem(where, CODE, text, hint, at_key=True)
    path, _ = rate(sections.train)
    optimizer = Optimizer.of(sections.train.optimizer)
    inner = getattr(optimizer, "inner_optimizer", None)
    scaled = inner or sections.train.mixed_precision == "mixed_float16"
    if scaled and (inner or optimizer).given.get(_SCALE) is not None:
        by = optimizer.title() if inner else "what mixed_float16 brings"
        text = f"{path[-2]}.{_SCALE} gives way to the scale of {by}"
        yield Problem((*path[:-1], _SCALE), CODE, text, "remove it", at_key=True)


_SCALE = "loss_scale_factor"
