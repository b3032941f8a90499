"""The calls of blocks' functions."""

from collections.abc import Iterable, Sequence

from cnnspec.emit.code.plan.parameters import given_code
from cnnspec.emit.code.plan.shared import Shared, Signature
from cnnspec.emit.code.plan.values import text
from cnnspec.emit.code.plan.words import Words
from cnnspec.emit.code.tree import (
    Attribute,
    Call,
    CallArgument,
    Code,
    Expression,
    List,
    Subscript,
)
from cnnspec.ground.shapes import Shape
from cnnspec.language.program import CallStep

USUAL = "float32"
"""The type of an input's numbers that Keras takes unless it is told."""
_BY_PLACE = 2
"""Values that are clear without their names, where a function needs no more."""


def block_call(
    shared: Shared,
    signature: Signature,
    step: CallStep,
    tensors: Sequence[Expression],
    words: Words,
    name: str | None = None,
) -> Call:
    """The call of a block's function.

    Args:
        shared: what all functions share.
        signature: of the function.
        step: the call's.
        tensors: that the function is given.
        words: of the function that the call stands in.
        name: the code of its name, where that isn't what they say.
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
    if signature.takes_name and (name := words.name(step) if name is None else name):
        arguments.append(CallArgument("name", Code(name)))
    if signature.takes_named and (named := words.named(step)):
        arguments.append(CallArgument("named", Code(named)))
    return Call(Code(signature.title), tuple(arguments))


def sizes_of(tensor: Expression, axis: int = 1) -> Expression:
    """The code of a tensor's sizes from an axis on; the batch's is 0."""
    return Subscript(Attribute(tensor, "shape"), Code(f"{axis}:"))


def input_call(
    shape: Expression,
    dtype: str,
    name: str,
    batch_size: int | None = None,
    kinds: Iterable[str] = (),
) -> Call:
    """The call that makes an input; what Keras takes anyway is left out."""
    arguments = [CallArgument("", shape)]
    if batch_size is not None:
        arguments.append(CallArgument("batch_size", Code(str(batch_size))))
    if dtype != USUAL:
        arguments.append(CallArgument("dtype", Code(text(dtype))))
    arguments += (CallArgument(kind, Code("True")) for kind in kinds)
    if name:
        arguments.append(CallArgument("name", Code(text(name))))
    return Call(Code("keras.Input"), tuple(arguments))


def batch_of(shape: Shape) -> int | None:
    """The size of a batch, where it is known."""
    return shape[0] if shape else None


def model_call(
    inputs: Sequence[Expression], outputs: Sequence[Expression], name: Expression
) -> Call:
    """The call that makes a model of tensors."""
    arguments = (
        CallArgument("", one_or_list(inputs)),
        CallArgument("", one_or_list(outputs)),
        CallArgument("name", name),
    )
    return Call(Code("keras.Model"), arguments)


def one_or_list(items: Sequence[Expression]) -> Expression:
    """One item by itself, or several in a list."""
    return items[0] if len(items) == 1 else List(tuple(items))
