"""What the statements of Python do while code is read."""

import ast
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from cnnspec.read.code.machine import ENDLESS, ROUNDS, Machine
from cnnspec.read.code.modules import has_layers, imported
from cnnspec.read.code.python import items_of, truth
from cnnspec.read.code.rounds import plain_names
from cnnspec.read.code.values import (
    Broke,
    Continued,
    External,
    Function,
    Raised,
    Returned,
    Scope,
    Unknown,
    UserClass,
    text_of,
)

# ------------------------------------------------------------------ assignments


def _assign(machine: Machine, node: ast.Assign, scope: Scope) -> None:
    value = machine.value(node.value, scope)
    for target in node.targets:
        assign(machine, target, _told(machine, value, node.value), scope)


def _told(machine: Machine, value: Any, node: ast.expr) -> Any:
    """A value that isn't known, told by what is assigned and not by a part of it."""
    plain = isinstance(node, ast.Name | ast.Attribute)
    if isinstance(value, Unknown) and not value.given and not plain:
        return Unknown(node, machine.place(node))
    return value


def assign(machine: Machine, target: ast.expr, value: Any, scope: Scope) -> None:
    """Lets what stands on the left have a value."""
    if isinstance(target, ast.Name):
        scope.set(target.id, value)
        call_it = getattr(value, "call_it", None)
        if call_it is not None:
            call_it(target.id)
    elif isinstance(target, ast.Tuple | ast.List):
        _unpack(machine, target.elts, value, scope)
    elif isinstance(target, ast.Starred):
        assign(machine, target.value, value, scope)
    elif isinstance(target, ast.Attribute):
        owner = machine.value(target.value, scope)
        machine.set_attribute(owner, target.attr, value, machine.place(target))
    elif isinstance(target, ast.Subscript):
        owner = machine.value(target.value, scope)
        key = machine.value(target.slice, scope)
        _set_item(owner, key, value)


def _unpack(
    machine: Machine, targets: list[ast.expr], value: Any, scope: Scope
) -> None:
    items = items_of(value, len(targets))
    star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    if items is None:
        unknown = value
        if not isinstance(value, Unknown):
            first = targets[0] if targets else None
            unknown = Unknown("an item of it", machine.place(first))
        items = [unknown] * len(targets)
    elif star is not None and len(items) >= len(targets) - 1:
        after = len(targets) - star - 1
        middle = items[star : len(items) - after]
        items = [*items[:star], middle, *items[len(items) - after :]]
    for target, item in zip(targets, items, strict=False):
        assign(machine, target, item, scope)


def _set_item(owner: Any, key: Any, value: Any) -> None:
    try:
        if isinstance(owner, list | dict) and not isinstance(key, Unknown):
            owner[key] = value
    except (TypeError, IndexError):
        return


def _annotated(machine: Machine, node: ast.AnnAssign, scope: Scope) -> None:
    if node.value is not None:
        assign(machine, node.target, machine.value(node.value, scope), scope)


def _augmented(machine: Machine, node: ast.AugAssign, scope: Scope) -> None:
    left = ast.copy_location(_as_read(node.target), node.target)
    sum_ = ast.copy_location(ast.BinOp(left, node.op, node.value), node)
    before = machine.value(left, scope)
    if isinstance(before, list) and isinstance(node.op, ast.Add):
        more = items_of(machine.value(node.value, scope)) or []
        machine.hold(len(before) + len(more))
        before.extend(more)
        return
    assign(machine, node.target, machine.value(sum_, scope), scope)


def _as_read(target: Any) -> Any:
    """The same as an expression."""
    fields = {name: getattr(target, name) for name in target._fields}
    return ast.copy_location(type(target)(**{**fields, "ctx": ast.Load()}), target)


def _delete(machine: Machine, node: ast.Delete, scope: Scope) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.names.pop(target.id, None)
        elif isinstance(target, ast.Subscript):
            owner = machine.value(target.value, scope)
            key = machine.value(target.slice, scope)
            try:
                del owner[key]
            except (TypeError, KeyError, IndexError):
                continue


# ------------------------------------------------------------------ ways through


