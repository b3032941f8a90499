"""Statements as one writes them by hand."""

import pytest

from cnnspec.emit.code.plan.tidy import both, if_statement, opposite, paragraphed
from cnnspec.emit.code.print.python import printed
from cnnspec.emit.code.tree import Assign, Blank, Code, If, Statement

A, B = (Assign(Code(name), Code("1")) for name in "ab")


@pytest.mark.parametrize(
    ("test", "other"),
    [
        ("deep", "not deep"),
        ("not deep", "deep"),
        ("n > 2", "n <= 2"),
        ("n in [1]", "n not in [1]"),
        ("1 < n < 2", "not (1 < n < 2)"),
        ("a or b", "not (a or b)"),
        ("f(n)", "not f(n)"),
    ],
)
def test_the_opposite_of_a_test(test: str, other: str) -> None:
    assert opposite(test) == other
    names = {"deep": True, "n": 3, "a": False, "b": True, "f": bool}
    assert eval(other, names) is not eval(test, names)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("a", "b", "a and b"),
        ("a or b", "c", "(a or b) and c"),
        ("a", "b if c else a", "a and (b if c else a)"),
        ("a and b", "not c", "a and b and not c"),
    ],
)
def test_two_tests_in_one(first: str, second: str, code: str) -> None:
    assert both(first, second) == code


def test_an_if_that_does_nothing_is_left_out() -> None:
    assert if_statement("a", (), ()) == ()


def test_an_if_that_does_something_elsewhere_is_turned_round() -> None:
    assert printed(if_statement("a", (), (B,))) == "if not a:\n    b = 1"


def test_an_if_alone_in_another_is_one_test() -> None:
    inner = If(Code("b"), (A,), ())
    assert printed(if_statement("a", (inner,), ())) == "if a and b:\n    a = 1"
    # With an else, or with something beside it, it isn't.
    assert "and" not in printed(if_statement("a", (inner,), (B,)))
    assert "and" not in printed(if_statement("a", (inner, B), ()))
    with_else = If(Code("b"), (A,), (B,))
    assert "and" not in printed(if_statement("a", (with_else,), ()))


def test_paragraphs_have_one_empty_line_between_them() -> None:
    blank = Blank()
    found: list[Statement] = [blank, A, blank, blank, B, blank, blank]
    assert paragraphed(found) == (A, blank, B)
    assert paragraphed([blank, blank]) == ()
