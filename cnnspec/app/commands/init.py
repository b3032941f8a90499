"""`cnnspec init`."""

from cnnspec.app.starter import write_starter


def run(name: str, force: bool) -> None:
    """Writes NAME.yaml, a small commented spec to start from, and its schema."""
    for path in write_starter(name, force):
        print(f"wrote {path}")
