"""What to write instead: hints that take a look at the rest of a spec.

Imported only when there is something to say.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.ground import patience
from cnnspec.ground.errors import Invalid, Path, Problem, either, nearest
from cnnspec.ground.habits import loop, rounds
from cnnspec.ground.source import Source
from cnnspec.ground.yaml_text import flow

_LISTED = 12
"""Variables that a message names."""
_ROUND = re.compile(r"\w|index|idx|round|step|stage|num|n_\w+")
"""What a variable that counts rounds is called."""


def statement(word: str, data: Any) -> str:
    """How a statement is written that has no mapping of its keys."""
    if word == "if" and data is not None and not isinstance(data, dict | list):
        test = re.sub(r"[${}]", "", str(data)).strip()
        test = flow(data) if isinstance(data, bool) else f'"${{{test}}}"'
        return f"write if: {{test: {test}, then: [...]}}"
    if word == "repeat" and isinstance(data, list):
        if any(isinstance(item, dict) and "times" in item for item in data):
            return "write times: and layers: below it without '- '"
        return f"write repeat: {{times: 3, layers: {flow(data)}}}"
    if word == "repeat" and data is not None and not isinstance(data, dict):
        keys = loop(str(data)) or rounds(str(data)) or f"times: {flow(data)}"
        return f"write repeat: {{{keys}, layers: [...]}}"
    return ""


def variable(name: str, path: Path, known: frozenset[str], source: Source) -> str:
    """What to do about a name in a formula that is no variable there.

    Args:
        name: the unknown name.
        path: where the formula stands.
        known: the variables there.
        source: the spec.
    """
    if not patience.lasts():
        return ""
    if hint := nearest(name, known):
        return hint
    if where := _repeat_of(name, path, source):
        return f"it is known only inside the repeat in {where}"
    around = _innermost_repeat(path, source)
    if "times" in around and "index" not in around and _ROUND.fullmatch(name):
        return f"give the repeat index: {name}, which counts the rounds from 0"
    few = sorted(map(str, known)) if len(known) <= _LISTED else []
    if path[0] == "custom":
        if path[2] == "arguments":
            return f"a default knows the arguments before it; add {name}: above it"
        use = f"use {either(few)}; or " if few else ""
        return f"{use}add {name}: to the arguments: of '{path[1]}'"
    if path[0] != "blocks":
        there = f"there is {either(few, 'and')}" if few else ""
        return there or f"define it under vars:, as in vars: {{{name}: 8}}"
    if name == "name":
        return "a call's name goes before the names inside by itself; write them alone"
    if not _mapping_at(source, path[:2]).get("params"):
        return f"give the block params: [{name}]"
    use = f"use {either(few)}; or " if few else ""
    if path[2] == "params":  # a default knows those that stand before it
        return f"{use}add {name} to the block's params: above it"
    return f"{use}add {name} to the block's params:"


def _repeat_of(name: str, place: Path, source: Source) -> str:
    """The line of a repeat that has such a variable, in the same list of layers."""
    part = place[:2] if place[0] == "blocks" else place[:1]
    for path, mapping in _mappings(source.value(part), part):
        lists = mapping.get("for")
        own = isinstance(lists, dict) and name in lists or mapping.get("index") == name
        if own and path[-1] == "repeat":
            return source.line(path)
    return ""


def _innermost_repeat(path: Path, source: Source) -> dict[Any, Any]:
    """The keys of the repeat around a place; nothing where there is none."""
    ends = [end for end, step in enumerate(path, 1) if step == "repeat"]
    return _mapping_at(source, path[: ends[-1]]) if ends else {}


def _mapping_at(source: Source, path: Path) -> dict[Any, Any]:
    found = source.value(path)
    return found if isinstance(found, dict) else {}


def _mappings(data: Any, path: Path = ()) -> Iterator[tuple[Path, dict[Any, Any]]]:
    """All mappings in data, and where each stands."""
    if isinstance(data, dict):
        yield path, data
    items = data.items() if isinstance(data, dict) else enumerate(data or ())
    for key, value in items:
        if isinstance(value, dict | list):
            yield from _mappings(value, (*path, key))


def loss(problem: Problem, data: Mapping[str, Any]) -> Problem:
    """The problem of a loss's name, with what labels and the last layer ask for.

    Args:
        problem: of `train: loss`.
        data: the spec's.
    """
    from cnnspec.catalogue.components import snake_case
    from cnnspec.catalogue.elsewhere import counterparts
    from cnnspec.catalogue.losses import Loss
    from cnnspec.catalogue.named import spellings
    from cnnspec.ground.likeness import meant

    train, layers = data.get("train"), data.get("layers")
    name = train.get("loss") if isinstance(train, dict) else None
    names = spellings(Loss)
    others = counterparts(names.values())
    called = meant(str(name), names, {other: other for other in others})
    last = _last_activation(layers[-1] if isinstance(layers, list) and layers else None)
    if called not in others or not last:
        return problem
    cls, arguments, _ = others[called]
    assert issubclass(cls, Loss)
    fitting = (_is_one_hot(data.get("data")) and cls.for_one_hot) or cls
    scores = last in ("linear", f"log_{cls.activation}")
    same = fitting is cls and scores == bool(arguments.get("from_logits"))
    if same or not (scores or last == cls.activation):
        return problem
    given = {"from_logits": True} if scores else {}
    shown = {fitting.__name__: given} if scores else snake_case(fitting.__name__)
    return problem._replace(hint=f"write {flow(shown)}")


def _is_one_hot(section: Any) -> bool:
    labels = section.get("labels") if isinstance(section, dict) else None
    return "one_hot" in (labels if isinstance(labels, list) else [labels])


def _last_activation(entry: Any) -> str:
    """The function that a layer ends with; '' where that isn't known."""
    from cnnspec.catalogue.layers import read_layer

    try:
        return read_layer(entry).last_activation()
    except Invalid:
        return ""
