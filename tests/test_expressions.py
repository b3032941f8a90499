"""The expressions of a spec, against Python's own evaluation of the same text."""

import ast
import math
import subprocess
import sys
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.language.expressions import (
    FUNCTIONS,
    Formula,
    evaluate,
    formulas,
    names_in,
)

VARIABLES: dict[str, Any] = {
    "filters": 64,
    "width": 0.5,
    "name": "conv",
    "sizes": [16, 32, 64],
    "deep": [[1, "a"], [2, "b"]],
    "on": True,
    "off": False,
    "nothing": None,
    "reg": {"l2": 0.01},
    "i": 2,
}
PYTHON = {"ceil": math.ceil, "floor": math.floor, "np": np, **VARIABLES}
PYTHON |= {"true": True, "false": False, "null": None}


def _zipped(*lists: Any) -> list[list[Any]]:
    return [list(items) for items in zip(*lists, strict=False)]


def _ranged(*limits: Any) -> list[int]:
    if len(range(*limits)) > 10_000:
        raise OverflowError
    return list(range(*limits))


def _summed(numbers: Any) -> Any:
    if not isinstance(numbers, list):
        raise TypeError
    return sum(numbers)


def _as_text(value: Any) -> str:
    if isinstance(value, list) or value is None:
        raise TypeError
    return str(value)


LISTS = PYTHON | {"range": _ranged, "zip": _zipped, "sum": _summed, "str": _as_text}
"""As Python, with lists where that has iterators."""


def value(text: str) -> Any:
    return evaluate(formulas(text), VARIABLES)


def formula(text: str) -> Formula:
    found = formulas(text)
    assert isinstance(found, Formula)
    return found


def code(text: str) -> str:
    return formula(text).python(str)


def problem(text: str, variables: dict[str, Any] = VARIABLES) -> Problem:
    with pytest.raises(Invalid) as caught:
        evaluate(formulas(text), variables)
    (found,) = caught.value.problems
    return found


def same(a: Any, b: Any) -> bool:
    """Whether both are equal, and of equal types all through."""
    return type(a) is type(b) and repr(a) == repr(b)


