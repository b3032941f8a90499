"""Names inside of what is used several times, so that they come out as they were."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from cnnspec.language.naming import WHOLE
from cnnspec.read.writing.items import CHOICE, REPEAT
from cnnspec.read.writing.parameters import ANY, LABEL, NUMBER, Mismatch
from cnnspec.read.writing.template import Named, Template

_NUMBER = re.compile(r"\d+")


def name_call(
    template: Template, count: int, taken: Collection[str]
) -> list[str] | None:
    """Names the layers of a block, and tells how its calls are named.

    Where all names of an instance begin alike, its call is called so; where they have a
    number or a word in common, that is a parameter, and the names are whole ones.

    Args:
        template: of the block.
        count: of instances.
        taken: names that calls of other blocks have.

    Returns:
        The name of each call; None where none has one.

    Raises:
        Mismatch: there is no way to get the names that they have.
    """
    given = [one for one in template.named if _is_given(one.names)]
    if not given:
        return None
    unnamed = any(_is_unnamed(one) for one in template.named)
    calls = [] if unnamed else _prefixes(given, count)
    if calls and not {*calls} & {*taken}:
        for item, names in given:
            start = next(k for k in range(count) if names[k] is not ANY)
            item.name = names[start][len(calls[start]) + 1 :]
        return calls
    vary(template, count, WHOLE)
    return None


def _is_unnamed(one: Named) -> bool:
    """Whether a named call would give it another name in Keras."""
    if one.item.form in (CHOICE, REPEAT) or _is_given(one.names):
        return False
    return one.item.layer is None or not one.item.layer.named_by_keras


def _is_given(names: Sequence[Any]) -> bool:
    return any(name is not None and name is not ANY for name in names)


def _prefixes(given: Sequence[Any], count: int) -> list[str]:
    """What the names of each instance begin with, if the rest is the same in all."""
    whole = next((names for _, names in given if ANY not in names), None)
    if whole is None:
        return []
    for place in reversed([m.start() for m in re.finditer("_", whole[0])]):
        rest = whole[0][place:]
        if not all(name.endswith(rest) and len(name) > len(rest) for name in whole):
            continue
        starts = [name[: -len(rest)] for name in whole]
        if len({*starts}) == count and all(_fits(names, starts) for _, names in given):
            return starts
    return []


def _fits(names: Sequence[Any], starts: Sequence[str]) -> bool:
    rests = {
        name[len(start) :] if name.startswith(f"{start}_") else ""
        for name, start in zip(names, starts, strict=True)
        if name is not ANY
    }
    return len(rests) == 1 and len(min(rests)) > 1


def vary(template: Template, count: int, before: str, index: str = "") -> None:
    """Names layers by what differs in their names.

    Args:
        template: of the part.
        count: of instances.
        before: what stands before each name.
        index: the variable that counts instances from 0, if there may be one.

    Raises:
        Mismatch: there is no way to get the names that they have.
    """
    for item, names in template.named:
        if not _is_given(names):
            continue
        known = [name for name in names if name is not ANY]
        if len(known) > 1 and len({*known}) == 1:
            raise Mismatch
        start, end = _common(known)
        if len(known) > 1 and any("$" in name for name in known) and start + end:
            inside = start.count("{") != start.count("}")
            if inside or any("$" in n[len(start) : len(n) - len(end)] for n in known):
                raise Mismatch
        if any(not n[len(start) : len(n) - len(end)].isdigit() for n in known):
            start = start[: start.rfind("_") + 1]  # whole words
        tokens = [n if n is ANY else n[len(start) : len(n) - len(end)] for n in names]
        item.name = before + start + _token(template, tokens, end, index) + end


def _common(names: Sequence[str]) -> tuple[str, str]:
    """What names begin and end with alike, numbers left whole."""
    if len(names) == 1:
        return names[0], ""
    shortest = min(map(len, names))
    start = 0
    while start < shortest and len({name[start] for name in names}) == 1:
        start += 1
    end = 0
    while end < shortest - start and len({name[-1 - end] for name in names}) == 1:
        end += 1
    first = names[0]
    while start and first[start - 1].isdigit():
        start -= 1
    while end and first[len(first) - end].isdigit():
        end -= 1
    return first[:start], first[len(first) - end :]


def _token(template: Template, tokens: list[Any], end: str, index: str) -> str:
    """What stands for the part of a name that differs."""
    known = [token for token in tokens if token is not ANY]
    plain = not end[:1].isalnum() and end[:1] != "_"
    if all(_NUMBER.fullmatch(t) and str(int(t)) == t for t in known):
        numbers = [t if t is ANY else int(t) for t in tokens]
        if index:
            steps = {n - k for k, n in enumerate(numbers) if n is not ANY}
            if len(steps) == 1:
                [step] = steps
                bare = f"${index}" if plain else f"${{{index}}}"
                return f"${{{index} + {step}}}" if step else bare
        value = template.parameters.value(NUMBER, numbers)
    else:
        value = template.parameters.value(LABEL, tokens)
    if value.startswith("${"):
        return str(value)
    return value if plain else f"${{{value[1:]}}}"
