"""A file's name in braces that no figure fills.

Keras puts the epoch, counted from 1, and the figures that it reports into the
name of each file, as Python's str.format does, and ends the training with an
error after its first epoch where it can't
(keras/src/callbacks/model_checkpoint.py, _get_file_path, 3.15). The batch is
known only where save_freq: counts batches, and what begins with val_ only where
it doesn't.

Wrong:

    train:
      loss: categorical_crossentropy
      metrics: [accuracy]
      validation_split: 0.2
      callbacks: [{ModelCheckpoint: "{epoch:02d}-{val_acc:.2f}.keras"}]

Right:

    train:
      loss: categorical_crossentropy
      metrics: [accuracy]
      validation_split: 0.2
      callbacks: [{ModelCheckpoint: "{epoch:02d}-{val_accuracy:.2f}.keras"}]
"""

import re
from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.accuracy import Metric
from cnnspec.ground.errors import Problem, either, nearest
from cnnspec.judge.rules.callbacks import Training, Watched

CODE = "file-template"
SEVERITY = "error"
_LONGEST = 255
"""Letters that file systems give a name."""


def find(training: Training) -> Iterator[Problem]:
    """Finds the first mistake in each such name."""
    for watched in training.callbacks():
        callback = watched.callback
        if not callback.fills:
            continue
        template = getattr(callback, callback.fills)
        text, hint = _mistake(template, _known(training, watched))
        if "epoch" in watched.reported:
            text, hint = "has 'epoch' in two senses", "give that metric another name:"
        if text:
            text = f"{callback.title()}.{callback.fills} {text}"
            yield Problem(watched.at(callback.fills), CODE, text, hint)


def _known(training: Training, watched: Watched) -> dict[str, Any]:
    """What the braces may name, each with a value like those of a training."""
    by_batches = getattr(watched.callback, "save_freq", "epoch") != "epoch"
    given: dict[str, Any] = {"epoch": 1} | ({"batch": 1} if by_batches else {})
    for figure in training.figures if by_batches else watched.reported:
        metric = training.metrics.get(figure.removeprefix("val_"))
        several = metric is not None and Metric.of(metric).is_several
        given.setdefault(figure, [0.5, 0.25] if several else 0.5)
    return given


def _mistake(template: str, known: dict[str, Any]) -> tuple[str, str]:
    """What is wrong with a name, and what to do; two empty texts where it is well."""
    if re.search(r"\{[^}]*\d{4}", template):
        return f"gives a name of more than {_LONGEST} letters", "write a smaller width"
    try:
        name = template.format(**known)
    except KeyError as error:
        return _unknown(str(error.args[0]), known)
    except IndexError:
        text = "has braces that name no figure"
        return text, f"write {{{{ and }}}} for braces, or name {either(known)}"
    except (AttributeError, TypeError, ValueError) as error:
        text = f"can't be filled in: {str(error)[:1].lower()}{str(error)[1:]}"
        return text, "as in {epoch:02d} for a whole number, {loss:.2f} for another"
    if max(map(len, name.split("/"))) > _LONGEST:
        return f"gives a name of more than {_LONGEST} letters", "write a smaller width"
    return "", ""


def _unknown(name: str, known: dict[str, Any]) -> tuple[str, str]:
    """What to say of a name that nothing stands for."""
    if name == "batch":
        text = "names a batch, and a file is saved after each epoch"
        return text, "set save_freq: to a number of batches, or remove {batch}"
    text = f"names '{name}', which is not reported"
    if "batch" in known:
        text = f"names '{name}', which is not reported after a batch"
    return text, nearest(name, known) or f"there is {either(known)}"
