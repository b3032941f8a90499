"""An argument with which Keras can't train.

Keras takes it where the object is made, and ends in an error in fit, or trains
as good as nothing (keras/src/callbacks/tensorboard.py,
keras/src/optimizers/loss_scale_optimizer.py, schedule_free_adamw.py, 3.15).

Wrong:

    train:
      loss: categorical_crossentropy
      callbacks: [{TensorBoard: {embeddings_freq: 1, write_graph: false}}]

Right:

    train:
      loss: categorical_crossentropy
      callbacks: [{TensorBoard: {embeddings_freq: 1}}]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.sections import named
from cnnspec.judge.subjects import Sections

CODE = "unfit-argument"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds each in what train: names."""
    for path, made in named(sections.train) if sections.train else ():
        for argument, text, hint in made.unfit():
            where = (*path, made.title(), argument)
            text = f"{made.title()}.{argument} {text}"
            yield Problem(where, CODE, text, hint, at_key=True)