# Pieces of expressions, each followed by how the script writes it if it differs.
EXPRESSIONS = [
    ("filters * 4", ""),
    ("filters*4", "filters * 4"),
    ("(filters + 1) * 2 - 3", ""),
    ("filters - (1 - 2)", ""),
    ("(filters - 1) - 2", "filters - 1 - 2"),
    ("filters / 2", ""),
    ("filters // (2 * 3)", ""),
    ("filters % 5", ""),
    ("-7 // 2", ""),
    ("-7 % 3", ""),
    ("2 ** 10", "2**10"),
    ("2 ** -1", "2**-1"),
    ("-2 ** 2", "-(2**2)"),
    ("(-2) ** 2", "(-2) ** 2"),
    ("2 ** 3 ** 2", "2**3**2"),
    ("(2 ** 3) ** 2", "(2**3) ** 2"),
    ("sizes[0] ** 2", ""),
    ("+filters", ""),
    ("--filters", ""),
    ("0x10 + 1_000", "16 + 1000"),
    ("1e-3", "0.001"),
    ("1 < 2 < 3", ""),
    ("1 < 3 < 2", ""),
    ("(1 < 2) == true", "(1 < 2) == True"),
    ("filters == 64 and not on or off", ""),
    ("filters and (on or off)", ""),
    ("not (on and off)", ""),
    ("(not on) == off", ""),
    ("not on == off", ""),
    ("not i ** 2", "not (i**2)"),
    ("off or null", "off or None"),
    ("nothing == null", "nothing == None"),
    ("1 if on else 2", ""),
    ("1 if off else 2 if off else 3", ""),
    ("(1 if off else 2) if on else 3", "(1 if off else 2) if on else 3"),
    ("(1 if on else 2) + 3", ""),
    ("1 // 0 if off else 5", ""),
    ("off and 1 // 0", ""),
    ("'a' + name", '"a" + name'),
    ("'\"' + \"'\"", "'\"' + \"'\""),
    ("'it\\'s \"so\"'", '"it\'s \\"so\\""'),
    ("'}' + '{'", '"}" + "{"'),
    ("'x' * 3", '"x" * 3'),
    ("[0] * 2 + [1]", ""),
    ("[filters, [1.5, true]]", "[filters, [1.5, True]]"),
    ("sizes[0]", ""),
    ("sizes[-1]", ""),
    ("deep[1][0]", ""),
    ("sizes[i] * 2", ""),
    ("name[0]", ""),
    ("reg['l2']", 'reg["l2"]'),
    ("[1, 2][0]", ""),
    ("(sizes + [1])[3]", ""),
    ("16 in sizes", ""),
    ("16 not in sizes", ""),
    ("'on' in name", '"on" in name'),
    ("sizes == [16, 32, 64]", ""),
    ("sizes < [17]", ""),
    ("max(8, int(filters * width + 4) // 8 * 8)", ""),
    ("min(sizes)", ""),
    ("min(3, 1, 2)", ""),
    ("abs(-3)", ""),
    ("int('12') + int(2.9)", 'int("12") + int(2.9)'),
    ("round(2.5)", ""),
    ("round(2.567, 1)", ""),
    ("round(1234, -2)", ""),
    ("ceil(filters / 5)", "int(np.ceil(filters / 5))"),
    ("floor(-0.5)", "int(np.floor(-0.5))"),
    ("len(sizes) + len(name)", ""),
    ("on + 1", ""),
    ("sum(sizes) + sum([1.5, on])", ""),
    ("sum(range(3))", ""),
    ("range(3)", "list(range(3))"),
    ("range(1, filters, 16) + [i]", "list(range(1, filters, 16)) + [i]"),
    ("range(5)[1:]", "list(range(5))[1:]"),
    ("sorted(sizes + [1])", ""),
    ("sorted(range(3, 0, -1))", ""),
    ("sorted(zip(sizes, [2, 1]))", "sorted(map(list, zip(sizes, [2, 1])))"),
    ("zip(sizes, name)", "[list(items) for items in zip(sizes, name)]"),
    ("str(i) + str(width) + str(name)", ""),
    ("sizes[1:]", ""),
    ("sizes[:-1]", ""),
    ("sizes[::2] + sizes[::-1]", ""),
    ("sizes[i - 1 :]", ""),
    ("sizes[: i - 1]", ""),
    ("sizes[i-1:i+1]", "sizes[i - 1 : i + 1]"),
    ("name[1:3]", ""),
    ("[2 * s for s in sizes]", ""),
    ("[s for s in sizes if s > 16]", ""),
    ("[s for s in sizes if s > 16 and on]", ""),
    ("[a * b for a, b in zip(sizes, range(3))]", ""),
    ("[a + b for a, b in deep if a > 1] if off else 3", ""),
    ("[p for p in zip(sizes, deep)]", "[p for p in map(list, zip(sizes, deep))]"),
    ("[[s * k for k in range(2)] for s in sizes]", ""),
    ("[[s for s in range(s)] for s in [1, 2]]", ""),
    ("[filters for filters in sizes]", ""),
    ("[c + c for c in name]", ""),
    ("[a for a, in [[1], [2]]]", ""),
    ("[s for s in (sizes if on else [])]", ""),
    ("sum([a * b for a, b in zip(sizes[1:], sizes)])", ""),
    ("len([s for s in sizes if s not in [16]])", ""),
    ("max([sum(d[:1]) for d in deep])", ""),
]


@pytest.mark.parametrize(("text", "written"), EXPRESSIONS)
def test_means_what_it_means_in_python(text: str, written: str) -> None:
    expected = eval(text, dict(LISTS))
    assert same(value(f"${{{text}}}"), expected)
    assert code(f"${{{text}}}") == (written or text)
    assert same(eval(code(f"${{{text}}}"), dict(PYTHON)), expected)


INTERPOLATED = [
    ("conv${i}", "conv2", 'f"conv{i}"'),
    ("$name", "conv", "name"),
    ("${name}_${i + 1}_x", "conv_3_x", 'f"{name}_{i + 1}_x"'),
    ("$name.$i", "conv.2", 'f"{name}.{i}"'),
    ("$name$i", "conv2", 'f"{name}{i}"'),
    ("$$$i", "$2", 'f"${i}"'),
    ("{${i}}", "{2}", 'f"{{{i}}}"'),
    ("${width}/1", "0.5/1", 'f"{width}/1"'),
    ("${'a' if on else 'b'}\t\"it's\"", 'a\t"it\'s"', None),
    ("x${'}' + name}", "x}conv", "f\"x{'}' + name}\""),
    ("x${'#'}", "x#", "f\"x{'#'}\""),
    ('{x}${"it\'s"}', "{x}it's", '"{{x}}{}".format("it\'s")'),
    ("x${'\\n'}", "x\n", '"x{}".format("\\n")'),
    ("x${reg['l2']}", "x0.01", "f\"x{reg['l2']}\""),
]


