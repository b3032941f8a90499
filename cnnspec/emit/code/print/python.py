"""A tree as Python: each statement in one line, however long it is."""

import ast
from collections.abc import Iterator
from functools import singledispatch

from cnnspec.emit.code.tree import (
    Assign,
    Attribute,
    Blank,
    Call,
    CallArgument,
    Choice,
    Code,
    Comment,
    Def,
    Dict,
    Evaluate,
    Expression,
    For,
    If,
    List,
    Operator,
    Return,
    Several,
    Stack,
    Star,
    Statement,
    Statements,
    Subscript,
    Tuple,
)
from cnnspec.ground.columns import WIDTH, columns

_INDENT = "    "


def printed(body: Statements, indent: str = "") -> str:
    """Statements as text, for `laid_out`."""
    return "\n".join(_lines(body, indent))


@singledispatch
def expression(found: Expression | Stack) -> str:
    """An expression in one line."""
    raise TypeError(found)


@expression.register
def _(found: Code) -> str:
    return found.text


@expression.register
def _(found: Call) -> str:
    return f"{expression(found.function)}({_arguments(found.arguments)})"


@expression.register
def _(found: List) -> str:
    return f"[{_listed(found.items)}]"


@expression.register
def _(found: Tuple) -> str:
    comma = "," if len(found.items) == 1 else ""
    return f"({_listed(found.items)}{comma})"


@expression.register
def _(found: Dict) -> str:
    items = (f"{expression(key)}: {expression(item)}" for key, item in found.items)
    return f"{{{', '.join(items)}}}"


@expression.register
def _(found: Several) -> str:
    return _listed(found.items)


@expression.register
def _(found: Star) -> str:
    return f"*{expression(found.items)}"


@expression.register
def _(found: Subscript) -> str:
    return f"{expression(found.of)}[{expression(found.key)}]"


@expression.register
def _(found: Operator) -> str:
    right = _operand(found.right)
    if found.left is None:
        return f"{found.sign}{right}"
    left = _operand(found.left)
    if found.sign == "**" and left.startswith("-"):
        left = f"({left})"
    return f"{left} {found.sign} {right}"


def _operand(found: Expression) -> str:
    """What stands beside an operator, in brackets unless nothing binds less."""
    code = expression(found)
    tree = ast.parse(code, mode="eval").body
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.operand, ast.Constant):
        return code
    whole = ast.Name | ast.Constant | ast.Call | ast.Subscript | ast.Attribute
    return code if isinstance(tree, whole) else f"({code})"


@expression.register
def _(found: Attribute) -> str:
    of = expression(found.of)
    return (
        f"({of}).{found.name}" if isinstance(found.of, Choice) else f"{of}.{found.name}"
    )


@expression.register
def _(found: Choice) -> str:
    tests = "".join(
        f"{expression(item)} if {test.text} else " for item, test in found.tests
    )
    return tests + expression(found.otherwise)


@expression.register
def _(found: Stack) -> str:
    items = [line for item in found.items for line in _item(item)]
    arguments = "".join(f", {_arguments((given,))}" for given in found.arguments)
    return "\n".join(["keras.Sequential([", *items, f"]{arguments})"])


def _item(found: Comment | Evaluate) -> Iterator[str]:
    """The lines of an item, indented as they will be."""
    comma = "" if isinstance(found, Comment) else ","
    *notes, last = _statement(found)
    yield from (2 * _INDENT + line for line in notes)
    yield f"{2 * _INDENT}{last}{comma}"


def _listed(items: tuple[Expression, ...]) -> str:
    """Items one after the other; a choice among several has brackets."""
    choices = (Choice,) if len(items) > 1 else ()
    return ", ".join(
        f"({expression(item)})" if isinstance(item, choices) else expression(item)
        for item in items
    )


def _arguments(arguments: tuple[CallArgument, ...]) -> str:
    """Arguments or parameters; those by place come first."""
    by_place = tuple(value for keyword, value in arguments if not keyword)
    codes = [_listed(by_place)] if by_place else []
    codes += [f"{key}={expression(value)}" for key, value in arguments if key]
    return ", ".join(codes)


# ------------------------------------------------------------------ statements


def _lines(body: Statements, indent: str) -> Iterator[str]:
    for statement in body:
        for line in _statement(statement):
            yield indent + line if line else line


@singledispatch
def _statement(found: Statement) -> Iterator[str]:
    """The lines of a statement, the first without an indent."""
    raise TypeError(found)


@_statement.register
def _(found: Assign) -> Iterator[str]:
    yield from _noted(f"{expression(found.target)} = {expression(found.value)}", found)


@_statement.register
def _(found: Evaluate) -> Iterator[str]:
    yield from _noted(expression(found.value), found)


@_statement.register
def _(found: Return) -> Iterator[str]:
    yield from _noted(f"return {expression(found.value)}", found)


def _noted(line: str, found: Assign | Evaluate | Return) -> Iterator[str]:
    if found.said:
        yield f"#:: {found.said}"
    elif found.note:
        yield f"#: {found.note}"
    yield line


@_statement.register
def _(found: For) -> Iterator[str]:
    if found.said:
        yield f"#:: {found.said}"
    yield f"for {expression(found.target)} in {expression(found.over)}:"
    yield from _lines(found.body, _INDENT)


@_statement.register
def _(found: If) -> Iterator[str]:
    yield f"if {found.test.text}:"
    yield from _lines(found.then, _INDENT)
    if len(found.otherwise) == 1 and isinstance(found.otherwise[0], If):
        first, *rest = _statement(found.otherwise[0])
        yield f"el{first}"
        yield from rest
    elif found.otherwise:
        yield "else:"
        yield from _lines(found.otherwise, _INDENT)


@_statement.register
def _(found: Def) -> Iterator[str]:
    yield f"def {found.name}({_arguments(found.parameters)}):"
    if found.docstring:
        yield from f'{_INDENT}"""{_docstring(found.docstring)}"""'.split("\n")
    yield from _lines(found.body, _INDENT)


def _docstring(paragraphs: tuple[str, ...]) -> str:
    """What stands between the quotes, which end alone what needs several lines."""
    said = "\n\n".join(paragraphs)
    fits = columns(f'{_INDENT}"""{said}"""') <= WIDTH
    return said if fits and len(paragraphs) == 1 else f"{said}\n"


@_statement.register
def _(found: Comment) -> Iterator[str]:
    yield f"# {found.said}"


@_statement.register
def _(found: Blank) -> Iterator[str]:
    yield ""
