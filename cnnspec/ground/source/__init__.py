"""YAML text to plain data, and where each of its keys and values stands."""

import os

from cnnspec.ground.source.files import read_text, stem
from cnnspec.ground.source.marked import Source

__all__ = ["Source", "read_source", "read_text", "stem", "with_bases"]


def read_source(path: str | os.PathLike[str]) -> Source:
    """Reads the YAML file at `path`, and the files that it extends.

    Raises:
        SpecError: it can't be read, or isn't a YAML 1.2 document.
    """
    name = os.fspath(path)
    return with_bases(Source(read_text(name), name))


def with_bases(source: Source) -> Source:
    """The document with what the files say that it extends.

    Raises:
        SpecError: one of them can't be read.
    """
    if isinstance(source.data, dict) and "extends" in source.data:
        from cnnspec.ground.source.extends import follow

        follow(source)
    return source
