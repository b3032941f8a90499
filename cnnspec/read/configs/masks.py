"""The operations that Keras 3 adds for masks, which a spec leaves to Keras."""

from typing import Any

from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_known
from cnnspec.read.configs.calls import Ref
from cnnspec.read.configs.network import Entry, Network


class Masks:
    """Tells which operations of a model only make masks that Keras makes by itself."""

    def __init__(self, network: Network) -> None:
        self._entries = {entry.name: entry for entry in network.entries}
        self._made = {one for entry in network.entries for one in _compared(entry)}

    def is_made(self, value: Any) -> bool:
        """Whether the mask of a call is one that Keras makes."""
        if isinstance(value, list):
            return all(one is None or self.is_made(one) for one in value)
        return isinstance(value, Ref) and self._is_made(value)

    def _is_made(self, ref: Ref) -> bool:
        entry = self._entries.get(ref.layer)
        if entry is None or not entry.is_function or not entry.calls:
            return False
        args = entry.calls[0].args
        if entry.kind == "NotEqual":
            return any(args[:2] == one for one in self._made)
        # Masking looks at all numbers of a step; masks of several tensors are joined.
        return all(self._is_made(one) for one in entry.calls[0].refs())


def _compared(entry: Entry) -> list[Any]:
    """What a layer compares to make its mask: a tensor, and a number.

    Source: `compute_mask` of keras/src/layers/core/embedding.py and masking.py, 3.15.
    """
    if not is_known(entry.kind):
        return []
    cls = layer_class(entry.kind)
    value = entry.config.get(cls.masks_by) if cls.masks_by else False
    if value is False or value is None:
        return []
    number = 0 if value is True else value
    if not isinstance(number, int | float):
        return []
    firsts = [call.args[0] for call in entry.calls if call.args]
    return [(first, number) for first in firsts if isinstance(first, Ref)]
