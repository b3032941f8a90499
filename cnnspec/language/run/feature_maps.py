"""The layers of a model of keras.applications that a spec asks for by name."""

from typing import Any

from cnnspec.catalogue.layers import Layer
from cnnspec.ground.errors import Path, Trail, nearest
from cnnspec.language.listener import Outcome, Said, T
from cnnspec.language.program import CallStep, LayerStep
from cnnspec.language.run.scope import Scope
from cnnspec.language.run.state import State


def as_asked(
    state: State[T],
    step: CallStep | LayerStep,
    layer: Any,
    outcome: Outcome[T],
    inside: State[T],
    inner: Scope[T],
) -> Outcome[T]:
    """What came of a model of keras.applications, with its feature maps as results.

    Args:
        state: of the model around.
        step: its entry.
        layer: with its arguments.
        outcome: of its steps.
        inside: of it.
        inner: where they were taken.
    """
    if layer.from_layer and not _is_layer(inside, layer.from_layer):
        path = (*step.path, "from_layer")
        _refuse_inner(state, layer.from_layer, path, layer, inside, inner.trail)
    found: list[T] = []
    said: list[Said] = []
    for place, name in enumerate(layer.outputs or ()):
        if _is_layer(inside, name):
            found += inner.known[name]
            said.append(Said(place, 0, name))
        else:
            path = (*step.path, "outputs", place)
            _refuse_inner(state, name, path, layer, inside, inner.trail)
    return outcome._replace(outputs=tuple(found), said=said) if found else outcome


def _is_layer(inside: State[T], name: str) -> bool:
    """Whether Keras finds a layer of that name, as it doesn't find operations."""
    first = inside.first(name)
    return first is not None and not inside.classes[first].named_by_keras


def _refuse_inner(
    state: State[T],
    name: str,
    path: Path,
    model: Layer,
    inside: State[T],
    trail: Trail,
) -> None:
    """Reports a name that no layer of a model has."""
    text = f"{model.title()} has no layer '{name}'"
    layers = [*inside.classes, *inside.shares]
    hint = nearest(name, layers) or "cnnspec show --expand lists them"
    if name in inside.classes:
        text = f"'{name}' in {model.title()} is an operation, and Keras finds layers"
        place = layers.index(name)
        near = next(n for n in layers[place::-1] if _is_layer(inside, n))
        hint = f"take a layer near by, such as '{near}' before it"
    state.problems.report("unknown-input", path, text, hint, trail)
