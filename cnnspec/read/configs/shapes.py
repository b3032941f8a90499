"""The shapes of tensors that a configuration tells of."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_known
from cnnspec.read.configs.calls import Ref
from cnnspec.read.configs.forms import TENSOR, plain
from cnnspec.read.configs.network import Entry, Network

Shape = tuple[int | None, ...]
_OUTPUT = "output_shape"


class Shapes:
    """What a configuration tells of the tensors of a model, with the batch."""

    def __init__(self, model: Network) -> None:
        self._model = model
        self._known: dict[Ref, Shape] = {}
        for entry in model.entries:
            self._known.update(_of_calls(entry))
            self._known.update(_of_tensors(entry.raw.get("inbound_nodes")))

    def given_by(self, entry: Entry) -> list[Shape | None]:
        """The shape of each tensor that a layer gives; None where nothing tells it."""
        refs = [r for e in self._model.entries for call in e.calls for r in call.refs()]
        read = (
            r.tensor for r in (*refs, *self._model.outputs) if r.layer == entry.name
        )
        count = 1 + max(read, default=0)
        found = [self._known.get(Ref(entry.name, 0, number)) for number in range(count)]
        told = plain(entry.config.get(_OUTPUT))
        if found == [None] and _is_shape(told):
            return [(None, *told)]
        return found

    def width_of(self, entry: Entry, held: Callable[[str], Any]) -> int:
        """The last size of what a layer gives, by the weights of what reads it.

        Args:
            entry: the layer.
            held: gives the names and shapes of the arrays of a layer.
        """
        for one in self._model.entries:
            reads = [ref for call in one.calls[:1] for ref in call.refs()]
            arrays = held(one.name)
            if reads != [Ref(entry.name, 0, 0)] or not arrays or not is_known(one.kind):
                continue
            shape, cls = arrays[0][1], layer_class(one.kind)
            if cls.grows_with in ("filters", "units") and len(shape) > 1:
                return shape[-2] or 0
        return 0


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(s is None or type(s) is int for s in value)


def _of_calls(entry: Entry) -> Iterator[tuple[Ref, Shape]]:
    """What a layer was built for is what it reads."""
    shape = plain(entry.built.get("input_shape"))
    if not entry.calls or not isinstance(shape, list) or not shape:
        return
    refs = list(entry.calls[0].refs())
    shapes = [shape] if _is_shape(shape) else shape
    if len(refs) == len(shapes):
        for ref, one in zip(refs, shapes, strict=True):
            if _is_shape(one):
                yield ref, tuple(one)


def _of_tensors(value: Any) -> Iterator[tuple[Ref, Shape]]:
    """Keras 3 writes the shape of each tensor that a call takes."""
    if isinstance(value, Mapping):
        if value.get("class_name") == TENSOR:
            config = value["config"]
            if _is_shape(shape := plain(config.get("shape"))):
                yield Ref(*config["keras_history"]), tuple(shape)
            return
        value = list(value.values())
    if isinstance(value, list | tuple):
        for one in value:
            yield from _of_tensors(one)
