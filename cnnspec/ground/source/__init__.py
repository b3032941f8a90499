"""YAML text to plain data, and where each of its keys and values stands."""

import os
from collections.abc import Container

from cnnspec.ground.source.files import composed, is_library, read_text, stem
from cnnspec.ground.source.marked import Source

__all__ = [
    "Source",
    "composed",
    "is_library",
    "is_study",
    "may_be_spec",
    "read_source",
    "read_text",
    "stem",
    "with_bases",
]


def read_source(path: str | os.PathLike[str]) -> Source:
    """Reads the YAML file at `path`.

    Raises:
        SpecError: it can't be read, or isn't a YAML 1.2 document.
    """
    name = os.fspath(path)
    return Source(read_text(name), name)


def with_bases(source: Source, keys: Container[str]) -> Source:
    """The document with what the files say that it extends and includes.

    Args:
        source: the document.
        keys: those of a spec, by which one is known.

    Raises:
        SpecError: one of them can't be read or is no spec, or the document is another
            tool's.
    """
    if isinstance(source.data, dict) and "extends" in source.data:
        from cnnspec.ground.source.extends import follow

        follow(source, keys)
    if any(one.said("include") is not None for one in source.chain()):
        from cnnspec.ground.source.include import include

        include(source, keys)
    if not may_be_spec(source):
        source.refuse_foreign()
    return source


def may_be_spec(source: Source) -> bool:
    """Whether a document has layers as those of a spec, and not as another tool's."""
    data = source.data
    layers = data.get("layers") if isinstance(data, dict) else None
    first = layers[0] if isinstance(layers, list) and layers else None
    return layers is not None and not (isinstance(first, dict) and len(first) > 1)


_OF_SPECS = ("layers", "input", "inputs", "extends")
_OF_STUDIES = ("variants", "grid", "sample")


def is_study(source: Source) -> bool:
    """Whether a document is a study of a spec, and no spec."""
    data = source.data
    if not isinstance(data, dict) or any(key in data for key in _OF_SPECS):
        return False
    return "study" in data or "base" in data and any(key in data for key in _OF_STUDIES)
