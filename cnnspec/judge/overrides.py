"""Values of a spec that are changed from outside, as `--set KEY=VALUE` does."""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnspec.ground.errors import (
    Diagnostic,
    OverrideError,
    Path,
    SpecError,
    either,
    nearest,
)
from cnnspec.ground.source import Source, composed
from cnnspec.ground.yaml_text import flow

if TYPE_CHECKING:
    from cnnspec.catalogue.components import Component

_INDEX = re.compile("[0-9]{1,9}")
_INDEXED = re.compile(r"\[(\d+)\]")
_SECTIONS = ("data", "train", "ensemble", "expect")
"""Where null stands for what isn't there."""

Overrides = Iterable[str] | Mapping[str, Any]
"""`KEY=VALUE` each, or values by their keys."""
Place = tuple[Source, Path]
"""A document in which a value stands, and where."""


class Override(NamedTuple):
    """A value and where it goes."""

    key: str
    """Keys of the spec joined by dots; a number counts from 0 into a list."""
    value: Any
    text: str
    """`KEY=VALUE`, for messages."""

    def refused(self, reason: str, hint: str = "") -> OverrideError:
        """What to raise where it can't be applied."""
        text = f"'{self.key}': {reason}{f'; {hint}' if hint else ''}"
        return OverrideError(text, self.key, reason, hint)


def apply(source: Source, given: Overrides, places: Mapping[str, Place] = {}) -> None:
    """Changes values of a document.

    Keys that aren't there yet are made. A name alone, or a value alone, becomes a
    mapping where a key leads on into it: `adam`, `Dense: 10`. A section that is set to
    null is taken out. A layer may be called by its name: `layers.fc1.units`.

    Args:
        source: the document.
        given: what is changed.
        places: where values stand that no command line gives, by their keys.

    Raises:
        OverrideError: one isn't of that form, leads nowhere, or another undoes it.
    """
    done: dict[Path, Override] = {}
    for one in _read(given):
        path = _path(one, source)
        _refuse_unknown_variable(one, path, source.data)
        for earlier, before in done.items():
            if earlier[: len(path)] == path:
                by = f"'{one.key}'" if one.key in places else f"--set {one.text}"
                raise before.refused(f"{by} undoes it", "leave it out")
        path = _set(source.data, one, path)
        done[path] = one
        source.note_override(path, one.text)
        if one.key in places:
            source.note_place(path, *places[one.key])


def values_of(given: Overrides) -> dict[str, Any]:
    """The values by their keys.

    Raises:
        OverrideError: one isn't of that form.
    """
    return {one.key: one.value for one in _read(given)}


def _read(given: Overrides) -> Iterator[Override]:
    if isinstance(given, Mapping):
        from cnnspec.ground.data import plain

        for key, value in given.items():
            shown = plain(value, key)
            yield Override(composed(str(key)), shown, f"{key}={flow(shown)}")
        return
    alone = isinstance(given, str | bytes) or not isinstance(given, Iterable)
    for text in [given] if alone else given:
        if not isinstance(text, str):
            from cnnspec.ground.data import type_of

            said = "overrides are texts KEY=VALUE, or a mapping of keys to values"
            raise TypeError(f"{said}; found {type_of(text)}")
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise OverrideError(f"'{text}' is not of the form KEY=VALUE")
        yield Override(composed(key), _value(text, value), text)


def _value(assignment: str, text: str) -> Any:
    try:
        source = Source(text, "--set") if text.strip() else None
    except SpecError as error:
        raise _unread(assignment, error.diagnostics[0]) from None
    if source is not None and source.problems:
        raise _unread(assignment, source.problems[0])
    return source.data if source else None


def _unread(assignment: str, found: Diagnostic) -> OverrideError:
    hint = f"; {found.hint}" if found.hint else ""
    return OverrideError(f"'{assignment}': {found.message}{hint}")


def _path(given: Override, source: Source) -> Path:
    """The path that a key stands for."""
    words = given.key.split(".")
    if "[" in given.key and (plain := _INDEXED.sub(r".\1", given.key)) != given.key:
        raise given.refused("items of a list are counted behind a dot", f"set {plain}")
    is_list = isinstance(source.value(("layers",)), list)
    if is_list and words[0] == "layers" and _is_name("".join(words[1:2])):
        start, words = _named(given, words[1:], source)
        return _steps(words, source.value(start), start)
    if words[0] == "change" and len(words) > 1:
        words = ["change", *_of_change(words[1:], source)]
    return _steps(words, source.data, ())


