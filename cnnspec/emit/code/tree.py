"""Python code as a tree: what a plan comes to, before it is printed."""

from typing import NamedTuple


class Code(NamedTuple):
    """An expression that is text already: a name, a number, a formula."""

    text: str


class CallArgument(NamedTuple):
    """An argument of a call, or a parameter of a function."""

    keyword: str
    """Of an argument by keyword, or the parameter that has a default; else nothing."""
    value: "Expression"


class Call(NamedTuple):
    """A call of a function, or of what another call gives."""

    function: "Expression"
    arguments: tuple[CallArgument, ...]


class List(NamedTuple):
    """Items in square brackets."""

    items: "tuple[Expression, ...]"


class Tuple(NamedTuple):
    """Items in round brackets."""

    items: "tuple[Expression, ...]"


class Dict(NamedTuple):
    """Keys and their values in braces."""

    items: "tuple[tuple[Expression, Expression], ...]"


class Several(NamedTuple):
    """Items without brackets, as beside `=` and behind `return`."""

    items: "tuple[Expression, ...]"


class Star(NamedTuple):
    """All items of a list, each as an item of its own."""

    items: "Expression"


class Subscript(NamedTuple):
    """An item of a list or a dictionary."""

    of: "Expression"
    key: "Expression"


class Operator(NamedTuple):
    """`left + right`, or `-right` without a left."""

    sign: str
    right: "Expression"
    left: "Expression | None" = None


class Attribute(NamedTuple):
    """`of.name`."""

    of: "Expression"
    name: str


class Choice(NamedTuple):
    """`a if first else b if second else c`."""

    tests: "tuple[tuple[Expression, Code], ...]"
    otherwise: "Expression"


Expression = (
    Code
    | Call
    | List
    | Tuple
    | Dict
    | Several
    | Star
    | Subscript
    | Operator
    | Attribute
    | Choice
)


class Assign(NamedTuple):
    """`target = value`."""

    target: "Expression"
    value: "Expression"
    note: str = ""
    """What may be said behind it: the sizes that come out."""
    said: str = ""
    """What its author says behind it."""


class Evaluate(NamedTuple):
    """An expression that is a statement."""

    value: "Expression"
    note: str = ""
    said: str = ""


class Return(NamedTuple):
    """`return value`."""

    value: "Expression"
    note: str = ""
    said: str = ""


class For(NamedTuple):
    """A loop."""

    target: "Expression"
    over: "Expression"
    body: "Statements"
    said: str = ""


class If(NamedTuple):
    """A test, and what is done where it is true, and where it isn't."""

    test: Code
    then: "Statements"
    otherwise: "Statements"


class Def(NamedTuple):
    """A function."""

    name: str
    parameters: tuple[CallArgument, ...]
    docstring: tuple[str, ...]
    """A paragraph each."""
    body: "Statements"


class Comment(NamedTuple):
    """What is said before a statement."""

    said: str


class Blank(NamedTuple):
    """The end of a paragraph."""


class Stack(NamedTuple):
    """`keras.Sequential([...])`, whose items stand in lines of their own."""

    items: "tuple[Comment | Evaluate, ...]"
    arguments: tuple[CallArgument, ...]
    """Beside the items."""


Statement = Assign | Evaluate | Return | For | If | Def | Comment | Blank
Statements = tuple[Statement, ...]
