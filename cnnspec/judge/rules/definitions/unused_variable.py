"""A variable, or a block's parameter, that nothing uses.

Its value changes nothing in the model, so that whoever sets it is misled. What
a file takes over from the one that it extends is not its own to use.

Wrong:

    vars: {width: 8, depth: 2}
    layers:
      - Dense: $width

Right:

    vars: {width: 8}
    layers:
      - Dense: $width
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.ground.errors import Problem, nearest
from cnnspec.language.expressions import formulas, names_in
from cnnspec.language.program import Program
from cnnspec.model.summary import Model

CODE = "unused-variable"
SEVERITY = "warning"

_NO_USES = frozenset({"vars", "blocks", "description", "extends"})
"""Keys of a spec that don't use a variable by naming it."""


def find(model: Model) -> Iterator[Problem]:
    """Warns of parameters that their block doesn't use, and of variables."""
    program = model.program
    inside = {name: _named(program, name) for name in program.blocks}
    for name, names in inside.items():
        yield from _unused_params(program, name, names)
    yield from _unused_vars(program, inside)


def _named(program: Program, block: str) -> frozenset[str]:
    """The names that stand in the formulas of a block."""
    return _names(program.source.data["blocks"][block], frozenset({"description"}))


def _names(data: dict[str, Any], without: frozenset[str]) -> frozenset[str]:
    uses = {key: value for key, value in data.items() if key not in without}
    return frozenset(names_in(formulas(uses)))


def _unused_params(
    program: Program, name: str, inside: frozenset[str]
) -> Iterator[Problem]:
    block = program.blocks[name]
    params = program.source.data["blocks"][name].get("params")
    for number, param in enumerate(block.params):
        step = number if isinstance(params, list) else param
        path = (*block.path, "params", step)
        if param not in inside and program.source.writes(path):
            text = f"nothing uses the parameter '{param}' of the block '{name}'"
            hint = f"write ${param} where its value belongs; or remove it"
            yield Problem(path, CODE, text, hint, at_key=True)


def _unused_vars(
    program: Program, inside: dict[str, frozenset[str]]
) -> Iterator[Problem]:
    used = set(_names(program.source.data, _NO_USES))
    for name, names in inside.items():
        used |= names - program.blocks[name].params.keys()
    waiting = list(used)
    while waiting:
        more = names_in(program.vars.get(waiting.pop())) - used
        used |= more
        waiting += more
    for name in program.vars:
        path = ("vars", name)
        if name not in used and program.source.writes(path):
            hint = nearest(name, used & program.vars.keys())
            hint = hint or f"write ${name} where its value belongs; or remove it"
            text = f"nothing uses the variable '{name}'"
            yield Problem(path, CODE, text, hint, at_key=True)
