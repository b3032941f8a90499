"""An argument that nothing takes account of.

Some arguments count only beside another one, and Keras takes them without a
word where that one isn't given (keras/src/optimizers/base_optimizer.py,
keras/src/callbacks/model_checkpoint.py and others, 3.15). Without data: no
script calls fit, and what is for fit alone has no effect. A limit: above the
samples that a source has leaves all of them.

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
from cnnspec.ground.partial import known
from cnnspec.judge.rules.sections import named
from cnnspec.judge.subjects import Sections, available, rate
from cnnspec.language.training import Data, Train

CODE = "idle-argument"
SEVERITY = "warning"


def find(sections: Sections) -> Iterator[Problem]:
    """Warns of each in train:, and in what it names."""
    if sections.train is None:
        return
    if sections.data is None and sections.ensemble is None:
        yield from _of_fit(sections.train)
    if sections.data is not None:
        yield from _of_data(sections.data)
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


def _of_data(data: Data) -> Iterator[Problem]:
    """A limit above all the samples that there are."""
    count, limit = available(data), known(data.limit)
    if count is not None and isinstance(limit, int) and limit > count:
        text = f"data.limit is {limit:,}, and '{data.kind}' has {count:,} samples to "
        yield Problem(("data", "limit"), CODE, f"{text}train on", "remove it", True)


_SCALE = "loss_scale_factor"


def _of_fit(train: Train) -> Iterator[Problem]:
    """What counts only where a script calls fit."""
    for name in train.given:
        if name not in train.compiled:
            text = f"train.{name} is for fit, and without data: no script calls it"
            hint = f"remove {name}:, and see to it in your own loop; or add data:"
            yield Problem(("train", name), CODE, text, hint, at_key=True)