@pytest.mark.parametrize(("text", "expected", "written"), INTERPOLATED)
def test_text_around_expressions(text: str, expected: str, written: str | None) -> None:
    assert value(text) == expected
    if written:
        assert code(text) == written
    assert eval(code(text), dict(PYTHON)) == expected
    # What Python 3.11 refuses and later versions take.
    ast.parse(code(text), feature_version=(3, 11))
    assert formula(text).is_interpolated is (text != "$name")


@pytest.mark.parametrize(
    ("text", "plain"),
    [("$$", "$"), ("a$$b", "a$b"), ("$$name", "$name"), ("$${x}", "${x}")],
)
def test_doubled_dollar_stands_for_one(text: str, plain: str) -> None:
    assert formulas(text) == plain


@pytest.mark.parametrize("text", ["$", "$5", "5 $", "^a$", "$ {x}", "$-", "no dollar"])
def test_dollar_before_anything_else_stands_for_itself(text: str) -> None:
    assert formulas(text) is text


def test_lines_are_joined() -> None:
    assert value("${filters\n  * 4\n}") == 256
    assert value("${[1,\r\n 2]}") == [1, 2]


def test_names_are_variables_only() -> None:
    assert formula("${max(a, len(b)) if true else None}").names == {"a", "b"}
    data = formulas({"x": ["$a", 1, {"y": "b${c}"}], "$key": "z"})
    assert names_in(data) == {"a", "c"}
    assert names_in({"x": 1}) == frozenset()
    assert "$key" in data


def test_renamed_variables() -> None:
    assert formula("${filters * 4 + i}").python(str.upper) == "FILTERS * 4 + I"
    assert formula("conv$i").python(lambda name: f"{name}_1") == 'f"conv{i_1}"'


def test_an_item_hides_no_name_that_the_code_needs() -> None:
    text = "${[a * filters + f for a in sizes]}"
    assert formula(text).python({"sizes": "SIZES", "filters": "a", "f": "a_"}.get) == (
        "[a__ * a + a_ for a__ in SIZES]"
    )
    assert (
        formula("${[a + shape('m')[0] for a in sizes]}").python(
            {"sizes": "s", "shape('m')": "a"}.get
        )
        == "[a_ + a.shape[1] for a_ in s]"
    )


def test_what_a_loop_walks() -> None:
    walked = {
        "${range(3)}": "range(3)",
        "${zip(sizes, range(2))}": "map(list, zip(sizes, range(2)))",
        "${sizes[1:]}": "sizes[1:]",
        "$sizes": "sizes",
    }
    for text, code in walked.items():
        assert formula(text).python(str, walked=True) == code


SIZES = [
    ("shape('m')", "list(x.shape[1:])"),
    ("shape('m')[0]", "x.shape[1]"),
    ("shape('m')[-1] // 2", "x.shape[-1] // 2"),
    ("shape('m')[i]", "x.shape[1:][i]"),
    ("shape('m')[:2]", "list(x.shape[1:3])"),
    ("shape('m')[:-1]", "list(x.shape[1:-1])"),
    ("shape('m')[1:] + [3]", "list(x.shape[2:]) + [3]"),
    ("shape('m')[-1:]", "list(x.shape[1:][-1:])"),
    ("shape('m')[::-1]", "list(x.shape[1:][::-1])"),
    ("shape('m')[i:]", "list(x.shape[1:][i:])"),
    ("sum(shape('m')[:2])", "sum(x.shape[1:3])"),
    ("len(shape('m'))", "len(list(x.shape[1:]))"),
    ("sum(shape('m'))", "sum(x.shape[1:])"),
    ("[s // 2 for s in shape('m')]", "[s // 2 for s in x.shape[1:]]"),
    ("shape('m') == [4, 8]", "list(x.shape[1:]) == [4, 8]"),
]


@pytest.mark.parametrize(("text", "written"), SIZES)
def test_sizes_as_keras_has_them(text: str, written: str) -> None:
    class Tensor:
        shape = (None, 4, 8)

    found = formula(f"${{{text}}}")
    code = found.python({"shape('m')": "x", "i": "i"}.get)  # type: ignore[arg-type]
    assert code == written
    value = found.value({"shape('m')": [4, 8], "i": 1})
    assert same(eval(code, {"x": Tensor, "i": 1}), value)


def test_sizes_that_nobody_gives() -> None:
    text = "the sizes of a tensor are known where layers are made, and not here"
    hint = "shape() stands in arguments of layers and calls, and in if"
    expected = Problem((), "unknown-variable", text, hint)
    assert problem("${shape('a')[0]}") == expected


