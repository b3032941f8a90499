"""What `train:` says of each output of a model by its name, and not of all alike."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from cnnspec.ground.errors import Invalid, Problem
from cnnspec.ground.kinds import Finding, Kind, NotAllowed, around
from cnnspec.ground.yaml_text import describe, flow


class ByOutput(dict[str, Any]):
    """A mapping whose keys are outputs of the model."""


KEYS = ("loss", "loss_weights", "metrics")
"""What may be one, in `train:`."""


def with_outputs(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a spec, where what `train:` says by output is known as that.

    A mapping all of whose keys are outputs is by output, whatever else they may be
    called. One that can't be anything else is, too: which outputs there are, is known
    when the layers are.
    """
    train = data.get("train")
    if not isinstance(train, dict):
        return data
    given = {key: train[key] for key in KEYS if isinstance(train.get(key), dict)}
    if not given:
        return data
    outputs = _outputs(data)
    found = {
        key: ByOutput(value)
        for key, value in given.items()
        if value and (outputs.issuperset(value) or _is_by_output(key, value))
    }
    return {**data, "train": {**train, **found}} if found else data


def _outputs(data: Mapping[str, Any]) -> set[str]:
    """The names of the outputs, as far as they are written."""
    given = data.get("outputs")
    if isinstance(given, list):
        return {name for name in given if isinstance(name, str)}
    for layers in (data.get("append"), data.get("layers")):
        if isinstance(layers, list) and layers:
            named = layers[-1].values() if isinstance(layers[-1], dict) else ()
            names = (keys.get("name") for keys in named if isinstance(keys, dict))
            return {name.removeprefix("/") for name in names if isinstance(name, str)}
    return set()


def _is_by_output(key: str, value: dict[Any, Any]) -> bool:
    """Whether a mapping can't be meant as a class with its arguments."""
    if key == "loss_weights":
        return True
    if not _KINDS.isdisjoint(value):
        return False
    given = [one for one in value.values() if one is not None]
    if key == "metrics":
        return bool(given) and all(isinstance(one, list) for one in given)
    from cnnspec.catalogue.declared import declared_parts
    from cnnspec.catalogue.losses import Loss
    from cnnspec.catalogue.named import spellings

    names = {*spellings(Loss), *Loss.alone(), *declared_parts(Loss)}
    if not names.isdisjoint(value):
        return False
    firsts = (next(iter(one), "") if isinstance(one, dict) else one for one in given)
    return bool(given) and all(one in ("class", *names) for one in firsts)


_KINDS = {"class", "type", "class_name", "identifier", "kind"}
"""Keys under which there and in other tools the name of a class stands."""


def either_way(
    kind: Kind,
    words: Callable[[Any, Sequence[Finding]], Iterable[Problem]],
    *,
    lists: bool = False,
) -> Kind:
    """A value of the kind, or one for each output.

    Args:
        kind: of the value.
        words: what is wrong with a value for one output, its own path left out.
        lists: whether the value itself is a list.
    """

    def convert(value: Any, handler: Callable[[Any], Any]) -> Any:
        if isinstance(value, list) and len(value) > 1 and not lists:
            text = (
                f"what is said of each output goes by its name; found {describe(value)}"
            )
            hint = f"as in {flow({'OUTPUT': value[0], 'OTHER': value[1]})}"
            raise Invalid([Problem((), "wrong-type", text, hint)])
        if not isinstance(value, ByOutput):
            return handler(value)
        found, problems = ByOutput(), list[Problem]()
        for output, one in value.items():
            if one is None:
                continue
            try:
                found[str(output)] = kind.validated(one)
            except NotAllowed as error:
                problems += (p.under(output) for p in words(one, error.findings))
        if problems:
            raise Invalid(problems)
        return found

    def json() -> dict[str, Any]:
        each = {"anyOf": [kind.json, {"type": "null"}]}
        several = {"type": "object", "additionalProperties": each, "minProperties": 1}
        return {"anyOf": [kind.json, several]}

    return around(kind, convert, json)
