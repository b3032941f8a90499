"""A chain of layers as a `keras.Sequential`."""

import ast
from collections.abc import Mapping

from cnnspec.emit.code.tree import (
    Assign,
    Attribute,
    Blank,
    Call,
    Code,
    Comment,
    Evaluate,
    Expression,
    Stack,
    Statement,
    Statements,
)
from cnnspec.ground.shapes import Shapes


def stacked(
    body: Statements, model: Call, shapes: Mapping[str, Shapes]
) -> Stack | None:
    """The chain that statements of the functional form come to.

    Args:
        body: what makes the tensors of a model.
        model: what makes the model of them.
        shapes: of all tensors, batch first.

    Returns:
        None where they are more than a chain of layers, each of which reads the one
        tensor that the layer before it gives.
    """
    if any(isinstance(shape, list) for shape in shapes.values()):
        return None
    items: list[Comment | Evaluate] = []
    current: Expression | None = None
    for statement in body:
        if isinstance(statement, Comment):
            items.append(statement)
        elif not isinstance(statement, Blank):
            item = _item(statement, current)
            if item is None:
                return None
            assert isinstance(statement, Assign)
            items.append(item)
            current = statement.target
    _, last, *others = model.arguments
    return Stack(tuple(items), tuple(others)) if last.value == current else None


def _item(statement: Statement, current: Expression | None) -> Evaluate | None:
    """The layer that a statement calls with the current tensor alone."""
    if not isinstance(statement, Assign) or not isinstance(statement.value, Call):
        return None
    made, given = statement.value.function, statement.value.arguments
    if current is None:  # keras.Input
        return Evaluate(statement.value, statement.note, statement.said)
    if not isinstance(made, Call) or len(given) != 1 or given[0].value != current:
        return None
    if any(_asks(argument.value) for argument in made.arguments):
        return None
    return Evaluate(made, statement.note, statement.said)


def _asks(code: object) -> bool:
    """Whether an argument is worked out of a tensor's sizes."""
    if isinstance(code, Code):
        nodes = ast.walk(ast.parse(code.text, mode="eval"))
        return any(isinstance(n, ast.Attribute) and n.attr == "shape" for n in nodes)
    if isinstance(code, Attribute) and code.name == "shape":
        return True
    return isinstance(code, tuple) and any(map(_asks, code))
