"""Expressions in a spec: `$name` and `${filters * 4}`, read once, worked out often.

Python's own parser makes the tree; what the language allows of it becomes nested
functions, so that nothing of a spec is ever run as Python. The meaning is Python's,
which lets a generated script print the same expression, but every result is bounded:
no spec can fill the memory or take long. Nodes come from `_ast`, because `ast` takes
longer to import than a spec to check.
"""

import math
import operator
import re
import warnings
from _ast import (
    AST,
    Add,
    And,
    Attribute,
    BinOp,
    BitAnd,
    BitOr,
    BitXor,
    BoolOp,
    Call,
    Compare,
    Constant,
    Dict,
    DictComp,
    Div,
    Eq,
    FloorDiv,
    GeneratorExp,
    Gt,
    GtE,
    IfExp,
    In,
    Invert,
    Is,
    IsNot,
    JoinedStr,
    Lambda,
    List,
    ListComp,
    Lt,
    LtE,
    Mod,
    Mult,
    Name,
    NamedExpr,
    Not,
    NotEq,
    NotIn,
    Pow,
    PyCF_ONLY_AST,
    Set,
    SetComp,
    Slice,
    Starred,
    Sub,
    Subscript,
    Tuple,
    UAdd,
    UnaryOp,
    USub,
    expr,
)
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from cnnspec.errors import Invalid, Problem, either, nearest

Variables = Mapping[str, Any]
Run = Callable[[Variables], Any]
"""What works out one node of an expression."""

TEXT_LIMIT = 1_000
"""Characters of one expression."""
NODE_LIMIT = 200
"""Names, numbers and operations of one expression; its depth is no greater."""
NUMBER_LIMIT = 10**40
"""As many digits as a number may have that is written out (source.DIGITS_LIMIT)."""
LENGTH_LIMIT = 10_000
"""Characters of a text that is worked out, or items of a list with all its lists."""
DEPTH_LIMIT = 100
"""How deeply lists may nest, as in a spec's own text (source.DEPTH_LIMIT)."""
DIGITS_LIMIT = 100
"""`round(1, -n)` computes 10 ** n."""

_CONSTANTS = {"true": True, "false": False, "null": None}
_LIMITS = (
    f"numbers go up to 10 ** 40, texts up to {LENGTH_LIMIT:,} characters and lists up "
    f"to {LENGTH_LIMIT:,} items"
)


class _Refused(ArithmeticError):
    """A result that an expression can't have, and why."""

    def __init__(self, message: str, hint: str = _LIMITS) -> None:
        self.hint = hint
        super().__init__(message)


# ---------------------------------------------------------------- bounded operations


def _bounded(value: Any) -> Any:
    kind = type(value)
    if kind is int:
        if not -NUMBER_LIMIT <= value <= NUMBER_LIMIT:
            raise _Refused("the result is too large")
    elif kind is float:
        if not math.isfinite(value):
            raise _Refused("the result is too large")
    elif kind is str:
        _room(len(value))
    elif kind is list or kind is dict:
        _room(_size(value))
    return value


def _room(length: int) -> None:
    if length > LENGTH_LIMIT:
        raise _Refused("the result is too long")


def _size(value: Any) -> int:
    """How many items a value holds, with those of the lists and mappings inside it."""
    total, depth = 0, 0
    level = [value]
    while level:
        lists: list[Iterable[Any]] = [
            holder for holder in level if type(holder) is list
        ]
        lists += [holder.values() for holder in level if type(holder) is dict]
        level = [item for items in lists for item in items]
        total, depth = total + len(level), depth + 1
        # Lists may share what they hold, so the next level can be far larger.
        _room(total)
        if depth > DEPTH_LIMIT:
            raise _Refused("the result nests too deeply")
    return total


def _times(a: Any, b: Any) -> Any:
    for several, count in ((a, b), (b, a)):
        if isinstance(several, str | list) and isinstance(count, int):
            length = len(several) if isinstance(several, str) else _size(several)
            _room(length * count)
    return a * b


def _power(a: Any, b: Any) -> Any:
    if isinstance(a, int) and isinstance(b, int):
        # abs(a) is 2 ** (its bits - 1) or more.
        bits = (abs(a).bit_length() - 1) * b
        if bits > NUMBER_LIMIT.bit_length():
            raise _Refused("the result is too large")
    result = a**b
    if isinstance(result, complex):
        raise _Refused("a number below 0 has no fractional power", "")
    return result


