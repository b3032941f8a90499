"""What each code of a finding stands for.

A code has a page: in a line what was found, then why it is told, then an example with
it and the same without it. A rule's page is the docstring of its file; those of all
other codes stand in `pages/`, in the folder of their severity.
"""

import os
from functools import cache
from typing import NamedTuple

from cnnspec.ground.errors import nearest
from cnnspec.judge import rules


class Explanation(NamedTuple):
    """What a code stands for."""

    code: str
    severity: str
    page: str

    @property
    def says(self) -> str:
        """What was found, in a line."""
        return self.page.partition("\n")[0]

    @property
    def bad(self) -> str:
        """An example with it; nothing where nobody can make one."""
        return self._example("Wrong:\n\n")

    @property
    def good(self) -> str:
        """The same without it."""
        return self._example("Right:\n\n")

    def _example(self, title: str) -> str:
        from textwrap import dedent

        text = self.page.partition(title)[2].partition("\nRight:")[0]
        return dedent(text).strip()


@cache
def explanations() -> dict[str, Explanation]:
    """Every code, in the order of the alphabet."""
    found = [
        Explanation(rule.CODE, rule.SEVERITY, rule.__doc__)
        for group in rules.GROUPS
        for rule in rules.modules(group)
    ]
    pages = os.path.join(os.path.dirname(__file__), "pages")
    for severity in os.listdir(pages):
        folder = os.path.join(pages, severity)
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                code = name.removesuffix(".md")
                found.append(Explanation(code, severity, file.read()))
    return {about.code: about for about in sorted(found)}


def unknown(code: str) -> str:
    """That there is no such code, and which one may have been meant."""
    hint = nearest(code, explanations()) or "cnnspec explain lists them"
    return f"there is no code '{code}'; {hint}"