def _if(machine: Machine, node: ast.If, scope: Scope) -> None:
    test = machine.value(node.test, scope)
    known = truth(test)
    if known is None:
        _either(machine, node, scope)
    else:
        machine.block(node.body if known else node.orelse, scope)


def _either(machine: Machine, node: ast.If, scope: Scope) -> None:
    """Takes the way that is there without what isn't known: `else`, or none."""
    lost = node.body
    if node.orelse and _ends(node.orelse) and not _ends(node.body):
        lost, taken = node.orelse, node.body
    else:
        taken = node.orelse
    if has_layers(lost) and not _ends(lost):
        machine.note(f"if {text_of(node.test)}", machine.place(node), counts=True)
    machine.block(taken, scope)


def _ends(nodes: list[ast.stmt]) -> bool:
    """Whether statements only end something."""
    return bool(nodes) and isinstance(nodes[-1], ast.Raise)


def _for(machine: Machine, node: ast.For, scope: Scope) -> None:
    found = machine.value(node.iter, scope)
    items = items_of(found)
    if items is None:
        _once(machine, node, found, scope)
        return
    try:
        for item in _few(items):
            assign(machine, node.target, item, scope)
            try:
                machine.block(node.body, scope)
            except Continued:
                continue
        machine.block(node.orelse, scope)
    except Broke:
        return


def _once(machine: Machine, node: Any, found: Any, scope: Scope) -> None:
    """One round of a loop over what isn't known: folds of the data, say.

    A model that is made in it is the same in each; layers that it adds to another one
    may be more.
    """
    if not has_layers(node.body) and not calls_functions(node.body):
        _forget(machine, node, scope, ran=False)
        return
    before, made = len(machine.models), machine.layers_made
    what = f"for {text_of(node.target)} in {text_of(node.iter)}"
    unknown = (
        found if isinstance(found, Unknown) else Unknown(what, machine.place(node))
    )
    assign(machine, node.target, unknown, scope)
    with suppress(Broke, Continued):
        machine.block(node.body, scope)
    if len(machine.models) == before and machine.layers_made > made:
        machine.note(what, machine.place(node), counts=True)
    if machine.layers_made == made:
        _forget(machine, node, scope, ran=True)


def _forget(machine: Machine, node: Any, scope: Scope, *, ran: bool) -> None:
    """Lets what a loop changes be unknown, since nobody knows its rounds."""
    for name in plain_names(node.body, scope, ran):
        scope.names[name] = Unknown(name, machine.place(node))


def calls_functions(nodes: Iterable[ast.AST]) -> bool:
    """Whether code calls something by a plain name."""
    parts = (part for node in nodes for part in ast.walk(node))
    return any(isinstance(p, ast.Call) and isinstance(p.func, ast.Name) for p in parts)


def _few(items: list[Any]) -> Iterable[Any]:
    return items[:ROUNDS]


def _while(machine: Machine, node: ast.While, scope: Scope) -> None:
    try:
        for _ in range(ENDLESS):
            test = truth(machine.value(node.test, scope))
            if test is None and has_layers(node.body):
                what = f"while {text_of(node.test)}"
                machine.note(what, machine.place(node), counts=True)
            if test is None:
                _forget(machine, node, scope, ran=False)
            if not test:
                return
            with suppress(Continued):
                machine.block(node.body, scope)
        if has_layers(node.body):
            what = f"while {text_of(node.test)}, which doesn't end,"
            machine.note(what, machine.place(node), counts=True)
    except Broke:
        return


def _try(machine: Machine, node: Any, scope: Scope) -> None:
    try:
        machine.block(node.body, scope)
    except Raised:
        for handler in node.handlers[:1]:
            machine.block(handler.body, scope)
    else:
        machine.block(node.orelse, scope)
    finally:
        machine.block(node.finalbody, scope)


def _with(machine: Machine, node: Any, scope: Scope) -> None:
    for item in node.items:
        value = machine.value(item.context_expr, scope)
        if item.optional_vars is not None:
            assign(machine, item.optional_vars, value, scope)
    machine.block(node.body, scope)


def _raise(machine: Machine, node: ast.Raise, scope: Scope) -> None:
    raise Raised(machine.place(node))


def _assert(machine: Machine, node: ast.Assert, scope: Scope) -> None:
    machine.value(node.test, scope)


