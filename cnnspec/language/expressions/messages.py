"""What is said of an expression that can't be read or worked out."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from cnnspec.ground.errors import Invalid, Problem, either, nearest
from cnnspec.ground.visible import hidden
from cnnspec.language.expressions import FUNCTIONS
from cnnspec.language.expressions.operations import CALLS, LIMITS, Refused

ALLOWED = (
    "it may hold numbers, texts, lists, variables, + - * / // % **, comparisons, and, "
    "or, not, `a if test else b`, an index, slices and [2 * x for x in sizes]"
)
_MAY_CALL = f"it may call {', '.join(FUNCTIONS[:-1])} and {FUNCTIONS[-1]}"
_LIST_OF = "a list can be made so: [2 * x for x in sizes]"
_LISTS = "lists are written in square brackets, as in [1, 2]"
_FOREIGN = {
    "bytes": ("bytes", ALLOWED),
    "complex": ("a complex number", ALLOWED),
    "ellipsis": ("...", ALLOWED),
    "Attribute": ("the dot of an attribute", _MAY_CALL),
    "Lambda": ("a lambda", _MAY_CALL),
    "GeneratorExp": (
        "a generator",
        "write square brackets: sum([2 * x for x in sizes])",
    ),
    **dict.fromkeys(("SetComp", "DictComp"), ("a comprehension in braces", _LIST_OF)),
    "NamedExpr": ("the assignment ':='", "give variables under `vars:`"),
    "JoinedStr": ("an f-string", "put the expression into the text: conv${i + 1}"),
    "Dict": ("a mapping", "give it under `vars:` and use its name"),
    "Set": ("a set", _LISTS),
    "Tuple": ("a tuple", _LISTS),
    "Starred": ("a '*' before a list", "join lists with +"),
    "BitAnd": ("'&'", "write 'and'"),
    "BitOr": ("'|'", "write 'or'"),
    "BitXor": ("'^'", "write '**' for a power"),
    "Invert": ("'~'", "write 'not'"),
    "Is": ("'is'", "write '=='"),
    "IsNot": ("'is not'", "write '!='"),
}
_FOREIGN_SIGNS = {
    "&&": "write 'and'",
    "||": "write 'or'",
    "?": "write `a if test else b`",
    "!": "write 'not', or '!=' for 'is not equal to'",
    **dict.fromkeys("‘’“”", "write straight quotes, ' or \""),
}


def wrong(message: str, hint: str = "", code: str = "expression") -> Invalid:
    """One mistake in an expression."""
    return Invalid([Problem((), code, message, hint)])


def refuse_hidden(text: str) -> None:
    r"""Refuses a text whose escapes stand for what nobody sees.

    Raises:
        Invalid: it holds such a character, as `'\x1b'` does.
    """
    if found := hidden(text, keep="\n\t"):
        message = f"'{found}' in an expression is a character that can't be seen"
        raise wrong(message, "leave it out")


def quoted(text: str) -> str:
    """A piece of an expression, apart from the quotes that may be in it."""
    return f"`{_short(text)}`"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}..."


def _plainly(value: Any) -> str:
    """A value that holds no others, in the words of YAML."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return f"'{_short(value)}'" if isinstance(value, str) else str(value)


def shown(value: Any) -> str:
    """A value and its type."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        text = f"the list [{', '.join(map(_plainly, value))}]"
        nests = any(isinstance(item, list | dict) for item in value)
        return text if not nests and len(text) < 60 else f"a list of {len(value)} items"
    if value is None or isinstance(value, bool):
        return _plainly(value)
    return f"the {'text' if isinstance(value, str) else 'number'} {_plainly(value)}"


# ---------------------------------------------------------------- of what is written


def unreadable(text: str, error: Exception) -> Invalid:
    """Of text that Python's parser doesn't take."""
    whole = quoted(text)
    if re.search(r"\$\w", text):
        plain = re.sub(r"\$(?=\w)", "", text)
        return wrong(
            f"inside ${{ }} a variable has no $ of its own: {whole}",
            f'write "${{{plain}}}"',
        )
    if not isinstance(error, SyntaxError):
        return wrong(f"{whole} is no expression", ALLOWED)
    found = error.msg
    if "too many nested" in found:
        return wrong("the expression has too many brackets inside one another")
    if "never closed" in found:
        return wrong(f"a bracket is never closed: {whole}")
    if text.isidentifier():
        return wrong(
            f"'{text}' is a word that Python keeps for itself, so no variable has it",
            "give the variable another name",
        )
    rest = quoted(text[error.offset - 1 :] if error.offset else "")
    if rest == quoted(""):
        return wrong(f"the expression {whole} ends too early", ALLOWED)
    hints = (hint for sign, hint in _FOREIGN_SIGNS.items() if sign in text)
    hint = next(hints, ALLOWED)
    if ":=" in text:
        hint = _FOREIGN["NamedExpr"][1]
    elif re.search("[^=!<>]=[^=]", text):
        hint = "write '==' to compare"
    elif re.search(r"\bif\b", text) and not re.search(r"\belse\b", text):
        hint = f"say what it is otherwise: `{_short(text)} else 0`"
    if rest == whole:
        return wrong(f"{whole} is no expression", hint)
    return wrong(f"the expression {whole} can't be read from {rest} on", hint)


def foreign(kind: str, code: str) -> Invalid:
    """Of a node of Python's tree, or a constant, that the language doesn't have."""
    what, hint = _FOREIGN.get(kind, ("this", ALLOWED))
    if kind == "Attribute" and (found := re.fullmatch(r"`(\w+)\.(\w+)`", code)):
        hint = f"write {found[1]}['{found[2]}'] for the value in a mapping"
    if kind == "Set" and (found := re.fullmatch(r"`\{(\w+)\}`", code)):
        hint = f"write one pair of braces: ${{{found[1]}}}"
    return wrong(f"an expression can't hold {what}: {code}", hint)


def unknown_function(name: str, code: str) -> Invalid:
    """Of a call of something that isn't one of the functions."""
    near = nearest(name, FUNCTIONS)
    hint = f"{near} {_MAY_CALL}" if near else _MAY_CALL
    return wrong(f"an expression can't call {code}", hint)


