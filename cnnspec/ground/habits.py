"""Python that stands where a spec has YAML, and how the spec says the same.

Imported only when there is something to say.
"""

import re


def loop(text: str) -> str:
    """The keys of a repeat for `i in range(3)`; nothing for another text."""
    found = re.fullmatch(r"(?:for )?\s*(\w+) in (.+?):?", text.strip())
    return rounds(found[2], found[1]) or "" if found else ""


def rounds(values: str, variable: str = "") -> str:
    """The keys of a repeat over Python's `range(3)`, or over a list."""
    counted = re.fullmatch(r"range\(([^,()]+)\)", values.strip())
    if counted:
        times = counted[1].strip()
        index = f", index: {variable}" if variable else ""
        return f"times: {times if times.isdigit() else f'${times}'}{index}"
    return f"for: {{{variable}: {values}}}" if variable and "(" not in values else ""


def call(text: str) -> str:
    """`b: 8` or `b: {filters: 8}` for Python's `b(8)` or `b(filters=8)`."""
    name, _, inside = text.partition("(")
    given = [part.strip() for part in inside.rstrip(") ").split(",") if part.strip()]
    pairs = [part.partition("=") for part in given]
    if not given:
        return name
    if len(given) == 1 and "=" not in given[0]:
        return f"{name}: {given[0]}"
    if all(key and equals for key, equals, _ in pairs):
        return f"{name}: {{{', '.join(f'{key.strip()}: {v}' for key, _, v in pairs)}}}"
    return name + ": {argument: value}"
