"""Which of several names a person meant by another: a slip of the hand, not of sense.

A wrong suggestion is worse than none. So words are compared one by one, since names
that differ in a whole word mean different things (`loss_weights` and `class_weight`),
and a short word may differ in little (`GELU` and `ELU`, `CNN` and `RNN`).

Imported only when there is something to say.
"""

import re
from collections.abc import Iterable, Mapping

from cnnspec.ground import patience
from cnnspec.ground.wide import narrow

_JOINERS = str.maketrans("", "", " _-./()[]")
_WORD = re.compile(r"\d+[Dd]?|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+")
"""A part of a name in snake case or camel case: `Conv`, `2D`, `BN`, `size`."""
_MOST = 2
"""Slips of the hand in one name."""
_REST = 3
"""Letters that may be missing at the end of one."""


def plain(name: str) -> str:
    """A name without what people write in different ways: `Conv_2d` as `conv2d`."""
    return name.translate(_JOINERS).lower()


def meant(name: str, options: Iterable[str], elsewhere: Mapping[str, str] = {}) -> str:
    """The option that a name was meant to be; nothing where none is likely.

    Args:
        name: as a person wrote it; `keras.layers.ReLU()` is called by its last part.
        options: what there is; the first of equals wins.
        elsewhere: other names, of other frameworks say, and the option of each.
    """
    name = narrow(name).strip(" \"'")
    known = {**{str(option): str(option) for option in options}, **elsewhere}
    if not patience.lasts(len(known)):
        return ""
    bare = name.removesuffix("()")
    if not any("." in option for option in known):
        bare = bare.rpartition(".")[2]
    plains = {one: plain(one) for one in known}
    for text in filter(None, (plain(name), plain(bare))):
        same = [one for one, other in plains.items() if other == text]
        if same:
            return known[bare if bare in same else same[0]]
    length = len(plain(bare))
    near = [one for one, other in plains.items() if abs(len(other) - length) <= _MOST]
    slips = {one: _slips(bare, one) for one in near}
    few = [one for one in near if 0 < slips[one] <= _MOST]
    if few:
        return known[min(few, key=slips.__getitem__)]
    begun = {known[one] for one in known if _goes_on(bare, one)}
    return begun.pop() if len({plain(one) for one in begun}) == 1 else ""


def _goes_on(name: str, option: str) -> bool:
    """Whether a name breaks off a few letters before the end of an option."""
    start, rest = option[: len(name)], option[len(name) :]
    same = len(name) > 3 and plain(start) == plain(name)
    most = 2 * _REST if "_" in name else _REST
    return same and rest.isalpha() and rest.islower() and len(rest) <= most


def _slips(name: str, option: str) -> int:
    """How many letters differ by slips of the hand; more than `_MOST` for other names.

    Numbers have no slips, but at the end, where they count things of one kind: a
    `Conv4D` is nothing that is like a `Conv2D`, and `fc9` may be `fc8`.
    """
    numbers, others = re.findall(r"\d+", name), re.findall(r"\d+", option)
    if numbers != others:
        at_end = name[-1:].isdigit() and option[-1:].isdigit() and len(name) > 2
        if not at_end or len(numbers) != len(others) or numbers[:-1] != others[:-1]:
            return _MOST + 1
        ends = (name.removesuffix(numbers[-1]), option.removesuffix(others[-1]))
        return _edits(numbers[-1], others[-1]) if ends[0] == ends[1] else _MOST + 1
    if min(len(plain(name)), len(plain(option))) < 4:
        return _MOST + 1
    words, others = _WORD.findall(name), _WORD.findall(option)
    if len(words) != len(others):
        words, others = [plain(name)], [plain(option)]
    differ = [
        (word.lower(), other.lower())
        for word, other in zip(words, others, strict=True)
        if word.lower() != other.lower()
    ]
    among = len(differ) == 1 < len(words)
    slips = ((_edits(*pair), _allowed(*pair, among)) for pair in differ)
    return sum(n if n <= allowed else _MOST + 1 for n, allowed in slips)


def _allowed(word: str, other: str, among: bool) -> int:
    """Slips of the hand that one word may hold and still be the other.

    Args:
        word: in small letters.
        other: likewise.
        among: whether it stands among others, all of which are right.
    """
    length = min(len(word), len(other))
    if word[:1] != other[:1] or length < (3 if among else 4):
        return 0
    return 2 if length > 7 or among and length > 3 and len(word) != len(other) else 1


def _edits(a: str, b: str) -> int:
    """Letters to add, drop, change or swap with a neighbour to make one of the other.

    The optimal string alignment distance (Damerau 1964).
    """
    before, above = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            best = min(row[-1] + 1, above[j] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, above = above, row
    return above[-1]