def wrong_count(name: str, found: int) -> Invalid:
    """Of a function that is called with more or fewer values than it takes."""
    takes, most = CALLS[name].takes, CALLS[name].most
    more = {1: "", 2: " or two", 3: ", two or three"}.get(most, " or more")
    given = {0: "none is", 1: "one is"}.get(found, f"{found} are")
    return wrong(f"'{name}' takes one value{more}, and {given} given", takes)


def too_many_loops(code: str) -> Invalid:
    """Of a comprehension with several loops or tests."""
    text = f"a comprehension has one 'for' and at most one 'if': {code}"
    return wrong(text, "join tests with 'and'; put a list of its own inside")


def no_target(code: str) -> Invalid:
    """Of what stands behind a comprehension's `for` and is no name, or no free one."""
    taken = f"{code} has a meaning of its own in expressions"
    if code.strip("`").isidentifier():
        return wrong(taken, "choose another name")
    text = f"'for' in a comprehension takes names; found {code}"
    return wrong(text, "as in [a * b for a, b in zip(widths, depths)]")


def no_tensor(code: str) -> Invalid:
    """Of a `shape()` that isn't given one name in quotes."""
    text = f"'shape' takes the name of one tensor, in quotes: {code}"
    return wrong(text, "as in shape('prev')[0]")


NO_SHAPE = "the sizes of a tensor are known where layers are made, and not here"
SHAPE_STANDS = "shape() stands in arguments of layers and calls, and in if"


# ---------------------------------------------------------------- of what it comes to


def unknown_name(name: str, variables: Mapping[str, Any]) -> Invalid:
    """Of a variable that has no value."""
    if name in FUNCTIONS:
        return wrong(
            f"'{name}' is a function, and no value",
            f"write what it works on after it, as in {name}(x)",
        )
    hint = nearest(name, variables)
    if not hint and not variables:
        hint = "none is known here; variables are given under `vars:`"
    elif not hint and len(variables) <= 12:
        verb = "is" if len(variables) == 1 else "are"
        hint = f"known here {verb} {either(variables, 'and')}"
    elif not hint:
        hint = "variables are given under `vars:`"
    return wrong(f"there is no variable '{name}'", hint, "unknown-variable")


def failed(code: str, why: str, hint: str = LIMITS) -> Invalid:
    """Of code that can't be worked out."""
    return wrong(f"{code} can't be worked out: {why}", hint)


def refused(
    code: str, error: Exception, values: Sequence[Any], subject: str, takes: str
) -> Invalid:
    """Of an operation that can't be done with the values it is given.

    Args:
        code: what the author wrote.
        error: what was raised.
        values: those given.
        subject: the sign of the operator, or the name of the function.
        takes: the values that it takes, in words.
    """
    if isinstance(error, ZeroDivisionError):
        return failed(
            code,
            f"it divides {shown(values[0])} by zero",
            "a test can keep zero away: a / b if b != 0 else 0",
        )
    if isinstance(error, Refused):
        return failed(code, str(error), error.hint)
    if isinstance(error, OverflowError):
        return failed(code, "the result is too large")
    found = " and ".join(map(shown, values[:3]))
    return failed(code, f"'{subject}' doesn't take {found}", takes)


def not_walked(code: str, found: Any, names: Sequence[str]) -> Invalid:
    """Of a comprehension over what is no list, or whose items aren't as many values.

    Args:
        code: the comprehension.
        found: what it walks, or the item.
        names: those that it gives an item's values, if `found` is an item.
    """
    if not names:
        hint = "it takes a list, as in [2 * x for x in sizes]"
        return failed(code, f"'for' can't walk {shown(found)}", hint)
    why = f"'for' has {len(names)} names, and an item is {shown(found)}"
    return failed(code, why, f"each item has to be a list of {len(names)} values")


def size_unknown(code: str, tensors: Mapping[str, str]) -> Invalid:
    """Of an operation on a size that isn't known before the model runs.

    Args:
        code: the operation.
        tensors: the names that are asked for, and those of what they stand for.
    """
    names = [
        f"'{name}'" if name == title else f"'{name}', which is '{title}',"
        for name, title in sorted(tensors.items())
    ]
    why = f"a size of {' or '.join(names)} is null, since only a run tells it"
    hint = "give the input that size; or test it, as in `a / 2 if a == b else c`"
    return failed(code, why, hint)


def no_item(code: str, error: Exception, values: Sequence[Any]) -> Invalid:
    """Of an index that leads to nothing; `values` are what holds the items, and it."""
    items, index = values
    if isinstance(error, IndexError) and items:
        return failed(
            code,
            f"{shown(items)} has no item {index}",
            f"its items are numbered from 0 to {len(items) - 1}",
        )
    if isinstance(error, IndexError):
        return failed(code, f"{shown(items)} has no items", "")
    if isinstance(items, dict):
        keys = [str(key) for key in items]
        known = f"it has {either(keys, 'and')}" if keys else "it is empty"
        hint = nearest(index, keys) or known
        return failed(code, f"the mapping has no key '{index}'", hint)
    if isinstance(items, str | list):
        return failed(
            code,
            f"{shown(index)} is no position",
            "items are numbered from 0 in whole numbers",
        )
    return failed(
        code,
        f"{shown(items)} has no items",
        "an index takes one item of a list, as in sizes[0]",
    )
