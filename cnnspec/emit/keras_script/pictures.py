"""What templates are told of the pictures of `train.show`."""

from math import ceil, sqrt

from cnnspec.catalogue.layers.arguments import PROBABILITIES
from cnnspec.emit.keras_script.view import PicturesView
from cnnspec.judge.shown import convolutions, drawn_on
from cnnspec.judge.subjects import Fit
from cnnspec.model.summary import Row, Summary

_ROWS = 12
"""Convolutions whose feature maps are drawn, at most."""


def pictures_view(fit: Fit, summary: Summary) -> PicturesView | None:
    """What templates are told of the pictures that are asked for; None for none."""
    train, only = fit.train, fit.only
    if not train.show or only is None:
        return None
    found = convolutions(summary)
    first = found[0]
    *_, channels, filters = _filters(first)
    columns = ceil(sqrt(filters * 16 / 9))  # as wide as a slide
    every = ceil(len(found) / _ROWS)
    scores, ends = _scores(summary)
    is_half = only.answer.probabilities and scores.endswith(".output") and not ends
    return PicturesView(
        asked=train.show,
        classes=" | ".join(dict.fromkeys(map(_class, found))),
        convolutions=len(found),
        filters_at=first.layer.filters_at,
        channels=channels,
        rows=ceil(filters / columns),
        columns=columns,
        every=every,
        drawn=ceil(len(found) / every),
        is_image=drawn_on(fit.data, only.input) is not None,
        scores=scores,
        ends=ends,
        # Probabilities still have 0.5 between two classes.
        minus_half=" - 0.5" if is_half else "",
        bypassed=_is_bypassed(summary, found[-1]),
    )


def _class(row: Row) -> str:
    """Code of a layer's class."""
    name = type(row.layer).__name__
    return f"layers.{name}" if row.layer.is_public() else name


def _filters(row: Row) -> tuple[int, ...]:
    """Height, width and channels of a filter of a convolution, and how many it has."""
    shape, axes = row.weights[0].shape, row.layer.filters_at
    count = 1
    for axis in axes:
        count *= shape[axis]
    channels = 1 if len(axes) > 1 else shape[-3 - axes[0]]
    return (*shape[:2], channels, count)


def _last(summary: Summary) -> Row:
    """The layer that gives the model's answer."""
    [name] = summary.graph.outputs
    return next(row for row in summary.rows if row.name == name)


def _scores(summary: Summary) -> tuple[str, str]:
    """Code of the scores that the last activation makes probabilities of.

    Also the name of that activation, where it is an argument and has to be taken off.
    Where the last layer is used several times, it stays as it is.
    """
    last = _last(summary)
    several = any(row.shares in (last.name, last.shares or "/") for row in summary.rows)
    activation = last.layer.last_activation()
    if several or activation not in PROBABILITIES:
        return "model.layers[-1].output", ""
    if last.layer.activates:
        return "model.layers[-1].input", ""
    return "model.layers[-1].output", activation


def _is_bypassed(summary: Summary, last: Row) -> bool:
    """Whether a path leads from the model's input to its output past a layer."""
    inputs = {tensor.name for tensor in summary.graph.inputs}
    rows = {row.name: row for row in summary.rows}
    waiting, seen = [*summary.graph.outputs], {last.name}
    while waiting:
        name = waiting.pop()
        if name in inputs:
            return True
        if name not in seen:
            seen.add(name)
            waiting += rows[name].inputs
    return False
