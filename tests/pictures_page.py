"""The pictures of docs/pictures.md, made by the commands that stand above them."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from cnnspec.app.commands import diff, show
from cnnspec.app.parsing import parse

FOLDER = Path(__file__).parents[1] / "docs"


def pictures() -> Iterator[tuple[Path, str]]:
    """Each file, and what its command prints."""
    page = (FOLDER / "pictures.md").read_text("utf-8")
    found = re.findall(
        r"^    cnnspec (.+) > .+\n\n!\[.+\]\((.+)\)$", page, re.MULTILINE
    )
    for typed, path in found:
        name, *words = shlex.split(typed)
        given = parse(name, words)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            {"show": show, "diff": diff}[name].run(**given)
        yield FOLDER / path, printed.getvalue()


if __name__ == "__main__":
    for path, text in pictures():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
