"""Layers of one's own: their classes, and whether these are what the spec declares."""

from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from cnnspec.emit.keras_live.carried import carried_classes
from cnnspec.emit.keras_live.model import Built, shapes_of
from cnnspec.emit.keras_live.session import keras_module, quiet, reason
from cnnspec.emit.own import held, used
from cnnspec.ground.errors import Diagnostic, nearest
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph
from cnnspec.model.summary import Model, Row, Summary

CODE = "own-layer"


def not_imported(model: Model) -> list[Diagnostic]:
    """What keeps the own layers of a model from being imported."""
    found = []
    for cls in used(model.summary.graph):
        module, name = cls.declared.module, cls.declared.class_name
        text, hint = _complaint(module, name, may=model.program.may_import)
        if text:
            where = (*cls.declared.path, "import")
            source = model.program.source
            found.append(source.diagnostic("error", CODE, where, text, hint))
    return found


def parts_not_imported(model: Model) -> list[Diagnostic]:
    """What keeps the own losses and metrics of a model from being imported."""
    found, program = [], model.program
    for cls in program.own_parts.values():
        module, name, _, path = cls.declared
        text, hint = _complaint(module, name, may=program.may_import, is_layer=False)
        if text:
            where = (*path, "import")
            found.append(program.source.diagnostic("error", CODE, where, text, hint))
    return found


def _complaint(
    module: str, name: str, *, may: bool, is_layer: bool = True
) -> tuple[str, str]:
    """Why something can't be imported, and what to do; two empty texts if it can."""
    if not may:
        text = f"Keras can't be asked of '{name}', since nothing may be imported"
        return text, f"--allow-import lets '{module}' be"
    try:
        with quiet():
            names = vars(import_module(module))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the module does
        text = f"'{module}' can't be imported: {reason(error)}"
        return text, "it is looked for where Python looks, as PYTHONPATH says"
    if name not in names:
        hint = nearest(name, names) or "put the class's name behind a colon"
        return f"'{module}' has no '{name}'", hint
    if not is_layer:
        if callable(names[name]):
            return "", ""
        return f"'{name}' of '{module}' can't be called", "name a class or a function"
    base = keras_module().layers.Layer
    if not (isinstance(names[name], type) and issubclass(names[name], base)):
        return f"'{name}' of '{module}' is no keras.layers.Layer", "name another class"
    return "", ""


def classes(graph: Graph) -> dict[str, Any]:
    """Those of layers that Keras lacks, by their names in the file of a model."""
    return carried_classes() | {
        cls.declared.class_name: getattr(
            import_module(cls.declared.module), cls.declared.class_name
        )
        for cls in used(graph)
    }


def differences(model: Model, built: Built) -> list[Diagnostic]:
    """Where own layers are something else than the spec declares."""
    found, source = [], model.program.source
    for layer, row in _pairs(model.summary, built.layers):
        [own, *_] = held(row.layer)
        for text in _differing(layer, row):
            hint = "mend what custom: says of it, or its class"
            where = own.declared.path
            found.append(source.diagnostic("error", CODE, where, text, hint, True))
    return found


def _pairs(summary: Summary, layers: Mapping[str, Any]) -> Iterator[tuple[Any, Row]]:
    """Own layers of Keras and their rows, those in models inside among them."""
    for row in summary.rows:
        if row.shares or not any(True for _ in held(row.layer)):
            continue
        if isinstance(row.layer, Functional):
            inside = row.layer.inside()  # as Keras first called what is in it
            names = {inside.graph.called(one.name): one.name for one in inside.rows}
            found = layers[row.name].layers
            inner = {names[one.name]: one for one in found if one.name in names}
            yield from _pairs(inside, inner)
        else:
            yield layers[row.name], row


def _differing(layer: Any, row: Row) -> Iterator[str]:
    """What is different of a layer of Keras: a line for each.

    Weights are told apart by their sizes and by whether they are trained: names say
    little where a class holds layers of Keras.
    """
    title = f"'{row.name}' ({row.type})"
    if type(layer).__name__ != row.type:
        yield f"{title} is of a class that calls itself '{type(layer).__name__}'"
    told = shapes_of(layer.output)
    if told != row.output_shape:
        yield f"{title} gives {told} in Keras, and {row.output_shape} as declared"
    theirs = Counter((tuple(w.shape), w.trainable) for w in layer.weights)
    ours = Counter((tuple(w.shape), w.trainable) for w in row.weights)
    for these, where, other in (
        (theirs - ours, "in Keras", "that isn't declared"),
        (ours - theirs, "as declared", "that Keras doesn't have"),
    ):
        for shape, trained in these.elements():
            kind = "weight" if trained else "weight that isn't trained"
            yield f"{title} has a {kind} of {list(shape)} {where}, {other}"
