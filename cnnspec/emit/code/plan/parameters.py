"""The parameters of a block's function, and their defaults."""

from collections.abc import Container
from typing import Any

from cnnspec.emit.code.plan.formulas import Write, calls_something, data_code
from cnnspec.emit.code.plan.outline import each_step, formulas_of
from cnnspec.emit.code.tree import Code, Dict, Expression, List
from cnnspec.language.expressions import names_in
from cnnspec.language.program import NEEDED, Block, CallStep, Program


def given_code(
    program: Program,
    written: Container[str],
    block: Block,
    param: str,
    given: Any,
    write: Write,
) -> Expression:
    """The code of what a parameter is given, or of its default.

    Args:
        program: that has the block.
        written: the blocks that become functions.
        block: that has the parameter.
        param: its name.
        given: plain data with formulas.
        write: writes a formula.
    """
    is_flat = isinstance(given, list) and not any(isinstance(i, list) for i in given)
    tuples = is_flat and _is_passed_on(program, written, block, param)
    return data_code(given, write, tuples=tuples)


def _is_passed_on(
    program: Program, written: Container[str], block: Block, param: str
) -> bool:
    """Whether a parameter is used as it is, so that a tuple does for a list."""
    if any(
        param in formula.names and formula.python(str) != param
        for formula in formulas_of(block)
    ):
        return False
    if any(param in names_in(default) for default in block.params.values()):
        return False
    return all(
        _is_passed_on(program, written, program.blocks[step.block], other)
        for step in each_step(block.steps)
        if isinstance(step, CallStep) and step.block in written
        for other, data in step.arguments.items()
        if param in names_in(data)
    )


def is_late(
    program: Program, written: Container[str], block: Block, param: str
) -> bool:
    """Whether each call works a default out anew, where Python does it once for all.

    None stands for such a default, so that no call can give the parameter that value.
    """
    default = block.default(param)
    if default is NEEDED:
        return False
    params = list(block.params)
    if not names_in(default).isdisjoint(params[: params.index(param)]):
        return True
    code = given_code(program, written, block, param, default, _plain)
    changes = isinstance(code, List | Dict) or (
        isinstance(code, Code) and code.text.startswith(("[", "{"))
    )
    return changes or calls_something(code)


def _plain(formula: Any) -> str:
    found: str = formula.python(str)
    return found
