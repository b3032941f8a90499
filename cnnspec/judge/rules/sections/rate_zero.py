"""A learning rate of 0, by which nothing is learnt.

Each step moves the weights by the learning rate; a decay that has reached its
end stays there (keras/src/optimizers/schedules/learning_rate_schedule.py,
3.15). Schedules count batches and not epochs: how many an epoch has, follows
from the samples and batch_size.

Wrong:

    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      epochs: 10
      optimizer:
        Adam:
          learning_rate:
            CosineDecay: {initial_learning_rate: 0.001, decay_steps: 10}

Right:

    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      epochs: 10
      optimizer:
        Adam:
          learning_rate:
            CosineDecay: {initial_learning_rate: 0.001, decay_steps: 18750}
"""

from collections.abc import Iterator

from cnnspec.catalogue.optimizers import Schedule
from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections, rate, steps

CODE = "rate-zero"
SEVERITY = "warning"


def find(sections: Sections) -> Iterator[Problem]:
    """Warns of a rate that is 0 for an epoch or longer."""
    train = sections.train
    if train is None:
        return
    path, value = rate(train)
    ends = (
        value.zero_from() if isinstance(value, Schedule) else 0 if not value else None
    )
    batches = steps(sections.data, train)
    if ends == 0:
        yield Problem(path, CODE, "with a learning rate of 0 nothing is learnt")
    elif ends and batches and ends <= batches * (train.epochs - 1):
        text = f"the learning rate is 0 from step {ends:,} on, and the training has"
        text = f"{text} {batches * train.epochs:,} ({batches:,} in an epoch)"
        where = (*path, value.title(), value.counts)
        hint = f"count {value.counts} in steps of the whole training"
        yield Problem(where, CODE, text, hint)
