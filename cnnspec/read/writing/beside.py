"""What a spec says beside its layers: where it came from, what isn't known, figures."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.ground.errors import Path
from cnnspec.ground.shapes import show
from cnnspec.ground.visible import visible
from cnnspec.ground.yaml_text import flow
from cnnspec.model.graph import Graph
from cnnspec.model.summary import infer
from cnnspec.read.found import BODY, Found, Unknown
from cnnspec.read.writing.items import Spec

_SOURCES = {
    "keras-h5": "a file of Keras (.h5)",
    "keras-archive": "a file of Keras (.keras)",
    "keras-json": "a configuration of Keras (JSON)",
    "keras-yaml": "a configuration of Keras (YAML)",
    "tfjs": "a model of TensorFlow.js",
    "saved-model": "a SavedModel of TensorFlow",
    "table": "a printed table",
    "python": "a script",
    "notebook": "a notebook",
}
"""What formats are called."""


def remarks(found: Found, origin: str) -> dict[Path, list[str]]:
    """Comments by the paths of the written-out document; those of the head at `()`.

    Args:
        found: the model.
        origin: the name of the file that it was read from, if it is one.
    """
    kind = _SOURCES.get(found.format, "")
    words = ", ".join(filter(None, (origin, kind)))
    head = [f"Read from {words}."] if words else []
    lines: dict[Path, list[str]] = {(): head}
    for path, text in found.comments.items():
        lines.setdefault(path, []).extend(text.splitlines())
    places = _places(found.document)
    alike: dict[str, list[Unknown]] = {}
    for unknown in found.unknowns:
        _, argument, candidates, why, *_ = unknown
        said = f"{bool(unknown.layer)}{argument}{candidates!r}{why}"
        alike.setdefault(said, []).append(unknown)
    for several in alike.values():
        text = _of(several[0])
        if len(several) < _MANY:
            for unknown in several:
                lines.setdefault(places.get(unknown.layer, ()), []).append(text)
        else:
            kinds = _listed(sorted({_kind(found, places, one) for one in several}))
            head.append(f"Of {len(several)} layers ({kinds}) {text}.")
    return {path: [*map(visible, texts)] for path, texts in lines.items() if texts}


_MANY = 3
"""Layers that leave the same open, for which it is said once, at the head."""


def _kind(found: Found, places: Mapping[str, Path], unknown: Unknown) -> str:
    """The class of the layer that leaves something open."""
    step: Any = found.document
    for key in places.get(unknown.layer, ()):
        step = step[key]
    return next(iter(step), unknown.layer) if isinstance(step, dict) else str(step)


def _listed(names: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def shapes_of(graph: Graph) -> dict[str, Any]:
    """The shapes of a model's tensors, by the names of what gives them."""
    shapes: dict[str, Any] = {one.name: one.shape for one in graph.inputs}
    return shapes | {row.name: row.output_shape for row in infer(graph).rows}


def sizes(spec: Spec, shapes: Mapping[str, Any]) -> dict[Path, str]:
    """The heights and widths of images, behind the layers that change them.

    Args:
        spec: whose layers are told about.
        shapes: of its tensors, by the keys of what gives them.
    """
    before = _size(shapes.get(spec.main.inputs[0]))
    found: dict[Path, str] = {}
    for number, item in enumerate(spec.main.items):
        size = _size(shapes.get(item.key))
        if size and size != before:
            found["layers", number] = size
        before = size or before
    return found


def _size(shape: Any) -> str:
    """The height and width of an image of channels; nothing of anything else."""
    if not isinstance(shape, tuple) or len(shape) != _IMAGES or None in shape[1:]:
        return ""
    return show(shape[1:-1])


_IMAGES = 4
"""Axes of a batch of images."""


def _of(unknown: Unknown) -> str:
    """What is said of an argument that the source doesn't tell."""
    if unknown.argument == BODY:
        return unknown.why
    text = f"{unknown.argument} isn't known: {unknown.why}"
    if not unknown.candidates and not unknown.layer:
        return f"{text}; it is left out"
    taken, *others = [flow(one) for one in unknown.candidates] or ["Keras's default"]
    text = f"{text}; {taken} is a guess"
    return f"{text}, and {' or '.join(others)} may be right" if others else text


def _places(document: Mapping[str, Any]) -> dict[str, Path]:
    """Where layers stand in a written-out document, by their names."""
    return dict(_named(document, ()))


def _named(document: Mapping[str, Any], path: Path) -> Iterator[tuple[str, Path]]:
    for name, block in (document.get("blocks") or {}).items():
        yield from _named(block, ("blocks", name))
    for number, step in enumerate(document["layers"]):
        arguments = next(iter(step.values())) if isinstance(step, dict) else None
        if isinstance(arguments, dict) and "name" in arguments:
            yield arguments["name"], (*path, "layers", number)