def _remainder(a: Any, b: Any) -> Any:
    if isinstance(a, str):
        raise TypeError
    return a % b


def _round(number: Any, digits: Any = None) -> Any:
    if isinstance(digits, int) and abs(digits) > DIGITS_LIMIT:
        raise _Refused(f"it can't round to more than {DIGITS_LIMIT} digits", "")
    return round(number, digits)


# ---------------------------------------------------------------- the language


class _Operator(NamedTuple):
    """An operator: how Python writes it, what it does and what it takes, in words."""

    sign: str
    work: Callable[..., Any]
    takes: str
    level: int = 0
    """How tightly it binds (docs.python.org/3/reference/expressions, section 6.17)."""


class _Function(NamedTuple):
    """A function that may be called, with how many values it takes."""

    work: Callable[..., Any]
    takes: str
    least: int
    most: int
    python: str


_TERNARY, _OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(10)

_NUMBERS = "it takes two numbers"
_BINARY = {
    Add: _Operator("+", operator.add, "it takes two numbers, texts or lists", _SUM),
    Sub: _Operator("-", operator.sub, _NUMBERS, _SUM),
    Mult: _Operator(
        "*",
        _times,
        "it takes two numbers, or a text or list and a whole number",
        _PRODUCT,
    ),
    Div: _Operator("/", operator.truediv, _NUMBERS, _PRODUCT),
    FloorDiv: _Operator("//", operator.floordiv, _NUMBERS, _PRODUCT),
    Mod: _Operator("%", _remainder, _NUMBERS, _PRODUCT),
    Pow: _Operator("**", _power, _NUMBERS, _POWER),
}
_UNARY = {
    UAdd: _Operator("+", operator.pos, "it takes a number", _SIGN),
    USub: _Operator("-", operator.neg, "it takes a number", _SIGN),
    Not: _Operator("not ", operator.not_, "", _NOT),
}
_ORDER = "compare numbers with numbers, texts with texts, or lists with lists"
_WITHIN = "it looks for something in a list, or for a text in a text"
_COMPARISONS = {
    Eq: _Operator("==", operator.eq, _ORDER),
    NotEq: _Operator("!=", operator.ne, _ORDER),
    Lt: _Operator("<", operator.lt, _ORDER),
    LtE: _Operator("<=", operator.le, _ORDER),
    Gt: _Operator(">", operator.gt, _ORDER),
    GtE: _Operator(">=", operator.ge, _ORDER),
    In: _Operator("in", lambda a, b: a in b, _WITHIN),
    NotIn: _Operator("not in", lambda a, b: a not in b, _WITHIN),
}
_EXTREME = "it takes values that compare, or a list of them that isn't empty"
_ONE_NUMBER = "it takes a number"
_CALLS = {
    "min": _Function(min, _EXTREME, 1, NODE_LIMIT, "min"),
    "max": _Function(max, _EXTREME, 1, NODE_LIMIT, "max"),
    "abs": _Function(abs, _ONE_NUMBER, 1, 1, "abs"),
    "int": _Function(
        int, "it takes a number, or a text that is a whole number", 1, 1, "int"
    ),
    "round": _Function(
        _round, "it takes a number, and how many digits to keep", 1, 2, "round"
    ),
    "ceil": _Function(math.ceil, _ONE_NUMBER, 1, 1, "math.ceil"),
    "floor": _Function(math.floor, _ONE_NUMBER, 1, 1, "math.floor"),
    "len": _Function(len, "it takes a text or a list", 1, 1, "len"),
}
FUNCTIONS = tuple(_CALLS)
"""The names that an expression may call."""

