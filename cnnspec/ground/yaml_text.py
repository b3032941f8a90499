"""Plain values as YAML writes them, for messages, pages and files."""

from functools import cache
from typing import Any

from cnnspec.ground.errors import either
from cnnspec.ground.patterns import pattern


class _Blank:
    def __repr__(self) -> str:
        return "BLANK"


BLANK = _Blank()
"""What a key has that has nothing after its colon; a null is written as such."""


def describe(value: Any) -> str:
    """A value of a spec and its type, in the words of YAML."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"{'true' if value else 'false'} (a truth value)"
    if isinstance(value, dict):
        return f"a mapping with {either(map(str, value), 'and')}" if value else "{}"
    if isinstance(value, list | tuple):
        text = ", ".join(flow(item) for item in value)
        deep = any(isinstance(item, dict | list) for item in value)
        short = len(text) < 60 and not deep
        items = f"{len(value)} item{'' if len(value) == 1 else 's'}"
        return f"the list [{text}]" if short else f"a list of {items}"
    if value == "":
        return "an empty text"
    if isinstance(value, str):
        start = value if len(value) < 60 else value[:57] + "..."
        return f"the text '{start}'"
    return str(value)


def flow(value: Any, *, exact: bool = False) -> str:
    """A value as YAML writes it in one line.

    Args:
        value: plain data.
        exact: whether each text is quoted that YAML would read as something else, as it
            must be in a file. Messages leave most texts without quotes.
    """
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if value is BLANK:
        return ""
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item, exact=exact) for item in value)}]"
    if isinstance(value, dict):
        pairs = (
            f"{flow(key, exact=exact)}: {flow(item, exact=exact)}"
            for key, item in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    if exact and isinstance(value, str):
        return value if _needs_no_quotes(value) else _quoted(value)
    if isinstance(value, float):
        return _NO_DIGITS.get(str(value)) or _EXPONENT.sub(r"e\1", str(value))
    return f'"{value}"' if "{" in str(value) else str(value)


def scalar(value: Any) -> str:
    """A value as a file has it where no brace or bracket stands around it."""
    if isinstance(value, str) and _FORMULA.fullmatch(value):
        return value
    return flow(value, exact=True)


_FORMULA = pattern(r"\$\{[^:#{}\n]*\}")
_EXPONENT = pattern(r"e\+?(-?)0*(?=\d)")
_NO_DIGITS = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


@cache
def _needs_no_quotes(text: str) -> bool:
    """Whether it is made of letters, digits and `_ - .`, and is no number or null.

    A variable may stand in it, and a slash before it.
    """
    if _WORD.fullmatch(text):
        return text not in _WORDS_OF_YAML
    from cnnspec.ground.source import Source

    bare = text.removeprefix("/").replace("$", "")
    short = bare[:1].isalnum() and "\n" not in bare
    plain = short and bare.translate(_HARMLESS).isalnum()
    return plain and text[-1:] != " " and Source(text).data == text


_WORD = pattern("[a-zA-Z_][a-zA-Z0-9_]*")
_WORDS_OF_YAML = frozenset(
    word
    for one in ("true", "false", "null", "yes", "no", "on", "off")
    for word in (one, one.capitalize(), one.upper())
)
"""Words that some reader of YAML takes for something else than text."""


_HARMLESS = dict.fromkeys(map(ord, "_-. "))
