"""A layer under custom: that nothing uses.

It is often the trace of a layer that was forgotten, or of two names that were
meant to be one. What a file takes over from one that it extends or includes is
not its own to use.

Wrong:

    custom:
      Swish: {import: my_layers, output: $x}
    layers: [Flatten]

Right:

    custom:
      Swish: {import: my_layers, output: $x}
    layers: [Swish, Flatten]
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.errors import Path, Problem
from cnnspec.model.summary import Model

CODE = "unused-custom"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of own layers whose name stands nowhere in layers and blocks."""
    program, data = model.program, model.program.source.data
    if program.own_parts:
        trained = {*_words(data.get("train"))}
        for name in program.own_parts:
            path: Path = ("custom", name)
            if name not in trained and program.source.writes(path):
                text = f"nothing in train: uses '{name}'"
                yield Problem(path, CODE, text, "use it there, or remove it", True)
    if not program.own:
        return
    own = program.own.keys()
    used = own & {*_words(data.get("layers")), *_words(data.get("blocks"))}
    used |= own & {*_words(data.get("append"))}
    for name in program.own:
        path = ("custom", name)
        if name not in used and program.source.writes(path):
            hint = f"use it, as in - {name}; or remove it"
            text = f"nothing uses the layer '{name}'"
            yield Problem(path, CODE, text, hint, at_key=True)


def _words(data: Any) -> Iterator[str]:
    """The keys and texts in layer lists, which may name a layer."""
    waiting = [data]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield from map(str, found)
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
        elif isinstance(found, str):
            yield found