def test_names_of_tensors() -> None:
    found = formula("${shape('a')[0] + shape('enc.1')[i]}")
    assert (found.names, found.tensors) == ({"i"}, {"a", "enc.1"})
    assert found.value({"i": 1, "shape('a')": [3], "shape('enc.1')": [4, 5]}) == 8


@pytest.mark.parametrize(
    "text",
    ["{} + 1", "1 < {}", "{} != 3", "max({}, 3)", "{} in [3]", "[s + 1 for s in {}]"],
)
def test_a_size_that_is_not_known(text: str) -> None:
    sizes = "shape('mix')" if "for" in text else "shape('mix')[0]"
    found = problem(f"${{{text.format(sizes)}}}", {"shape('mix')": [None, 4]})
    assert "a size of 'mix' is null" in found.message
    for same in ("{} == 3", "{} == null", "{} != null", "[{}, 4]", "{} or 3"):
        known = same.format("shape('mix')[0]")
        evaluate(formulas(f"${{{known}}}"), {"shape('mix')": [None, 4]})


def test_formulas_are_values() -> None:
    one = formula("${i + 1}")
    assert one == formula("${i + 1}")
    assert one != formula("${i+1}")
    assert len({one, formula("${i + 1}")}) == 1
    assert repr(one) == "Formula('${i + 1}')"
    with pytest.raises(AttributeError, match="frozen"):
        one.text = "x"


def test_only_what_changes_is_copied() -> None:
    data = {"a": [1, {"b": "x"}], "c": ["$i", {"d": None}]}
    made = formulas(data)
    assert made is not data
    assert made["a"] is data["a"]
    assert made["c"][1] is data["c"][1]
    assert data["c"][0] == "$i"
    assert formulas(data["a"]) is data["a"]
    assert evaluate(made["a"], {}) is data["a"]
    assert evaluate(made, {"i": 5}) == {"a": [1, {"b": "x"}], "c": [5, {"d": None}]}


def test_a_variable_may_hold_anything() -> None:
    assert value("$reg") is VARIABLES["reg"]
    assert value("$nothing") is None


def test_every_problem_has_its_path() -> None:
    with pytest.raises(Invalid) as caught:
        formulas({"a": ["ok", "${"], "b": {"c": "${x.y}"}, "d": "$x"})
    assert [p.path for p in caught.value.problems] == [("a", 1), ("b", "c")]
    with pytest.raises(Invalid) as caught:
        evaluate(formulas({"a": ["$x", "${1 / 0}"], "d": "$i"}), VARIABLES)
    assert [p.path for p in caught.value.problems] == [("a", 0), ("a", 1)]


