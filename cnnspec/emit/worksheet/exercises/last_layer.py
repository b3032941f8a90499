"""The last activation of a model, and its loss, for the labels that it is given."""

from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.emit.worksheet.sheet import Sheet

PLACE, POINTS = 3, 2


class Asked(NamedTuple):
    """What the template is told."""

    form: str
    """What an answer is: `classes`, `two classes` or a `number`."""
    one_hot: bool
    """Whether a label is a row with a 1 at its class."""
    labels: str
    """What labels look like, in words."""
    activation_hint: str
    loss_hint: str
    hint: str
    """Both of these."""
    below: str = ""


def find(sheet: Sheet) -> Iterator[Asked]:
    """Asks once, where it is known what labels look like."""
    fit = sheet.fit
    if fit is None or not fit.answer.is_single:
        return
    form = "number" if fit.learns_number else fit.answer.form
    key = fit.encoding if form == "classes" else form.replace(" ", "_")
    labels = sheet.say(f"labels_{key}", classes=fit.classes)
    activation, loss = sheet.activation_hint(form), sheet.say(f"loss_{key}")
    hint = f"{activation} {loss}"
    yield Asked(form, key == "one_hot", labels, activation, loss, hint)
