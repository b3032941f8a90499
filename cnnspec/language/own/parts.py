"""Losses and metrics of one's own, as all else sees them: classes of their kind."""

from collections.abc import Iterator, Mapping
from typing import Any
from weakref import WeakValueDictionary

from cnnspec.catalogue.accuracy import Metric
from cnnspec.catalogue.components import snake_case
from cnnspec.catalogue.declared import Declared
from cnnspec.catalogue.losses import Loss
from cnnspec.catalogue.named import Named, spellings
from cnnspec.ground.errors import Path
from cnnspec.ground.kinds import REQUIRED, Argument, kind
from cnnspec.language.own.keys import is_word
from cnnspec.language.program import NEEDED
from cnnspec.language.variables import Notes

CODE = "own-layer"
LOSS, METRIC = KINDS = ("loss", "metric")
OF_LAYERS = ("inputs", "output", "outputs", "weights", "non_trainable", "macs")
_BASES: Mapping[str, type[Named]] = {LOSS: Loss, METRIC: Metric}

OwnParts = dict[str, type[Named]]
"""Losses and metrics that a spec declares, by their names."""


def kind_of_part(name: Any, data: Any, train: Any) -> str:
    """Whether an entry under `custom:` is a loss or a metric; '' for a layer.

    One that says nothing, and has nothing that only a layer has, is what `train:` takes
    it for.
    """
    if not isinstance(data, dict):
        return ""
    said = data.get("kind")
    if said in (*KINDS, "layer"):
        return said if said in KINDS else ""
    if not isinstance(train, dict) or any(key in data for key in OF_LAYERS):
        return ""
    for key, part in ((LOSS, "loss"), (METRIC, "metrics")):
        if name in _words(train.get(part)):
            return key
    return ""


def _words(data: Any) -> Iterator[Any]:
    """What may be names in losses or metrics: keys, and items of lists."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from _words(value)
    elif isinstance(data, list):
        for item in data:
            yield from _words(item)
    elif isinstance(data, str):
        yield data


def is_part_name(name: Any, what: str, path: Path, notes: Notes) -> bool:
    """Whether a loss or a metric may be called so; reports it if not."""
    hint = "choose another name"
    if not isinstance(name, str) or not is_word(name):
        text = f"an own {what}'s name is a word such as 'Tversky' or 'dice'; found "
        text = f"{text}{name!r}"
        hint = "letters, digits and _, and not a word of Python's own"
    elif taken := next((b for b in _BASES.values() if _knows(b, name)), None):
        kind_ = next(k for k, base in _BASES.items() if base is taken)
        text = f"an own {what} can't be called '{name}', which is a {kind_} of Keras"
        hint = f"choose another name, and put its own behind import: …:{name}"
    else:
        return True
    notes.report(path, CODE, text, hint, at_key=True)
    return False


def _knows(base: type[Named], name: str) -> bool:
    if base is Metric:
        from cnnspec.catalogue import metrics  # noqa: F401 - most stand there
    return name in spellings(base) or name in base.alone()


def _anything(value: Any) -> Any:
    return value


_ANY = kind(_anything, "any value", {})
_made: WeakValueDictionary[str, type[Named]] = WeakValueDictionary()


def own_part(
    name: str,
    what: str,
    place: tuple[str, str],
    arguments: dict[str, Any] | None,
    labels: str | None,
    path: Path,
) -> type[Named]:
    """The class of a declared loss or metric; the same for what is declared alike.

    Args:
        name: of it in the spec.
        what: loss or metric.
        place: its module, and what it is called there; '' for its name.
        arguments: each with its default or `NEEDED`; None where it has none.
        labels: how it is told classes; None where nothing says so.
        path: to the declaration.
    """
    module, attribute = place[0], place[1] or name
    is_class = attribute[:1].isupper()
    is_made = is_class or arguments is not None
    key = repr((name, what, place, arguments, labels, path))
    found = _made.get(key)
    if found is None:
        base = _BASES[what]
        own = {
            one: Argument(one, _ANY, REQUIRED if d is NEEDED else d, f"{one}_")
            for one, d in (arguments or {}).items()
        }
        facts: dict[str, Any] = {
            "__doc__": "",
            "declared": Declared(module, attribute, is_made, path),
            "_arguments": own | (base.arguments() if is_class else {}),
            "labels": labels,
        }
        if what == METRIC:
            facts |= {"key": snake_case(name) if is_class else attribute}
            facts |= {"names_itself": is_class}
        found = _made[key] = type(name, (base,), facts)
    return found


def unread_part(name: str, what: str, path: Path) -> type[Named]:
    """What stands for one whose declaration can't be read, which has been reported.

    It takes whatever arguments it is given, so that what uses it isn't wrong as well.
    """
    base = _BASES[what]

    def read(cls: type[Named], data: dict[str, Any]) -> Named:
        return super(cls, cls).read({})

    facts: dict[str, Any] = {"read": classmethod(read)}
    facts |= {"declared": Declared("", str(name), True, path)}
    return type(str(name), (base,), facts)
