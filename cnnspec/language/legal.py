"""Names that Keras takes, made of those that it doesn't.

TensorFlow files what it computes under the names of models, inputs and layers, and
takes few characters there: those of `_VALID_OP_NAME_REGEX` in
tensorflow/python/framework/ops.py, but for the backslash, which it refuses in a node's
name when the graph is run, and for the slash, which Keras keeps for paths. PyTorch
takes no dot in the name of what has weights (torch/nn/modules/module.py,
register_parameter).
"""

import re
from unicodedata import category, normalize

_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_>-]*")
_INSIDE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_>-")


def is_legal(name: str) -> bool:
    """Whether Keras takes a name on all its backends."""
    return _LEGAL.fullmatch(name) is not None


def legal(name: str, kind: str) -> str:
    """The name that Keras is given for an author's, which stays if Keras takes it.

    Letters beyond ASCII are transliterated, Hangul by the Revised Romanization, and
    those without case come out in lower case; any other character becomes `_`.

    Args:
        name: of the author.
        kind: what it names, as in Keras's automatic names; goes before a name that
            would begin with `_`.
    """
    if is_legal(name):
        return name
    found = inside(name)
    if is_legal(found):
        return found
    return f"{kind}_{found[1:]}"


def inside(name: str) -> str:
    """The same, behind a name and `_`, where it may begin with any character."""
    return normalize("NFC", name).translate(_LETTERS)


class _Letters(dict[int, str]):
    """What stands for each character, worked out when it is first met."""

    def __missing__(self, number: int) -> str:
        found = self[number] = _legal_character(chr(number))
        return found


_LETTERS = _Letters()


def _legal_character(character: str) -> str:
    if character in _INSIDE:
        return character
    if category(character)[0] not in "LM":  # letters, and the marks on them
        return "_"
    from anyascii import anyascii

    found = anyascii(character)
    if character.lower() == character.upper():
        found = found.lower()
    # Some letters come out as apostrophes, or as nothing.
    return "".join(filter(str.isalnum, found))
