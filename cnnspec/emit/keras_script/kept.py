"""What stands beside a trained model: a script that answers with it.

`cnnspec train` writes it with the script of the training, since a spec says all that is
in it. What only the data tell, the names of classes, that script leaves in a file.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

from cnnspec.catalogue.sources import SOURCES
from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_script.imports import needed_imports
from cnnspec.emit.keras_script.script import made_from
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.view import View
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.targets import FULL
from cnnspec.emit.write import seal_text
from cnnspec.judge.shown import image_of
from cnnspec.model.summary import Model


class ReadsView(NamedTuple):
    """What files the script that answers reads, and how."""

    images: bool
    """Whether it reads images."""
    color_mode: str
    """What Keras calls their channels."""
    size: tuple[int, ...]
    """Height and width that they are brought to."""
    largest: int
    """The largest number of a sample in training, where an image has 255."""
    table: bool
    """Whether it reads tables."""
    arrays: bool
    """Whether it reads arrays by the names that they had in training."""
    several: bool
    """Whether the model has several inputs."""
    endings: str
    """Of all files that it reads."""
    names: bool
    """Whether an answer may be the name of a class."""
    outputs: int
    """How many the model has."""
    drawn: tuple[str, ...]
    """The forms of answers that are files."""
    packages: str
    """What has to be installed."""
    objects: str
    """Code that tells Keras of layers that aren't its own."""


def answering(
    model: Model, lang: str, backend: str, templates: str | None = None
) -> str:
    """The script that answers with a trained model, sealed for `write_file`.

    Raises:
        SpecError: one's own templates don't make a script.
    """
    language = Language(lang, templates)
    writer = Writer(*model, language, backend, own=templates, style=FULL)
    reads = _reads(model, writer.view)
    code = writer.render("full/answer", reads=reads)
    return seal_text(laid_out(needed_imports(code)), made_from(model.program))


def _reads(model: Model, view: View) -> ReadsView:
    data, program = view.data, model.program
    assert data is not None
    assert program.data is not None
    source, several = SOURCES[data.source], len(data.inputs) > 1
    shape = tuple(data.inputs[0].shape[1:])
    image = program.data.image or image_of(shape)
    # What its pixels were in training has to be known.
    largest = source.largest or (255 if data.inputs[0].scale == "255" else 0)
    images = bool(image and largest and not several)
    table, arrays = (
        data.source == "csv",
        bool(data.inputs[0].array and source.any_arrays),
    )
    endings = list(data.image_endings) * images + [".csv"] * table
    endings += [".npz"] * arrays + [".npy"] * (not several)
    packages = [
        *view.script.packages[: 1 if view.script.backend == "tensorflow" else 2]
    ]
    packages += ["pillow"] * images + ["pandas"] * table
    return ReadsView(
        images=images,
        color_mode={1: "grayscale", 3: "rgb", 4: "rgba"}[image[2] or 1]
        if image
        else "",
        size=tuple(size or 1 for size in (image or ())[:2]),
        largest=largest,
        table=table,
        arrays=arrays,
        several=several,
        endings=", ".join(endings),
        names=any(one.names_class for one in view.answers),
        outputs=len(view.answers) + len(data.untrained),
        drawn=("pixel classes", "two pixel classes", "picture"),
        packages=" ".join(packages),
        objects=_objects(view),
    )


def _objects(view: View) -> str:
    """Code that tells Keras of classes that it doesn't know by itself."""
    found = ", ".join(f'"{name}": {name}' for name in _own_classes(view))
    return f"custom_objects={{{found}}}, " if found else ""


def _own_classes(view: View) -> Iterator[str]:
    assert view.model is not None
    for code in view.model.classes:
        tree = ast.parse(code)
        yield from (one.name for one in tree.body if isinstance(one, ast.ClassDef))
    for _, name in view.model.imports:
        yield name.rpartition(" as ")[2]