_CALLS = (
    "it may call min, max, abs, int, round, ceil, floor, len, sum, range, sorted, zip, "
    "str and shape"
)
_ALLOWED = (
    "it may hold numbers, texts, lists, variables, + - * / // % **, comparisons, and, "
    "or, not, `a if test else b`, an index, slices and [2 * x for x in sizes]"
)
_LIMITS = (
    "numbers go up to 10 ** 40, texts up to 10,000 characters and lists up to 10,000 "
    "items"
)
_LISTS = "lists are written in square brackets, as in [1, 2]"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "${",
            "'${' is never closed: `${`",
            ("write } where the expression ends; for a plain dollar sign, write $$"),
        ),
        (
            "a ${i + 1",
            "'${' is never closed: `${i + 1`",
            ("write } where the expression ends; for a plain dollar sign, write $$"),
        ),
        (
            "${'a}",
            "a quote is never closed: `'a}`",
            "write a second ' where the text ends",
        ),
        ("${}", "'${}' holds no expression", "write one, as in ${filters * 4}"),
        ("${ }", "'${}' holds no expression", "write one, as in ${filters * 4}"),
        (
            "${i # why}",
            "an expression can't hold a comment: `# why}`",
            "put it on a line of its own in the spec, above the expression",
        ),
        ("${i i}", "the expression `i i` can't be read from `i` on", _ALLOWED),
        (
            "${i && on}",
            "the expression `i && on` can't be read from `& on` on",
            "write 'and'",
        ),
        (
            "${i = 3}",
            "the expression `i = 3` can't be read from `= 3` on",
            "write '==' to compare",
        ),
        (
            "$class",
            ("'class' is a word that Python keeps for itself, so no variable has it"),
            "give the variable another name",
        ),
        (
            "${i.real}",
            "an expression can't hold the dot of an attribute: `i.real`",
            "write i['real'] for the value in a mapping",
        ),
        ("${open('x')}", "an expression can't call `open`", _CALLS),
        ("${[].append(1)}", "an expression can't call `[].append`", _CALLS),
        (
            "${flor(1.5)}",
            "an expression can't call `flor`",
            f"did you mean 'floor'? {_CALLS}",
        ),
        ("${lambda: 1}", "an expression can't hold a lambda: `lambda: 1`", _CALLS),
        (
            "${{x for x in sizes}}",
            "an expression can't hold a comprehension in braces: `{x for x in sizes}`",
            "a list can be made so: [2 * x for x in sizes]",
        ),
        (
            "${sum(x for x in sizes)}",
            "an expression can't hold a generator: `(x for x in sizes)`",
            "write square brackets: sum([2 * x for x in sizes])",
        ),
        (
            "${[x for x in sizes for y in sizes]}",
            (
                "a comprehension has one 'for' and at most one 'if': "
                "`[x for x in sizes for y in sizes]`"
            ),
            "join tests with 'and'; put a list of its own inside",
        ),
        (
            "${[x for x in sizes if x if on]}",
            (
                "a comprehension has one 'for' and at most one 'if': "
                "`[x for x in sizes if x if on]`"
            ),
            "join tests with 'and'; put a list of its own inside",
        ),
        (
            "${[1 for sizes[0] in sizes]}",
            "'for' in a comprehension takes names; found `sizes[0]`",
            "as in [a * b for a, b in zip(widths, depths)]",
        ),
        (
            "${[1 for len in sizes]}",
            "`len` has a meaning of its own in expressions",
            "choose another name",
        ),
        (
            "${[x for x in i]}",
            "`[x for x in i]` can't be worked out: 'for' can't walk the number 2",
            "it takes a list, as in [2 * x for x in sizes]",
        ),
        (
            "${[a for a, b in sizes]}",
            (
                "`[a for a, b in sizes]` can't be worked out: 'for' has 2 names, and "
                "an item is the number 16"
            ),
            "each item has to be a list of 2 values",
        ),
        (
            "${[x + 'a' for x in sizes]}",
            (
                "`x + 'a'` can't be worked out: '+' doesn't take the number 16 and the "
                "text 'a'"
            ),
            "it takes two numbers, texts or lists",
        ),
        (
            "${sizes['a':]}",
            (
                "`sizes['a':]` can't be worked out: '[:]' doesn't take the list "
                "[16, 32, 64] and the text 'a' and null"
            ),
            "a slice takes whole numbers, as in sizes[1:3]",
        ),
        (
            "${sum(name)}",
            "`sum(name)` can't be worked out: 'sum' doesn't take the text 'conv'",
            "it takes a list of numbers",
        ),
        (
            "${range(1.5)}",
            "`range(1.5)` can't be worked out: 'range' doesn't take the number 1.5",
            "it takes whole numbers: stop, or start, stop, step",
        ),
        (
            "${range(1, 2, 3, 4)}",
            "'range' takes one value, two or three, and 4 are given",
            "it takes whole numbers: stop, or start, stop, step",
        ),
        (
            "${zip(sizes, 3)}",
            (
                "`zip(sizes, 3)` can't be worked out: 'zip' doesn't take the list "
                "[16, 32, 64] and the number 3"
            ),
            "it takes lists, to be walked together",
        ),
        (
            "${str(sizes)}",
            (
                "`str(sizes)` can't be worked out: 'str' doesn't take the list "
                "[16, 32, 64]"
            ),
            "it takes a number or a text",
        ),
        (
            "${shape(name)}",
            "'shape' takes the name of one tensor, in quotes: `shape(name)`",
            "as in shape('prev')[0]",
        ),
        (
            "${(x := 3)}",
            "an expression can't hold the assignment ':=': `x := 3`",
            "give variables under `vars:`",
        ),
        (
            "${f'{i}'}",
            "an expression can't hold an f-string: `f'{i}'`",
            "put the expression into the text: conv${i + 1}",
        ),
        (
            "${{'a': 1}}",
            "an expression can't hold a mapping: `{'a': 1}`",
            "give it under `vars:` and use its name",
        ),
        ("${{1, 2}}", "an expression can't hold a set: `{1, 2}`", _LISTS),
        ("${1, 2}", "an expression can't hold a tuple: `1, 2`", _LISTS),
        (
            "${max(*sizes)}",
            "an expression can't hold a '*' before a list: `*sizes`",
            "join lists with +",
        ),
        (
            "${min(1, key=2)}",
            "'min' takes no named values: `min(1, key=2)`",
            "it takes values that compare, or a list of them that isn't empty",
        ),
        ("${b'a'}", "an expression can't hold bytes: `b'a'`", _ALLOWED),
        ("${2j}", "an expression can't hold a complex number: `2j`", _ALLOWED),
        ("${...}", "an expression can't hold ...: `...`", _ALLOWED),
        ("${i << 3}", "an expression can't hold this: `i << 3`", _ALLOWED),
        ("${i & 1}", "an expression can't hold '&': `i & 1`", "write 'and'"),
        ("${i ^ 2}", "an expression can't hold '^': `i ^ 2`", "write '**' for a power"),
        ("${i is null}", "an expression can't hold 'is': `i is null`", "write '=='"),
        ("${~i}", "an expression can't hold '~': `~i`", "write 'not'"),
        (
            "${len()}",
            "'len' takes one value, and none is given",
            "it takes a text or a list",
        ),
        (
            "${round(1, 2, 3)}",
            "'round' takes one value or two, and 3 are given",
            "it takes a number, and how many digits to keep",
        ),
        (
            "${max()}",
            "'max' takes one value or more, and none is given",
            "it takes values that compare, or a list of them that isn't empty",
        ),
        (
            "${len}",
            "'len' is a function, and no value",
            "write what it works on after it, as in len(x)",
        ),
        (
            "${1 / 0}",
            "`1 / 0` can't be worked out: it divides the number 1 by zero",
            "a test can keep zero away: a / b if b != 0 else 0",
        ),
        (
            "${'a' + 1}",
            (
                "`'a' + 1` can't be worked out: '+' doesn't take the text 'a' "
                "and the number 1"
            ),
            "it takes two numbers, texts or lists",
        ),
        (
            "${-name}",
            "`-name` can't be worked out: '-' doesn't take the text 'conv'",
            "it takes a number",
        ),
        (
            "${'%s' % i}",
            (
                "`'%s' % i` can't be worked out: '%' doesn't take the text "
                "'%s' and the number 2"
            ),
            "it takes two numbers",
        ),
        (
            "${1 < name}",
            (
                "`1 < name` can't be worked out: '<' doesn't take the number 1 "
                "and the text 'conv'"
            ),
            "compare numbers with numbers, texts with texts, or lists with lists",
        ),
        (
            "${1 in 3}",
            (
                "`1 in 3` can't be worked out: 'in' doesn't take the number 1 "
                "and the number 3"
            ),
            "it looks for something in a list, or for a text in a text",
        ),
        (
            "${len(3)}",
            "`len(3)` can't be worked out: 'len' doesn't take the number 3",
            "it takes a text or a list",
        ),
        (
            "${int('x')}",
            ("`int('x')` can't be worked out: 'int' doesn't take the text 'x'"),
            "it takes a number, or a text that is a whole number",
        ),
        (
            "${min([])}",
            "`min([])` can't be worked out: 'min' doesn't take the list []",
            "it takes values that compare, or a list of them that isn't empty",
        ),
        (
            "${sizes * null}",
            (
                "`sizes * null` can't be worked out: '*' doesn't take the "
                "list [16, 32, 64] and null"
            ),
            "it takes two numbers, or a text or list and a whole number",
        ),
        (
            "${abs(deep)}",
            ("`abs(deep)` can't be worked out: 'abs' doesn't take a list of 2 items"),
            "it takes a number",
        ),
        (
            "${sizes[3]}",
            ("`sizes[3]` can't be worked out: the list [16, 32, 64] has no item 3"),
            "its items are numbered from 0 to 2",
        ),
        ("${[][0]}", "`[][0]` can't be worked out: the list [] has no items", ""),
        (
            "${sizes[0.5]}",
            ("`sizes[0.5]` can't be worked out: the number 0.5 is no position"),
            "items are numbered from 0 in whole numbers",
        ),
        (
            "${i[0]}",
            "`i[0]` can't be worked out: the number 2 has no items",
            "an index takes one item of a list, as in sizes[0]",
        ),
        (
            "${reg['l3']}",
            ("`reg['l3']` can't be worked out: the mapping has no key 'l3'"),
            "it has 'l2'",
        ),
        (
            "${(-8) ** 0.5}",
            (
                "`(-8) ** 0.5` can't be worked out: a number below 0 has no "
                "fractional power"
            ),
            "",
        ),
        (
            "x${sizes}",
            "`x${sizes}` is a longer text with the list [16, 32, 64] in it",
            "only texts and numbers can stand in a longer text",
        ),
        (
            "x${on}",
            "`x${on}` is a longer text with true in it",
            "only texts and numbers can stand in a longer text",
        ),
        (
            "x$nothing",
            "`x$nothing` is a longer text with null in it",
            "only texts and numbers can stand in a longer text",
        ),
    ],
)
def test_says_what_is_wrong(text: str, message: str, hint: str) -> None:
    assert problem(text) == Problem((), "expression", message, hint)


