"""What code doesn't say of a model, and what stands in its place."""

from collections.abc import Sequence
from typing import Any

from cnnspec.catalogue import registry
from cnnspec.catalogue.layers import layer_class
from cnnspec.ground.errors import Path
from cnnspec.ground.kinds import NotAllowed
from cnnspec.read import found
from cnnspec.read.code.building import Layer, Node, Tensor
from cnnspec.read.code.values import Unknown, first_unknown
from cnnspec.read.found import Place

_QUIET = (
    *("activation", "initializer", "regularizer", "constraint", "rate", "dropout"),
    *("seed", "momentum", "epsilon", "alpha", "slope", "name", "trainable", "dtype"),
    *("mask_zero", "stateful", "value", "weights", "interpolation", "stddev"),
)
"""Words in the names of arguments that change no count."""
_TRIED: tuple[Any, ...] = (10, 2, 0.5, "same", "tanh", [2, 2], [1], "mean", True)
"""Values that are tried where an argument has to be given."""


class OpenPoints:
    """Keeps what isn't known, and fills it in."""

    def __init__(self) -> None:
        self.unknowns: list[found.Unknown] = []

    def lost(
        self,
        why: str,
        place: Place,
        *,
        counts: bool,
        layer: str = "",
        argument: str = "",
    ) -> None:
        """Notes something that isn't followed."""
        one = found.Unknown(layer, argument, (), why, place, counts)
        if one not in self.unknowns:
            self.unknowns.append(one)

    def filled(
        self, layer: Layer, given: dict[str, Any], name: str, path: Path
    ) -> dict[str, Any]:
        """Arguments in which a value stands for each that isn't known."""
        found_: dict[str, Any] = {}
        for key, value in given.items():
            unknown = first_unknown(value)
            if unknown is None:
                found_[key] = value
                continue
            if (inner := self._inside(layer, key, value, name)) is not None:
                found_[key] = inner
                continue
            stands = self._stand_in(layer.kind, key)
            if stands is not None:
                found_[key] = stands
            self._note(layer, name, key, unknown, stands)
        return found_

    def _inside(self, layer: Layer, key: str, value: Any, name: str) -> Any:
        """The layer that a layer holds, with what isn't known of it filled in."""
        held = layer.given.get(key)
        if not isinstance(held, Layer) or not isinstance(value, dict):
            return None
        [(kind, given)] = value.items()
        return {kind: self.filled(held, given, name, ())}

    def _stand_in(self, kind: str, argument: str) -> Any:
        """A value that an argument may have; None where it needn't have one."""
        if not registry.is_known(kind):
            return None
        known = layer_class(kind).arguments().get(argument)
        if known is None or not known.required:
            return None
        for value in _TRIED:
            try:
                known.kind.validated(value)
            except NotAllowed:
                continue
            return value
        return None

    def _note(
        self, layer: Layer, name: str, argument: str, unknown: Unknown, stands: Any
    ) -> None:
        place = unknown.place if unknown.place.line else layer.place
        counts = not any(word in argument for word in _QUIET)
        why = f"{unknown.why} isn't in the code"
        if unknown.given:
            why = f"{unknown.why} is given no value"
        candidates = () if stands is None else (stands,)
        self.unknowns.append(
            found.Unknown(name, argument, candidates, why, place, counts)
        )

    def sizes(self, tensor: Tensor, readers: Sequence[Node], path: Path) -> list[Any]:
        """The sizes of an input, batch first.

        Args:
            tensor: the input.
            readers: the calls that read it.
            path: where it stands in the document.
        """
        shape = tensor.shape
        if isinstance(shape, Unknown) or not isinstance(shape, tuple):
            why = shape.why if isinstance(shape, Unknown) else "the shape of the input"
            place = shape.place if isinstance(shape, Unknown) else tensor.place
            is_given = isinstance(shape, Unknown) and shape.given
            taken = _usual(readers)
            self._note_input(tensor, why, place, is_given, taken[1:])
            return taken
        usual = {2: [10], 3: [32, 8], 4: [32, 32, 3]}.get(len(shape), [8] * len(shape))
        sizes = [shape[0] if isinstance(shape[0], int) else None]
        for size, stands in zip(shape[1:], usual, strict=False):
            if isinstance(size, Unknown):
                place = size.place if size.place.line else tensor.place
                why = size.why or "a size"
                self._note_input(tensor, why, place, size.given, stands)
            sizes.append(size if size is None or isinstance(size, int) else stands)
        return sizes

    def _note_input(
        self, tensor: Tensor, why: str, place: Place, is_given: bool, taken: Any
    ) -> None:
        name = tensor.name or "input"
        text = f"{why} is given no value" if is_given else f"{why} isn't in the code"
        one = found.Unknown(name, "shape", (taken,), text, place, True)
        if one not in self.unknowns:
            self.unknowns.append(one)


def _usual(readers: Sequence[Node]) -> list[Any]:
    """Sizes that what reads an input takes, batch first."""
    for node in readers:
        kind = node.layer.kind if isinstance(node.layer, Layer) else ""
        if registry.is_known(kind) and not registry.is_operation(kind):
            cls = layer_class(kind)
            return (
                [*cls.example_inputs[0]]
                if cls.weight_rule != "none"
                else [
                    None,
                    *_SIZES,
                ]
            )
    return [None, *_SIZES]


_SIZES = (32, 32, 3)
