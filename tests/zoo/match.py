"""Which layer of one model is which of another, by what they do and how they hang."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.zoo.parts import Part, Parts

Match = dict[str, str]


def match(theirs: Parts, ours: Parts) -> Match:
    """For each part of one model the part of the other that stands in its place.

    Names decide where they lead to the same connections throughout. Otherwise the
    models are walked from their inputs: a part's counterpart reads the counterparts of
    what it reads, in the same order, and is of the same class. Among several, as in
    the branches of an Inception block, what is read further down decides. A part
    without counterpart is left out, and so is all that reads it.
    """
    return _by_name(theirs, ours) or _by_structure(theirs, ours)


def _by_name(theirs: Parts, ours: Parts) -> Match:
    same = {name: name for name in theirs.parts}
    inputs = dict(zip(theirs.inputs, ours.inputs, strict=True))
    same |= inputs
    hangs_alike = set(same.values()) == set(ours.parts) and all(
        part.type == ours.parts[same[part.name]].type
        and tuple(same[name] for name in part.inputs)
        == ours.parts[same[part.name]].inputs
        for part in theirs.parts.values()
    )
    return same if hangs_alike else {}


def _by_structure(theirs: Parts, ours: Parts) -> Match:
    signs = [(_signs(theirs, how), _signs(ours, how)) for how in (_whole, _type)]
    readers = ours.readers()
    found: Match = dict(zip(theirs.inputs, ours.inputs, strict=True))
    taken = set(found.values())
    for part in theirs.parts.values():
        if part.name in found or not all(name in found for name in part.inputs):
            continue
        read = tuple(found[name] for name in part.inputs)
        near = (ours.parts[name] for name, _ in readers[read[0]])
        candidates = [
            other
            for other in near
            if other.name not in taken
            and other.inputs == read
            and other.type == part.type
        ]
        if not candidates:
            continue

        def likeness(other: Part, part: Part = part) -> tuple[bool, ...]:
            return (
                *(a[part.name] == b[other.name] for a, b in signs),
                _whole(part) == _whole(other),
                part.output == other.output,
                part.name == other.name,
            )

        best = max(candidates, key=likeness)
        found[part.name] = best.name
        taken.add(best.name)
    return found


def _whole(part: Part) -> Any:
    return part.type, str(part.output), part.weights


def _type(part: Part) -> Any:
    return part.type


def _signs(model: Parts, label: Callable[[Part], Any]) -> dict[str, int]:
    """A number for each part that tells what it is and what all that reads it is."""
    readers = model.readers()
    signs: dict[str, int] = {}
    for part in reversed(model.parts.values()):
        below = sorted((signs[name], place) for name, place in readers[part.name])
        last = [place for place, n in enumerate(model.outputs) if n == part.name]
        signs[part.name] = hash((label(part), tuple(below), tuple(last)))
    return signs


def differences(theirs: Parts, ours: Parts, found: Match) -> Iterator[str]:
    """A line for each thing in which the models differ."""
    for part in theirs.parts.values():
        if part.name in found:
            yield from _unlike(part, ours.parts[found[part.name]], found)
    lost = [p for p in theirs.parts.values() if p.name not in found]
    # What reads a part without counterpart has none either; the first ones tell why.
    for part in lost:
        if all(name in found for name in part.inputs):
            read = [found[name] for name in part.inputs]
            instead = [str(p) for p in ours.parts.values() if set(read) & {*p.inputs}]
            yield (
                f"only Keras has {part}; here {', '.join(read)} "
                f"{'is' if len(read) == 1 else 'are'} read by: {'; '.join(instead)}"
            )
    if lost:
        yield f"{len(lost)} layers of Keras have no counterpart"
    more = set(ours.parts) - set(found.values())
    if more:
        named = ", ".join(sorted(more)[:5])
        yield f"{len(more)} layers are only here, such as {named}"
    outputs = tuple(found.get(name, "") for name in theirs.outputs)
    if not lost and outputs != ours.outputs:
        yield f"the outputs: Keras has {theirs.outputs}, here {ours.outputs}"


def _unlike(theirs: Part, ours: Part, found: Match) -> Iterator[str]:
    title = f"{ours.type} '{ours.name}'"
    if theirs.name != ours.name:
        title += f" (in Keras '{theirs.name}')"
    read = tuple(found[name] for name in theirs.inputs)
    sides = (
        ("class", theirs.type, ours.type),
        ("output shape", theirs.output, ours.output),
        ("params", theirs.params, ours.params),
        ("weights", theirs.weights, ours.weights),
        ("inputs", read, ours.inputs),
    )
    for what, there, here in sides:
        if there != here:
            yield f"{title}: {what}: Keras has {there}, here {here}"
    for key, there in theirs.config.items():
        if there != ours.config.get(key):
            yield f"{title}: {key}: Keras has {there}, here {ours.config.get(key)}"
