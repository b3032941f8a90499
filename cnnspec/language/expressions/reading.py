"""Texts of a spec to formulas: where their expressions are, and what they do."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from cnnspec.language.expressions import Formula, Values
from cnnspec.language.expressions.compiling import Expression, Work, compiled
from cnnspec.language.expressions.messages import failed, quoted, shown, wrong
from cnnspec.language.expressions.operations import LENGTH_LIMIT, Refused, bounded

Piece = str | Expression
"""Of a text: plain text, or an expression in it."""

_DOLLAR = re.compile(r"\$(?:\$|(?P<name>[^\W\d]\w*)|(?P<brace>\{))")
_MEETS = re.compile(r"""(?s)'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[{}#'"]""")
"""What counts on the way to the brace that closes an expression."""


@lru_cache(maxsize=4096)
def read(text: str) -> str | Formula:
    """The formula of a text with a `$`, or plain text if it holds no expression.

    Raises:
        Invalid: an expression of it can't be read.
    """
    parts: list[Piece] = []
    for piece, is_expression in _pieces(text):
        if is_expression:
            parts.append(compiled(piece))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += piece
        elif piece:
            parts.append(piece)
    expressions = [part for part in parts if isinstance(part, Expression)]
    if not expressions:
        return "".join(map(str, parts))
    names = frozenset().union(*(found.names for found in expressions))
    tensors = frozenset().union(*(found.tensors for found in expressions))
    alone = len(parts) == 1
    run = _whole(text, expressions[0].run) if alone else _joined(text, parts)
    return Formula(text, names, tensors, tuple(parts), run)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The plain texts and the expressions (True) that a text is made of, in order."""
    at = 0
    while match := _DOLLAR.search(text, at):
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


def _closing(text: str, start: int) -> int:
    """Where the brace stands that closes the expression beginning at `start`."""
    depth = 0
    for match in _MEETS.finditer(text, start):
        found = match[0]
        if found == "{":
            depth += 1
        elif found == "}":
            if not depth:
                return match.start()
            depth -= 1
        elif found == "#":
            raise wrong(
                f"an expression can't hold a comment: {quoted(text[match.start() :])}",
                "put it on a line of its own in the spec, above the expression",
            )
        elif found in "'\"":
            raise wrong(
                f"a quote is never closed: {quoted(text[match.start() :])}",
                f"write a second {found} where the text ends",
            )
    raise wrong(
        f"'${{' is never closed: {quoted(text[start - 2 :])}",
        "write } where the expression ends; for a plain dollar sign, write $$",
    )


def _whole(text: str, run: Work) -> Work:
    """Works out a text that is one expression."""

    def value(variables: Values) -> Any:
        found = run(variables)
        if type(found) is list or type(found) is dict:
            # Variables made of variables could double with every step.
            try:
                bounded(found)
            except Refused as error:
                raise failed(quoted(text), str(error)) from None
        return found

    return value


def _joined(text: str, parts: Sequence[Piece]) -> Work:
    """Works out a text with expressions in it."""

    def value(variables: Values) -> str:
        found = [
            part if isinstance(part, str) else part.run(variables) for part in parts
        ]
        for item in found:
            if type(item) not in (str, int, float):
                from cnnspec.language.expressions.meant import meant

                code = meant(text, variables)
                raise wrong(
                    f"{quoted(text)} is a longer text with {shown(item)} in it",
                    f"write {code} if all of it is one expression"
                    if code
                    else "only texts and numbers can stand in a longer text",
                )
        texts = [str(item) for item in found]
        if sum(map(len, texts)) > LENGTH_LIMIT:
            raise failed(quoted(text), "the result is too long")
        return "".join(texts)

    return value
