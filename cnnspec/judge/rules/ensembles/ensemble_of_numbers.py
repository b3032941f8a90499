"""An ensemble of models that give a number.

The members of an ensemble vote, each for a class. Numbers have no majority, and
neither have pictures, or several labels or outputs at once.

Wrong:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: angles.npz}
    train: {loss: mse}
    ensemble: {members: 3}

Right:

    layers:
      - Flatten
      - Dense: 1
    data: {source: npz, path: angles.npz}
    train: {loss: mse}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.judge.subjects import Trained

CODE = "ensemble-of-numbers"
SEVERITY = "error"
UNLESS = ("label-shape",)


def find(fit: Trained) -> Iterator[Problem]:
    """Finds both."""
    form, several = fit.answer.form, len(fit.fit.results)
    if fit.ensemble is None or fit is not fit.fit.outputs[0]:
        return
    text = ""
    if several > 1:
        text = f"an ensemble votes on one class, and this model gives {several} tensors"
    elif form not in ("classes", "two classes"):
        what = {"number": "a number", "picture": "a picture"}.get(form, "several")
        text = f"an ensemble votes on classes, and this model gives {what}"
    elif len(fit.fit.inputs) > 1:
        count = len(fit.fit.inputs)
        text = f"an ensemble is of models that read one tensor, and this reads {count}"
    if text:
        yield Problem(("ensemble",), CODE, text, "remove ensemble:", at_key=True)
