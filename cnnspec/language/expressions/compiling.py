"""An expression's text to what works it out, by way of Python's own parser.

Nodes come from `_ast`, because `ast` takes longer to import than a spec to check.
"""

import _ast
import operator
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from cnnspec.ground.errors import Invalid
from cnnspec.language.expressions import (
    FUNCTIONS,
    Values,
    messages,
    sizes_of,
    title_of,
)
from cnnspec.language.expressions.operations import (
    BINARY,
    CALLS,
    COMPARISONS,
    CONSTANTS,
    FAILURES,
    LIMITS,
    NODE_LIMIT,
    SLICED,
    TEXT_LIMIT,
    UNARY,
    Operator,
    Refused,
    bounded,
    sliced,
)
from cnnspec.language.expressions.walking import Inside, walked

Work = Callable[[Values], Any]
"""What works out one node of an expression."""


class Expression(NamedTuple):
    """An expression that holds nothing but what the language has."""

    tree: _ast.expr
    run: Work
    names: set[str]
    """The variables it uses."""
    tensors: set[str]
    """Those whose sizes it asks for."""


def compiled(text: str) -> Expression:
    """The expression of a text that is one line.

    Raises:
        Invalid: it can't be read, or holds what the language doesn't have.
    """
    tree, compiler = _tree(text), _Compiler(text)
    return Expression(tree, compiler.run(tree), compiler.names, compiler.tensors)


def _tree(text: str) -> _ast.expr:
    if not text:
        hint = "write one, as in ${filters * 4}"
        raise messages.wrong("'${}' holds no expression", hint)
    if len(text) > TEXT_LIMIT:
        raise messages.wrong(
            f"an expression has at most {TEXT_LIMIT:,} characters; found {len(text):,}",
            "give some of it under `vars:`, by a name of its own",
        )
    try:
        with warnings.catch_warnings():
            # Python warns of `1if x` and of '\d'; it means what it says all the same.
            warnings.simplefilter("ignore")
            tree: Any = compile(text, "<expression>", "eval", _ast.PyCF_ONLY_AST, True)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise messages.unreadable(text, error) from None
    body: _ast.expr = tree.body
    return body


