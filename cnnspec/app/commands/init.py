"""`cnnspec init`."""

from cnnspec.app.starter import write_starter
from cnnspec.ground.visible import visible


def run(name: str, force: bool) -> None:
    """Writes NAME.yaml, a small commented spec to start from, and its schema."""
    for path in write_starter(name, force):
        print(visible(f"wrote {path}"))
