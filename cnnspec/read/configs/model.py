"""What Keras serialised, of any age, to a `Found`."""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.shapes import product
from cnnspec.read.configs import operations
from cnnspec.read.configs.names import legal
from cnnspec.read.configs.network import Network, is_model, network
from cnnspec.read.configs.noted import Notes
from cnnspec.read.configs.steps import Model, StepWriter
from cnnspec.read.containers.stored import Stored
from cnnspec.read.found import Figures, Found


def from_config(stored: Stored) -> Found:
    """The model that a file holds, written out.

    Raises:
        ReadError: its configuration can't be read.
    """
    held = {
        layer: tuple((one.name, one.shape) for one in several)
        for layer, several in stored.weights.items()
    }
    model = network(stored.config)
    notes = Notes(stored.keras_version, held)
    notes.rows.update(_rows(model))
    found = StepWriter(model, notes).model()
    document = _document(legal(model.name), found, notes)
    if stored.training:
        from cnnspec.read.configs.training import train_of

        train = train_of(stored.training, found.outputs, notes)
        document |= {"train": train} if train else {}
    return Found(
        stored.format,
        document,
        notes.places,
        tuple(notes.unknowns),
        notes.comments,
        _figures(stored),
        calls=notes.calls,
    )


def _rows(model: Network) -> Iterator[str]:
    """What the names of all operations begin with, in models inside, too."""
    for entry in model.entries:
        if operations.is_operation(entry):
            yield operations.automatic(entry)
        elif is_model(entry.raw):
            yield from _rows(network(entry.raw))


def _document(name: str, model: Model, notes: Notes) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name}
    if notes.custom:
        found["custom"] = notes.custom
    if notes.blocks:
        found["blocks"] = notes.blocks
    found["inputs"] = model.inputs
    found["layers"] = model.layers
    found["outputs"] = model.outputs
    return found


def _figures(stored: Stored) -> Figures | None:
    """How many numbers the file holds for the model's layers."""
    if not stored.weights:
        return None
    held = {
        layer: sum(product(one.shape) or 0 for one in several)
        for layer, several in stored.weights.items()
    }
    return Figures(sum(held.values()), None, None, layers=held)
