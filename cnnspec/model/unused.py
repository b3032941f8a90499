"""What a spec defines and nothing in it uses: often the trace of a mistake."""

from collections.abc import Iterator, Sequence
from typing import Any

from cnnspec.ground.errors import Path, Problem, nearest
from cnnspec.ground.source import Source
from cnnspec.language.blocks import each_call
from cnnspec.language.expressions import formulas, names_in
from cnnspec.language.program import Block, Program
from cnnspec.model.graph import Node


def unused_layers(
    nodes: dict[str, Node], outputs: Sequence[str]
) -> tuple[frozenset[str], list[Problem]]:
    """The names of layers that lead to no output, and warnings of their ends.

    Args:
        nodes: all layers by name, in order.
        outputs: the tensors that the model gives.
    """
    needed, ends, found = set(outputs), set(outputs), []
    unused: set[str] = set()
    again: set[str] = set()  # layers that are used once more to some avail
    for name, _, sources, path, trail, shares, _ in reversed(nodes.values()):
        if name in needed:
            needed.update(sources)
            again.add(shares)
        else:
            unused.add(name)
        if name not in ends or (name in again and name in unused):
            problem = _first_use(name) if name in again else _unused_layer(name)
            found.append(problem._replace(path=path, trail=trail))
        ends.update(sources)
    return frozenset(unused), found[::-1]


def _unused_layer(name: str) -> Problem:
    text = f"no output of the model depends on '{name}', and Keras drops it"
    hint = "let a layer read it, add it to outputs:, or remove it"
    return Problem((), "unused-layer", text, hint, True, severity="warning")


def _first_use(name: str) -> Problem:
    text = f"no output depends on the first use of '{name}', which is applied again"
    hint = "let the layer itself read what the apply reads, and remove the apply"
    return Problem((), "unused-first-use", text, hint, True)


_NO_USES = frozenset({"vars", "blocks", "description", "extends"})
"""Keys that don't use a variable by naming it."""


def unused(program: Program) -> Iterator[Problem]:
    """Warnings of variables, parameters and blocks that nothing uses.

    What a file takes over from the one that it extends is not its own to use.

    Args:
        program: of a spec without errors.
    """
    data = program.source.data
    called = _called(program)
    used = set(names_in(formulas(_without(data, _NO_USES))))
    for block in program.blocks.values():
        inside = names_in(formulas(_without(data["blocks"][block.name])))
        used |= inside - block.params.keys()
        if _is_own(block.path, program.source):
            if block.name not in called:
                yield _unused_block(block, called)
            yield from _unused_params(block, inside, program.source)
    waiting = list(used)
    while waiting:
        more = names_in(program.vars.get(waiting.pop())) - used
        used |= more
        waiting += more
    for name in program.vars:
        path = ("vars", name)
        if name not in used and _is_own(path, program.source):
            hint = nearest(name, used & program.vars.keys())
            hint = hint or f"write ${name} where its value belongs, or remove it"
            yield _warning(path, "variable", f"the variable '{name}'", hint)


def _without(
    data: dict[str, Any], keys: frozenset[str] = frozenset({"description"})
) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in keys}


def _called(program: Program) -> set[str]:
    """The blocks that the layers of the model call, by way of others or directly."""
    called: set[str] = set()
    waiting = [program.steps]
    while waiting:
        for call in each_call(waiting.pop()):
            if call.block not in called:
                called.add(call.block)
                waiting.append(program.blocks[call.block].steps)
    return called


def _unused_block(block: Block, called: set[str]) -> Problem:
    hint = nearest(block.name, called)
    hint = hint or f"call it, as in - {block.name}, or remove it"
    return _warning(block.path, "block", f"the block '{block.name}'", hint)


def _unused_params(
    block: Block, inside: frozenset[str], source: Source
) -> Iterator[Problem]:
    params = source.data["blocks"][block.name].get("params")
    for number, name in enumerate(block.params):
        step = number if isinstance(params, list) else name
        path = (*block.path, "params", step)
        if name not in inside and _is_own(path, source):
            title = f"the parameter '{name}' of the block '{block.name}'"
            hint = f"write ${name} where its value belongs, or remove it"
            yield _warning(path, "variable", title, hint)


def _is_own(path: Path, source: Source) -> bool:
    """Whether the file itself writes a key, and not one that it extends."""
    return source.holds(path) and source.mark(path).path == source.path


def _warning(path: Path, what: str, title: str, hint: str) -> Problem:
    text, code = f"nothing uses {title}", f"unused-{what}"
    return Problem(path, code, text, hint, at_key=True, severity="warning")
