"""A picture that there is nothing to draw of.

train.show draws what convolutions over images have learnt: the filters of the
first, the feature maps of all, and at the last one the places that speak for
a class (R. R. Selvaraju et al. 2017, Grad-CAM, arXiv 1610.02391). A script
reads them as height, width and channels, and lays the last over the sample.

Wrong:

    input: [28, 28, 1]
    layers:
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy, show: [filters]}

Right:

    input: [28, 28, 1]
    layers:
      - Conv2D: {filters: 16, kernel_size: 3, activation: relu}
      - Flatten
      - Dense: {units: 10, activation: softmax}
    data: {source: mnist, scale: 255, labels: one_hot}
    train: {loss: categorical_crossentropy, show: [filters]}
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem
from cnnspec.ground.shapes import show
from cnnspec.judge.shown import convolutions, drawn_on
from cnnspec.judge.subjects import sections
from cnnspec.language.training import GRAD_CAM
from cnnspec.model.summary import Model

CODE = "nothing-to-show"
SEVERITY = "error"


def find(model: Model) -> Iterator[Problem]:
    """Finds that there is no convolution, or no image."""
    train = model.program.train
    assert train is not None
    if text := _undrawn(model):
        yield Problem(("train", "show"), CODE, text, "remove show:", at_key=True)
        return
    fit = sections(model).fit()
    if fit is None:
        return
    if (only := fit.only) is None:
        text = "show: draws a model of one input and one output"
        yield Problem(("train", "show"), CODE, text, "remove show:", at_key=True)
        return
    if GRAD_CAM not in train.show:
        return
    where, hint = ("train", "show", train.show.index(GRAD_CAM)), f"remove {GRAD_CAM}"
    if only.answer.form not in ("classes", "two classes"):
        what = {"number": "a number", "picture": "a picture"}.get(
            only.answer.form, "several answers"
        )
        text = f"{GRAD_CAM} shows what speaks for a class, and this model gives {what}"
        yield Problem(where, CODE, text, hint)
    elif not drawn_on(fit.data, only.input):
        text = (
            f"{GRAD_CAM} lays a map over the image that a sample is, and nothing says"
        )
        text = f"{text} how a sample of {show(only.input)} is one"
        if "image_shape" in fit.data.about_source.keys:
            hint = f"say image_shape: in data:; or {hint}"
        yield Problem(where, CODE, text, hint)


def _undrawn(model: Model) -> str:
    """Why no picture can be made of the model's convolutions; '' if they can."""
    found = convolutions(model.summary)
    for row in found:
        if getattr(row.layer, "data_format", None) == "channels_first":
            text = "show: draws tensors whose channels stand last, and those of"
            return f"{text} '{row.name}' stand first"
    if found:
        return ""
    text = "show: draws convolutions over an image, and this model has none"
    others = (row for row in model.summary.rows if row.layer.filters_at)
    if other := next(others, None):
        axes = getattr(other.layer, "axes", "")
        text = f"{text}; the filters of '{other.name}' ({other.type}) move along {axes}"
    return text