def _of_change(words: list[str], source: Source) -> list[str]:
    """The words of a key below `change`, the first of which is a layer's name.

    A name may have dots, which the words were taken apart at.
    """
    from cnnspec.model.survey import names_of

    given = source.value(("change",))
    several = range(len(words), 1, -1)
    known: Container[str] = given if isinstance(given, dict) else ()
    if not any(".".join(words[:count]) in known for count in several):
        known = names_of(source) if len(words) > 1 else ()
    count = next((n for n in several if ".".join(words[:n]) in known), 1)
    return [".".join(words[:count]), *words[count:]]


def _is_name(word: str) -> bool:
    return bool(word) and not _INDEX.fullmatch(word.removeprefix("-"))


def _steps(words: list[str], data: Any, path: Path) -> Path:
    """The path that words lead along from data that another path leads to.

    Where a mapping has a key with dots in it, the longest that is there goes first.
    """
    while words:
        count = 1
        step: str | int = words[0]
        if isinstance(data, list) and _INDEX.fullmatch(words[0]):
            step = int(words[0])
        elif isinstance(data, dict):
            longest = range(len(words), 1, -1)
            joined = (n for n in longest if ".".join(words[:n]) in data)
            count = next(joined, 1)
            step = ".".join(words[:count])
        elif isinstance(data, str):  # a layer without arguments
            longest = range(len(words), 0, -1)
            joined = (n for n in longest if ".".join(words[:n]) == data)
            count = next(joined, 1)
            step = ".".join(words[:count])
        path, words = (*path, step), words[count:]
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
    return path


def _named(given: Override, words: list[str], source: Source) -> tuple[Path, list[str]]:
    """The place of the layer or call whose name words begin with, and the other words.

    Raises:
        OverrideError: there is none, or its place makes other layers as well.
    """
    from cnnspec.model.changing import read_changed
    from cnnspec.model.functional import written_nodes
    from cnnspec.model.resolver import resolve

    graph = resolve(read_changed(source))
    nodes = dict(written_nodes(graph))
    places = {
        **{f.name: f.path for node in graph.nodes for f in node.trail if f.name},
        **{name: node.path for name, node in nodes.items()},
    }
    authors = {
        keras: name
        for name, keras in (*graph.keras_names.items(), *graph.automatic.items())
    }
    for count in range(len(words), 0, -1):
        name = ".".join(words[:count])
        name = name if name in places else authors.get(name, "")
        if name in places:
            break
    else:
        text = f"the model has no layer '{words[0]}'"
        alike = [n for n in nodes if type(nodes[n].layer).__name__ == words[0]]
        hint = f"what is {words[0]} there is called {either(alike[:6], 'and')}"
        hint = hint if alike else nearest(words[0], places)
        raise given.refused(text, hint or "cnnspec show lists them")
    path, rest = places[name], words[count:]
    makes = sum(place == path for place in places.values())
    if makes > 1:
        text = f"'{name}' is one of {makes} that {source.line(path)} makes"
        key = ".".join(map(str, (*path, *rest)))
        raise given.refused(text, f"to change them all, set {key}")
    if isinstance(path[-1], int):
        # A name without arguments has no place of its own.
        path = (*path, str(source.value(path)))
    return path, rest


def _refuse_unknown_variable(given: Override, path: Path, data: Any) -> None:
    """Refuses a new variable, which nothing in the spec could use.

    Raises:
        OverrideError: `--set vars.widht=8` where the variable is called width.
    """
    if path[0] != "vars" or len(path) < 2 or not isinstance(data, dict):
        return
    known = data.get("vars") or {}
    if isinstance(known, dict) and path[1] not in known:
        hint = nearest(path[1], known)
        hint = hint or (f"it has {either(known, 'and')}" if known else "it has none")
        raise given.refused(f"the spec has no variable '{path[1]}'", hint)


