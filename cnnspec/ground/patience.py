"""How much is thought about what an author may have meant.

A hint takes a hundred times as long as what it stands beside. Of a spec with thousands
of mistakes the first ones have hints.
"""

MOST = 500
"""Hints in one check; who reads them mends a few at a time."""

_given = 0


def renew() -> None:
    """Begins to count anew, for another spec."""
    global _given
    _given = 0


def lasts(names: int = 0) -> bool:
    """Whether a hint may still be looked for; each time it is asked counts.

    Args:
        names: among which it is looked for; hundreds count as several hints.
    """
    global _given
    _given += 1 + names // 200
    return _given <= MOST
