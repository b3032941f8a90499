"""Plain values as YAML writes them, for messages, pages and files."""

from typing import Any

from cnnspec.ground.errors import either


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
        return f"the list [{text}]" if short else f"a list of {len(value)} items"
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
    if isinstance(value, float) and str(value) in _NO_DIGITS:
        return _NO_DIGITS[str(value)]
    return f'"{value}"' if "{" in str(value) else str(value)


_NO_DIGITS = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _needs_no_quotes(text: str) -> bool:
    """Whether it is made of letters, digits and `_ - .`, and is no number or null."""
    from cnnspec.ground.source import Source

    plain = text[:1].isalnum() and text.translate(_HARMLESS).isalnum()
    return plain and Source(text).data == text


_HARMLESS = dict.fromkeys(map(ord, "_-. "))