def _return(machine: Machine, node: ast.Return, scope: Scope) -> None:
    value = None if node.value is None else machine.value(node.value, scope)
    raise Returned(_told(machine, value, node.value) if node.value else value)


def _break(machine: Machine, node: ast.Break, scope: Scope) -> None:
    raise Broke


def _continue(machine: Machine, node: ast.Continue, scope: Scope) -> None:
    raise Continued


def _expression(machine: Machine, node: ast.Expr, scope: Scope) -> None:
    machine.value(node.value, scope)


def _match(machine: Machine, node: ast.Match, scope: Scope) -> None:
    found = machine.value(node.subject, scope)
    for case in node.cases:
        pattern = case.pattern
        if isinstance(pattern, ast.MatchValue):
            if machine.value(pattern.value, scope) != found:
                continue
        elif not isinstance(pattern, ast.MatchAs) or pattern.pattern is not None:
            continue
        machine.block(case.body, scope)
        return


# ------------------------------------------------------------------ definitions


def function_of(machine: Machine, node: Any, scope: Scope, name: str) -> Function:
    """The function that a definition or a lambda makes."""
    given = node.args
    ordered = [*given.posonlyargs, *given.args]
    defaults: dict[str, Any] = {}
    for argument, value in zip(
        ordered[len(ordered) - len(given.defaults) :], given.defaults, strict=True
    ):
        defaults[argument.arg] = machine.value(value, scope)
    for argument, value in zip(given.kwonlyargs, given.kw_defaults, strict=True):
        if value is not None:
            defaults[argument.arg] = machine.value(value, scope)
    return Function(node, scope, defaults, name)


def _define(machine: Machine, node: Any, scope: Scope) -> None:
    function = function_of(machine, node, scope, node.name)
    for decorator in node.decorator_list:
        name = getattr(decorator, "id", getattr(decorator, "attr", ""))
        if name in ("staticmethod", "classmethod", "property"):
            function.kind = name
    scope.set(node.name, function)


def _define_class(machine: Machine, node: ast.ClassDef, scope: Scope) -> None:
    bases = [machine.value(base, scope) for base in node.bases]
    cls = UserClass(node.name, bases, machine.place(node))
    inner = Scope(scope)
    with suppress(Returned, Broke, Continued):
        machine.block(node.body, inner)
    cls.members = inner.names
    typed = (one.target for one in node.body if isinstance(one, ast.AnnAssign))
    cls.fields = tuple(one.id for one in typed if isinstance(one, ast.Name))
    for member in cls.members.values():
        if isinstance(member, Function) and member.owner is None:
            member.owner = cls
            member.scope = scope if member.scope is inner else member.scope
    scope.set(node.name, cls)


def _import(machine: Machine, node: ast.Import, scope: Scope) -> None:
    for alias in node.names:
        if alias.asname:
            scope.set(alias.asname, External(imported(alias.name)))
        else:
            first = alias.name.partition(".")[0]
            scope.set(first, External(imported(first)))


_OF_KERAS_2 = ("keras.layers.", "keras.utils.np_utils", "keras.engine")
"""Modules that Keras had until it became a part of TensorFlow."""


def _import_from(machine: Machine, node: ast.ImportFrom, scope: Scope) -> None:
    raw = node.module or ""
    names = [alias.name for alias in node.names]
    if raw.startswith(_OF_KERAS_2) or (raw == "keras.utils" and "np_utils" in names):
        machine.version = "2.2"
    module = imported(raw)
    for alias in node.names:
        if alias.name == "*":
            scope.top().stars.append(module)
            continue
        path = f"{module}.{alias.name}" if module else alias.name
        scope.set(alias.asname or alias.name, External(imported(path)))


def _global(machine: Machine, node: Any, scope: Scope) -> None:
    kept = scope.globals if isinstance(node, ast.Global) else scope.outside
    kept.update(node.names)


STATEMENTS: dict[type, Callable[[Machine, Any, Scope], None]] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Return: _return,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Expr: _expression,
    ast.Match: _match,
    ast.FunctionDef: _define,
    ast.AsyncFunctionDef: _define,
    ast.ClassDef: _define_class,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _global,
}
