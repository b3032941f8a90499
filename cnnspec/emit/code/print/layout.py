"""Where the lines of Python code end.

Whatever writes code writes each statement, comment and paragraph in one line, however
long it is. Here it gets its final form: words are wrapped, black lays out brackets, and
what a statement results in is noted behind it where there is room.
"""

import ast
import re
from collections.abc import Iterator

from cnnspec.ground.columns import WIDTH, columns

_NOTE = "#: "
"""Begins what belongs behind the statement or item below it: black would break its
lines to make room."""
_SAID = "#:: "
"""Begins the same where it has to be said, above if there is no room behind."""


def _wrapped(said: str, width: int) -> list[str]:
    """A text in lines of at most so many columns, broken between words."""
    if said.isascii():
        from textwrap import wrap

        plain = "://" not in said  # an address stays whole, or nobody can follow it
        return wrap(said, width, break_on_hyphens=plain, break_long_words=plain)
    lines = [""]
    for word in said.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and columns(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def laid_out(code: str) -> str:
    """Code in its final form.

    Args:
        code: statements, each in one line, with their natural indentation: a file, a
            function or a cell of a notebook. The paragraphs of a docstring are lines,
            with an empty line between them; they needn't be indented. A line
            `#: 55x55x96` becomes a comment behind the statement below it.

    Raises:
        SyntaxError: it isn't Python.
    """
    from black import Mode, format_str

    narrow = "\n".join(_with_words_wrapped(code))
    # A comma at the end of arguments doesn't keep them in lines of their own.
    mode = Mode(line_length=WIDTH, magic_trailing_comma=False)
    return "\n".join(_with_notes(format_str(narrow, mode=mode)))


def _with_words_wrapped(code: str) -> Iterator[str]:
    for statement, lines in _pieces(code):
        if statement is None:
            yield from _comment(lines[0])
        elif lines[0].endswith("(["):
            yield from (part for line in lines for part in _comment(line))
        elif _is_docstring(statement, lines):
            yield from _docstring(lines)
        else:
            yield from [_told(statement, lines[0])] if len(lines) == 1 else lines


def _with_notes(code: str) -> Iterator[str]:
    """Lines with the notes above statements and items behind them."""
    lines, tree, taken = code.split("\n"), ast.parse(code), set[int]()
    ends, texts = _ends(tree, lines), _lines_of_texts(tree)
    for place, line in enumerate(lines):
        found = line.lstrip()
        if not found.startswith((_NOTE, _SAID)) or place + 1 in texts:
            yield line
            continue
        end = ends.get(_below(lines, place), place + 2) - 1
        said = found.partition(" ")[2]
        if columns(noted := f"{lines[end]}  # {said}") <= WIDTH and end not in taken:
            lines[end] = noted
            taken.add(end)
        elif found.startswith(_SAID):
            yield from _comment(f"{line[: -len(found)]}# {said}")


def _below(lines: list[str], place: int) -> int:
    """The number of the first line below one that is no comment."""
    while place < len(lines) and lines[place].lstrip().startswith("#"):
        place += 1
    return place + 1


def _ends(tree: ast.Module, lines: list[str]) -> dict[int, int]:
    """Where statements and the items of lists end, by the line where they begin."""
    found: dict[int, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            end = node.body[0].lineno - 1 if hasattr(node, "body") else node.end_lineno
            while end and lines[end - 1].lstrip().startswith("#"):
                end -= 1
            found.setdefault(node.lineno, end or node.lineno)
        for item in getattr(node, "elts", []):
            found.setdefault(item.lineno, item.end_lineno or item.lineno)
    return found


def _lines_of_texts(tree: ast.Module) -> set[int]:
    """The lines that begin inside of a text, where # begins no comment."""
    return {
        number
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for number in range(node.lineno + 1, (node.end_lineno or 0) + 1)
    }


def _pieces(code: str) -> Iterator[tuple[ast.stmt | None, list[str]]]:
    """Statements that hold no others, with their lines, and all other lines alone."""
    lines = code.split("\n")
    statements = {
        node.lineno: node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.stmt)
        and not hasattr(node, "body")
        and not isinstance(node, ast.Match)
    }
    number = 1
    while number <= len(lines):
        statement = statements.get(number)
        end = (statement and statement.end_lineno) or number
        yield statement, lines[number - 1 : end]
        number = end + 1


# ------------------------------------------------------------------ words


def _comment(line: str) -> list[str]:
    """A line in as many as its words need, if it is a comment."""
    said = line.lstrip()
    if not said.startswith("# ") or columns(line) <= WIDTH:
        return [line]
    begins = line[: -len(said)] + "# "
    return [begins + part for part in _wrapped(said[2:], WIDTH - len(begins))]


def _is_docstring(statement: ast.stmt, lines: list[str]) -> bool:
    return isinstance(statement, ast.Expr) and lines[0].lstrip().startswith('"""')


def _docstring(lines: list[str]) -> list[str]:
    """A docstring, whose paragraphs are lines; those that are short enough stay."""
    if len(lines) == 1 and columns(lines[0]) <= WIDTH:
        return lines
    opening = lines[0].lstrip()
    margin = lines[0][: -len(opening)]
    paragraphs = "\n".join([opening, *lines[1:]]).removesuffix('"""').rstrip()
    # What fits into a line, but for the quotes behind it, needs two all the same.
    narrower = 3 if len(lines) == 1 else 0
    found = []
    for paragraph in paragraphs.split("\n"):
        said = paragraph.lstrip()
        own = max(margin, paragraph[: len(paragraph) - len(said)], key=len)
        if columns(own + said) <= WIDTH - narrower:
            found.append((own + said).rstrip())
        else:
            width = WIDTH - len(own) - narrower
            found += [own + part for part in _wrapped(said, width)]
    return [*found, f'{margin}"""']


_LITERAL = re.compile(r'(f?)"((?:[^"\\]|\\.)*)"')
_WORD = re.compile(r"(?:\{[^{}]*\}|\\[^n]|[^ \\{}])*(?:\\n|[ ]+|$)")


def _told(statement: ast.stmt, line: str) -> str:
    """A line that does no more than print or raise one text, which may be broken."""
    call = getattr(statement, "value", getattr(statement, "exc", None))
    if columns(line) <= WIDTH or not isinstance(call, ast.Call) or len(call.args) != 1:
        return line
    margin = " " * (statement.col_offset + 4)
    text = line.encode()[call.args[0].col_offset : call.args[0].end_col_offset].decode()
    literal = _LITERAL.fullmatch(text)
    if literal is None or columns(margin + text) <= WIDTH:
        return line
    return line.replace(text, " ".join(_strings(literal[2], literal[1], margin)), 1)


def _strings(said: str, prefix: str, margin: str) -> Iterator[str]:
    """Strings that make up one, and fit into a line each."""

    def string(part: str) -> str:
        return f'{prefix if "{" in part else ""}"{part}"'

    words = [found[0] for found in _WORD.finditer(said)]
    part = ""
    for word in words if "".join(words) == said else [said]:
        if part and columns(margin + string(part + word)) > WIDTH:
            yield string(part)
            part = ""
        part += word
        if word.endswith(r"\n"):
            yield string(part)
            part = ""
    if part:
        yield string(part)
