"""A batch that a layer has no states for.

A layer that is stateful has as many states as the input's batch_size says, and
takes no other batch (keras/src/layers/rnn/rnn.py, 3.15). fit makes batches of
train.batch_size, evaluate and predict of 32, and the last one holds what is
left. Samples that don't go on from one another need no states kept between
them.

Wrong:

    input: {shape: [28, 28], batch_size: 32}
    layers:
      - LSTM: {units: 16, stateful: true}
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, reshape: [28, 28]}
    train: {loss: sparse_categorical_crossentropy}

Right:

    input: [28, 28]
    layers:
      - LSTM: 16
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, reshape: [28, 28]}
    train: {loss: sparse_categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.catalogue.layers.base import all_nested
from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import samples
from cnnspec.language.training import Train
from cnnspec.model.summary import Model, Row, each_row

CODE = "partial-batch"
SEVERITY = "error"


USUAL = 32
"""Samples in a batch of `evaluate` and `predict`."""


def find(model: Model) -> Iterator[Problem]:
    """Finds a training that gives a layer batches it has no states for."""
    data, train = model.program.data, model.program.train
    keeping = next(filter(_keeps_states, each_row(model.summary, written=True)), None)
    if train is None or data is None or keeping is None:
        return
    size = next(one.shape[0] for one in model.summary.graph.inputs if one.shape[0])
    about = f"'{keeping.name}' keeps the states of {size}"
    hint = f"write batch_size: {USUAL} here and at the input"
    if train.samples_per_step != size:
        text = f"batches have {train.samples_per_step} samples, and {about}"
        hint = f"write batch_size: {size}" if size == USUAL else hint
    elif size != USUAL:
        text = f"what tests the model makes batches of {USUAL}, and {about}"
    else:
        text = _left_over(_counts(train, samples(data), data.about_source.tests))
        text = text and f"{text}, and {about}"
        hint = f"remove stateful from '{keeping.name}'"
    if text:
        yield Problem(("train", "batch_size"), CODE, text, hint)


def _left_over(counts: dict[str, int]) -> str:
    """Which last batch isn't whole; nothing where all are, as far as is known."""
    for what, count in counts.items():
        if left := count % USUAL:
            return f"the last batch of {count:,} samples to {what} with has {left}"
    return ""


def _keeps_states(row: Row) -> bool:
    return any(
        getattr(one, "stateful", False) for one in (row.layer, *all_nested(row.layer))
    )


def _counts(train: Train, count: int | None, tests: int | None) -> dict[str, int]:
    """How many samples there are for what; only what is known."""
    found: dict[str, int] = {}
    if count:
        found["train"] = int(count * (1 - train.validation_split))
        if train.validation_split:
            found["validate"] = count - found["train"]
    return found | ({"test": tests} if tests else {})
