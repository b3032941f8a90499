"""What stands beside a trained model: a script that answers with it, and its card.

`cnnspec train` writes them with the script of the training, since a spec says all that
is in them. What only the training tells, that script adds: the names of classes in a
file, and the scores between two marks in the card. So they are there wherever the
script runs, and it has no long texts in it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from cnnspec.emit.code.plan.comments import paragraphs
from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.keras_script.imports import needed_imports
from cnnspec.emit.keras_script.script import made_from
from cnnspec.emit.keras_script.texts import Language
from cnnspec.emit.keras_script.view import View
from cnnspec.emit.keras_script.writer import Writer
from cnnspec.emit.targets import FULL
from cnnspec.emit.write import is_sealed, seal_markup, seal_text
from cnnspec.ground.visible import visible
from cnnspec.ground.yaml_text import flow
from cnnspec.judge.shown import image_of
from cnnspec.language.program import Program
from cnnspec.model import readable
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
    carried: str
    """Those of them that stand in the script that answers."""


class CardView(NamedTuple):
    """What the template of a card is told."""

    name: str
    """Of the model, as Markdown."""
    about: list[str]
    """What the spec says that it is, as Markdown."""
    picture: str
    """The file of its picture."""
    drawn: list[str]
    """The files of the pictures that the training leaves, without their ending."""
    layers: list[readable.Line]
    """Of the model."""
    settings: list[str]
    """What the spec says of data and training, a line each."""


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


def card(model: Model, lang: str, backend: str, templates: str | None = None) -> str:
    """The card of a model that is to be trained, sealed for `write_file`.

    Raises:
        SpecError: one's own template can't be rendered.
    """
    language, program = Language(lang, templates), model.program
    writer = Writer(*model, language, backend, own=templates, style=FULL)
    told = CardView(
        name=readable.escaped(program.name),
        about=[readable.prose(visible(p)) for p in paragraphs(program.description)],
        picture=f"{writer.view.script.stem}.svg",
        drawn=_DRAWN.findall(writer.render("full/script")),
        layers=[
            line._replace(name=readable.escaped(line.name))
            for line in readable.lines(model.summary)
        ],
        settings=list(_settings(program)),
    )
    reads = _reads(model, writer.view)
    text = writer.text("full/card.md.j2", card=told, reads=reads)
    text = re.sub(r"\n{3,}", "\n\n", text)
    before, scores, after = _parted(text)
    sealed = seal_markup(before + after, PurePath(program.source.path).name)
    return sealed.replace(_BEGIN + _END, f"{_BEGIN}{scores}{_END}")


_DRAWN = re.compile(r'RESULTS / "((?:history|confusion|images|predictions)[^"]*)\.png"')
_BEGIN, _END = "<!-- scores -->", "<!-- /scores -->"


def _parted(text: str) -> tuple[str, str, str]:
    """A card up to its scores, these, and the rest; all of it first without marks."""
    before, begin, rest = text.partition(_BEGIN)
    scores, end, after = rest.partition(_END)
    return (before + begin, scores, end + after) if end else (text, "", "")


def is_own_card(written: str) -> bool:
    """Whether nobody but cnnspec and the script of a training wrote a card."""
    before, _, after = _parted(written)
    return is_sealed((before + after).encode())


def _settings(program: Program) -> Iterator[str]:
    document = program.source.data
    for section in ("data", "train", "ensemble"):
        said = document.get(section) if isinstance(document, dict) else None
        if isinstance(said, dict):
            yield f"{section}:"
            yield from (f"  {key}: {flow(value)}" for key, value in said.items())


def _reads(model: Model, view: View) -> ReadsView:
    data, program = view.data, model.program
    assert data is not None
    assert program.data is not None
    source, several = program.data.about_source, len(data.inputs) > 1
    shape = tuple(data.inputs[0].shape[1:])
    image = program.data.image or image_of(shape)
    # What its pixels were in training has to be known.
    largest = source.largest or (255 if data.inputs[0].scale == "255" else 0)
    images = bool(image and largest and not several)
    table, arrays = (
        data.source == "csv",
        bool(data.inputs[0].array and source.any_arrays and not source.streams),
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
        carried=", ".join(_carried(view)),
    )


def _objects(view: View) -> str:
    """Code that tells Keras of classes that it doesn't know by itself."""
    found = ", ".join(f'"{name}": {name}' for name in _own_classes(view))
    return f"custom_objects={{{found}}}, " if found else ""


def _carried(view: View) -> Iterator[str]:
    assert view.model is not None
    for code in view.model.classes:
        tree = ast.parse(code)
        yield from (one.name for one in tree.body if isinstance(one, ast.ClassDef))


def _own_classes(view: View) -> Iterator[str]:
    assert view.model is not None
    yield from _carried(view)
    for _, name in view.model.imports:
        yield name.rpartition(" as ")[2]
