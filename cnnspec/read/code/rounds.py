"""What a loop over what isn't known leaves behind: values that nobody knows, either."""

import ast
from collections.abc import Iterable, Iterator
from typing import Any

from cnnspec.read.code.values import Scope

_GROWS = ("append", "extend", "insert", "add", "update", "setdefault", "remove", "pop")
"""Methods that change what a list, set or mapping holds."""
_PLAIN = (int, float, str, list, tuple, dict, set)
"""Values that a round can change, and that say nothing of layers themselves."""


def plain_names(nodes: Iterable[ast.stmt], scope: Scope, ran: bool) -> Iterator[str]:
    """Names whose values depend on how often statements run, or on which way.

    Those that hold layers, tensors or arrays are left alone.

    Args:
        nodes: the statements of a loop.
        scope: where they run.
        ran: whether they ran once, so that what they assign anyhow has its value.
    """
    for name in dict.fromkeys(_changed(nodes, ran)):
        if name in scope.names and _is_plain(scope.names[name]):
            yield name


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple | set):
        return all(one is None or isinstance(one, _PLAIN) for one in [*value][:100])
    return value is None or isinstance(value, _PLAIN)


def _changed(nodes: Iterable[ast.stmt], ran: bool) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.AugAssign):
            yield from _names(node.target)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if not ran or isinstance(target, ast.Subscript):
                    yield from _names(target)
        elif isinstance(node, ast.Expr):
            yield from _grown(node.value)
        else:
            straight = isinstance(node, ast.With | ast.Try)
            for part in ("body", "orelse", "finalbody"):
                yield from _changed(getattr(node, part, ()), ran and straight)


def _grown(node: ast.expr) -> Iterator[str]:
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute) and function.attr in _GROWS:
        yield from _names(function.value)


def _names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Subscript | ast.Starred):
        yield from _names(target.value)
    elif isinstance(target, ast.Tuple | ast.List):
        for one in target.elts:
            yield from _names(one)