@pytest.mark.parametrize(
    ("variables", "hint"),
    [
        ({"filters": 1}, "did you mean 'filters'?"),
        ({"a": 1}, "known here is 'a'"),
        ({"a": 1, "b": 2}, "known here are 'a' and 'b'"),
        ({}, "none is known here; variables are given under `vars:`"),
        (
            {f"v{i}": i for i in range(20)},
            "variables are given under `vars:`",
        ),
    ],
)
def test_unknown_variable(variables: dict[str, Any], hint: str) -> None:
    expected = ((), "unknown-variable", "there is no variable 'filtrs'", hint)
    assert problem("${filtrs + 1}", variables) == Problem(*expected)


BOUNDED = [
    ("${10**10**10}", "the result is too large"),
    ("${10**41}", "the result is too large"),
    ("${10**40 * 10}", "the result is too large"),
    ("${2.0**10000}", "the result is too large"),
    ("${int(1e300)}", "the result is too large"),
    ("${1e300 * 1e300}", "the result is too large"),
    ("${(3**80)**(3**80)}", "the result is too large"),
    (f"${{{'9' * 50}}}", "is too large a number"),
    ("${1e999}", "is too large a number"),
    ("${round(5, -10**9)}", "it can't round to more than 100 digits"),
    ("${'a' * 10**9}", "the result is too long"),
    ("${10**9 * 'a'}", "the result is too long"),
    ("${[0] * 10**9}", "the result is too long"),
    ("${[0] * 9999 + [0] * 2}", "the result is too long"),
    ("${[[0] * 5000] * 5000}", "the result is too long"),
    ("${[[0] * 9999, 1, 2]}", "the result is too long"),
    ("x${'a' * 10000}", "the result is too long"),
    ("${" + "[" * 150 + "]" * 150 + "}", "the result nests too deeply"),
    ("${" + "(" * 5000 + "1" + ")" * 5000 + "}", "at most 1,000 characters"),
    ("${" + "(" * 450 + "1" + ")" * 450 + "}", "too many brackets"),
    ("${" + "x" * 1001 + "}", "at most 1,000 characters; found 1,001"),
    ("${" + "-" * 990 + "i}", "more than 200 parts"),
    ("${" + "not " * 240 + "i}", "more than 200 parts"),
    ("${" + "+".join("i" * 101) + "}", "more than 200 parts"),
    ("${" + "i" + "[0]" * 330 + "}", "more than 200 parts"),
    ("${sum(range(10**9))}", "the result is too long"),
    ("${range(10**30)}", "the result is too large"),
    ("${sorted(range(10**5))}", "the result is too long"),
    ("${zip(range(9999), range(9999))}", "the result is too long"),
    ("${[[1 for b in range(9999)] for a in range(9999)]}", "it takes too long"),
    ("${[sum(range(9999)) for a in range(9999)]}", "it takes too long"),
    ("${[1 for a in range(9999) if a in range(9999)]}", "it takes too long"),
    ("${[1 for a in range(999) if range(a) == range(9999)]}", "it takes too long"),
    ("${[sorted(sizes * 999) for a in range(9999)]}", "it takes too long"),
    ("${[('a' * 9999)[1:] for a in range(9999)]}", "it takes too long"),
    ("${[sizes[a % 3] for a in range(9999)] * 2}", "the result is too long"),
    ("${" + "[" * 40 + "1" + " for a in range(2)]" * 40 + "}", "it takes too long"),
]