_MAY_CALL = f"it may call {', '.join(FUNCTIONS[:-1])} and {FUNCTIONS[-1]}"
_NO_LOOP = "use `repeat:` in the spec, or write the list out"
_LISTS = "lists are written in square brackets, as in [1, 2]"
_REFUSED: dict[type[AST], tuple[str, str]] = {
    Attribute: ("the dot of an attribute", _MAY_CALL),
    Lambda: ("a lambda", _MAY_CALL),
    ListComp: ("a comprehension", _NO_LOOP),
    SetComp: ("a comprehension", _NO_LOOP),
    DictComp: ("a comprehension", _NO_LOOP),
    GeneratorExp: ("a comprehension", _NO_LOOP),
    NamedExpr: ("the assignment ':='", "give variables under `vars:`"),
    JoinedStr: ("an f-string", "put the expression into the text: conv${i + 1}"),
    Dict: ("a mapping", "give it under `vars:` and use its name"),
    Set: ("a set", _LISTS),
    Tuple: ("a tuple", _LISTS),
    Starred: ("a '*' before a list", "join lists with +"),
    Slice: ("a slice", "it can take one item, as in sizes[0]"),
    BitAnd: ("'&'", "write 'and'"),
    BitOr: ("'|'", "write 'or'"),
    BitXor: ("'^'", "write '**' for a power"),
    Invert: ("'~'", "write 'not'"),
    Is: ("'is'", "write '=='"),
    IsNot: ("'is not'", "write '!='"),
}
_ALLOWED = (
    "it may hold numbers, texts, lists, variables, + - * / // % **, comparisons, and, "
    "or, not, `a if test else b`, and an index"
)


# ---------------------------------------------------------------- messages


def _wrong(message: str, hint: str = "", code: str = "expression") -> Invalid:
    return Invalid([Problem((), code, message, hint)])


def _short(text: str) -> str:
    line = " ".join(text.split())
    line = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    return line if len(line) <= 60 else f"{line[:57]}..."


def _code(text: str) -> str:
    """A piece of an expression, apart from the quotes that may be in it."""
    return f"`{_short(text)}`"


