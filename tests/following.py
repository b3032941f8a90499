"""Follows what a hint says, as a reader would who knows YAML and nothing else.

The words of a hint are the only thing that is read here: what `check` knows of the
change it proposes stays unknown, so that a hint which says something else than was
tried is found out.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from cnnspec.ground import patience
from cnnspec.ground.edits import Edit
from cnnspec.ground.errors import Diagnostic, Path, SpecError, without_details
from cnnspec.ground.source import Source
from cnnspec.judge import check
from cnnspec.judge.settings import USUAL

Way = list[Edit]
"""Changes that are made together."""


class Spot(NamedTuple):
    """What a diagnostic may point at."""

    path: Path
    at_key: bool


class Reader:
    """A spec, one finding about it, and where that stands."""

    def __init__(self, source: Source, found: Diagnostic, spot: Spot) -> None:
        self.source, self.found, self.spot = source, found, spot
        self.path, self.at_key = spot

    def value(self, path: Path) -> Any:
        return self.source.value(path)

    def of_line(self, line: str) -> Iterator[Spot]:
        """What stands in `7`, or in `7 of base.yaml`."""
        number, _, file = line.partition(" of ")
        for spot in spots(self.source.data):
            mark = self.source.mark(*spot)
            if mark.line == int(number) and (mark.path == (file or self.source.path)):
                yield spot


def spots(data: Any, path: Path = ()) -> Iterator[Spot]:
    """All places of a document."""
    yield Spot(path, False)
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(data, dict):
            yield Spot((*path, key), True)
        if isinstance(value, dict | list):
            yield from spots(value, (*path, key))
        else:
            yield Spot((*path, key), False)


def parsed(text: str) -> Any:
    """What YAML makes of a text that a hint quotes."""
    return Source(text.strip()).data


def renamed(reader: Reader, name: Any, value: Any = ...) -> Iterator[Way]:
    """Another key, with the value that the old one has or with another."""
    *outer, key = reader.path or (None,)
    around = reader.value(tuple(outer))
    if isinstance(around, dict) and key in around:
        new = {
            (name if k == key else k): (v if k != key or value is ... else value)
            for k, v in around.items()
            if k == key or k != name
        }
        yield [Edit(tuple(outer), new)]


def item_of(reader: Reader, path: Path) -> Path | None:
    """The item of a list that holds a place, the innermost."""
    for end in range(len(path), 0, -1):
        if isinstance(reader.value(path[: end - 1]), list):
            return path[:end]
    return None


def given(reader: Reader, path: Path, new: dict[str, Any]) -> Iterator[Way]:
    """Keys added to the mapping that stands at a place, or to what becomes one."""
    value = reader.value(path)
    if isinstance(value, dict):
        yield [Edit(path, {**value, **new})]
        if len(value) == 1:  # a layer's entry, whose arguments are meant
            yield from given(reader, (*path, *value), new)
    elif value is None and path and isinstance(path[-1], str):
        yield [Edit(path, new)]
    elif isinstance(value, str) and path and isinstance(path[-1], int):
        yield [Edit(path, {value: new})]
    elif path and isinstance(path[-1], str):  # the first argument's value alone
        from cnnspec.catalogue.layers import layer_class

        try:
            first = next(iter(layer_class(path[-1]).arguments()))
        except KeyError:
            return
        yield [Edit(path, {first: value, **new})]


def around(reader: Reader, new: dict[str, Any]) -> Iterator[Way]:
    """Keys given where the finding points, or in a mapping around it."""
    for end in range(len(reader.path), -1, -1):
        yield from given(reader, reader.path[:end], new)


# ------------------------------------------------------------- what hints say

FILLED = {
    **dict.fromkeys(("units", "filters", "kernel_size", "output_dim"), 4),
    "layers": ["Flatten"],
    "then": ["Flatten"],
    "input_dim": 10,
    "test": True,
    "path": "digits.npz",
    "train": "train.csv",
    "validation": "test.csv",
    "loss": "mse",
    "monitor": "val_loss",
}
"""Values for keys that a hint says to add without saying what they are."""


def _mean(reader: Reader, name: str) -> Iterator[Way]:
    wrong = re.match(r"'(.+?)' is no variable here", reader.found.message)
    value = reader.value(reader.path)
    if wrong and isinstance(value, str):
        yield [Edit(reader.path, re.sub(rf"\b{wrong[1]}\b", name, value))]
    if reader.at_key:
        yield from renamed(reader, name)
    elif isinstance(value, str):
        yield [Edit(reader.path, name)]
    called = re.search(r"'([^']*)' is (?:not|no) ", reader.found.message)
    if called and isinstance(value, dict) and called[1] in value:
        yield [Edit(reader.path, {name: value[called[1]]})]


def _write(reader: Reader, text: str) -> Iterator[Way]:
    """`write …` of whatever form: a key, a key with its value, an item, a value."""
    if text.startswith("- "):
        item = item_of(reader, reader.path)
        yield from ([Edit(item, parsed(text[2:]))] for _ in [0] if item)
        return
    if re.fullmatch(r"\w+:", text):
        yield from renamed(reader, text[:-1])
        return
    try:
        value = parsed(text)
    except SpecError:  # not what YAML takes: no change that a reader could make
        return
    if isinstance(value, dict) and not text.startswith("{"):
        [(name, inner)] = value.items()
        if reader.at_key:
            yield from renamed(reader, name, inner)
        yield from around(reader, value)
    if not reader.at_key or isinstance(reader.value(reader.path), str | list | int):
        yield [Edit(reader.path, value)]


def _write_in_line(reader: Reader, text: str, line: str) -> Iterator[Way]:
    value = parsed(text)
    assert isinstance(value, dict)
    [(name, inner)] = value.items()
    for spot in reader.of_line(line):
        there = reader.value(spot.path)
        if spot.path[-1:] == (name,) and not spot.at_key:
            yield [Edit(spot.path, inner)]
        elif spot.at_key or isinstance(there, str):
            yield from given(reader, spot.path, value)


def _in_place(reader: Reader, new: str, old: str, line: str) -> Iterator[Way]:
    for spot in reader.of_line(line):
        value = reader.value(spot.path)
        if spot.at_key and spot.path[-1] == old:
            kept = value if isinstance(value, dict) else {}
            kept = {k: v for k, v in kept.items() if k in ("name", "from")}
            other = Reader(reader.source, reader.found, spot)
            yield from renamed(other, new, kept or None)
        elif value == parsed(old):
            yield [Edit(spot.path, parsed(new))]


def _add(reader: Reader, name: str) -> Iterator[Way]:
    yield from around(reader, {name: FILLED.get(name, 4)})


def _remove(reader: Reader) -> Iterator[Way]:
    if reader.path:
        yield [Edit(reader.path, kind="remove")]


def _before(reader: Reader, entry: str) -> Iterator[Way]:
    if item := item_of(reader, reader.path):
        yield [Edit(item, parsed(entry), "insert")]


def _take_out(reader: Reader, line: str) -> Iterator[Way]:
    for spot in reader.of_line(line):
        if item := item_of(reader, spot.path):
            yield [Edit(item, kind="remove")]


def _move(reader: Reader, line: str, below: str) -> Iterator[Way]:
    item, other = (
        next(filter(None, (item_of(reader, spot.path) for spot in reader.of_line(at))))
        for at in (line, below)
    )
    *outer, last = other
    assert isinstance(last, int)
    moved = Edit((*outer, last + 1), reader.value(item), "insert")
    yield [moved, Edit(item, kind="remove")]


def _set(reader: Reader, text: str) -> Iterator[Way]:
    value = parsed(text)
    assert isinstance(value, dict)
    yield from around(reader, value)
    for section in ("data", "train"):
        yield from given(reader, (section,), value)
    yield from given(reader, (), value)


def _name_above(reader: Reader, name: str) -> Iterator[Way]:
    items = reader.value(("layers",))
    for place in range(len(items) if isinstance(items, list) else 0):
        yield from given(reader, ("layers", place), {"name": name})


def _index(reader: Reader, index: str, line: str, name: str) -> Iterator[Way]:
    for spot in reader.of_line(line):
        if spot.at_key and spot.path[-1] == "repeat":
            inner = reader.value(spot.path)
            at = reader.path if reader.path[-1] == "name" else (*reader.path, "name")
            yield [Edit((*spot.path, "index"), index), Edit(at, parsed(name))]
            call = reader.found.message.partition("called at line ")[2]
            for other in reader.of_line(call.partition(",")[0].strip(" )") or line):
                if other.at_key and isinstance(inner, dict):
                    for way in given(reader, other.path, {"name": parsed(name)}):
                        yield [Edit((*spot.path, "index"), index), *way]


def _define(reader: Reader, text: str) -> Iterator[Way]:
    [(section, new)] = parsed(text).items()
    there = reader.value((section,))
    yield [Edit((section,), {**(there if isinstance(there, dict) else {}), **new})]


def _params(reader: Reader, name: str) -> Iterator[Way]:
    block = reader.path[:2]
    there = reader.value((*block, "params")) or {}
    names = there if isinstance(there, dict) else dict.fromkeys(there)
    yield [Edit((*block, "params"), {name: 4, **names})]


def _quoted(reader: Reader, name: str) -> Iterator[Way]:
    yield from _mean(reader, name)


def _alone(reader: Reader, name: str) -> Iterator[Way]:
    if item := item_of(reader, reader.path):
        yield [Edit(item, name)]


def _called(reader: Reader, name: str) -> Iterator[Way]:
    """Another name, where it is a key, a value, or the first thing in an entry."""
    if reader.at_key:
        yield from renamed(reader, name)
    else:
        yield [Edit(reader.path, name)]


def _last_layer(reader: Reader, text: str) -> Iterator[Way]:
    last = len(reader.value(("layers",))) - 1
    yield from given(reader, ("layers", last), parsed(text))


def _without(reader: Reader, key: str) -> Iterator[Way]:
    here = reader.value(reader.path)
    inside = [(*reader.path, name) for name in here] if isinstance(here, dict) else []
    for path in (*inside, reader.path, ("data",), ("train",)):
        for end in range(len(path), -1, -1):
            there = reader.value(path[:end])
            if isinstance(there, dict) and key in there:
                yield [Edit((*path[:end], key), kind="remove")]


def _behind(reader: Reader, entry: str) -> Iterator[Way]:
    if item := item_of(reader, reader.path):
        *outer, place = item
        assert isinstance(place, int)
        yield [Edit((*outer, place + 1), parsed(entry), "insert")]


def _last(reader: Reader, entry: str) -> Iterator[Way]:
    items = reader.value(("layers",))
    yield [Edit(("layers", len(items)), parsed(entry), "insert")]


def _name_call(reader: Reader, name: str) -> Iterator[Way]:
    line = re.search(r"called at line (\d+)", reader.found.message)
    for spot in reader.of_line(line[1]) if line else ():
        if spot.at_key or isinstance(spot.path[-1:], tuple):
            yield from given(reader, spot.path, {"name": name})


def _count(reader: Reader, name: str) -> Iterator[Way]:
    ends = [end for end, step in enumerate(reader.path, 1) if step == "repeat"]
    yield from given(reader, reader.path[: ends[-1]], {"index": name})


def _whole(reader: Reader, text: str) -> Iterator[Way]:
    path = reader.path[:-1] if reader.at_key else reader.path
    yield [Edit(path, parsed(text))]


def _replaced(reader: Reader, pattern: str, new: str) -> Iterator[Way]:
    value = reader.value(reader.path)
    if isinstance(value, str):
        yield [Edit(reader.path, re.sub(pattern, new, value))]


def _instead(reader: Reader, text: str) -> Iterator[Way]:
    """Several keys in place of the one that the finding is about."""
    *outer, key = reader.path
    around = reader.value(tuple(outer))
    if isinstance(around, dict):
        kept = {k: v for k, v in around.items() if k != key}
        yield [Edit(tuple(outer), {**kept, **parsed(f"{{{text}}}")})]
    if len(outer) > 1 and not isinstance(outer[-1], int):
        yield from _instead(
            Reader(reader.source, reader.found, Spot(tuple(outer), True)), text
        )


def _default(reader: Reader) -> Iterator[Way]:
    needs = re.match(r"the block '(.+)' needs '(.+)'", reader.found.message)
    assert needs
    path = ("blocks", needs[1], "params")
    there = reader.value(path)
    names = there if isinstance(there, dict) else dict.fromkeys(there)
    yield [Edit(path, {**names, needs[2]: 4})]


def _then(reader: Reader, rest: str) -> Iterator[Way]:
    yield from follow(reader, rest)


Rule = tuple[str, Callable[..., Iterator[Way]] | None]
FOLLOWED: tuple[Rule, ...] = (
    (r"did you mean '(.+?)'\?.*", _mean),
    (r"(?:an input of|inputs of) .+ fits?: (write .+)", _then),
    (r"the input .*has its channels first, .+?: (write .+)", _then),
    (r"leave the batch out: (.+)", _then),
    (r"give null a number, as in (.+)", _set),
    (r"write (.+) in place of (.+) in line (\d+(?: of \S+)?)", _in_place),
    (r"write (\w+: .+) in line (\d+(?: of \S+)?)", _write_in_line),
    (r"put - (.+) before it", _before),
    (r"take out '.+' \(line (\d+(?: of \S+)?)\)", _take_out),
    (r"move '.+' \(line (\d+)\) to below line (\d+)", _move),
    (r"put a space after the colon: - (.+)", lambda r, t: _write(r, f"- {t}")),
    (r"put a space after the colon: (.+)", _write),
    (r"give arguments as YAML: - (.+)", lambda r, t: _write(r, f"- {t}")),
    (r"write (\w+) alone", _alone),
    (r"to use it again, (.+)", _then),
    (r"write (.+); the batch's is left out", _write),
    (r"write (.+) if all of it is one expression", _write),
    (r"add index: (\w+) to the repeat in line (\d+), and write name: (.+)", _index),
    (r"name the call: (.+)", _then),
    (r"write '==' to compare", lambda r: _replaced(r, r"(?<![<>=!])=(?!=)", "==")),
    (r"Keras has no .+; write (.+)", _called),
    (r"input is given already; remove one of the two", _remove),
    (r"it belongs to the optimizer; (write optimizer: .+)", _then),
    (r"define it under blocks:, or write a layer in its place; .+", None),
    (r"write large numbers without commas, as in .+", None),
    (r"write \} where the expression ends; .+", None),
    (r"(?:to count rounds, )?write (\w+: \S+(?:, \w+: \S+)+)", _instead),
    (r"write (.+)", _write),
    (r"add name: (.+) to a layer above", _name_above),
    (r"add it, as in (.+)", _set),
    (r"add (\w+):(?: to the call)?", _add),
    (r"use (?:.*')", None),
    (r"add (\w+) to the block's params:(?: above it)?", _params),
    (r"call it, as in - (.+)", _last),
    (r"name the calls, as in - \w+: \{name: (\w+)\}.*", _name_call),
    (r"give the repeat index: (\w+), which counts the rounds from 0", _count),
    (r"name a variable for it, as in for: (.+)", _write),
    (r"leave the batch axis out: (.+)", _then),
    (r".+; (write (?:\w+: \w+|- .+))", _then),
    (r"write (\w+: \w+), which .+", _write),
    (r"write \$\w+ where its value belongs", None),
    (r"give (?:it|each) .+, as in (from: .+)", _write),
    (r"give it a default under params:", _default),
    (r"(?:the input: .+; )?remove it(?: here)?", _remove),
    (r"keep one of the two", _remove),
    (r"set (\w+: [^,]+?)(?: here| to split| in data:)?", _set),
    (r"set (\w+: \w+) on the last layer", _last_layer),
    (r"add (\w+: [\w.]+)(?: to train:)?", _set),
    (r"remove (\w+):", _without),
    (r"put - (.+) behind it", _behind),
    (r"say (\w+: \w+) in data:", _set),
    (r"Keras 3 calls it (\w+)", renamed),
    (r"define it under vars:, as in (vars: .+)", _define),
    (r"give the block params: \[(\w+)\]", _params),
    (r"the tensors it takes stand under from: (.+)", _write),
    (r"inside the block it is called '(.+)'", _quoted),
    (r"as in (\{.+\})", _whole),
)
"""What hints say to do, and how it is done; None where that takes knowledge."""


def follow(reader: Reader, hint: str) -> Iterator[Way]:
    """The changes that a hint may mean, in every reading of it."""
    for pattern, change in FOLLOWED:
        if found := re.fullmatch(pattern, hint):
            if change:
                yield from change(reader, *found.groups())
            return


def names_a_change(hint: str) -> bool:
    """Whether a hint says what to write, and not only what to think of."""
    rules = (change for pattern, change in FOLLOWED if re.fullmatch(pattern, hint))
    return next(rules, None) is not None


def alternatives(hint: str) -> list[str]:
    """What a hint says can be done, each by itself."""
    return [part for part in hint.split("; or ") if part]


def checked(source: Source) -> list[Diagnostic]:
    """What is found in a spec, with hints for all of it."""
    patience.renew()
    return check._check(source, USUAL).diagnostics


def plain(source: Source) -> list[Diagnostic]:
    """The same without remedies for sizes, each of which would be tried as well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "_with_remedies", lambda model: model.summary.problems)
        return checked(source)


def kinds(found: list[Diagnostic]) -> Counter[tuple[str, str]]:
    """How many mistakes of each kind there are."""
    return Counter((d.code, without_details(d.message)) for d in found)


def mends(
    source: Source, found: Diagnostic, hint: str, before: list[Diagnostic]
) -> bool:
    """Whether a finding is gone when a hint is followed, in one of its readings.

    Args:
        source: the spec.
        found: what `checked` finds in it.
        hint: of that.
        before: what `plain` finds in it, whose messages are shorter.
    """
    here = [s for s in spots(source.data) if source.mark(*s) == found.mark]
    same = [d for d in before if (d.mark, d.code) == (found.mark, found.code)]
    told = [d for d in same if found.message.startswith(d.message)]
    [kind] = kinds([max(told, key=lambda d: len(d.message))])
    known = kinds(before)
    for spot in here:
        for way in follow(Reader(source, found, spot), hint):
            patience.renew()
            try:
                after = plain(source.edited(way))
            except (KeyError, IndexError, TypeError):
                continue  # no such place in this reading
            same = [d for d in after if d.mark == found.mark and d.code == found.code]
            new = [d for d in same if kinds([d]).keys() - known.keys()]
            if kinds(after)[kind] < known[kind] and not new:
                return True
    return False
