"""Operations of `keras.ops` as code."""

from collections.abc import Sequence

from cnnspec.catalogue.operations import Operation
from cnnspec.catalogue.operations.choosing import GetItem
from cnnspec.emit.code.plan.reads import ByName, Given
from cnnspec.emit.code.tree import (
    Call,
    CallArgument,
    Code,
    Expression,
    List,
    Operator,
    Star,
    Subscript,
)


def operation_code(
    operation: Operation, made: Call, tensors: Sequence[Given], named: ByName
) -> Expression:
    """What comes of an operation, as a person writes it where Keras's row is the same.

    Args:
        operation: what it is.
        made: its arguments by their names.
        tensors: what it reads, in the order of its call.
        named: the arguments that they go to, if some go by name.
    """
    given = [
        Star(code) if several else code
        for code, several in _ordered(operation, tensors, named[0])
    ]
    own = {one.keyword: one.value for one in made.arguments}
    if isinstance(operation, GetItem):
        return Subscript(given[0], Code(operation.key))
    plain = not any(isinstance(code, Star) for code in given)
    if operation.sign and plain and not operation.turned_round():
        operands = operation.call(given, own)[0]
        left = operands[0] if len(operands) > 1 else None
        return Operator(operation.sign, operands[-1], left)
    function = Code(f"ops.{type(operation).function}")
    if not plain and not operation.takes_list:
        # One name stands for several tensors, and for as many arguments.
        first = tuple(CallArgument("", code) for code in given)
        return Call(function, (*first, *made.arguments))
    by_place, by_name = operation.call(given, own)
    found = [CallArgument("", _packed(code)) for code in by_place]
    found += [CallArgument(name, code) for name, code in by_name.items()]
    return Call(function, tuple(found))


def _ordered(
    operation: Operation, tensors: Sequence[Given], arguments: Sequence[str]
) -> Sequence[Given]:
    """The tensors in the order of the function's arguments."""
    if not arguments or operation.takes_list:
        return tensors
    first = operation.works_on()
    places = [first.index(name or first[0]) for name in arguments]
    return [tensors[k] for k in sorted(range(len(tensors)), key=places.__getitem__)]


def _packed(code: object) -> Expression:
    """The code of an argument, which may be a list of tensors."""
    if not isinstance(code, list):
        return code  # type: ignore[return-value]
    if len(code) == 1 and isinstance(code[0], Star):
        return code[0].items
    return List(tuple(code))
