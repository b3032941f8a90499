"""What the expressions of Python come to while code is read."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from cnnspec.read.code.arithmetic import binary, compared, unary
from cnnspec.read.code.arrays import Array, array_attribute
from cnnspec.read.code.machine import DEPTH, ITEMS, ROUNDS, Machine
from cnnspec.read.code.modules import imported, star_import
from cnnspec.read.code.python import item, items_of, truth
from cnnspec.read.code.statements import assign, function_of
from cnnspec.read.code.values import (
    Bound,
    Broke,
    Call,
    Continued,
    External,
    Function,
    Instance,
    Returned,
    Scope,
    Spent,
    Unknown,
    UserClass,
)
from cnnspec.read.found import Place


def _constant(machine: Machine, node: ast.Constant, scope: Scope) -> Any:
    return node.value


def _name(machine: Machine, node: ast.Name, scope: Scope) -> Any:
    try:
        return scope.find(node.id)
    except KeyError:
        pass
    if node.id in machine.builtins:
        return machine.builtins[node.id]
    path = star_import(node.id, scope.top().stars)
    if path:
        return External(imported(path))
    return Unknown(node.id, machine.place(node))


def _attribute(machine: Machine, node: ast.Attribute, scope: Scope) -> Any:
    owner = machine.value(node.value, scope)
    place = machine.place(node)
    if isinstance(owner, Unknown):
        if node.attr == "reshape":
            return array_attribute(machine, Array(None, owner), node.attr, place)
        return owner if owner.given else Unknown(node, place)
    return machine.attribute(owner, node.attr, place, node)


def _subscript(machine: Machine, node: ast.Subscript, scope: Scope) -> Any:
    owner = machine.value(node.value, scope)
    key = machine.value(node.slice, scope)
    found = item(machine, owner, key, machine.place(node))
    if isinstance(found, Unknown) and not found.given and found is not key:
        return Unknown(node, machine.place(node))
    return found


def _slice(machine: Machine, node: ast.Slice, scope: Scope) -> Any:
    parts = [
        None if part is None else machine.value(part, scope)
        for part in (node.lower, node.upper, node.step)
    ]
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    if unknown is not None:
        return unknown
    # A tensor's axis of no known size is None here, as nothing is.
    return slice(*parts)


def _call(machine: Machine, node: ast.Call, scope: Scope) -> Any:
    if isinstance(node.func, ast.Name) and node.func.id == "super":
        return _super(machine, node, scope)
    function = machine.value(node.func, scope)
    args: list[Any] = []
    places: dict[str | int, Place] = {}
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            args += items_of(machine.value(argument.value, scope)) or []
            continue
        places[len(args)] = machine.place(argument)
        args.append(_told(machine, argument, scope))
    named: dict[str, Any] = {}
    for keyword in node.keywords:
        value = _told(machine, keyword.value, scope)
        if keyword.arg is not None:
            named[keyword.arg] = value
            places[keyword.arg] = machine.place(keyword.value)
        elif isinstance(value, dict):
            named |= {str(key): one for key, one in value.items()}
    place = machine.place(node)
    found = Call(machine, args, named, place, node, places)
    return machine.call(function, found)


def _told(machine: Machine, node: ast.expr, scope: Scope) -> Any:
    """An argument's value; one that isn't known is told as it is written there."""
    value = machine.value(node, scope)
    plain = ast.Name | ast.Attribute | ast.Subscript
    if isinstance(value, Unknown) and not value.given and not isinstance(node, plain):
        return Unknown(node, machine.place(node))
    return value


def _super(machine: Machine, node: ast.Call, scope: Scope) -> Any:
    from cnnspec.read.code.values import Super

    try:
        cls = scope.find("__class__")
        owner = scope.find("__owner__")
    except KeyError:
        return Unknown(node, machine.place(node))
    return Super(cls, owner)


def _binary(machine: Machine, node: ast.BinOp, scope: Scope) -> Any:
    left = machine.value(node.left, scope)
    right = machine.value(node.right, scope)
    found = binary(machine, type(node.op), left, right, machine.place(node))
    return _named(machine, found, node, left, right)


def _named(machine: Machine, found: Any, node: ast.expr, *parts: Any) -> Any:
    """What isn't known, told by the whole expression."""
    if isinstance(found, Unknown):
        given = next((p for p in parts if isinstance(p, Unknown) and p.given), None)
        return given or Unknown(node, machine.place(node))
    return found


def _unary(machine: Machine, node: ast.UnaryOp, scope: Scope) -> Any:
    value = machine.value(node.operand, scope)
    if isinstance(node.op, ast.Not):
        known = truth(value)
        return value if known is None else not known
    found = unary(machine, type(node.op), value, machine.place(node))
    return _named(machine, found, node, value)


