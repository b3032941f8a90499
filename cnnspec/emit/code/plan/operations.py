"""Operations of `keras.ops` as code."""

import re
from collections.abc import Sequence

from cnnspec.catalogue.operations import Operation
from cnnspec.catalogue.operations.base import Numbers
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
    Tuple,
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
    given = _apart(operation, _ordered(operation, tensors, named[0]))
    own = {
        one.keyword: _array(getattr(operation, one.keyword, None), one.value)
        for one in made.arguments
    }
    if isinstance(operation, GetItem) and len(given) == 1:
        return Subscript(given[0], Code(_spelt_out(own["key"])))
    function = Code(f"ops.{type(operation).function}")
    if not operation.takes_list and not _is_one_each(operation, given):
        # A name stands for several tensors; or, in an arm that no run takes, for more
        # than there are arguments.
        first = tuple(CallArgument("", code) for code in given)
        return Call(function, (*first, *made.arguments))
    by_place, by_name = operation.call(given, own)
    is_first = isinstance(getattr(operation, operation.tensor_arguments[0], 0), Numbers)
    if operation.sign and not operation.turned_round() and not is_first:
        left = by_place[0] if len(by_place) > 1 else None
        return Operator(operation.sign, by_place[-1], left)
    found = [CallArgument("", _packed(code)) for code in by_place]
    found += [CallArgument(name, code) for name, code in by_name.items()]
    return Call(function, tuple(found))


def _array(value: object, code: Expression) -> Expression:
    """The code of an argument; a list of numbers is an array of NumPy's."""
    if not isinstance(value, Numbers):
        return code
    dtype = CallArgument("dtype", Code(f'"{value.dtype}"'))
    return Call(Code("np.array"), (CallArgument("", _listed(code)), dtype))


def _listed(code: Expression) -> Expression:
    """Brackets in place of parentheses."""
    return List(tuple(map(_listed, code.items))) if isinstance(code, Tuple) else code


def _spelt_out(text: Expression) -> str:
    """What stands between the quotes of a text, or of an f-string with its values."""
    assert isinstance(text, Code)
    if text.text.startswith("f"):
        return re.sub(r"\{([^{}]*)\}", r"\1", text.text[2:-1])
    return text.text[1:-1]


def _apart(operation: Operation, tensors: Sequence[Given]) -> list[Expression]:
    """The tensors one by one, of which a single name may stand for all."""
    if len(tensors) == 1 and tensors[0].is_list and not operation.takes_list:
        count = len(operation.works_on())
        return [Subscript(tensors[0].code, Code(str(k))) for k in range(count)]
    return [Star(code) if several else code for code, several in tensors]


def _is_one_each(operation: Operation, given: Sequence[Expression]) -> bool:
    """Whether there is the code of a tensor for each argument that takes one."""
    several = any(isinstance(code, Star) for code in given)
    return not several and operation.takes(len(given))


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
