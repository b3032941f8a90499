"""The layers of a model of keras.applications: a spec of the zoo with its values."""

import os
from collections.abc import Sequence
from typing import Any

from cnnspec.catalogue.applications.base import Application
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape
from cnnspec.ground.source import Source, read_source, with_bases
from cnnspec.language.document import Document
from cnnspec.language.program import Program
from cnnspec.language.reader import read_program


def zoo_folder() -> str:
    """Inside the package where a wheel was installed, beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(__file__))
    installed = os.path.join(package, "zoo")
    if os.path.isdir(installed):
        return installed
    return os.path.join(os.path.dirname(package), "specs", "zoo")


def images(model: Application, shapes: Sequence[Any]) -> Shape | None:
    """The shape of what a model reads; None where it can't read that.

    Args:
        model: with its arguments.
        shapes: of the tensors that it is given, None where one isn't known.
    """
    if len(shapes) != 1 or not isinstance(shapes[0], tuple):
        return None
    try:
        model.check(shapes[0])
    except ShapeError:
        return None
    return shapes[0]


_programs: dict[tuple[str, str, Shape], Program] = {}


def program_of(model: Application, x: Shape) -> Program:
    """What Keras makes of a model for images of a shape, with Keras's names.

    Args:
        model: with its arguments, which `check` let pass.
        x: shape of the tensor that it reads, batch first.
    """
    key = model.spec, repr(_values(model)), x
    if key not in _programs:
        _programs[key] = read_program(_source(model, x))
    return _programs[key]


def _values(model: Application) -> tuple[Any, ...]:
    """What the layers of a model depend on, but for its input."""
    top = model.classifier_activation if model.include_top else model.pooling
    return model.include_top, top, model.variables()


def _source(model: Application, x: Shape) -> Source:
    """The document of a model's spec, as its arguments and images change it."""
    source = read_source(os.path.join(zoo_folder(), f"{model.spec}.yaml"))
    source.everywhere = True
    data = with_bases(source, Document.arguments()).data
    data["name"] = model.keras_name(x)
    data["input"] = list(x[1:])
    data.pop("expect", None)
    variables = model.variables()
    # Where a size isn't known, Keras pads as for an even one.
    sizes = [0, 0] if None in x[1:3] else list(x[1:3])
    of_images = {"sizes": sizes, "channels": x[-1]}
    variables |= {n: v for n, v in of_images.items() if n in data["vars"]}
    unknown = variables.keys() - data["vars"].keys()
    assert not unknown, f"{model.spec}.yaml has no variables {unknown}"
    data["vars"] |= variables
    if model.include_top:
        [arguments] = data["layers"][-1].values()
        arguments["activation"] = model.classifier_activation
    else:
        del data["layers"][-model.top :]
        data["layers"] += model.pooled_layers()
    return source