def _boolean(machine: Machine, node: ast.BoolOp, scope: Scope) -> Any:
    is_and = isinstance(node.op, ast.And)
    found: Any = None
    lost: Unknown | None = None
    for part in node.values:
        found = machine.value(part, scope)
        known = truth(found)
        if known is None:
            lost = lost or (found if isinstance(found, Unknown) else None)
        elif known is not is_and:
            return found
    if lost is not None:
        return lost if lost.given else Unknown(node, machine.place(node))
    return found


def _compare(machine: Machine, node: ast.Compare, scope: Scope) -> Any:
    left = machine.value(node.left, scope)
    found: Any = True
    for operator, one in zip(node.ops, node.comparators, strict=True):
        right = machine.value(one, scope)
        found = compared(machine, type(operator), left, right, machine.place(node))
        if isinstance(found, Unknown):
            return _named(machine, found, node, left, right)
        if truth(found) is False:
            return found
        left = right
    return found


def _choice(machine: Machine, node: ast.IfExp, scope: Scope) -> Any:
    test = truth(machine.value(node.test, scope))
    if test is not None:
        return machine.value(node.body if test else node.orelse, scope)
    one, other = machine.value(node.body, scope), machine.value(node.orelse, scope)
    same = type(one) is type(other) and isinstance(one, int | float | str)
    if same and one == other:
        return one
    return Unknown(node, machine.place(node))


def _tuple(machine: Machine, node: ast.Tuple, scope: Scope) -> Any:
    return tuple(_items(machine, node.elts, scope))


def _list(machine: Machine, node: ast.List, scope: Scope) -> Any:
    return _items(machine, node.elts, scope)


def _set(machine: Machine, node: ast.Set, scope: Scope) -> Any:
    try:
        return set(_items(machine, node.elts, scope))
    except TypeError:
        return Unknown(node, machine.place(node))


def _items(machine: Machine, nodes: list[ast.expr], scope: Scope) -> list[Any]:
    found: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            found += items_of(machine.value(node.value, scope)) or []
        else:
            found.append(machine.value(node, scope))
    if len(found) > ITEMS:
        raise Spent
    return found


def _dict(machine: Machine, node: ast.Dict, scope: Scope) -> Any:
    found: dict[Any, Any] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        one = machine.value(value, scope)
        if key is None:
            found |= one if isinstance(one, dict) else {}
            continue
        try:
            found[machine.value(key, scope)] = one
        except TypeError:
            continue
    return found


def _f_string(machine: Machine, node: ast.JoinedStr, scope: Scope) -> Any:
    parts: list[str] = []
    for part in node.values:
        value = machine.value(part, scope)
        if isinstance(value, Unknown):
            return value if value.given else Unknown(node, machine.place(node))
        parts.append(str(value))
    return "".join(parts)[:ITEMS]


def _formatted(machine: Machine, node: ast.FormattedValue, scope: Scope) -> Any:
    value = machine.value(node.value, scope)
    if not isinstance(value, int | float | str):
        return Unknown(node, machine.place(node))
    form = "" if node.format_spec is None else machine.value(node.format_spec, scope)
    if not isinstance(form, str) or any(len(n) > 3 for n in _numbers(form)):
        return Unknown(node, machine.place(node))
    try:
        return format(value, form)
    except (ValueError, OverflowError):
        return Unknown(node, machine.place(node))


