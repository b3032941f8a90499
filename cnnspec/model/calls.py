"""The shapes that a layer's call is given, by the arguments that they go to."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from cnnspec.catalogue.layers.base import Layer
from cnnspec.ground.errors import ShapeError
from cnnspec.ground.shapes import Shape, Shapes

_NOTHING: Mapping[str, Any] = {}


class Call(NamedTuple):
    """What a layer is given beside the tensors that it works on."""

    more: Mapping[str, tuple[Shape, ...]] = _NOTHING
    """The shapes of further tensors by their arguments: of a mask, or of states."""
    settings: Mapping[str, Any] = _NOTHING
    """Arguments that are no tensors."""

    def shaping(self, layer: Layer) -> dict[str, Any]:
        """Those of its arguments that the layer's shape rule has to know."""
        return {
            name: found[name]
            for name in layer.shaped_by
            for found in (self.settings, self.more)
            if name in found
        }


PLAIN = Call()
"""A call with nothing beside."""


if TYPE_CHECKING:

    class Caller(Protocol):
        """A node of a graph, or its row: what says how a layer is called."""

        @property
        def layer(self) -> Layer:
            """The layer."""

        @property
        def inputs(self) -> tuple[str, ...]:
            """What gives the tensors that it reads."""

        @property
        def parts(self) -> tuple[int | None, ...]:
            """Which of the tensors of each."""

        @property
        def arguments(self) -> tuple[str, ...]:
            """The argument that each goes to."""

        @property
        def settings(self) -> Mapping[str, Any]:
            """Arguments that are no tensors."""


def tensors(
    names: Sequence[str],
    shapes: Mapping[str, Shapes],
    parts: Sequence[int | None] = (),
) -> tuple[Shape, ...]:
    """The shapes of the tensors that a call takes; a list of them counts as several.

    Raises:
        KeyError: one isn't there.
        ShapeError: it is one of several, of which there are fewer.
    """
    found: list[Shape] = []
    for place, name in enumerate(names):
        shape = shapes[name]
        if not isinstance(shape, list):
            found.append(shape)
        elif parts and (part := parts[place]) is not None:
            if part >= len(shape):
                text = f"reads '{name}.{part}', and '{name}' gives {len(shape)} tensors"
                raise ShapeError(text)
            found.append(shape[part])
        else:
            found += shape
    return tuple(found)


def shapes_given(
    caller: "Caller", shapes: Mapping[str, Shapes]
) -> tuple[tuple[Shape, ...], Call]:
    """The shapes of the tensors that a layer works on, and what it is given beside.

    Raises:
        KeyError: what it reads isn't there.
        ShapeError: it lacks a tensor, or is given several as one.
    """
    names, parts, arguments = caller.inputs, caller.parts, caller.arguments
    if not arguments:
        given = tensors(names, shapes, parts)
        return given, Call(_NOTHING, caller.settings) if caller.settings else PLAIN
    found: dict[str, tuple[Shape, ...]] = {}
    for place, name in enumerate(names):
        one = tensors((name,), shapes, parts[place : place + 1])
        key = arguments[place]
        found[key] = found.get(key, ()) + one
    main = caller.layer.works_on()
    _count_each(caller.layer, found, main)
    given = tuple(shape for key in main for shape in found.pop(key, ()))
    return given, Call(found, caller.settings)


Types = str | list[str]
"""The type of the numbers in a tensor, or in all that a layer gives; else of each."""


def types_given(
    caller: "Caller", shapes: Mapping[str, Shapes], types: Mapping[str, Types]
) -> list[str]:
    """The types of the numbers in the tensors that a layer works on.

    Args:
        caller: the layer's call.
        shapes: of tensors, by the names of what gives them.
        types: of their numbers.
    """
    found: list[str] = []
    main = caller.layer.works_on() if caller.arguments else ()
    for place, name in enumerate(caller.inputs):
        if main and caller.arguments[place] not in main:
            continue
        shape, type_ = shapes[name], types[name]
        count = len(shape) if isinstance(shape, list) else 1
        each = type_ if isinstance(type_, list) else [type_] * count
        part = caller.parts[place] if caller.parts else None
        found += each if part is None else [each[part]]
    return found


def _count_each(
    layer: Layer, found: Mapping[str, tuple[Shape, ...]], main: Sequence[str]
) -> None:
    """Refuses arguments with more tensors than one, and without one that they need.

    Raises:
        ShapeError: with the first of them.
    """
    lists = layer.listed if layer.takes_tensors_apart else (*layer.listed, main[0])
    for key, shapes in found.items():
        if len(shapes) > 1 and key not in lists:
            text = f"takes one tensor as {key}, and is given {len(shapes)}"
            raise ShapeError(text, f"give {key} one of them")
    for key in main[: layer.inputs] if layer.takes_tensors_apart else ():
        if key not in found:
            raise ShapeError(f"needs a tensor as {key}", f"add {key}: to from")
