"""What is kept of calls that may be taken again: what was decided in them."""

from typing import Any, NamedTuple

from cnnspec.language.program import Block


class CallTaken(NamedTuple):
    """A call as it was taken, which may be taken again."""

    name: str
    """In full."""
    block: Block
    arguments: dict[str, Any]
    variables: dict[str, Any]
    """The values of the names inside."""
    start: int
    """Where what was decided inside begins on the tape."""
    end: int
