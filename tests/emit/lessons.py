"""The part of a lesson that makes its model, so that it runs without data."""

import ast

_MAKES = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)


def modelling(script: str) -> ast.Module:
    """The statements of a script that make its model; all of it if it is no lesson."""
    tree = ast.parse(script)
    ends = [place for place, found in enumerate(tree.body) if _assigns(found, "model")]
    if not ends:
        return tree
    [end] = ends
    begin = end
    while begin and not _says(tree.body[begin - 1]):
        begin -= 1
    before = [
        found
        for found in tree.body[:begin]
        if isinstance(found, _MAKES) or "recursion" in ast.unparse(found)
    ]
    end += 1
    while end < len(tree.body) and "trainable = False" in ast.unparse(tree.body[end]):
        end += 1
    return ast.Module([*before, *tree.body[begin:end]], [])


def _assigns(found: ast.stmt, name: str) -> bool:
    return isinstance(found, ast.Assign) and ast.unparse(found.targets[0]) == name


def _says(found: ast.stmt) -> bool:
    """Whether a statement shows something, as at the end of the data."""
    if isinstance(found, ast.For | ast.If):
        return _says(found.body[-1])
    if not isinstance(found, ast.Expr) or not isinstance(found.value, ast.Call):
        return False
    if isinstance(found.value.func, ast.Call):  # of a layer that nothing reads
        return False
    called = ast.unparse(found.value.func)
    if called.startswith("ops.") or called.endswith((".append", ".extend")):
        return False
    return "." in called or called == "print"