def _numbers(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()


def _lambda(machine: Machine, node: ast.Lambda, scope: Scope) -> Any:
    return function_of(machine, node, scope, "lambda")


def _walrus(machine: Machine, node: ast.NamedExpr, scope: Scope) -> Any:
    value = machine.value(node.value, scope)
    assign(machine, node.target, value, scope)
    return value


def _starred(machine: Machine, node: ast.Starred, scope: Scope) -> Any:
    return machine.value(node.value, scope)


# ------------------------------------------------------------------ comprehensions


def _comprehension(machine: Machine, node: Any, scope: Scope) -> Any:
    inner = Scope(scope)
    found: list[Any] = []
    try:
        for _ in _rounds(machine, node.generators, inner):
            found.append(machine.value(node.elt, inner))
    except _NotFollowed:
        return Unknown(node, machine.place(node))
    if isinstance(node, ast.SetComp):
        try:
            return set(found)
        except TypeError:
            return Unknown(node, machine.place(node))
    return found


def _dict_comprehension(machine: Machine, node: ast.DictComp, scope: Scope) -> Any:
    inner = Scope(scope)
    found: dict[Any, Any] = {}
    try:
        for _ in _rounds(machine, node.generators, inner):
            key = machine.value(node.key, inner)
            found[key] = machine.value(node.value, inner)
    except (_NotFollowed, TypeError):
        return Unknown(node, machine.place(node))
    return found


class _NotFollowed(Exception):
    """What a comprehension goes through isn't known."""


def _rounds(
    machine: Machine, generators: list[ast.comprehension], scope: Scope
) -> Iterator[None]:
    first, *rest = generators
    items = items_of(machine.value(first.iter, scope))
    if items is None:
        raise _NotFollowed
    for one in items[:ROUNDS]:
        assign(machine, first.target, one, scope)
        tests = [truth(machine.value(test, scope)) for test in first.ifs]
        if None in tests:
            raise _NotFollowed
        if not all(tests):
            continue
        if rest:
            yield from _rounds(machine, rest, scope)
        else:
            yield


# ------------------------------------------------------------------ functions


def call_function(function: Function, call: Call, owner: Any = None) -> Any:
    """What a function of the code gives."""
    machine: Machine = call.machine
    scope = Scope(function.scope)
    given = function.node.args
    args = [*call.args] if owner is None else [owner, *call.args]
    if function.owner is not None:
        scope.names["__class__"] = function.owner
        scope.names["__owner__"] = owner
    _bind(function, given, args, dict(call.named), scope, machine, call)
    if machine.depth >= DEPTH:
        return call.unknown()
    machine.depth += 1
    try:
        if isinstance(function.node, ast.Lambda):
            return machine.value(function.node.body, scope)
        return _run(machine, function, scope)
    finally:
        machine.depth -= 1


def _run(machine: Machine, function: Function, scope: Scope) -> Any:
    """Reads the body; what `yield` gives isn't followed."""
    if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in _own(function.node)):
        return Unknown(f"what {function.name}() yields", machine.place(function.node))
    try:
        machine.block(function.node.body, scope)
    except Returned as back:
        return back.value
    except (Broke, Continued):
        return None
    return None


def _own(node: Any) -> Iterator[ast.AST]:
    """The parts of a function without those of functions inside it."""
    ways = list(node.body)
    while ways:
        part = ways.pop()
        yield part
        if not isinstance(part, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            ways += ast.iter_child_nodes(part)


def _bind(
    function: Function,
    given: ast.arguments,
    args: list[Any],
    named: dict[str, Any],
    scope: Scope,
    machine: Machine,
    call: Call,
) -> None:
    """Gives the parameters their values; one without is one that nobody knows."""
    ordered = [argument.arg for argument in (*given.posonlyargs, *given.args)]
    for name, value in zip(ordered, args, strict=False):
        scope.names[name] = value
    if given.vararg is not None:
        scope.names[given.vararg.arg] = tuple(args[len(ordered) :])
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        name = argument.arg
        if name in scope.names:
            named.pop(name, None)
        elif name in named:
            scope.names[name] = named.pop(name)
        elif name in function.defaults:
            scope.names[name] = function.defaults[name]
        else:
            why = f"the parameter {name} of {function.name}()"
            scope.names[name] = Unknown(why, machine.place(argument), given=True)
    if given.kwarg is not None:
        scope.names[given.kwarg.arg] = named


def _call_function(function: Function, call: Call) -> Any:
    return call_function(function, call)


def _call_bound(bound: Bound, call: Call) -> Any:
    return call_function(bound.function, call, bound.owner)


def make_instance(cls: UserClass, call: Call) -> Instance:
    """An object of a class of the code."""
    machine: Machine = call.machine
    made = Instance(cls, call.place)
    made.given = dict(call.named)
    starts = cls.find("__init__")
    if isinstance(starts, Function):
        names = [one.arg for one in starts.node.args.args[1:]]
        made.given = {**dict(zip(names, call.args, strict=False)), **call.named}
        call_function(starts, call, made)
    elif fields := [*dict.fromkeys(f for one in cls.order()[::-1] for f in one.fields)]:
        made.given = {**dict(zip(fields, call.args, strict=False)), **call.named}
        _fill(machine, made, fields)
    name = made.given.get("name")
    made.named = made.named or (name if isinstance(name, str) else None)
    machine.step()
    return made


def _fill(machine: Machine, made: Instance, fields: list[str]) -> None:
    """Gives an object of a `dataclass` its fields, as given or else by default."""
    for name in fields:
        if name in made.given:
            made.attributes[name] = made.given[name]
        elif made.cls.find(name) is None:
            why = f"the field {name} of {made.cls.name}"
            made.attributes[name] = Unknown(why, made.place, given=True)
    after = made.cls.find("__post_init__")
    if isinstance(after, Function):
        call_function(after, Call(machine, [], {}, made.place, after.name), made)


EXPRESSIONS: dict[type, Callable[[Machine, Any, Scope], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.JoinedStr: _f_string,
    ast.FormattedValue: _formatted,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Starred: _starred,
    ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.SetComp: _comprehension,
    ast.DictComp: _dict_comprehension,
}
FUNCTION_CALLS: dict[type, Callable[..., Any]] = {
    Function: _call_function,
    Bound: _call_bound,
}
