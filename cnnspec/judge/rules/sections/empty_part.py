"""Parts of the samples of which one is empty.

A share is counted in whole samples: what validation_split: holds out begins at
sample int(n * (1 - validation_split)), and test_size: is rounded up
(keras/src/trainers/data_adapters/array_slicing.py, 3.15;
sklearn/model_selection/_split.py, 1.7). fit ends in an error where one of them
has no sample.

Wrong:

    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy, validation_split: 0.99999}

Right:

    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy, validation_split: 0.2}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.ground.kinds import LARGEST
from cnnspec.judge.subjects import Sections, available, samples

CODE = "empty-part"
SEVERITY = "error"


def find(sections: Sections) -> Iterator[Problem]:
    """Finds the share that leaves no sample on one side of it."""
    data, train = sections.data, sections.train
    count = samples(data) if data else None
    if count == 0:
        key, hint = "test_size", "hold less out"
        if data and available(data):
            key, hint = "limit", "take more"
        text = f"data.{key} leaves no sample to train on"
        yield Problem(("data", key), CODE, text, hint, at_key=True)
        return
    share, of = train.validation_split if train else 0, count or LARGEST
    kept = int(of * (1 - share))
    if share and kept in (0, of):
        told = f"of {count:,} samples" if count else "however many samples there are"
        text = f"{told}, validation_split leaves none to "
        text = f"{text}{'validate with' if kept else 'train on'}"
        hint = f"hold {'more' if kept else 'less'} out"
        yield Problem(("train", "validation_split"), CODE, text, hint, at_key=True)
