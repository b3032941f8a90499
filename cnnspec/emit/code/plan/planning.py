"""A program's blocks and layers as functions, its variables as constants."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.layers.base import all_nested
from cnnspec.emit.code.plan.chain import stacked
from cnnspec.emit.code.plan.comments import Texts, authors
from cnnspec.emit.code.plan.formulas import data_code
from cnnspec.emit.code.plan.frozen import frozen_layers
from cnnspec.emit.code.plan.functions import block_function, model_function
from cnnspec.emit.code.plan.history import history_of, part_of
from cnnspec.emit.code.plan.keep import kept
from cnnspec.emit.code.plan.names import Constants, Names, reserved_names
from cnnspec.emit.code.plan.outline import kinds
from cnnspec.emit.code.plan.shared import Shared
from cnnspec.emit.code.plan.thawed import read_weights, thawed_layers
from cnnspec.emit.code.plan.tidy import paragraphed
from cnnspec.emit.code.tree import Assign, Call, Code, Stack, Statement, Statements
from cnnspec.ground.shapes import Shapes
from cnnspec.language.program import Block, Program
from cnnspec.model.functional import Functional
from cnnspec.model.graph import Graph
from cnnspec.model.summary import Summary, infer


class Plan(NamedTuple):
    """The statements that make a model."""

    constants: Statements
    functions: tuple[Statements, ...]
    """Those of the blocks."""
    body: Statements
    """What makes its tensors; nothing where it is a chain."""
    model: Call | Stack
    """What makes the model at the end."""
    frozen: Statements = ()
    """What freezes layers of it."""
    thawed: Statements = ()
    """What lets a second fit train some of them."""


def planned(
    program: Program,
    summary: Summary,
    texts: Texts,
    constants: Mapping[str, Any],
    *,
    sequential: bool,
) -> Plan:
    """The statements that make a model.

    Args:
        program: the structure.
        summary: what it comes to.
        texts: of the comments.
        constants: names that the script gives to values above the model.
        sequential: whether a chain of layers becomes a `keras.Sequential`.
    """
    graph = summary.graph
    shapes = shapes_of(graph)
    history = history_of(program, shapes, graph.keras_names)
    flow = kept(program, history, shapes, dict(_models(graph)))
    names = Names(reserved_names(constants))
    own = Constants(program.values, constants, names)
    titles = {name: _title(name, names) for name in flow.written_blocks()}
    shared = Shared(program, flow, names, own, titles, dict(kinds(program)), texts)
    functions = [_function(shared, program.blocks[name], texts) for name in titles]
    if functions:
        said = authors(shared.remarks(("blocks",), whole=False), with_behind=True)
        functions[0] = (*said, *functions[0])
    body, model = model_function(shared, graph)
    read = tuple(read_weights(graph, texts))
    frozen = (*read, *frozen_layers(graph, texts.fill("frozen")))
    tune = program.train and program.train.fine_tune
    thawed: Statements = ()
    if tune:
        thawed = thawed_layers(graph, tune.names, tune.from_layer, texts)
    stack = None
    if sequential and not (frozen or thawed):
        stack = stacked(body, model, shapes)
    if stack is not None:
        return Plan(_constants(shared), tuple(functions), (), stack)
    return Plan(_constants(shared), tuple(functions), body, model, frozen, thawed)


def _models(graph: Graph) -> Iterator[tuple[str, Graph]]:
    """What is inside of each model in a model, by its node."""
    for node in graph.nodes:
        for layer in (node.layer, *all_nested(node.layer)):
            if isinstance(layer, Functional) and not node.shares:
                yield layer.graph.within[:-1], layer.graph
                yield from _models(layer.graph)


def shapes_of(graph: Graph) -> dict[str, Shapes]:
    """The shapes of all tensors by the names of what gives them, used or not."""
    found: dict[str, Shapes] = {tensor.name: tensor.shape for tensor in graph.inputs}
    rows = infer(graph._replace(unused=frozenset())).rows
    for row in rows:
        found[row.name] = row.output_shape
        if isinstance(row.output_shape, list):
            for number, shape in enumerate(row.output_shape):
                found[part_of(row.name, number)] = shape
        for layer in (row.layer, *all_nested(row.layer)):
            if isinstance(layer, Functional):
                key = layer.graph.within.removeprefix(graph.within)
                inner = shapes_of(layer.graph)
                found |= {f"{key}{one}": inner[one] for one in inner}
    return found


def _function(shared: Shared, block: Block, texts: Texts) -> Statements:
    """The function of a block, with what its author says of it."""
    said = authors(shared.remarks(block.path, whole=False), with_behind=True)
    return paragraphed((*said, block_function(shared, block, texts)))


def _title(block: str, names: Names) -> str:
    name = snake_case(block)
    return names.new(name, f"{name}_block")


def _constants(shared: Shared) -> Statements:
    """The constants that the code uses, or that these are made of."""
    program, constants, made = shared.program, shared.constants, list[Statement]()
    for variable in reversed(program.vars):
        if constants.needs_a_line(variable):
            code = data_code(program.vars[variable], shared.formula)
            remarks = shared.remarks(("vars", variable))
            line = Assign(Code(constants[variable]), code, said=remarks.behind)
            made = [*authors(remarks), line, *made]
    if not made:
        return ()
    head = authors(shared.remarks(("vars",), whole=False), with_behind=True)
    return (*head, *made)
