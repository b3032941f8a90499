"""Another number of classes than the model has scores.

What the source has, what classes: names and what the last layer gives is one
number: a label beyond it ends the training in an error, and a score without a
class is never taught.

Wrong:

    layers:
      - Flatten
      - Dense: {units: 12, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy}

Right:

    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy}
"""

from collections.abc import Iterator

from cnnspec.catalogue.losses import Loss
from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Trained
from cnnspec.language.by_output import ByOutput

CODE = "class-count"
SEVERITY = "error"
UNLESS = ("label-shape",)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds that two of the three differ."""
    data, output = fit.data, fit.output
    known, named = data.known_classes, data.class_count
    if not (fit.answer.tells_classes or Loss.of(fit.loss).categorical):
        return
    if None not in (known, named) and known != named:
        says = "names" if data.names else "says"
        text = f"'{data.kind}' has {known} classes, and classes: {says} {named}"
        hint = f"name all {known}; or remove classes:"
        yield Problem(("data", "classes"), CODE, text, hint)
        return
    count = known if named is None else named
    gives = fit.units if fit.answer.form == "labels" else fit.classes
    if count not in (None, gives):
        what = f"'{data.kind}'" if named is None else "classes:"
        text = f"{what} has {count} classes, and {fit.who} gives {fit.scores}"
        hint = f"let {fit.who} end with {count} units"
        if "units" in output.layer.arguments():
            hint = f"set units: {count} here"
        several = len(fit.fit.results) > 1
        if several and isinstance(fit.fit.label_column, ByOutput):
            hint = f"remove classes:, which is for outputs of as many; or {hint}"
        elif several and not data.about_source.any_arrays:
            hint = f"take source: npz, with a target for each output; or {hint}"
        yield Problem(output.path, CODE, text, hint, at_key=True)
