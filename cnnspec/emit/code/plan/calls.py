"""The calls of blocks' functions."""

from collections.abc import Sequence

from cnnspec.emit.code.plan.parameters import given_code
from cnnspec.emit.code.plan.shared import Shared, Signature
from cnnspec.emit.code.plan.words import Words
from cnnspec.emit.code.tree import Call, CallArgument, Code, Expression
from cnnspec.language.program import CallStep

_BY_PLACE = 2
"""Values that are clear without their names, where a function needs no more."""


def block_call(
    shared: Shared,
    signature: Signature,
    step: CallStep,
    tensors: Sequence[Expression],
    words: Words,
) -> Call:
    """The call of a block's function.

    Args:
        shared: what all functions share.
        signature: of the function.
        step: the call's.
        tensors: that the function is given.
        words: of the function that the call stands in.
    """
    arguments = [CallArgument("", code) for code in tensors]
    needed = signature.needed
    by_place = needed if len(needed) <= _BY_PLACE else ()
    for param in (*needed, *signature.optional):
        if param in step.arguments:
            code = given_code(
                shared.program,
                shared.titles,
                signature.block,
                param,
                step.arguments[param],
                words.formula,
            )
            key = "" if param in by_place else signature.idents[param]
            arguments.append(CallArgument(key, code))
    if signature.takes_name and (name := words.name(step)):
        arguments.append(CallArgument("name", Code(name)))
    if signature.takes_named and (named := words.named(step)):
        arguments.append(CallArgument("named", Code(named)))
    return Call(Code(signature.title), tuple(arguments))
