"""What blocks are called that nobody has named yet."""

import re
from collections.abc import Collection, Sequence

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers import layer_class
from cnnspec.catalogue.registry import is_known
from cnnspec.read.writing.items import LAYER, Item, Seq

_WORDS = re.compile(r"[a-zA-Z]{3,}")
_MOST = 3
"""Words of a name made of layers."""
_PLAIN, _SUM, _SIDE_BY_SIDE = "unit", "residual", "module"
_MEANINGLESS = frozenset({"block", "layer", "model", "conv"})
"""Words of names that say nothing of a block."""
_AROUND = "stage"
"""Blocks that call blocks."""


def title_of(
    body: Seq, calls: Sequence[str] | None, taken: Collection[str], calls_blocks: bool
) -> str:
    """The name of a block.

    Args:
        body: its layers.
        calls: the names of its calls, if they have some.
        taken: names that something has already.
        calls_blocks: whether there are calls of blocks in it.
    """
    wanted = _by_calls(calls or ()) or _by_layers(body, calls_blocks)
    number, found = 2, wanted
    while found in taken:
        found = f"{wanted}_{number}"
        number += 1
    return found


def _by_calls(calls: Sequence[str]) -> str:
    """The last word that the names of all calls have, without their numbers."""
    words = [_WORDS.findall(call) for call in calls]
    last = {several[-1].lower() for several in words if several}
    if len(last) != 1 or not all(words):
        return ""
    [word] = last
    return "" if word in _MEANINGLESS else word


def _by_layers(body: Seq, calls_blocks: bool) -> str:
    joined = next((item for item in reversed(body) if _joins(item)), None)
    if joined is not None:
        adds = layer_class(joined.kind).adds
        several = joined.branches and all(joined.branches)
        return _SUM if adds else _SIDE_BY_SIDE if several else _PLAIN
    if calls_blocks:
        return _AROUND
    if len(body) > _MOST or any(item.form != LAYER for item in body):
        return _PLAIN
    return "_".join(map(_word, body))


def _joins(item: Item) -> bool:
    known = item.form == LAYER and is_known(item.kind)
    return known and layer_class(item.kind).joins_paths


def _word(item: Item) -> str:
    """A short word for a layer: `conv`, `bn`, `relu`."""
    if not is_known(item.kind):
        return snake_case(item.kind)
    cls = layer_class(item.kind)
    if cls.role == "normalisation":
        return "".join(word[0] for word in snake_case(item.kind).split("_"))
    if cls.activates:
        said = item.arguments.get("activation", cls.result)
        return said if isinstance(said, str) and said.isidentifier() else "act"
    return re.sub(r"_?\d+d", "", cls.result)