def _plainly(value: Any) -> str:
    """A value that holds no others, in the words of YAML."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return f"'{_short(value)}'" if isinstance(value, str) else str(value)


def _shown(value: Any) -> str:
    """A value and its type."""
    if value is None or isinstance(value, bool):
        return _plainly(value)
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text '{_short(value)}'"
    if isinstance(value, list):
        if any(isinstance(item, list | dict) for item in value):
            return f"a list of {len(value)} items"
        text = f"the list [{', '.join(map(_plainly, value))}]"
        return text if len(text) < 60 else f"a list of {len(value)} items"
    return "a mapping"


def _unknown(name: str, variables: Variables) -> Invalid:
    message = f"there is no variable '{name}'"
    if name in _CALLS:
        return _wrong(
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
    return _wrong(message, hint, "unknown-variable")


def _count(name: str, found: int) -> str:
    """What a function takes, for a call with another number of values."""
    _, _, least, most, _ = _CALLS[name]
    if most == NODE_LIMIT:
        takes = "one value or more"
    else:
        takes = "one value" if least == most else "one value or two"
    given = "none is" if not found else "one is" if found == 1 else f"{found} are"
    return f"'{name}' takes {takes}, and {given} given"


# ---------------------------------------------------------------- reading


class _Reader:
    """Checks the tree of one expression and makes the function that works it out.

    Attributes:
        names: the variables that were met.
    """

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self._text = text.encode()
        self._nodes = 0

    def run(self, node: expr) -> Run:
        """The function that works out a node."""
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            raise _wrong(
                f"the expression has more than {NODE_LIMIT} parts",
                "give some of them under `vars:`, by a name of their own",
            )
        read = _READERS.get(type(node))
        if read is None:
            self._refuse(node, node)
        return read(self, node)

    def _code(self, node: Any) -> str:
        """What the author wrote for a node."""
        part = self._text[node.col_offset : node.end_col_offset]
        return _code(part.decode())

    def _refuse(self, node: AST, around: expr) -> NoReturn:
        what, hint = _REFUSED.get(type(node), ("this", _ALLOWED))
        raise _wrong(f"an expression can't hold {what}: {self._code(around)}", hint)

    def _failed(
        self,
        node: expr,
        error: Exception,
        subject: str,
        takes: str,
        values: Sequence[Any],
    ) -> Invalid:
        """What to say of an operation that Python refused."""
        start = f"{self._code(node)} can't be worked out"
        if isinstance(error, ZeroDivisionError):
            return _wrong(
                f"{start}: it divides {_shown(values[0])} by zero",
                "a test can keep zero away: a / b if b != 0 else 0",
            )
        if isinstance(error, _Refused):
            return _wrong(f"{start}: {error}", error.hint)
        if isinstance(error, OverflowError):
            return _wrong(f"{start}: the result is too large", _LIMITS)
        found = " and ".join(map(_shown, values[:3]))
        return _wrong(f"{start}: {subject} doesn't take {found}", takes)

    def _constant(self, node: Constant) -> Run:
        value = node.value
        if isinstance(value, bytes | complex) or value is ...:
            what = {bytes: "bytes", complex: "a complex number"}.get(type(value), "...")
            raise _wrong(
                f"an expression can't hold {what}: {self._code(node)}", _ALLOWED
            )
        try:
            _bounded(value)
        except _Refused:
            message = f"{self._code(node)} is too large a number"
            raise _wrong(message, _LIMITS) from None
        return lambda _: value

    def _name(self, node: Name) -> Run:
        name = node.id
        if name in _CONSTANTS:
            constant = _CONSTANTS[name]
            return lambda _: constant
        self.names.add(name)

        def run(variables: Variables) -> Any:
            try:
                return variables[name]
            except KeyError:
                raise _unknown(name, variables) from None

        return run

    def _list(self, node: List) -> Run:
        items = [self.run(item) for item in node.elts]

        def run(variables: Variables) -> Any:
            values = [item(variables) for item in items]
            try:
                return _bounded(values)
            except _Refused as error:
                raise self._failed(node, error, "", "", values) from None

        return run

    def _binary(self, node: BinOp) -> Run:
        if type(node.op) not in _BINARY:
            self._refuse(node.op, node)
        sign, work, takes, _ = _BINARY[type(node.op)]
        left, right = self.run(node.left), self.run(node.right)

        def run(variables: Variables) -> Any:
            a, b = left(variables), right(variables)
            try:
                return _bounded(work(a, b))
            except _FAILURES as error:
                raise self._failed(node, error, f"'{sign}'", takes, (a, b)) from None

        return run

    def _unary(self, node: UnaryOp) -> Run:
        if type(node.op) not in _UNARY:
            self._refuse(node.op, node)
        sign, work, takes, _ = _UNARY[type(node.op)]
        operand = self.run(node.operand)

        def run(variables: Variables) -> Any:
            value = operand(variables)
            try:
                return work(value)
            except _FAILURES as error:
                raise self._failed(node, error, f"'{sign}'", takes, [value]) from None

        return run

    def _boolean(self, node: BoolOp) -> Run:
        *values, last = (self.run(value) for value in node.values)
        stop = not isinstance(node.op, And)

        def run(variables: Variables) -> Any:
            for value in values:
                found = value(variables)
                if bool(found) is stop:
                    return found
            return last(variables)

        return run

    def _compare(self, node: Compare) -> Run:
        for op in node.ops:
            if type(op) not in _COMPARISONS:
                self._refuse(op, node)
        first = self.run(node.left)
        rest = [
            (_COMPARISONS[type(op)], self.run(value))
            for op, value in zip(node.ops, node.comparators, strict=True)
        ]

        def run(variables: Variables) -> Any:
            a = first(variables)
            for (sign, work, takes, _), value in rest:
                b = value(variables)
                try:
                    if not work(a, b):
                        return False
                except _FAILURES as error:
                    subject = f"'{sign}'"
                    raise self._failed(node, error, subject, takes, (a, b)) from None
                a = b
            return True

        return run

    def _choice(self, node: IfExp) -> Run:
        test, then, other = map(self.run, (node.test, node.body, node.orelse))
        return lambda v: then(v) if test(v) else other(v)

    def _index(self, node: Subscript) -> Run:
        holder, place = self.run(node.value), self.run(node.slice)

        def run(variables: Variables) -> Any:
            items, index = holder(variables), place(variables)
            try:
                return items[index]
            except _FAILURES as error:
                raise self._no_item(node, error, items, index) from None

        return run

    def _no_item(
        self, node: Subscript, error: Exception, items: Any, index: Any
    ) -> Invalid:
        start = f"{self._code(node)} can't be worked out"
        if isinstance(error, IndexError) and items:
            last = len(items) - 1
            return _wrong(
                f"{start}: {_shown(items)} has no item {index}",
                f"its items are numbered from 0 to {last}",
            )
        if isinstance(error, IndexError):
            return _wrong(f"{start}: {_shown(items)} has no items")
        if isinstance(items, dict):
            hint = nearest(index, map(str, items)) or (
                f"it has {either(map(str, items), 'and')}" if items else "it is empty"
            )
            return _wrong(f"{start}: the mapping has no key '{index}'", hint)
        if isinstance(items, str | list):
            return _wrong(
                f"{start}: {_shown(index)} is no position",
                "items are numbered from 0 in whole numbers",
            )
        return _wrong(
            f"{start}: {_shown(items)} has no items",
            "an index takes one item of a list, as in sizes[0]",
        )

    def _call(self, node: Call) -> Run:
        name = node.func.id if isinstance(node.func, Name) else ""
        if name not in _CALLS:
            near = nearest(name, FUNCTIONS)
            raise _wrong(
                f"an expression can't call {self._code(node.func)}",
                f"{near} {_MAY_CALL}" if near else _MAY_CALL,
            )
        if node.keywords:
            raise _wrong(
                f"'{name}' takes no named values: {self._code(node)}",
                _CALLS[name].takes,
            )
        work, takes, least, most, _ = _CALLS[name]
        values = [self.run(value) for value in node.args]
        if not least <= len(values) <= most:
            raise _wrong(_count(name, len(values)), takes)

        def run(variables: Variables) -> Any:
            found = [value(variables) for value in values]
            try:
                return _bounded(work(*found))
            except _FAILURES as error:
                raise self._failed(node, error, f"'{name}'", takes, found) from None

        return run


_FAILURES = (TypeError, ValueError, ArithmeticError, LookupError)
_READERS: dict[type[AST], Callable[[_Reader, Any], Run]] = {
    Constant: _Reader._constant,
    Name: _Reader._name,
    List: _Reader._list,
    BinOp: _Reader._binary,
    UnaryOp: _Reader._unary,
    BoolOp: _Reader._boolean,
    Compare: _Reader._compare,
    IfExp: _Reader._choice,
    Subscript: _Reader._index,
    Call: _Reader._call,
}


def _tree(text: str) -> expr:
    """The tree of an expression's text, which is one line."""
    if not text:
        raise _wrong("'${}' holds no expression", "write one, as in ${filters * 4}")
    if len(text) > TEXT_LIMIT:
        raise _wrong(
            f"an expression has at most {TEXT_LIMIT:,} characters; found {len(text):,}",
            "give some of it under `vars:`, by a name of its own",
        )
    try:
        with warnings.catch_warnings():
            # Python warns of `1if x` and of '\d'; it means what it says all the same.
            warnings.simplefilter("ignore")
            tree: Any = compile(text, "<expression>", "eval", PyCF_ONLY_AST, True)
    except SyntaxError as error:
        raise _unreadable(text, error) from None
    except (ValueError, MemoryError, RecursionError):
        raise _wrong(f"{_code(text)} is no expression", _ALLOWED) from None
    body: expr = tree.body
    return body


