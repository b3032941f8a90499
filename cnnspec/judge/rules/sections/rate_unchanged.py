"""A schedule that the training ends before.

Schedules count batches (keras/src/optimizers/schedules/
learning_rate_schedule.py, 3.15): how many there are, follows from the samples,
batch_size and epochs. Where less than half of a decay, no stair or not the last
of the boundaries is reached, the rate is not what the schedule says.

Wrong:

    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      epochs: 2
      optimizer:
        Adam:
          learning_rate:
            PiecewiseConstantDecay: {boundaries: [10000], values: [0.01, 0.001]}

Right:

    data: {source: mnist, scale: 255, labels: one_hot}
    train:
      loss: categorical_crossentropy
      epochs: 2
      optimizer:
        Adam:
          learning_rate:
            PiecewiseConstantDecay: {boundaries: [1875], values: [0.01, 0.001]}
"""

from collections.abc import Iterator

from cnnspec.catalogue.optimizers import Schedule
from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections, rate, steps

CODE = "rate-unchanged"
SEVERITY = "warning"


def find(sections: Sections) -> Iterator[Problem]:
    """Warns of a schedule that needs more steps than there are."""
    train = sections.train
    batches = steps(sections.data, train) if train else None
    if train is None or batches is None:
        return
    path, value = rate(train)
    total = batches * train.epochs
    if isinstance(value, Schedule) and value.takes() > total:
        text = f"{value.title()} has hardly begun when the training ends, after"
        text = f"{text} {total:,} steps ({batches:,} in an epoch)"
        where = (*path, value.title(), value.counts)
        hint = f"choose {value.counts} by that number, or raise epochs:"
        yield Problem(where, CODE, text, hint)
