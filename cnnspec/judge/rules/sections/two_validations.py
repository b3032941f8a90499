"""Samples to validate with that come from two places.

Model.fit validates with validation_data or with a part of the training samples,
and passes the part over where both are given (keras/src/trainers/trainer.py,
3.15).

Wrong:

    data:
      source: csv
      train: train.csv
      validation: validation.csv
      image_shape: [28, 28, 1]
      labels: one_hot
    train: {loss: categorical_crossentropy, validation_split: 0.2}

Right:

    data:
      source: csv
      train: train.csv
      validation: validation.csv
      image_shape: [28, 28, 1]
      labels: one_hot
    train: {loss: categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Sections

CODE = "two-validations"
SEVERITY = "error"
UNLESS = ("several-tensors",)


def find(sections: Sections) -> Iterator[Problem]:
    """Finds both."""
    data, train = sections.data, sections.train
    if data and train and data.validation and train.validation_split:
        text = "data.validation is a file to validate with, and validation_split a part"
        path = ("train", "validation_split")
        yield Problem(path, CODE, text, "remove validation_split:", at_key=True)
