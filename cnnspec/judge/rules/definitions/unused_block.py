"""A block that nothing calls.

It is often the trace of a call that was forgotten, or of two names that were
meant to be one. What a file takes over from the one that it extends is not its
own to call.

Wrong:

    blocks:
      conv: {layers: [{Conv2D: {filters: 8, kernel_size: 3}}]}
    layers: [Flatten]

Right:

    blocks:
      conv: {layers: [{Conv2D: {filters: 8, kernel_size: 3}}]}
    layers: [conv, Flatten]
"""

from collections.abc import Iterator

from cnnspec.ground.errors import Problem, nearest
from cnnspec.language.blocks import each_call
from cnnspec.language.program import Program
from cnnspec.model.summary import Model

CODE = "unused-block"
SEVERITY = "warning"


def find(model: Model) -> Iterator[Problem]:
    """Warns of blocks that the layers call neither directly nor by way of others."""
    program = model.program
    called = _called(program)
    for block in program.blocks.values():
        if block.name not in called and program.source.writes(block.path):
            hint = nearest(block.name, called)
            hint = hint or f"call it, as in - {block.name}; or remove it"
            text = f"nothing uses the block '{block.name}'"
            yield Problem(block.path, CODE, text, hint, at_key=True)


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
