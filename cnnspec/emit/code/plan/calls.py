"""The calls that make layers, and those of blocks' functions."""

from collections.abc import Mapping, Sequence

from cnnspec.catalogue.layers import Layer
from cnnspec.catalogue.registry import ALIASES
from cnnspec.emit.code.plan.arguments import (
    Unlike,
    Write,
    argument,
    formula_call,
    has_formula,
)
from cnnspec.emit.code.plan.flow import Occurrence
from cnnspec.emit.code.plan.parameters import given_code
from cnnspec.emit.code.plan.shared import Shared, Signature
from cnnspec.emit.code.plan.values import call
from cnnspec.emit.code.plan.words import Words
from cnnspec.emit.code.tree import Call, CallArgument, Code, Expression
from cnnspec.language.program import CallStep, LayerStep, Program

_BY_PLACE = 2
"""Values that are clear without their names, where a function needs no more."""


def layer_call(
    program: Program,
    step: LayerStep,
    found: Sequence[Occurrence],
    write: Write,
    write_outside: Write,
    codes: Mapping[str, Expression],
) -> Call | None:
    """The call that makes a layer; None where no one call makes it each time.

    Args:
        program: that has the step.
        step: the layer's.
        found: the layer each time.
        write: writes a formula where the step stands.
        write_outside: writes one that uses variables of the spec alone.
        codes: further arguments.
    """
    # The interpreter makes the same layer of the same arguments.
    each = {id(taken.layer): taken for taken in found if taken.layer}.values()
    pairs = [(taken.arguments, taken.layer) for taken in each if taken.layer]
    layers = [layer for _, layer in pairs]
    try:
        codes = {**_inherited(program, step, layers, write_outside), **codes}
        if step.arguments is None:
            return call(layers[0], codes)
        return formula_call(step.arguments, pairs, write, codes)
    except Unlike:
        return None


def _inherited(
    program: Program, step: LayerStep, layers: list[Layer], write: Write
) -> dict[str, Expression]:
    """The arguments whose formulas stand under `defaults:`.

    Raises:
        Unlike: no one code comes to all of them.
    """
    written = {
        ALIASES.get(name, name): arguments
        for name, arguments in program.written.get("defaults", {}).items()
    }
    found: dict[str, Expression] = {}
    own = step.arguments if isinstance(step.arguments, dict) else {}
    for name, raw in written.get(step.type, {}).items():
        if (
            has_formula(raw)
            and not has_formula(own.get(name))
            and not program.source.holds((*step.path, name))
            and all(name in layer.given for layer in layers)
        ):
            value = program.defaults[step.type][name]
            pairs = [(value, layer.given[name]) for layer in layers]
            field = layers[0].arguments()[name]
            found[name] = argument(raw, pairs, write, field)
    return found


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
    return Call(Code(signature.title), tuple(arguments))
