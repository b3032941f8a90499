"""The function of a block, and `build_model()`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cnnspec.catalogue.registry import INPUT_LAYER
from cnnspec.emit.code.plan.body import Body
from cnnspec.emit.code.plan.calls import USUAL, batch_of, input_call, model_call
from cnnspec.emit.code.plan.comments import Texts, authors, docstring, own_names
from cnnspec.emit.code.plan.formulas import argument, has_formula
from cnnspec.emit.code.plan.frozen import frozen_layers
from cnnspec.emit.code.plan.parameters import given_code, is_late
from cnnspec.emit.code.plan.places import Given, Returned, Use, Value
from cnnspec.emit.code.plan.shared import Shared, Signature
from cnnspec.emit.code.plan.tidy import paragraphed
from cnnspec.emit.code.plan.values import text
from cnnspec.emit.code.plan.values import value as value_code
from cnnspec.emit.code.tree import (
    Assign,
    Call,
    CallArgument,
    Code,
    Comment,
    Def,
    Expression,
    If,
    Return,
    Several,
    Star,
    Statement,
    Statements,
)
from cnnspec.language.expressions import evaluate
from cnnspec.language.naming import INPUT_NAME, keras_name
from cnnspec.language.program import NEEDED, Block, Steps
from cnnspec.model.graph import Graph, Input


def block_function(shared: Shared, block: Block, texts: Texts) -> Def:
    """The function of a block; those that it calls have been made."""
    if block.is_model:
        return _model_block(shared, block, texts)
    body = Body(shared, block)
    given = [Given(block.path, k) for k in range(len(block.inputs) or 1)]
    _name_given(body, block, given)
    body.returned = shared.flow.returned_by(block)
    body.steps(block.steps, given)
    handed = tuple(body.function.handed)
    for end in handed:
        shared.handed[end] = body.variables.title(end)
    _return(shared, body, block, handed)
    setup, defaults = _parameters(shared, body, block)
    signature = _sign(shared, body, block, defaults, handed)
    return Def(
        signature.title,
        tuple(_arguments(shared, body, signature, given, defaults)),
        docstring(block, texts),
        (
            *_said_first(shared, block),
            *(*setup, *body.variables.dictionaries(), *body.statements),
        ),
    )


def _return(
    shared: Shared, body: Body, block: Block, handed: tuple[Value, ...]
) -> None:
    """Ends a function with what the block gives, and with what else is read."""
    said = shared.remarks((*block.path, "outputs"))
    if body.returned is not None:
        body.statements[-1:-1] = authors(said, with_behind=True)
        return
    count = shared.flow.results[block.name]
    results = [body.reads.code(Returned(block.path, k)) for k in range(count)]
    results += [Code(body.variables.of(end)) for end in handed]
    body.statements += authors(said)
    body.statements.append(Return(Several(tuple(results)), said=said.behind))


def _sign(
    shared: Shared,
    body: Body,
    block: Block,
    defaults: Mapping[str, Expression],
    handed: tuple[Value, ...] = (),
) -> Signature:
    """Notes what callers have to know of the function of a block."""
    words = body.words
    needed = [
        param
        for param in block.params
        if block.default(param) is NEEDED and param in words.used
    ]
    signature = Signature(
        shared.titles[block.name],
        block,
        body.function,
        shared.flow.results[block.name],
        handed,
        tuple(needed),
        tuple(param for param in block.params if param in defaults),
        words.idents,
        takes_name=block.is_model or words.gives_names,
        takes_named=not block.is_model and words.asks_named,
    )
    shared.signatures[block.name] = signature
    return signature


def _arguments(
    shared: Shared,
    body: Body,
    signature: Signature,
    given: Sequence[Value],
    defaults: Mapping[str, Expression],
) -> Iterator[CallArgument]:
    """The arguments of a function: tensors, parameters, and the name of the call."""
    block, idents = signature.block, signature.idents
    may_be_named = body.function.modes == {True, False}
    needs_name = block.name in shared.flow.alone or not may_be_named
    for value in given:
        yield CallArgument("", Code(body.variables.of(value)))
    for param in signature.needed:
        yield CallArgument("", Code(idents[param]))
    if signature.takes_name and needs_name:
        yield CallArgument("", Code("name"))
    for param in signature.optional:
        yield CallArgument(idents[param], defaults[param])
    if signature.takes_name and not needs_name:
        yield CallArgument("name", Code("None"))
    if signature.takes_named:
        yield CallArgument("named", Code("False"))


def _said_first(shared: Shared, block: Block) -> list[Comment]:
    """What the author says of the keys of a block that stand above its layers."""
    parts = {"description": True, "inputs": True, "params": True, "layers": False}
    return [
        comment
        for key, whole in parts.items()
        for comment in authors(
            shared.remarks((*block.path, key), whole=whole), with_behind=True
        )
    ]


def _model_block(shared: Shared, block: Block, texts: Texts) -> Def:
    """The function of a block that makes a model."""
    body, flow = Body(shared, block), shared.flow
    made = flow.made_by(block.name)
    given = [Given(block.path, k) for k in range(len(block.inputs) or 1)]
    shapes, inputs = _model_inputs(body, block, given, made)
    uses = [Returned(block.path, k) for k in range(flow.results[block.name])]
    _name_outputs(shared, body, uses, block.steps)
    body.steps(block.steps, given)
    results = [_output(body, use, len(uses)) for use in uses]
    setup, defaults = _parameters(shared, body, block)
    signature = _sign(shared, body, block, defaults)
    idents = signature.idents
    names = [*shapes, *(idents[param] for param in signature.needed), "name"]
    arguments = [CallArgument("", Code(name)) for name in names]
    arguments += [CallArgument(idents[p], defaults[p]) for p in signature.optional]
    tensors = [Code(body.variables.of(value)) for value in given]
    model = model_call(tensors, results, Code("name"))
    end: list[Statement] = [Return(model)]
    if frozen := _frozen_inside(made, texts):
        end = [Assign(Code("model"), model), *frozen, Return(Code("model"))]
    said = authors(shared.remarks((*block.path, "params")), with_behind=True)
    dictionaries = body.variables.dictionaries()
    statements = (*inputs, *dictionaries, *body.statements, *end)
    return Def(
        signature.title,
        tuple(arguments),
        docstring(block, texts),
        (*said, *setup, *statements),
    )


def _model_inputs(
    body: Body, block: Block, given: Sequence[Value], made: Sequence[Graph]
) -> tuple[list[str], list[Statement]]:
    """The inputs of a model that a function makes.

    Returns:
        What the parameters for their shapes are called, and what makes the inputs.
    """
    variables = body.variables
    shapes: list[str] = []
    inputs: list[Statement] = []
    for k, value in enumerate(given):
        name = block.inputs[k] if block.inputs else ""
        if name:
            variables.call_given(value, name, f"{name}_input")
        else:
            variables.call(value, "inputs")
        shapes.append(variables.parameter(f"{name}_shape" if name else "shape"))
        dtype = made[0].inputs[k].dtype if made else USUAL
        keras = keras_name(name, INPUT_LAYER) if name else ""
        inputs += own_names(name, keras)
        batch = batch_of(made[0].inputs[k].shape) if made else None
        code = input_call(Code(shapes[-1]), dtype, keras, batch)
        inputs.append(Assign(Code(variables.of(value)), code))
    return shapes, inputs


def _frozen_inside(made: Sequence[Graph], texts: Texts) -> Statements:
    """What freezes layers in each model of a block."""
    said = texts.fill("frozen")
    return next((frozen_layers(graph, said) for graph in made if not graph.frozen), ())


def _name_outputs(
    shared: Shared, body: Body, uses: Sequence[Use], steps: Steps
) -> None:
    """Names the tensor that a model gives, if its last step gives just that."""
    function = body.function
    values = [function.values_at(use) for use in uses]
    last = shared.flow.result_of(steps[-1]) if steps else None
    reads = [read for use in uses for read in function.uses[use]]
    whole = all(read.instance.part is None for read in reads)
    if last is not None and values == [{last}] and whole:
        body.variables.call(last, "outputs")
        function.own.add(function.group(last))


def _output(body: Body, use: Use, count: int) -> Expression:
    """The code of an output of a model, which has so many."""
    code = body.reads.code(use)
    return Star(code) if count > 1 and body.reads.is_list(use) else code


def _name_given(body: Body, block: Block, given: list[Given]) -> None:
    """Names the tensors that a function is given."""
    variables = body.variables
    for value, name in zip(given, block.inputs or ("x",), strict=True):
        own = body.function.is_own(value)
        if name == "x" and not own:
            variables.call(value, "x")
        elif not block.inputs:
            variables.call(value, "inputs")
        elif name == "x":
            variables.call(value, "x")
            variables.set_slot(0, "y")
        else:
            variables.call_given(value, name, f"{name}_tensor")
        if not own and value.place:
            variables.set_slot(value.place, variables.of(value))


def _parameters(
    shared: Shared, body: Body, block: Block
) -> tuple[list[Statement], dict[str, Expression]]:
    """The defaults of the parameters that a function uses.

    Returns:
        What works out those that each call works out anew, and the defaults.
    """
    words, setup = body.words, list[Statement]()
    defaults: dict[str, Expression] = {}
    program, written = shared.program, shared.titles
    # From the last, since a default uses parameters before it.
    for param in reversed(block.params):
        default = block.default(param)
        if param not in words.used or default is NEEDED:
            continue
        write = partial(words.default, param)
        code = given_code(program, written, block, param, default, write)
        if is_late(program, written, block, param):
            ident = words.idents[param]
            own = Assign(Code(ident), code)
            setup.insert(0, If(Code(f"{ident} is None"), (own,), ()))
            code = Code("None")
        defaults[param] = code
    return setup, defaults


# ------------------------------------------------------------------ build_model()


def model_function(shared: Shared, graph: Graph) -> tuple[Statements, Call]:
    """The statements of `build_model()`, and the call that makes the model."""
    body, flow, steps = Body(shared, None), shared.flow, shared.program.steps
    variables = body.variables
    alone = len(graph.inputs) == 1 and graph.inputs[0].name == INPUT_NAME
    given = [Given((), place) for place in range(len(graph.inputs))]
    inputs: list[Statement] = []
    for value, tensor in zip(given, graph.inputs, strict=True):
        if alone:
            variables.call(value, "inputs")
        else:
            variables.call_given(value, tensor.name, f"{tensor.name}_input")
        called, variable = graph.called(tensor.name), variables.of(value)
        if variable != tensor.name:
            inputs += own_names(tensor.name, called)
        remarks = shared.remarks(tensor.path)
        inputs += authors(remarks)
        code = _input(shared, tensor, called)
        inputs.append(Assign(Code(variable), code, said=remarks.behind))
    _name_outputs(shared, body, flow.outputs, steps)
    body.steps(steps, given)
    results = [_output(body, use, len(flow.outputs)) for use in flow.outputs]
    tensors = [Code(variables.of(value)) for value in given]
    model = model_call(tensors, results, Code(text(graph.keras_name)))
    dictionaries = variables.dictionaries()
    said = authors(shared.remarks(("layers",), whole=False), with_behind=True)
    statements = (*inputs, *dictionaries, *said, *paragraphed(body.statements))
    return statements, model


def _input(shared: Shared, tensor: Input, name: str) -> Call:
    name = "" if name == INPUT_NAME else name
    kinds = [kind for kind in ("sparse", "optional") if getattr(tensor, kind)]
    about = tensor.dtype, name, tensor.shape[0], kinds
    return input_call(_shape(shared, tensor), *about)


def _shape(shared: Shared, tensor: Input) -> Expression:
    """The sizes of an input, without that of the batch."""
    shape = tensor.shape[1:]
    raw: Any = shared.program.written
    for key in map(str, tensor.path):
        raw = raw[key]
    if isinstance(raw, dict):
        raw = raw["shape"]
    if not has_formula(raw):
        return value_code(shape)
    worked_out = evaluate(raw, shared.program.values)
    return argument(raw, [(worked_out, shape)], shared.formula)