_FOREIGN = [
    ("&&", "write 'and'"),
    ("||", "write 'or'"),
    ("?", "write `a if test else b`"),
    ("!", "write 'not', or '!=' for 'is not equal to'"),
    *((quote, "write straight quotes, ' or \"") for quote in "‘’“”"),
]


def _unreadable(text: str, error: SyntaxError) -> Invalid:
    """What to say of text that Python's parser doesn't take."""
    shown, found = _code(text), error.msg
    if "too many nested" in found:
        return _wrong("the expression has too many brackets inside one another")
    if "never closed" in found:
        return _wrong(f"a bracket is never closed: {shown}")
    if text.isidentifier():
        return _wrong(
            f"'{text}' is a word that Python keeps for itself, so no variable has it",
            "give the variable another name",
        )
    rest = _code(text[error.offset - 1 :]) if error.offset else _code("")
    if rest == _code(""):
        return _wrong(f"the expression {shown} ends too early", _ALLOWED)
    hint = next((hint for sign, hint in _FOREIGN if sign in text), _ALLOWED)
    if re.search("[^=!<>]=[^=]", text):
        hint = "write '==' to compare"
    if rest == shown:
        return _wrong(f"{shown} is no expression", hint)
    return _wrong(f"the expression {shown} can't be read from {rest} on", hint)