@pytest.mark.parametrize(("text", "message"), BOUNDED)
def test_bounded(text: str, message: str) -> None:
    start = time.process_time()
    assert message in problem(text).message
    assert time.process_time() - start < 0.5


def test_just_within_the_bounds() -> None:
    assert value("${10**40}") == 10**40
    assert value("${'a' * 10000}") == "a" * 10000
    assert value("${[0] * 10000}") == [0] * 10000
    assert value("${" + "+".join("i" * 100) + "}") == 200
    assert value("${" + "-" * 198 + "i}") == 2
    assert value("${[2 * a for a in range(10**4)]}") == [*range(0, 20_000, 2)]


def test_variables_cannot_double_without_end() -> None:
    variables: dict[str, Any] = {"v0": [0] * 10}
    with pytest.raises(Invalid, match="too long"):
        for i in range(40):
            twice = formulas([f"$v{i}", f"$v{i}"])
            variables[f"v{i + 1}"] = evaluate(twice, variables)


def test_reading_warns_of_nothing(recwarn: pytest.WarningsRecorder) -> None:
    assert value("${1if on else 2}") == 1
    assert value("${'\\d'}") == "\\d"
    assert not list(recwarn)


def test_ast_is_not_imported() -> None:
    code = "import sys; import cnnspec.language.expressions"
    check = f"{code}; sys.exit('ast' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


