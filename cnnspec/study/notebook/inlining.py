"""Variables that are read once, written where they are read.

A lesson gives an optimizer, a schedule and callbacks a name; two variants of which one
has a schedule and the other a number are of one form when both stand in their place.
"""

import ast

from cnnspec.study.notebook.spans import Edit, Text, edited


def inlined(code: str) -> str:
    """Code without the variables at its top that are read once.

    Args:
        code: statements.
    """
    while True:
        text = Text(code)
        found = next((one for one in text.tree.body if _is_read_once(text, one)), None)
        if found is None:
            return code
        assert isinstance(found, ast.Assign)
        [read] = _reads(text.tree, found)
        value = "".join(map(str.strip, text.piece(found.value).splitlines()))
        code = edited(
            code, [Edit(*text.lines_of(found), ""), Edit(*text.span(read), value)]
        )


def _is_read_once(text: Text, statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call | ast.List)
        and len(_reads(text.tree, statement)) == 1
    )


def _reads(tree: ast.Module, statement: ast.Assign) -> list[ast.Name]:
    """Where the only variable that a statement assigns to is read as an argument."""
    [target] = statement.targets
    if not isinstance(target, ast.Name):
        return []
    uses = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == target.id and node is not target
    ]
    handed = {
        id(value)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for value in (*call.args, *(one.value for one in call.keywords))
    }
    return uses if all(id(use) in handed for use in uses) else []