# ---------------------------------------------------------------- writing


class _Writer:
    """Writes a tree as Python code, with no bracket that isn't needed."""

    def __init__(
        self, rename: Callable[[str], str], quoted: Callable[[str], str]
    ) -> None:
        self._rename, self._quoted = rename, quoted

    def write(self, node: expr, level: int = _TERNARY) -> str:
        """The code of a node that stands where something of `level` may stand."""
        text, own = _WRITERS[type(node)](self, node)
        return text if own >= level else f"({text})"

    def _constant(self, node: Constant) -> tuple[str, int]:
        value = node.value
        return self._quoted(value) if isinstance(value, str) else repr(value), _ATOM

    def _name(self, node: Name) -> tuple[str, int]:
        if node.id in _CONSTANTS:
            return repr(_CONSTANTS[node.id]), _ATOM
        return self._rename(node.id), _ATOM

    def _list(self, node: List) -> tuple[str, int]:
        return f"[{', '.join(map(self.write, node.elts))}]", _ATOM

    def _binary(self, node: BinOp) -> tuple[str, int]:
        sign, _, _, level = _BINARY[type(node.op)]
        if level == _POWER:
            left, right = self.write(node.left, _ATOM), self.write(node.right, _SIGN)
            # As ruff's formatter has it: x**2, but sizes[0] ** 2.
            bare = _bare(node.left, left) and _bare(node.right, right)
            space = "" if bare else " "
            return f"{left}{space}**{space}{right}", level
        left, right = self.write(node.left, level), self.write(node.right, level + 1)
        return f"{left} {sign} {right}", level

    def _unary(self, node: UnaryOp) -> tuple[str, int]:
        sign, _, _, level = _UNARY[type(node.op)]
        # A power would need no brackets, but ruff's formatter gives it some.
        of_power = isinstance(node.operand, BinOp) and type(node.operand.op) is Pow
        operand = self.write(node.operand, _ATOM if of_power else level)
        return f"{sign}{operand}", level

    def _boolean(self, node: BoolOp) -> tuple[str, int]:
        word, level = (" and ", _AND) if isinstance(node.op, And) else (" or ", _OR)
        parts = (self.write(value, level + 1) for value in node.values)
        return word.join(parts), level

    def _compare(self, node: Compare) -> tuple[str, int]:
        parts = [self.write(node.left, _COMPARE + 1)]
        for op, value in zip(node.ops, node.comparators, strict=True):
            parts += [_COMPARISONS[type(op)].sign, self.write(value, _COMPARE + 1)]
        return " ".join(parts), _COMPARE

    def _choice(self, node: IfExp) -> tuple[str, int]:
        then, test = self.write(node.body, _OR), self.write(node.test, _OR)
        return f"{then} if {test} else {self.write(node.orelse)}", _TERNARY

    def _index(self, node: Subscript) -> tuple[str, int]:
        return f"{self.write(node.value, _ATOM)}[{self.write(node.slice)}]", _ATOM

    def _call(self, node: Call) -> tuple[str, int]:
        function = node.func
        assert isinstance(function, Name)
        values = ", ".join(map(self.write, node.args))
        return f"{_CALLS[function.id].python}({values})", _ATOM


_WRITERS: dict[type[AST], Callable[[_Writer, Any], tuple[str, int]]] = {
    Constant: _Writer._constant,
    Name: _Writer._name,
    List: _Writer._list,
    BinOp: _Writer._binary,
    UnaryOp: _Writer._unary,
    BoolOp: _Writer._boolean,
    Compare: _Writer._compare,
    IfExp: _Writer._choice,
    Subscript: _Writer._index,
    Call: _Writer._call,
}


def _bare(node: expr, code: str) -> bool:
    """Whether `**` stands beside it without spaces."""
    if isinstance(node, UnaryOp | BinOp):
        if code.startswith("("):
            return False
        node = node.operand if isinstance(node, UnaryOp) else node.left
    is_text = isinstance(node, Constant) and isinstance(node.value, str)
    return isinstance(node, Name | Constant) and not is_text


