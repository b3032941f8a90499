"""A lesson: the code that trains a model, in sections that are read in their order.

A script joins them, a notebook explains each of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.emit.keras_script.imports import needed_imports
from cnnspec.emit.keras_script.writer import Writer


class Section(NamedTuple):
    """One step of a lesson."""

    key: str
    """What it does: `imports`, `data`, `model`, `fit`; several may have the same."""
    code: str
    """One statement a line, for `laid_out`; no empty lines around it."""


def sections(writer: Writer) -> list[Section]:
    """The sections of a lesson, in the order in which they are read.

    Args:
        writer: of a lesson.

    Raises:
        SpecError: one's own templates can't be rendered.
    """
    found = [
        one._replace(code=one.code.strip("\n"))
        for one in _sections(writer)
        if one.code.strip()
    ]
    codes = [one.code for one in found if one.key != "imports"]
    return [
        one._replace(code=needed_imports(one.code, *codes))
        if one.key == "imports"
        else one
        for one in found
    ]


def _sections(writer: Writer) -> Iterator[Section]:
    view = writer.view
    model, train = view.model, view.train
    assert model is not None

    def rendered(*keys: str) -> Iterator[Section]:
        for key in keys:
            yield Section(key, writer.render(f"lesson/{key}"))

    yield from rendered("about", "imports")
    if train is not None:
        yield from rendered("seed")
    if view.data is not None:
        yield from rendered("data", "samples")
    yield Section("constants", model.constants)
    for code in model.classes + model.functions:
        yield Section("block", code)
    if view.data is not None or train is None or view.notebook is not None:
        yield from rendered("model", "summary")
    if train is not None and train.loss_with_depth:
        yield Section("compile", writer.render("with_depth"))
    if view.data is None:
        if train is not None:
            yield from rendered("compile" if view.notebook else "own_loop")
        return
    if view.ensemble:
        yield from rendered("members", "vote", "answers")
    else:
        tuned = ("fine_tune",) if model.thawed else ()
        yield from rendered("compile", "fit", *tuned, "curves", "evaluate", "predict")
    if view.pictures:
        yield from rendered("show", *view.pictures.asked)