def _set(data: Any, given: Override, path: Path) -> Path:
    """Sets the value, and returns the path that it then has."""
    if path[0] in ("extends", "include"):
        raise given.refused(f"only the file itself can {str(path[0]).rstrip('s')} one")
    holder, place = data, 0
    taken_out = path[0] in _SECTIONS and len(path) < 3 or len(path) == 1
    if given.value is None and taken_out:
        for step in path[:-1]:
            holder = holder.get(step) if isinstance(holder, dict) else None
        if isinstance(holder, dict):
            holder.pop(path[-1], None)
            return path
        holder = data
    while place < len(path) - 1:
        _refuse_no_way(given, path, place, holder)
        path = _opened(holder, path, place, data)
        holder = holder[path[place]]
        place += 1
    _refuse_no_way(given, path, place, holder)
    holder[path[place]] = given.value
    return path


def _refuse_no_way(given: Override, path: Path, place: int, holder: Any) -> None:
    """Refuses a step of a path that leads nowhere.

    Raises:
        OverrideError: with what would.
    """
    step = path[place]
    there = ".".join(map(str, path[:place])) or "the spec"
    if isinstance(holder, list):
        if not isinstance(step, int):
            hint = f"say 0 to {len(holder) - 1} instead of '{step}'"
            raise given.refused(f"{there} is a list", hint if holder else "")
        if step >= len(holder):
            items = f"{len(holder)} item{'' if len(holder) == 1 else 's'}"
            hint = ""
            if step == len(holder) and path[0] != "layers":
                more = flow([*holder, given.value])
                hint = f"to add one, set {there}='{more}'"
            raise given.refused(f"{there} has {items}, counted from 0", hint)
    elif not isinstance(holder, dict):
        raise given.refused(f"{there} is {flow(holder)} and no mapping")


def _opened(holder: Any, path: Path, place: int, data: Any) -> Path:
    """Makes a mapping or list stand where a path leads on, and returns the path."""
    step, following = path[place : place + 2]
    value = holder.get(step) if isinstance(holder, dict) else holder[step]
    if isinstance(value, dict) and (inside := _only_class(value, path, place)):
        return (*path[: place + 1], inside, *path[place + 1 :])
    if isinstance(value, dict) or isinstance(value, list) and type(following) is int:
        return path
    first = _first_argument(step, data) if place and isinstance(step, str) else ""
    if value is None:
        holder[step] = {}
    elif first:
        holder[step] = {first: value}
    elif isinstance(value, str) and _is_class(following, value):
        holder[step] = {}
    elif isinstance(value, str):
        holder[step] = {value: {}}
        path = (*path[: place + 1], value, *path[place + 1 :])
    return path


def _only_class(value: dict[Any, Any], path: Path, place: int) -> str:
    """The class whose arguments a mapping holds, where a path leaves it out.

    Such are an entry of a layer list, `{Conv2D: {…}}`, and what `train:` names.
    """
    if len(value) != 1 or path[0] not in ("layers", "append", "blocks", "train"):
        return ""
    [name], step, following = value, *path[place : place + 2]
    if following == name or _is_class(following, str(name)):
        return ""
    is_entry = isinstance(step, int)
    return str(name) if is_entry or path[0] == "train" and name in _components() else ""


def _is_class(step: str | int, name: str) -> bool:
    """Whether a step names a class, and no argument of the one that stands there."""
    spelt = str(step).replace("_", "").lower()
    return str(step)[:1].isupper() or spelt == name.replace("_", "").lower()


def _first_argument(name: str, data: Any) -> str:
    """The argument that a value alone stands for; nothing where that isn't known."""
    from cnnspec.catalogue.layers import layer_class
    from cnnspec.catalogue.registry import is_known

    for section, key in (("blocks", "params"), ("custom", "arguments")):
        defined = data.get(section) if isinstance(data, dict) else None
        one = defined.get(name) if isinstance(defined, dict) else None
        if isinstance(one, dict) and one.get(key):
            return str(next(iter(one[key])))
    if is_known(name):
        return next(iter(layer_class(name).arguments()), "")
    found = _components().get(name)
    return next(iter(found.arguments()), "") if found else ""


def _components() -> "dict[str, type[Component]]":
    """The classes that arguments and sections may name, by each of their names."""
    from cnnspec.catalogue import callbacks, components, losses, metrics, optimizers

    bases = (
        *(components.Initializer, components.Regularizer, components.Constraint),
        *(optimizers.Optimizer, optimizers.Schedule),
        *(losses.Loss, metrics.Metric, callbacks.Callback),
    )
    found = (components.by_name(base) for base in bases)
    return {name: cls for names in found for name, cls in names.items()}
