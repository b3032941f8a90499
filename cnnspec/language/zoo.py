"""The layers of a model of keras.applications: a spec of the zoo with its values."""

import os
from typing import Any

from cnnspec.catalogue.applications.base import Application
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
    for name, value in model.variables().items():
        assert name in data["vars"], f"{model.spec}.yaml has no variable {name}"
        data["vars"][name] = value
    if model.include_top:
        [arguments] = data["layers"][-1].values()
        arguments["activation"] = model.classifier_activation
    else:
        del data["layers"][-model.top :]
        data["layers"] += model.pooled_layers()
    return source
