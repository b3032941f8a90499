"""The names of files that are called after something in a spec."""

from hashlib import sha256

_NAME_LIMIT = 100
"""Bytes of a file's name without its ending: file systems take 255 (Linux), Windows 260
characters of a whole path, and other programs put something behind."""
_DEVICES = frozenset(
    (
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)),
    )
)
"""Names that stand for no file on Windows, whatever their ending."""


def file_name(name: str) -> str:
    """The name, without ending, of what is written for something that is called so.

    It is the same name where each system can have such a file and shows it. A long one
    is cut, with a digest of the whole behind.
    """
    found = "".join(
        "_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in name
    )
    found = found.lstrip(".").rstrip(". ") or "model"
    if found.partition(".")[0].rstrip().lower() in _DEVICES:
        found = f"{found}_"
    data = found.encode(errors="replace")
    if len(data) <= _NAME_LIMIT:
        return found
    kept = data[: _NAME_LIMIT - 9].decode(errors="ignore")
    return f"{kept}-{sha256(data).hexdigest()[:8]}"