def _escaped(text: str) -> str:
    """Text as it stands between double quotes."""
    # Beside a double quote, repr always takes single ones and escapes those in the
    # text; what it puts before a single quote is therefore its own backslash.
    return repr('"' + text)[2:-1].replace("\\'", "'").replace('"', '\\"')


def _quoted(text: str) -> str:
    if '"' in text and "'" not in text:
        return repr(text)
    return f'"{_escaped(text)}"'


# ---------------------------------------------------------------- formulas


class Formula:
    """A text of a spec that holds an expression, or several among other text.

    Attributes:
        text: the text as it is written in the spec.
        names: the variables it uses.
    """

    __slots__ = ("_parts", "_run", "names", "text")
    text: str
    names: frozenset[str]
    _parts: tuple[str | expr, ...]
    _run: Run

    def __init__(
        self, text: str, names: frozenset[str], parts: tuple[str | expr, ...], run: Run
    ) -> None:
        for name, value in zip(
            ("text", "names", "_parts", "_run"), (text, names, parts, run), strict=True
        ):
            object.__setattr__(self, name, value)

    @property
    def is_interpolated(self) -> bool:
        """Whether there is more than one expression, so that the value is a text."""
        return len(self._parts) > 1

    def value(self, variables: Variables) -> Any:
        """What it comes to.

        Raises:
            Invalid: it can't be worked out with these variables.
        """
        return self._run(variables)

    def python(self, rename: Callable[[str], str]) -> str:
        """Python code that comes to the same value.

        Args:
            rename: gives the name that a variable has in the code.
        """
        if not self.is_interpolated:
            return self._codes(_Writer(rename, _quoted))[0]
        # Before Python 3.12 an f-string's expressions can't hold its own quote, nor a
        # backslash, so their texts take single quotes.
        codes = self._codes(_Writer(rename, repr))
        if not any('"' in code or "\\" in code for code in codes):
            holes = (f"{{{code}}}" for code in codes)
            return f'f"{self._around(holes)}"'
        codes = self._codes(_Writer(rename, _quoted))
        return f'"{self._around("{}" for _ in codes)}".format({", ".join(codes)})'

    def _codes(self, writer: _Writer) -> list[str]:
        """The code of each expression in the text."""
        return [writer.write(part) for part in self._parts if isinstance(part, expr)]

    def _around(self, holes: Iterable[str]) -> str:
        """The text as it stands between double quotes, with the expressions' holes."""
        hole = iter(holes)
        return "".join(
            _escaped(part).replace("{", "{{").replace("}", "}}")
            if isinstance(part, str)
            else next(hole)
            for part in self._parts
        )

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("Formula is frozen")

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


# Compiled when first used: a spec without a dollar sign doesn't pay for them.
_DOLLAR = r"\$(?:\$|(?P<name>[^\W\d]\w*)|(?P<brace>\{))"
_MEETS = r"""(?s)'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[{}#'"]"""
"""What counts on the way to the brace that closes an expression."""


def _closing(text: str, start: int) -> int:
    """Where the brace stands that closes the expression beginning at `start`."""
    depth = 0
    for match in re.compile(_MEETS).finditer(text, start):
        found = match[0]
        if found == "{":
            depth += 1
        elif found == "}":
            if not depth:
                return match.start()
            depth -= 1
        elif found == "#":
            raise _wrong(
                f"an expression can't hold a comment: {_code(text[match.start() :])}",
                "put it on a line of its own in the spec, above the expression",
            )
        elif found in "'\"":
            raise _wrong(
                f"a quote is never closed: {_code(text[match.start() :])}",
                f"write a second {found} where the text ends",
            )
    raise _wrong(
        f"'${{' is never closed: {_code(text[start - 2 :])}",
        "write } where the expression ends; for a plain dollar sign, write $$",
    )


def _split(text: str) -> Iterator[tuple[str, bool]]:
    """The plain texts and the expressions (True) that a text is made of, in order."""
    at, dollar = 0, re.compile(_DOLLAR)
    while match := dollar.search(text, at):
        yield text[at : match.start()], False
        at = match.end()
        if match["name"]:
            yield match["name"], True
        elif match["brace"]:
            end = _closing(text, at)
            # YAML keeps line breaks in some styles; in an expression they are spaces.
            yield re.sub(r"[\r\n]", " ", text[at:end]).strip(), True
            at = end + 1
        else:
            yield "$", False
    yield text[at:], False


