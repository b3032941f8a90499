"""A default that no layer takes.

Either the model has no layer of that kind, or each of them says the argument
itself. Whoever changes the default is misled: nothing changes in the model.
What a file takes over from the one that it extends is not its own to use.

Wrong:

    defaults:
      Conv2D: {kernel_size: 3, padding: same}
    layers:
      - Conv2D: {filters: 8, padding: valid}
      - Conv2D: {filters: 8, padding: valid}

Right:

    defaults:
      Conv2D: {kernel_size: 3, padding: valid}
    layers:
      - Conv2D: 8
      - Conv2D: 8
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.catalogue.layers import with_defaults
from cnnspec.catalogue.registry import own_name
from cnnspec.ground.errors import Problem, nearest
from cnnspec.language.blocks import each_step
from cnnspec.language.program import LayerStep, Program
from cnnspec.model.summary import Model

CODE = "unused-default"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of defaults for layers that aren't there, or that all say otherwise."""
    program = model.program
    written = program.source.value(("defaults",)) or {}
    if not written:
        return
    types, taken = _taken(program)
    for name, arguments in written.items():
        path = ("defaults", name)
        kind = own_name(name)
        if kind not in types:
            if program.source.writes(path):
                hint = nearest(name, types) or "remove it"
                text = f"the model has no {name} that could take these defaults"
                yield Problem(path, CODE, text, hint, at_key=True)
            continue
        for argument in arguments or {}:
            place = (*path, argument)
            if (kind, argument) not in taken and program.source.writes(place):
                text = f"each {name} says {argument} itself, and none takes this"
                hint = f"remove it, or {argument} where a layer is to take this"
                yield Problem(place, CODE, text, hint, at_key=True)


class _Mark:
    """Stands for a default, to be found again where it is taken."""

    def __init__(self, kind: str, argument: str) -> None:
        self.default = kind, argument


def _taken(program: Program) -> tuple[set[str], set[tuple[str, str]]]:
    """The kinds of layers that have defaults, and which of these are taken."""
    marks = {
        # The one without a name no layer can say itself.
        kind: {argument: _Mark(kind, argument) for argument in (*arguments, "")}
        for kind, arguments in program.defaults.own.arguments.items()
    }
    own = (b for b in program.blocks.values() if program.defaults.is_own(b.path))
    steps = [program.steps, *(block.steps for block in own)]
    found: set[tuple[str, str]] = set()
    for step in (step for some in steps for step in each_step(some)):
        if isinstance(step, LayerStep):
            arguments = program.source.value(step.path)
            if isinstance(step.path[-1], int):
                arguments = None
            found.update(_marks(with_defaults(step.type, arguments, marks)))
    return {kind for kind, _ in found}, found


def _marks(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, _Mark):
        yield value.default
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _marks(item)