class _Compiler:
    """Checks the tree of one expression and makes the function that works it out.

    Attributes:
        names: the variables that were met.
        tensors: those whose sizes are asked for.
    """

    def __init__(self, text: str) -> None:
        self.names: set[str] = set()
        self.tensors: set[str] = set()
        self._bound: frozenset[str] = frozenset()
        """The names that comprehensions around give to items."""
        self._text = text.encode()
        self._nodes = 0

    def run(self, node: _ast.expr) -> Work:
        """The function that works out a node."""
        self._nodes += 1
        if self._nodes > NODE_LIMIT:
            raise messages.wrong(
                f"the expression has more than {NODE_LIMIT} parts",
                "give some of them under `vars:`, by a name of their own",
            )
        kind = type(node).__name__
        run: Callable[[Any], Work] | None = getattr(self, f"_{kind}", None)
        if run is None:
            raise messages.foreign(kind, self._code(node))
        return run(node)

    def _code(self, node: _ast.expr) -> str:
        """What the author wrote for a node."""
        part = self._text[node.col_offset : node.end_col_offset]
        return messages.quoted(part.decode())

    def _operator(
        self, operators: Mapping[str, Operator], op: _ast.AST, node: _ast.expr
    ) -> Operator:
        kind = type(op).__name__
        if kind not in operators:
            raise messages.foreign(kind, self._code(node))
        return operators[kind]

    def _operation(
        self,
        node: _ast.expr,
        work: Callable[..., Any],
        operands: Iterable[_ast.expr],
        explain: Callable[..., Invalid],
        *,
        grows: bool = True,
    ) -> Work:
        """Works out the operands of a node, and then what it does with them.

        Args:
            node: the operation.
            work: what it does.
            operands: the nodes of what it takes.
            explain: words what `work` raises.
            grows: whether the result can be larger than the operands.
        """
        runs = [self.run(operand) for operand in operands]

        def run(variables: Values) -> Any:
            values = [operand(variables) for operand in runs]
            try:
                if grows and type(variables) is Inside:
                    variables.look_at(values)
                result = work(*values)
                return bounded(result) if grows else result
            except FAILURES as error:
                if not isinstance(error, LookupError):
                    self._refuse_unknown(node, values, variables)
                raise explain(self._code(node), error, values) from None

        return run

    def _refuse_unknown(
        self, node: _ast.expr, values: Collection[Any], variables: Values
    ) -> None:
        """Refuses an operation on a size that no check can tell.

        Raises:
            Invalid: one of the values is such a size.
        """
        lists = [value for value in values if type(value) is list]
        if self.tensors and any(None in several for several in (values, *lists)):
            titles = {n: variables.get(title_of(n), n) for n in self.tensors}
            raise messages.size_unknown(self._code(node), titles) from None

    # One method for each class of nodes that the language has.

    def _Constant(self, node: _ast.Constant) -> Work:
        value = node.value
        if not isinstance(value, str | int | float | None):
            raise messages.foreign(type(value).__name__, self._code(node))
        if isinstance(value, str) and not value.isprintable():
            messages.refuse_hidden(value)
        try:
            bounded(value)
        except Refused:
            message = f"{self._code(node)} is too large a number"
            raise messages.wrong(message, LIMITS) from None
        return lambda _: value

    def _Name(self, node: _ast.Name) -> Work:
        name = node.id
        if name in CONSTANTS:
            constant = CONSTANTS[name]
            return lambda _: constant
        if name not in self._bound:
            self.names.add(name)

        def run(variables: Values) -> Any:
            try:
                return variables[name]
            except KeyError:
                raise messages.unknown_name(name, variables) from None

        return run

    def _List(self, node: _ast.List) -> Work:
        explain = partial(messages.refused, subject="", takes="")
        return self._operation(node, lambda *items: [*items], node.elts, explain)

    def _BinOp(self, node: _ast.BinOp) -> Work:
        sign, work, takes, _ = self._operator(BINARY, node.op, node)
        explain = partial(messages.refused, subject=sign, takes=takes)
        operands = (node.left, node.right)
        return self._operation(node, work, operands, explain)

    def _UnaryOp(self, node: _ast.UnaryOp) -> Work:
        sign, work, takes, _ = self._operator(UNARY, node.op, node)
        explain = partial(messages.refused, subject=sign, takes=takes)
        return self._operation(node, work, [node.operand], explain, grows=False)

    def _BoolOp(self, node: _ast.BoolOp) -> Work:
        *values, last = (self.run(value) for value in node.values)
        stop = not isinstance(node.op, _ast.And)

        def run(variables: Values) -> Any:
            for value in values:
                found = value(variables)
                if bool(found) is stop:
                    return found
            return last(variables)

        return run

    def _Compare(self, node: _ast.Compare) -> Work:
        operators = [self._operator(COMPARISONS, op, node) for op in node.ops]
        first, *others = map(self.run, (node.left, *node.comparators))
        steps = list(zip(operators, others, strict=True))

        asks = _asks(node)

        def run(variables: Values) -> Any:
            a = first(variables)
            for (sign, work, takes, _), operand in steps:
                b = operand(variables)
                if asks and sign != "==":
                    self._refuse_unknown(node, (a, b), variables)
                try:
                    if type(variables) is Inside:
                        variables.look_at((a, b))
                    if not work(a, b):
                        return False
                except FAILURES as error:
                    self._refuse_unknown(node, (a, b), variables)
                    code = self._code(node)
                    raise messages.refused(code, error, (a, b), sign, takes) from None
                a = b
            return True

        return run

    def _IfExp(self, node: _ast.IfExp) -> Work:
        test, then, other = map(self.run, (node.test, node.body, node.orelse))
        return lambda v: then(v) if test(v) else other(v)

    def _Subscript(self, node: _ast.Subscript) -> Work:
        if isinstance(node.slice, _ast.Slice):
            return self._sliced(node, node.slice)
        operands = (node.value, node.slice)
        item = operator.getitem
        return self._operation(node, item, operands, messages.no_item, grows=False)

    def _sliced(self, node: _ast.Subscript, part: _ast.Slice) -> Work:
        nothing = _ast.Constant(None)
        limits = (limit or nothing for limit in (part.lower, part.upper, part.step))
        explain = partial(messages.refused, subject="[:]", takes=SLICED)
        return self._operation(node, sliced, (node.value, *limits), explain)

    def _ListComp(self, node: _ast.ListComp) -> Work:
        [loop, *more] = node.generators
        if more or loop.is_async or len(loop.ifs) > 1:
            raise messages.too_many_loops(self._code(node))
        names = self._targets(loop.target)
        source, before = self.run(loop.iter), self._nodes
        outside, self._bound = self._bound, self._bound | {*names}
        item, *tests = map(self.run, (node.elt, *loop.ifs))
        self._bound = outside
        steps, code = self._nodes - before, self._code(node)
        several = isinstance(loop.target, _ast.Tuple)

        def run(variables: Values) -> Any:
            found = []
            try:
                inside = Inside(variables)
                for value in walked(source(variables), code):
                    inside.take(steps)
                    if several:
                        inside.bind(names, value, code)
                    else:
                        inside[names[0]] = value
                    if not tests or tests[0](inside):
                        found.append(item(inside))
                return bounded(found)
            except Refused as error:
                raise messages.failed(code, str(error), error.hint) from None

        return run

    def _targets(self, target: _ast.expr) -> tuple[str, ...]:
        """The names that a comprehension gives to items, or to their parts."""
        found = []
        for one in target.elts if isinstance(target, _ast.Tuple) else [target]:
            taken = isinstance(one, _ast.Name) and one.id in (*FUNCTIONS, *CONSTANTS)
            if not isinstance(one, _ast.Name) or taken:
                raise messages.no_target(self._code(one))
            found.append(one.id)
        return tuple(found)

    def _shape(self, node: _ast.Call) -> Work:
        [name] = node.args if len(node.args) == 1 else [None]
        value = name.value if isinstance(name, _ast.Constant) else None
        if not isinstance(value, str) or not value or node.keywords:
            raise messages.no_tensor(self._code(node))
        key = sizes_of(value)
        self.tensors.add(value)

        def run(variables: Values) -> Any:
            try:
                return variables[key]
            except KeyError:
                about = messages.SHAPE_STANDS, "unknown-variable"
                raise messages.wrong(messages.NO_SHAPE, *about) from None

        return run

    def _Call(self, node: _ast.Call) -> Work:
        name = node.func.id if isinstance(node.func, _ast.Name) else ""
        if name == "shape":
            return self._shape(node)
        if name not in CALLS:
            raise messages.unknown_function(name, self._code(node.func))
        work, takes, most, _ = CALLS[name]
        if node.keywords:
            code = self._code(node)
            raise messages.wrong(f"'{name}' takes no named values: {code}", takes)
        explain = partial(messages.refused, subject=name, takes=takes)
        run = self._operation(node, work, node.args, explain)
        if not 1 <= len(node.args) <= most:
            raise messages.wrong_count(name, len(node.args))
        return run


def _asks(node: _ast.Compare) -> bool:
    """Whether sizes of tensors are compared, and not with a `null` that is written."""
    sides = [node.left, *node.comparators]
    if any(isinstance(s, _ast.Name) and CONSTANTS.get(s.id, 0) is None for s in sides):
        return False
    if any(isinstance(s, _ast.Constant) and s.value is None for s in sides):
        return False
    return any(map(_asks_for_sizes, sides))


def _asks_for_sizes(node: _ast.expr) -> bool:
    """Whether a value is the size of a tensor."""
    while isinstance(node, _ast.Subscript):
        node = node.value
    return (
        isinstance(node, _ast.Call)
        and isinstance(node.func, _ast.Name)
        and node.func.id == "shape"
    )