@lru_cache(maxsize=4096)
def _read(text: str) -> "str | Formula":
    """The formula of a text with a `$`, or the text itself if it holds none."""
    names: set[str] = set()
    parts: list[str | expr] = []
    runs: list[Run] = []
    plain = ""
    for piece, is_expression in _split(text):
        if not is_expression:
            plain += piece
            continue
        tree, reader = _tree(piece), _Reader(piece)
        if plain:
            parts.append(plain)
            runs.append(_always(plain))
        run = reader.run(tree)
        parts.append(tree)
        runs.append(run)
        names |= reader.names
        plain = ""
    if not parts:
        return text if plain == text else plain
    if plain:
        parts.append(plain)
        runs.append(_always(plain))
    whole = _joined(text, runs) if len(parts) > 1 else _whole(text, runs[0])
    return Formula(text, frozenset(names), tuple(parts), whole)


def _always(value: str) -> Run:
    return lambda _: value


def _whole(text: str, run: Run) -> Run:
    """Works out a text that is one expression."""

    def value(variables: Variables) -> Any:
        found = run(variables)
        if type(found) is list or type(found) is dict:
            # Variables made of variables could double with every step.
            try:
                _room(_size(found))
            except _Refused as error:
                message = f"{_code(text)} can't be worked out: {error}"
                raise _wrong(message, _LIMITS) from None
        return found

    return value


def _joined(text: str, runs: Sequence[Run]) -> Run:
    """Works out a text with expressions in it."""

    def value(variables: Variables) -> str:
        found = [run(variables) for run in runs]
        length = 0
        for i, item in enumerate(found):
            if type(item) is not str:
                if type(item) is not int and type(item) is not float:
                    raise _wrong(
                        f"{_code(text)} is a longer text with {_shown(item)} in it",
                        "only texts and numbers can stand in a longer text",
                    )
                found[i] = str(item)
            length += len(found[i])
        if length > LENGTH_LIMIT:
            message = f"{_code(text)} can't be worked out: the result is too long"
            raise _wrong(message, _LIMITS)
        return "".join(found)

    return value


def _mapped(data: Any, wanted: type, convert: Callable[[Any], Any]) -> Any:
    """The data with all of the wanted type converted; itself if nothing changes.

    Raises:
        Invalid: `convert` raised it; the paths lead into the data.
    """
    items: Iterable[tuple[Any, Any]]
    if type(data) is dict:
        items = data.items()
    elif type(data) is list:
        items = enumerate(data)
    else:
        return convert(data) if type(data) is wanted else data
    made, problems = data, []
    for key, item in items:
        kind = type(item)
        try:
            if kind is wanted:
                new = convert(item)
            elif kind is dict or kind is list:
                new = _mapped(item, wanted, convert)
            else:
                continue
        except Invalid as error:
            problems += [problem.under(key) for problem in error.problems]
            continue
        if new is not item:
            if made is data:
                made = data.copy()
            made[key] = new
    if problems:
        raise Invalid(problems)
    return made


def formulas(data: Any) -> Any:
    """Plain data with a `Formula` for each text that holds an expression.

    Keys are no expressions. `$$` becomes a dollar sign.

    Returns:
        The very same object where nothing changes.

    Raises:
        Invalid: expressions that can't be read; the paths lead into the data.
    """
    return _mapped(data, str, lambda text: _read(text) if "$" in text else text)


def evaluate(data: Any, variables: Variables) -> Any:
    """Plain data again, with the value of each formula.

    Returns:
        The very same object where there is no formula.

    Raises:
        Invalid: formulas that can't be worked out; the paths lead into the data.
    """
    return _mapped(data, Formula, lambda formula: formula.value(variables))


def names_in(data: Any) -> frozenset[str]:
    """The variables that the formulas in the data use."""
    if type(data) is Formula:
        return data.names
    if type(data) is dict:
        data = data.values()
    elif type(data) is not list:
        return frozenset()
    return frozenset().union(*map(names_in, data))
