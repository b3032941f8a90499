"""From a tree to Python."""

import ast

import pytest

from cnnspec.emit.code.print.layout import laid_out
from cnnspec.emit.code.print.python import expression, printed
from cnnspec.emit.code.tree import (
    Assign,
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
    Return,
    Several,
    Star,
    Statement,
    Subscript,
    Tuple,
)

A, B, ONE = Code("a"), Code("b"), Code("1")
CHOICE = Choice(((A, Code("x")),), B)


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        (List((A, ONE)), "[a, 1]"),
        (List(()), "[]"),
        (Tuple((A,)), "(a,)"),
        (Tuple((A, B)), "(a, b)"),
        (Dict(((A, ONE), (B, List((A,))))), "{a: 1, b: [a]}"),
        (Several((A, B)), "a, b"),
        (List((Star(A), B)), "[*a, b]"),
        (Subscript(A, B), "a[b]"),
        (CHOICE, "a if x else b"),
        (List((CHOICE,)), "[a if x else b]"),
        (List((CHOICE, B)), "[(a if x else b), b]"),
        (
            Call(A, (CallArgument("", B), CallArgument("k", CHOICE))),
            "a(b, k=a if x else b)",
        ),
        (Call(Call(A, ()), (CallArgument("", B),)), "a()(b)"),
    ],
)  # fmt: skip
def test_an_expression(tree: Expression, code: str) -> None:
    assert expression(tree) == code
    ast.parse(code)


def test_statements() -> None:
    inner = If(B, (Return(A),), (Return(Several((A, B))),))
    body: tuple[Statement, ...] = (
        Comment("Why."),
        Assign(A, ONE, "5x5"),
        Blank(),
        For(Several((A, B)), Code("c"), (Evaluate(Call(A, ())),)),
        If(A, (Assign(B, ONE),), (inner,)),
        If(A, (Assign(B, ONE),), (Assign(B, ONE), inner)),
    )
    parameters = (CallArgument("", A), CallArgument("b", ONE))
    text = printed((Def("f", parameters, ("Does.",), body),))
    assert (
        text
        == '''\
def f(a, b=1):
    """Does."""
    # Why.
    #: 5x5
    a = 1

    for a, b in c:
        a()
    if a:
        b = 1
    elif b:
        return a
    else:
        return a, b
    if a:
        b = 1
    else:
        b = 1
        if b:
            return a
        else:
            return a, b'''
    )
    assert "    a = 1  # 5x5\n" in laid_out(text)


@pytest.mark.parametrize("count", [1, 12, 13, 14, 15, 16, 40])
def test_a_docstring_ends_beside_its_text_if_there_is_room(count: int) -> None:
    said = " ".join(["words"] * count)
    final = laid_out(printed((Def("f", (), (said,), (Return(A),)),)))
    one_line = f'    """{said}"""\n' in final
    assert one_line == (len(said) + 10 <= 88)
    assert one_line != ('\n    """\n' in final)
    doc = ast.get_docstring(ast.parse(final).body[0])  # type: ignore[arg-type]
    assert doc is not None and " ".join(doc.split()) == said
