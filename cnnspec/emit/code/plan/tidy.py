"""Statements as one writes them by hand."""

import ast
from collections.abc import Sequence

from cnnspec.emit.code.tree import Blank, Code, Def, For, If, Statement, Statements

_OPPOSITES = {
    "==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">",
    "in": "not in", "not in": "in",
}  # fmt: skip


def if_statement(test: str, then: Statements, otherwise: Statements) -> Statements:
    """An `if`: nothing where it does nothing, and one test where two stand alone."""
    if not then:
        test, then, otherwise = opposite(test), otherwise, ()
    if not then:
        return ()
    [only] = then if len(then) == 1 else (None,)
    if isinstance(only, If) and not only.otherwise and not otherwise:
        return (If(Code(both(test, only.test.text)), only.then, ()),)
    return (If(Code(test), then, otherwise),)


def both(first: str, second: str) -> str:
    """The code of a test that is true where two are."""
    codes = []
    for code in (first, second):
        tree = ast.parse(code, mode="eval").body
        is_or = isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.Or)
        loose = is_or or isinstance(tree, ast.IfExp)
        codes.append(f"({code})" if loose else code)
    return " and ".join(codes)


def opposite(test: str) -> str:
    """The code of a test that is true where another is false."""
    tree = ast.parse(test, mode="eval").body
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not):
        return ast.get_source_segment(test, tree.operand) or ""
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        left = ast.get_source_segment(test, tree.left) or ""
        right = ast.get_source_segment(test, tree.comparators[0]) or ""
        for sign, other in _OPPOSITES.items():
            if f"{left} {sign} {right}" == test:
                return f"{left} {other} {right}"
    simple = isinstance(tree, ast.Name | ast.Constant | ast.Subscript | ast.Call)
    return f"not {test}" if simple else f"not ({test})"


def paragraphed(statements: Sequence[Statement]) -> Statements:
    """Statements with one empty line between paragraphs, and none around them.

    A loop ends a paragraph.
    """
    kept: list[Statement] = []
    for statement in statements:
        if isinstance(statement, Blank) and (not kept or isinstance(kept[-1], Blank)):
            continue
        if kept and isinstance(kept[-1], For) and not isinstance(statement, Blank):
            kept.append(Blank())
        kept.append(_inside(statement))
    while kept and isinstance(kept[-1], Blank):
        kept.pop()
    return tuple(kept)


def _inside(statement: Statement) -> Statement:
    """A statement whose own ones are in paragraphs."""
    if isinstance(statement, For | Def):
        return statement._replace(body=paragraphed(statement.body))
    if isinstance(statement, If):
        then, otherwise = map(paragraphed, (statement.then, statement.otherwise))
        return statement._replace(then=then, otherwise=otherwise)
    return statement