# ---------------------------------------------------------------- random trees

_LEAVES = st.one_of(
    st.integers(0, 12).map(str),
    st.sampled_from(["0.5", "2.0", "1e3", "True", "False", "None", "[]", "''"]),
    st.sampled_from(sorted(set(VARIABLES) - {"reg"})),
    st.text("ab'\"\\{}#$ \té", max_size=4).map(repr),
)


_CALLED = st.sampled_from([name for name in FUNCTIONS if name != "shape"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = [
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "in",
        "and",
        "or",
    ] + ["not in"]
    part = inner.map(lambda text: f"({text})")
    return st.one_of(
        st.builds("{} {} {}".format, part, st.sampled_from(signs), part),
        st.builds("{} {} {}".format, inner, st.sampled_from(signs), inner),
        st.builds("{} < {} <= {}".format, part, part, part),
        st.builds("{} ** {}".format, part, st.sampled_from(["2", "-1", "0.5", "i"])),
        st.builds("{} {}".format, st.sampled_from(["-", "+", "not"]), part),
        st.builds("{} if {} else {}".format, part, part, part),
        st.builds("{}[{}]".format, part, inner),
        st.builds("[{}, {}]".format, part, inner),
        st.builds("{}[{}:{}]".format, part, part, part),
        st.builds("{}[{}:]".format, inner, inner),
        st.builds("{}({})".format, _CALLED, inner),
        st.builds("{}({}, {})".format, _CALLED, inner, inner),
        st.builds("[{} for i in {} if {}]".format, inner, part, inner),
        st.builds("[{} for a, i in zip({}, {})]".format, inner, inner, inner),
    )


# Python warns of code that fails for certain, which is what is wanted here.
pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")
_TEXTS = st.recursive(_LEAVES, _larger, max_leaves=12)


def _python(text: str, names: dict[str, Any] = PYTHON) -> Any:
    """Python's value of an expression, or the error it raises."""
    try:
        return eval(text, dict(names))
    except (TypeError, ValueError, ArithmeticError, LookupError, SyntaxError) as error:
        return error


class _WithoutNumpy(ast.NodeTransformer):
    """`ceil(x)` in place of `int(np.ceil(x))`."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        match node.args:
            case [ast.Call(ast.Attribute(ast.Name("np"), name), given)]:
                return ast.Call(ast.Name(name), given, [])
        return node


def _without_numpy(written: str) -> str:
    return ast.unparse(_WithoutNumpy().visit(ast.parse(written, mode="eval")))


@given(_TEXTS)
def test_random_expressions_agree_with_python(text: str) -> None:
    try:
        read = formula(f"${{{text}}}")
    except Invalid as error:
        ours = "takes" in str(error) or "parts" in str(error)
        assert ours or isinstance(_python(text), SyntaxError)
        return
    written = read.python(str)
    expected = _python(text, LISTS)
    try:
        found = read.value(VARIABLES)
    except Invalid as error:
        ours = ("too", "fractional", "digits", "'%'")
        refused = isinstance(expected, Exception)
        assert refused or any(word in str(error) for word in ours)
        return
    assert same(found, expected)
    assert same(_python(written), expected)
    if "list(" not in written and "map(" not in written:
        again = formula(f"${{{_without_numpy(written)}}}")
        assert same(again.value(VARIABLES), expected)
        assert again.python(str) == written


@given(_TEXTS, st.text("ab'\"\\{}\n\té", max_size=5))
def test_random_texts_agree_with_python(text: str, around: str) -> None:
    try:
        read = formula(f"{around}${{{text}}}{around}")
        found = read.value(VARIABLES)
    except Invalid:
        return
    written = read.python(str)
    ast.parse(written, feature_version=(3, 11))
    assert same(_python(written), found)
