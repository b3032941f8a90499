"""The sections of RESULTS.md, each written by the benchmark that measured it."""

import re
from pathlib import Path

PAGE = Path(__file__).parent / "RESULTS.md"


def section(title: str) -> str:
    """What stands under a heading now; an empty text if there is none."""
    found = _pattern(title).search(PAGE.read_text(encoding="utf-8"))
    return found[1].strip("\n") if found else ""


def write_section(title: str, text: str) -> None:
    """Puts a text under a heading, in the place of what stood there."""
    page = PAGE.read_text(encoding="utf-8")
    new = f"## {title}\n\n{text.strip()}\n"
    pattern = _pattern(title)
    if pattern.search(page):
        page = pattern.sub(lambda _: new + "\n", page)
    else:
        page = f"{page.rstrip()}\n\n{new}"
    PAGE.write_text(f"{page.rstrip()}\n", encoding="utf-8")


def _pattern(title: str) -> re.Pattern[str]:
    heading = re.escape(f"## {title}")
    return re.compile(rf"^{heading}\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
