"""Saves a model with Keras, reads the file, and compares what comes of it."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cnnspec import api
from cnnspec.emit.keras_live.model import build_model
from cnnspec.emit.keras_live.published import withheld
from cnnspec.read import opening
from cnnspec.read.found import Found
from tests.emit.same import reset_names
from tests.read.round_trip import rebuilt, unlike
from tests.zoo.applications import build
from tests.zoo.names import APPLICATIONS, FOLDER

Proof = tuple[str, int, list[str]]
"""The form of the file, how many layers it has, and what differs."""


def all_names() -> list[str]:
    """The 40 of keras.applications, and all specs that come with the project."""
    specs = sorted([*FOLDER.parent.glob("*.yaml"), *FOLDER.glob("*.yaml")])
    return [*APPLICATIONS, *map(str, specs)]


def prove(name: str, forms: Sequence[str]) -> Iterator[Proof]:
    """What differs between a model and what comes back of its file, form by form.

    The configurations in the forms are mostly equal, so that one model is built for all
    that say the same.

    Args:
        name: of a model of keras.applications, or the path of a spec.
        forms: endings of files.
    """
    reset_names()
    with withheld():
        model = build(name) if name in APPLICATIONS else _of_spec(name)
    seen: list[tuple[dict[str, Any], list[str]]] = []
    with tempfile.TemporaryDirectory() as folder:
        for form in forms:
            found = _read(model, os.path.join(folder, f"model.{form}"))
            known = [wrong for document, wrong in seen if document == found.document]
            if not known:
                with withheld():
                    known = [unlike(model, rebuilt(found))]
                seen.append((found.document, known[0]))
            yield form, len(model.layers), [*known[0], *_open(found, model)]


def _of_spec(name: str) -> Any:
    return build_model(api.load(Path(name)).summary.graph)


def _read(model: Any, path: str) -> Found:
    if path.endswith(".json"):
        with open(path, "w", encoding="utf-8") as file:
            file.write(model.to_json())
    else:
        model.save(path)
    found = opening.read(path)
    assert found is not None
    return found


def _open(found: Found, model: Any) -> Iterator[str]:
    """What reading a file of today must leave open nowhere.

    No spec says that a model in it infers at each call, but by `fine_tune`.
    """
    unknown = (one for one in found.unknowns if one.argument != "training")
    yield from (f"not known: {one}" for one in unknown)
    if found.figures and found.figures.total != model.count_params():
        yield f"figures: {found.figures.total}, and Keras has {model.count_params()}"
