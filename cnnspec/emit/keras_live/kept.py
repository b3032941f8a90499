"""A model with the weights of the file that it was read from."""

from typing import Any

from cnnspec.emit.keras_live.archived import give_archived
from cnnspec.emit.keras_live.carrying import carry
from cnnspec.emit.keras_live.model import saved
from cnnspec.emit.keras_live.own import classes
from cnnspec.emit.keras_live.session import raised_limit
from cnnspec.emit.keras_live.target import compared
from cnnspec.emit.write import seal_zip
from cnnspec.ground.errors import SpecError
from cnnspec.model.summary import Model
from cnnspec.read.containers import kinds
from cnnspec.read.containers.reading import stored
from cnnspec.read.found import ReadError


def archive(model: Model, path: str) -> bytes:
    """The `.keras` file of a model.

    Args:
        model: as it was read, with the names that its layers have in the file.
        path: of the file.

    Raises:
        SpecError: Keras builds something else.
        ReadError: the file's weights don't fit, or it holds none.
    """
    built, errors = compared(model)
    if built is None or errors:
        raise SpecError(errors)
    give_weights(built.model, path)
    graph = model.summary.graph
    with raised_limit(graph):
        return seal_zip(saved(built.model, classes(graph)))


def give_weights(model: Any, path: str) -> None:
    """Gives a live model the weights of the file that it was read from.

    Raises:
        ReadError: they don't fit, or it holds none.
    """
    kind = kinds.kind_of(path)
    if kind is None:
        text = "this file has no weights"
        raise ReadError(text, "--weights needs the .h5 or .keras file that has them")
    held = stored(path, kind)
    if kind == kinds.ARCHIVE:
        give_archived(model, held, path)
    else:
        carry(model, held, path)
