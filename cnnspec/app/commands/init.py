"""`cnnspec init`."""

from cnnspec.app.starter import write_starter
from cnnspec.app.streams import stop
from cnnspec.ground.visible import visible


def run(name: str, table: str | None, label: str | None, force: bool) -> None:
    """Writes NAME.yaml, a small commented spec to start from, and its schema."""
    if label is not None and table is None:
        stop("--label names a column of the file of --from; add --from FILE")
    for path in write_starter(name, force, table, label):
        print(visible(f"wrote {path}"))
