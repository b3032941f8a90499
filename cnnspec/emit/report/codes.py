"""The codes of findings: all in a list, one explained, and their page in the docs."""

from cnnspec.judge.explain import Explanation, explanations


def overview() -> str:
    """A line for each code."""
    column = max(map(len, explanations()))
    return "\n".join(f"{a.code:{column}}  {a.says}" for a in explanations().values())


def describe(about: Explanation) -> str:
    """Why there are findings of a code, with its examples."""
    return f"{about.severity}[{about.code}]: {about.page}"


def markdown() -> str:
    """The part of docs/errors.md that explains every code."""
    rows = [f"| [`{a.code}`](#{a.code}) | {a.says} |" for a in explanations().values()]
    parts = ["\n".join(["| code | stands for |", "| --- | --- |", *rows]) + "\n"]
    parts += (f"### `{a.code}`\n\n{a.page}" for a in explanations().values())
    return "\n".join(parts)
