"""The imports of a script: those of its template that it makes use of, in order."""

import ast
from collections.abc import Iterator

_Import = ast.Import | ast.ImportFrom


def needed_imports(code: str, *others: str) -> str:
    """Code without the imports above its functions that nothing uses.

    Those that follow each other are ordered as ruff orders them.

    Args:
        code: begins with imports, each in a line.
        others: code in other cells, which uses them too.
    """
    trees = [ast.parse(text) for text in (code, *others)]
    used = {
        node.id
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Name)
    }
    lines: list[str | None] = [*code.split("\n")]
    for run in _runs(trees[0].body):
        kept = sorted(
            {ast.unparse(found) for found in _names(run) if _of(found) in used}
        )
        first, last = run[0].lineno - 1, run[-1].lineno
        lines[first:last] = [None] * (last - first)
        lines[first] = "\n".join(sorted(_joined(kept), key=_order)) or None
    return "\n".join(line for line in lines if line is not None)


def _runs(body: list[ast.stmt]) -> Iterator[list[_Import]]:
    """Imports on lines that follow each other."""
    run: list[_Import] = []
    for statement in [*body, None]:
        if run and (statement is None or statement.lineno != run[-1].lineno + 1):
            yield run
            run = []
        if isinstance(statement, _Import):
            run.append(statement)
        elif run:
            yield run
            run = []


def _names(run: list[_Import]) -> Iterator[_Import]:
    """The same imports of one name each."""
    for statement in run:
        for name in statement.names:
            if isinstance(statement, ast.Import):
                yield ast.Import([name])
            else:
                yield ast.ImportFrom(statement.module, [name], statement.level)


def _of(statement: _Import) -> str:
    """The variable that an import makes."""
    [name] = statement.names
    return name.asname or name.name.partition(".")[0]


def _joined(lines: list[str]) -> Iterator[str]:
    """Lines, of which there is one for each module that names are taken from."""
    names: dict[str, list[str]] = {}
    for line in lines:
        before, word, name = line.partition(" import ")
        if not word or " as " in name:
            yield line
        else:
            names.setdefault(before, []).append(name)
    for before, found in names.items():
        yield f"{before} import {', '.join(sorted(found, key=_by_kind))}"


def _by_kind(name: str) -> tuple[int, str, str]:
    """Constants, then classes, then functions."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower(), name


def _order(line: str) -> tuple[bool, str, str]:
    return line.startswith("from "), line.split()[1].lower(), line
