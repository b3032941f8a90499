"""Another batch_size in fine_tune:, for streamed data.

Pictures of a folder come as a dataset, which has its batches already, and both
fits read the same one (keras/src/trainers/trainer.py, fit, 3.15).

Wrong:

    input: [32, 32, 3]
    layers:
      - Flatten
      - Dense: {units: 8, name: stem, trainable: false}
      - Dense: {units: 2, activation: softmax}
    data: {source: image_directory, train: photos, test_size: 0.2, classes: 2}
    train:
      loss: sparse_categorical_crossentropy
      fine_tune:
        {unfreeze: stem, epochs: 2, learning_rate: 1e-5, batch_size: 8}

Right:

    input: [32, 32, 3]
    layers:
      - Flatten
      - Dense: {units: 8, name: stem, trainable: false}
      - Dense: {units: 2, activation: softmax}
    data: {source: image_directory, train: photos, test_size: 0.2, classes: 2}
    train:
      loss: sparse_categorical_crossentropy
      batch_size: 8
      fine_tune: {unfreeze: stem, epochs: 2, learning_rate: 1e-5}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.rules.tuning import tune_of
from cnnspec.model.summary import Model

CODE = "fine-tune-batches"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Finds a size that the second fit couldn't have."""
    data, train = model.program.data, model.program.train
    size = tune_of(model).batch_size
    if data is None or train is None or not data.about_source.streams:
        return
    if size is not None and size != train.samples_per_step:
        text = f"fine_tune can't have batches of {size}: {data.source} is read in "
        text = f"{text}batches of {train.samples_per_step} for both fits"
        path = ("train", "fine_tune", "batch_size")
        yield Problem(path, CODE, text, "remove it", True)
