"""`cnnspec blocks`."""

from cnnspec.app.streams import stop
from cnnspec.emit.report import library
from cnnspec.ground.errors import nearest


def run(name: str | None) -> None:
    """Lists the blocks that come with cnnspec, or tells everything about some."""
    if name is None:
        print(library.overview())
    elif found := library.describe(name):
        print(found)
    else:
        hint = nearest(name, library.names()) or "cnnspec blocks lists them"
        stop(f"cnnspec carries no '{name}'; {hint}")
